//! Tables of joint inference: one row a hypothesis, a group a cell.

use crate::mistake::Checked;
use crate::model::Term;
use crate::outcome::joint::{JointFamily, JointHypothesis};
use crate::report::columns::{self, CellColumn, State};
use crate::report::formats::plain::written;
use crate::report::joint::{adjusted, stored};
use crate::report::number::{self, Number};
use crate::report::table::{Align, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::words::Place;
use crate::report::{Source, functions, labels, notes};
use crate::spec::Axis;
use crate::spec::tables::{Parentheses, RowTerm, TableSpec};

/// A family with the adjusted p-values of a cell.
type Adjusted<'a> = (&'a JointFamily, &'a Vec<[f64; 2]>);

/// Columns beside the labels.
const WIDTH: usize = 8;

/// Estimates with p-values of their own and of the family, and simultaneous intervals.
pub fn build(source: Source<'_>, spec: &TableSpec, name: &str) -> Checked<Table> {
    let wanted = &source.spec.joint[name];
    let cells = columns::choose(source, &wanted.cells, &spec.at)?;
    let family = stored(source, name);
    let adjusted = family.map(adjusted).unwrap_or_default();
    let mut footnotes = Footnotes::default();
    let mut groups: Vec<Group> = cells
        .iter()
        .enumerate()
        .map(|(i, cell)| Group {
            label: cell_label(source, cell, &cells),
            rows: rows(source, spec.digits, (family.zip(adjusted.get(i)), i), cell, &mut footnotes),
            cells: vec![cell.column().cell; WIDTH],
            ..Group::default()
        })
        .filter(|group| !group.rows.is_empty())
        .collect();
    if groups.is_empty() {
        let row = Row::new(source.words().no_hypotheses(), vec![Entry::Empty; WIDTH]);
        groups.push(Group::of(vec![row]));
    }
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: super::regression::over(source, &cells),
        stub: String::new(),
        heads: heads(source, wanted.level),
        columns: vec![Column { number: None, cell: None, align: Align::Decimal }; WIDTH],
        groups,
        notes: table_notes(source, spec, family, &cells),
        footnotes: footnotes.into_vec(),
    })
}

fn heads(source: Source<'_>, level: f64) -> Vec<Vec<Head>> {
    let words = source.words();
    let heads = words.joint_heads();
    let head = |label: &str, span| Head { label: label.to_owned(), span };
    let outer = vec![head("", 1), head(heads.p_value, 6), head(heads.simultaneous, 1)];
    let interval = words.interval_head(&number::percent(1.0 - level));
    let inner = heads.columns.into_iter().chain([interval.as_str()]);
    vec![outer, inner.map(|label| head(label, 1)).collect()]
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
    (!said.is_empty()).then(|| source.words().list(&said))
}

