//! By hand, by enumeration of all permutations, and by what must not change anything.

use super::global::{bivariate, geary, getis_ord, moran};
use super::local::{local, too_few};
use super::*;
use crate::ident::Seed;
use crate::math::random::Stream;
use crate::model::Normalisation;
use crate::weights::Links;
use crate::weights::tests::{queen, undirected, units};

const LOCAL: [Autocorrelation; 4] = [
    Autocorrelation::LocalMoran,
    Autocorrelation::LocalGeary,
    Autocorrelation::LocalG,
    Autocorrelation::LocalGStar,
];

fn graph(n: usize, pairs: &[(usize, usize)], how: Normalisation) -> Weights {
    Weights::new(&units(n), &undirected(n, pairs), how).unwrap()
}

fn ring(n: usize) -> Weights {
    let pairs: Vec<(usize, usize)> = (0..n).map(|i| (i, (i + 1) % n)).collect();
    graph(n, &pairs, Normalisation::None)
}

/// Five units, links of different weights, not symmetric.
fn uneven() -> Weights {
    let links = vec![
        (0, 1, 2.0),
        (0, 2, 0.5),
        (1, 0, 1.0),
        (1, 3, 3.0),
        (2, 4, 1.0),
        (2, 1, 0.25),
        (3, 1, 1.5),
        (4, 0, 1.0),
        (4, 3, 0.5),
    ];
    let links = Links { units: units(5).as_slice().to_vec(), links };
    Weights::new(&units(5), &links, Normalisation::None).unwrap()
}

const FIVE: [f64; 5] = [3.0, 1.0, 4.0, 1.5, 9.0];

fn asked(statistics: &[Autocorrelation], replicates: u32) -> Asked<'_> {
    let permutations = Permutations { key: Seed(5).stream("tests"), replicates };
    Asked { statistics, alternative: Alternative::TwoSided, permutations }
}

fn found(w: &Weights, x: &[f64], statistics: &[Autocorrelation], replicates: u32) -> Found {
    of_period(w, (x, None), Period(1), &asked(statistics, replicates)).unwrap()
}

fn of(found: &Found, statistic: Autocorrelation) -> &[Local] {
    &found.local.iter().find(|(of, _)| *of == statistic).unwrap().1
}

fn variable(layout: &Layout, values: &[f64]) -> Variable {
    Variable::of(layout, values, "").unwrap()
}

/// Every order of the values (Heap's algorithm).
fn orders(values: &[f64]) -> Vec<Vec<f64>> {
    fn go(k: usize, now: &mut Vec<f64>, out: &mut Vec<Vec<f64>>) {
        if k <= 1 {
            out.push(now.clone());
            return;
        }
        for i in 0..k {
            go(k - 1, now, out);
            now.swap(if k.is_multiple_of(2) { i } else { 0 }, k - 1);
        }
    }
    let mut out = Vec::new();
    go(values.len(), &mut values.to_vec(), &mut out);
    out
}

fn mean_and_variance(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / values.len() as f64)
}

fn near(a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs().max(1.0), "{a} against {b}");
}

#[test]
fn morans_i_of_a_ring_of_five_by_hand() {
    // z = (−2, −1, 0, 1, 2), z'z = 10. z'Wz = 2(2 + 0 + 0 + 2 − 4) = 0, so I = 0.
    let year = found(&ring(5), &[1.0, 2.0, 3.0, 4.0, 5.0], &[], 0).moran;
    assert!(year.i.abs() < 1e-15);
    assert_eq!(year.expectation, -0.25);
    // S0 = 10, S1 = 20, S2 = 80: (25·20 − 5·80 + 300)/(100·24) − 1/16.
    near(year.variance_normality, 400.0 / 2400.0 - 0.0625, 1e-15);
    // K = 5·34/100 = 1.7.
    let numerator = 5.0 * (13.0 * 20.0 - 400.0 + 300.0) - 1.7 * (400.0 - 800.0 + 600.0);
    near(year.variance_randomisation, numerator / (4.0 * 3.0 * 2.0 * 100.0) - 0.0625, 1e-15);
    assert_eq!((year.p_permutation, year.permutations), (None, 0));
}

