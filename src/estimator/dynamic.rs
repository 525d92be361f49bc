//! Dynamic spatial panels: lags of the response in time among the regressors.
//!
//! *Model*: y_t = ρWy_t + τy_{t−1} + ηWy_{t−1} + X_tβ + μ + ξ_t1 + e_t. The lags are regressors that a
//! sample has like others; the first period is lost to them. Estimated by quasi-maximum likelihood of
//! the spatial lag model.
//!
//! *Bias*: the effects of units make the estimates wrong by O(1/T) (Nickell 1981). With Σ = I/(NT), I
//! the information, S = I − ρW, A = S⁻¹(τI + ηW) and R = (I − A)⁻¹S⁻¹ = [(1 − τ)I − (ρ + η)W]⁻¹,
//!
//! ```text
//! θ₁ = θ + Σ⁻¹a/T,   a = (tr R, tr WR, 0, tr WR, N/2σ²)'/N   of (τ, η, β, ρ, σ²)
//! ```
//!
//! (Yu, de Jong & Lee 2008, Journal of Econometrics 146, theorem 3; the entry of ρ, there tr[G(τI + ηW)
//! R + G], is tr GSR = tr WR as R⁻¹ = S − τI − ηW). With effects of periods, too, Σ⁻¹(0, …, 1/(1 − ρ),
//! 1/2σ²)'/N is added, or F_N is applied first and F_N'WF_N, N − 1 take the places of W, N: the
//! eigenvalue 1 is left out of traces (Lee & Yu 2010, Econometric Theory 26, sections 3 and 4).
//!
//! *Stability*: the eigenvalues (τ + ηω)/(1 − ρω) of A, ω those of W, are inside the unit circle. As
//! the largest ω of row-normalised W is 1, τ + ρ + η < 1 is necessary.
//!
//! *Long run*: a change of x_k that stays moves y by R(β_kI + θ_kW) in the end (Elhorst 2014, section
//! 4.2; Debarsy, Ertur & LeSage 2012).

use super::impacts::Multipliers;
use super::incidental::{Corrected, move_by, of_periods, values};
use super::{Estimated, Problem};
use crate::math::dual::Dual;
use crate::model::incidental::Correction;
use crate::model::{Effects, Impact, Model, Term, Whose};
use crate::outcome::{Fit, Statistic};
use crate::panel::sample::Sample;
use crate::weights::Weights;
use std::collections::BTreeMap;

/// Whether a model with lags of the response has a theory; else why not.
pub(super) fn supports(model: &Model) -> Result<(), String> {
    match model.effects {
        Effects::Individual | Effects::TwoWay => {}
        Effects::Random
        | Effects::RandomTime
        | Effects::CorrelatedRandom
        | Effects::RandomPeriods
        | Effects::RandomTwoWay => {
            return Err(
                "lags of the response are correlated with random effects of units, and their \
                 treatment of first periods is not built: take individual or two-way effects (Yu, de \
                 Jong & Lee 2008)"
                    .to_owned(),
            );
        }
        Effects::None | Effects::Time | Effects::FirstDifference | Effects::Between => {
            return Err(
                "without effects of units their lasting differences are in the errors, with which \
                 lags of the response are correlated: dynamic models have individual or two-way \
                 effects (Yu, de Jong & Lee 2008)"
                    .to_owned(),
            );
        }
    }
    if model.correction == Correction::Transformation && model.effects != Effects::TwoWay {
        return Err(
            "of a dynamic model the transformation takes out period effects only, since the lag of a \
             transformed response is not the transformed lag (Lee & Yu 2010, Econometric Theory 26): \
             take two-way effects, or correction = \"bias-corrected\""
                .to_owned(),
        );
    }
    Ok(())
}

/// Where the parameters of the dynamics stand among the estimates, and what they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dynamics {
    /// τ
    pub own: Option<(usize, f64)>,
    /// η
    pub of_neighbours: Option<(usize, f64)>,
    /// ρ
    pub rho: (usize, f64),
}

