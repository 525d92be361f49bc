//! Whole unit histories.
//!
//! *Preserved*: dependence over time within a unit. *Source*: Kapetanios (2008). *Not for*: units
//! whose variances differ, or innovations that still depend over space.

use super::{Draws, Independent, Info, Innovations, Layout, Scheme, Support, support};
use crate::estimator::Estimator;
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;
use crate::model::Effects;

/// Each unit gets the history of a unit drawn with replacement.
#[derive(Debug)]
pub struct UnitResidual;

static INFO: Info = Info {
    name: "unit-residual",
    summary: "whole histories of units, drawn with replacement",
    preserves: "dependence over time within a unit; not dependence over space that the model \
                leaves, nor which unit has which variance",
    reference: "Kapetanios (2008)",
    version: 2,
};

impl Scheme for UnitResidual {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Innovations(self)
    }

    fn independent(&self) -> Independent {
        Independent::Units
    }

    fn supports(&self, estimator: &dyn Estimator, effects: Effects) -> Support {
        support::of_units(estimator, effects, Support::Sound)
    }
}

impl Innovations for UnitResidual {
    fn draw(&self, pool: &[f64], layout: &Layout, words: &mut Words, out: &mut [Lane]) {
        let n = layout.shape.units;
        for i in 0..n {
            let drawn = words.below(n);
            for (period, pool) in out.chunks_exact_mut(n).zip(pool.chunks_exact(n)) {
                for l in 0..LANES {
                    period[i][l] = pool[drawn[l]];
                }
            }
        }
    }
}
