//! A difference between two outcomes → what each of the choices that differ contributes.
//!
//! With v(S) the outcome when the choices in S are the new ones and the others the old, and n
//! choices that differ, the contribution of choice i is its Shapley value (Shapley 1953),
//!
//! ```text
//! φ_i = Σ_{S ∌ i} |S|! (n − |S| − 1)! / n! · (v(S ∪ {i}) − v(S))
//! ```
//!
//! the mean, over all orders in which the choices can be changed one at a time, of what changing i
//! does. Σ φ_i = v(all) − v(none).

/// φ of each choice. `outcomes` holds v of the set whose members are the bits of the position:
/// 2^n numbers, v(none) first and v(all) last.
///
/// They add up to the difference exactly (see [`settle`]).
pub fn contributions(outcomes: &[f64]) -> Vec<f64> {
    let n = outcomes.len().trailing_zeros() as usize;
    let weights: Vec<f64> = (0..n).map(|size| weight(size, n)).collect();
    let of = |i: usize| -> f64 {
        let without = (0..outcomes.len()).filter(|set| set & (1 << i) == 0);
        without
            .map(|set| {
                let size = set.count_ones() as usize;
                weights[size] * (outcomes[set | (1 << i)] - outcomes[set])
            })
            .sum()
    };
    let mut found: Vec<f64> = (0..n).map(of).collect();
    let (Some(first), Some(last)) = (outcomes.first(), outcomes.last()) else { return found };
    settle(&mut found, last - first);
    found
}

/// Makes `parts` add up to `total`, from which rounding alone keeps them: they become multiples of a
/// power of two below which their sums hold nothing, so that these are exact, and the largest takes
/// what is left.
///
/// A total that is the difference of two numbers of about the parts' size is such a multiple itself;
/// one with finer digits is met but for them.
pub fn settle(parts: &mut [f64], total: f64) {
    let largest = (0..parts.len()).max_by(|&i, &j| parts[i].abs().total_cmp(&parts[j].abs()));
    let Some(largest) = largest else { return };
    let reach = parts.iter().map(|part| part.abs()).sum::<f64>().max(total.abs());
    if reach == 0.0 {
        return;
    }
    let unit = (reach * f64::EPSILON).log2().ceil().exp2();
    for part in parts.iter_mut() {
        // Dividing by a power of two is exact.
        *part = (*part / unit).round() * unit;
    }
    let others: f64 = parts.iter().enumerate().filter(|(i, _)| *i != largest).map(|(_, p)| p).sum();
    parts[largest] = total - others;
}

/// |S|! (n − |S| − 1)! / n!
fn weight(size: usize, n: usize) -> f64 {
    let factorial = |k: usize| (1..=k).map(|i| i as f64).product::<f64>();
    factorial(size) * factorial(n - size - 1) / factorial(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// v(none) = 1, v(1) = 4, v(2) = 3, v(both) = 10: choice 1 adds 3 first and 7 last, 5 on
    /// average; choice 2 adds 2 and 6, 4 on average; 5 + 4 = 9 = 10 − 1.
    #[test]
    fn two_choices_by_hand() {
        assert_eq!(contributions(&[1.0, 4.0, 3.0, 10.0]), [5.0, 4.0]);
    }

    /// Gloves: 1 and 2 have a left glove each, 3 the right one; a pair is worth 1. φ = 1/6, 1/6, 4/6.
    #[test]
    fn the_glove_game() {
        let v = |set: usize| f64::from(u8::from(set & 4 != 0 && set & 3 != 0));
        let outcomes: Vec<f64> = (0..8).map(v).collect();
        let found = contributions(&outcomes);
        for (value, expected) in found.iter().zip([1.0 / 6.0, 1.0 / 6.0, 4.0 / 6.0]) {
            assert!((value - expected).abs() < 1e-15, "{found:?}");
        }
        assert_eq!(found.iter().sum::<f64>(), 1.0);
    }

    #[test]
    fn contributions_add_up_exactly() {
        // Numbers without a short binary form.
        let outcomes: Vec<f64> =
            (0..64).map(|i: i32| 0.4 + (f64::from(i) * 0.7).sin() / 3.0).collect();
        let found = contributions(&outcomes);
        assert_eq!(found.iter().sum::<f64>(), outcomes[63] - outcomes[0]);
        assert_eq!(contributions(&[2.5]), [0.0; 0]);
        assert_eq!(contributions(&[2.5, 2.5, 2.5, 2.5]), [0.0, 0.0]);
        // Parts of 1 cannot add up to 1e-17 to the last bit.
        let mut parts = [1.0, -1.0];
        settle(&mut parts, 1e-17);
        assert!((parts.iter().sum::<f64>() - 1e-17).abs() <= f64::EPSILON);
    }
}
