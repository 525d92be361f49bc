//! Random effects without spatial terms by feasible generalised least squares.
//!
//! *Variance components* (Swamy & Arora 1972, as plm's `swar`): with e the residuals within units and
//! r those of unit means on unit means,
//!
//! ```text
//! σ²_e = e'e/(NT − N − K_w − a + 1),   σ²_1 = T r'r/(N − K_b),   σ²_μ = max(0, (σ²_1 − σ²_e)/T)
//! ```
//!
//! K_w the regressors that vary within units, K_b those that vary between them and the constant, a the
//! fixed effects: 1, or T of periods, which are taken out first.
//! *Estimator*: least squares of y − θȳᵢ on X − θX̄ᵢ, the constant among X, θ = 1 − √(σ²_e/σ²_1).
//! *Covariance*: s²(X*'X*)⁻¹ with s² = e*'e*/(NT − k − effects of periods), given θ; normal
//! distribution. σ² is σ²_e, of standard error σ²√(2/df).
//! *Log-likelihood*: that of normal errors at these estimates, σ² concentrated out. It is not
//! maximised.
//! *References*: Swamy & Arora (1972); Baltagi (2021), section 2.3.

use super::columns::{independent, parts, with_unit_means};
use super::components::Components;
use super::maximum::{Levels, without_effects};
use crate::estimator::goodness::{Ingredients, gaussian_loglik, of_random_effects};
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
    let s = variances.s();
    let mut fitted = if s <= 0.0 {
        without_effects(&own, pooled)?
    } else {
        least_squares(&own, info, &space, (&variances, s))?
    };
    fitted.fit.cautions.extend(cautions);
    Ok(fitted)
}

/// σ²_e with its degrees of freedom, and σ²_1.
struct Variances {
    idiosyncratic: f64,
    df: f64,
    of_means: f64,
}

/// The regressions within units and between them that give the variances.
pub(in crate::estimator) struct Regressions {
    /// Independent columns: deviations from means of units, N·T each.
    pub(in crate::estimator) within: Vec<Vec<f64>>,
    /// The same of means of units, a constant first, N each.
    pub(in crate::estimator) means: Vec<Vec<f64>>,
    /// Degrees of freedom of both.
    pub(in crate::estimator) free: usize,
    pub(in crate::estimator) between: usize,
}

impl Regressions {
    pub(in crate::estimator) fn of(own: &Problem<'_>) -> Result<Self, FitError> {
        let (n, t) = (own.n_units(), own.n_periods());
        let fixed = if own.model.effects.has_time() { t } else { 1 };
        let columns: Vec<(Vec<f64>, Vec<f64>)> =
            own.sample.x.iter().map(|x| parts(&own.within(x), n)).collect();
        let rounded = |(means, within): &(Vec<f64>, Vec<f64>)| {
            let (a, b) = (dot(within, within), t as f64 * dot(means, means));
            if a <= 1e-20 * (a + b) { vec![0.0; within.len()] } else { within.clone() }
        };
        let within = independent(columns.iter().map(rounded).collect());
        let means = independent(
            std::iter::once(vec![1.0; n]).chain(columns.iter().map(|c| c.0.clone())).collect(),
        );
        let free = (n * t + 1).checked_sub(n + within.len() + fixed).filter(|d| *d > 0);
        let between = n.checked_sub(means.len()).filter(|d| *d > 0);
        let (Some(free), Some(between)) = (free, between) else {
            return Err(FitError::TooFew { free: n, parameters: means.len() });
        };
        Ok(Self { within, means, free, between })
    }
}

impl Variances {
    fn of(own: &Problem<'_>) -> Result<Self, FitError> {
        let (n, t) = (own.n_units(), own.n_periods());
        let Regressions { within, means, free, between } = Regressions::of(own)?;
        let y = parts(&own.within(&own.sample.y), n);
        let left = |columns: &[Vec<f64>], v: &[f64]| -> Result<f64, FitError> {
            if columns.is_empty() {
                return Ok(dot(v, v));
            }
            let space = ColumnSpace::new(&matrix(columns));
            let e = space.map_err(|_| FitError::SingularInformation)?.residual(v);
            Ok(dot(&e, &e))
        };
        let (ee, rr) = (left(&within, &y.1)?, left(&means, &y.0)?);
        if ee <= 1e-24 * dot(&own.sample.y, &own.sample.y) {
            return Err(FitError::PerfectFit);
        }
        Ok(Self {
            idiosyncratic: ee / free as f64,
            df: free as f64,
            of_means: t as f64 * rr / between as f64,
        })
    }

    /// Tφ
    fn s(&self) -> f64 {
        (self.of_means / self.idiosyncratic - 1.0).max(0.0)
    }
}

fn least_squares(
    own: &Problem<'_>,
    info: &'static Info,
    space: &ColumnSpace,
    (variances, s): (&Variances, f64),
) -> Result<Estimated, FitError> {
    let (n, units, t) = (own.n(), own.n_units(), own.n_periods());
    let components = Components::new(None, s, ErrorComponents::Kkp);
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
    let loglik = gaussian_loglik(ssr, n) - 0.5 * units as f64 * s.ln_1p();
    let statistics = of_random_effects(
        own,
        &Ingredients {
            loglik,
            sigma2,
            innovations: &innovations,
            level_residual: &levels.residual,
            reduced_form: None,
            within_reduced_form: &[],
            slopes: k,
            spatial: 0,
        },
        (idiosyncratic * s / t as f64, s),
    );
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
        cautions: Vec::new(),
    };
    Ok(Estimated { fit, innovations, systematic: levels.systematic, bread: None })
}
