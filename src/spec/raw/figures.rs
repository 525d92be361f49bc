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
    /// Figures of cells: repeats the figure for every value of this axis; `{n}` or the axis, as
    /// `{measure}`, stands in the id.
    pub each: Option<Axis>,
    /// Number of the figure, with `each` of the first one; LaTeX counts on when absent.
    pub number: Option<u32>,
    /// Width in millimetres; 160 when absent.
    pub width: Option<f64>,
    /// Height in millimetres; what the kind needs when absent.
    pub height: Option<f64>,
    /// Extra notes.
    pub notes: Vec<String>,
    /// Moran-years, moran-scatter, lisa-map: id of the `[[moran]]` block.
    pub moran: Option<String>,
    /// Moran-scatter, map, lisa-map: the periods, one panel each; the first and the last when absent, on
    /// maps the last.
    pub years: Option<OneOrMany<i64>>,
    /// Moran-scatter: names of units beside points, at most so many a panel, farthest out first; 12
    /// when absent. Maps: 0 for no names.
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
    /// Figures of cells (effect-diagram, coefplot, spec-curve, rho-over-weights, lag-plot, profile,
    /// bootstrap-density): the grid.
    pub grid: Option<String>,
    /// Figures of cells: which of its cells.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// Figures of cells but spec-curve: axes whose values are panels: one, or rows and columns of
    /// panels.
    pub panels: Option<OneOrMany<Axis>>,
    /// Coefplot: terms, one below another. Effect-diagram: terms with an arrow to the response; the
    /// measure and its lags when absent. Lag-plot: the measure, or one of its effects. Spec-curve,
    /// rho-over-weights: one term; the measure, the spatial parameter when absent.
    /// Bootstrap-density: terms, a panel each; the measure when absent.
    #[schemars(extend("x-words" = "rows"))]
    pub rows: Option<Vec<String>>,
    /// Figures of cells: labels of rows in place of those of the variables.
    pub labels: BTreeMap<String, String>,
    /// Coefplot, rho-over-weights, lag-plot, profile: axis whose values differ in colour and shape.
    pub group: Option<Axis>,
    /// Lag-plot: the joint test in the corner, a [wald.NAME] that the grid runs; that all coefficients
    /// shown are zero when absent.
    pub wald: Option<String>,
    /// Moran-years, effect-diagram, spec-curve, lisa-map: p-values below which something is drawn as
    /// significant; 0.05 when absent, 0.10 in effect-diagrams.
    pub level: Option<f64>,
    /// Spec-curve: the preferred one of the cells.
    pub base: Option<RawSelector>,
    /// Lisa-map: whether `level` bounds the share of false discoveries among the significant units
    /// (Benjamini & Hochberg) instead of the error of each; true when absent.
    pub fdr: Option<bool>,
    /// Lisa-map: number of conditional permutations of each unit; 9999 when absent.
    pub permutations: Option<u32>,
    /// Bootstrap-density: which bootstrap of the grid; its first when absent.
    pub bootstrap: Option<String>,
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
    /// One coefficient over many specifications.
    SpecCurve,
    /// Local Moran's I on the map.
    LisaMap,
    /// How the replicates of a bootstrap are distributed.
    BootstrapDensity,
    /// A parameter over weights matrices.
    RhoOverWeights,
    /// A coefficient at leads and lags.
    LagPlot,
    /// The concentrated likelihood of a spatial parameter.
    Profile,
}

impl RawFigureKind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::MoranYears,
        Self::MoranScatter,
        Self::Map,
        Self::MapRegions,
        Self::EffectDiagram,
        Self::Coefplot,
        Self::SpecCurve,
        Self::LisaMap,
        Self::BootstrapDensity,
        Self::RhoOverWeights,
        Self::LagPlot,
        Self::Profile,
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
            Self::SpecCurve => "spec-curve",
            Self::LisaMap => "lisa-map",
            Self::BootstrapDensity => "bootstrap-density",
            Self::RhoOverWeights => "rho-over-weights",
            Self::LagPlot => "lag-plot",
            Self::Profile => "profile",
        }
    }
}
