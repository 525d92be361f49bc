//! How weights are made where no file holds them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which polygons are neighbours.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Contiguity {
    /// Those whose boundaries have a point in common.
    Queen,
    /// Those whose boundaries have a stretch in common.
    Rook,
}

impl Contiguity {
    /// The word of a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queen => "queen",
            Self::Rook => "rook",
        }
    }
}

/// How far two points are from each other.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Points are longitude and latitude in degrees, distances km along great circles of a sphere
    /// with radius 6371 km.
    Sphere,
    /// Straight lines, in the units of the coordinates.
    Plane,
}

/// What a distance is worth: K(z) of z = d/h, h the bandwidth. Constants are left out, K(0) = 1.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DistanceKernel {
    /// 1 below z = 1.
    Uniform,
    /// 1 − z below z = 1.
    Triangular,
    /// 1 − z² below z = 1.
    Epanechnikov,
    /// (1 − z²)² below z = 1.
    Bisquare,
    /// exp(−z²/2) at any distance.
    Gaussian,
}

impl DistanceKernel {
    /// The word of a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Triangular => "triangular",
            Self::Epanechnikov => "epanechnikov",
            Self::Bisquare => "bisquare",
            Self::Gaussian => "gaussian",
        }
    }
}

/// Weights as a function of distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DistanceRule {
    /// 1 for the k nearest; where several are equally far, those whose names come first.
    Nearest {
        /// k.
        neighbours: u32,
        /// Whether units are neighbours of each other once one of them is of the other.
        symmetric: bool,
    },
    /// 1 up to this distance, which is included.
    Within(f64),
    /// d^−p, of all or of those within a distance or among the k nearest.
    Inverse {
        /// p.
        power: f64,
        /// Distance beyond which weights are zero; it is included.
        within: Option<f64>,
        /// k.
        neighbours: Option<u32>,
    },
    /// K(d/h).
    Kernel {
        /// K.
        kernel: DistanceKernel,
        /// h.
        bandwidth: Bandwidth,
        /// Distance beyond which weights are zero; it is included.
        within: Option<f64>,
    },
}

/// The bandwidth of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bandwidth {
    /// The same for all.
    Fixed(f64),
    /// That of a unit is the next distance beyond its k-th nearest: k others are nearer, or more
    /// where several are equally far.
    Adaptive(u32),
}
