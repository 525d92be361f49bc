//! What figures of cells show that no record has: concentrated likelihoods, and how replicates are
//! distributed. Both are made again from the fit, as families of hypotheses are, and taken over from
//! the last run while the cell's record is made from the same.

use super::super::attempts::{Fitted, fit};
use super::super::functions::{self, Computed};
use super::super::{Shared, caught, draws};
use crate::bootstrap::replicates::{Path, Replicates, Replicator, bootstrapped};
use crate::ident::{CellId, RecordKey};
use crate::inputs::Inputs;
use crate::math::dist::NORMAL_975;
use crate::model::Bootstrap;
use crate::outcome::Failure;
use crate::plan::{Cell, Plan};
use crate::spec::Spec;
use crate::spec::figures::FigureKind;
use crate::store::figures::{FigureData, LikelihoodProfile, ReplicateHistogram};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Points of a profile over an interval.
const POINTS: usize = 101;
/// Steps of the search for an end of an interval: halving a range of 2 so often leaves rounding.
const HALVINGS: usize = 60;
/// Fewest and most bins of a histogram.
const BINS: (f64, f64) = (12.0, 60.0);

/// What the series of cells are made of beside the specification and its inputs.
#[derive(Debug, Clone, Copy)]
pub struct CellSeries<'a> {
    /// What the record of each cell of the plan is made from.
    pub keys: &'a BTreeMap<CellId, RecordKey>,
    /// Those of an earlier run.
    pub kept: &'a FigureData,
}

/// `data` with the series of cells that the figures of `spec` show. Cells that cannot be fitted have
/// none. `None` once `stop` is set.
pub fn with_cells(
    mut data: FigureData,
    (plan, spec, inputs): (&Plan, &Spec, &Inputs),
    series: CellSeries<'_>,
    stop: &AtomicBool,
) -> Option<FigureData> {
    let shared = Shared::new(spec, inputs);
    for figure in &spec.figures {
        let Some(choice) = figure.cells() else { continue };
        let cells = plan.select(choice);
        match &figure.kind {
            FigureKind::Profile(_) => {
                let known = |cell: &Cell, of: &[LikelihoodProfile]| {
                    let record = series.keys.get(&cell.id);
                    of.iter().find(|p| p.cell == cell.id && p.record.as_ref() == record).cloned()
                };
                let make = |cell: &&Cell| {
                    if known(cell, &data.profiles).is_some() || stop.load(Ordering::Relaxed) {
                        return None;
                    }
                    let record = series.keys.get(&cell.id).copied();
                    let made = || caught(|| profile(&shared, cell)).and_then(|made| made).ok();
                    let new = || Some(LikelihoodProfile { record, ..made()?? });
                    known(cell, &series.kept.profiles).or_else(new)
                };
                let new: Vec<LikelihoodProfile> = cells.par_iter().filter_map(make).collect();
                data.profiles.extend(new);
            }
            FigureKind::BootstrapDensity { cells: wanted, bootstrap } => {
                let design = &spec.bootstrap[bootstrap].design;
                let rows: Vec<_> = wanted.rows.iter().map(|row| row.value.clone()).collect();
                let make = |cell: &&Cell| {
                    let names: Vec<String> = match rows.as_slice() {
                        [] => vec![cell.term_name(&FIRST)],
                        rows => rows.iter().map(|row| cell.term_name(row)).collect(),
                    };
                    let record = series.keys.get(&cell.id).copied();
                    let of = (*cell, record, design);
                    let missing = |names: &[String], of: (&Cell, Option<RecordKey>, &Bootstrap)| {
                        let all = data.replicates.iter();
                        let has =
                            |name: &String| all.clone().any(|h| is_of(h, of) && h.term == *name);
                        names.iter().filter(|name| !has(name)).cloned().collect::<Vec<_>>()
                    };
                    let names = missing(&names, of);
                    let kept: Vec<ReplicateHistogram> = series
                        .kept
                        .replicates
                        .iter()
                        .filter(|h| is_of(h, of) && names.contains(&h.term))
                        .cloned()
                        .collect();
                    if kept.len() == names.len() {
                        return kept;
                    }
                    let made = caught(|| histograms(&shared, of, &names, stop));
                    made.and_then(|made| made).unwrap_or_default()
                };
                let new: Vec<Vec<ReplicateHistogram>> = cells.par_iter().map(make).collect();
                data.replicates.extend(new.into_iter().flatten());
            }
            FigureKind::MoranYears { .. }
            | FigureKind::MoranScatter(_)
            | FigureKind::Map(_)
            | FigureKind::MapRegions { .. }
            | FigureKind::LisaMap(_)
            | FigureKind::EffectDiagram(_)
            | FigureKind::Coefplot(_)
            | FigureKind::SpecCurve(_)
            | FigureKind::RhoOverWeights(_)
            | FigureKind::LagPlot(_) => {}
        }
    }
    (!stop.load(Ordering::Relaxed)).then_some(data)
}

