//! Hadri's (2000) test. *Null*: every series is stationary around its constant, or its trend.
//!
//! ```text
//! Z = √N (LM − ξ)/ζ                 N(0, 1), large values: some series have a unit root
//! LM = (1/N) Σᵢ T⁻² Σₜ Sᵢₜ²/σᵢ²     Sᵢₜ sums of the residuals up to t; ξ = 1/6, ζ² = 1/45 (constant),
//!                                    ξ = 1/15, ζ² = 11/6300 (trend)
//! ```
//!
//! `hadri` has a variance σᵢ² of each unit, `hadri-homoskedastic` one of all. Residuals are taken for
//! uncorrelated over time (no long-run variance), as in plm: of correlated ones it rejects too often.

use super::{Found, deterministic, residual};
use crate::math::dist::normal_sf;
use crate::math::linalg::dot;
use crate::model::unit_roots::{Divisor, Trend};

/// The test; one variance of all units where `pooled`.
pub(super) fn hadri(
    series: &[Vec<f64>],
    trend: Trend,
    pooled: bool,
    divisor: Divisor,
) -> Result<Found, String> {
    let (centre, spread2): (f64, f64) = match trend {
        Trend::None => {
            return Err("Hadri's test supposes a constant of each unit".to_owned());
        }
        Trend::Intercept => (1.0 / 6.0, 1.0 / 45.0),
        Trend::Trend => (1.0 / 15.0, 11.0 / 6300.0),
    };
    let (n, t) = (series.len() as f64, series[0].len());
    let columns = deterministic(trend, t);
    let rows = match divisor {
        Divisor::DegreesOfFreedom => t - columns.len(),
        Divisor::Observations => t,
    } as f64;
    let (mut sums, mut squares, mut ratios) = (0.0, 0.0, 0.0);
    for y in series {
        let left = residual(&columns, y)?;
        let square = dot(&left, &left);
        if square <= 1e-20 * dot(y, y) {
            return Err("a series does not vary beside its constant and trend".to_owned());
        }
        let mut level = 0.0;
        let mut partial = |e: &f64| {
            level += e;
            level * level
        };
        let sum: f64 = left.iter().map(&mut partial).sum();
        sums += sum;
        squares += square;
        ratios += sum / (square / rows);
    }
    let total = if pooled { sums / (squares / (n * rows)) } else { ratios };
    let lm = total / (n * (t as f64).powi(2));
    let statistic = n.sqrt() * (lm - centre) / spread2.sqrt();
    let p_value = Some(normal_sf(statistic));
    Ok(Found { statistic, p_value, critical: None, lags: Vec::new(), tabulated_from: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = (1, −1, 1, −1) has S = (1, 0, 1, 0), σ² = 4/4: LM = 2/16; y = 2(1, 1, −1, −1) has S = (2, 4, 2, 0),
    /// σ² = 16/4: LM = 24/4/16 = 6/16. Mean 1/4; with one variance, 20/8 = 2.5: (2 + 24)/2.5/16/2 = 0.325.
    #[test]
    fn two_series_by_hand() {
        let series = [vec![1.0, -1.0, 1.0, -1.0], vec![2.0, 2.0, -2.0, -2.0]];
        let z = |lm: f64| 2.0_f64.sqrt() * (lm - 1.0 / 6.0) * 45.0_f64.sqrt();
        for (pooled, divisor, lm) in [
            (false, Divisor::Observations, 0.25),
            (true, Divisor::Observations, 0.325),
            (false, Divisor::DegreesOfFreedom, 0.25 * 0.75),
        ] {
            let found = hadri(&series, Trend::Intercept, pooled, divisor).expect("a test");
            assert!((found.statistic - z(lm)).abs() < 1e-12, "{found:?}");
        }
        let flat = [vec![1.0; 4], vec![1.0; 4]];
        let say = |trend| hadri(&flat, trend, false, Divisor::Observations).expect_err("no test");
        assert!(say(Trend::None).contains("constant"));
        assert!(say(Trend::Intercept).contains("does not vary"));
    }
}
