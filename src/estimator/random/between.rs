//! What means of units add to the likelihood: T m'C⁻¹m as a matrix over columns, and ln|C|, with
//! their derivatives in λ and s = Tφ.
//!
//! Where C = (1 + s)I everything is a cross-product times a power of 1 + s. With C = I + sBB' and
//! P = C⁻¹, D₀ = BB', D₁ = ∂BB'/∂λ = −(W + W') + 2λWW', D₂ = 2WW', M = M₀ − λM₁ the filtered means,
//! Y = PM and E = −M₁ − sD₁Y:
//!
//! ```text
//! K = M'Y           K_s = −Y'D₀Y       K_ss = 2Y'D₀PD₀Y
//! K_λ = −M₁'Y − Y'M₁ − sY'D₁Y          K_λλ = 2E'PE − sY'D₂Y
//! K_λs = −E'PD₀Y − (E'PD₀Y)' − Y'D₁Y
//! ln|C|:  s: tr PD₀    ss: −tr PD₀PD₀    λ: s tr PD₁    λλ: s tr PD₂ − s² tr PD₁PD₁
//!         λs: tr PD₁ − s tr PD₀PD₁
//! ```

use crate::estimator::FitError;
use crate::estimator::gram::FilteredGram;
use crate::estimator::problem::matrix;
use crate::math::Matrix;
use crate::math::linalg::spd_inverse;
use crate::model::ErrorComponents;
use crate::weights::Weights;

/// A function of (λ, s) with its derivatives.
#[derive(Debug, Clone)]
pub(super) struct Jet2<V> {
    pub value: V,
    pub by_lambda: V,
    pub by_s: V,
    pub by_lambda_twice: V,
    pub by_both: V,
    pub by_s_twice: V,
}

/// The part of the likelihood between units.
#[derive(Debug)]
pub(super) struct Between<'a> {
    form: Form<'a>,
    units: f64,
    periods: f64,
}

#[derive(Debug)]
enum Form<'a> {
    /// C = (1 + s)I
    Alike(FilteredGram),
    /// C = I + sBB'
    Apart { means: Matrix, lags: Matrix, weights: &'a Weights },
}

impl<'a> Between<'a> {
    /// From the means of columns and their lags, N each.
    pub(super) fn new(
        (means, lags): (&[Vec<f64>], &[Vec<f64>]),
        periods: usize,
        (components, weights): (ErrorComponents, &'a Weights),
    ) -> Result<Self, FitError> {
        let units = weights.n();
        let form = match components {
            ErrorComponents::Kkp => Form::Alike(FilteredGram::new(means, lags, None)),
            ErrorComponents::Anselin if units > super::MOST_UNITS => {
                return Err(FitError::TooManyUnits { units, most: super::MOST_UNITS });
            }
            ErrorComponents::Anselin => {
                Form::Apart { means: matrix(means), lags: matrix(lags), weights }
            }
        };
        Ok(Self { form, units: units as f64, periods: periods as f64 })
    }

    /// T m'C⁻¹m over all columns, and ln|C|; `None` where C cannot be inverted.
    pub(super) fn at(&self, lambda: f64, s: f64) -> Option<(Jet2<Matrix>, Jet2<f64>)> {
        let t = self.periods;
        match &self.form {
            Form::Alike(gram) => {
                let (g, o) = (gram.at(lambda), 1.0 / (1.0 + s));
                let forms = Jet2 {
                    value: scaled(&g.value, t * o),
                    by_lambda: scaled(&g.first, t * o),
                    by_s: scaled(&g.value, -t * o * o),
                    by_lambda_twice: scaled(&g.second, t * o),
                    by_both: scaled(&g.first, -t * o * o),
                    by_s_twice: scaled(&g.value, 2.0 * t * o * o * o),
                };
                let log_det = Jet2 {
                    value: self.units * s.ln_1p(),
                    by_lambda: 0.0,
                    by_s: self.units * o,
                    by_lambda_twice: 0.0,
                    by_both: 0.0,
                    by_s_twice: -self.units * o * o,
                };
                Some((forms, log_det))
            }
            Form::Apart { means, lags, weights } => apart(means, lags, weights, (lambda, s), t),
        }
    }
}

fn scaled(m: &Matrix, by: f64) -> Matrix {
    Matrix::from_fn(m.nrows(), m.ncols(), |i, j| by * m[(i, j)])
}

fn plus(a: &Matrix, by: f64, b: &Matrix) -> Matrix {
    Matrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] + by * b[(i, j)])
}

