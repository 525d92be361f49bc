//! Estimates of many replicates at once, without their samples.
//!
//! A replicate y* = reduced form of (Xβ̂ + effects, ε) reaches an estimator whose likelihood is
//! concentrated only through a few linear forms of ε and three quadratic ones: ε'Qε, ε'Qw and w'Qw
//! with w = (I ⊗ G)ε, G = W(I − r̂W)⁻¹. [`Forms`] computes them for a tile of replicates, a
//! [`Reduction`] goes from them to estimates and standard errors. Nothing depends on the fitted
//! value of y: effects, the mean and the sample itself never appear.
//!
//! This holds where removing effects commutes with the spatial filter, QW = QWQ: without effects
//! or with those of units for every W, with effects of periods where the rows of W have one sum. Random
//! effects of units ask for the forms within units and between them ([`random`], which also says
//! where there is none).
//! Elsewhere, and for directed links, an estimator offers no reduction and replicates are fitted one
//! at a time.
//!
//! | file | what it does |
//! |---|---|
//! | `forms` | ε → linear and quadratic forms |
//! | `unit` | the same for one multiplier a unit, at a cost that does not grow with T |
//! | `operator` | ε → Gε |
//! | `panel` | traces and cross-products as functions of the spatial parameter |
//! | `series` | Chebyshev series in lanes |
//! | `determinants` | ln\|I − rW\|, tr G and tr GG in lanes |
//! | `products` | cross-products of spatially lagged regressors at one value of the parameter |
//! | `newton` | the optimum of each replicate |
//! | `bias` | corrections of the optimum for estimated effects |
//! | `factor` | Cholesky factors of each replicate |
//! | `linear` | effects of models without a spatial lag |
//! | `slm`, `sem`, `sac`, `ols` | forms → estimates |
//! | `random` | the same with random effects of units, by maximum likelihood |
//! | `feasible` | and by feasible least squares |

mod bias;
mod determinants;
mod factor;
pub mod feasible;
pub mod forms;
mod linear;
mod newton;
pub mod ols;
mod operator;
mod panel;
mod products;
pub mod random;
pub mod sac;
pub mod sem;
mod series;
pub mod slm;
pub mod unit;

pub use forms::{Forms, TileForms};
pub use unit::UnitForms;

use super::Problem;
use super::impacts::Multipliers;
use crate::math::Matrix;
use crate::math::dual::Dual;
use crate::math::lanes::{LANES, Lane};
use crate::math::simd::{Kernel, dispatch};
use crate::model::{Effects, Impact, LagOrder};
use crate::weights::spectrum::Spectrum;

/// Estimates of a tile of replicates. Where a replicate is not `solved` its numbers mean nothing:
/// it is for the plain path to say what it is.
#[derive(Debug)]
pub struct TileEstimates<'a> {
    /// θ*, in the order of the fit's estimates and then its effects.
    pub values: &'a mut [Lane],
    /// Their standard errors.
    pub std_errors: &'a mut [Lane],
    /// Which replicates have an optimum that passed every check.
    pub solved: [bool; LANES],
}

/// What functions of the estimates need of a tile beside them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TileSpread {
    /// V* between some positions of θ, positions × positions, row by row.
    pub covariance: Vec<Lane>,
    /// Those of effects; `None` without a spatial lag.
    pub multipliers: Option<TileMultipliers>,
}

/// The multipliers of effects, each with its derivative in ρ, at the ρ* of each replicate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TileMultipliers {
    /// D and ∂D/∂ρ.
    pub direct: [Lane; 2],
    /// S and ∂S/∂ρ.
    pub total: [Lane; 2],
    /// D₁ and ∂D₁/∂ρ, of Durbin terms.
    pub direct_of_neighbours: [Lane; 2],
    /// S₁ and ∂S₁/∂ρ, of Durbin terms.
    pub total_of_neighbours: [Lane; 2],
}

impl TileMultipliers {
    /// The same for all replicates.
    pub(super) fn constant(of: &Multipliers) -> Self {
        let parts = |dual: Dual| [[dual.value; LANES], [dual.slope; LANES]];
        Self {
            direct: parts(of.direct),
            total: parts(of.total),
            direct_of_neighbours: parts(of.direct_of_neighbours),
            total_of_neighbours: parts(of.total_of_neighbours),
        }
    }

    /// Those of one kind of effect: of a unit's own regressor, and of its Durbin term.
    #[inline(always)]
    pub(super) fn get(&self, impact: Impact) -> ([Lane; 2], [Lane; 2]) {
        let difference = |total: &[Lane; 2], direct: &[Lane; 2]| {
            let mut out = [[0.0; LANES]; 2];
            for part in 0..2 {
                for l in 0..LANES {
                    out[part][l] = total[part][l] - direct[part][l];
                }
            }
            out
        };
        match impact {
            Impact::Direct => (self.direct, self.direct_of_neighbours),
            Impact::Indirect => (
                difference(&self.total, &self.direct),
                difference(&self.total_of_neighbours, &self.direct_of_neighbours),
            ),
            Impact::Total => (self.total, self.total_of_neighbours),
            // Dynamic models have no kernels.
            Impact::LongRunDirect | Impact::LongRunIndirect | Impact::LongRunTotal => {
                ([[f64::NAN; LANES]; 2], [[f64::NAN; LANES]; 2])
            }
        }
    }

    /// Those of one replicate.
    pub fn of(&self, lane: usize) -> Multipliers {
        let dual = |parts: &[Lane; 2]| Dual { value: parts[0][lane], slope: parts[1][lane] };
        Multipliers {
            direct: dual(&self.direct),
            total: dual(&self.total),
            direct_of_neighbours: dual(&self.direct_of_neighbours),
            total_of_neighbours: dual(&self.total_of_neighbours),
        }
    }
}

