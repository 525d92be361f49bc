//! Tables that sum up coefficients over many specifications: one row a coefficient or effect.

use crate::mistake::Checked;
use crate::model::Term;
use crate::report::build::regression::{estimate, over, row_label, term_in};
use crate::report::columns::{CellColumn, State};
use crate::report::number::{Number, threshold};
use crate::report::robustness::{Gathered, GatheredRow, gather};
use crate::report::table::{Align, Brackets, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::words::{NoBase, Place};
use crate::report::{Source, labels, notes};
use crate::robustness::Robustness;
use crate::spec::Axis;
use crate::spec::tables::{RobustnessTable, TableSpec};

/// Decimals of shares.
const SHARE_DECIMALS: usize = 2;

/// Range and shares of each row; below them its most influential choice.
pub fn build(source: Source<'_>, spec: &TableSpec, wanted: &RobustnessTable) -> Checked<Table> {
    let gathered = gather(source, &spec.at, wanted)?;
    let mut footnotes = Footnotes::default();
    let (heads, columns) = frame(source, gathered.base.is_some(), wanted.level);
    let mut rows = Vec::new();
    for row in &gathered.rows {
        let label = row_label(source, &wanted.labels, row.row, &gathered.cells);
        let entries = entries(source, spec.digits, &gathered, row, &mut footnotes);
        rows.push(Row::new(label, entries).of(row.row.to_string(), "range"));
        let summary = row.summary.as_ref();
        let influence = summary.and_then(|s| influence(source, spec.digits, &gathered, s));
        rows.extend(influence.map(|below| below.of(row.row.to_string(), "influence")));
    }
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: over(source, &gathered.cells),
        stub: String::new(),
        heads,
        columns,
        groups: vec![Group::of(rows)],
        notes: table_notes(source, spec, wanted, &gathered),
        footnotes: footnotes.into_vec(),
    })
}

/// Heads and columns; a column for the base where there is one.
fn frame(source: Source<'_>, base: bool, level: f64) -> (Vec<Vec<Head>>, Vec<Column>) {
    let head = |label: &str, span| Head { label: label.to_owned(), span };
    let significant = format!("p < {}", threshold(level));
    let words = source.words().robustness_heads();
    let [min, median, max] = words.range;
    let (fits, share) = (words.fits, words.share);
    let mut inner = vec![fits, min, median, max, share, &significant, &significant, "η²"];
    if base {
        inner.insert(1, words.base);
    }
    let outer = vec![
        head("", 1),
        head(words.estimate, if base { 4 } else { 3 }),
        head(words.same_sign, 2),
        head(words.opposite, 1),
        head("", 1),
    ];
    let align = |label: &str| if label == fits { Align::Left } else { Align::Decimal };
    let column = |label: &&str| Column { number: None, cell: None, align: align(label) };
    let columns = inner.iter().map(column).collect();
    (vec![outer, inner.into_iter().map(|label| head(label, 1)).collect()], columns)
}

/// Number of columns.
fn width(gathered: &Gathered<'_>) -> usize {
    if gathered.base.is_some() { 9 } else { 8 }
}

fn entries(
    source: Source<'_>,
    digits: usize,
    gathered: &Gathered<'_>,
    row: &GatheredRow<'_>,
    footnotes: &mut Footnotes,
) -> Vec<Entry> {
    let Some(summary) = &row.summary else {
        let mut entries = vec![Entry::Dash; width(gathered)];
        entries[0] = nothing(source, gathered, footnotes);
        return entries;
    };
    let estimate = |value| Entry::Number(Number::decimals(value, digits));
    let share = |value| Entry::Number(Number::decimals(value, SHARE_DECIMALS));
    let fits = source.words().of_all(summary.specifications, gathered.cells.len());
    let base = gathered.base.as_ref().map(|base| match row.base {
        Some(e) => estimate(e.value),
        None => without_base(source, base, footnotes),
    });
    let shares = summary.shares;
    let mut entries = vec![Entry::Text(fits)];
    entries.extend(base);
    entries.extend([summary.minimum, summary.median, summary.maximum].map(estimate));
    entries.extend([shares.same_sign, shares.significant, shares.opposite].map(share));
    entries.push(Entry::Empty);
    entries
}

/// Why a row has no numbers at all.
fn nothing(source: Source<'_>, gathered: &Gathered<'_>, footnotes: &mut Footnotes) -> Entry {
    let words = source.words();
    let (word, text) = if gathered.not_run() == gathered.cells.len() {
        (words.not_run(), words.no_record_of_cells())
    } else {
        (words.none(), words.no_coefficient())
    };
    Entry::Absent { word, mark: footnotes.mark(text.to_owned()) }
}

/// Why the base has no estimate of a row.
fn without_base(source: Source<'_>, base: &CellColumn<'_>, footnotes: &mut Footnotes) -> Entry {
    let why = match base.state {
        State::Fitted(_) => NoBase::WithoutCoefficient,
        State::Failed(_) => NoBase::Failed,
        State::NotRun => NoBase::NotRun,
    };
    let words = source.words();
    Entry::Absent { word: words.not_applicable(), mark: footnotes.mark(words.no_base(why)) }
}

