//! Random effects of units, with a spatial lag, a spatially lagged error, both or neither; of periods
//! and of both, with neither.
//!
//! *Model*: y = ρWy + Xβ + u with μᵢ ~ (0, σ²_μ), e ~ (0, σ²I), φ = σ²_μ/σ², B = I − λW, and
//!
//! ```text
//! u = 1 ⊗ μ + e                          without a spatially lagged error
//! u = 1 ⊗ μ + (I ⊗ B⁻¹)e                 `anselin`: the effects do not spill over
//! u = (I ⊗ B⁻¹)(1 ⊗ μ + e)               `kkp`: they do
//! ```
//!
//! In units of σ² the covariance of u is J_T ⊗ A₁ + E_T ⊗ A₀, J_T = 11'/T and E_T = I − J_T, with
//! A₀ = (B'B)⁻¹ and A₁ = (1 + Tφ)A₀ (`kkp`, and λ = 0) or TφI + A₀ (`anselin`). So with m the means of
//! units and w the deviations from them, both filtered by B, the log-likelihood is
//!
//! ```text
//! −(n/2) ln 2πσ² + T ln|I − ρW| + T ln|B| − ½ ln|C| − (Σw'w + T m'C⁻¹m)/2σ²
//! C = (1 + Tφ)I   or   I + Tφ BB' (`anselin`)
//! ```
//!
//! (Anselin 1988, section 10.2; Elhorst 2014, section 3.3.2; Baltagi, Song & Koh 2003; Kapoor,
//! Kelejian & Prucha 2007; Millo & Piras 2012.) [`feasible`] has the form without spatial terms by
//! least squares, the others go by this likelihood.
//!
//! `random-time` has fixed effects of periods beside it: they are concentrated out of the very
//! likelihood above, so that estimates equal those with a dummy a period. Where rows of W have one
//! sum and effects are not `anselin`, that is to demean every filtered variable period by period.
//! `correlated-random` adds the unit means of all regressors, Durbin terms included, to X (Mundlak
//! 1978; Debarsy 2012); [`mundlak`] tests that they say nothing.
//!
//! | file | what it does |
//! |---|---|
//! | `columns` | unit means as regressors; the parts of columns between and within units |
//! | `between` | T m'C⁻¹m and ln\|C\| with their derivatives |
//! | `likelihood` | the log-likelihood with its first and second derivatives |
//! | `search` | its maximum in at most three parameters |
//! | `climber` | the way up to it, step by step |
//! | `maximum` | the fit at the maximum |
//! | `either` | fixed or random: the model decides which estimator it is for |
//! | `components` | errors from what is alike and uncorrelated, and back |
//! | `variances` | variances of effects and innovations from residuals |
//! | `feasible` | generalised least squares with estimated components |
//! | `mundlak` | the test of the unit means |

mod between;
#[cfg(test)]
mod brute;
pub(super) mod climber;
pub(super) mod columns;
pub(super) mod components;
pub mod either;
pub mod feasible;
mod likelihood;
pub mod maximum;
pub mod mundlak;
pub(super) mod search;
pub(super) mod variances;

use super::leverage::Hat;
use super::problem::matrix;
use super::transform::demeaned;
use super::{Estimated, FitError, Problem};
use crate::math::linalg::ColumnSpace;
use crate::model::variance_components::VarianceComponents;
use crate::model::{Effects, ErrorComponents, LagOrder, Model, Term};
use crate::outcome::Statistic;
use components::Components;

/// Units above which `anselin` is refused: it takes the inverse of an N × N matrix at each step.
pub const MOST_UNITS: usize = 1500;

/// Which spatial terms a model has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spatial {
    /// ρWy
    pub lag: bool,
    /// λWu
    pub error: bool,
}

impl Spatial {
    /// Neither.
    pub const NONE: Self = Self { lag: false, error: false };
    /// ρWy
    pub const LAG: Self = Self { lag: true, error: false };
    /// λWu
    pub const ERROR: Self = Self { lag: false, error: true };
    /// Both.
    pub const BOTH: Self = Self { lag: true, error: true };
}

/// How the error of `problem`'s model is made up; without λ both ways are one.
pub(super) fn error_components(model: &Model, spatial: Spatial) -> ErrorComponents {
    match model.error_components {
        _ if !spatial.error => ErrorComponents::Kkp,
        Some(asked) => asked,
        None if by_moments(model) => ErrorComponents::Kkp,
        None => ErrorComponents::Anselin,
    }
}

/// Moments of residuals are those of effects that spill over.
fn by_moments(model: &Model) -> bool {
    super::find(&model.estimator).is_some_and(|estimator| !estimator.maximises_likelihood())
}

