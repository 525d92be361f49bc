//! Effects are incidental parameters: their number grows with the panel, and what estimating them
//! costs does not vanish where the other side of the panel stays small (Neyman & Scott 1948). What is
//! done about it; and lags of the response, whose coefficients suffer most (Nickell 1981).

use super::Whose;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is done about the bias that the estimation of effects brings.
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
pub enum Correction {
    /// Nothing: the likelihood with a dummy for each effect.
    #[default]
    None,
    /// The likelihood of data that are transformed so that effects are gone and errors stay
    /// independent; of a dynamic model that of periods only, then `bias-corrected` (Lee & Yu 2010).
    Transformation,
    /// The likelihood with dummies, and its first-order bias taken off the estimates (Yu, de Jong &
    /// Lee 2008; Lee & Yu 2010).
    BiasCorrected,
}

impl Correction {
    /// Whether nothing is done.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Transformation => "transformation",
            Self::BiasCorrected => "bias-corrected",
        }
    }
}

/// Which lags of the response in time are regressors.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Dynamics {
    /// The unit's own, y of the period before.
    Time,
    /// The neighbours', Wy of the period before.
    SpaceTime,
    /// Both.
    Both,
}

impl Dynamics {
    /// Whether that of the unit itself, or of its neighbours, is a regressor.
    pub fn has(self, of: Whose) -> bool {
        match of {
            Whose::Own => self != Self::SpaceTime,
            Whose::Neighbours => self != Self::Time,
            Whose::UnitMean | Whose::NeighboursUnitMean => false,
        }
    }

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::SpaceTime => "space-time",
            Self::Both => "both",
        }
    }
}
