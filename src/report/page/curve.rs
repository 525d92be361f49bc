//! A coefficient over all specifications: its estimates as JSON, which the page's script draws, and
//! their range and shares for readers without scripts.

use super::Ground;
use super::blocks::{Block, Item, items, text, unmarked};
use crate::drawing::xml::escape;
use crate::model::{Impact, NEIGHBOURS, Term};
use crate::outcome::{Estimate, Outcome};
use crate::plan::Cell;
use crate::report::build::regression::estimate;
use crate::report::formats::plain::written;
use crate::report::labels;
use crate::report::number::{self, Number, significant};
use crate::report::words::PageNote;
use crate::robustness::{Specification, summarise};
use crate::spec::Axis;
use crate::spec::tables::RowTerm;
use crate::store::CellResult;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Decimals of what is read.
const DECIMALS: usize = 4;
/// p-values below it are significant.
const LEVEL: f64 = 0.05;

/// What the script is given.
#[derive(Serialize)]
struct Data {
    /// What may be chosen.
    rows: Vec<Choice>,
    /// What tells specifications apart.
    axes: Vec<AxisView>,
    /// Grids, the one that is shown first before the others.
    grids: Vec<String>,
    /// p-values below it are significant.
    level: f64,
    cells: Vec<Point>,
}

/// A coefficient or an effect.
#[derive(Serialize)]
struct Choice {
    /// Raw name of what it is a coefficient of.
    of: String,
    /// What that is called.
    label: String,
    /// Periods back.
    lag: i32,
    /// `coefficient`, `direct`, `indirect`, `total`.
    effect: &'static str,
    /// What all of it is called.
    name: String,
}

/// An axis and its values.
#[derive(Serialize)]
struct AxisView {
    label: String,
    values: Vec<String>,
}

/// A specification.
#[derive(Serialize)]
struct Point {
    /// Anchor of the cell.
    href: String,
    label: String,
    /// Position of its grid.
    grid: usize,
    /// Positions of its values on the axes.
    at: Vec<usize>,
    /// Estimates by position of the row: value, lower and upper end, p-value, all in words.
    e: BTreeMap<usize, (f64, f64, f64, f64, String)>,
}

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let wanted = &ground.source.spec.report.curve;
    let grids = grids(ground);
    let Some(first) = grids.first() else { return Vec::new() };
    let cells: Vec<&Cell> = ground
        .source
        .plan
        .cells
        .iter()
        .filter(|cell| grids.iter().any(|grid| *cell.grid == **grid))
        .collect();
    let rows = if wanted.rows.is_empty() {
        rows_of(ground, &cells)
    } else {
        wanted.rows.iter().map(|row| row.value.clone()).collect()
    };
    let axes = axes(ground, &cells);
    let points: Vec<Point> =
        cells.iter().filter_map(|cell| point(ground, cell, &rows, &axes, &grids)).collect();
    if points.is_empty() {
        return Vec::new();
    }
    let shown = cells.iter().filter(|cell| *cell.grid == **first).copied().collect::<Vec<_>>();
    let still = still(ground, first, &rows, &shown);
    let count = points.len();
    let view = |axis: &(Axis, Vec<(String, String)>)| AxisView {
        label: ground.source.words().axis(axis.0).to_owned(),
        values: axis.1.iter().map(|(_, label)| label.clone()).collect(),
    };
    let data = Data {
        rows: rows.iter().map(|row| choice(ground, row, &cells)).collect(),
        axes: axes.iter().map(view).collect(),
        grids,
        level: LEVEL,
        cells: points,
    };
    let json = serde_json::to_string(&data).unwrap_or_default();
    let json = unmarked(&json);
    let said = ground.source.words().page().curve;
    vec![text(said), Block::Curve { json, cells: count }, still]
}

/// The grids whose cells are shown: the one that is asked for, or all, the largest first.
fn grids(ground: Ground<'_>) -> Vec<String> {
    let spec = ground.source.spec;
    if let Some(grid) = &spec.report.curve.grid {
        return vec![grid.value.clone()];
    }
    let size = |name: &str| ground.source.plan.cells.iter().filter(|c| *c.grid == *name).count();
    let named: BTreeSet<&str> = ground.source.plan.cells.iter().map(|cell| &*cell.grid).collect();
    let mut grids: Vec<String> = named.into_iter().map(str::to_owned).collect();
    grids.sort_by_key(|name| std::cmp::Reverse(size(name)));
    grids
}

