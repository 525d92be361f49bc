//! The acceleration of BCa intervals, by the infinitesimal jackknife.
//!
//! The influence of observation i on estimate j is (V g_i)_j, g_i its piece of the score and V the
//! fit's covariance; on an effect β_k M(ρ) it is M·IF(β_k) + β_k M′·IF(ρ), on any function f(θ) it is
//! Σ_j ∂f/∂θ_j·IF(θ_j). What a scheme takes to be independent — observations, the histories of units,
//! cross-sections — has the sum of its observations' influences. The acceleration is
//! ΣIF³/(6(ΣIF²)^{3/2}) (Efron 1987, equation 7.3; Davison & Hinkley 1997, section 5.3.2).

use super::Independent;
use crate::estimator::derived::{Function, MOST_PARAMETERS, values};
use crate::estimator::dynamic::Dynamics;
use crate::estimator::impacts::{Multipliers, Place, effect};
use crate::estimator::{Estimated, Estimator, Problem};
use crate::model::Term;
use crate::outcome::Estimate;

/// Above this many units the pieces of a spatial score, which take all of G, cost more than the
/// replicates.
const MOST_UNITS: usize = 500;

/// The acceleration of each estimate, then each effect, then each function; `None` where the
/// estimator's score is not known in pieces, as under random effects, or there are more than 500
/// units.
pub fn accelerations(
    problem: &Problem<'_>,
    (estimator, independent): (&dyn Estimator, Independent),
    at: &Estimated,
    impacts: &[Estimate],
    functions: &[&Function],
) -> Vec<Option<f64>> {
    let count = at.fit.estimates.len() + impacts.len() + functions.len();
    let few = problem.n_units() <= MOST_UNITS;
    let known = few && !problem.model.effects.is_random();
    let scored = estimator.scored().filter(|_| known);
    let Some(scored) = scored else { return vec![None; count] };
    let pieces = scored.pieces(problem, at);
    let influences: Vec<Vec<f64>> = at
        .bread()
        .iter()
        .map(|row| {
            let mut of_row = vec![0.0; problem.n()];
            for (v, pieces) in row.iter().zip(&pieces) {
                of_row.iter_mut().zip(pieces).for_each(|(sum, g)| *sum += v * g);
            }
            together(&of_row, problem.n_units(), independent)
        })
        .collect();
    let own = influences.iter().map(|v| acceleration(v));
    let multipliers = Multipliers::of(problem.weights, &at.fit);
    let long_run = Dynamics::of(problem.model, &at.fit).and_then(|d| d.long_run(problem.weights));
    let position = |term: &Term| at.fit.estimates.iter().position(|e| e.term == *term);
    let of_effect = |impact: &Estimate| {
        let Term::Impact(kind, regressor) = &impact.term else { return None };
        let place = Place {
            regressor: regressor.clone(),
            own: position(&Term::Variable(regressor.clone())),
            of_neighbours: position(&Term::Variable(regressor.of_neighbours())),
        };
        let value = |at_term: usize| at.fit.estimates[at_term].value;
        let (_, gradient) = if kind.is_long_run() {
            let coefficients = (place.own, place.of_neighbours);
            long_run.as_ref()?.effect(*kind, coefficients, value)
        } else {
            effect(multipliers.as_ref()?, *kind, &place, position(&Term::Rho), value)
        };
        let mut sum = vec![0.0; influences.first().map_or(0, Vec::len)];
        for (parameter, slope) in gradient {
            sum.iter_mut().zip(&influences[parameter]).for_each(|(s, v)| *s += slope * v);
        }
        acceleration(&sum)
    };
    let values = values(&at.fit);
    let of_function = |function: &&Function| {
        let mut gradient = [0.0; MOST_PARAMETERS];
        function.gradient(&values, multipliers.as_ref(), &mut gradient)?;
        let mut sum = vec![0.0; influences.first().map_or(0, Vec::len)];
        for (&parameter, slope) in function.parameters().iter().zip(&gradient) {
            sum.iter_mut().zip(&influences[parameter]).for_each(|(s, v)| *s += slope * v);
        }
        acceleration(&sum)
    };
    own.chain(impacts.iter().map(of_effect)).chain(functions.iter().map(of_function)).collect()
}

/// The influences of what is independent, from those of observations, stacked by period.
fn together(of_observations: &[f64], units: usize, independent: Independent) -> Vec<f64> {
    let part = |i: usize| match independent {
        Independent::Observations => i,
        Independent::Units => i % units,
        Independent::Periods => i / units,
    };
    let count = of_observations.len();
    let mut sums = vec![
        0.0;
        count.checked_sub(1).map_or(0, |last| match independent {
            Independent::Observations => count,
            Independent::Units => units,
            Independent::Periods => part(last) + 1,
        })
    ];
    of_observations.iter().enumerate().for_each(|(i, v)| sums[part(i)] += v);
    sums
}

/// ΣIF³/(6(ΣIF²)^{3/2}); `None` without any influence.
fn acceleration(influences: &[f64]) -> Option<f64> {
    let squares: f64 = influences.iter().map(|v| v * v).sum();
    let cubes: f64 = influences.iter().map(|v| v * v * v).sum();
    (squares > 0.0).then(|| cubes / (6.0 * squares.powf(1.5)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two units in three periods.
    #[test]
    fn influences_of_what_is_independent_add_up() {
        let all = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        let sums = |independent| together(&all, 2, independent);
        assert_eq!(sums(Independent::Observations), all);
        assert_eq!(sums(Independent::Units), [21.0, 42.0]);
        assert_eq!(sums(Independent::Periods), [3.0, 12.0, 48.0]);
    }

    #[test]
    fn an_acceleration_by_hand() {
        // Σ = 6 and 6: 6/(6·6^1.5).
        let a = acceleration(&[-1.0, -1.0, 2.0]).expect("some influence");
        assert!((a - 6.0_f64.powf(-1.5)).abs() < 1e-15);
        assert_eq!(acceleration(&[0.5, -0.5]), Some(0.0));
        assert_eq!(acceleration(&[0.0]), None);
    }
}
