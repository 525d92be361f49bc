//! From which residuals the variances of random effects are estimated.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the variances of random effects and innovations are estimated before generalised least
/// squares (Baltagi 2021, sections 2.3 and 3.3).
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
pub enum VarianceComponents {
    /// From the regression with effects removed and those of means (Swamy & Arora 1972).
    #[default]
    SwamyArora,
    /// From the residuals of fixed effects, their means among them (Amemiya 1971).
    Amemiya,
    /// From pooled least-squares residuals (Wallace & Hussain 1969).
    WallaceHussain,
    /// The spread of estimated fixed effects (Nerlove 1971).
    Nerlove,
}

impl VarianceComponents {
    /// All, the usual one first.
    pub const ALL: [Self; 4] =
        [Self::SwamyArora, Self::Amemiya, Self::WallaceHussain, Self::Nerlove];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::SwamyArora => "swamy-arora",
            Self::Amemiya => "amemiya",
            Self::WallaceHussain => "wallace-hussain",
            Self::Nerlove => "nerlove",
        }
    }

    /// Whether it looks at what fixed effects leave of the response: whatever does not vary within
    /// them is then in the effects.
    pub fn of_fixed_effects(self) -> bool {
        matches!(self, Self::Amemiya | Self::Nerlove)
    }
}
