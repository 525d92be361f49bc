//! Looking at single cells and at what is kept: `why`, `show`, `history`, `gc`.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::{Loaded, Selected, ended, load, selected};
use crate::agenda::{Again, Agenda, Reasons, Standing, Why};
use crate::ident::{Digest, RecordKey};
use crate::outcome::Estimate;
use crate::repro;
use crate::run;
use crate::store::folder::Folder;
use crate::store::local::{Run, Version};
use crate::store::records::{FITTED, Records};
use crate::store::{CellResult, Record};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn why(experiment: &Experiment, results: &Results, cell: &str) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let inputs = loaded.open()?;
        let Selected { cells, .. } = selected(&loaded, Some(cell))?;
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let records = loaded.or_report(folder.records())?;
        let chosen = run::distinct(&loaded.plan);
        let chosen: Vec<_> = chosen.into_iter().filter(|c| cells.contains(&c.id)).collect();
        let agenda =
            Agenda::new(run::items(&chosen, &loaded.spec, &inputs), &records, Again::No, |cell| {
                super::running::distributed(&loaded.spec, &folder, cell)
            });
        let reasons = Reasons::new(&loaded.spec, &inputs, &records, &folder.local());
        for (item, standing) in agenda.iter() {
            println!("{}  {}", item.cell.id, item.cell.label());
            match standing {
                Standing::Kept(state) => println!("  cached: {state}"),
                Standing::Open(Why::NoRecord) => {
                    let why = loaded.or_report(reasons.of(item))?;
                    println!("  {}", if why.is_empty() { "new: never fitted" } else { "stale:" });
                    why.iter().for_each(|reason| println!("    {reason}"));
                }
                Standing::Open(Why::MayNotFailAgain) => {
                    println!("  stale: it failed in a way that another run may not");
                }
                Standing::Open(Why::NoDistribution) => {
                    println!("  stale: the file of its replicates is not there");
                }
                Standing::Open(Why::Asked) => println!("  stale: asked for"),
            }
            println!("  made from:");
            println!("    key      {}", item.key);
            let hash = |hash: &Option<Digest>| hash.map_or("none".to_owned(), |h| h.to_string());
            println!("    sample   {}", hash(&item.made_from.sample));
            println!("    weights  {}", hash(&item.made_from.weights));
            println!("    facts    {}", item.made_from.facts);
            for (name, version) in &*item.made_from.versions {
                println!("    version  {version} of {name}");
            }
        }
        Ok(Ending::Done)
    }))
}

pub(super) fn show(experiment: &Experiment, results: &Results, cell: &str, json: bool) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        settle_without_data(&mut loaded, &folder)?;
        let records = loaded.or_report(folder.records())?;
        let Selected { cells, .. } = selected(&loaded, Some(cell))?;
        let mut missing = false;
        for cell in run::distinct(&loaded.plan).into_iter().filter(|c| cells.contains(&c.id)) {
            let entry = records.current(&cell.id);
            let record = loaded.or_report(entry.map(|e| records.read(&e)).transpose())?;
            match record {
                Some(record) if json => {
                    let text = serde_json::to_string_pretty(&record)
                        .expect("a record always has a JSON form");
                    println!("{text}");
                }
                Some(record) => {
                    print_record((experiment, results), &cell.label(), &record);
                    print_repro(&folder, &record);
                }
                None => {
                    missing = true;
                    println!("{}  {}: no record", cell.id, cell.label());
                }
            }
        }
        Ok(if missing { Ending::CellsFailed } else { Ending::Done })
    }))
}

/// Plans with the roster of the stored results, so that no data are needed.
pub(super) fn settle_without_data(loaded: &mut Loaded, folder: &Folder) -> Result<(), Ending> {
    let series = loaded.or_report(folder.read_experiment())?;
    loaded.settle(series.as_ref().and_then(|series| series.roster.as_ref()))
}

