//! The spatial lag model (SLM, also SAR) by maximum likelihood.
//!
//! *Model*: y = ρWy + Xβ + μᵢ + τₜ + e, e ~ (0, σ²I).
//! *Estimator*: the effects, β and σ² are concentrated out; ρ maximises
//! l(ρ) = −(n/2)(ln 2π + 1 + ln(|e₀ − ρe₁|²/n)) + T ln|I − ρW|, e₀ and e₁ the residuals of Qy and
//! Q(Wy) on QX (Elhorst 2010, section C.2.3; Anselin 1988, section 12.1). With `demean-then-lag`
//! e₁ is that of W(Qy), as splm and SDPDmod have it: not the dummy-variable likelihood for time
//! and two-way effects.
//! *Standard errors and divisors*: inverse of the expected information of (β, ρ, σ²), σ² = e'e/n,
//! normal distribution. Cov(ρ, β) is not zero.
//! *Limits*: with N and T both small, ρ and σ² carry the bias of the incidental effects (Lee & Yu
//! 2010), which `correction` takes away: see [`incidental`](super::incidental). Lags of the response:
//! [`dynamic`].
//! *References*: Elhorst (2010), Handbook of Applied Spatial Analysis, C.2; Lee & Yu (2010).

use super::batch::{self, Reduction};
use super::dynamic;
use super::impacts::impacts;
use super::incidental::Frame;
use super::leverage::{self, Hat};
use super::likelihood::{self, Optimum, Point};
use super::problem::combine;
use super::random::Spatial;
use super::random::either::EitherEffects;
use super::score::{self, Form, Scored};
use super::{Estimated, Estimator, FitError, Info, Problem, Profile};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot};
use crate::math::optimize::{Jet, Maximum, maximise};
use crate::model::{LagOrder, Model, Term};
use crate::outcome::Estimate;

/// The spatial lag model by maximum likelihood.
#[derive(Debug)]
pub struct Slm;

/// The spatial lag model with fixed effects, with random ones or with none.
pub static SLM: EitherEffects<Slm> = EitherEffects::new(&Slm, Spatial::LAG);

static INFO: Info = Info {
    name: "slm",
    label: "SLM",
    summary: "spatial lag model, maximum likelihood",
    reference: "Elhorst (2010), section C.2.3; Anselin (1988), section 12.1",
    version: 2,
    spatial: &[Term::Rho],
    small_sample: false,
    durbin: false,
};

