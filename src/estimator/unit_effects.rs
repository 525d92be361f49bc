//! Effects of each unit: of its own change on itself, of all others' changes on it, of its own
//! change on all others.
//!
//! With M = (I − ρW)⁻¹(β_k I + θ_k W) as in [`impacts`](super::impacts), of unit i (LeSage & Pace
//! 2009, section 2.7.1; Elhorst 2014, section 2.7.2):
//!
//! ```text
//! direct    M_ii
//! received  Σ_{j≠i} M_ij   what reaches i when all others change
//! spread    Σ_{j≠i} M_ji   what i passes on to all others
//! ```
//!
//! Their means over the units are the average direct and indirect effects; received and spread have
//! one mean. Standard errors by the delta method, as there. The diagonals take a solve with
//! (I − ρW) and one with its transpose for each unit; no inverse is held.

use super::Problem;
use super::impacts::{Multipliers, effect, places, quadratic};
use super::inference::estimates;
use crate::math::Matrix;
use crate::math::dual::Dual;
use crate::model::{Impact, Term};
use crate::outcome::{Fit, UnitEffect, UnitEffectKind};
use crate::weights::Weights;

/// Units solved for at once.
const TOGETHER: usize = 32;

/// The effects of every unit and regressor of `fit`: regressors in the order of their first term,
/// units in the order of the sample, kinds in that of [`UnitEffectKind::ALL`]. Empty for a model
/// with neither a spatial lag nor Durbin terms. Where W changes over time, means over the periods.
pub fn unit_effects(problem: &Problem<'_>, fit: &Fit) -> Vec<UnitEffect> {
    let places = places(fit.estimates.iter().map(|e| &e.term), &problem.sample.response);
    if places.is_empty() {
        return Vec::new();
    }
    let at_rho = fit.estimates.iter().position(|e| e.term == Term::Rho);
    let rho = at_rho.map_or(0.0, |at| fit.estimates[at].value);
    let of_units = Own::at(problem.weights, rho);
    let (mut terms, mut values, mut variances, mut labels) = (vec![], vec![], vec![], vec![]);
    for place in &places {
        for (unit, own) in problem.sample.units.as_slice().iter().zip(&of_units) {
            for kind in UnitEffectKind::ALL {
                let (multipliers, impact) = match kind {
                    UnitEffectKind::Direct => (&own.rows, Impact::Direct),
                    UnitEffectKind::Received => (&own.rows, Impact::Indirect),
                    UnitEffectKind::Spread => (&own.columns, Impact::Indirect),
                };
                let (value, gradient) =
                    effect(multipliers, impact, place, at_rho, |j| fit.estimates[j].value);
                terms.push(Term::Variable(place.regressor.clone()));
                values.push(value);
                variances.push(quadratic(&gradient, |i, j| fit.covariance[i][j]));
                labels.push((unit.0.clone(), kind));
            }
        }
    }
    let p = terms.len();
    // One at a time: a covariance of them all would be units squared.
    (0..p)
        .map(|at| {
            let variance = Matrix::from_fn(1, 1, |_, _| variances[at]);
            let (unit, kind) = labels[at].clone();
            let mut one = estimates(&terms[at..=at], &values[at..=at], &variance, &fit.inference);
            UnitEffect { unit, kind, estimate: one.remove(0) }
        })
        .collect()
}

/// What coefficients are multiplied with in the effects of a unit.
#[derive(Debug)]
struct Own {
    /// Own change and others' changes, on the unit.
    rows: Multipliers,
    /// Its own change, on itself and others.
    columns: Multipliers,
}

/// Four functions of ρ, N each: of S⁻¹ and of S⁻¹W, with their derivatives.
struct Parts([Vec<f64>; 4]);

impl Parts {
    fn own(&self, i: usize) -> Dual {
        Dual { value: self.0[0][i], slope: self.0[1][i] }
    }

    fn of_neighbours(&self, i: usize) -> Dual {
        Dual { value: self.0[2][i], slope: self.0[3][i] }
    }

    fn add(&mut self, other: &Self, share: f64) {
        for (sum, part) in self.0.iter_mut().zip(&other.0) {
            sum.iter_mut().zip(part).for_each(|(sum, v)| *sum += share * v);
        }
    }
}

impl Own {
    /// Those of every unit at ρ.
    fn at(weights: &Weights, rho: f64) -> Vec<Self> {
        let n = weights.n();
        let share = 1.0 / weights.matrices() as f64;
        let empty = || Parts(std::array::from_fn(|_| vec![0.0; n]));
        let (mut diagonal, mut rows, mut columns) = (empty(), empty(), empty());
        for t in 0..weights.matrices() {
            let w = weights.of_period(t);
            diagonal.add(&self::diagonal(w, rho), share);
            rows.add(&sums_of_rows(w, rho), share);
            columns.add(&sums_of_columns(w, rho), share);
        }
        let with = |total: &Parts, i: usize| Multipliers {
            direct: diagonal.own(i),
            total: total.own(i),
            direct_of_neighbours: diagonal.of_neighbours(i),
            total_of_neighbours: total.of_neighbours(i),
        };
        (0..n).map(|i| Self { rows: with(&rows, i), columns: with(&columns, i) }).collect()
    }
}