/// `Region: West < East`, the values with the lowest and the highest mean; the means below the
/// smallest and the largest estimate; and η².
fn influence(
    source: Source<'_>,
    digits: usize,
    gathered: &Gathered<'_>,
    summary: &Robustness,
) -> Option<Row> {
    let (position, eta_squared) = summary.most_influential()?;
    let axis = Axis::ALL[position];
    let (low, high) = summary.axes[position].extremes()?;
    let label = |value: &str| {
        let cell = gathered.cells.iter().find(|c| c.cell.axes.value(axis) == value);
        let label = cell.map(|c| labels::axis_value(source.spec, &c.cell.axes, axis));
        label.unwrap_or_else(|| value.to_owned())
    };
    // Lags carry their name already.
    let words = source.words();
    let extremes = format!("{} < {}", label(&low.value), label(&high.value));
    let named = match axis {
        Axis::Lags => extremes,
        _ => words.labelled(words.axis(axis), &extremes),
    };
    let mean = |value| Entry::Enclosed {
        value: Number::decimals(value, digits),
        brackets: Brackets::Round,
    };
    let mut entries = vec![Entry::Empty; width(gathered)];
    let smallest = if gathered.base.is_some() { 2 } else { 1 };
    entries[smallest] = mean(low.mean);
    entries[smallest + 2] = mean(high.mean);
    entries[width(gathered) - 1] = Entry::Number(Number::decimals(eta_squared, SHARE_DECIMALS));
    Some(Row::new(named, entries))
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RobustnessTable,
    gathered: &Gathered<'_>,
) -> Vec<String> {
    let words = source.words();
    let mut said = notes::data(source);
    said.push(specifications(source, gathered));
    said.extend(in_all(source, gathered));
    said.extend(unfitted(source, gathered));
    said.extend(notes::spatial_terms(source, &shown(gathered)));
    said.push(reference(source, gathered));
    said.push(words.shares(&threshold(wanted.level)));
    said.push(words.influence().to_owned());
    said.extend(spec.notes.iter().map(|n| words.sentence(n)));
    said
}

/// The distinct labels of the cells on one axis, in order.
fn values(source: Source<'_>, gathered: &Gathered<'_>, axis: Axis) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for column in &gathered.cells {
        let value = labels::axis_value(source.spec, &column.cell.axes, axis);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

/// Whether the cells differ on an axis; labels may be shared by several values.
fn varies(gathered: &Gathered<'_>, axis: Axis) -> bool {
    let value = |c: &CellColumn<'_>| c.cell.axes.value(axis);
    gathered.cells.windows(2).any(|pair| value(&pair[0]) != value(&pair[1]))
}

/// How many there are, and the choices in which they differ.
fn specifications(source: Source<'_>, gathered: &Gathered<'_>) -> String {
    let words = source.words();
    let choice = |axis: Axis| (words.axis_word(axis), words.list(&values(source, gathered, axis)));
    let choices: Vec<(&str, String)> =
        Axis::ALL.into_iter().filter(|&axis| varies(gathered, axis)).map(choice).collect();
    words.specifications(gathered.cells.len(), &choices)
}

/// What all specifications share.
fn in_all(source: Source<'_>, gathered: &Gathered<'_>) -> Option<String> {
    let first = gathered.cells.first()?;
    let said: Vec<String> = Axis::ALL
        .into_iter()
        .filter(|&axis| !varies(gathered, axis))
        // The variant that changes nothing is nothing to mention.
        .filter(|&axis| !first.cell.axes.is_plain(axis))
        .map(|axis| labels::axis_phrase(source.spec, &first.cell.axes, axis))
        .collect();
    (!said.is_empty()).then(|| source.words().all(Place::Specifications, &said))
}

fn unfitted(source: Source<'_>, gathered: &Gathered<'_>) -> Option<String> {
    let (failed, not_run) = (gathered.failed(), gathered.not_run());
    (failed + not_run > 0).then(|| source.words().unfitted(failed, not_run))
}

/// The terms that rows show.
fn shown(gathered: &Gathered<'_>) -> Vec<Term> {
    let of = |row: &GatheredRow<'_>| {
        let has = |c: &CellColumn<'_>| {
            let term = term_in(row.row, c);
            c.outcome().is_some_and(|o| estimate(o, &term).is_some()).then_some(term)
        };
        gathered.cells.iter().find_map(has)
    };
    gathered.rows.iter().filter_map(of).collect()
}

/// What gives the sign.
fn reference(source: Source<'_>, gathered: &Gathered<'_>) -> String {
    let words = source.words();
    let Some(base) = &gathered.base else {
        return words.sign_of_median().to_owned();
    };
    let said: Vec<String> = Axis::ALL
        .into_iter()
        .filter(|&axis| varies(gathered, axis))
        .map(|axis| labels::axis_phrase(source.spec, &base.cell.axes, axis))
        .collect();
    if said.is_empty() {
        return words.sign_of_only().to_owned();
    }
    words.sign_of_base(&said)
}
