//! What figures show that no cell has: values by unit, scatters, the units of regions, the map.

mod cells;

pub use cells::{CellSeries, with_cells};

use super::Shared;
use super::autocorrelation::{permutations as permutations_of, units_of};
use crate::diagnostic::autocorrelation::Asked;
use crate::diagnostic::autocorrelation::layout::{Layout, Variable};
use crate::diagnostic::autocorrelation::local::local;
use crate::diagnostic::autocorrelation::scatter::scatter;
use crate::ident::{Located, Period, VarName};
use crate::inputs::Inputs;
use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::spec::figures::FigureKind;
use crate::spec::{MoranSpec, Spec};
use crate::store::figures::{
    FigureData, LocalMoranPeriod, LocalUnit, MoranScatter, ScatterPoint, UnitValues,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the figures of `spec` need of the inputs, each once.
pub(super) fn data(spec: &Spec, inputs: &Inputs) -> FigureData {
    let mut data = FigureData { map: inputs.map.clone(), ..FigureData::default() };
    for figure in &spec.figures {
        match &figure.kind {
            FigureKind::MoranScatter(figure) => {
                let blocks = spec.moran.iter().filter(|block| block.id == figure.moran);
                for block in blocks {
                    let years =
                        chosen(&figure.years, inputs, |periods| vec![periods[0], periods[1]]);
                    for period in years {
                        add_scatter(&mut data, scatter_of(spec, inputs, block, period));
                    }
                }
            }
            FigureKind::Map(figure) => {
                for period in chosen(&figure.years, inputs, |periods| vec![periods[1]]) {
                    add_values(&mut data, values_of(inputs, &figure.variable.value, period));
                }
            }
            FigureKind::MapRegions { regions, .. } => {
                for region in regions {
                    let units = inputs.panel.units().as_slice();
                    let members = &inputs.regions[&region.value];
                    let names = members.iter().map(|&i| units[i].0.clone()).collect();
                    data.regions.insert(region.value.clone(), names);
                }
            }
            FigureKind::LisaMap(figure) => {
                for block in spec.moran.iter().filter(|block| block.id == figure.moran) {
                    for period in chosen(&figure.years, inputs, |periods| vec![periods[1]]) {
                        add_local(
                            &mut data,
                            || local_of(spec, inputs, (block, period, figure.permutations)),
                            (&block.id, period, figure.permutations),
                        );
                    }
                }
            }
            FigureKind::MoranYears { .. }
            | FigureKind::EffectDiagram(_)
            | FigureKind::Coefplot(_)
            | FigureKind::SpecCurve(_)
            | FigureKind::BootstrapDensity { .. }
            | FigureKind::RhoOverWeights(_)
            | FigureKind::LagPlot(_)
            | FigureKind::Profile(_) => {}
        }
    }
    data
}

/// The periods that are listed, else those that `default` takes of the first and the last, each
/// once.
fn chosen(
    listed: &[Located<Period>],
    inputs: &Inputs,
    default: impl Fn([Period; 2]) -> Vec<Period>,
) -> Vec<Period> {
    if !listed.is_empty() {
        return listed.iter().map(|year| year.value).collect();
    }
    let periods = inputs.panel.periods();
    match (periods.first(), periods.last()) {
        (Some(&first), Some(&last)) => {
            let periods: BTreeSet<Period> = default([first, last]).into_iter().collect();
            periods.into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn add_values(data: &mut FigureData, values: Option<UnitValues>) {
    let known = |new: &UnitValues| {
        data.values.iter().any(|old| old.variable == new.variable && old.period == new.period)
    };
    let new = values.filter(|new| !known(new));
    data.values.extend(new);
}

fn add_scatter(data: &mut FigureData, scatter: Option<MoranScatter>) {
    let known = |new: &MoranScatter| {
        data.scatter.iter().any(|old| old.moran == new.moran && old.period == new.period)
    };
    let new = scatter.filter(|new| !known(new));
    data.scatter.extend(new);
}

fn add_local(
    data: &mut FigureData,
    make: impl FnOnce() -> Option<LocalMoranPeriod>,
    (moran, period, permutations): (&str, Period, u32),
) {
    let known = data.local.iter().any(|old| {
        old.moran == moran && old.period == period.0 && old.permutations == permutations
    });
    if !known {
        data.local.extend(make());
    }
}

/// `None` where the variable is not observed everywhere, or does not vary.
fn local_of(
    spec: &Spec,
    inputs: &Inputs,
    (block, period, permutations): (&MoranSpec, Period, u32),
) -> Option<LocalMoranPeriod> {
    let units = units_of(inputs, block);
    let shared = Shared::new(spec, inputs);
    let made = shared.weights_of(&block.weights, &units, &[period]);
    let (weights, hash) = made.as_ref().ok()?;
    let values = observed(inputs, &block.variable.value, period, &units)?;
    let names = inputs.panel.units().as_slice();
    let name = |i: usize| names[units[i]].0.clone();
    let asked = Asked {
        statistics: &[],
        alternative: Alternative::TwoSided,
        permutations: permutations_of(spec, &hash.to_string(), permutations),
    };
    let layout = Layout::of(weights);
    let x = Variable::of(&layout, &values, "").ok()?;
    let found = local(&layout, (&x, None), Autocorrelation::LocalMoran, &asked).ok()?;
    let units = found.into_iter().map(|l| LocalUnit {
        unit: name(l.unit),
        z: l.own,
        lag: l.lag,
        i: l.value,
        p_value: l.p_permutation.unwrap_or(l.p_normal),
        p_adjusted: l.p_adjusted,
    });
    Some(LocalMoranPeriod {
        moran: block.id.clone(),
        period: period.0,
        permutations,
        units: units.collect(),
        isolates: weights.isolates().into_iter().map(name).collect(),
    })
}

/// The values of `units` in a period; `None` where one is not observed.
fn observed(
    inputs: &Inputs,
    variable: &VarName,
    period: Period,
    units: &[usize],
) -> Option<Vec<f64>> {
    let t = inputs.panel.periods().iter().position(|p| *p == period)?;
    let (n, column) = (inputs.panel.units().len(), inputs.panel.column(variable)?);
    units.iter().map(|&i| column[t * n + i]).collect()
}

fn values_of(inputs: &Inputs, variable: &VarName, period: Period) -> Option<UnitValues> {
    let (panel, units) = (&inputs.panel, inputs.panel.units().as_slice());
    let t = panel.periods().iter().position(|p| *p == period)?;
    let column = panel.column(variable)?;
    let values: BTreeMap<String, Option<f64>> = units
        .iter()
        .enumerate()
        .map(|(i, unit)| (unit.0.clone(), column[t * units.len() + i]))
        .collect();
    Some(UnitValues { variable: variable.to_string(), period: period.0, values })
}

/// `None` where Moran's I of the period could not be had either: its series says why.
fn scatter_of(
    spec: &Spec,
    inputs: &Inputs,
    block: &MoranSpec,
    period: Period,
) -> Option<MoranScatter> {
    let units = units_of(inputs, block);
    let shared = Shared::new(spec, inputs);
    let made = shared.weights_of(&block.weights, &units, &[period]);
    let (weights, _) = made.as_ref().ok()?;
    let values = observed(inputs, &block.variable.value, period, &units)?;
    let names = inputs.panel.units().as_slice();
    let points = scatter(weights, &values)?.into_iter().map(|(i, z, lag)| ScatterPoint {
        unit: names[units[i]].0.clone(),
        z,
        lag,
    });
    Some(MoranScatter { moran: block.id.clone(), period: period.0, points: points.collect() })
}
