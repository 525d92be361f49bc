//! Likelihoods of errors with effects of units, serial and spatial dependence, as the Lagrange
//! multiplier tests of Baltagi and co-authors need them at their nulls.
//!
//! ```text
//! y = Xβ + u,   u = 1 ⊗ μ + ε,   ε_t = λWε_t + v_t,   v_t = ρv_{t−1} + e_t
//! Ω = σ²(φ J ⊗ I + V_ρ ⊗ (B'B)⁻¹),   J = 11',   B = I − λW,   φ = σ²_μ/σ²
//! ```
//!
//! stacked by period; V_ρ has the entries ρ^|t−s|/(1 − ρ²). With θ = (σ², σ²_μ, ρ, λ),
//!
//! ```text
//! D_a = −½ tr(Ω⁻¹Ω_a) + ½ u'Ω⁻¹Ω_aΩ⁻¹u,   I_ab = ½ tr(Ω⁻¹Ω_aΩ⁻¹Ω_b),   LM = D_a²[I⁻¹]_aa
//! ```
//!
//! for the parameter a that is zero under the null, the others at their maximum-likelihood values.
//! β has no covariance with θ.
//!
//! *References*: Baltagi, Song & Koh (2003); Baltagi, Song, Jung & Koh (2007); Baltagi & Li (1995).

use crate::estimator::Problem;
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, Lu, dot, inverse_quadratic, spd_inverse};
use crate::math::optimize::highest;
use crate::weights::Weights;

/// |ρ| is looked for below this.
const MOST_SERIAL: f64 = 0.9995;

/// An orthonormal basis of X beside the least-squares residuals: u = e − Qγ for any γ, and
/// generalised least squares of e on Q has the residuals of y on X, without the size of y.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    weights: &'a Weights,
    periods: usize,
    /// Q's columns, then e.
    columns: Vec<Vec<f64>>,
    /// Z'(T_a ⊗ N_b)Z, T_a ∈ {I, first and last period, G}, N_b ∈ {I, W + W', W'W}.
    products: [[Matrix; 3]; 3],
    /// Σᵢ (a'Zᵢ)(b'Zᵢ)' for a, b of {ends, inside}: ends·ends, ends·inside + inside·ends,
    /// inside·inside.
    sums: [Matrix; 3],
}

/// Errors at a maximum of the likelihood.
#[derive(Debug)]
pub(super) struct Errors {
    /// u, N·T.
    pub u: Vec<f64>,
    /// σ²
    pub sigma2: f64,
    /// φ = σ²_μ/σ²
    pub phi: f64,
    /// ρ
    pub serial: f64,
    /// λ
    pub spatial: f64,
}

impl<'a> Columns<'a> {
    /// Of the pooled regression of `problem`.
    pub(super) fn new(problem: &Problem<'a>, space: &ColumnSpace, e: &[f64]) -> Self {
        let (weights, n, periods) = (problem.weights, problem.n_units(), problem.n_periods());
        let mut columns: Vec<Vec<f64>> =
            (0..space.rank()).map(|j| space.q.col(j).iter().copied().collect()).collect();
        columns.push(e.to_vec());
        let lagged: Vec<Vec<f64>> = columns.iter().map(|c| weights.lag(c)).collect();
        let in_time = |a: usize, v: &[f64], w: &[f64]| -> f64 {
            let period = |t: usize, s: usize| dot(&v[t * n..(t + 1) * n], &w[s * n..(s + 1) * n]);
            match a {
                0 => dot(v, w),
                1 if periods == 1 => period(0, 0),
                1 => period(0, 0) + period(periods - 1, periods - 1),
                _ => (1..periods).map(|t| period(t, t - 1) + period(t - 1, t)).sum(),
            }
        };
        let k = columns.len();
        let product = |a: usize, b: usize| {
            Matrix::from_fn(k, k, |i, j| match b {
                0 => in_time(a, &columns[i], &columns[j]),
                1 => in_time(a, &columns[i], &lagged[j]) + in_time(a, &lagged[i], &columns[j]),
                _ => in_time(a, &lagged[i], &lagged[j]),
            })
        };
        let products = std::array::from_fn(|a| std::array::from_fn(|b| product(a, b)));
        let of_units = |v: &Vec<f64>| -> [Vec<f64>; 2] {
            let mut parts = [vec![0.0; n], vec![0.0; n]];
            for (at, x) in v.iter().enumerate() {
                let end = at < n || at >= (periods - 1) * n;
                parts[usize::from(!end)][at % n] += x;
            }
            parts
        };
        let parts: Vec<[Vec<f64>; 2]> = columns.iter().map(of_units).collect();
        let sums = [
            Matrix::from_fn(k, k, |i, j| dot(&parts[i][0], &parts[j][0])),
            Matrix::from_fn(k, k, |i, j| {
                dot(&parts[i][0], &parts[j][1]) + dot(&parts[i][1], &parts[j][0])
            }),
            Matrix::from_fn(k, k, |i, j| dot(&parts[i][1], &parts[j][1])),
        ];
        Self { weights, periods, columns, products, sums }
    }

