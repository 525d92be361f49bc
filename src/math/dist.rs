//! Survival functions and quantiles. Tails come from survival functions, never from 1 − cdf.

use statrs::distribution::{ChiSquared, ContinuousCDF, FisherSnedecor, StudentsT};

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

/// P(Z > z), Z standard normal.
pub fn normal_sf(z: f64) -> f64 {
    0.5 * libm::erfc(z / std::f64::consts::SQRT_2)
}

/// P(X > x), X a mixture of χ²(0), χ²(1) and χ²(2) with weights ¼, ½ and ¼; 1 for x ≤ 0.
pub fn chi_bar_squared_sf(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    0.5 * chi_squared_sf(x, 1) + 0.25 * chi_squared_sf(x, 2)
}

/// P(Z < z), Z standard normal.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

/// The quantile of the standard normal at 0 < p < 1, to about 1e-16 of itself (Wichura 1988,
/// Algorithm AS 241, PPND16).
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = (-libm::log(tail)).sqrt();
    let z = if r <= 5.0 { ratio(r - 1.6, &MIDDLE) } else { ratio(r - 5.0, &FAR) };
    if q < 0.0 { -z } else { z }
}

/// A ratio of polynomials of degree seven, coefficients from the constant up.
fn ratio(r: f64, [above, below]: &[[f64; 8]; 2]) -> f64 {
    let at = |c: &[f64; 8]| c.iter().rev().fold(0.0, |sum: f64, c| sum.mul_add(r, *c));
    at(above) / at(below)
}

const CENTRE: [[f64; 8]; 2] = [
    [
        3.387_132_872_796_366_6,
        133.141_667_891_784_38,
        1_971.590_950_306_551_4,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];

const MIDDLE: [[f64; 8]; 2] = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        7.745_450_142_783_414e-4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        5.475_938_084_995_345e-4,
        1.050_750_071_644_416_9e-9,
    ],
];

const FAR: [[f64; 8]; 2] = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        1.242_660_947_388_078_4e-3,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_887_9,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        7.868_691_311_456_133e-4,
        1.846_318_317_510_054_7e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

/// P(F > x) with `numerator` and `denominator` degrees of freedom; 1 for x ≤ 0.
pub fn f_sf(x: f64, numerator: u32, denominator: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    FisherSnedecor::new(f64::from(numerator), denominator).map_or(f64::NAN, |d| d.sf(x))
}

/// The 97.5 % quantile of the standard normal.
pub const NORMAL_975: f64 = 1.959_963_984_540_054;

/// The 97.5 % quantile of Student's t.
///
/// Above 1 000 degrees of freedom by the Cornish-Fisher expansion around the normal (Hill 1970),
/// since the inversion of the incomplete beta function loses digits there.
pub fn student_975(df: f64) -> f64 {
    student_quantile(0.975, NORMAL_975, df)
}

/// The 95 % quantile of the standard normal.
pub const NORMAL_95: f64 = 1.644_853_626_951_472_7;

/// The 95 % quantile of Student's t, in the same way.
pub fn student_95(df: f64) -> f64 {
    student_quantile(0.95, NORMAL_95, df)
}

/// The quantile of Student's t where that of the normal is `z`.
fn student_quantile(p: f64, z: f64, df: f64) -> f64 {
    if df <= 1_000.0 {
        return StudentsT::new(0.0, 1.0, df).map_or(f64::NAN, |d| d.inverse_cdf(p));
    }
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
    fn known_quantiles() {
        // Tables of Student's t.
        assert!((student_95(10.0) - 1.812_461_1).abs() < 1e-7);
        assert!((student_95(1e9) - NORMAL_95).abs() < 1e-8);
    }

    #[test]
    fn known_tails() {
        assert!((normal_two_sided(1.959_963_984_540_054) - 0.05).abs() < 1e-15);
        // P(|Z| > 10) = 1.523970604832105e-23.
        assert!((normal_two_sided(-10.0) / 1.523_970_604_832_105e-23 - 1.0).abs() < 1e-12);
        // χ²(2): exp(-x/2).
        assert!((chi_squared_sf(6.0, 2) - (-3.0_f64).exp()).abs() < 1e-16);
        assert_eq!(chi_squared_sf(-1.0, 1), 1.0);
        assert!((normal_sf(-1.959_963_984_540_054) - 0.975).abs() < 1e-15);
        let mixed = 0.25 * normal_two_sided(2.0) * 2.0 + 0.25 * (-2.0_f64).exp();
        assert!((chi_bar_squared_sf(4.0) - mixed).abs() < 1e-15);
        assert_eq!(chi_bar_squared_sf(0.0), 1.0);
        // t(1) is Cauchy: P(|T| > 1) = 1/2.
        assert!((student_two_sided(1.0, 1.0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn normal_quantiles_undo_the_distribution() {
        assert_eq!(normal_quantile(0.5), 0.0);
        assert!((normal_quantile(0.975) - NORMAL_975).abs() < 1e-15);
        for i in 1..400 {
            // Tails from 1e-40, where the survival function still has all its digits.
            let p = 10_f64.powf(-f64::from(i) / 10.0) * 0.5;
            let z = normal_quantile(p);
            assert!((0.5 * libm::erfc(-z / 2.0_f64.sqrt()) / p - 1.0).abs() < 2e-13, "{p}");
            if p > 1e-8 {
                assert!((normal_quantile(1.0 - p) + z).abs() < 1e-7, "{p}");
            }
        }
    }

    #[test]
    fn tails_of_f_meet_those_of_t_and_the_closed_form() {
        for (t, df) in [(0.3, 4.0), (2.1, 30.0), (5.0, 764.0)] {
            let (f, two_sided) = (f_sf(t * t, 1, df), student_two_sided(t, df));
            assert!((f / two_sided - 1.0).abs() < 1e-10, "{f} {two_sided}");
        }
        // F(2, d): (1 + 2x/d)^(-d/2).
        for (x, d) in [(0.5_f64, 10.0_f64), (3.0, 100.0), (12.0, 750.0)] {
            let exact = (1.0 + 2.0 * x / d).powf(-d / 2.0);
            assert!((f_sf(x, 2, d) / exact - 1.0).abs() < 1e-9, "{} {exact}", f_sf(x, 2, d));
        }
        assert_eq!(f_sf(0.0, 3, 5.0), 1.0);
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
