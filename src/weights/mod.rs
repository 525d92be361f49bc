//! Spatial weights: who is whose neighbour, how strongly, and the spatial lag.
//!
//! | file | what it does |
//! |---|---|
//! | `spectrum` | eigenvalues, admissible interval, log-determinant and traces |

pub mod spectrum;

use crate::ident::UnitId;

/// Links as they stand in a file: units by name, not yet tied to a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Links {
    /// Every unit the file names, with or without neighbours, in file order, distinct.
    pub units: Vec<UnitId>,
    /// (from, to, weight): weight of `to` in the lag of `from`; positions in `units`. No loops,
    /// no duplicates, weights finite, positive.
    pub links: Vec<(usize, usize, f64)>,
}
