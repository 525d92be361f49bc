//! What joint inference says of a family of hypotheses.

use super::Failure;
use crate::ident::CellId;
use crate::model::{Bootstrap, Term};
use serde::{Deserialize, Serialize};

/// Hypotheses over many cells that are tested together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointFamily {
    /// The block's name.
    pub name: String,
    /// Identifies what the family is made of: its definition, the records of its cells, the seed and
    /// versions. Empty in results of earlier versions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// Rows as the block asks for them.
    pub rows: Vec<String>,
    /// How replicates were drawn.
    pub design: Bootstrap,
    /// Error rate of the whole family.
    pub level: f64,
    /// Replicates that could not be fitted in some cell; they are left out for all.
    pub failed: u32,
    /// Sets of cells that share their draws; draws of different sets are independent.
    pub draws: u32,
    /// The critical value of all |t| together; `None` with too few replicates for it.
    pub critical: Option<f64>,
    /// Its cells, in the order of the plan.
    pub cells: Vec<JointCell>,
}

/// The hypotheses of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointCell {
    /// The cell.
    pub cell: CellId,
    /// One entry a row that the cell has, in the order of the rows; or why there are none.
    pub hypotheses: Result<Vec<JointHypothesis>, Failure>,
}

/// That a coefficient or effect is zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointHypothesis {
    /// The coefficient or effect.
    pub term: Term,
    /// Estimate.
    pub value: f64,
    /// Its standard error.
    pub std_error: f64,
    /// p-value of the fit.
    pub p_value: f64,
    /// Bootstrap p-value of the hypothesis alone, from the replicates of the family.
    pub p_bootstrap: f64,
    /// Single-step p-value by the largest |t|.
    pub p_max_t: f64,
    /// Stepdown p-value of Romano & Wolf.
    pub p_romano_wolf: f64,
    /// Simultaneous interval of the family's level; `None` without a critical value.
    pub interval: Option<(f64, f64)>,
}
