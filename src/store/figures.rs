//! What figures show that no cell has: values by unit, and where the units are. Kept by a run, so
//! that figures can be drawn again without the panel.

use crate::ident::{CellId, RecordKey};
use crate::model::Bootstrap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What figures show beside cells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureData {
    /// Values of variables by unit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<UnitValues>,
    /// Variables against their spatial lags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scatter: Vec<MoranScatter>,
    /// Local Moran's I by unit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub local: Vec<LocalMoranPeriod>,
    /// Concentrated likelihoods of cells.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profiles: Vec<LikelihoodProfile>,
    /// How the replicates of cells are distributed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicates: Vec<ReplicateHistogram>,
    /// The units of regions.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub regions: BTreeMap<String, Vec<String>>,
    /// Where the units are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<Geometry>,
}

impl FigureData {
    /// Whether no figure needs anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The values of a variable in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitValues {
    /// The variable.
    pub variable: String,
    /// The period.
    pub period: i64,
    /// By unit; `None` where it is not observed.
    pub values: BTreeMap<String, Option<f64>>,
}

/// A variable against its spatial lag in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MoranScatter {
    /// Id of the `[[moran]]` block.
    pub moran: String,
    /// The period.
    pub period: i64,
    /// The units with neighbours, in panel order.
    pub points: Vec<ScatterPoint>,
}

/// A unit in a scatter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScatterPoint {
    /// The unit.
    pub unit: String,
    /// Its value less the mean, in standard deviations (divisor n).
    pub z: f64,
    /// (n/S₀)·Σ w z of its neighbours: the slope of `lag` on `z` is Moran's I.
    pub lag: f64,
}

/// Local Moran's I in a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalMoranPeriod {
    /// Id of the `[[moran]]` block.
    pub moran: String,
    /// The period.
    pub period: i64,
    /// Conditional permutations of each unit.
    pub permutations: u32,
    /// The units with neighbours, in panel order.
    pub units: Vec<LocalUnit>,
    /// The units without.
    pub isolates: Vec<String>,
}

/// Local Moran's I of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LocalUnit {
    /// The unit.
    pub unit: String,
    /// Its value less the mean, in standard deviations (divisor n).
    pub z: f64,
    /// Σ w z of its neighbours.
    pub lag: f64,
    /// `z · lag`.
    pub i: f64,
    /// Two-sided conditional permutation p-value.
    pub p_value: f64,
    /// The same, adjusted for the number of units (Benjamini & Hochberg).
    pub p_adjusted: f64,
}

/// The concentrated log-likelihood of the spatial parameter of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LikelihoodProfile {
    /// The cell.
    pub cell: CellId,
    /// What its record is made from.
    pub record: Option<RecordKey>,
    /// The parameter: `rho` or `lambda`.
    pub parameter: String,
    /// Admissible interval.
    pub interval: (f64, f64),
    /// Where the maximum lies.
    pub at: f64,
    /// The maximum.
    pub loglik: f64,
    /// Ends of the 95 % likelihood-ratio interval, where the log-likelihood is half of the 95 % quantile
    /// of χ²(1) below its maximum; `None` where it does not fall so far.
    pub ends: (Option<f64>, Option<f64>),
    /// Value and log-likelihood, over the admissible interval.
    pub points: Vec<(f64, f64)>,
    /// The same around the maximum.
    pub near: Vec<(f64, f64)>,
}

/// How the replicates of an estimate are distributed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReplicateHistogram {
    /// The cell.
    pub cell: CellId,
    /// What its record is made from.
    pub record: Option<RecordKey>,
    /// How replicates were drawn.
    pub design: Bootstrap,
    /// Raw name of the estimate.
    pub term: String,
    /// Lower edge of the first and upper edge of the last bin; bins are equally wide.
    pub range: (f64, f64),
    /// Replicates in each bin.
    pub counts: Vec<u32>,
    /// Replicates below and above all bins.
    pub outside: (u32, u32),
}

/// Where units are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// Name of the file, without its folder.
    pub file: String,
    /// BLAKE3 of its bytes.
    pub hash: String,
    /// The areas, in the order of the file.
    pub areas: Vec<Area>,
}

/// Where a unit is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// The unit, or the name of an area that is none.
    pub name: String,
    /// What it is called on maps.
    pub label: String,
    /// Whether it is a unit of the panel.
    pub unit: bool,
    /// Its shape.
    pub shape: AreaShape,
}

/// The shape of an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AreaShape {
    /// Rings of (longitude, latitude) in degrees, outlines and holes.
    Rings(Vec<Vec<(f64, f64)>>),
    /// A square in a row and a column, counted from the upper left.
    Tile {
        /// Row.
        row: i32,
        /// Column.
        column: i32,
    },
}

impl Geometry {
    /// What a unit is called: its label on the map, or its name.
    pub fn label<'a>(&'a self, unit: &'a str) -> &'a str {
        let area = self.areas.iter().find(|area| area.unit && area.name == unit);
        area.map_or(unit, |area| &area.label)
    }
}
