//! Which random streams a bootstrap draws from.

use super::Shared;
use crate::bootstrap::replicates::Design;
use crate::bootstrap::{Draws, find};
use crate::model::Bootstrap;
use crate::outcome::{Failure, FailureKind};
use crate::panel::sample::Sample;

/// The name of the streams of a scheme over a sample: replicate b of two cells whose streams have
/// one name is drawn alike. A scheme with one multiplier a unit draws the same for the same units
/// whatever the periods; any other for the same units and periods. Draws under different names are
/// independent.
pub(super) fn streams(scheme: &str, sample: &Sample) -> String {
    let units: Vec<&str> = sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    let by_unit = find(scheme).is_some_and(|s| match s.draws() {
        Draws::Innovations(innovations) => innovations.by_unit().is_some(),
        Draws::Scores(_) | Draws::Units | Draws::Estimates => false,
    });
    if by_unit {
        format!("bootstrap {scheme} {units:?}")
    } else {
        format!("bootstrap {scheme} {units:?} {:?}", sample.periods)
    }
}

/// How `asked` draws over `sample`. Streams depend on the seed, the scheme, and the units and
/// periods, so that cells over the same panel share their draws.
pub(super) fn design(
    shared: &Shared<'_>,
    asked: &Bootstrap,
    sample: &Sample,
) -> Result<Design<'static>, Failure> {
    let scheme = find(&asked.scheme).ok_or_else(|| Failure {
        kind: FailureKind::Unsupported,
        reason: format!("no bootstrap scheme is called `{}`", asked.scheme),
    })?;
    let key = shared.spec.seed.stream(&streams(&asked.scheme, sample));
    let block_length = asked.block_length.map(|length| length as usize);
    Ok(Design { scheme, rescale: asked.rescale, block_length, key })
}