fn print_record((experiment, results): (&Experiment, &Results), label: &str, record: &Record) {
    println!("{label}");
    println!("  cell     {}", record.cell);
    println!("  key      {}", record.key);
    println!("  again    {} --cell {} --force", command("run", experiment, results), quoted(label));
    println!("  asked    {}", record.asked);
    let hash = |hash: &Option<Digest>| hash.map_or("none".to_owned(), |h| h.to_string());
    println!("  sample   {}", hash(&record.made_from.sample));
    println!("  weights  {}", hash(&record.made_from.weights));
    for (name, version) in &*record.made_from.versions {
        println!("  version  {version} of {name}");
    }
    match &record.result {
        CellResult::Failed(failure) => println!("  failed   {}: {}", failure.kind, failure.reason),
        CellResult::Fitted(outcome) => {
            let (first, last) = outcome.sample.periods;
            println!("  data     {} units, {first} to {last}", outcome.sample.units);
            println!("  {:32} {:>14} {:>12} {:>9} {:>8}", "", "estimate", "std. error", "t", "p");
            let derived = outcome.derived.iter().filter_map(|d| d.estimate());
            for e in outcome.fit.estimates.iter().chain(&outcome.impacts).chain(derived) {
                print_estimate(e);
            }
            for (statistic, value) in &outcome.fit.statistics {
                println!("  {:32} {value:>14.6}", statistic.name());
            }
            for test in &outcome.tests {
                print_test(test);
            }
            for text in &outcome.fit.cautions {
                println!("  caution  {text}");
            }
        }
    }
}

/// Where a failed cell left what is needed to make it fail again.
fn print_repro(folder: &Folder, record: &Record) {
    let file = folder.local().failure(&record.cell).join(repro::EXPERIMENT);
    if matches!(record.result, CellResult::Failed(_)) && file.is_file() {
        println!("  repro    spanel run {}", quoted(&file.display().to_string()));
    }
}

fn print_estimate(e: &Estimate) {
    let term = e.term.to_string();
    println!(
        "  {term:32} {:>14.6} {:>12.6} {:>9.3} {:>8.4}",
        e.value, e.std_error, e.statistic, e.p_value
    );
}

fn print_test(test: &crate::outcome::Test) {
    let name = format!("{} ({})", test.name, test.basis.name());
    match &test.outcome {
        crate::outcome::TestOutcome::Computed { statistic, p_value, .. } => {
            // By replicates where no distribution gives one.
            let p_value = p_value.or(test.bootstrap.as_ref().map(|b| b.p_value));
            let p_value = p_value.map(|p| format!("{p:.4}")).unwrap_or_default();
            println!("  {name:32} {statistic:>14.6} {p_value:>31}");
        }
        crate::outcome::TestOutcome::NotApplicable { reason } => {
            println!("  {name:32} not applicable: {reason}");
        }
    }
}

/// `spanel run SPEC` with the settings of this command.
pub(super) fn command(name: &str, experiment: &Experiment, results: &Results) -> String {
    let mut words = vec!["spanel".to_owned(), name.to_owned()];
    words.push(quoted(&experiment.spec.display().to_string()));
    words.extend(experiment.profile.iter().flat_map(|p| ["--profile".to_owned(), quoted(p)]));
    words.extend(experiment.set.iter().flat_map(|set| ["--set".to_owned(), quoted(set)]));
    let folder = results.results.display().to_string();
    if folder != "results" {
        words.extend(["--results".to_owned(), quoted(&folder)]);
    }
    words.join(" ")
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

pub(super) fn history(experiment: &Experiment, results: &Results, cell: Option<&str>) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        settle_without_data(&mut loaded, &folder)?;
        let records = loaded.or_report(folder.records())?;
        let runs = folder.local().runs();
        if runs.is_empty() {
            println!("no run of {} is known here", loaded.spec.name);
        }
        match cell {
            None => runs.iter().for_each(print_run),
            Some(cell) => {
                let labels: BTreeSet<String> = labels(&loaded, &runs, cell);
                for label in labels {
                    loaded.or_report(print_versions(&records, &runs, &label))?;
                }
            }
        }
        let (old, bytes) = records.superseded();
        if cell.is_none() && old > 0 {
            println!("{old} earlier records are kept, {} kB", bytes.div_ceil(1000));
        }
        Ok(Ending::Done)
    }))
}

