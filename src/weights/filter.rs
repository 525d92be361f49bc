//! The spatial filter I − rW undone, and the trace that is not a derivative of its determinant.
//!
//! With symmetric links, W = diag(a)·C and I − rW = D⁻¹(D − rC), D = diag(1/a): D − rC is
//! symmetric, positive definite on the admissible interval, and sparse where C is. A unit without
//! links has a row of the identity. Directed links have no such form; they are solved dense, by LU,
//! at a cost of N³: some thousand units are the limit there.

use super::{Algebra, Weights};
use crate::math::Matrix;
use crate::math::linalg::Lu;
use crate::math::sparse::{Factor, Pencil};
use std::sync::Arc;

/// Periods that are solved together.
const LANES: usize = 8;

/// I − rW, factorised.
#[derive(Debug)]
pub struct Filter<'a> {
    weights: &'a Weights,
    inside: Inside<'a>,
}

#[derive(Debug)]
enum Inside<'a> {
    Sparse(Factor),
    Dense(Lu),
    /// One for each period.
    ByPeriod(Vec<Filter<'a>>),
}

impl Weights {
    /// I − rW factorised, for several solves at one r.
    pub fn filter(&self, r: f64) -> Filter<'_> {
        if self.is_by_period() {
            let each = self.periods.iter().map(|w| w.filter(r)).collect();
            return Filter { weights: self, inside: Inside::ByPeriod(each) };
        }
        let sparse = self.pencil().and_then(|pencil| pencil.factor(r));
        let inside = match sparse {
            Some(factor) => Inside::Sparse(factor),
            None => Inside::Dense(Lu::new(&self.dense_filter(r))),
        };
        Filter { weights: self, inside }
    }

    /// (I − rW)⁻¹v period by period, for `v` stacked by period.
    pub fn resolve(&self, r: f64, v: &[f64]) -> Vec<f64> {
        self.filter(r).resolve(v)
    }

    /// (I − rW')⁻¹v period by period, for `v` stacked by period.
    pub fn resolve_transposed(&self, r: f64, v: &[f64]) -> Vec<f64> {
        self.filter(r).resolve_transposed(v)
    }

    /// tr(G'G), G = W(I − rW)⁻¹; exact. Sparse links: one factorisation that carries derivatives
    /// ([`Pencil::trace_gtg`]). It replaces the random probes of Hutchinson (1989), whose error of
    /// 10⁻³ would stand in every standard error, and the N solves of an exact sum.
    pub fn trace_gtg(&self, r: f64) -> f64 {
        if self.is_by_period() {
            return self.mean_of(|w| w.trace_gtg(r));
        }
        let sparse = self.pencil().and_then(|pencil| pencil.trace_gtg(r));
        sparse.unwrap_or_else(|| {
            let g = Lu::new(&self.dense_filter(r)).solve(&self.dense());
            (0..g.ncols()).map(|j| g.col(j).iter().map(|v| v * v).sum::<f64>()).sum()
        })
    }

    /// EG, E = I − 11'/N, of a W whose rows have one sum: it is the G of EW, which has 0 in the place
    /// of that eigenvalue, so that nothing large has to be taken off near the end of the interval.
    /// Dense.
    pub fn centred_resolvent(&self, r: f64) -> Matrix {
        let (n, w) = (self.n(), self.dense());
        let means: Vec<f64> = (0..n).map(|j| w.col(j).iter().sum::<f64>() / n as f64).collect();
        let centred = Matrix::from_fn(n, n, |i, j| w[(i, j)] - means[j]);
        let filter =
            Matrix::from_fn(n, n, |i, j| f64::from(u8::from(i == j)) - r * centred[(i, j)]);
        Lu::new(&filter).solve(&centred)
    }

    /// tr EGEG', as [`centred_resolvent`](Self::centred_resolvent).
    pub fn trace_gtg_centred(&self, r: f64) -> f64 {
        let g = self.centred_resolvent(r);
        (0..g.ncols()).map(|j| g.col(j).iter().map(|v| v * v).sum::<f64>()).sum()
    }

    /// G = W(I − rW)⁻¹, dense. W and (I − rW)⁻¹ commute.
    pub fn resolvent(&self, r: f64) -> Matrix {
        Lu::new(&self.dense_filter(r)).solve(&self.dense())
    }

    /// D − rC, when the links are symmetric and so few that the sparse form pays.
    pub fn pencil(&self) -> Option<&Arc<Pencil>> {
        self.pencil.get_or_init(|| self.new_pencil().map(Arc::new)).as_ref()
    }

    fn new_pencil(&self) -> Option<Pencil> {
        let n = self.n();
        let few = self.algebra == Algebra::Sparse || 8 * self.links.len() <= n * n;
        if self.is_by_period() || self.algebra == Algebra::Dense || !few || !self.symmetric_links()
        {
            return None;
        }
        let diagonal = self.filter_diagonal()?;
        let pencil = Pencil::new(&diagonal, &self.starts, &self.columns, &self.links);
        let sparse = self.algebra == Algebra::Sparse || 4 * pencil.fill() <= n * n;
        sparse.then_some(pencil)
    }

    /// D = diag(1/a), 1 for units without links; `None` when a unit with links has a = 0.
    pub fn filter_diagonal(&self) -> Option<Vec<f64>> {
        (0..self.n())
            .map(|i| match (self.multipliers[i], self.starts[i] == self.starts[i + 1]) {
                (_, true) => Some(1.0),
                (a, false) => (a > 0.0).then(|| 1.0 / a),
            })
            .collect()
    }

    /// I − rW, dense.
    fn dense_filter(&self, r: f64) -> Matrix {
        let w = self.dense();
        Matrix::from_fn(self.n(), self.n(), |i, j| f64::from(u8::from(i == j)) - r * w[(i, j)])
    }
}

