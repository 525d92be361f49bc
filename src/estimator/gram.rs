//! Cross-products of spatially filtered columns as functions of λ.
//!
//! With V = [u, X] and its lag LV, the filtered columns are V − λ·LV and their cross-products
//! A₀ − λA₁ + λ²A₂. Period effects under a W whose row sums differ need one thing more: the
//! filter turns the dummy of a period into c = 1 − λW1, which is then projected out of each
//! period. That takes off B(λ)/c'c, B a polynomial of degree four.

use crate::math::Matrix;
use crate::math::linalg::dot;

/// G(λ) with its first two derivatives, each m × m symmetric.
#[derive(Debug)]
pub struct GramJet {
    /// G
    pub value: Matrix,
    /// G′
    pub first: Matrix,
    /// G″
    pub second: Matrix,
}

/// The cross-products of V − λ·LV, period dummies projected out if asked.
#[derive(Debug)]
pub struct FilteredGram {
    /// Coefficients of λ⁰, λ¹, λ².
    direct: Vec<Matrix>,
    periods: Option<PeriodProjection>,
}

#[derive(Debug)]
struct PeriodProjection {
    /// Coefficients of λ⁰ … λ⁴ of B.
    numerator: Vec<Matrix>,
    /// Coefficients of λ⁰, λ¹, λ² of c'c.
    denominator: [f64; 3],
}

impl FilteredGram {
    /// From columns and their lags, each N·T. `row_sums`: the row sums W1 when period dummies
    /// have to be projected out here, `None` when the columns are already free of effects.
    pub fn new(columns: &[Vec<f64>], lags: &[Vec<f64>], row_sums: Option<&[f64]>) -> Self {
        let m = columns.len();
        let cross =
            |a: &[Vec<f64>], b: &[Vec<f64>]| Matrix::from_fn(m, m, |i, j| dot(&a[i], &b[j]));
        let mixed = cross(columns, lags);
        let direct = vec![
            cross(columns, columns),
            Matrix::from_fn(m, m, |i, j| -(mixed[(i, j)] + mixed[(j, i)])),
            cross(lags, lags),
        ];
        Self { direct, periods: row_sums.map(|s| PeriodProjection::new(columns, lags, s)) }
    }

    /// Number of columns, m.
    pub fn columns(&self) -> usize {
        self.direct[0].ncols()
    }

    /// G, G′, G″ at `lambda`.
    pub fn at(&self, lambda: f64) -> GramJet {
        let [value, first, second] = polynomial(&self.direct, lambda);
        match &self.periods {
            None => GramJet { value, first, second },
            Some(periods) => periods.take_off(GramJet { value, first, second }, lambda),
        }
    }
}

impl PeriodProjection {
    fn new(columns: &[Vec<f64>], lags: &[Vec<f64>], row_sums: &[f64]) -> Self {
        let (n, m) = (row_sums.len(), columns.len());
        let periods = columns[0].len() / n;
        let mut numerator = vec![Matrix::zeros(m, m); 5];
        for t in 0..periods {
            // c'(v − λ·lv) = p − λq + λ²r with c = 1 − λs.
            let parts: Vec<[f64; 3]> = (0..m)
                .map(|j| {
                    let (v, lv) = (&columns[j][t * n..(t + 1) * n], &lags[j][t * n..(t + 1) * n]);
                    let q = dot(row_sums, v) + lv.iter().sum::<f64>();
                    [v.iter().sum(), -q, dot(row_sums, lv)]
                })
                .collect();
            for i in 0..m {
                for j in 0..m {
                    for (a, pa) in parts[i].iter().enumerate() {
                        for (b, pb) in parts[j].iter().enumerate() {
                            numerator[a + b][(i, j)] += pa * pb;
                        }
                    }
                }
            }
        }
        let sum: f64 = row_sums.iter().sum();
        Self { numerator, denominator: [n as f64, -2.0 * sum, dot(row_sums, row_sums)] }
    }