/// The labels, of now or of earlier runs, that `cell` means.
fn labels(loaded: &Loaded, runs: &[Run], cell: &str) -> BTreeSet<String> {
    let now = loaded.plan.cells.iter().map(|c| (c.label(), c.id));
    let then = runs.iter().flat_map(|run| &run.changed);
    let then = then.map(|(label, version)| (label.clone(), version.cell));
    now.chain(then)
        .filter(|(label, id)| super::means(cell, label, id))
        .map(|(label, _)| label)
        .collect()
}

fn print_run(run: &Run) {
    let how = if run.interrupted { ", interrupted" } else { "" };
    let selection = run.selection.as_ref().map_or(String::new(), |s| format!(", only {s}"));
    println!(
        "{}  spanel {}  {} cells, {} fitted ({} failed), {} changed, {} gone, {:.1} s{how}{selection}",
        run.at,
        run.version,
        run.cells,
        run.fitted,
        run.failed,
        run.changed.len(),
        run.gone.len(),
        run.seconds,
    );
}

fn print_versions(records: &Records, runs: &[Run], label: &str) -> crate::mistake::Checked<()> {
    println!("{label}");
    for run in runs {
        if run.gone.iter().any(|gone| gone == label) {
            println!("  {}  gone from the plan", run.at);
        }
        let Some(Version { cell, key }) = run.changed.get(label) else { continue };
        let Some(entry) = records.find(cell, key) else {
            println!("  {}  {key}  forgotten", run.at);
            continue;
        };
        let record = records.read(&entry)?;
        println!("  {}  {key}  {}", run.at, brief(&record));
    }
    Ok(())
}

/// A record in a line: its first estimates.
fn brief(record: &Record) -> String {
    match &record.result {
        CellResult::Failed(failure) => format!("{}: {}", failure.kind, failure.reason),
        CellResult::Fitted(outcome) => {
            let spatial =
                outcome.fit.estimates.iter().filter(|e| {
                    matches!(e.term, crate::model::Term::Rho | crate::model::Term::Lambda)
                });
            let first = outcome
                .fit
                .estimates
                .iter()
                .filter(|e| matches!(e.term, crate::model::Term::Variable(_)));
            let shown = first.take(2).chain(spatial);
            let shown: Vec<String> =
                shown.map(|e| format!("{} {:.6} ({:.6})", e.term, e.value, e.std_error)).collect();
            shown.join(", ")
        }
    }
}

pub(super) fn collect_garbage(experiment: &Experiment, results: &Results, dry_run: bool) -> Ending {
    ended(load(experiment).and_then(|loaded| {
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let local = folder.local();
        let _lock = loaded.or_report(local.lock(|| {
            eprintln!("a run works on {}: waiting until it is done", folder.root().display());
        }))?;
        let records = loaded.or_report(folder.records())?;
        let (old, bytes) = records.superseded();
        let kb = bytes.div_ceil(1000);
        if dry_run {
            println!("would forget {old} earlier records, {kb} kB");
            return Ok(Ending::Done);
        }
        let current: BTreeMap<_, RecordKey> =
            records.all_current().into_iter().map(|e| (e.cell, e.key)).collect();
        loaded.or_report(records.settle(&current))?;
        let forgotten = loaded.or_report(records.forget(|_| true))?;
        let failed: BTreeSet<_> = records
            .all_current()
            .into_iter()
            .filter(|e| e.state != FITTED)
            .map(|e| e.cell)
            .collect();
        for cell in local.failures().difference(&failed) {
            loaded.or_report(local.forget_failure(cell))?;
        }
        let panels = local.forget_panels(&[&local.last().panel]);
        folder.sweep();
        println!("forgot {forgotten} earlier records, {kb} kB, and {panels} copies of panels");
        Ok(Ending::Done)
    }))
}
