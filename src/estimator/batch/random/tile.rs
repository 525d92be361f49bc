//! The polynomials of a tile of replicates: M, b and the squares of errors by powers of −θ and −φ.

use crate::estimator::batch::forms::{TileForms, pair};
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::dot;

/// Powers of −θ and of −φ that there may be.
pub(super) const POWERS: usize = 3;

/// What a model has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// Regressors.
    pub(super) k: usize,
    /// 1 with a spatial lag, else 0.
    pub(super) lag: usize,
    /// 1 with a spatially lagged error, else 0.
    pub(super) error: usize,
}

impl Shape {
    /// Powers of φ.
    #[inline(always)]
    pub(super) fn of_error(self) -> usize {
        1 + 2 * self.error
    }

    /// Columns with linear forms: regressors, and the mean of the lag.
    #[inline(always)]
    pub(super) fn columns(self) -> usize {
        self.k + self.lag
    }
}

/// Lanes that b by powers takes.
pub(super) fn right(k: usize) -> usize {
    2 * POWERS * k
}

/// What of the polynomials of one part is the same in every replicate.
#[derive(Debug)]
pub(super) struct Part {
    shape: Shape,
    /// M, row by row.
    pub(super) s: [Vec<f64>; POWERS],
    /// Z'm
    on_mean: [Vec<f64>; POWERS],
    /// m'm
    mean_square: [f64; POWERS],
}

impl Part {
    /// From the columns, filtered and lagged, the mean of the lag after the regressors.
    pub(super) fn new(shape: Shape, columns: &[&[Vec<f64>; 2]]) -> Self {
        let entry = |i: usize, j: usize, power: usize| -> f64 {
            let ([a0, a1], [b0, b1]) = (columns[i], columns[j]);
            match power {
                0 => dot(a0, b0),
                1 => dot(a0, b1) + dot(a1, b0),
                _ => dot(a1, b1),
            }
        };
        let k = shape.k;
        let with_mean = |i: usize, power: usize| {
            if shape.lag == 1 { entry(i, k, power) } else { 0.0 }
        };
        Self {
            shape,
            s: [0, 1, 2].map(|p| (0..k * k).map(|at| entry(at / k, at % k, p)).collect()),
            on_mean: [0, 1, 2].map(|p| (0..k).map(|i| with_mean(i, p)).collect()),
            mean_square: [0, 1, 2].map(|p| with_mean(k, p)),
        }
    }

    /// Those of a tile; `b` is filled.
    #[inline(always)]
    pub(super) fn of_tile(&self, forms: &TileForms, b: &mut [Lane]) -> Squares {
        let Shape { k, lag, .. } = self.shape;
        let (powers, columns) = (self.shape.of_error(), self.shape.columns());
        b.fill([0.0; LANES]);
        let linear = |i: usize, j: usize, d: usize| &forms.linear[(i * powers + j) * columns + d];
        let mut c = self.quadratic(forms);
        for j in 0..powers {
            for i in 0..=lag {
                for x in 0..k {
                    let (out, random) = (&mut b[(i * POWERS + j) * k + x], linear(i, j, x));
                    let constant = if i == 1 { self.on_mean[j][x] } else { 0.0 };
                    for l in 0..LANES {
                        out[l] = random[l] + constant;
                    }
                }
            }
            if lag == 1 {
                let (of_error, of_lag) = (linear(0, j, k), linear(1, j, k));
                for l in 0..LANES {
                    c[1][j][l] = 2.0_f64.mul_add(of_error[l], c[1][j][l]);
                    c[2][j][l] += 2.0_f64.mul_add(of_lag[l], self.mean_square[j]);
                }
            }
        }
        c
    }

    /// Squares and products of ε, Hε, Ĝε and HĜε.
    #[inline(always)]
    fn quadratic(&self, forms: &TileForms) -> Squares {
        let mut c = [[[0.0; LANES]; POWERS]; POWERS];
        let twice = |x: &Lane| {
            let mut out = *x;
            for l in 0..LANES {
                out[l] *= 2.0;
            }
            out
        };
        match (self.shape.lag, self.shape.error) {
            (1, 1) => {
                let f = |a: usize, b: usize| &forms.four[pair(a, b)];
                c[0] = [*f(0, 0), twice(f(0, 1)), *f(1, 1)];
                let mut mixed = twice(f(0, 3));
                for l in 0..LANES {
                    mixed[l] = 2.0_f64.mul_add(f(1, 2)[l], mixed[l]);
                }
                c[1] = [twice(f(0, 2)), mixed, twice(f(1, 3))];
                c[2] = [*f(2, 2), twice(f(2, 3)), *f(3, 3)];
            }
            (1, _) => {
                (c[0][0], c[1][0], c[2][0]) = (forms.ee, twice(&forms.ew), forms.ww);
            }
            _ => c[0] = [forms.ee, twice(&forms.ew), forms.ww],
        }
        c
    }
}

/// Squares by powers of −θ and −φ.
pub(super) type Squares = [[Lane; POWERS]; POWERS];

/// A polynomial's value and its derivatives in θ and φ: the weights of the powers.
#[derive(Clone, Copy)]
pub(super) struct Powers {
    /// 1, −x, x²
    pub(super) value: [Lane; POWERS],
    /// 0, −1, 2x
    pub(super) slope: [Lane; POWERS],
    /// 0, 0, 2
    pub(super) second: [f64; POWERS],
}

impl Powers {
    #[inline(always)]
    pub(super) fn of(x: &Lane) -> Self {
        let mut out = Self {
            value: [[1.0; LANES], [0.0; LANES], [0.0; LANES]],
            slope: [[0.0; LANES], [-1.0; LANES], [0.0; LANES]],
            second: [0.0, 0.0, 2.0],
        };
        for l in 0..LANES {
            out.value[1][l] = -x[l];
            out.value[2][l] = x[l] * x[l];
            out.slope[2][l] = 2.0 * x[l];
        }
        out
    }
}
