//! `[grids.NAME]` and what picks cells of grids, as written.

use super::Lags;
use super::OneOrMany;
use crate::model::Effects;
use crate::model::splits::Coefficients;
use crate::model::wild_cluster::{Kind, Multipliers};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[grids.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawGrid {
    /// Left-hand side.
    pub response: Option<String>,
    /// Regressors beside the measure.
    pub controls: Vec<String>,
    /// Regressors computed from the measure: `measure^2`, `measure * ln_gdp`.
    pub terms: Vec<String>,
    /// Axis: models.
    #[schemars(extend("x-words" = "models"))]
    pub model: Option<OneOrMany<String>>,
    /// Axis: effects.
    pub effects: Option<OneOrMany<Effects>>,
    /// Axis: measures.
    pub measure: Option<OneOrMany<String>>,
    /// Axis: regions.
    pub region: Option<OneOrMany<String>>,
    /// Axis: time lags of the measure; 0 when absent.
    pub lags: Option<OneOrMany<Lags>>,
    /// Axis: weights.
    pub weights: Option<OneOrMany<String>>,
    /// Axis: standard errors; `default`, the estimator's own, when absent.
    #[schemars(extend("x-words" = "std-errors"))]
    pub std_errors: Option<OneOrMany<String>>,
    /// Axis: variants; `base` when absent.
    pub variant: Option<OneOrMany<String>>,
    /// Whether all cells use the periods that the deepest lag leaves.
    pub common_sample: Option<bool>,
    /// Cells to leave out.
    pub exclude: Vec<RawSelector>,
    /// Cells to add.
    pub include: Vec<RawSelector>,
    /// Bootstraps to run.
    pub bootstrap: Option<OneOrMany<String>>,
    /// Randomisation tests of the measure to run.
    pub randomisation: Option<OneOrMany<String>>,
    /// Functions of the coefficients to compute.
    pub derived: Option<OneOrMany<String>>,
    /// Joint Wald tests to run.
    pub wald: Option<OneOrMany<String>>,
    /// Whether direct, received and spread effects are computed for every unit; not when absent.
    pub unit_effects: Option<bool>,
    /// Groups of tests to run.
    #[schemars(extend("x-words" = "tests"))]
    pub tests: Vec<String>,
    /// Bootstrap of the tests under their null hypotheses; none when absent.
    pub test_bootstrap: Option<String>,
    /// What the test `region-equality` compares.
    pub region_equality: Option<RawRegionEquality>,
    /// What the test `threshold` looks at.
    pub threshold: Option<RawThreshold>,
    /// How the test `wild-cluster` draws.
    pub wild_cluster: Option<RawWildCluster>,
    /// The published sequence of decisions: effects, fixed or random, which spatial model.
    #[serde(deserialize_with = "super::values::keys_alone")]
    pub protocol: Option<RawProtocol>,
}

/// `region_equality = { … }` of a grid.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRegionEquality {
    /// The regions, which every unit is in one of.
    pub regions: Option<Vec<String>>,
    /// Which coefficients; `measure` when absent.
    pub of: Option<Coefficients>,
}

/// `threshold = { … }` of a grid.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawThreshold {
    /// The column that passes the threshold.
    pub variable: Option<String>,
    /// Which coefficients; `measure` when absent.
    pub of: Option<Coefficients>,
    /// Share of the observations in every regime at least; 0.05 when absent.
    pub trim: Option<f64>,
    /// Number of thresholds; 1 when absent.
    pub thresholds: Option<u32>,
}

/// `wild_cluster = { … }` of a grid.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWildCluster {
    /// What shares a multiplier: `unit`, `period`, `observation`, or a column with one text a unit.
    pub by: Option<String>,
    /// Their distribution; `rademacher` when absent.
    pub multipliers: Option<Multipliers>,
    /// Which residuals are multiplied: `11`, as they are, `31`, of the estimates without the cluster;
    /// of observations `21`, over √(1 − h), too; `11` when absent.
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    /// Whether the residuals are those of the regression without the measure; they are when absent.
    pub impose_null: Option<bool>,
    /// Number of draws; 9999 when absent.
    pub replicates: Option<u32>,
}

/// `[grids.NAME.protocol]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawProtocol {
    /// A test rejects below this p-value; 0.05 when absent.
    pub level: Option<f64>,
}

/// A pattern over cells: `{ model = "slm", region = ["east", "west"] }`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSelector {
    /// Models.
    #[schemars(extend("x-words" = "models"))]
    pub model: Option<OneOrMany<String>>,
    /// Effects.
    pub effects: Option<OneOrMany<Effects>>,
    /// Measures.
    pub measure: Option<OneOrMany<String>>,
    /// Regions.
    pub region: Option<OneOrMany<String>>,
    /// Time lags.
    pub lags: Option<OneOrMany<Lags>>,
    /// Weights.
    pub weights: Option<OneOrMany<String>>,
    /// Standard errors.
    #[schemars(extend("x-words" = "std-errors"))]
    pub std_errors: Option<OneOrMany<String>>,
    /// Variants.
    pub variant: Option<OneOrMany<String>>,
}

/// `[joint.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawJoint {
    /// The grid.
    pub grid: Option<String>,
    /// Which of its cells; all when absent.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// Coefficients and effects.
    #[schemars(extend("x-words" = "coefficients"))]
    pub rows: Option<Vec<String>>,
    /// Which bootstrap of the grid.
    pub bootstrap: Option<String>,
    /// Error rate of the whole family; 0.05 when absent.
    pub level: Option<f64>,
}
