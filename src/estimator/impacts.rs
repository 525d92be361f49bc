//! Direct, indirect and total effects of regressors in models with a spatial lag or Durbin terms.
//!
//! A change of x_k moves y by M = (I − ρW)⁻¹(β_k I + θ_k W), θ_k the coefficient of the Durbin term
//! Wx_k, zero without one. The direct effect is the average of M's diagonal, the total effect that
//! of its row sums, the indirect effect the difference (LeSage & Pace 2009, section 2.7; Elhorst
//! 2014, section 2.7.2):
//!
//! ```text
//! direct   β D + θ D₁,  D = tr (I − ρW)⁻¹/N = 1 + ρ tr G/N,   D₁ = tr (I − ρW)⁻¹W/N = tr G/N
//! total    β S + θ S₁,  S = 1'(I − ρW)⁻¹1/N,                  S₁ = 1'(I − ρW)⁻¹W1/N
//! ```
//!
//! Without a spatial lag ρ = 0: D = S = 1, D₁ = 0 and S₁ is the mean row sum of W.
//!
//! Standard errors by the delta method with the covariance of (β_k, θ_k, ρ):
//! ∂D/∂ρ = tr (I − ρW)⁻¹G/N = (tr G + ρ tr GG)/N, ∂D₁/∂ρ = tr GG/N,
//! ∂S/∂ρ = 1'(I − ρW)⁻¹W(I − ρW)⁻¹1/N, ∂S₁/∂ρ = 1'(I − ρW)⁻¹W(I − ρW)⁻¹W1/N. Traces are exact.

use super::Problem;
use super::dynamic::Dynamics;
use super::inference::estimates;
use crate::math::Matrix;
use crate::math::dual::Dual;
use crate::model::{Impact, Regressor, Term};
use crate::outcome::{Estimate, Fit};
use crate::weights::Weights;

/// What coefficients are multiplied with in effects, each with its derivative in ρ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multipliers {
    /// D
    pub direct: Dual,
    /// S
    pub total: Dual,
    /// D₁, of Durbin terms.
    pub direct_of_neighbours: Dual,
    /// S₁, of Durbin terms.
    pub total_of_neighbours: Dual,
}

impl Multipliers {
    /// Those at ρ; `None` when W has no spectrum.
    pub fn at(weights: &Weights, rho: f64) -> Option<Self> {
        let spectrum = weights.spectrum()?;
        let n = weights.n() as f64;
        let (g, gg) = (spectrum.trace_g(rho), spectrum.trace_gg(rho));
        let totals = Totals::at(weights, rho);
        Some(Self {
            direct: Dual { value: 1.0 + rho * g / n, slope: (g + rho * gg) / n },
            total: totals.own,
            direct_of_neighbours: Dual { value: g / n, slope: gg / n },
            total_of_neighbours: totals.of_neighbours,
        })
    }

    /// Those of a model with Durbin terms and no spatial lag.
    pub fn without_lag(weights: &Weights) -> Self {
        let n = weights.n() * weights.matrices();
        let mean_row_sum = weights.lag(&vec![1.0; n]).iter().sum::<f64>() / n as f64;
        Self {
            direct: Dual::constant(1.0),
            total: Dual::constant(1.0),
            direct_of_neighbours: Dual::constant(0.0),
            total_of_neighbours: Dual::constant(mean_row_sum),
        }
    }

    /// Those at a fit; `None` when its model has neither a spatial lag nor Durbin terms.
    pub fn of(weights: &Weights, fit: &Fit) -> Option<Self> {
        if let Some(rho) = fit.estimates.iter().find(|e| e.term == Term::Rho) {
            return Self::at(weights, rho.value);
        }
        let durbin = |e: &Estimate| matches!(&e.term, Term::Variable(r) if r.is_of_neighbours());
        fit.estimates.iter().any(durbin).then(|| Self::without_lag(weights))
    }

    /// What a unit's own regressor is multiplied with in one kind of effect.
    pub fn get(&self, impact: Impact) -> Dual {
        kind(impact, self.direct, self.total)
    }

    /// What its Durbin term is multiplied with.
    pub fn of_neighbours(&self, impact: Impact) -> Dual {
        kind(impact, self.direct_of_neighbours, self.total_of_neighbours)
    }
}

fn kind(impact: Impact, direct: Dual, total: Dual) -> Dual {
    match impact {
        Impact::Direct => direct,
        Impact::Indirect => total - direct,
        Impact::Total => total,
        Impact::LongRunDirect | Impact::LongRunIndirect | Impact::LongRunTotal => {
            Dual::constant(f64::NAN)
        }
    }
}

/// S and S₁.
#[derive(Debug, Clone, Copy)]
pub(super) struct Totals {
    pub own: Dual,
    pub of_neighbours: Dual,
}

impl Totals {
    /// At ρ. Powers of W and (I − ρW)⁻¹ commute. Of a matrix for each period, the mean over periods.
    pub(super) fn at(weights: &Weights, rho: f64) -> Self {
        let n = weights.n() * weights.matrices();
        let filter = weights.filter(rho);
        let once = filter.resolve(&vec![1.0; n]);
        let lag = weights.lag(&once);
        let twice = filter.resolve(&lag);
        let mean = |v: &[f64]| v.iter().sum::<f64>() / n as f64;
        Self {
            own: Dual { value: mean(&once), slope: mean(&twice) },
            of_neighbours: Dual { value: mean(&lag), slope: mean(&weights.lag(&twice)) },
        }
    }
}

