//! Two-stage least squares: of an equation with endogenous regressors (`iv`), of one with a spatial lag
//! of the response (`slm-2sls`, `sdm-2sls`), or both.
//!
//! *Model*: y = ρWy + Xβ (+ WXθ) + μᵢ + τₜ + e; some of X may be correlated with e.
//! *Estimator*: δ = (Ẑ'Ẑ)⁻¹Ẑ'Qy, Z = Q[X, Wy] and Ẑ its projection on the instruments of
//! [`design`](super::design) (Kelejian & Prucha 1998; with effects of units Mutl & Pfaffermayr 2011).
//! *Standard errors and divisors*: σ²(Ẑ'Ẑ)⁻¹, σ² = e'e/(n − absorbed effects − columns of Z), ρ counted
//! among these: of effects of units N(T − 1) − k − 1. Normal distribution; with
//! `small_sample = "corrected"` Student's t with those degrees of freedom, with `"asymptotic"`
//! σ² = e'e/n. R's splm divides by n − k − 1 instead and so has smaller ones.
//! *Robust*: the moments are Ẑ'e, linear in the errors: heteroskedastic, clustered, Driscoll–Kraay and
//! Conley covariances have the usual sandwich, A⁻¹ = σ²(Ẑ'Ẑ)⁻¹ and pieces ẑ_it e_it/σ²; over space this
//! is the covariance of Kelejian & Prucha (2007).
//! *Random effects*: `ec2sls`.
//! *Limits*: an estimate of ρ outside the interval of a reduced form is refused. There is no likelihood.
//! *References*: Kelejian & Prucha (1998), Journal of Real Estate Finance and Economics 17; Kelejian &
//! Prucha (2007), Journal of Econometrics 140; Wooldridge (2010), chapter 5.

use super::assemble::{Found, assemble, simulate};
use super::design::Design;
use super::stages::Stages;
use super::{ec2sls, no_random_effects};
use crate::estimator::impacts::impacts;
use crate::estimator::leverage::{self, Hat};
use crate::estimator::random::{self, Spatial};
use crate::estimator::score::{self, Scored};
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::dot;
use crate::model::{Effects, Model, SmallSample, Term};
use crate::outcome::{Estimate, Reference};

/// Two-stage least squares, with a spatial lag of the response or without.
#[derive(Debug)]
pub struct TwoStage {
    info: &'static Info,
}

/// Instrumental variables without a spatial term.
pub static IV: TwoStage = TwoStage { info: &IV_INFO };

static IV_INFO: Info = Info {
    name: "iv",
    label: "IV",
    summary: "instrumental variables, two-stage least squares",
    reference: "Wooldridge (2010), chapter 5; Baltagi (2021), section 7.1",
    version: 1,
    spatial: &[],
    small_sample: true,
    durbin: false,
};

/// The spatial lag model.
pub static SLM: TwoStage = TwoStage { info: &SLM_INFO };

static SLM_INFO: Info = Info {
    name: "slm-2sls",
    label: "SLM (2SLS)",
    summary: "spatial lag model, two-stage least squares",
    reference: "Kelejian & Prucha (1998); Mutl & Pfaffermayr (2011)",
    version: 1,
    spatial: &[Term::Rho],
    small_sample: true,
    durbin: false,
};

/// The spatial Durbin model.
pub static SDM: TwoStage = TwoStage { info: &SDM_INFO };

static SDM_INFO: Info = Info {
    name: "sdm-2sls",
    label: "SDM (2SLS)",
    summary: "spatial lag and neighbours' regressors, two-stage least squares",
    reference: "Kelejian & Prucha (1998); LeSage & Pace (2009), section 2.3",
    version: 1,
    spatial: &[Term::Rho],
    small_sample: true,
    durbin: true,
};

impl TwoStage {
    fn has_lag(&self) -> bool {
        !self.info.spatial.is_empty()
    }

    fn design(&self, problem: &Problem<'_>) -> Result<Design, FitError> {
        Design::new(problem, self.has_lag())
    }
}

