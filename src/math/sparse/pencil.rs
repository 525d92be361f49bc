//! The family of matrices A(r) = D − rC, D diagonal and positive, C symmetric with a zero diagonal.

use super::factor::Factor;
use super::number::Jet;
use super::numeric::{Eliminate, Numbers, Source};
use super::order::Pattern;
use super::symbolic::Symbolic;
use crate::math::simd::dispatch;
use std::sync::Arc;

/// Determinants that are computed together.
const LANES: usize = 8;

/// A(r) = D − rC for any r: the order of elimination and the pattern of L are found once.
#[derive(Debug, Clone)]
pub struct Pencil {
    symbolic: Arc<Symbolic>,
    /// D by positions.
    diagonal: Vec<f64>,
    /// C below its diagonal, compressed rows by positions.
    starts: Vec<usize>,
    columns: Vec<u32>,
    links: Vec<f64>,
}

impl Pencil {
    /// From D (n) and the compressed rows of C: where each row starts (n + 1), columns, links.
    /// C must be symmetric, and its diagonal empty; D positive.
    pub fn new(diagonal: &[f64], starts: &[usize], columns: &[usize], links: &[f64]) -> Self {
        debug_assert_eq!(starts.len(), diagonal.len() + 1);
        let pattern = Pattern { starts, columns };
        let symbolic = Symbolic::new(pattern);
        let n = symbolic.n();
        let (mut lower_starts, mut lower_columns, mut lower_links) = (vec![0], vec![], vec![]);
        for k in 0..n {
            let unit = symbolic.order[k] as usize;
            for at in starts[unit]..starts[unit + 1] {
                let j = symbolic.place[columns[at]];
                if (j as usize) < k {
                    lower_columns.push(j);
                    lower_links.push(links[at]);
                }
            }
            lower_starts.push(lower_columns.len());
        }
        Self {
            diagonal: symbolic.order.iter().map(|&i| diagonal[i as usize]).collect(),
            symbolic: Arc::new(symbolic),
            starts: lower_starts,
            columns: lower_columns,
            links: lower_links,
        }
    }

    /// Number of rows.
    pub fn n(&self) -> usize {
        self.symbolic.n()
    }

    /// Entries of L below its diagonal.
    pub fn fill(&self) -> usize {
        self.symbolic.fill()
    }

    /// The factorisation of A(r); `None` unless A(r) is positive definite.
    pub fn factor(&self, r: f64) -> Option<Factor> {
        let source = At { pencil: self, r };
        let task = Eliminate { symbolic: &self.symbolic, source: &source, keep_rows: true };
        let Numbers { columns, rows, pivots } = dispatch(task.with::<f64>());
        let definite = pivots.iter().all(|&d| d > 0.0 && d.is_finite());
        definite.then(|| Factor::new(Arc::clone(&self.symbolic), rows, columns, pivots))
    }

    /// ln|A(r)| − ln|D| = ln|I − rD⁻¹C| for each r, several at a time; NaN where A(r) is not
    /// positive definite.
    pub fn log_dets(&self, r: &[f64]) -> Vec<f64> {
        r.chunks(LANES).flat_map(|some| self.log_dets_of(some)).collect()
    }

    /// tr(G'G) of G = A(r)⁻¹C, exactly, by one factorisation in numbers that carry derivatives.
    /// `None` unless A(r) is positive definite.
    ///
    /// ∂²/∂ε∂δ ln|A + εI + δF| = −tr(A⁻²F). With F = (CD + DC)/2, which has the pattern of C, that is
    /// −tr(A⁻²CD), and C = (D − A)/r gives tr(G'G) = tr(CA⁻²C) = (tr(A⁻²CD) − tr(A⁻¹C))/r. Both
    /// traces are multiples of r, and so are their rounding errors: nothing cancels near r = 0.
    pub fn trace_gtg(&self, r: f64) -> Option<f64> {
        if r == 0.0 {
            return Some(self.trace_gtg_at_zero());
        }
        let source = Directions { pencil: self, r };
        let task = Eliminate { symbolic: &self.symbolic, source: &source, keep_rows: false };
        let pivots = dispatch(task.with::<Jet>()).pivots;
        if !pivots.iter().all(|d| d.value > 0.0 && d.value.is_finite()) {
            return None;
        }
        let mixed: f64 =
            pivots.iter().map(|d| d.ef / d.value - d.e * d.f / (d.value * d.value)).sum();
        let by_c: f64 = pivots.iter().map(|d| d.g / d.value).sum();
        Some((-mixed - by_c) / r)
    }

