//! The randomisation tests of a cell.

use super::Shared;
use crate::estimator::{Estimated, Estimator, Problem};
use crate::model::Randomisation;
use crate::outcome::{Estimate, RandomisationSummary};
use crate::plan::Cell;
use crate::randomisation::{Observed, permutations, summary};

/// One randomisation test of the cell's measure. Its permutations depend on the seed, on what is
/// permuted and on the units, so that cells over the same units share them.
pub(super) fn randomise(
    shared: &Shared<'_>,
    cell: &Cell,
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    (estimated, impacts): (&Estimated, &[Estimate]),
    design: &Randomisation,
) -> RandomisationSummary {
    let units: Vec<&str> = problem.sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    let name = format!("randomisation {} {units:?}", design.permute.name());
    let observed = Observed::of(&estimated.fit, impacts, &cell.measure_variable);
    let key = shared.spec.seed.stream(&name);
    let drawn = permutations(problem, estimator, &observed, design, key);
    summary(design, &observed, &drawn)
}
