//! What the data say of a grid before it is run: cells that cannot be identified, regions with few
//! units.

use super::resample::block_length;
use super::{Shared, fit_free, variant};
use crate::ident::Digest;
use crate::inputs::Inputs;
use crate::model::Effects;
use crate::model::weighting::{DistanceKernel, DistanceRule};
use crate::plan::{Cell, Plan};
use crate::spec::{Spec, WeightsSource, WeightsSpec};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Below so many units, asymptotics in the number of units are a poor guide.
const FEW: usize = 10;

/// A line for every kind of cell that cannot be estimated, and for every region of few units. Looks
/// at the cells that change nothing in the data; fits none.
pub fn lint(plan: &Plan, spec: &Spec, inputs: &Inputs) -> Vec<String> {
    let mut lines = unidentified(plan, spec, inputs);
    lines.extend(few_units(plan, inputs));
    lines.extend(few_blocks(plan, spec, inputs));
    lines.extend(spec.weights.iter().filter_map(|(name, of)| declared_beside(name, of)));
    lines.extend(spec.weights.iter().filter_map(|(name, of)| vanished(name, of, inputs)));
    lines
}

/// Declared links, which have weight 1, beside links with other weights.
fn declared_beside(name: &str, of: &WeightsSpec) -> Option<String> {
    let WeightsSource::Distance { rule, masses, .. } = &of.source else { return None };
    let ones = matches!(rule, DistanceRule::Nearest { .. } | DistanceRule::Within(_));
    if of.links.is_empty() || (ones && masses.is_none()) {
        return None;
    }
    Some(format!(
        "weights `{name}`: its {} declared links have weight 1, beside weights by distance: see them with \
         `spanel weights`",
        of.links.len()
    ))
}

/// Weights of distances so large that they are no numbers but 0.
fn vanished(name: &str, of: &WeightsSpec, inputs: &Inputs) -> Option<String> {
    let WeightsSource::Distance { rule, .. } = &of.source else { return None };
    let of_all = match rule {
        DistanceRule::Inverse { within, neighbours, .. } => {
            within.is_none() && neighbours.is_none()
        }
        DistanceRule::Kernel { kernel: DistanceKernel::Gaussian, within, .. } => within.is_none(),
        _ => false,
    };
    if !of_all || of.changes || !of.links.is_empty() || !of.without_links.is_empty() {
        return None;
    }
    let made = inputs.links.get(name)?;
    let (n, links) = (made.units.len(), made.links.len());
    let missing = (n * n.saturating_sub(1)).checked_sub(links).filter(|missing| *missing > 0)?;
    Some(format!(
        "weights `{name}`: {missing} of {} weights are 0, their distances too large for the {}",
        n * (n - 1),
        if matches!(rule, DistanceRule::Inverse { .. }) { "power" } else { "bandwidth" },
    ))
}

/// Bootstraps by blocks of periods of which a sample has fewer than two.
fn few_blocks(plan: &Plan, spec: &Spec, inputs: &Inputs) -> Vec<String> {
    let shared = Shared::new(spec, inputs);
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for cell in plan.cells.iter().filter(|cell| cell.change.is_none()) {
        let designs = cell.bootstraps.iter().chain(cell.test_bootstrap.as_deref());
        for design in designs.filter(|d| block_length(d, 1).is_some()) {
            let sample = shared.sample(cell);
            let Ok(made) = sample.as_ref() else { continue };
            let periods = made.sample.n_periods();
            if let Some(length) = block_length(design, periods).filter(|l| 2 * l > periods) {
                let line = format!(
                    "cannot be bootstrapped by `{}`: blocks of {length} periods in samples of \
                     {periods} are fewer than two",
                    design.scheme
                );
                *lines.entry(line).or_default() += 1;
            }
        }
    }
    lines.into_iter().map(|(line, cells)| format!("{line} ({cells} cells)")).collect()
}

fn unidentified(plan: &Plan, spec: &Spec, inputs: &Inputs) -> Vec<String> {
    let shared = Shared::new(spec, inputs);
    let mut alike: BTreeMap<(Digest, Effects, &str), Vec<&Cell>> = BTreeMap::new();
    for cell in plan.cells.iter().filter(|cell| cell.change.is_none()) {
        let key = (variant::key(cell), cell.axes.effects, cell.axes.weights.as_str());
        alike.entry(key).or_default().push(cell);
    }
    let mut by_reason: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let found: Vec<(String, Vec<String>)> = alike
        .into_par_iter()
        .filter_map(|(_, cells)| {
            let failure = fit_free(&shared, cells[0]).err()?;
            Some((failure.reason, cells.iter().map(|c| c.label()).collect()))
        })
        .collect();
    for (reason, labels) in found {
        by_reason.entry(reason).or_default().extend(labels);
    }
    let line = |(reason, labels): (String, Vec<String>)| match labels.len() {
        1 => format!("cannot be estimated: {}: {reason}", labels[0]),
        n => format!("cannot be estimated: {n} cells, {} the first: {reason}", labels[0]),
    };
    by_reason.into_iter().map(line).collect()
}

fn few_units(plan: &Plan, inputs: &Inputs) -> Vec<String> {
    let regions: BTreeSet<&str> = plan.cells.iter().map(|c| c.axes.region.as_str()).collect();
    let units = |region: &str| inputs.regions.get(region).map_or(0, Vec::len);
    regions
        .into_iter()
        .filter(|region| units(region) < FEW)
        .map(|region| {
            let units = units(region);
            format!(
                "region `{region}` has {units} units: what is known of estimators for many units \
                 is a poor guide; a bootstrap is a better one"
            )
        })
        .collect()
}
