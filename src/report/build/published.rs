//! Tables of printed numbers beside those computed: one row a number, a group a printed column.

use crate::mistake::Checked;
use crate::report::columns::choose;
use crate::report::number::{Number, threshold};
use crate::report::published::{Compared, compare, counts};
use crate::report::table::{Align, Column, Entry, Group, Head, Row, Table};
use crate::report::{Source, labels, notes};
use crate::spec::Axis;
use crate::spec::tables::{CellChoice, TableSpec};

/// Published, computed, difference, verdict.
const WIDTH: usize = 4;

/// Position of the column of what is printed.
pub(in crate::report) const PRINTED: usize = 0;

/// Published, computed, difference, verdict; at the bottom how many of each verdict.
pub fn build(source: Source<'_>, spec: &TableSpec, cells: &CellChoice) -> Checked<Table> {
    // Without cells there is a mistake to report.
    choose(source, cells, &spec.at)?;
    let compared = compare(source, spec);
    let head = |label: &str| Head { label: label.to_owned(), span: 1 };
    let column = |align| Column { number: None, cell: None, align };
    let (decimal, left) = (Align::Decimal, Align::Left);
    Ok(Table {
        language: source.spec.language,
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        over: None,
        stub: String::new(),
        heads: vec![source.words().published().heads.map(head).to_vec()],
        columns: [decimal, decimal, decimal, left].map(column).to_vec(),
        groups: groups(source, spec, &compared),
        notes: table_notes(source, spec, &compared),
        footnotes: Vec::new(),
    })
}

fn groups(source: Source<'_>, spec: &TableSpec, compared: &[Compared<'_>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let several = compared.windows(2).any(|pair| pair[0].entry.table != pair[1].entry.table);
    for one in compared {
        let label = Some(column_label(source, one, several));
        match groups.last_mut().filter(|group| group.label == label) {
            Some(group) => group.rows.push(row(source, spec, one)),
            None => {
                let cell = one.cell.map(|cell| (cell.label(), cell.id));
                let (rows, cells) = (vec![row(source, spec, one)], vec![cell; WIDTH]);
                groups.push(Group { label, rows, cells, ..Group::default() });
            }
        }
    }
    groups.push(Group::titled(source.words().published().numbers, counted(source, compared)));
    groups
}

/// `Table 4: East, OA`: the labels of the cell on the axes that the file has columns of.
fn column_label(source: Source<'_>, one: &Compared<'_>, several: bool) -> String {
    let of_key = |(key, value): &(String, String)| {
        let axis: Option<Axis> = source.spec.published.as_ref().and_then(|p| p.axis(key));
        match (axis, one.cell) {
            (Some(axis), Some(cell)) => labels::axis_value(source.spec, &cell.axes, axis),
            _ => value.clone(),
        }
    };
    let keys: Vec<String> = one.entry.keys.iter().map(of_key).collect();
    let words = source.words();
    let keys = words.list(&keys);
    let table = &one.entry.table;
    if several && !table.is_empty() { words.of_printed_table(table, &keys) } else { keys }
}

fn row(source: Source<'_>, spec: &TableSpec, one: &Compared<'_>) -> Row {
    let printed = &one.entry.value;
    let symbols = |n: usize| "*".repeat(n);
    let starred = |value: f64, digits: usize, stars: Option<usize>| match stars {
        Some(stars) => {
            Entry::Starred { value: Number::decimals(value, digits), stars: symbols(stars) }
        }
        None => Entry::Number(Number::decimals(value, digits)),
    };
    let digits = printed.decimals.max(spec.digits);
    let (computed, difference) = match one.computed {
        Some(computed) => (
            starred(computed.value, digits, computed.inference.map(|(_, _, stars)| stars)),
            Entry::Number(Number::decimals(computed.value - printed.value, digits)),
        ),
        None => (Entry::Dash, Entry::Dash),
    };
    let entries = vec![
        starred(printed.value, printed.decimals, one.entry.stars),
        computed,
        difference,
        Entry::Text(one.verdict.in_words(source.words())),
    ];
    Row::new(one.label.clone(), entries).of(one.row.clone(), "published")
}

/// How many of each verdict.
fn counted(source: Source<'_>, compared: &[Compared<'_>]) -> Vec<Row> {
    let row = |(name, n): (&'static str, usize)| {
        let count = Entry::Number(Number::count(n as f64));
        Row::new(name, vec![count, Entry::Empty, Entry::Empty, Entry::Empty])
    };
    source.words().published().rows.into_iter().zip(counts(compared)).map(row).collect()
}

fn table_notes(source: Source<'_>, spec: &TableSpec, compared: &[Compared<'_>]) -> Vec<String> {
    let words = source.words();
    let mut said = notes::data(source);
    if let Some(published) = &source.spec.published {
        let file = published.file.value.file_name().unwrap_or_default().to_string_lossy();
        let levels: Vec<String> = published.levels.iter().map(|l| threshold(*l)).collect();
        said.push(words.printed_in(&file));
        said.push(words.printed_stars(&levels));
    }
    said.push(words.published().meaning.to_owned());
    said.push(words.verdict_counts(compared.len(), counts(compared)));
    said.extend(spec.notes.iter().map(|note| words.sentence(note)));
    said
}
