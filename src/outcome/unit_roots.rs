//! Unit roots of variables.

use super::Failure;
use crate::model::unit_roots::{LagChoice, Trend, UnitRootTest};
use serde::{Deserialize, Serialize};

/// One test of a variable, of a `[[unit_roots]]` block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitRoots {
    /// The block's id.
    pub id: String,
    /// The variable.
    pub variable: String,
    /// The region.
    pub region: String,
    /// The test.
    pub test: UnitRootTest,
    /// What each series has beside its lag.
    pub trend: Trend,
    /// How lags were chosen.
    pub lags: LagChoice,
    /// What it found, or why there is nothing.
    pub outcome: Result<UnitRootFound, Failure>,
}

/// What a test of unit roots found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitRootFound {
    /// The statistic.
    pub statistic: f64,
    /// Of the tail that is against the null; none where only critical values are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p_value: Option<f64>,
    /// Critical values at 1, 5 and 10 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<[f64; 3]>,
    /// The fewest periods that its moments are tabulated for, where there are fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tabulated_from: Option<u32>,
    /// Lagged differences, the mean over units; 0 of Hadri's test, which has none.
    pub mean_lags: f64,
    /// Units.
    pub units: usize,
    /// Periods.
    pub periods: usize,
}
