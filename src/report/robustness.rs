//! What the records say of the rows of a table over specifications: gathered here for the table and
//! for its CSV files, summed up in [`crate::robustness`].

use crate::ident::KeyPath;
use crate::mistake::Checked;
use crate::outcome::Estimate;
use crate::report::Source;
use crate::report::build::regression::{estimate, term_in};
use crate::report::columns::{self, CellColumn, State};
use crate::robustness::{Robustness, Specification, summarise};
use crate::spec::Axis;
use crate::spec::tables::{RobustnessTable, RowTerm};

/// The specifications of a table and what they say.
#[derive(Debug)]
pub struct Gathered<'a> {
    /// Every cell, fitted or not, in the order of the plan.
    pub cells: Vec<CellColumn<'a>>,
    /// The preferred one, if the table names one.
    pub base: Option<CellColumn<'a>>,
    /// One entry a row.
    pub rows: Vec<GatheredRow<'a>>,
}

/// A coefficient over the specifications.
#[derive(Debug)]
pub struct GatheredRow<'a> {
    /// The row.
    pub row: &'a RowTerm,
    /// The base's estimate; `None` without a base, and where it has no such estimate.
    pub base: Option<&'a Estimate>,
    /// Cells that were fitted but do not have the coefficient.
    pub without: usize,
    /// What the others say; `None` when there is none.
    pub summary: Option<Robustness>,
}

impl Gathered<'_> {
    /// Cells that could not be fitted.
    pub fn failed(&self) -> usize {
        self.cells.iter().filter(|c| matches!(c.state, State::Failed(_))).count()
    }

    /// Cells without a record.
    pub fn not_run(&self) -> usize {
        self.cells.iter().filter(|c| matches!(c.state, State::NotRun)).count()
    }
}

/// Gathers the rows that `wanted` asks for; a table without cells is a mistake at `at`.
pub fn gather<'a>(
    source: Source<'a>,
    at: &KeyPath,
    wanted: &'a RobustnessTable,
) -> Checked<Gathered<'a>> {
    let cells = columns::choose(source, &wanted.cells, at)?;
    let is_base = |c: &&CellColumn<'_>| {
        wanted.base.as_ref().is_some_and(|base| base.value.matches(&c.cell.axes))
    };
    let base = cells.iter().find(is_base).copied();
    let rows = wanted.rows.iter().map(|r| row(&r.value, &cells, base, wanted.level)).collect();
    Ok(Gathered { cells, base, rows })
}

fn row<'a>(
    row: &'a RowTerm,
    cells: &[CellColumn<'a>],
    base: Option<CellColumn<'a>>,
    level: f64,
) -> GatheredRow<'a> {
    let found = |c: &CellColumn<'a>| estimate(c.outcome()?, &term_in(row, c));
    let base = base.as_ref().and_then(found);
    let specification = |c: &CellColumn<'a>| {
        let e = found(c)?;
        let choices = Axis::ALL.map(|axis| c.cell.axes.value(axis)).to_vec();
        Some(Specification { estimate: e.value, p_value: e.p_value, choices })
    };
    let specifications: Vec<Specification> = cells.iter().filter_map(specification).collect();
    let fitted = cells.iter().filter(|c| c.outcome().is_some()).count();
    GatheredRow {
        row,
        base,
        without: fitted - specifications.len(),
        summary: summarise(&specifications, base.map(|e| e.value), level),
    }
}
