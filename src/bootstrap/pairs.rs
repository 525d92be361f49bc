//! Units drawn again with all they have, (y_i, X_i) in every period.
//!
//! *Preserved*: the dependence of regressors and errors of a unit on each other and over time,
//! heteroskedasticity of any form. *Source*: Freedman (1981); with units as clusters Cameron,
//! Gelbach & Miller (2008). *Not for*: models with a spatial lag of anything. Put in the places of
//! others, units lose their neighbours and ρ* falls to about 0 (in a Monte Carlo with ρ = 0.4 it
//! came out 0.39 too low); carried along with their rows of W, a unit drawn twice is its own
//! neighbour at no distance.
//!
//! A unit that is drawn twice stands in the sample as two units, each with an effect of its own.

use super::{Draws, Info, Scheme, Support};
use crate::estimator::Estimator;
use crate::math::lanes::LANES;
use crate::math::words::Words;
use crate::model::Effects;
use crate::panel::sample::Sample;

/// Units with their histories, drawn with replacement.
#[derive(Debug)]
pub struct Pairs;

static INFO: Info = Info {
    name: "pairs",
    summary: "whole units, response and regressors, drawn with replacement and estimated again",
    preserves: "heteroskedasticity, dependence over time within a unit, and that of the errors on \
                the regressors; not dependence over space",
    reference: "Freedman (1981); Cameron, Gelbach & Miller (2008)",
    version: 1,
};

impl Scheme for Pairs {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Units
    }

    fn supports(&self, estimator: &dyn Estimator, effects: Effects) -> Support {
        if effects.has_random_periods() {
            return super::support::OF_PERIODS;
        }
        if estimator.units_stand_alone() {
            return Support::Sound;
        }
        if estimator.info().spatial.is_empty() && estimator.takes_instruments() {
            return Support::Refused {
                because: "instruments stand beside the sample and are not drawn with its units",
                source: "a bootstrap of pairs draws them, too: Freedman (1984)",
            };
        }
        Support::Refused {
            because: "units drawn into the places of others lose their neighbours, and the \
                      spatial parameter falls to about 0 whatever it is (by 0.39 from 0.4 in a \
                      Monte Carlo)",
            source: "independent resampling fails under dependence: Singh (1981); Lahiri (2003), \
                     chapter 2",
        }
    }
}

/// The units that stand in each place, for each replicate of a tile.
pub(super) fn draw(words: &mut Words, units: usize) -> Vec<[usize; LANES]> {
    (0..units).map(|_| words.below(units)).collect()
}

/// The sample in which place i holds what unit `drawn[i]` has. Places keep their names: two copies
/// of a unit are two units.
pub(super) fn histories(sample: &Sample, drawn: &[usize]) -> Sample {
    let n = sample.n_units();
    let taken = |column: &Vec<f64>| -> Vec<f64> {
        column.chunks_exact(n).flat_map(|period| drawn.iter().map(|&i| period[i])).collect()
    };
    Sample { y: taken(&sample.y), x: sample.x.iter().map(taken).collect(), ..sample.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::worked;

    #[test]
    fn a_unit_drawn_twice_by_hand() {
        // y = (1, 3 | 5, 5 | 4, 4) with unit 1 in both places.
        let (sample, ..) = worked::panel("ols");
        let twice = histories(&sample, &[1, 1]);
        assert_eq!(twice.y, [3.0, 3.0, 5.0, 5.0, 4.0, 4.0]);
        assert_eq!(twice.x, sample.x);
        assert_eq!(twice.units, sample.units);
    }
}