    fn n(&self) -> f64 {
        self.columns[0].len() as f64
    }

    fn units(&self) -> f64 {
        self.n() / self.periods as f64
    }

    /// Z'Ω⁻¹Z in units of σ², λ and φ not both other than zero.
    fn moments(&self, phi: f64, serial: f64, spatial: f64) -> Matrix {
        let in_time = [1.0 + serial * serial, -serial * serial, -serial];
        let in_space = [1.0, -spatial, spatial * spatial];
        let k = self.columns.len();
        let share = phi / (1.0 + phi * precision_sum(self.periods, serial));
        // P1 is (1 − ρ) in the first and last period, (1 − ρ)² inside; 1 where T = 1.
        let (end, inside) = (1.0 - serial, (1.0 - serial).powi(2));
        let of_sums = [end * end, end * inside, inside * inside];
        Matrix::from_fn(k, k, |i, j| {
            let mut sum = 0.0;
            for (a, t) in in_time.iter().enumerate() {
                for (b, s) in in_space.iter().enumerate() {
                    sum += t * s * self.products[a][b][(i, j)];
                }
            }
            let of_units: f64 = of_sums.iter().zip(&self.sums).map(|(c, m)| c * m[(i, j)]).sum();
            sum - share * of_units
        })
    }

    /// e'Ω⁻¹e less what Q explains.
    fn ssr(&self, moments: &Matrix) -> Option<f64> {
        let k = self.columns.len() - 1;
        let mut rows: Vec<f64> = (0..k * k).map(|at| moments[(at / k, at % k)]).collect();
        let mut right: Vec<f64> = (0..k).map(|i| moments[(i, k)]).collect();
        Some(moments[(k, k)] - inverse_quadratic(&mut rows, &mut right)?)
    }

    /// The log-likelihood but for a constant, β and σ² concentrated out.
    fn loglik(&self, phi: f64, serial: f64, spatial: f64) -> f64 {
        let Some(ssr) = self.ssr(&self.moments(phi, serial, spatial)) else { return f64::NAN };
        let time =
            (1.0 - serial * serial).ln() - (1.0 + phi * precision_sum(self.periods, serial)).ln();
        let jacobian = if spatial == 0.0 {
            0.0
        } else {
            self.weights.spectrum().map_or(f64::NAN, |s| self.periods as f64 * s.log_det(spatial))
        };
        -0.5 * self.n() * (ssr / self.n()).ln() + 0.5 * self.units() * time + jacobian
    }

    fn errors(&self, phi: f64, serial: f64, spatial: f64) -> Option<Errors> {
        let moments = self.moments(phi, serial, spatial);
        let k = self.columns.len() - 1;
        let inverse = spd_inverse(&Matrix::from_fn(k, k, |i, j| moments[(i, j)]))?;
        let mut u = self.columns[k].clone();
        for i in 0..k {
            let gamma: f64 = (0..k).map(|j| inverse[(i, j)] * moments[(j, k)]).sum();
            u.iter_mut().zip(&self.columns[i]).for_each(|(u, q)| *u -= gamma * q);
        }
        Some(Errors { u, sigma2: self.ssr(&moments)? / self.n(), phi, serial, spatial })
    }