    /// G − B/d with its derivatives.
    fn take_off(&self, g: GramJet, lambda: f64) -> GramJet {
        let [b, b1, b2] = polynomial(&self.numerator, lambda);
        let [d0, d1, d2] = self.denominator;
        let d = d0 + lambda * (d1 + lambda * d2);
        let (dd, ddd) = (d1 + 2.0 * lambda * d2, 2.0 * d2);
        // (1/d)′ = −d′/d², (1/d)″ = 2d′²/d³ − d″/d².
        let (i0, i1) = (1.0 / d, -dd / (d * d));
        let i2 = 2.0 * dd * dd / (d * d * d) - ddd / (d * d);
        let m = b.nrows();
        GramJet {
            value: Matrix::from_fn(m, m, |i, j| g.value[(i, j)] - b[(i, j)] * i0),
            first: Matrix::from_fn(m, m, |i, j| g.first[(i, j)] - b1[(i, j)] * i0 - b[(i, j)] * i1),
            second: Matrix::from_fn(m, m, |i, j| {
                g.second[(i, j)] - b2[(i, j)] * i0 - 2.0 * b1[(i, j)] * i1 - b[(i, j)] * i2
            }),
        }
    }
}

/// A matrix polynomial and its first two derivatives.
fn polynomial(coefficients: &[Matrix], x: f64) -> [Matrix; 3] {
    let m = coefficients[0].nrows();
    let sum = |weight: &dyn Fn(i32) -> f64| {
        let mut total = Matrix::zeros(m, m);
        for (power, c) in (0_i32..).zip(coefficients) {
            let w = weight(power);
            if w != 0.0 {
                for j in 0..m {
                    for i in 0..m {
                        total[(i, j)] += w * c[(i, j)];
                    }
                }
            }
        }
        total
    };
    [
        sum(&|p| x.powi(p)),
        sum(&|p| if p >= 1 { f64::from(p) * x.powi(p - 1) } else { 0.0 }),
        sum(&|p| if p >= 2 { f64::from(p * (p - 1)) * x.powi(p - 2) } else { 0.0 }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two units, two periods; row sums 1 and 0.5.
    fn fixture() -> (Vec<Vec<f64>>, Vec<Vec<f64>>, Vec<f64>) {
        let columns = vec![vec![1.0, 2.0, 0.0, -1.0], vec![0.5, 0.0, 1.0, 3.0]];
        let lags = vec![vec![2.0, 0.5, -1.0, 0.0], vec![0.0, 0.25, 3.0, 0.5]];
        (columns, lags, vec![1.0, 0.5])
    }

    fn brute(columns: &[Vec<f64>], lags: &[Vec<f64>], s: &[f64], lambda: f64) -> Matrix {
        let c: Vec<f64> = s.iter().map(|s| 1.0 - lambda * s).collect();
        let filtered: Vec<Vec<f64>> = columns
            .iter()
            .zip(lags)
            .map(|(v, l)| {
                let mut f: Vec<f64> = v.iter().zip(l).map(|(v, l)| v - lambda * l).collect();
                for period in f.chunks_exact_mut(2) {
                    let share = dot(&c, period) / dot(&c, &c);
                    period.iter_mut().zip(&c).for_each(|(x, c)| *x -= share * c);
                }
                f
            })
            .collect();
        Matrix::from_fn(2, 2, |i, j| dot(&filtered[i], &filtered[j]))
    }

    #[test]
    fn equals_the_products_of_projected_columns_with_their_derivatives() {
        let (columns, lags, s) = fixture();
        let gram = FilteredGram::new(&columns, &lags, Some(&s));
        let (lambda, h) = (0.3, 1e-4);
        let jet = gram.at(lambda);
        let at = |l: f64| brute(&columns, &lags, &s, l);
        let (here, up, down) = (at(lambda), at(lambda + h), at(lambda - h));
        for i in 0..2 {
            for j in 0..2 {
                assert!((jet.value[(i, j)] - here[(i, j)]).abs() < 1e-13);
                let slope = (up[(i, j)] - down[(i, j)]) / (2.0 * h);
                let curve = (up[(i, j)] - 2.0 * here[(i, j)] + down[(i, j)]) / (h * h);
                assert!((jet.first[(i, j)] - slope).abs() < 1e-6);
                assert!((jet.second[(i, j)] - curve).abs() < 1e-5);
            }
        }
    }
}
