//! LM tests under the null hypothesis of no spatial term: least squares generates y*.
//!
//! With e* the residuals of errors ε, d = ε − e*, f the fitted values, c the coordinates of Qy in
//! the orthonormal basis Q_x, a = Q_x'ε and M the projection off Q_x:
//!
//! ```text
//! e*'Wy*   = ε'MQWf + e*'Wd + e*'We*
//! J legacy = (c + a)'K(c + a)/σ*² + T_W,   K = (WQ_x)'M(WQ_x)
//! J exact  = |MQ(Wf + Wd)|²/σ*² + T_W
//! ```

use super::{Family, INFO, LagrangeMultiplier, up_to_effects};
use crate::diagnostic::null::{NullStatistics, TileStatistics, rerun};
use crate::diagnostic::residuals::{Residuals, add_products};
use crate::diagnostic::{BaseFit, Context};
use crate::estimator::Estimator;
use crate::estimator::leverage::Hat;
use crate::estimator::ols::OLS;
use crate::estimator::{Estimated, Problem};
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::dot;
use crate::math::simd::{Kernel, dispatch};
use crate::outcome::Basis;

/// Tests in the form of the literature; those of the exact form follow.
const LEGACY: usize = 5;

/// The LM family on one basis.
pub(super) struct Null<'c> {
    problem: Problem<'c>,
    base: &'c BaseFit,
    fit: &'c Estimated,
    tests: Vec<&'static str>,
    residuals: Residuals,
    /// T tr(WW + W'W)
    tw: f64,
    /// c
    coordinates: Vec<f64>,
    /// K, row by row.
    gram: Vec<f64>,
    /// MQWf
    fitted_lag: Vec<f64>,
    /// Whether the exact form differs.
    exact: bool,
}

/// The null of the tests on `base`; `None` where least squares has no fit.
pub(super) fn null<'c>(context: &'c Context<'c>, base: &'c BaseFit) -> Option<Null<'c>> {
    let fit = base.fit.as_ref().ok()?;
    let problem = context.problem(base);
    let space = problem.within_space().ok()?;
    let weights = problem.weights;
    let unexplained: Vec<Vec<f64>> = (0..space.rank())
        .map(|j| {
            let column: Vec<f64> = space.q.col(j).iter().copied().collect();
            space.residual(&weights.lag(&column))
        })
        .collect();
    let gram = unexplained.iter().flat_map(|u| unexplained.iter().map(|v| dot(u, v))).collect();
    let fitted = up_to_effects(&problem, &fit.systematic);
    let exact = problem.model.effects.has_time();
    let count = if exact { INFO.tests.len() } else { LEGACY };
    Some(Null {
        problem,
        base,
        fit,
        tests: INFO.tests[..count].iter().map(|(name, _)| *name).collect(),
        residuals: Residuals::new(&problem, &space),
        tw: super::squared_traces(&problem),
        coordinates: space.coordinates(&problem.within(&problem.sample.y)),
        gram,
        fitted_lag: space.residual(&problem.within(&weights.lag(&fitted))),
        exact,
    })
}

impl NullStatistics for Null<'_> {
    fn basis(&self) -> Basis {
        self.base.basis
    }

    fn tests(&self) -> &[&'static str] {
        &self.tests
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
        let fitted = (self.base, self.fit);
        rerun(&LagrangeMultiplier, self.problem, fitted, &self.tests, errors)
    }

    fn scratch(&self) -> usize {
        let vectors = if self.exact { 2 } else { 1 };
        vectors * self.residuals.n() + 3 * self.residuals.units() + self.residuals.room()
    }

    fn evaluate_tile(&self, errors: &[Lane], scratch: &mut [Lane], out: &mut TileStatistics) {
        let scores = dispatch(Run { null: self, errors, scratch });
        let n = self.residuals.n() as f64;
        for l in 0..LANES {
            let sigma2 = scores.ssr[l] / n;
            let family = |unexplained: f64| {
                let j = unexplained / sigma2 + self.tw;
                Family::of(scores.ewy[l] / sigma2, scores.ewe[l] / sigma2, j, self.tw)
            };
            let f = family(scores.legacy[l]);
            let found = [Some(f.lag), f.robust_lag, Some(f.error), f.robust_error, f.joint];
            found.into_iter().enumerate().for_each(|(test, s)| out.set(test, l, s));
            if self.exact {
                let f = family(scores.exact[l]);
                let found = [Some(f.lag), f.robust_lag, f.robust_error, f.joint];
                found.into_iter().enumerate().for_each(|(test, s)| out.set(LEGACY + test, l, s));
            }
        }
    }
}

