//! What an experiment reports beside its cells: descriptive statistics and autocorrelation by period.

use super::{autocorrelation, figures, unit_roots};
use crate::ident::VarName;
use crate::inputs::Inputs;
use crate::outcome::Descriptive;
use crate::plan::{definitions, needs_roster};
use crate::spec::Spec;
use crate::spec::tables::TableKind;
use crate::store::{ExperimentRecord, SCHEMA};
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
        moran: autocorrelation::of(spec, inputs),
        unit_roots: spec.unit_roots.iter().flat_map(|b| unit_roots::of(inputs, b)).collect(),
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
            | TableKind::UnitRoots { .. }
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
