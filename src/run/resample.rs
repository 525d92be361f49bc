//! The bootstraps of a cell.

use super::{Shared, draws};
use crate::bootstrap::replicates::{Path, Replicator, bootstrapped};
use crate::bootstrap::summary::{Original, summary};
use crate::estimator::{Estimated, Estimator, Problem};
use crate::model::Bootstrap;
use crate::outcome::{BootstrapSummary, Estimate, Failure};

/// One bootstrap of a fit.
pub(super) fn resample(
    shared: &Shared<'_>,
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    (estimated, impacts): (&Estimated, &[Estimate]),
    design: &Bootstrap,
) -> Result<BootstrapSummary, Failure> {
    let draws = draws::design(shared, design, problem.sample)?;
    let drawn = Replicator::new(problem, estimator, (estimated, impacts), draws, Path::Batched)
        .replicates(0, design.replicates as usize);
    let bounds = estimated.fit.convergence.as_ref().map(|c| c.interval);
    let originals: Vec<Original<'_>> = bootstrapped(estimated, impacts)
        .into_iter()
        .map(|estimate| Original {
            estimate,
            bounds: bounds.filter(|_| estimator.info().spatial.contains(&estimate.term)),
            acceleration: Some(0.0),
        })
        .collect();
    let spatial = !estimator.info().spatial.is_empty();
    Ok(BootstrapSummary {
        design: design.clone(),
        caution: draws.scheme.caution().filter(|_| spatial).map(str::to_owned),
        failed: drawn.failed() as u32,
        estimates: summary(&originals, &drawn),
    })
}
