//! The bootstraps of a cell.

use super::functions::Computed;
use super::source::{Origin, Source};
use super::{Ended, Shared, Watch, draws};
use crate::bootstrap::acceleration::accelerations;
use crate::bootstrap::block::usual_length;
use crate::bootstrap::replicates::{Path, Replicator, bootstrapped};
use crate::bootstrap::stream::{HELD, summarise};
use crate::bootstrap::summary::Original;
use crate::bootstrap::{Scheme, Support, find};
use crate::estimator::derived::Function;
use crate::estimator::{Estimated, Estimator, Problem};
use crate::ident::Digest;
use crate::model::{Bootstrap, Keep};
use crate::outcome::{BootstrapSummary, Derived, Estimate, Failure, FailureKind};
use crate::panel::sample::Sample;
use crate::plan::Cell;
use crate::store::replicates::Facts;

/// A fitted cell whose bootstraps are wanted.
pub(super) struct Subject<'a> {
    pub(super) cell: &'a Cell,
    pub(super) problem: &'a Problem<'a>,
    pub(super) estimator: &'a dyn Estimator,
    pub(super) estimated: &'a Estimated,
    pub(super) impacts: &'a [Estimate],
    /// The functions of the cell, in the order asked.
    pub(super) derived: &'a [Derived],
    /// Hashes of the sample and of the weights.
    pub(super) hashes: (Digest, Digest),
}

/// All bootstraps of a cell, in the order asked.
pub(super) fn bootstraps(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    fitted: &Subject<'_>,
) -> Result<Vec<BootstrapSummary>, Ended> {
    let cell = fitted.cell;
    let names = shared.spec.grids.get(&*cell.grid).map_or(&[][..], |grid| &grid.bootstrap);
    let designs = cell.bootstraps.iter().enumerate();
    designs
        .map(|(i, design)| {
            let name = names.get(i).map_or(design.scheme.as_str(), String::as_str);
            let keep = shared.spec.bootstrap.get(name).map_or(Keep::default(), |b| b.keep);
            resample(shared, watch, fitted, (name, keep, design))
        })
        .collect()
}

/// One bootstrap of a fit. Its random streams depend on the seed, the design and the units and
/// periods, so that cells over the same panel share their draws.
fn resample(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    fitted: &Subject<'_>,
    (name, keep, design): (&str, Keep, &Bootstrap),
) -> Result<BootstrapSummary, Ended> {
    let &Subject { cell, problem, estimator, estimated, impacts, .. } = fitted;
    let (sample, weights) = fitted.hashes;
    let draws = draws::design(shared, design, problem.sample)?;
    let support = draws.scheme.supports(estimator, problem.model.effects);
    let caution = caution(support, design, problem.sample)?;
    let computed = Computed::of(cell, &estimated.fit, fitted.derived);
    let replicator =
        Replicator::new(problem, estimator, (estimated, impacts), draws, Path::Batched)
            .following(Computed::wanted(&computed));
    let mut estimates = bootstrapped(estimated, impacts);
    estimates.extend(computed.iter().map(|c| c.estimate));
    let heading = (keep != Keep::No).then(|| {
        Origin::new(
            (problem.model, sample, weights),
            (estimated, &estimates, computed.iter().map(|c| c.text.clone()).collect()),
            (design, draws.scheme.info().version, draws.key),
            &replicator,
        )
        .heading(&estimates)
    });
    let mut source = Source {
        cell,
        watch,
        replicator: &replicator,
        estimates: estimates.len(),
        count: design.replicates as usize,
        journal: heading.as_ref().map(|h| watch.keeper.journal(h)).transpose()?,
        distribution: None,
        again: false,
    };
    if let (Keep::Parquet, Some(heading)) = (keep, &heading) {
        let facts = facts(shared, cell, (name, design), &estimates);
        let file = format!("{}/{name}", cell.label());
        source.distribution = Some(watch.keeper.distribution(&file, heading, facts)?);
    }
    let convergence = estimated.fit.convergence.as_ref();
    let spatial = estimator.info().spatial;
    let functions: Vec<&Function> = computed.iter().map(|c| &c.function).collect();
    let independent = (estimator, draws.scheme.independent());
    let accelerations = accelerations(problem, independent, estimated, impacts, &functions);
    let originals: Vec<Original<'_>> = estimates
        .iter()
        .zip(accelerations)
        .map(|(&estimate, acceleration)| Original {
            estimate,
            bounds: convergence
                .filter(|_| spatial.contains(&estimate.term))
                .map(|c| c.interval_of(&estimate.term)),
            acceleration,
        })
        .collect();
    let (failed, said) = summarise(&originals, source.count, HELD, |visit| source.pass(visit))?;
    if let Some(distribution) = source.distribution {
        distribution.finish()?;
    }
    Ok(BootstrapSummary { design: design.clone(), caution, failed: failed as u32, estimates: said })
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
    let Some(length) = block_length(design, sample.n_periods()) else {
        return Ok(support.caution().map(str::to_owned));
    };
    let periods = sample.n_periods();
    if 2 * length > periods {
        return Err(unsupported(format!(
            "bootstrap scheme `{scheme}`: blocks of {length} periods in a sample of {periods} are \
             fewer than two: replicates would repeat the sample"
        )));
    }
    Ok(support
        .caution()
        .map(|caution| format!("{caution}; here {periods} periods in blocks of {length}")))
}

/// The periods of a block, for a scheme that draws such.
pub(super) fn block_length(design: &Bootstrap, periods: usize) -> Option<usize> {
    let blocks = find(&design.scheme).is_some_and(Scheme::has_block_length);
    let given = design.block_length.map(|length| length as usize);
    blocks.then(|| given.unwrap_or_else(|| usual_length(periods)))
}

/// What a file of replicates says of itself: which cell, how drawn, and the estimates that the
/// replicates lie around.
fn facts(
    shared: &Shared<'_>,
    cell: &Cell,
    (name, design): (&str, &Bootstrap),
    estimates: &[&Estimate],
) -> Facts {
    let mut facts = vec![
        ("cell".to_owned(), cell.id.to_string()),
        ("label".to_owned(), cell.label()),
        ("bootstrap".to_owned(), name.to_owned()),
        ("scheme".to_owned(), design.scheme.clone()),
        ("rescale".to_owned(), design.rescale.name().to_owned()),
        ("replicates".to_owned(), design.replicates.to_string()),
        ("seed".to_owned(), shared.spec.seed.0.to_string()),
    ];
    for estimate in estimates {
        facts.push((format!("estimate:{}", estimate.term), estimate.value.to_string()));
        facts.push((format!("se:{}", estimate.term), estimate.std_error.to_string()));
    }
    facts
}
