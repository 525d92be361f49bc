//! `[[unit_roots]]` as written.

use crate::model::unit_roots::{Trend, UnitRootTest};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[[unit_roots]]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawUnitRoots {
    /// Id that tables refer to.
    pub id: Option<String>,
    /// The variables.
    pub variables: Option<Vec<String>>,
    /// The tests; `llc`, `ips` and `cips` when absent.
    pub tests: Option<Vec<UnitRootTest>>,
    /// Lagged differences: a number, or the criterion that chooses them for each unit; 1 when absent.
    pub lags: Option<RawLags>,
    /// The most lags that a criterion may choose; 4 when absent.
    pub max_lags: Option<u32>,
    /// Whether squares of residuals are divided by degrees of freedom, not by the number of
    /// observations; so when absent.
    pub dfcor: Option<bool>,
    /// What each series has beside its lag; a constant when absent.
    pub trend: Option<Trend>,
    /// The region; all units when absent.
    pub region: Option<String>,
}

/// A number of lags or how it is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a number of lagged differences, \"aic\" or \"sic\"")]
pub enum RawLags {
    /// So many.
    Number(u32),
    /// By a criterion.
    By(Criterion),
}

/// A criterion of information.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// Akaike's.
    Aic,
    /// Schwarz's.
    Sic,
}
