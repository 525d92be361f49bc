//! Normal draws.
//!
//! *Preserved*: the variance only. *Source*: Efron & Tibshirani (1993), chapter 6. *Not for*:
//! innovations that are not normal, not alike or not independent; it serves to study an estimator.

use super::{Draws, Info, Innovations, Layout, Scheme, Support};
use crate::estimator::Estimator;
use crate::math::dist::normal_quantile;
use crate::math::lanes::Lane;
use crate::math::words::Words;
use crate::model::Effects;

/// Independent normal draws with the variance of the innovations.
#[derive(Debug)]
pub struct Parametric;

static INFO: Info = Info {
    name: "parametric",
    summary: "independent normal draws with the variance of the innovations",
    preserves: "the variance only: right where the innovations are normal, independent and alike",
    reference: "Efron & Tibshirani (1993), chapter 6",
    version: 2,
};

impl Scheme for Parametric {
    fn info(&self) -> &Info {
        &INFO
    }

    fn supports(&self, _estimator: &dyn Estimator, effects: Effects) -> Support {
        if effects == Effects::FirstDifference {
            return super::support::of_differences();
        }
        Support::Sound
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Innovations(self)
    }
}

impl Innovations for Parametric {
    fn draw(&self, pool: &[f64], _: &Layout, words: &mut Words, out: &mut [Lane]) {
        let square: f64 = pool.iter().map(|e| e * e).sum();
        let sd = (square / pool.len() as f64).sqrt();
        for out in out {
            *out = words.uniform().map(|u| sd * normal_quantile(u));
        }
    }
}
