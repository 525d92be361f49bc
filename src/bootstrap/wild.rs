//! Wild draws: each innovation keeps its size and gets a random multiplier, its own or its unit's.

use super::{Info, Scheme, Shape};
use crate::math::random::Stream;

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
    fn draw(self, stream: &mut Stream) -> f64 {
        match self {
            Self::Rademacher => [-1.0, 1.0][stream.below(2)],
            Self::Mammen => {
                let root = 5.0_f64.sqrt();
                if stream.uniform() < (root + 1.0) / (2.0 * root) {
                    -(root - 1.0) / 2.0
                } else {
                    (root + 1.0) / 2.0
                }
            }
            Self::Webb => {
                let size = [0.5_f64, 1.0, 1.5][stream.below(3)].sqrt();
                if stream.below(2) == 0 { -size } else { size }
            }
            Self::Normal => stream.normal(),
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
            version: 1,
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
            version: 1,
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

    fn draw(&self, residuals: &[f64], shape: Shape, stream: &mut Stream, out: &mut [f64]) {
        match self.share {
            Share::Observation => {
                for (v, e) in out.iter_mut().zip(residuals) {
                    *v = e * self.multiplier.draw(stream);
                }
            }
            Share::Unit => {
                let multipliers: Vec<f64> =
                    (0..shape.units).map(|_| self.multiplier.draw(stream)).collect();
                for (at, (v, e)) in out.iter_mut().zip(residuals).enumerate() {
                    *v = e * multipliers[at % shape.units];
                }
            }
        }
    }
}
