//! What the variant of a cell does to its units, its sample and its weights.
//!
//! Units leave first, then the sample is made, with lags from the whole panel; then periods leave.
//! Quantiles are taken over what is left. Permutations depend on the seed, the units and the
//! number of the draw, so that cells over the same units share them, whatever they are called.

use super::beside::OwnBeside;
use super::{Shared, SharedWeights, WeightsKey};
use crate::estimator::durbin::{self, LeftOut};
use crate::estimator::transformed;
use crate::ident::{Digest, Period, Seed};
use crate::math::random::Stream;
use crate::model::Regressor;
use crate::model::change::{Change, Placebo, TailRule, Tails};
use crate::outcome::{Changes, Failure, FailureKind, Tail, Trimmed};
use crate::panel::Panel;
use crate::panel::sample::{Sample, sample};
use crate::panel::tails::{Window, draw_in, extreme_units, outside, range};
use crate::plan::Cell;
use crate::weights::Weights;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A sample with its units' positions in the panel, and what was changed to make it.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) sample: Sample,
    /// Hash of its units, periods and numbers.
    pub(super) hash: Digest,
    pub(super) positions: Vec<usize>,
    pub(super) changes: Changes,
    /// What its standard errors need beside the sample, or why it is not there.
    pub(super) beside: Result<OwnBeside, String>,
    /// Durbin terms that say nothing beside the other columns.
    pub(super) left_out: Vec<LeftOut>,
}

/// `sample` with the Durbin terms of the cell's model that say something.
fn with_durbin(
    shared: &Shared<'_>,
    cell: &Cell,
    sample: Sample,
    positions: &[usize],
) -> Result<(Sample, Vec<LeftOut>), Failure> {
    let model = &cell.model;
    if !model.regressors.iter().any(Regressor::is_of_neighbours) {
        return Ok((sample, Vec::new()));
    }
    let draw = cell.change.draw_of(Placebo::Weights);
    let key = shared.weights_key(&cell.axes.weights, positions, &sample.periods, draw);
    let (weights, _) = shared.make(&key)?;
    let sample = durbin::completed(sample, &weights, &model.regressors);
    Ok(durbin::independent(sample, &weights, model))
}

/// What two cells with the same sample have in common.
pub(super) fn key(cell: &Cell) -> Digest {
    let model = &cell.model;
    let mut base =
        format!("{} {} {:?} {}", cell.axes.region, model.response, model.regressors, cell.skip);
    if model.effects.is_of_made_panel() {
        base = format!("{base} {:?}", model.effects);
    }
    let mut change = Change::clone(&cell.change);
    // Durbin terms depend on W; which of them say something, on the effects.
    let durbin = model.regressors.iter().any(Regressor::is_of_neighbours);
    if model.std_errors.cluster_column().is_some() || model.std_errors.coordinates().is_some() {
        base = format!("{base} {:?}", model.std_errors);
    }
    if !model.instruments.columns.is_empty() {
        base = format!("{base} {:?}", model.instruments.columns);
    }
    if durbin {
        base = format!("{base} {} {:?} {:?}", cell.axes.weights, model.effects, model.lag_order);
    }
    if !durbin && change.placebo == Some(Placebo::Weights) {
        (change.placebo, change.draw) = (None, None);
    }
    let text = if change.is_none() {
        base
    } else {
        format!("{base} {} {change:?}", cell.measure_variable)
    };
    Digest::of("spanel 2026 cells of one sample", text.as_bytes())
}

/// The sample of a cell under its variant.
pub(super) fn make(shared: &Shared<'_>, cell: &Cell) -> Result<Made, Failure> {
    let panel = &shared.inputs.panel;
    let mut changes = Changes::default();
    let mut positions = units_left(shared, cell, &mut changes)?;
    enough(&positions, panel, &changes)?;
    let mut made = sample_of(panel, &positions, cell, &mut changes)?;
    if let Some(tails) = &cell.change.tails {
        let window = Window { units: &positions, periods: &made.periods };
        match tails.rule {
            TailRule::Winsorise => {
                let drawn = winsorised(panel, cell, tails, window, &mut changes);
                made = sample_of(&drawn, &positions, cell, &mut Changes::default())?;
            }
            TailRule::Trim => {
                positions = trimmed(panel, cell, tails, window, &mut changes);
                enough(&positions, panel, &changes)?;
                made = sample_of(panel, &positions, cell, &mut Changes::default())?;
            }
        }
    }
    let mut hash = Digest::of("spanel 2026 sample", &super::sample_bytes(&made));
    if let Some(draw) = cell.change.draw_of(Placebo::Measure) {
        let order = permutation(shared.spec.seed, "measure", panel, &positions, draw);
        made = made.with_histories(&cell.measure_variable, &order);
        hash = permuted_hash(hash, cell, &order);
    }
    let made = transformed::made_panel(made, cell.model.effects);
    let (sample, left_out) = with_durbin(shared, cell, made, &positions)?;
    let beside = OwnBeside::of(shared, cell, &sample, &positions);
    Ok(Made { sample, hash, positions, changes, beside, left_out })
}

