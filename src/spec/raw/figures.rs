//! `[[figures]]` and `[map]`.

use super::{OneOrMany, RawSelector};
use crate::spec::Axis;
use crate::spec::figures::ClassRule;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[map]`: where the units are.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMap {
    /// A GeoJSON file of polygons, or a CSV file of tiles with the columns `row` and `column`;
    /// relative to the file that names it.
    pub file: Option<String>,
    /// Property, or column, of unit names; `name` when absent.
    pub unit: Option<String>,
    /// Property, or column, of what a unit is called on maps and beside points; in place of its
    /// name.
    pub label: Option<String>,
}

/// `[[figures]]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawFigure {
    /// File name without extension.
    pub id: Option<String>,
    /// What it shows.
    pub kind: Option<RawFigureKind>,
    /// Caption.
    pub caption: Option<String>,
    /// Number of the figure; LaTeX counts on when absent.
    pub number: Option<u32>,
    /// Width in millimetres; 160 when absent.
    pub width: Option<f64>,
    /// Height in millimetres; what the kind needs when absent.
    pub height: Option<f64>,
    /// Extra notes.
    pub notes: Vec<String>,
    /// Moran-years, moran-scatter: id of the `[[moran]]` block.
    pub moran: Option<String>,
    /// Moran-scatter, map: the periods, one panel each; the first and the last when absent.
    pub years: Option<OneOrMany<i64>>,
    /// Moran-scatter: names of units beside points, at most so many a panel, farthest out first; 12
    /// when absent. Map, map-regions: 0 for no names.
    pub names: Option<u32>,
    /// Map: the variable.
    pub variable: Option<String>,
    /// Map: number of classes; 5 when absent.
    pub classes: Option<u32>,
    /// Map: how classes are made; `quantile` when absent.
    pub rule: Option<ClassRule>,
    /// Map: the values between classes, in place of `classes` and `rule`.
    pub breaks: Option<Vec<f64>>,
    /// Map-regions: the regions; all but those of every unit when absent.
    pub regions: Option<Vec<String>>,
    /// Effect-diagram, coefplot: the grid.
    pub grid: Option<String>,
    /// Effect-diagram, coefplot: which of its cells.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// Effect-diagram, coefplot: axes whose values are panels: one, or rows and columns of panels.
    pub panels: Option<OneOrMany<Axis>>,
    /// Coefplot: terms, one below another. Effect-diagram: terms with an arrow to the response; the
    /// measure and its lags when absent.
    #[schemars(extend("x-words" = "rows"))]
    pub rows: Option<Vec<String>>,
    /// Effect-diagram, coefplot: labels of rows in place of those of the variables.
    pub labels: BTreeMap<String, String>,
    /// Coefplot: axis whose values differ in colour and shape.
    pub group: Option<Axis>,
    /// Moran-years, effect-diagram: p-values below which something is drawn as significant; 0.05
    /// when absent, 0.10 in effect-diagrams.
    pub level: Option<f64>,
}

/// `kind` of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawFigureKind {
    /// Moran's I by year.
    MoranYears,
    /// A variable against its spatial lag.
    MoranScatter,
    /// A variable on the map.
    Map,
    /// Regions on the map.
    MapRegions,
    /// Arrows from a measure and its lags to the response.
    EffectDiagram,
    /// Coefficients with their intervals.
    Coefplot,
}

impl RawFigureKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::MoranYears,
        Self::MoranScatter,
        Self::Map,
        Self::MapRegions,
        Self::EffectDiagram,
        Self::Coefplot,
    ];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::MoranYears => "moran-years",
            Self::MoranScatter => "moran-scatter",
            Self::Map => "map",
            Self::MapRegions => "map-regions",
            Self::EffectDiagram => "effect-diagram",
            Self::Coefplot => "coefplot",
        }
    }
}
