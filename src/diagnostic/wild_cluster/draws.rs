//! t* of many draws side by side.

use super::Asked;
use crate::diagnostic::residuals::Residuals;
use crate::math::lanes::{LANES, Lane, Packed};
use crate::math::multiplier::Multiplier;
use crate::math::simd::{Kernel, dispatch};
use crate::math::words::Words;
use crate::model::wild_cluster::{Multipliers, Shared};

/// From the multipliers to t*.
#[derive(Debug)]
pub(super) struct Draws {
    /// c_g'u_g, of clusters or of observations.
    scores: Vec<f64>,
    left: Left,
    /// m
    factor: f64,
}

/// How the scores after a draw follow.
#[derive(Debug)]
enum Left {
    /// Off the scores v_g a_g comes a matrix times v: by way of a few sums, or as a whole.
    Few { sums: Packed, back: Packed },
    /// The same where there are as many sums as clusters.
    Whole(Packed),
    /// Of observations: M(v ∘ u), each times c.
    Observations { projection: Residuals, c: Vec<f64>, u: Vec<f64> },
}

impl Draws {
    /// Of clusters: `of_c` and `of_u` are F' and E'.
    pub(super) fn by_cluster(
        scores: Vec<f64>,
        of_c: &[Vec<f64>],
        of_u: &[Vec<f64>],
        factor: f64,
    ) -> Self {
        let (groups, sums) = (scores.len(), of_c.len());
        let left = if sums < groups {
            Left::Few {
                sums: Packed::new(sums, groups, |l, h| of_u[l][h]),
                back: Packed::new(groups, sums, |g, l| of_c[l][g]),
            }
        } else {
            Left::Whole(Packed::new(groups, groups, |g, h| {
                of_c.iter().zip(of_u).map(|(c, u)| c[g] * u[h]).sum()
            }))
        };
        Self { scores, left, factor }
    }

    /// Of observations that stand alone.
    pub(super) fn by_observation(
        projection: Residuals,
        c: Vec<f64>,
        u: Vec<f64>,
        factor: f64,
    ) -> Self {
        let scores = c.iter().zip(&u).map(|(c, u)| c * u).collect();
        Self { scores, left: Left::Observations { projection, c, u }, factor }
    }

    /// Shows every t*, in order, and says whether they are of all patterns of signs.
    pub(super) fn each(&self, asked: &Asked, groups: usize, mut visit: impl FnMut(f64)) -> bool {
        let design = &asked.design;
        let signs = design.multipliers == Multipliers::Rademacher
            && matches!(design.by, Shared::Cluster(_));
        let patterns = u32::try_from(groups).ok().and_then(|g| 1_u64.checked_shl(g));
        let all = patterns.filter(|&all| signs && groups < 64 && all <= design.replicates.into());
        let count = all.unwrap_or_else(|| design.replicates.into());
        let multiplier = match design.multipliers {
            Multipliers::Rademacher => Multiplier::Rademacher,
            Multipliers::Webb => Multiplier::Webb,
            Multipliers::Mammen => Multiplier::Mammen,
        };
        let mut v = vec![[0.0; LANES]; groups];
        let mut room = Room::default();
        let mut first = 0;
        while first < count {
            if all.is_some() {
                for (g, v) in v.iter_mut().enumerate() {
                    for l in 0..LANES {
                        let negative = ((first + l as u64) >> g) & 1 == 1;
                        v[l] = if negative { -1.0 } else { 1.0 };
                    }
                }
            } else {
                multiplier.draw(&mut Words::new(asked.key, first), &mut v);
            }
            let tile = dispatch(Tile { of: self, v: &v, room: &mut room });
            let left = (count - first).min(LANES as u64) as usize;
            tile[..left].iter().for_each(|&t| visit(t));
            first += LANES as u64;
        }
        all.is_some()
    }
}

#[derive(Debug, Default)]
struct Room {
    few: Vec<Lane>,
    fitted: Vec<Lane>,
    errors: Vec<Lane>,
    mean: Vec<Lane>,
}

fn sized(lanes: &mut Vec<Lane>, size: usize) -> &mut [Lane] {
    lanes.clear();
    lanes.resize(size, [0.0; LANES]);
    lanes
}

struct Tile<'a> {
    of: &'a Draws,
    v: &'a [Lane],
    room: &'a mut Room,
}

impl Kernel for Tile<'_> {
    type Output = Lane;

    #[inline(always)]
    fn run(self) -> Lane {
        let Self { of: Draws { scores, left, factor }, v, room } = self;
        let (mut sum, mut squares, mut size) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for (a, v) in scores.iter().zip(v) {
            for l in 0..LANES {
                sum[l] = a.mul_add(v[l], sum[l]);
                size[l] = (a * v[l]).mul_add(a * v[l], size[l]);
            }
        }
        match left {
            Left::Few { sums, back } => {
                let few = sized(&mut room.few, sums.padded_rows());
                sums.multiply(v, few);
                let fitted = sized(&mut room.fitted, back.padded_rows());
                back.multiply(&few[..sums.rows()], fitted);
                add_squares((scores, v), fitted, &mut squares);
            }
            Left::Whole(matrix) => {
                let fitted = sized(&mut room.fitted, matrix.padded_rows());
                matrix.multiply(v, fitted);
                add_squares((scores, v), fitted, &mut squares);
            }
            Left::Observations { projection, c, u } => {
                let errors = sized(&mut room.errors, u.len());
                for ((e, u), v) in errors.iter_mut().zip(u).zip(v) {
                    for l in 0..LANES {
                        e[l] = u * v[l];
                    }
                }
                let few = sized(&mut room.few, projection.room());
                let fitted = sized(&mut room.fitted, u.len());
                let mean = sized(&mut room.mean, projection.units());
                projection.of(errors, few, fitted, mean);
                for (c, e) in c.iter().zip(fitted.iter()) {
                    for l in 0..LANES {
                        squares[l] = (c * e[l]).mul_add(c * e[l], squares[l]);
                    }
                }
            }
        }
        let mut out = [f64::NAN; LANES];
        for l in 0..LANES {
            // Below that the scores are rounding errors of those that went in.
            if squares[l] > NOTHING * size[l] {
                out[l] = sum[l] / (factor * squares[l]).sqrt();
            }
        }
        out
    }
}

/// Squares of scores after a draw, over those before, of which nothing is left.
const NOTHING: f64 = 1e-24;

#[inline(always)]
fn add_squares((scores, v): (&[f64], &[Lane]), fitted: &[Lane], squares: &mut Lane) {
    for ((a, v), f) in scores.iter().zip(v).zip(fitted) {
        for l in 0..LANES {
            let left = a.mul_add(v[l], -f[l]);
            squares[l] = left.mul_add(left, squares[l]);
        }
    }
}
