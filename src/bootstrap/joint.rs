//! Joint inference over many hypotheses θ_s = 0, from statistics that were drawn together.
//!
//! With t_s = |θ̂_s/s_s| and t*_bs = |θ*_bs − θ̂_s|/s*_bs of the same replicates b for every s, S
//! hypotheses and B replicates (Westfall & Young 1993, section 2.3; Romano & Wolf 2005; 2016,
//! equations 3 to 5):
//!
//! ```text
//! unadjusted    (1 + #{b: t*_bs ≥ t_s})/(B + 1)
//! max-t         (1 + #{b: max_r t*_br ≥ t_s})/(B + 1)
//! Romano–Wolf   t_(1) ≥ … ≥ t_(S): p_(s) = max(p_(s−1), (1 + #{b: max_{r ≥ s} t*_b(r) ≥ t_(s)})/(B + 1))
//! simultaneous  θ̂_s ± c s_s, c the ⌈(1 − α)(B + 1)⌉-th smallest of max_r t*_br
//! ```
//!
//! A max-t p-value is at most α where the simultaneous interval leaves out 0, and only there.

use super::replicates::Replicates;

/// p-values of one hypothesis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjusted {
    /// Of the hypothesis alone.
    pub unadjusted: f64,
    /// Single-step, by the largest statistic of all.
    pub max_t: f64,
    /// Stepdown.
    pub romano_wolf: f64,
}

/// The p-values of hypotheses with statistics `t`, in their order; `columns` hold the t* of each,
/// all of the same replicates.
pub fn adjusted(t: &[f64], columns: &[Vec<f64>]) -> Vec<Adjusted> {
    debug_assert_eq!(t.len(), columns.len());
    let replicates = columns.first().map_or(0, Vec::len);
    let p = |values: &[f64], t: f64| {
        (1 + values.iter().filter(|v| **v >= t).count()) as f64 / (replicates + 1) as f64
    };
    let most = largest(columns);
    let mut found: Vec<Adjusted> = t
        .iter()
        .zip(columns)
        .map(|(&t, own)| Adjusted { unadjusted: p(own, t), max_t: p(&most, t), romano_wolf: 0.0 })
        .collect();
    // From the smallest statistic up, the largest t* of those from there on down.
    let mut order: Vec<usize> = (0..t.len()).collect();
    order.sort_by(|&a, &b| t[b].total_cmp(&t[a]));
    let mut rest = vec![0.0; replicates];
    for &s in order.iter().rev() {
        raise(&mut rest, &columns[s]);
        found[s].romano_wolf = p(&rest, t[s]);
    }
    let mut before = 0.0_f64;
    for &s in &order {
        before = before.max(found[s].romano_wolf);
        found[s].romano_wolf = before;
    }
    found
}

/// The critical value of all |t| together at `level`; `None` where there are too few replicates for
/// it.
pub fn critical(columns: &[Vec<f64>], level: f64) -> Option<f64> {
    let mut most = largest(columns);
    // What rounding adds to a whole number must not lift it to the next.
    let rank = ((1.0 - level) * (most.len() + 1) as f64 - 1e-9).ceil() as usize;
    let position = rank.checked_sub(1).filter(|p| *p < most.len())?;
    let (_, value, _) = most.select_nth_unstable_by(position, f64::total_cmp);
    Some(*value)
}

/// max_r t*_br of each replicate.
fn largest(columns: &[Vec<f64>]) -> Vec<f64> {
    let mut most = vec![0.0; columns.first().map_or(0, Vec::len)];
    columns.iter().for_each(|column| raise(&mut most, column));
    most
}

fn raise(most: &mut [f64], column: &[f64]) {
    most.iter_mut().zip(column).for_each(|(m, t)| *m = m.max(*t));
}

