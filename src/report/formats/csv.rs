//! A table as CSV: a row an entry, with the unrounded number beside what is printed.

use crate::report::Content;
use crate::report::formats::Writer;
use crate::report::formats::plain::{self, Shown};
use crate::report::number::exact;
use crate::report::table::{Entry, Table};
use crate::report::tidy::Rows;

/// Every entry as a row, for those who draw or check a table by program.
#[derive(Debug, Clone, Copy)]
pub struct Csv;

const COLUMNS: [&str; 16] = [
    "table", "group", "row", "label", "name", "quantity", "column", "head", "cell", "cell_id",
    "kind", "text", "value", "stars", "low", "high",
];

impl Writer for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn extension(&self) -> &'static str {
        "csv"
    }

    fn write(&self, table: &Table) -> Result<Content, String> {
        let mut rows = Rows::new(COLUMNS);
        let groups =
            table.groups.iter().flat_map(|group| group.rows.iter().map(move |r| (group, r)));
        for (number, (group, row)) in (1..).zip(groups) {
            let number: usize = number;
            for (position, entry) in row.entries.iter().enumerate() {
                let column = &table.columns[position];
                let (cell, id) = match table.cell(group, position) {
                    Some((label, id)) => (label.clone(), id.to_string()),
                    None => <(String, String)>::default(),
                };
                let known = Known::of(entry);
                let end = |end: Option<f64>| end.map(exact).unwrap_or_default();
                rows.push([
                    table.id.clone(),
                    group.label.clone().unwrap_or_default(),
                    number.to_string(),
                    row.label.clone(),
                    row.name.clone(),
                    row.quantity.to_owned(),
                    (position + 1).to_string(),
                    heads(table, position).join(" / "),
                    cell,
                    id,
                    known.kind.to_owned(),
                    Shown::of(entry, column.align).text(),
                    end(known.value),
                    known.stars.to_owned(),
                    end(known.low),
                    end(known.high),
                ]);
            }
        }
        Ok(Content::Text(rows.text()))
    }
}

/// What there is to know of an entry beside its text.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    /// `number`, `text`, …
    pub(super) kind: &'static str,
    /// The number.
    pub(super) value: Option<f64>,
    /// Its stars.
    pub(super) stars: &'a str,
    /// Lower end.
    pub(super) low: Option<f64>,
    /// Upper end.
    pub(super) high: Option<f64>,
}

impl<'a> Known<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        let value = plain::value(entry).map(|number| number.value);
        let known = |kind| Self { kind, value, ..Self::default() };
        match entry {
            Entry::Empty => known("empty"),
            Entry::Dash => known("dash"),
            Entry::Text(_) => known("text"),
            Entry::Number(_) => known("number"),
            Entry::Starred { stars, .. } => Self { stars, ..known("number") },
            Entry::Enclosed { .. } => known("enclosed"),
            Entry::Interval { low, high } => {
                Self { low: Some(low.value), high: Some(high.value), ..known("interval") }
            }
            Entry::Absent { .. } => known("absent"),
        }
    }
}

/// What stands over a column, outermost first.
pub(super) fn heads(table: &Table, position: usize) -> Vec<&str> {
    let over = |level: &'_ [crate::report::table::Head]| {
        let mut last = 0;
        level.iter().position(|head| {
            last += head.span;
            position < last
        })
    };
    let named = table.heads.iter().filter_map(|level| Some(level[over(level)?].label.as_str()));
    named.filter(|label| !label.is_empty()).collect()
}