impl Filter<'_> {
    /// (I − rW)⁻¹v = (D − rC)⁻¹Dv period by period, for `v` stacked by period.
    pub fn resolve(&self, v: &[f64]) -> Vec<f64> {
        match &self.inside {
            Inside::Sparse(factor) => {
                let d = self.diagonal();
                let mut x = v.to_vec();
                scale(&mut x, &d);
                solve_periods(factor, &mut x);
                x
            }
            Inside::Dense(lu) => stacked(&lu.solve(&self.periods(v))),
            Inside::ByPeriod(each) => self.each_period(each, v, Filter::resolve),
        }
    }

    /// (I − rW')⁻¹v = D(D − rC)⁻¹v period by period, for `v` stacked by period.
    pub fn resolve_transposed(&self, v: &[f64]) -> Vec<f64> {
        match &self.inside {
            Inside::Sparse(factor) => {
                let mut x = v.to_vec();
                solve_periods(factor, &mut x);
                scale(&mut x, &self.diagonal());
                x
            }
            Inside::Dense(lu) => stacked(&lu.solve_transposed(&self.periods(v))),
            Inside::ByPeriod(each) => self.each_period(each, v, Filter::resolve_transposed),
        }
    }

    fn each_period(
        &self,
        each: &[Self],
        v: &[f64],
        solve: impl Fn(&Self, &[f64]) -> Vec<f64>,
    ) -> Vec<f64> {
        let periods = v.chunks_exact(self.weights.n()).zip(each.iter().cycle());
        periods.flat_map(|(v, filter)| solve(filter, v)).collect()
    }

    fn diagonal(&self) -> Vec<f64> {
        // A sparse factor exists only with a diagonal.
        self.weights.filter_diagonal().unwrap_or_default()
    }

    /// A column a period.
    fn periods(&self, v: &[f64]) -> Matrix {
        let n = self.weights.n();
        Matrix::from_fn(n, v.len() / n, |i, t| v[t * n + i])
    }
}

fn stacked(x: &Matrix) -> Vec<f64> {
    (0..x.ncols()).flat_map(|t| x.col(t).iter().copied().collect::<Vec<_>>()).collect()
}

