//! Estimates, standard errors and effects at the maximum.
//!
//! With V the inverse of minus the second derivatives in (ρ, λ, v) once the coefficients and σ² are
//! concentrated out, h_p = R⁻¹(M⁻¹r_p − [p = ρ]c₀) and d_p = (h_p, 1 for p itself, q_p/n) in (β, p, σ²),
//! the inverse of the observed information is that of generalised least squares, σ²R⁻¹M⁻¹R⁻ᵀ, and
//! 2σ⁴/n on its diagonal blocks, plus Σ V_pr d_p d_r'. φ moves with v as exp(v)/T.

use super::surface::{Jets, SECOND};
use super::{Random, Room};
use crate::estimator::batch::factor::{backward, forward, of_rows};
use crate::estimator::batch::slm::triangular;
use crate::estimator::batch::{TileEstimates, TileMultipliers, TileSpread, of_lag};
use crate::math::lanes::{LANES, Lane};
use crate::model::Impact;

/// Lanes that a tile leaves for [`spread_of`](Random::spread_of) beside the room: V, q_p/n, dφ/dv.
pub(super) const LEFT: usize = 6 + 3 + 1;

impl Random {
    /// Where the estimates after the coefficients stand: ρ and λ where there are such, φ, σ².
    #[inline(always)]
    fn positions(&self) -> [Option<usize>; 4] {
        let k = self.shape.k;
        let lag = (self.shape.lag == 1).then_some(k);
        let error = (self.shape.error == 1).then_some(k + self.shape.lag);
        let phi = k + self.shape.lag + self.shape.error;
        [lag, error, Some(phi), Some(phi + 1)]
    }

    pub(super) fn first_effect(&self) -> usize {
        self.shape.k + self.shape.lag + self.shape.error + 2
    }

    /// Everything at the maximum, where `room` has the factor of M, γ and L⁻¹r.
    #[inline(always)]
    pub(super) fn estimates_at(
        &self,
        (at, jets): (&[Lane; 3], &Jets),
        room: &mut Room<'_>,
        out: &mut TileEstimates<'_>,
    ) {
        let (k, n, t) = (self.shape.k, self.observations, self.periods);
        let mut sigma2 = jets.ssr;
        let mut theta = at[0];
        for l in 0..LANES {
            sigma2[l] /= n;
            theta[l] -= self.fit[0];
            for p in 0..3 {
                room.left[6 + p][l] = jets.slope[p][l] / n;
            }
            room.left[9][l] = at[2][l].exp() / t;
            out.solved[l] &= self.variance(jets, l, room.left);
        }
        for (j, c0) in self.c0.iter().enumerate() {
            for l in 0..LANES {
                room.work.gamma[j][l] = (-theta[l]).mul_add(*c0, room.work.gamma[j][l]);
            }
        }
        triangular(&self.r_inverse, room.work.gamma, &mut out.values[..k]);
        for p in 0..3 {
            let g = &mut room.work.g[p * k..(p + 1) * k];
            backward(room.work.factor, g);
            if p == 0 && self.shape.lag == 1 {
                for (g, c0) in g.iter_mut().zip(&self.c0) {
                    for l in 0..LANES {
                        g[l] -= c0;
                    }
                }
            }
            triangular(&self.r_inverse, g, &mut room.h[p * k..(p + 1) * k]);
        }
        for j in 0..k {
            let row = &mut room.rows[j * k..(j + 1) * k];
            for i in 0..k {
                row[i] = [self.r_inverse[j * k + i]; LANES];
            }
            forward(room.work.factor, row);
            for l in 0..LANES {
                out.values[j][l] += self.slopes[j];
            }
        }
        let [lag, error, phi, variance] = self.positions();
        for (position, value) in [(lag, &at[0]), (error, &at[1]), (variance, &sigma2)] {
            if let Some(position) = position {
                out.values[position] = *value;
            }
        }
        if let Some(phi) = phi {
            for l in 0..LANES {
                out.values[phi][l] = at[2][l].exp_m1() / t;
            }
        }
        for j in 0..self.first_effect() {
            let own = self.covariance((j, j), &sigma2, room);
            for l in 0..LANES {
                out.std_errors[j][l] = own[l].sqrt();
                out.solved[l] &= own[l] > 0.0;
            }
        }
        self.effects(&sigma2, room, out);
    }

    /// V of lane `l` among the parameters that the model has, zero of others; whether it is positive
    /// definite.
    #[inline(always)]
    fn variance(&self, jets: &Jets, l: usize, left: &mut [Lane]) -> bool {
        let free = [self.shape.lag == 1, self.shape.error == 1, true];
        let a = |p: usize, r: usize| match (free[p] && free[r], p == r) {
            (true, _) => -jets.curvature[SECOND[p][r]][l],
            (false, true) => 1.0,
            (false, false) => 0.0,
        };
        let minor = |p: usize, r: usize| {
            let others = |x: usize| ((x + 1) % 3, (x + 2) % 3);
            let ((i, j), (c, d)) = (others(p), others(r));
            a(i, c) * a(j, d) - a(i, d) * a(j, c)
        };
        let determinant = (0..3).map(|r| a(0, r) * minor(0, r)).sum::<f64>();
        for p in 0..3 {
            for r in p..3 {
                let there = free[p] && free[r];
                left[SECOND[p][r]][l] = if there { minor(p, r) / determinant } else { 0.0 };
            }
        }
        a(0, 0) > 0.0 && minor(2, 2) > 0.0 && determinant > 0.0
    }

