//! A variable and the weights among the units that have neighbours.

use crate::math::linalg::dot;
use crate::outcome::{Failure, FailureKind};
use crate::weights::Weights;

/// The weights among the units that have neighbours. A unit without (an island) has no value of any
/// statistic here, no p-value, and no place among those that are permuted or counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Their positions among all units, rising.
    pub kept: Vec<usize>,
    /// Their weights, by place among those kept, columns rising.
    pub rows: Vec<Vec<(usize, f64)>>,
    /// Sums of rows.
    pub row_sums: Vec<f64>,
    /// Sums of rows and columns, r + c.
    pub degrees: Vec<f64>,
    /// S₀ = Σw.
    pub s0: f64,
    /// S₁ = ½Σ(w_ij + w_ji)².
    pub s1: f64,
    /// S₂ = Σ(r_i + c_i)².
    pub s2: f64,
}

impl Layout {
    /// Of `weights`. Where links go one way, units whose every neighbour is an island are islands too.
    pub fn of(weights: &Weights) -> Self {
        let n = weights.n();
        let mut inside = vec![true; n];
        loop {
            let alone = |i: &usize| inside[*i] && !weights.row(*i).any(|(j, _)| inside[j]);
            let left: Vec<usize> = (0..n).filter(alone).collect();
            if left.is_empty() {
                break;
            }
            left.into_iter().for_each(|i| inside[i] = false);
        }
        let kept: Vec<usize> = (0..n).filter(|&i| inside[i]).collect();
        let mut place = vec![None; n];
        for (new, &old) in kept.iter().enumerate() {
            place[old] = Some(new);
        }
        let rows: Vec<Vec<(usize, f64)>> = kept
            .iter()
            .map(|&i| weights.row(i).filter_map(|(j, w)| Some((place[j]?, w))).collect())
            .collect();
        Self::with(kept, rows)
    }

    fn with(kept: Vec<usize>, rows: Vec<Vec<(usize, f64)>>) -> Self {
        let row_sums: Vec<f64> = rows.iter().map(|row| row.iter().map(|&(_, w)| w).sum()).collect();
        let mut degrees = row_sums.clone();
        let (mut squares, mut crossed) = (0.0, 0.0);
        for (i, row) in rows.iter().enumerate() {
            for &(j, w) in row {
                degrees[j] += w;
                squares += w * w;
                let back = rows[j].binary_search_by_key(&i, |&(c, _)| c);
                crossed += back.map_or(0.0, |at| w * rows[j][at].1);
            }
        }
        let s0 = row_sums.iter().sum();
        let s2 = degrees.iter().map(|d| d * d).sum();
        Self { kept, rows, row_sums, degrees, s0, s1: squares + crossed, s2 }
    }

    /// Number of units that enter.
    pub fn n(&self) -> usize {
        self.kept.len()
    }

    /// Σ_j w_ij v_j of each.
    pub fn lag(&self, v: &[f64]) -> Vec<f64> {
        let sum = |row: &Vec<(usize, f64)>| row.iter().map(|&(j, w)| w * v[j]).sum();
        self.rows.iter().map(sum).collect()
    }

    /// Σ_i w_ij v_i of each: what W' makes of it.
    pub fn lag_transposed(&self, v: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.n()];
        for (row, v) in self.rows.iter().zip(v) {
            for &(j, w) in row {
                out[j] += w * v;
            }
        }
        out
    }

    /// z'Wz.
    pub fn cross(&self, z: &[f64]) -> f64 {
        dot(z, &self.lag(z))
    }
}

/// A variable over the units that have neighbours.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// As it is.
    pub values: Vec<f64>,
    /// Its mean.
    pub mean: f64,
    /// Less its mean.
    pub centred: Vec<f64>,
    /// Σ(x − x̄)².
    pub square: f64,
}

impl Variable {
    /// Of `values`, in the order of the weights' units. An error where there is nothing to compare:
    /// fewer than four units with neighbours, or a variable that does not vary among them.
    pub fn of(layout: &Layout, values: &[f64], when: &str) -> Result<Self, Failure> {
        let bad = |reason| Err(Failure { kind: FailureKind::BadData, reason });
        let n = layout.n();
        if n < 4 {
            return bad(format!("Moran's I needs four units with neighbours, there are {n}"));
        }
        let values: Vec<f64> = layout.kept.iter().map(|&i| values[i]).collect();
        let mean = values.iter().sum::<f64>() / n as f64;
        let centred: Vec<f64> = values.iter().map(|v| v - mean).collect();
        let square = dot(&centred, &centred);
        if square <= 1e-24 * dot(&values, &values) {
            return bad(format!("the variable does not vary{when}"));
        }
        Ok(Self { values, mean, centred, square })
    }

    /// Number of units.
    pub fn n(&self) -> f64 {
        self.values.len() as f64
    }

    /// z: centred, divided by the standard deviation with divisor n.
    pub fn standardised(&self) -> Vec<f64> {
        let deviation = (self.square / self.n()).sqrt();
        self.centred.iter().map(|v| v / deviation).collect()
    }

    /// Σ_{i≠j} x_i x_j.
    pub fn products(&self) -> f64 {
        let sum: f64 = self.values.iter().sum();
        sum * sum - dot(&self.values, &self.values)
    }

    /// Σ(x − x̄)^k.
    pub fn moment(&self, k: i32) -> f64 {
        self.centred.iter().map(|v| v.powi(k)).sum()
    }

    /// n Σ(x − x̄)⁴/(Σ(x − x̄)²)².
    pub fn kurtosis(&self) -> f64 {
        self.n() * self.moment(4) / (self.square * self.square)
    }
}
