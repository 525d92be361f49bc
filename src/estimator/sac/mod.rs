//! Models with a spatial lag and a spatial error by maximum likelihood: SAC (also SARAR, SARMA in
//! older texts) and, with Durbin terms, GNS.
//!
//! *Model*: y = ρW₁y + Xβ + μᵢ + τₜ + u, u = λW₂u + e, e ~ (0, σ²I). W₂ is W₁ unless a model has
//! error weights of its own.
//! *Estimator*: effects, β and σ² are concentrated out; (ρ, λ) maximise
//! l(ρ, λ) = −(n/2)(ln 2π + 1 + ln(SSR(ρ, λ)/n)) + T ln|I − ρW₁| + T ln|I − λW₂|, SSR(ρ, λ) that of
//! generalised least squares of B(y − ρW₁y) on BX and the filtered dummies, B = I − λW₂ (LeSage &
//! Pace 2009, section 3.1.4; Elhorst 2014, section 2.6). The dummies are those of the exact
//! likelihood; with `demean-then-lag` W₁ and B are applied to Qy and QX, which are not projected
//! again, as splm has it.
//!
//! The likelihood can have two maxima, ρ and λ in each other's places where W₁ = W₂ and the
//! regressors say little: it is climbed from a grid and several points, the highest maximum is taken,
//! and another that is almost as high is said ([`CLOSE`]).
//!
//! *Standard errors and divisors*: inverse of the expected information of (β, ρ, λ, σ²), σ² = e'e/n,
//! normal distribution. With W₂'s H = W₂B⁻¹, G = W₁(I − ρW₁)⁻¹, Ĝ = BGB⁻¹, X̃ the filtered regressors and
//! g the mean of BW₁y (Anselin 1988, section 6.2; Lee & Yu 2010, appendix A):
//!
//! ```text
//! ββ X̃'X̃/σ²,  βρ X̃'g/σ²,  ρρ g'g/σ² + T tr(ĜĜ + Ĝ'Ĝ),  ρλ T tr((H + H')Ĝ),  ρσ² T tr G/σ²
//! λλ T tr(HH + H'H),  λσ² T tr H/σ²,  σ²σ² n/2σ⁴,  βλ = βσ² = 0
//! ```
//!
//! Ĝ and H are dense, N × N: some thousand units are the limit. With `correction` n, T and traces are those
//! of transformed data, or the estimates lose their bias: see [`incidental`](super::incidental).
//! *Limits*: as for the SLM; without regressors that matter ρ and λ are not identified apart.
//! | file | what it does |
//! |---|---|
//! | `surface` | the concentrated log-likelihood and its maxima |
//! | `information` | expected information |
//! | `score` | the score, in pieces and at any values |
//!
//! *References*: Anselin (1988); LeSage & Pace (2009); Lee & Yu (2010), Journal of Econometrics 154.

mod information;
mod score;
mod surface;

use super::batch::{self, Reduction};
use super::durbin::Durbin;
use super::goodness::{Ingredients, bic, statistics};
use super::impacts::impacts;
use super::inference::{convergence, edge_caution, estimates, rows};
use super::leverage::Hat;
use super::likelihood::{self, in_coefficients};
use super::random::Spatial;
use super::random::either::EitherEffects;
use super::score::Scored;
use super::sem;
use super::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::math::plane::{Peak, Peaks};
use crate::model::{Model, Term};
use crate::outcome::{Estimate, Fit, Reference, Searched, Statistic};
use information::{Operators, information, mean_lag};
pub(super) use surface::STARTS;
use surface::Surface;

/// The model with a spatial lag and a spatial error.
#[derive(Debug)]
pub struct Sac;

/// The model with both with fixed effects, with random ones or with none.
pub static SAC: EitherEffects<Sac> = EitherEffects::new(&Sac, Spatial::BOTH);

static INFO: Info = Info {
    name: "sac",
    label: "SAC",
    summary: "spatial lag and spatial error, maximum likelihood",
    reference: "LeSage & Pace (2009), section 3.1.4; Lee & Yu (2010)",
    version: 1,
    spatial: &[Term::Rho, Term::Lambda],
    small_sample: false,
    durbin: false,
};

/// The general nesting spatial model: SAC with Durbin terms.
pub static GNS: Durbin<EitherEffects<Sac>> = Durbin::new(&SAC, &GNS_INFO);

static GNS_INFO: Info = Info {
    name: "gns",
    label: "GNS",
    summary: "spatial lag, neighbours' regressors and spatial error, maximum likelihood",
    reference: "Elhorst (2014), section 2.4; LeSage & Pace (2009), section 3.1.4",
    version: 1,
    spatial: &[Term::Rho, Term::Lambda],
    small_sample: false,
    durbin: true,
};

