//! The pieces of the score, each times a random multiplier; nothing is estimated again.
//!
//! θ* = θ̂ + VΣᵢ ηᵢgᵢ with V the covariance of the fit and gᵢ the pieces of the score, of which
//! each has mean zero given those before it (Kline & Santos 2012; for the linear-quadratic scores
//! of spatial models the pieces are those of [`crate::estimator::score`]). Effects are those at θ*.
//! s* is the standard error of the fit for every replicate: it cancels in p-values, and
//! percentile-t intervals are basic ones.
//!
//! *Preserved*: heteroskedasticity of any form. *Not for*: what is not linear in the score. The
//! mean of θ* is θ̂: no bias shows, and intervals do not lean to the side where estimates do.
//!
//! [`Rescale`](crate::model::Rescale) multiplies the pieces by what it would multiply the
//! innovations: this makes the variance of a linear *and* of a quadratic piece right in the number
//! of degrees of freedom, where larger innovations would count twice in a quadratic one.

use super::residuals::Factors;
use super::{Draws, Info, Scheme, Support, is_spatial};
use crate::estimator::score::Scored;
use crate::estimator::{Estimated, Estimator, Problem};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane, Packed};
use crate::math::linalg::cholesky;
use crate::math::multiplier::Multiplier;
use crate::math::simd::{Kernel, dispatch};
use crate::model::Effects;

/// A score scheme.
#[derive(Debug)]
pub struct Score {
    info: Info,
    multiplier: Multiplier,
}

const fn score(name: &'static str, summary: &'static str, multiplier: Multiplier) -> Score {
    Score {
        info: Info {
            name,
            summary,
            preserves: "heteroskedasticity of any form; not dependence over time or space that the \
                        model leaves, nor bias and skewness of the estimates",
            reference: "Kline & Santos (2012); for quadratic scores Baltagi & Yang (2013)",
            version: 1,
        },
        multiplier,
    }
}

/// ±1 for each piece.
pub static RADEMACHER: Score =
    score("score", "each piece of the score times ±1", Multiplier::Rademacher);
/// Mammen's two points for each piece.
pub static MAMMEN: Score = score(
    "score-mammen",
    "each piece of the score times Mammen's two-point draw",
    Multiplier::Mammen,
);
/// Webb's six points for each piece.
pub static WEBB: Score =
    score("score-webb", "each piece of the score times Webb's six-point draw", Multiplier::Webb);
/// A normal deviate for each piece.
pub static NORMAL: Score = score(
    "score-normal",
    "each piece of the score times a standard normal draw",
    Multiplier::Normal,
);

impl Scheme for Score {
    fn info(&self) -> &Info {
        &self.info
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Scores(self.multiplier)
    }

    fn supports(&self, estimator: &dyn Estimator, effects: Effects) -> Support {
        if effects == Effects::FirstDifference {
            return super::support::of_differences();
        }
        if estimator.scored().is_none() || effects.is_random() {
            return Support::Refused {
                because: "its score is not known as a sum of pieces that do not predict each other",
                source: "Kline & Santos (2012), section 2; Baltagi & Yang (2013)",
            };
        }
        if is_spatial(estimator) {
            return Support::Caution(
                "nothing is estimated again, so the bias of the spatial parameter and the \
                 skewness of its estimates do not show",
            );
        }
        Support::Sound
    }
}

/// How far each random number moves each estimate: VG of the pieces of the score.
#[derive(Debug)]
pub(super) struct Moves {
    rows: Packed,
    /// Random numbers of a replicate.
    count: usize,
}

impl Moves {
    /// Of the fit `at`.
    pub(super) fn new(
        problem: &Problem<'_>,
        at: &Estimated,
        scored: &dyn Scored,
        factors: &Factors,
    ) -> Self {
        let pieces = scored.pieces(problem, at);
        let v = at.bread();
        let rows = Packed::new(pieces.len(), problem.n(), |r, i| {
            let sum: f64 = v[r].iter().zip(&pieces).map(|(v, g)| v * g[i]).sum();
            factors.at(i) * sum
        });
        Self { rows, count: problem.n() }
    }

    /// L of the covariance LL' of the fit; `None` where it is singular.
    pub(super) fn of_estimates(at: &Estimated) -> Option<Self> {
        let v = &at.fit.covariance;
        let p = v.len();
        let factor = cholesky(&Matrix::from_fn(p, p, |i, j| v[i][j]))?;
        let rows = Packed::new(p, p, |i, j| if j <= i { factor[(i, j)] } else { 0.0 });
        Some(Self { rows, count: p })
    }

    /// Random numbers of a replicate.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Room for [`of`](Self::of).
    pub(super) fn room(&self) -> Vec<Lane> {
        vec![[0.0; LANES]; self.rows.padded_rows()]
    }

    /// θ* − θ̂ of a tile from its random numbers, as many lanes as they are.
    pub(super) fn of(&self, multipliers: &[Lane], out: &mut [Lane]) {
        dispatch(Sum { of: self, multipliers, out });
    }
}

struct Sum<'a> {
    of: &'a Moves,
    multipliers: &'a [Lane],
    out: &'a mut [Lane],
}

impl Kernel for Sum<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.out.fill([0.0; LANES]);
        self.of.rows.multiply(self.multipliers, self.out);
    }
}