impl Estimator for Slm {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn supports(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn by_period(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn has_correction(&self) -> bool {
        true
    }

    fn has_dynamics(&self) -> bool {
        true
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let within = Within::new(problem)?;
        let likelihood = Likelihood::new(&within)?;
        let (low, high) = within.frame.spectrum().interval();
        let maximum = maximise(|rho| likelihood.at(rho), low, high, problem.search)
            .map_err(|why| FitError::no_maximum(why, "rho", (low, high)))?;
        let point = Point::highest(&maximum, likelihood.ssr(maximum.at), &within.frame);
        let coefficients = within.coefficients(maximum.at);
        let innovations = likelihood.innovations(maximum.at);
        let plain = assemble(problem, &within, maximum, (coefficients, point), innovations)?;
        likelihood::settled(problem, &[(&within.frame, "rho")], plain, |theta| {
            let (coefficients, rest) = theta.split_at(theta.len() - 2);
            let innovations = within.innovations(problem, coefficients, rest[0]);
            let ssr = dot(&innovations, &innovations);
            let (spatial, sigma2) = (rest[0], rest[1]);
            let loglik = within.frame.loglik(ssr, spatial, sigma2);
            let there = (coefficients.to_vec(), Point { spatial, sigma2, loglik });
            assemble(problem, &within, maximum, there, innovations)
        })
    }

    fn profile<'p>(&self, problem: &'p Problem<'p>) -> Result<Option<Profile<'p>>, FitError> {
        let within = Within::new(problem)?;
        let likelihood = Likelihood::new(&within)?;
        Ok(Some(Box::new(move |rho| likelihood.at(rho).value)))
    }

    fn impacts(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Estimate> {
        impacts(problem, &at.fit)
    }

    fn reduction(
        &self,
        problem: &Problem<'_>,
        at: &Estimated,
        spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        if problem.model.dynamics.is_some() || problem.weights.is_by_period() {
            return None;
        }
        batch::slm::reduction(problem, at, spread).map(|r| Box::new(r) as Box<dyn Reduction>)
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

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        if let Some(y) = dynamic::simulate(problem, at, errors) {
            return y;
        }
        let shocked: Vec<f64> = at.systematic.iter().zip(errors).map(|(f, e)| f + e).collect();
        problem.weights.resolve(at.value(&Term::Rho).unwrap_or(0.0), &shocked)
    }
}

impl Scored for Slm {
    /// Of β, QX; of ρ, b = Q(I ⊗ G)(Xβ + effects) and A = G.
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
        let (e, rho) = (&at.innovations, at.value(&Term::Rho).unwrap_or(0.0));
        let sigma2 = score::mean_square(e);
        let columns = problem.columns();
        let mut pieces: Vec<Vec<f64>> =
            columns.iter().map(|x| score::of_coefficient(&problem.within(x), e, sigma2)).collect();
        let b = mean_lag(problem, rho, &at.systematic);
        pieces.push(score::of_spatial(&problem.weights.resolvents(rho), &b, e, sigma2));
        pieces.push(score::of_variance(e, sigma2));
        pieces
    }

    /// s_β = X'Qe/σ², s_ρ = e'Q(Wy)/σ² − T tr G, e = Qy − ρQ(Wy) − QXβ.
    fn score_at(&self, problem: &Problem<'_>, theta: &[f64]) -> Option<Vec<f64>> {
        let (k, frame) = (theta.len() - 2, Frame::of(problem).ok()?);
        let (rho, sigma2) = (theta[k], theta[k + 1]);
        let lag = problem.within_lag(&problem.sample.y);
        let x: Vec<Vec<f64>> = problem.columns().iter().map(|x| problem.within(x)).collect();
        let fitted = combine(problem.n(), &x, &theta[..k]);
        let y = problem.within(&problem.sample.y);
        let e: Vec<f64> = (0..problem.n()).map(|i| y[i] - rho * lag[i] - fitted[i]).collect();
        let mut score: Vec<f64> = x.iter().map(|x| dot(x, &e) / sigma2).collect();
        score.push(dot(&lag, &e) / sigma2 - frame.trace_g(rho));
        score.push(frame.variance_score(&e, sigma2));
        Some(score)
    }

    fn forms(&self, problem: &Problem<'_>, at: &Estimated) -> Option<Vec<Form>> {
        let rho = at.value(&Term::Rho)?;
        let (n, sigma2) = (problem.n_units(), score::mean_square(&at.innovations));
        let columns = problem.columns();
        let of = |x: &Vec<f64>| Form::of_coefficient(&problem.within(x), n, sigma2);
        let mut forms: Vec<Form> = columns.iter().map(of).collect();
        let b = mean_lag(problem, rho, &at.systematic);
        forms.push(Form::of_spatial(&problem.weights.resolvents(rho), &b, sigma2));
        forms.push(Form::of_variance(n, problem.n(), sigma2));
        Some(forms)
    }
}

/// Q(I ⊗ G)(Xβ + effects), the mean of the lag, or (I ⊗ G)QXβ by the other convention.
fn mean_lag(problem: &Problem<'_>, rho: f64, systematic: &[f64]) -> Vec<f64> {
    match problem.model.lag_order {
        LagOrder::LagThenDemean => {
            problem.within(&problem.weights.lag(&problem.weights.resolve(rho, systematic)))
        }
        LagOrder::DemeanThenLag => {
            problem.weights.lag(&problem.weights.resolve(rho, &problem.within(systematic)))
        }
    }
}

/// Data without effects.
struct Within<'a> {
    space: ColumnSpace,
    /// Qy
    y: Vec<f64>,
    /// Q(Wy), or W(Qy) by the other convention.
    lag: Vec<f64>,
    frame: Frame<'a>,
}

impl<'a> Within<'a> {
    fn new(problem: &Problem<'a>) -> Result<Self, FitError> {
        let space = problem.within_space()?;
        let y = problem.within(&problem.sample.y);
        let lag = problem.within_lag(&problem.sample.y);
        Ok(Self { space, y, lag, frame: Frame::of(problem)? })
    }