const NAMES: [&str; 2] = ["rho", "lambda"];

/// A maximum whose log-likelihood is lower by less than this is said: half the 95 % quantile of χ²
/// with one degree of freedom, rounded up.
pub const CLOSE: f64 = 2.0;

impl Estimator for Sac {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn supports(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn has_correction(&self) -> bool {
        true
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let space = problem.within_space()?;
        let surface = Surface::new(problem, &space)?;
        let found = surface.maxima(problem)?;
        let highest = Point::highest(&space, &surface, &found.peaks[0])?;
        let plain = assemble(problem, &space, &surface, &found, highest)?;
        let spatial = [(&surface.frames[0], NAMES[0]), (&surface.frames[1], NAMES[1])];
        likelihood::settled(problem, &spatial, plain, |theta| {
            let there = Point::at(problem, &space, &surface, theta);
            assemble(problem, &space, &surface, &found, there)
        })
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
        let by_period = problem.weights.is_by_period() || problem.error_weights.is_by_period();
        if by_period || !problem.model.correction.is_none() {
            return None;
        }
        batch::sac::reduction(problem, at, spread).map(|r| Box::new(r) as Box<dyn Reduction>)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        sem::leverages(&problem.of_errors(), at.value(&Term::Lambda).unwrap_or(0.0))
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        sem::hat(&problem.of_errors(), at.value(&Term::Lambda).unwrap_or(0.0))
    }

    fn scored(&self) -> Option<&dyn Scored> {
        Some(self)
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        let [rho, lambda] = spatial(at);
        let u = problem.error_weights.resolve(lambda, errors);
        let shocked: Vec<f64> = at.systematic.iter().zip(&u).map(|(f, u)| f + u).collect();
        problem.weights.resolve(rho, &shocked)
    }
}

/// Ĝ = BGB⁻¹ and H, N × N.
pub(super) fn operators(problem: &Problem<'_>, rho: f64, lambda: f64) -> (Matrix, Matrix) {
    let Operators { lag, error } = Operators::at(problem, rho, lambda);
    (lag, error)
}

/// (ρ, λ) of a fit.
fn spatial(at: &Estimated) -> [f64; 2] {
    [Term::Rho, Term::Lambda].map(|term| at.value(&term).unwrap_or(0.0))
}

/// Values of the parameters: those at a maximum of the likelihood, or near it.
struct Point {
    coefficients: Vec<f64>,
    /// (ρ, λ)
    at: [f64; 2],
    sigma2: f64,
    loglik: f64,
    innovations: Vec<f64>,
}

impl Point {
    fn highest(space: &ColumnSpace, surface: &Surface<'_>, peak: &Peak) -> Result<Self, FitError> {
        let gamma = surface.profile(peak.at).ok_or(FitError::SingularInformation)?.gamma;
        let innovations = surface.innovations(peak.at, &gamma);
        let [on_y, on_lag] = &surface.start;
        let coordinates: Vec<f64> =
            (0..gamma.len()).map(|j| on_y[j] - peak.at[0] * on_lag[j] + gamma[j]).collect();
        Ok(Self {
            coefficients: space.coefficients(&coordinates),
            at: peak.at,
            sigma2: dot(&innovations, &innovations) / surface.observations() as f64,
            loglik: peak.jet.value,
            innovations,
        })
    }

