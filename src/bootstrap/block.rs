//! Whole cross-sections, in blocks of consecutive periods.

use super::{Info, Scheme, Shape};
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;

/// Moving blocks of periods, drawn with replacement, of length ⌈T^⅓⌉.
#[derive(Debug)]
pub struct TimeBlock;

static INFO: Info = Info {
    name: "time-block",
    summary: "whole cross-sections in moving blocks of ⌈T^⅓⌉ periods, drawn with replacement",
    preserves: "dependence over space of any form, and over time within a block",
    reference: "Gonçalves (2011)",
    version: 2,
};

/// The length of a block for `periods` periods.
pub fn block_length(periods: usize) -> usize {
    (1..=periods).find(|l| l.pow(3) >= periods).unwrap_or(1)
}

impl Scheme for TimeBlock {
    fn info(&self) -> &Info {
        &INFO
    }

    fn caution(&self) -> Option<&'static str> {
        Some(
            "blocks of periods keep the sample's own correlation between units, so the bias of the \
             spatial parameter from few periods does not show in them; many periods are needed",
        )
    }

    fn draw(&self, pool: &[f64], shape: Shape, words: &mut Words, out: &mut [Lane]) {
        let (n, t) = (shape.units, shape.periods);
        let length = block_length(t);
        for first in (0..t).step_by(length) {
            let from = words.below(t - length + 1);
            for step in 0..length.min(t - first) {
                for (i, out) in out[(first + step) * n..][..n].iter_mut().enumerate() {
                    for l in 0..LANES {
                        out[l] = pool[(from[l] + step) * n + i];
                    }
                }
            }
        }
    }
}
