//! What was estimated with, as records say it.

use super::Shared;
use super::variant::Made;
use crate::ident::Period;
use crate::inputs::Inputs;
use crate::outcome::SampleFacts;
use crate::plan::Cell;
use crate::weights::Weights;
use std::collections::BTreeSet;

pub(super) fn facts(
    shared: &Shared<'_>,
    cell: &Cell,
    made: &Made,
    weights: &Weights,
) -> SampleFacts {
    let sample = &made.sample;
    let names = weights.units().as_slice();
    let named = sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    let period = |p: Option<&Period>| p.map_or(0, |p| p.0);
    SampleFacts {
        units: sample.n_units(),
        periods: (period(sample.periods.first()), period(sample.periods.last())),
        filled: filled(shared.inputs, cell, &named),
        dropped: shared.inputs.panel.repairs.dropped.clone(),
        isolates: weights.isolates().into_iter().map(|i| names[i].to_string()).collect(),
        isolates_at_times: at_times(weights, &sample.periods),
        changes: made.changes.clone(),
    }
}

/// The units that have no neighbour in some of these periods, with them.
fn at_times(weights: &Weights, periods: &[Period]) -> Vec<String> {
    let names = weights.units().as_slice();
    let alone = |i: usize| {
        let of = |t: &usize| weights.of_period(*t).row(i).next().is_none();
        let periods: Vec<i64> = (0..periods.len()).filter(of).map(|t| periods[t].0).collect();
        format!("{} ({})", names[i], runs(&periods))
    };
    weights.isolates_at_times().into_iter().map(alone).collect()
}

/// `2001, 2003–2005`. Periods rise.
fn runs(periods: &[i64]) -> String {
    let joined = |a: &i64, b: &i64| *a + 1 == *b;
    let run = |run: &[i64]| match run {
        [first, _, .., last] => format!("{first}–{last}"),
        few => few.iter().map(i64::to_string).collect::<Vec<_>>().join(", "),
    };
    periods.chunk_by(joined).map(run).collect::<Vec<_>>().join(", ")
}

/// The filled values of the raw columns behind this cell, in its units.
pub(super) fn filled(inputs: &Inputs, cell: &Cell, units: &BTreeSet<&str>) -> Vec<String> {
    let used: BTreeSet<_> = std::iter::once(&cell.model.response)
        .chain(cell.model.regressors.iter().map(|r| &r.variable))
        .chain(cell.threshold.iter().map(|t| &t.variable))
        .filter_map(|v| inputs.sources.get(v))
        .flatten()
        .collect();
    inputs
        .panel
        .repairs
        .filled
        .iter()
        .filter(|f| used.contains(&f.column) && units.contains(f.unit.as_str()))
        .map(|f| format!("{} of {} in {} ({})", f.column, f.unit, f.period, f.method))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_told_in_runs() {
        assert_eq!(runs(&[2001, 2003, 2004, 2005, 2007, 2008]), "2001, 2003–2005, 2007, 2008");
        assert_eq!(runs(&[2001]), "2001");
    }
}
