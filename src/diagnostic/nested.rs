//! The cell's own model against the models nested in it.
//!
//! ```text
//! SDM → SLM   θ = 0          SDEM → SEM  θ = 0          SAC → SLM  λ = 0     SLM → OLS  ρ = 0
//! SDM → SEM   θ + ρβ = 0     SDEM → SLX  λ = 0          SAC → SEM  ρ = 0     SEM → OLS  λ = 0
//! SDM → SLX   ρ = 0          GNS → SDM, SDEM, SAC  λ = 0, ρ = 0, θ = 0       SLX → OLS  θ = 0
//! ```
//!
//! `wald-to-…`: h'(H V H')⁻¹h with V the covariance that the cell asks for, H = ∂h/∂(β, θ, ρ, λ)';
//! `lr-to-…`: 2(ℓ − ℓ_r), the restricted model fitted on the same sample with the same effects. χ²(number of
//! restrictions), for both (Student's t: F of the Wald statistic). Where rejections disagree about θ + ρβ = 0
//! the likelihood ratio is to be preferred: Wald statistics depend on how restrictions are written.
//!
//! *References*: Burridge (1981); Elhorst (2014), sections 2.7 and 3.4; LeSage & Pace (2009), section 6.1;
//! Gregory & Veall (1985).

use super::made::{chi_squared, no_fit, test};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::problem::matrix;
use crate::estimator::wald::computed;
use crate::estimator::{ESTIMATORS, Estimated, Estimator, Problem, covariance, find};
use crate::math::linalg::{ColumnSpace, dot, inverse_quadratic};
use crate::model::incidental::Correction;
use crate::model::std_errors::StdErrors;
use crate::model::{Model, Regressor, Term};
use crate::outcome::{Basis, Statistic, TestOutcome};
use crate::panel::sample::Sample;

/// Restrictions of the cell's model.
#[derive(Debug)]
pub struct Nested;

static INFO: Info = Info {
    name: "nested",
    summary: "likelihood ratio and Wald tests against the models nested in the cell's own",
    tests: &[
        ("lr-to-slm", "LR, reduction to SLM"),
        ("wald-to-slm", "Wald, reduction to SLM"),
        ("lr-to-sem", "LR, reduction to SEM"),
        ("wald-to-sem", "Wald, reduction to SEM"),
        ("lr-to-slx", "LR, reduction to SLX"),
        ("wald-to-slx", "Wald, reduction to SLX"),
        ("lr-to-sdm", "LR, reduction to SDM"),
        ("wald-to-sdm", "Wald, reduction to SDM"),
        ("lr-to-sdem", "LR, reduction to SDEM"),
        ("wald-to-sdem", "Wald, reduction to SDEM"),
        ("lr-to-sac", "LR, reduction to SAC"),
        ("wald-to-sac", "Wald, reduction to SAC"),
        ("lr-to-ols", "LR, reduction to OLS"),
        ("wald-to-ols", "Wald, reduction to OLS"),
    ],
    reference: "Burridge (1981); Elhorst (2014), section 3.4; LeSage & Pace (2009), section 6.1",
    version: 1,
    whole_periods: true,
    of_fit: true,
};

/// What is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Restriction {
    /// ρ or λ is zero.
    Zero(&'static Term),
    /// θ = 0
    NoDurbin,
    /// θ + ρβ = 0
    CommonFactor,
}

/// The models nested in that of `from`, and what is restricted: one spatial parameter less, no Durbin
/// terms, or an error in the place of a lag with Durbin terms.
fn nested_in(from: &'static dyn Estimator) -> Vec<(&'static dyn Estimator, Restriction)> {
    let own = from.info();
    let how = |to: &'static dyn Estimator| {
        let info = to.info();
        let missing: Vec<&'static Term> =
            own.spatial.iter().filter(|term| !info.spatial.contains(term)).collect();
        let within = info.spatial.iter().all(|term| own.spatial.contains(term));
        match (own.durbin, info.durbin, missing.as_slice()) {
            (of, to, [term]) if of == to && within => Some(Restriction::Zero(term)),
            (true, false, []) if within => Some(Restriction::NoDurbin),
            (true, false, [Term::Rho])
                if own.spatial.len() == 1 && info.spatial == [Term::Lambda] =>
            {
                Some(Restriction::CommonFactor)
            }
            _ => None,
        }
    };
    let likely = |e: &&&'static dyn Estimator| e.maximises_likelihood();
    if !from.maximises_likelihood() {
        return Vec::new();
    }
    ESTIMATORS.iter().filter(likely).filter_map(|&to| Some((to, how(to)?))).collect()
}

