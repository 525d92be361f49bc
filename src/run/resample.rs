//! The bootstraps of a cell.

use super::Shared;
use crate::bootstrap::find;
use crate::bootstrap::replicates::{Design, bootstrapped, replicates};
use crate::bootstrap::summary::summary;
use crate::estimator::{Estimated, Estimator, Problem};
use crate::model::Bootstrap;
use crate::outcome::{BootstrapSummary, Estimate, Failure, FailureKind};

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
    let units: Vec<&str> = sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    let name = format!("bootstrap {} {units:?} {:?}", design.scheme, sample.periods);
    let drawn = replicates(
        problem,
        estimator,
        estimated,
        Design {
            scheme,
            rescale: design.rescale,
            replicates: design.replicates,
            key: shared.spec.seed.stream(&name),
        },
    );
    let spatial = !estimator.info().spatial.is_empty();
    Ok(BootstrapSummary {
        design: design.clone(),
        caution: scheme.caution().filter(|_| spatial).map(str::to_owned),
        failed: drawn.failed,
        estimates: summary(&bootstrapped(estimated, impacts), &drawn),
    })
}
