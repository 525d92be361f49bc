//! Random effects without spatial terms by feasible least squares, from forms of the innovations.
//!
//! In the coordinates in which the innovations of the fit are alike, Z = Z_w + Z_b the regressors as
//! an orthonormal basis there, P and P_b the projections on the regressors within units and on their
//! means, and ε̄ the means of units times √T:
//!
//! ```text
//! σ²_e = (ε'Qε − |Pε|²)/df_w,   σ²_1 = (1 + ŝ)(ε̄'ε̄ − |P_bε̄|²)/df_b,   o = (1 + ŝ)σ²_e/σ²_1
//! M = Z_w'Z_w + o Z_b'Z_b,  b = Z_w'ε + o Z_b'ε̄,  q = ε'Qε + o ε̄'ε̄ − b'M⁻¹b,  β* = β̂ + R⁻¹M⁻¹b
//! ```
//!
//! Divisors are those of `estimator::random::variances`. Replicates whose σ²_1 is not above their σ²_e
//! are left to the plain path.

use super::factor::{backward, eliminate, forward, of_rows};
use super::forms::{Forms, TileForms};
use super::linear::LinearEffects;
use super::slm::triangular;
use super::{Covary, Reduction, Solve, TileEstimates, TileSpread, finish, spread};
use crate::estimator::problem::matrix;
use crate::estimator::random::columns::{parts, with_unit_means};
use crate::estimator::random::variances::Regressions;
use crate::estimator::{Estimated, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::Effects;
use crate::outcome::Statistic;

/// A fitted model.
#[derive(Debug)]
pub struct Feasible {
    forms: Forms,
    /// Regressors, and columns of the regressions within units and between them.
    k: usize,
    within: usize,
    means: usize,
    has_time: bool,
    /// Degrees of freedom: within, between, of generalised least squares.
    free: [f64; 3],
    /// 1 + ŝ
    ratio: f64,
    /// Z_w'Z_w and Z_b'Z_b, row by row.
    grams: [Vec<f64>; 2],
    slopes: Vec<f64>,
    r_inverse: Vec<f64>,
    effects: LinearEffects,
}

/// The reduction of `at`, where there is one.
pub(in crate::estimator) fn reduction(problem: &Problem<'_>, at: &Estimated) -> Option<Feasible> {
    if problem.weights.is_by_period() {
        return None;
    }
    let (sample, _) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let (n, t) = (own.n_units(), own.n_periods());
    let theta = at.fit.statistics.get(&Statistic::Theta).copied()?;
    let ratio = (1.0 - theta).powi(-2);
    let root = (t as f64 / ratio).sqrt();
    let columns: Vec<(Vec<f64>, Vec<f64>)> = own
        .columns()
        .iter()
        .map(|x| {
            let (means, within) = parts(&own.within(x), n);
            (within, means.iter().map(|m| root * m).collect())
        })
        .collect();
    let k = columns.len();
    let stacked: Vec<Vec<f64>> =
        columns.iter().map(|(w, b)| w.iter().chain(b).copied().collect()).collect();
    let space = ColumnSpace::new(&matrix(&stacked)).ok()?;
    let basis: Vec<Vec<f64>> = (0..k).map(|j| space.q.col(j).iter().copied().collect()).collect();
    let regressions = Regressions::of(&own)?;
    let orthonormal = |columns: &[Vec<f64>]| -> Option<Vec<Vec<f64>>> {
        if columns.is_empty() {
            return Some(Vec::new());
        }
        let space = ColumnSpace::new(&matrix(columns)).ok()?;
        Some((0..space.rank()).map(|j| space.q.col(j).iter().copied().collect()).collect())
    };
    let (of_within, of_means) =
        (orthonormal(&regressions.within)?, orthonormal(&regressions.means)?);
    let (within, means) = (of_within.len(), of_means.len());
    let part = |from: usize, to: usize| -> Vec<Vec<f64>> {
        basis.iter().map(|z| z[from..to].to_vec()).collect()
    };
    let halves = [part(0, n * t), part(n * t, n * t + n)];
    let grams = halves
        .each_ref()
        .map(|z| -> Vec<f64> { (0..k * k).map(|at| dot(&z[at / k], &z[at % k])).collect() });
    let [mut rows, mut rows_of_means] = halves;
    rows.extend(of_within);
    rows_of_means.extend(of_means);
    rows_of_means.push(vec![1.0 / (n as f64).sqrt(); n]);
    let effects = own.model.effects;
    let df = n * t - k - effects.absorbed(n, t);
    let r_inverse = space.r_inverse();
    Some(Feasible {
        forms: Forms::new(n, t, effects.within(), &rows, None).with_means(
            Effects::None,
            &rows_of_means,
            false,
        ),
        k,
        within,
        means,
        has_time: effects.has_time(),
        free: [regressions.free[0] as f64, regressions.free[1] as f64, df as f64],
        ratio,
        grams,
        slopes: at.fit.estimates[..k].iter().map(|e| e.value).collect(),
        r_inverse: (0..k * k).map(|at| r_inverse[(at / k, at % k)]).collect(),
        effects: LinearEffects::new(problem, at),
    })
}

/// Takes off `square` what linear forms explain.
#[inline(always)]
fn less(square: &Lane, linear: &[Lane]) -> Lane {
    let mut out = *square;
    for a in linear {
        for l in 0..LANES {
            out[l] = (-a[l]).mul_add(a[l], out[l]);
        }
    }
    out
}

impl Feasible {
    /// Where the factor of M, γ, L⁻¹ of rows of R⁻¹ and s² stand.
    #[inline(always)]
    fn room<'a>(&self, scratch: &'a mut [Lane]) -> [&'a mut [Lane]; 4] {
        let k = self.k;
        let (factor, rest) = scratch.split_at_mut(k * (k + 1) / 2);
        let (gamma, rest) = rest.split_at_mut(k);
        let (rows, rest) = rest.split_at_mut(k * k);
        [factor, gamma, rows, &mut rest[..1]]
    }
}