/// An estimator at a fit, as a function of forms of new innovations.
pub trait Reduction: Sync + Send {
    /// The forms it needs.
    fn forms(&self) -> &Forms;

    /// The matrices that innovations are multiplied with, N × N.
    fn matrices(&self, problem: &Problem<'_>) -> Vec<Matrix>;

    /// Number of estimates, effects included.
    fn estimates(&self) -> usize;

    /// Room that [`finish`](Self::finish) works in, in lanes.
    fn scratch(&self) -> usize;

    /// Forms → estimates. `scratch` holds [`scratch`](Self::scratch) lanes of anything.
    fn finish(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>);

    /// The covariance between `positions` of θ, and the multipliers, of the replicates that
    /// [`finish`](Self::finish) has just put into `found`, with what it left in `scratch`. Asked
    /// only where functions of the estimates are wanted.
    fn spread(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    );
}

/// From forms to estimates, inside a kernel.
trait Solve {
    /// As [`Reduction::finish`]. Mark it `#[inline(always)]`, like all that kernels call.
    fn solve(&self, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>);
}

/// Runs [`Solve::solve`] with the widest instructions of the processor.
fn finish<S: Solve>(of: &S, forms: &TileForms, scratch: &mut [Lane], out: &mut TileEstimates<'_>) {
    dispatch(Finish { of, forms, scratch, out });
}

struct Finish<'a, 'b, S> {
    of: &'a S,
    forms: &'a TileForms,
    scratch: &'a mut [Lane],
    out: &'a mut TileEstimates<'b>,
}

impl<S: Solve> Kernel for Finish<'_, '_, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.of.solve(self.forms, self.scratch, self.out);
    }
}

/// From estimates to their covariances, inside a kernel.
trait Covary {
    /// As [`Reduction::spread`]. Mark it `#[inline(always)]`, like all that kernels call.
    fn covary(
        &self,
        positions: &[usize],
        scratch: &mut [Lane],
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    );
}

/// Runs [`Covary::covary`] with the widest instructions of the processor.
fn spread<C: Covary>(
    of: &C,
    positions: &[usize],
    scratch: &mut [Lane],
    found: &TileEstimates<'_>,
    out: &mut TileSpread,
) {
    dispatch(Spread { of, positions, scratch, found, out });
}

struct Spread<'a, 'b, C> {
    of: &'a C,
    positions: &'a [usize],
    scratch: &'a mut [Lane],
    found: &'a TileEstimates<'b>,
    out: &'a mut TileSpread,
}

impl<C: Covary> Kernel for Spread<'_, '_, C> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.of.covary(self.positions, self.scratch, self.found, self.out);
    }
}

/// D and S with their derivatives at ρ, from functions on a panel: tr G, tr GG, another, then, where
/// the rows of W have no common sum, the total multiplier with its slope and that of Durbin terms
/// with its own. `without_one`: whether the traces are less those of the eigenvalue 1.
#[inline(always)]
fn of_lag(
    rho: &Lane,
    functions: &[Lane],
    (units, row_sum, without_one): (f64, Option<f64>, bool),
) -> TileMultipliers {
    let (mut direct, mut total) = ([[0.0; LANES]; 2], [[0.0; LANES]; 2]);
    let mut direct_of_neighbours = [[0.0; LANES]; 2];
    let mut total_of_neighbours = [[0.0; LANES]; 2];
    for l in 0..LANES {
        // Effects are of W, all its eigenvalues with it.
        let one = if without_one { 1.0 / (1.0 - rho[l]) } else { 0.0 };
        let (g, gg) = (functions[0][l] + one, one.mul_add(one, functions[1][l]));
        direct[0][l] = rho[l].mul_add(g / units, 1.0);
        direct[1][l] = rho[l].mul_add(gg, g) / units;
        (total[0][l], total[1][l]) = match row_sum {
            Some(s) => {
                let m = 1.0 / (-rho[l]).mul_add(s, 1.0);
                (total_of_neighbours[0][l], total_of_neighbours[1][l]) = (s * m, s * s * m * m);
                (m, s * m * m)
            }
            None => {
                (total_of_neighbours[0][l], total_of_neighbours[1][l]) =
                    (functions[5][l], functions[6][l]);
                (functions[3][l], functions[4][l])
            }
        };
        direct_of_neighbours[0][l] = g / units;
        direct_of_neighbours[1][l] = gg / units;
    }
    TileMultipliers { direct, total, direct_of_neighbours, total_of_neighbours }
}

/// Whether an estimator with a spatial parameter reduces: removing the effects of `problem` commutes
/// with its spatial filter, and the eigenvalues of W are real. Of directed links they are not, and a
/// likelihood with several maxima is not rare then: Newton's method would take the nearest one.
pub(super) fn reduces(problem: &Problem<'_>) -> bool {
    let real = problem.weights.spectrum().is_some_and(Spectrum::is_real);
    real && match problem.model.effects {
        Effects::None | Effects::Individual => true,
        Effects::Time | Effects::TwoWay => {
            problem.model.lag_order == LagOrder::LagThenDemean
                && problem.weights.common_row_sum().is_some()
        }
        Effects::Random
        | Effects::RandomTime
        | Effects::CorrelatedRandom
        | Effects::RandomPeriods
        | Effects::RandomTwoWay
        | Effects::FirstDifference
        | Effects::Between => false,
    }
}
