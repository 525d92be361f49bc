//! Why a cell has no fit.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a cell has no fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// Collinear columns, too few observations, a singular information matrix.
    Singular,
    /// The optimiser did not reach the required score.
    NoConvergence,
    /// There is no optimum inside the interval of the spatial parameter: the likelihood rises to an
    /// end of it. (An optimum inside, however near an end, is a fit with a caution.)
    AtBound,
    /// The estimator does not offer this combination.
    Unsupported,
    /// The sample cannot be made: gaps, infinities, an empty region.
    BadData,
    /// It took longer than it may.
    Timeout,
    /// Its process ended before it was done: out of memory, or by a signal.
    Killed,
    /// A panic, caught: a bug of spanel's.
    #[serde(alias = "bug")]
    Panic,
}

impl FailureKind {
    /// The name in records and events.
    pub fn name(self) -> &'static str {
        match self {
            Self::Singular => "singular",
            Self::NoConvergence => "no-convergence",
            Self::AtBound => "at-bound",
            Self::Unsupported => "unsupported",
            Self::BadData => "bad-data",
            Self::Timeout => "timeout",
            Self::Killed => "killed",
            Self::Panic => "panic",
        }
    }

    /// Whether it depends on more than the cell, its numbers and versions, so that another run may
    /// end otherwise.
    pub fn may_not_fail_again(self) -> bool {
        match self {
            Self::Timeout | Self::Killed | Self::Panic => true,
            Self::Singular
            | Self::NoConvergence
            | Self::AtBound
            | Self::Unsupported
            | Self::BadData => false,
        }
    }

    /// Every class.
    pub const ALL: [Self; 8] = [
        Self::Singular,
        Self::NoConvergence,
        Self::AtBound,
        Self::Unsupported,
        Self::BadData,
        Self::Timeout,
        Self::Killed,
        Self::Panic,
    ];
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Singular => "singular",
            Self::NoConvergence => "no convergence",
            Self::AtBound => "at the bound",
            Self::Unsupported => "unsupported",
            Self::BadData => "bad data",
            Self::Timeout => "timeout",
            Self::Killed => "killed",
            Self::Panic => "panic",
        })
    }
}

/// A cell that could not be fitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Class.
    pub kind: FailureKind,
    /// What happened, with the names involved.
    pub reason: String,
}
