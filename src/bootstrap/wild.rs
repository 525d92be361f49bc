//! Wild draws: each innovation keeps its size and gets a random multiplier, its own or its unit's.

use super::{Info, Scheme, Shape, UnitMultipliers};
use crate::math::dist::normal_quantile;
use crate::math::lanes::{LANES, Lane};
use crate::math::simd::{Kernel, dispatch};
use crate::math::words::Words;

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
    #[inline(always)]
    fn fill(self, words: &mut Words, out: &mut [Lane]) {
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
fn signs(words: &mut Words, out: &mut [Lane], size: impl Fn(usize) -> f64) {
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

/// What shares a multiplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Nothing: each observation has its own.
    Observation,
    /// All periods of a unit.
    Unit,
}

/// A wild scheme.
#[derive(Debug)]
pub struct Wild {
    info: Info,
    multiplier: Multiplier,
    share: Share,
}

const fn wild(name: &'static str, summary: &'static str, multiplier: Multiplier) -> Wild {
    Wild {
        info: Info {
            name,
            summary,
            preserves: "heteroskedasticity of any form; not dependence over time or space that the \
                        model leaves",
            reference: "Liu (1988); Mammen (1993); Davidson & Flachaire (2008)",
            version: 2,
        },
        multiplier,
        share: Share::Observation,
    }
}

const fn by_unit(name: &'static str, summary: &'static str, multiplier: Multiplier) -> Wild {
    Wild {
        info: Info {
            name,
            summary,
            preserves: "heteroskedasticity over units and dependence over time within a unit; not \
                        dependence over space that the model leaves",
            reference: "Cameron, Gelbach & Miller (2008); MacKinnon, Nielsen & Webb (2023)",
            version: 2,
        },
        multiplier,
        share: Share::Unit,
    }
}

/// ±1 for each observation.
pub static RADEMACHER: Wild = wild("wild", "each innovation times ±1", Multiplier::Rademacher);
/// Mammen's two points for each observation.
pub static MAMMEN: Wild =
    wild("wild-mammen", "each innovation times Mammen's two-point draw", Multiplier::Mammen);
/// Webb's six points for each observation.
pub static WEBB: Wild =
    wild("wild-webb", "each innovation times Webb's six-point draw", Multiplier::Webb);
/// A normal deviate for each observation.
pub static NORMAL: Wild =
    wild("wild-normal", "each innovation times a standard normal draw", Multiplier::Normal);
/// ±1 for each unit.
pub static UNIT_RADEMACHER: Wild =
    by_unit("unit-wild", "all innovations of a unit times ±1", Multiplier::Rademacher);
/// Webb's six points for each unit, for few units.
pub static UNIT_WEBB: Wild =
    by_unit("unit-wild-webb", "all innovations of a unit times Webb's draw", Multiplier::Webb);

impl Scheme for Wild {
    fn info(&self) -> &Info {
        &self.info
    }

    fn draw(&self, pool: &[f64], shape: Shape, words: &mut Words, out: &mut [Lane]) {
        match self.share {
            Share::Observation => dispatch(Draw { of: self.multiplier, pool, words, out }),
            Share::Unit => {
                let mut multipliers = vec![[0.0; LANES]; shape.units];
                self.multiplier.fill(words, &mut multipliers);
                for (period, pool) in
                    out.chunks_exact_mut(shape.units).zip(pool.chunks_exact(shape.units))
                {
                    for ((out, m), e) in period.iter_mut().zip(&multipliers).zip(pool) {
                        *out = m.map(|m| m * e);
                    }
                }
            }
        }
    }

    fn by_unit(&self) -> Option<&dyn UnitMultipliers> {
        match self.share {
            Share::Observation => None,
            Share::Unit => Some(self),
        }
    }
}

impl UnitMultipliers for Wild {
    fn fill(&self, words: &mut Words, out: &mut [Lane]) {
        dispatch(Fill { of: self.multiplier, words, out });
    }
}

struct Draw<'a> {
    of: Multiplier,
    pool: &'a [f64],
    words: &'a mut Words,
    out: &'a mut [Lane],
}

impl Kernel for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        if self.of == Multiplier::Rademacher {
            signs(self.words, self.out, |i| self.pool[i]);
            return;
        }
        self.of.fill(self.words, self.out);
        for (out, e) in self.out.iter_mut().zip(self.pool) {
            for l in 0..LANES {
                out[l] *= e;
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
