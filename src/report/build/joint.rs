//! Tables of joint inference: one row a hypothesis, a group a cell.

use crate::mistake::Checked;
use crate::model::Term;
use crate::outcome::joint::{JointFamily, JointHypothesis};
use crate::report::columns::{self, CellColumn, State};
use crate::report::formats::plain::written;
use crate::report::joint::stored;
use crate::report::number::{self, Number};
use crate::report::table::{Align, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::{Source, functions, labels, notes};
use crate::spec::Axis;
use crate::spec::tables::{Parentheses, RowTerm, TableSpec};

/// Columns beside the labels.
const WIDTH: usize = 6;

/// Estimates with p-values of their own and of the family, and simultaneous intervals.
pub fn build(source: Source<'_>, spec: &TableSpec, name: &str) -> Checked<Table> {
    let wanted = &source.spec.joint[name];
    let cells = columns::choose(source, &wanted.cells, &spec.at)?;
    let family = stored(source, name);
    let mut footnotes = Footnotes::default();
    let mut groups: Vec<Group> = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| Group {
            label: cell_label(source, cell, &cells),
            rows: rows(source, spec.digits, (family, i), cell, &mut footnotes),
            cells: vec![cell.column().cell; WIDTH],
        })
        .filter(|group| !group.rows.is_empty())
        .collect();
    if groups.is_empty() {
        let row = Row::new("No hypotheses", vec![Entry::Empty; WIDTH]);
        groups.push(Group::of(vec![row]));
    }
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        over: super::regression::over(source, &cells),
        stub: String::new(),
        heads: heads(wanted.level),
        columns: vec![Column { number: None, cell: None, align: Align::Decimal }; WIDTH],
        groups,
        notes: table_notes(source, spec, family, &cells),
        footnotes: footnotes.into_vec(),
    })
}

fn heads(level: f64) -> Vec<Vec<Head>> {
    let head = |label: &str, span| Head { label: label.to_owned(), span };
    let outer = vec![head("", 1), head("p-value", 4), head("Simultaneous", 1)];
    let interval = format!("{} interval", number::percent(1.0 - level));
    let inner = ["Estimate", "Fit", "Bootstrap", "Max-t", "Romano–Wolf", &interval];
    vec![outer, inner.into_iter().map(|label| head(label, 1)).collect()]
}

