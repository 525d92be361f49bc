//! Least squares at every possible threshold at once.
//!
//! With M the projection off effects and regressors, e = My and D(γ) = x·1(q ≤ γ), the regime's
//! columns of the p regressors x that change,
//!
//! ```text
//! S(γ) = e'e − b'A⁻¹b,   b = D'e,   A = D'MD = D'QD − (D'U)(D'U)'
//! ```
//!
//! U an orthonormal basis of QX. Along the observations sorted by q, b, D'D and D'U grow by one
//! product each, and what effects take off D'D, Σ s s'/T over units, s = Σₜ d_it (and the like over
//! periods), changes in one s at a time. A and D'U rest on regressors and q only: they are made
//! once for all responses. Beside a first threshold, D(γ₁) is one more regressor: with Z = MD(γ₁),
//! D(γ)'Z grows along the same order.

use crate::estimator::Problem;
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::Effects;

/// A pivot that is smaller than this share of the whole is none: the regime has no variation left.
const SINGULAR: f64 = 1e-10;

/// The regressors and the threshold variable of a problem, prepared for any response.
pub(super) struct Search<'a> {
    problem: Problem<'a>,
    space: ColumnSpace,
    /// Observations by rising q.
    order: Vec<usize>,
    /// The changing columns in that order, observation by observation.
    sorted: Vec<f64>,
    columns: usize,
    candidates: Vec<Candidate>,
    /// Observations of a regime at least.
    least: usize,
}

/// A possible threshold.
struct Candidate {
    /// Observations with q ≤ γ.
    below: usize,
    gamma: f64,
    /// A, row by row.
    matrix: Vec<f64>,
    /// Its Cholesky factor; `None` where it is singular.
    factor: Option<Vec<f64>>,
}

/// What a threshold leaves of the sum of squares, for every candidate.
pub(super) struct Profile {
    /// `None` where the regimes cannot be told apart, or are too small beside a given threshold.
    pub(super) ssr: Vec<Option<f64>>,
    /// The candidate of the smallest.
    pub(super) best: usize,
}

impl Profile {
    fn of(ssr: Vec<Option<f64>>) -> Option<Self> {
        let known = ssr.iter().enumerate().filter_map(|(at, s)| Some((at, (*s)?)));
        let best = known.min_by(|a, b| a.1.total_cmp(&b.1))?.0;
        Some(Self { ssr, best })
    }

    /// The smallest sum of squares.
    pub(super) fn least(&self) -> f64 {
        self.ssr[self.best].unwrap_or(f64::INFINITY)
    }
}

