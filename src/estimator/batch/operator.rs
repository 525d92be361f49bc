//! w = Gx with G = W(I − rW)⁻¹, for many x side by side.

use crate::math::lanes::{Lane, Packed};
use crate::weights::Weights;

/// G at one value of the spatial parameter.
#[derive(Debug)]
pub enum Operator {
    /// As a matrix.
    Dense(Packed),
}

impl Operator {
    /// G of `weights` at `r`.
    pub fn new(weights: &Weights, r: f64) -> Self {
        let g = weights.resolvent(r);
        Self::Dense(Packed::new(g.nrows(), g.ncols(), |i, j| g[(i, j)]))
    }

    /// Lanes that `out` of [`apply`](Self::apply) must have: some more than there are units.
    pub fn room(&self) -> usize {
        match self {
            Self::Dense(g) => g.padded_rows(),
        }
    }

    /// `out = Gx`, `x` with a lane a unit.
    #[inline(always)]
    pub fn apply(&self, x: &[Lane], out: &mut [Lane]) {
        match self {
            Self::Dense(g) => {
                out.fill([0.0; crate::math::lanes::LANES]);
                g.multiply(x, out);
            }
        }
    }
}
