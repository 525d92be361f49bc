//! A cell → the files that are an experiment of it alone, so that whoever has them sees it fail as
//! it failed here. Touches no disk: who keeps them is another's business.
//!
//! The experiment starts from the columns of the data that the cell rests on, as the missing-value
//! policy left them, and from the links of its weights. From there on it does what the whole does:
//! derived columns, region, lags, variant, random streams. Two things differ on purpose: there are
//! no retries, which draw their points from the cell's identity, and functions of the coefficients,
//! which never make a cell fail, are left out.

mod std_errors;

use crate::ident::VarName;
use crate::inputs::Inputs;
use crate::model::Bootstrap;
use crate::model::Regressor;
use crate::model::Whose;
use crate::model::change::{Change, TailRule};
use crate::outcome::{Failure, FailureKind};
use crate::plan::{Cell, asked};
use crate::spec::limits::RunSpec;
use crate::spec::{OF_PERIOD, Spec};
use crate::weights::Links;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use toml::{Table, Value};

/// The experiment among the files.
pub const EXPERIMENT: &str = "repro.toml";
const SAMPLE: &str = "sample.csv";
const WEIGHTS: &str = "weights.csv";
const ERROR_WEIGHTS: &str = "error-weights.csv";
/// What the experiment calls the matrix of the spatial error.
const OF_ERRORS: &str = "errors";
/// Why text is always written.
const TAKES_ALL: &str = "a string takes all that is written to it";
/// What the experiment calls the one value of an axis.
const ONLY: &str = "only";

/// How a cell failed.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// The failure.
    pub failure: &'a Failure,
    /// The limits it failed under, if limits are why.
    pub run: &'a RunSpec,
    /// The version of spanel.
    pub version: &'a str,
}

/// The files by name: the experiment, its data and weights, the question and the failure.
pub fn files(
    cell: &Cell,
    spec: &Spec,
    inputs: &Inputs,
    failed: &Failed<'_>,
) -> BTreeMap<String, String> {
    let question = serde_json::to_string_pretty(&asked(spec, cell))
        .expect("a structure of strings, numbers and enums always has a JSON form");
    let mut files = BTreeMap::from([
        (EXPERIMENT.to_owned(), experiment(cell, spec, inputs, failed)),
        (SAMPLE.to_owned(), sample(cell, spec, inputs)),
        ("question.json".to_owned(), question + "\n"),
        ("failure.txt".to_owned(), said(cell, failed)),
    ]);
    files.extend(weights_files(&cell.axes.weights, WEIGHTS, inputs));
    if let Some(name) = &cell.error_weights {
        files.extend(weights_files(name, ERROR_WEIGHTS, inputs));
    }
    files
}

fn said(cell: &Cell, Failed { failure, version, .. }: &Failed<'_>) -> String {
    let (kind, reason) = (failure.kind.name(), &failure.reason);
    format!(
        "cell {}\nlabel {}\nclass {kind}\nreason {reason}\nspanel {version}\n",
        cell.id,
        cell.label()
    )
}

fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

/// A word of the specification, as it is written there.
fn worded(word: impl Serialize) -> Value {
    Value::try_from(word).expect("an enum without fields always is a word")
}

fn texts<T: ToString>(all: impl IntoIterator<Item = T>) -> Value {
    Value::Array(all.into_iter().map(|one| text(one.to_string())).collect())
}

