//! One number for all units of a period: Moran's I, Geary's C, Getis and Ord's G, bivariate Moran's I.
//!
//! With w_ij the weights among units that have neighbours, n of them, z = x − x̄, d_i = r_i + c_i the sum of
//! row and column i, S₀, S₁, S₂ as in [`Layout`], K the kurtosis:
//!
//! ```text
//! I = (n/S₀) Σ w_ij z_i z_j / Σ z²                         Moran (1950)
//! C = (n−1)/(2S₀) Σ w_ij (x_i − x_j)² / Σ z²               Geary (1954)
//! G = Σ w_ij x_i x_j / Σ_{i≠j} x_i x_j                     Getis & Ord (1992)
//! I_xy = (1/S₀) Σ w_ij z_i y_j, both standardised          Anselin, Syabri & Smirnov (2002)
//! ```
//!
//! Moments are those of Cliff & Ord (1981, chapters 1 and 2) under normality and under randomisation; of G
//! and I_xy under randomisation. Signs are chosen so that z > 0 is positive autocorrelation: z of Geary's C
//! is (E − C)/√V. Permutations are those of [`super::permutation`]: of I_xy, those of y.

use super::layout::{Layout, Variable};
use super::pairs::{Cross, CrossAndDegrees, Dot, Pairs};
use super::permutation::{Distribution, Observed, Permutations};
use super::{Asked, normal_p, permutation_p};
use crate::ident::Period;
use crate::math::linalg::dot;
use crate::model::autocorrelation::Autocorrelation;
use crate::outcome::{GlobalAutocorrelation, MoranYear};

/// A statistic with its moments under randomisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Its value.
    pub value: f64,
    /// Its mean.
    pub expectation: f64,
    /// Its variance under normality, where that has one.
    pub variance_normality: Option<f64>,
    /// Its variance under randomisation.
    pub variance: f64,
}

impl Moments {
    /// How many standard deviations the value lies above its mean, with this variance.
    pub fn score(&self, variance: f64) -> f64 {
        (self.value - self.expectation) / variance.sqrt()
    }
}

/// Moran's I.
pub fn moran(layout: &Layout, x: &Variable) -> Moments {
    let (n, s0, s1, s2) = (x.n(), layout.s0, layout.s1, layout.s2);
    let expectation = -1.0 / (n - 1.0);
    let e2 = expectation * expectation;
    let kurtosis = x.kurtosis();
    let normality = (n * n * s1 - n * s2 + 3.0 * s0 * s0) / (s0 * s0 * (n * n - 1.0)) - e2;
    let variance = (n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0 * s0 * s0)
        - kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0 * s0 * s0))
        / ((n - 1.0) * (n - 2.0) * (n - 3.0) * s0 * s0)
        - e2;
    let value = n / s0 * layout.cross(&x.centred) / x.square;
    Moments { value, expectation, variance_normality: Some(normality), variance }
}

/// Geary's C.
pub fn geary(layout: &Layout, x: &Variable) -> Moments {
    let (n, s0, s1, s2) = (x.n(), layout.s0, layout.s1, layout.s2);
    let gaps: f64 = layout
        .rows
        .iter()
        .zip(&x.centred)
        .map(|(row, z)| row.iter().map(|&(j, w)| w * (z - x.centred[j]).powi(2)).sum::<f64>())
        .sum();
    let s00 = s0 * s0;
    let normality = ((2.0 * s1 + s2) * (n - 1.0) - 4.0 * s00) / (2.0 * (n + 1.0) * s00);
    let k = x.kurtosis();
    let variance = ((n - 1.0) * s1 * (n * n - 3.0 * n + 3.0 - (n - 1.0) * k)
        - 0.25 * (n - 1.0) * s2 * (n * n + 3.0 * n - 6.0 - (n * n - n + 2.0) * k)
        + s00 * (n * n - 3.0 - (n - 1.0).powi(2) * k))
        / (n * (n - 2.0) * (n - 3.0) * s00);
    let value = (n - 1.0) / (2.0 * s0) * gaps / x.square;
    Moments { value, expectation: 1.0, variance_normality: Some(normality), variance }
}

