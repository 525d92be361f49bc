//! Removing effects.
//!
//! Q is the projection off the dummies: Q = I, E_T ⊗ I, I ⊗ E_N or E_T ⊗ E_N, with
//! E_m = I − 11'/m and vectors stacked by period (Baltagi 2021, chapter 3).

use crate::model::Effects;

/// Qv in place, `v` stacked by period, `n` units.
pub fn demean(v: &mut [f64], n: usize, effects: Effects) {
    if effects.has_individual() {
        subtract_unit_means(v, n);
    }
    if effects.has_time() {
        subtract_period_means(v, n);
    }
}

/// Qv.
pub fn demeaned(v: &[f64], n: usize, effects: Effects) -> Vec<f64> {
    let mut out = v.to_vec();
    demean(&mut out, n, effects);
    out
}

/// The mean of each unit over the periods, length `n`.
pub fn unit_means(v: &[f64], n: usize) -> Vec<f64> {
    let mut means = vec![0.0; n];
    for period in v.chunks_exact(n) {
        for (m, x) in means.iter_mut().zip(period) {
            *m += x;
        }
    }
    let t = (v.len() / n) as f64;
    means.iter_mut().for_each(|m| *m /= t);
    means
}

/// The mean of each period over the `n` units.
pub fn period_means(v: &[f64], n: usize) -> Vec<f64> {
    v.chunks_exact(n).map(|period| period.iter().sum::<f64>() / n as f64).collect()
}

fn subtract_unit_means(v: &mut [f64], n: usize) {
    let means = unit_means(v, n);
    for period in v.chunks_exact_mut(n) {
        for (x, m) in period.iter_mut().zip(&means) {
            *x -= m;
        }
    }
}

fn subtract_period_means(v: &mut [f64], n: usize) {
    for period in v.chunks_exact_mut(n) {
        let mean = period.iter().sum::<f64>() / n as f64;
        period.iter_mut().for_each(|x| *x -= mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two units, three periods: unit 0 has 1, 2, 6; unit 1 has 3, 0, 0.
    const V: [f64; 6] = [1.0, 3.0, 2.0, 0.0, 6.0, 0.0];

    #[test]
    fn each_kind_of_effects_by_hand() {
        // Unit means 3 and 1, period means 2, 1, 3, grand mean 2.
        assert_eq!(demeaned(&V, 2, Effects::None), V);
        assert_eq!(demeaned(&V, 2, Effects::Individual), [-2.0, 2.0, -1.0, -1.0, 3.0, -1.0]);
        assert_eq!(demeaned(&V, 2, Effects::Time), [-1.0, 1.0, 1.0, -1.0, 3.0, -3.0]);
        assert_eq!(demeaned(&V, 2, Effects::TwoWay), [-2.0, 2.0, 0.0, 0.0, 2.0, -2.0]);
    }
}