/// A cell that asks for the sample of `cell` before its measure is permuted.
pub(super) fn before_permutation(cell: &Cell) -> Option<Cell> {
    cell.change.draw_of(Placebo::Measure)?;
    let mut base = cell.clone();
    let change = Arc::make_mut(&mut base.change);
    (change.placebo, change.draw) = (None, None);
    Some(base)
}

/// The hash of the sample of `cell` from that before its measure is permuted, without making it.
pub(super) fn hash_of_permuted(
    shared: &Shared<'_>,
    cell: &Cell,
    (base, positions): (Digest, &[usize]),
) -> Digest {
    let draw = cell.change.draw_of(Placebo::Measure).unwrap_or_default();
    let panel = &shared.inputs.panel;
    let order = permutation(shared.spec.seed, "measure", panel, positions, draw);
    permuted_hash(base, cell, &order)
}

fn permuted_hash(base: Digest, cell: &Cell, order: &[usize]) -> Digest {
    let mut bytes = format!("{base} {} ", cell.measure_variable).into_bytes();
    bytes.extend(order.iter().flat_map(|i| (*i as u64).to_le_bytes()));
    Digest::of("spanel 2026 permuted sample", &bytes)
}

/// The matrix of a key, its units permuted:
/// w*_ij = w_p(i)p(j), where p is the permutation with the number `draw`.
pub(super) fn permuted(shared: &Shared<'_>, key: &WeightsKey, draw: u32) -> SharedWeights {
    let (panel, positions) = (&shared.inputs.panel, &key.units);
    let order = permutation(shared.spec.seed, "weights", panel, positions, draw);
    let moved: Vec<usize> = order.iter().map(|&i| positions[i]).collect();
    let (made, _) = shared.weights_of(&key.name, &moved, &key.periods)?;
    let made = made.relabelled(panel.units().subset(positions));
    let hash = Digest::of("spanel 2026 weights", &Weights::fingerprint(&made));
    Ok((made, hash))
}

fn bad(reason: String) -> Failure {
    Failure { kind: FailureKind::BadData, reason }
}

fn names(panel: &Panel, positions: &[usize]) -> Vec<String> {
    positions.iter().map(|&i| panel.units().as_slice()[i].to_string()).collect()
}

/// The units of the cell's region without those that the variant leaves out.
fn units_left(
    shared: &Shared<'_>,
    cell: &Cell,
    changes: &mut Changes,
) -> Result<Vec<usize>, Failure> {
    let (panel, without) = (&shared.inputs.panel, &cell.change.without);
    let own = &shared.inputs.regions[&cell.axes.region];
    let leaves = |i: usize| {
        without.units.contains(&panel.units().as_slice()[i].0)
            || without.regions.iter().any(|region| shared.inputs.regions[region].contains(&i))
    };
    let (out, left): (Vec<usize>, Vec<usize>) = own.iter().partition(|&&i| leaves(i));
    if without.names_units() && out.is_empty() {
        let region = &cell.axes.region;
        let meant = without.units.iter().chain(&without.regions);
        let meant: Vec<&str> = meant.map(String::as_str).collect();
        let text =
            format!("nothing is left out: region `{region}` has no unit of {}", meant.join(", "));
        return Err(bad(text));
    }
    changes.units = names(panel, &out);
    Ok(left)
}

fn enough(positions: &[usize], panel: &Panel, changes: &Changes) -> Result<(), Failure> {
    if positions.len() >= 2 {
        return Ok(());
    }
    let left = match names(panel, positions).first() {
        Some(only) => format!("one unit only, {only}"),
        None => "no unit".to_owned(),
    };
    let gone = changes.units.len() + changes.trimmed.len();
    Err(bad(format!("{gone} units left out leave {left}; a sample needs two at least")))
}