/// What a figure of replicates shows when it lists no rows.
const FIRST: crate::spec::tables::RowTerm =
    crate::spec::tables::RowTerm::Measure { impact: None, lag: 0 };

fn is_of(
    histogram: &ReplicateHistogram,
    (cell, record, design): (&Cell, Option<RecordKey>, &Bootstrap),
) -> bool {
    histogram.cell == cell.id && histogram.record == record && histogram.design == *design
}

/// The profile of a cell; `None` for a model without a spatial parameter.
fn profile(shared: &Shared<'_>, cell: &Cell) -> Result<Option<LikelihoodProfile>, Failure> {
    let sample = shared.sample(cell);
    let weights = shared.weights_for(cell, &sample);
    let Fitted { problem, estimator, estimated, .. } =
        fit(shared.spec, cell, (&sample, &weights), &|| true)?;
    let Some(likelihood) = estimator.profile(&problem)? else { return Ok(None) };
    let Some(convergence) = &estimated.fit.convergence else { return Ok(None) };
    let Some(term) = estimator.info().spatial.first() else { return Ok(None) };
    let Some(at) = estimated.value(term) else { return Ok(None) };
    let (low, high) = convergence.interval;
    let top = likelihood(at);
    // Half of the 95 % quantile of χ² with one degree of freedom.
    let level = top - 0.5 * NORMAL_975 * NORMAL_975;
    let end = |bound: f64| crossing(&*likelihood, level, at, bound);
    let ends = (end(low), end(high));
    let reach = 2.2 * (at - ends.0.unwrap_or(low)).max(ends.1.unwrap_or(high) - at);
    let near = ((at - reach).max(low), (at + reach).min(high));
    let over = |(from, to): (f64, f64)| -> Vec<(f64, f64)> {
        let value = |i: usize| from + (to - from) * (i + 1) as f64 / (POINTS + 1) as f64;
        (0..POINTS).map(value).map(|r| (r, likelihood(r))).filter(|(_, l)| l.is_finite()).collect()
    };
    Ok(Some(LikelihoodProfile {
        cell: cell.id,
        record: None,
        parameter: term.to_string(),
        interval: (low, high),
        at,
        loglik: top,
        ends,
        points: over((low, high)),
        near: over(near),
    }))
}

/// Where the likelihood falls to `level` between its maximum and the end of the admissible interval;
/// `None` where it stays above.
fn crossing(likelihood: &dyn Fn(f64) -> f64, level: f64, top: f64, bound: f64) -> Option<f64> {
    let (mut inside, mut outside) = (top, bound - 1e-9 * (bound - top));
    if likelihood(outside) > level {
        return None;
    }
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(inside, outside);
        if likelihood(middle) > level { inside = middle } else { outside = middle }
    }
    Some(f64::midpoint(inside, outside))
}

