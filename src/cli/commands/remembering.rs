//! What is kept of earlier runs: `history`, `gc`.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::comparing::pretty;
use super::inspecting::settle_without_data;
use super::running::say_waiting;
use super::{Loaded, ended, load};
use crate::ident::RecordKey;
use crate::mistake::Checked;
use crate::store::folder::Folder;
use crate::store::local::{Run, Version};
use crate::store::records::{FITTED, Records};
use crate::store::{CellResult, Record};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The runs of an experiment, or what its cells were in them.
#[derive(Debug, Serialize)]
struct History {
    experiment: String,
    /// Every run, first to last; absent where cells are asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<Vec<Run>>,
    /// The cells that were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    cells: Option<Vec<CellHistory>>,
    /// Records of earlier plans, data and versions, and the bytes they take.
    earlier_records: usize,
    earlier_bytes: u64,
}

#[derive(Debug, Serialize)]
struct CellHistory {
    label: String,
    versions: Vec<Was>,
}

/// What a run changed of a cell.
#[derive(Debug, Serialize)]
struct Was {
    /// When the run ended.
    at: String,
    /// The record; absent where the cell left the plan.
    #[serde(flatten)]
    version: Option<Version>,
    /// `fitted`, the class of a failure, `forgotten` or `gone`.
    state: String,
    /// Its first estimates, or why it failed, in a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    brief: Option<String>,
}

pub(super) fn history(
    experiment: &Experiment,
    results: &Results,
    cell: Option<&str>,
    json: bool,
) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        settle_without_data(&mut loaded, &folder)?;
        let records = loaded.or_report(folder.records())?;
        let runs = folder.local().runs();
        let cells = cell.map(|cell| {
            let labels = labels(&loaded, &runs, cell).into_iter();
            labels.map(|label| versions(&records, &runs, label)).collect::<Checked<Vec<_>>>()
        });
        let cells = loaded.or_report(cells.transpose())?;
        let (earlier_records, earlier_bytes) = records.superseded();
        let history = History {
            experiment: loaded.spec.name.clone(),
            runs: cell.is_none().then_some(runs),
            cells,
            earlier_records,
            earlier_bytes,
        };
        if json {
            print!("{}", pretty(&history));
        } else {
            print_history(&history);
        }
        Ok(Ending::Done)
    }))
}

fn print_history(history: &History) {
    let History { experiment, runs, cells, earlier_records, earlier_bytes } = history;
    if let Some(runs) = runs {
        if runs.is_empty() {
            println!("no run of {experiment} is known here");
        }
        runs.iter().for_each(print_run);
        if *earlier_records > 0 {
            let kb = earlier_bytes.div_ceil(1000);
            println!("{earlier_records} earlier records are kept, {kb} kB");
        }
    }
    for cell in cells.iter().flatten() {
        println!("{}", cell.label);
        for Was { at, version, state, brief } in &cell.versions {
            match (version, brief) {
                (None, _) => println!("  {at}  gone from the plan"),
                (Some(version), None) => println!("  {at}  {}  {state}", version.key),
                (Some(version), Some(brief)) => println!("  {at}  {}  {brief}", version.key),
            }
        }
    }
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

/// What the runs changed of the cell with a label.
fn versions(records: &Records, runs: &[Run], label: String) -> Checked<CellHistory> {
    let mut versions = Vec::new();
    for run in runs {
        let at = run.at.clone();
        if run.gone.contains(&label) {
            let (at, state) = (at.clone(), "gone".to_owned());
            versions.push(Was { at, version: None, state, brief: None });
        }
        let Some(version) = run.changed.get(&label) else { continue };
        let record = records.find(&version.cell, &version.key);
        let record = record.map(|entry| records.read(&entry)).transpose()?;
        let state = record.as_ref().map_or("forgotten", Record::state).to_owned();
        let brief = record.as_ref().map(brief);
        versions.push(Was { at, version: Some(version.clone()), state, brief });
    }
    Ok(CellHistory { label, versions })
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

/// What is forgotten, or would be.
#[derive(Debug, Serialize)]
struct Forgotten {
    experiment: String,
    dry_run: bool,
    /// Records of earlier plans, data and versions, and the bytes they take.
    earlier_records: usize,
    earlier_bytes: u64,
    /// Copies of panels and weights that no run compares with any more; absent where nothing was
    /// done.
    #[serde(skip_serializing_if = "Option::is_none")]
    copies: Option<usize>,
}

pub(super) fn collect_garbage(
    experiment: &Experiment,
    results: &Results,
    dry_run: bool,
    json: bool,
) -> Ending {
    ended(load(experiment).and_then(|loaded| {
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let local = folder.local();
        let _lock = loaded.or_report(local.lock(|| say_waiting(&folder)))?;
        let records = loaded.or_report(folder.records())?;
        let (earlier_records, earlier_bytes) = records.superseded();
        let experiment = loaded.spec.name.clone();
        let found = Forgotten { experiment, dry_run, earlier_records, earlier_bytes, copies: None };
        let found =
            if dry_run { found } else { loaded.or_report(forget(&folder, &records, found))? };
        if json {
            print!("{}", pretty(&found));
            return Ok(Ending::Done);
        }
        let Forgotten { earlier_records, earlier_bytes, copies, .. } = found;
        let kb = earlier_bytes.div_ceil(1000);
        match copies {
            None => println!("would forget {earlier_records} earlier records, {kb} kB"),
            Some(copies) => println!(
                "forgot {earlier_records} earlier records, {kb} kB, and {copies} copies of panels"
            ),
        }
        Ok(Ending::Done)
    }))
}

fn forget(folder: &Folder, records: &Records, found: Forgotten) -> Checked<Forgotten> {
    let local = folder.local();
    let current: BTreeMap<_, RecordKey> =
        records.all_current().into_iter().map(|e| (e.cell, e.key)).collect();
    records.settle(&current)?;
    let earlier_records = records.forget(|_| true)?;
    let failed: BTreeSet<_> =
        records.all_current().into_iter().filter(|e| e.state != FITTED).map(|e| e.cell).collect();
    for cell in local.failures().difference(&failed) {
        local.forget_failure(cell)?;
    }
    let copies = Some(local.forget_panels(&[&local.last().panel]));
    folder.sweep();
    Ok(Forgotten { earlier_records, copies, ..found })
}
