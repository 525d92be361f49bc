//! Normal draws.

use super::{Info, Scheme, Shape};
use crate::math::dist::normal_quantile;
use crate::math::lanes::Lane;
use crate::math::words::Words;

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

    fn draw(&self, pool: &[f64], _: Shape, words: &mut Words, out: &mut [Lane]) {
        let square: f64 = pool.iter().map(|e| e * e).sum();
        let sd = (square / pool.len() as f64).sqrt();
        for out in out {
            *out = words.uniform().map(|u| sd * normal_quantile(u));
        }
    }
}
