//! Independent draws from the pool of innovations.

use super::{Info, Scheme, Shape};
use crate::math::random::Stream;

/// Draws with replacement over units and periods alike.
#[derive(Debug)]
pub struct Residual;

static INFO: Info = Info {
    name: "residual",
    summary: "independent draws, with replacement, over all units and periods",
    preserves: "the marginal distribution of the innovations; not heteroskedasticity, not \
                dependence over time or space that the model leaves",
    reference: "Jin & Lee (2015); Yang (2015)",
    version: 1,
};

impl Scheme for Residual {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draw(&self, residuals: &[f64], _: Shape, stream: &mut Stream, out: &mut [f64]) {
        for v in out {
            *v = residuals[stream.below(residuals.len())];
        }
    }
}
