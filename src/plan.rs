//! Axes × exclusions → ordered cells, and what each is called.

use crate::ident::{CellId, VarName};
use crate::mistake::Checked;
use crate::model::{Effects, LagSet, Model};
use crate::spec::{Axis, Spec};

/// One combination of the axes of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Content address: equal for cells that ask the same thing, whatever grid they stand in and
    /// whatever they are called.
    pub id: CellId,
    /// The grid.
    pub grid: String,
    /// Its place on each axis.
    pub axes: CellAxes,
    /// What is estimated.
    pub model: Model,
    /// The measure's column.
    pub measure_variable: VarName,
    /// Periods dropped at the start: the deepest lag, of the cell or of its grid.
    pub skip: usize,
    /// Groups of tests to run, in order, distinct.
    pub tests: Vec<String>,
}

/// The values of a cell's axes, by the names of the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellAxes {
    /// Key of `Spec::models`.
    pub model: String,
    /// Effects.
    pub effects: Effects,
    /// Key of `Spec::measures`.
    pub measure: String,
    /// Key of `Spec::regions`.
    pub region: String,
    /// Time lags of the measure.
    pub lags: LagSet,
    /// Key of `Spec::weights`.
    pub weights: String,
}

impl CellAxes {
    /// The value on one axis, as text.
    pub fn value(&self, axis: Axis) -> String {
        match axis {
            Axis::Model => self.model.clone(),
            Axis::Effects => self.effects.to_string(),
            Axis::Measure => self.measure.clone(),
            Axis::Region => self.region.clone(),
            Axis::Lags => self.lags.to_string(),
            Axis::Weights => self.weights.clone(),
        }
    }
}

impl Cell {
    /// What a person calls the cell: `paper/slm/two-way/oa/east/lag0-2/contiguity`.
    pub fn label(&self) -> String {
        let CellAxes { model, effects, measure, region, lags, weights } = &self.axes;
        format!("{}/{model}/{effects}/{measure}/{region}/lag{lags}/{weights}", self.grid)
    }
}

/// All cells of an experiment, in the order of tables and CSV files: grids by name, then axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The cells.
    pub cells: Vec<Cell>,
}

/// Expands the grids of `spec`: cross product, then `exclude` (every cell that matches), then
/// `include` (adds cells that are not there yet). A rule that matches or adds nothing is a
/// mistake, and so is a combination that the cell's estimator refuses.
pub fn plan(_spec: &Spec) -> Checked<Plan> {
    unimplemented!()
}