/// Units 0 – 1 – 2 – 3 in a row, x = 1, 2, 4, 5. Squared gaps of links 1 + 4 + 1, each twice: 12; S₀ = 6,
/// Σz² = 10, C = 3/12·12/10. Σ w x x = 2(2 + 8 + 20), Σ_{i≠j} x x = 12² − 46, E G = 6/12.
#[test]
fn gearys_c_and_g_of_a_path_by_hand() {
    let w = graph(4, &[(0, 1), (1, 2), (2, 3)], Normalisation::None);
    let layout = Layout::of(&w);
    let x = variable(&layout, &[1.0, 2.0, 4.0, 5.0]);
    near(geary(&layout, &x).value, 0.3, 1e-15);
    near(getis_ord(&layout, &x).value, 60.0 / 98.0, 1e-15);
    near(getis_ord(&layout, &x).expectation, 0.5, 1e-15);
}

#[test]
fn moments_are_those_over_all_permutations() {
    let w = uneven();
    let layout = Layout::of(&w);
    let all = orders(&FIVE);
    assert_eq!(all.len(), 120);
    let x = variable(&layout, &FIVE);
    for statistic in [moran, geary, getis_ord] {
        let values: Vec<f64> =
            all.iter().map(|order| statistic(&layout, &variable(&layout, order)).value).collect();
        let (mean, variance) = mean_and_variance(&values);
        let ours = statistic(&layout, &x);
        near(ours.expectation, mean, 1e-12);
        near(ours.variance, variance, 1e-12);
    }
    let y = [2.0, 7.0, 1.0, 8.0, 2.5];
    let values: Vec<f64> =
        orders(&y).iter().map(|y| bivariate(&layout, &x, &variable(&layout, y)).value).collect();
    let (mean, variance) = mean_and_variance(&values);
    let ours = bivariate(&layout, &x, &variable(&layout, &y));
    near(ours.expectation, mean, 1e-12);
    near(ours.variance, variance, 1e-12);
}

/// The share of all 120 permutations that are at least as extreme, within four Monte Carlo standard errors.
#[test]
fn permutation_p_values_are_near_the_exact_ones() {
    let w = uneven();
    let statistics =
        [Autocorrelation::Geary, Autocorrelation::GetisOrd, Autocorrelation::Bivariate];
    let y = [2.0, 7.0, 1.0, 8.0, 2.5];
    let replicates = 19_999;
    let ours =
        of_period(&w, (&FIVE, Some(&y)), Period(1), &asked(&statistics, replicates)).unwrap();
    let layout = Layout::of(&w);
    let x = variable(&layout, &FIVE);
    let exact = |of: &dyn Fn(&Variable) -> f64, values: &[f64]| {
        let seen = of(&variable(&layout, values));
        let all: Vec<f64> = orders(values).iter().map(|v| of(&variable(&layout, v))).collect();
        let share = |f: &dyn Fn(f64) -> bool| {
            all.iter().filter(|v| f(**v)).count() as f64 / all.len() as f64
        };
        share(&|v| v >= seen - 1e-9).min(share(&|v| v <= seen + 1e-9))
    };
    let p = |statistic| {
        let found = ours.global.iter().find(|g| g.statistic == statistic);
        found.unwrap().p_permutation.unwrap()
    };
    for (ours, tail) in [
        (ours.moran.p_permutation.unwrap(), exact(&|x| moran(&layout, x).value, &FIVE)),
        (p(Autocorrelation::Geary), exact(&|x| geary(&layout, x).value, &FIVE)),
        (p(Autocorrelation::GetisOrd), exact(&|x| getis_ord(&layout, x).value, &FIVE)),
        (p(Autocorrelation::Bivariate), exact(&|y| bivariate(&layout, &x, y).value, &y)),
    ] {
        let error = 8.0 * (tail * (1.0 - tail) / f64::from(replicates)).sqrt();
        assert!(
            (ours - (2.0 * tail).min(1.0)).abs() < error + 1e-3,
            "{ours}, exact {}",
            2.0 * tail
        );
    }
}

