//! What is chosen of a weights matrix.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a matrix of links becomes a weights matrix.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Normalisation {
    /// Each row divided by its sum; a row without neighbours stays zero.
    Row,
    /// The matrix divided by its spectral radius.
    Spectral,
    /// The matrix divided by the smaller of its largest row sum and its largest column sum
    /// (Kelejian & Prucha 2010).
    MinMax,
    /// As it is.
    None,
}

impl Normalisation {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Row => "row",
            Self::Spectral => "spectral",
            Self::MinMax => "min-max",
            Self::None => "none",
        }
    }
}

/// What to do with units that have no neighbour.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Isolates {
    /// Refuse the matrix, naming them.
    Error,
    /// Keep them with a row of zeros: their spatial lag is 0. Reported with every fit.
    Keep,
}

/// What W a region uses.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum RegionWeights {
    /// The links within the region, normalised again.
    Renormalise,
    /// The rows and columns of the normalised matrix of all units, as they are.
    Cut,
}

/// Formats of a weights file.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WeightsFormat {
    /// GAL neighbour lists.
    Gal,
    /// A CSV matrix with unit names in the first row and column.
    Matrix,
    /// A CSV with columns `from`, `to` and, if wanted, `weight`; one row a directed link.
    Edges,
    /// GWT lists of links with weights.
    Gwt,
    /// A Matrix Market file in coordinate form.
    Mtx,
}
