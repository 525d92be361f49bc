//! One fit at a time: generate, estimate, keep.

use super::residuals::prepared;
use super::{Scheme, Shape};
use crate::estimator::{Estimated, Estimator, Problem};
use crate::math::random::Stream;
use crate::model::Rescale;
use crate::outcome::{Estimate, Statistic};
use crate::panel::sample::Sample;
use rayon::prelude::*;

/// How to draw, and how often.
#[derive(Clone, Copy)]
pub struct Design<'a> {
    /// The scheme.
    pub scheme: &'a dyn Scheme,
    /// What is done to the innovations first.
    pub rescale: Rescale,
    /// Number of replicates.
    pub replicates: u32,
    /// The key of all streams; replicate b has stream b.
    pub key: [u8; 32],
}

impl std::fmt::Debug for Design<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} × {}", self.replicates, self.scheme.info().name)
    }
}

/// Estimates and standard errors of the replicates that could be fitted: a vector for each
/// estimate, in the order of the replicates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replicates {
    /// θ*
    pub values: Vec<Vec<f64>>,
    /// s*
    pub std_errors: Vec<Vec<f64>>,
    /// How many replicates could not be fitted.
    pub failed: u32,
}

/// The estimates that are bootstrapped: coefficients, spatial parameters, σ², effects.
pub fn bootstrapped<'a>(at: &'a Estimated, impacts: &'a [Estimate]) -> Vec<&'a Estimate> {
    at.fit.estimates.iter().chain(impacts).collect()
}

/// Generates from the fit `at`, estimates again, for each replicate of `design`.
pub fn replicates(
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    at: &Estimated,
    design: Design<'_>,
) -> Replicates {
    let shape = Shape { units: problem.n_units(), periods: problem.n_periods() };
    let df = at.fit.statistics.get(&Statistic::ResidualDf).copied().unwrap_or(f64::NAN);
    let pool = prepared(&at.innovations, design.rescale, df);
    let refit = |b: u32| -> Option<Vec<(f64, f64)>> {
        let mut errors = vec![0.0; pool.len()];
        let mut stream = Stream::new(design.key, u64::from(b));
        design.scheme.draw(&pool, shape, &mut stream, &mut errors);
        let y = estimator.simulate(problem, at, &errors);
        let sample = Sample { y, ..problem.sample.clone() };
        let again = Problem { sample: &sample, ..*problem };
        let fitted = estimator.fit(&again).ok()?;
        let impacts = estimator.impacts(&again, &fitted);
        let all = bootstrapped(&fitted, &impacts);
        let finite = all.iter().all(|e| e.value.is_finite() && e.std_error.is_finite());
        finite.then(|| all.iter().map(|e| (e.value, e.std_error)).collect())
    };
    let fitted: Vec<Option<Vec<(f64, f64)>>> =
        (0..design.replicates).into_par_iter().map(refit).collect();
    let mut out = Replicates::default();
    for replicate in fitted {
        let Some(estimates) = replicate else {
            out.failed += 1;
            continue;
        };
        out.values.resize(estimates.len(), Vec::new());
        out.std_errors.resize(estimates.len(), Vec::new());
        for (i, (value, std_error)) in estimates.into_iter().enumerate() {
            out.values[i].push(value);
            out.std_errors[i].push(std_error);
        }
    }
    out
}