impl Dynamics {
    /// Those of a fit; `None` for a static model.
    pub fn of(model: &Model, fit: &Fit) -> Option<Self> {
        model.dynamics?;
        let find = |term: &Term| {
            let at = fit.estimates.iter().position(|e| e.term == *term)?;
            Some((at, fit.estimates[at].value))
        };
        let lag = |of| find(&Term::Variable(model.lag_of_response(of)?));
        let (own, of_neighbours) = (lag(Whose::Own), lag(Whose::Neighbours));
        Some(Self { own, of_neighbours, rho: find(&Term::Rho)? })
    }

    fn tau(&self) -> f64 {
        self.own.map_or(0.0, |(_, value)| value)
    }

    fn eta(&self) -> f64 {
        self.of_neighbours.map_or(0.0, |(_, value)| value)
    }

    /// τ + ρ + η
    pub fn persistence(&self) -> f64 {
        self.tau() + self.rho.1 + self.eta()
    }

    /// Positions of τ, ρ, η among the estimates: what their sum moves with.
    pub fn positions(&self) -> Vec<usize> {
        let lags = [self.own, self.of_neighbours].into_iter().flatten();
        lags.chain([self.rho]).map(|(at, _)| at).collect()
    }

    /// s of R = (I − sW)⁻¹/(1 − τ): (ρ + η)/(1 − τ).
    fn slope(&self) -> f64 {
        (self.rho.1 + self.eta()) / (1.0 - self.tau())
    }

    /// Largest modulus of (τ + ηω)/(1 − ρω); that of the eigenvalue 1 left out where `without_one`.
    /// `None` where W has no list of eigenvalues.
    pub fn largest_root(&self, weights: &Weights, without_one: bool) -> Option<f64> {
        let eigenvalues = weights.spectrum()?.eigenvalues()?;
        let (tau, eta, rho) = (self.tau(), self.eta(), self.rho.1);
        let root = |&(re, im): &(f64, f64)| {
            (tau + eta * re).hypot(eta * im) / (1.0 - rho * re).hypot(rho * im)
        };
        // The eigenvalues come with rising real parts: 1 is the last.
        let counted = eigenvalues.len() - usize::from(without_one);
        Some(eigenvalues[..counted].iter().map(root).fold(0.0, f64::max))
    }

    /// Whether the process settles: the root is inside the unit circle where it is known, else what
    /// follows for the eigenvalues at the ends of the interval.
    fn is_stable(&self, weights: &Weights, without_one: bool) -> bool {
        match self.largest_root(weights, without_one) {
            Some(root) => root < 1.0,
            None => self.ends(weights).iter().all(|root| root.abs() < 1.0),
        }
    }

    /// The roots of the two outermost eigenvalues; between them the root is monotone in ω.
    fn ends(&self, weights: &Weights) -> [f64; 2] {
        let Some(spectrum) = weights.spectrum() else { return [f64::NAN; 2] };
        let (low, high) = spectrum.interval();
        [low, high].map(|end| (self.tau() + self.eta() / end) / (1.0 - self.rho.1 / end))
    }

    /// tr R and tr WR over the eigenvalues that are counted; `None` where the process is not stable.
    fn traces(&self, weights: &Weights, without_one: bool) -> Option<(f64, f64)> {
        if !self.is_stable(weights, without_one) || self.tau() >= 1.0 {
            return None;
        }
        let (scale, slope) = (1.0 / (1.0 - self.tau()), self.slope());
        let g = weights.spectrum()?.trace_g(slope);
        let (mut own, mut lagged) = (scale * (weights.n() as f64 + slope * g), scale * g);
        if without_one {
            let one = 1.0 / (1.0 - self.persistence());
            (own, lagged) = (own - one, lagged - one);
        }
        (own.is_finite() && lagged.is_finite()).then_some((own, lagged))
    }

