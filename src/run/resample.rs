//! The bootstraps of a cell.

use super::Shared;
use crate::bootstrap::replicates::{Design, Path, Replicator, bootstrapped};
use crate::bootstrap::summary::{Original, summary};
use crate::bootstrap::{Support, find};
use crate::estimator::{Estimated, Estimator, Problem};
use crate::model::Bootstrap;
use crate::outcome::{BootstrapSummary, Estimate, Failure, FailureKind};
use crate::panel::sample::Sample;

/// One bootstrap of a fit. Its random streams depend on the seed, the design and the units and
/// periods, so that cells over the same panel share their draws.
pub(super) fn resample(
    shared: &Shared<'_>,
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    (estimated, impacts): (&Estimated, &[Estimate]),
    design: &Bootstrap,
) -> Result<BootstrapSummary, Failure> {
    let scheme = find(&design.scheme).ok_or_else(|| Failure {
        kind: FailureKind::Unsupported,
        reason: format!("no bootstrap scheme is called `{}`", design.scheme),
    })?;
    let sample = problem.sample;
    let caution = caution(scheme.supports(estimator, problem.model.effects), design, sample)?;
    let units: Vec<&str> = sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    let name = format!("bootstrap {} {units:?} {:?}", design.scheme, sample.periods);
    let drawn = Replicator::new(
        problem,
        estimator,
        (estimated, impacts),
        Design {
            scheme,
            rescale: design.rescale,
            block_length: design.block_length.map(|length| length as usize),
            key: shared.spec.seed.stream(&name),
        },
        Path::Batched,
    )
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
