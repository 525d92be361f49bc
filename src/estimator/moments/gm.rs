//! Spatial errors by generalised moments of residuals: `sem-gm`, `sac-gm`, and both with errors of any
//! variances.
//!
//! *Model*: y = ρWy + Xβ + μᵢ + u, u = λWu + e; without effects or with those of units.
//! *Estimator*: least squares (with a spatial lag two-stage least squares) gives residuals; their moments
//! give λ (`residuals`); the equation filtered by I − λW is estimated in the same
//! way again: for SAC the generalised spatial two-stage least squares of Kelejian & Prucha (1998). With
//! errors of any variances λ is estimated once more from the residuals of that, moments weighted by the
//! inverse of their variance (Arraiz, Drukker, Kelejian & Prucha 2010, steps 1a, 1b, 2a, 2b).
//! *Standard errors and divisors*: equal variances: σ²(Ẑ*'Ẑ*)⁻¹ of the coefficients, σ² =
//! e'e/(n − absorbed effects − columns of Z); λ has that of normal errors, and covaries with the
//! coefficients through the residuals of the first stage where there are endogenous variables, ρWy among
//! them; otherwise not. Any variances: the joint covariance of Kelejian & Prucha (2010), theorem 4;
//! without endogenous variables its cross terms vanish, and are left out as in spreg. Normal
//! distribution.
//! *Random effects*: `kkp`.
//! *Limits*: effects of periods are refused: they leave traces of W in the moments.
//! *References*: Kelejian & Prucha (1998, 1999, 2010); Kapoor, Kelejian & Prucha (2007); Arraiz et al.
//! (2010), Journal of Regional Science 50; Drukker, Egger & Prucha (2013).

use super::assemble::{Found, assemble, simulate};
use super::design::Design;
use super::residuals::{Behind, Ground, Moments};
use super::stages::{Stages, filtered};
use super::{kkp, no_random_effects};
use crate::estimator::impacts::impacts;
use crate::estimator::leverage::{self, Hat};
use crate::estimator::problem::combine;
use crate::estimator::random::{self, Spatial};
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{dot, spd_inverse};
use crate::model::{ErrorComponents, Model, Term};
use crate::outcome::{Estimate, Reference};

/// A spatial error by moments, with a spatial lag of the response or without.
#[derive(Debug)]
pub struct Gm {
    info: &'static Info,
    /// Whether each error may have its own variance.
    any_variance: bool,
}

/// The spatial error model.
pub static SEM: Gm = Gm { info: &SEM_INFO, any_variance: false };

static SEM_INFO: Info = Info {
    name: "sem-gm",
    label: "SEM (GM)",
    summary: "spatial error model, generalised moments",
    reference: "Kelejian & Prucha (1999); Kapoor, Kelejian & Prucha (2007)",
    version: 1,
    spatial: &[Term::Lambda],
    small_sample: false,
    durbin: false,
};

/// Spatial lag and spatial error.
pub static SAC: Gm = Gm { info: &SAC_INFO, any_variance: false };

static SAC_INFO: Info = Info {
    name: "sac-gm",
    label: "SAC (GS2SLS)",
    summary: "spatial lag and spatial error, two-stage least squares and moments",
    reference: "Kelejian & Prucha (1998)",
    version: 2,
    spatial: &[Term::Rho, Term::Lambda],
    small_sample: false,
    durbin: false,
};

/// The spatial error model with errors of any variances.
pub static SEM_HET: Gm = Gm { info: &SEM_HET_INFO, any_variance: true };

static SEM_HET_INFO: Info = Info {
    name: "sem-gm-het",
    label: "SEM (GM, het.)",
    summary: "spatial error model, moments that allow for heteroskedasticity",
    reference: "Kelejian & Prucha (2010); Arraiz et al. (2010)",
    version: 1,
    spatial: &[Term::Lambda],
    small_sample: false,
    durbin: false,
};

/// Spatial lag and spatial error with errors of any variances.
pub static SAC_HET: Gm = Gm { info: &SAC_HET_INFO, any_variance: true };

static SAC_HET_INFO: Info = Info {
    name: "sac-gm-het",
    label: "SAC (GS2SLS, het.)",
    summary: "spatial lag and spatial error, moments that allow for heteroskedasticity",
    reference: "Kelejian & Prucha (2010); Arraiz et al. (2010)",
    version: 2,
    spatial: &[Term::Rho, Term::Lambda],
    small_sample: false,
    durbin: false,
};

