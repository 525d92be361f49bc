//! Whole cross-sections, in moving blocks of consecutive periods.
//!
//! *Preserved*: dependence over space of any form, dependence over time within a block.
//! *Source*: Künsch (1989); for panels Gonçalves (2011), whose periods grow without bound. *Not
//! for*: few periods (12 are four blocks), above all where there is a spatial parameter; refused where
//! there are fewer than two blocks. Periods at the ends stand in fewer blocks than others: the
//! stationary scheme visits all alike.

use super::support::of_observations;
use super::{Draws, Info, Innovations, Layout, Scheme, Support, is_spatial};
use crate::estimator::Estimator;
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;
use crate::model::Effects;

/// Moving blocks of periods, drawn with replacement, of length ⌈T^⅓⌉ unless another is given.
#[derive(Debug)]
pub struct TimeBlock;

static INFO: Info = Info {
    name: "time-block",
    summary: "whole cross-sections in moving blocks of periods, drawn with replacement",
    preserves: "dependence over space of any form, and over time within a block",
    reference: "Gonçalves (2011)",
    version: 2,
};

/// What blocks of periods can say: of anything, not much where there are few to draw from; of a
/// spatial parameter, not its bias.
pub(super) fn support(estimator: &dyn Estimator) -> Support {
    if is_spatial(estimator) {
        Support::Caution(
            "blocks of periods are few to draw from, and they keep the sample's own correlation \
             between units, so the bias of the spatial parameter from few periods does not show in \
             them: dozens of periods are needed (Gonçalves 2011)",
        )
    } else {
        Support::Caution(
            "blocks of periods are few to draw from, and tests reject too often where they are: \
             dozens of periods are needed (Gonçalves 2011)",
        )
    }
}

/// The usual length of a block of `periods` periods, ⌈T^⅓⌉.
pub fn usual_length(periods: usize) -> usize {
    (1..=periods).find(|l| l.pow(3) >= periods).unwrap_or(1)
}

impl Scheme for TimeBlock {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Innovations(self)
    }

    fn supports(&self, estimator: &dyn Estimator, effects: Effects) -> Support {
        of_observations(effects, support(estimator))
    }

    fn has_block_length(&self) -> bool {
        true
    }

    fn keeps_space(&self) -> bool {
        true
    }
}

/// Puts period `from` of the pool into `out`, for each replicate its own.
pub(super) fn cross_section(pool: &[f64], from: &[usize; LANES], out: &mut [Lane]) {
    let n = out.len();
    for (i, out) in out.iter_mut().enumerate() {
        for l in 0..LANES {
            out[l] = pool[from[l] * n + i];
        }
    }
}

impl Innovations for TimeBlock {
    fn draw(&self, pool: &[f64], layout: &Layout, words: &mut Words, out: &mut [Lane]) {
        let (n, t) = (layout.shape.units, layout.shape.periods);
        let length = layout.block_length;
        for first in (0..t).step_by(length) {
            let from = words.below(t - length + 1);
            for step in 0..length.min(t - first) {
                cross_section(pool, &from.map(|f| f + step), &mut out[(first + step) * n..][..n]);
            }
        }
    }
}
