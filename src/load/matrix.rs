//! A CSV matrix of weights: names of units in the first row and in the first column.

use crate::load::links::{Builder, Named};
use crate::load::table::Table;
use crate::load::text::Text;
use crate::load::{Sort, collect, csv, number};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use std::collections::HashMap;

/// Reads the matrix of `text`. Rows and columns are joined by name; their orders may differ.
pub fn read(text: Text) -> Checked<Named> {
    let table = csv::read(text.clone())?;
    csv::separated(&table)?;
    let mut builder = Builder::new(&text.file);
    for row in 0..table.rows.len() {
        builder.unit(&text, table.cell(row, 0), table.bytes(row, 0));
    }
    let mut mistakes = square(&table);
    mistakes.extend(builder.take_mistakes());
    mistakes.extend(collect([table.duplicate_columns()]));
    Mistakes::unless_empty(mistakes, ())?;
    weights(&table, &text, &mut builder)?;
    Ok(builder.with(text))
}

/// Names that head a row and no column, or a column and no row.
fn square(table: &Table) -> Vec<Mistake> {
    let (rows, columns) = (table.rows.len(), table.header.len() - 1);
    let columns_at: HashMap<&str, usize> =
        table.header.iter().enumerate().skip(1).map(|(c, name)| (name, c)).collect();
    let rows_at: HashMap<&str, usize> = (0..rows).map(|row| (table.cell(row, 0), row)).collect();
    if rows != columns && rows_at.len() == rows && columns_at.len() == columns {
        let message = format!("the matrix has {rows} rows and {columns} columns: W is square");
        let advice = "the first row and the first column both hold the names of all units";
        return vec![Mistake::file(table.file(), message).help(advice)];
    }
    let mut sorts = [
        Sort::new(table.file(), "rows without a column of that name"),
        Sort::new(table.file(), "columns without a row of that name"),
    ];
    for row in 0..rows {
        let name = table.cell(row, 0);
        if !columns_at.contains_key(name) {
            let known = || suggest(name, table.header.iter().skip(1));
            let message = format!("`{name}` heads a row, but no column");
            sorts[0].add(|| table.mistake(row, 0, &message).help(known()));
        }
    }
    for (column, name) in table.header.iter().enumerate().skip(1) {
        if !rows_at.contains_key(name) {
            let known = || suggest(name, (0..rows).map(|row| table.cell(row, 0)));
            let message = format!("`{name}` heads a column, but no row");
            sorts[1].add(|| table.header_mistake(column, &message).help(known()));
        }
    }
    collect(sorts)
}

fn weights(table: &Table, text: &Text, builder: &mut Builder) -> Checked<()> {
    let mut sorts = [
        Sort::new(table.file(), "cells that are not numbers"),
        Sort::new(table.file(), "negative weights"),
        Sort::new(table.file(), "cells of the diagonal that are not zero"),
    ];
    for row in 0..table.rows.len() {
        let from = table.cell(row, 0);
        for column in 1..table.header.len() {
            let (to, cell) =
                (table.header.get(column).unwrap_or_default(), table.cell(row, column));
            match number::parse(cell) {
                Err(reason) => sorts[0].add(|| no_number(table, row, column, reason)),
                Ok(weight) if weight < 0.0 => sorts[1].add(|| negative(table, row, column)),
                Ok(weight) if weight > 0.0 && from == to => {
                    sorts[2].add(|| diagonal(table, row, column));
                }
                Ok(weight) if weight > 0.0 => {
                    builder.link(text, from, to, weight, table.bytes(row, 0));
                }
                Ok(_) => {}
            }
        }
    }
    Mistakes::unless_empty(collect(sorts), ())
}

fn no_number(table: &Table, row: usize, column: usize, reason: number::NotANumber) -> Mistake {
    let message = match table.cell(row, column) {
        "" => "this weight is missing".to_owned(),
        text => format!("`{text}` is not a weight"),
    };
    let help = match reason.why {
        Some(_) => reason.help,
        None => "a weight is a number; 0 for units that are no neighbours".to_owned(),
    };
    table.mistake(row, column, &message).help(help)
}

fn negative(table: &Table, row: usize, column: usize) -> Mistake {
    let message = format!("the weight {} is negative", table.cell(row, column));
    table.mistake(row, column, &message).help("weights are zero or positive")
}

fn diagonal(table: &Table, row: usize, column: usize) -> Mistake {
    let (name, cell) = (table.cell(row, 0), table.cell(row, column));
    let message = format!("the weight of `{name}` on itself is {cell}");
    table.mistake(row, column, &message).help("the diagonal of W is zero")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn rows_and_columns_are_joined_by_name() {
        // The columns stand in another order than the rows: A → B 0.5, B → A 2.
        let text = ",B,A\nA,0.5,0\nB,0,2\n".to_owned();
        let named = read(Text::new(Path::new("w.csv"), text)).expect("sound");
        assert_eq!(named.names, ["A", "B"]);
        assert_eq!(named.links, [(0, 1, 0.5), (1, 0, 2.0)]);
    }
}
