//! CSV files of tables over specifications.

use super::Rows;
use crate::report::Source;
use crate::report::number::exact;
use crate::report::robustness::{Gathered, GatheredRow, gather};
use crate::robustness::{Robustness, Shares};
use crate::spec::Axis;
use crate::spec::tables::{RobustnessTable, TableKind, TableSpec};

/// Calls `f` with every row of every table over specifications, in the order of the tables.
fn each(
    source: Source<'_>,
    mut f: impl FnMut(&TableSpec, &RobustnessTable, &Gathered<'_>, &GatheredRow<'_>),
) {
    for table in &source.spec.tables {
        let TableKind::Robustness(wanted) = &table.kind else { continue };
        // A table without cells is reported where it is built.
        let Ok(gathered) = gather(source, &table.at, wanted) else { continue };
        for row in &gathered.rows {
            f(table, wanted, &gathered, row);
        }
    }
}

fn head(table: &TableSpec, wanted: &RobustnessTable, row: &GatheredRow<'_>) -> [String; 3] {
    [table.id.clone(), wanted.cells.grid.clone(), row.row.to_string()]
}

fn shares(shares: Shares) -> [String; 3] {
    [shares.same_sign, shares.significant, shares.opposite].map(exact)
}

/// One row a row of a table.
pub fn rows(source: Source<'_>) -> String {
    let mut rows = Rows::new([
        "table",
        "grid",
        "row",
        "cells",
        "specifications",
        "without",
        "failed",
        "not_run",
        "base",
        "base_estimate",
        "level",
        "sign",
        "sign_of",
        "share_same_sign",
        "share_significant",
        "share_opposite",
        "minimum",
        "median",
        "maximum",
        "mean",
        "influential",
        "eta_squared",
        "lowest",
        "lowest_mean",
        "highest",
        "highest_mean",
    ]);
    each(source, |table, wanted, gathered, row| {
        let specifications = row.summary.as_ref().map_or(0, |s| s.specifications);
        let counts = [
            gathered.cells.len(),
            specifications,
            row.without,
            gathered.failed(),
            gathered.not_run(),
        ];
        let base = [
            gathered.base.map(|b| b.cell.id.to_string()).unwrap_or_default(),
            row.base.map(|e| exact(e.value)).unwrap_or_default(),
            exact(wanted.level),
        ];
        let sign_of = if row.base.is_some() { "base" } else { "median" };
        let summary = row
            .summary
            .as_ref()
            .map_or_else(|| vec![String::new(); 15], |summary| summed_up(summary, sign_of));
        let counts = counts.map(|n| n.to_string());
        rows.push(head(table, wanted, row).into_iter().chain(counts).chain(base).chain(summary));
    });
    rows.text()
}

fn summed_up(summary: &Robustness, sign_of: &str) -> Vec<String> {
    let mut columns = vec![summary.sign.name().to_owned(), sign_of.to_owned()];
    columns.extend(shares(summary.shares));
    let range = [summary.minimum, summary.median, summary.maximum, summary.mean];
    columns.extend(range.map(exact));
    let influence = summary.most_influential().and_then(|(position, eta_squared)| {
        let (low, high) = summary.axes[position].extremes()?;
        let axis = Axis::ALL[position].name().to_owned();
        let low = [low.value.clone(), exact(low.mean)];
        let high = [high.value.clone(), exact(high.mean)];
        Some([axis, exact(eta_squared)].into_iter().chain(low).chain(high).collect::<Vec<_>>())
    });
    columns.extend(influence.unwrap_or_else(|| vec![String::new(); 6]));
    columns
}

/// One row a row of a table, axis and value on it.
pub fn choices(source: Source<'_>) -> String {
    let mut rows = Rows::new([
        "table",
        "grid",
        "row",
        "axis",
        "value",
        "specifications",
        "mean",
        "share_same_sign",
        "share_significant",
        "share_opposite",
        "eta_squared",
    ]);
    each(source, |table, wanted, _, row| {
        let Some(summary) = &row.summary else { return };
        for (axis, influence) in Axis::ALL.into_iter().zip(&summary.axes) {
            let eta_squared = influence.eta_squared.map(exact).unwrap_or_default();
            for choice in &influence.choices {
                let which = [axis.name().to_owned(), choice.value.clone()];
                let numbers = [choice.specifications.to_string(), exact(choice.mean)];
                let of_choice = which.into_iter().chain(numbers).chain(shares(choice.shares));
                rows.push(
                    head(table, wanted, row)
                        .into_iter()
                        .chain(of_choice)
                        .chain([eta_squared.clone()]),
                );
            }
        }
    });
    rows.text()
}