/// Whether a model can have the effects it asks for, else why not.
pub(super) fn supports(model: &Model, spatial: Spatial) -> Result<(), String> {
    if model.effects.is_random() && model.lag_order == LagOrder::DemeanThenLag {
        return Err(
            "`demean-then-lag` is an order of removing fixed effects; random ones are part \
                    of the error and are not removed"
                .to_owned(),
        );
    }
    if model.effects.has_random_periods() && (spatial.lag || spatial.error) {
        return Err(format!(
            "random effects of periods are built for least squares (`ols`, `slx`) only: the likelihoods of \
             spatial models here have random effects of units (Elhorst 2014, section 3.3); take \
             effects = \"{}\" for fixed ones of periods",
            if model.effects.has_random_units() { "random-time" } else { "time" }
        ));
    }
    if model.variance_components.is_some_and(VarianceComponents::of_fixed_effects)
        && model.effects.has_unit_means()
    {
        return Err(
            "of correlated random effects the unit means are regressors, and what they explain would be \
             in the effects that `amemiya` and `nerlove` look at (Mundlak 1978): take \
             variance_components = \"swamy-arora\" or \"wallace-hussain\""
                .to_owned(),
        );
    }
    if model.error_components.is_some() && !(model.effects.is_random() && spatial.error) {
        return Err(
            "`error_components` says how random effects and a spatially lagged error make \
                    up u; this model has not both"
                .to_owned(),
        );
    }
    Ok(())
}

/// The response that a fit generates from `errors`, alike and uncorrelated as its innovations are:
/// (I − ρW)⁻¹(Xβ + u), u made of new effects and new innovations.
pub(super) fn simulate(problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
    let u = Components::of(problem, at).disturbance(problem.weights, errors);
    let shocked: Vec<f64> = at.systematic.iter().zip(&u).map(|(f, u)| f + u).collect();
    match at.value(&Term::Rho) {
        Some(rho) => problem.weights.resolve(rho, &shocked),
        None => shocked,
    }
}

/// The regressors of generalised least squares at a fit without spatial terms, fixed effects of periods
/// taken out; errors of that regression are alike and uncorrelated.
pub(super) fn regressors(problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
    let components = Components::of(problem, at);
    let (sample, _) = columns::with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let star = |x: &Vec<f64>| components.standardised(own.weights, &own.within(x));
    own.columns().iter().map(star).collect()
}

/// What of the innovations of such a fit lies within that which has random effects: σ² is estimated
/// from it.
pub(super) fn innovations_within(problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
    let has = |of: Statistic| at.fit.statistics.get(&of).is_some_and(|theta| *theta > 0.0);
    let effects = match (has(Statistic::Theta), has(Statistic::ThetaPeriod)) {
        (true, true) => Effects::TwoWay,
        (true, false) => Effects::Individual,
        (false, true) => Effects::Time,
        (false, false) => Effects::None,
    };
    demeaned(&at.innovations, problem.n_units(), effects)
}

/// The regressors in the coordinates in which errors are alike and uncorrelated, period dummies
/// among them, as an orthonormal basis.
fn standardised(problem: &Problem<'_>, at: &Estimated) -> Result<ColumnSpace, FitError> {
    let components = Components::of(problem, at);
    let (sample, _) = columns::with_unit_means(problem);
    let problem = Problem { sample: &sample, ..*problem };
    let (n, t) = (problem.n_units(), problem.n_periods());
    let dummy = |p: usize| (0..n * t).map(|i| f64::from(u8::from(i / n == p))).collect();
    let periods = if problem.model.effects.has_time() { t } else { 0 };
    let x: Vec<Vec<f64>> = (0..periods)
        .map(dummy)
        .chain(problem.columns())
        .map(|x| components.standardised(problem.weights, &x))
        .collect();
    ColumnSpace::new(&matrix(&x)).map_err(|_| FitError::SingularInformation)
}

/// The leverage of each observation in generalised least squares at the fit, period effects
/// included.
pub(super) fn leverages(problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
    let hat = hat(problem, at);
    (0..problem.n()).map(|i| hat.basis.iter().map(|q| q[i] * q[i]).sum()).collect()
}

/// The hat matrix of generalised least squares at the fit.
pub(super) fn hat(problem: &Problem<'_>, at: &Estimated) -> Hat {
    let space = standardised(problem, at).expect("the fit has inverted the same matrix");
    let column = |j: usize| space.q.col(j).iter().copied().collect();
    Hat {
        units: problem.n_units(),
        basis: (0..space.rank()).map(column).collect(),
        of_periods: 0.0,
    }
}
