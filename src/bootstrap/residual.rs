//! Independent draws from the pool of innovations.

use super::{Info, Scheme, Shape};
use crate::math::lanes::{LANES, Lane, Vectorised, vectorised};
use crate::math::words::Words;

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

    fn draw(&self, pool: &[f64], _: Shape, words: &mut Words, out: &mut [Lane]) {
        vectorised(Draw { pool, words, out });
    }
}

struct Draw<'a> {
    pool: &'a [f64],
    words: &'a mut Words,
    out: &'a mut [Lane],
}

impl Vectorised for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for out in self.out {
            let drawn = self.words.below(self.pool.len());
            for l in 0..LANES {
                out[l] = self.pool[drawn[l]];
            }
        }
    }
}
