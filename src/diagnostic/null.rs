//! Tests under their null hypothesis: what a bootstrap needs of a group of tests.
//!
//! The restricted model generates y* from innovations drawn again, and the statistics are computed
//! from y* with everything that the sample decides in them, variances included (Yang 2015, whose
//! restricted estimates with recentred restricted residuals these are).
//!
//! Most groups need no more than the fit of their null model: `rerun` generates y* and runs the
//! group again. One whose statistics reduce to forms of the innovations overrides
//! [`NullStatistics::evaluate_tile`]; the plain way stays as its twin.

use super::{BaseFit, Context, Diagnostic};
use crate::estimator::leverage::Hat;
use crate::estimator::{Estimated, Problem};
use crate::math::lanes::{LANES, Lane};
use crate::outcome::{Basis, Test, TestOutcome};
use crate::panel::sample::Sample;

/// The statistics of a group of tests as functions of new innovations of the model that holds
/// under its null hypothesis.
pub trait NullStatistics: Sync {
    /// The fit that the tests look at.
    fn basis(&self) -> Basis;

    /// Raw names of the tests, in the order of the statistics.
    fn tests(&self) -> &[&'static str];

    /// The innovations of the restricted fit, N·T, which are drawn from.
    fn innovations(&self) -> &[f64];

    /// Residual degrees of freedom of the restricted fit.
    fn residual_df(&self) -> f64;

    /// Leverages of the restricted fit, N·T: what a rescaling by leverage needs.
    fn leverages(&self) -> Vec<f64>;

    /// The hat matrix of the restricted fit: what leaving units out needs; `None` where there is
    /// none to be had.
    fn hat(&self) -> Option<Hat> {
        None
    }

    /// What the errors of a unit have in common and is drawn on its own, where the restricted
    /// model has such a component.
    fn units(&self) -> Option<&UnitComponents> {
        None
    }

    /// The statistics that innovations `errors` give, N·T stacked by period, and after them the
    /// components of the N units where there are any; `None` where a statistic does not exist.
    fn evaluate(&self, errors: &[f64]) -> Vec<Option<f64>>;

    /// Lanes that [`evaluate_tile`](Self::evaluate_tile) works in.
    fn scratch(&self) -> usize {
        0
    }

    /// The statistics of a tile of replicates. `scratch` holds [`scratch`](Self::scratch) lanes of
    /// anything.
    fn evaluate_tile(&self, errors: &[Lane], _scratch: &mut [Lane], out: &mut TileStatistics) {
        plainly(self, errors, out);
    }
}

/// Random components of units in the restricted model.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitComponents {
    /// Those of the sample, N, of mean zero.
    pub own: Vec<f64>,
    /// What they are multiplied by to have the variance that was estimated.
    pub scale: f64,
}

/// The statistics of a tile of replicates, one replicate at a time.
pub fn plainly<N: NullStatistics + ?Sized>(null: &N, errors: &[Lane], out: &mut TileStatistics) {
    for l in 0..LANES {
        let own: Vec<f64> = errors.iter().map(|e| e[l]).collect();
        for (test, statistic) in null.evaluate(&own).into_iter().enumerate() {
            out.set(test, l, statistic);
        }
    }
}

/// Statistics of a tile of replicates, and which of them exist.
#[derive(Debug, Clone, PartialEq)]
pub struct TileStatistics {
    values: Vec<Lane>,
    exists: Vec<[bool; LANES]>,
}

impl TileStatistics {
    /// Room for so many tests.
    pub fn new(tests: usize) -> Self {
        Self { values: vec![[0.0; LANES]; tests], exists: vec![[false; LANES]; tests] }
    }

    /// Puts the statistic of a test in a replicate. One that is not finite does not exist.
    pub fn set(&mut self, test: usize, replicate: usize, statistic: Option<f64>) {
        let found = statistic.filter(|s| s.is_finite());
        self.exists[test][replicate] = found.is_some();
        self.values[test][replicate] = found.unwrap_or(0.0);
    }

    /// The statistic of a test in a replicate.
    pub fn get(&self, test: usize, replicate: usize) -> Option<f64> {
        self.exists[test][replicate].then(|| self.values[test][replicate])
    }
}

/// The statistic of a test, if it has one.
pub fn statistic(tests: &[Test], name: &str, basis: Basis) -> Option<f64> {
    let test = tests.iter().find(|t| t.name == name && t.basis == basis)?;
    match test.outcome {
        TestOutcome::Computed { statistic, .. } => Some(statistic),
        TestOutcome::NotApplicable { .. } => None,
    }
}

/// The statistics called `names` of a group run again on what least squares of `base`, fitted as
/// `fit`, generates from `errors`.
pub(super) fn rerun(
    group: &dyn Diagnostic,
    problem: Problem<'_>,
    (base, fit): (&BaseFit, &Estimated),
    names: &[&'static str],
    errors: &[f64],
) -> Vec<Option<f64>> {
    let y = fit.systematic.iter().zip(errors).map(|(f, e)| f + e).collect();
    let sample = Sample { y, ..problem.sample.clone() };
    let again = Context::again(Problem { sample: &sample, ..problem }, base);
    let found = group.run(&again).tests;
    names.iter().map(|name| statistic(&found, name, base.basis)).collect()
}