    /// β at the maximum for a given ρ.
    fn coefficients(&self, rho: f64) -> Vec<f64> {
        let (on_y, on_lag) =
            (self.space.least_squares(&self.y), self.space.least_squares(&self.lag));
        on_y.iter().zip(&on_lag).map(|(a, b)| a - rho * b).collect()
    }

    /// Qy − ρQ(Wy) − QXβ
    fn innovations(&self, problem: &Problem<'_>, coefficients: &[f64], rho: f64) -> Vec<f64> {
        let fitted = problem.within(&problem.linear_part(coefficients));
        (0..fitted.len()).map(|i| self.y[i] - rho * self.lag[i] - fitted[i]).collect()
    }
}

/// The concentrated log-likelihood: three cross-products and the spectrum.
#[derive(Debug)]
struct Likelihood<'a> {
    /// Residuals of Qy on QX.
    e0: Vec<f64>,
    /// Residuals of the lag on QX.
    e1: Vec<f64>,
    e00: f64,
    e01: f64,
    e11: f64,
    frame: Frame<'a>,
}

impl<'a> Likelihood<'a> {
    fn new(within: &Within<'a>) -> Result<Self, FitError> {
        let (e0, e1) = (within.space.residual(&within.y), within.space.residual(&within.lag));
        let (e00, e01, e11) = (dot(&e0, &e0), dot(&e0, &e1), dot(&e1, &e1));
        if e00 <= 1e-24 * dot(&within.y, &within.y) || e00 == 0.0 {
            return Err(FitError::PerfectFit);
        }
        Ok(Self { e0, e1, e00, e01, e11, frame: within.frame })
    }

    fn ssr(&self, rho: f64) -> f64 {
        self.e00 - 2.0 * rho * self.e01 + rho * rho * self.e11
    }

    fn at(&self, rho: f64) -> Jet {
        let first = -2.0 * (self.e01 - rho * self.e11);
        self.frame.concentrated((self.ssr(rho), first, 2.0 * self.e11), rho)
    }

    fn innovations(&self, rho: f64) -> Vec<f64> {
        self.e0.iter().zip(&self.e1).map(|(a, b)| a - rho * b).collect()
    }
}

fn assemble(
    problem: &Problem<'_>,
    within: &Within<'_>,
    maximum: Maximum,
    (coefficients, point): (Vec<f64>, Point),
    innovations: Vec<f64>,
) -> Result<Estimated, FitError> {
    let (rho, n) = (point.spatial, problem.n());
    let raw_lag = problem.weights.lag(&problem.sample.y);
    let linear = problem.linear_part(&coefficients);
    let rest: Vec<f64> =
        (0..n).map(|i| problem.sample.y[i] - rho * raw_lag[i] - linear[i]).collect();
    let effects = problem.effects_part(&rest);
    let systematic: Vec<f64> = linear.iter().zip(&effects).map(|(l, m)| l + m).collect();
    let level_residual: Vec<f64> = rest.iter().zip(&effects).map(|(r, m)| r - m).collect();
    let filter = problem.weights.filter(rho);
    let reduced_form = filter.resolve(&systematic);
    let within_linear = problem.within(&linear);
    let within_reduced_form = problem.within(&filter.resolve(&within_linear));

    // g = Q(I ⊗ G)(Xβ + effects): the mean of the lag, which is what ρ's information is made of.
    let g = match problem.model.lag_order {
        LagOrder::LagThenDemean => problem.within(&problem.weights.lag(&reduced_form)),
        LagOrder::DemeanThenLag => problem.weights.lag(&filter.resolve(&within_linear)),
    };
    let space = &within.space;
    let k = space.rank();
    let fit = likelihood::fit(
        problem,
        space,
        &within.frame,
        Optimum {
            info: &INFO,
            parameter: (Term::Rho, "rho"),
            maximum,
            point,
            coefficients,
            block: Matrix::identity(k, k),
            cross: space.coordinates(&g),
            mean_square: dot(&g, &g),
            innovations: &innovations,
            level_residual: &level_residual,
            reduced_form: Some(&reduced_form),
            within_reduced_form: &within_reduced_form,
        },
    )?;
    Ok(Estimated { fit, innovations, systematic, bread: None })
}
