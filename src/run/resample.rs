//! The bootstraps of a cell.

use super::{Shared, draws};
use crate::bootstrap::Support;
use crate::bootstrap::replicates::{Path, Replicator, bootstrapped};
use crate::bootstrap::summary::{Original, summary};
use crate::estimator::{Estimated, Estimator, Problem};
use crate::model::Bootstrap;
use crate::outcome::{BootstrapSummary, Estimate, Failure, FailureKind};
use crate::panel::sample::Sample;

/// One bootstrap of a fit.
pub(super) fn resample(
    shared: &Shared<'_>,
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    (estimated, impacts): (&Estimated, &[Estimate]),
    design: &Bootstrap,
) -> Result<BootstrapSummary, Failure> {
    let draws = draws::design(shared, design, problem.sample)?;
    let support = draws.scheme.supports(estimator, problem.model.effects);
    let caution = caution(support, design, problem.sample)?;
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
    Ok(BootstrapSummary {
        design: design.clone(),
        caution,
        failed: drawn.failed() as u32,
        estimates: summary(&originals, &drawn),
    })
}

/// What must be said of a design in this cell, or why it cannot be run there.
fn caution(
    support: Support,
    design: &Bootstrap,
    sample: &Sample,
) -> Result<Option<String>, Failure> {
    let unsupported = |reason: String| Failure { kind: FailureKind::Unsupported, reason };
    let scheme = &design.scheme;
    if let Support::Refused { because, .. } = support {
        return Err(unsupported(format!("bootstrap scheme `{scheme}`: {because}")));
    }
    match design.block_length {
        Some(length) if length as usize > sample.n_periods() => Err(unsupported(format!(
            "bootstrap scheme `{scheme}`: blocks of {length} periods in a sample of {}",
            sample.n_periods()
        ))),
        Some(_) | None => Ok(support.caution().map(str::to_owned)),
    }
}