/// The rows of a cell: its hypotheses, or why there are none.
fn rows(
    source: Source<'_>,
    digits: usize,
    (family, i): (Option<Adjusted<'_>>, usize),
    cell: &CellColumn<'_>,
    footnotes: &mut Footnotes,
) -> Vec<Row> {
    let why = match (family.map(|(f, own)| (&f.cells[i].hypotheses, own)), cell.state) {
        (Some((Ok(hypotheses), own)), _) => {
            return hypotheses
                .iter()
                .zip(own)
                .map(|(h, adjusted)| {
                    Row::new(labels::term(source.spec, &h.term), entries(h, *adjusted, digits))
                        .of(h.term.to_string(), "hypothesis")
                })
                .collect();
        }
        (Some((Err(failure), _)), _) | (None, State::Failed(failure)) => {
            columns::failed(source, failure, footnotes)
        }
        (None, State::Fitted(_) | State::NotRun) => {
            let mark = footnotes.mark(source.words().no_record_of_family().to_owned());
            Entry::Absent { word: source.words().not_run(), mark }
        }
    };
    let mut entries = vec![Entry::Dash; WIDTH];
    entries[0] = why;
    vec![Row::new(source.words().all_hypotheses(), entries)]
}

fn entries(h: &JointHypothesis, [holm, fdr]: [f64; 2], digits: usize) -> Vec<Entry> {
    let ends = h.interval.map_or_else(Vec::new, |(low, high)| vec![low, high]);
    let entry: Vec<f64> = std::iter::once(h.value).chain(ends).collect();
    let decimals = number::decimals_to_see(&entry, digits);
    let number = |value| Number::decimals(value, decimals);
    let p = |value| Entry::Number(Number::probability(value));
    let stars = number::stars(h.p_romano_wolf, &number::default_stars());
    let interval = h.interval.map_or(Entry::Empty, |(low, high)| Entry::Interval {
        low: number(low),
        high: number(high),
    });
    vec![
        Entry::Starred { value: number(h.value), stars },
        p(h.p_value),
        p(holm),
        p(fdr),
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
    let words = source.words();
    let mut said = notes::data(source);
    said.extend(in_all(source, cells));
    if let Some(family) = family {
        let hypotheses = || {
            let of_cells = family.cells.iter().filter_map(|c| c.hypotheses.as_ref().ok());
            of_cells.flatten()
        };
        let terms: Vec<Term> = hypotheses().map(|h| h.term.clone()).collect();
        said.extend(notes::spatial_terms(source, &terms));
        let rows: Vec<RowTerm> = family.rows.iter().map(|row| RowTerm::parse(row)).collect();
        said.extend(functions::derived(source, (&rows, Parentheses::StdError), |row| {
            functions::row_label(source, row, cells)
        }));
        said.push(words.family(terms.len()));
        said.push(words.family_p_values().to_owned());
        said.extend(interval(source, family));
        said.push(replicates(source, family));
        said.push(draws(source, family));
    }
    said.push(words.family_stars().to_owned());
    said.extend(notes::stars(source, &number::default_stars()));
    said.extend(sample(source, cells));
    said.extend(spec.notes.iter().map(|n| words.sentence(n)));
    said
}

/// What all cells share.
fn in_all(source: Source<'_>, cells: &[CellColumn<'_>]) -> Option<String> {
    let first = cells.first()?;
    let differ: Vec<Axis> = differing(cells).collect();
    let said: Vec<String> = Axis::ALL
        .into_iter()
        .filter(|axis| !differ.contains(axis))
        .filter(|axis| !first.cell.axes.is_plain(*axis))
        .map(|axis| labels::axis_phrase(source.spec, &first.cell.axes, axis))
        .collect();
    let who = if cells.len() == 1 { Place::Model } else { Place::Models };
    (!said.is_empty()).then(|| source.words().all(who, &said))
}

fn interval(source: Source<'_>, family: &JointFamily) -> Option<String> {
    let critical = written(&Number::decimals(family.critical?, 3));
    Some(source.words().simultaneous(&critical, &number::percent(1.0 - family.level)))
}

fn replicates(source: Source<'_>, family: &JointFamily) -> String {
    let words = source.words();
    let design = notes::design(words, &family.design);
    words.family_bootstrap(&design, family.failed, source.spec.seed.0)
}

/// Which cells share their draws. Where |t| of different cells are drawn independently, their
/// maximum is at least as large as that of dependent ones with the same margins (Šidák 1967, for
/// the normal distribution): p-values err on the safe side.
fn draws(source: Source<'_>, family: &JointFamily) -> String {
    source.words().draws(family.draws)
}

/// Units and periods, where all fits have the same.
fn sample(source: Source<'_>, cells: &[CellColumn<'_>]) -> Option<String> {
    let fitted: Vec<CellColumn<'_>> =
        cells.iter().filter(|c| c.outcome().is_some()).copied().collect();
    let of = |c: &CellColumn<'_>| c.outcome().map(|o| (o.sample.units, o.sample.periods));
    let same = fitted.windows(2).all(|pair| of(&pair[0]) == of(&pair[1]));
    same.then(|| notes::sample(source, fitted.get(..1)?)).flatten()
}
