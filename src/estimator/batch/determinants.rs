//! ln|I − rW|, tr G and tr GG in lanes, from Chebyshev series in artanh of where r lies.
//!
//! G grows like 1/(1 − ωr) towards the ends of the interval. Interpolants have one absolute error on
//! all of a panel, so that functions of p factors G are made level by s(r)^p ([`level`]) first.

use super::series::clenshaw;
use crate::math::chebyshev::{coefficients, enough_points, points};
use crate::math::lanes::{LANES, Lane, ln};
use crate::weights::spectrum::Spectrum;

/// Accuracy of the part that is left out.
const ACCURACY: f64 = 1e-17;
/// Where all but the ends of an interval end: within 4e-4 of its length.
const FURTHEST: f64 = 4.0;
const FEWEST: usize = 8;
const MOST: usize = 128;

/// s(r) = 4(r − low)(high − r)/(high − low)².
#[inline(always)]
pub(super) fn level(r: f64, (low, high): (f64, f64)) -> f64 {
    let width = high - low;
    4.0 * (r - low) * (high - r) / (width * width)
}

/// The three functions on a part of the admissible interval.
#[derive(Debug)]
pub(super) struct Determinants {
    low: f64,
    high: f64,
    middle: f64,
    half: f64,
    /// Ends of the part.
    pub(super) ends: (f64, f64),
    /// From the highest coefficient.
    series: Vec<[f64; 3]>,
}

impl Determinants {
    /// Between `ends`.
    pub(super) fn within(spectrum: &Spectrum, ends: (f64, f64)) -> Self {
        let (low, high) = spectrum.interval();
        let to_u = |r: f64| 0.5 * ((r - low) / (high - r)).ln();
        Self::new(spectrum, (to_u(ends.0), to_u(ends.1)))
    }

    /// On all but the ends of the interval.
    pub(super) fn nearly_all(spectrum: &Spectrum) -> Self {
        Self::new(spectrum, (-FURTHEST, FURTHEST))
    }

    fn new(spectrum: &Spectrum, (left, right): (f64, f64)) -> Self {
        let (low, high) = spectrum.interval();
        let to_r = |u: f64| {
            let e = (2.0 * u).exp();
            (low + high * e) / (1.0 + e)
        };
        let (middle, half) = (0.5 * (left + right), 0.5 * (right - left));
        let p = enough_points(std::f64::consts::FRAC_PI_2 / half, ACCURACY).clamp(FEWEST, MOST);
        let at: Vec<[f64; 3]> = points(p)
            .iter()
            .map(|z| {
                let r = to_r(middle + half * z);
                let s = level(r, (low, high));
                [spectrum.log_det(r), s * spectrum.trace_g(r), s * s * spectrum.trace_gg(r)]
            })
            .collect();
        let of = |f: usize| coefficients(&at.iter().map(|v| v[f]).collect::<Vec<_>>());
        let fitted = [of(0), of(1), of(2)];
        Self {
            low,
            high,
            middle,
            half,
            ends: (to_r(left), to_r(right)),
            series: (0..p).rev().map(|m| [0, 1, 2].map(|f| fitted[f][m])).collect(),
        }
    }

    /// ln|I − rW|, tr G and tr GG.
    #[inline(always)]
    pub(super) fn at(&self, r: &Lane) -> [Lane; 3] {
        let mut z = [0.0; LANES];
        for l in 0..LANES {
            z[l] = (r[l] - self.low) / (self.high - r[l]);
        }
        z = ln(&z);
        let scale = 1.0 / self.half;
        for z in &mut z {
            *z = 0.5_f64.mul_add(*z, -self.middle) * scale;
        }
        let mut out = clenshaw(&self.series, &z);
        for l in 0..LANES {
            let inverse = 1.0 / level(r[l], (self.low, self.high));
            out[1][l] *= inverse;
            out[2][l] *= inverse * inverse;
        }
        out
    }
}
