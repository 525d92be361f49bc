//! Pooled and within least squares.
//!
//! *Model*: y = Xβ + μᵢ + τₜ + e, a constant when there are no effects.
//! *Estimator*: β = (X'QX)⁻¹X'Qy.
//! *Standard errors and divisors*: corrected (default): σ² = e'e/(n − k − absorbed effects) and
//! Student's t with those degrees of freedom, as in plm and Stata's xtreg; asymptotic:
//! σ² = e'e/n and the normal distribution, comparable with the likelihood models.
//! *Limits*: no spatial term; what a spatial model would add is for the LM tests to say.
//! *References*: Baltagi (2021), Econometric Analysis of Panel Data, chapters 2 and 3.

use super::batch::{self, Reduction};
use super::goodness::{Ingredients, gaussian_loglik, statistics};
use super::inference::{estimates, rows};
use super::leverage::{self, Hat};
use super::random;
use super::random::Spatial;
use super::random::either::EitherEffects;
use super::score::{self, Scored};
use super::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::model::{Model, SmallSample, Term};
use crate::outcome::{Fit, Reference, Statistic};

/// Pooled and within least squares.
#[derive(Debug)]
pub struct Ols;

/// Least squares with fixed effects, with random ones or with none.
pub static OLS: EitherEffects<Ols> = EitherEffects::new(&Ols, Spatial::NONE);

static INFO: Info = Info {
    name: "ols",
    label: "OLS",
    summary: "least squares, pooled or within",
    reference: "Baltagi (2021), chapters 2 and 3",
    version: 1,
    spatial: &[],
    small_sample: true,
    durbin: false,
};

impl Estimator for Ols {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn supports(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn by_period(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let space = problem.within_space()?;
        let y = problem.within(&problem.sample.y);
        let innovations = space.residual(&y);
        let coefficients = space.least_squares(&y);
        let ssr: f64 = innovations.iter().map(|e| e * e).sum();
        let total: f64 = y.iter().map(|v| v * v).sum();
        if ssr <= 1e-24 * total || total == 0.0 {
            return Err(FitError::PerfectFit);
        }
        let (n, k) = (problem.n(), coefficients.len());
        let absorbed = problem.model.effects.absorbed(problem.n_units(), problem.n_periods());
        let df = (n - k - absorbed) as f64;
        let (divisor, inference, kind) =
            match problem.model.small_sample.unwrap_or(SmallSample::Corrected) {
                SmallSample::Corrected => {
                    (df, Reference::Student { df }, "classical, degrees of freedom corrected")
                }
                SmallSample::Asymptotic => (n as f64, Reference::Normal, "classical, divisor n"),
            };
        let sigma2 = ssr / divisor;
        let gram_inverse = space.gram_inverse();
        let mut covariance = Matrix::zeros(k + 1, k + 1);
        for i in 0..k {
            for j in 0..k {
                covariance[(i, j)] = sigma2 * gram_inverse[(i, j)];
            }
        }
        covariance[(k, k)] = 2.0 * sigma2 * sigma2 / divisor;
        let mut terms = problem.linear_terms();
        terms.push(Term::Sigma2);
        let mut values = coefficients.clone();
        values.push(sigma2);

        let systematic: Vec<f64> =
            problem.sample.y.iter().zip(&innovations).map(|(y, e)| y - e).collect();
        let within_fitted: Vec<f64> = y.iter().zip(&innovations).map(|(y, e)| y - e).collect();
        let ingredients = Ingredients {
            loglik: gaussian_loglik(ssr, n),
            sigma2,
            innovations: &innovations,
            level_residual: &innovations,
            reduced_form: None,
            within_reduced_form: &within_fitted,
            slopes: k,
            spatial: 0,
        };
        let fit = Fit {
            estimator: INFO.name.to_owned(),
            estimator_version: INFO.version,
            effects: problem.model.effects,
            estimates: estimates(&terms, &values, &covariance, &inference),
            covariance: rows(&covariance),
            std_error_kind: kind.to_owned(),
            inference,
            statistics: statistics(problem, &ingredients),
            convergence: None,
            cautions: Vec::new(),
        };
        Ok(Estimated { fit, innovations, systematic, bread: None })
    }

    fn reduction(
        &self,
        problem: &Problem<'_>,
        at: &Estimated,
        _spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        batch::ols::reduction(problem, at).map(|r| Box::new(r) as Box<dyn Reduction>)
    }

    fn simulate(&self, _problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        at.systematic.iter().zip(errors).map(|(f, e)| f + e).collect()
    }

    fn leverages(&self, problem: &Problem<'_>, _at: &Estimated) -> Vec<f64> {
        leverage::within(problem)
    }

    fn hat(&self, problem: &Problem<'_>, _at: &Estimated) -> Hat {
        Hat::within(problem)
    }

    fn scored(&self) -> Option<&dyn Scored> {
        Some(self)
    }

    fn units_stand_alone(&self) -> bool {
        true
    }

    fn takes_variance_components(&self) -> bool {
        true
    }
}

/// The regressors of the regression behind a fit, fixed effects removed and the part of random ones
/// taken off, and the variance that its covariance rests on, whichever its divisor.
pub(super) fn regression(problem: &Problem<'_>, at: &Estimated) -> (Vec<Vec<f64>>, f64) {
    let mean = || score::mean_square(&at.innovations);
    if problem.model.effects.is_random() {
        // σ² among the estimates is that of innovations alone.
        let s2 = at.fit.statistics.get(&Statistic::Sigma2).copied().unwrap_or_else(mean);
        return (random::regressors(problem, at), s2);
    }
    let columns = problem.columns().iter().map(|x| problem.within(x)).collect();
    (columns, at.value(&Term::Sigma2).unwrap_or_else(mean))
}

impl Scored for Ols {
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
        let (columns, s2) = regression(problem, at);
        let of = |x: &Vec<f64>| score::of_coefficient(x, &at.innovations, s2);
        let mut pieces: Vec<Vec<f64>> = columns.iter().map(of).collect();
        let within =
            problem.model.effects.is_random().then(|| random::innovations_within(problem, at));
        let e = within.as_ref().unwrap_or(&at.innovations);
        let sigma2 = at.value(&Term::Sigma2).unwrap_or(s2);
        let mean = score::mean_square(e);
        pieces.push(e.iter().map(|e| (e * e - mean) / (2.0 * sigma2 * sigma2)).collect());
        pieces
    }
}
