//! Moran's I of residuals under the null hypothesis of no spatial dependence: least squares
//! generates y*. The moments rest on X, W and the effects alone and stay.

use super::{INFO, ResidualMoment, ResidualMoran, residual_moran, scale};
use crate::diagnostic::null::{NullStatistics, TileStatistics, rerun};
use crate::diagnostic::residuals::{Residuals, add_products};
use crate::diagnostic::{BaseFit, Context};
use crate::estimator::Estimator;
use crate::estimator::leverage::Hat;
use crate::estimator::ols::OLS;
use crate::estimator::{Estimated, Problem};
use crate::math::lanes::{LANES, Lane};
use crate::math::simd::{Kernel, dispatch};
use crate::outcome::Basis;

/// Moran's I on one basis.
pub(super) struct Null<'c> {
    problem: Problem<'c>,
    base: &'c BaseFit,
    fit: &'c Estimated,
    residuals: Residuals,
    moments: ResidualMoment,
    /// n/S₀
    scale: f64,
}

const TESTS: [&str; 1] = [INFO.tests[0].0];

/// The null of the test on `base`; `None` where it has no statistic.
pub(super) fn null<'c>(context: &'c Context<'c>, base: &'c BaseFit) -> Option<Null<'c>> {
    let fit = base.fit.as_ref().ok()?;
    let problem = context.problem(base);
    let residuals = Residuals::new(&problem, &problem.within_space().ok()?);
    let moments = residual_moran(context, base).ok()?;
    Some(Null { problem, base, fit, residuals, moments, scale: scale(&problem) })
}

impl NullStatistics for Null<'_> {
    fn basis(&self) -> Basis {
        self.base.basis
    }

    fn tests(&self) -> &[&'static str] {
        &TESTS
    }

    fn innovations(&self) -> &[f64] {
        &self.fit.innovations
    }

    fn residual_df(&self) -> f64 {
        self.fit.residual_df()
    }

    fn leverages(&self) -> Vec<f64> {
        OLS.leverages(&self.problem, self.fit)
    }

    fn hat(&self) -> Option<Hat> {
        Some(OLS.hat(&self.problem, self.fit))
    }

    fn evaluate(&self, errors: &[f64]) -> Vec<Option<f64>> {
        rerun(&ResidualMoran, self.problem, (self.base, self.fit), &TESTS, errors)
    }

    fn scratch(&self) -> usize {
        self.residuals.n() + 2 * self.residuals.units() + self.residuals.room()
    }

    fn evaluate_tile(&self, errors: &[Lane], scratch: &mut [Lane], out: &mut TileStatistics) {
        let (ssr, ewe) = dispatch(Run { null: self, errors, scratch });
        for l in 0..LANES {
            let moment = ResidualMoment { i: self.scale * ewe[l] / ssr[l], ..self.moments };
            out.set(0, l, Some(moment.z()));
        }
    }
}

struct Run<'a, 'c> {
    null: &'a Null<'c>,
    errors: &'a [Lane],
    scratch: &'a mut [Lane],
}

impl Kernel for Run<'_, '_> {
    type Output = (Lane, Lane);

    /// e'e and e'We.
    #[inline(always)]
    fn run(self) -> (Lane, Lane) {
        let of = &self.null.residuals;
        let n = of.units();
        let (a, rest) = self.scratch.split_at_mut(of.room());
        let (mean, rest) = rest.split_at_mut(n);
        let (lag, e) = rest.split_at_mut(n);
        of.of(self.errors, a, e, mean);
        let (mut ssr, mut ewe) = ([0.0; LANES], [0.0; LANES]);
        for e in e.chunks_exact(n) {
            add_products(e, e, &mut ssr);
            of.lag(e, lag);
            add_products(e, lag, &mut ewe);
        }
        (ssr, ewe)
    }
}
