//! What of an equation lies within units and what between them, for random effects of units.
//!
//! With Q = E_T ⊗ I and P = J_T ⊗ I every column is Qv + Pv, and an error with random effects has
//! Var = σ²Q + σ²_1P, σ²_1 = σ² + Tσ²_μ. The equation is estimated in each half by two-stage least
//! squares (least squares without endogenous columns): what does not vary within units, or is a
//! combination of other columns between them, is left out of that half. Then the whole equation is the
//! one of v − θPv, θ = 1 − σ/σ_1, by the instruments of both halves (Baltagi & Liu 2011, section 3).

use super::design::Design;
use super::stages::Stages;
use crate::estimator::problem::matrix;
use crate::estimator::random::columns::{parts, repeated};
use crate::estimator::{FitError, Problem};
use crate::math::linalg::{ColumnSpace, dot};

/// Pv, each mean repeated, N·T.
pub(super) fn between(v: &[f64], units: usize) -> Vec<f64> {
    repeated(&parts(v, units).0, v.len() / units)
}

/// v − θPv
pub(super) fn star(v: &[f64], units: usize, theta: f64) -> Vec<f64> {
    v.iter().zip(between(v, units)).map(|(v, mean)| v - theta * mean).collect()
}

/// Qv and Pv; what of a column is rounding of the other part is none.
fn split(v: &[f64], units: usize) -> (Vec<f64>, Vec<f64>) {
    let (means, within) = parts(v, units);
    let means = repeated(&means, v.len() / units);
    let all = dot(v, v);
    let rounded = |part: Vec<f64>| {
        if dot(&part, &part) <= 1e-20 * all { vec![0.0; part.len()] } else { part }
    };
    (rounded(within), rounded(means))
}

/// QH and PH.
pub(super) fn apart(columns: &[Vec<f64>], units: usize) -> Vec<Vec<f64>> {
    let (within, between): (Vec<_>, Vec<_>) = columns.iter().map(|c| split(c, units)).unzip();
    within.into_iter().chain(between).filter(|c| c.iter().any(|v| *v != 0.0)).collect()
}

/// One half of an equation, estimated.
#[derive(Debug)]
pub(super) struct Half {
    /// Its columns.
    pub(super) columns: Vec<Vec<f64>>,
    /// Its two stages.
    pub(super) stages: Stages,
    /// Free observations less columns.
    pub(super) df: f64,
    /// e'e/df
    pub(super) variance: f64,
}

/// Both halves of an equation.
#[derive(Debug)]
pub(super) struct Halves {
    pub(super) within: Half,
    pub(super) between: Half,
}

impl Halves {
    /// Of a problem with random effects and the design of its levels.
    pub(super) fn new(problem: &Problem<'_>, design: &Design) -> Result<Self, FitError> {
        let (n, t) = (problem.n_units(), problem.n_periods());
        // Effects of periods, which are out already, have cost a mean of each half.
        let periods = problem.model.effects.has_time();
        let (within, between): (Vec<_>, Vec<_>) =
            design.columns.iter().map(|c| split(c, n)).unzip();
        let (y_within, y_between) = split(&design.y, n);
        let lost = |free: usize, of_periods: usize| {
            free.saturating_sub(if periods { of_periods } else { 0 })
        };
        Ok(Self {
            within: Half::new(design, (y_within, &within), lost(n * t - n, t - 1))?,
            between: Half::new(design, (y_between, &between), lost(n, 1))?,
        })
    }

    /// Tφ by analysis of variance (Swamy & Arora 1972).
    pub(super) fn s(&self) -> f64 {
        self.between.variance / self.within.variance - 1.0
    }
}

impl Half {
    fn new(
        design: &Design,
        (y, columns): (Vec<f64>, &[Vec<f64>]),
        free: usize,
    ) -> Result<Self, FitError> {
        let kept = kept(columns, &design.endogenous);
        if free <= kept.len() {
            return Err(FitError::TooFew { free, parameters: kept.len() });
        }
        let columns: Vec<Vec<f64>> = kept.iter().map(|&j| columns[j].clone()).collect();
        let half = Design {
            terms: kept.iter().map(|&j| design.terms[j].clone()).collect(),
            y,
            columns: columns.clone(),
            endogenous: kept.iter().map(|&j| design.endogenous[j]).collect(),
            instruments: design.instruments.clone(),
        };
        let stages = Stages::of(&half)?;
        let df = (free - kept.len()) as f64;
        let variance = dot(&stages.residuals, &stages.residuals) / df;
        Ok(Self { columns, stages, df, variance })
    }
}

/// Which columns are in a half: every endogenous one that is not zero, and the exogenous ones that are
/// no combination of those before.
fn kept(columns: &[Vec<f64>], endogenous: &[bool]) -> Vec<usize> {
    let there = |j: &usize| columns[*j].iter().any(|v| *v != 0.0);
    let mut own: Vec<usize> =
        (0..columns.len()).filter(there).filter(|&j| !endogenous[j]).collect();
    while !own.is_empty() {
        let all: Vec<Vec<f64>> = own.iter().map(|&j| columns[j].clone()).collect();
        let Err(found) = ColumnSpace::new(&matrix(&all)) else { break };
        for c in found.iter().rev() {
            own.remove(c.column);
        }
    }
    own.extend((0..columns.len()).filter(there).filter(|&j| endogenous[j]));
    own.sort_unstable();
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_by_hand() {
        // Two units, two periods: (1, 5 | 3, 5).
        let v = [1.0, 5.0, 3.0, 5.0];
        assert_eq!(between(&v, 2), [2.0, 5.0, 2.0, 5.0]);
        assert_eq!(star(&v, 2, 0.5), [0.0, 2.5, 2.0, 2.5]);
        let constant = vec![1.0; 4];
        // Of a constant there is nothing within.
        assert_eq!(apart(std::slice::from_ref(&constant), 2), [constant]);
        let columns = [vec![1.0; 4], v.to_vec(), vec![0.0; 4], vec![2.0; 4]];
        assert_eq!(kept(&columns, &[false, false, false, false]), [0, 1]);
        assert_eq!(kept(&columns, &[false, true, false, false]), [0, 1]);
    }
}
