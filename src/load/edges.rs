//! An edge list: a CSV with columns `from`, `to` and, if wanted, `weight`, a row a directed link.
//! A row with an empty `to` names a unit without neighbours.

use crate::load::links::{Builder, Named};
use crate::load::table::Table;
use crate::load::text::Text;
use crate::load::{Sort, collect, csv, number};
use crate::mistake::{Checked, Mistakes, suggest};

const COLUMNS: [&str; 3] = ["from", "to", "weight"];

/// Reads the links of `text`.
pub fn read(text: Text) -> Checked<Named> {
    let table = csv::read(text.clone())?;
    csv::separated(&table)?;
    let mut reading = Reading::new(&table, &text, columns(&table)?);
    for row in 0..table.rows.len() {
        reading.row(row);
    }
    let builder = reading.finish()?;
    Ok(builder.with(text))
}

/// Positions of `from`, `to` and `weight`.
fn columns(table: &Table) -> Checked<(usize, usize, Option<usize>)> {
    let mut mistakes = collect([table.duplicate_columns()]);
    for (column, name) in table.header.iter().enumerate() {
        if !name.is_empty() && !COLUMNS.contains(&name) {
            let message = format!("`{name}` is no column of an edge list");
            mistakes.push(table.header_mistake(column, &message).help(suggest(name, COLUMNS)));
        }
    }
    if let [Some(from), Some(to), weight] = COLUMNS.map(|name| table.column(name)) {
        return Mistakes::unless_empty(mistakes, (from, to, weight));
    }
    let message = "an edge list has the columns `from`, `to` and, if wanted, `weight`";
    mistakes.push(table.header_mistake(0, message));
    Err(Mistakes::some(mistakes))
}

struct Reading<'a> {
    table: &'a Table,
    text: &'a Text,
    columns: (usize, usize, Option<usize>),
    builder: Builder,
    nameless: Sort,
    weights: Sort,
}

impl<'a> Reading<'a> {
    fn new(table: &'a Table, text: &'a Text, columns: (usize, usize, Option<usize>)) -> Self {
        Self {
            table,
            text,
            columns,
            builder: Builder::new(&text.file),
            nameless: Sort::new(&text.file, "rows without `from`"),
            weights: Sort::new(&text.file, "cells that are not weights"),
        }
    }

    fn row(&mut self, row: usize) {
        let (from_column, to_column, weight_column) = self.columns;
        let (from, to) = (self.table.cell(row, from_column), self.table.cell(row, to_column));
        if from.is_empty() {
            let table = self.table;
            return self.nameless.add(|| table.mistake(row, from_column, "`from` is missing"));
        }
        let [from_at, to_at] = [from_column, to_column].map(|c| self.table.bytes(row, c));
        self.builder.unit_if_new(from, from_at);
        if to.is_empty() {
            return;
        }
        self.builder.unit_if_new(to, to_at.clone());
        let weight = weight_column.map_or(Some(1.0), |column| self.weight(row, column));
        if let Some(weight) = weight.filter(|weight| *weight > 0.0) {
            self.builder.link(self.text, from, to, weight, to_at);
        }
    }

    fn weight(&mut self, row: usize, column: usize) -> Option<f64> {
        let table = self.table;
        match number::parse(table.cell(row, column)) {
            Ok(weight) if weight >= 0.0 => Some(weight),
            Ok(_) => {
                let message = format!("the weight {} is negative", table.cell(row, column));
                let advice = "weights are zero or positive";
                self.weights.add(|| table.mistake(row, column, &message).help(advice));
                None
            }
            Err(reason) => {
                let message = format!("`{}` is not a weight", table.cell(row, column));
                let help = reason.why.map_or("a weight is a number".to_owned(), |_| reason.help);
                self.weights.add(|| table.mistake(row, column, &message).help(help));
                None
            }
        }
    }

    fn finish(mut self) -> Checked<Builder> {
        let mut mistakes = collect([self.nameless, self.weights]);
        mistakes.extend(self.builder.take_mistakes());
        Mistakes::unless_empty(mistakes, self.builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn weights_and_islands_are_read() {
        let text = "from,to,weight\nA,B,2\nB,A,1\nB,C,0\nD,,\n".to_owned();
        let named = read(Text::new(Path::new("w.csv"), text)).expect("sound");
        assert_eq!(named.names, ["A", "B", "C", "D"]);
        assert_eq!(named.links, [(0, 1, 2.0), (1, 0, 1.0)]);
    }
}