fn histograms(
    shared: &Shared<'_>,
    (cell, record, design): (&Cell, Option<RecordKey>, &Bootstrap),
    names: &[String],
    stop: &AtomicBool,
) -> Result<Vec<ReplicateHistogram>, Failure> {
    let sample = shared.sample(cell);
    let weights = shared.weights_for(cell, &sample);
    let Fitted { problem, estimator, estimated, impacts } =
        fit(shared.spec, cell, (&sample, &weights), &|| true)?;
    let draws = draws::design(shared, design, problem.sample)?;
    let derived = functions::of(cell, &problem, &estimated.fit);
    let mut computed = Computed::of(cell, &estimated.fit, &derived);
    computed.retain(|c| names.contains(&c.estimate.term.to_string()));
    let replicator =
        Replicator::new(&problem, estimator, (&estimated, &impacts), draws, Path::Batched)
            .following(Computed::wanted(&computed));
    let mut all = bootstrapped(&estimated, &impacts);
    all.extend(computed.iter().map(|c| c.estimate));
    let place = |name: &String| all.iter().position(|e| e.term.to_string() == *name);
    let places: Vec<(&String, usize)> =
        names.iter().filter_map(|name| Some((name, place(name)?))).collect();
    let mut values: Vec<Vec<f64>> = vec![Vec::new(); places.len()];
    let count = design.replicates as usize;
    let mut block = Replicates::default();
    for first in (0..count).step_by(replicator.block()) {
        if stop.load(Ordering::Relaxed) {
            return Ok(Vec::new());
        }
        replicator.fill(first as u64, replicator.block().min(count - first), &mut block);
        for (&(_, i), of) in places.iter().zip(&mut values) {
            of.extend(block.of(i).map(|(value, _)| value));
        }
    }
    let one = |(&(name, _), of): (&(&String, usize), Vec<f64>)| {
        let (range, counts, outside) = binned(of)?;
        Some(ReplicateHistogram {
            cell: cell.id,
            record,
            design: design.clone(),
            term: name.clone(),
            range,
            counts,
            outside,
        })
    };
    Ok(places.iter().zip(values).filter_map(one).collect())
}

/// Range, counts, and how many lie below and above.
type Binned = ((f64, f64), Vec<u32>, (u32, u32));

/// Equal bins between the 0.1 % and the 99.9 % quantile, as many as the rule of Freedman & Diaconis
/// (1981) makes of them, and how many values lie below and above. `None` where values do not vary.
fn binned(mut values: Vec<f64>) -> Option<Binned> {
    values.retain(|v| v.is_finite());
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let at = |p: f64| values[((n - 1) as f64 * p).round() as usize];
    if n < 2 {
        return None;
    }
    let (low, high) = (at(0.001), at(0.999));
    if high <= low {
        return None;
    }
    let width = 2.0 * (at(0.75) - at(0.25)) / (n as f64).cbrt();
    let bins = if width > 0.0 { (high - low) / width } else { BINS.1 };
    let bins = bins.ceil().clamp(BINS.0, BINS.1) as usize;
    let mut counts = vec![0_u32; bins];
    let mut outside = (0_u32, 0_u32);
    for v in values {
        if v < low {
            outside.0 += 1;
        } else if v > high {
            outside.1 += 1;
        } else {
            let bin = ((v - low) / (high - low) * bins as f64) as usize;
            counts[bin.min(bins - 1)] += 1;
        }
    }
    Some(((low, high), counts, outside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_once() {
        let values: Vec<f64> = (0..=1000).map(f64::from).chain([f64::NAN]).collect();
        let ((low, high), counts, outside) = binned(values).expect("they vary");
        assert_eq!((low, high, outside), (1.0, 999.0, (1, 1)));
        assert_eq!(counts.iter().sum::<u32>(), 999);
        // Width 2·500/10.003: ten bins, and twelve are the fewest.
        assert_eq!(counts.len(), 12);
        assert_eq!(binned(vec![2.0; 9]), None);
        assert_eq!(binned(vec![2.0]), None);
    }

    #[test]
    fn a_parabola_crosses_where_it_should() {
        let parabola = |x: f64| -(x - 0.2).powi(2);
        let right = crossing(&parabola, -0.04, 0.2, 1.0).expect("it falls so far");
        assert!((right - 0.4).abs() < 1e-12);
        assert_eq!(crossing(&parabola, -4.0, 0.2, 1.0), None);
    }
}
