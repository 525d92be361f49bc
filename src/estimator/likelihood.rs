//! What estimators of one spatial parameter share once its optimum is found: the information
//! matrix, the checks of the optimum, the fit that is kept.

use super::goodness::{Ingredients, bic, statistics};
use super::incidental::{self, Corrected, Frame};
use super::inference::{convergence, edge_caution, estimates, rows};
use super::{Estimated, FitError, Info, Problem, dynamic};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, spd_inverse};
use crate::math::optimize::Maximum;
use crate::model::Term;
use crate::outcome::{Fit, Reference, Statistic};

/// Values of the spatial parameter and σ²: those at the maximum of a likelihood, or near it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    /// The spatial parameter.
    pub spatial: f64,
    /// Variance of the innovations.
    pub sigma2: f64,
    /// The log-likelihood there.
    pub loglik: f64,
}

impl Point {
    /// The maximum, where the sum of squares is `ssr`.
    pub(super) fn highest(maximum: &Maximum, ssr: f64, frame: &Frame<'_>) -> Self {
        let sigma2 = ssr / frame.observations() as f64;
        Self { spatial: maximum.at, sigma2, loglik: maximum.jet.value }
    }
}

/// The fit at the values that the model asks for: `plain`, at the maximum of its likelihood, or what
/// `assemble` makes of corrected values, coefficients, the `spatial` parameters and σ².
pub(super) fn settled(
    problem: &Problem<'_>,
    spatial: &[(&Frame<'_>, &'static str)],
    mut plain: Estimated,
    assemble: impl FnOnce(&[f64]) -> Result<Estimated, FitError>,
) -> Result<Estimated, FitError> {
    let mut settled = match incidental::corrected(problem, &plain.fit) {
        Corrected::Not => plain,
        Corrected::Undefined(why) => {
            plain.fit.cautions.push(why.to_owned());
            plain
        }
        Corrected::To(theta) => {
            let variance = theta.len() - 1;
            for (&(frame, parameter), &at) in spatial.iter().zip(&theta[variance - spatial.len()..])
            {
                let (low, high) = frame.spectrum().interval();
                let admissible = at > low && at < high && theta[variance] > 0.0;
                if !admissible {
                    return Err(FitError::CorrectedOutside { parameter, at, low, high });
                }
            }
            let mut made = assemble(&theta)?;
            made.fit.std_error_kind.push_str(incidental::said(problem.model));
            made
        }
    };
    dynamic::describe(problem, &mut settled.fit);
    Ok(settled)
}

/// A maximum of the concentrated likelihood, and what its model makes of it.
#[derive(Debug)]
pub(super) struct Optimum<'a> {
    /// The estimator.
    pub info: &'static Info,
    /// The spatial parameter and its name.
    pub parameter: (Term, &'static str),
    /// The maximum of the concentrated log-likelihood.
    pub maximum: Maximum,
    /// Where the parameters are.
    pub point: Point,
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

/// The fit at `optimum`: covariance from the inverse expected information, normal distribution.
pub(super) fn fit(
    problem: &Problem<'_>,
    space: &ColumnSpace,
    frame: &Frame<'_>,
    optimum: Optimum<'_>,
) -> Result<Fit, FitError> {
    let n = problem.n();
    let (parameter, name) = optimum.parameter.clone();
    let Point { spatial: at, sigma2, loglik } = optimum.point;
    let information = information(frame, &optimum);
    let covariance = spd_inverse(&information).ok_or(FitError::SingularInformation)?;
    let covariance = in_coefficients(space, &covariance);
    let checked = {
        let Maximum { jet, evaluations, .. } = optimum.maximum;
        convergence(name, at, jet.slope, evaluations, n, frame.spectrum())?
    };

    let mut terms = problem.linear_terms();
    terms.extend([parameter, Term::Sigma2]);
    let slopes = optimum.coefficients.len();
    let mut values = optimum.coefficients;
    values.extend([at, sigma2]);
    let ingredients = Ingredients {
        loglik,
        sigma2,
        innovations: optimum.innovations,
        level_residual: optimum.level_residual,
        reduced_form: optimum.reduced_form,
        within_reduced_form: optimum.within_reduced_form,
        slopes,
        spatial: 1,
    };
    let mut found = statistics(problem, &ingredients);
    if frame.observations() != n {
        let counted = frame.observations() as f64;
        found.insert(Statistic::Bic, bic(loglik, counted, (slopes + 2) as f64));
    }
    Ok(Fit {
        estimator: optimum.info.name.to_owned(),
        estimator_version: optimum.info.version,
        effects: problem.model.effects,
        estimates: estimates(&terms, &values, &covariance, &Reference::Normal),
        covariance: rows(&covariance),
        std_error_kind: format!("expected information matrix{}", frame.said(problem.model)),
        inference: Reference::Normal,
        statistics: found,
        cautions: edge_caution(name, at, &checked).into_iter().collect(),
        convergence: Some(checked),
    })
}

/// Expected information of (γ, r, σ²), γ the coordinates of Xβ in the orthonormal basis of QX and
/// r the spatial parameter, G = W(I − rW)⁻¹ (Anselin 1988, section 6.2; Elhorst 2010, section
/// C.2.3): γγ: block/σ²; γr: cross/σ²; rr: mean square/σ² + T tr(GG + G'G); rσ²: T tr G/σ²;
/// σ²σ²: n/2σ⁴; γσ²: 0. Of transformed data n, T and traces are theirs.
fn information(frame: &Frame<'_>, optimum: &Optimum<'_>) -> Matrix {
    let k = optimum.block.nrows();
    let Point { spatial: r, sigma2, .. } = optimum.point;
    let mut info = Matrix::zeros(k + 2, k + 2);
    for i in 0..k {
        for j in 0..k {
            info[(i, j)] = optimum.block[(i, j)] / sigma2;
        }
        info[(i, k)] = optimum.cross[i] / sigma2;
        info[(k, i)] = info[(i, k)];
    }
    info[(k, k)] = optimum.mean_square / sigma2 + frame.trace_gg(r) + frame.trace_gtg(r);
    info[(k, k + 1)] = frame.trace_g(r) / sigma2;
    info[(k + 1, k)] = info[(k, k + 1)];
    info[(k + 1, k + 1)] = frame.observations() as f64 / (2.0 * sigma2 * sigma2);
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
