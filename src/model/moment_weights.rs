//! By what the moments of residuals are weighted against each other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Weights of the six moments of errors with random effects (Kapoor, Kelejian & Prucha 2007,
/// section 3.2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MomentWeights {
    /// The three moments within units give λ and σ², all of one weight; the first between them σ²_1.
    Initial,
    /// All six, by the variances of the errors: (T − 1)/σ⁴ and 1/σ⁴_1.
    Diagonal,
    /// All six, by the inverse of their covariance under normal errors.
    Full,
}

impl MomentWeights {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Diagonal => "diagonal",
            Self::Full => "full",
        }
    }
}
