//! What the estimation of effects costs in the likelihood of spatial models, and what is done about
//! it (Lee & Yu 2010, Journal of Econometrics 154; 2010, Econometric Theory 26).
//!
//! *Transformation*: F_T and F_N (Helmert's) have orthonormal columns that are orthogonal to a
//! constant, one fewer than rows. They take unit and period effects out and leave errors that are
//! uncorrelated and of one variance. F_N'W = (F_N'WF_N)F_N' where the rows of W sum to 1, so what is
//! left is the same model with F_N'WF_N in place of W:
//!
//! ```text
//! effects     observations n′   log-determinant                     sum of squares
//! individual  N(T − 1)          (T − 1) ln|I − ρW|                  e'Qe
//! time        (N − 1)T          T [ln|I − ρW| − ln(1 − ρ)]          e'Qe
//! two-way     (N − 1)(T − 1)    (T − 1)[ln|I − ρW| − ln(1 − ρ)]     e'Qe
//! ```
//!
//! Sums of squares are those of demeaned data, F F' = E, so that nothing has to be transformed. Traces
//! of G* = F_N'GF_N: tr G* = tr G − 1/(1 − ρ), tr G*G* = tr GG − 1/(1 − ρ)², tr G*'G* = tr E_N G E_N G'
//! = tr G'G − |G'1|²/N.
//!
//! *Bias correction*: with θ = (β, ρ, σ²) of the likelihood with dummies and its information I,
//! θ + (1/N)[I/(NT)]⁻¹(0, 1/(1 − ρ), 1/2σ²)' for what period effects cost, then σ²·T/(T − 1) for what
//! unit effects do (Lee & Yu 2010, section 3.3; λ in the place of ρ for the error model, (0, 1/(1 − ρ),
//! 1/(1 − λ), 1/2σ²)' with both): both of two-way effects, one of one kind. tr E_N G = tr G − 1/(1 − ρ) is
//! what the dummies of a period leave of its trace, whether units have effects or not. Lags of the
//! response: [`dynamic`].

use super::goodness::gaussian_loglik;
use super::{Estimator, FitError, Problem, dynamic};
use crate::math::optimize::Jet;
use crate::model::incidental::Correction;
use crate::model::{Effects, LagOrder, Model, Term};
use crate::outcome::Fit;
use crate::weights::Weights;
use crate::weights::spectrum::Spectrum;

/// How far a row sum may be from 1.
const ROUNDING: f64 = 1e-9;

/// What a likelihood counts: observations and log-determinants.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    spectrum: &'a Spectrum,
    weights: &'a Weights,
    /// n′
    observations: usize,
    /// Log-determinants.
    periods: f64,
    /// Whether the eigenvalue 1 of W is gone with the period effects.
    without_one: bool,
}

impl<'a> Frame<'a> {
    /// That of the model of `problem`.
    pub(super) fn of(problem: &Problem<'a>) -> Result<Self, FitError> {
        let spectrum = problem.weights.spectrum().ok_or(FitError::NoSpectrum)?;
        let model = problem.model;
        if model.needs_row_sums() && !has_row_sums(problem.weights) {
            return Err(FitError::RowSums);
        }
        let transformed = model.correction == Correction::Transformation;
        let without_one = transformed && model.effects.has_time();
        // The lag of a transformed response is not the transformed lag: units' effects stay.
        let fewer = transformed && model.effects.has_individual() && model.dynamics.is_none();
        let units = problem.n_units() - usize::from(without_one);
        let periods = problem.n_periods() - usize::from(fewer);
        Ok(Self {
            spectrum,
            weights: problem.weights,
            observations: units * periods,
            periods: periods as f64,
            without_one,
        })
    }

    /// n′
    pub(super) fn observations(&self) -> usize {
        self.observations
    }

