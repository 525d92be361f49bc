//! `why-differs`: a difference between two cells, or between two nights of one, attributed to each
//! choice.

use super::super::Ending;
use super::super::args::{Experiment, Results, WhyDiffersOptions};
use super::comparing::{Kept, pretty};
use super::{Loaded, ended, load, means, report_mistakes};
use crate::compare::night::State;
use crate::compare::shapley::{contributions, settle};
use crate::ident::{Digest, KeyPath, VarName};
use crate::inputs::Inputs;
use crate::mistake::{self, Checked, Mistake, Place};
use crate::plan::{Cell, CellAxes, cell_at};
use crate::report::formats::plain::written;
use crate::report::number::Number;
use crate::run::{self, Event, Item, Watch};
use crate::spec::Axis;
use crate::spec::tables::RowTerm;
use crate::store::folder::Folder;
use crate::store::{CellResult, Record};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

/// Decimals of what is printed.
const DECIMALS: usize = 6;
/// Cells that a pattern that means several names.
const NAMED: usize = 5;

/// What one choice contributes.
#[derive(Debug, Serialize)]
struct Part {
    choice: String,
    from: String,
    to: String,
    contribution: f64,
}

/// A difference and what it is made of.
#[derive(Debug, Serialize)]
struct Attributed {
    row: String,
    from: String,
    to: String,
    old: f64,
    new: f64,
    difference: f64,
    parts: Vec<Part>,
    /// Combinations that were looked at, and those that had to be fitted.
    combinations: usize,
    fitted_now: usize,
    /// What must be known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

pub(super) fn why_differs(
    experiment: &Experiment,
    results: &Results,
    options: &WhyDiffersOptions,
) -> Ending {
    ended((|| {
        let mut loaded = load(experiment)?;
        let inputs = loaded.open()?;
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let a = one(&loaded, &options.a)?;
        let desk = Desk { loaded: &loaded, inputs: &inputs, folder: &folder };
        let row = RowTerm::parse(&options.row);
        let found = match (&options.b, &options.baseline) {
            (Some(b), _) => desk.between_cells(a, one(&loaded, b)?, &row),
            (None, Some(baseline)) => desk.between_nights(a, baseline, &row),
            // The command line asks for one of them.
            (None, None) => desk.between_cells(a, a, &row),
        };
        let found = loaded.or_report(found)?;
        if options.json {
            print!("{}", pretty(&found));
        } else {
            print(&found);
        }
        Ok(Ending::Done)
    })())
}

/// The one cell that a pattern means.
fn one<'l>(loaded: &'l Loaded, pattern: &str) -> Result<&'l Cell, Ending> {
    let cells = &loaded.plan.cells;
    let found: Vec<&Cell> = cells.iter().filter(|c| means(pattern, &c.label(), &c.id)).collect();
    let labels = |cells: &[&Cell]| {
        let labels: Vec<String> = cells.iter().take(NAMED).map(|c| c.label()).collect();
        labels.join(", ")
    };
    let (message, help) = match found.as_slice() {
        [cell] => return Ok(cell),
        [first, rest @ ..] if rest.iter().all(|c| c.id == first.id) => return Ok(first),
        [] => {
            let all: Vec<String> = cells.iter().map(Cell::label).collect();
            let nearest = mistake::closest(pattern, all.iter().map(String::as_str));
            let help = format!("the nearest is {}", nearest.unwrap_or_default());
            (format!("no cell is `{pattern}`"), help)
        }
        several => {
            let message = format!("`{pattern}` means {} cells and must mean one", several.len());
            (message, format!("among them {}", labels(several)))
        }
    };
    let mut mistake = Mistake::spec(&KeyPath::root(), message).help(help);
    mistake.place = Place::Nowhere;
    Err(report_mistakes(&mistake.into(), &loaded.layers))
}

/// Where two cells differ.
#[derive(Clone, Copy)]
enum Choice {
    Grid,
    On(Axis),
}

impl Choice {
    fn name(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::On(axis) => axis.name(),
        }
    }

    fn value(self, cell: &Cell) -> String {
        match self {
            Self::Grid => cell.grid.to_string(),
            Self::On(axis) => cell.axes.value(axis),
        }
    }
}

/// What combinations are fitted with.
struct Desk<'a> {
    loaded: &'a Loaded,
    inputs: &'a Inputs,
    folder: &'a Folder,
}

