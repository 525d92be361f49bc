//! M, the variance of the score, from its pieces.

use super::{Factors, scaled};
use crate::estimator::{Estimated, Problem, ols};
use crate::math::Matrix;
use crate::math::linalg::dot;
use crate::model::std_errors::{Cluster, GroupFactor, Kernel, Space, TimeKernel};
use std::collections::HashMap;

/// Radius of the sphere in km.
const EARTH: f64 = 6371.0;

/// Σ g g'
pub(super) fn products(pieces: &[Vec<f64>]) -> Matrix {
    let p = pieces.len();
    Matrix::from_fn(p, p, |a, b| dot(&pieces[a], &pieces[b]))
}

/// Σ over groups of (Σ g)(Σ g)', `of` the group of each observation, below `groups`.
fn grouped(pieces: &[Vec<f64>], of: &[usize], groups: usize) -> Matrix {
    products(&sums(pieces, of, groups))
}

fn sums(pieces: &[Vec<f64>], of: &[usize], groups: usize) -> Vec<Vec<f64>> {
    let one = |g: &Vec<f64>| {
        let mut sum = vec![0.0; groups];
        g.iter().zip(of).for_each(|(g, &group)| sum[group] += g);
        sum
    };
    pieces.iter().map(one).collect()
}

/// The group of each observation and how many there are.
pub fn groups(problem: &Problem<'_>, by: &Cluster) -> (Vec<usize>, usize) {
    let n = problem.n_units();
    match by {
        Cluster::Unit => ((0..problem.n()).map(|i| i % n).collect(), n),
        Cluster::Period => ((0..problem.n()).map(|i| i / n).collect(), problem.n_periods()),
        Cluster::Column(_) => {
            let of = problem.beside.clusters.unwrap_or_default().to_vec();
            let count = of.iter().max().map_or(0, |last| last + 1);
            (of, count)
        }
    }
}

/// M of one or two kinds of clusters, small-sample factors of groups in it, and how many clusters
/// there are of each kind. Two kinds: M₁ + M₂ − M₁₂, M₁₂ that of observations which share both.
pub(super) fn clusters(
    problem: &Problem<'_>,
    pieces: &[Vec<f64>],
    by: &[Cluster],
    factors: &Factors,
) -> (Matrix, Vec<usize>) {
    let kinds: Vec<(Vec<usize>, usize)> = by.iter().map(|by| groups(problem, by)).collect();
    let counts: Vec<usize> = kinds.iter().map(|(_, count)| *count).collect();
    let smallest = counts.iter().copied().min().unwrap_or(1);
    let factor = |count: usize| match factors.of_groups {
        GroupFactor::Smallest => factors.groups(smallest),
        GroupFactor::None | GroupFactor::Own | GroupFactor::Inverse => factors.groups(count),
    };
    let own =
        |(of, count): &(Vec<usize>, usize)| scaled(&grouped(pieces, of, *count), factor(*count));
    let total = match kinds.as_slice() {
        [a, b] => {
            let (both, count) = intersection(&a.0, &b.0);
            let both = scaled(&grouped(pieces, &both, count), factor(count));
            own(a) + own(b) - both
        }
        kinds => kinds.first().map_or_else(|| products(pieces), own),
    };
    (total, counts)
}

fn intersection(a: &[usize], b: &[usize]) -> (Vec<usize>, usize) {
    let mut known: HashMap<(usize, usize), usize> = HashMap::new();
    let of = a.iter().zip(b).map(|(&a, &b)| {
        let next = known.len();
        *known.entry((a, b)).or_insert(next)
    });
    let of: Vec<usize> = of.collect();
    (of, known.len())
}

/// Γ₀ + Σ_l w_l(Γ_l + Γ_l'), Γ_l = Σ_t h_t h_{t−l}', h_t the sum of a period.
pub(super) fn periods(
    problem: &Problem<'_>,
    pieces: &[Vec<f64>],
    (kernel, lags): (TimeKernel, usize),
) -> Matrix {
    let (of, count) = groups(problem, &Cluster::Period);
    weighted(&sums(pieces, &of, count), 1, (kernel, lags))
}

