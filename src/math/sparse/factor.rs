//! A factorisation LDL' and the solves with it.

use super::symbolic::{Compressed, Symbolic};
use crate::math::simd::{Kernel, dispatch};
use std::sync::Arc;

/// A symmetric positive definite matrix as PA P' = LDL', P the order of elimination.
#[derive(Debug, Clone)]
pub struct Factor {
    symbolic: Arc<Symbolic>,
    /// L below its unit diagonal, by rows: what a forward solve reads.
    rows: Vec<f64>,
    /// The same numbers by columns: what a backward solve reads.
    columns: Vec<f64>,
    /// D by positions.
    pivots: Vec<f64>,
    /// D⁻¹ by positions.
    inverses: Vec<f64>,
}

impl Factor {
    pub(super) fn new(
        symbolic: Arc<Symbolic>,
        rows: Vec<f64>,
        columns: Vec<f64>,
        pivots: Vec<f64>,
    ) -> Self {
        let inverses = pivots.iter().map(|d| 1.0 / d).collect();
        Self { symbolic, rows, columns, pivots, inverses }
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.pivots.len()
    }

    /// ln|A|.
    pub fn log_det(&self) -> f64 {
        self.pivots.iter().map(|d| d.ln()).sum()
    }

    /// A⁻¹x in place, units in their own order.
    pub fn solve(&self, x: &mut [f64]) {
        let (lanes, rest) = x.as_chunks_mut::<1>();
        debug_assert!(rest.is_empty());
        self.solve_many(lanes);
    }

    /// [`Factor::solve_lanes`] with the widest instructions of the processor.
    pub fn solve_many<const L: usize>(&self, x: &mut [[f64; L]]) {
        dispatch(Solve { factor: self, x });
    }

    /// A⁻¹X in place for `L` right-hand sides, `x[unit][lane]`, units in their own order. Each
    /// lane has the bits that it would have alone.
    ///
    /// To be called from within [`Kernel::run`]. 16 to 32 lanes are best.
    #[inline(always)]
    pub fn solve_lanes<const L: usize>(&self, x: &mut [[f64; L]]) {
        let Self { symbolic, rows, columns, inverses, .. } = self;
        let (by_row, by_column) = (&symbolic.rows, &symbolic.columns);
        let n = symbolic.n();
        assert_eq!(x.len(), n, "a right-hand side has a row for each unit");
        for k in 0..n {
            let unit = symbolic.order[k] as usize;
            x[unit] = reduced(x[unit], entries(by_row, &by_row.units, rows, k), x);
        }
        for k in (0..n).rev() {
            let unit = symbolic.order[k] as usize;
            let scaled = x[unit].map(|v| v * inverses[k]);
            x[unit] = reduced(scaled, entries(by_column, &by_column.units, columns, k), x);
        }
    }

    /// A⁻¹Dx into `out`, D diagonal, for lanes in threes of eight: as many running sums as keep the
    /// multiply-add units busy, in registers.
    #[inline(always)]
    pub fn solve_tile<const L: usize>(
        &self,
        diagonal: &[f64],
        x: &[[f64; L]],
        out: &mut [[f64; L]],
    ) {
        let Self { symbolic, rows, columns, inverses, .. } = self;
        let (by_row, by_column) = (&symbolic.rows, &symbolic.columns);
        let n = symbolic.n();
        assert!(x.len() == n && out.len() == n, "a right-hand side has a row for each unit");
        for k in 0..n {
            let unit = symbolic.order[k] as usize;
            let before = entries(by_row, &by_row.units, rows, k);
            for at in (0..L).step_by(THREE) {
                let part = threes(&x[unit], at, diagonal[unit]);
                let part = reduced_tile(part, before, out, at);
                put(&part, &mut out[unit], at);
            }
        }
        for k in (0..n).rev() {
            let unit = symbolic.order[k] as usize;
            let below = entries(by_column, &by_column.units, columns, k);
            for at in (0..L).step_by(THREE) {
                let part = threes(&out[unit], at, inverses[k]);
                let part = reduced_tile(part, below, out, at);
                put(&part, &mut out[unit], at);
            }
        }
    }
}

/// Row (or column) k of L: who, and how much.
#[inline(always)]
fn entries<'a>(
    pattern: &Compressed,
    names: &'a [u32],
    numbers: &'a [f64],
    k: usize,
) -> (&'a [u32], &'a [f64]) {
    let range = pattern.starts[k]..pattern.starts[k + 1];
    (&names[range.clone()], &numbers[range])
}

/// start − Σ l·x[j], lane by lane.
#[inline(always)]
fn reduced<const L: usize>(
    start: [f64; L],
    (names, numbers): (&[u32], &[f64]),
    x: &[[f64; L]],
) -> [f64; L] {
    let mut sum = start;
    for (&j, &l) in names.iter().zip(numbers) {
        let other = &x[j as usize];
        for lane in 0..L {
            sum[lane] = (-l).mul_add(other[lane], sum[lane]);
        }
    }
    sum
}

/// Lanes of a vector sum, and of three of them.
const EIGHT: usize = 8;
const THREE: usize = 3 * EIGHT;

/// Twenty-four lanes, as what stays in registers.
type Part = [[f64; EIGHT]; 3];

/// Lanes `at` and on, times `scale`.
#[inline(always)]
fn threes<const L: usize>(x: &[f64; L], at: usize, scale: f64) -> Part {
    let x = &x[at..at + THREE];
    let mut part = [[0.0; EIGHT]; 3];
    for l in 0..EIGHT {
        part[0][l] = scale * x[l];
        part[1][l] = scale * x[EIGHT + l];
        part[2][l] = scale * x[2 * EIGHT + l];
    }
    part
}

/// part − Σ l·x[j]
#[inline(always)]
fn reduced_tile<const L: usize>(
    part: Part,
    (names, numbers): (&[u32], &[f64]),
    x: &[[f64; L]],
    at: usize,
) -> Part {
    let [mut a, mut b, mut c] = part;
    for (&j, &number) in names.iter().zip(numbers) {
        let other = &x[j as usize][at..at + THREE];
        let minus = -number;
        for l in 0..EIGHT {
            a[l] = minus.mul_add(other[l], a[l]);
        }
        for l in 0..EIGHT {
            b[l] = minus.mul_add(other[EIGHT + l], b[l]);
        }
        for l in 0..EIGHT {
            c[l] = minus.mul_add(other[2 * EIGHT + l], c[l]);
        }
    }
    [a, b, c]
}

#[inline(always)]
fn put<const L: usize>(part: &Part, x: &mut [f64; L], at: usize) {
    for (i, eight) in part.iter().enumerate() {
        x[at + i * EIGHT..at + (i + 1) * EIGHT].copy_from_slice(eight);
    }
}

struct Solve<'a, const L: usize> {
    factor: &'a Factor,
    x: &'a mut [[f64; L]],
}

impl<const L: usize> Kernel for Solve<'_, L> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.factor.solve_lanes(self.x);
    }
}