impl Desk<'_> {
    fn between_cells(&self, a: &Cell, b: &Cell, row: &RowTerm) -> Checked<Attributed> {
        let all = std::iter::once(Choice::Grid).chain(Axis::ALL.map(Choice::On));
        let choices: Vec<Choice> = all.filter(|c| c.value(a) != c.value(b)).collect();
        let sets = 0..1_usize << choices.len();
        let cells: Vec<Cell> = sets.map(|set| self.mixed(a, b, &choices, set)).collect();
        let (values, fitted_now) = self.values(&cells, row)?;
        let found = contributions(&values);
        let parts = choices.iter().zip(found).map(|(choice, contribution)| Part {
            choice: choice.name().to_owned(),
            from: choice.value(a),
            to: choice.value(b),
            contribution,
        });
        let (old, new) = (values[0], values[values.len() - 1]);
        Ok(Attributed {
            row: row.to_string(),
            from: a.label(),
            to: b.label(),
            old,
            new,
            difference: new - old,
            parts: parts.collect(),
            combinations: values.len(),
            fitted_now,
            notes: Vec::new(),
        })
    }

    /// The cell that has b's values for the choices in `set`, and a's for the others.
    fn mixed(&self, a: &Cell, b: &Cell, choices: &[Choice], set: usize) -> Cell {
        if set == 0 {
            return a.clone();
        }
        if set + 1 == 1 << choices.len() {
            return b.clone();
        }
        let (mut axes, mut grid) = (a.axes.clone(), &a.grid);
        for (_, choice) in choices.iter().enumerate().filter(|(i, _)| set & (1 << i) != 0) {
            match choice {
                Choice::Grid => grid = &b.grid,
                Choice::On(axis) => take(&mut axes, &b.axes, *axis),
            }
        }
        let (spec, plan) = (&self.loaded.spec, &self.loaded.plan);
        cell_at(spec, plan, grid, axes).expect("the cells of a plan are of its grids")
    }

    /// The value of the row in each cell, and how many had to be fitted. Kept records count where they
    /// were made from what there is now.
    fn values(&self, cells: &[Cell], row: &RowTerm) -> Checked<(Vec<f64>, usize)> {
        let records = self.folder.records()?;
        let whole: Vec<&Cell> = cells.iter().collect();
        let items = run::items(&whole, &self.loaded.spec, self.inputs);
        let kept: Vec<Option<Record>> = items
            .iter()
            .map(|item| {
                let entry = records.find(&item.cell.id, &item.key);
                entry.map(|entry| records.read(&entry)).transpose()
            })
            .collect::<Checked<_>>()?;
        let mut values = Vec::with_capacity(cells.len());
        let mut fitted_now = 0;
        for (cell, record) in cells.iter().zip(kept) {
            let record = match record {
                Some(record) => Some(record),
                None => {
                    fitted_now += 1;
                    self.fit(cell, self.inputs)
                }
            };
            values.push(value(cell, record.as_ref(), row)?);
        }
        Ok((values, fitted_now))
    }

    /// The record of a cell with its estimates alone, which is not kept.
    fn fit(&self, cell: &Cell, inputs: &Inputs) -> Option<Record> {
        let bare = Cell {
            bootstraps: Arc::default(),
            randomisations: Arc::default(),
            unit_effects: false,
            protocol: None,
            tests: Arc::default(),
            wald: Arc::default(),
            test_bootstrap: None,
            ..cell.clone()
        };
        let items = run::items(&[&bare], &self.loaded.spec, inputs);
        let items: Vec<&Item<'_>> = items.iter().collect();
        let made: Mutex<Option<Record>> = Mutex::new(None);
        let stop = AtomicBool::new(false);
        // Without bootstraps nothing is handed to the folder to keep.
        let observer = |event: Event<'_>| {
            if let Event::Finished(_, record) = event {
                *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(record.clone());
            }
        };
        let watch =
            Watch { stop: &stop, observer: &observer, keeper: self.folder, overdue: &|_| None };
        run::run(&items, &self.loaded.spec, inputs, &watch);
        made.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn between_nights(&self, cell: &Cell, baseline: &Path, row: &RowTerm) -> Checked<Attributed> {
        let base = Kept::open(baseline)?
            .ok_or_else(|| Mistake::file(baseline, "holds no results to compare with"))?;
        let old = base
            .record_of(&cell.label(), &cell.id)?
            .ok_or_else(|| Mistake::file(baseline, format!("has no record of {}", cell.label())))?;
        let new = self.current(cell)?;
        let (before, after) = (value(cell, Some(&old), row)?, value(cell, Some(&new), row)?);
        let mut told = self.apart(&base, cell, (&old, &new));
        let values = told.values(self, row);
        let (lost, mut parts) = match &values {
            // Everything that cannot be told apart is in the step from the old record to the first
            // fit that can be made.
            Some(values) => (values[0] - before, contributions(values)),
            None => (after - before, Vec::new()),
        };
        if values.is_none() {
            told.lump();
        }
        let mut named: Vec<Part> = Vec::new();
        if !told.unknown.is_empty() || lost != 0.0 {
            let names = told.unknown.join(" and ");
            let choice = if names.is_empty() { "unexplained".to_owned() } else { names };
            let part = Part { choice, from: String::new(), to: String::new(), contribution: lost };
            named.push(part);
        }
        parts.truncate(told.known.len());
        for ((choice, from, to), contribution) in told.known.iter().zip(parts) {
            let (choice, from, to) = (choice.clone(), from.clone(), to.clone());
            named.push(Part { choice, from, to, contribution });
        }
        let mut all: Vec<f64> = named.iter().map(|part| part.contribution).collect();
        settle(&mut all, after - before);
        for (part, contribution) in named.iter_mut().zip(all) {
            part.contribution = contribution;
        }
        Ok(Attributed {
            row: row.to_string(),
            from: format!("{} in {}", cell.label(), baseline.display()),
            to: format!("{} in {}", cell.label(), self.folder.root().display()),
            old: before,
            new: after,
            difference: after - before,
            parts: named,
            combinations: values.as_ref().map_or(0, Vec::len),
            fitted_now: values.as_ref().map_or(0, |values| values.len() - 1),
            notes: told.notes,
        })
    }

    /// The record of a cell by what there is now.
    fn current(&self, cell: &Cell) -> Checked<Record> {
        let records = self.folder.records()?;
        let items = run::items(&[cell], &self.loaded.spec, self.inputs);
        let entry = items.iter().find_map(|item| records.find(&item.cell.id, &item.key));
        let entry = entry.ok_or_else(|| {
            let message = format!("has no record of {} as it is now", cell.label());
            Mistake::file(self.folder.root(), message).help("run the experiment first")
        })?;
        records.read(&entry)
    }

    /// What differs between two records of a cell, and what of it can be fitted again.
    fn apart(&self, base: &Kept, cell: &Cell, (old, new): (&Record, &Record)) -> Told {
        let mut told = Told::new(cell);
        let short = |hash: &Option<Digest>| {
            hash.map_or_else(|| "none".to_owned(), |hash| format!("{hash:.8}"))
        };
        let (was, is) = (&old.made_from, &new.made_from);
        let version = format!("estimator {}", new.model.estimator);
        if was.versions.contains_key(&version)
            && was.versions.get(&version) != is.versions.get(&version)
        {
            told.unknown.push("versions".to_owned());
            told.notes.push("the old version is not there to fit with".to_owned());
        }
        if was.weights != is.weights || was.error_weights != is.error_weights {
            told.unknown.push("weights".to_owned());
            told.notes.push("the old weights are not kept".to_owned());
        }
        let copy = base.panel();
        let panel = copy.as_ref().and_then(|copy| self.inputs.with_panel(&self.loaded.spec, copy));
        let asked = old.asked != new.asked && old.model != new.model;
        if was.sample != is.sample {
            match panel.filter(|panel| panel.panel != self.inputs.panel) {
                Some(panel) => {
                    told.inputs = Some(panel);
                    told.known.push(("data".to_owned(), short(&was.sample), short(&is.sample)));
                }
                None if asked && copy.is_some() => {}
                None => {
                    told.unknown.push("data".to_owned());
                    told.notes.push(
                        "the old panel is not kept, or has other units or columns".to_owned(),
                    );
                }
            }
        }
        if old.asked != new.asked {
            told.question(cell, (old, new));
        }
        told
    }
}

