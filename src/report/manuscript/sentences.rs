//! One sentence on each table and figure. Every number is from the records; what records do not
//! say is not said.

use crate::ident::Located;
use crate::mistake::Checked;
use crate::outcome::{Basis, Estimate, MoranYear, Test, TestOutcome};
use crate::report::build::moran::{deciding_p, years};
use crate::report::build::regression::{estimate, term_in};
use crate::report::build::{protocol, tests};
use crate::report::columns::{self, CellColumn};
use crate::report::formats::Layout;
use crate::report::formats::latex::Latex;
use crate::report::formats::plain::{probability, written};
use crate::report::joint::stored;
use crate::report::number::{Number, decimals_to_see, percent_of, threshold};
use crate::report::robustness::gather;
use crate::report::words::{Counted, Finding, Sentence};
use crate::report::{Source, functions, labels, notes};
use crate::spec::Axis;
use crate::spec::figures::FigureSpec;
use crate::spec::tables::{RegressionTable, RobustnessTable, RowTerm, TableKind, TableSpec};
use std::collections::BTreeSet;

/// p-values below it are significant.
const LEVEL: f64 = 0.05;
/// Decimals of a number in a sentence, at least.
const LEAST_DECIMALS: usize = 2;

/// What is said of a table.
pub(super) fn of_table(source: Source<'_>, spec: &TableSpec) -> Checked<String> {
    let words = source.words();
    let said = match &spec.kind {
        TableKind::Descriptive { variables, .. } => {
            words.of_table(Sentence::Describes(variables.len()), None)
        }
        TableKind::Regression(table) => regression(source, spec, table)?,
        TableKind::Tests { cells, rows } => {
            let cells = columns::choose(source, cells, &spec.at)?;
            tests(source, &cells, rows)
        }
        TableKind::Protocol { cells } => {
            let cells = columns::choose(source, cells, &spec.at)?;
            decisions(source, &cells)
        }
        TableKind::Moran { moran, .. } => of_years(source, spec, years(source, moran)),
        TableKind::UnitRoots { .. } => words.of_table(Sentence::UnitRoots, None),
        TableKind::Robustness(table) => robustness(source, spec, table)?,
        TableKind::Joint { joint } => family(source, joint),
        TableKind::Published { .. } => words.of_table(Sentence::Published, None),
    };
    Ok(format!("{}~\\ref{{tab:{}}} {}", words.table(), spec.id, Latex.escape(&said)))
}

/// What is said of a figure.
pub(super) fn of_figure(source: Source<'_>, spec: &FigureSpec) -> String {
    let words = source.words();
    let said = Latex.escape(&words.of_figure(spec.caption.trim_end_matches(['.', '。'])));
    format!("{}~\\ref{{fig:{}}} {said}", words.drawn().figure, spec.id)
}

/// A number of a sentence, which has no row that would tell its size: not without decimals, however
/// few the table has, and never a zero that is none.
fn number(value: f64, digits: usize) -> String {
    written(&Number::decimals(value, decimals_to_see(&[value], digits.max(LEAST_DECIMALS))))
}

/// The sequence of decisions of each cell.
fn decisions(source: Source<'_>, cells: &[CellColumn<'_>]) -> String {
    let words = source.words();
    let say =
        |c: &CellColumn<'_>| Some(protocol::paragraph(source, c.outcome()?.protocol.as_ref()?));
    let said: Vec<String> = notes::grouped(words, cells, say)
        .into_iter()
        .map(|(columns, text)| words.sequence(columns.as_deref(), &text))
        .collect();
    let about = words.of_table(Sentence::Tests(cells.len()), None);
    [vec![about], said].concat().join(" ")
}

/// The first row over the columns.
fn regression(source: Source<'_>, spec: &TableSpec, table: &RegressionTable) -> Checked<String> {
    let cells = columns::choose(source, &table.cells, &spec.at)?;
    let fitted = cells.iter().filter(|cell| cell.outcome().is_some()).count();
    let measure = RowTerm::Measure { impact: None, lag: 0 };
    let rows = table.rows.iter().map(|row| &row.value);
    // A constant says little.
    let mut rows = rows.filter(|row| row.to_string() != "constant");
    let row = rows.next().unwrap_or(&measure);
    let label = table.labels.get(&row.to_string()).cloned();
    let label = label.unwrap_or_else(|| functions::row_label(source, row, &cells));
    let found: Vec<&Estimate> = estimates(row, &cells);
    Ok(coefficient(source, fitted, &label, (&found, spec.digits)))
}

fn estimates<'a>(row: &RowTerm, cells: &[CellColumn<'a>]) -> Vec<&'a Estimate> {
    let of = |cell: &CellColumn<'a>| estimate(cell.outcome()?, &term_in(row, cell));
    cells.iter().filter_map(of).collect()
}

