//! `spanel plan`: what a run would do, and why.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::super::output::{print, put, with_losses};
use super::super::progress::duration;
use super::{Loaded, ended, load};
use crate::agenda::{Again, Agenda, Reasons, Standing, Why};
use crate::ident::CellId;
use crate::mistake::{Checked, Place};
use crate::model::Bootstrap;
use crate::plan::{self, Cell, RuleKind};
use crate::run;
use crate::spec::Axis;
use crate::spec::layers::Layers;
use crate::store::folder::Folder;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A cell as it is listed.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    state: &'static str,
    cell: &'a CellId,
    label: String,
    grid: &'a str,
    /// The place on each axis, in JSON.
    axes: BTreeMap<&'static str, String>,
    /// Why it is to be fitted although it, or its label, had a record.
    why: Vec<String>,
    /// Seconds that it is expected to take; absent where nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

/// A rule of a grid and what it did.
#[derive(Debug, Serialize)]
struct Ruled {
    grid: String,
    rule: &'static str,
    place: String,
    cells: usize,
}

#[derive(Debug, Serialize)]
struct Json<'a> {
    cells: Vec<Listed<'a>>,
    rules: Vec<Ruled>,
    /// Cells by state, each distinct cell once.
    distinct: BTreeMap<&'static str, usize>,
    /// Seconds that a run is expected to take on one core; absent where nothing is known.
    seconds: Option<f64>,
}

pub(super) fn list(experiment: &Experiment, results: &Results, json: bool) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let inputs = loaded.open()?;
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let records = loaded.or_report(folder.records())?;
        let local = folder.local();
        for mistake in &records.damaged {
            eprintln!("{mistake}");
        }
        let items = run::items(&run::distinct(&loaded.plan), &loaded.spec, &inputs);
        let agenda = Agenda::new(items, &records, Again::No, |cell| {
            super::running::distributed(&loaded.spec, &folder, cell)
        });
        let times = Times::new(local.seconds(), &agenda);
        // Nothing to explain where everything is kept.
        let reasons = (!agenda.open().is_empty())
            .then(|| Reasons::new(&loaded.spec, &inputs, &records, &local));
        let judged = loaded.or_report(judge(&agenda, reasons.as_ref()))?;
        let listed: Vec<Listed<'_>> =
            loaded.plan.cells.iter().map(|cell| listed(cell, &judged, &times, json)).collect();
        let mut distinct: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (state, _) in judged.values() {
            *distinct.entry(state).or_default() += 1;
        }
        let open: Vec<&Cell> = agenda.open().into_iter().map(|item| item.cell).collect();
        let seconds = times.of_all(&open);
        let rules = rules(&loaded);
        if json {
            let all = Json { cells: listed, rules, distinct, seconds };
            let text = serde_json::to_string_pretty(&all)
                .expect("a structure of strings and numbers always has a JSON form");
            put!("{text}");
            return Ok(with_losses(Ending::Done));
        }
        print_lines(&listed);
        summarise(&loaded, &listed);
        for Ruled { grid, rule, place, cells } in rules {
            eprintln!("{grid}: {rule} rule at {place}: {cells} cells");
        }
        let states: Vec<String> =
            distinct.iter().map(|(state, count)| format!("{count} {state}")).collect();
        eprintln!(
            "{} cells, {} of them distinct: {}",
            loaded.plan.cells.len(),
            judged.len(),
            states.join(", ")
        );
        if let Some(seconds) = seconds.filter(|_| !open.is_empty()) {
            eprintln!("to fit {}: about {} on one core", open.len(), duration(seconds));
        }
        for text in plan::lint(&loaded.plan) {
            eprintln!("{text}");
        }
        for text in run::lint(&loaded.plan, &loaded.spec, &inputs) {
            eprintln!("{text}");
        }
        for text in run::islands(&loaded.plan, &loaded.spec, &inputs) {
            eprintln!("{text}");
        }
        Ok(with_losses(Ending::Done))
    }))
}

type Judged<'a> = BTreeMap<&'a CellId, (&'static str, Vec<String>)>;

/// The state of every distinct cell, in a word, and why it is not kept.
fn judge<'a>(agenda: &'a Agenda<'_>, reasons: Option<&Reasons<'_>>) -> Checked<Judged<'a>> {
    let mut judged = BTreeMap::new();
    for (item, standing) in agenda.iter() {
        let found = match standing {
            Standing::Kept(_) => ("cached", Vec::new()),
            Standing::Open(why) => match why {
                Why::NoRecord => {
                    let why = reasons.map(|r| r.of(item)).transpose()?.unwrap_or_default();
                    (if why.is_empty() { "new" } else { "stale" }, why)
                }
                Why::MayNotFailAgain => {
                    ("stale", vec!["it failed in a way that another run may not".to_owned()])
                }
                Why::NoDistribution => {
                    ("stale", vec!["the file of its replicates is not there".to_owned()])
                }
                Why::Asked => ("stale", vec!["asked for".to_owned()]),
            },
        };
        judged.insert(&item.cell.id, found);
    }
    Ok(judged)
}

fn listed<'a>(cell: &'a Cell, judged: &Judged<'_>, times: &Times, axes: bool) -> Listed<'a> {
    let (state, why) = judged.get(&cell.id).cloned().unwrap_or(("new", Vec::new()));
    Listed {
        state,
        cell: &cell.id,
        label: cell.label(),
        grid: &cell.grid,
        axes: Axis::ALL
            .iter()
            .filter(|_| axes)
            .map(|&axis| (axis.name(), cell.axes.value(axis)))
            .collect(),
        why,
        seconds: if state == "cached" { None } else { times.of(cell) },
    }
}

