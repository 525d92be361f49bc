//! Records + what a table asks for → [`Table`]. One file a kind of table.
//!
//! | file | table |
//! |---|---|
//! | `regression` | estimates, one column a cell |
//! | `tests` | tests, one column a cell |
//! | `descriptive` | moments, one row a variable |
//! | `joint` | hypotheses over many cells, one row each |
//! | `moran` | Moran's I, one row a period |
//! | `protocol` | the sequence of decisions, one column a cell |
//! | `unit_roots` | unit roots, a row a test |
//! | `splits` | what tests of regions and thresholds estimated, for the notes of tests |
//! | `published` | printed numbers beside those computed, one row each |
//! | `robustness` | coefficients over many specifications, one row each |

pub mod descriptive;
pub mod joint;
pub mod moran;
pub mod protocol;
pub mod published;
pub mod regression;
pub mod robustness;
mod splits;
pub mod tests;
pub mod unit_roots;

use crate::mistake::Checked;
use crate::report::Source;
use crate::report::table::Table;
use crate::spec::tables::{TableKind, TableSpec};

/// The table that `spec` asks for.
pub fn build(source: Source<'_>, spec: &TableSpec) -> Checked<Table> {
    let table = match &spec.kind {
        TableKind::Descriptive { variables, statistics } => {
            descriptive::build(source, spec, variables, statistics)
        }
        TableKind::Regression(wanted) => regression::build(source, spec, wanted)?,
        TableKind::Tests { cells, rows } => tests::build(source, spec, cells, rows)?,
        TableKind::Protocol { cells } => protocol::build(source, spec, cells)?,
        TableKind::Moran { moran, columns } => moran::build(source, spec, (moran, columns)),
        TableKind::UnitRoots { block } => unit_roots::build(source, spec, block),
        TableKind::Joint { joint } => joint::build(source, spec, joint)?,
        TableKind::Published { cells, .. } => published::build(source, spec, cells)?,
        TableKind::Robustness(wanted) => robustness::build(source, spec, wanted)?,
    };
    debug_assert_eq!(table.check(), Ok(()), "table `{}`", table.id);
    Ok(table)
}
