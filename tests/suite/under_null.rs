//! Tests under their null hypotheses: replicates side by side against one at a time, and what must
//! be true of their p-values.

use crate::support::{all_weights, model, sample};
use spanel::bootstrap::null::{UnderNull, p_values};
use spanel::bootstrap::replicates::{Design, Path};
use spanel::diagnostic::null::{NullStatistics, TileStatistics, plainly, statistic};
use spanel::diagnostic::{Context, DIAGNOSTICS, Diagnostic};
use spanel::estimator::Problem;
use spanel::math::lanes::LANES;
use spanel::math::random::Stream;
use spanel::model::{Effects, Rescale};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;
use std::convert::Infallible;

const N: usize = 9;
const T: usize = 7;

/// Groups whose statistics exist in every replicate.
const SPATIAL: [&str; 2] = ["lm", "moran"];

/// Looks at a group of tests, one of its nulls and the statistics of the sample.
type Looks<'a> = &'a mut dyn FnMut(&dyn Diagnostic, &dyn NullStatistics, &[Option<f64>]);

/// Calls `f` with every null of every group of tests on a sample.
fn nulls(data: &Sample, w: &Weights, effects: Effects, f: Looks<'_>) {
    let m = model("ols", effects, 2);
    let context = Context::new(Problem::new(data, w, &m).expect("the same units"));
    for group in DIAGNOSTICS {
        let found = group.run(&context).tests;
        for null in group.nulls(&context) {
            let observed: Vec<_> =
                null.tests().iter().map(|name| statistic(&found, name, null.basis())).collect();
            f(*group, &*null, &observed);
        }
    }
}

fn close(a: Option<f64>, b: Option<f64>, what: &str) {
    match (a, b) {
        (Some(a), Some(b)) => {
            assert!((a - b).abs() <= 1e-10 * a.abs().max(1.0), "{what}: {a} {b}");
        }
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

#[test]
fn statistics_side_by_side_are_those_of_a_new_fit() {
    let mut seen = 0;
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 3);
        let mut stream = Stream::new([4; 32], 0);
        let all: Vec<[f64; LANES]> =
            (0..N * T + N).map(|_| std::array::from_fn(|_| stream.normal())).collect();
        for effects in Effects::FIXED {
            nulls(&data, &w, effects, &mut |group, null, _| {
                let tests = null.tests().len();
                let common = null.units().map_or(0, |units| units.own.len());
                let errors = &all[..N * T + common];
                let (mut fast, mut plain) =
                    (TileStatistics::new(tests), TileStatistics::new(tests));
                let mut scratch = vec![[f64::NAN; LANES]; null.scratch()];
                null.evaluate_tile(errors, &mut scratch, &mut fast);
                plainly(null, errors, &mut plain);
                for (test, name) in null.tests().iter().enumerate() {
                    for l in 0..LANES {
                        let what = format!("{} {name} {kind} {effects}", group.info().name);
                        close(plain.get(test, l), fast.get(test, l), &what);
                        let exists =
                            SPATIAL.contains(&group.info().name) && plain.get(test, l).is_some();
                        seen += usize::from(exists);
                    }
                }
            });
        }
    }
    // Six kinds of weights; 6 tests pooled, and 6, 10 and 10 with effects beside the pooled ones.
    assert_eq!(seen, 6 * LANES * (6 + (6 + 6) + 2 * (6 + 10)));
}

/// The innovations of the restricted fit generate the sample itself.
#[test]
fn the_samples_own_innovations_give_its_own_statistics() {
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 8);
        nulls(&data, &w, Effects::TwoWay, &mut |group, null, observed| {
            let common = null.units().map_or(&[][..], |units| &units.own);
            let again = null.evaluate(&[null.innovations(), common].concat());
            for (a, b) in observed.iter().zip(again) {
                close(*a, b, &format!("{} {kind}", group.info().name));
            }
        });
    }
}

fn found(
    w: &Weights,
    null: &dyn NullStatistics,
    observed: &[Option<f64>],
    scheme: &str,
    path: Path,
    count: usize,
) -> Vec<Option<UnderNull>> {
    let scheme = spanel::bootstrap::find(scheme).expect("a scheme");
    let design = Design { scheme, rescale: Rescale::Df, block_length: None, key: [7; 32] };
    let Ok(found) =
        p_values(null, observed, w, (design, path), (count, &|| Ok::<_, Infallible>(())));
    found
}