/// t* of estimate `i`, whose value in the sample is `value`, replicate by replicate; `None` of a
/// replicate that could not be fitted.
pub fn ratios(replicates: &Replicates, i: usize, value: f64) -> Vec<Option<f64>> {
    let tiles = replicates.numbers.chunks_exact(2 * replicates.estimates.max(1));
    let ratio = |(value_of, std_error): (&f64, &f64)| (value_of - value).abs() / std_error;
    tiles
        .zip(&replicates.good)
        .flat_map(|(numbers, good)| {
            let pairs = numbers[i].iter().zip(&numbers[replicates.estimates + i]);
            pairs.map(ratio).zip(good).map(|(t, good)| Some(t).filter(|t| *good && t.is_finite()))
        })
        .take(replicates.count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lanes::LANES;

    /// Three hypotheses, five replicates. The largest of each replicate: 3, 2, 4, 1, 2.5; of the
    /// last two 1, 2, 2, 1, 2.5; of the last alone 1, 0.5, 2, 1, 0.
    fn columns() -> Vec<Vec<f64>> {
        vec![
            vec![3.0, 0.5, 4.0, 0.2, 1.0],
            vec![0.5, 2.0, 1.0, 0.3, 2.5],
            vec![1.0, 0.5, 2.0, 1.0, 0.0],
        ]
    }

    #[test]
    fn three_hypotheses_by_hand() {
        let found = adjusted(&[3.5, 2.2, 1.5], &columns());
        let p: Vec<[f64; 3]> =
            found.iter().map(|a| [a.unadjusted, a.max_t, a.romano_wolf].map(|p| p * 6.0)).collect();
        // t = 3.5: 4 alone reaches it. t = 2.2: 2.5 of its own; 3, 4, 2.5 of all; 2.5 of the last
        // two. t = 1.5: 2 of its own; 3, 2, 4, 2.5 of all.
        assert_eq!(p, [[2.0, 2.0, 2.0], [2.0, 4.0, 2.0], [2.0, 5.0, 2.0]]);
        // The order of the hypotheses is theirs, not that of the statistics.
        let [a, b, c]: [Vec<f64>; 3] = columns().try_into().expect("three");
        let turned = adjusted(&[1.5, 3.5, 2.2], &[c, a, b]);
        assert_eq!(turned, [found[2], found[0], found[1]]);
    }

    #[test]
    fn a_step_is_never_below_the_one_before() {
        // t = 2.2 and 2.1: 2.5 reaches both of the first; nothing of the second alone reaches 2.1.
        let found = adjusted(&[2.2, 2.1], &columns()[1..]);
        assert_eq!(found[0].romano_wolf * 6.0, 2.0);
        assert_eq!((found[1].unadjusted * 6.0, found[1].romano_wolf * 6.0), (1.0, 2.0));
    }

    #[test]
    fn the_critical_value_by_hand() {
        // Of 1, 2, 2.5, 3, 4 the ⌈0.8·6⌉ = 5th, the ⌈0.5·6⌉ = 3rd; ⌈0.9·6⌉ = 6th there is none.
        assert_eq!(critical(&columns(), 0.2), Some(4.0));
        assert_eq!(critical(&columns(), 0.5), Some(2.5));
        assert_eq!(critical(&columns(), 0.1), None);
        assert_eq!(critical(&[], 0.05), None);
    }

    #[test]
    fn ratios_by_hand() {
        // θ̂ = 2; θ* = 1, 3, 5 with s* = 1, 0.25, 0; the second could not be fitted.
        let mut numbers = vec![[0.0; LANES]; 2];
        numbers[0][..4].copy_from_slice(&[1.0, 3.0, 3.0, 5.0]);
        numbers[1][..4].copy_from_slice(&[1.0, 1.0, 0.25, 0.0]);
        let mut good = [true; LANES];
        good[1] = false;
        let replicates = Replicates { estimates: 1, count: 4, numbers, good: vec![good] };
        assert_eq!(ratios(&replicates, 0, 2.0), [Some(1.0), None, Some(4.0), None]);
    }
}
