//! A number for each unit of a period: local Moran's I, local Geary's c, Gᵢ and Gᵢ*, bivariate local
//! Moran's I.
//!
//! With z = (x − x̄)/s, s of divisor n, over the units that have neighbours:
//!
//! ```text
//! I_i  = z_i Σ_j w_ij z_j              Anselin (1995); Σ I_i = S₀ I
//! c_i  = Σ_j w_ij (z_i − z_j)²         Anselin (1995)
//! G_i  = Σ_j w_ij x_j / Σ_{j≠i} x_j    Ord & Getis (1995), without the unit
//! G_i* = Σ_j w_ij x_j / Σ_j x_j        the same with it: w_ii is the largest weight of its row
//! I_i  = z_i Σ_j w_ij u_j, u the other variable standardised
//! ```
//!
//! *Null*: given the unit's own value those of the others are exchangeable. With v_j what the sum is over,
//! N = n − 1 of them, mean v̄ and variance S² with divisor N − 1, r_i and q_i the sums of the row and of its
//! squares (Sokal, Oden & Thomson 1998): E Σw v = r_i v̄, Var Σw v = S²(q_i − r_i²/N). Gᵢ* keeps the unit's
//! own part fixed in permutations; its moments are those of Ord & Getis (1995), over all units.
//! *p-values*: from the standard score, and from conditional permutations ([`super::conditional`]), both
//! two-sided unless asked otherwise; z > 0 is positive association for Moran's I and Geary's c, and
//! high values for G.
//! *Many units*: p-values adjusted by Benjamini & Hochberg (1995) over the units that have a value.
//! Islands have none: no value, no p-value, no place among the m of the adjustment.

use super::conditional::{Tails, Wanted, tails};
use super::layout::{Layout, Variable};
use super::permutation::{Distribution, Permutations};
use super::{Asked, normal_p, permutation_p};
use crate::math::multiplicity::benjamini_hochberg;
use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::outcome::Quadrants;

/// A local statistic of a unit with neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Local {
    /// Position among the weights' units.
    pub unit: usize,
    /// Its value less the mean, in standard deviations (divisor n).
    pub own: f64,
    /// Σ w z of its neighbours; of a bivariate statistic, of the other variable.
    pub lag: f64,
    /// The statistic.
    pub value: f64,
    /// Its mean under conditional randomisation.
    pub expectation: f64,
    /// Its variance under conditional randomisation.
    pub variance: f64,
    /// Standard score; positive for likeness (I, c) or high values (G).
    pub z: f64,
    /// p-value of the standard score.
    pub p_normal: f64,
    /// p-value by conditional permutations, if any.
    pub p_permutation: Option<f64>,
    /// That by permutations, or else of the standard score, adjusted over all units.
    pub p_adjusted: f64,
}

/// A local statistic of every unit with neighbours, in the order of the weights' units; or why there is none.
/// `y` is the other variable of a bivariate one.
pub fn local(
    layout: &Layout,
    (x, y): (&Variable, Option<&Variable>),
    statistic: Autocorrelation,
    asked: &Asked<'_>,
) -> Result<Vec<Local>, String> {
    let z = x.standardised();
    let neighbours = if statistic.needs_another() {
        y.ok_or("the other variable has no values")?.standardised()
    } else {
        z.clone()
    };
    let lag = layout.lag(&neighbours);
    let parts = Parts::of(layout, x, (&z, &neighbours, &lag));
    let size: f64 = x.values.iter().map(|v| v.abs()).sum();
    let of_sums = matches!(statistic, Autocorrelation::LocalG | Autocorrelation::LocalGStar);
    if of_sums && x.values.iter().sum::<f64>().abs() <= 1e-12 * size {
        return Err("the values add up to zero".to_owned());
    }
    let scored: Vec<Scored> = (0..z.len()).map(|i| parts.score(statistic, i)).collect();
    let Permutations { key, replicates } = asked.permutations;
    let permuted = (replicates > 0).then(|| {
        let wanted: Vec<Wanted> = scored.iter().map(|s| s.wanted).collect();
        tails(layout, &neighbours, &wanted, (key, replicates))
    });
    let mut found: Vec<Local> = scored
        .into_iter()
        .enumerate()
        .map(|(i, s)| {
            let z_of = if statistic.falls_with_likeness() { -s.z } else { s.z };
            let p_normal = normal_p(z_of, asked.alternative);
            let p = |all: &Vec<Tails>| {
                permutation_p(&distribution(all[i], statistic, replicates), asked.alternative)
            };
            let p_permutation = permuted.as_ref().map(p);
            Local {
                unit: layout.kept[i],
                own: z[i],
                lag: lag[i],
                value: s.value,
                expectation: s.expectation,
                variance: s.variance,
                z: z_of,
                p_normal,
                p_permutation,
                p_adjusted: p_permutation.unwrap_or(p_normal),
            }
        })
        .collect();
    let raw: Vec<f64> = found.iter().map(|unit| unit.p_adjusted).collect();
    for (unit, p) in found.iter_mut().zip(benjamini_hochberg(&raw)) {
        unit.p_adjusted = p;
    }
    Ok(found)
}

