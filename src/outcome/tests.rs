//! Tests of a cell, and what they say.

use super::TestBootstrap;
use crate::model::wild_cluster::WildCluster;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The null distribution a test statistic is held against.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "null")]
pub enum NullDistribution {
    /// χ² with `df` degrees of freedom.
    ChiSquared {
        /// Degrees of freedom.
        df: u32,
    },
    /// Standard normal, two-sided.
    Normal,
    /// Standard normal, only large values against the null.
    NormalUpper,
    /// Standard normal, only small values against the null.
    NormalLower,
    /// ¼χ²(0) + ½χ²(1) + ¼χ²(2): two parameters that cannot be negative.
    ChiBarSquared,
    /// None: a number that describes and tests nothing.
    Descriptive,
    /// F with `numerator` and `denominator` degrees of freedom.
    F {
        /// Number of restrictions.
        numerator: u32,
        /// Residual degrees of freedom.
        denominator: f64,
    },
    /// The statistics of `replicates` permutations.
    Permutation {
        /// Number of permutations.
        replicates: u32,
    },
    /// t* of the wild cluster bootstrap, two-sided.
    WildCluster {
        /// How they are drawn.
        design: WildCluster,
        /// Number of clusters.
        clusters: u32,
        /// Number of draws.
        draws: u64,
        /// Whether they are all patterns of signs.
        enumerated: bool,
    },
    /// None that is free of the sample: only replicates under the null tell it.
    Nonstandard,
}

/// What a test found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum TestOutcome {
    /// It could be computed.
    Computed {
        /// The test statistic.
        statistic: f64,
        /// What it is held against.
        null: NullDistribution,
        /// From the survival function, never 1 − cdf; none where the distribution is not standard
        /// and a bootstrap has to tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        p_value: Option<f64>,
    },
    /// It says nothing about this model.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

/// The fit a test looks at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Pooled least squares with a constant.
    Pooled,
    /// Least squares with the cell's own effects.
    Within,
    /// The cell's own fit.
    Fit,
}

impl Basis {
    /// The name in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pooled => "pooled",
            Self::Within => "within",
            Self::Fit => "fit",
        }
    }
}

/// One test of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Raw name: `lm-lag`, `robust-lm-error`, `lm-lag-exact`, `moran-residuals`.
    pub name: String,
    /// The fit it looks at.
    pub basis: Basis,
    /// Its outcome.
    #[serde(flatten)]
    pub outcome: TestOutcome,
    /// Numbers behind the statistic, by name: Moran's I with its expectation and variance.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, f64>,
    /// What replicates under the null hypothesis say of it; absent where none were asked for, or
    /// the test has no bootstrap version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bootstrap: Option<TestBootstrap>,
}

/// What a decision rule concludes from the tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The rule: `lm`.
    pub rule: String,
    /// The fit it judges.
    pub basis: Basis,
    /// Estimator it would choose: `ols`, `slm`, `sem`.
    pub chosen: String,
    /// The reasoning, in words with its numbers.
    pub because: String,
}
