//! Direct, indirect and total effects of a spatial lag model.
//!
//! A change of x_k moves y by M = β_k (I − ρW)⁻¹. The direct effect is the average of M's diagonal,
//! the total effect that of its row sums, the indirect effect the difference (LeSage & Pace 2009,
//! section 2.7):
//!
//! ```text
//! direct   β D,  D = tr (I − ρW)⁻¹ / N = 1 + ρ tr G / N
//! total    β S,  S = 1'(I − ρW)⁻¹1 / N            (1/(1 − ρ) when rows sum to 1)
//! ```
//!
//! Standard errors by the delta method with the covariance of (β_k, ρ):
//! ∂D/∂ρ = tr (I − ρW)⁻¹G / N = (tr G + ρ tr GG)/N, ∂S/∂ρ = 1'(I − ρW)⁻¹W(I − ρW)⁻¹1 / N.
//! Traces are exact.

use super::inference::estimates;
use crate::math::Matrix;
use crate::math::dual::Dual;
use crate::model::{Impact, Term};
use crate::outcome::{Estimate, Fit, Reference};
use crate::weights::Weights;

/// The multipliers of a coefficient, each with its derivative in ρ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multipliers {
    /// D
    pub direct: Dual,
    /// S
    pub total: Dual,
}

impl Multipliers {
    /// D and S at ρ; `None` when W has no spectrum.
    pub fn at(weights: &Weights, rho: f64) -> Option<Self> {
        let spectrum = weights.spectrum()?;
        let n = weights.n() as f64;
        let (g, gg) = (spectrum.trace_g(rho), spectrum.trace_gg(rho));
        let direct = Dual { value: 1.0 + rho * g / n, slope: (g + rho * gg) / n };
        Some(Self { direct, total: total(weights, rho) })
    }

    /// D and S at the ρ of a fit; `None` when it has none.
    pub fn of(weights: &Weights, fit: &Fit) -> Option<Self> {
        let rho = fit.estimates.iter().find(|e| e.term == Term::Rho)?;
        Self::at(weights, rho.value)
    }

    /// The multiplier of one kind of effect.
    pub fn get(&self, impact: Impact) -> Dual {
        match impact {
            Impact::Direct => self.direct,
            Impact::Indirect => self.total - self.direct,
            Impact::Total => self.total,
        }
    }
}

/// The effects of every regressor of `fit`, grouped by kind: all direct ones, then all indirect
/// ones, then all total ones. Empty when the fit has no ρ.
pub fn impacts(weights: &Weights, fit: &Fit) -> Vec<Estimate> {
    let position = |term: &Term| fit.estimates.iter().position(|e| e.term == *term);
    let (Some(at_rho), Some(multipliers)) = (position(&Term::Rho), Multipliers::of(weights, fit))
    else {
        return Vec::new();
    };
    let mut terms = Vec::new();
    let mut values = Vec::new();
    let mut variances = Vec::new();
    for impact in Impact::ALL {
        let multiplier = multipliers.get(impact);
        for (k, estimate) in fit.estimates.iter().enumerate() {
            let Term::Variable(regressor) = &estimate.term else { continue };
            // Gradient in (β_k, ρ).
            let (by_beta, by_rho) = (multiplier.value, estimate.value * multiplier.slope);
            let c = |i: usize, j: usize| fit.covariance[i][j];
            let variance = by_beta * by_beta * c(k, k)
                + 2.0 * by_beta * by_rho * c(k, at_rho)
                + by_rho * by_rho * c(at_rho, at_rho);
            terms.push(Term::Impact(impact, regressor.clone()));
            values.push(estimate.value * multiplier.value);
            variances.push(variance);
        }
    }
    let p = terms.len();
    let covariance = Matrix::from_fn(p, p, |i, j| if i == j { variances[i] } else { 0.0 });
    estimates(&terms, &values, &covariance, &Reference::Normal)
}

fn total(weights: &Weights, rho: f64) -> Dual {
    let n = weights.n();
    let ones = vec![1.0; n];
    let filter = weights.filter(rho);
    let once = filter.resolve(&ones);
    let twice = filter.resolve(&weights.lag(&once));
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n as f64;
    Dual { value: mean(&once), slope: mean(&twice) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    #[test]
    fn multipliers_of_a_pair_by_hand() {
        // Two units that are each other's neighbour: (I − ρW)⁻¹ = [[1, ρ], [ρ, 1]]/(1 − ρ²).
        let w =
            Weights::new(&units(2), &undirected(2, &[(0, 1)]), Normalisation::Row).expect("links");
        let rho: f64 = 0.5;
        let s = w.spectrum().expect("two eigenvalues");
        let direct = 1.0 + rho * s.trace_g(rho) / 2.0;
        assert!((direct - 1.0 / (1.0 - rho * rho)).abs() < 1e-14);
        let total = total(&w, rho);
        assert!((total.value - 1.0 / (1.0 - rho)).abs() < 1e-14);
        assert!((total.slope - 1.0 / (1.0 - rho).powi(2)).abs() < 1e-13);
        // d/dρ 1/(1 − ρ²) = 2ρ/(1 − ρ²)².
        let slope = (s.trace_g(rho) + rho * s.trace_gg(rho)) / 2.0;
        assert!((slope - 2.0 * rho / (1.0 - rho * rho).powi(2)).abs() < 1e-13);
    }
}