/// S⁻¹1, S⁻¹W1 and, W and S⁻¹ commuting, S⁻¹W times them.
fn sums_of_rows(w: &Weights, rho: f64) -> Parts {
    let filter = w.filter(rho);
    let own = filter.resolve(&vec![1.0; w.n()]);
    let of_neighbours = w.lag(&own);
    let slope = filter.resolve(&of_neighbours);
    let slope_of_neighbours = w.lag(&slope);
    Parts([own, slope, of_neighbours, slope_of_neighbours])
}

/// The same of the transposes.
fn sums_of_columns(w: &Weights, rho: f64) -> Parts {
    let filter = w.filter(rho);
    let own = filter.resolve_transposed(&vec![1.0; w.n()]);
    let of_neighbours = w.lag_transposed(&own);
    let slope = filter.resolve_transposed(&of_neighbours);
    let slope_of_neighbours = w.lag_transposed(&slope);
    Parts([own, slope, of_neighbours, slope_of_neighbours])
}

/// The diagonals of S⁻¹, S⁻¹WS⁻¹, S⁻¹W and S⁻¹WS⁻¹W, from columns x = S⁻¹e_i and rows r = S⁻ᵀe_i:
/// x_i, r'Wx, (Wx)_i and r'W(Wx).
fn diagonal(w: &Weights, rho: f64) -> Parts {
    let n = w.n();
    let filter = w.filter(rho);
    let mut parts = Parts(std::array::from_fn(|_| Vec::with_capacity(n)));
    for first in (0..n).step_by(TOGETHER) {
        let units = first..(first + TOGETHER).min(n);
        let mut e = vec![0.0; n * units.len()];
        for (at, unit) in units.clone().enumerate() {
            e[at * n + unit] = 1.0;
        }
        let (x, r) = (filter.resolve(&e), filter.resolve_transposed(&e));
        let lag = w.lag(&x);
        let twice = w.lag(&lag);
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        for (at, unit) in units.enumerate() {
            let of = at * n..(at + 1) * n;
            parts.0[0].push(x[at * n + unit]);
            parts.0[1].push(dot(&r[of.clone()], &lag[of.clone()]));
            parts.0[2].push(lag[at * n + unit]);
            parts.0[3].push(dot(&r[of.clone()], &twice[of]));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    /// The path a – b – c: (I − ½W)⁻¹ = [[7/6, 2/3, 1/6], [1/3, 4/3, 1/3], [1/6, 2/3, 7/6]].
    #[test]
    fn a_path_by_hand() {
        let links = undirected(3, &[(0, 1), (1, 2)]);
        let w = Weights::new(&units(3), &links, Normalisation::Row).unwrap();
        let own = Own::at(&w, 0.5);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-14, "{a} {b}");
        for (i, direct, sum, spread) in
            [(0, 7.0 / 6.0, 2.0, 10.0 / 6.0), (1, 4.0 / 3.0, 2.0, 8.0 / 3.0)]
        {
            near(own[i].rows.direct.value, direct);
            near(own[i].rows.total.value, sum);
            near(own[i].columns.total.value, spread);
        }
        // S⁻¹W = (S⁻¹ − I)/ρ.
        near(own[1].rows.direct_of_neighbours.value, 2.0 / 3.0);
        near(own[0].columns.total_of_neighbours.value, 4.0 / 3.0);
    }

    #[test]
    fn slopes_are_derivatives() {
        let links = undirected(4, &[(0, 1), (1, 2), (1, 3)]);
        let w = Weights::new(&units(4), &links, Normalisation::Row).unwrap();
        let h = 1e-6;
        let (here, up, down) = (Own::at(&w, 0.4), Own::at(&w, 0.4 + h), Own::at(&w, 0.4 - h));
        let parts = |own: &Own| {
            let of = |m: &Multipliers| {
                [m.direct, m.total, m.direct_of_neighbours, m.total_of_neighbours]
            };
            [of(&own.rows), of(&own.columns)].concat()
        };
        for i in 0..4 {
            let (here, up, down) = (parts(&here[i]), parts(&up[i]), parts(&down[i]));
            for j in 0..8 {
                let slope = (up[j].value - down[j].value) / (2.0 * h);
                assert!((here[j].slope - slope).abs() < 1e-8, "unit {i}, part {j}");
            }
        }
    }
}
