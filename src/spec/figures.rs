//! What a figure asks for, and the map that some are drawn on.

use crate::ident::{KeyPath, Located, Period, VarName};
use crate::spec::Axis;
use crate::spec::tables::{CellChoice, RobustnessTable, RowTerm};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A format of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FigureFormat {
    /// For web pages and for editing.
    Svg,
    /// For LaTeX.
    Pdf,
    /// For slides: 300 dots in an inch.
    Png,
}

/// `[map]`
#[derive(Debug, Clone, PartialEq)]
pub struct MapSpec {
    /// A GeoJSON file, or a CSV file of tiles.
    pub file: Located<PathBuf>,
    /// Property or column of unit names.
    pub unit: Located<String>,
    /// Property or column of labels.
    pub label: Option<Located<String>>,
}

impl MapSpec {
    /// Whether the file is a table of tiles rather than polygons.
    pub fn is_tiles(&self) -> bool {
        let extension = self.file.value.extension();
        extension.is_some_and(|e| e == "csv" || e == "tsv")
    }
}

/// `[[figures]]`
#[derive(Debug, Clone, PartialEq)]
pub struct FigureSpec {
    /// File name without extension.
    pub id: String,
    /// Caption.
    pub caption: String,
    /// Number that the caption shows; LaTeX counts on without one.
    pub number: Option<u32>,
    /// Width in millimetres.
    pub width: f64,
    /// Height in millimetres, when it is stated.
    pub height: Option<f64>,
    /// Extra notes.
    pub notes: Vec<String>,
    /// What it shows.
    pub kind: FigureKind,
    /// The definition itself.
    pub at: KeyPath,
}

/// The kinds of figures.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureKind {
    /// Moran's I by year.
    MoranYears {
        /// Id of the `[[moran]]` block.
        moran: String,
        /// p-values below it are significant.
        level: f64,
    },
    /// A variable against its spatial lag.
    MoranScatter(MoranScatterFigure),
    /// A variable on the map.
    Map(MapFigure),
    /// Regions on the map.
    MapRegions {
        /// Keys of `Spec::regions`, distinct.
        regions: Vec<Located<String>>,
        /// Whether units are named.
        names: bool,
    },
    /// Arrows from a measure and its lags to the response.
    EffectDiagram(CellFigure),
    /// Coefficients with their intervals.
    Coefplot(CellFigure),
    /// One coefficient over many specifications: the row is the first and only one.
    SpecCurve(RobustnessTable),
    /// Local Moran's I on the map.
    LisaMap(LisaFigure),
    /// How the replicates of a bootstrap are distributed.
    BootstrapDensity {
        /// The cells and terms.
        cells: CellFigure,
        /// Name of the bootstrap.
        bootstrap: String,
    },
    /// A parameter over weights matrices.
    RhoOverWeights(CellFigure),
    /// A coefficient at leads and lags.
    LagPlot(CellFigure),
    /// The concentrated likelihood of a spatial parameter.
    Profile(CellFigure),
}

/// Local Moran's I on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct LisaFigure {
    /// Id of the `[[moran]]` block, which gives variable, weights and region.
    pub moran: String,
    /// The periods, a panel each; the last when empty.
    pub years: Vec<Located<Period>>,
    /// Conditional permutations of each unit.
    pub permutations: u32,
    /// Whether `level` bounds the false discovery rate.
    pub fdr: bool,
    /// Level of significance.
    pub level: f64,
    /// Whether units are named.
    pub names: bool,
}

/// A scatter of a variable against its spatial lag.
#[derive(Debug, Clone, PartialEq)]
pub struct MoranScatterFigure {
    /// Id of the `[[moran]]` block.
    pub moran: String,
    /// The periods, a panel each; the first and the last when empty.
    pub years: Vec<Located<Period>>,
    /// Most units that are named in a panel.
    pub names: usize,
}

/// A variable on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct MapFigure {
    /// The variable.
    pub variable: Located<VarName>,
    /// The periods, a panel each; the last when empty.
    pub years: Vec<Located<Period>>,
    /// How values are put into classes.
    pub classes: Classes,
    /// Whether units are named.
    pub names: bool,
}

/// How values are put into classes.
#[derive(Debug, Clone, PartialEq)]
pub enum Classes {
    /// So many, by a rule.
    ByRule(ClassRule, usize),
    /// Between these values, which rise.
    Breaks(Vec<f64>),
}

/// A rule that makes classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassRule {
    /// As many units in each.
    Quantile,
    /// As wide as each other.
    Equal,
}

/// A figure of cells.
#[derive(Debug, Clone, PartialEq)]
pub struct CellFigure {
    /// Which cells; its columns are the axes of panels.
    pub cells: CellChoice,
    /// The terms; the measure and its lags when empty.
    pub rows: Vec<Located<RowTerm>>,
    /// Labels of rows.
    pub labels: BTreeMap<String, String>,
    /// Axis whose values differ in colour and shape.
    pub group: Option<Axis>,
    /// Lag-plot: the joint test of its corner, a key of `Spec::wald`; that of all lags when absent.
    pub wald: Option<String>,
    /// p-values below it are significant.
    pub level: f64,
}

impl FigureSpec {
    /// Which cells it shows, if any.
    pub fn cells(&self) -> Option<&CellChoice> {
        match &self.kind {
            FigureKind::EffectDiagram(figure)
            | FigureKind::Coefplot(figure)
            | FigureKind::BootstrapDensity { cells: figure, .. }
            | FigureKind::RhoOverWeights(figure)
            | FigureKind::LagPlot(figure)
            | FigureKind::Profile(figure) => Some(&figure.cells),
            FigureKind::SpecCurve(figure) => Some(&figure.cells),
            FigureKind::MoranYears { .. }
            | FigureKind::MoranScatter(_)
            | FigureKind::Map(_)
            | FigureKind::MapRegions { .. }
            | FigureKind::LisaMap(_) => None,
        }
    }

    /// Whether it shows what a run computes of the panel beside cells.
    pub fn shows_series(&self) -> bool {
        self.cells().is_none()
    }
}