/// dᵢvᵢₜ in place.
fn scale(v: &mut [f64], d: &[f64]) {
    for period in v.chunks_exact_mut(d.len()) {
        period.iter_mut().zip(d).for_each(|(x, d)| *x *= d);
    }
}

/// A⁻¹ on each period in place, several periods together.
fn solve_periods(factor: &Factor, v: &mut [f64]) {
    let n = factor.n();
    if v.len() == n {
        factor.solve(v);
        return;
    }
    let mut lanes = vec![[0.0; LANES]; n];
    for group in v.chunks_mut(n * LANES) {
        for (lane, period) in group.chunks_exact(n).enumerate() {
            lanes.iter_mut().zip(period).for_each(|(x, v)| x[lane] = *v);
        }
        factor.solve_many(&mut lanes);
        for (lane, period) in group.chunks_exact_mut(n).enumerate() {
            lanes.iter().zip(period).for_each(|(x, v)| *v = x[lane]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{queen, undirected, units};

    /// The same links by both kinds of algebra.
    fn both(n: usize, pairs: &[(usize, usize)], how: Normalisation) -> [Weights; 2] {
        [Algebra::Sparse, Algebra::Dense]
            .map(|a| Weights::new(&units(n), &undirected(n, pairs), how).unwrap().by(a))
    }

    #[test]
    fn a_path_and_an_island_by_hand() {
        // (I − ½W)⁻¹ of the path a – b – c, W = [[0, 1, 0], [½, 0, ½], [0, 1, 0]], times e_a is
        // (7/6, 1/3, 1/6), and times e_b is (2/3, 4/3, 2/3).
        for w in both(4, &[(0, 1), (1, 2)], Normalisation::Row) {
            let near = |got: Vec<f64>, want: [f64; 4]| {
                got.iter().zip(want).for_each(|(g, w)| assert!((g - w).abs() < 1e-15));
            };
            let filter = w.filter(0.5);
            near(filter.resolve(&[1.0, 0.0, 0.0, 3.0]), [7.0 / 6.0, 1.0 / 3.0, 1.0 / 6.0, 3.0]);
            near(filter.resolve(&[0.0, 1.0, 0.0, 0.0]), [2.0 / 3.0, 4.0 / 3.0, 2.0 / 3.0, 0.0]);
            // The row of a in the inverse: (7/6, 2/3, 1/6).
            let row = filter.resolve_transposed(&[1.0, 0.0, 0.0, -1.0]);
            near(row, [7.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0, -1.0]);
        }
    }

    #[test]
    fn the_kinds_of_algebra_agree() {
        let (n, pairs) = queen(9);
        for how in [Normalisation::Row, Normalisation::MinMax] {
            let [sparse, dense] = both(n, &pairs, how);
            assert!(sparse.pencil().is_some() && dense.pencil().is_none());
            for r in [-0.6, 0.0, 0.4, 0.9] {
                // Eleven periods: a full group of lanes and part of one.
                let v: Vec<f64> = (0..11 * n).map(|i| (i as f64 * 0.9).sin()).collect();
                let pair = [
                    (sparse.resolve(r, &v), dense.resolve(r, &v)),
                    (sparse.resolve_transposed(r, &v), dense.resolve_transposed(r, &v)),
                ];
                for (s, d) in pair {
                    s.iter().zip(&d).for_each(|(s, d)| assert!((s - d).abs() < 1e-12));
                }
                let (s, d) = (sparse.trace_gtg(r), dense.trace_gtg(r));
                assert!((s / d - 1.0).abs() < 1e-13, "r = {r}: {s} and {d}");
            }
        }
    }

    #[test]
    fn a_period_alone_has_the_bits_it_has_among_others() {
        let (n, pairs) = queen(5);
        let [w, _] = both(n, &pairs, Normalisation::Row);
        let v: Vec<f64> = (0..3 * n).map(|i| (i as f64).cos()).collect();
        let (filter, together) = (w.filter(0.7), w.resolve(0.7, &v));
        for (alone, all) in v.chunks(n).zip(together.chunks(n)) {
            assert_eq!(filter.resolve(alone), all);
        }
    }
}
