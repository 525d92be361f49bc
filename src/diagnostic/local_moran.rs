//! Local Moran's I of a variable in a period, with conditional permutation p-values.
//!
//! *Statistic*: I_i = z_i Σ_j w_ij z_j with z centred and divided by the standard deviation (divisor
//! n), so that Σ_i I_i = S₀ I (Anselin 1995, equations 7 and 9).
//! *Null*: given z_i, the values of the other units are exchangeable. Its neighbours' values are drawn
//! from those of all other units without replacement (conditional permutation, Anselin 1995, section
//! 3.2).
//! *p-value*: two-sided, twice the smaller tail, each tail (#{at least as extreme} + 1)/(R + 1), at most
//! 1, as for the global statistic. Units without neighbours have no statistic and no p-value.
//! *Many units*: the step-up adjustment of Benjamini & Hochberg (1995) bounds the false discovery rate
//! (Caldas de Castro & Singer 2006).
//!
//! Each unit has a stream of its own: the numbers do not depend on the number of threads.

use super::moran::Layout;
use crate::math::random::Stream;
use crate::weights::Weights;

/// Local Moran's I of a unit with neighbours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalMoran {
    /// Position among the weights' units.
    pub unit: usize,
    /// Its value less the mean, in standard deviations (divisor n).
    pub z: f64,
    /// Σ w z of its neighbours.
    pub lag: f64,
    /// `z · lag`.
    pub i: f64,
    /// Two-sided conditional permutation p-value.
    pub p_value: f64,
    /// The same after the adjustment of Benjamini & Hochberg over all units with neighbours.
    pub p_adjusted: f64,
}

/// Local Moran's I of every unit with neighbours, in the order of the weights' units, from
/// `permutations` conditional permutations each. `None` where the variable does not vary or fewer than
/// three units have neighbours.
pub fn local_moran(
    weights: &Weights,
    values: &[f64],
    permutations: u32,
    key: [u8; 32],
) -> Option<Vec<LocalMoran>> {
    let layout = Layout::of(weights);
    let z = standardised(&layout, values)?;
    let mut found: Vec<LocalMoran> = (0..z.len())
        .map(|at| {
            let row = &layout.rows[at];
            let lag: f64 = row.iter().map(|&(j, w)| w * z[j]).sum();
            let stream = Stream::new(key, layout.kept[at] as u64);
            let p_value = conditional_p((&z, at), row, lag, permutations, stream);
            LocalMoran {
                unit: layout.kept[at],
                z: z[at],
                lag,
                i: z[at] * lag,
                p_value,
                p_adjusted: p_value,
            }
        })
        .collect();
    let p_values: Vec<f64> = found.iter().map(|unit| unit.p_value).collect();
    for (unit, p) in found.iter_mut().zip(benjamini_hochberg(&p_values)) {
        unit.p_adjusted = p;
    }
    Some(found)
}

/// z of the units with neighbours.
fn standardised(layout: &Layout, values: &[f64]) -> Option<Vec<f64>> {
    let x: Vec<f64> = layout.kept.iter().map(|&i| values[i]).collect();
    let n = x.len() as f64;
    let mean = x.iter().sum::<f64>() / n;
    let deviation = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
    let varies = deviation > 1e-12 * x.iter().map(|v| v * v).sum::<f64>().sqrt();
    (x.len() > 2 && varies).then(|| x.iter().map(|v| (v - mean) / deviation).collect())
}

/// The p-value of z_i·lag given z_i, which is that of z_i times lags of drawn neighbours. Where z_i is
/// zero every draw ties, and p is 1.
fn conditional_p(
    (z, at): (&[f64], usize),
    row: &[(usize, f64)],
    lag: f64,
    permutations: u32,
    mut stream: Stream,
) -> f64 {
    let mut others: Vec<f64> =
        z.iter().enumerate().filter(|(j, _)| *j != at).map(|(_, v)| *v).collect();
    let own = z[at];
    let observed = own * lag;
    // A draw that reproduces the sample must count as a tie, not fall to rounding.
    let slack = 1e-12 * observed.abs().max(1.0);
    let (mut above, mut below) = (0_u32, 0_u32);
    for _ in 0..permutations {
        let mut drawn = 0.0;
        // The first places of a shuffle; a weight on the unit itself keeps its own value.
        for (place, &(j, w)) in row.iter().enumerate() {
            if j == at {
                drawn += w * own;
            } else if place < others.len() {
                let pick = place + stream.below(others.len() - place);
                others.swap(place, pick);
                drawn += w * others[place];
            }
        }
        let i = own * drawn;
        above += u32::from(i >= observed - slack);
        below += u32::from(i <= observed + slack);
    }
    let tail = f64::from(above.min(below) + 1) / f64::from(permutations + 1);
    (2.0 * tail).min(1.0)
}

