//! What must be true of Hausman tests, whatever the data.

use crate::support::{all_weights, model, permuted, sample};
use spanel::bootstrap::null::p_values;
use spanel::bootstrap::replicates::{Design, Path};
use spanel::diagnostic::hausman::Hausman;
use spanel::diagnostic::null::statistic;
use spanel::diagnostic::{Context, Diagnostic};
use spanel::estimator::Problem;
use spanel::math::random::Stream;
use spanel::model::{Effects, Normalisation, Rescale};
use spanel::outcome::{Basis, Test, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;
use std::convert::Infallible;

/// Replicates, none of which ends the work.
const ALL: (usize, &dyn Fn() -> Result<(), Infallible>) = (199, &|| Ok(()));
const NAMES: [&str; 3] = ["hausman", "hausman-common", "hausman-robust"];

fn tests(data: &Sample, w: &Weights, effects: Effects) -> Vec<Test> {
    let m = model("ols", effects, 2);
    Hausman.run(&Context::new(Problem::new(data, w, &m).expect("the same units"))).tests
}

fn statistics(data: &Sample, w: &Weights, effects: Effects) -> [Option<f64>; 3] {
    let found = tests(data, w, effects);
    NAMES.map(|name| statistic(&found, name, Basis::Within))
}

fn same(a: [Option<f64>; 3], b: [Option<f64>; 3], what: &str) {
    for (a, b) in a.into_iter().zip(b) {
        match (a, b) {
            (Some(a), Some(b)) => assert!((a / b - 1.0).abs() < 1e-9, "{what}: {a} {b}"),
            (a, b) => assert_eq!(a, b, "{what}"),
        }
    }
}

/// Regressors scaled and mixed, responses scaled and moved by what regressors and effects explain.
#[test]
fn statistics_do_not_depend_on_units_of_measurement() {
    let (_, w) = all_weights(9).swap_remove(1);
    for effects in [Effects::Individual, Effects::TwoWay] {
        let data = sample(&w, 7, 3);
        let before = statistics(&data, &w, effects);
        let mut after = data.clone();
        for (at, y) in after.y.iter_mut().enumerate() {
            *y = 1e3 * (*y + 2.0 * data.x[0][at])
                + if effects.has_time() { (at / 9) as f64 } else { 4.0 };
        }
        after.x[1] = data
            .x
            .iter()
            .fold(vec![5.0; 63], |sum, x| sum.iter().zip(x).map(|(s, x)| s - 1e4 * x).collect());
        same(before, statistics(&after, &w, effects), effects.name());
        assert!(before[1].is_some() && before[2].is_some());
    }
}

#[test]
fn the_order_of_units_does_not_matter() {
    let links = crate::support::irregular(9);
    let order = [4, 2, 8, 0, 6, 1, 7, 5, 3];
    let w = permuted(&links, &[0, 1, 2, 3, 4, 5, 6, 7, 8], Normalisation::Row);
    let moved = permuted(&links, &order, Normalisation::Row);
    let data = sample(&w, 7, 5);
    let pick = |v: &Vec<f64>| -> Vec<f64> {
        v.chunks_exact(9).flat_map(|row| order.iter().map(|&i| row[i])).collect()
    };
    let other = Sample {
        units: moved.units().clone(),
        y: pick(&data.y),
        x: data.x.iter().map(pick).collect(),
        ..data.clone()
    };
    let effects = Effects::TwoWay;
    same(statistics(&data, &w, effects), statistics(&other, &moved, effects), "permuted");
}

#[test]
fn without_effects_of_units_there_is_nothing_to_test() {
    let (_, w) = all_weights(9).swap_remove(1);
    let data = sample(&w, 7, 3);
    for effects in [Effects::None, Effects::Time] {
        for test in tests(&data, &w, effects) {
            let TestOutcome::NotApplicable { reason } = test.outcome else { panic!("{effects}") };
            assert_eq!(reason, "the model has no effects of units that could be random");
        }
    }
    let narrow = permuted(&crate::support::irregular(9), &[0, 1, 2], Normalisation::Row);
    let data = sample(&narrow, 7, 3);
    for test in tests(&data, &narrow, Effects::Individual) {
        let TestOutcome::NotApplicable { reason } = test.outcome else { panic!("three units") };
        assert!(reason.contains("3 units for a constant and 2 coefficients"), "{reason}");
    }
}

/// Random effects hold: y = x + μᵢ + e, normal.
fn under_the_null(w: &Weights, periods: usize, round: u64) -> Sample {
    let n = w.n();
    let mut data = sample(w, periods, 3);
    let mut stream = Stream::new([9; 32], round);
    let unit: Vec<f64> = (0..n).map(|_| stream.normal()).collect();
    for at in 0..data.y.len() {
        data.y[at] = data.x[0][at] + unit[at % n] + stream.normal();
    }
    data
}

/// Rejection rates at 5 % where random effects hold, 30 units over 8 periods; 2 000 samples, so a
/// standard error of half a point.
#[test]
#[ignore = "minutes unless optimised: cargo test --release --test suite -- --ignored --nocapture hausman"]
fn hausman_tests_have_their_size() {
    let (_, w) = all_weights(30).swap_remove(1);
    let m = model("ols", Effects::Individual, 2);
    let (rounds, mut counts) = (2_000, [[0_usize; 3]; 3]);
    for round in 0..rounds {
        let data = under_the_null(&w, 8, round);
        let context = Context::new(Problem::new(&data, &w, &m).expect("the same units"));
        let found = Hausman.run(&context).tests;
        let observed = NAMES.map(|name| statistic(&found, name, Basis::Within));
        for (count, test) in counts.iter_mut().zip(&found) {
            if let TestOutcome::Computed { p_value: Some(p_value), .. } = test.outcome {
                count[0] += 1;
                count[1] += usize::from(p_value <= 0.05);
            }
        }
        let scheme = spanel::bootstrap::find("residual").expect("a scheme");
        let design = Design { scheme, rescale: Rescale::Df, block_length: None, key: [7; 32] };
        for null in Hausman.nulls(&context) {
            let Ok(found) = p_values(&*null, &observed, &w, (design, Path::Batched), ALL);
            for (count, p) in counts.iter_mut().zip(found) {
                count[2] += usize::from(p.is_some_and(|p| p.p_value <= 0.05));
            }
        }
    }
    for (name, [exists, chi2, bootstrap]) in NAMES.iter().zip(counts) {
        let rate = |count: usize| count as f64 / exists as f64;
        println!(
            "{name}: exists in {exists}, χ² {:.3}, bootstrap {:.3}",
            rate(chi2),
            rate(bootstrap)
        );
        assert!(rate(bootstrap) > 0.03 && rate(bootstrap) < 0.07, "{name}");
    }
}
