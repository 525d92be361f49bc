//! What groups of tests of a cell are told beside its problem.

use super::variant::Made;
use super::{Shared, beside};
use crate::diagnostic::{Asked, ThresholdAsked, wild_cluster};
use crate::model::splits::{RegionEquality, Threshold};
use crate::model::wild_cluster::WildCluster;
use crate::panel::interaction::Groups;
use crate::plan::Cell;

pub(super) fn of(shared: &Shared<'_>, cell: &Cell, made: &Made) -> Asked {
    let regressors = cell.model.regressors.iter().enumerate();
    let measure = regressors.filter(|(_, r)| r.is_own(&cell.measure_variable));
    Asked {
        measure: measure.map(|(position, _)| position).collect(),
        regions: cell.region_equality.as_ref().map(|e| (groups(shared, e, &made.positions), e.of)),
        threshold: cell.threshold.as_ref().map(|design| ThresholdAsked {
            design: Threshold::clone(design),
            values: values(shared, design, made),
        }),
        wild_cluster: cell.wild_cluster.as_ref().map(|design| wild_cluster::Asked {
            design: WildCluster::clone(design),
            clusters: clusters(shared, design, made),
            key: shared.spec.seed.stream(&streams(design, made)),
        }),
    }
}

/// What of the data the tests of a cell rest on beside its sample, over the units at these
/// positions: which region each unit is in, and the threshold variable in all periods. None where
/// they rest on the sample alone.
pub(super) fn facts(shared: &Shared<'_>, cell: &Cell, positions: &[usize]) -> Option<String> {
    let groups = cell.region_equality.as_ref().map(|e| groups(shared, e, positions).of_unit);
    let panel = &shared.inputs.panel;
    let n = panel.units().len();
    let values = cell.threshold.as_ref().and_then(|t| panel.column(&t.variable)).map(|column| {
        let periods = column.chunks_exact(n);
        let own = periods.flat_map(|row| positions.iter().map(|&unit| row[unit].map(f64::to_bits)));
        own.collect::<Vec<_>>()
    });
    let column = cell.wild_cluster.as_ref().and_then(|how| panel.attribute(how.column()?));
    let texts = column.map(|all| positions.iter().map(|&i| all[i].as_str()).collect::<Vec<_>>());
    let splits = (groups.is_some() || values.is_some()).then(|| format!("{groups:?} {values:?}"));
    let texts = texts.map(|texts| format!("clusters {texts:?}"));
    splits.into_iter().chain(texts).reduce(|a, b| format!("{a} {b}"))
}

/// The clusters by a column, if they are those of one.
fn clusters(
    shared: &Shared<'_>,
    design: &WildCluster,
    made: &Made,
) -> Result<Option<Vec<usize>>, String> {
    let of = |name| beside::clusters(shared, name, &made.sample, &made.positions);
    design.column().map(of).transpose()
}

/// The name of the random streams: cells over the same units and periods with the same clusters share
/// their draws.
fn streams(design: &WildCluster, made: &Made) -> String {
    let units: Vec<&str> = made.sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    let (by, of) = (&design.by, design.multipliers.name());
    format!("wild cluster {by:?} {of} {units:?} {:?}", made.sample.periods)
}

/// The regions that hold a unit of the sample. Those of the specification divide all units of the
/// cell, so that every unit is in one of them.
fn groups(shared: &Shared<'_>, equality: &RegionEquality, positions: &[usize]) -> Groups {
    let holds = |region: &String, unit: &usize| shared.inputs.regions[region].contains(unit);
    let names: Vec<String> = equality
        .regions
        .iter()
        .filter(|region| positions.iter().any(|unit| holds(region, unit)))
        .cloned()
        .collect();
    let group = |unit: &usize| names.iter().position(|region| holds(region, unit));
    let of_unit = positions.iter().map(|unit| group(unit).unwrap_or_default()).collect();
    Groups { names, of_unit }
}

/// The threshold variable over the sample: the regressor itself where it is one, as a variant may
/// have changed it; else the column of the panel.
fn values(shared: &Shared<'_>, design: &Threshold, made: &Made) -> Result<Vec<f64>, String> {
    let (name, sample) = (&design.variable, &made.sample);
    let own = sample.regressors.iter().position(|r| r.is_own(name) && r.lag == 0);
    if let Some(position) = own {
        return Ok(sample.x[position].clone());
    }
    let panel = &shared.inputs.panel;
    let column = panel.column(name).ok_or_else(|| format!("there is no column `{name}`"))?;
    let n = panel.units().len();
    let mut values = Vec::with_capacity(sample.n());
    for period in &sample.periods {
        let t = panel.periods().iter().position(|p| p == period);
        for &unit in &made.positions {
            let value = t.and_then(|t| column[t * n + unit]);
            let gap = || {
                let unit = &panel.units().as_slice()[unit];
                format!("`{name}` has no value for {unit} in {period}")
            };
            values.push(value.ok_or_else(gap)?);
        }
    }
    Ok(values)
}
