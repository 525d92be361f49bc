//! What an experiment reports beside its cells: descriptive statistics and Moran's I by period.

use super::{Shared, figures};
use crate::diagnostic::moran::moran_of_period;
use crate::ident::{Period, VarName};
use crate::inputs::Inputs;
use crate::math::random::Stream;
use crate::outcome::{Descriptive, Failure, FailureKind, MoranSeries, MoranYear};
use crate::plan::{definitions, needs_roster};
use crate::spec::tables::TableKind;
use crate::spec::{MoranSpec, Spec};
use crate::store::{ExperimentRecord, SCHEMA};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// The record of the experiment: where its data come from, and every series that a table shows.
pub fn experiment(spec: &Spec, inputs: &Inputs) -> ExperimentRecord {
    let repairs = &inputs.panel.repairs;
    ExperimentRecord {
        schema: SCHEMA,
        inputs: inputs.hash(),
        definitions: definitions(spec),
        data_file: inputs.data_file.clone(),
        data_hash: inputs.data_hash.clone(),
        provenance: inputs.provenance.clone(),
        filled: repairs
            .filled
            .iter()
            .map(|f| format!("{} of {} in {} ({})", f.column, f.unit, f.period, f.method))
            .collect(),
        dropped: repairs.dropped.clone(),
        roster: needs_roster(spec).then(|| inputs.roster()),
        descriptive: described(spec).iter().filter_map(|v| describe(inputs, v)).collect(),
        moran: spec.moran.iter().map(|block| moran_series(spec, inputs, block)).collect(),
        joint: Vec::new(),
        figures: figures::data(spec, inputs),
    }
}

/// The variables of all tables of descriptive statistics, each once, in order.
fn described(spec: &Spec) -> Vec<VarName> {
    let mut seen = BTreeSet::new();
    spec.tables
        .iter()
        .filter_map(|table| match &table.kind {
            TableKind::Descriptive { variables, .. } => Some(variables),
            TableKind::Regression(_)
            | TableKind::Tests { .. }
            | TableKind::Protocol { .. }
            | TableKind::Moran { .. }
            | TableKind::Robustness(_)
            | TableKind::Published { .. }
            | TableKind::Joint { .. } => None,
        })
        .flatten()
        .map(|v| v.value.clone())
        .filter(|v| seen.insert(v.clone()))
        .collect()
}

/// Moments over all units and periods where the variable is observed; `None` without any.
fn describe(inputs: &Inputs, variable: &VarName) -> Option<Descriptive> {
    let column = inputs.panel.column(variable)?;
    let mut values: Vec<f64> = column.iter().flatten().copied().collect();
    if values.is_empty() {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let median = 0.5 * (values[(n - 1) / 2] + values[n / 2]);
    let sources = inputs.sources.get(variable);
    let filled: BTreeSet<(&str, i64)> = inputs
        .panel
        .repairs
        .filled
        .iter()
        .filter(|f| sources.is_some_and(|s| s.contains(&f.column)))
        .map(|f| (f.unit.as_str(), f.period.0))
        .collect();
    Some(Descriptive {
        variable: variable.to_string(),
        n,
        min: values[0],
        max: values[n - 1],
        mean,
        sd: if n > 1 { (squares / (n - 1) as f64).sqrt() } else { 0.0 },
        median,
        filled: filled.len(),
    })
}

fn moran_series(spec: &Spec, inputs: &Inputs, block: &MoranSpec) -> MoranSeries {
    let region = block.region.clone().unwrap_or_else(|| "all units".to_owned());
    MoranSeries {
        id: block.id.clone(),
        variable: block.variable.value.to_string(),
        years: moran_years(spec, inputs, block),
        region,
        weights: block.weights.clone(),
    }
}

/// Positions in the panel of the units of a Moran block.
pub(super) fn units_of(inputs: &Inputs, block: &MoranSpec) -> Vec<usize> {
    match &block.region {
        Some(region) => inputs.regions[region].clone(),
        None => (0..inputs.panel.units().len()).collect(),
    }
}

fn moran_years(spec: &Spec, inputs: &Inputs, block: &MoranSpec) -> Result<Vec<MoranYear>, Failure> {
    let bad = |reason: String| Failure { kind: FailureKind::BadData, reason };
    let units = units_of(inputs, block);
    let shared = Shared::new(spec, inputs);
    let made = |periods: &[Period]| shared.weights_of(&block.weights, &units, periods);
    let changes = inputs.by_period.contains_key(&block.weights);
    let always = (!changes).then(|| made(&[]));
    let name = &block.variable.value;
    let column = inputs.panel.column(name).ok_or_else(|| bad(format!("no column `{name}`")))?;
    let n = inputs.panel.units().len();
    let observed =
        |t: usize| -> Option<Vec<f64>> { units.iter().map(|&i| column[t * n + i]).collect() };
    // Periods that a lag inside the variable leaves empty have no Moran's I.
    (0..inputs.panel.periods().len())
        .into_par_iter()
        .filter_map(|t| Some((t, observed(t)?)))
        .map(|(t, values)| {
            let period = inputs.panel.periods()[t];
            let own = changes.then(|| made(&[period]));
            let (weights, hash) = match own.as_ref().or(always.as_ref()) {
                Some(made) => made.as_ref().map_err(Clone::clone)?,
                None => return Err(bad(format!("no weights in {period}"))),
            };
            let key = spec.seed.stream(&format!("moran {name} {hash} {period}"));
            moran_of_period(weights, &values, period, block.permutations, Stream::new(key, 0))
        })
        .collect()
}