    /// Effects of units, no spatial dependence; with `serial` first-order autocorrelation beside.
    pub(super) fn with_effects(&self, serial: bool) -> Option<Errors> {
        // φ = τ/(1 − τ)
        let of = |tau: f64| tau / (1.0 - tau);
        let at = |rho: f64| highest(|tau| self.loglik(of(tau), rho, 0.0), 0.0, 1.0 - 1e-6);
        let rho = if serial {
            highest(|rho| at(rho).map_or(f64::NAN, |m| m.1), -MOST_SERIAL, MOST_SERIAL)?.0
        } else {
            0.0
        };
        self.errors(of(at(rho)?.0), rho, 0.0)
    }

    /// Spatial dependence, no effects; with `serial` first-order autocorrelation beside.
    pub(super) fn with_spatial(&self, serial: bool) -> Option<Errors> {
        let (low, high) = self.weights.spectrum()?.interval();
        let inside = 1e-6 * (high - low);
        let at =
            |rho: f64| highest(|lambda| self.loglik(0.0, rho, lambda), low + inside, high - inside);
        let rho = if serial {
            highest(|rho| at(rho).map_or(f64::NAN, |m| m.1), -MOST_SERIAL, MOST_SERIAL)?.0
        } else {
            0.0
        };
        self.errors(0.0, rho, at(rho)?.0)
    }
}

/// 1'V_ρ⁻¹1
fn precision_sum(periods: usize, serial: f64) -> f64 {
    if periods == 1 {
        return 1.0 - serial * serial;
    }
    (1.0 - serial) * (2.0 + (periods as f64 - 2.0) * (1.0 - serial))
}

/// V_ρ and its derivative.
fn autoregressive(periods: usize, serial: f64) -> [Matrix; 2] {
    let scale = 1.0 / (1.0 - serial * serial);
    let apart = |t: usize, s: usize| i32::try_from(t.abs_diff(s)).unwrap_or(i32::MAX);
    let value = |t: usize, s: usize| scale * serial.powi(apart(t, s));
    let slope = |t: usize, s: usize| {
        let h = apart(t, s);
        let power = if h == 0 { 0.0 } else { f64::from(h) * serial.powi(h - 1) };
        scale * power + 2.0 * serial * scale * value(t, s)
    };
    [Matrix::from_fn(periods, periods, value), Matrix::from_fn(periods, periods, slope)]
}

/// V_ρ⁻¹
fn precision(periods: usize, serial: f64) -> Matrix {
    Matrix::from_fn(periods, periods, |t, s| match t.abs_diff(s) {
        0 if periods == 1 => 1.0 - serial * serial,
        0 if t == 0 || t == periods - 1 => 1.0,
        0 => 1.0 + serial * serial,
        1 => -serial,
        _ => 0.0,
    })
}

fn trace(a: &Matrix, b: &Matrix) -> f64 {
    (0..a.nrows()).map(|i| (0..a.ncols()).map(|j| a[(i, j)] * b[(j, i)]).sum::<f64>()).sum()
}

/// The root of the test of λ = 0 beside effects and autocorrelation, with the sign of its score:
/// D = ½u'(PVP ⊗ (W + W'))u, P the inverse of φJ + V_ρ, over √(tr(PVPV) tr(WW + W'W)). λ's
/// information is none on the others'.
pub(super) fn spatial_root(weights: &Weights, periods: usize, at: &Errors) -> f64 {
    let n = weights.n();
    let precision = precision(periods, at.serial);
    let of_ones: Vec<f64> =
        (0..periods).map(|t| (0..periods).map(|s| precision[(t, s)]).sum()).collect();
    let share = at.phi / (1.0 + at.phi * of_ones.iter().sum::<f64>());
    let inverse = Matrix::from_fn(periods, periods, |t, s| {
        precision[(t, s)] - share * of_ones[t] * of_ones[s]
    });
    let [v, _] = autoregressive(periods, at.serial);
    let pv = &inverse * &v;
    let pvp = &pv * &inverse;
    let lag = weights.lag(&at.u);
    let mut score = 0.0;
    for t in 0..periods {
        for s in 0..periods {
            let product = dot(&at.u[t * n..(t + 1) * n], &lag[s * n..(s + 1) * n]);
            score += pvp[(t, s)] * product;
        }
    }
    let (ww, wtw) = weights.square_traces();
    score / at.sigma2 / (trace(&pv, &pv) * (ww + wtw)).sqrt()
}

