//! Which section a table or figure belongs to: by what it shows, never by what it is called.

use crate::report::words::Words;
use crate::spec::figures::{FigureKind, FigureSpec};
use crate::spec::tables::{CellChoice, TableKind, TableSpec};
use crate::spec::{Axis, Spec};

/// The sections, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Data and descriptive statistics.
    Data,
    /// Spatial correlation.
    Correlation,
    /// Main results.
    Main,
    /// Regions.
    Regions,
    /// Robustness.
    Robustness,
}

impl Place {
    /// All sections in order.
    pub(super) const ALL: [Self; 5] =
        [Self::Data, Self::Correlation, Self::Main, Self::Regions, Self::Robustness];

    /// The heading.
    pub(super) fn title(self, words: &dyn Words) -> &'static str {
        let position = Self::ALL.iter().position(|place| *place == self);
        words.result_sections()[position.unwrap_or_default()]
    }

    /// What refers to it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Data => "sec:data",
            Self::Correlation => "sec:correlation",
            Self::Main => "sec:main",
            Self::Regions => "sec:regions",
            Self::Robustness => "sec:robustness",
        }
    }
}

/// Where a table belongs.
pub(super) fn of_table(spec: &Spec, table: &TableSpec) -> Place {
    match &table.kind {
        TableKind::Descriptive { .. } | TableKind::UnitRoots { .. } => Place::Data,
        TableKind::Moran { .. } | TableKind::Protocol { .. } => Place::Correlation,
        // A grid without groups of tests has joint tests of coefficients.
        TableKind::Tests { cells, .. } => match spec.grids.get(&cells.grid) {
            Some(grid) if grid.tests.is_empty() => Place::Main,
            Some(_) | None => Place::Correlation,
        },
        TableKind::Robustness(_) | TableKind::Joint { .. } | TableKind::Published { .. } => {
            Place::Robustness
        }
        TableKind::Regression(table) => {
            let bootstrap = table.below.iter().any(|(what, _)| what.of_bootstrap());
            if bootstrap || varies(&table.cells, Axis::Variant) {
                Place::Robustness
            } else if varies(&table.cells, Axis::Region) || table.panels == Some(Axis::Region) {
                Place::Regions
            } else {
                Place::Main
            }
        }
    }
}

/// Where a figure belongs.
pub(super) fn of_figure(spec: &FigureSpec) -> Place {
    match &spec.kind {
        FigureKind::Map(_) | FigureKind::MapRegions { .. } => Place::Data,
        FigureKind::MoranYears { .. } | FigureKind::MoranScatter(_) | FigureKind::LisaMap(_) => {
            Place::Correlation
        }
        FigureKind::SpecCurve(_)
        | FigureKind::BootstrapDensity { .. }
        | FigureKind::RhoOverWeights(_)
        | FigureKind::LagPlot(_)
        | FigureKind::Profile(_) => Place::Robustness,
        FigureKind::EffectDiagram(figure) | FigureKind::Coefplot(figure) => {
            let grouped = figure.group == Some(Axis::Region);
            if grouped || varies(&figure.cells, Axis::Region) {
                Place::Regions
            } else {
                Place::Main
            }
        }
    }
}

/// Whether values of the axis stand beside one another.
fn varies(cells: &CellChoice, axis: Axis) -> bool {
    cells.columns.contains(&axis)
}
