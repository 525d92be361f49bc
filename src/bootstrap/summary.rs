//! Replicates → standard errors, bias, intervals, p-values.

use super::replicates::Replicates;
use crate::outcome::{BootstrapEstimate, Estimate};

/// The level of the intervals.
const LEVEL: f64 = 0.95;

/// What the replicates say of each estimate, in their order. With fewer than two good replicates
/// there is nothing to say.
///
/// With θ̂ the estimate, s its standard error, and θ*, s* those of a replicate (Davison & Hinkley
/// 1997, chapter 5):
///
/// ```text
/// standard error   standard deviation of θ*, divisor B − 1
/// bias             mean of θ* − θ̂
/// percentile       [q(α/2), q(1 − α/2)] of θ*
/// basic            [2θ̂ − q(1 − α/2), 2θ̂ − q(α/2)]
/// percentile-t     [θ̂ − s·c(1 − α/2), θ̂ − s·c(α/2)], c the quantiles of t* = (θ* − θ̂)/s*
/// p-value          (1 + #{|t*| ≥ |θ̂/s|})/(B + 1)
/// ```
pub fn summary(estimates: &[&Estimate], replicates: &Replicates) -> Vec<BootstrapEstimate> {
    let good = replicates.values.first().map_or(0, Vec::len);
    if good < 2 {
        return Vec::new();
    }
    estimates.iter().enumerate().map(|(i, e)| one(e, replicates, i)).collect()
}

fn one(estimate: &Estimate, replicates: &Replicates, i: usize) -> BootstrapEstimate {
    let values = &replicates.values[i];
    let b = values.len() as f64;
    let mean = values.iter().sum::<f64>() / b;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let ratios: Vec<f64> = values
        .iter()
        .zip(&replicates.std_errors[i])
        .map(|(v, s)| (v - estimate.value) / s)
        .collect();
    let extreme = ratios.iter().filter(|t| t.abs() >= estimate.statistic.abs()).count();
    let tail = (1.0 - LEVEL) / 2.0;
    let ends = |v: &[f64]| {
        let mut sorted = v.to_vec();
        sorted.sort_by(f64::total_cmp);
        (quantile(&sorted, tail), quantile(&sorted, 1.0 - tail))
    };
    let (low, high) = ends(values);
    let (t_low, t_high) = ends(&ratios);
    let (value, s) = (estimate.value, estimate.std_error);
    BootstrapEstimate {
        term: estimate.term.clone(),
        std_error: (squares / (b - 1.0)).sqrt(),
        bias: mean - value,
        percentile: (low, high),
        basic: (2.0 * value - high, 2.0 * value - low),
        percentile_t: (value - s * t_high, value - s * t_low),
        p_value: (1 + extreme) as f64 / (b + 1.0),
    }
}

/// The quantile at (B + 1)p of sorted values, interpolated, held within them (Hyndman & Fan 1996,
/// type 6): for 999 replicates and p = 2.5 % exactly the 25th.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = (sorted.len() + 1) as f64 * p;
    let below = (at.floor() as usize).clamp(1, sorted.len());
    let above = (below + 1).min(sorted.len());
    let share = (at - below as f64).clamp(0.0, 1.0);
    sorted[below - 1] + share * (sorted[above - 1] - sorted[below - 1])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Term;

    #[test]
    fn quantiles_by_hand() {
        let sorted: Vec<f64> = (1..=999).map(f64::from).collect();
        assert!((quantile(&sorted, 0.025) - 25.0).abs() < 1e-9);
        assert!((quantile(&sorted, 0.975) - 975.0).abs() < 1e-9);
        assert!((quantile(&[1.0, 2.0], 0.5) - 1.5).abs() < 1e-12);
        assert_eq!(quantile(&[1.0, 2.0], 0.01), 1.0);
    }

    #[test]
    fn a_summary_by_hand() {
        let estimate = Estimate {
            term: Term::Rho,
            value: 2.0,
            std_error: 0.5,
            statistic: 4.0,
            p_value: 0.0,
            conf_low: 0.0,
            conf_high: 0.0,
        };
        // θ* = 1, 3, 5; s* = 1, 0.25, 1: t* = −1, 4, 3. One of three reaches |t| = 4.
        let replicates = Replicates {
            values: vec![vec![1.0, 3.0, 5.0]],
            std_errors: vec![vec![1.0, 0.25, 1.0]],
            failed: 0,
        };
        let s = &summary(&[&estimate], &replicates)[0];
        assert!((s.std_error - 2.0).abs() < 1e-15 && (s.bias - 1.0).abs() < 1e-15);
        assert_eq!(s.percentile, (1.0, 5.0));
        assert_eq!(s.basic, (-1.0, 3.0));
        assert_eq!(s.percentile_t, (0.0, 2.5));
        assert!((s.p_value - 0.5).abs() < 1e-15);
    }
}
