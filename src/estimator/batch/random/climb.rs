//! The highest maximum of each replicate: the scan and the steps of `estimator::random`, side by side.

use super::surface::{Jets, Tile, Work, in_lanes};
use super::tile::{Part, Powers, Shape};
use super::{Between, Random, Room, filled};
use crate::estimator::Problem;
use crate::estimator::batch::determinants::Determinants;
use crate::estimator::batch::forms::TileForms;
use crate::estimator::random::Spatial;
use crate::estimator::random::climber::{Climber, Place, Step};
use crate::estimator::random::search::{EFFECTS, LEVEL, scan, signs};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane, ln};
use crate::math::linalg::cholesky;
use crate::weights::spectrum::Spectrum;

/// Pairs of signs of ρ and λ.
const SIGNS: usize = 4;
/// A maximum found again is no further than this from where it was.
const SAME: f64 = 1e-6;

/// What the scan knows before any replicate.
#[derive(Debug)]
pub(super) struct Grid {
    rho: Vec<f64>,
    lambda: Vec<f64>,
    /// T ln|I − ρW| and T ln|I − λW|.
    log_dets: [Vec<f64>; 2],
    /// What means weigh at each v.
    weights: [f64; EFFECTS.len()],
    /// L⁻¹ at each λ and v, lower triangular, row by row.
    halves: Vec<Vec<f64>>,
}

/// Where the climbs of a tile have come.
struct Climbed {
    at: [Option<(Place, f64)>; LANES],
    /// Replicates whose climb left what is known of the determinants.
    left: [bool; LANES],
}

impl Grid {
    /// Lanes that the scan works in.
    pub(super) fn room(k: usize) -> usize {
        4 * k
    }

