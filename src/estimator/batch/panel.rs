//! Traces and cross-products as functions of the spatial parameter, around a fit.
//!
//! Everything that standard errors need of r (tr G, tr GG, tr G'G, cross-products of GX) is a
//! rational function whose poles 1/ω lie outside the admissible interval. In u = artanh((r − c)/h),
//! c and h the interval's centre and half-length, real poles go to Im u = ±π/2: the functions are
//! smooth there however the eigenvalues pile up at the ends, and a few Chebyshev points over the
//! values that replicates take give them to rounding.

use super::series::clenshaw;
use crate::math::chebyshev::{coefficients, enough_points, points};
use crate::math::lanes::{LANES, Lane, Packed, ln};
use crate::weights::spectrum::Spectrum;

/// Standard deviations to each side of the fit. Replicates beyond are left to the plain path.
const REACH: f64 = 6.5;
/// A panel is made wider than 6.5 standard errors up to this in u only: e'e is a difference of large
/// numbers far from the fit, and the plain path keeps more of its digits.
const WIDENED: f64 = 1.0;
/// Relative accuracy of the interpolants.
const ACCURACY: f64 = 1e-16;
/// The panel ends here on each side in u, where a parameter is within 4e-4 of the interval's
/// length of its end.
const FURTHEST: f64 = 4.0;
const FEWEST: usize = 8;
const MOST: usize = 96;

/// How closely functions are interpolated, and how far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fineness {
    accuracy: f64,
    furthest: f64,
    most: usize,
}

impl Fineness {
    const USUAL: Self = Self { accuracy: ACCURACY, furthest: FURTHEST, most: MOST };
    /// For functions that are made level first, whose constants are larger, of parameters that may
    /// vary over most of their interval.
    pub(super) const LEVEL: Self = Self { accuracy: 1e-17, furthest: 3.0, most: 128 };
}

/// Functions of the spatial parameter on an interval around a fit.
#[derive(Debug)]
pub struct Panel {
    /// Ends of the admissible interval.
    low: f64,
    high: f64,
    /// Middle and half-length of the panel in u.
    middle: f64,
    half: f64,
    /// Ends of the panel in r.
    pub(super) ends: (f64, f64),
    points: usize,
    /// Coefficients: functions × points.
    functions: Packed,
    /// Coefficients of the first two functions, from the highest.
    traces: Vec<[f64; 2]>,
    /// By which powers of the shares of the interval below and above each function was multiplied; none
    /// where the caller knows.
    powers: Vec<[u8; 2]>,
}

impl Panel {
    /// The functions whose values at r are `values(r)`, of which the first two are tr G and tr GG,
    /// over the values that an estimate at `at` takes in replicates, whose standard deviation is
    /// `spread` of its standard errors. `power(f)`: of how many factors G function f is; one absolute
    /// error on all of a panel would be that of its ends, where these grow, so that they are made
    /// level first; at either end, as the eigenvalue there is one of theirs or not.
    pub fn new(
        spectrum: &Spectrum,
        at: f64,
        spread: (f64, f64),
        power: impl Fn(usize) -> [u8; 2],
        values: impl Fn(f64) -> Vec<f64>,
    ) -> Self {
        let made = |r: f64| {
            let (low, high) = spectrum.interval();
            let shares = [(r - low) / (high - low), (high - r) / (high - low)];
            let of = |(f, v): (usize, f64)| {
                let [a, b] = power(f).map(i32::from);
                v * shares[0].powi(a) * shares[1].powi(b)
            };
            values(r).into_iter().enumerate().map(of).collect()
        };
        let mut panel = Self::with(Fineness::USUAL, (spectrum, at), spread, made);
        panel.powers = (0..panel.functions.rows()).map(power).collect();
        panel
    }

