//! Least squares against the error model, of the same equation: a spatial Hausman test.
//!
//! *Null*: the spatial dependence is that of the errors alone, u = λWu + e, so that least squares and the
//! SEM estimate the same coefficients, the latter with less variance. With b_O and b_S their coefficients
//! and X̃ the regressors without effects, B = I − λW,
//!
//! ```text
//! H = (b_O − b_S)'(V_O − V_S)⁻¹(b_O − b_S)                                                χ²(K)
//! V_O = σ²(X̃'X̃)⁻¹X̃'B⁻¹B'⁻¹X̃(X̃'X̃)⁻¹,   V_S = σ²(X̃'B'BX̃)⁻¹
//! ```
//!
//! with λ and σ² of the SEM, the constant among the coefficients where there is one. A lag that was left out,
//! or omitted variables that neighbours share, move the two apart. The same of SDEM and SLX.
//!
//! R's spatialreg 1.2-6 has B⁻¹B⁻¹ in the place of B⁻¹B'⁻¹, which is another number unless W is symmetric.
//!
//! *References*: Pace & LeSage (2008), Economics Letters 101; LeSage & Pace (2009), section 3.3.1.

use super::hausman_spatial::Form;
use super::made::{Found, chi_squared, detailed, no_fit};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::{Estimated, Problem, find};
use crate::math::Matrix;
use crate::math::linalg::{dot, spd_inverse};
use crate::model::incidental::Correction;
use crate::model::std_errors::StdErrors;
use crate::model::{Model, Term};
use crate::outcome::{Basis, Fit};

/// Least squares against the error model.
#[derive(Debug)]
pub struct HausmanSem;

static INFO: Info = Info {
    name: "hausman-sem",
    summary: "least squares against the spatial error model, of the same coefficients",
    tests: &[("hausman-sem", "Hausman (OLS against SEM)")],
    reference: "Pace & LeSage (2008); LeSage & Pace (2009), section 3.3.1",
    version: 1,
    whole_periods: false,
    of_fit: true,
};

impl Diagnostic for HausmanSem {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let problem = context.own();
        let tests = match possible(&problem).and_then(|()| forms(&problem)) {
            Ok(form) => {
                let details =
                    [("quadratic-form", form.value), ("smallest-eigenvalue", form.smallest)];
                vec![detailed(INFO.name, Basis::Fit, outcome(&form), &details)]
            }
            Err(reason) => not_applicable(&INFO, Basis::Fit, &reason),
        };
        Findings { tests, verdicts: Vec::new() }
    }
}

fn possible(problem: &Problem<'_>) -> Result<(), String> {
    let model = problem.model;
    let name = &model.estimator;
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    if estimator.info().spatial != [Term::Lambda] || !estimator.maximises_likelihood() {
        return Err(format!(
            "`{name}` is no spatial error model by maximum likelihood: take `sem` or `sdem`"
        ));
    }
    if model.effects.is_random() {
        return Err(
            "random effects correlate the errors of a unit, which the covariance of least \
                    squares here leaves out"
                .to_owned(),
        );
    }
    Ok(())
}

fn outcome(form: &Form) -> Found {
    if form.smallest > 0.0 { chi_squared(form.value, form.count) } else { Err(form.indefinite()) }
}

/// b_O and b_S with their covariances.
fn forms(problem: &Problem<'_>) -> Result<Form, String> {
    let spatial = fitted(problem, &problem.model.estimator)?;
    let of_least_squares =
        if find(&problem.model.estimator).is_some_and(|e| e.info().durbin) { "slx" } else { "ols" };
    let plain = fitted(problem, of_least_squares)?;
    let (lambda, sigma2) = (spatial.value(&Term::Lambda), spatial.value(&Term::Sigma2));
    let (Some(lambda), Some(sigma2)) = (lambda, sigma2) else {
        return Err("the error model has no λ".to_owned());
    };
    let columns: Vec<Vec<f64>> = problem.columns().iter().map(|x| problem.within(x)).collect();
    let spread: Vec<Vec<f64>> =
        columns.iter().map(|x| problem.error_weights.resolve_transposed(lambda, x)).collect();
    let singular = || "the regressors are collinear".to_owned();
    let bread = spd_inverse(&products(&columns)).ok_or_else(singular)?;
    let of_plain = &bread * products(&spread) * &bread;
    let k = columns.len();
    let of_plain: Vec<Vec<f64>> =
        (0..k).map(|i| (0..k).map(|j| sigma2 * of_plain[(i, j)]).collect()).collect();
    let values = |fit: &Fit| -> Vec<f64> { fit.estimates[..k].iter().map(|e| e.value).collect() };
    let shift: Vec<f64> =
        values(&plain.fit).iter().zip(values(&spatial.fit)).map(|(o, s)| o - s).collect();
    Form::of(&shift, &of_plain, &spatial.fit.covariance)
        .ok_or_else(|| "the difference of the two covariances is singular".to_owned())
}

fn products(columns: &[Vec<f64>]) -> Matrix {
    Matrix::from_fn(columns.len(), columns.len(), |i, j| dot(&columns[i], &columns[j]))
}

fn fitted(problem: &Problem<'_>, name: &str) -> Result<Estimated, String> {
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    let model = Model {
        estimator: name.to_owned(),
        correction: Correction::None,
        std_errors: StdErrors::Default,
        small_sample: None,
        ..problem.model.clone()
    };
    estimator.supports(&model)?;
    let found = estimator.fit(&Problem { model: &model, ..*problem });
    found.map_err(|why| no_fit(&format!("`{name}`"), &why))
}