/// The grid of permutations with the sample among them is drawn alike from each of its members: a true
/// hypothesis is rejected at 5 % in 5 % of samples, also where the grid has places that are not used.
#[test]
fn permutation_tests_hold_their_size() {
    let w = ring(9);
    let layout = Layout::of(&w);
    let mut stream = Stream::new(Seed(2).stream("samples"), 0);
    for (replicates, level) in [(39, 0.05), (99, 0.05), (54, 3.0 / 55.0)] {
        let samples = 4_000;
        let mut rejected = 0;
        for sample in 0..samples {
            let x: Vec<f64> = (0..9).map(|_| stream.normal()).collect();
            let key = Seed(sample).stream("size");
            let x = variable(&layout, &x);
            let all = global::permuted(&layout, &x, Permutations { key, replicates }, false);
            rejected += usize::from(permutation_p(&all[0], Alternative::Greater) <= level + 1e-12);
        }
        let share = rejected as f64 / samples as f64;
        let error = (level * (1.0 - level) / samples as f64).sqrt();
        assert!((share - level).abs() < 3.5 * error, "{replicates}: {share} of {level}");
    }
}

/// Pairs of replicates are independent, and as many as are asked for.
#[test]
fn all_replicates_count_and_none_twice() {
    let values: Vec<f64> = (0..12).map(|i| f64::from(i).sqrt()).collect();
    for replicates in [1, 19, 20, 21, 999, 1_000] {
        let w = ring(12);
        let layout = Layout::of(&w);
        let x = variable(&layout, &values);
        let permutations = Permutations { key: [7; 32], replicates };
        let [i, ..] = global::permuted(&layout, &x, permutations, false);
        assert!(i.above + i.below >= replicates && i.above <= replicates, "{i:?}");
        assert_eq!(i.replicates, replicates);
    }
}

/// Units 0 – 1 – 2 – 3 in a row, 4 alone; x = 1, 2, 4, 5 around 3, squares 4 + 1 + 1 + 4 = 10,
/// variance 2.5. Lags of x − 3: −1; (−2 + 1)/2 = −½; (−1 + 2)/2 = ½; 1. I = 2/2.5, ½/2.5, ½/2.5,
/// 2/2.5. Squared gaps: 1; (1 + 4)/2; (4 + 1)/2; 1. G of unit 0: 2/11. The island's value counts nowhere.
#[test]
fn local_statistics_of_a_path_by_hand_and_an_island() {
    let w = graph(5, &[(0, 1), (1, 2), (2, 3)], Normalisation::Row);
    let found = found(&w, &[1.0, 2.0, 4.0, 5.0, 1000.0], &LOCAL, 99);
    for (statistic, wanted) in [
        (Autocorrelation::LocalMoran, [0.8, 0.2, 0.2, 0.8]),
        (Autocorrelation::LocalGeary, [0.4, 1.0, 1.0, 0.4]),
        (Autocorrelation::LocalG, [2.0 / 11.0, 2.5 / 10.0, 3.5 / 8.0, 4.0 / 7.0]),
        (Autocorrelation::LocalGStar, [3.0 / 12.0, 3.5 / 12.0, 5.5 / 12.0, 9.0 / 12.0]),
    ] {
        let ours = of(&found, statistic);
        assert_eq!(ours.iter().map(|u| u.unit).collect::<Vec<_>>(), [0, 1, 2, 3]);
        for (unit, wanted) in ours.iter().zip(wanted) {
            near(unit.value, wanted, 1e-14);
        }
    }
    assert_eq!(found.quadrants, [2, 0, 2, 0]);
    assert_eq!(found.moran.units, 4);
}

/// A unit whose only neighbour is an island is one too.
#[test]
fn units_that_only_look_at_islands_are_islands() {
    let mut links = undirected(6, &[(0, 1), (1, 2), (2, 3)]);
    links.links.push((4, 5, 1.0));
    let w = Weights::new(&units(6), &links, Normalisation::None).unwrap();
    assert_eq!(Layout::of(&w).kept, [0, 1, 2, 3]);
}