/// What differs between two nights of a cell.
struct Told {
    /// The cell as it is, and as it was where that can be asked again.
    now: Cell,
    cell: Cell,
    asked_otherwise: bool,
    /// The old inputs, where they can be had and differ.
    inputs: Option<Inputs>,
    /// What can be fitted again: name, old, new.
    known: Vec<(String, String, String)>,
    /// What cannot.
    unknown: Vec<String>,
    notes: Vec<String>,
}

impl Told {
    fn new(cell: &Cell) -> Self {
        Self {
            now: cell.clone(),
            cell: cell.clone(),
            asked_otherwise: false,
            inputs: None,
            known: Vec::new(),
            unknown: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// What was asked, where it can be asked again.
    fn question(&mut self, cell: &Cell, (old, new): (&Record, &Record)) {
        let keys = ["model", "skip", "extras", "seed"];
        let others = |asked: &serde_json::Value| {
            let mut asked = asked.clone();
            if let Some(map) = asked.as_object_mut() {
                keys.iter().for_each(|key| drop(map.remove(*key)));
            }
            asked
        };
        if old.model == new.model && others(&old.asked) == others(&new.asked) {
            // Bootstraps, tests, the seed: nothing that moves an estimate.
            return;
        }
        let measure: Option<VarName> = old.model.regressors.first().map(|r| r.variable.clone());
        let skip = old.asked.get("skip").and_then(serde_json::Value::as_u64);
        match (measure, skip, others(&old.asked) == others(&new.asked)) {
            (Some(measure_variable), Some(skip), true) => {
                let (model, skip) = (Arc::new(old.model.clone()), skip as usize);
                self.cell = Cell { model, measure_variable, skip, ..cell.clone() };
                self.known.push(("question".to_owned(), "old".to_owned(), "new".to_owned()));
                self.asked_otherwise = true;
            }
            _ => {
                self.unknown.push("question".to_owned());
                self.notes.push(
                    "what was asked has other regions, weights, years, variants or derived columns: \
                     it cannot be asked again"
                        .to_owned(),
                );
            }
        }
    }

    /// The value for each set of what is new, with the weights and versions of now; `None` where one
    /// of them cannot be fitted.
    fn values(&mut self, desk: &Desk<'_>, row: &RowTerm) -> Option<Vec<f64>> {
        let mut values = Vec::new();
        for set in 0..1_usize << self.known.len() {
            let new = |name: &str| {
                let at = self.known.iter().position(|(known, ..)| known == name);
                at.is_none_or(|i| set & (1 << i) != 0)
            };
            let inputs = match &self.inputs {
                Some(inputs) if !new("data") => inputs,
                _ => desk.inputs,
            };
            let cell =
                if self.asked_otherwise && !new("question") { &self.cell } else { &self.now };
            match value(cell, desk.fit(cell, inputs).as_ref(), row) {
                Ok(value) => values.push(value),
                Err(mistakes) => {
                    let why: Vec<String> =
                        mistakes.iter().map(|mistake| mistake.message.clone()).collect();
                    self.notes.push(why.join("; "));
                    return None;
                }
            }
        }
        Some(values)
    }

    /// Nothing can be told apart.
    fn lump(&mut self) {
        let known = std::mem::take(&mut self.known);
        self.unknown.extend(known.into_iter().map(|(name, ..)| name));
    }
}

/// The value of a row in a cell.
fn value(cell: &Cell, record: Option<&Record>, row: &RowTerm) -> Checked<f64> {
    let none = |why: String| {
        let message = format!("{} has no `{row}`: {why}", cell.label());
        let mut mistake = Mistake::spec(&KeyPath::root(), message);
        mistake.place = Place::Nowhere;
        mistake.help("without it the difference cannot be attributed")
    };
    match record.map(|record| &record.result) {
        None => Err(none("it could not be fitted".to_owned()).into()),
        Some(CellResult::Failed(failure)) => {
            Err(none(format!("{}: {}", failure.kind, failure.reason)).into())
        }
        Some(CellResult::Fitted(_)) => {
            let state = State::of(record);
            let found = state.figures().and_then(|figures| figures.row(row));
            let found = found.ok_or_else(|| none("its model has no such row".to_owned()))?;
            Ok(found.value)
        }
    }
}

/// Takes over another cell's value on one axis.
fn take(axes: &mut CellAxes, from: &CellAxes, axis: Axis) {
    match axis {
        Axis::Model => axes.model.clone_from(&from.model),
        Axis::Effects => axes.effects = from.effects,
        Axis::Measure => axes.measure.clone_from(&from.measure),
        Axis::Region => axes.region.clone_from(&from.region),
        Axis::Lags => axes.lags.clone_from(&from.lags),
        Axis::Weights => axes.weights.clone_from(&from.weights),
        Axis::StdErrors => axes.std_errors.clone_from(&from.std_errors),
        Axis::Variant => axes.variant.clone_from(&from.variant),
    }
}

fn print(found: &Attributed) {
    let number = |value: f64| written(&Number::decimals(value, DECIMALS));
    println!("{}  {} {}", number(found.old), found.row, found.from);
    println!("{}  {} {}", number(found.new), found.row, found.to);
    println!("{}  difference", number(found.difference));
    for part in &found.parts {
        let share = if found.difference == 0.0 {
            String::new()
        } else {
            let share = 100.0 * part.contribution / found.difference;
            format!("{} %", written(&Number::decimals(share, 1)))
        };
        let change = if part.from.is_empty() && part.to.is_empty() {
            String::new()
        } else {
            format!("{} → {}", part.from, part.to)
        };
        println!("  {:12} {:>14} {:>10}  {change}", part.choice, number(part.contribution), share);
    }
    for note in &found.notes {
        println!("{note}");
    }
    if found.combinations > 0 {
        println!(
            "{} combinations, {} of them fitted now and not kept",
            found.combinations, found.fitted_now
        );
    }
}
