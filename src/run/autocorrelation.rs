//! Statistics of spatial autocorrelation by period, of every `[[moran]]` block.

use super::Shared;
use crate::diagnostic::autocorrelation::local::{Local, too_few};
use crate::diagnostic::autocorrelation::permutation::Permutations;
use crate::diagnostic::autocorrelation::{Asked, Found, of_period};
use crate::ident::{Period, VarName};
use crate::inputs::Inputs;
use crate::model::autocorrelation::Autocorrelation;
use crate::outcome::{
    Beside, Failure, FailureKind, LocalAutocorrelation, LocalValue, MoranSeries, MoranYear,
    Quadrants, Without,
};
use crate::spec::{MoranSpec, Spec};
use rayon::prelude::*;

/// The series of every block, in file order.
pub(super) fn of(spec: &Spec, inputs: &Inputs) -> Vec<MoranSeries> {
    spec.moran.iter().map(|block| series(spec, inputs, block)).collect()
}

fn series(spec: &Spec, inputs: &Inputs, block: &MoranSpec) -> MoranSeries {
    let mut beside = Beside {
        with: block.with.as_ref().map(|with| with.value.to_string()),
        alternative: block.alternative,
        ..Beside::default()
    };
    let years = periods(spec, inputs, block).and_then(|all| gathered(all, block, &mut beside));
    MoranSeries {
        id: block.id.clone(),
        variable: block.variable.value.to_string(),
        years,
        region: block.region.clone().unwrap_or_else(|| "all units".to_owned()),
        weights: block.weights.clone(),
        beside,
    }
}

/// Positions in the panel of the units of a Moran block.
pub(super) fn units_of(inputs: &Inputs, block: &MoranSpec) -> Vec<usize> {
    match &block.region {
        Some(region) => inputs.regions[region].clone(),
        None => (0..inputs.panel.units().len()).collect(),
    }
}

/// Which permutations a block takes. They depend on the weights alone: all its periods, variables and statistics
/// are compared with the same draws, and so are those of another block with the same weights.
pub(super) fn permutations(spec: &Spec, hash: &str, replicates: u32) -> Permutations {
    Permutations { key: spec.seed.stream(&format!("permutations of units {hash}")), replicates }
}

/// A period with what was found in it, names of units with it.
struct Seen {
    period: Period,
    found: Result<Found, Failure>,
    names: Vec<String>,
    isolates: Vec<String>,
}

fn periods(spec: &Spec, inputs: &Inputs, block: &MoranSpec) -> Result<Vec<Seen>, Failure> {
    let units = units_of(inputs, block);
    let shared = Shared::new(spec, inputs);
    let made = |periods: &[Period]| shared.weights_of(&block.weights, &units, periods);
    let changes = inputs.by_period.contains_key(&block.weights);
    let always = if changes { None } else { Some(made(&[])?) };
    let asked = |hash: &str| Asked {
        statistics: &block.statistics,
        alternative: block.alternative,
        permutations: permutations(spec, hash, block.permutations),
    };
    let column = |name: &VarName| {
        let reason = || format!("no column `{name}`");
        let column = inputs.panel.column(name);
        column.ok_or_else(|| Failure { kind: FailureKind::BadData, reason: reason() })
    };
    let x = column(&block.variable.value)?;
    let with = block.with.as_ref().map(|with| column(&with.value)).transpose()?;
    let n = inputs.panel.units().len();
    let observed = |column: &[Option<f64>], t: usize| -> Option<Vec<f64>> {
        units.iter().map(|&i| column[t * n + i]).collect()
    };
    let all = inputs.panel.units().as_slice();
    let name = |i: usize| all[units[i]].0.clone();
    let names: Vec<String> = (0..units.len()).map(name).collect();
    // Periods that a lag inside a variable leaves empty have no statistic.
    let seen = (0..inputs.panel.periods().len())
        .into_par_iter()
        .filter_map(|t| Some((t, observed(x, t)?)))
        .map(|(t, values)| {
            let period = inputs.panel.periods()[t];
            let other = with.and_then(|with| observed(with, t));
            let own = if always.is_none() { Some(made(&[period])?) } else { None };
            let (weights, hash) = own.as_ref().or(always.as_ref()).expect("one of them is made");
            let asked = asked(&hash.to_string());
            let found = of_period(weights, (&values, other.as_deref()), period, &asked);
            let isolates = weights.isolates().into_iter().map(name).collect();
            Ok(Seen { period, found, names: names.clone(), isolates })
        });
    seen.collect()
}

/// Moran's I by period; everything else goes into `beside`. An error only when no period has a value.
fn gathered(
    all: Vec<Seen>,
    block: &MoranSpec,
    beside: &mut Beside,
) -> Result<Vec<MoranYear>, Failure> {
    let mut years = Vec::new();
    for Seen { period, found, names, isolates } in all {
        let period = period.0;
        let without = |statistic, failure| Without { period, statistic, failure };
        let found = match found {
            Ok(found) => found,
            Err(failure) => {
                beside.without.push(without(None, failure));
                continue;
            }
        };
        beside.without.extend(found.without.into_iter().map(|(statistic, reason)| {
            without(Some(statistic), Failure { kind: FailureKind::BadData, reason })
        }));
        beside.global.extend(found.global);
        if !block.statistics.is_empty() {
            let moran = found.local.iter().find(|(of, _)| *of == Autocorrelation::LocalMoran);
            let significant = moran.map(|(_, units)| significant(units, block));
            beside.quadrants.push(Quadrants { period, all: found.quadrants, significant });
        }
        let locals = found.local.into_iter().map(|(statistic, units)| LocalAutocorrelation {
            statistic,
            period,
            permutations: block.permutations,
            caution: caution(&units, block),
            units: units.iter().map(|unit| value(unit, &names)).collect(),
            isolates: isolates.clone(),
        });
        beside.local.extend(locals);
        years.push(found.moran);
    }
    match beside.without.iter().find(|w| w.statistic.is_none()) {
        Some(first) if years.is_empty() => {
            let failure = first.failure.clone();
            beside.without.clear();
            Err(failure)
        }
        _ => Ok(years),
    }
}

/// How many are significant in each quadrant.
fn significant(units: &[Local], block: &MoranSpec) -> [usize; 4] {
    let mut counts = [0; 4];
    let small = |unit: &&Local| {
        if block.fdr {
            unit.p_adjusted <= block.level
        } else {
            unit.p_permutation.unwrap_or(unit.p_normal) < block.level
        }
    };
    units.iter().filter(small).for_each(|unit| counts[Quadrants::of(unit.own, unit.lag)] += 1);
    counts
}

/// That no single unit could be significant, whatever its neighbours are.
fn caution(units: &[Local], block: &MoranSpec) -> Option<String> {
    let adjusted = if block.fdr { units.len() } else { 1 };
    let needed = too_few(block.permutations, adjusted, block.alternative, block.level)?;
    Some(format!(
        "with {} permutations no single one of {} units can be significant at {}{}: it takes {needed}",
        block.permutations,
        units.len(),
        block.level,
        if block.fdr { " after adjustment" } else { "" },
    ))
}

fn value(unit: &Local, names: &[String]) -> LocalValue {
    LocalValue {
        unit: names[unit.unit].clone(),
        own: unit.own,
        lag: unit.lag,
        value: unit.value,
        expectation: unit.expectation,
        variance: unit.variance,
        z: unit.z,
        p_normal: unit.p_normal,
        p_permutation: unit.p_permutation,
        p_adjusted: unit.p_adjusted,
    }
}