impl<'a> Search<'a> {
    /// Prepares the thresholds of `q` in the columns at `split`, with at least a share `trim` of
    /// the observations in every regime.
    ///
    /// # Errors
    /// Collinear regressors; a variable without a value that leaves enough on both sides.
    pub(super) fn new(
        problem: Problem<'a>,
        (q, name): (&[f64], &str),
        split: &[usize],
        trim: f64,
    ) -> Result<Self, String> {
        let space = problem.within_space().map_err(|e| e.to_string())?;
        let n = q.len();
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|&a, &b| q[a].total_cmp(&q[b]).then(a.cmp(&b)));
        let x = &problem.sample.x;
        let sorted: Vec<f64> =
            order.iter().flat_map(|&at| split.iter().map(move |&j| x[j][at])).collect();
        let least = ((trim * n as f64).ceil() as usize).max(1);
        let mut search =
            Self { problem, space, order, sorted, columns: split.len(), candidates: vec![], least };
        search.candidates = search.prepare(q);
        if search.candidates.is_empty() {
            return Err(format!(
                "no value of `{name}` leaves {least} of {n} observations in each of two regimes"
            ));
        }
        Ok(search)
    }

    /// Number of candidates.
    pub(super) fn len(&self) -> usize {
        self.candidates.len()
    }

    /// The threshold of a candidate.
    pub(super) fn gamma(&self, candidate: usize) -> f64 {
        self.candidates[candidate].gamma
    }

    /// My
    pub(super) fn residual(&self, y: &[f64]) -> Vec<f64> {
        self.space.residual(&self.problem.within(y))
    }

    fn row(&self, rank: usize) -> &[f64] {
        &self.sorted[rank * self.columns..][..self.columns]
    }

    fn prepare(&self, q: &[f64]) -> Vec<Candidate> {
        let (n, p, k) = (self.order.len(), self.columns, self.space.rank());
        let mut gram = Within::new(&self.problem, p);
        let mut explained = vec![0.0; p * k];
        let mut found = Vec::new();
        for (rank, &at) in self.order.iter().enumerate() {
            let x = self.row(rank);
            gram.add(at, x);
            for (i, x) in x.iter().enumerate() {
                for (l, sum) in explained[i * k..][..k].iter_mut().enumerate() {
                    *sum += x * self.space.q[(at, l)];
                }
            }
            let below = rank + 1;
            if below < self.least || n - below < self.least || q[at] >= q[self.order[below]] {
                continue;
            }
            let entry = |i: usize, j: usize| {
                gram.matrix[i * p + j] - dot(&explained[i * k..][..k], &explained[j * k..][..k])
            };
            let matrix: Vec<f64> = (0..p * p).map(|c| entry(c / p, c % p)).collect();
            let sizes: Vec<f64> = (0..p).map(|i| gram.squares[i]).collect();
            let factor = cholesky(&matrix, &sizes);
            found.push(Candidate { below, gamma: q[at], matrix, factor });
        }
        found
    }

    /// One threshold: S(γ) of the response whose residual is `e`.
    pub(super) fn single(&self, e: &[f64]) -> Option<Profile> {
        let p = self.columns;
        let total = dot(e, e);
        let mut b = vec![0.0; p];
        let mut work = vec![0.0; p];
        let mut rank = 0;
        let ssr = self.candidates.iter().map(|candidate| {
            while rank < candidate.below {
                let e = e[self.order[rank]];
                b.iter_mut().zip(self.row(rank)).for_each(|(b, x)| *b += x * e);
                rank += 1;
            }
            work.copy_from_slice(&b);
            Some(total - forward(candidate.factor.as_ref()?, &mut work))
        });
        Profile::of(ssr.collect())
    }

    /// A second threshold beside that of the candidate `first`: S(γ₁, γ).
    pub(super) fn beside(&self, first: usize, e: &[f64]) -> Option<Profile> {
        let p = self.columns;
        let given = &self.candidates[first];
        let factor = given.factor.as_ref()?;
        // Z = MD(γ₁)L⁻ᵀ, orthonormal; then e without it.
        let z = self.orthonormal(given.below, factor);
        let mut rest = e.to_vec();
        for z in &z {
            let share = dot(z, e);
            rest.iter_mut().zip(z).for_each(|(r, z)| *r -= share * z);
        }
        let total = dot(&rest, &rest);
        let mut b = vec![0.0; p];
        let mut cross = vec![0.0; p * p];
        let mut rank = 0;
        let ssr = self.candidates.iter().map(|candidate| {
            while rank < candidate.below {
                let at = self.order[rank];
                for (i, x) in self.row(rank).iter().enumerate() {
                    b[i] += x * rest[at];
                    for (l, z) in z.iter().enumerate() {
                        cross[i * p + l] += x * z[at];
                    }
                }
                rank += 1;
            }
            if candidate.below.abs_diff(given.below) < self.least {
                return None;
            }
            let rows = |i: usize, j: usize| dot(&cross[i * p..][..p], &cross[j * p..][..p]);
            let matrix: Vec<f64> =
                (0..p * p).map(|c| candidate.matrix[c] - rows(c / p, c % p)).collect();
            let sizes: Vec<f64> = (0..p).map(|i| candidate.matrix[i * p + i]).collect();
            let mut work = b.clone();
            Some(total - forward(&cholesky(&matrix, &sizes)?, &mut work))
        });
        Profile::of(ssr.collect())
    }

    /// MD(γ)L⁻ᵀ for the first `below` observations.
    fn orthonormal(&self, below: usize, factor: &[f64]) -> Vec<Vec<f64>> {
        let (n, p) = (self.order.len(), self.columns);
        let mut columns = vec![vec![0.0; n]; p];
        for (rank, &at) in self.order[..below].iter().enumerate() {
            let mut x = self.row(rank).to_vec();
            forward(factor, &mut x);
            columns.iter_mut().zip(x).for_each(|(column, x)| column[at] = x);
        }
        columns.iter().map(|column| self.residual(column)).collect()
    }
}

