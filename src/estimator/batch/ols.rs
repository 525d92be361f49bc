//! Least squares from forms of the innovations: with a = Q_x'ε, e'e = ε'Qε − a'a and
//! β* = β̂ + R⁻¹a. Divisors and distribution are those of `estimator::ols`.

use super::forms::{Forms, TileForms};
use super::linear::LinearEffects;
use super::slm::triangular;
use super::{Reduction, Solve, TileEstimates, TileSpread, finish};
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::outcome::Statistic;

/// A fitted linear model.
#[derive(Debug)]
pub struct Ols {
    forms: Forms,
    slopes: Vec<f64>,
    /// What e'e is divided by for σ².
    divisor: f64,
    /// R⁻¹, upper triangular, row by row.
    r_inverse: Vec<f64>,
    /// Diagonal of (X'QX)⁻¹.
    spread: Vec<f64>,
    /// (X'QX)⁻¹, row by row.
    gram_inverse: Vec<f64>,
    effects: LinearEffects,
}

/// The reduction of `at`.
pub(in crate::estimator) fn reduction(problem: &Problem<'_>, at: &Estimated) -> Option<Ols> {
    let space = problem.within_space().ok()?;
    let k = space.rank();
    let statistic = |s| at.fit.statistics.get(&s).copied();
    let divisor = statistic(Statistic::Ssr)? / statistic(Statistic::Sigma2)?;
    let rows: Vec<Vec<f64>> = (0..k).map(|j| space.q.col(j).iter().copied().collect()).collect();
    let (r_inverse, gram_inverse) = (space.r_inverse(), space.gram_inverse());
    let (n, t) = (problem.n_units(), problem.n_periods());
    Some(Ols {
        forms: Forms::new(n, t, problem.model.effects, &rows, None),
        slopes: at.fit.estimates[..k].iter().map(|e| e.value).collect(),
        divisor,
        r_inverse: (0..k * k).map(|at| r_inverse[(at / k, at % k)]).collect(),
        spread: (0..k).map(|j| gram_inverse[(j, j)]).collect(),
        gram_inverse: (0..k * k).map(|at| gram_inverse[(at / k, at % k)]).collect(),
        effects: LinearEffects::new(problem, at),
    })
}

impl Solve for Ols {
    #[inline(always)]
    fn solve(&self, forms: &TileForms, _: &mut [Lane], out: &mut TileEstimates<'_>) {
        let k = self.slopes.len();
        let mut ssr = forms.ee;
        for a in &forms.linear[..k] {
            for l in 0..LANES {
                ssr[l] = (-a[l]).mul_add(a[l], ssr[l]);
            }
        }
        triangular(&self.r_inverse, &forms.linear[..k], &mut out.values[..k]);
        for l in 0..LANES {
            let sigma2 = ssr[l] / self.divisor;
            for j in 0..k {
                out.values[j][l] += self.slopes[j];
                out.std_errors[j][l] = (sigma2 * self.spread[j]).sqrt();
            }
            out.values[k][l] = sigma2;
            out.std_errors[k][l] = (2.0 / self.divisor).sqrt() * sigma2;
            // What is left of rounding is no residual: the plain path knows a perfect fit.
            out.solved[l] = ssr[l] > 1e-12 * forms.ee[l];
        }
        let sigma2 = out.values[k];
        let covariance = |i: usize, j: usize| sigma2.map(|s| s * self.gram_inverse[i * k + j]);
        self.effects.fill(covariance, out);
    }
}

impl Reduction for Ols {
    fn forms(&self) -> &Forms {
        &self.forms
    }

    fn matrices(&self, _: &Problem<'_>) -> Vec<Matrix> {
        Vec::new()
    }

    fn estimates(&self) -> usize {
        self.slopes.len() + 1 + self.effects.count()
    }

    fn scratch(&self) -> usize {
        0
    }

    fn finish(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        finish(self, forms, scratch, out);
    }

    fn spread(
        &self,
        positions: &[usize],
        _: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let (k, m) = (self.slopes.len(), positions.len());
        for (a, &i) in positions.iter().enumerate() {
            for (b, &j) in positions.iter().enumerate() {
                let by_sigma2 = if i < k && j < k { self.gram_inverse[i * k + j] } else { 0.0 };
                let entry = &mut out.covariance[a * m + b];
                for l in 0..LANES {
                    let sigma2 = found.values[k][l];
                    entry[l] = if i == k && j == k {
                        2.0 * sigma2 * sigma2 / self.divisor
                    } else {
                        sigma2 * by_sigma2
                    };
                }
            }
        }
        out.multipliers = self.effects.multipliers();
    }
}
