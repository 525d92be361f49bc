//! Estimates, standard errors and effects at the maximum.
//!
//! With V the covariance of (ρ, λ) that the information leaves once the coefficients and σ² are
//! eliminated, h = R⁻¹M⁻¹X'g, d_ρ = (h, −1, 0, 2σ²T tr G/n) and d_λ = (0, 0, −1, 2σ²T tr H/n) in
//! (β, ρ, λ, σ²), the covariance is that of generalised least squares, σ²R⁻¹M⁻¹R⁻ᵀ, and 2σ⁴/n on
//! its diagonal blocks, plus Σ V_pq d_p d_q'.

use super::functions::{FIRST, power_of_lambda, power_of_rho};
use super::{Room, Sac};
use crate::estimator::batch::determinants::level;
use crate::estimator::batch::factor::{backward, forward, of_rows};
use crate::estimator::batch::slm::triangular;
use crate::estimator::batch::{TileEstimates, TileMultipliers, TileSpread, of_lag};
use crate::math::lanes::{LANES, Lane};
use crate::model::Impact;

/// Where V_ρρ, V_ρλ and V_λλ stand.
const RR: usize = 0;
const RL: usize = 1;
const LL: usize = 2;

impl Sac {
    /// Everything at (ρ, λ), where `room` has the factor of M and γ.
    #[inline(always)]
    pub(super) fn estimates_at(
        &self,
        (at, ssr): (&[Lane; 2], &Lane),
        room: &mut Room<'_>,
        out: &mut TileEstimates<'_>,
    ) {
        let (k, n) = (self.k, self.observations);
        let (mut theta, mut phi, mut sigma2) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for l in 0..LANES {
            theta[l] = at[0][l] - self.fit[0];
            phi[l] = at[1][l] - self.fit[1];
            sigma2[l] = ssr[l] / n;
        }
        for j in 0..k {
            for l in 0..LANES {
                room.gamma[j][l] += (-theta[l]).mul_add(self.c0[j], self.start[j]);
            }
        }
        for i in 0..2 {
            self.panels[i].evaluate(&at[i], room.polynomials[i], room.functions[i]);
        }
        let levels = self.as_they_are(at, room);
        let positive = self.variance((&phi, &sigma2), &levels, room);
        triangular(&self.r_inverse, room.gamma, &mut out.values[..k]);
        triangular(&self.r_inverse, room.cross, room.h);
        self.half_inverse(0..k, room);
        for j in 0..k {
            let own = self.of_least_squares((j, j), room.rows, &sigma2);
            for l in 0..LANES {
                let h = room.h[j][l];
                out.std_errors[j][l] = (room.variance[RR][l] * h).mul_add(h, own[l]).sqrt();
            }
        }
        for l in 0..LANES {
            let [a, b] = self.on_variance(sigma2[l], room, l);
            let v = |at: usize| room.variance[at][l];
            let of_sigma2 = a * a * v(RR) + 2.0 * a * b * v(RL) + b * b * v(LL);
            out.values[k][l] = at[0][l];
            out.values[k + 1][l] = at[1][l];
            out.values[k + 2][l] = sigma2[l];
            out.std_errors[k][l] = v(RR).sqrt();
            out.std_errors[k + 1][l] = v(LL).sqrt();
            out.std_errors[k + 2][l] = (of_sigma2 + 2.0 * sigma2[l] * sigma2[l] / n).sqrt();
            out.solved[l] &= positive[l];
        }
        self.effects((&at[0], &sigma2), room, out);
    }

    /// Makes functions of level ones; 1/s(λ).
    #[inline(always)]
    fn as_they_are(&self, at: &[Lane; 2], room: &mut Room<'_>) -> Lane {
        let mut inverse = [[0.0; LANES]; 2];
        for i in 0..2 {
            for l in 0..LANES {
                inverse[i][l] = 1.0 / level(at[i][l], self.intervals[i]);
            }
        }
        let scale = |function: &mut Lane, s: &Lane, power: u8| {
            for l in 0..LANES {
                function[l] *= if power == 1 { s[l] } else { s[l] * s[l] };
            }
        };
        for (f, function) in room.functions[0].iter_mut().enumerate() {
            scale(function, &inverse[0], power_of_rho(f, (self.k, self.points)));
        }
        for (f, function) in room.functions[1].iter_mut().enumerate() {
            scale(function, &inverse[1], power_of_lambda(f));
        }
        inverse[1]
    }