    /// What coefficients are multiplied with in effects in the long run; `None` where the response
    /// does not settle.
    pub fn long_run(&self, weights: &Weights) -> Option<LongRun> {
        let stable = self.is_stable(weights, false) && self.tau() < 1.0;
        let at = Multipliers::at(weights, self.slope()).filter(|_| stable)?;
        Some(LongRun { at, scale: 1.0 / (1.0 - self.tau()), slope: self.slope(), of: *self })
    }
}

/// The multipliers of long-run effects: R = c(I − sW)⁻¹, c = 1/(1 − τ), s = (ρ + η)c.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LongRun {
    /// Those of (I − sW)⁻¹, with derivatives in s.
    at: Multipliers,
    /// c
    scale: f64,
    /// s
    slope: f64,
    of: Dynamics,
}

/// The effect within the period that one in the long run is the limit of.
fn within_period(impact: Impact) -> Impact {
    match impact {
        Impact::Direct | Impact::LongRunDirect => Impact::Direct,
        Impact::Indirect | Impact::LongRunIndirect => Impact::Indirect,
        Impact::Total | Impact::LongRunTotal => Impact::Total,
    }
}

impl LongRun {
    /// The effect of a regressor with the coefficients at `own` and `of_neighbours`, and its derivative
    /// in each parameter: of f = c·D(s), ∂f/∂ρ = ∂f/∂η = c²D′ and ∂f/∂τ = c²(D + sD′).
    pub fn effect(
        &self,
        impact: Impact,
        (own, of_neighbours): (Option<usize>, Option<usize>),
        parameter: impl Fn(usize) -> f64,
    ) -> (f64, Vec<(usize, f64)>) {
        let impact = within_period(impact);
        let parts = [(own, self.at.get(impact)), (of_neighbours, self.at.of_neighbours(impact))];
        let (mut sum, mut gradient) = (Dual::constant(0.0), Vec::new());
        for (at, multiplier) in parts {
            let Some(at) = at else { continue };
            sum.value += parameter(at) * multiplier.value;
            sum.slope += parameter(at) * multiplier.slope;
            gradient.push((at, self.scale * multiplier.value));
        }
        let square = self.scale * self.scale;
        let by_slope = square * sum.slope;
        gradient.push((self.of.rho.0, by_slope));
        gradient.extend(self.of.of_neighbours.map(|(at, _)| (at, by_slope)));
        let by_tau = square * (sum.value + self.slope * sum.slope);
        gradient.extend(self.of.own.map(|(at, _)| (at, by_tau)));
        (self.scale * sum.value, gradient)
    }
}

/// Whether the eigenvalue 1 of W is out of the model with the period effects.
fn without_one(model: &Model) -> bool {
    model.correction == Correction::Transformation && model.effects.has_time()
}

/// θ of `fit` without the bias of the first order.
pub(super) fn corrected(problem: &Problem<'_>, fit: &Fit) -> Corrected {
    let model = problem.model;
    let Some(dynamics) = Dynamics::of(model, fit) else { return Corrected::Not };
    if model.correction.is_none() {
        return Corrected::Not;
    }
    let without_one = without_one(model);
    let Some((own, lagged)) = dynamics.traces(problem.weights, without_one) else {
        return Corrected::Undefined(
            "the estimated process is not stable, so that the bias has no limit to be taken off: \
             estimates are those of quasi-maximum likelihood",
        );
    };
    let (n, t) = (problem.n_units() as f64, problem.n_periods() as f64);
    let counted = n - f64::from(u8::from(without_one));
    let mut theta = values(fit);
    let (last, at) = (theta.len() - 1, theta.clone());
    let mut step = vec![0.0; theta.len()];
    for (place, trace) in [(dynamics.own, own), (dynamics.of_neighbours, lagged)] {
        if let Some((place, _)) = place {
            step[place] = trace / counted;
        }
    }
    step[dynamics.rho.0] = lagged / counted;
    step[last] = 0.5 / at[last];
    // Σ⁻¹/T = N·I⁻¹, and Σ⁻¹/N = T·I⁻¹.
    move_by(&mut theta, &fit.covariance, &step, counted);
    if model.effects == Effects::TwoWay && !without_one {
        move_by(&mut theta, &fit.covariance, &of_periods(&at, 1), t);
    }
    Corrected::To(theta)
}