fn whole(number: impl Into<i64>) -> Value {
    Value::Integer(number.into())
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Table {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A section of one name.
fn named(name: &str, of: Table) -> Value {
    Value::Table(table([(name, Value::Table(of))]))
}

fn experiment(cell: &Cell, spec: &Spec, inputs: &Inputs, failed: &Failed<'_>) -> String {
    let mut all = table([
        ("title", text(format!("{} of {}", cell.label(), spec.name))),
        ("seed", whole(i64::try_from(spec.seed.0).unwrap_or(i64::MAX))),
        ("data", Value::Table(data(spec))),
        ("variables", Value::Table(variables(cell, spec))),
        ("weights", Value::Table(matrices(cell, spec))),
        ("regions", named(ONLY, table([("units", texts(units_of(cell, inputs)))]))),
        ("measures", named(ONLY, table([("variable", text(cell.measure_variable.to_string()))]))),
        ("models", named(ONLY, model(cell))),
    ]);
    let mut grid = grid(cell, spec);
    let bootstraps = cell.bootstraps.iter().chain(cell.test_bootstrap.as_deref());
    let designs: Table =
        bootstraps.enumerate().map(|(i, b)| (format!("b{i}"), Value::Table(design(b)))).collect();
    let own = cell.bootstraps.len();
    if own > 0 {
        grid.insert("bootstrap".to_owned(), texts((0..own).map(|i| format!("b{i}"))));
    }
    if cell.test_bootstrap.is_some() {
        grid.insert("test_bootstrap".to_owned(), text(format!("b{own}")));
    }
    let permuted: Table = cell
        .randomisations
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let design =
                table([("permute", text(r.permute.name())), ("replicates", whole(r.replicates))]);
            (format!("r{i}"), Value::Table(design))
        })
        .collect();
    if !permuted.is_empty() {
        grid.insert("randomisation".to_owned(), texts(permuted.keys()));
    }
    if let Some(variant) = variant(cell, inputs) {
        // The values of a placebo that permutes are called by the number of their draw.
        let draw = cell.change.draw.map_or(String::new(), |draw| format!(".{draw}"));
        grid.insert("variant".to_owned(), text(format!("{ONLY}{draw}")));
        all.insert("variants".to_owned(), named(ONLY, variant));
    }
    if !cell.model.std_errors.is_default() {
        grid.insert("std_errors".to_owned(), text(ONLY));
        all.insert(
            "std_errors".to_owned(),
            named(ONLY, std_errors::written(&cell.model.std_errors)),
        );
    }
    all.insert("grids".to_owned(), named("repro", grid));
    let mut add = |name: &str, section: Table| {
        if !section.is_empty() {
            all.insert(name.to_owned(), Value::Table(section));
        }
    };
    add("bootstrap", designs);
    add("randomisation", permuted);
    add("run", limits(failed));
    let body = toml::to_string(&all).expect("tables of text, numbers and lists always are TOML");
    format!("{}\n{body}", head(cell, spec, failed))
}

fn head(cell: &Cell, spec: &Spec, failed: &Failed<'_>) -> String {
    let reason = failed.failure.reason.replace('\n', " ");
    format!(
        "# One cell of the experiment `{}`, {}, which failed with spanel {}:\n# {}: {reason}\n\
         # To see it fail again: spanel run {EXPERIMENT}\n",
        spec.name,
        cell.label(),
        failed.version,
        failed.failure.kind,
    )
}

fn data(spec: &Spec) -> Table {
    table([
        ("file", text(SAMPLE)),
        ("unit", text(spec.data.unit.value.to_string())),
        ("time", text(spec.data.time.value.to_string())),
    ])
}

/// The columns that the cell names.
fn columns(cell: &Cell) -> BTreeSet<&VarName> {
    let instruments = &cell.model.instruments.columns;
    let regressors = cell.model.regressors.iter().chain(instruments).map(|r| &r.variable);
    let tails = cell.change.tails.iter().flat_map(|t| t.columns.iter().flatten());
    let coordinates = cell.model.std_errors.coordinates().map(|(x, y)| [x, y]);
    let beside = coordinates.into_iter().flatten().chain(cell.model.std_errors.cluster_column());
    std::iter::once(&cell.model.response).chain(regressors).chain(tails).chain(beside).collect()
}

/// The definitions of derived columns, and of those that they are made of.
fn variables(cell: &Cell, spec: &Spec) -> Table {
    let mut open: Vec<VarName> = columns(cell).into_iter().cloned().collect();
    let mut found = Table::new();
    while let Some(name) = open.pop() {
        let expr = spec.variables.get(&name).and_then(|variable| variable.expr.as_ref());
        let Some(expr) = expr.filter(|_| !found.contains_key(&name.to_string())) else { continue };
        let definition = table([("expr", text(expr.value.to_string()))]);
        found.insert(name.to_string(), Value::Table(definition));
        open.extend(expr.value.columns());
    }
    found
}

fn matrices(cell: &Cell, spec: &Spec) -> Table {
    let of = |name: &str, file: &str| Value::Table(weights_of(name, spec, file));
    let mut all = table([(ONLY, of(&cell.axes.weights, WEIGHTS))]);
    if let Some(name) = &cell.error_weights {
        all.insert(OF_ERRORS.to_owned(), of(name, ERROR_WEIGHTS));
    }
    all
}

fn weights_of(name: &str, spec: &Spec, file: &str) -> Table {
    let weights = &spec.weights[name];
    let file = if weights.changes { of_period(file, OF_PERIOD) } else { file.to_owned() };
    table([
        ("file", text(file)),
        ("format", text("edges")),
        ("normalise", worded(weights.normalise)),
        ("regions", worded(weights.regions)),
        ("isolates", text("keep")),
        ("asymmetric", Value::Boolean(true)),
    ])
}

