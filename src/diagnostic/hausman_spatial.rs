//! Fixed against random effects of units, for the cell's own model with its spatial terms.
//!
//! *Null*: μᵢ is uncorrelated with X (Durbin terms among them). With b_F, b_R the slopes of the model with
//! fixed and with random effects, both by maximum likelihood with their own ρ and λ:
//!
//! ```text
//! hausman-spatial        H = (b_F − b_R)'(V_F − V_R)⁻¹(b_F − b_R)                      χ²(K)
//! hausman-spatial-means  Wald test of the unit means in the correlated random-effects model   χ²(number of means)
//! ```
//!
//! V_F is the inverse of the expected information, V_R of the observed one, ρ and λ among the
//! parameters of both. In samples V_F − V_R is often indefinite; then H is no χ², and may be negative: it
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
    version: 1,
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
    if !estimator.maximises_likelihood() {
        return Err(format!("`{name}` maximises no likelihood"));
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
    let Some(Form { value, smallest, slopes }) = Form::of(&fixed, &random) else {
        let why = "the difference of the two covariances is singular".to_owned();
        return test(name, Basis::Fit, Err(why));
    };
    let outcome = if smallest > 0.0 {
        chi_squared(value, slopes)
    } else {
        Err(format!(
            "the difference of the two covariances is indefinite (its smallest eigenvalue is \
             {smallest:.4} of the fixed-effects covariance), so that its quadratic form, {value:.4}, is \
             no χ²"
        ))
    };
    detailed(
        name,
        Basis::Fit,
        outcome,
        &[("quadratic-form", value), ("smallest-eigenvalue", smallest)],
    )
}

/// d'(V_F − V_R)⁻¹d of any sign.
struct Form {
    value: f64,
    /// The smallest eigenvalue of V_F − V_R in units of the standard errors of V_F.
    smallest: f64,
    slopes: usize,
}

impl Form {
    fn of(fixed: &Estimated, random: &Estimated) -> Option<Self> {
        let terms: Vec<&Term> = fixed.fit.estimates.iter().map(|e| &e.term).collect();
        let slopes: Vec<(usize, usize)> = (0..terms.len())
            .filter(|&i| matches!(terms[i], Term::Variable(_)))
            .filter_map(|i| {
                let other = random.fit.estimates.iter().position(|e| e.term == *terms[i])?;
                Some((i, other))
            })
            .collect();
        let k = slopes.len();
        let size = |i: usize| fixed.fit.covariance[slopes[i].0][slopes[i].0].sqrt();
        let matrix = Matrix::from_fn(k, k, |i, j| {
            let ((a, c), (b, d)) = (slopes[i], slopes[j]);
            (fixed.fit.covariance[a][b] - random.fit.covariance[c][d]) / (size(i) * size(j))
        });
        let shift = Matrix::from_fn(k, 1, |i, _| {
            let (a, c) = slopes[i];
            (fixed.fit.estimates[a].value - random.fit.estimates[c].value) / size(i)
        });
        let smallest = *symmetric_eigenvalues(&matrix)?.first()?;
        let solved = Lu::new(&matrix).solve(&shift);
        let value: f64 = (0..k).map(|i| shift[(i, 0)] * solved[(i, 0)]).sum();
        value.is_finite().then_some(Self { value, smallest, slopes: k })
    }
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
