//! The fit that is kept of an estimator by moments.

use crate::estimator::goodness::{Ingredients, of_random_effects, statistics};
use crate::estimator::inference::{estimates, rows};
use crate::estimator::random::components::Components;
use crate::estimator::random::maximum::Levels;
use crate::estimator::{Estimated, FitError, Info, Problem};
use crate::math::Matrix;
use crate::model::{ErrorComponents, Term};
use crate::outcome::{Fit, Reference};

/// What an estimator found.
pub(super) struct Found {
    pub info: &'static Info,
    /// Parameters in order: the linear part, then ρ and λ where there are such.
    pub terms: Vec<Term>,
    pub values: Vec<f64>,
    /// Their covariance.
    pub covariance: Matrix,
    /// Variance of the errors, and the variance of that.
    pub sigma2: (f64, f64),
    /// e, effects removed.
    pub innovations: Vec<f64>,
    pub kind: String,
    pub inference: Reference,
    pub cautions: Vec<String>,
}

impl Found {
    fn spatial(&self, term: &Term) -> Option<f64> {
        self.terms.iter().position(|t| t == term).map(|at| self.values[at])
    }
}

/// The fit. A spatial parameter outside the interval in which the model has a reduced form is none.
pub(super) fn assemble(problem: &Problem<'_>, mut found: Found) -> Result<Estimated, FitError> {
    let n = problem.n();
    let (rho, lambda) = (found.spatial(&Term::Rho), found.spatial(&Term::Lambda));
    let spatial = usize::from(rho.is_some()) + usize::from(lambda.is_some());
    let slopes = found.terms.len() - spatial;
    if rho.is_some() {
        let spectrum = problem.weights.spectrum().ok_or(FitError::NoSpectrum)?;
        let (low, high) = spectrum.interval();
        inside("rho", rho, (low, high))?;
    }
    let linear = problem.linear_part(&found.values[..slopes]);
    let y = &problem.sample.y;
    let lag = rho.map(|rho| (rho, problem.weights.lag(y)));
    let rest: Vec<f64> = match &lag {
        Some((rho, lag)) => (0..n).map(|i| y[i] - rho * lag[i] - linear[i]).collect(),
        None => (0..n).map(|i| y[i] - linear[i]).collect(),
    };
    let effects = problem.effects_part(&rest);
    let systematic: Vec<f64> = linear.iter().zip(&effects).map(|(l, m)| l + m).collect();
    let level_residual: Vec<f64> = rest.iter().zip(&effects).map(|(r, m)| r - m).collect();
    let within_linear = problem.within(&linear);
    let reduced_form = rho.map(|rho| problem.weights.resolve(rho, &systematic));
    let within_reduced_form = match rho {
        Some(rho) => problem.within(&problem.weights.resolve(rho, &within_linear)),
        None => within_linear,
    };
    let (sigma2, of_sigma2) = found.sigma2;
    let k = found.terms.len();
    let covariance = Matrix::from_fn(k + 1, k + 1, |i, j| match (i < k, j < k) {
        (true, true) => found.covariance[(i, j)],
        (false, false) => of_sigma2,
        (true, false) | (false, true) => 0.0,
    });
    if !(0..=k).all(|i| covariance[(i, i)].is_finite() && covariance[(i, i)] > 0.0) {
        return Err(FitError::SingularInformation);
    }
    found.terms.push(Term::Sigma2);
    found.values.push(sigma2);
    let ingredients = Ingredients {
        // There is no likelihood: what is made from it is left out.
        loglik: f64::NAN,
        sigma2,
        innovations: &found.innovations,
        level_residual: &level_residual,
        reduced_form: reduced_form.as_deref(),
        within_reduced_form: &within_reduced_form,
        slopes,
        spatial,
    };
    let fit = Fit {
        estimator: found.info.name.to_owned(),
        estimator_version: found.info.version,
        effects: problem.model.effects,
        estimates: estimates(&found.terms, &found.values, &covariance, &found.inference),
        covariance: rows(&covariance),
        std_error_kind: found.kind,
        inference: found.inference,
        statistics: statistics(problem, &ingredients),
        convergence: None,
        cautions: found.cautions,
    };
    Ok(Estimated { fit, innovations: found.innovations, systematic, bread: None })
}

/// What an estimator with random effects found.
pub(super) struct FoundRandom {
    pub info: &'static Info,
    /// All parameters: the linear part, ρ, λ, φ where there are such, σ².
    pub terms: Vec<Term>,
    pub values: Vec<f64>,
    /// Their covariance.
    pub covariance: Matrix,
    /// Tφ
    pub s: f64,
    pub kind: String,
    pub inference: Reference,
}

/// The fit of an equation with random effects. Innovations are those errors that are alike and
/// uncorrelated.
pub(super) fn assemble_random(
    own: &Problem<'_>,
    found: FoundRandom,
) -> Result<Estimated, FitError> {
    let value = |term: &Term| found.terms.iter().position(|t| t == term).map(|at| found.values[at]);
    let (rho, lambda) = (value(&Term::Rho), value(&Term::Lambda));
    if rho.is_some() {
        let spectrum = own.weights.spectrum().ok_or(FitError::NoSpectrum)?;
        inside("rho", rho, spectrum.interval())?;
    }
    let all = found.terms.len();
    if !(0..all).all(|i| found.covariance[(i, i)].is_finite() && found.covariance[(i, i)] > 0.0) {
        return Err(FitError::SingularInformation);
    }
    let slopes = own.linear_terms().len();
    let components = Components::new(lambda, found.s, ErrorComponents::Kkp);
    let levels = Levels::new(own, rho, &found.values[..slopes], &components);
    let innovations = components.standardised(own.weights, &levels.residual);
    let sigma2 = found.values[all - 1];
    let mut statistics = of_random_effects(
        own,
        &Ingredients {
            loglik: f64::NAN,
            sigma2,
            innovations: &innovations,
            level_residual: &levels.residual,
            reduced_form: levels.reduced_form.as_deref(),
            within_reduced_form: &[],
            slopes,
            spatial: usize::from(rho.is_some()) + usize::from(lambda.is_some()),
        },
        (sigma2 * found.s / own.n_periods() as f64, found.s),
    );
    statistics.retain(|_, v| v.is_finite());
    let fit = Fit {
        estimator: found.info.name.to_owned(),
        estimator_version: found.info.version,
        effects: own.model.effects,
        estimates: estimates(&found.terms, &found.values, &found.covariance, &found.inference),
        covariance: rows(&found.covariance),
        std_error_kind: found.kind,
        inference: found.inference,
        statistics,
        convergence: None,
        cautions: Vec::new(),
    };
    Ok(Estimated { fit, innovations, systematic: levels.systematic, bread: None })
}

fn inside(
    parameter: &'static str,
    at: Option<f64>,
    (low, high): (f64, f64),
) -> Result<(), FitError> {
    match at {
        Some(at) if !(at > low && at < high) => Err(FitError::Outside { parameter, at, low, high }),
        _ => Ok(()),
    }
}

/// The response that a fit generates from innovations: (I − ρW)⁻¹(Xβ + effects + (I − λW)⁻¹e).
pub(super) fn simulate(problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
    let disturbance = match at.value(&Term::Lambda) {
        Some(lambda) => problem.error_weights.resolve(lambda, errors),
        None => errors.to_vec(),
    };
    let shocked: Vec<f64> = at.systematic.iter().zip(&disturbance).map(|(f, u)| f + u).collect();
    match at.value(&Term::Rho) {
        Some(rho) => problem.weights.resolve(rho, &shocked),
        None => shocked,
    }
}
