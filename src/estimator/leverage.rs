//! Leverages: the diagonal h of the hat matrix of a regression with its effects.
//!
//! h_it = x_it'(X'X)⁻¹x_it + the effects' own share, X the regressors with effects removed: the
//! hat matrix of regressors beside dummies is the sum of that of the dummies, I − Q, and that of
//! what is left of the regressors (Davidson & MacKinnon 2004, section 2.4). Σh = k + absorbed
//! effects.

use super::Problem;
use crate::math::linalg::ColumnSpace;
use crate::model::Effects;

/// The effects' own share of each observation, a diagonal entry of I − Q: 1/T for effects of
/// units, 1/N for those of periods, 1/T + 1/N − 1/NT for both.
pub fn of_effects(effects: Effects, n: usize, t: usize) -> f64 {
    let (unit, period) = (1.0 / t as f64, 1.0 / n as f64);
    match effects {
        Effects::None
        | Effects::Random
        | Effects::CorrelatedRandom
        | Effects::RandomPeriods
        | Effects::RandomTwoWay
        | Effects::FirstDifference
        | Effects::Between => 0.0,
        Effects::Individual => unit,
        Effects::Time | Effects::RandomTime => period,
        Effects::TwoWay => unit + period - unit * period,
    }
}

/// Those of the within regression: of least squares, and of the spatial lag model, whose response
/// is filtered and whose regressors are not.
pub fn within(problem: &Problem<'_>) -> Vec<f64> {
    let space = problem.within_space().expect("what has been fitted has independent regressors");
    let own = of_effects(problem.model.effects, problem.n_units(), problem.n_periods());
    of_space(&space).into_iter().map(|h| h + own).collect()
}

/// The hat matrix HH' of a regression, so far as it links a unit's observations with each other:
/// what leaving a unit out needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Hat {
    /// Units, N.
    pub units: usize,
    /// An orthonormal basis of the regressors, effects removed, each N·T.
    pub basis: Vec<Vec<f64>>,
    /// The share of effects of periods, 1/N, 0 without. Those of units are a unit's own affair and
    /// drop out of its within-unit deviations.
    pub of_periods: f64,
}

impl Hat {
    /// Of the regressors spanned by the columns of `space`.
    pub(super) fn new(problem: &Problem<'_>, space: &ColumnSpace) -> Self {
        let n = problem.n_units();
        let column = |j: usize| space.q.col(j).iter().copied().collect();
        let of_periods = if problem.model.effects.has_time() { 1.0 / n as f64 } else { 0.0 };
        Self { units: n, basis: (0..space.rank()).map(column).collect(), of_periods }
    }

    /// That of the within regression.
    pub fn within(problem: &Problem<'_>) -> Self {
        let space = problem.within_space();
        Self::new(problem, &space.expect("what has been fitted has independent regressors"))
    }
}

/// Squared lengths of the rows of an orthonormal basis.
fn of_space(space: &ColumnSpace) -> Vec<f64> {
    let mut sums = vec![0.0; space.q.nrows()];
    for j in 0..space.rank() {
        for (sum, q) in sums.iter_mut().zip(space.q.col(j).iter()) {
            *sum += q * q;
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::worked;

    #[test]
    fn leverages_by_hand() {
        let (sample, weights, mut model) = worked::panel("ols");
        let h = |model: &crate::model::Model| {
            within(&Problem::new(&sample, &weights, model).expect("the same units"))
        };
        // A constant and a dummy that is 1 for two of six: 1/4 where it is 0, 1/2 where it is 1.
        let close = |got: &[f64], want: [f64; 6]| {
            assert!(got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-14), "{got:?}");
        };
        close(&h(&model), [0.25, 0.25, 0.5, 0.5, 0.25, 0.25]);
        // Effects of units: x − x̄ = (−1/3, 2/3, −1/3) for either, squares sum to 4/3; 1/3 each
        // for the means: 1/12 + 1/3 and 4/12 + 1/3. They sum to k + N = 3.
        model.effects = Effects::Individual;
        let (low, high) = (5.0 / 12.0, 8.0 / 12.0);
        close(&h(&model), [low, low, high, high, low, low]);
        assert!((of_effects(Effects::Time, 2, 3) - 0.5).abs() < 1e-15);
        assert!((of_effects(Effects::TwoWay, 2, 3) - 4.0 / 6.0).abs() < 1e-15);
    }
}
