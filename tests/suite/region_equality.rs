//! Equal coefficients across regions: against other ways to the same number, and what must be true
//! whatever the data.

use crate::support::{all_weights, fit, irregular, model, permuted, sample};
use spanel::bootstrap::null::p_values;
use spanel::bootstrap::replicates::{Design, Path};
use spanel::diagnostic::null::statistic;
use spanel::diagnostic::region_equality::RegionEquality;
use spanel::diagnostic::{Asked, Context, Diagnostic};
use spanel::estimator::Problem;
use spanel::math::random::Stream;
use spanel::model::splits::Coefficients;
use spanel::model::{Effects, Model, Normalisation, Rescale, Term};
use spanel::outcome::{Basis, NullDistribution, Statistic, Test, TestOutcome};
use spanel::panel::interaction::{Groups, by_group};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;
use std::convert::Infallible;

/// Replicates, none of which ends the work.
const ALL: (usize, &dyn Fn() -> Result<(), Infallible>) = (199, &|| Ok(()));
const N: usize = 12;

/// Three regions of four units.
fn groups(names: [&str; 3]) -> Groups {
    Groups { names: names.map(str::to_owned).to_vec(), of_unit: (0..N).map(|i| i % 3).collect() }
}

fn asked(groups: Groups, of: Coefficients) -> Asked {
    Asked { measure: vec![0], regions: Some((groups, of)), threshold: None, wild_cluster: None }
}

fn test(data: &Sample, w: &Weights, m: &Model, asked: Asked) -> Test {
    let problem = Problem::new(data, w, m).expect("the same units");
    RegionEquality.run(&Context::new(problem).asking(asked)).tests.swap_remove(0)
}

fn computed(test: &Test) -> (f64, NullDistribution) {
    match &test.outcome {
        TestOutcome::Computed { statistic, null, .. } => (*statistic, null.clone()),
        TestOutcome::NotApplicable { reason } => panic!("{reason}"),
    }
}

/// Of least squares: ((SSR₀ − SSR₁)/q)/(SSR₁/df).
#[test]
fn least_squares_gives_the_f_of_two_sums_of_squares() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, 6, 3);
    for effects in Effects::FIXED {
        for (of, columns) in [(Coefficients::Measure, 1), (Coefficients::All, 2)] {
            let mut m = model("ols", effects, 2);
            m.small_sample = None;
            let asked = asked(groups(["east", "central", "west"]), of);
            let (f, null) = computed(&test(&data, &w, &m, asked));
            let split: Vec<usize> = (0..columns).collect();
            let (wide, _) = by_group(&data, &split, &groups(["east", "central", "west"]));
            let unrestricted = Model { regressors: wide.regressors.clone(), ..m.clone() };
            let (one, zero) = (fit(&wide, &w, &unrestricted), fit(&data, &w, &m));
            let ssr = |of: &spanel::estimator::Estimated| of.fit.statistics[&Statistic::Ssr];
            let (q, df) = (2.0 * columns as f64, one.residual_df());
            let want = (ssr(&zero) - ssr(&one)) / q / (ssr(&one) / df);
            assert!((f / want - 1.0).abs() < 1e-9, "{effects}: {f} {want}");
            assert_eq!(
                null,
                NullDistribution::F { numerator: 2 * columns as u32, denominator: df }
            );
        }
    }
}

/// Two regions: the square of the z statistic of the difference, from the fit itself.
#[test]
fn likelihood_models_give_the_square_of_a_z() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, 6, 4);
    let groups = Groups {
        names: vec!["east".to_owned(), "west".to_owned()],
        of_unit: (0..N).map(|i| usize::from(i > 4)).collect(),
    };
    for estimator in ["slm", "sem"] {
        let m = model(estimator, Effects::TwoWay, 2);
        let test = test(&data, &w, &m, asked(groups.clone(), Coefficients::Measure));
        let (wide, _) = by_group(&data, &[0], &groups);
        let unrestricted = Model { regressors: wide.regressors.clone(), ..m.clone() };
        let one = fit(&wide, &w, &unrestricted).fit;
        let v = &one.covariance;
        let difference = one.estimates[0].value - one.estimates[1].value;
        let z = difference / (v[0][0] + v[1][1] - 2.0 * v[0][1]).sqrt();
        let (found, null) = computed(&test);
        assert!((found / (z * z) - 1.0).abs() < 1e-10, "{estimator}");
        assert_eq!(null, NullDistribution::ChiSquared { df: 1 });
        let east = data.regressors[0].within("east");
        assert_eq!(one.estimates[0].term, Term::Variable(east.clone()));
        assert_eq!(test.details[&east.to_string()], one.estimates[0].value);
        assert_eq!(test.details[&format!("se:{east}")], one.estimates[0].std_error);
        assert_eq!(test.details.len(), 4);
    }
}

