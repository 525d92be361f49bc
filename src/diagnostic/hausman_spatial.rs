//! Fixed against random effects of units, for the cell's own model with its spatial terms.
//!
//! *Null*: μᵢ is uncorrelated with X (Durbin terms among them). With b_F, b_R the slopes of the model with
//! fixed and with random effects, both by the cell's estimator with their own ρ and λ:
//!
//! ```text
//! hausman-spatial        H = (b_F − b_R)'(V_F − V_R)⁻¹(b_F − b_R)                      χ²(K)
//! hausman-spatial-means  Wald test of the unit means in the correlated random-effects model   χ²(number of means)
//! ```
//!
//! By maximum likelihood V_F is the inverse of the expected information, V_R of the observed one, ρ and λ
//! among the parameters of both. By moments b has ρ beside the slopes, the coefficients of one equation,
//! K counts it, and the covariances are those of the two estimators (Mutl & Pfaffermayr 2011, section 4); R's
//! splm has NT − k in V_F where effects of units leave N(T − 1) − k. In samples V_F − V_R is often indefinite; then H is no χ², and may be negative: it
//! is not given as a test and its signed value is among the details. R's splm takes its absolute value, and
//! a V_R given ρ, λ and φ. The second form always exists. With two-way effects those of periods are fixed
//! in both models.
//!
//! *References*: Hausman (1978); Mutl & Pfaffermayr (2011); Debarsy (2012); Lee & Yu (2012).

use super::made::{chi_squared, detailed, no_fit, test};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::random::mundlak;
use crate::estimator::{Estimated, Problem, find};
use crate::math::Matrix;
use crate::math::linalg::{Lu, symmetric_eigenvalues};
use crate::model::incidental::Correction;
use crate::model::std_errors::StdErrors;
use crate::model::{Effects, LagOrder, Model, Term};
use crate::outcome::{Basis, NullDistribution, Test, TestOutcome};

/// Fixed against random effects with spatial terms.
#[derive(Debug)]
pub struct HausmanSpatial;

static INFO: Info = Info {
    name: "hausman-spatial",
    summary: "fixed against random effects of units, with the spatial terms of the model",
    tests: &[
        ("hausman-spatial", "Hausman (spatial)"),
        ("hausman-spatial-means", "Unit means (spatial)"),
    ],
    reference: "Hausman (1978); Mutl & Pfaffermayr (2011); Debarsy (2012)",
    version: 2,
    whole_periods: false,
    of_fit: true,
};

impl Diagnostic for HausmanSpatial {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let problem = context.own();
        let tests = match possible(&problem) {
            Ok(()) => vec![contrast(&problem), means(&problem)],
            Err(reason) => not_applicable(&INFO, Basis::Fit, &reason),
        };
        Findings { tests, verdicts: Vec::new() }
    }
}

fn possible(problem: &Problem<'_>) -> Result<(), String> {
    let model = problem.model;
    let name = &model.estimator;
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    if estimator.info().spatial.is_empty() {
        return Err("the model has no spatial term: `hausman` is its test".to_owned());
    }
    if model.dynamics.is_some() {
        return Err("lags of the response are correlated with random effects of units".to_owned());
    }
    if !model.effects.within().has_individual() {
        return Err("the model has no effects of units that could be random".to_owned());
    }
    if problem.n_periods() < 2 {
        return Err("there is one period: effects of units are the errors".to_owned());
    }
    Ok(())
}

fn fit(problem: &Problem<'_>, effects: Effects) -> Result<Estimated, String> {
    let name = &problem.model.estimator;
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    let model = Model {
        effects,
        lag_order: LagOrder::LagThenDemean,
        correction: Correction::None,
        std_errors: StdErrors::Default,
        error_components: problem.model.error_components.filter(|_| effects.is_random()),
        moment_weights: problem.model.moment_weights.filter(|_| effects.is_random()),
        ..problem.model.clone()
    };
    estimator.supports(&model)?;
    let found = estimator.fit(&Problem { model: &model, ..*problem });
    found.map_err(|why| no_fit(&format!("`{name}` with {effects} effects"), &why))
}

/// Fixed and random effects of the same kind.
fn pair(effects: Effects) -> (Effects, Effects) {
    match effects.within() {
        Effects::TwoWay => (Effects::TwoWay, Effects::RandomTime),
        _ => (Effects::Individual, Effects::Random),
    }
}

