//! Spatial autocorrelation of a variable, by period and by unit.

use super::Failure;
use crate::model::autocorrelation::{Alternative, Autocorrelation};
use serde::{Deserialize, Serialize};

/// Global Moran's I of one variable in one period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoranYear {
    /// The period.
    pub period: i64,
    /// Moran's I.
    pub i: f64,
    /// −1/(n − 1).
    pub expectation: f64,
    /// Variance under normality.
    pub variance_normality: f64,
    /// Variance under randomisation.
    pub variance_randomisation: f64,
    /// Standard score under normality.
    pub z_normality: f64,
    /// Its p-value, against the alternative of the series.
    pub p_normality: f64,
    /// Standard score under randomisation.
    pub z_randomisation: f64,
    /// Its p-value.
    pub p_randomisation: f64,
    /// Permutation p-value, two-sided 2·min of the tails, at most 1; `None` without permutations.
    pub p_permutation: Option<f64>,
    /// Number of permutations.
    pub permutations: u32,
    /// Units that enter: those with at least one neighbour.
    pub units: usize,
}

/// Statistics of autocorrelation by period for one `[[moran]]` block.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoranSeries {
    /// The block's id.
    pub id: String,
    /// The variable.
    pub variable: String,
    /// The region.
    pub region: String,
    /// The weights.
    pub weights: String,
    /// Moran's I of each period that has it; or, when none has, why.
    pub years: Result<Vec<MoranYear>, Failure>,
    /// What is beside Moran's I.
    #[serde(default, skip_serializing_if = "Beside::is_empty")]
    pub beside: Beside,
}

/// What a `[[moran]]` block asks for beside Moran's I.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Beside {
    /// The other variable of bivariate statistics.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<String>,
    /// What all p-values of the series are against.
    #[serde(skip_serializing_if = "Alternative::is_two_sided")]
    pub alternative: Alternative,
    /// Periods, or statistics of a period, that have no value, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<Without>,
    /// Other global statistics, by period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub global: Vec<GlobalAutocorrelation>,
    /// How many units are in each quadrant of the Moran scatter, by period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quadrants: Vec<Quadrants>,
    /// Local statistics, by period.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local: Vec<LocalAutocorrelation>,
}

impl Beside {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A period that has no value, or not of one statistic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Without {
    /// The period.
    pub period: i64,
    /// The statistic; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<Autocorrelation>,
    /// Why.
    pub failure: Failure,
}

/// A global statistic of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalAutocorrelation {
    /// Which.
    pub statistic: Autocorrelation,
    /// The period.
    pub period: i64,
    /// Its value.
    pub value: f64,
    /// Its mean without autocorrelation.
    pub expectation: f64,
    /// Variance under normality, where that has one.
    pub variance_normality: Option<f64>,
    /// Standard score under normality, positive when neighbours are alike.
    pub z_normality: Option<f64>,
    /// Its p-value.
    pub p_normality: Option<f64>,
    /// Variance under randomisation.
    pub variance_randomisation: f64,
    /// Standard score under randomisation, positive when neighbours are alike.
    pub z_randomisation: f64,
    /// Its p-value.
    pub p_randomisation: f64,
    /// Permutation p-value; `None` without permutations.
    pub p_permutation: Option<f64>,
    /// Number of permutations.
    pub permutations: u32,
    /// Units that enter.
    pub units: usize,
}

/// How many units are in each quadrant of a period: HH, LH, LL, HL, the unit first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quadrants {
    /// The period.
    pub period: i64,
    /// All units with neighbours.
    pub all: [usize; 4],
    /// Those whose local Moran's I is significant, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub significant: Option<[usize; 4]>,
}

impl Quadrants {
    /// Their names, the unit first, its neighbours second.
    pub const NAMES: [&'static str; 4] = ["HH", "LH", "LL", "HL"];

    /// The place of a unit with this value and this lag, both less the mean of the variable.
    pub fn of(own: f64, lag: f64) -> usize {
        match (own > 0.0, lag > 0.0) {
            (true, true) => 0,
            (false, true) => 1,
            (false, false) => 2,
            (true, false) => 3,
        }
    }
}

/// A local statistic of a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalAutocorrelation {
    /// Which.
    pub statistic: Autocorrelation,
    /// The period.
    pub period: i64,
    /// Conditional permutations of each unit; 0 for none.
    pub permutations: u32,
    /// The units with neighbours, in panel order.
    pub units: Vec<LocalValue>,
    /// The units without: no value, no p-value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub isolates: Vec<String>,
    /// What to bear in mind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
}

/// A local statistic of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalValue {
    /// The unit.
    pub unit: String,
    /// Its value less the mean, in standard deviations (divisor n).
    pub own: f64,
    /// Σ w z of its neighbours; of a bivariate statistic, of the other variable.
    pub lag: f64,
    /// The statistic.
    pub value: f64,
    /// Its mean under conditional randomisation.
    pub expectation: f64,
    /// Its variance under conditional randomisation.
    pub variance: f64,
    /// Standard score, positive when neighbours are alike (of G: when they are high).
    pub z: f64,
    /// Its p-value.
    pub p_normal: f64,
    /// By conditional permutations; `None` without any.
    pub p_permutation: Option<f64>,
    /// That, or else the one of the standard score, adjusted over all units with neighbours (Benjamini &
    /// Hochberg).
    pub p_adjusted: f64,
}