    /// At θ = (β, ρ, λ, σ²).
    fn at(
        problem: &Problem<'_>,
        space: &ColumnSpace,
        surface: &Surface<'_>,
        theta: &[f64],
    ) -> Self {
        let (coefficients, rest) = theta.split_at(theta.len() - 3);
        let (at, sigma2) = ([rest[0], rest[1]], rest[2]);
        let linear = problem.within(&problem.linear_part(coefficients));
        let [on_y, on_lag] = &surface.start;
        let gamma: Vec<f64> = space
            .coordinates(&linear)
            .iter()
            .zip(on_y.iter().zip(on_lag))
            .map(|(c, (y, lag))| c - y + at[0] * lag)
            .collect();
        let innovations = surface.innovations(at, &gamma);
        let ssr = dot(&innovations, &innovations);
        let [of_rho, of_lambda] = &surface.frames;
        let loglik = of_rho.loglik(ssr, at[0], sigma2) + of_lambda.log_det(at[1]);
        Self { coefficients: coefficients.to_vec(), at, sigma2, loglik, innovations }
    }
}

fn assemble(
    problem: &Problem<'_>,
    space: &ColumnSpace,
    surface: &Surface<'_>,
    found: &Peaks,
    point: Point,
) -> Result<Estimated, FitError> {
    let peak = found.peaks[0];
    let Point { coefficients, at, sigma2, loglik, innovations } = point;
    let [rho, lambda] = at;
    let n = problem.n();
    let block = surface.profile(at).ok_or(FitError::SingularInformation)?.block;

    // y − ρW₁y = Xβ + effects + B⁻¹e, with the effects of the exact likelihood.
    let y = &problem.sample.y;
    let lag = problem.weights.lag(y);
    let disturbance = problem.error_weights.resolve(lambda, &innovations);
    let systematic: Vec<f64> = (0..n).map(|i| y[i] - rho * lag[i] - disturbance[i]).collect();
    // R² in levels takes unit and period means for the effects, as those of the error model do.
    let linear = problem.linear_part(&coefficients);
    let rest: Vec<f64> = (0..n).map(|i| y[i] - rho * lag[i] - linear[i]).collect();
    let effects = problem.effects_part(&rest);
    let level_residual: Vec<f64> = rest.iter().zip(&effects).map(|(r, m)| r - m).collect();
    let with_effects: Vec<f64> = linear.iter().zip(&effects).map(|(l, m)| l + m).collect();
    let multiplied = problem.weights.filter(rho);
    let reduced_form = multiplied.resolve(&with_effects);
    let within_reduced_form = problem.within(&multiplied.resolve(&problem.within(&linear)));

    let g = mean_lag(problem, &surface.dummies, (rho, lambda), (&systematic, &linear));
    let information = information(problem, surface, &block, (at, sigma2, &g));
    let covariance = spd_inverse(&information).ok_or(FitError::SingularInformation)?;
    let covariance = in_coefficients(space, &covariance);

    let checked = |i: usize| {
        convergence(
            NAMES[i],
            at[i],
            peak.jet.slope[i],
            found.evaluations,
            n,
            surface.frames[i].spectrum(),
        )
    };
    let (mut of_rho, of_lambda) = (checked(0)?, checked(1)?);
    let mut cautions: Vec<String> = edge_caution("rho", rho, &of_rho).into_iter().collect();
    cautions.extend(edge_caution("lambda", lambda, &of_lambda));
    cautions.extend(other_maximum(&found.peaks));
    of_rho.second = Some(Searched {
        parameter: Term::Lambda,
        score: of_lambda.score,
        interval: of_lambda.interval,
        at_edge: of_lambda.at_edge,
    });

    let mut terms = problem.linear_terms();
    terms.extend([Term::Rho, Term::Lambda, Term::Sigma2]);
    let slopes = coefficients.len();
    let mut values = coefficients;
    values.extend([rho, lambda, sigma2]);
    let ingredients = Ingredients {
        loglik,
        sigma2,
        innovations: &innovations,
        level_residual: &level_residual,
        reduced_form: Some(&reduced_form),
        within_reduced_form: &within_reduced_form,
        slopes,
        spatial: 2,
    };
    let mut found = statistics(problem, &ingredients);
    let counted = surface.observations();
    if counted != n {
        found.insert(Statistic::Bic, bic(loglik, counted as f64, (slopes + 3) as f64));
    }
    let fit = Fit {
        estimator: INFO.name.to_owned(),
        estimator_version: INFO.version,
        effects: problem.model.effects,
        estimates: estimates(&terms, &values, &covariance, &Reference::Normal),
        covariance: rows(&covariance),
        std_error_kind: format!(
            "expected information matrix{}",
            surface.frames[0].said(problem.model)
        ),
        inference: Reference::Normal,
        statistics: found,
        cautions,
        convergence: Some(of_rho),
    };
    Ok(Estimated { fit, innovations, systematic, bread: None })
}

/// What a reader has to know where another maximum is almost as high.
fn other_maximum(peaks: &[Peak]) -> Vec<String> {
    let (highest, others) = peaks.split_first().expect("there is one at least");
    let place = |p: &Peak| format!("rho = {:.4}, lambda = {:.4}", p.at[0], p.at[1]);
    let lower = |p: &&Peak| highest.jet.value - p.jet.value < CLOSE;
    let others: Vec<String> = others
        .iter()
        .filter(lower)
        .map(|p| {
            let less = highest.jet.value - p.jet.value;
            format!("{} (log-likelihood lower by {less:.3})", place(p))
        })
        .collect();
    if others.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "the likelihood has another maximum almost as high: the estimates are those at {}, the \
         other is at {}; standard errors know of one only",
        place(highest),
        others.join(" and at ")
    )]
}