impl Gm {
    fn has_lag(&self) -> bool {
        self.info.spatial.contains(&Term::Rho)
    }
}

impl Estimator for Gm {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn supports(&self, model: &Model) -> Result<(), String> {
        let name = self.info.name;
        if model.effects.is_random() && self.any_variance {
            return Err(no_random_effects(name));
        }
        if model.error_components == Some(ErrorComponents::Anselin) {
            return Err(format!(
                "`{name}` has random effects that spill over as the innovations do, which is what its \
                 moments rest on (Kapoor, Kelejian & Prucha 2007): take `error_components` = \"kkp\", or \
                 the estimator by maximum likelihood"
            ));
        }
        random::supports(model, Spatial { lag: self.has_lag(), error: true })?;
        if model.effects.has_time() {
            return Err(format!(
                "`{name}` has no effects of periods: the moments of Kelejian & Prucha (1999) are those \
                 of errors without such; take effects `none` or `individual`, or dummies of periods \
                 as controls"
            ));
        }
        if !model.std_errors.is_default() {
            return Err(if self.any_variance {
                format!("`{name}` has standard errors of its own that allow for heteroskedasticity")
            } else {
                format!(
                    "`{name}` rests on errors of equal variance: take `{name}-het`, which allows for \
                     heteroskedasticity"
                )
            });
        }
        Ok(())
    }

    fn takes_instruments(&self) -> bool {
        self.has_lag()
    }

    fn maximises_likelihood(&self) -> bool {
        false
    }

    fn takes_moment_weights(&self) -> bool {
        !self.any_variance
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        if problem.model.effects.is_random() {
            return kkp::fit(problem, self.info, self);
        }
        let design = Design::new(problem, self.has_lag())?;
        if design.df(problem) <= 0.0 {
            let absorbed = problem.model.effects.absorbed(problem.n_units(), problem.n_periods());
            let free = problem.n() - absorbed;
            return Err(FitError::TooFew { free, parameters: design.columns.len() });
        }
        let interval = problem.error_weights.spectrum().ok_or(FitError::NoSpectrum)?.interval();
        let own = Own { problem, design, interval, ground: Ground::new(problem) };
        let found = if self.any_variance { own.any()? } else { own.equal()? };
        own.assemble(self.info, found)
    }