/// The root of the test of σ²_μ = 0 beside spatial dependence, with the sign of its score; with
/// `serial` beside autocorrelation too. `None` where the information is singular.
pub(super) fn effects_root(
    weights: &Weights,
    periods: usize,
    at: &Errors,
    serial: bool,
) -> Option<f64> {
    let (n, lambda) = (weights.n() as f64, at.spatial);
    let [v, slope] = autoregressive(periods, at.serial);
    let p = precision(periods, at.serial);
    let ones = Matrix::from_fn(periods, periods, |_, _| 1.0);
    let (of_scale, of_effects, of_serial) = (&p * &v, &p * &ones, &p * &slope);
    // N: traces of products of I, B'B and B'B·dA, dA the derivative of (B'B)⁻¹.
    let (_, wtw) = weights.square_traces();
    let (filtered, squared) = filter_traces(weights, lambda);
    let spectrum = weights.spectrum()?;
    let (g, gg, gtg) =
        (spectrum.trace_g(lambda), spectrum.trace_gg(lambda), weights.trace_gtg(lambda));
    let in_space = |a: Side, b: Side| match (a, b) {
        (Side::Same, Side::Same) => n,
        (Side::Same, Side::Filter) | (Side::Filter, Side::Same) => filtered,
        (Side::Same, Side::Slope) | (Side::Slope, Side::Same) => 2.0 * g,
        (Side::Filter, Side::Filter) => squared,
        (Side::Filter, Side::Slope) | (Side::Slope, Side::Filter) => -2.0 * lambda * wtw,
        (Side::Slope, Side::Slope) => 2.0 * (gg + gtg),
    };
    // Ω⁻¹Ω_a in units in which σ² = 1: every parameter over σ².
    let mut parts = vec![(&of_effects, Side::Filter), (&of_scale, Side::Same)];
    if serial {
        parts.push((&of_serial, Side::Same));
    }
    parts.push((&of_scale, Side::Slope));
    let k = parts.len();
    let information = Matrix::from_fn(k, k, |i, j| {
        let ((a, x), (b, y)) = (parts[i], parts[j]);
        0.5 * trace(a, b) * in_space(x, y)
    });
    let sum_of_p: f64 = (0..periods).map(|t| of_effects[(t, 0)]).sum();
    let combined: Vec<f64> = (0..weights.n())
        .map(|i| (0..periods).map(|t| of_effects[(t, 0)] * at.u[t * weights.n() + i]).sum())
        .collect();
    let double = filter_transposed(weights, lambda, &filter(weights, lambda, &combined));
    let score = 0.5 * (dot(&double, &double) / at.sigma2 - sum_of_p * filtered);
    Some(score * spd_inverse(&information)?[(0, 0)].sqrt())
}

/// What an operator on units is beside B'B.
#[derive(Clone, Copy)]
enum Side {
    /// B'B(B'B)⁻¹
    Same,
    /// B'B
    Filter,
    /// B'B·d(B'B)⁻¹/dλ
    Slope,
}

fn filter(weights: &Weights, lambda: f64, v: &[f64]) -> Vec<f64> {
    v.iter().zip(weights.lag(v)).map(|(v, w)| v - lambda * w).collect()
}

fn filter_transposed(weights: &Weights, lambda: f64, v: &[f64]) -> Vec<f64> {
    v.iter().zip(weights.lag_transposed(v)).map(|(v, w)| v - lambda * w).collect()
}

/// tr(B'B) and tr(B'BB'B), a unit vector at a time.
fn filter_traces(weights: &Weights, lambda: f64) -> (f64, f64) {
    let n = weights.n();
    let mut unit = vec![0.0; n];
    let (mut once, mut twice) = (0.0, 0.0);
    for i in 0..n {
        unit[i] = 1.0;
        let one = filter(weights, lambda, &unit);
        let two = filter_transposed(weights, lambda, &one);
        once += dot(&one, &one);
        twice += dot(&two, &two);
        unit[i] = 0.0;
    }
    (once, twice)
}