/// The same within each unit, summed over units.
pub(super) fn units(
    problem: &Problem<'_>,
    pieces: &[Vec<f64>],
    (kernel, lags): (TimeKernel, usize),
) -> Matrix {
    weighted(pieces, problem.n_units(), (kernel, lags))
}

/// Weighted products of series that are stacked by period, `n` a period.
pub(super) fn weighted(
    series: &[Vec<f64>],
    n: usize,
    (kernel, lags): (TimeKernel, usize),
) -> Matrix {
    let p = series.len();
    let mut total = products(series);
    let periods = series.first().map_or(0, |one| one.len() / n);
    for lag in 1..=kernel.reach(lags, periods) {
        let weight = kernel.weight(lag, lags);
        let shift = lag * n;
        let moved = |a: usize, b: usize| match series[a].len().checked_sub(shift) {
            Some(left) => dot(&series[a][shift..], &series[b][..left]),
            None => 0.0,
        };
        for a in 0..p {
            for b in 0..p {
                total[(a, b)] += weight * (moved(a, b) + moved(b, a));
            }
        }
    }
    total
}

/// Σ_i Σ_t x_it x_it' ē²_i, ē²_i the mean square of the unit's residuals. Of least squares.
pub(super) fn unit_variances(
    problem: &Problem<'_>,
    (at, e): (&Estimated, &[f64]),
    pieces: &[Vec<f64>],
) -> Matrix {
    let (n, t) = (problem.n_units(), problem.n_periods());
    let own = |i: usize| (i..n * t).step_by(n).map(|s| e[s] * e[s]).sum::<f64>() / t as f64;
    let spread: Vec<f64> = (0..n).map(|i| own(i).sqrt()).collect();
    let weighted: Vec<Vec<f64>> = regressors(problem, at)
        .iter()
        .map(|x| x.iter().enumerate().map(|(s, x)| x * spread[s % n]).collect())
        .collect();
    beside_variance(&products(&weighted), pieces)
}

/// Σ_t X_t'ΣX_t, Σ = Σ_t e_t e_t'/T. Of least squares.
pub(super) fn panel_corrected(
    problem: &Problem<'_>,
    (at, e): (&Estimated, &[f64]),
    pieces: &[Vec<f64>],
) -> Matrix {
    let (n, t) = (problem.n_units(), problem.n_periods());
    let sigma = Matrix::from_fn(n, n, |i, j| {
        (0..t).map(|s| e[s * n + i] * e[s * n + j]).sum::<f64>() / t as f64
    });
    let columns = regressors(problem, at);
    let k = columns.len();
    let mut total = Matrix::zeros(k, k);
    for s in 0..t {
        let x = Matrix::from_fn(n, k, |i, a| columns[a][s * n + i]);
        total += x.transpose() * &sigma * &x;
    }
    beside_variance(&total, pieces)
}

/// Σ_i X_i'ΩX_i, Ω = Σ_i e_i e_i'/N, T × T. Of least squares.
pub(super) fn any_serial(
    problem: &Problem<'_>,
    (at, e): (&Estimated, &[f64]),
    pieces: &[Vec<f64>],
) -> Matrix {
    let (n, t) = (problem.n_units(), problem.n_periods());
    let omega = Matrix::from_fn(t, t, |s, r| {
        (0..n).map(|i| e[s * n + i] * e[r * n + i]).sum::<f64>() / n as f64
    });
    let columns = regressors(problem, at);
    let k = columns.len();
    let mut total = Matrix::zeros(k, k);
    for i in 0..n {
        let x = Matrix::from_fn(t, k, |s, a| columns[a][s * n + i]);
        total += x.transpose() * &omega * &x;
    }
    beside_variance(&total, pieces)
}

/// QX/σ², by which residuals are multiplied in the pieces of the score of least squares.
fn regressors(problem: &Problem<'_>, at: &Estimated) -> Vec<Vec<f64>> {
    let (columns, sigma2) = ols::regression(problem, at);
    columns.iter().map(|x| x.iter().map(|x| x / sigma2).collect()).collect()
}

