//! The functions of the coefficients and joint tests of a cell.

use crate::estimator::Problem;
use crate::estimator::derived::derived;
use crate::estimator::impacts::Multipliers;
use crate::estimator::wald::wald;
use crate::outcome::{Derived, Fit, Test};
use crate::plan::Cell;

/// What a cell asks for beside its estimates.
pub(super) struct Functions {
    /// Functions of the coefficients.
    pub(super) derived: Vec<Derived>,
    /// Joint tests.
    pub(super) wald: Vec<Test>,
}

pub(super) fn of(cell: &Cell, problem: &Problem<'_>, fit: &Fit) -> Functions {
    let any = !(cell.derived.is_empty() && cell.wald.is_empty());
    let multipliers = any.then(|| Multipliers::of(problem.weights, fit)).flatten();
    let multipliers = multipliers.as_ref();
    let derived = cell.derived.iter().map(|f| derived(&f.name, &f.formula, fit, multipliers));
    let wald = cell.wald.iter().map(|test| wald(&test.name, &test.zero, fit, multipliers));
    Functions { derived: derived.collect(), wald: wald.collect() }
}
