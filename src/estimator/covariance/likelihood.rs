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
            let (low, high) = convergence.interval_of(&estimate.term);
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
    let p = forms.len();
    let bread = Matrix::from_fn(p, p, |i, j| at.fit.covariance[i][j]);
    let omega = omega(&forms, (moment(3), moment(4) - 3.0 * sigma2 * sigma2));
    Ok(&bread + &bread * &omega * &bread)
}

/// Ω of scores with third moment μ₃ and excess μ₄ − 3σ⁴.
fn omega(forms: &[Form], (third, excess): (f64, f64)) -> Matrix {
    let squares = |a: &Form, b: &Form| {
        let (a, b) = (&a.diagonal, &b.diagonal);
        if a.len() == b.len() {
            let alike = forms[0].linear.len() / a.len();
            return alike as f64 * dot(a, b);
        }
        let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
        long.chunks_exact(short.len()).map(|of_period| dot(of_period, short)).sum()
    };
    let mixed = |a: &Form, b: &Form| -> f64 {
        a.linear.chunks_exact(b.diagonal.len()).map(|row| dot(row, &b.diagonal)).sum()
    };
    Matrix::from_fn(forms.len(), forms.len(), |i, j| {
        let (a, b) = (&forms[i], &forms[j]);
        excess * squares(a, b) + third * (mixed(a, b) + mixed(b, a))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four independent errors that are 2 with probability 1/3 and −1 with 2/3: the variance of
    /// b'e + e'Ae over all sixteen outcomes, against that of normal errors plus Ω.
    #[test]
    fn the_variance_of_a_score_by_enumeration() {
        let a = Matrix::from_fn(2, 2, |i, j| [[0.5, 1.0], [-2.0, 0.25]][i][j]);
        let b = [1.0, -0.5, 2.0, 0.0];
        let (sigma2, mu3, mu4) = (2.0, 2.0, 6.0);
        let (mut mean, mut square) = (0.0, 0.0);
        for outcome in 0..16_u32 {
            let high = |i: u32| outcome >> i & 1 == 1;
            let e: Vec<f64> = (0..4).map(|i| if high(i) { 2.0 } else { -1.0 }).collect();
            let odds = |i| if high(i) { 1.0 / 3.0 } else { 2.0 / 3.0 };
            let p: f64 = (0..4).map(odds).product();
            let quadratic: f64 = e
                .chunks_exact(2)
                .map(|e| (0..4).map(|c| e[c / 2] * a[(c / 2, c % 2)] * e[c % 2]).sum::<f64>())
                .sum();
            let score = dot(&b, &e) + quadratic;
            mean += p * score;
            square += p * score * score;
        }
        // σ²b'b + σ⁴ tr A(A + A') in each of two periods.
        let traces: f64 =
            (0..4).map(|c| a[(c / 2, c % 2)] * (a[(c / 2, c % 2)] + a[(c % 2, c / 2)])).sum();
        let normal = sigma2 * dot(&b, &b) + 2.0 * sigma2 * sigma2 * traces;
        let form = Form::of_spatial(&[a], &b, 1.0);
        let found = omega(&[form], (mu3, mu4 - 3.0 * sigma2 * sigma2))[(0, 0)];
        assert!((square - mean * mean - normal - found).abs() < 1e-12);
    }
}
