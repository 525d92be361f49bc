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

    /// The order of elimination: which unit stands at each position.
    pub fn order(&self) -> &[u32] {
        &self.symbolic.order
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

    /// [`Factor::solve_lanes`] for lanes in threes of eight: as many running sums as keep the
    /// multiply-add units busy, in registers.
    #[inline(always)]
    pub fn solve_tile<const L: usize>(&self, x: &mut [[f64; L]]) {
        let Self { symbolic, rows, columns, inverses, .. } = self;
        let (by_row, by_column) = (&symbolic.rows, &symbolic.columns);
        let n = symbolic.n();
        assert_eq!(x.len(), n, "a right-hand side has a row for each unit");
        for k in 0..n {
            let unit = symbolic.order[k] as usize;
            reduce_tile(x, (unit, 1.0), entries(by_row, &by_row.units, rows, k));
        }
        for k in (0..n).rev() {
            let unit = symbolic.order[k] as usize;
            let below = entries(by_column, &by_column.units, columns, k);
            reduce_tile(x, (unit, inverses[k]), below);
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

/// x[unit] = scale·x[unit] − Σ l·x[j], in threes of eight lanes.
#[inline(always)]
fn reduce_tile<const L: usize>(
    x: &mut [[f64; L]],
    (unit, scale): (usize, f64),
    (names, numbers): (&[u32], &[f64]),
) {
    const EIGHT: usize = 8;
    for at in (0..L).step_by(3 * EIGHT) {
        let (mut a, mut b, mut c) = ([0.0; EIGHT], [0.0; EIGHT], [0.0; EIGHT]);
        let start = &x[unit][at..at + 3 * EIGHT];
        for l in 0..EIGHT {
            a[l] = scale * start[l];
            b[l] = scale * start[EIGHT + l];
            c[l] = scale * start[2 * EIGHT + l];
        }
        for (&j, &number) in names.iter().zip(numbers) {
            let other = &x[j as usize][at..at + 3 * EIGHT];
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
        let end = &mut x[unit][at..at + 3 * EIGHT];
        end[..EIGHT].copy_from_slice(&a);
        end[EIGHT..2 * EIGHT].copy_from_slice(&b);
        end[2 * EIGHT..].copy_from_slice(&c);
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
