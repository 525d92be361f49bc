//! What estimators of one spatial parameter share once its optimum is found: the information
//! matrix, the checks of the optimum, the fit that is kept.

use super::goodness::{Ingredients, statistics};
use super::inference::{convergence, edge_caution, estimates, rows};
use super::{FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::math::optimize::Maximum;
use crate::model::Term;
use crate::outcome::{Fit, Reference};
use crate::weights::spectrum::Spectrum;

/// A maximum of the concentrated likelihood, and what its model makes of it.
#[derive(Debug)]
pub(super) struct Optimum<'a> {
    /// The estimator.
    pub info: &'static Info,
    /// The spatial parameter and its name.
    pub parameter: (Term, &'static str),
    /// Its value, the log-likelihood and the score there.
    pub at: Maximum,
    /// Coefficients of the linear part, k.
    pub coefficients: Vec<f64>,
    /// σ² × the information of the coefficients in the orthonormal basis of QX, k × k.
    pub block: Matrix,
    /// σ² × the information between them and the spatial parameter, k.
    pub cross: Vec<f64>,
    /// σ² × the part of the spatial parameter's information that comes from the mean.
    pub mean_square: f64,
    /// Innovations, N·T.
    pub innovations: &'a [f64],
    /// See [`Ingredients`].
    pub level_residual: &'a [f64],
    /// See [`Ingredients`].
    pub reduced_form: Option<&'a [f64]>,
    /// See [`Ingredients`].
    pub within_reduced_form: &'a [f64],
}

/// The fit at `optimum`: σ² = e'e/n, covariance from the inverse expected information, normal
/// distribution.
pub(super) fn fit(
    problem: &Problem<'_>,
    space: &ColumnSpace,
    spectrum: &Spectrum,
    optimum: Optimum<'_>,
) -> Result<Fit, FitError> {
    let n = problem.n();
    let (parameter, name) = optimum.parameter.clone();
    let at = optimum.at.at;
    let sigma2 = dot(optimum.innovations, optimum.innovations) / n as f64;
    let information = information(problem, spectrum, &optimum, sigma2);
    let covariance = spd_inverse(&information).ok_or(FitError::SingularInformation)?;
    let covariance = in_coefficients(space, &covariance);
    let checked = convergence(name, at, optimum.at.jet.slope, optimum.at.evaluations, n, spectrum)?;

    let mut terms = problem.linear_terms();
    terms.extend([parameter, Term::Sigma2]);
    let slopes = optimum.coefficients.len();
    let mut values = optimum.coefficients;
    values.extend([at, sigma2]);
    let ingredients = Ingredients {
        loglik: optimum.at.jet.value,
        sigma2,
        innovations: optimum.innovations,
        level_residual: optimum.level_residual,
        reduced_form: optimum.reduced_form,
        within_reduced_form: optimum.within_reduced_form,
        slopes,
        spatial: 1,
    };
    Ok(Fit {
        estimator: optimum.info.name.to_owned(),
        estimator_version: optimum.info.version,
        effects: problem.model.effects,
        estimates: estimates(&terms, &values, &covariance, &Reference::Normal),
        covariance: rows(&covariance),
        std_error_kind: "expected information matrix".to_owned(),
        inference: Reference::Normal,
        statistics: statistics(problem, &ingredients),
        cautions: edge_caution(name, at, &checked).into_iter().collect(),
        convergence: Some(checked),
    })
}

/// Expected information of (γ, r, σ²), γ the coordinates of Xβ in the orthonormal basis of QX and
/// r the spatial parameter, G = W(I − rW)⁻¹ (Anselin 1988, section 6.2; Elhorst 2010, section
/// C.2.3): γγ: block/σ²; γr: cross/σ²; rr: mean square/σ² + T tr(GG + G'G); rσ²: T tr G/σ²;
/// σ²σ²: n/2σ⁴; γσ²: 0.
fn information(
    problem: &Problem<'_>,
    spectrum: &Spectrum,
    optimum: &Optimum<'_>,
    sigma2: f64,
) -> Matrix {
    let k = optimum.block.nrows();
    let (t, r) = (problem.n_periods() as f64, optimum.at.at);
    let gtg = problem.weights.trace_gtg(r);
    let mut info = Matrix::zeros(k + 2, k + 2);
    for i in 0..k {
        for j in 0..k {
            info[(i, j)] = optimum.block[(i, j)] / sigma2;
        }
        info[(i, k)] = optimum.cross[i] / sigma2;
        info[(k, i)] = info[(i, k)];
    }
    info[(k, k)] = optimum.mean_square / sigma2 + t * (spectrum.trace_gg(r) + gtg);
    info[(k, k + 1)] = t * spectrum.trace_g(r) / sigma2;
    info[(k + 1, k)] = info[(k, k + 1)];
    info[(k + 1, k + 1)] = problem.n() as f64 / (2.0 * sigma2 * sigma2);
    info
}

/// Covariance of (γ, …) → covariance of (β, …), β = R⁻¹γ.
pub(super) fn in_coefficients(space: &ColumnSpace, covariance: &Matrix) -> Matrix {
    let (k, p) = (space.rank(), covariance.nrows());
    let r = space.r_inverse();
    let map = Matrix::from_fn(p, p, |i, j| match (i < k, j < k) {
        (true, true) => r[(i, j)],
        (true, false) | (false, true | false) => f64::from(u8::from(i == j)),
    });
    &map * covariance * map.transpose()
}