impl Diagnostic for Nested {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let problem = context.own();
        let name = problem.model.estimator.as_str();
        let mut tests = Vec::new();
        let estimator = find(name);
        let nested = estimator.map(nested_in).unwrap_or_default();
        let fit = estimator
            .filter(|_| !nested.is_empty())
            .map(|estimator| covariance::fit(estimator, &problem));
        for (to, how) in nested {
            let (lr, wald) = match &fit {
                Some(Ok(fit)) => both(&problem, fit, to, how),
                Some(Err(why)) => (Err(no_fit("the model", why)), Err(no_fit("the model", why))),
                None => continue,
            };
            let to = to.info().name;
            tests.push(test(&format!("lr-to-{to}"), Basis::Fit, lr));
            tests.push(test(&format!("wald-to-{to}"), Basis::Fit, wald));
        }
        if tests.is_empty() {
            let why = nothing_nested(name, estimator);
            tests = not_applicable(&INFO, Basis::Fit, &why);
        }
        Findings { tests, verdicts: Vec::new() }
    }
}

/// Why a model has no restriction to test.
fn nothing_nested(name: &str, estimator: Option<&'static dyn Estimator>) -> String {
    match estimator {
        Some(own) if own.info().spatial.is_empty() && !own.info().durbin => {
            format!("`{name}` is the smallest of these models: none is nested in it")
        }
        Some(own) if !own.maximises_likelihood() => format!(
            "`{name}` does not maximise a likelihood, which these tests compare; its own terms can be \
             tested by `wald`"
        ),
        Some(_) | None => format!("no model of these is nested in `{name}`"),
    }
}

type Found = Result<TestOutcome, String>;

fn both(
    problem: &Problem<'_>,
    fit: &Estimated,
    to: &dyn Estimator,
    how: Restriction,
) -> (Found, Found) {
    match restricted(problem, fit, how) {
        Ok(rows) => (ratio(problem, fit, to, how, rows.len()), wald(fit, &rows)),
        Err(why) => (Err(why.clone()), Err(why)),
    }
}

/// h and the entries of its row of H, by position of the estimate.
type Row = (f64, Vec<(usize, f64)>);

fn restricted(
    problem: &Problem<'_>,
    fit: &Estimated,
    how: Restriction,
) -> Result<Vec<Row>, String> {
    let estimates = &fit.fit.estimates;
    let at = |term: &Term| estimates.iter().position(|e| e.term == *term);
    let value = |i: usize| estimates[i].value;
    let durbin = |e: &Term| matches!(e, Term::Variable(r) if r.is_of_neighbours());
    let rows: Vec<Row> = match how {
        Restriction::Zero(term) => {
            at(term).map(|i| (value(i), vec![(i, 1.0)])).into_iter().collect()
        }
        Restriction::NoDurbin => (0..estimates.len())
            .filter(|&i| durbin(&estimates[i].term))
            .map(|i| (value(i), vec![(i, 1.0)]))
            .collect(),
        Restriction::CommonFactor => {
            let rho = at(&Term::Rho).ok_or("the model has no spatial lag")?;
            let mut rows = Vec::new();
            for regressor in problem.sample.regressors.iter().filter(|r| !r.is_of_neighbours()) {
                let own = at(&Term::Variable(regressor.clone()));
                let own = own.ok_or_else(|| format!("the fit has no {regressor}"))?;
                match at(&Term::Variable(regressor.of_neighbours())) {
                    Some(theta) => {
                        let h = value(theta) + value(rho) * value(own);
                        rows.push((h, vec![(theta, 1.0), (own, value(rho)), (rho, value(own))]));
                    }
                    None if lag_is_spanned(problem, regressor) => {}
                    None => {
                        return Err(format!(
                            "an SEM is not nested: the model has no Durbin term of {regressor}"
                        ));
                    }
                }
            }
            rows
        }
    };
    if rows.is_empty() { Err("the model has none of the terms".to_owned()) } else { Ok(rows) }
}