fn units_of<'a>(cell: &Cell, inputs: &'a Inputs) -> Vec<&'a str> {
    let units = inputs.panel.units().as_slice();
    inputs.regions[&cell.axes.region].iter().map(|&i| units[i].0.as_str()).collect()
}

fn model(cell: &Cell) -> Table {
    let mut model = table([
        ("estimator", text(&cell.model.estimator)),
        ("lag_order", text(cell.model.lag_order.name())),
    ]);
    let lag = cell.model.lag_of_response(Whose::Neighbours);
    let durbin =
        cell.model.regressors.iter().filter(|r| r.is_of_neighbours() && Some(*r) != lag.as_ref());
    let durbin: Vec<Regressor> =
        durbin.map(|r| Regressor::new(r.variable.clone(), r.lag)).collect();
    if cell.error_weights.is_some() {
        model.insert("error_weights".to_owned(), text(OF_ERRORS));
    }
    if !durbin.is_empty() {
        model.insert("durbin".to_owned(), texts(durbin));
    }
    let stated = &cell.model.instruments;
    if !stated.endogenous.is_empty() {
        model.insert("endogenous".to_owned(), texts(stated.endogenous.clone()));
    }
    if !stated.columns.is_empty() {
        model.insert("instruments".to_owned(), texts(stated.columns.clone()));
    }
    if let Some(powers) = stated.powers {
        model.insert("spatial_instruments".to_owned(), whole(powers));
    }
    if let Some(small_sample) = cell.model.small_sample {
        model.insert("small_sample".to_owned(), worded(small_sample));
    }
    if let Some(components) = cell.model.error_components {
        model.insert("error_components".to_owned(), text(components.name()));
    }
    if let Some(weights) = cell.model.moment_weights {
        model.insert("moment_weights".to_owned(), text(weights.name()));
    }
    if let Some(components) = cell.model.variance_components {
        model.insert("variance_components".to_owned(), text(components.name()));
    }
    if let Some(dynamics) = cell.model.dynamics {
        model.insert("dynamics".to_owned(), worded(dynamics));
    }
    if cell.model.dynamics.is_some() || !cell.model.correction.is_none() {
        model.insert("correction".to_owned(), worded(cell.model.correction));
    }
    model
}

fn grid(cell: &Cell, spec: &Spec) -> Table {
    let controls = spec.grids.get(&*cell.grid).map(|grid| &grid.controls);
    let terms = spec.grids.get(&*cell.grid).map(|grid| &grid.terms);
    let lags = cell.axes.lags.lags().iter().map(|&lag| whole(lag)).collect();
    table([
        ("response", text(cell.model.response.to_string())),
        ("controls", texts(controls.into_iter().flatten().map(|c| c.value.to_string()))),
        ("terms", texts(terms.into_iter().flatten().map(|t| t.pattern.value.clone()))),
        ("model", text(ONLY)),
        ("effects", text(cell.model.effects.name())),
        ("measure", text(ONLY)),
        ("region", text(ONLY)),
        ("lags", Value::Array(vec![Value::Array(lags)])),
        ("weights", text(ONLY)),
        ("tests", texts(&*cell.tests)),
    ])
}

fn design(bootstrap: &Bootstrap) -> Table {
    let mut design = table([
        ("scheme", text(&bootstrap.scheme)),
        ("rescale", text(bootstrap.rescale.name())),
        ("replicates", whole(bootstrap.replicates)),
    ]);
    if let Some(length) = bootstrap.block_length {
        design.insert("block_length".to_owned(), whole(length));
    }
    design
}

/// What the cell's variant changes, and the periods that a deeper lag of its grid costs it.
fn variant(cell: &Cell, inputs: &Inputs) -> Option<Table> {
    let Change { years, without, tails, placebo, draw } = &*cell.change;
    let mut variant = Table::new();
    if let Some((first, last)) = years_of(cell, *years, inputs) {
        variant.insert("years".to_owned(), Value::Array(vec![whole(first), whole(last)]));
    }
    let regions = without.regions.iter().filter_map(|region| inputs.regions.get(region));
    let all = inputs.panel.units().as_slice();
    let mut units: BTreeSet<&str> = without.units.iter().map(String::as_str).collect();
    units.extend(regions.flatten().map(|&i| all[i].0.as_str()));
    let mut out = Table::new();
    if !units.is_empty() {
        out.insert("units".to_owned(), texts(units));
    }
    if !without.periods.is_empty() {
        let periods = without.periods.iter().map(|p| whole(p.0)).collect();
        out.insert("years".to_owned(), Value::Array(periods));
    }
    if !out.is_empty() {
        variant.insert("without".to_owned(), Value::Table(out));
    }
    if let Some(tails) = tails {
        let rule = match tails.rule {
            TailRule::Winsorise => "winsorise",
            TailRule::Trim => "trim",
        };
        variant.insert(rule.to_owned(), Value::Float(tails.share));
        if let Some(columns) = &tails.columns {
            variant.insert("columns".to_owned(), texts(columns));
        }
    }
    if let Some(placebo) = placebo {
        variant.insert("placebo".to_owned(), worded(placebo));
    }
    if let Some(draw) = draw {
        variant.insert("draws".to_owned(), whole(*draw));
    }
    (!variant.is_empty()).then_some(variant)
}

