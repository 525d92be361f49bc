//! W'W by its entries, and traces of it.

use crate::weights::Weights;
use std::collections::BTreeMap;

/// W'W, its rows by column, symmetric.
#[derive(Debug)]
pub(super) struct Squares {
    rows: Vec<BTreeMap<usize, f64>>,
}

impl Squares {
    pub(super) fn new(weights: &Weights) -> Self {
        let mut rows = vec![BTreeMap::new(); weights.n()];
        for k in 0..weights.n() {
            let links: Vec<(usize, f64)> = weights.row(k).collect();
            for &(i, a) in &links {
                for &(j, b) in &links {
                    *rows[i].entry(j).or_insert(0.0) += a * b;
                }
            }
        }
        Self { rows }
    }

    /// Entries (i, j, value).
    pub(super) fn entries(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        let row = |(i, row): (usize, &BTreeMap<usize, f64>)| {
            row.iter().map(|(&j, &v)| (i, j, v)).collect::<Vec<_>>()
        };
        self.rows.iter().enumerate().flat_map(row)
    }

    /// The diagonal.
    pub(super) fn diagonal(&self) -> Vec<f64> {
        self.rows.iter().enumerate().map(|(i, row)| row.get(&i).copied().unwrap_or(0.0)).collect()
    }

    /// tr W'W
    pub(super) fn trace(&self) -> f64 {
        self.diagonal().iter().sum()
    }

    /// tr W'WW'W
    pub(super) fn square_trace(&self) -> f64 {
        self.entries().map(|(_, _, v)| v * v).sum()
    }

    /// tr W'WW
    pub(super) fn trace_with(&self, weights: &Weights) -> f64 {
        self.entries().map(|(i, j, v)| v * weights.entry(j, i)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    #[test]
    fn traces_are_those_of_dense_matrices() {
        let links = undirected(4, &[(0, 1), (0, 2), (2, 3), (0, 3)]);
        let weights = Weights::new(&units(4), &links, Normalisation::Row).expect("links");
        let w = weights.dense();
        let (squares, ww) = (Squares::new(&weights), w.transpose() * &w);
        let trace = |m: &crate::math::Matrix| (0..4).map(|i| m[(i, i)]).sum::<f64>();
        assert!((squares.trace() - trace(&ww)).abs() < 1e-14);
        assert!((squares.square_trace() - trace(&(&ww * &ww))).abs() < 1e-14);
        assert!((squares.trace_with(&weights) - trace(&(&ww * &w))).abs() < 1e-14);
    }
}
