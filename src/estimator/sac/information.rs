//! Expected information, and what it is made of.
//!
//! Of transformed data (Lee & Yu 2010), F'ĜF and F'HF stand in the place of Ĝ and H, F F' = E = I − 11'/N:
//! F'Ĝ = F'ĜFF' where the rows of W₁ and W₂ sum to 1, so that tr F'ĜFF'HF = tr(EĜEH) and
//! tr (F'ĜF)'F'HF = tr(Ĝ'EH): traces are those of EĜ and EH.

use super::surface::Surface;
use crate::estimator::Problem;
use crate::estimator::sem::Dummies;
use crate::math::Matrix;
use crate::math::linalg::{Lu, dot};
use crate::model::LagOrder;

/// Expected information of (γ, ρ, λ, σ²), γ the coordinates of Xβ in the basis of the surface.
pub(super) fn information(
    problem: &Problem<'_>,
    surface: &Surface<'_>,
    block: &Matrix,
    ([rho, lambda], sigma2, g): ([f64; 2], f64, &[f64]),
) -> Matrix {
    let frame = &surface.frames[0];
    let (k, t) = (block.nrows(), frame.periods());
    let Operators { mut lag, mut error } = Operators::at(problem, rho, lambda);
    if frame.is_without_one() {
        demean_columns(&mut lag);
        demean_columns(&mut error);
    }
    let basis = surface.filtered_basis(lambda);
    let mut info = Matrix::zeros(k + 3, k + 3);
    let mut put = |i: usize, j: usize, value: f64| {
        info[(i, j)] = value;
        info[(j, i)] = value;
    };
    for i in 0..k {
        for j in i..k {
            put(i, j, block[(i, j)] / sigma2);
        }
        put(i, k, dot(&basis[i], g) / sigma2);
    }
    let (r, l, s) = (k, k + 1, k + 2);
    put(r, r, dot(g, g) / sigma2 + t * (trace_of_product(&lag, &lag) + inner(&lag, &lag)));
    put(r, l, t * (trace_of_product(&error, &lag) + inner(&error, &lag)));
    put(l, l, t * (trace_of_product(&error, &error) + inner(&error, &error)));
    put(r, s, t * trace(&lag) / sigma2);
    put(l, s, t * trace(&error) / sigma2);
    put(s, s, frame.observations() as f64 / (2.0 * sigma2 * sigma2));
    info
}

/// Ĝ and H.
pub(super) struct Operators {
    pub(super) lag: Matrix,
    pub(super) error: Matrix,
}

impl Operators {
    pub(super) fn at(problem: &Problem<'_>, rho: f64, lambda: f64) -> Self {
        let g = problem.weights.resolvent(rho);
        let error = problem.error_weights.resolvent(lambda);
        // Functions of one matrix commute.
        let lag = if problem.has_own_error_weights() {
            let n = g.nrows();
            let w = problem.error_weights.dense();
            let b = Matrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - lambda * w[(i, j)]);
            // BGB⁻¹ = (B'⁻¹(BG)')'.
            let transposed = (&b * &g).transpose().to_owned();
            let solved = Lu::new(&b).solve_transposed(&transposed);
            solved.transpose().to_owned()
        } else {
            g
        };
        Self { lag, error }
    }
}

/// A ↦ EA.
fn demean_columns(a: &mut Matrix) {
    let n = a.nrows();
    for j in 0..n {
        let mean = (0..n).map(|i| a[(i, j)]).sum::<f64>() / n as f64;
        (0..n).for_each(|i| a[(i, j)] -= mean);
    }
}

/// Σ a_ij b_ji.
fn trace_of_product(a: &Matrix, b: &Matrix) -> f64 {
    let n = a.nrows();
    (0..n).map(|j| (0..n).map(|i| a[(i, j)] * b[(j, i)]).sum::<f64>()).sum()
}

/// Σ a_ij b_ij.
fn inner(a: &Matrix, b: &Matrix) -> f64 {
    let n = a.nrows();
    (0..n).map(|j| (0..n).map(|i| a[(i, j)] * b[(i, j)]).sum::<f64>()).sum()
}

fn trace(a: &Matrix) -> f64 {
    (0..a.nrows()).map(|i| a[(i, i)]).sum()
}

/// g, the mean of BW₁y with effects removed: B(I ⊗ G)(Xβ + effects), or B(I ⊗ G)QXβ by the other
/// convention.
pub(super) fn mean_lag(
    problem: &Problem<'_>,
    dummies: &Dummies,
    (rho, lambda): (f64, f64),
    (systematic, linear): (&[f64], &[f64]),
) -> Vec<f64> {
    let lagged = |v: &[f64]| problem.weights.lag(&problem.weights.resolve(rho, v));
    match problem.model.lag_order {
        LagOrder::LagThenDemean => {
            dummies.filtered(&problem.of_errors(), lambda, &lagged(systematic))
        }
        LagOrder::DemeanThenLag => filter(problem, lambda, &lagged(&problem.within(linear))),
    }
}

/// v − λW₂v.
pub(super) fn filter(problem: &Problem<'_>, lambda: f64, v: &[f64]) -> Vec<f64> {
    let lag = problem.error_weights.lag(v);
    v.iter().zip(&lag).map(|(v, l)| v - lambda * l).collect()
}
