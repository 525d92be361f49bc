//! The observed information, and the variance of the score of errors of any one distribution.

use crate::estimator::score::Form;
use crate::estimator::{Estimated, Estimator, FitError, Problem};
use crate::math::Matrix;
use crate::math::linalg::{dot, spd_inverse};
use crate::model::Term;

/// Steps of the differences, in standard errors.
const STEP: f64 = 0.02;

/// Inverse of the observed information: minus the derivative of the analytic score at the fit, by
/// central differences of fourth order.
pub(super) fn observed(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    at: &Estimated,
) -> Result<Matrix, FitError> {
    let scored = estimator.scored().ok_or(FitError::NoScore)?;
    let theta: Vec<f64> = at.fit.estimates.iter().map(|e| e.value).collect();
    let p = theta.len();
    let mut hessian = Matrix::zeros(p, p);
    for j in 0..p {
        let step = step(at, j);
        let moved = |by: f64| {
            let mut moved = theta.clone();
            moved[j] += by * step;
            scored.score_at(problem, &moved).ok_or(FitError::NoScore)
        };
        let (one, back, two, back_two) = (moved(1.0)?, moved(-1.0)?, moved(2.0)?, moved(-2.0)?);
        for i in 0..p {
            hessian[(i, j)] = (8.0 * (one[i] - back[i]) - (two[i] - back_two[i])) / (12.0 * step);
        }
    }
    let information = Matrix::from_fn(p, p, |i, j| -0.5 * (hessian[(i, j)] + hessian[(j, i)]));
    spd_inverse(&information).ok_or(FitError::SingularInformation)
}

/// The step of a parameter: a share of its standard error, and of what is left to the ends of its
/// interval or to zero.
fn step(at: &Estimated, j: usize) -> f64 {
    let estimate = &at.fit.estimates[j];
    let own = STEP * estimate.std_error;
    match (&estimate.term, &at.fit.convergence) {
        (Term::Rho | Term::Lambda, Some(convergence)) => {
            let (low, high) = convergence.interval;
            own.min((estimate.value - low) / 4.0).min((high - estimate.value) / 4.0)
        }
        (Term::Sigma2, _) => own.min(estimate.value / 4.0),
        _ => own,
    }
}

/// A⁻¹(A + Ω)A⁻¹ (Lee 2004, Econometrica 72, theorem 3.2; Elhorst 2010): of the score
/// b'e + e'Ae − σ² tr A with independent errors of one distribution with third and fourth moments
/// μ₃, μ₄,
///
/// ```text
/// Ω_jk = (μ₄ − 3σ⁴) Σ a_j,ii a_k,ii + μ₃ Σ (b_j,i a_k,ii + b_k,i a_j,ii)
/// ```
///
/// Moments are those of the innovations.
pub(super) fn any_distribution(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    at: &Estimated,
) -> Result<Matrix, FitError> {
    let scored = estimator.scored().ok_or(FitError::NoScore)?;
    let forms = scored.forms(problem, at).ok_or(FitError::NoScore)?;
    let e = &at.innovations;
    let n = e.len() as f64;
    let moment = |power: i32| e.iter().map(|e| e.powi(power)).sum::<f64>() / n;
    let sigma2 = moment(2);
    let (mu3, mu4) = (moment(3), moment(4));
    let periods = problem.n_periods() as f64;
    let units = problem.n_units();
    let squares = |a: &Form, b: &Form| periods * dot(&a.diagonal, &b.diagonal);
    let mixed = |a: &Form, b: &Form| -> f64 {
        a.linear.chunks_exact(units).map(|row| dot(row, &b.diagonal)).sum()
    };
    let p = forms.len();
    let bread = Matrix::from_fn(p, p, |i, j| at.fit.covariance[i][j]);
    let omega = Matrix::from_fn(p, p, |i, j| {
        let (a, b) = (&forms[i], &forms[j]);
        (mu4 - 3.0 * sigma2 * sigma2) * squares(a, b) + mu3 * (mixed(a, b) + mixed(b, a))
    });
    Ok(&bread + &bread * &omega * &bread)
}
