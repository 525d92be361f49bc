//! Least-squares residuals of many replicates side by side.
//!
//! With Q the projection off the effects and Q_x an orthonormal basis of QX, errors ε give the
//! residuals e = Qε − Q_x Q_x'ε whatever the coefficients; what ε − e = (I − Q)ε + Q_x Q_x'ε holds
//! went into the effects and the coefficients.

use crate::estimator::Problem;
use crate::math::lanes::{LANES, Lane, Packed};
use crate::math::linalg::ColumnSpace;
use crate::model::Effects;

/// The projections of a linear model, and W.
#[derive(Debug)]
pub(super) struct Residuals {
    units: usize,
    periods: usize,
    effects: Effects,
    /// Q_x' of each period.
    rows: Vec<Packed>,
    /// Q_x, observation by observation.
    basis: Vec<f64>,
    rank: usize,
    /// Where the entries of each row of W begin.
    starts: Vec<usize>,
    entries: Vec<(usize, f64)>,
}

impl Residuals {
    /// For the linear model of `problem`, `space` being its QX.
    pub(super) fn new(problem: &Problem<'_>, space: &ColumnSpace) -> Self {
        let (n, t, k) = (problem.n_units(), problem.n_periods(), space.rank());
        let mut starts = vec![0];
        let mut entries = Vec::new();
        for i in 0..n {
            entries.extend(problem.weights.row(i));
            starts.push(entries.len());
        }
        Self {
            units: n,
            periods: t,
            effects: problem.model.effects,
            rows: (0..t).map(|t| Packed::new(k, n, |j, i| space.q[(t * n + i, j)])).collect(),
            basis: (0..n * t).flat_map(|o| (0..k).map(move |j| space.q[(o, j)])).collect(),
            rank: k,
            starts,
            entries,
        }
    }

    /// Number of units.
    pub(super) fn units(&self) -> usize {
        self.units
    }

    /// Number of observations.
    pub(super) fn n(&self) -> usize {
        self.units * self.periods
    }

    /// Number of columns of X.
    pub(super) fn rank(&self) -> usize {
        self.rank
    }

    /// Lanes of coordinates: some more than there are columns.
    pub(super) fn room(&self) -> usize {
        self.rows.first().map_or(0, Packed::padded_rows)
    }

    /// Q_x'v into `a`, [`room`](Self::room) lanes.
    #[inline(always)]
    pub(super) fn coordinates(&self, v: &[Lane], a: &mut [Lane]) {
        a.fill([0.0; LANES]);
        for (v, rows) in v.chunks_exact(self.units).zip(&self.rows) {
            rows.multiply(v, a);
        }
    }

    /// v − Q_x a in place.
    #[inline(always)]
    pub(super) fn subtract(&self, v: &mut [Lane], a: &[Lane]) {
        for (v, q) in v.iter_mut().zip(self.basis.chunks_exact(self.rank.max(1))) {
            for (&q, a) in q.iter().zip(a) {
                for l in 0..LANES {
                    v[l] = (-q).mul_add(a[l], v[l]);
                }
            }
        }
    }

    /// Qv in place; `mean` holds N lanes of anything.
    #[inline(always)]
    pub(super) fn demean(&self, v: &mut [Lane], mean: &mut [Lane]) {
        if self.effects.has_individual() {
            let share = 1.0 / self.periods as f64;
            mean.fill([0.0; LANES]);
            for period in v.chunks_exact(self.units) {
                for (m, x) in mean.iter_mut().zip(period) {
                    for l in 0..LANES {
                        m[l] += x[l];
                    }
                }
            }
            for period in v.chunks_exact_mut(self.units) {
                for (x, m) in period.iter_mut().zip(mean.iter()) {
                    for l in 0..LANES {
                        x[l] = (-share).mul_add(m[l], x[l]);
                    }
                }
            }
        }
        if self.effects.has_time() {
            let share = 1.0 / self.units as f64;
            for period in v.chunks_exact_mut(self.units) {
                let mut sum = [0.0; LANES];
                for x in period.iter() {
                    for l in 0..LANES {
                        sum[l] += x[l];
                    }
                }
                for x in period {
                    for l in 0..LANES {
                        x[l] = (-share).mul_add(sum[l], x[l]);
                    }
                }
            }
        }
    }

    /// The residuals `e` of `errors`, and a = Q_x'ε; `mean` holds N lanes of anything.
    #[inline(always)]
    pub(super) fn of(&self, errors: &[Lane], a: &mut [Lane], e: &mut [Lane], mean: &mut [Lane]) {
        self.coordinates(errors, a);
        e.copy_from_slice(errors);
        self.demean(e, mean);
        self.subtract(e, a);
    }

    /// Wx of one period.
    #[inline(always)]
    pub(super) fn lag(&self, x: &[Lane], out: &mut [Lane]) {
        for (i, out) in out.iter_mut().enumerate() {
            let mut sum = [0.0; LANES];
            for &(j, w) in &self.entries[self.starts[i]..self.starts[i + 1]] {
                for l in 0..LANES {
                    sum[l] = w.mul_add(x[j][l], sum[l]);
                }
            }
            *out = sum;
        }
    }
}

/// `sum += Σ xy`.
#[inline(always)]
pub(super) fn add_products(x: &[Lane], y: &[Lane], sum: &mut Lane) {
    for (x, y) in x.iter().zip(y) {
        for l in 0..LANES {
            sum[l] = x[l].mul_add(y[l], sum[l]);
        }
    }
}
