//! Errors of a model with random effects from what is alike and uncorrelated, and back.
//!
//! In standardised coordinates the deviations from means of units are those of the filtered errors,
//! and the means are C^(−½) times theirs, the symmetric root: what a unit has is then spread over
//! other units no more than it must be.

use super::between::covariance_of_means;
use super::columns::parts;
use super::{Spatial, error_components};
use crate::estimator::transform::{period_means, unit_means};
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::linalg::symmetric_power;
use crate::model::{ErrorComponents, Term};
use crate::outcome::Statistic;
use crate::weights::Weights;

/// λ, and what C is at a fit.
#[derive(Debug)]
pub(in crate::estimator) struct Components {
    lambda: Option<f64>,
    /// s = Tφ
    s: f64,
    /// The same of random effects of periods, Nσ²_τ/σ²; 0 with a spatially lagged error.
    of_periods: f64,
    form: ErrorComponents,
}

impl Components {
    pub(in crate::estimator) fn new(lambda: Option<f64>, s: f64, form: ErrorComponents) -> Self {
        // Without effects the two forms are one.
        let form = if s > 0.0 { form } else { ErrorComponents::Kkp };
        Self { lambda, s, of_periods: 0.0, form }
    }

    /// The same with random effects of periods, Nσ²_τ/σ².
    pub(in crate::estimator) fn with_periods(self, of_periods: f64) -> Self {
        Self { of_periods, ..self }
    }

    /// ln|Ω/σ²| of effects that do not depend over space.
    pub(super) fn log_det(&self, units: usize, periods: usize) -> f64 {
        let (n, t) = (units as f64, periods as f64);
        if self.of_periods == 0.0 {
            return n * self.s.ln_1p();
        }
        (n - 1.0) * self.s.ln_1p()
            + (t - 1.0) * self.of_periods.ln_1p()
            + (self.s + self.of_periods).ln_1p()
    }

    /// Ω/σ² to a power, times `v`, of effects of units and of periods.
    fn in_both(&self, n: usize, v: &[f64], power: f64) -> Vec<f64> {
        let (units, periods) = (unit_means(v, n), period_means(v, n));
        let grand = units.iter().sum::<f64>() / n as f64;
        let by = |s: f64| (1.0 + s).powf(power);
        let [a, b, c] = [self.s, self.of_periods, self.s + self.of_periods].map(by);
        let one = |(i, v): (usize, &f64)| {
            let (unit, period) = (units[i % n] - grand, periods[i / n] - grand);
            (v - unit - period - grand) + a * unit + b * period + c * grand
        };
        v.iter().enumerate().map(one).collect()
    }

    /// Those of a fit.
    pub(in crate::estimator) fn of(problem: &Problem<'_>, at: &Estimated) -> Self {
        let lambda = at.value(&Term::Lambda);
        let spatial = Spatial { lag: false, error: lambda.is_some() };
        let theta = at.fit.statistics.get(&Statistic::Theta).copied().unwrap_or(0.0);
        let s = match at.value(&Term::Phi) {
            Some(phi) => phi * problem.n_periods() as f64,
            None => (1.0 - theta).powi(-2) - 1.0,
        };
        let theta = at.fit.statistics.get(&Statistic::ThetaPeriod).copied().unwrap_or(0.0);
        Self::new(lambda, s, error_components(problem.model, spatial))
            .with_periods((1.0 - theta).powi(-2) - 1.0)
    }

    /// C to the power −½ or ½ times means of units.
    fn means(&self, weights: &Weights, means: &[f64], power: f64) -> Vec<f64> {
        match self.form {
            ErrorComponents::Kkp => {
                let by = (1.0 + self.s).powf(power);
                means.iter().map(|m| by * m).collect()
            }
            ErrorComponents::Anselin => {
                let c = covariance_of_means(weights, self.lambda.unwrap_or(0.0), self.s);
                let root = symmetric_power(&c, power)
                    .unwrap_or_else(|| Matrix::identity(means.len(), means.len()));
                let of = |i: usize| (0..means.len()).map(|j| root[(i, j)] * means[j]).sum();
                (0..means.len()).map(of).collect()
            }
        }
    }

    /// What an error is in standardised coordinates, N·T.
    pub(in crate::estimator) fn standardised(&self, weights: &Weights, u: &[f64]) -> Vec<f64> {
        let n = weights.n();
        if self.of_periods > 0.0 {
            return self.in_both(n, u, -0.5);
        }
        let filtered: Vec<f64> = match self.lambda {
            Some(lambda) => u.iter().zip(weights.lag(u)).map(|(u, lag)| u - lambda * lag).collect(),
            None => u.to_vec(),
        };
        let (means, within) = parts(&filtered, n);
        let means = self.means(weights, &means, -0.5);
        within.iter().enumerate().map(|(i, w)| w + means[i % n]).collect()
    }

    /// The error whose standardised coordinates are `e`, N·T.
    pub(super) fn disturbance(&self, weights: &Weights, e: &[f64]) -> Vec<f64> {
        let n = weights.n();
        if self.of_periods > 0.0 {
            return self.in_both(n, e, 0.5);
        }
        let (means, within) = parts(e, n);
        let means = self.means(weights, &means, 0.5);
        let filtered: Vec<f64> = within.iter().enumerate().map(|(i, w)| w + means[i % n]).collect();
        match self.lambda {
            Some(lambda) => weights.resolve(lambda, &filtered),
            None => filtered,
        }
    }

    /// The effects of periods that generalised least squares finds in `u`, T.
    pub(super) fn period_effects(&self, weights: &Weights, u: &[f64]) -> Vec<f64> {
        let n = weights.n();
        let filter = |v: &[f64]| -> Vec<f64> {
            let lambda = self.lambda.unwrap_or(0.0);
            v.iter().zip(weights.lag(v)).map(|(v, lag)| v - lambda * lag).collect()
        };
        let dot = crate::math::linalg::dot;
        let dummy = filter(&vec![1.0; n]);
        let size = dot(&dummy, &dummy);
        let means = unit_means(u, n);
        let between = self.means(weights, &self.means(weights, &dummy, -0.5), -0.5);
        let overall = dot(&between, &filter(&means)) / dot(&between, &dummy);
        u.chunks_exact(n)
            .map(|period| {
                let off: Vec<f64> = period.iter().zip(&means).map(|(u, m)| u - m).collect();
                overall + dot(&dummy, &filter(&off)) / size
            })
            .collect()
    }
}