    /// The interval of the spatial parameter.
    pub(super) fn spectrum(&self) -> &'a Spectrum {
        self.spectrum
    }

    /// ln|I − rW|, tr G and tr GG.
    fn once(&self, r: f64) -> [f64; 3] {
        if self.without_one {
            return self.spectrum.without_one(r);
        }
        [self.spectrum.log_det(r), self.spectrum.trace_g(r), self.spectrum.trace_gg(r)]
    }

    /// All log-determinants.
    pub(super) fn log_det(&self, r: f64) -> f64 {
        self.periods * self.once(r)[0]
    }

    /// Traces of G, minus the derivative of [`log_det`](Self::log_det).
    pub(super) fn trace_g(&self, r: f64) -> f64 {
        self.periods * self.once(r)[1]
    }

    /// Traces of GG.
    pub(super) fn trace_gg(&self, r: f64) -> f64 {
        self.periods * self.once(r)[2]
    }

    /// Traces of G'G.
    pub(super) fn trace_gtg(&self, r: f64) -> f64 {
        self.periods * self.trace_gtg_once(r)
    }

    fn trace_gtg_once(&self, r: f64) -> f64 {
        if !self.without_one {
            return self.weights.trace_gtg(r);
        }
        if self.spectrum.eigenvalues().is_some() {
            return self.weights.trace_gtg_centred(r);
        }
        let n = self.weights.n();
        let transposed = self.weights.resolve_transposed(r, &vec![1.0; n]);
        let square: f64 = self.weights.lag_transposed(&transposed).iter().map(|v| v * v).sum();
        self.weights.trace_gtg(r) - square / n as f64
    }

    /// tr G, tr GG and tr(GG + G'G) of one log-determinant.
    pub(super) fn traces_once(&self, r: f64) -> [f64; 3] {
        let [_, g, gg] = self.once(r);
        [g, gg, gg + self.trace_gtg_once(r)]
    }

    /// Log-determinants.
    pub(super) fn periods(&self) -> f64 {
        self.periods
    }

    /// Whether the eigenvalue 1 of W is gone with the period effects.
    pub(super) fn is_without_one(&self) -> bool {
        self.without_one
    }

    /// The concentrated log-likelihood at r, where the sum of squares is `ssr` with these derivatives.
    pub(super) fn concentrated(&self, (ssr, first, second): (f64, f64, f64), r: f64) -> Jet {
        let (n, ratio) = (self.observations as f64, first / ssr);
        let [log_det, g, gg] = self.once(r).map(|of| self.periods * of);
        Jet {
            value: gaussian_loglik(ssr, self.observations) + log_det,
            slope: -0.5 * n * ratio - g,
            curvature: -0.5 * n * (second / ssr - ratio * ratio) - gg,
        }
    }

    /// The log-likelihood at r and σ².
    pub(super) fn loglik(&self, ssr: f64, r: f64, sigma2: f64) -> f64 {
        let n = self.observations as f64;
        -0.5 * n * (2.0 * std::f64::consts::PI * sigma2).ln() - 0.5 * ssr / sigma2 + self.log_det(r)
    }

    /// (e'e/σ² − n′)/2σ²: the score of the variance.
    pub(super) fn variance_score(&self, e: &[f64], sigma2: f64) -> f64 {
        let ssr: f64 = e.iter().map(|e| e * e).sum();
        (ssr / sigma2 - self.observations as f64) / (2.0 * sigma2)
    }

    /// What the information matrix is said to be of.
    pub(super) fn said(&self, model: &Model) -> String {
        match model.correction {
            Correction::None => String::new(),
            Correction::Transformation => {
                format!(" of transformed data, {} observations (Lee & Yu 2010)", self.observations)
            }
            Correction::BiasCorrected => String::new(),
        }
    }
}

/// What it is said of the standard errors of corrected estimates.
pub(super) fn said(model: &Model) -> &'static str {
    match (model.correction, model.dynamics) {
        (Correction::Transformation, Some(_)) => ", bias-corrected",
        (Correction::BiasCorrected, Some(_)) => {
            " at bias-corrected estimates (Yu, de Jong & Lee 2008; Lee & Yu 2010)"
        }
        (Correction::BiasCorrected, None) => " at bias-corrected estimates (Lee & Yu 2010)",
        (Correction::None | Correction::Transformation, _) => "",
    }
}

/// Values of the parameters in place of those that maximise a likelihood.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Corrected {
    /// There is nothing to correct.
    Not,
    /// The corrected values, in the order of the estimates: coefficients, spatial parameter, σ².
    To(Vec<f64>),
    /// They do not exist, and why.
    Undefined(&'static str),
}

/// The values that the model asks for in place of those of `fit`.
pub(super) fn corrected(problem: &Problem<'_>, fit: &Fit) -> Corrected {
    if problem.model.dynamics.is_some() {
        return dynamic::corrected(problem, fit);
    }
    if problem.model.correction != Correction::BiasCorrected {
        return Corrected::Not;
    }
    let t = problem.n_periods() as f64;
    let spatial =
        fit.estimates.iter().filter(|e| matches!(e.term, Term::Rho | Term::Lambda)).count();
    let less_periods = |theta: &mut Vec<f64>| {
        let step = of_periods(theta, spatial);
        move_by(theta, &fit.covariance, &step, t);
    };
    let mut theta = values(fit);
    let variance = theta.len() - 1;
    match problem.model.effects {
        Effects::None
        | Effects::Random
        | Effects::RandomTime
        | Effects::CorrelatedRandom
        | Effects::RandomPeriods
        | Effects::RandomTwoWay
        | Effects::FirstDifference
        | Effects::Between => {
            return Corrected::Not;
        }
        Effects::Individual => theta[variance] *= t / (t - 1.0),
        Effects::Time => less_periods(&mut theta),
        Effects::TwoWay => {
            less_periods(&mut theta);
            theta[variance] *= t / (t - 1.0);
        }
    }
    Corrected::To(theta)
}