/// The sample of these units without the periods that the variant leaves out.
fn sample_of(
    panel: &Panel,
    positions: &[usize],
    cell: &Cell,
    changes: &mut Changes,
) -> Result<Sample, Failure> {
    let model = &cell.model;
    let own = durbin::own(&model.regressors);
    let whole = sample(panel, positions, &model.response, &own, cell.skip)
        .map_err(|mistakes| bad(mistakes.to_string()))?;
    let change = &cell.change;
    let inside = |p: Period| change.years.is_none_or(|(first, last)| (first..=last).contains(&p));
    let named = |p: Period| change.without.periods.contains(&p);
    let span = span(&whole.periods);
    if let Some((first, last)) = change.years
        && whole.periods.iter().all(|&p| inside(p))
    {
        let text =
            format!("nothing is left out: the sample, {span}, lies within {first} to {last}");
        return Err(bad(text));
    }
    if !change.without.periods.is_empty() && !whole.periods.iter().any(|&p| named(p)) {
        let meant: Vec<String> = change.without.periods.iter().map(ToString::to_string).collect();
        let text = format!("nothing is left out: the sample, {span}, has no {}", meant.join(", "));
        return Err(bad(text));
    }
    let left = whole.in_periods(|p| inside(p) && !named(p));
    if left.periods.is_empty() {
        return Err(bad(format!("no period of the sample, {span}, is left")));
    }
    let gone = whole.periods.iter().filter(|p| !left.periods.contains(p));
    changes.periods = gone.map(|p| p.0).collect();
    Ok(left)
}

fn span(periods: &[Period]) -> String {
    match (periods.first(), periods.last()) {
        (Some(first), Some(last)) => format!("{first} to {last}"),
        (_, _) => "empty".to_owned(),
    }
}

/// A panel of the cell's columns with the tails of `window` drawn in.
fn winsorised(
    panel: &Panel,
    cell: &Cell,
    tails: &Tails,
    window: Window<'_>,
    changes: &mut Changes,
) -> Panel {
    let mut drawn = Panel::new(panel.units().clone(), panel.periods().to_vec());
    let regressors = cell.model.regressors.iter().map(|r| &r.variable);
    for name in std::iter::once(&cell.model.response).chain(regressors) {
        if let Some(values) = panel.column(name) {
            drawn.set_column(name.clone(), values.to_vec());
        }
    }
    for column in tails.columns_of(&cell.model) {
        let Some(found) = range(panel, &column, window, tails.share) else { continue };
        let (below, above) = outside(panel, &column, window, found);
        draw_in(&mut drawn, &column, found);
        let (low, high) = (found.low, found.high);
        changes.tails.push(Tail { column: column.to_string(), low, high, below, above });
    }
    drawn
}

/// The units of `window` that have no observation in a tail of a column.
fn trimmed(
    panel: &Panel,
    cell: &Cell,
    tails: &Tails,
    window: Window<'_>,
    changes: &mut Changes,
) -> Vec<usize> {
    let mut extreme: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for column in tails.columns_of(&cell.model) {
        let Some(found) = range(panel, &column, window, tails.share) else { continue };
        for unit in extreme_units(panel, &column, window, found) {
            extreme.entry(unit).or_default().push(column.to_string());
        }
        let (below, above) = outside(panel, &column, window, found);
        let (low, high) = (found.low, found.high);
        changes.tails.push(Tail { column: column.to_string(), low, high, below, above });
    }
    let left = window.units.iter().copied().filter(|i| !extreme.contains_key(i)).collect();
    let units = panel.units().as_slice();
    let trimmed = |(i, columns): (usize, _)| Trimmed { unit: units[i].to_string(), columns };
    changes.trimmed = extreme.into_iter().map(trimmed).collect();
    left
}

/// A random order of the units at `positions`: where each finds what becomes its own.
fn permutation(
    seed: Seed,
    what: &str,
    panel: &Panel,
    positions: &[usize],
    draw: u32,
) -> Vec<usize> {
    let key = seed.stream(&format!("placebo {what} {:?}", names(panel, positions)));
    let mut order: Vec<usize> = (0..positions.len()).collect();
    Stream::new(key, u64::from(draw)).shuffle(&mut order);
    order
}