impl Solve for Feasible {
    #[inline(always)]
    fn solve(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        let k = self.k;
        let [factor, gamma, rows, variance] = self.room(scratch);
        let Some(of_means) = &forms.between else { return };
        let (linear, linear_of_means) = (&forms.linear, &of_means.linear);
        let within = less(&forms.ee, &linear[k..k + self.within]);
        let between = less(&of_means.ee, &linear_of_means[k..k + self.means]);
        let (mut share, mut sigma2) = ([0.0; LANES], [0.0; LANES]);
        let mut good = [true; LANES];
        for l in 0..LANES {
            sigma2[l] = within[l] / self.free[0];
            let of_units = self.ratio * between[l] / self.free[1];
            share[l] = self.ratio * sigma2[l] / of_units;
            // What is left of rounding is no residual: the plain path knows a perfect fit.
            good[l] = within[l] > 1e-12 * forms.ee[l] && of_units > sigma2[l];
        }
        for i in 0..k {
            for j in 0..=i {
                let [w, b] = self.grams.each_ref().map(|gram| gram[i * k + j]);
                let mut entry = [0.0; LANES];
                for l in 0..LANES {
                    entry[l] = share[l].mul_add(b, w);
                }
                eliminate(factor, (i, j), entry, &mut good);
            }
            for l in 0..LANES {
                gamma[i][l] = share[l].mul_add(linear_of_means[i][l], linear[i][l]);
            }
        }
        let constant = if self.has_time { k + self.means..k + self.means + 1 } else { 0..0 };
        let squares = less(&of_means.ee, &linear_of_means[constant]);
        let mut ssr = [0.0; LANES];
        for l in 0..LANES {
            ssr[l] = share[l].mul_add(squares[l], forms.ee[l]);
        }
        forward(factor, gamma);
        ssr = less(&ssr, gamma);
        backward(factor, gamma);
        triangular(&self.r_inverse, gamma, &mut out.values[..k]);
        for l in 0..LANES {
            variance[0][l] = ssr[l] / self.free[2];
            out.values[k][l] = sigma2[l];
            out.std_errors[k][l] = (2.0 / self.free[0]).sqrt() * sigma2[l];
            out.solved[l] = good[l] && ssr[l] > 0.0;
        }
        for j in 0..k {
            let row = &mut rows[j * k..(j + 1) * k];
            for i in 0..k {
                row[i] = [self.r_inverse[j * k + i]; LANES];
            }
            forward(factor, row);
            let own = of_rows((row, row), k, &variance[0]);
            for l in 0..LANES {
                out.values[j][l] += self.slopes[j];
                out.std_errors[j][l] = own[l].sqrt();
            }
        }
        let covariance =
            |i: usize, j: usize| of_rows((&rows[i * k..], &rows[j * k..]), k, &variance[0]);
        self.effects.fill(covariance, out);
    }
}

impl Reduction for Feasible {
    fn forms(&self) -> &Forms {
        &self.forms
    }

    fn matrices(&self, _: &Problem<'_>) -> Vec<Matrix> {
        Vec::new()
    }

    fn estimates(&self) -> usize {
        self.k + 1 + self.effects.count()
    }

    fn scratch(&self) -> usize {
        let k = self.k;
        k * (k + 1) / 2 + k + k * k + 1
    }

    fn finish(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
        finish(self, forms, scratch, out);
    }

    fn spread(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        spread(self, positions, scratch, found, out);
    }
}

impl Covary for Feasible {
    #[inline(always)]
    fn covary(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let (k, m) = (self.k, positions.len());
        let [_, _, rows, variance] = self.room(scratch);
        for (a, &i) in positions.iter().enumerate() {
            for (b, &j) in positions.iter().enumerate() {
                let mut entry = [0.0; LANES];
                if i < k && j < k {
                    entry = of_rows((&rows[i * k..], &rows[j * k..]), k, &variance[0]);
                } else if i == j {
                    for l in 0..LANES {
                        entry[l] = found.std_errors[k][l] * found.std_errors[k][l];
                    }
                }
                out.covariance[a * m + b] = entry;
            }
        }
        out.multipliers = self.effects.multipliers();
    }
}