/// (0, 1/(1 − r), 1/2σ²), r the `spatial` parameters before σ²: N times what period effects put into
/// the score, with an eigenvector of W that has the eigenvalue 1.
pub(super) fn of_periods(theta: &[f64], spatial: usize) -> Vec<f64> {
    let last = theta.len() - 1;
    let mut step = vec![0.0; theta.len()];
    for at in last - spatial..last {
        step[at] = 1.0 / (1.0 - theta[at]);
    }
    step[last] = 0.5 / theta[last];
    step
}

/// θ + `times` · I⁻¹ `step`.
pub(super) fn move_by(theta: &mut [f64], inverse: &[Vec<f64>], step: &[f64], times: f64) {
    for (value, row) in theta.iter_mut().zip(inverse) {
        *value += times * row.iter().zip(step).map(|(v, s)| v * s).sum::<f64>();
    }
}

/// The estimates of a fit.
pub(super) fn values(fit: &Fit) -> Vec<f64> {
    fit.estimates.iter().map(|e| e.value).collect()
}

fn has_row_sums(weights: &Weights) -> bool {
    weights.common_row_sum().is_some_and(|sum| (sum - 1.0).abs() < ROUNDING)
}

/// Whether a model may be corrected, and have lags of its response, by its estimator; else why not.
/// Needs no data.
pub fn supports(estimator: &dyn Estimator, model: &Model) -> Result<(), String> {
    let name = estimator.info().name;
    if let Some(dynamics) = model.dynamics {
        if !estimator.has_dynamics() {
            return Err(format!(
                "`{name}` has no lags of the response (dynamics = \"{}\"): take `slm` or `sdm`",
                dynamics.name()
            ));
        }
        dynamic::supports(model)?;
    }
    if model.correction.is_none() {
        return Ok(());
    }
    let correction = model.correction.name();
    if !estimator.has_correction() {
        return Err(format!(
            "correction = \"{correction}\" is of the likelihood of spatial models with effects, \
             which `{name}` does not maximise"
        ));
    }
    if model.effects.is_random() {
        return Err(format!(
            "correction = \"{correction}\" undoes what estimating effects costs (Lee & Yu 2010), and \
             random effects are not estimated"
        ));
    }
    if model.effects == Effects::None {
        return Err(format!(
            "correction = \"{correction}\" undoes what estimating effects costs (Lee & Yu 2010), and \
             a pooled model has none"
        ));
    }
    if model.lag_order == LagOrder::DemeanThenLag {
        return Err(format!(
            "correction = \"{correction}\" is of the likelihood with dummies (Lee & Yu 2010), which \
             lag_order = \"demean-then-lag\" is not"
        ));
    }
    dependable(model)
}

/// Whether the standard errors go with a correction.
fn dependable(model: &Model) -> Result<(), String> {
    use crate::model::std_errors::StdErrors;
    match (&model.std_errors, model.correction) {
        (StdErrors::Default, _)
        | (StdErrors::Hessian, Correction::Transformation)
        | (StdErrors::Qml, Correction::BiasCorrected)
        | (_, Correction::None) => Ok(()),
        (StdErrors::Hessian, Correction::BiasCorrected) => Err(
            "corrected estimates maximise no likelihood, so that its Hessian there is no information \
             about them (Lee & Yu 2010): leave the standard errors out, or take `qml`"
                .to_owned(),
        ),
        (StdErrors::Qml, Correction::Transformation) => Err(
            "transformed errors are uncorrelated but, unless normal, not independent: their fourth \
             moments are not those of the errors (Lee & Yu 2010, section 3.1): leave the standard \
             errors out, or take correction = \"bias-corrected\""
                .to_owned(),
        ),
        (StdErrors::Robust(_), _) => Err(
            "the score of an observation is that of the likelihood with dummies, which is not zero \
             in sum at these estimates: take standard errors from the information, or a bootstrap"
                .to_owned(),
        ),
    }
}
