//! The log-likelihood in (ρ, λ, s = Tφ), β and σ² concentrated out, and its second derivatives in
//! all parameters.
//!
//! Every part is a quadratic form q = θ'Sθ of the columns (y, Wy, X) with θ = (1, −ρ, −γ), S their
//! cross-products within units plus those between: so are its derivatives, exactly. The columns y
//! and Wy are what least squares on X leaves of them and X is an orthonormal basis: no digits are lost
//! to a large fitted part or to collinear regressors.

use super::between::{Between, Jet2};
use super::columns::parts;
use super::{Spatial, error_components};
use crate::estimator::gram::FilteredGram;
use crate::estimator::transform::demean;
use crate::estimator::{FitError, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::model::{Effects, ErrorComponents};
use crate::weights::spectrum::Spectrum;

/// The likelihood of a problem, whose sample has its unit means.
#[derive(Debug)]
pub(super) struct Likelihood<'a> {
    within: FilteredGram,
    between: Between<'a>,
    spectrum: &'a Spectrum,
    spatial: Spatial,
    n: f64,
    periods: f64,
    /// Columns of X with a coefficient; after the constant that stands for the mean of period
    /// effects, where there are such.
    slopes: usize,
}

/// Value and derivatives at a point; parameters in the order ρ, λ, s.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub loglik: f64,
    pub score: [f64; 3],
    /// Second derivatives with all others concentrated out.
    pub curvature: [[f64; 3]; 3],
    pub sigma2: f64,
    /// Coefficients of the columns of X, beside those of the least-squares start.
    pub gamma: Vec<f64>,
    /// Minus the second derivatives in (γ, ρ, λ, s, σ²).
    pub information: Matrix,
}

impl<'a> Likelihood<'a> {
    pub(super) fn new(
        problem: &Problem<'a>,
        space: &ColumnSpace,
        spatial: Spatial,
        components: Option<ErrorComponents>,
    ) -> Result<Self, FitError> {
        let (n, weights, effects) = (problem.n_units(), problem.weights, problem.model.effects);
        let y = problem.within(&problem.sample.y);
        let left = space.residual(&y);
        if dot(&left, &left) <= 1e-24 * dot(&y, &y) || y.iter().all(|v| *v == 0.0) {
            return Err(FitError::PerfectFit);
        }
        let mut columns = vec![left];
        if spatial.lag {
            columns.push(space.residual(&problem.within_lag(&problem.sample.y)));
        }
        if effects.has_time() {
            columns.push(vec![1.0; problem.n()]);
        }
        columns.extend((0..space.rank()).map(|j| space.q.col(j).iter().copied().collect()));
        let (means, within): (Vec<_>, Vec<_>) = columns.iter().map(|c| parts(c, n)).unzip();
        let lag = |of: &[Vec<f64>]| -> Vec<Vec<f64>> {
            of.iter()
                .map(|v| if spatial.error { weights.lag(v) } else { vec![0.0; v.len()] })
                .collect()
        };
        let components = components.unwrap_or_else(|| error_components(problem.model, spatial));
        let lags_of_means = lag(&means);
        let between =
            Between::new((&means, &lags_of_means), problem.n_periods(), (components, weights))?;
        Ok(Self {
            within: within_gram(problem, within, &lag),
            between,
            spectrum: weights.spectrum().ok_or(FitError::NoSpectrum)?,
            spatial,
            n: problem.n() as f64,
            periods: problem.n_periods() as f64,
            slopes: space.rank(),
        })
    }

    /// Coefficients in front of those of X: that of the mean of period effects.
    pub(super) fn nuisance(&self) -> usize {
        self.columns() - 1 - usize::from(self.spatial.lag) - self.slopes
    }

    fn columns(&self) -> usize {
        self.within.columns()
    }