    /// `None` where M cannot be inverted at a point.
    pub(super) fn new(
        spectrum: &Spectrum,
        (problem, spatial, fit): (&Problem<'_>, Spatial, [f64; 3]),
        (shape, within, between): (Shape, &Part, &Between),
    ) -> Option<Self> {
        let (k, periods) = (shape.k, problem.n_periods() as f64);
        let along = |free: bool| scan(free, spectrum.interval(), problem.search);
        let (rho, lambda) = (along(spatial.lag), along(spatial.error));
        let log_dets = [(spatial.lag, &rho), (spatial.error, &lambda)].map(|(free, at)| {
            let of = |r: &f64| if free { periods * spectrum.log_det(*r) } else { 0.0 };
            at.iter().map(of).collect()
        });
        let weights = EFFECTS.map(|v| match between {
            Between::Alike(_) => (fit[2] - v).exp(),
            Between::Apart(_) => (-v).exp(),
        });
        let mut halves = Vec::new();
        for l in &lambda {
            let phi = if shape.error == 1 { l - fit[1] } else { 0.0 };
            let at = |part: &Part, i: usize, j: usize| {
                let [zero, one, two] = &part.s;
                zero[i * k + j] - phi * one[i * k + j] + phi * phi * two[i * k + j]
            };
            for weight in weights {
                let m = Matrix::from_fn(k, k, |i, j| {
                    let of_means = match between {
                        Between::Alike(part) => at(part, i, j),
                        Between::Apart(apart) => apart.system_of_scan(*l, (i, j)),
                    };
                    at(within, i, j) + weight * of_means
                });
                halves.push(half_inverse(&m)?);
            }
        }
        Some(Self { rho, lambda, log_dets, weights, halves })
    }

    /// The best point of each pair of signs.
    #[inline(always)]
    fn starts(&self, tile: &Tile<'_>, room: &mut [Lane]) -> [[Option<Place>; LANES]; SIGNS] {
        let of = tile.of;
        let k = of.shape.k;
        let (within, between) = room.split_at_mut(2 * k);
        let mut best = [[f64::NEG_INFINITY; LANES]; SIGNS];
        let mut starts = [[None; LANES]; SIGNS];
        for (j, lambda) in self.lambda.iter().enumerate() {
            let phi = if of.shape.error == 1 { lambda - of.fit[1] } else { 0.0 };
            let own = tile.at_scan(0, phi, within);
            let means = match &of.between {
                Between::Alike(_) => tile.at_scan(1, phi, between),
                Between::Apart(apart) => {
                    between.fill([0.0; LANES]);
                    let (u, lag) = between.split_at_mut(k);
                    apart.at_scan(tile.linear, *lambda, (u, lag))
                }
            };
            for (e, (v, weight)) in EFFECTS.iter().zip(self.weights).enumerate() {
                let half = &self.halves[j * EFFECTS.len() + e];
                let mut squares = own;
                for (square, mean) in squares.iter_mut().zip(&means) {
                    for l in 0..LANES {
                        square[l] = weight.mul_add(mean[l], square[l]);
                    }
                }
                explained(half, weight, (within, between), &mut squares);
                let [pp, pq, qq] = &squares;
                for (i, rho) in self.rho.iter().enumerate() {
                    let theta = if of.shape.lag == 1 { rho - of.fit[0] } else { 0.0 };
                    let constant = self.log_dets[0][i] + self.log_dets[1][j] - 0.5 * of.units * v;
                    let mut ssr = [0.0; LANES];
                    for l in 0..LANES {
                        let inner = theta.mul_add(qq[l], -2.0 * pq[l]);
                        ssr[l] = theta.mul_add(inner, pp[l]).max(f64::MIN_POSITIVE);
                    }
                    let log = ln(&ssr);
                    let at = signs(*rho, *lambda);
                    let known = &mut best[at];
                    for l in 0..LANES {
                        let value = (-0.5 * of.observations).mul_add(log[l], constant);
                        if value > known[l] {
                            known[l] = value;
                            starts[at][l] = Some([*rho, *lambda, *v]);
                        }
                    }
                }
            }
        }
        starts
    }
}

/// L⁻¹ with M = LL', row by row.
fn half_inverse(m: &Matrix) -> Option<Vec<f64>> {
    let k = m.nrows();
    if k == 0 {
        return Some(Vec::new());
    }
    let factor = cholesky(m)?;
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
}

/// Takes off the squares of errors and of the lag what the regressors explain: b of both within, and
/// of means with their weight.
#[inline(always)]
fn explained(
    half: &[f64],
    weight: f64,
    (within, between): (&[Lane], &[Lane]),
    squares: &mut [Lane; 3],
) {
    let k = within.len() / 2;
    let [pp, pq, qq] = squares;
    for i in 0..k {
        let (mut p, mut q) = ([0.0; LANES], [0.0; LANES]);
        for c in 0..=i {
            let entry = half[i * k + c];
            for l in 0..LANES {
                p[l] = entry.mul_add(weight.mul_add(between[c][l], within[c][l]), p[l]);
                let of_lag = weight.mul_add(between[k + c][l], within[k + c][l]);
                q[l] = entry.mul_add(of_lag, q[l]);
            }
        }
        for l in 0..LANES {
            pp[l] = (-p[l]).mul_add(p[l], pp[l]);
            pq[l] = (-p[l]).mul_add(q[l], pq[l]);
            qq[l] = (-q[l]).mul_add(q[l], qq[l]);
        }
    }
}

impl Tile<'_> {
    /// At one φ for all replicates: b of the errors and of the lag, then the squares and products of
    /// both.
    #[inline(always)]
    fn at_scan(&self, part: usize, phi: f64, b: &mut [Lane]) -> [Lane; 3] {
        let Shape { k, lag, .. } = self.of.shape;
        let powers = Powers::of(&filled(phi)).value.map(|w| w[0]);
        b.fill([0.0; LANES]);
        let mut squares = [[0.0; LANES]; 3];
        for (j, weight) in powers.iter().enumerate().take(self.of.shape.of_error()) {
            for i in 0..=lag {
                for x in 0..k {
                    let own = &self.b[part][(i * super::tile::POWERS + j) * k + x];
                    for l in 0..LANES {
                        b[i * k + x][l] = weight.mul_add(own[l], b[i * k + x][l]);
                    }
                }
            }
            // The coefficient of −θ is twice the product.
            for (i, by) in [1.0, 0.5, 1.0].iter().enumerate() {
                for l in 0..LANES {
                    squares[i][l] = (by * weight).mul_add(self.c[part][i][j][l], squares[i][l]);
                }
            }
        }
        squares
    }
}