    /// V and, in `cross`, M⁻¹X'g; whether V is positive definite.
    #[inline(always)]
    fn variance(
        &self,
        (phi, sigma2): (&Lane, &Lane),
        inverse_level: &Lane,
        room: &mut Room<'_>,
    ) -> [bool; LANES] {
        let (k, n, t) = (self.k, self.observations, self.periods);
        let (of_rho, of_lambda) = (&*room.functions[0], &*room.functions[1]);
        let mut square = mean_square(k, phi, room.gamma, &of_rho[FIRST..], room.cross);
        forward(room.factor, room.cross);
        for c in room.cross.iter() {
            for l in 0..LANES {
                square[l] = (-c[l]).mul_add(c[l], square[l]);
            }
        }
        backward(room.factor, room.cross);
        let series = &of_rho[FIRST + 3 * k * k + 3 * k * (k + 1) / 2..];
        let mixed = Self::series(&series[..self.points], room.polynomials[1]);
        // One matrix: tr(ĜĜ + Ĝ'Ĝ) = tr(GG + G'G).
        let lag = if self.own_error_weights {
            Self::series(&series[self.points..2 * self.points], room.polynomials[1])
        } else {
            of_rho[2]
        };
        let mut positive = [false; LANES];
        for l in 0..LANES {
            let (g, h) = (t * of_rho[0][l], t * of_lambda[0][l]);
            let s = inverse_level[l];
            let of_lag = if self.own_error_weights { s * s * lag[l] } else { lag[l] };
            let rr = square[l] / sigma2[l] + t * of_lag - 2.0 * g * g / n;
            let rl = t * s * mixed[l] - 2.0 * g * h / n;
            let ll = t * of_lambda[2][l] - 2.0 * h * h / n;
            let determinant = rr * ll - rl * rl;
            positive[l] = rr > 0.0 && determinant > 0.0;
            room.variance[RR][l] = ll / determinant;
            room.variance[RL][l] = -rl / determinant;
            room.variance[LL][l] = rr / determinant;
        }
        positive
    }

    /// Σ_m c_m T_m at each lane's λ.
    #[inline(always)]
    fn series(coefficients: &[Lane], polynomials: &[Lane]) -> Lane {
        let mut sum = [0.0; LANES];
        for (c, p) in coefficients.iter().zip(polynomials) {
            for l in 0..LANES {
                sum[l] = c[l].mul_add(p[l], sum[l]);
            }
        }
        sum
    }

    /// The entries of d_ρ and d_λ for σ².
    #[inline(always)]
    fn on_variance(&self, sigma2: f64, room: &Room<'_>, l: usize) -> [f64; 2] {
        [0, 1].map(|i| 2.0 * sigma2 * self.periods * room.functions[i][0][l] / self.observations)
    }

    /// L⁻¹r_j for these coefficients, r_j the row of R⁻¹.
    #[inline(always)]
    fn half_inverse(&self, coefficients: impl Iterator<Item = usize>, room: &mut Room<'_>) {
        let k = self.k;
        for j in coefficients {
            let row = &mut room.rows[j * k..(j + 1) * k];
            for i in 0..k {
                row[i] = [self.r_inverse[j * k + i]; LANES];
            }
            forward(room.factor, row);
        }
    }

    /// The covariance of two coefficients in generalised least squares, from those rows.
    #[inline(always)]
    fn of_least_squares(&self, (i, j): (usize, usize), rows: &[Lane], sigma2: &Lane) -> Lane {
        of_rows((&rows[i * self.k..], &rows[j * self.k..]), self.k, sigma2)
    }

    #[inline(always)]
    fn multipliers(&self, rho: &Lane, room: &Room<'_>) -> TileMultipliers {
        of_lag(rho, &*room.functions[0], (self.units, self.row_sum, false))
    }

