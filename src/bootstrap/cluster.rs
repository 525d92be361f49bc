//! Whole unit histories.

use super::{Info, Scheme, Shape};
use crate::math::random::Stream;

/// Each unit gets the history of a unit drawn with replacement.
#[derive(Debug)]
pub struct UnitResidual;

static INFO: Info = Info {
    name: "unit-residual",
    summary: "whole histories of units, drawn with replacement",
    preserves: "dependence over time within a unit; not dependence over space that the model \
                leaves, nor which unit has which variance",
    reference: "Kapetanios (2008)",
    version: 1,
};

impl Scheme for UnitResidual {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draw(&self, residuals: &[f64], shape: Shape, stream: &mut Stream, out: &mut [f64]) {
        let n = shape.units;
        let drawn: Vec<usize> = (0..n).map(|_| stream.below(n)).collect();
        for (at, v) in out.iter_mut().enumerate() {
            *v = residuals[at - at % n + drawn[at % n]];
        }
    }
}