/// Whether Wx is a combination of the columns once effects are removed, and has no term for that.
fn lag_is_spanned(problem: &Problem<'_>, regressor: &Regressor) -> bool {
    let of = problem.sample.regressors.iter().position(|r| r == regressor);
    let Some(x) = of.map(|j| &problem.sample.x[j]) else { return false };
    let lag = problem.weights.lag(x);
    let within = problem.within(&lag);
    let size = dot(&lag, &lag).sqrt();
    let columns: Vec<Vec<f64>> = problem.columns().iter().map(|c| problem.within(c)).collect();
    let Ok(space) = ColumnSpace::new(&matrix(&columns)) else { return false };
    let left = space.residual(&within);
    dot(&left, &left).sqrt() <= 1e-9 * size
}

fn wald(fit: &Estimated, rows: &[Row]) -> Found {
    let q = rows.len();
    let mut middle = vec![0.0; q * q];
    for (a, (_, left)) in rows.iter().enumerate() {
        for (b, (_, right)) in rows.iter().enumerate() {
            for (i, x) in left {
                middle[a * q + b] +=
                    right.iter().map(|(j, y)| x * fit.fit.covariance[*i][*j] * y).sum::<f64>();
            }
        }
    }
    let mut h: Vec<f64> = rows.iter().map(|row| row.0).collect();
    let statistic = inverse_quadratic(&mut middle, &mut h)
        .ok_or_else(|| "the covariance of the restrictions is singular".to_owned())?;
    Ok(computed(statistic, q, &fit.fit.inference))
}

fn ratio(
    problem: &Problem<'_>,
    fit: &Estimated,
    estimator: &dyn Estimator,
    how: Restriction,
    restrictions: usize,
) -> Found {
    if problem.model.correction == Correction::BiasCorrected {
        return Err("estimates without their bias are no maximum of the likelihood".to_owned());
    }
    let to = estimator.info().name;
    if problem.model.effects.is_random() && estimator.info().spatial.is_empty() {
        return Err("least squares with random effects maximises no likelihood".to_owned());
    }
    if problem.model.correction == Correction::Transformation && !estimator.has_correction() {
        return Err(format!("`{to}` has no likelihood of transformed data"));
    }
    if problem.has_own_error_weights() && how == Restriction::CommonFactor {
        return Err("an SEM with another matrix of errors is not nested".to_owned());
    }
    let durbin = |r: &Regressor| r.is_of_neighbours() && !estimator.info().durbin;
    let keep: Vec<bool> = problem.sample.regressors.iter().map(|r| !durbin(r)).collect();
    let sample = Sample {
        regressors: kept(&problem.sample.regressors, &keep),
        x: kept(&problem.sample.x, &keep),
        ..problem.sample.clone()
    };
    let spatial = estimator.info().spatial;
    let model = Model {
        estimator: to.to_owned(),
        regressors: problem.model.regressors.iter().filter(|r| !durbin(r)).cloned().collect(),
        small_sample: estimator
            .info()
            .small_sample
            .then_some(crate::model::SmallSample::Asymptotic),
        std_errors: StdErrors::Default,
        error_components: problem
            .model
            .error_components
            .filter(|_| spatial.contains(&Term::Lambda)),
        ..problem.model.clone()
    };
    // A model with one spatial term has one matrix: that of the term which is left.
    let of_errors = spatial == [Term::Lambda] && problem.has_own_error_weights();
    let weights = if of_errors { problem.error_weights } else { problem.weights };
    let error_weights = if spatial.len() < 2 { weights } else { problem.error_weights };
    let own = Problem { sample: &sample, model: &model, weights, error_weights, ..*problem };
    let null = estimator.fit(&own).map_err(|why| no_fit(&format!("`{to}`"), &why))?;
    let loglik = |fit: &Estimated| {
        let found = fit.fit.statistics.get(&Statistic::Loglik).copied();
        found.ok_or_else(|| "a model has no log-likelihood".to_owned())
    };
    chi_squared(2.0 * (loglik(fit)? - loglik(&null)?), restrictions)
}

fn kept<V: Clone>(all: &[V], keep: &[bool]) -> Vec<V> {
    all.iter().zip(keep).filter(|(_, keep)| **keep).map(|(v, _)| v.clone()).collect()
}
