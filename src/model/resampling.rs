//! How replicates of a cell are drawn.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done to innovations before a bootstrap draws from them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Rescale {
    /// Recentred only.
    None,
    /// Times √(n/(n − k − absorbed effects)).
    Df,
    /// Each divided by √(1 − h), h its leverage (effects counted), then recentred.
    Leverage,
    /// Each unit's history as if the regression had been estimated without the unit, then
    /// recentred.
    Jackknife,
}

impl Rescale {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Df => "df",
            Self::Leverage => "leverage",
            Self::Jackknife => "jackknife",
        }
    }
}

/// A bootstrap as a cell asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bootstrap {
    /// Name of the scheme, as listed in `bootstrap::SCHEMES`.
    pub scheme: String,
    /// What is done to the innovations first.
    pub rescale: Rescale,
    /// Periods of a block, of a scheme that draws blocks of them; `None`: the usual number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_length: Option<u32>,
    /// Number of replicates.
    pub replicates: u32,
}

/// What is permuted by randomisation inference.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Permute {
    /// Whole histories of the measure among the units.
    Units,
    /// The measure among the units of each period, independently of other periods.
    WithinPeriod,
}

impl Permute {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::WithinPeriod => "within-period",
        }
    }
}

/// Randomisation inference as a cell asks for it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Randomisation {
    /// What is permuted.
    pub permute: Permute,
    /// Number of permutations.
    pub replicates: u32,
}

/// What is kept of the replicates of a bootstrap, beside their summary.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Nothing.
    No,
    /// A journal, from which later runs go on.
    #[default]
    Journal,
    /// The journal, and a Parquet file for users.
    Parquet,
}