/// Where the coefficients of a regressor with effects stand among the terms of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The regressor, the unit's own.
    pub regressor: Regressor,
    /// Its coefficient β; `None` where only its Durbin term is in the model.
    pub own: Option<usize>,
    /// The coefficient θ of its Durbin term.
    pub of_neighbours: Option<usize>,
}

/// The regressors that have effects, in the order of their first term: all but lags of the
/// response, which pass effects on and are none, and unit means, which do not change in a period. Empty for a model with neither a spatial lag nor
/// Durbin terms.
pub fn places<'t>(
    terms: impl Iterator<Item = &'t Term> + Clone,
    response: &crate::ident::VarName,
) -> Vec<Place> {
    let durbin = |t: &Term| matches!(t, Term::Variable(r) if r.is_of_neighbours());
    if !terms.clone().any(|t| *t == Term::Rho || durbin(t)) {
        return Vec::new();
    }
    let mut places: Vec<Place> = Vec::new();
    for (at, term) in terms.enumerate() {
        let Term::Variable(r) = term else { continue };
        if r.variable == *response || r.is_unit_mean() {
            continue;
        }
        let regressor = Regressor::new(r.variable.clone(), r.lag);
        let known = places.iter().position(|p| p.regressor == regressor);
        let place = known.unwrap_or_else(|| {
            places.push(Place { regressor, own: None, of_neighbours: None });
            places.len() - 1
        });
        let slot = &mut places[place];
        if r.is_of_neighbours() { slot.of_neighbours = Some(at) } else { slot.own = Some(at) }
    }
    places
}

/// The effects of every regressor of `fit`, grouped by kind: all direct ones, then all indirect
/// ones, then all total ones; then those in the long run of a dynamic model that is stable. Empty when its model has neither a spatial lag nor Durbin terms.
pub fn impacts(problem: &Problem<'_>, fit: &Fit) -> Vec<Estimate> {
    let Some(multipliers) = Multipliers::of(problem.weights, fit) else { return Vec::new() };
    let at_rho = fit.estimates.iter().position(|e| e.term == Term::Rho);
    let places = places(fit.estimates.iter().map(|e| &e.term), &problem.sample.response);
    let mut terms = Vec::new();
    let mut values = Vec::new();
    let mut variances = Vec::new();
    for impact in Impact::ALL {
        for place in &places {
            let (value, gradient) =
                effect(&multipliers, impact, place, at_rho, |j| fit.estimates[j].value);
            let variance = quadratic(&gradient, |i, j| fit.covariance[i][j]);
            terms.push(Term::Impact(impact, place.regressor.clone()));
            values.push(value);
            variances.push(variance);
        }
    }
    let long_run = Dynamics::of(problem.model, fit).and_then(|d| d.long_run(problem.weights));
    if let Some(long_run) = long_run {
        for impact in Impact::LONG_RUN {
            for place in &places {
                let coefficients = (place.own, place.of_neighbours);
                let (value, gradient) =
                    long_run.effect(impact, coefficients, |j| fit.estimates[j].value);
                terms.push(Term::Impact(impact, place.regressor.clone()));
                values.push(value);
                variances.push(quadratic(&gradient, |i, j| fit.covariance[i][j]));
            }
        }
    }
    let p = terms.len();
    let covariance = Matrix::from_fn(p, p, |i, j| if i == j { variances[i] } else { 0.0 });
    estimates(&terms, &values, &covariance, &fit.inference)
}

/// g'Vg
pub(super) fn quadratic(
    gradient: &[(usize, f64)],
    covariance: impl Fn(usize, usize) -> f64,
) -> f64 {
    let mut sum = 0.0;
    for (from, &(i, a)) in gradient.iter().enumerate() {
        sum += a * a * covariance(i, i);
        for &(j, b) in &gradient[from + 1..] {
            sum += 2.0 * a * b * covariance(i, j);
        }
    }
    sum
}

/// An effect, and its derivative in each parameter that it moves with.
pub fn effect(
    multipliers: &Multipliers,
    impact: Impact,
    place: &Place,
    at_rho: Option<usize>,
    parameter: impl Fn(usize) -> f64,
) -> (f64, Vec<(usize, f64)>) {
    let of = [
        (place.own, multipliers.get(impact)),
        (place.of_neighbours, multipliers.of_neighbours(impact)),
    ];
    let mut gradient = Vec::new();
    let (mut value, mut by_rho) = (0.0, 0.0);
    for (at, multiplier) in of {
        let Some(at) = at else { continue };
        value += parameter(at) * multiplier.value;
        by_rho += parameter(at) * multiplier.slope;
        gradient.push((at, multiplier.value));
    }
    gradient.extend(at_rho.map(|at| (at, by_rho)));
    (value, gradient)
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
        let total = Totals::at(&w, rho).own;
        assert!((total.value - 1.0 / (1.0 - rho)).abs() < 1e-14);
        assert!((total.slope - 1.0 / (1.0 - rho).powi(2)).abs() < 1e-13);
        // d/dρ 1/(1 − ρ²) = 2ρ/(1 − ρ²)².
        let slope = (s.trace_g(rho) + rho * s.trace_gg(rho)) / 2.0;
        assert!((slope - 2.0 * rho / (1.0 - rho * rho).powi(2)).abs() < 1e-13);
    }
}