#[test]
fn names_orders_and_units_of_measurement_do_not_matter() {
    let order = [4, 2, 8, 0, 11, 6, 1, 7, 10, 5, 3, 9];
    let w = permuted(&irregular(N), &(0..N).collect::<Vec<_>>(), Normalisation::Row);
    let moved = permuted(&irregular(N), &order, Normalisation::Row);
    let data = sample(&w, 6, 5);
    let pick = |v: &Vec<f64>| -> Vec<f64> {
        v.chunks_exact(N).flat_map(|row| order.iter().map(|&i| row[i])).collect()
    };
    let other = Sample {
        units: moved.units().clone(),
        y: pick(&data.y).iter().map(|y| 1e3 * y).collect(),
        x: vec![pick(&data.x[0]).iter().map(|x| 1e-4 * x).collect(), pick(&data.x[1])],
        ..data.clone()
    };
    for estimator in ["ols", "slm", "sem"] {
        let m = model(estimator, Effects::TwoWay, 2);
        let one = asked(groups(["east", "central", "west"]), Coefficients::All);
        // The regions in another order, under other names.
        let turned = order.iter().map(|i| (i % 3 + 1) % 3).collect();
        let turned = Groups { of_unit: turned, ..groups(["c", "a", "b"]) };
        let (a, _) = computed(&test(&data, &w, &m, one));
        let (b, _) = computed(&test(&other, &moved, &m, asked(turned, Coefficients::All)));
        assert!((a / b - 1.0).abs() < 1e-6, "{estimator}: {a} {b}");
    }
}

#[test]
fn one_region_has_nothing_to_be_equal_to() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, 6, 3);
    let m = model("ols", Effects::Individual, 2);
    let one = Groups { names: vec!["east".to_owned()], of_unit: vec![0; N] };
    let test = test(&data, &w, &m, asked(one, Coefficients::Measure));
    let TestOutcome::NotApplicable { reason } = test.outcome else { panic!("one region") };
    assert_eq!(reason, "all units of the cell lie in one region, `east`");
}

#[test]
fn the_samples_own_innovations_give_its_own_statistic() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, 6, 8);
    for estimator in ["ols", "slm", "sem"] {
        for effects in [Effects::None, Effects::TwoWay] {
            let m = model(estimator, effects, 2);
            let problem = Problem::new(&data, &w, &m).expect("the same units");
            let asked = asked(groups(["a", "b", "c"]), Coefficients::Measure);
            let context = Context::new(problem).asking(asked);
            let found = RegionEquality.run(&context).tests;
            let observed = statistic(&found, "region-equality", Basis::Fit).expect("computed");
            let nulls = RegionEquality.nulls(&context);
            let again = nulls[0].evaluate(nulls[0].innovations())[0].expect("computed");
            assert!((again / observed - 1.0).abs() < 1e-6, "{estimator} {effects}");
        }
    }
}

/// Rejection rates at 5 % where the regions' coefficients are equal, 12 units over 10 periods,
/// innovations with a part that is common to all units of a period for the draws of whole
/// periods; 600 samples, so a standard error of 0.9 points.
#[test]
#[ignore = "minutes: cargo test --release --test suite -- --ignored --nocapture region_equality_has"]
fn region_equality_has_its_size() {
    let (_, w) = all_weights(N).swap_remove(1);
    let rounds = 600;
    for (estimator, scheme, common) in
        [("ols", "residual", 0.0), ("slm", "residual", 0.0), ("ols", "time-wild", 0.7)]
    {
        let m = model(estimator, Effects::Individual, 2);
        let (mut asymptotic, mut bootstrap) = (0, 0);
        for round in 0..rounds {
            let mut data = sample(&w, 10, 3);
            let mut stream = Stream::new([6; 32], round);
            let periods: Vec<f64> = (0..10).map(|_| stream.normal()).collect();
            for at in 0..data.y.len() {
                // Felt by the first region alone.
                let shared =
                    if (at % N).is_multiple_of(3) { common * periods[at / N] } else { 0.0 };
                data.y[at] = data.x[0][at] + shared + stream.normal();
            }
            let problem = Problem::new(&data, &w, &m).expect("the same units");
            let asked = asked(groups(["a", "b", "c"]), Coefficients::Measure);
            let context = Context::new(problem).asking(asked);
            let found = RegionEquality.run(&context).tests;
            if let TestOutcome::Computed { p_value: Some(p), .. } = found[0].outcome {
                asymptotic += usize::from(p <= 0.05);
            }
            let observed = [statistic(&found, "region-equality", Basis::Fit)];
            let scheme = spanel::bootstrap::find(scheme).expect("a scheme");
            let design = Design { scheme, rescale: Rescale::Df, block_length: None, key: [7; 32] };
            for null in RegionEquality.nulls(&context) {
                let Ok(found) = p_values(&*null, &observed, &w, (design, Path::Batched), ALL);
                bootstrap += usize::from(found[0].is_some_and(|p| p.p_value <= 0.05));
            }
        }
        let rate = |count: usize| count as f64 / rounds as f64;
        let (a, b) = (rate(asymptotic), rate(bootstrap));
        println!("{estimator}, {scheme}: asymptotic {a:.3}, bootstrap {b:.3}");
        assert!(b > 0.025 && b < 0.075, "{estimator} {scheme}: {b}");
    }
}
