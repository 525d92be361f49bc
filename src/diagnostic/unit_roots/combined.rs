//! Tests that combine the p-values pᵢ of the units' t statistics, N units (Maddala & Wu 1999; Choi 2001).
//!
//! ```text
//! maddala-wu  P = −2 Σ ln pᵢ                        χ²(2N), large values
//! choi-p      Pm = Σ (−2 ln pᵢ − 2)/(2√N)           N(0, 1), large values
//! choi-z      Z = Σ Φ⁻¹(pᵢ)/√N                      N(0, 1), small values
//! choi-logit  √k Σ ln(pᵢ/(1 − pᵢ))                  t(5N + 4), small values; k = 3(5N + 4)/(π²N(5N + 2))
//! ```

use crate::math::dickey_fuller::{Beside, Tails};
use crate::math::dist::{chi_squared_sf, normal_cdf, normal_sf, student_two_sided};
use crate::model::unit_roots::{Trend, UnitRootTest};

/// What Dickey and Fuller's regression has beside the lag.
pub(super) fn beside(trend: Trend) -> Beside {
    match trend {
        Trend::None => Beside::Nothing,
        Trend::Intercept => Beside::Constant,
        Trend::Trend => Beside::Trend,
    }
}

/// The statistic and its p-value; `None` of a test that combines nothing.
pub fn combined(which: UnitRootTest, units: &[Tails]) -> Option<(f64, f64)> {
    let n = units.len() as f64;
    let sum = |of: fn(&Tails) -> f64| units.iter().map(of).sum::<f64>();
    let logarithms = || -2.0 * sum(Tails::log_below);
    match which {
        UnitRootTest::MaddalaWu => {
            let p = logarithms();
            Some((p, chi_squared_sf(p, 2 * units.len() as u32)))
        }
        UnitRootTest::ChoiP => {
            let p = (logarithms() - 2.0 * n) / (2.0 * n.sqrt());
            Some((p, normal_sf(p)))
        }
        UnitRootTest::ChoiZ => {
            let z = sum(|p| p.normal) / n.sqrt();
            Some((z, normal_cdf(z)))
        }
        UnitRootTest::ChoiLogit => {
            let df = 5.0 * n + 4.0;
            let pi = std::f64::consts::PI;
            let k = 3.0 * df / (pi * pi * n * (5.0 * n + 2.0));
            let l = k.sqrt() * sum(Tails::log_odds);
            let half = 0.5 * student_two_sided(l, df);
            Some((l, if l < 0.0 { half } else { 1.0 - half }))
        }
        UnitRootTest::Llc
        | UnitRootTest::Ips
        | UnitRootTest::Cips
        | UnitRootTest::Hadri
        | UnitRootTest::HadriHomoskedastic => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// p = ½, e⁻¹: P = 2 ln 2 + 2, χ²(4) beyond x is (1 + x/2)e^(−x/2) = (2 + ln 2)/(2e);
    /// Pm = (2 ln 2 + 2 − 4)/(2√2); Z = Φ⁻¹(e⁻¹)/√2 = −0.337475.../√2;
    /// L: Σ ln(p/(1 − p)) = −ln(e − 1), k = 3·14/(π²·2·12).
    #[test]
    fn two_p_values_by_hand() {
        let e = std::f64::consts::E;
        let units = [Tails::of_share(0.5), Tails::of_share(1.0 / e)];
        let of = |which| combined(which, &units).expect("a combination");
        let ln2 = 2.0_f64.ln();
        let (p, share) = of(UnitRootTest::MaddalaWu);
        assert!((p - 2.0 * ln2 - 2.0).abs() < 1e-13);
        assert!((share - (2.0 + ln2) / (2.0 * e)).abs() < 1e-12, "{share}");
        assert!((of(UnitRootTest::ChoiP).0 - (ln2 - 1.0) / 2.0_f64.sqrt()).abs() < 1e-13);
        let (z, below) = of(UnitRootTest::ChoiZ);
        assert!((normal_cdf(z * 2.0_f64.sqrt()) - 1.0 / e).abs() < 1e-13 && below < 0.5);
        let (l, below) = of(UnitRootTest::ChoiLogit);
        let k = 42.0 / (24.0 * std::f64::consts::PI.powi(2));
        assert!((l + k.sqrt() * (e - 1.0).ln()).abs() < 1e-13 && below < 0.5);
        assert!(combined(UnitRootTest::Ips, &units).is_none());
    }
}