/// The axes on which the cells differ.
fn differing(cells: &[CellColumn<'_>]) -> impl Iterator<Item = Axis> {
    let value = |c: &CellColumn<'_>, axis| c.cell.axes.value(axis);
    Axis::ALL
        .into_iter()
        .filter(move |&axis| cells.windows(2).any(|p| value(&p[0], axis) != value(&p[1], axis)))
}

/// What tells a cell from the others of the family.
fn cell_label(
    source: Source<'_>,
    cell: &CellColumn<'_>,
    cells: &[CellColumn<'_>],
) -> Option<String> {
    let said: Vec<String> = differing(cells)
        .map(|axis| labels::axis_value(source.spec, &cell.cell.axes, axis))
        .collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// The rows of a cell: its hypotheses, or why there are none.
fn rows(
    source: Source<'_>,
    digits: usize,
    (family, i): (Option<&JointFamily>, usize),
    cell: &CellColumn<'_>,
    footnotes: &mut Footnotes,
) -> Vec<Row> {
    let why = match (family.map(|f| &f.cells[i].hypotheses), cell.state) {
        (Some(Ok(hypotheses)), _) => {
            return hypotheses
                .iter()
                .map(|h| {
                    Row::new(labels::term(source.spec, &h.term), entries(h, digits))
                        .of(h.term.to_string(), "hypothesis")
                })
                .collect();
        }
        (Some(Err(failure)), _) | (None, State::Failed(failure)) => {
            columns::failed(failure, footnotes)
        }
        (None, State::Fitted(_) | State::NotRun) => {
            let text = "Not run: there are no stored results of this family as it is now.";
            Entry::Absent { word: "not run", mark: footnotes.mark(text.to_owned()) }
        }
    };
    let mut entries = vec![Entry::Dash; WIDTH];
    entries[0] = why;
    vec![Row::new("All hypotheses", entries)]
}

fn entries(h: &JointHypothesis, digits: usize) -> Vec<Entry> {
    let number = |value| Number::decimals(value, digits);
    let p = |value| Entry::Number(Number::probability(value));
    let stars = number::stars(h.p_romano_wolf, &number::default_stars());
    let interval = h.interval.map_or(Entry::Empty, |(low, high)| Entry::Interval {
        low: number(low),
        high: number(high),
    });
    vec![
        Entry::Starred { value: number(h.value), stars },
        p(h.p_value),
        p(h.p_bootstrap),
        p(h.p_max_t),
        p(h.p_romano_wolf),
        interval,
    ]
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    family: Option<&JointFamily>,
    cells: &[CellColumn<'_>],
) -> Vec<String> {
    let mut said = notes::data(source);
    said.extend(in_all(source, cells));
    if let Some(family) = family {
        let hypotheses = || {
            let of_cells = family.cells.iter().filter_map(|c| c.hypotheses.as_ref().ok());
            of_cells.flatten()
        };
        let terms: Vec<Term> = hypotheses().map(|h| h.term.clone()).collect();
        said.extend(notes::spatial_terms(&terms));
        let rows: Vec<RowTerm> = family.rows.iter().map(|row| RowTerm::parse(row)).collect();
        said.extend(functions::derived(source, (&rows, Parentheses::StdError), |row| {
            functions::row_label(source, row, cells)
        }));
        said.push(format!("Family of {} hypotheses, each that a value is 0.", terms.len()));
        said.push(
            "Fit, Bootstrap: p-values of each hypothesis alone. Max-t: single-step p-values by \
             the largest |t| of the family (Westfall & Young 1993). Romano–Wolf: stepdown p-values \
             (Romano & Wolf 2005, 2016). Replicates have t\u{a0}=\u{a0}(θ*\u{a0}−\u{a0}θ)/s*."
                .to_owned(),
        );
        said.extend(interval(family));
        said.push(replicates(source, family));
        said.push(draws(family));
    }
    said.push("Stars by Romano–Wolf p-values.".to_owned());
    said.extend(notes::stars(&number::default_stars()));
    said.extend(sample(cells));
    said.extend(spec.notes.iter().map(|n| notes::sentence(n)));
    said
}

/// What all cells share.
fn in_all(source: Source<'_>, cells: &[CellColumn<'_>]) -> Option<String> {
    let first = cells.first()?;
    let differ: Vec<Axis> = differing(cells).collect();
    let said: Vec<String> = Axis::ALL
        .into_iter()
        .filter(|axis| !differ.contains(axis))
        .filter(|axis| *axis != Axis::Variant || !first.cell.axes.variant.is_base())
        .map(|axis| labels::axis_phrase(source.spec, &first.cell.axes, axis))
        .collect();
    let who = if cells.len() == 1 { "The model" } else { "In all models" };
    (!said.is_empty()).then(|| format!("{who}: {}.", said.join(", ")))
}

fn interval(family: &JointFamily) -> Option<String> {
    let critical = written(&Number::decimals(family.critical?, 3));
    Some(format!(
        "Simultaneous intervals θ\u{a0}±\u{a0}{critical}\u{a0}s hold all at once in {} of samples.",
        number::percent(1.0 - family.level)
    ))
}

fn replicates(source: Source<'_>, family: &JointFamily) -> String {
    let failed = match family.failed {
        0 => String::new(),
        failed => format!("; {failed} of them without a fit in some cell are left out for all"),
    };
    let design = notes::design(&family.design);
    format!("Bootstrap: {design}{failed}; seed {}.", source.spec.seed.0)
}

/// Which cells share their draws. Where |t| of different cells are drawn independently, their
/// maximum is at least as large as that of dependent ones with the same margins (Šidák 1967, for
/// the normal distribution): p-values err on the safe side.
fn draws(family: &JointFamily) -> String {
    match family.draws {
        0 | 1 => "All cells share their draws.".to_owned(),
        sets => format!(
            "The cells are {sets} sets over different units or periods: draws are shared within a \
             set and independent between sets, which errs on the side of larger p-values (Šidák \
             1967)."
        ),
    }
}

/// Units and periods, where all fits have the same.
fn sample(cells: &[CellColumn<'_>]) -> Option<String> {
    let fitted: Vec<CellColumn<'_>> =
        cells.iter().filter(|c| c.outcome().is_some()).copied().collect();
    let of = |c: &CellColumn<'_>| c.outcome().map(|o| (o.sample.units, o.sample.periods));
    let same = fitted.windows(2).all(|pair| of(&pair[0]) == of(&pair[1]));
    same.then(|| notes::sample(fitted.get(..1)?)).flatten()
}
