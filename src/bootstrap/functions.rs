//! Functions of the coefficients and joint Wald tests in every replicate.
//!
//! A function has f(θ*) with the delta-method standard error √(g*'V*g*), g* and V* those of the
//! replicate, so that t* = (f(θ*) − f(θ̂))/s* is studentised as a coefficient's is (Hall 1992,
//! section 3.10, the smooth function model). A joint test of f(θ) = 0 has the statistic around the
//! estimates,
//!
//! ```text
//! W* = (f(θ*) − f(θ̂))'(J*V*J*')⁻¹(f(θ*) − f(θ̂)),   p = (1 + #{W* ≥ W})/(B + 1)
//! ```
//!
//! whose distribution is that of W under the null whether or not the null is true of the sample: it
//! is centred where the replicates come from, and asymptotically pivotal (Hall & Wilson 1991, the two
//! guidelines; Hall 1992, section 4.2). No restricted fit is needed, which functions that are not
//! linear would make another estimator of. With one restriction W* is t*², and p that of the
//! coefficient.
//!
//! In some replicates a function may not exist: ln of a coefficient that is negative there. Such a
//! replicate is left out for the function alone.

use crate::estimator::batch::TileSpread;
use crate::estimator::derived::Function;
use crate::estimator::impacts::Multipliers;
use crate::estimator::wald::{JointTest, Workspace};
use crate::math::lanes::LANES;

/// Raised when the same replicates give other functions or joint tests.
pub const VERSION: u32 = 1;

/// What is wanted of every replicate beside its estimates.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// A function with its standard error.
    Function(Function),
    /// W* around these values of the functions, with 1 in the place of a standard error.
    Wald(JointTest, Vec<f64>),
}

/// Functions of the estimates of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Functions {
    wanted: Vec<Wanted>,
    /// Distinct positions of the parameters that any of them moves with.
    positions: Vec<usize>,
    /// Where a position stands among them.
    places: Vec<usize>,
    effects: bool,
}

/// What functions are evaluated in: made once for many replicates.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// Of a tile.
    pub spread: TileSpread,
    /// θ* of a replicate.
    pub values: Vec<f64>,
    /// One a function; empty where it needs none.
    work: Vec<Option<Workspace>>,
}

impl Functions {
    /// Evaluates `wanted`, in their order.
    pub fn new(wanted: Vec<Wanted>) -> Self {
        let mut positions: Vec<usize> = Vec::new();
        let mut effects = false;
        for one in &wanted {
            match one {
                Wanted::Function(function) => {
                    positions.extend_from_slice(function.parameters());
                    effects |= function.has_effects();
                }
                Wanted::Wald(test, _) => {
                    positions.extend(test.parameters());
                    effects |= test.has_effects();
                }
            }
        }
        positions.sort_unstable();
        positions.dedup();
        let mut places = vec![0; positions.last().map_or(0, |last| last + 1)];
        positions.iter().enumerate().for_each(|(place, &at)| places[at] = place);
        Self { wanted, positions, places, effects }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.wanted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Positions between which the covariance is needed.
    pub(super) fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Whether multipliers are needed.
    pub(super) fn has_effects(&self) -> bool {
        self.effects
    }

    pub(super) fn room(&self) -> Room {
        let work = |one: &Wanted| match one {
            Wanted::Function(_) => None,
            Wanted::Wald(test, _) => Some(test.workspace()),
        };
        let covariance = vec![[0.0; LANES]; self.positions.len().pow(2)];
        Room {
            spread: TileSpread { covariance, multipliers: None },
            values: Vec::new(),
            work: self.wanted.iter().map(work).collect(),
        }
    }

    /// Value and standard error of each at `values` with V by position; `put` takes them by number,
    /// 0 and 0 of one that does not exist there.
    pub(super) fn each(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        covariance: impl Fn(usize, usize) -> f64 + Copy,
        room: &mut Room,
        put: impl FnMut(usize, (f64, f64)),
    ) {
        self.evaluate(values, multipliers, covariance, &mut room.work, put);
    }

    /// The same in the replicate `lane` of a tile, whose θ* and spread are in `room`.
    pub(super) fn each_of_lane(
        &self,
        lane: usize,
        room: &mut Room,
        put: impl FnMut(usize, (f64, f64)),
    ) {
        let Room { spread, values, work } = room;
        let (places, m) = (&self.places, self.positions.len());
        let covariance = |i: usize, j: usize| spread.covariance[places[i] * m + places[j]][lane];
        let multipliers = spread.multipliers.filter(|_| self.effects).map(|tile| tile.of(lane));
        self.evaluate(values, multipliers.as_ref(), covariance, work, put);
    }

    fn evaluate(
        &self,
        values: &[f64],
        multipliers: Option<&Multipliers>,
        covariance: impl Fn(usize, usize) -> f64 + Copy,
        work: &mut [Option<Workspace>],
        mut put: impl FnMut(usize, (f64, f64)),
    ) {
        for (number, (one, work)) in self.wanted.iter().zip(work).enumerate() {
            let found = match (one, work) {
                (Wanted::Function(function), _) => {
                    function.evaluate(values, multipliers, covariance)
                }
                (Wanted::Wald(test, centre), Some(work)) => {
                    let found = test.statistic(values, multipliers, covariance, centre, work);
                    found.filter(|w| w.is_finite()).map(|w| (w, 1.0))
                }
                (Wanted::Wald(..), None) => None,
            };
            put(number, found.unwrap_or((0.0, 0.0)));
        }
    }
}
