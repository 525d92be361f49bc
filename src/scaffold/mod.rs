//! A data file → a first experiment, with a comment on every choice that was made.
//!
//! Nothing is asked. What a file does not say is guessed (unit, period, response, regressors,
//! weights beside it), and what cannot be guessed stands in the experiment as [`FILL_IN`].
//!
//! | file | what it does |
//! |---|---|
//! | `columns` | a table → which columns are units, periods, numbers, groups of units |
//! | `neighbours` | files beside the data → weights that fit its units |
//! | `text` | what was found → a commented experiment |

mod columns;
mod neighbours;
mod text;

use crate::load::csv::separated;
use crate::load::table::Table;
use crate::mistake::{Checked, Mistakes};
use columns::Columns;
use std::path::PathBuf;

/// Stands where the user must write something.
pub const FILL_IN: &str = "FILL-IN";

/// A drafted experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The experiment (TOML).
    pub text: String,
    /// What must still be filled in or decided, a sentence each.
    pub open: Vec<String>,
}

/// Drafts an experiment on `table`. `reference` turns the path of a file into what the experiment
/// calls it; `beside` are files that may hold weights.
///
/// # Errors
/// The table has no rows, or columns that share a name.
pub fn draft(
    table: &Table,
    beside: &[PathBuf],
    reference: &dyn Fn(&std::path::Path) -> String,
) -> Checked<Draft> {
    separated(table)?;
    Mistakes::unless_empty(table.duplicate_columns().into_vec(), ())?;
    let columns = Columns::of(table);
    let weights = neighbours::fitting(&columns.units(table), beside);
    Ok(text::write(table, &columns, &weights, reference))
}
