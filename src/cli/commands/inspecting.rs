//! Looking at single cells: `why`, `show`.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::comparing::pretty;
use super::{Loaded, Selected, ended, load, selected};
use crate::agenda::{Again, Agenda, Reasons, Standing, Why};
use crate::ident::{CellId, Digest, RecordKey};
use crate::mistake::Checked;
use crate::outcome::Estimate;
use crate::repro;
use crate::run::{self, Item};
use crate::store::folder::Folder;
use crate::store::{CellResult, MadeFrom, Record};
use serde::Serialize;
use serde_json::json;
use std::path::Path;

/// A cell, how it stands, and from what it is, or would be, made.
#[derive(Debug, Serialize)]
struct Explained<'a> {
    /// `new`, `cached` or `stale`.
    state: &'static str,
    cell: &'a CellId,
    label: String,
    /// Of a cached cell: `fitted`, or the class of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a str>,
    /// Why it is to be fitted although it, or its label, had a record.
    why: Vec<String>,
    key: &'a RecordKey,
    made_from: &'a MadeFrom,
}

pub(super) fn why(experiment: &Experiment, results: &Results, cell: &str, json: bool) -> Ending {
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
        let explained: Checked<Vec<Explained<'_>>> =
            agenda.iter().map(|(item, standing)| explain(item, standing, &reasons)).collect();
        let explained = loaded.or_report(explained)?;
        if json {
            print!("{}", pretty(&json!({ "cells": explained })));
        } else {
            explained.iter().for_each(print_explained);
        }
        Ok(Ending::Done)
    }))
}

fn explain<'a>(
    item: &'a Item<'_>,
    standing: &'a Standing,
    reasons: &Reasons<'_>,
) -> Checked<Explained<'a>> {
    let why = match standing {
        Standing::Kept(_) => Vec::new(),
        Standing::Open(Why::NoRecord) => reasons.of(item)?,
        Standing::Open(Why::MayNotFailAgain) => {
            vec!["it failed in a way that another run may not".to_owned()]
        }
        Standing::Open(Why::NoDistribution) => {
            vec!["the file of its replicates is not there".to_owned()]
        }
        Standing::Open(Why::Asked) => vec!["asked for".to_owned()],
    };
    let (state, outcome) = match standing {
        Standing::Kept(outcome) => ("cached", Some(*outcome)),
        Standing::Open(_) if why.is_empty() => ("new", None),
        Standing::Open(_) => ("stale", None),
    };
    Ok(Explained {
        state,
        cell: &item.cell.id,
        label: item.cell.label(),
        outcome,
        why,
        key: &item.key,
        made_from: &item.made_from,
    })
}

fn print_explained(explained: &Explained<'_>) {
    let Explained { cell, label, outcome, why, key, made_from, .. } = explained;
    println!("{cell}  {label}");
    match (outcome, why.as_slice()) {
        (Some(outcome), _) => println!("  cached: {outcome}"),
        (None, []) => println!("  new: never fitted"),
        (None, why) => {
            println!("  stale:");
            why.iter().for_each(|reason| println!("    {reason}"));
        }
    }
    println!("  made from:");
    println!("    key      {key}");
    let hash = |hash: &Option<Digest>| hash.map_or("none".to_owned(), |h| h.to_string());
    println!("    sample   {}", hash(&made_from.sample));
    println!("    weights  {}", hash(&made_from.weights));
    if made_from.error_weights.is_some() {
        println!("    errors'  {}", hash(&made_from.error_weights));
    }
    println!("    facts    {}", made_from.facts);
    for (name, version) in &*made_from.versions {
        println!("    version  {version} of {name}");
    }
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
    if record.made_from.error_weights.is_some() {
        println!("  errors'  {}", hash(&record.made_from.error_weights));
    }
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
    let folder = (results.results != Path::new("results")).then_some(&*results.results);
    written(name, &experiment.spec, experiment, folder)
}

/// The same for whoever reads it elsewhere: of an absolute path there is the last part, and the
/// results folder is the usual one.
pub(super) fn command_for_others(name: &str, experiment: &Experiment, results: &Results) -> String {
    let spec = &experiment.spec;
    let own = spec.file_name().map_or(spec.as_path(), Path::new);
    let folder = Some(&*results.results).filter(|f| f.is_relative() && *f != Path::new("results"));
    written(name, if spec.is_relative() { spec } else { own }, experiment, folder)
}

fn written(name: &str, spec: &Path, experiment: &Experiment, folder: Option<&Path>) -> String {
    let mut words = vec!["spanel".to_owned(), name.to_owned()];
    words.push(quoted(&spec.display().to_string()));
    words.extend(experiment.profile.iter().flat_map(|p| ["--profile".to_owned(), quoted(p)]));
    words.extend(experiment.set.iter().flat_map(|set| ["--set".to_owned(), quoted(set)]));
    if let Some(folder) = folder {
        words.extend(["--results".to_owned(), quoted(&folder.display().to_string())]);
    }
    words.join(" ")
}

/// A word of a shell.
pub(super) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+=,:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
