//! Printed tables in long form, and statements about them.
//!
//! A table of estimates has a row a number: `term` and `value`, and perhaps `table`, `stars`, `se`,
//! `t`, `p`, `n`; every other column is a key of the printed column it stands in. A table of descriptive
//! statistics has a row a variable. Which of the two a file is, its header says.

mod statements;

pub use statements::statements;

use crate::load::table::{self, Origin, Table};
use crate::load::{Sort, collect, csv, text};
use crate::mistake::{Checked, Mistakes};
use crate::printed::{Decimal, Entry, Line, Moments, Printed, Role, squeezed};
use std::path::Path;

/// Names of the columns that mean something, the first of them that of the documentation.
const TABLE: &[&str] = &["table"];
const TERM: &[&str] = &["term", "row", "variable", "name"];
const VALUE: &[&str] = &["value", "estimate", "coefficient", "coef"];
const STARS: &[&str] = &["stars", "star", "significance"];
const STD_ERROR: &[&str] = &["se", "stderror", "stderr", "standarderror"];
const STATISTIC: &[&str] = &["t", "z", "statistic", "tstat", "zstat", "tvalue", "zvalue"];
const P_VALUE: &[&str] = &["p", "pvalue", "prob"];
const COUNT: &[&str] = &["n", "nobs", "obs", "observations", "count"];
const MINIMUM: &[&str] = &["minimum", "min"];
const MAXIMUM: &[&str] = &["maximum", "max"];
const MEAN: &[&str] = &["mean", "average"];
const STD_DEV: &[&str] = &["stddev", "sd", "std", "standarddeviation"];

/// Reads a file of printed numbers.
pub fn read(file: &Path) -> Checked<Printed> {
    let table = table::read(file, text::read(file)?, None)?;
    csv::separated(&table)?;
    let mut sort = Sort::new(file, "cells that are no number");
    let printed = if column(&table, MEAN).is_some() && column(&table, STD_DEV).is_some() {
        Printed { moments: moments(&table, &mut sort)?, entries: Vec::new() }
    } else {
        Printed { entries: entries(&table, &mut sort)?, moments: Vec::new() }
    };
    let mut twice = Sort::new(file, "numbers that stand twice");
    for (before, entry) in printed.twice() {
        if before.says_the_same(entry) {
            continue;
        }
        let Some(row) = (0..table.rows.len()).find(|row| line(&table, *row) == entry.at) else {
            continue;
        };
        let column = column(&table, VALUE).unwrap_or_default();
        let message = format!(
            "`{}` of this column is {} here and {} in line {}",
            entry.term,
            entry.shown(),
            before.shown(),
            before.at.number
        );
        let help = "keep the one that is printed, or name the columns apart by a key";
        twice.add(|| table.mistake(row, column, &message).help(help));
    }
    Mistakes::unless_empty(collect([table.duplicate_columns(), sort, twice]), printed)
}

/// The column that has one of these names.
fn column(table: &Table, names: &[&str]) -> Option<usize> {
    let named = |name: &&str| table.header.iter().position(|head| squeezed(head) == **name);
    names.iter().find_map(named)
}

fn needed(table: &Table, names: &[&str]) -> Checked<usize> {
    column(table, names).ok_or_else(|| {
        let help = "a table of estimates has the columns term and value (and table, stars, se, t, p, n, \
                    and keys of the printed column), one of descriptive statistics variable, minimum, \
                    maximum, mean, std_dev";
        table.header_mistake(0, &format!("there is no column `{}`", names[0])).help(help).into()
    })
}

fn line(table: &Table, row: usize) -> Line {
    let number = match &table.origin {
        Origin::Text(text, ..) => text.line_of(table.rows[row].start),
        Origin::Sheet(..) => table.rows[row].start + 1,
    };
    Line { file: table.file().to_path_buf(), number }
}

