//! What the standard errors of a cell need beside its sample.

use super::Shared;
use crate::estimator::covariance::Beside;
use crate::ident::VarName;
use crate::panel::sample::Sample;
use crate::plan::Cell;
use std::collections::BTreeMap;

/// Clusters of observations and coordinates of units, where a cell needs them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct OwnBeside {
    /// The cluster of each observation, N·T.
    clusters: Option<Vec<usize>>,
    /// Longitude and latitude of each unit, N.
    coordinates: Option<Vec<(f64, f64)>>,
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
        Ok(Self { clusters: clusters.transpose()?, coordinates: coordinates.transpose()? })
    }

    pub(super) fn borrowed(&self) -> Beside<'_> {
        Beside { clusters: self.clusters.as_deref(), coordinates: self.coordinates.as_deref() }
    }
}

/// What of the data the standard errors of a cell rest on, for its identity.
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
    (texts.is_some() || places.is_some()).then(|| format!("{texts:?} {places:?}"))
}

/// Units with the same text in a column are a cluster, numbered in the order in which they appear.
fn clusters(
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