/// Means, variances and tails of local statistics over all orders of the other units' values.
#[test]
fn local_statistics_against_all_orders_of_the_others() {
    let equal = graph(5, &[(0, 1), (1, 2), (1, 3), (3, 4), (0, 4)], Normalisation::Row);
    for w in [uneven(), equal] {
        let layout = Layout::of(&w);
        let replicates = 19_999;
        let ours = found(&w, &FIVE, &LOCAL, replicates);
        for statistic in LOCAL {
            for unit in of(&ours, statistic) {
                let others: Vec<f64> =
                    (0..5).filter(|j| *j != unit.unit).map(|j| FIVE[j]).collect();
                let all: Vec<f64> = orders(&others)
                    .into_iter()
                    .map(|mut order| {
                        order.insert(unit.unit, FIVE[unit.unit]);
                        let x = variable(&layout, &order);
                        let none = asked(&[], 0);
                        local(&layout, (&x, None), statistic, &none).unwrap()[unit.unit].value
                    })
                    .collect();
                let (mean, variance) = mean_and_variance(&all);
                if statistic != Autocorrelation::LocalGStar {
                    near(unit.expectation, mean, 1e-12);
                    near(unit.variance, variance, 1e-12);
                }
                let share = |f: &dyn Fn(f64) -> bool| {
                    all.iter().filter(|v| f(**v)).count() as f64 / all.len() as f64
                };
                let tail =
                    share(&|v| v >= unit.value - 1e-9).min(share(&|v| v <= unit.value + 1e-9));
                let p = unit.p_permutation.unwrap();
                let error = 8.0 * (tail * (1.0 - tail) / f64::from(replicates)).sqrt() + 1e-3;
                assert!(
                    (p - (2.0 * tail).min(1.0)).abs() < error,
                    "{statistic:?} {unit:?}: {tail}"
                );
            }
        }
    }
}

#[test]
fn local_statistics_sum_to_the_global_ones() {
    for how in [Normalisation::None, Normalisation::Row, Normalisation::Spectral] {
        let w = graph(5, &[(0, 1), (1, 2), (1, 3), (3, 4)], how);
        let layout = Layout::of(&w);
        let x = variable(&layout, &FIVE);
        let found = found(&w, &FIVE, &LOCAL, 0);
        let sum = |statistic| of(&found, statistic).iter().map(|u| u.value).sum::<f64>();
        near(sum(Autocorrelation::LocalMoran), layout.s0 * found.moran.i, 1e-12);
        // Σ c_i = Σ w (z_i − z_j)² = 2 S₀ n C/(n − 1), over the variance with divisor n.
        let c = geary(&layout, &x).value * 2.0 * layout.s0 * 5.0 / 4.0;
        near(sum(Autocorrelation::LocalGeary), c, 1e-12);
        let points = scatter::scatter(&w, &FIVE).unwrap();
        let cross: f64 = points.iter().map(|(_, z, lag)| z * lag).sum();
        let square: f64 = points.iter().map(|(_, z, _)| z * z).sum();
        near(cross / square, found.moran.i, 1e-14);
    }
}

