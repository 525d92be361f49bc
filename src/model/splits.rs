//! Coefficients that may differ between regions or regimes: what a cell asks tests of them.

use crate::ident::VarName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which coefficients may differ.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Coefficients {
    /// Those of the measure, at all its lags.
    #[default]
    Measure,
    /// Those of every regressor.
    All,
}

/// Are coefficients equal across regions?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegionEquality {
    /// Names of regions, in order, distinct; at least two.
    pub regions: Vec<String>,
    /// Which coefficients.
    pub of: Coefficients,
}

/// Do coefficients change where a variable passes a threshold?
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    /// The variable.
    pub variable: VarName,
    /// Which coefficients.
    pub of: Coefficients,
    /// Share of the observations that every regime has at least.
    pub trim: f64,
    /// How many thresholds are looked for: 1 or 2.
    pub thresholds: u32,
}
