//! The numbers of L and D, row by row.

use super::number::Number;
use super::symbolic::Symbolic;
use crate::math::simd::Kernel;

/// A matrix to be factorised: its diagonal and its entries below it, by positions.
pub(super) trait Source<T> {
    /// Entry (k, k).
    fn diagonal(&self, k: usize) -> T;

    /// Where the entries of row k left of the diagonal stand: column positions, and the place of
    /// the first among the compressed rows.
    fn row(&self, k: usize) -> (&[u32], usize);

    /// The entry of row k at a place of the compressed rows.
    fn entry(&self, k: usize, at: usize) -> T;
}

/// L by columns and by rows, and D.
#[derive(Debug)]
pub(super) struct Numbers<T> {
    pub columns: Vec<T>,
    /// Empty unless asked for.
    pub rows: Vec<T>,
    pub pivots: Vec<T>,
}

/// A = LDL' by the up-looking method (Davis 2006, section 4.7; Davis 2005, Algorithm 849): row k
/// of L solves L₁D₁l = a with the rows above it, and its pivot is a_kk − l'D₁l. No pivots are
/// exchanged, which a definite matrix does not need.
#[derive(Debug)]
pub(super) struct Eliminate<'a, S> {
    pub symbolic: &'a Symbolic,
    pub source: &'a S,
    /// Whether the rows of L are wanted, too: solves need them, determinants do not.
    pub keep_rows: bool,
}

impl<'a, S> Eliminate<'a, S> {
    /// With numbers of type `T`.
    pub fn with<T: Number>(self) -> With<'a, S, T> {
        With { task: self, kind: std::marker::PhantomData }
    }
}

/// An elimination with its kind of number.
#[derive(Debug)]
pub(super) struct With<'a, S, T> {
    task: Eliminate<'a, S>,
    kind: std::marker::PhantomData<T>,
}

impl<T: Number, S: Source<T>> Kernel for With<'_, S, T> {
    type Output = Numbers<T>;

    #[inline(always)]
    fn run(self) -> Numbers<T> {
        let Eliminate { symbolic, source, keep_rows } = self.task;
        let n = symbolic.n();
        let mut columns = vec![T::ZERO; symbolic.fill()];
        let mut rows = vec![T::ZERO; if keep_rows { symbolic.fill() } else { 0 }];
        let mut pivots = vec![T::ZERO; n];
        let mut inverses = vec![T::ZERO; n];
        // How far each column is filled.
        let mut next = symbolic.columns.starts.clone();
        let mut x = vec![T::ZERO; n];
        for k in 0..n {
            let (links, first) = source.row(k);
            for (at, &j) in (first..).zip(links) {
                x[j as usize] = source.entry(k, at);
            }
            let mut pivot = source.diagonal(k);
            let row = symbolic.rows.starts[k]..symbolic.rows.starts[k + 1];
            for at in row {
                let j = symbolic.rows.positions[at] as usize;
                let y = x[j];
                x[j] = T::ZERO;
                let filled = symbolic.columns.starts[j]..next[j];
                let places = &symbolic.columns.positions[filled.clone()];
                for (&i, &l) in places.iter().zip(&columns[filled]) {
                    let i = i as usize;
                    x[i] = x[i].minus_product(l, y);
                }
                let l = y.times(inverses[j]);
                pivot = pivot.minus_product(l, y);
                columns[next[j]] = l;
                next[j] += 1;
                if keep_rows {
                    rows[at] = l;
                }
            }
            pivots[k] = pivot;
            inverses[k] = pivot.inverse();
        }
        Numbers { columns, rows, pivots }
    }
}