impl Estimator for TwoStage {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn supports(&self, model: &Model) -> Result<(), String> {
        if self.has_lag() {
            return random::supports(model, Spatial { lag: true, error: false });
        }
        if model.effects.is_random() {
            return Err(no_random_effects(self.info.name));
        }
        if model.instruments.endogenous.is_empty() {
            return Err(
                "`iv` needs a regressor that is correlated with the errors, `endogenous`, and \
                        `instruments`; without one it is `ols`"
                    .to_owned(),
            );
        }
        if model.instruments.powers.is_some() {
            return Err("`iv` has no spatial lag, and so no spatial instruments: take \
                        `spatial_instruments` out, or take `slm-2sls`"
                .to_owned());
        }
        Ok(())
    }

    fn takes_instruments(&self) -> bool {
        true
    }

    fn maximises_likelihood(&self) -> bool {
        false
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        if problem.model.effects.is_random() {
            return ec2sls::fit(problem, self.info, self);
        }
        let design = self.design(problem)?;
        let stages = Stages::of(&design)?;
        let (n, df) = (problem.n() as f64, design.df(problem));
        if df <= 0.0 {
            let free = problem.n()
                - problem.model.effects.absorbed(problem.n_units(), problem.n_periods());
            return Err(FitError::TooFew { free, parameters: design.columns.len() });
        }
        let counted = match (self.has_lag(), problem.model.effects) {
            (true, Effects::None) => "n − k − 1",
            (true, _) => "n − k − 1 − effects",
            (false, Effects::None) => "n − k",
            (false, _) => "n − k − effects",
        };
        let (divisor, inference, kind) = match problem.model.small_sample {
            None => (df, Reference::Normal, format!("two-stage least squares, divisor {counted}")),
            Some(SmallSample::Corrected) => (
                df,
                Reference::Student { df },
                format!("two-stage least squares, divisor {counted}"),
            ),
            Some(SmallSample::Asymptotic) => {
                (n, Reference::Normal, "two-stage least squares, divisor n".to_owned())
            }
        };
        let sigma2 = dot(&stages.residuals, &stages.residuals) / divisor;
        let k = design.columns.len();
        let found = Found {
            info: self.info,
            terms: design.terms,
            values: stages.coefficients,
            covariance: Matrix::from_fn(k, k, |i, j| sigma2 * stages.gram_inverse[(i, j)]),
            sigma2: (sigma2, 2.0 * sigma2 * sigma2 / divisor),
            innovations: stages.residuals,
            kind,
            inference,
            cautions: Vec::new(),
        };
        assemble(problem, found)
    }

    fn impacts(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Estimate> {
        impacts(problem, &at.fit)
    }

    fn scored(&self) -> Option<&dyn Scored> {
        Some(self)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        if problem.model.effects.is_random() {
            return random::leverages(problem, at);
        }
        leverage::within(problem)
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        if problem.model.effects.is_random() {
            return random::hat(problem, at);
        }
        Hat::within(problem)
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        if problem.model.effects.is_random() {
            return random::simulate(problem, at, errors);
        }
        simulate(problem, at, errors)
    }
}

impl Scored for TwoStage {
    /// Of each coefficient ẑe/σ², the pieces of the moment condition Ẑ'e = 0.
    fn pieces(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
        let e = &at.innovations;
        let sigma2 = at.value(&Term::Sigma2).unwrap_or_else(|| score::mean_square(e));
        let stages = self.design(problem).and_then(|design| Stages::of(&design));
        let stages = stages.expect("what has been fitted has a first stage");
        let mut pieces: Vec<Vec<f64>> =
            stages.projected.iter().map(|z| score::of_coefficient(z, e, sigma2)).collect();
        let mean = score::mean_square(e);
        pieces.push(e.iter().map(|e| (e * e - mean) / (2.0 * sigma2 * sigma2)).collect());
        pieces
    }
}