/// tr AB
fn trace_of_product(a: &Matrix, b: &Matrix) -> f64 {
    (0..b.ncols()).map(|j| (0..a.ncols()).map(|i| a[(j, i)] * b[(i, j)]).sum::<f64>()).sum()
}

/// W or W' times the columns of `m`.
fn lagged(weights: &Weights, m: &Matrix, transposed: bool) -> Matrix {
    let columns: Vec<Vec<f64>> = (0..m.ncols())
        .map(|j| {
            let v: Vec<f64> = m.col(j).iter().copied().collect();
            if transposed { weights.lag_transposed(&v) } else { weights.lag(&v) }
        })
        .collect();
    Matrix::from_fn(m.nrows(), m.ncols(), |i, j| columns[j][i])
}

/// D₀V, D₁V and D₂V.
fn products(weights: &Weights, lambda: f64, v: &Matrix) -> [Matrix; 3] {
    let (own, back) = (lagged(weights, v, false), lagged(weights, v, true));
    let both = lagged(weights, &back, false);
    let sum = plus(&own, 1.0, &back);
    let zero = plus(&plus(v, -lambda, &sum), lambda * lambda, &both);
    let first = plus(&scaled(&sum, -1.0), 2.0 * lambda, &both);
    [zero, first, scaled(&both, 2.0)]
}

/// C = I + s(I − λW)(I − λW').
pub(super) fn covariance_of_means(weights: &Weights, lambda: f64, s: f64) -> Matrix {
    let n = weights.n();
    let [zero, _, _] = products(weights, lambda, &Matrix::identity(n, n));
    Matrix::from_fn(n, n, |i, j| {
        f64::from(u8::from(i == j)) + 0.5 * s * (zero[(i, j)] + zero[(j, i)])
    })
}

fn apart(
    means: &Matrix,
    lags: &Matrix,
    weights: &Weights,
    (lambda, s): (f64, f64),
    t: f64,
) -> Option<(Jet2<Matrix>, Jet2<f64>)> {
    let c = covariance_of_means(weights, lambda, s);
    let (log_det, p) = inverse_with_log_det(&c)?;
    let [pd0, pd1, pd2] = products(weights, lambda, &p).map(|m| m.transpose().to_owned());
    let log_det = Jet2 {
        value: log_det,
        by_lambda: s * trace(&pd1),
        by_s: trace(&pd0),
        by_lambda_twice: s * trace(&pd2) - s * s * trace_of_product(&pd1, &pd1),
        by_both: trace(&pd1) - s * trace_of_product(&pd0, &pd1),
        by_s_twice: -trace_of_product(&pd0, &pd0),
    };
    let m = plus(means, -lambda, lags);
    let y = &p * &m;
    let [d0y, d1y, d2y] = products(weights, lambda, &y);
    let e = plus(&scaled(lags, -1.0), -s, &d1y);
    let (pe, pd0y) = (&p * &e, &p * &d0y);
    let (my, yd1y) = (lags.transpose() * &y, y.transpose() * &d1y);
    let cross = e.transpose() * &pd0y;
    let k = m.ncols();
    let of = |f: &dyn Fn(usize, usize) -> f64| {
        Matrix::from_fn(k, k, |i, j| 0.5 * t * (f(i, j) + f(j, i)))
    };
    let (value, ydy) = (m.transpose() * &y, y.transpose() * &d0y);
    let (yd2y, epe, ss) = (y.transpose() * &d2y, e.transpose() * &pe, d0y.transpose() * &pd0y);
    let forms = Jet2 {
        value: of(&|i, j| value[(i, j)]),
        by_lambda: of(&|i, j| -my[(i, j)] - my[(j, i)] - s * yd1y[(i, j)]),
        by_s: of(&|i, j| -ydy[(i, j)]),
        by_lambda_twice: of(&|i, j| 2.0 * epe[(i, j)] - s * yd2y[(i, j)]),
        by_both: of(&|i, j| -cross[(i, j)] - cross[(j, i)] - yd1y[(i, j)]),
        by_s_twice: of(&|i, j| 2.0 * ss[(i, j)]),
    };
    Some((forms, log_det))
}

fn trace(m: &Matrix) -> f64 {
    (0..m.nrows()).map(|i| m[(i, i)]).sum()
}

/// ln|C| and C⁻¹ of a symmetric positive definite matrix.
fn inverse_with_log_det(c: &Matrix) -> Option<(f64, Matrix)> {
    let inverse = spd_inverse(c)?;
    Some((crate::math::linalg::spd_log_det(c)?, inverse))
}