/// M of the coefficients with that of σ², the last of the pieces, beside it.
fn beside_variance(of_slopes: &Matrix, pieces: &[Vec<f64>]) -> Matrix {
    let k = of_slopes.nrows();
    let p = pieces.len();
    Matrix::from_fn(p, p, |i, j| match (i < k, j < k) {
        (true, true) => of_slopes[(i, j)],
        (false, false) => dot(&pieces[i], &pieces[j]),
        (true, false) | (false, true) => 0.0,
    })
}

/// Σ_t Σ_ij K(d_ij/c) g_it g_jt' + Σ_i Σ_{0<|t−s|≤L} (1 − |t−s|/(L + 1)) g_it g_is'.
pub(super) fn space(
    problem: &Problem<'_>,
    pieces: &[Vec<f64>],
    space: &Space,
    coordinates: &[(f64, f64)],
) -> Matrix {
    let n = problem.n_units();
    let near = neighbours(coordinates, f64::from(space.cutoff), space.kernel);
    let smooth = |g: &Vec<f64>| -> Vec<f64> {
        let mut out = g.clone();
        for (out, g) in out.chunks_exact_mut(n).zip(g.chunks_exact(n)) {
            for &(i, j, k) in &near {
                out[i] += k * g[j];
                out[j] += k * g[i];
            }
        }
        out
    };
    let smoothed: Vec<Vec<f64>> = pieces.iter().map(smooth).collect();
    let p = pieces.len();
    let over_space = Matrix::from_fn(p, p, |a, b| dot(&pieces[a], &smoothed[b]));
    let kernel = (TimeKernel::Bartlett, space.lags as usize);
    let over_time = weighted(pieces, n, kernel) - products(pieces);
    over_space + over_time
}

/// Pairs of units within the cut-off, each once, with their weight.
fn neighbours(coordinates: &[(f64, f64)], cutoff: f64, kernel: Kernel) -> Vec<(usize, usize, f64)> {
    let mut pairs = Vec::new();
    for i in 0..coordinates.len() {
        for j in i + 1..coordinates.len() {
            let d = great_circle(coordinates[i], coordinates[j]);
            if d > cutoff {
                continue;
            }
            let weight = match kernel {
                Kernel::Uniform => 1.0,
                Kernel::Bartlett => 1.0 - d / cutoff,
            };
            pairs.push((i, j, weight));
        }
    }
    pairs
}

/// Kilometres between two points (longitude, latitude in degrees) by the haversine formula.
pub(super) fn great_circle(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.1.to_radians(), b.1.to_radians());
    let (dlat, dlon) = (lat_b - lat_a, (b.0 - a.0).to_radians());
    let h = (dlat / 2.0).sin().powi(2) + lat_a.cos() * lat_b.cos() * (dlon / 2.0).sin().powi(2);
    2.0 * EARTH * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_equator() {
        let d = great_circle((0.0, 0.0), (90.0, 0.0));
        assert!((d - EARTH * std::f64::consts::FRAC_PI_2).abs() < 1e-9);
        assert!(
            (great_circle((10.0, -90.0), (55.0, 90.0)) - EARTH * std::f64::consts::PI).abs() < 1e-9
        );
    }

    #[test]
    fn bartlett_weights_by_hand() {
        let bartlett =
            |series: &[Vec<f64>], n, lags| weighted(series, n, (TimeKernel::Bartlett, lags));
        // One series 1, 2, 4 with one lag: 21 + ½·2·(2·1 + 4·2) = 31.
        assert_eq!(bartlett(&[vec![1.0, 2.0, 4.0]], 1, 1)[(0, 0)], 31.0);
        // Two units side by side: each by itself.
        assert_eq!(bartlett(&[vec![1.0, 0.0, 2.0, 0.0, 4.0, 0.0]], 2, 1)[(0, 0)], 31.0);
        // More lags than periods: those that there are.
        assert_eq!(bartlett(&[vec![1.0, 2.0]], 1, 3)[(0, 0)], 5.0 + 0.75 * 4.0);
    }

    #[test]
    fn pairs_that_share_both_are_groups_of_their_own() {
        assert_eq!(intersection(&[0, 0, 1, 1], &[0, 0, 0, 1]), (vec![0, 0, 1, 2], 3));
    }
}
