//! Panel + model → sample: balanced, finite, ordered.

use crate::ident::{Period, UnitIndex, VarName};
use crate::mistake::Checked;
use crate::model::Regressor;
use crate::panel::Panel;

/// The numbers a cell is estimated from. Stacked by period; every value is finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The units, in row order.
    pub units: UnitIndex,
    /// The periods that are left after lags.
    pub periods: Vec<Period>,
    /// Name of the left-hand side.
    pub response: VarName,
    /// Left-hand side, N·T.
    pub y: Vec<f64>,
    /// Names of the columns of `x`.
    pub regressors: Vec<Regressor>,
    /// Right-hand side by column, each N·T. Without a constant.
    pub x: Vec<Vec<f64>>,
}

impl Sample {
    /// Number of units, N.
    pub fn n_units(&self) -> usize {
        self.units.len()
    }

    /// Number of periods, T.
    pub fn n_periods(&self) -> usize {
        self.periods.len()
    }

    /// N·T.
    pub fn n(&self) -> usize {
        self.y.len()
    }
}

/// Builds the sample of `response` on `regressors` for the units at `units` (positions in the
/// panel, in the order wanted). Lags are taken within each unit; the first `skip` periods are
/// dropped, `skip` being at least the deepest lag.
///
/// Errors name the rows that are missing and say how to fill or drop them.
pub fn sample(
    _panel: &Panel,
    _units: &[usize],
    _response: &VarName,
    _regressors: &[Regressor],
    _skip: usize,
) -> Checked<Sample> {
    unimplemented!()
}