    /// Everything at (ρ, λ, s); a parameter that the model has not is to be 0. `None` where a matrix
    /// cannot be inverted.
    pub(super) fn at(&self, rho: f64, lambda: f64, s: f64) -> Option<Point> {
        let w = self.within.at(lambda);
        let (b, log_det) = self.between.at(lambda, s)?;
        let sum = |a: &Matrix, b: &Matrix| {
            Matrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] + b[(i, j)])
        };
        let forms = Jet2 {
            value: sum(&w.value, &b.value),
            by_lambda: sum(&w.first, &b.by_lambda),
            by_lambda_twice: sum(&w.second, &b.by_lambda_twice),
            ..b
        };
        self.solved(&forms, &log_det, (rho, lambda))
    }

    fn solved(
        &self,
        s: &Jet2<Matrix>,
        log_det: &Jet2<f64>,
        (rho, lambda): (f64, f64),
    ) -> Option<Point> {
        let (m, first) = (self.columns(), 1 + usize::from(self.spatial.lag));
        let k = m - first;
        let block = Matrix::from_fn(k, k, |i, j| s.value[(first + i, first + j)]);
        let inverse = if k == 0 { block.clone() } else { spd_inverse(&block)? };
        let right: Vec<f64> = (0..k)
            .map(|i| {
                let lag = if self.spatial.lag { rho * s.value[(first + i, 1)] } else { 0.0 };
                s.value[(first + i, 0)] - lag
            })
            .collect();
        let apply = |v: &[f64]| -> Vec<f64> {
            (0..k).map(|i| (0..k).map(|j| inverse[(i, j)] * v[j]).sum()).collect()
        };
        let gamma = apply(&right);
        let mut theta = vec![1.0];
        if self.spatial.lag {
            theta.push(-rho);
        }
        theta.extend(gamma.iter().map(|g| -g));
        let times = |a: &Matrix| -> Vec<f64> {
            (0..m).map(|i| (0..m).map(|j| a[(i, j)] * theta[j]).sum()).collect()
        };
        let (v, v_l, v_s) = (times(&s.value), times(&s.by_lambda), times(&s.by_s));
        let q = dot(&theta, &v);
        let sigma2 = q / self.n;
        let form = |a: &Matrix| dot(&theta, &times(a));

        // Derivatives of q in ρ, λ, s: first, second, and mixed with γ.
        let of_lag = |v: &[f64]| if self.spatial.lag { -2.0 * v[1] } else { 0.0 };
        let slope = [of_lag(&v), dot(&theta, &v_l), dot(&theta, &v_s)];
        let both = form(&s.by_both);
        let lag_lag = if self.spatial.lag { 2.0 * s.value[(1, 1)] } else { 0.0 };
        let second = [
            [lag_lag, of_lag(&v_l), of_lag(&v_s)],
            [of_lag(&v_l), form(&s.by_lambda_twice), both],
            [of_lag(&v_s), both, form(&s.by_s_twice)],
        ];
        let with_gamma = |p: usize, i: usize| match p {
            0 if self.spatial.lag => 2.0 * s.value[(first + i, 1)],
            0 => 0.0,
            1 => -2.0 * v_l[first + i],
            _ => -2.0 * v_s[first + i],
        };
        let (t, g) = (self.periods, self.spectrum);
        let (mut det, mut det_second) = ([0.0; 3], [[0.0; 3]; 3]);
        let mut value = -0.5 * log_det.value;
        if self.spatial.lag {
            value += t * g.log_det(rho);
            det[0] = -t * g.trace_g(rho);
            det_second[0][0] = -t * g.trace_gg(rho);
        }
        if self.spatial.error {
            value += t * g.log_det(lambda);
            det[1] = -t * g.trace_g(lambda) - 0.5 * log_det.by_lambda;
            det_second[1][1] = -t * g.trace_gg(lambda) - 0.5 * log_det.by_lambda_twice;
        }
        det[2] = -0.5 * log_det.by_s;
        det_second[1][2] = -0.5 * log_det.by_both;
        det_second[2][1] = det_second[1][2];
        det_second[2][2] = -0.5 * log_det.by_s_twice;

        let score: [f64; 3] = std::array::from_fn(|p| det[p] - slope[p] / (2.0 * sigma2));
        let p_sigma: [f64; 3] = std::array::from_fn(|p| slope[p] / (2.0 * sigma2 * sigma2));
        let sigma_sigma = -self.n / (2.0 * sigma2 * sigma2);
        let hessian = |p: usize, r: usize| det_second[p][r] - second[p][r] / (2.0 * sigma2);
        let mixed: Vec<Vec<f64>> =
            (0..3).map(|p| (0..k).map(|i| with_gamma(p, i)).collect()).collect();
        let solved: Vec<Vec<f64>> = mixed.iter().map(|v| apply(v)).collect();
        // H_pγ = −(∂²q)/2σ², H_γγ = −S_xx/σ²: H_pγH_γγ⁻¹H_γr = −mixed'S⁻¹mixed/4σ².
        let curvature = std::array::from_fn(|p| {
            std::array::from_fn(|r| {
                hessian(p, r) + dot(&mixed[p], &solved[r]) / (4.0 * sigma2)
                    - p_sigma[p] * p_sigma[r] / sigma_sigma
            })
        });
        let mut information = Matrix::zeros(k + 4, k + 4);
        for i in 0..k {
            for j in 0..k {
                information[(i, j)] = block[(i, j)] / sigma2;
            }
        }
        for p in 0..3 {
            for i in 0..k {
                information[(i, k + p)] = mixed[p][i] / (2.0 * sigma2);
                information[(k + p, i)] = information[(i, k + p)];
            }
            for r in 0..3 {
                information[(k + p, k + r)] = -hessian(p, r);
            }
            information[(k + p, k + 3)] = -p_sigma[p];
            information[(k + 3, k + p)] = -p_sigma[p];
        }
        information[(k + 3, k + 3)] = -sigma_sigma;
        let constant = -0.5 * self.n * ((2.0 * std::f64::consts::PI * sigma2).ln() + 1.0);
        Some(Point { loglik: constant + value, score, curvature, sigma2, gamma, information })
    }
}

/// Lags of columns.
type Lag<'a> = &'a dyn Fn(&[Vec<f64>]) -> Vec<Vec<f64>>;

/// Cross-products within units, period effects taken out of them.
fn within_gram(problem: &Problem<'_>, mut within: Vec<Vec<f64>>, lag: Lag<'_>) -> FilteredGram {
    let mut lags = lag(&within);
    if !problem.model.effects.has_time() {
        return FilteredGram::new(&within, &lags, None);
    }
    if problem.weights.common_row_sum().is_none() {
        return FilteredGram::new(&within, &lags, Some(&problem.weights.row_sums()));
    }
    // The filter makes a multiple of itself of the dummy of a period.
    for column in within.iter_mut().chain(&mut lags) {
        demean(column, problem.n_units(), Effects::Time);
    }
    FilteredGram::new(&within, &lags, None)
}
