//! Normal draws.

use super::{Info, Scheme, Shape};
use crate::math::random::Stream;

/// Independent normal draws with the variance of the innovations.
#[derive(Debug)]
pub struct Parametric;

static INFO: Info = Info {
    name: "parametric",
    summary: "independent normal draws with the variance of the innovations",
    preserves: "the variance only: right where the innovations are normal, independent and alike",
    reference: "Efron & Tibshirani (1993), chapter 6",
    version: 1,
};

impl Scheme for Parametric {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draw(&self, residuals: &[f64], _: Shape, stream: &mut Stream, out: &mut [f64]) {
        let square: f64 = residuals.iter().map(|e| e * e).sum();
        let sd = (square / residuals.len() as f64).sqrt();
        for v in out {
            *v = sd * stream.normal();
        }
    }
}
