//! What was estimated with: the sample of a cell.

use serde::{Deserialize, Serialize};

/// What a reader must know of the sample behind a fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleFacts {
    /// Number of units.
    pub units: usize,
    /// First and last period after lags.
    pub periods: (i64, i64),
    /// Values of the columns used that were filled in, as text: "gdp of Hainan in 2003 (mean)".
    pub filled: Vec<String>,
    /// Units and periods that the missing-value policy dropped.
    pub dropped: Vec<String>,
    /// Units of the region without a neighbour in it.
    pub isolates: Vec<String>,
    /// Of weights that change over time, units without a neighbour in some periods, not in all: `b`
    /// and the periods, `b (2001, 2003–2005)`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub isolates_at_times: Vec<String>,
    /// What a variant changed.
    #[serde(default, skip_serializing_if = "Changes::is_none")]
    pub changes: Changes,
}

/// What a variant changed in a sample.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Changes {
    /// Units that were left out.
    pub units: Vec<String>,
    /// Periods of the sample that were left out.
    pub periods: Vec<i64>,
    /// The columns whose tails were looked at.
    pub tails: Vec<Tail>,
    /// Units that left because of an extreme observation.
    pub trimmed: Vec<Trimmed>,
}

impl Changes {
    /// Whether nothing was changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// A unit that left because of an extreme observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trimmed {
    /// The unit.
    pub unit: String,
    /// The columns that have one.
    pub columns: Vec<String>,
}

/// The tails of a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// The column.
    pub column: String,
    /// The lower quantile.
    pub low: f64,
    /// The upper quantile.
    pub high: f64,
    /// Observations of the sample below the one.
    pub below: usize,
    /// Observations above the other.
    pub above: usize,
}

/// Moments of one variable for the table of descriptive statistics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Descriptive {
    /// The variable.
    pub variable: String,
    /// Number of observations.
    pub n: usize,
    /// Minimum.
    pub min: f64,
    /// Maximum.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation, divisor n − 1.
    pub sd: f64,
    /// Median.
    pub median: f64,
    /// Number of values that were filled in.
    pub filled: usize,
}
