//! The spatial parameter of the errors from moments of residuals u, effects removed.
//!
//! With ε(λ) = u − λWu, n' = N(T − 1) for effects of units and NT without:
//!
//! ```text
//! equal variances (Kelejian & Prucha 1999, section 3; in panels Kapoor, Kelejian & Prucha 2007):
//!   ε'ε/n' = σ²,   (Wε)'Wε/n' = σ² tr W'W/N,   ε'Wε/n' = 0;  least squares of the three in (λ, σ²)
//! any variances (Kelejian & Prucha 2010, section 3.1):
//!   ε'(W'W − diag W'W)ε = 0,   ε'Wε = 0
//! ```
//!
//! Each moment is quadratic in λ, and so the objective a polynomial of fourth degree: its minimum is
//! found exactly.
//!
//! *Variance*: of λ ≈ λ₀ + (J'ΩJ)⁻¹J'Ωm, J = −∂m/∂λ, with Ψ = Var m. A moment ε'Aε moves with the
//! errors directly and through the coefficients behind the residuals, δ − δ₀ = L'ε, by a = Lα,
//! α = −Z'(I − λW)'(A + A')ε:
//!
//! ```text
//! equal variances, normal:  ψ_rs = σ⁴ (T or T − 1) tr A_r(A_s + A_s') + σ² a_r'a_s
//! any variances:            ψ_rs = ½ Σ_ij (A_r + A_r')_ij (A_s + A_s')_ij s_ij + a_r'Σa_s
//! ```
//!
//! s_ij = Σ_t e²_it e²_jt without effects (Kelejian & Prucha 2010, equation 13). With effects of units it
//! estimates Σ_ts (E_ts)² σ²_it σ²_js = (1 − 2/T) Σ_t σ²_it σ²_jt + S_iS_j/T², S_i = Σ_t σ²_it, E the
//! within projection, from E(e²_it) = (1 − 2/T)σ²_it + S_i/T²: Σ_t e²_it = (1 − 1/T) S_i in expectation,
//! and errors of two units are independent. Σ is the diagonal of e²_it, times T/(T − 1) with effects.

use super::squares::Squares;
use crate::estimator::{FitError, Problem};
use crate::math::Matrix;
use crate::math::linalg::dot;
use crate::weights::Weights;

/// A polynomial of second degree in λ: constant, slope, square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quadratic(pub [f64; 3]);

impl Quadratic {
    /// Its value.
    pub(super) fn at(&self, at: f64) -> f64 {
        self.0[0] + at * (self.0[1] + at * self.0[2])
    }

    /// Minus its derivative.
    pub(super) fn fall(&self, at: f64) -> f64 {
        -(self.0[1] + 2.0 * self.0[2] * at)
    }
}

/// Moments of residuals with the weights by which their squares are added.
#[derive(Debug)]
pub(super) struct Moments {
    pub(super) all: Vec<Quadratic>,
    pub(super) weights: Matrix,
}

impl Moments {
    /// λ where m'Ωm is smallest inside the interval.
    pub(super) fn minimise(&self, (low, high): (f64, f64)) -> Result<f64, FitError> {
        let mut quartic = [0.0; 5];
        for (i, a) in self.all.iter().enumerate() {
            for (j, b) in self.all.iter().enumerate() {
                for (p, x) in a.0.iter().enumerate() {
                    for (q, y) in b.0.iter().enumerate() {
                        quartic[p + q] += self.weights[(i, j)] * x * y;
                    }
                }
            }
        }
        let value = |at: f64| quartic.iter().rev().fold(0.0, |sum, c| sum * at + c);
        let slope = [quartic[1], 2.0 * quartic[2], 3.0 * quartic[3], 4.0 * quartic[4]];
        let found = roots(&slope, low, high);
        let best = found.into_iter().min_by(|a, b| value(*a).total_cmp(&value(*b)));
        best.ok_or(FitError::NoInteriorMinimum { parameter: "lambda", low, high })
    }
}