#[test]
fn p_values_are_the_same_either_way_and_on_any_number_of_threads() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    nulls(&data, &w, Effects::Individual, &mut |group, null, observed| {
        for scheme in ["residual", "unit-wild"] {
            let on = |threads: usize, path: Path| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
                pool.expect("threads").install(|| found(&w, null, observed, scheme, path, 99))
            };
            let one = on(1, Path::Batched);
            assert_eq!(one, on(3, Path::Batched));
            assert_eq!(one, on(2, Path::Plain));
            for (p, observed) in one.iter().zip(observed) {
                assert_eq!(p.is_some(), observed.is_some());
                let Some(p) = p else { continue };
                assert!(p.failed == 0 || !SPATIAL.contains(&group.info().name));
                assert!(p.p_value >= 1.0 / 100.0 && p.p_value <= 1.0, "{p:?}");
            }
        }
    });
}

/// What the sample cannot say has no p-value: the lag of the fitted values lies among the
/// regressors.
#[test]
fn a_test_that_does_not_apply_has_no_bootstrap() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    nulls(&data, &w, Effects::Individual, &mut |_, null, observed| {
        let mut hidden = observed.to_vec();
        hidden[0] = None;
        let p = found(&w, null, &hidden, "residual", Path::Batched, 99);
        assert_eq!(p[0], None);
        assert!(p[1..].iter().all(Option::is_some));
    });
}

/// Rejection rates at 5 % under the null of the bootstrap LM and Moran tests with two-way effects,
/// normal and skewed errors: 4 000 samples, so a standard error of 0.34 points.
#[test]
#[ignore = "minutes unless optimised: cargo test --release --test suite -- --ignored bootstrap_tests"]
fn bootstrap_tests_have_their_size() {
    let (_, w) = all_weights(N).swap_remove(1);
    let m = model("ols", Effects::TwoWay, 2);
    let rounds = 4_000;
    for skewed in [false, true] {
        let mut rejected: Vec<(String, usize)> = Vec::new();
        for round in 0..rounds {
            let mut data = sample(&w, T, 3);
            let mut stream = Stream::new([5; 32], round);
            for (y, x) in data.y.iter_mut().zip(&data.x[0]) {
                let e = stream.normal();
                *y = x + if skewed { e * e - 1.0 } else { e };
            }
            let context = Context::new(Problem::new(&data, &w, &m).expect("the same units"));
            for group in DIAGNOSTICS.iter().filter(|g| SPATIAL.contains(&g.info().name)) {
                let tests = group.run(&context).tests;
                for null in group.nulls(&context) {
                    let observed: Vec<_> = null
                        .tests()
                        .iter()
                        .map(|name| statistic(&tests, name, null.basis()))
                        .collect();
                    let p = found(&w, &*null, &observed, "residual", Path::Batched, 199);
                    for (name, p) in null.tests().iter().zip(p) {
                        let what = format!("{name} {}", null.basis().name());
                        let reject = usize::from(p.expect("a p-value").p_value <= 0.05);
                        match rejected.iter_mut().find(|(known, _)| *known == what) {
                            Some((_, count)) => *count += reject,
                            None => rejected.push((what, reject)),
                        }
                    }
                }
            }
        }
        for (what, count) in rejected {
            let rate = count as f64 / rounds as f64;
            println!("{what}{}: {rate:.3}", if skewed { ", skewed" } else { "" });
            assert!((rate - 0.05).abs() < 0.015, "{what}: {rate}");
        }
    }
}

#[test]
fn replicates_under_the_null_end_between_two_blocks() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    nulls(&data, &w, Effects::Individual, &mut |_, null, observed| {
        let scheme = spanel::bootstrap::find("residual").expect("a scheme");
        let design = Design { scheme, rescale: Rescale::Df, block_length: None, key: [7; 32] };
        let asked = std::cell::Cell::new(0);
        let go_on = || {
            asked.set(asked.get() + 1);
            if asked.get() < 3 { Ok(()) } else { Err("stopped") }
        };
        let how = (design, Path::Batched);
        let found = p_values(null, observed, &w, how, (100_000, &go_on));
        assert_eq!((found, asked.get()), (Err("stopped"), 3));
    });
}