fn years_of(
    cell: &Cell,
    years: Option<(crate::ident::Period, crate::ident::Period)>,
    inputs: &Inputs,
) -> Option<(i64, i64)> {
    let own = cell.model.regressors.iter().map(|r| r.lag.max(0) as usize).max().unwrap_or(0);
    let periods = inputs.panel.periods();
    let begins = periods.get(cell.skip).filter(|_| cell.skip > own).map(|p| p.0);
    let (first, last) = match years {
        Some((first, last)) => (first.0, last.0),
        None => (begins?, periods.last()?.0),
    };
    Some((begins.map_or(first, |begins| begins.max(first)), last))
}

/// The limits, where they are why the cell failed.
fn limits(failed: &Failed<'_>) -> Table {
    let RunSpec { timeout, isolate, memory, .. } = failed.run;
    let mut run = Table::new();
    if !matches!(failed.failure.kind, FailureKind::Timeout | FailureKind::Killed) {
        return run;
    }
    if let Some(timeout) = timeout {
        run.insert("timeout".to_owned(), text(timeout.to_string()));
    }
    if *isolate {
        run.insert("isolate".to_owned(), Value::Boolean(true));
    }
    if let Some(memory) = memory {
        run.insert("memory".to_owned(), text(memory.to_string()));
    }
    run
}

/// The columns of the data that the cell rests on: all units and periods.
fn sample(cell: &Cell, spec: &Spec, inputs: &Inputs) -> String {
    let (panel, mut raw) = (&inputs.panel, BTreeSet::new());
    for column in columns(cell) {
        raw.extend(inputs.sources.get(column).into_iter().flatten());
    }
    let columns: Vec<_> = raw.iter().filter_map(|name| panel.column(name)).collect();
    let names = [&spec.data.unit.value, &spec.data.time.value].into_iter().chain(raw);
    let mut csv = names.map(|name| field(&name.to_string())).collect::<Vec<_>>().join(",") + "\n";
    let units = panel.units().as_slice();
    for (t, period) in panel.periods().iter().enumerate() {
        for (i, unit) in units.iter().enumerate() {
            write!(csv, "{},{period}", field(&unit.0)).expect(TAKES_ALL);
            for column in &columns {
                let value = column[t * units.len() + i];
                csv.push(',');
                if let Some(value) = value {
                    write!(csv, "{value}").expect(TAKES_ALL);
                }
            }
            csv.push('\n');
        }
    }
    csv
}

/// The file of a matrix, or one for each period.
fn weights_files(name: &str, file: &str, inputs: &Inputs) -> Vec<(String, String)> {
    match inputs.by_period.get(name) {
        None => vec![(file.to_owned(), weights(&inputs.links[name]))],
        Some(periods) => {
            let each = periods.iter();
            each.map(|(period, links)| (of_period(file, &period.to_string()), weights(links)))
                .collect()
        }
    }
}

/// `weights-2003.csv`
fn of_period(file: &str, period: &str) -> String {
    file.replace(".csv", &format!("-{period}.csv"))
}

/// The links, before they are normalised; a unit without any has a row of its own.
fn weights(links: &Links) -> String {
    let mut csv = "from,to,weight\n".to_owned();
    let name = |i: usize| field(&links.units[i].0);
    let linked: BTreeSet<usize> = links.links.iter().map(|(from, _, _)| *from).collect();
    for i in (0..links.units.len()).filter(|i| !linked.contains(i)) {
        writeln!(csv, "{},,", name(i)).expect(TAKES_ALL);
    }
    for (from, to, weight) in &links.links {
        writeln!(csv, "{},{},{weight}", name(*from), name(*to)).expect(TAKES_ALL);
    }
    csv
}

/// A field of a CSV file.
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) || text.trim() != text {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