impl Random {
    /// Where the highest maximum of each replicate is, and the likelihood there; `solved` says which
    /// have one with effects inside what is known around the fit. `None` where no replicate has.
    #[inline(always)]
    pub(super) fn highest(
        &self,
        forms: &TileForms,
        room: &mut Room<'_>,
        solved: &mut [bool; LANES],
    ) -> Option<([Lane; 3], Jets)> {
        let Room { work, b: [within, between], grid, .. } = room;
        let tile = Tile::new(self, forms, [&mut **within, &mut **between]);
        let mut good = [true; LANES];
        let mut best: [Option<(Place, f64)>; LANES] = [None; LANES];
        for starts in self.grid.starts(&tile, grid) {
            if starts.iter().all(Option::is_none) {
                continue;
            }
            let climbed = self.climb((&tile, work), &starts, &self.far);
            for l in 0..LANES {
                good[l] &= !climbed.left[l];
                let Some((place, value)) = climbed.at[l] else { continue };
                if best[l].is_none_or(|(_, known)| value > known + LEVEL) {
                    best[l] = Some((place, value));
                }
            }
        }
        // Replicates without effects of units have no variance of them: the plain path says so.
        let from: [Option<Place>; LANES] = std::array::from_fn(|l| {
            best[l]
                .map(|(place, _)| place)
                .filter(|place| good[l] && place[2] > 0.0 && is_inside(place, &self.near))
        });
        if from.iter().all(Option::is_none) {
            *solved = [false; LANES];
            return None;
        }
        let again = self.climb((&tile, work), &from, &self.near);
        let mut at = [self.fit; LANES];
        for l in 0..LANES {
            solved[l] = false;
            if let (Some((place, _)), Some(from)) = (again.at[l], from[l]) {
                let moved = (0..3).map(|p| (place[p] - from[p]).abs()).fold(0.0, f64::max);
                solved[l] = moved < SAME && place[2] > 0.0;
                at[l] = place;
            }
        }
        let at = in_lanes(&at);
        let jets = tile.at(&at, &self.near, work);
        for l in 0..LANES {
            solved[l] &= jets.defined[l];
        }
        Some((at, jets))
    }

    /// Uphill from each start.
    #[inline(always)]
    fn climb(
        &self,
        (tile, work): (&Tile<'_>, &mut Work<'_>),
        starts: &[Option<Place>; LANES],
        determinants: &[Option<Determinants>; 2],
    ) -> Climbed {
        let free = [self.shape.lag == 1, self.shape.error == 1, true];
        let mut at = starts.map(|start| start.unwrap_or(self.fit));
        let mut left = [false; LANES];
        let jets = tile.at(&in_lanes(&at), determinants, work);
        let mut climbers: [Option<Climber>; LANES] = std::array::from_fn(|l| {
            Some(Climber::new(free, self.interval, (starts[l]?, jets.of(l)?)))
        });
        loop {
            let mut any = false;
            for l in 0..LANES {
                let Some(climber) = &climbers[l] else { continue };
                let Step::To(place) = climber.step() else { continue };
                if is_inside(&place, determinants) {
                    (at[l], any) = (place, true);
                } else {
                    (climbers[l], left[l]) = (None, true);
                }
            }
            if !any {
                break;
            }
            let jets = tile.at(&in_lanes(&at), determinants, work);
            for l in 0..LANES {
                if let Some(climber) = &mut climbers[l] {
                    climber.took(jets.of(l));
                }
            }
        }
        let arrived = |l: usize| match climbers[l].as_ref()?.step() {
            Step::Arrived(place) => Some((place, climbers[l].as_ref()?.value())),
            Step::To(_) | Step::Failed(_) => None,
        };
        Climbed { at: std::array::from_fn(arrived), left }
    }
}

/// Whether the determinants are known there.
#[inline(always)]
fn is_inside(place: &Place, determinants: &[Option<Determinants>; 2]) -> bool {
    determinants
        .iter()
        .zip(place)
        .all(|(of, at)| of.as_ref().is_none_or(|of| *at > of.ends.0 && *at < of.ends.1))
}
