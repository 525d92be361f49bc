//! Independent draws from the pool of innovations.
//!
//! *Preserved*: the marginal distribution. *Source*: Jin & Lee (2015) and Yang (2015), for whom it
//! is consistent, and of higher order, for spatial models with independent and identically
//! distributed errors. *Not for*: heteroskedasticity, or dependence that the model leaves.

use super::{Draws, Info, Innovations, Layout, Scheme, Support, support};
use crate::estimator::Estimator;
use crate::math::lanes::{LANES, Lane};
use crate::math::simd::{Kernel, dispatch};
use crate::math::words::{BLOCK, Words};
use crate::model::Effects;

/// Draws with replacement over units and periods alike.
#[derive(Debug)]
pub struct Residual;

static INFO: Info = Info {
    name: "residual",
    summary: "independent draws, with replacement, over all units and periods",
    preserves: "the marginal distribution of the innovations; not heteroskedasticity, not \
                dependence over time or space that the model leaves",
    reference: "Jin & Lee (2015); Yang (2015)",
    version: 2,
};

impl Scheme for Residual {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Innovations(self)
    }

    fn supports(&self, _: &dyn Estimator, effects: Effects) -> Support {
        support::of_observations(effects, Support::Sound)
    }
}

impl Innovations for Residual {
    fn draw(&self, pool: &[f64], _: &Layout, words: &mut Words, out: &mut [Lane]) {
        // To a power of two, so that a masked position is known to lie inside.
        let mut padded = pool.to_vec();
        padded.resize(pool.len().next_power_of_two(), 0.0);
        dispatch(Draw { pool: &padded, size: pool.len() as u64, words, out });
    }
}

/// A pool no larger than this takes two positions from a word: what is left of the product of the
/// first, multiplied again. Probabilities of pairs are off by at most size²/2³², 2 in 10 000, of
/// themselves.
const SMALL: u64 = 1_000;

struct Draw<'a> {
    pool: &'a [f64],
    size: u64,
    words: &'a mut Words,
    out: &'a mut [Lane],
}

impl Draw<'_> {
    /// `EACH` positions from a word. All positions of a block first, in vectors, and then the
    /// loads, one by one: together they would be taken out of vectors one at a time.
    #[inline(always)]
    fn fill<const EACH: usize>(self) {
        let Self { pool, size, words, out } = self;
        let mask = pool.len().wrapping_sub(1);
        assert!(mask < pool.len(), "a pool is not empty");
        let mut positions = [[[0_u32; LANES]; EACH]; BLOCK];
        for chunk in out.chunks_mut(EACH * BLOCK) {
            for (positions, word) in positions.iter_mut().zip(words.block()) {
                let mut rest = [0; LANES];
                for l in 0..LANES {
                    rest[l] = u64::from(word[l]);
                }
                for position in positions {
                    for l in 0..LANES {
                        let product = rest[l] * size;
                        position[l] = (product >> 32) as u32;
                        rest[l] = product & 0xffff_ffff;
                    }
                }
            }
            for (out, position) in chunk.iter_mut().zip(positions.as_flattened()) {
                for l in 0..LANES {
                    out[l] = pool[position[l] as usize & mask];
                }
            }
        }
    }
}

impl Kernel for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if self.size <= SMALL { self.fill::<2>() } else { self.fill::<1>() }
    }
}
