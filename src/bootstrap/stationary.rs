//! Whole cross-sections, in blocks of consecutive periods of random length.
//!
//! *Preserved*: dependence over space of any form, dependence over time within a block, and
//! stationarity: every period is visited alike. *Source*: Politis & Romano (1994): after each
//! period a new block begins with probability 1/L, elsewhere, and the last period is followed by
//! the first. *Not for*: few periods, above all where there is a spatial parameter.

use super::block::{cross_section, support};
use super::support::of_observations;
use super::{Draws, Info, Innovations, Layout, Scheme, Support};
use crate::estimator::Estimator;
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;
use crate::model::Effects;

/// Blocks of periods of geometric length with mean ⌈T^⅓⌉ unless another is given.
#[derive(Debug)]
pub struct Stationary;

static INFO: Info = Info {
    name: "time-stationary",
    summary: "whole cross-sections in blocks of periods of random length, drawn with replacement",
    preserves: "dependence over space of any form, and over time within a block; every period is \
                visited alike",
    reference: "Politis & Romano (1994)",
    version: 1,
};

impl Scheme for Stationary {
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

impl Innovations for Stationary {
    fn draw(&self, pool: &[f64], layout: &Layout, words: &mut Words, out: &mut [Lane]) {
        let (n, t) = (layout.shape.units, layout.shape.periods);
        // Two words a period, used or not: replicates side by side stay in step.
        let new_below = (1_u64 << 32) / layout.block_length as u64;
        let mut from = [0; LANES];
        for (at, out) in out.chunks_exact_mut(n).enumerate() {
            let chance = *words.draw();
            let elsewhere = words.below(t);
            for l in 0..LANES {
                let new = at == 0 || u64::from(chance[l]) < new_below;
                from[l] = if new { elsewhere[l] } else { (from[l] + 1) % t };
            }
            cross_section(pool, &from, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bootstrap::tests::layout;

    /// Unit histories (0, 1, 2, …): what is drawn is the period it comes from.
    fn periods(t: usize, length: usize, number: u64) -> Vec<usize> {
        let pool: Vec<f64> = (0..t).map(|p| p as f64).collect();
        let mut out = vec![[f64::NAN; LANES]; t];
        let layout = layout(1, t, length);
        Stationary.draw(&pool, &layout, &mut Words::new([3; 32], number), &mut out);
        out.iter().map(|lane| lane[0] as usize).collect()
    }

    #[test]
    fn blocks_go_on_round_the_end_and_have_the_mean_length_asked() {
        let t = 12;
        let (mut breaks, mut round) = (0_usize, 0_usize);
        let rounds: usize = 2_000;
        for number in 0..rounds {
            let drawn = periods(t, 4, number as u64);
            for pair in drawn.windows(2) {
                let follows = pair[1] == (pair[0] + 1) % t;
                breaks += usize::from(!follows);
                round += usize::from(follows && pair[1] == 0);
            }
        }
        // A quarter of the periods begin a block, of which one in twelve goes on by chance.
        let share = breaks as f64 / (rounds * (t - 1)) as f64;
        assert!((share - 0.25 * 11.0 / 12.0).abs() < 0.01, "{share}");
        assert!(round > 0);
    }

    #[test]
    fn blocks_of_length_one_are_independent_periods() {
        // The second of the two words of each period is its place.
        let drawn = periods(5, 1, 8);
        let mut words = Words::new([3; 32], 8);
        for got in drawn {
            words.draw();
            assert_eq!(got, words.below(5)[0]);
        }
    }
}