/// The number in a cell; an empty one has none.
fn number(table: &Table, row: usize, column: usize, sort: &mut Sort) -> Option<Decimal> {
    let text = table.cell(row, column);
    if text.is_empty() {
        return None;
    }
    let found = Decimal::parse(text);
    if found.is_none() {
        let (why, help) = match super::number::parse(text) {
            Err(no) if no.why.is_some() => (no.why, no.help),
            Ok(_) | Err(_) => {
                let help = "expected digits with a decimal point; stars have a column of their own";
                (None, help.to_owned())
            }
        };
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let message = format!("`{text}` is not a number{why}");
        sort.add(|| table.mistake(row, column, &message).help(help));
    }
    found
}

fn entries(table: &Table, sort: &mut Sort) -> Checked<Vec<Entry>> {
    let (term, value) = (needed(table, TERM)?, needed(table, VALUE)?);
    let [of, stars, std_error, statistic, p_value, count] =
        [TABLE, STARS, STD_ERROR, STATISTIC, P_VALUE, COUNT].map(|names| column(table, names));
    let known = [Some(term), Some(value), of, stars, std_error, statistic, p_value, count];
    let keys: Vec<usize> = (0..table.header.len()).filter(|c| !known.contains(&Some(*c))).collect();
    // Where stars are drawn, none drawn is none; where they are counted, an empty cell is no count.
    let drawn =
        stars.is_some_and(|c| (0..table.rows.len()).any(|r| table.cell(r, c).contains('*')));
    let mut entries = Vec::new();
    for row in 0..table.rows.len() {
        let mut optional = |column: Option<usize>| number(table, row, column?, sort);
        let (std_error, statistic, p_value) =
            (optional(std_error), optional(statistic), optional(p_value));
        let Some(value) = number(table, row, value, sort) else { continue };
        let name = table.cell(row, term);
        let key = |&c: &usize| (table.header[c].to_owned(), table.cell(row, c).to_owned());
        let stars = stars.and_then(|column| {
            star_count(table, (row, column), drawn && Role::of(name).is_estimate(), sort)
        });
        entries.push(Entry {
            at: line(table, row),
            table: of.map(|c| table.cell(row, c).to_owned()).unwrap_or_default(),
            keys: keys.iter().map(key).collect(),
            term: name.to_owned(),
            value,
            stars,
            std_error,
            statistic,
            p_value,
        });
    }
    Ok(entries)
}

/// Stars as a number, or drawn.
fn star_count(
    table: &Table,
    (row, column): (usize, usize),
    expected: bool,
    sort: &mut Sort,
) -> Option<usize> {
    let text = table.cell(row, column);
    if text.is_empty() {
        return expected.then_some(0);
    }
    if text.chars().all(|c| c == '*') {
        return Some(text.len());
    }
    let found = text.parse().ok().filter(|n| *n <= 3);
    if found.is_none() {
        let message = format!("`{text}` is no number of stars");
        sort.add(|| table.mistake(row, column, &message).help("expected 0 to 3, or the stars"));
    }
    found
}

fn moments(table: &Table, sort: &mut Sort) -> Checked<Vec<Moments>> {
    let columns = [
        needed(table, MINIMUM)?,
        needed(table, MAXIMUM)?,
        needed(table, MEAN)?,
        needed(table, STD_DEV)?,
    ];
    let variable = needed(table, &["variable", "term", "row", "name"])?;
    let (of, count) = (column(table, TABLE), column(table, COUNT));
    let mut found = Vec::new();
    for row in 0..table.rows.len() {
        let n = count.and_then(|c| number(table, row, c, sort));
        let numbers = columns.map(|c| number(table, row, c, sort));
        let [Some(minimum), Some(maximum), Some(mean), Some(std_dev)] = numbers else { continue };
        found.push(Moments {
            at: line(table, row),
            table: of.map(|c| table.cell(row, c).to_owned()).unwrap_or_default(),
            variable: table.cell(row, variable).to_owned(),
            minimum,
            maximum,
            mean,
            std_dev,
            n,
        });
    }
    Ok(found)
}
