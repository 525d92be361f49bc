//! What is taken off the maximum of a likelihood whose effects were estimated: the bias correction
//! of [`incidental`](crate::estimator::incidental), in lanes.

use crate::estimator::Problem;
use crate::math::lanes::{LANES, Lane};
use crate::model::Effects;
use crate::model::incidental::Correction;

/// What is done to the values at the maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Bias {
    /// Nothing.
    Kept,
    /// σ² times this.
    OfVariance(f64),
    /// θ + T·V(0, 1/(1 − r), 1/2σ²)', then σ² times a number.
    OfPeriods {
        /// T
        periods: f64,
        /// T/(T − 1) where units have effects too, or 1.
        variance: f64,
    },
}

/// How far parameters are moved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    /// Of the spatial parameter; the coefficients are moved by −h times this, h as in `batch::slm`.
    pub spatial: Lane,
    /// σ² after it.
    pub sigma2: Lane,
}

impl Bias {
    /// That of the model of `problem`.
    pub(super) fn of(problem: &Problem<'_>) -> Self {
        if problem.model.correction != Correction::BiasCorrected {
            return Self::Kept;
        }
        let t = problem.n_periods() as f64;
        match problem.model.effects {
            Effects::None
            | Effects::Random
            | Effects::RandomTime
            | Effects::CorrelatedRandom
            | Effects::RandomPeriods
            | Effects::RandomTwoWay
            | Effects::FirstDifference
            | Effects::Between => Self::Kept,
            Effects::Individual => Self::OfVariance(t / (t - 1.0)),
            Effects::Time => Self::OfPeriods { periods: t, variance: 1.0 },
            Effects::TwoWay => Self::OfPeriods { periods: t, variance: t / (t - 1.0) },
        }
    }

    /// Where the spatial parameter `r` and σ² go, given the variance of r, all traces of G and the
    /// number of observations n: with d = (h, −1, 2σ² tr G/n), V = V₀ + V_r dd' and V₀ without r.
    #[inline(always)]
    pub(super) fn of_maximum(
        &self,
        (r, sigma2, variance): (&Lane, &Lane, &Lane),
        (trace, n): (&Lane, f64),
    ) -> Option<Move> {
        let mut out = Move { spatial: [0.0; LANES], sigma2: *sigma2 };
        match *self {
            Self::Kept => return None,
            Self::OfVariance(times) => {
                for l in 0..LANES {
                    out.sigma2[l] *= times;
                }
            }
            Self::OfPeriods { periods, variance: of_units } => {
                for l in 0..LANES {
                    let mean_trace = trace[l] / n;
                    let step = periods * variance[l] * (1.0 / (1.0 - r[l]) - mean_trace);
                    let moved = sigma2[l] + sigma2[l] * (periods / n - 2.0 * mean_trace * step);
                    out.spatial[l] = step;
                    out.sigma2[l] = moved * of_units;
                }
            }
        }
        Some(out)
    }
}