/// What the statistics of a tile are made of.
struct Scores {
    /// e'e
    ssr: Lane,
    /// e'We
    ewe: Lane,
    /// e'Wy*
    ewy: Lane,
    /// σ²(J − T_W), legacy
    legacy: Lane,
    /// σ²(J − T_W), exact; zero where it is not asked for.
    exact: Lane,
}

struct Run<'a, 'c> {
    null: &'a Null<'c>,
    errors: &'a [Lane],
    scratch: &'a mut [Lane],
}

impl Kernel for Run<'_, '_> {
    type Output = Scores;

    #[inline(always)]
    fn run(self) -> Scores {
        self.null.scores(self.errors, self.scratch)
    }
}

impl Null<'_> {
    #[inline(always)]
    fn scores(&self, errors: &[Lane], scratch: &mut [Lane]) -> Scores {
        let (of, n) = (&self.residuals, self.residuals.units());
        let (a, rest) = scratch.split_at_mut(of.room());
        let (mean, rest) = rest.split_at_mut(n);
        let (lag, rest) = rest.split_at_mut(n);
        let (taken, rest) = rest.split_at_mut(n);
        let (e, h) = rest.split_at_mut(of.n());
        of.of(errors, a, e, mean);
        let zero = [0.0; LANES];
        let (mut ssr, mut ewe, mut ewd, mut linear) = (zero, zero, zero, zero);
        for t in 0..of.n() / n {
            let here = t * n..(t + 1) * n;
            let (errors, e, m) =
                (&errors[here.clone()], &e[here.clone()], &self.fitted_lag[here.clone()]);
            add_products(e, e, &mut ssr);
            of.lag(e, lag);
            add_products(e, lag, &mut ewe);
            for i in 0..n {
                for l in 0..LANES {
                    taken[i][l] = errors[i][l] - e[i][l];
                    linear[l] = m[i].mul_add(errors[i][l], linear[l]);
                }
            }
            of.lag(taken, lag);
            add_products(e, lag, &mut ewd);
            if self.exact {
                for (i, h) in h[here].iter_mut().enumerate() {
                    for l in 0..LANES {
                        h[l] = m[i] + lag[i][l];
                    }
                }
            }
        }
        let mut ewy = zero;
        for l in 0..LANES {
            ewy[l] = linear[l] + ewd[l] + ewe[l];
        }
        let legacy = self.legacy(a);
        let mut exact = zero;
        if self.exact {
            of.demean(h, mean);
            of.coordinates(h, a);
            of.subtract(h, a);
            add_products(h, h, &mut exact);
        }
        Scores { ssr, ewe, ewy, legacy, exact }
    }

    /// (c + a)'K(c + a)
    #[inline(always)]
    fn legacy(&self, a: &[Lane]) -> Lane {
        let k = self.residuals.rank();
        let mut sum = [0.0; LANES];
        for i in 0..k {
            let mut row = [0.0; LANES];
            for j in 0..k {
                for l in 0..LANES {
                    row[l] = self.gram[i * k + j].mul_add(self.coordinates[j] + a[j][l], row[l]);
                }
            }
            for l in 0..LANES {
                sum[l] = row[l].mul_add(self.coordinates[i] + a[i][l], sum[l]);
            }
        }
        sum
    }
}