/// `: the coefficient of ln OA lies between −0.3 and 0.2, with p < 0.05 in 2 of 4`
fn coefficient(
    source: Source<'_>,
    fits: usize,
    label: &str,
    (found, digits): (&[&Estimate], usize),
) -> String {
    let said = |finding| source.words().of_table(Sentence::Fits(fits), finding);
    match found {
        [] => said(None),
        [one] => said(Some(Finding::Coefficient(
            label,
            &number(one.value, digits),
            &number(one.std_error, digits),
            &probability(one.p_value),
        ))),
        several => {
            let values = || several.iter().map(|e| e.value);
            let (low, high) = (
                values().fold(f64::INFINITY, f64::min),
                values().fold(f64::NEG_INFINITY, f64::max),
            );
            let significant = several.iter().filter(|e| e.p_value < LEVEL).count();
            said(Some(Finding::Between(
                label,
                &number(low, digits),
                &number(high, digits),
                &threshold(LEVEL),
                significant,
                several.len(),
            )))
        }
    }
}

/// How often each test of the table rejects, by the fit that it looks at.
fn tests(source: Source<'_>, cells: &[CellColumn<'_>], rows: &[Located<String>]) -> String {
    let words = source.words();
    let names = tests::names(rows, cells);
    let mut found: Vec<(&str, Vec<Counted>)> = Vec::new();
    for basis in tests::bases(&names, cells) {
        let counted = names.iter().filter_map(|name| counted(source, cells, (name, basis)));
        let counted: Vec<Counted> = counted.collect();
        if !counted.is_empty() {
            found.push((words.basis(basis), counted));
        }
    }
    let level = threshold(LEVEL);
    let finding = (!found.is_empty()).then(|| Finding::Rejects(&level, &found));
    words.of_table(Sentence::Tests(cells.len()), finding)
}

/// How often a test rejects: once a regression, however many cells look at it.
fn counted(
    source: Source<'_>,
    cells: &[CellColumn<'_>],
    (name, basis): (&str, Basis),
) -> Option<Counted> {
    let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut p_values = Vec::new();
    for cell in cells {
        let found = cell.outcome().and_then(|outcome| tests::find(outcome, name, basis));
        let Some(p) = found.and_then(p_value) else { continue };
        if seen.insert(regression_of(cell, basis)) {
            p_values.push(p);
        }
    }
    let rejects = p_values.iter().filter(|p| **p < LEVEL).count();
    let test = labels::named_test(source.spec, name);
    (!p_values.is_empty()).then_some((test, rejects, p_values.len()))
}

/// What the regression that a test looks at depends on: least squares have no spatial model, and
/// pooled ones no effects.
fn regression_of(cell: &CellColumn<'_>, basis: Basis) -> Vec<String> {
    let matters = |axis: &Axis| match basis {
        Basis::Pooled => !matches!(axis, Axis::Model | Axis::Effects),
        Basis::Within => *axis != Axis::Model,
        Basis::Fit => true,
    };
    Axis::ALL.into_iter().filter(matters).map(|axis| cell.cell.axes.value(axis)).collect()
}

fn p_value(test: &Test) -> Option<f64> {
    match &test.outcome {
        TestOutcome::Computed { p_value, .. } => {
            p_value.or_else(|| test.bootstrap.as_ref().map(|b| b.p_value))
        }
        TestOutcome::NotApplicable { .. } => None,
    }
}

fn of_years(source: Source<'_>, spec: &TableSpec, years: &[MoranYear]) -> String {
    let least = years.iter().min_by(|a, b| a.i.total_cmp(&b.i));
    let most = years.iter().max_by(|a, b| a.i.total_cmp(&b.i));
    let (Some(least), Some(most)) = (least, most) else {
        return source.words().of_table(Sentence::NoMoran, None);
    };
    let significant = years.iter().filter(|year| deciding_p(year) < LEVEL).count();
    let (low, high) = (number(least.i, spec.digits), number(most.i, spec.digits));
    let (low, high) = ((low.as_str(), least.period), (high.as_str(), most.period));
    let said = Sentence::Moran(years.len(), low, high, &threshold(LEVEL), significant);
    source.words().of_table(said, None)
}

fn robustness(source: Source<'_>, spec: &TableSpec, table: &RobustnessTable) -> Checked<String> {
    let gathered = gather(source, &spec.at, table)?;
    let said = |finding| source.words().of_table(Sentence::SumsUp(gathered.cells.len()), finding);
    let first = gathered.rows.first().and_then(|row| Some((row, row.summary.as_ref()?)));
    let Some((row, summary)) = first else { return Ok(said(None)) };
    let label = functions::row_label(source, row.row, &gathered.cells);
    Ok(said(Some(Finding::Range(
        &label,
        &number(summary.minimum, spec.digits),
        &number(summary.maximum, spec.digits),
        &number(summary.median, spec.digits),
        &percent_of(summary.shares.significant),
        summary.specifications,
        &threshold(table.level),
    ))))
}

fn family(source: Source<'_>, name: &str) -> String {
    let Some(family) = stored(source, name) else {
        return source.words().of_table(Sentence::Family, None);
    };
    let all: Vec<_> = family.cells.iter().flat_map(|c| c.hypotheses.iter().flatten()).collect();
    let rejected = all.iter().filter(|h| h.p_romano_wolf < family.level).count();
    let said = Sentence::Rejected(all.len(), rejected, &threshold(family.level));
    source.words().of_table(said, None)
}
