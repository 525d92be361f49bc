//! Means of units in the eigenbasis of a symmetric W, where effects do not spill over.
//!
//! With b = 1 − λω and D = 1 + sb², s = exp(v) − 1 and d = exp(v),
//!
//! ```text
//! κ = b²/D       κ_b = 2b/D²   κ_bb = (2D − 8sb²)/D³   κ_s = −b⁴/D²   κ_bs = −4b³/D³   κ_ss = 2b⁶/D³
//! ln D           b: 2sb/D      bb: 2s/D − 4s²b²/D²     s: b²/D        bs: 2b/D²        ss: −b⁴/D²
//! ```
//!
//! and ∂b/∂λ = −ω, ∂s/∂v = ∂²s/∂v² = d.

use super::columns::{Eigenbasis, Split};
use super::filled;
use super::surface::Square;
use super::tile::Shape;
use crate::math::lanes::{LANES, Lane, ln};

/// What of the means of units is the same in every replicate.
#[derive(Debug)]
pub(super) struct Apart {
    /// All eigenvalues: those of C.
    all: Vec<f64>,
    coordinates: Vec<Coordinate>,
}

#[derive(Debug)]
struct Coordinate {
    /// ω
    value: f64,
    /// From innovations to u.
    scale: f64,
    /// ω/(1 − ρ̂ω)
    gain: f64,
    /// That of the mean of the lag.
    mean: f64,
    /// Those of the regressors.
    x: Vec<f64>,
}

/// Weights of a coordinate, with derivatives.
struct Weight {
    value: Lane,
    /// In λ, v, λλ, λv, vv.
    slopes: [Lane; 5],
}

/// ln|C| with its derivatives in λ, v, λλ, λv, vv.
pub(super) struct LogDet {
    pub(super) value: Lane,
    pub(super) slopes: [Lane; 5],
}

/// λ, s and 1 + s.
pub(super) type Spread<'a> = (&'a Lane, &'a Lane, &'a Lane);

impl Apart {
    /// κ
    pub(super) fn weight(lambda: f64, v: f64, eigenvalue: f64) -> f64 {
        let b = 1.0 - lambda * eigenvalue;
        b * b / (1.0 + v.exp_m1() * b * b)
    }

    pub(super) fn new(
        shape: Shape,
        [rho, lambda, v]: [f64; 3],
        (basis, all): (Eigenbasis, Vec<f64>),
        columns: &[Split],
    ) -> Self {
        let coordinate = |(i, &value): (usize, &f64)| Coordinate {
            value,
            scale: 1.0 / Self::weight(lambda, v, value).sqrt(),
            gain: if shape.lag == 1 { value / (1.0 - rho * value) } else { 0.0 },
            mean: if shape.lag == 1 { columns[shape.k].between[1][i] } else { 0.0 },
            x: columns[..shape.k].iter().map(|c| c.between[1][i]).collect(),
        };
        Self { all, coordinates: basis.values.iter().enumerate().map(coordinate).collect() }
    }

