//! `[weights.NAME]`.

use super::Text;
use crate::model::weighting::{Contiguity, DistanceKernel, Metric};
use crate::model::{Isolates, Normalisation, RegionWeights, WeightsFormat};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[weights.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWeights {
    /// A file of links, relative to the file that names it.
    pub file: Option<String>,
    /// Its format; inferred for `.gal`, `.gwt`, `.mtx`.
    pub format: Option<WeightsFormat>,
    /// Names of the units of a Matrix Market file that does not have them, one a line.
    pub names: Option<String>,
    /// A file of polygons: GeoJSON, or a shapefile (.shp, with its .dbf).
    pub polygons: Option<String>,
    /// A table of points; the data file when absent.
    pub points: Option<String>,
    /// Property or column that names the units of `polygons` or `points`; `data.unit` when absent.
    pub unit: Option<String>,
    /// Which polygons are neighbours.
    pub contiguity: Option<Contiguity>,
    /// How far apart boundaries may be that are in contact, in the units of the coordinates; 0 when
    /// absent.
    pub tolerance: Option<f64>,
    /// Column of the points' longitudes, or of their first coordinates.
    pub x: Option<String>,
    /// Column of the points' latitudes, or of their second coordinates.
    pub y: Option<String>,
    /// How distances are measured; `sphere` when absent.
    pub distance: Option<Metric>,
    /// k nearest neighbours.
    pub neighbours: Option<u32>,
    /// Whether units are neighbours once one of them is among the other's nearest; not when absent.
    pub symmetric: Option<bool>,
    /// Largest distance of neighbours.
    pub within: Option<f64>,
    /// p of weights d^−p.
    pub inverse_power: Option<f64>,
    /// Kernel of weights K(d/h).
    pub kernel: Option<DistanceKernel>,
    /// h; without it `neighbours` says up to which of a unit's nearest others it reaches.
    pub bandwidth: Option<f64>,
    /// Column whose absolute differences between units are the distances.
    pub economic: Option<String>,
    /// Column whose values in both units multiply d^−p.
    pub gravity: Option<String>,
    /// First and last period over which `economic` and `gravity` are averaged; all of the data when
    /// absent.
    pub years: Option<Vec<i64>>,
    /// Whether `economic` and `gravity` are of the values of each period: weights that change over
    /// time; not when absent.
    pub each_period: Option<bool>,
    /// Matrices to add, as they are normalised.
    pub sum: Option<Vec<String>>,
    /// Their shares; equal when absent.
    pub shares: Option<Vec<f64>>,
    /// Matrices whose links are multiplied, entry by entry, before they are normalised.
    pub product: Option<Vec<String>>,
    /// The matrix whose neighbours' neighbours are linked.
    pub of: Option<String>,
    /// In how many steps; 2 when absent.
    pub order: Option<u32>,
    /// Whether units in fewer steps are linked as well; not when absent.
    pub cumulative: Option<bool>,
    /// Label in notes.
    pub label: Option<String>,
    /// Normalisation; `row` when absent.
    pub normalise: Option<Normalisation>,
    /// What to do with units without neighbours; `error` when absent.
    pub isolates: Option<Isolates>,
    /// What a region uses; `renormalise` when absent.
    pub regions: Option<RegionWeights>,
    /// Whether i may list j without j listing i in a file; not when absent.
    pub asymmetric: Option<bool>,
    /// What to do with units that the data do not have; `error` when absent.
    pub extra_units: Option<ExtraUnits>,
    /// Undirected links to add, pairs of units.
    pub links: Vec<Vec<Text>>,
    /// Undirected links to take out, pairs of units.
    pub without_links: Vec<Vec<Text>>,
}

/// What to do with units of a weights file that the data do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExtraUnits {
    /// Refuse the file, naming them.
    Error,
    /// Leave them out.
    Drop,
}
