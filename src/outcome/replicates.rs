//! What replicates and permutations say.

use crate::model::{Bootstrap, Randomisation, Term};
use serde::{Deserialize, Serialize};

/// What replicates of the model that holds under the null hypothesis say of a test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestBootstrap {
    /// What was asked.
    pub design: Bootstrap,
    /// Replicates in which the statistic does not exist; they are left out.
    pub failed: u32,
    /// (1 + #{|T*| ≥ |T|})/(B + 1).
    pub p_value: f64,
}

/// What a bootstrap says of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BootstrapSummary {
    /// What was asked.
    pub design: Bootstrap,
    /// What the scheme cannot show here, if anything.
    pub caution: Option<String>,
    /// Replicates that could not be fitted; they are left out.
    pub failed: u32,
    /// Coefficients, spatial parameters, σ², effects, functions of them.
    pub estimates: Vec<BootstrapEstimate>,
}

/// What a bootstrap says of one estimate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BootstrapEstimate {
    /// The parameter, effect or function.
    pub term: Term,
    /// Standard deviation of the replicates.
    pub std_error: f64,
    /// Mean of the replicates minus the estimate.
    pub bias: f64,
    /// 95 % percentile interval.
    pub percentile: (f64, f64),
    /// 95 % basic interval.
    pub basic: (f64, f64),
    /// 95 % percentile-t interval.
    pub percentile_t: (f64, f64),
    /// 95 % bias-corrected and accelerated interval; `None` where all replicates lie on one side of
    /// the estimate, or its acceleration is not known.
    pub bca: Option<(f64, f64)>,
    /// Two-sided p-value of the studentised statistic.
    pub p_value: f64,
    /// Replicates that could be fitted and in which it does not exist, such as the ln of a
    /// coefficient that is negative there; they are left out.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub undefined: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What permutations of the measure say of a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomisationSummary {
    /// What was asked.
    pub design: Randomisation,
    /// Permutations that could not be fitted; they are left out.
    pub failed: u32,
    /// Coefficients and effects of the measure; empty when no permutation could be fitted.
    pub estimates: Vec<RandomisationEstimate>,
}

/// What permutations of the measure say of one of its coefficients or effects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RandomisationEstimate {
    /// The coefficient or effect.
    pub term: Term,
    /// Two-sided p-value by the t statistic (randomization-t).
    pub p_value: f64,
    /// Two-sided p-value by the estimate itself (randomization-c).
    pub p_value_coefficient: f64,
}
