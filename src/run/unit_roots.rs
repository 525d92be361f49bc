//! Unit roots of variables, over all periods of the panel.

use crate::diagnostic::unit_roots::{Found, test};
use crate::ident::VarName;
use crate::inputs::Inputs;
use crate::outcome::unit_roots::{UnitRootFound, UnitRoots};
use crate::outcome::{Failure, FailureKind};
use crate::spec::UnitRootsSpec;

/// Every test of every variable of a block.
pub(super) fn of(inputs: &Inputs, block: &UnitRootsSpec) -> Vec<UnitRoots> {
    let units: Vec<usize> = match &block.region {
        Some(region) => inputs.regions[region].clone(),
        None => (0..inputs.panel.units().len()).collect(),
    };
    let mut all = Vec::new();
    for variable in &block.variables {
        let series = series(inputs, &variable.value, &units);
        for &which in &block.tests {
            let found = series.as_ref().map_err(Clone::clone).and_then(|series| {
                test(series, which, block.trend, (block.lags, block.divisor))
                    .map(|f| kept(&f, series))
            });
            all.push(UnitRoots {
                id: block.id.clone(),
                variable: variable.value.to_string(),
                region: block.region.clone().unwrap_or_else(|| "all units".to_owned()),
                test: which,
                trend: block.trend,
                lags: block.lags,
                outcome: found.map_err(|reason| Failure { kind: FailureKind::BadData, reason }),
            });
        }
    }
    all
}

fn kept(found: &Found, series: &[Vec<f64>]) -> UnitRootFound {
    let lags: f64 = found.lags.iter().map(|&l| f64::from(l)).sum();
    UnitRootFound {
        statistic: found.statistic,
        p_value: found.p_value,
        critical: found.critical,
        tabulated_from: found.tabulated_from,
        mean_lags: lags / found.lags.len().max(1) as f64,
        units: series.len(),
        periods: series.first().map_or(0, Vec::len),
    }
}

/// The values of each unit in all periods; periods at the ends without any value are left out, as of a
/// variable that is a lag.
fn series(inputs: &Inputs, name: &VarName, units: &[usize]) -> Result<Vec<Vec<f64>>, String> {
    let panel = &inputs.panel;
    let column = panel.column(name).ok_or_else(|| format!("no column `{name}`"))?;
    let n = panel.units().len();
    let periods = panel.periods().len();
    let any = |t: &usize| units.iter().any(|i| column[t * n + i].is_some());
    let first = (0..periods).find(any).unwrap_or(periods);
    let last = (0..periods).rev().find(any).map_or(first, |t| t + 1);
    let value = |t: usize, i: usize| {
        let unit = &panel.units().as_slice()[i];
        let missing = || format!("`{name}` has no value for {unit} in {}", panel.periods()[t]);
        column[t * n + i].ok_or_else(missing)
    };
    units.iter().map(|&i| (first..last).map(|t| value(t, i)).collect()).collect()
}
