//! The F tests under their null hypotheses: least squares without a threshold generates y* for F₁,
//! with one for F₂. All thresholds are searched again; e* = My* is all that they need of y*.

use super::{Ground, ONE, TWO, square};
use crate::diagnostic::Context;
use crate::diagnostic::null::NullStatistics;
use crate::estimator::leverage::Hat;
use crate::estimator::ols::OLS;
use crate::estimator::{Estimated, Estimator};
use crate::outcome::Basis;

/// The model that holds under the null of one of the tests.
struct Null<'c> {
    ground: Ground<'c>,
    at: Estimated,
    name: [&'static str; 1],
    /// M of the part of y* that is not drawn; zero without a threshold.
    fixed: Option<Vec<f64>>,
}

/// The nulls of the tests that are asked for.
pub(super) fn nulls<'c>(context: &'c Context<'c>) -> Vec<Box<dyn NullStatistics + 'c>> {
    let wanted = context.asked().threshold.as_ref().map_or(0, |t| t.design.thresholds);
    let one = (wanted > 0).then(|| none(context)).flatten();
    let two = (wanted > 1).then(|| single(context)).flatten();
    one.into_iter().chain(two).map(|null| Box::new(null) as Box<dyn NullStatistics>).collect()
}

/// No threshold.
fn none<'c>(context: &'c Context<'c>) -> Option<Null<'c>> {
    let ground = Ground::new(context.own(), context.asked()).ok()?;
    let at = OLS.fit(&ground.problem).ok()?;
    Some(Null { ground, at, name: [ONE], fixed: None })
}

/// One threshold, at its estimate.
fn single<'c>(context: &'c Context<'c>) -> Option<Null<'c>> {
    let ground = Ground::new(context.own(), context.asked()).ok()?;
    let e = ground.search.residual(&ground.problem.sample.y);
    let first = ground.search.single(&e)?.best;
    let (at, _) = ground.fit(&[ground.search.gamma(first)]).ok()?;
    let fixed = Some(ground.search.residual(&at.systematic));
    Some(Null { ground, at, name: [TWO], fixed })
}

impl NullStatistics for Null<'_> {
    fn basis(&self) -> Basis {
        Basis::Fit
    }

    fn tests(&self) -> &[&'static str] {
        &self.name
    }

    fn innovations(&self) -> &[f64] {
        &self.at.innovations
    }

    fn residual_df(&self) -> f64 {
        self.at.residual_df()
    }

    fn leverages(&self) -> Vec<f64> {
        OLS.leverages(&self.ground.problem, &self.at)
    }

    fn hat(&self) -> Option<Hat> {
        Some(OLS.hat(&self.ground.problem, &self.at))
    }

    fn evaluate(&self, errors: &[f64]) -> Vec<Option<f64>> {
        let ground = &self.ground;
        let mut e = ground.search.residual(errors);
        let Some(fixed) = &self.fixed else {
            let found = ground.search.single(&e);
            return vec![found.map(|single| ground.f(square(&e), single.least()))];
        };
        e.iter_mut().zip(fixed).for_each(|(e, f)| *e += f);
        let f = || {
            let single = ground.search.single(&e)?;
            let second = ground.search.beside(single.best, &e)?;
            Some(ground.f(single.least(), second.least()))
        };
        vec![f()]
    }
}