    /// d_p at a position of the estimates.
    #[inline(always)]
    fn along(&self, p: usize, at: usize, room: &Room<'_>) -> Lane {
        let k = self.shape.k;
        let [lag, error, phi, variance] = self.positions();
        if at < k {
            return room.h[p * k + at];
        }
        match (Some(at) == variance, Some(at) == phi) {
            (true, _) => room.left[6 + p],
            (_, true) if p == 2 => room.left[9],
            _ if Some(at) == [lag, error, None][p] => [1.0; LANES],
            _ => [0.0; LANES],
        }
    }

    /// The covariance of two estimates.
    #[inline(always)]
    fn covariance(&self, (i, j): (usize, usize), sigma2: &Lane, room: &Room<'_>) -> Lane {
        let k = self.shape.k;
        let mut out = [0.0; LANES];
        if i < k && j < k {
            out = of_rows((&room.rows[i * k..], &room.rows[j * k..]), k, sigma2);
        } else if i == j && Some(i) == self.positions()[3] {
            for l in 0..LANES {
                out[l] = 2.0 * sigma2[l] * sigma2[l] / self.observations;
            }
        }
        for p in 0..3 {
            let a = self.along(p, i, room);
            for r in 0..3 {
                let (b, v) = (self.along(r, j, room), &room.left[SECOND[p][r]]);
                for l in 0..LANES {
                    out[l] = (a[l] * b[l]).mul_add(v[l], out[l]);
                }
            }
        }
        out
    }

    /// Multipliers of effects; `functions` are those of ρ.
    #[inline(always)]
    fn multipliers(&self, rho: Option<&Lane>, room: &Room<'_>) -> Option<TileMultipliers> {
        match rho {
            Some(rho) => Some(of_lag(rho, &*room.functions, (self.units, self.row_sum, false))),
            None => self.constant,
        }
    }

    /// Direct, indirect and total effects with their delta-method standard errors.
    #[inline(always)]
    fn effects(&self, sigma2: &Lane, room: &mut Room<'_>, out: &mut TileEstimates<'_>) {
        let k = self.shape.k;
        let rho = self.positions()[0].map(|at| out.values[at]);
        if let (Some(panel), Some(rho)) = (&self.panel, &rho) {
            panel.evaluate(rho, room.polynomials, room.functions);
        }
        let Some(multipliers) = self.multipliers(rho.as_ref(), room) else { return };
        let mut at = self.first_effect();
        for impact in Impact::ALL {
            let (own, of_neighbours) = multipliers.get(impact);
            for place in &self.places {
                let parts = [(place.own, &own), (place.of_neighbours, &of_neighbours)];
                let (mut value, mut square) = ([0.0; LANES], [0.0; LANES]);
                let mut along = [[0.0; LANES]; 3];
                for (i, m) in parts {
                    let Some(i) = i else { continue };
                    for l in 0..LANES {
                        let b = out.values[i][l];
                        value[l] = b.mul_add(m[0][l], value[l]);
                        along[0][l] = b.mul_add(m[1][l], along[0][l]);
                        for p in 0..3 {
                            along[p][l] = m[0][l].mul_add(room.h[p * k + i][l], along[p][l]);
                        }
                    }
                    for (j, other) in parts {
                        let Some(j) = j else { continue };
                        let rows = (&room.rows[i * k..], &room.rows[j * k..]);
                        let entry = of_rows(rows, k, sigma2);
                        for l in 0..LANES {
                            square[l] = (m[0][l] * other[0][l]).mul_add(entry[l], square[l]);
                        }
                    }
                }
                for p in 0..3 {
                    for r in 0..3 {
                        let v = &room.left[SECOND[p][r]];
                        for l in 0..LANES {
                            square[l] = (along[p][l] * along[r][l]).mul_add(v[l], square[l]);
                        }
                    }
                }
                for l in 0..LANES {
                    out.values[at][l] = value[l];
                    out.std_errors[at][l] = square[l].max(0.0).sqrt();
                }
                at += 1;
            }
        }
    }

    #[inline(always)]
    pub(super) fn spread_of(
        &self,
        positions: &[usize],
        room: &Room<'_>,
        found: &TileEstimates<'_>,
        out: &mut TileSpread,
    ) {
        let m = positions.len();
        let [lag, _, _, variance] = self.positions();
        let sigma2 = variance.map_or([0.0; LANES], |at| found.values[at]);
        for (a, &i) in positions.iter().enumerate() {
            for (b, &j) in positions.iter().enumerate() {
                out.covariance[a * m + b] = self.covariance((i, j), &sigma2, room);
            }
        }
        let rho = lag.map(|at| &found.values[at]);
        out.multipliers = self.multipliers(rho, room);
    }
}
