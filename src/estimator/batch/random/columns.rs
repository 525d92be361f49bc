//! Regressors and the mean of the lag in the coordinates in which errors are alike, split into what
//! lies within units and what between them.

use crate::estimator::Problem;
use crate::estimator::random::columns::parts;
use crate::math::Matrix;
use crate::math::linalg::symmetric_eigen;
use crate::weights::Weights;

/// The orthonormal eigenvectors of a symmetric W.
#[derive(Debug)]
pub(super) struct Eigenbasis {
    pub(super) values: Vec<f64>,
    /// By column; the constant is not among them where it is an effect of periods.
    pub(super) vectors: Vec<Vec<f64>>,
}

impl Eigenbasis {
    /// `None` where W is not symmetric, or, where the constant is to be left out, no eigenvector is
    /// constant. All eigenvalues, and the vectors after the constant's has gone.
    pub(super) fn new(weights: &Weights, without_constant: bool) -> Option<(Vec<f64>, Self)> {
        const ROUNDING: f64 = 1e-10;
        let n = weights.n();
        let w = Matrix::from_fn(n, n, |i, j| weights.entry(i, j));
        let symmetric = (0..n).all(|i| (0..i).all(|j| (w[(i, j)] - w[(j, i)]).abs() <= 1e-14));
        if !symmetric {
            return None;
        }
        let (all, vectors) = symmetric_eigen(&w)?;
        let vector = |j: usize| -> Vec<f64> { vectors.col(j).iter().copied().collect() };
        let is_constant = |v: &[f64]| v.iter().all(|x| (x - v[0]).abs() < ROUNDING);
        let (mut values, mut kept) = (Vec::new(), Vec::new());
        for (j, value) in all.iter().enumerate() {
            let v = vector(j);
            if without_constant && is_constant(&v) {
                continue;
            }
            values.push(*value);
            kept.push(v);
        }
        if without_constant && kept.len() + 1 != n {
            return None;
        }
        Some((all, Self { values, vectors: kept }))
    }

    fn coordinates(&self, v: &[f64]) -> Vec<f64> {
        self.vectors.iter().map(|e| crate::math::linalg::dot(e, v)).collect()
    }
}

/// How means of units are made alike.
#[derive(Debug)]
pub(super) enum Means {
    /// All by one factor; filtered.
    Alike(f64),
    /// In the eigenbasis of W, unfiltered, the weight of each coordinate at the fit.
    Apart(Eigenbasis, Vec<f64>),
}

/// A column, filtered by B̂, and its lag; of means that are apart: weighted, and as they are.
#[derive(Debug, Clone)]
pub(super) struct Split {
    pub(super) within: [Vec<f64>; 2],
    pub(super) between: [Vec<f64>; 2],
}

impl Split {
    /// Of a column in levels.
    pub(super) fn new(
        problem: &Problem<'_>,
        lambda: Option<f64>,
        means: &Means,
        column: &[f64],
    ) -> Self {
        let (n, root) = (problem.n_units(), (problem.n_periods() as f64).sqrt());
        let own = problem.within(column);
        let lag = match lambda {
            Some(_) => problem.within(&problem.weights.lag(column)),
            None => vec![0.0; own.len()],
        };
        let lambda = lambda.unwrap_or(0.0);
        let filtered: Vec<f64> = own.iter().zip(&lag).map(|(x, w)| x - lambda * w).collect();
        let ((zero, zero_within), (one, one_within)) = (parts(&filtered, n), parts(&lag, n));
        let scaled = |v: &[f64], by: f64| v.iter().map(|x| by * x).collect();
        let between = match means {
            Means::Alike(by) => [scaled(&zero, by * root), scaled(&one, by * root)],
            Means::Apart(basis, weights) => {
                let raw: Vec<f64> = scaled(&basis.coordinates(&parts(&own, n).0), root);
                [raw.iter().zip(weights).map(|(x, w)| x * w).collect(), raw]
            }
        };
        Self { within: [zero_within, one_within], between }
    }

    /// Both parts of the filtered column in one.
    pub(super) fn stacked(&self) -> Vec<f64> {
        self.within[0].iter().chain(&self.between[0]).copied().collect()
    }

    /// Σ c_j of columns.
    pub(super) fn combined(columns: &[Self], c: &[f64], like: &Self) -> Self {
        let sum = |of: &dyn Fn(&Self) -> &Vec<f64>| {
            let mut out = vec![0.0; of(like).len()];
            for (column, c) in columns.iter().zip(c) {
                out.iter_mut().zip(of(column)).for_each(|(out, x)| *out += c * x);
            }
            out
        };
        Self {
            within: [sum(&|s| &s.within[0]), sum(&|s| &s.within[1])],
            between: [sum(&|s| &s.between[0]), sum(&|s| &s.between[1])],
        }
    }

    pub(super) fn minus(mut self, other: &Self) -> Self {
        let mine = self.within.iter_mut().chain(&mut self.between);
        for (a, b) in mine.zip(other.within.iter().chain(&other.between)) {
            a.iter_mut().zip(b).for_each(|(a, b)| *a -= b);
        }
        self
    }
}