/// Getis and Ord's G. Its variance is that of Σ w x_i x_j = x̄²S₀ + x̄Σd_i z_i + Σw z_i z_j, of which each
/// part has its moments without the cancellation of raw powers of x.
pub fn getis_ord(layout: &Layout, x: &Variable) -> Moments {
    let (n, s0, s2) = (x.n(), layout.s0, layout.s2);
    let others = x.products();
    let cross = layout.cross(&x.centred);
    let value = (x.mean * x.mean * s0 + x.mean * dot(&layout.degrees, &x.centred) + cross) / others;
    let linear = x.square * (s2 - 4.0 * s0 * s0 / n) / (n - 1.0);
    let squared = moran(layout, x).variance * (s0 * x.square / n).powi(2);
    // E z_i z_j z_k = 2M₃/(n(n−1)(n−2)) and E z_i² z_j = −M₃/(n(n−1)) of different units.
    let third = x.moment(3) / (n * (n - 1.0));
    let between = 2.0 * third / (n - 2.0) * (2.0 * s0 * s0 - s2) - third * s2;
    let variance =
        (x.mean * x.mean * linear + 2.0 * x.mean * between + squared) / (others * others);
    Moments { value, expectation: s0 / (n * (n - 1.0)), variance_normality: None, variance }
}

/// I_xy: `x` of units against the lag of `y`.
pub fn bivariate(layout: &Layout, x: &Variable, y: &Variable) -> Moments {
    let n = x.n();
    let a = layout.lag_transposed(&x.centred);
    let scale = n / (layout.s0 * (x.square * y.square).sqrt());
    let mean = a.iter().sum::<f64>() / n;
    let spread: f64 = a.iter().map(|a| (a - mean).powi(2)).sum();
    Moments {
        value: scale * dot(&a, &y.centred),
        expectation: 0.0,
        variance_normality: None,
        variance: scale * scale * spread * y.square / (n - 1.0),
    }
}

/// Lee's (2001) L = n/Σ r_i² · Σ (Wx)_i (Wy)_i / (√Σx² √Σy²), both centred.
pub fn lee(layout: &Layout, x: &Variable, y: &Variable) -> f64 {
    let cross = dot(&layout.lag(&x.centred), &layout.lag(&y.centred));
    let rows = dot(&layout.row_sums, &layout.row_sums);
    x.n() / rows * cross / (x.square * y.square).sqrt()
}

/// Moran's I of a period.
pub fn moran_year(
    layout: &Layout,
    x: &Variable,
    (period, permuted): (Period, Option<&[Distribution; 3]>),
    asked: &Asked<'_>,
) -> MoranYear {
    let moran = moran(layout, x);
    let normality = moran.variance_normality.unwrap_or(f64::NAN);
    let (z_normality, z_randomisation) = (moran.score(normality), moran.score(moran.variance));
    MoranYear {
        period: period.0,
        i: moran.value,
        expectation: moran.expectation,
        variance_normality: normality,
        variance_randomisation: moran.variance,
        z_normality,
        p_normality: normal_p(z_normality, asked.alternative),
        z_randomisation,
        p_randomisation: normal_p(z_randomisation, asked.alternative),
        p_permutation: permuted.map(|p| permutation_p(&p[0], asked.alternative)),
        permutations: asked.permutations.replicates,
        units: x.values.len(),
    }
}