    fn impacts(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Estimate> {
        impacts(problem, &at.fit)
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

/// An equation with what its moments are made of.
struct Own<'a> {
    problem: &'a Problem<'a>,
    design: Design,
    interval: (f64, f64),
    ground: Ground<'a>,
}

/// Coefficients and λ with their covariance.
struct Solved {
    coefficients: Vec<f64>,
    lambda: f64,
    innovations: Vec<f64>,
    /// Of the coefficients, then λ.
    covariance: Matrix,
    kind: &'static str,
}

impl Own<'_> {
    fn has_endogenous(&self) -> bool {
        self.design.endogenous.iter().any(|e| *e)
    }

    fn filtered_columns(&self, lambda: f64) -> Vec<Vec<f64>> {
        self.design.columns.iter().map(|z| filtered(self.problem, lambda, z)).collect()
    }

    /// Qy − Zδ
    fn residuals(&self, coefficients: &[f64]) -> Vec<f64> {
        let fitted = combine(self.design.y.len(), &self.design.columns, coefficients);
        self.design.y.iter().zip(&fitted).map(|(y, f)| y - f).collect()
    }

    fn equal(&self) -> Result<Solved, FitError> {
        let first = Stages::of(&self.design)?;
        let moments = self.ground.equal(&first.residuals);
        let lambda = moments.minimise(self.interval)?;
        let second = Stages::filtered(self.problem, &self.design, lambda)?;
        let e = second.residuals.clone();
        let sigma2 = dot(&e, &e) / self.design.df(self.problem);
        // Residuals of the first stage: δ − δ₀ = L'u = L'(I − λW)⁻¹ε.
        let resolve = |l: Vec<f64>| self.problem.error_weights.resolve_transposed(lambda, &l);
        let influence: Vec<Vec<f64>> = first.influence().into_iter().map(resolve).collect();
        let columns = self.filtered_columns(lambda);
        let behind = Behind { influence: &influence, filtered: &columns };
        let behind = self.has_endogenous().then_some(&behind);
        let of_moments = filtered(self.problem, lambda, &first.residuals);
        let spread = self.ground.spread_equal((&moments, lambda), (&of_moments, sigma2), behind);
        let (variance, moves) = spread.ok_or(FitError::SingularInformation)?;
        let k = second.coefficients.len();
        let own = second.influence();
        let covariance = Matrix::from_fn(k + 1, k + 1, |i, j| match (i < k, j < k) {
            (true, true) => sigma2 * second.gram_inverse[(i, j)],
            (true, false) => sigma2 * dot(&own[i], &moves),
            (false, true) => sigma2 * dot(&own[j], &moves),
            (false, false) => variance,
        });
        let kind = if self.has_endogenous() {
            "generalised spatial two-stage least squares, lambda's under normal errors"
        } else {
            "feasible generalised least squares, lambda's under normal errors"
        };
        Ok(Solved { coefficients: second.coefficients, lambda, innovations: e, covariance, kind })
    }

    fn any(&self) -> Result<Solved, FitError> {
        let first = Stages::of(&self.design)?;
        let start = self.ground.any(&first.residuals).minimise(self.interval)?;
        let second = Stages::filtered(self.problem, &self.design, start)?;
        let influence = second.influence();
        let u = self.residuals(&second.coefficients);
        let unweighted = self.ground.any(&u);
        let (psi, _) = self.spread(&influence, &u, start);
        let weights = spd_inverse(&psi).ok_or(FitError::SingularInformation)?;
        let lambda = Moments { all: unweighted.all.clone(), weights }.minimise(self.interval)?;
        // The covariance at the estimates.
        let e = filtered(self.problem, lambda, &u);
        let last = Stages::filtered(self.problem, &self.design, lambda)?;
        let influence = last.influence();
        let (psi, linear) = self.spread(&influence, &u, lambda);
        let weights = spd_inverse(&psi).ok_or(FitError::SingularInformation)?;
        let fall: Vec<f64> = unweighted.all.iter().map(|m| m.fall(lambda)).collect();
        let c: Vec<f64> = (0..2).map(|r| (0..2).map(|s| weights[(r, s)] * fall[s]).sum()).collect();
        let square = dot(&c, &fall);
        let mut moves = vec![0.0; e.len()];
        for (a, c) in linear.iter().zip(&c) {
            moves.iter_mut().zip(a).for_each(|(m, a)| *m += c * a / square);
        }
        let factor = self.ground.square_factor();
        let weighted = |a: &[f64], b: &[f64]| -> f64 {
            factor * a.iter().zip(b).zip(&e).map(|((a, b), e)| a * b * e * e).sum::<f64>()
        };
        let k = influence.len();
        let covariance = Matrix::from_fn(k + 1, k + 1, |i, j| match (i < k, j < k) {
            (true, true) => weighted(&influence[i], &influence[j]),
            (true, false) => weighted(&influence[i], &moves),
            (false, true) => weighted(&influence[j], &moves),
            (false, false) => 1.0 / square,
        });
        let kind = "generalised moments, robust to heteroskedasticity";
        Ok(Solved { coefficients: second.coefficients, lambda, innovations: e, covariance, kind })
    }

    /// Ψ at residuals u and λ.
    fn spread(&self, influence: &[Vec<f64>], u: &[f64], lambda: f64) -> (Matrix, Vec<Vec<f64>>) {
        let e = filtered(self.problem, lambda, u);
        let columns = self.filtered_columns(lambda);
        let behind = Behind { influence, filtered: &columns };
        self.ground.spread_any(&e, self.has_endogenous().then_some(&behind))
    }

    fn assemble(&self, info: &'static Info, solved: Solved) -> Result<Estimated, FitError> {
        let df = self.design.df(self.problem);
        let e = &solved.innovations;
        let sigma2 = dot(e, e) / df;
        let mut terms = self.design.terms.clone();
        terms.push(Term::Lambda);
        let mut values = solved.coefficients;
        values.push(solved.lambda);
        let found = Found {
            info,
            terms,
            values,
            covariance: solved.covariance,
            sigma2: (sigma2, 2.0 * sigma2 * sigma2 / df),
            innovations: solved.innovations,
            kind: solved.kind.to_owned(),
            inference: Reference::Normal,
            cautions: Vec::new(),
        };
        assemble(self.problem, found)
    }
}
