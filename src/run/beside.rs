//! What the estimator and the standard errors of a cell need beside its sample.

use super::Shared;
use crate::estimator::covariance::Beside;
use crate::ident::VarName;
use crate::model::Regressor;
use crate::panel::sample::Sample;
use crate::plan::Cell;
use std::collections::BTreeMap;

/// Clusters of observations, coordinates of units and instruments, where a cell needs them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct OwnBeside {
    /// The cluster of each observation, N·T.
    clusters: Option<Vec<usize>>,
    /// Longitude and latitude of each unit, N.
    coordinates: Option<Vec<(f64, f64)>>,
    /// Instruments outside the equation, each N·T.
    instruments: Option<Vec<Vec<f64>>>,
}

impl OwnBeside {
    /// Those of a cell over its sample.
    ///
    /// # Errors
    /// What of the data is not there.
    pub(super) fn of(
        shared: &Shared<'_>,
        cell: &Cell,
        sample: &Sample,
        positions: &[usize],
    ) -> Result<Self, String> {
        let how = &cell.model.std_errors;
        let clusters = how.cluster_column().map(|name| clusters(shared, name, sample, positions));
        let coordinates = how.coordinates().map(|(x, y)| -> Result<Vec<(f64, f64)>, String> {
            let (x, y) = (numbers(shared, x, positions)?, numbers(shared, y, positions)?);
            Ok(x.into_iter().zip(y).collect())
        });
        let wanted = &cell.model.instruments.columns;
        let series = |z| series(shared, z, sample, positions);
        let instruments: Option<Result<_, _>> =
            (!wanted.is_empty()).then(|| wanted.iter().map(series).collect());
        Ok(Self {
            clusters: clusters.transpose()?,
            coordinates: coordinates.transpose()?,
            instruments: instruments.transpose()?,
        })
    }

    pub(super) fn borrowed(&self) -> Beside<'_> {
        Beside {
            clusters: self.clusters.as_deref(),
            coordinates: self.coordinates.as_deref(),
            instruments: self.instruments.as_deref(),
        }
    }
}

/// What of the data a cell rests on beside its sample, for its identity.
pub(super) fn facts(shared: &Shared<'_>, cell: &Cell, positions: &[usize]) -> Option<String> {
    let how = &cell.model.std_errors;
    let texts = how.cluster_column().and_then(|name| shared.inputs.panel.attribute(name));
    let texts = texts.map(|all| positions.iter().map(|&i| all[i].clone()).collect::<Vec<_>>());
    let places = how.coordinates().map(|(x, y)| {
        let bits = |name| {
            numbers(shared, name, positions)
                .map(|all| all.into_iter().map(f64::to_bits).collect::<Vec<_>>())
        };
        (bits(x), bits(y))
    });
    let instruments = instrument_bits(shared, cell, positions);
    let said = (texts.is_some() || places.is_some()).then(|| format!("{texts:?} {places:?}"));
    [said, instruments].into_iter().flatten().reduce(|a, b| format!("{a} {b}"))
}

/// Units with the same text in a column are a cluster, numbered in the order in which they appear.
pub(super) fn clusters(
    shared: &Shared<'_>,
    name: &VarName,
    sample: &Sample,
    positions: &[usize],
) -> Result<Vec<usize>, String> {
    let texts = shared.inputs.panel.attribute(name);
    let texts = texts.ok_or_else(|| format!("there is no column `{name}` to cluster by"))?;
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let of_unit: Vec<usize> = positions
        .iter()
        .map(|&i| {
            let next = known.len();
            *known.entry(texts[i].as_str()).or_insert(next)
        })
        .collect();
    if known.len() < 2 {
        return Err(format!("all units are in one cluster by `{name}`"));
    }
    Ok((0..sample.n_periods()).flat_map(|_| of_unit.iter().copied()).collect())
}

/// The first value that each unit has in a column.
fn numbers(shared: &Shared<'_>, name: &VarName, positions: &[usize]) -> Result<Vec<f64>, String> {
    let panel = &shared.inputs.panel;
    let column = panel.column(name).ok_or_else(|| format!("there is no column `{name}`"))?;
    let n = panel.units().len();
    let value = |&i: &usize| {
        let first = column.iter().skip(i).step_by(n).find_map(|v| *v);
        first.ok_or_else(|| format!("`{name}` has no value for {}", panel.units().as_slice()[i]))
    };
    positions.iter().map(value).collect()
}

/// The values of instruments in all periods, by unit.
fn instrument_bits(shared: &Shared<'_>, cell: &Cell, positions: &[usize]) -> Option<String> {
    let wanted = &cell.model.instruments.columns;
    let panel = &shared.inputs.panel;
    let bits = |z: &Regressor| -> Vec<Option<u64>> {
        let column = panel.column(&z.variable).unwrap_or_default();
        let periods = column.chunks_exact(panel.units().len());
        periods.flat_map(|p| positions.iter().map(|&i| p[i].map(f64::to_bits))).collect()
    };
    (!wanted.is_empty()).then(|| format!("{:?}", wanted.iter().map(bits).collect::<Vec<_>>()))
}

/// The values of a column at its lag, stacked as the sample is.
fn series(
    shared: &Shared<'_>,
    of: &Regressor,
    sample: &Sample,
    positions: &[usize],
) -> Result<Vec<f64>, String> {
    let panel = &shared.inputs.panel;
    let name = &of.variable;
    let column = panel.column(name).ok_or_else(|| format!("there is no column `{name}`"))?;
    let n = panel.units().len();
    let mut values = Vec::with_capacity(sample.n());
    for period in &sample.periods {
        let at = panel.periods().iter().position(|p| p == period);
        let lag = isize::try_from(of.lag).unwrap_or(isize::MAX);
        let at = at.and_then(|t| t.checked_add_signed(-lag));
        for &i in positions {
            let value = at.and_then(|t| *column.get(t * n + i)?);
            let unit = &panel.units().as_slice()[i];
            let missing = || format!("the instrument `{of}` has no value for {unit} in {period}");
            values.push(value.ok_or_else(missing)?);
        }
    }
    Ok(values)
}