/// Units in another order, a variable in other units or with its sign reversed.
#[test]
fn what_must_not_change_anything() {
    let (n, pairs) = queen(6);
    let x: Vec<f64> = (0..n).map(|i| 2.0 + ((7 * i * i + 3) % 23) as f64 / 7.0).collect();
    let w = graph(n, &pairs, Normalisation::Row);
    let all = [&LOCAL[..], &[Autocorrelation::Geary, Autocorrelation::GetisOrd]].concat();
    let straight = found(&w, &x, &all, 0);
    let place = |i: usize| (5 * i + 2) % n;
    let mut turned = vec![0.0; n];
    (0..n).for_each(|i| turned[place(i)] = x[i]);
    let moved: Vec<(usize, usize)> = pairs.iter().map(|&(i, j)| (place(i), place(j))).collect();
    let relabelled = found(&graph(n, &moved, Normalisation::Row), &turned, &all, 0);
    let scaled: Vec<f64> = x.iter().map(|v| 3.0 * v).collect();
    let shifted: Vec<f64> = x.iter().map(|v| 100.0 - 0.5 * v).collect();
    let scaled = found(&w, &scaled, &all, 0);
    let shifted = found(&w, &shifted, &all, 0);
    for other in [&relabelled, &scaled, &shifted] {
        near(other.moran.i, straight.moran.i, 1e-12);
        near(other.moran.z_randomisation, straight.moran.z_randomisation, 1e-11);
        near(other.global[0].value, straight.global[0].value, 1e-12);
        near(other.global[0].z_randomisation, straight.global[0].z_randomisation, 1e-11);
    }
    // G knows where zero is, and its standard score does not; a reversed sign turns it.
    near(scaled.global[1].value, straight.global[1].value, 1e-12);
    near(relabelled.global[1].z_randomisation, straight.global[1].z_randomisation, 1e-11);
    for (statistic, sign) in [
        (Autocorrelation::LocalMoran, 1.0),
        (Autocorrelation::LocalGeary, 1.0),
        (Autocorrelation::LocalG, -1.0),
        (Autocorrelation::LocalGStar, -1.0),
    ] {
        for (i, unit) in of(&straight, statistic).iter().enumerate() {
            near(of(&relabelled, statistic)[place(i)].z, unit.z, 1e-10);
            near(of(&scaled, statistic)[i].z, unit.z, 1e-10);
            near(of(&shifted, statistic)[i].z, sign * unit.z, 1e-10);
        }
    }
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (n, pairs) = queen(20);
    let x: Vec<f64> = (0..n).map(|i| 2.0 + ((7 * i * i + 3) % 101) as f64 / 7.0).collect();
    let y: Vec<f64> = (0..n).map(|i| ((11 * i * i + 5) % 97) as f64).collect();
    let w = graph(n, &pairs, Normalisation::Row);
    let all = Autocorrelation::ALL;
    for replicates in [999, 700] {
        let run = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                of_period(&w, (&x, Some(&y)), Period(1), &asked(&all, replicates)).unwrap()
            })
        };
        assert_eq!(run(1), run(4));
    }
}

#[test]
fn a_constant_variable_has_a_reason_instead_of_a_number() {
    let w = ring(5);
    let failed = of_period(&w, (&[2.0; 5], None), Period(1999), &asked(&[], 9)).unwrap_err();
    assert!(failed.reason.contains("does not vary in 1999"), "{}", failed.reason);
    let few = graph(6, &[(0, 1), (1, 2)], Normalisation::None);
    let failed =
        of_period(&few, (&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], None), Period(1), &asked(&[], 9));
    assert!(failed.unwrap_err().reason.contains("there are 3"));
    let statistics = [Autocorrelation::GetisOrd, Autocorrelation::Bivariate];
    let negative = [1.0, -2.0, 3.0, 4.0, 5.0];
    let found =
        of_period(&w, (&negative, Some(&[1.0; 5])), Period(1), &asked(&statistics, 9)).unwrap();
    assert!(found.global.is_empty());
    assert!(found.without[0].1.contains("not negative"), "{:?}", found.without);
    assert!(found.without[1].1.contains("the other variable does not vary"), "{:?}", found.without);
}

#[test]
fn a_cluster_of_two_halves_is_found() {
    let values: Vec<f64> = (0..12).map(|i| f64::from(i / 6)).collect();
    let p = found(&ring(12), &values, &[], 199).moran.p_permutation.unwrap();
    assert!((0.01 - 1e-12..0.05).contains(&p), "{p}");
}

/// 100 units at 5 %: one of them needs p ≤ 0.0005, two-sided 2/(R + 1).
#[test]
fn the_smallest_number_of_permutations() {
    assert_eq!(too_few(3_999, 100, Alternative::TwoSided, 0.05), None);
    assert_eq!(too_few(3_998, 100, Alternative::TwoSided, 0.05), Some(3_999));
    assert_eq!(too_few(1_999, 100, Alternative::Greater, 0.05), None);
    assert_eq!(too_few(0, 100, Alternative::TwoSided, 0.05), None);
}
