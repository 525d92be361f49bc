//! Spatial autocorrelation of a variable: which statistics, against which alternative.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A statistic of spatial autocorrelation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Autocorrelation {
    /// Moran's I (Moran 1950).
    Moran,
    /// Geary's C (Geary 1954).
    Geary,
    /// General G (Getis & Ord 1992), of a variable that is nowhere negative.
    GetisOrd,
    /// Moran's I of the variable against the lag of the one that `with` names.
    Bivariate,
    /// Local Moran's I (Anselin 1995).
    LocalMoran,
    /// Local Geary's c (Anselin 1995).
    LocalGeary,
    /// Local G, without the unit itself (Ord & Getis 1995).
    LocalG,
    /// The same with the unit itself.
    LocalGStar,
    /// Local Moran's I of the variable against the lag of the one that `with` names.
    LocalBivariate,
}

impl Autocorrelation {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Moran,
        Self::Geary,
        Self::GetisOrd,
        Self::Bivariate,
        Self::LocalMoran,
        Self::LocalGeary,
        Self::LocalG,
        Self::LocalGStar,
        Self::LocalBivariate,
    ];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moran => "moran",
            Self::Geary => "geary",
            Self::GetisOrd => "getis-ord",
            Self::Bivariate => "bivariate",
            Self::LocalMoran => "local-moran",
            Self::LocalGeary => "local-geary",
            Self::LocalG => "local-g",
            Self::LocalGStar => "local-g-star",
            Self::LocalBivariate => "local-bivariate",
        }
    }

    /// Whether it is a number for each unit.
    pub fn is_local(self) -> bool {
        match self {
            Self::Moran | Self::Geary | Self::GetisOrd | Self::Bivariate => false,
            Self::LocalMoran
            | Self::LocalGeary
            | Self::LocalG
            | Self::LocalGStar
            | Self::LocalBivariate => true,
        }
    }

    /// Whether it is about a second variable.
    pub fn needs_another(self) -> bool {
        matches!(self, Self::Bivariate | Self::LocalBivariate)
    }

    /// Whether small values mean that neighbours are alike.
    pub fn falls_with_likeness(self) -> bool {
        matches!(self, Self::Geary | Self::LocalGeary)
    }
}

/// What a test of autocorrelation is against.
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
pub enum Alternative {
    /// Either sign.
    #[default]
    TwoSided,
    /// Neighbours are alike (of G: high values are together).
    Greater,
    /// Neighbours are unlike (of G: low values are together).
    Less,
}

impl Alternative {
    /// Whether nothing was said.
    pub fn is_two_sided(&self) -> bool {
        *self == Self::TwoSided
    }

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::TwoSided => "two-sided",
            Self::Greater => "greater",
            Self::Less => "less",
        }
    }
}
