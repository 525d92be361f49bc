//! Unit roots of a variable over time: what is asked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A test of unit roots in a panel.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum UnitRootTest {
    /// Levin, Lin & Chu (2002): one root for all units.
    Llc,
    /// Im, Pesaran & Shin (2003): the mean of the units' t statistics.
    Ips,
    /// Pesaran (2007): the same, beside cross-section means, which stand for a common factor.
    Cips,
    /// Maddala & Wu (1999): −2 Σ ln p of the units' t statistics.
    MaddalaWu,
    /// Choi (2001): the same, standardised for many units.
    ChoiP,
    /// Choi (2001): the mean of Φ⁻¹(p).
    ChoiZ,
    /// Choi (2001): the mean of ln(p/(1 − p)).
    ChoiLogit,
    /// Hadri (2000): stationarity of all units, each with a variance of its own.
    Hadri,
    /// The same with one variance of all units.
    HadriHomoskedastic,
}

impl UnitRootTest {
    /// All, in the order of tables.
    pub const ALL: [Self; 9] = [
        Self::Llc,
        Self::Ips,
        Self::Cips,
        Self::MaddalaWu,
        Self::ChoiP,
        Self::ChoiZ,
        Self::ChoiLogit,
        Self::Hadri,
        Self::HadriHomoskedastic,
    ];
    /// Those of a block that names none.
    pub const USUAL: [Self; 3] = [Self::Llc, Self::Ips, Self::Cips];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Llc => "llc",
            Self::Ips => "ips",
            Self::Cips => "cips",
            Self::MaddalaWu => "maddala-wu",
            Self::ChoiP => "choi-p",
            Self::ChoiZ => "choi-z",
            Self::ChoiLogit => "choi-logit",
            Self::Hadri => "hadri",
            Self::HadriHomoskedastic => "hadri-homoskedastic",
        }
    }

    /// Whether its null is stationarity, not a unit root.
    pub fn is_of_stationarity(self) -> bool {
        matches!(self, Self::Hadri | Self::HadriHomoskedastic)
    }

    /// Whether its regressions have lagged differences.
    pub fn has_lags(self) -> bool {
        !self.is_of_stationarity()
    }

    /// Whether it combines p-values of units.
    pub fn combines(self) -> bool {
        matches!(self, Self::MaddalaWu | Self::ChoiP | Self::ChoiZ | Self::ChoiLogit)
    }
}

/// What a series has beside its lag.
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
pub enum Trend {
    /// Nothing.
    None,
    /// A constant of each unit.
    #[default]
    Intercept,
    /// A constant and a linear trend of each unit.
    Trend,
}

impl Trend {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Intercept => "intercept",
            Self::Trend => "trend",
        }
    }
}

/// What squares of residuals are divided by.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Divisor {
    /// Degrees of freedom: what the moments of `ips` were simulated with.
    #[default]
    DegreesOfFreedom,
    /// The number of observations, plm's default.
    Observations,
}

/// How many lagged differences each unit's regression has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LagChoice {
    /// So many.
    Number(u32),
    /// As many, up to a number, as make Akaike's criterion smallest.
    Aic(u32),
    /// The same by Schwarz's criterion.
    Sic(u32),
}