fn outcome<'a>(ground: Ground<'a>, cell: &Cell) -> Option<&'a Outcome> {
    match ground.source.records.get(&cell.id).map(|record| &record.result) {
        Some(CellResult::Fitted(outcome)) => Some(outcome),
        Some(CellResult::Failed(_)) | None => None,
    }
}

/// Every coefficient and effect of any cell, but the variance.
fn rows_of(ground: Ground<'_>, cells: &[&Cell]) -> Vec<RowTerm> {
    let mut rows: Vec<(u8, RowTerm)> = Vec::new();
    for cell in cells {
        let Some(outcome) = outcome(ground, cell) else { continue };
        let derived = outcome.derived.iter().filter_map(|d| d.estimate());
        for found in outcome.fit.estimates.iter().chain(&outcome.impacts).chain(derived) {
            let Some(row) = row_of(cell, found) else { continue };
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
    }
    rows.sort_by_key(|(rank, _)| *rank);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The row of an estimate, and where it stands among the others.
fn row_of(cell: &Cell, found: &Estimate) -> Option<(u8, RowTerm)> {
    let named = || RowTerm::Named(found.term.to_string());
    Some(match &found.term {
        Term::Variable(r) if r.is_own(&cell.measure_variable) => {
            (0, RowTerm::Measure { impact: None, lag: r.lag })
        }
        Term::Impact(impact, r) if r.variable == cell.measure_variable => {
            (0, RowTerm::Measure { impact: Some(*impact), lag: r.lag })
        }
        Term::Variable(r) if r.is_unit_mean() => (1, named()),
        Term::Variable(r) if r.variable == cell.measure_variable => {
            (1, RowTerm::OfNeighbours { lag: r.lag })
        }
        Term::Variable(_) | Term::Impact(..) => (1, named()),
        Term::Rho | Term::Lambda => (2, named()),
        Term::Derived(_) => (3, named()),
        Term::Constant => (4, named()),
        Term::Phi | Term::Sigma2 => return None,
    })
}

/// A row in the parts that are chosen one by one.
fn choice(ground: Ground<'_>, row: &RowTerm, cells: &[&Cell]) -> Choice {
    let spec = ground.source.spec;
    let measure = || {
        let first = cells.first().map(|cell| &cell.measure_variable);
        let shared = first.filter(|v| cells.iter().all(|cell| cell.measure_variable == **v));
        shared.map_or(ground.source.words().measure(), |v| labels::variable(spec, v)).to_owned()
    };
    let (of, label, lag, impact) = match row {
        RowTerm::Measure { impact, lag } => ("measure".to_owned(), measure(), *lag, *impact),
        RowTerm::OfNeighbours { lag } => {
            ("W:measure".to_owned(), labels::of_neighbours(&measure()), *lag, None)
        }
        RowTerm::Named(raw) => match Term::parse(raw) {
            Term::Variable(r) if r.is_of_neighbours() => {
                let label = labels::of_neighbours(labels::variable(spec, &r.variable));
                (format!("{NEIGHBOURS}{}", r.variable), label, r.lag, None)
            }
            Term::Variable(r) => {
                (r.variable.0.clone(), labels::variable(spec, &r.variable).to_owned(), r.lag, None)
            }
            Term::Impact(impact, r) => {
                let label = labels::variable(spec, &r.variable).to_owned();
                (r.variable.0, label, r.lag, Some(impact))
            }
            term => (raw.clone(), labels::term(spec, &term), 0, None),
        },
    };
    let name = labels::impact(spec, impact, labels::lagged(&label, lag));
    Choice { of, label, lag, effect: impact.map_or("coefficient", Impact::name), name }
}

/// The axes on which cells differ, each with its values by name and in words.
fn axes(ground: Ground<'_>, cells: &[&Cell]) -> Vec<(Axis, Vec<(String, String)>)> {
    let values = |axis: Axis| {
        let mut values: Vec<(String, String)> = Vec::new();
        for cell in cells {
            let value = cell.axes.value(axis);
            if !values.iter().any(|(known, _)| *known == value) {
                values.push((value, labels::axis_value(ground.source.spec, &cell.axes, axis)));
            }
        }
        if axis == Axis::Lags {
            let rank = |value: &str| cells.iter().find(|c| c.axes.value(axis) == value);
            values.sort_by_key(|(value, _)| rank(value).map(|cell| cell.axes.lags.clone()));
        }
        (axis, values)
    };
    Axis::ALL.into_iter().map(values).filter(|(_, values)| values.len() > 1).collect()
}

fn point(
    ground: Ground<'_>,
    cell: &Cell,
    rows: &[RowTerm],
    axes: &[(Axis, Vec<(String, String)>)],
    grids: &[String],
) -> Option<Point> {
    let outcome = outcome(ground, cell)?;
    let found = |(at, row): (usize, &RowTerm)| {
        let e = estimate(outcome, &row.term(&cell.measure_variable))?;
        let [value, low, high, p] = [e.value, e.conf_low, e.conf_high, e.p_value].map(significant);
        Some((at, (value, low, high, p, in_words(ground, e))))
    };
    let position = |(axis, values): &(Axis, Vec<(String, String)>)| {
        let own = cell.axes.value(*axis);
        values.iter().position(|(value, _)| *value == own).unwrap_or_default()
    };
    Some(Point {
        href: ground.anchor(&cell.id),
        label: cell.label(),
        grid: grids.iter().position(|grid| **grid == *cell.grid)?,
        at: axes.iter().map(position).collect(),
        e: rows.iter().enumerate().filter_map(found).collect(),
    })
}

/// `−0.1234, standard error 0.0456, p = 0.012, 95 % interval [−0.2128, −0.0340]`
fn in_words(ground: Ground<'_>, e: &Estimate) -> String {
    let entry = [e.value, e.std_error, e.conf_low, e.conf_high];
    let decimals = number::decimals_to_see(&entry, DECIMALS);
    let number = |value: f64| written(&Number::decimals(value, decimals));
    let p = written(&Number::probability(e.p_value));
    let p = p.strip_prefix('<').map_or_else(|| format!("p = {p}"), |p| format!("p < {p}"));
    ground.source.words().page_note(PageNote::Estimate(
        &number(e.value),
        &number(e.std_error),
        &p,
        [&number(e.conf_low), &number(e.conf_high)],
    ))
}

/// Range and shares of each row over the cells of a grid.
fn still(ground: Ground<'_>, grid: &str, rows: &[RowTerm], cells: &[&Cell]) -> Block {
    let mut lines = Vec::new();
    for row in rows {
        let specification = |cell: &&Cell| {
            let e = estimate(outcome(ground, cell)?, &row.term(&cell.measure_variable))?;
            let choices = Axis::ALL.map(|axis| cell.axes.value(axis)).to_vec();
            Some(Specification { estimate: e.value, p_value: e.p_value, choices })
        };
        let all: Vec<Specification> = cells.iter().filter_map(specification).collect();
        let Some(summary) = summarise(&all, None, LEVEL) else { continue };
        let estimate = |value| written(&Number::decimals(value, DECIMALS));
        let shares = summary.shares;
        let mut line: Vec<Item> = items([choice(ground, row, cells).name]);
        line.extend(items([summary.specifications.to_string()]));
        line.extend(items([summary.minimum, summary.median, summary.maximum].map(estimate)));
        line.extend(items(
            [shares.same_sign, shares.significant, shares.opposite].map(number::percent_of),
        ));
        lines.push(line);
    }
    let level = number::threshold(LEVEL);
    let words = ground.source.words();
    let shares = [PageNote::AndBelow(&level), PageNote::OtherBelow(&level)];
    let heads = words.page().still_heads.into_iter().map(str::to_owned);
    let heads = heads.chain(shares.map(|note| words.page_note(note)));
    Block::Still {
        caption: escape(&words.page_note(PageNote::Ranges(grid))),
        heads: heads.map(|head| escape(&head)).collect(),
        rows: lines,
    }
}
