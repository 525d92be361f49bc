//! Spatial autocorrelation of a variable: R's spdep and Python's esda.

mod esda;
mod spdep;

use super::*;
use spanel::diagnostic::autocorrelation::layout::{Layout, Variable};
use spanel::diagnostic::autocorrelation::local::Local;
use spanel::diagnostic::autocorrelation::permutation::Permutations;
use spanel::diagnostic::autocorrelation::{Asked, Found, of_period};
use spanel::ident::{Period, Seed};
use spanel::model::autocorrelation::{Alternative, Autocorrelation};
use spanel::outcome::GlobalAutocorrelation;

const REPLICATES: u32 = 9_999;

fn permutations() -> Permutations {
    Permutations { key: Seed(1).stream("moran"), replicates: REPLICATES }
}

/// Everything that is asked of `values`.
fn found(
    weights: &Weights,
    values: &[f64],
    statistics: &[Autocorrelation],
    alternative: Alternative,
) -> Found {
    let asked = Asked { statistics, alternative, permutations: permutations() };
    of_period(weights, (values, None), Period(0), &asked).expect("a variable that varies")
}

fn global(found: &Found, statistic: Autocorrelation) -> &GlobalAutocorrelation {
    found.global.iter().find(|g| g.statistic == statistic).expect("a statistic that was asked for")
}

fn local(found: &Found, statistic: Autocorrelation) -> &[Local] {
    let (_, units) = found
        .local
        .iter()
        .find(|(of, _)| *of == statistic)
        .expect("a statistic that was asked for");
    units
}

fn list(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

/// Four Monte Carlo standard errors of a share p of R draws, of theirs and of ours.
fn monte_carlo(p: f64, theirs: f64) -> f64 {
    let p = p.clamp(1e-3, 0.999);
    4.0 * (p * (1.0 - p) * (1.0 / theirs + 1.0 / f64::from(REPLICATES))).sqrt() + 1.0 / theirs
}

/// Compares a list, unit by unit.
fn check_list(
    ledger: &mut Ledger,
    (case, quantity): (&str, &'static str),
    theirs: &[f64],
    ours: impl Iterator<Item = f64>,
    (scale, tolerance): (Scale, f64),
) {
    let ours: Vec<f64> = ours.collect();
    assert_eq!(theirs.len(), ours.len(), "{case} {quantity}");
    for (unit, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
        let at = (case, quantity, &*unit.to_string());
        ledger.check(at, *theirs, Some(ours), scale, tolerance);
    }
}