/// One line a cell.
fn print_lines(listed: &[Listed<'_>]) {
    let mut out = String::new();
    for cell in listed {
        let why = if cell.why.is_empty() {
            String::new()
        } else {
            format!("  # {}", cell.why.join("; "))
        };
        let _ = writeln!(out, "{:6}  {}  {}{why}", cell.state, cell.cell, cell.label);
    }
    print(&out);
}

/// Counts by grid, axis and state.
fn summarise(loaded: &Loaded, listed: &[Listed<'_>]) {
    let mut grids: BTreeMap<&str, Vec<(&Cell, &Listed<'_>)>> = BTreeMap::new();
    for (cell, listed) in loaded.plan.cells.iter().zip(listed) {
        grids.entry(&*cell.grid).or_default().push((cell, listed));
    }
    // Where nothing is kept, or all, what is to fit needs no words.
    let open = listed.iter().filter(|l| l.state != "cached").count();
    let mixed = open > 0 && open < listed.len();
    for (grid, cells) in grids {
        eprintln!("{grid}: {} cells", cells.len());
        for axis in Axis::ALL {
            if cells.iter().all(|(c, _)| c.axes.is_plain(axis)) {
                continue;
            }
            let mut counts: Vec<(String, usize, usize)> = Vec::new();
            for (cell, listed) in &cells {
                let value = match axis {
                    Axis::Variant => cell.axes.variant.family.clone(),
                    _ => cell.axes.value(axis),
                };
                let open = usize::from(listed.state != "cached");
                match counts.iter_mut().find(|(v, _, _)| *v == value) {
                    Some((_, all, to_fit)) => {
                        *all += 1;
                        *to_fit += open;
                    }
                    None => counts.push((value, 1, open)),
                }
            }
            let shown: Vec<String> = counts
                .iter()
                .map(|(value, all, open)| match open {
                    &open if open == 0 || !mixed => format!("{value} {all}"),
                    &open if open == *all => format!("{value} {all} to fit"),
                    open => format!("{value} {all} ({open} to fit)"),
                })
                .collect();
            eprintln!("  {:8} {}", axis.name(), shown.join(", "));
        }
    }
}

fn rules(loaded: &Loaded) -> Vec<Ruled> {
    let ruled = |rule: &plan::Rule| Ruled {
        grid: rule.grid.clone(),
        rule: match rule.kind {
            RuleKind::Exclude => "exclude",
            RuleKind::Include => "include",
        },
        place: place(&loaded.layers, &rule.at),
        cells: rule.cells,
    };
    loaded.plan.rules.iter().map(ruled).collect()
}

/// `file:line`, or the key where it is not from a file.
pub(super) fn place(layers: &Layers, at: &crate::ident::KeyPath) -> String {
    match layers.line_of_value(at) {
        Some(Place::Line { file, line, .. }) => format!("{}:{line}", file.display()),
        _ => at.to_string(),
    }
}

/// How long cells are expected to take.
pub(super) struct Times {
    known: BTreeMap<CellId, f64>,
    /// Medians by what a cell does and how many replicates it draws.
    alike: BTreeMap<String, BTreeMap<u64, f64>>,
    any: Option<f64>,
}

impl Times {
    pub(super) fn new(known: BTreeMap<CellId, f64>, agenda: &Agenda<'_>) -> Self {
        let mut groups: BTreeMap<(String, u64), Vec<f64>> = BTreeMap::new();
        for item in &agenda.items {
            if let Some(seconds) = known.get(&item.cell.id) {
                let group = (kind(item.cell), replicates(item.cell));
                groups.entry(group).or_default().push(*seconds);
            }
        }
        let any = median(known.values().copied().collect());
        let mut alike: BTreeMap<String, BTreeMap<u64, f64>> = BTreeMap::new();
        for ((kind, replicates), seconds) in groups {
            if let Some(seconds) = median(seconds) {
                alike.entry(kind).or_default().insert(replicates, seconds);
            }
        }
        Self { known, alike, any }
    }

    /// Of the cell itself, else of those alike; else of those alike but for their replicates, each of
    /// which is taken to be a fit.
    fn of(&self, cell: &Cell) -> Option<f64> {
        let any = self.any?;
        let known = self.known.get(&cell.id).copied();
        let wanted = replicates(cell);
        let nearest = || {
            let alike = self.alike.get(&kind(cell))?;
            let (drawn, seconds) = alike.iter().min_by_key(|(drawn, _)| drawn.abs_diff(wanted))?;
            Some(seconds * (1 + wanted) as f64 / (1 + drawn) as f64)
        };
        Some(known.or_else(nearest).unwrap_or(any))
    }

    pub(super) fn of_all(&self, cells: &[&Cell]) -> Option<f64> {
        cells.iter().map(|cell| self.of(cell)).sum()
    }
}

/// What decides how long a fit takes.
fn kind(cell: &Cell) -> String {
    format!("{} {}", cell.model.estimator, cell.axes.region)
}

/// Replicates of all kinds that a cell draws: each is a fit again.
fn replicates(cell: &Cell) -> u64 {
    let of = |bootstrap: &Bootstrap| u64::from(bootstrap.replicates);
    let bootstraps = cell.bootstraps.iter().chain(cell.test_bootstrap.as_deref());
    let randomised = cell.randomisations.iter().map(|r| u64::from(r.replicates));
    bootstraps.map(of).chain(randomised).sum()
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