fn distribution(tails: Tails, statistic: Autocorrelation, replicates: u32) -> Distribution {
    let Tails { above, below } = tails;
    let (above, below) =
        if statistic.falls_with_likeness() { (below, above) } else { (above, below) };
    Distribution { above, below, replicates, mean: f64::NAN, variance: f64::NAN }
}

/// A statistic with its moments, and what permutations compare.
struct Scored {
    value: f64,
    expectation: f64,
    variance: f64,
    z: f64,
    wanted: Wanted,
}

/// What local statistics are made of.
struct Parts<'a> {
    layout: &'a Layout,
    x: &'a Variable,
    z: &'a [f64],
    neighbours: &'a [f64],
    lag: &'a [f64],
    /// Σ v^k of the neighbours' variable, k to 4.
    powers: [f64; 5],
}

impl<'a> Parts<'a> {
    fn of(layout: &'a Layout, x: &'a Variable, of: (&'a [f64], &'a [f64], &'a [f64])) -> Self {
        let (z, neighbours, lag) = of;
        let powers = [0, 1, 2, 3, 4].map(|k| neighbours.iter().map(|v| v.powi(k)).sum());
        Self { layout, x, z, neighbours, lag, powers }
    }

    /// r_i and q_i.
    fn sums(&self, i: usize) -> (f64, f64) {
        let row = &self.layout.rows[i];
        (self.layout.row_sums[i], row.iter().map(|&(_, w)| w * w).sum())
    }

    /// Mean and variance (divisor N − 1) of Σ w v over N values of this sum and sum of squares.
    fn conditional(&self, i: usize, (sum, square): (f64, f64)) -> (f64, f64) {
        let others = self.z.len() as f64 - 1.0;
        let (r, q) = self.sums(i);
        let mean = sum / others;
        let spread = ((square - sum * mean) / (others - 1.0)).max(0.0);
        (r * mean, spread * (q - r * r / others).max(0.0))
    }

    fn score(&self, statistic: Autocorrelation, i: usize) -> Scored {
        match statistic {
            Autocorrelation::LocalGeary => self.geary(i),
            Autocorrelation::LocalG => self.g(i),
            Autocorrelation::LocalGStar => self.g_star(i),
            _ => self.moran(i),
        }
    }

    fn moran(&self, i: usize) -> Scored {
        let (own, v, lag) = (self.z[i], self.neighbours[i], self.lag[i]);
        let (mean, variance) = self.conditional(i, (self.powers[1] - v, self.powers[2] - v * v));
        let (value, expectation, variance) = (own * lag, own * mean, own * own * variance);
        Scored {
            value,
            expectation,
            variance,
            z: score(value - expectation, variance),
            wanted: wanted((own, 0.0), value),
        }
    }

    /// Σ_j w (z_i − z_j)² = r z_i² − 2 z_i Σ w z_j + Σ w z_j².
    fn geary(&self, i: usize) -> Scored {
        let own = self.z[i];
        let row = &self.layout.rows[i];
        let value: f64 = row.iter().map(|&(j, w)| w * (own - self.z[j]).powi(2)).sum();
        let [n, p1, p2, p3, p4] = self.powers;
        // Σ_j (z_i − z_j)² and its square over all units; the unit itself adds nothing.
        let (o2, o3) = (own * own, own * own * own);
        let sum = n * o2 - 2.0 * own * p1 + p2;
        let square = n * o2 * o2 - 4.0 * o3 * p1 + 6.0 * o2 * p2 - 4.0 * own * p3 + p4;
        let (expectation, variance) = self.conditional(i, (sum, square));
        let fixed = self.layout.row_sums[i] * o2;
        let mut wanted = wanted((-2.0 * own, 1.0), value - fixed);
        wanted.slack = 1e-12 * (value + fixed).max(1.0);
        Scored { value, expectation, variance, z: score(value - expectation, variance), wanted }
    }

    /// The sum of the others is fixed given the unit, so that permutations compare lags of z.
    fn g(&self, i: usize) -> Scored {
        let x = self.x.values[i];
        let total: f64 = self.x.mean * self.x.n() - x;
        let (r, q) = self.sums(i);
        let deviation = (self.x.square / self.x.n()).sqrt();
        let lag_x = deviation * self.lag[i] + r * self.x.mean;
        let others = self.x.n() - 1.0;
        // Of x among the others: its mean is total/N, its spread that of z times the deviation.
        let own = self.z[i];
        let spread = (self.x.n() - own * own - own * own / others) / (others - 1.0);
        let variance =
            deviation * deviation * spread * (q - r * r / others).max(0.0) / (total * total);
        let (value, expectation) = (lag_x / total, r / others);
        let gap = (deviation * self.lag[i] + r * (self.x.mean - total / others)) / total;
        Scored {
            value,
            expectation,
            variance,
            z: score(gap, variance) * total.signum(),
            wanted: wanted((1.0, 0.0), self.lag[i]),
        }
    }

    fn g_star(&self, i: usize) -> Scored {
        let (n, row) = (self.x.n(), &self.layout.rows[i]);
        let own_weight = row.iter().map(|&(_, w)| w).fold(0.0, f64::max);
        let (r, q) = self.sums(i);
        let (r, q) = (r + own_weight, q + own_weight * own_weight);
        let total = self.x.mean * n;
        let deviation = (self.x.square / n).sqrt();
        let sum = self.lag[i] + own_weight * self.z[i];
        let variance = deviation * deviation * (n * q - r * r) / (n - 1.0) / (total * total);
        Scored {
            value: (deviation * sum + r * self.x.mean) / total,
            expectation: r / n,
            variance,
            z: score(deviation * sum / total, variance) * total.signum(),
            wanted: wanted((1.0, 0.0), self.lag[i]),
        }
    }
}

/// Of a statistic that cannot vary: nothing above or below its mean.
fn score(gap: f64, variance: f64) -> f64 {
    if variance > 0.0 { gap / variance.sqrt() } else { 0.0 }
}

fn wanted((linear, square): (f64, f64), observed: f64) -> Wanted {
    Wanted { linear, square, observed, slack: 1e-12 * observed.abs().max(1.0) }
}

/// The mean and the variance of local Moran's I of each unit when all values are permuted, the unit's own
/// too (Sokal, Oden & Thomson 1998, "total randomization"; Anselin 1995, equations 13 and 14): E = −r/(n − 1),
/// E I² = q(n − b₂)/(n − 1) + (r² − q)(2b₂ − n)/((n − 1)(n − 2)), b₂ the kurtosis.
pub fn moran_under_total_randomisation(layout: &Layout, x: &Variable) -> Vec<(f64, f64)> {
    let (n, kurtosis) = (x.n(), x.kurtosis());
    let of = |(row, r): (&Vec<(usize, f64)>, &f64)| {
        let q = row.iter().map(|&(_, w)| w * w).sum::<f64>();
        let mean = -r / (n - 1.0);
        let second = q * (n - kurtosis) / (n - 1.0)
            + (r * r - q) * (2.0 * kurtosis - n) / ((n - 1.0) * (n - 2.0));
        (mean, second - mean * mean)
    };
    layout.rows.iter().zip(&layout.row_sums).map(of).collect()
}

/// Units in each quadrant of a Moran scatter: HH, LH, LL, HL, the unit first, its neighbours second. High is
/// above the mean of x for both: the lag is of x − x̄, so that a quadrant is where the point of the scatter
/// lies and what the sign of I_i is.
pub fn quadrants(layout: &Layout, x: &Variable) -> [usize; 4] {
    let mut counts = [0; 4];
    let lag = layout.lag(&x.centred);
    x.centred.iter().zip(lag).for_each(|(own, lag)| counts[Quadrants::of(*own, lag)] += 1);
    counts
}

/// Whether no single unit can survive the adjustment at `level`: the smallest p-value of R permutations times
/// the number of units is above it. Then R + 1 ≥ m/level is needed (two-sided: twice that).
pub fn too_few(
    permutations: u32,
    units: usize,
    alternative: Alternative,
    level: f64,
) -> Option<u64> {
    let sides = if alternative == Alternative::TwoSided { 2.0 } else { 1.0 };
    let needed = (sides * units as f64 / level - 1e-9).ceil() as u64;
    (permutations > 0 && u64::from(permutations) + 1 < needed).then_some(needed - 1)
}
