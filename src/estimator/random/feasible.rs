//! Random effects without spatial terms by feasible generalised least squares.
//!
//! *Variance components*: see `variances`, by default those of Swamy & Arora (1972).
//! *Estimator*: with random effects of units, least squares of y − θȳᵢ on X − θX̄ᵢ, the constant among
//! X, θ = 1 − 1/√(1 + Tσ²_μ/σ²); with those of periods the same of means of periods,
//! θ_τ = 1 − 1/√(1 + Nσ²_τ/σ²); with both y − θȳᵢ − θ_τȳₜ + θ₃ȳ,
//! θ₃ = θ + θ_τ − 1 + 1/√(1 + Tσ²_μ/σ² + Nσ²_τ/σ²). Fixed effects of periods are taken out first.
//! *Covariance*: s²(X*'X*)⁻¹ with s² = e*'e*/(NT − k − effects of periods), given the variances; normal
//! distribution. σ² is that of innovations, of standard error σ²√(2/df), df its divisor.
//! *Log-likelihood*: that of normal errors at these estimates, σ² concentrated out. It is not
//! maximised.
//! *References*: Fuller & Battese (1974); Baltagi (2021), sections 2.3 and 3.3.

use super::columns::with_unit_means;
use super::components::Components;
use super::maximum::{Levels, without_effects};
use super::variances::Variances;
use crate::estimator::goodness::{
    Ingredients, gaussian_loglik, of_random_effects, of_random_periods,
};
use crate::estimator::inference::{estimates, rows};
use crate::estimator::problem::matrix;
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::{ErrorComponents, Term};
use crate::outcome::{Fit, Reference};

/// The fit. `pooled` estimates the same without random effects.
///
/// # Errors
/// Collinear regressors, no residual degrees of freedom within or between units.
pub fn fit(
    problem: &Problem<'_>,
    info: &'static Info,
    pooled: &dyn Estimator,
) -> Result<Estimated, FitError> {
    let (sample, cautions) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let space = own.within_space()?;
    let variances = Variances::of(&own)?;
    let mut fitted = if variances.units <= 0.0 && variances.periods <= 0.0 {
        without_effects(&own, pooled)?
    } else {
        least_squares(&own, info, &space, &variances)?
    };
    fitted.fit.cautions.extend(cautions);
    Ok(fitted)
}

fn least_squares(
    own: &Problem<'_>,
    info: &'static Info,
    space: &ColumnSpace,
    variances: &Variances,
) -> Result<Estimated, FitError> {
    let (n, units, t) = (own.n(), own.n_units(), own.n_periods());
    let s = variances.units;
    let components = Components::new(None, s, ErrorComponents::Kkp).with_periods(variances.periods);
    // In an orthonormal basis, which collinear regressors do not blur.
    let star = |v: &[f64]| components.standardised(own.weights, v);
    let basis: Vec<Vec<f64>> = (0..space.rank())
        .map(|j| star(&space.q.col(j).iter().copied().collect::<Vec<f64>>()))
        .collect();
    let starred = ColumnSpace::new(&matrix(&basis)).map_err(|_| FitError::SingularInformation)?;
    let y = star(&own.within(&own.sample.y));
    let coefficients = space.coefficients(&starred.least_squares(&y));
    let k = coefficients.len();
    let levels = Levels::new(own, None, &coefficients, &components);
    let innovations = star(&levels.residual);
    let ssr = dot(&innovations, &innovations);
    let df = n - k - own.model.effects.absorbed(units, t);
    let sigma2 = ssr / df as f64;
    let r = space.r_inverse();
    let gram = &r * starred.gram_inverse() * r.transpose();
    let mut covariance = Matrix::zeros(k + 1, k + 1);
    for i in 0..k {
        for j in 0..k {
            covariance[(i, j)] = sigma2 * 0.5 * (gram[(i, j)] + gram[(j, i)]);
        }
    }
    let idiosyncratic = variances.idiosyncratic;
    covariance[(k, k)] = 2.0 * idiosyncratic * idiosyncratic / variances.df;
    let mut terms = own.linear_terms();
    terms.push(Term::Sigma2);
    let mut values = coefficients;
    values.push(idiosyncratic);
    let loglik = gaussian_loglik(ssr, n) - 0.5 * components.log_det(units, t);
    let ingredients = Ingredients {
        loglik,
        sigma2,
        innovations: &innovations,
        level_residual: &levels.residual,
        reduced_form: None,
        within_reduced_form: &[],
        slopes: k,
        spatial: 0,
    };
    let mut statistics = of_random_effects(own, &ingredients, (idiosyncratic * s / t as f64, s));
    if own.model.effects.has_random_periods() {
        let of_periods = (idiosyncratic * variances.periods / units as f64, variances.periods);
        of_random_periods(own, &mut statistics, of_periods);
    }
    let fit = Fit {
        estimator: info.name.to_owned(),
        estimator_version: info.version,
        effects: own.model.effects,
        estimates: estimates(&terms, &values, &covariance, &Reference::Normal),
        covariance: rows(&covariance),
        std_error_kind: "generalised least squares, given the variance components".to_owned(),
        inference: Reference::Normal,
        statistics,
        convergence: None,
        cautions: one_vanishes(own, variances),
    };
    Ok(Estimated { fit, innovations, systematic: levels.systematic, bread: None })
}

/// What is said of random effects of units or periods whose variance is 0, beside others.
fn one_vanishes(own: &Problem<'_>, variances: &Variances) -> Vec<String> {
    if !(own.model.effects.has_random_units() && own.model.effects.has_random_periods()) {
        return Vec::new();
    }
    [(variances.units, "units"), (variances.periods, "periods")]
        .into_iter()
        .filter(|(s, _)| *s <= 0.0)
        .map(|(_, of)| {
            format!(
                "the variance of the random effects of {of} is estimated as 0, which is the end of its \
                 range: the numbers are those of the fit without them"
            )
        })
        .collect()
}