/// D'QD while D grows by one observation at a time.
struct Within {
    effects: Effects,
    units: usize,
    periods: usize,
    /// D'QD, row by row.
    matrix: Vec<f64>,
    /// The diagonal of D'D.
    squares: Vec<f64>,
    /// Sums of D over each unit, each period, and everything.
    by_unit: Vec<f64>,
    by_period: Vec<f64>,
    all: Vec<f64>,
}

impl Within {
    fn new(problem: &Problem<'_>, p: usize) -> Self {
        let (units, periods) = (problem.n_units(), problem.n_periods());
        Self {
            effects: problem.model.effects,
            units,
            periods,
            matrix: vec![0.0; p * p],
            squares: vec![0.0; p],
            by_unit: vec![0.0; units * p],
            by_period: vec![0.0; periods * p],
            all: vec![0.0; p],
        }
    }

    /// Adds the row `x` of observation `at`: xx' − (sx' + xs' + xx')/T for its unit, and so on.
    fn add(&mut self, at: usize, x: &[f64]) {
        let p = x.len();
        let matrix = &mut self.matrix;
        let mut grow = |s: &mut [f64], weight: f64| {
            for i in 0..p {
                for j in 0..p {
                    matrix[i * p + j] += weight * (s[i] * x[j] + x[i] * s[j] + x[i] * x[j]);
                }
            }
            s.iter_mut().zip(x).for_each(|(s, x)| *s += x);
        };
        let (units, periods) = (self.units as f64, self.periods as f64);
        if self.effects.has_individual() {
            grow(&mut self.by_unit[at % self.units * p..][..p], -1.0 / periods);
        }
        if self.effects.has_time() {
            grow(&mut self.by_period[at / self.units * p..][..p], -1.0 / units);
        }
        if self.effects == Effects::TwoWay {
            grow(&mut self.all, 1.0 / (units * periods));
        }
        for i in 0..p {
            self.squares[i] += x[i] * x[i];
            for j in 0..p {
                self.matrix[i * p + j] += x[i] * x[j];
            }
        }
    }
}

/// The Cholesky factor of a matrix, row by row; `None` where a pivot is nothing beside `sizes`.
fn cholesky(matrix: &[f64], sizes: &[f64]) -> Option<Vec<f64>> {
    let p = sizes.len();
    let mut factor = vec![0.0; p * p];
    for i in 0..p {
        for j in 0..=i {
            let inner: f64 = (0..j).map(|l| factor[i * p + l] * factor[j * p + l]).sum();
            let rest = matrix[i * p + j] - inner;
            if j < i {
                factor[i * p + j] = rest / factor[j * p + j];
            } else if rest > SINGULAR * sizes[i] {
                factor[i * p + i] = rest.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(factor)
}

/// b ← L⁻¹b, and its squared length.
fn forward(factor: &[f64], b: &mut [f64]) -> f64 {
    let p = b.len();
    let mut sum = 0.0;
    for i in 0..p {
        let inner: f64 = (0..i).map(|l| factor[i * p + l] * b[l]).sum();
        b[i] = (b[i] - inner) / factor[i * p + i];
        sum += b[i] * b[i];
    }
    sum
}
