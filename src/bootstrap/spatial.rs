//! Contiguous groups of units, exchanged as a whole.
//!
//! The units are divided into contiguous groups of about √N (see `groups`), and each group gets
//! the innovations, in all periods, of a group of its own size drawn with replacement. The k-th
//! unit of one takes the place of the k-th of the other; both are listed outwards from the unit
//! their group was grown from, so that neighbours mostly land beside neighbours.
//!
//! *Preserved*: what dependence over space the model leaves, of any form, within a group, and
//! dependence over time. *Source*: Lahiri (2003), chapter 12; Nordman, Lahiri & Fridley (2007),
//! whose best number of units in a block grows as √N in the plane. *Not for*: few units (about √N
//! groups are all there is to draw from), dependence that reaches across groups, units whose
//! variances differ.

use super::{Draws, Independent, Info, Innovations, Layout, Scheme, Support};
use crate::estimator::Estimator;
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;
use crate::model::Effects;

/// Groups of contiguous units, drawn with replacement.
#[derive(Debug)]
pub struct SpatialBlock;

static INFO: Info = Info {
    name: "spatial-block",
    summary: "whole histories of contiguous groups of about √N units, drawn with replacement",
    preserves: "dependence over space within a group that the model leaves, and over time; not \
                dependence between groups, nor which unit has which variance",
    reference: "Lahiri (2003), chapter 12; Nordman, Lahiri & Fridley (2007)",
    version: 1,
};

impl Scheme for SpatialBlock {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Innovations(self)
    }

    fn independent(&self) -> Independent {
        Independent::Units
    }

    fn supports(&self, _: &dyn Estimator, effects: Effects) -> Support {
        if effects.has_random_periods() {
            return super::support::OF_PERIODS;
        }
        Support::Caution(
            "there are only about √N groups of contiguous units to draw from, and dependence \
             between groups is broken: hundreds of units are needed",
        )
    }
}

impl Innovations for SpatialBlock {
    fn draw(&self, pool: &[f64], layout: &Layout, words: &mut Words, out: &mut [Lane]) {
        let n = layout.shape.units;
        for place in &layout.groups {
            let alike: Vec<&Vec<usize>> =
                layout.groups.iter().filter(|g| g.len() == place.len()).collect();
            let drawn = words.below(alike.len());
            for (k, &i) in place.iter().enumerate() {
                for (out, pool) in out.chunks_exact_mut(n).zip(pool.chunks_exact(n)) {
                    for l in 0..LANES {
                        out[i][l] = pool[alike[drawn[l]][k]];
                    }
                }
            }
        }
    }
}