/// What a fit says of its stability: τ + ρ + η, the largest root, and a caution where it has none.
pub(super) fn describe(problem: &Problem<'_>, fit: &mut Fit) {
    let Some(dynamics) = Dynamics::of(problem.model, fit) else { return };
    let root = dynamics.largest_root(problem.weights, without_one(problem.model));
    let found: BTreeMap<Statistic, f64> =
        [(Statistic::Persistence, Some(dynamics.persistence())), (Statistic::LargestRoot, root)]
            .into_iter()
            .filter_map(|(statistic, value)| Some((statistic, value.filter(|v| v.is_finite())?)))
            .collect();
    fit.statistics.extend(found);
    let worst = root.unwrap_or_else(|| {
        dynamics.ends(problem.weights).iter().fold(0.0, |most, root| root.abs().max(most))
    });
    if worst >= 1.0 || dynamics.persistence() >= 1.0 {
        fit.cautions.push(format!(
            "the process is not stable (largest root {worst:.4}, τ + ρ + η = {:.4}): standard errors \
             and p-values are those of a stable one, and there are no effects in the long run",
            dynamics.persistence()
        ));
    }
}

/// Puts the lags of the response that `sample` has among its regressors in step with its response:
/// the first period keeps what was observed before it.
pub fn follow(sample: &mut Sample, weights: &Weights, model: &Model) {
    let n = sample.n_units();
    let lags = [Whose::Own, Whose::Neighbours].map(|of| model.lag_of_response(of));
    for lag in lags.into_iter().flatten() {
        let Some(at) = sample.regressors.iter().position(|r| *r == lag) else { continue };
        let before = &sample.y[..sample.y.len() - n];
        let moved = if lag.is_of_neighbours() { weights.lag(before) } else { before.to_vec() };
        sample.x[at][n..].copy_from_slice(&moved);
    }
}

/// The response that a dynamic spatial lag model generates from `errors`, period by period from what
/// was observed before the first: y_t = S⁻¹(τy_{t−1} + ηWy_{t−1} + the rest of X_tβ + effects + e_t).
pub(super) fn simulate(problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Option<Vec<f64>> {
    let dynamics = Dynamics::of(problem.model, &at.fit)?;
    let (n, sample) = (problem.n_units(), problem.sample);
    let mut rest: Vec<f64> = at.systematic.iter().zip(errors).map(|(f, e)| f + e).collect();
    let own = dynamics.own.zip(problem.model.lag_of_response(Whose::Own));
    let of_neighbours =
        dynamics.of_neighbours.zip(problem.model.lag_of_response(Whose::Neighbours));
    for ((_, coefficient), lag) in [own, of_neighbours].into_iter().flatten() {
        let column = sample.regressors.iter().position(|r| *r == lag)?;
        let later = rest[n..].iter_mut().zip(&sample.x[column][n..]);
        later.for_each(|(rest, x)| *rest -= coefficient * x);
    }
    let filter = problem.weights.filter(dynamics.rho.1);
    let (tau, eta) = (dynamics.tau(), dynamics.eta());
    // The first period's own lags are observed and still in `rest`.
    let mut y: Vec<f64> = filter.resolve(&rest[..n]);
    for rest in rest[n..].chunks_exact(n) {
        let before = &y[y.len() - n..];
        let lagged = problem.weights.lag(before);
        let mean: Vec<f64> = (0..n).map(|i| rest[i] + tau * before[i] + eta * lagged[i]).collect();
        y.extend(filter.resolve(&mean));
    }
    Some(y)
}