    /// Of one coordinate: u, and what ρ takes off it.
    #[inline(always)]
    fn errors(of: &Coordinate, innovation: &Lane) -> (Lane, Lane) {
        let (mut u, mut lag) = ([0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            u[l] = of.scale * innovation[l];
            lag[l] = of.gain.mul_add(u[l], of.mean);
        }
        (u, lag)
    }

    /// Adds κxx' to M, lower triangle row by row, and κx(u − θ lag) to b.
    #[inline(always)]
    pub(super) fn add_system(
        &self,
        linear: &[Lane],
        (theta, (lambda, s, d)): (&Lane, Spread<'_>),
        (m, b): (&mut [Lane], &mut [Lane]),
    ) {
        for (of, innovation) in self.coordinates.iter().zip(linear) {
            let (u, lag) = Self::errors(of, innovation);
            let weight = Weight::of(of.value, (lambda, s, d)).value;
            let mut at = 0;
            for (i, x) in of.x.iter().enumerate() {
                let mut own = [0.0; LANES];
                for l in 0..LANES {
                    own[l] = weight[l] * x;
                    b[i][l] = own[l].mul_add((-theta[l]).mul_add(lag[l], u[l]), b[i][l]);
                }
                for other in &of.x[..=i] {
                    for l in 0..LANES {
                        m[at][l] = own[l].mul_add(*other, m[at][l]);
                    }
                    at += 1;
                }
            }
        }
    }

    /// Adds the squares of errors at γ with their derivatives, and Xs' weighted errors to those of
    /// ρ, λ and v.
    #[inline(always)]
    pub(super) fn add_squares(
        &self,
        linear: &[Lane],
        (theta, at): (&Lane, Spread<'_>),
        gamma: &[Lane],
        (square, g): (&mut Square, &mut [Lane]),
    ) {
        let k = gamma.len();
        for (of, innovation) in self.coordinates.iter().zip(linear) {
            let (u, lag) = Self::errors(of, innovation);
            let mut e = [0.0; LANES];
            for l in 0..LANES {
                e[l] = (-theta[l]).mul_add(lag[l], u[l]);
            }
            for (gamma, x) in gamma.iter().zip(&of.x) {
                for l in 0..LANES {
                    e[l] = (-gamma[l]).mul_add(*x, e[l]);
                }
            }
            let w = Weight::of(of.value, at);
            let [by_l, by_v, by_ll, by_lv, by_vv] = &w.slopes;
            let mut on = [[0.0; LANES]; 3];
            for l in 0..LANES {
                let (ee, el) = (e[l] * e[l], -2.0 * e[l] * lag[l]);
                square.value[l] = w.value[l].mul_add(ee, square.value[l]);
                let first = &mut square.first;
                first[0][l] = w.value[l].mul_add(el, first[0][l]);
                first[1][l] = by_l[l].mul_add(ee, first[1][l]);
                first[2][l] = by_v[l].mul_add(ee, first[2][l]);
                let second = &mut square.second;
                second[0][l] = (2.0 * w.value[l] * lag[l]).mul_add(lag[l], second[0][l]);
                second[1][l] = by_l[l].mul_add(el, second[1][l]);
                second[2][l] = by_v[l].mul_add(el, second[2][l]);
                second[3][l] = by_ll[l].mul_add(ee, second[3][l]);
                second[4][l] = by_lv[l].mul_add(ee, second[4][l]);
                second[5][l] = by_vv[l].mul_add(ee, second[5][l]);
                on[0][l] = -w.value[l] * lag[l];
                on[1][l] = by_l[l] * e[l];
                on[2][l] = by_v[l] * e[l];
            }
            for (p, on) in on.iter().enumerate() {
                for (x, g) in of.x.iter().zip(&mut g[p * k..(p + 1) * k]) {
                    for l in 0..LANES {
                        g[l] = on[l].mul_add(*x, g[l]);
                    }
                }
            }
        }
    }

    /// What the scan has of means: b² in the place of κ, at one λ for all replicates; X'(u) and
    /// X'(lag), and the squares of both.
    #[inline(always)]
    pub(super) fn at_scan(
        &self,
        linear: &[Lane],
        lambda: f64,
        (of_error, of_lag): (&mut [Lane], &mut [Lane]),
    ) -> [Lane; 3] {
        let mut squares = [[0.0; LANES]; 3];
        for (of, innovation) in self.coordinates.iter().zip(linear) {
            let (u, lag) = Self::errors(of, innovation);
            let b = 1.0 - lambda * of.value;
            for l in 0..LANES {
                let (wu, wl) = (b * b * u[l], b * b * lag[l]);
                squares[0][l] = wu.mul_add(u[l], squares[0][l]);
                squares[1][l] = wu.mul_add(lag[l], squares[1][l]);
                squares[2][l] = wl.mul_add(lag[l], squares[2][l]);
            }
            for (i, x) in of.x.iter().enumerate() {
                for l in 0..LANES {
                    of_error[i][l] = (b * b * x).mul_add(u[l], of_error[i][l]);
                    of_lag[i][l] = (b * b * x).mul_add(lag[l], of_lag[i][l]);
                }
            }
        }
        squares
    }

    /// M of the scan between units, entry (i, j).
    pub(super) fn system_of_scan(&self, lambda: f64, (i, j): (usize, usize)) -> f64 {
        let of = |c: &Coordinate| (1.0 - lambda * c.value).powi(2) * c.x[i] * c.x[j];
        self.coordinates.iter().map(of).sum()
    }

    /// ln|C|
    #[inline(always)]
    pub(super) fn log_det(&self, (lambda, s, d): Spread<'_>) -> LogDet {
        let mut out = LogDet { value: [0.0; LANES], slopes: [[0.0; LANES]; 5] };
        for &w in &self.all {
            let mut size = filled(1.0);
            for l in 0..LANES {
                let b = (-lambda[l]).mul_add(w, 1.0);
                let (bb, s, d) = (b * b, s[l], d[l]);
                size[l] = s.mul_add(bb, 1.0);
                let inverse = 1.0 / size[l];
                let (share, by_b) = (bb * inverse, 2.0 * s * b * inverse);
                out.slopes[0][l] -= w * by_b;
                out.slopes[1][l] += d * share;
                out.slopes[2][l] += w * w * (2.0 * s * inverse - by_b * by_b);
                out.slopes[3][l] -= w * d * 2.0 * b * inverse * inverse;
                out.slopes[4][l] += d * share * (1.0 - d * share);
            }
            let log = ln(&size);
            for l in 0..LANES {
                out.value[l] += log[l];
            }
        }
        out
    }
}

impl Weight {
    #[inline(always)]
    fn of(eigenvalue: f64, (lambda, s, d): Spread<'_>) -> Self {
        let mut out = Self { value: [0.0; LANES], slopes: [[0.0; LANES]; 5] };
        let w = eigenvalue;
        for l in 0..LANES {
            let b = (-lambda[l]).mul_add(w, 1.0);
            let (bb, s, d) = (b * b, s[l], d[l]);
            let size = s.mul_add(bb, 1.0);
            let inverse = 1.0 / size;
            let share = bb * inverse;
            let (square, cube) = (inverse * inverse, inverse * inverse * inverse);
            out.value[l] = share;
            out.slopes[0][l] = -w * 2.0 * b * square;
            out.slopes[1][l] = -d * share * share;
            out.slopes[2][l] = w * w * (2.0 * size - 8.0 * s * bb) * cube;
            out.slopes[3][l] = 4.0 * w * d * b * bb * cube;
            out.slopes[4][l] = d * share * share * (2.0 * d * share - 1.0);
        }
        out
    }
}