    /// G = D⁻¹C.
    fn trace_gtg_at_zero(&self) -> f64 {
        (0..self.n())
            .flat_map(|k| (self.starts[k]..self.starts[k + 1]).map(move |at| (k, at)))
            .map(|(k, at)| {
                let (here, there) = (self.diagonal[k], self.diagonal[self.columns[at] as usize]);
                self.links[at].powi(2) * (here.powi(-2) + there.powi(-2))
            })
            .sum()
    }

    fn log_dets_of(&self, some: &[f64]) -> Vec<f64> {
        // Lanes that are left over repeat the last value.
        let r: [f64; LANES] = std::array::from_fn(|lane| some[lane.min(some.len() - 1)]);
        let source = At { pencil: self, r };
        let task = Eliminate { symbolic: &self.symbolic, source: &source, keep_rows: false };
        let pivots = dispatch(task.with::<[f64; LANES]>()).pivots;
        (0..some.len())
            .map(|lane| {
                let ratio = |(pivot, d): (&[f64; LANES], &f64)| pivot[lane] / d;
                pivots.iter().zip(&self.diagonal).map(ratio).map(f64::ln).sum()
            })
            .collect()
    }
}

/// The pencil at one r, or at several.
#[derive(Debug)]
struct At<'a, T> {
    pencil: &'a Pencil,
    r: T,
}

impl Source<f64> for At<'_, f64> {
    #[inline(always)]
    fn diagonal(&self, k: usize) -> f64 {
        self.pencil.diagonal[k]
    }

    #[inline(always)]
    fn row(&self, k: usize) -> (&[u32], usize) {
        self.pencil.row(k)
    }

    #[inline(always)]
    fn entry(&self, _k: usize, at: usize) -> f64 {
        -self.r * self.pencil.links[at]
    }
}

impl<const L: usize> Source<[f64; L]> for At<'_, [f64; L]> {
    #[inline(always)]
    fn diagonal(&self, k: usize) -> [f64; L] {
        [self.pencil.diagonal[k]; L]
    }

    #[inline(always)]
    fn row(&self, k: usize) -> (&[u32], usize) {
        self.pencil.row(k)
    }

    #[inline(always)]
    fn entry(&self, _k: usize, at: usize) -> [f64; L] {
        self.r.map(|r| -r * self.pencil.links[at])
    }
}

/// A(r) + εI + δ(CD + DC)/2 + γC.
#[derive(Debug)]
struct Directions<'a> {
    pencil: &'a Pencil,
    r: f64,
}

impl Source<Jet> for Directions<'_> {
    #[inline(always)]
    fn diagonal(&self, k: usize) -> Jet {
        Jet { value: self.pencil.diagonal[k], e: 1.0, f: 0.0, g: 0.0, ef: 0.0 }
    }

    #[inline(always)]
    fn row(&self, k: usize) -> (&[u32], usize) {
        self.pencil.row(k)
    }

    #[inline(always)]
    fn entry(&self, k: usize, at: usize) -> Jet {
        let Pencil { diagonal, columns, links, .. } = self.pencil;
        let mean = 0.5 * (diagonal[k] + diagonal[columns[at] as usize]);
        Jet { value: -self.r * links[at], e: 0.0, f: mean * links[at], g: links[at], ef: 0.0 }
    }
}

impl Pencil {
    #[inline(always)]
    fn row(&self, k: usize) -> (&[u32], usize) {
        let range = self.starts[k]..self.starts[k + 1];
        (&self.columns[range.clone()], range.start)
    }
}
