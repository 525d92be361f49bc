//! Random multipliers of mean 0 and variance 1.

use super::dist::normal_quantile;
use super::lanes::{LANES, Lane};
use super::simd::{Kernel, dispatch};
use super::words::Words;

/// The distribution of the multipliers: mean 0, variance 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplier {
    /// ±1, each with probability ½. Fourth moment 1.
    Rademacher,
    /// −(√5 − 1)/2 with probability (√5 + 1)/(2√5), else (√5 + 1)/2 (Mammen 1993). Third moment 1,
    /// fourth moment 2.
    Mammen,
    /// ±√½, ±1, ±√(3/2), each with probability 1/6 (Webb 2023). Fourth moment 7/6.
    Webb,
    /// Standard normal. Fourth moment 3.
    Normal,
}

impl Multiplier {
    /// Fills `out` with multipliers, a lane each.
    pub fn draw(self, words: &mut Words, out: &mut [Lane]) {
        dispatch(Fill { of: self, words, out });
    }

    /// The same inside a kernel.
    #[inline(always)]
    pub fn fill(self, words: &mut Words, out: &mut [Lane]) {
        match self {
            Self::Rademacher => signs(words, out, |_| 1.0),
            Self::Mammen => {
                let root = 5.0_f64.sqrt();
                let often = ((root + 1.0) / (2.0 * root) * 4_294_967_296.0) as u32;
                let (small, large) = (-(root - 1.0) / 2.0, (root + 1.0) / 2.0);
                for out in out {
                    let drawn = words.draw();
                    for l in 0..LANES {
                        out[l] = if drawn[l] < often { small } else { large };
                    }
                }
            }
            Self::Webb => {
                let sizes = [0.5_f64.sqrt(), 1.0, 1.5_f64.sqrt()];
                let values = [-sizes[2], -sizes[1], -sizes[0], sizes[0], sizes[1], sizes[2]];
                for out in out {
                    let drawn = words.below(values.len());
                    for l in 0..LANES {
                        out[l] = values[drawn[l]];
                    }
                }
            }
            Self::Normal => {
                for out in out {
                    *out = words.uniform().map(normal_quantile);
                }
            }
        }
    }
}

/// ± the size of each entry: a word of random bits serves 32 of them.
#[inline(always)]
pub fn signs(words: &mut Words, out: &mut [Lane], size: impl Fn(usize) -> f64) {
    for (chunk, out) in out.chunks_mut(32).enumerate() {
        let bits = *words.draw();
        for (bit, out) in out.iter_mut().enumerate() {
            let size = size(32 * chunk + bit).to_bits();
            for l in 0..LANES {
                let sign = u64::from(bits[l] >> bit) << 63;
                out[l] = f64::from_bits(size ^ sign);
            }
        }
    }
}

struct Fill<'a> {
    of: Multiplier,
    words: &'a mut Words,
    out: &'a mut [Lane],
}

impl Kernel for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.of.fill(self.words, self.out);
    }
}