/// Another global statistic of a period, or why it has none; `None` for Moran's I and local ones.
pub fn other(
    layout: &Layout,
    (x, y): (&Variable, Option<&Variable>),
    statistic: Autocorrelation,
    (period, permuted): (Period, Option<&[Distribution; 3]>),
    asked: &Asked<'_>,
) -> Option<Result<GlobalAutocorrelation, String>> {
    let (moments, distribution) = match statistic {
        Autocorrelation::Geary => (geary(layout, x), permuted.map(|p| p[1])),
        Autocorrelation::GetisOrd => {
            if let Some(negative) = x.values.iter().find(|v| **v < 0.0) {
                let reason = format!("G is of values that are not negative, there is {negative}");
                return Some(Err(reason));
            }
            (getis_ord(layout, x), permuted.map(|p| p[2]))
        }
        Autocorrelation::Bivariate => {
            let Some(y) = y else {
                return Some(Err("the other variable has no values".to_owned()));
            };
            let moments = bivariate(layout, x, y);
            let distribution = || bivariate_permuted(layout, (x, y), moments, asked.permutations);
            (moments, permuted.map(|_| distribution()))
        }
        Autocorrelation::Moran
        | Autocorrelation::LocalMoran
        | Autocorrelation::LocalGeary
        | Autocorrelation::LocalG
        | Autocorrelation::LocalGStar
        | Autocorrelation::LocalBivariate => return None,
    };
    Some(Ok(outcome(statistic, period, moments, distribution, (asked, x.values.len()))))
}

fn outcome(
    statistic: Autocorrelation,
    period: Period,
    moments: Moments,
    distribution: Option<Distribution>,
    (asked, units): (&Asked<'_>, usize),
) -> GlobalAutocorrelation {
    let falls = statistic.falls_with_likeness();
    let sign = if falls { -1.0 } else { 1.0 };
    let z = sign * moments.score(moments.variance);
    let turned = |d: Distribution| {
        let (above, below) = if falls { (d.below, d.above) } else { (d.above, d.below) };
        Distribution { above, below, ..d }
    };
    let z_normality = moments.variance_normality.map(|v| sign * moments.score(v));
    GlobalAutocorrelation {
        statistic,
        period: period.0,
        value: moments.value,
        expectation: moments.expectation,
        variance_normality: moments.variance_normality,
        z_normality,
        p_normality: z_normality.map(|z| normal_p(z, asked.alternative)),
        variance_randomisation: moments.variance,
        z_randomisation: z,
        p_randomisation: normal_p(z, asked.alternative),
        p_permutation: distribution.map(|d| permutation_p(&turned(d), asked.alternative)),
        permutations: asked.permutations.replicates,
        units,
    }
}

/// What counts as the same value again.
fn observed(value: f64) -> Observed {
    Observed { value, slack: 1e-12 * value.abs().max(1.0) }
}

/// Distributions of Moran's I, and where `more` is wanted of Geary's C and G, over the same permutations.
pub fn permuted(
    layout: &Layout,
    x: &Variable,
    permutations: Permutations,
    more: bool,
) -> [Distribution; 3] {
    let (pairs, n, moran) = (Pairs::of(layout), x.n(), moran(layout, x));
    let scale = n / (layout.s0 * x.square);
    let z = &x.centred;
    if !more {
        let statistics = |[cross]: [f64; 1]| [scale * cross];
        let [i] = permutations.of(z, &Cross(&pairs), statistics, [observed(moran.value)]);
        return [i; 3];
    }
    let (c, g) = (geary(layout, x), getis_ord(layout, x));
    let c_scale = (n - 1.0) / (2.0 * layout.s0 * x.square);
    let others = x.products();
    let constant = x.mean * x.mean * layout.s0;
    let statistics = |[cross, linear, square]: [f64; 3]| {
        let g = (constant + x.mean * linear + cross) / others;
        [scale * cross, c_scale * (square - 2.0 * cross), g]
    };
    // G is small: a share of all products.
    let g = Observed { value: g.value, slack: 1e-12 * g.value.abs() };
    let seen = [observed(moran.value), observed(c.value), g];
    permutations.of(z, &CrossAndDegrees(&pairs), statistics, seen)
}

/// The distribution of I_xy when y is permuted.
pub fn bivariate_permuted(
    layout: &Layout,
    (x, y): (&Variable, &Variable),
    moments: Moments,
    permutations: Permutations,
) -> Distribution {
    let a = layout.lag_transposed(&x.centred);
    let scale = x.n() / (layout.s0 * (x.square * y.square).sqrt());
    let statistics = |[dot]: [f64; 1]| [scale * dot];
    let seen = [observed(moments.value)];
    let [distribution] = permutations.of(&y.centred, &Dot(&a), statistics, seen);
    distribution
}