/// Where a cubic rises through zero in (low, high): between the points where it turns.
fn roots(c: &[f64; 4], low: f64, high: f64) -> Vec<f64> {
    let value = |x: f64| ((c[3] * x + c[2]) * x + c[1]) * x + c[0];
    // 3c₃x² + 2c₂x + c₁ = 0
    let (a, b) = (3.0 * c[3], 2.0 * c[2]);
    let discriminant = b * b - 4.0 * a * c[1];
    let mut cuts = vec![low, high];
    if discriminant > 0.0 {
        let q = -0.5 * (b + b.signum() * discriminant.sqrt());
        cuts.extend([q / a, c[1] / q].into_iter().filter(|x| *x > low && *x < high));
    }
    cuts.sort_by(f64::total_cmp);
    let mut found = Vec::new();
    for pair in cuts.windows(2) {
        let (mut a, mut b) = (pair[0], pair[1]);
        // A minimum of the objective is where its slope rises through zero.
        if !(value(a) < 0.0 && value(b) > 0.0) {
            continue;
        }
        for _ in 0..200 {
            let middle = 0.5 * (a + b);
            if middle <= a || middle >= b {
                break;
            }
            if value(middle) < 0.0 { a = middle } else { b = middle }
        }
        found.push(0.5 * (a + b));
    }
    found
}

/// How the coefficients behind residuals move with the errors.
#[derive(Debug)]
pub(super) struct Behind<'a> {
    /// Columns of L, δ − δ₀ = L'ε.
    pub(super) influence: &'a [Vec<f64>],
    /// Columns of (I − λW)Z.
    pub(super) filtered: &'a [Vec<f64>],
}

/// The matrices of the moments of a panel.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    weights: &'a Weights,
    squares: Squares,
    diagonal: Vec<f64>,
    units: usize,
    periods: usize,
    /// Whether effects of units are removed.
    within: bool,
}

impl<'a> Ground<'a> {
    pub(super) fn new(problem: &Problem<'a>) -> Self {
        let weights = problem.error_weights;
        let squares = Squares::new(weights);
        let diagonal = squares.diagonal();
        let (units, periods) = (problem.n_units(), problem.n_periods());
        Self { weights, squares, diagonal, units, periods, within: problem.has_effects() }
    }

    /// T, or T − 1 with effects.
    fn free_periods(&self) -> f64 {
        self.periods as f64 - f64::from(u8::from(self.within))
    }

    /// What squares of residuals are multiplied with to be variances: T/(T − 1) with effects of units,
    /// which take 1/T of them.
    pub(super) fn square_factor(&self) -> f64 {
        self.periods as f64 / self.free_periods()
    }

    /// n'
    fn count(&self) -> f64 {
        self.units as f64 * self.free_periods()
    }

    /// ε'ε/n, (Wε)'Wε/n and ε'Wε/n.
    pub(super) fn three(&self, u: &[f64], n: f64) -> Vec<Quadratic> {
        let once = self.weights.lag(u);
        let twice = self.weights.lag(&once);
        let m = |a: f64, b: f64, c: f64| Quadratic([a / n, b / n, c / n]);
        vec![
            m(dot(u, u), -2.0 * dot(u, &once), dot(&once, &once)),
            m(dot(&once, &once), -2.0 * dot(&once, &twice), dot(&twice, &twice)),
            m(dot(u, &once), -dot(u, &twice) - dot(&once, &once), dot(&once, &twice)),
        ]
    }

    /// Of equal variances, σ² solved for: moments less their projection on the column of σ².
    pub(super) fn equal(&self, u: &[f64]) -> Moments {
        let all = self.three(u, self.count());
        let b = self.of_variance();
        let square = dot(&b, &b);
        let weights =
            Matrix::from_fn(3, 3, |i, j| f64::from(u8::from(i == j)) - b[i] * b[j] / square);
        Moments { all, weights }
    }

    /// What σ² is multiplied with in the three moments.
    pub(super) fn of_variance(&self) -> [f64; 3] {
        [1.0, self.squares.trace() / self.units as f64, 0.0]
    }

