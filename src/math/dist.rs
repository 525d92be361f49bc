//! Survival functions and quantiles. Tails come from survival functions, never from 1 − cdf.

use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

/// P(|Z| > |z|), Z standard normal: erfc(|z|/√2).
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// P(|T| > |t|), T Student's t with `df` > 0 degrees of freedom.
pub fn student_two_sided(t: f64, df: f64) -> f64 {
    StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| (2.0 * d.sf(t.abs())).min(1.0))
}

/// P(χ² > x) with `df` degrees of freedom; 1 for x ≤ 0.
pub fn chi_squared_sf(x: f64, df: u32) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    ChiSquared::new(f64::from(df)).map_or(f64::NAN, |d| d.sf(x))
}

/// The 97.5 % quantile of the standard normal.
pub const NORMAL_975: f64 = 1.959_963_984_540_054;

/// The 97.5 % quantile of Student's t.
///
/// Above 1 000 degrees of freedom by the Cornish-Fisher expansion around the normal (Hill 1970),
/// since the inversion of the incomplete beta function loses digits there.
pub fn student_975(df: f64) -> f64 {
    if df <= 1_000.0 {
        return StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.inverse_cdf(0.975));
    }
    let z = NORMAL_975;
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    let first = (z3 + z) / 4.0;
    let second = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0;
    let third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0;
    z + first / df + second / df.powi(2) + third / df.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_tails() {
        assert!((normal_two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-15);
        // P(|Z| > 10) = 1.523970604832105e-23.
        assert!((normal_two_sided(-10.0) / 1.523_970_604_832_105e-23 - 1.0).abs() < 1e-12);
        // χ²(2): exp(-x/2).
        assert!((chi_squared_sf(6.0, 2) - (-3.0_f64).exp()).abs() < 1e-16);
        assert_eq!(chi_squared_sf(-1.0, 1), 1.0);
        // t(1) is Cauchy: P(|T| > 1) = 1/2.
        assert!((student_two_sided(1.0, 1.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_two_ways_to_a_student_quantile_meet() {
        // R: qt(0.975, c(10, 1e3, 1e5)).
        assert!((student_975(10.0) - 2.228_138_851_964_939).abs() < 1e-10);
        assert!((student_975(1_000.0) - 1.962_339_080_826_41).abs() < 1e-10);
        assert!((student_975(1_000.000_1) - student_975(1_000.0)).abs() < 1e-9);
        assert!((student_975(1e5) - 1.959_987_707_534_61).abs() < 1e-11);
    }
}