fn contrast(problem: &Problem<'_>) -> Test {
    let (fixed, random) = pair(problem.model.effects);
    let name = INFO.tests[0].0;
    let fits = fit(problem, fixed).and_then(|f| Ok((f, fit(problem, random)?)));
    let (fixed, random) = match fits {
        Ok(fits) => fits,
        Err(why) => return test(name, Basis::Fit, Err(why)),
    };
    let by_moments = find(&problem.model.estimator).is_some_and(|e| !e.maximises_likelihood());
    let Some(form) = between(&fixed, &random, by_moments) else {
        let why = "the difference of the two covariances is singular".to_owned();
        return test(name, Basis::Fit, Err(why));
    };
    let outcome = if form.smallest > 0.0 {
        chi_squared(form.value, form.count)
    } else {
        Err(form.indefinite())
    };
    let details = [("quadratic-form", form.value), ("smallest-eigenvalue", form.smallest)];
    detailed(name, Basis::Fit, outcome, &details)
}

/// d'(V_F − V_R)⁻¹d of any sign.
pub(super) struct Form {
    pub(super) value: f64,
    /// The smallest eigenvalue of V_F − V_R in units of the standard errors of V_F.
    pub(super) smallest: f64,
    /// Of coefficients.
    pub(super) count: usize,
}

impl Form {
    /// Of the difference d and the two covariances, the larger one first; their leading entries are those
    /// of d.
    pub(super) fn of(d: &[f64], larger: &[Vec<f64>], smaller: &[Vec<f64>]) -> Option<Self> {
        let k = d.len();
        let size = |i: usize| larger[i][i].sqrt();
        let matrix =
            Matrix::from_fn(k, k, |i, j| (larger[i][j] - smaller[i][j]) / (size(i) * size(j)));
        let shift = Matrix::from_fn(k, 1, |i, _| d[i] / size(i));
        let smallest = *symmetric_eigenvalues(&matrix)?.first()?;
        let solved = Lu::new(&matrix).solve(&shift);
        let value: f64 = (0..k).map(|i| shift[(i, 0)] * solved[(i, 0)]).sum();
        value.is_finite().then_some(Self { value, smallest, count: k })
    }

    /// Why it is no χ².
    pub(super) fn indefinite(&self) -> String {
        format!(
            "the difference of the two covariances is indefinite (its smallest eigenvalue is \
             {:.4} of the larger covariance), so that its quadratic form, {:.4}, is no χ²",
            self.smallest, self.value
        )
    }
}

/// The form of the slopes that both fits have, and of ρ where they are of one equation by moments.
fn between(fixed: &Estimated, random: &Estimated, by_moments: bool) -> Option<Form> {
    let wanted = |term: &Term| match term {
        Term::Variable(_) => true,
        Term::Rho => by_moments,
        _ => false,
    };
    let common: Vec<(usize, usize)> = fixed
        .fit
        .estimates
        .iter()
        .enumerate()
        .filter(|(_, e)| wanted(&e.term))
        .filter_map(|(i, e)| {
            Some((i, random.fit.estimates.iter().position(|other| other.term == e.term)?))
        })
        .collect();
    let pick = |of: &Estimated, at: &dyn Fn(&(usize, usize)) -> usize| -> Vec<Vec<f64>> {
        let row =
            |a: &(usize, usize)| common.iter().map(|b| of.fit.covariance[at(a)][at(b)]).collect();
        common.iter().map(row).collect()
    };
    let d: Vec<f64> = common
        .iter()
        .map(|&(i, j)| fixed.fit.estimates[i].value - random.fit.estimates[j].value)
        .collect();
    Form::of(&d, &pick(fixed, &|at| at.0), &pick(random, &|at| at.1))
}

fn means(problem: &Problem<'_>) -> Test {
    let name = INFO.tests[1].0;
    if problem.model.effects.within() == Effects::TwoWay {
        let why =
            "correlated random effects have no effects of periods beside them here".to_owned();
        return test(name, Basis::Fit, Err(why));
    }
    let found = fit(problem, Effects::CorrelatedRandom).and_then(|fit| {
        mundlak::test(&fit.fit).ok_or_else(|| "the fit has no unit means".to_owned())
    });
    let outcome = found.and_then(|mundlak| match mundlak.outcome {
        TestOutcome::NotApplicable { reason } => Err(reason),
        TestOutcome::Computed { null: NullDistribution::ChiSquared { df }, .. }
            if problem.n_units() <= 2 * df as usize =>
        {
            Err(format!(
                "{} units are too few for {df} unit means: it needs more than {}",
                problem.n_units(),
                2 * df
            ))
        }
        computed @ TestOutcome::Computed { .. } => Ok(computed),
    });
    test(name, Basis::Fit, outcome)
}