/// p-values adjusted by the step-up procedure: for the k-th smallest of m the smallest of p_(j)·m/j
/// over j ≥ k, at most 1 (Benjamini & Hochberg 1995). Those at most q are the discoveries of which a
/// share of at most q is false in expectation.
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let m = p_values.len();
    let mut order: Vec<usize> = (0..m).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![1.0; m];
    let mut smallest = 1.0_f64;
    for (k, &at) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[at] * m as f64 / (k + 1) as f64);
        adjusted[at] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::Period;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    fn path(n: usize, pairs: &[(usize, usize)], how: Normalisation) -> Weights {
        Weights::new(&units(n), &undirected(n, pairs), how).unwrap()
    }

    /// Units 0 – 1 – 2 – 3 in a row, 4 alone; x = 1, 2, 4, 5 around 3, squares 4 + 1 + 1 + 4 = 10,
    /// variance 2.5. Lags of x − 3: −1; (−2 + 1)/2 = −½; (−1 + 2)/2 = ½; 1. I = 2/2.5, ½/2.5, ½/2.5,
    /// 2/2.5. The island's value counts nowhere.
    #[test]
    fn a_path_of_four_by_hand() {
        let w = path(5, &[(0, 1), (1, 2), (2, 3)], Normalisation::Row);
        let found = local_moran(&w, &[1.0, 2.0, 4.0, 5.0, 1000.0], 99, [1; 32]).unwrap();
        assert_eq!(found.iter().map(|u| u.unit).collect::<Vec<_>>(), [0, 1, 2, 3]);
        for (unit, i) in found.iter().zip([0.8, 0.2, 0.2, 0.8]) {
            assert!((unit.i - i).abs() < 1e-15, "{unit:?}");
            assert!((unit.i - unit.z * unit.lag).abs() < 1e-15);
        }
    }

    /// Of unit 0 (one neighbour) the draws are the values of units 1, 2 and 3, each with probability ⅓:
    /// the observed one is the smallest of them, I the largest, so that P(I* ≥ I) = ⅓ and p → ⅔.
    #[test]
    fn the_p_value_is_twice_the_exact_tail() {
        let w = path(4, &[(0, 1), (1, 2), (2, 3)], Normalisation::Row);
        let found = local_moran(&w, &[1.0, 2.0, 4.0, 5.0], 99_999, [7; 32]).unwrap();
        assert!((found[0].p_value - 2.0 / 3.0).abs() < 0.01, "{}", found[0].p_value);
        let again = local_moran(&w, &[1.0, 2.0, 4.0, 5.0], 99_999, [7; 32]).unwrap();
        assert_eq!(found, again);
    }

    #[test]
    fn local_statistics_sum_to_the_global_one() {
        let values = [3.0, 1.0, 4.0, 1.5, 9.0];
        for how in [Normalisation::None, Normalisation::Row, Normalisation::Spectral] {
            let w = path(5, &[(0, 1), (1, 2), (1, 3), (3, 4)], how);
            let s0: f64 = w.row_sums().iter().sum();
            let year = super::super::moran::moran_of_period(
                &w,
                &values,
                Period(1),
                0,
                Stream::new([0; 32], 0),
            );
            let found = local_moran(&w, &values, 9, [0; 32]).unwrap();
            let sum: f64 = found.iter().map(|u| u.i).sum();
            assert!((sum - s0 * year.unwrap().i).abs() < 1e-12, "{how:?}");
        }
    }

    #[test]
    fn what_does_not_vary_has_no_statistic() {
        let w = path(4, &[(0, 1), (1, 2), (2, 3)], Normalisation::Row);
        assert_eq!(local_moran(&w, &[2.0; 4], 9, [0; 32]), None);
    }

    /// m = 4: 0.01·4/1 = 0.04; 0.02·4/2 = 0.04; 0.03·4/3 = 0.04; 0.5.
    #[test]
    fn false_discoveries_by_hand() {
        let adjusted = benjamini_hochberg(&[0.5, 0.01, 0.03, 0.02]);
        for (found, wanted) in adjusted.iter().zip([0.5, 0.04, 0.04, 0.04]) {
            assert!((found - wanted).abs() < 1e-15, "{adjusted:?}");
        }
        assert!(benjamini_hochberg(&[]).is_empty());
    }
}
