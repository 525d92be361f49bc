//! The log-likelihood on a grid of (ρ, λ), and where it is higher than around.

use super::surface::Tile;
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane, ln};
use crate::math::linalg::cholesky;
use crate::weights::spectrum::Spectrum;

/// Points along each parameter: those of the search that fits a sample.
pub(super) const SIDE: usize = 16;
/// Lanes that a scan works in.
pub(super) const ROOM: usize = 2 * SIDE * SIDE;
/// Tops that are kept of a replicate.
pub(super) const TOPS: usize = 4;

/// What is known of the grid before any replicate.
#[derive(Debug)]
pub(super) struct Grid {
    /// ρ and λ of the points.
    pub(super) places: [Vec<f64>; 2],
    /// Width of a cell along each parameter.
    pub(super) cell: [f64; 2],
    /// T ln|I − ρW₁| and T ln|I − λW₂|.
    log_dets: [Vec<f64>; 2],
    /// L⁻¹ at each λ, lower triangular, row by row.
    halves: Vec<Vec<f64>>,
}

/// Tops of each replicate's grid.
pub(super) struct Tops {
    /// How many.
    pub(super) count: [usize; LANES],
    /// Where the first of them are: (ρ, λ).
    pub(super) at: [[[f64; 2]; TOPS]; LANES],
}

impl Grid {
    /// `None` where M cannot be inverted at a point.
    pub(super) fn new(
        spectra: [&Spectrum; 2],
        (lambda, periods): (f64, f64),
        (k, s1, s2): (usize, &[f64], &[f64]),
    ) -> Option<Self> {
        let ends = spectra.map(Spectrum::interval);
        let cell = ends.map(|(low, high)| (high - low) / SIDE as f64);
        let places = [0, 1].map(|i| -> Vec<f64> {
            (0..SIDE).map(|at| ends[i].0 + cell[i] * (at as f64 + 0.5)).collect()
        });
        let log_dets = [0, 1].map(|i| -> Vec<f64> {
            places[i].iter().map(|r| periods * spectra[i].log_det(*r)).collect()
        });
        let half = |l: &f64| -> Option<Vec<f64>> {
            let phi = l - lambda;
            let m = Matrix::from_fn(k, k, |i, j| {
                f64::from(u8::from(i == j)) - phi * s1[i * k + j] + phi * phi * s2[i * k + j]
            });
            if k == 0 {
                return Some(Vec::new());
            }
            let factor = cholesky(&m)?;
            let mut inverse = vec![0.0; k * k];
            for j in 0..k {
                for i in j..k {
                    let mut v = f64::from(u8::from(i == j));
                    for c in j..i {
                        v -= factor[(i, c)] * inverse[c * k + j];
                    }
                    inverse[i * k + j] = v / factor[(i, i)];
                }
            }
            Some(inverse)
        };
        let halves = places[1].iter().map(half).collect::<Option<Vec<_>>>()?;
        Some(Self { places, cell, log_dets, halves })
    }

    /// The tops of each replicate.
    #[inline(always)]
    pub(super) fn tops(
        &self,
        tile: &Tile<'_>,
        room: &mut [Lane],
        [up, uq]: [&mut [Lane]; 2],
    ) -> Tops {
        let (values, rows) = room.split_at_mut(SIDE * SIDE);
        let k = up.len();
        for (j, lambda) in self.places[1].iter().enumerate() {
            let phi = [lambda - tile.fit()[1]; LANES];
            tile.on_basis(&phi, up, uq);
            let [mut pp, mut pq, mut qq] = tile.products(&phi);
            let half = &self.halves[j];
            for i in 0..k {
                let (mut p, mut q) = ([0.0; LANES], [0.0; LANES]);
                for c in 0..=i {
                    let entry = half[i * k + c];
                    for l in 0..LANES {
                        p[l] = entry.mul_add(up[c][l], p[l]);
                        q[l] = entry.mul_add(uq[c][l], q[l]);
                    }
                }
                for l in 0..LANES {
                    pp[l] = (-p[l]).mul_add(p[l], pp[l]);
                    pq[l] = (-p[l]).mul_add(q[l], pq[l]);
                    qq[l] = (-q[l]).mul_add(q[l], qq[l]);
                }
            }
            for (i, rho) in self.places[0].iter().enumerate() {
                let theta = rho - tile.fit()[0];
                let mut ssr = [0.0; LANES];
                for l in 0..LANES {
                    let inner = theta.mul_add(qq[l], -2.0 * pq[l]);
                    ssr[l] = theta.mul_add(inner, pp[l]).max(f64::MIN_POSITIVE);
                }
                let log = ln(&ssr);
                let of_dets = self.log_dets[0][i] + self.log_dets[1][j];
                let half = -0.5 * tile.observations();
                for l in 0..LANES {
                    values[j * SIDE + i][l] = half.mul_add(log[l], of_dets);
                }
            }
        }
        self.higher_than_around(values, rows)
    }

    #[inline(always)]
    fn higher_than_around(&self, values: &[Lane], rows: &mut [Lane]) -> Tops {
        for (row, highest) in values.chunks_exact(SIDE).zip(rows.chunks_exact_mut(SIDE)) {
            for i in 0..SIDE {
                highest[i] = row[i];
                for near in [i.saturating_sub(1), (i + 1).min(SIDE - 1)] {
                    for l in 0..LANES {
                        highest[i][l] = highest[i][l].max(row[near][l]);
                    }
                }
            }
        }
        let mut out = Tops { count: [0; LANES], at: [[[0.0; 2]; TOPS]; LANES] };
        for j in 0..SIDE {
            for i in 0..SIDE {
                let value = &values[j * SIDE + i];
                let mut around = rows[j * SIDE + i];
                for near in [j.saturating_sub(1), (j + 1).min(SIDE - 1)] {
                    for l in 0..LANES {
                        around[l] = around[l].max(rows[near * SIDE + i][l]);
                    }
                }
                let mut any = false;
                for l in 0..LANES {
                    any |= value[l] >= around[l];
                }
                if !any {
                    continue;
                }
                for l in 0..LANES {
                    if value[l] >= around[l] {
                        if out.count[l] < TOPS {
                            out.at[l][out.count[l]] = [self.places[0][i], self.places[1][j]];
                        }
                        out.count[l] += 1;
                    }
                }
            }
        }
        out
    }
}