/// The test of ρ = 0 beside effects of units and, with `spatial`, spatial dependence.
#[derive(Debug)]
pub(super) struct Serial<'a> {
    /// Eigenvalues of (B'B)⁻¹ by unit.
    pub values: &'a [f64],
    /// u in its eigenvectors, N·T.
    pub u: &'a [f64],
    /// d(B'B)⁻¹/dλ in its eigenvectors.
    pub slope: Option<&'a Matrix>,
    /// σ²
    pub sigma2: f64,
    /// φ
    pub phi: f64,
}

impl Serial<'_> {
    /// LM, χ²(1); `None` where the information is singular.
    pub(super) fn statistic(&self) -> Option<f64> {
        let n = self.values.len();
        let t = (self.u.len() / n) as f64;
        // In each eigenvector Ω/σ² is bE + aJ/T, and G has these traces with J/T and E.
        let once = 2.0 * (t - 1.0) / t;
        let twice = (4.0 * t - 6.0) / t;
        let parts = if self.slope.is_some() { 4 } else { 3 };
        let mut information = Matrix::zeros(parts, parts);
        let mut score = 0.0;
        for (i, &v) in self.values.iter().enumerate() {
            let (a, b) = (1.0 / (t * self.phi + v), 1.0 / v);
            // Order: ρ, σ², σ²_μ, λ; weights beside I, J, G.
            let gg = a * a * once * once
                + 2.0 * a * b * (twice - once * once)
                + b * b * (2.0 * (t - 1.0) - 2.0 * twice + once * once);
            let plain = a * a + (t - 1.0) * b * b;
            let mixed = (a * a - b * b) * once;
            let c = self.slope.map_or(0.0, |m| m[(i, i)]);
            let rows = [
                [v * v * gg, v * v * mixed, v * t * a * a * once, v * c * mixed],
                [0.0, v * v * plain, v * t * a * a, v * c * plain],
                [0.0, 0.0, t * t * a * a, c * t * a * a],
            ];
            for (r, row) in rows.iter().enumerate() {
                for (s, value) in row.iter().enumerate().take(parts).skip(r) {
                    information[(r, s)] += 0.5 * value;
                }
            }
            let series: Vec<f64> = self.u.iter().skip(i).step_by(n).copied().collect();
            let mean = series.iter().sum::<f64>() / t;
            let weighted: Vec<f64> = series.iter().map(|x| a * mean + b * (x - mean)).collect();
            let products: f64 = weighted.windows(2).map(|w| 2.0 * w[0] * w[1]).sum();
            score += 0.5 * v * (products / self.sigma2 - (a - b) * once);
        }
        if let Some(slope) = self.slope {
            information[(3, 3)] = 0.5 * self.of_spatial(slope, t);
        }
        let all = Matrix::from_fn(parts, parts, |i, j| information[(i.min(j), i.max(j))]);
        Some(score * score * spd_inverse(&all)?[(0, 0)])
    }

    fn of_spatial(&self, slope: &Matrix, t: f64) -> f64 {
        let n = self.values.len();
        let of_mean: Vec<f64> = self.values.iter().map(|v| 1.0 / (t * self.phi + v)).collect();
        let of_rest: Vec<f64> = self.values.iter().map(|v| 1.0 / v).collect();
        let mut sum = 0.0;
        for i in 0..n {
            for j in 0..n {
                let both = of_mean[i] * of_mean[j] + (t - 1.0) * of_rest[i] * of_rest[j];
                sum += slope[(i, j)].powi(2) * both;
            }
        }
        sum
    }
}

/// (B'B)⁻¹ and its derivative (B'B)⁻¹(W'B + B'W)(B'B)⁻¹.
pub(super) fn spatial_covariance(weights: &Weights, lambda: f64) -> [Matrix; 2] {
    let n = weights.n();
    let w = weights.dense();
    let own = |i: usize, j: usize| f64::from(u8::from(i == j));
    let b = Matrix::from_fn(n, n, |i, j| own(i, j) - lambda * w[(i, j)]);
    let inverse = Lu::new(&b).solve(&Matrix::from_fn(n, n, own));
    let covariance = &inverse * inverse.transpose();
    let cross = w.transpose() * &b;
    let middle = Matrix::from_fn(n, n, |i, j| cross[(i, j)] + cross[(j, i)]);
    let slope = &(&covariance * &middle) * &covariance;
    [covariance, slope]
}
