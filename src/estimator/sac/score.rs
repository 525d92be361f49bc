//! The score, in pieces and at any values of the parameters.

use super::information::{Operators, filter, mean_lag};
use super::{Sac, spatial};
use crate::estimator::incidental::Frame;
use crate::estimator::score::{self, Form, Scored};
use crate::estimator::sem::Dummies;
use crate::estimator::{Estimated, Problem};
use crate::math::linalg::dot;
use crate::model::LagOrder;

/// What the score at a fit is made of.
struct Parts {
    /// Filtered regressors, effects removed.
    columns: Vec<Vec<f64>>,
    /// The mean of BW₁y.
    mean: Vec<f64>,
    operators: Operators,
    sigma2: f64,
}

impl Parts {
    fn of(problem: &Problem<'_>, at: &Estimated) -> Self {
        let [rho, lambda] = spatial(at);
        let of_errors = problem.of_errors();
        let dummies = Dummies::of(&of_errors);
        let raw = problem.columns();
        let columns = raw.iter().map(|x| dummies.filtered(&of_errors, lambda, x)).collect();
        let coefficients: Vec<f64> =
            at.fit.estimates[..raw.len()].iter().map(|e| e.value).collect();
        let linear = problem.linear_part(&coefficients);
        Self {
            columns,
            mean: mean_lag(problem, &dummies, (rho, lambda), (&at.systematic, &linear)),
            operators: Operators::at(problem, rho, lambda),
            sigma2: score::mean_square(&at.innovations),
        }
    }
}

impl Scored for Sac {
    /// Of β, the filtered regressors; of ρ, BW₁y = g + Ĝe; of λ, W₂u = He.
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
        let Parts { columns, mean, operators, sigma2 } = Parts::of(problem, at);
        let e = &at.innovations;
        let mut pieces: Vec<Vec<f64>> =
            columns.iter().map(|x| score::of_coefficient(x, e, sigma2)).collect();
        pieces.push(score::of_spatial(std::slice::from_ref(&operators.lag), &mean, e, sigma2));
        pieces.push(score::of_spatial(
            std::slice::from_ref(&operators.error),
            &vec![0.0; e.len()],
            e,
            sigma2,
        ));
        pieces.push(score::of_variance(e, sigma2));
        pieces
    }

    /// s_β = X̃'e/σ², s_ρ = e'BW₁y/σ² − T tr G, s_λ = e'W₂B⁻¹e/σ² − T tr H, e the filtered residuals,
    /// effects removed: what effects explain best at each (ρ, λ) adds nothing to the derivative
    /// (envelope theorem).
    fn score_at(&self, problem: &Problem<'_>, theta: &[f64]) -> Option<Vec<f64>> {
        let k = theta.len() - 3;
        let [rho, lambda, sigma2] = [theta[k], theta[k + 1], theta[k + 2]];
        let errors = problem.of_errors();
        let (of_rho, of_lambda) = (Frame::of(problem).ok()?, Frame::of(&errors).ok()?);
        let dummies = Dummies::of(&errors);
        let linear = problem.linear_part(&theta[..k]);
        let y = &problem.sample.y;
        let minus = |a: &[f64], r: f64, b: &[f64]| -> Vec<f64> {
            a.iter().zip(b).map(|(a, b)| a - r * b).collect()
        };
        let (e, lag) = match problem.model.lag_order {
            LagOrder::LagThenDemean => {
                let lag = problem.weights.lag(y);
                let u = minus(&minus(y, rho, &lag), 1.0, &linear);
                (dummies.filtered(&errors, lambda, &u), dummies.filtered(&errors, lambda, &lag))
            }
            LagOrder::DemeanThenLag => {
                let lag = problem.within_lag(y);
                let u = minus(&problem.within(&minus(y, 1.0, &linear)), rho, &lag);
                (filter(problem, lambda, &u), filter(problem, lambda, &lag))
            }
        };
        let columns = problem.columns();
        let of = |x: &Vec<f64>| dot(&dummies.filtered(&errors, lambda, x), &e) / sigma2;
        let mut score: Vec<f64> = columns.iter().map(of).collect();
        score.push(dot(&e, &lag) / sigma2 - of_rho.trace_g(rho));
        let lagged = problem.error_weights.lag(&problem.error_weights.resolve(lambda, &e));
        score.push(dot(&e, &lagged) / sigma2 - of_lambda.trace_g(lambda));
        score.push(of_rho.variance_score(&e, sigma2));
        Some(score)
    }

    fn forms(&self, problem: &Problem<'_>, at: &Estimated) -> Option<Vec<Form>> {
        let Parts { columns, mean, operators, sigma2 } = Parts::of(problem, at);
        let (units, n) = (problem.n_units(), problem.n());
        let mut forms: Vec<Form> =
            columns.iter().map(|x| Form::of_coefficient(x, units, sigma2)).collect();
        forms.push(Form::of_spatial(std::slice::from_ref(&operators.lag), &mean, sigma2));
        forms.push(Form::of_spatial(std::slice::from_ref(&operators.error), &vec![0.0; n], sigma2));
        forms.push(Form::of_variance(units, n, sigma2));
        Some(forms)
    }
}