    /// n/σ⁴ times the covariance of the three moments of n normal errors of variance σ².
    pub(super) fn covariance_of_three(&self) -> [[f64; 3]; 3] {
        let units = self.units as f64;
        let (t1, t2) = (self.squares.trace() / units, self.squares.square_trace() / units);
        let t3 = 2.0 * self.squares.trace_with(self.weights) / units;
        let (ww, _) = self.weights.square_traces();
        let t4 = ww / units + t1;
        [[2.0, 2.0 * t1, 0.0], [2.0 * t1, 2.0 * t2, t3], [0.0, t3, t4]]
    }

    /// The vectors a of the three moments: how they move with the errors through the coefficients.
    pub(super) fn through_coefficients(&self, e: &[f64], behind: &Behind<'_>) -> Vec<Vec<f64>> {
        let lag = self.weights.lag(e);
        let twice = |v: &[f64]| v.iter().map(|x| 2.0 * x).collect::<Vec<f64>>();
        let of = [twice(e), twice(&self.weights.lag_transposed(&lag)), self.both_ways(e)];
        of.iter().map(|v| Self::through(behind, v)).collect()
    }

    /// Of any variances, unweighted.
    pub(super) fn any(&self, u: &[f64]) -> Moments {
        let once = self.weights.lag(u);
        let of = |apply: &dyn Fn(&[f64]) -> Vec<f64>| {
            let (a, b) = (apply(u), apply(&once));
            Quadratic([dot(u, &a), -(dot(u, &b) + dot(&once, &a)), dot(&once, &b)])
        };
        let first = of(&|v: &[f64]| self.hollow(v));
        let second = of(&|v: &[f64]| self.weights.lag(v));
        Moments { all: vec![first, second], weights: Matrix::identity(2, 2) }
    }

    /// (W'W − diag W'W)v
    fn hollow(&self, v: &[f64]) -> Vec<f64> {
        let mut out = self.weights.lag_transposed(&self.weights.lag(v));
        for (at, (o, v)) in out.iter_mut().zip(v).enumerate() {
            *o -= self.diagonal[at % self.units] * v;
        }
        out
    }

    /// (W + W')v
    fn both_ways(&self, v: &[f64]) -> Vec<f64> {
        let (lag, back) = (self.weights.lag(v), self.weights.lag_transposed(v));
        lag.iter().zip(&back).map(|(a, b)| a + b).collect()
    }

    /// a = Lα of a moment ε'Aε, `twice` being (A + A')ε.
    fn through(behind: &Behind<'_>, twice: &[f64]) -> Vec<f64> {
        let mut a = vec![0.0; twice.len()];
        for (l, z) in behind.influence.iter().zip(behind.filtered) {
            let alpha = -dot(z, twice);
            a.iter_mut().zip(l).for_each(|(a, l)| *a += alpha * l);
        }
        a
    }

    /// Var λ of equal variances, and the vector a'ε by which λ moves with the errors through the
    /// coefficients (with those of the moments, N·T).
    pub(super) fn spread_equal(
        &self,
        (moments, lambda): (&Moments, f64),
        (e, sigma2): (&[f64], f64),
        behind: Option<&Behind<'_>>,
    ) -> Option<(f64, Vec<f64>)> {
        let n = self.count();
        let psi = self.covariance_of_three();
        let linear = behind.map_or_else(Vec::new, |behind| self.through_coefficients(e, behind));
        let through = |r: usize, s: usize| {
            if linear.is_empty() { 0.0 } else { dot(&linear[r], &linear[s]) / (n * n) }
        };
        let psi = |r: usize, s: usize| sigma2 * sigma2 * psi[r][s] / n + sigma2 * through(r, s);
        // J'PJ of λ alone, P the projection off the column of σ².
        let fall: Vec<f64> = moments.all.iter().map(|m| m.fall(lambda)).collect();
        let c: Vec<f64> =
            (0..3).map(|r| (0..3).map(|s| moments.weights[(r, s)] * fall[s]).sum()).collect();
        let square = dot(&c, &fall);
        if square <= 0.0 {
            return None;
        }
        let mut variance = 0.0;
        for r in 0..3 {
            for s in 0..3 {
                variance += c[r] * c[s] * psi(r, s);
            }
        }
        let mut moves = vec![0.0; e.len()];
        for (r, a) in linear.iter().enumerate() {
            moves.iter_mut().zip(a).for_each(|(m, a)| *m += c[r] * a / (n * square));
        }
        Some((variance / (square * square), moves))
    }