    /// The same, as fine as asked.
    pub(super) fn with(
        fineness: Fineness,
        (spectrum, at): (&Spectrum, f64),
        (std_error, spread): (f64, f64),
        values: impl Fn(f64) -> Vec<f64>,
    ) -> Self {
        let (low, high) = spectrum.interval();
        let to_u = |r: f64| 0.5 * ((r - low) / (high - r)).ln();
        let to_r = |u: f64| {
            let e = (2.0 * u).exp();
            (low + high * e) / (1.0 + e)
        };
        let here = to_u(at);
        // du/dr = ½(1/(r − low) + 1/(high − r)).
        let own = REACH * std_error * 0.5 * (1.0 / (at - low) + 1.0 / (high - at));
        let spread = (spread * own).min(own.max(WIDENED));
        let left = (here - spread).max(-fineness.furthest).min(here - 0.05);
        let right = (here + spread).min(fineness.furthest).max(here + 0.05);
        let (middle, half) = (0.5 * (left + right), 0.5 * (right - left));
        let p = enough_points(std::f64::consts::FRAC_PI_2 / half, fineness.accuracy)
            .clamp(FEWEST, fineness.most);
        let at_points: Vec<Vec<f64>> =
            points(p).iter().map(|z| values(to_r(middle + half * z))).collect();
        let fitted: Vec<Vec<f64>> = (0..at_points[0].len())
            .map(|f| coefficients(&at_points.iter().map(|v| v[f]).collect::<Vec<_>>()))
            .collect();
        Self {
            low,
            high,
            middle,
            half,
            ends: (to_r(left), to_r(right)),
            points: p,
            traces: (0..p).rev().map(|m| [fitted[0][m], fitted[1][m]]).collect(),
            functions: Packed::new(fitted.len(), p, |f, m| fitted[f][m]),
            powers: Vec::new(),
        }
    }

    /// Lanes that [`evaluate`](Self::evaluate) needs for the polynomials.
    pub fn scratch(&self) -> usize {
        self.points
    }

    /// Lanes that [`evaluate`](Self::evaluate) fills: a few more than there are functions.
    pub fn room(&self) -> usize {
        self.functions.padded_rows()
    }

    /// Where the functions are interpolated.
    pub(super) fn nodes(&self) -> Vec<f64> {
        let to_r = |u: f64| {
            let e = (2.0 * u).exp();
            (self.low + self.high * e) / (1.0 + e)
        };
        points(self.points).iter().map(|z| to_r(self.middle + self.half * z)).collect()
    }

    /// Where r lies in the panel, from −1 to 1.
    #[inline(always)]
    fn place(&self, r: &Lane) -> Lane {
        let mut ratio = [0.0; LANES];
        for l in 0..LANES {
            ratio[l] = (r[l] - self.low) / (self.high - r[l]);
        }
        let mut z = ln(&ratio);
        let scale = 1.0 / self.half;
        for z in &mut z {
            *z = 0.5_f64.mul_add(*z, -self.middle) * scale;
        }
        z
    }

    /// tr G and tr GG.
    #[inline(always)]
    pub fn traces(&self, r: &Lane) -> (Lane, Lane) {
        let [mut g, mut gg] = clenshaw(&self.traces, &self.place(r));
        if let [first, second, ..] = self.powers[..] {
            let inverse = self.inverse_shares(r);
            scale(&mut g, first, &inverse);
            scale(&mut gg, second, &inverse);
        }
        (g, gg)
    }

    /// What undoes one power of each share.
    #[inline(always)]
    fn inverse_shares(&self, r: &Lane) -> [Lane; 2] {
        let width = self.high - self.low;
        let mut out = [[0.0; LANES]; 2];
        for l in 0..LANES {
            out[0][l] = width / (r[l] - self.low);
            out[1][l] = width / (self.high - r[l]);
        }
        out
    }

    /// Every function at r.
    #[inline(always)]
    pub fn evaluate(&self, r: &Lane, polynomials: &mut [Lane], out: &mut [Lane]) {
        let z = self.place(r);
        let polynomials = &mut polynomials[..self.points];
        polynomials[0] = [1.0; LANES];
        polynomials[1] = z;
        for m in 2..self.points {
            let (before, rest) = polynomials.split_at_mut(m);
            for l in 0..LANES {
                rest[0][l] = (2.0 * z[l]).mul_add(before[m - 1][l], -before[m - 2][l]);
            }
        }
        out.fill([0.0; LANES]);
        self.functions.multiply(polynomials, out);
        if self.powers.is_empty() {
            return;
        }
        let inverse = self.inverse_shares(r);
        for (out, power) in out.iter_mut().zip(&self.powers) {
            scale(out, *power, &inverse);
        }
    }
}

/// Multiplies with powers of two factors.
#[inline(always)]
fn scale(of: &mut Lane, powers: [u8; 2], factors: &[Lane; 2]) {
    for (power, factor) in powers.iter().zip(factors) {
        for _ in 0..*power {
            for l in 0..LANES {
                of[l] *= factor[l];
            }
        }
    }
}