    /// Direct, indirect and total effects with their delta-method standard errors.
    #[inline(always)]
    fn effects(&self, (rho, sigma2): (&Lane, &Lane), room: &Room<'_>, out: &mut TileEstimates<'_>) {
        let multipliers = self.multipliers(rho, room);
        let mut at = self.k + 3;
        for impact in Impact::ALL {
            let (own, of_neighbours) = multipliers.get(impact);
            for place in &self.places {
                let (mut value, mut square, mut along) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
                let parts = [(place.own, &own), (place.of_neighbours, &of_neighbours)];
                for (i, m) in parts {
                    let Some(i) = i else { continue };
                    for l in 0..LANES {
                        let b = out.values[i][l];
                        value[l] = b.mul_add(m[0][l], value[l]);
                        along[l] += (-m[0][l]).mul_add(room.h[i][l], b * m[1][l]);
                    }
                    for (j, other) in parts {
                        let Some(j) = j else { continue };
                        let entry = self.of_least_squares((i, j), room.rows, sigma2);
                        for l in 0..LANES {
                            square[l] = (m[0][l] * other[0][l]).mul_add(entry[l], square[l]);
                        }
                    }
                }
                for l in 0..LANES {
                    let of_rho = room.variance[RR][l] * along[l];
                    out.values[at][l] = value[l];
                    out.std_errors[at][l] = of_rho.mul_add(along[l], square[l]).max(0.0).sqrt();
                }
                at += 1;
            }
        }
    }

    #[inline(always)]
    pub(super) fn spread_of(
        &self,
        positions: &[usize],
        room: &mut Room<'_>,
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let (k, m) = (self.k, positions.len());
        let sigma2 = &found.values[k + 2];
        let along = |at: usize, l: usize| -> [f64; 2] {
            match at {
                j if j < k => [room.h[j][l], 0.0],
                j if j == k => [-1.0, 0.0],
                j if j == k + 1 => [0.0, -1.0],
                _ => self.on_variance(sigma2[l], room, l),
            }
        };
        for (a, &i) in positions.iter().enumerate() {
            for (b, &j) in positions.iter().enumerate() {
                let base = match (i < k, j < k) {
                    (true, true) => self.of_least_squares((i, j), room.rows, sigma2),
                    _ if i == j && i == k + 2 => sigma2.map(|s| 2.0 * s * s / self.observations),
                    _ => [0.0; LANES],
                };
                let entry = &mut out.covariance[a * m + b];
                for l in 0..LANES {
                    let ([x, y], [z, w]) = (along(i, l), along(j, l));
                    let v = |at: usize| room.variance[at][l];
                    entry[l] = base[l] + x * z * v(RR) + (x * w + y * z) * v(RL) + y * w * v(LL);
                }
            }
        }
        out.multipliers = Some(self.multipliers(&found.values[k], room));
    }
}

/// g'g, and `cross` = X'g, at γ: functions by powers of φ.
#[inline(always)]
fn mean_square(
    k: usize,
    phi: &Lane,
    gamma: &[Lane],
    functions: &[Lane],
    cross: &mut [Lane],
) -> Lane {
    let at = |i: usize, of: &[Lane], size: usize| {
        super::polynomial([&of[i], &of[size + i], &of[2 * size + i]], phi)
    };
    for i in 0..k {
        let mut sum = [0.0; LANES];
        for j in 0..k {
            let entry = at(i * k + j, functions, k * k);
            for l in 0..LANES {
                sum[l] = entry[l].mul_add(gamma[j][l], sum[l]);
            }
        }
        cross[i] = sum;
    }
    let (half, functions) = (k * (k + 1) / 2, &functions[3 * k * k..]);
    let mut square = [0.0; LANES];
    let mut from = 0;
    for i in 0..k {
        let mut sum = [0.0; LANES];
        for gamma in &gamma[i..] {
            let entry = at(from, functions, half);
            for l in 0..LANES {
                sum[l] = entry[l].mul_add(gamma[l], sum[l]);
            }
            from += 1;
        }
        for l in 0..LANES {
            square[l] = gamma[i][l].mul_add(sum[l], square[l]);
        }
    }
    square
}
