//! The entries of a table that show a number.

use crate::ident::CellId;
use crate::report::formats::plain::written;
use crate::report::number::Number;
use crate::report::table::{Entry, Table};

/// An entry that shows a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Position of the row, across groups.
    pub row: usize,
    /// Position of the column beside the row labels.
    pub place: usize,
    /// Label of the row; of what stands below an estimate that of the estimate.
    pub label: String,
    /// Raw name of what the row is about; empty where it has none.
    pub name: String,
    /// Which quantity of it; empty where it has none.
    pub quantity: &'static str,
    /// Heads of the column, outermost first, and its number.
    pub column: String,
    /// The cell of the column: label and content address.
    pub cell: Option<(String, CellId)>,
    /// The number with full precision.
    pub value: f64,
}

/// A number as it is looked for: without stars, brackets, thousands, and with a hyphen for a minus.
pub fn plain(text: &str) -> String {
    let minus = text.replace("$-$", "-").replace(['\u{2212}', '\u{2013}'], "-");
    minus.chars().filter(|c| c.is_ascii_digit() || "-.e<×⁰¹²³⁴⁵⁶⁷⁸⁹⁻".contains(*c)).collect()
}

/// The entries of a table that show `text`.
pub fn find(table: &Table, text: &str) -> Vec<Shown> {
    let wanted = plain(text);
    let mut label = String::new();
    let mut found = Vec::new();
    let rows = table.groups.iter().flat_map(|g| g.rows.iter().map(move |row| (g, row)));
    for (position, (of_group, row)) in rows.enumerate() {
        if !row.label.is_empty() {
            label.clone_from(&row.label);
        }
        for (place, entry) in row.entries.iter().enumerate() {
            for number in numbers(entry).iter().filter(|n| plain(&written(n)) == wanted) {
                let within = of_group.label.as_ref().map(|g| format!("{g}: ")).unwrap_or_default();
                found.push(Shown {
                    row: position,
                    place,
                    label: format!("{within}{label}"),
                    name: row.name.clone(),
                    quantity: row.quantity,
                    column: column(table, place),
                    cell: table.cell(of_group, place).cloned(),
                    value: number.value,
                });
            }
        }
    }
    found
}

fn numbers(entry: &Entry) -> Vec<Number> {
    match entry {
        Entry::Number(value) | Entry::Starred { value, .. } | Entry::Enclosed { value, .. } => {
            vec![*value]
        }
        Entry::Interval { low, high } => vec![*low, *high],
        Entry::Empty | Entry::Dash | Entry::Text(_) | Entry::Absent { .. } => Vec::new(),
    }
}

/// `OA (1)`: the heads over a column, and its number.
fn column(table: &Table, place: usize) -> String {
    let mut said: Vec<String> = Vec::new();
    for level in &table.heads {
        let mut end = 0;
        let over = level.iter().find(|head| {
            end += head.span;
            place < end
        });
        said.extend(over.map(|head| head.label.clone()).filter(|label| !label.is_empty()));
    }
    said.extend(table.columns[place].number.map(|number| format!("({number})")));
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_looked_for_in_any_writing() {
        let written = ["-0.1230**", "−0.1230", "$-$0.1230", "(-0.1230)", "\u{2013}0.1230"];
        assert!(written.iter().all(|text| plain(text) == "-0.1230"));
        assert_eq!([plain("12,345"), plain("<0.001")], ["12345", "<0.001"]);
    }
}