    /// Ψ of any variances, and the vectors a.
    pub(super) fn spread_any(
        &self,
        e: &[f64],
        behind: Option<&Behind<'_>>,
    ) -> (Matrix, Vec<Vec<f64>>) {
        let products = Products::new(self, e);
        let mut psi = Matrix::zeros(2, 2);
        for (i, j, v) in self.squares.entries().filter(|(i, j, _)| i != j) {
            let s = products.of(i, j);
            psi[(0, 0)] += 2.0 * v * v * s;
            psi[(0, 1)] += 2.0 * v * self.weights.entry(i, j) * s;
        }
        for i in 0..self.units {
            for (j, w) in self.weights.row(i) {
                psi[(1, 1)] += w * (w + self.weights.entry(j, i)) * products.of(i, j);
            }
        }
        psi[(1, 0)] = psi[(0, 1)];
        let Some(behind) = behind else { return (psi, Vec::new()) };
        let twice: Vec<f64> = self.hollow(e).iter().map(|v| 2.0 * v).collect();
        let linear: Vec<Vec<f64>> =
            [twice, self.both_ways(e)].iter().map(|v| Self::through(behind, v)).collect();
        for r in 0..2 {
            for s in 0..2 {
                let terms = linear[r].iter().zip(&linear[s]).zip(e);
                let sum: f64 = terms.map(|((a, b), e)| a * b * e * e).sum();
                psi[(r, s)] += self.square_factor() * sum;
            }
        }
        (psi, linear)
    }
}

/// s_ij
struct Products<'a> {
    e: &'a [f64],
    units: usize,
    periods: usize,
    /// S_i with effects of units.
    sums: Option<Vec<f64>>,
}

impl<'a> Products<'a> {
    fn new(ground: &Ground<'_>, e: &'a [f64]) -> Self {
        let (units, periods) = (ground.units, ground.periods);
        let t = periods as f64;
        let sum = |i: usize| e.iter().skip(i).step_by(units).map(|e| e * e).sum::<f64>();
        let sums = ground.within.then(|| (0..units).map(|i| sum(i) * t / (t - 1.0)).collect());
        Self { e, units, periods, sums }
    }

    fn of(&self, i: usize, j: usize) -> f64 {
        let at = |i: usize, t: usize| self.e[t * self.units + i];
        let raw: f64 = (0..self.periods).map(|t| (at(i, t) * at(j, t)).powi(2)).sum();
        let Some(sums) = &self.sums else { return raw };
        let (t, both) = (self.periods as f64, sums[i] * sums[j]);
        let share = 1.0 - 2.0 / t;
        if share <= 0.0 {
            return both / (t * t);
        }
        let own = (raw - both * (2.0 * share / (t * t) + 1.0 / t.powi(3))) / (share * share);
        share * own + both / (t * t)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minima_are_where_the_slope_rises_through_zero() {
        // (λ − 0.2)² and (λ − 0.2)²(λ + 0.5)² + small slope.
        let moments =
            |all: Vec<Quadratic>| Moments { weights: Matrix::identity(all.len(), all.len()), all };
        let one = moments(vec![Quadratic([-0.2, 1.0, 0.0])]);
        assert!((one.minimise((-1.0, 1.0)).expect("a minimum") - 0.2).abs() < 1e-15);
        // m = (λ − 0.2)(λ + 0.5) has two zeros; the one that a second moment agrees with is taken.
        let two = moments(vec![Quadratic([-0.1, 0.3, 1.0]), Quadratic([-0.02, 0.1, 0.0])]);
        assert!((two.minimise((-1.0, 1.0)).expect("a minimum") - 0.2).abs() < 1e-12);
        assert!(one.minimise((0.5, 1.0)).is_err());
    }
}
