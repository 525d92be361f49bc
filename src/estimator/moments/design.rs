//! The columns of an equation and its instruments, effects removed.
//!
//! *Instruments*: every exogenous column of the equation, the given instruments Z, and W^p of the
//! unit's own exogenous regressors and of Z, p = 1 … P, for equations with a spatial lag (Kelejian &
//! Prucha 1998, section 3). P is two, one more with Durbin terms, whose first power is in the equation
//! already. Lags of a constant are left out, as in spreg. Where the errors have another matrix M, M times
//! the regressors, Z and their lags by W are instruments too: filtering by I − λM brings them into the
//! equation (Kelejian & Prucha 1998, section 3). A column that is a combination of those before it
//! adds nothing and is left out.
//!
//! With random effects nothing but effects of periods is removed, and instruments are what each of the
//! above is within units and between them, QH and PH apart (Baltagi & Liu 2011).

use super::halves;
use crate::estimator::problem::matrix;
use crate::estimator::{FitError, Problem};
use crate::math::linalg::ColumnSpace;
use crate::model::instruments::POWERS;
use crate::model::{LagOrder, Regressor, Term};

/// An equation y = Zδ + e with instruments H; effects are removed from all.
#[derive(Debug)]
pub struct Design {
    /// The parameter of each column.
    pub terms: Vec<Term>,
    /// Qy
    pub y: Vec<f64>,
    /// Columns of Z: the linear part, then the spatial lag of y if there is one.
    pub columns: Vec<Vec<f64>>,
    /// Which of them are correlated with the errors.
    pub endogenous: Vec<bool>,
    /// H as an orthonormal basis.
    pub instruments: ColumnSpace,
}

impl Design {
    /// That of the problem's model, with a spatial lag of y or without.
    pub fn new(problem: &Problem<'_>, lag: bool) -> Result<Self, FitError> {
        problem.within_space()?;
        let mut terms = problem.linear_terms();
        let raw = problem.columns();
        let mut columns: Vec<Vec<f64>> = raw.iter().map(|c| problem.within(c)).collect();
        let stated = &problem.model.instruments;
        let mut endogenous: Vec<bool> = terms
            .iter()
            .map(|term| matches!(term, Term::Variable(r) if stated.is_endogenous(r)))
            .collect();
        if lag {
            terms.push(Term::Rho);
            columns.push(problem.within_lag(&problem.sample.y));
            endogenous.push(true);
        }
        let all = instruments(problem, lag, &columns, &endogenous)?;
        let instruments = independent(if problem.model.effects.is_random() {
            halves::apart(&all, problem.n_units())
        } else {
            all
        });
        if instruments.rank() < columns.len() {
            let (rank, coefficients) = (instruments.rank(), columns.len());
            return Err(FitError::UnderIdentified { instruments: rank, coefficients });
        }
        let y = problem.within(&problem.sample.y);
        Ok(Self { terms, y, columns, endogenous, instruments })
    }

    /// Observations less absorbed effects less coefficients.
    pub fn df(&self, problem: &Problem<'_>) -> f64 {
        let absorbed = problem.model.effects.absorbed(problem.n_units(), problem.n_periods());
        problem.n() as f64 - absorbed as f64 - self.columns.len() as f64
    }

    /// Instruments beyond the coefficients.
    pub fn overidentified(&self) -> usize {
        self.instruments.rank() - self.columns.len()
    }
}

fn instruments(
    problem: &Problem<'_>,
    lag: bool,
    columns: &[Vec<f64>],
    endogenous: &[bool],
) -> Result<Vec<Vec<f64>>, FitError> {
    let own: Vec<&Vec<f64>> = given(problem)?.iter().collect();
    let mut all: Vec<Vec<f64>> =
        columns.iter().zip(endogenous).filter(|(_, e)| !**e).map(|(c, _)| c.clone()).collect();
    all.extend(own.iter().map(|z| problem.within(z)));
    if lag {
        let (sample, stated) = (problem.sample, &problem.model.instruments);
        let exogenous = |r: &Regressor| !r.is_of_neighbours() && !stated.is_endogenous(r);
        let regressors =
            sample.regressors.iter().zip(&sample.x).filter(|(r, _)| exogenous(r)).map(|(_, x)| x);
        let base: Vec<&Vec<f64>> = regressors.chain(own).collect();
        let durbin = sample.regressors.iter().any(Regressor::is_of_neighbours);
        let powers = stated.powers.unwrap_or(POWERS) + u32::from(durbin);
        let lagged = powers_of(problem, &base, powers);
        let by_other: Vec<Vec<f64>> = if problem.has_own_error_weights() {
            let lag = |v: &Vec<f64>| problem.within(&problem.error_weights.lag(v));
            base.iter().copied().chain(&lagged).map(lag).collect()
        } else {
            Vec::new()
        };
        all.extend(lagged.into_iter().chain(by_other));
    }
    Ok(all)
}

/// Given instruments, each N·T.
fn given<'a>(problem: &Problem<'a>) -> Result<&'a [Vec<f64>], FitError> {
    let given = problem.beside.instruments.unwrap_or_default();
    let wanted = problem.model.instruments.columns.len();
    let complete = given.len() == wanted && given.iter().all(|z| z.len() == problem.n());
    if complete { Ok(given) } else { Err(FitError::NoInstruments) }
}

/// QW^p v, or W^p Qv by the other convention, p = 1 … `powers`, all of one power before the next.
fn powers_of(problem: &Problem<'_>, base: &[&Vec<f64>], powers: u32) -> Vec<Vec<f64>> {
    let first = problem.model.lag_order == LagOrder::DemeanThenLag;
    let mut at: Vec<Vec<f64>> =
        base.iter().map(|v| if first { problem.within(v) } else { (*v).clone() }).collect();
    let mut all = Vec::new();
    for _ in 0..powers {
        at = at.iter().map(|v| problem.weights.lag(v)).collect();
        all.extend(at.iter().map(|v| if first { v.clone() } else { problem.within(v) }));
    }
    all
}

/// The columns that are no combination of those before them, as a basis. What effects absorb but
/// for rounding is none.
fn independent(mut columns: Vec<Vec<f64>>) -> ColumnSpace {
    loop {
        match ColumnSpace::new(&matrix(&columns)) {
            Ok(space) => return space,
            Err(found) => {
                let mut at = 0;
                columns.retain(|_| {
                    at += 1;
                    !found.iter().any(|c| c.column + 1 == at)
                });
            }
        }
    }
}
