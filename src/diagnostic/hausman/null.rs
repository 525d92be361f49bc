//! The tests under their null hypothesis: the random-effects model generates
//! y* = Xb + μ* + e*, both components drawn again, and everything is estimated from it.
//!
//! e is what b leaves within units, μ what it leaves of the units' means; the latter also hold the
//! means of e, so that they are scaled to the variance σ²_μ.

use super::{INFO, quadratic, robust_f, within_variance};
use crate::diagnostic::null::{NullStatistics, UnitComponents};
use crate::estimator::random_effects::Design;
use crate::estimator::{Problem, leverage};
use crate::outcome::Basis;

const TESTS: [&str; 3] = [INFO.tests[0].0, INFO.tests[1].0, INFO.tests[2].0];

/// The random-effects model of a problem.
pub(super) struct Null<'c> {
    problem: Problem<'c>,
    design: Design,
    /// Xb
    systematic: Vec<f64>,
    innovations: Vec<f64>,
    units: UnitComponents,
}

/// The null of the tests; `None` where they have no statistic.
pub(super) fn null(problem: Problem<'_>) -> Option<Null<'_>> {
    let design = Design::new(&problem).ok()?;
    let y = &problem.sample.y;
    let fit = design.fit(y);
    let own = design.unit_parts(y, &fit.slopes);
    let square: f64 = own.iter().map(|u| u * u).sum::<f64>() / own.len() as f64;
    let scale = if square > 0.0 { (fit.unit / square).sqrt() } else { 0.0 };
    let slopes = design.in_units(&fit.slopes);
    let mut systematic = vec![0.0; problem.n()];
    for (x, b) in problem.sample.x.iter().zip(&slopes) {
        systematic.iter_mut().zip(x).for_each(|(s, x)| *s += b * x);
    }
    let innovations = design.within_parts(y, &fit.slopes);
    Some(Null { problem, systematic, innovations, units: UnitComponents { own, scale }, design })
}

impl NullStatistics for Null<'_> {
    fn basis(&self) -> Basis {
        Basis::Within
    }

    fn tests(&self) -> &[&'static str] {
        &TESTS
    }

    fn innovations(&self) -> &[f64] {
        &self.innovations
    }

    fn residual_df(&self) -> f64 {
        let absorbed = self.problem.n_units() + self.design.fixed() - 1;
        (self.problem.n() - absorbed - self.design.slopes()) as f64
    }

    fn leverages(&self) -> Vec<f64> {
        leverage::within(&self.problem)
    }

    fn units(&self) -> Option<&UnitComponents> {
        Some(&self.units)
    }

    fn evaluate(&self, errors: &[f64]) -> Vec<Option<f64>> {
        let (errors, units) = errors.split_at(self.problem.n());
        let drawn = errors.iter().zip(units.iter().cycle());
        let y: Vec<f64> = self.systematic.iter().zip(drawn).map(|(f, (e, u))| f + e + u).collect();
        let fit = self.design.fit(&y);
        vec![
            quadratic(&self.design, &fit, within_variance(&fit)),
            quadratic(&self.design, &fit, fit.sigma2),
            robust_f(&self.design, &fit),
        ]
    }
}
