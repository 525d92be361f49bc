//! Replicates of a test under its null hypothesis → its p-value.

use super::replicates::{Design, Path};
use super::residuals::{Factors, left_out, prepared};
use super::{Draws, Layout};
use crate::diagnostic::null::{NullStatistics, TileStatistics, plainly};
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;
use crate::model::Rescale;
use crate::weights::Weights;
use rayon::prelude::*;

/// A statistic this close to the sample's own, as a share of it, is a tie: a draw that reproduces
/// the sample must count as one, not fall to rounding.
const TIE: f64 = 1e-10;

/// Tiles of a block: enough to keep every thread busy.
const BLOCK: usize = 170;

/// What replicates under the null hypothesis say of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnderNull {
    /// Replicates in which the statistic does not exist.
    pub failed: usize,
    /// (1 + #{|T*| ≥ |T|})/(B + 1), B the replicates in which it does (Davison & Hinkley 1997,
    /// section 4.2).
    pub p_value: f64,
}

/// What the first `count` replicates of `null` say of its tests, whose statistics in the sample over
/// the units of `weights` are `observed`; nothing of a test without one, and nothing at all by a
/// scheme that draws no innovations. `go_on` is asked before each block of replicates, and may end
/// it.
pub fn p_values<E>(
    null: &dyn NullStatistics,
    observed: &[Option<f64>],
    weights: &Weights,
    (design, path): (Design<'_>, Path),
    (count, go_on): (usize, &dyn Fn() -> Result<(), E>),
) -> Result<Vec<Option<UnderNull>>, E> {
    let innovations = null.innovations();
    let n = innovations.len();
    // Where no unit can be left out, degrees of freedom are what is left to make up for.
    let hat = (design.rescale == Rescale::Jackknife).then(|| null.hat()).flatten();
    let rescale = match design.rescale {
        Rescale::Jackknife if hat.is_none() => Rescale::Df,
        rescale => rescale,
    };
    let factors = Factors::new(rescale, n, null.residual_df(), || null.leverages());
    let pool = match &hat {
        Some(hat) => prepared(&left_out(innovations, hat), &factors),
        None => prepared(innovations, &factors),
    };
    let units = null.units().map(|u| prepared(&u.own, &Factors::Common(u.scale)));
    let units = units.unwrap_or_default();
    let once = Layout::new(weights, 1, None);
    let layout = Layout::new(weights, n / weights.n(), design.block_length);
    let Draws::Innovations(scheme) = design.scheme.draws() else {
        return Ok(vec![None; observed.len()]);
    };
    let tests = null.tests().len();
    let room = || Room {
        errors: vec![[0.0; LANES]; n + units.len()],
        scratch: vec![[0.0; LANES]; null.scratch()],
        found: TileStatistics::new(tests),
    };
    let tile = |room: &mut Room, tile: usize| {
        let first = tile * LANES;
        let mut words = Words::new(design.key, first as u64);
        let (errors, common) = room.errors.split_at_mut(n);
        scheme.draw(&pool, &layout, &mut words, errors);
        if !units.is_empty() {
            scheme.draw(&units, &once, &mut words, common);
        }
        match path {
            Path::Batched => null.evaluate_tile(&room.errors, &mut room.scratch, &mut room.found),
            Path::Plain => plainly(null, &room.errors, &mut room.found),
        }
        let asked = LANES.min(count - first);
        observed.iter().enumerate().map(|(test, t)| tally(&room.found, test, *t, asked)).collect()
    };
    let none = || vec![Tally::default(); tests];
    let plus = |a: Vec<Tally>, b: Vec<Tally>| a.iter().zip(&b).map(|(a, b)| a.plus(*b)).collect();
    let mut tallies = none();
    let tiles = count.div_ceil(LANES);
    for first in (0..tiles).step_by(BLOCK) {
        go_on()?;
        let block = (first..tiles.min(first + BLOCK)).into_par_iter();
        tallies = plus(tallies, block.map_init(room, tile).reduce(none, plus));
    }
    let said = tallies.into_iter().zip(observed);
    Ok(said.map(|(tally, observed)| observed.and_then(|_| tally.summary(count))).collect())
}

/// Room for a tile: made once for each thread.
struct Room {
    errors: Vec<Lane>,
    scratch: Vec<Lane>,
    found: TileStatistics,
}

/// Replicates in which a statistic exists, and those in which it is as extreme as the sample's.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    good: usize,
    extreme: usize,
}

fn tally(found: &TileStatistics, test: usize, observed: Option<f64>, asked: usize) -> Tally {
    let mut tally = Tally::default();
    let Some(bound) = observed.map(|t| t.abs() * (1.0 - TIE)) else { return tally };
    for statistic in (0..asked).filter_map(|l| found.get(test, l)) {
        tally.good += 1;
        tally.extreme += usize::from(statistic.abs() >= bound);
    }
    tally
}

impl Tally {
    fn plus(self, other: Self) -> Self {
        Self { good: self.good + other.good, extreme: self.extreme + other.extreme }
    }

    fn summary(self, count: usize) -> Option<UnderNull> {
        let p_value = (1 + self.extreme) as f64 / (self.good + 1) as f64;
        (self.good > 0).then_some(UnderNull { failed: count - self.good, p_value })
    }
}
