//! Wild draws: each innovation keeps its size and gets a random multiplier, its own, its unit's or
//! its period's.
//!
//! *Preserved*: heteroskedasticity; with a multiplier a unit also dependence over time within it,
//! with one a period also dependence of any form within it. *Source*: Liu (1988), Mammen (1993),
//! Davidson & Flachaire (2008); for clusters Cameron, Gelbach & Miller (2008).
//! *Not for*: with a multiplier a period, a spatial parameter; its score is made of the quadratic
//! forms v_t'Av_t, which a sign common to v_t leaves as they are, and the diagonal of which any
//! wild draw changes only as far as its fourth moment lets it.

use super::{
    Draws, Info, Innovations, Layout, Scheme, Support, UnitMultipliers, is_spatial, support,
};
use crate::estimator::Estimator;
use crate::math::lanes::{LANES, Lane};
use crate::math::multiplier::{Multiplier, signs};
use crate::math::simd::{Kernel, dispatch};
use crate::math::words::Words;
use crate::model::Effects;

/// What shares a multiplier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Nothing: each observation has its own.
    Observation,
    /// All periods of a unit.
    Unit,
    /// All units of a period.
    Period,
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
/// Mammen's two points for each unit.
pub static UNIT_MAMMEN: Wild = by_unit(
    "unit-wild-mammen",
    "all innovations of a unit times Mammen's draw",
    Multiplier::Mammen,
);
/// Webb's six points for each unit, for few units.
pub static UNIT_WEBB: Wild =
    by_unit("unit-wild-webb", "all innovations of a unit times Webb's draw", Multiplier::Webb);
/// A normal deviate for each unit.
pub static UNIT_NORMAL: Wild = by_unit(
    "unit-wild-normal",
    "all innovations of a unit times a standard normal draw",
    Multiplier::Normal,
);
/// ±1 for each period.
pub static TIME_RADEMACHER: Wild = Wild {
    info: Info {
        name: "time-wild",
        summary: "all innovations of a period times ±1",
        preserves: "dependence over space of any form and heteroskedasticity over periods; not \
                    dependence over time, nor anything that a spatial parameter rests on",
        reference: "Cameron, Gelbach & Miller (2008), with periods as clusters",
        version: 1,
    },
    multiplier: Multiplier::Rademacher,
    share: Share::Period,
};

impl Scheme for Wild {
    fn info(&self) -> &Info {
        &self.info
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Innovations(self)
    }

    fn supports(&self, estimator: &dyn Estimator, effects: Effects) -> Support {
        match self.share {
            Share::Period if is_spatial(estimator) => Support::Refused {
                because: "a sign common to a whole cross-section v leaves v'Av, and so the score \
                          of a spatial parameter, as it is: its spread comes out far too small",
                source: "with η = ±1, (ηv)'A(ηv) = v'Av; Cameron, Gelbach & Miller (2008) propose \
                         the scheme for scores that are linear in v",
            },
            Share::Observation | Share::Period => support::of_observations(effects, Support::Sound),
            Share::Unit => support::of_units(estimator, effects, Support::Sound),
        }
    }

    fn keeps_space(&self) -> bool {
        self.share == Share::Period
    }
}

impl Innovations for Wild {
    fn draw(&self, pool: &[f64], layout: &Layout, words: &mut Words, out: &mut [Lane]) {
        let units = layout.shape.units;
        let periods = out.chunks_exact_mut(units).zip(pool.chunks_exact(units));
        match self.share {
            Share::Observation => dispatch(Draw { of: self.multiplier, pool, words, out }),
            Share::Unit => {
                let mut multipliers = vec![[0.0; LANES]; units];
                self.multiplier.draw(words, &mut multipliers);
                for (out, pool) in periods {
                    for ((out, m), e) in out.iter_mut().zip(&multipliers).zip(pool) {
                        *out = m.map(|m| m * e);
                    }
                }
            }
            Share::Period => {
                let mut multipliers = vec![[0.0; LANES]; layout.shape.periods];
                self.multiplier.draw(words, &mut multipliers);
                for ((out, pool), m) in periods.zip(&multipliers) {
                    for (out, e) in out.iter_mut().zip(pool) {
                        *out = m.map(|m| m * e);
                    }
                }
            }
        }
    }

    fn by_unit(&self) -> Option<&dyn UnitMultipliers> {
        match self.share {
            Share::Unit => Some(self),
            Share::Observation | Share::Period => None,
        }
    }
}

impl UnitMultipliers for Wild {
    fn fill(&self, words: &mut Words, out: &mut [Lane]) {
        self.multiplier.draw(words, out);
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
