//! The score as a sum of pieces, one an observation.
//!
//! The score of a spatial model is linear and quadratic in the errors, b'e + e'Ae − σ² tr A. Its
//! terms by observation, e_i(Ae)_i, are not uncorrelated: e_ie_j stands in that of i and in that
//! of j. Ordered by unit within a period, these are, with mean zero given the errors before:
//!
//! ```text
//! g_i = b_i e_i + a_ii (e_i² − σ²) + e_i Σ_{j<i} (a_ij + a_ji) e_j
//! ```
//!
//! so that Σgg' estimates the variance of the score (Baltagi & Yang 2013, section 3; Yang 2018).
//! Errors are taken for the innovations of the fit: each sum of pieces is the score there, zero.

use super::{Estimated, Problem};
use crate::math::Matrix;

/// An estimator whose score is known in pieces.
pub trait Scored: Sync {
    /// For each estimate of the fit the N·T pieces of its score, by position.
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>>;

    /// The score at any values of the parameters, in the order of the fit's estimates, effects
    /// concentrated out; `None` of an estimator that maximises no likelihood.
    fn score_at(&self, _problem: &Problem<'_>, _theta: &[f64]) -> Option<Vec<f64>> {
        None
    }

    /// What the score of each estimate is made of at the fit, by position.
    fn forms(&self, _problem: &Problem<'_>, _at: &Estimated) -> Option<Vec<Form>> {
        None
    }
}

/// A score b'e + e'Ae − σ² tr A, A the same in every period or one for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// b, N·T
    pub linear: Vec<f64>,
    /// Diagonal of A, N, or N·T of one for each period
    pub diagonal: Vec<f64>,
}

impl Form {
    /// That of a coefficient: b = x/σ².
    pub fn of_coefficient(x: &[f64], units: usize, sigma2: f64) -> Self {
        let linear = x.iter().map(|x| x / sigma2).collect();
        Self { linear, diagonal: vec![0.0; units] }
    }

    /// That of a spatial parameter: b/σ² and A/σ².
    pub fn of_spatial(a: &[Matrix], b: &[f64], sigma2: f64) -> Self {
        let linear = b.iter().map(|b| b / sigma2).collect();
        let diagonal = |a: &Matrix| (0..a.nrows()).map(|i| a[(i, i)] / sigma2).collect::<Vec<_>>();
        Self { linear, diagonal: a.iter().flat_map(diagonal).collect() }
    }

    /// That of the variance: A = I/2σ⁴.
    pub fn of_variance(units: usize, observations: usize, sigma2: f64) -> Self {
        let diagonal = vec![0.5 / (sigma2 * sigma2); units];
        Self { linear: vec![0.0; observations], diagonal }
    }
}

/// (e'e/σ² − n)/2σ²: the score of the variance.
pub fn variance_score(e: &[f64], sigma2: f64) -> f64 {
    let ssr: f64 = e.iter().map(|e| e * e).sum();
    (ssr / sigma2 - e.len() as f64) / (2.0 * sigma2)
}

/// x_i e_i/σ²: of the coefficient of x, effects removed from x and filtered as the response is.
pub fn of_coefficient(x: &[f64], e: &[f64], sigma2: f64) -> Vec<f64> {
    x.iter().zip(e).map(|(x, e)| x * e / sigma2).collect()
}

/// (e_i² − σ²)/2σ⁴: of the variance.
pub fn of_variance(e: &[f64], sigma2: f64) -> Vec<f64> {
    e.iter().map(|e| (e * e - sigma2) / (2.0 * sigma2 * sigma2)).collect()
}

/// g_i/σ² with A, N × N, the same in every period or one for each, and b over all N·T.
pub fn of_spatial(a: &[Matrix], b: &[f64], e: &[f64], sigma2: f64) -> Vec<f64> {
    let n = a.first().map_or(1, Matrix::nrows);
    let mut pieces = Vec::with_capacity(e.len());
    for ((e, b), a) in e.chunks_exact(n).zip(b.chunks_exact(n)).zip(a.iter().cycle()) {
        for i in 0..n {
            let before: f64 = (0..i).map(|j| (a[(i, j)] + a[(j, i)]) * e[j]).sum();
            let diagonal = a[(i, i)] * (e[i] * e[i] - sigma2);
            pieces.push((b[i] * e[i] + diagonal + e[i] * before) / sigma2);
        }
    }
    pieces
}

/// e'e/n.
pub fn mean_square(e: &[f64]) -> f64 {
    e.iter().map(|e| e * e).sum::<f64>() / e.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_by_hand() {
        // A = (1 2; 3 4), b = 1, e = (2, −1 | 0, 3), σ² = 1:
        // 2 + (4 − 1) = 5, −1 + 4·0 − 5·2 = −11 | −1, 3 + 4·8 = 35.
        let a = [Matrix::from_fn(2, 2, |i, j| (2 * i + j + 1) as f64)];
        let e = [2.0, -1.0, 0.0, 3.0];
        assert_eq!(of_spatial(&a, &[1.0; 4], &e, 1.0), [5.0, -11.0, -1.0, 35.0]);
        // b'e + e'Ae − σ² T tr A = 4 + (4 − 2·5 + 4) + 36 − 10.
        assert_eq!(of_spatial(&a, &[1.0; 4], &e, 1.0).iter().sum::<f64>(), 28.0);
        assert_eq!(of_coefficient(&[1.0, 2.0, 3.0, 4.0], &e, 2.0), [1.0, -1.0, 0.0, 6.0]);
        assert_eq!(of_variance(&e, 2.0), [0.25, -0.125, -0.25, 0.875]);
        assert_eq!(mean_square(&e), 3.5);
    }
}
