//! Threshold tests: against a search that solves the whole regression for every candidate, and what
//! must be true whatever the data.

use crate::support::{all_weights, fit, irregular, model, permuted, sample};
use spanel::bootstrap::null::p_values;
use spanel::bootstrap::replicates::{Design, Path};
use spanel::diagnostic::null::statistic;
use spanel::diagnostic::threshold::Threshold;
use spanel::diagnostic::{Asked, Context, Diagnostic, ThresholdAsked};
use spanel::estimator::Problem;
use spanel::ident::VarName;
use spanel::math::random::Stream;
use spanel::model::{Effects, Model, Normalisation, Rescale, splits};
use spanel::outcome::{Basis, Statistic, Test, TestOutcome};
use spanel::panel::interaction::split_columns;
use spanel::panel::sample::Sample;
use spanel::weights::Weights;
use std::convert::Infallible;

/// Replicates, none of which ends the work.
const ALL: (usize, &dyn Fn() -> Result<(), Infallible>) = (199, &|| Ok(()));
const N: usize = 9;
const T: usize = 7;
const NAMES: [&str; 2] = ["threshold-1", "threshold-2"];

fn asked(q: Vec<f64>, of: splits::Coefficients, trim: f64) -> Asked {
    let variable = VarName::new("q");
    let design = splits::Threshold { variable, of, trim, thresholds: 2 };
    let threshold = Some(ThresholdAsked { design, values: Ok(q) });
    Asked { measure: vec![0], regions: None, threshold, wild_cluster: None }
}

fn tests(data: &Sample, w: &Weights, m: &Model, asked: Asked) -> Vec<Test> {
    let problem = Problem::new(data, w, m).expect("the same units");
    Threshold.run(&Context::new(problem).asking(asked)).tests
}

fn statistics(tests: &[Test]) -> [f64; 2] {
    NAMES.map(|name| statistic(tests, name, Basis::Fit).expect("computed"))
}

/// A threshold variable in steps of a quarter, so that values repeat.
fn variable(n: usize, seed: u8) -> Vec<f64> {
    let mut stream = Stream::new([seed; 32], 1);
    (0..n).map(|_| (4.0 * stream.normal()).round() / 4.0).collect()
}

/// The sum of squares with these thresholds by the estimator itself; none where a regime is small.
fn ssr(
    (data, w, m): (&Sample, &Weights, &Model),
    q: &[f64],
    columns: &[usize],
    (gammas, least): (&[f64], usize),
) -> Option<f64> {
    let regime = |at: usize| gammas.iter().filter(|g| q[at] > **g).count();
    let sizes = (0..=gammas.len()).map(|r| (0..q.len()).filter(|at| regime(*at) == r).count());
    if sizes.min()? < least {
        return None;
    }
    let names: Vec<String> = (0..=gammas.len()).map(|r| format!("r{r}")).collect();
    let (wide, _) = split_columns(data, columns, &names, regime);
    let model = Model { regressors: wide.regressors.clone(), ..m.clone() };
    Some(fit(&wide, w, &model).fit.statistics[&Statistic::Ssr])
}

#[test]
fn a_search_by_updates_finds_what_a_naive_one_finds() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    let q = variable(N * T, 4);
    let mut values = q.clone();
    values.sort_by(f64::total_cmp);
    values.dedup();
    for effects in Effects::FIXED {
        for (of, columns) in
            [(splits::Coefficients::Measure, vec![0]), (splits::Coefficients::All, vec![0, 1])]
        {
            let m = model("ols", effects, 2);
            let ground = (&data, &w, &m);
            let least = 7;
            let search = |given: &[f64]| -> (f64, f64) {
                let with = |g: f64| ssr(ground, &q, &columns, (&[given, &[g]].concat(), least));
                let found = values.iter().filter_map(|g| Some((with(*g)?, *g)));
                found.min_by(|a, b| a.0.total_cmp(&b.0)).expect("a candidate")
            };
            let zero = fit(&data, &w, &m).fit.statistics[&Statistic::Ssr];
            let (one, first) = search(&[]);
            let (two, second) = search(&[first]);
            let (_, again) = search(&[second]);
            let free = (N * T - effects.absorbed(N, T).max(1)) as f64;
            let want = [(zero - one) / (one / free), (one - two) / (two / free)];
            let found = tests(&data, &w, &m, asked(q.clone(), of, 0.1));
            for (got, want) in statistics(&found).into_iter().zip(want) {
                assert!((got / want - 1.0).abs() < 1e-9, "{effects}: {got} {want}");
            }
            assert_eq!(found[0].details["threshold[1]"], first);
            let both = [second.min(again), second.max(again)];
            assert_eq!([1, 2].map(|i| found[1].details[&format!("threshold[{i}]")]), both);
        }
    }
}

#[test]
fn a_threshold_by_hand() {
    // Four units over two periods, x = (−1, 1) and y = bx with b = 1, 1, 3, 5 and q = 1, 2, 3, 4.
    let w = permuted(&irregular(9), &[0, 1, 2, 3], Normalisation::Row);
    let mut data = sample(&w, 2, 3);
    let b = [1.0, 1.0, 3.0, 5.0];
    data.x = vec![[[-1.0; 4], [1.0; 4]].concat()];
    data.regressors.truncate(1);
    data.y = b.iter().map(|b| -b).chain(b).collect();
    let q = [1.0, 2.0, 3.0, 4.0].repeat(2);
    let m = model("ols", Effects::Individual, 1);
    let asked = asked(q, splits::Coefficients::Measure, 0.25);
    let found = tests(&data, &w, &m, asked);
    // Each unit has x'x = 2 and Σ(b − b̄)² counts twice: S₀ = 2·11 = 22 around 2.5; split after
    // the second unit 2·2 = 4 (around 1 and 4), after the first 2·8 = 16, after the third
    // 2·(8/3): γ = 2. n − a = 4: F₁ = (22 − 4)/(4/4).
    let f = statistic(&found, NAMES[0], Basis::Fit).expect("computed");
    assert!((f - 18.0).abs() < 1e-12, "{f}");
    let detail = |name: &str| found[0].details[name];
    assert_eq!((detail("threshold[1]"), detail("candidates")), (2.0, 3.0));
    // LR = S(γ) − 4 ≤ 7.35: γ = 3 with 16/3 stays, γ = 1 with 16 does not.
    assert_eq!((detail("threshold-low[1]"), detail("threshold-high[1]")), (2.0, 3.0));
    assert!((detail("x0[regime1]") - 1.0).abs() < 1e-12);
    assert!((detail("x0[regime2]") - 4.0).abs() < 1e-12);
}

#[test]
fn orders_and_units_of_measurement_do_not_matter() {
    let order = [4, 2, 8, 0, 6, 1, 7, 5, 3];
    let w = permuted(&irregular(N), &[0, 1, 2, 3, 4, 5, 6, 7, 8], Normalisation::Row);
    let moved = permuted(&irregular(N), &order, Normalisation::Row);
    let data = sample(&w, T, 5);
    let q = variable(N * T, 6);
    let pick = |v: &[f64], by: f64| -> Vec<f64> {
        v.chunks_exact(N).flat_map(|row| order.iter().map(move |&i| by * row[i])).collect()
    };
    let other = Sample {
        units: moved.units().clone(),
        y: pick(&data.y, 1e3),
        x: vec![pick(&data.x[0], 1e-4), pick(&data.x[1], 1.0)],
        ..data.clone()
    };
    let m = model("ols", Effects::TwoWay, 2);
    let of = splits::Coefficients::All;
    let a = tests(&data, &w, &m, asked(q.clone(), of, 0.1));
    // Any rising function of q has the same regimes.
    let bent: Vec<f64> = pick(&q, 1.0).iter().map(|q| q.exp()).collect();
    let b = tests(&other, &moved, &m, asked(bent, of, 0.1));
    for (a, b) in statistics(&a).into_iter().zip(statistics(&b)) {
        assert!((a / b - 1.0).abs() < 1e-9, "{a} {b}");
    }
    for i in [1, 2] {
        let of = |tests: &[Test]| tests[1].details[&format!("threshold[{i}]")];
        assert!((of(&a).exp() / of(&b) - 1.0).abs() < 1e-12);
    }
}

#[test]
fn what_has_no_threshold_says_why() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    let reasons = |m: &Model, asked: Asked| -> Vec<String> {
        let reason = |test: Test| match test.outcome {
            TestOutcome::NotApplicable { reason } => reason,
            TestOutcome::Computed { statistic, .. } => panic!("{statistic}"),
        };
        tests(&data, &w, m, asked).into_iter().map(reason).collect()
    };
    let of = splits::Coefficients::Measure;
    let q = variable(N * T, 4);
    for estimator in ["slm", "sem"] {
        let m = model(estimator, Effects::TwoWay, 2);
        assert!(reasons(&m, asked(q.clone(), of, 0.1))[1].ends_with("has a spatial parameter"));
    }
    let m = model("ols", Effects::Individual, 2);
    let said = reasons(&m, asked(vec![2.0; N * T], of, 0.1));
    assert_eq!(said[0], "no value of `q` leaves 7 of 63 observations in each of two regimes");
    // Two values: one threshold, and no second one.
    let halves = (0..N * T).map(|at| f64::from(u8::from(at % 2 == 0))).collect();
    let found = tests(&data, &w, &m, asked(halves, of, 0.1));
    assert!(matches!(found[0].outcome, TestOutcome::Computed { p_value: None, .. }));
    let TestOutcome::NotApplicable { reason } = &found[1].outcome else { panic!("two values") };
    assert!(reason.starts_with("no second threshold"), "{reason}");
}

#[test]
fn the_samples_own_innovations_give_its_own_statistics() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 8);
    for effects in Effects::FIXED {
        let m = model("ols", effects, 2);
        let asked = asked(variable(N * T, 4), splits::Coefficients::All, 0.1);
        let context = Context::new(Problem::new(&data, &w, &m).expect("the same units"));
        let context = context.asking(asked);
        let observed = statistics(&Threshold.run(&context).tests);
        let nulls = Threshold.nulls(&context);
        assert_eq!(nulls.len(), 2);
        for (null, observed) in nulls.iter().zip(observed) {
            let again = null.evaluate(null.innovations())[0].expect("computed");
            assert!((again / observed - 1.0).abs() < 1e-9, "{effects}: {again} {observed}");
        }
    }
}

/// Rejection rates at 5 % by Hansen's draws: of one threshold where there is none, of two where
/// there is one; 600 samples of 30 units over 8 periods, so a standard error of 0.9 points.
#[test]
#[ignore = "minutes unless optimised: cargo test --release --test suite -- --ignored --nocapture threshold"]
fn threshold_tests_have_their_size() {
    let (n, t) = (30, 8);
    let (_, w) = all_weights(n).swap_remove(1);
    let m = model("ols", Effects::Individual, 2);
    let rounds = 600;
    let mut rejected = [0_usize; 2];
    for round in 0..rounds {
        let mut data = sample(&w, t, 3);
        let q = variable(n * t, 9);
        let mut stream = Stream::new([6; 32], round);
        for (truth, rejected) in rejected.iter_mut().enumerate() {
            for at in 0..n * t {
                let slope = if truth == 1 && q[at] > 0.0 { 3.0 } else { 1.0 };
                data.y[at] = slope * data.x[0][at] + stream.normal();
            }
            let context = Context::new(Problem::new(&data, &w, &m).expect("the same units"));
            let of = splits::Coefficients::Measure;
            let context = context.asking(asked(q.clone(), of, 0.1));
            let observed = statistics(&Threshold.run(&context).tests);
            let scheme = spanel::bootstrap::find("unit-residual").expect("a scheme");
            let design = Design { scheme, rescale: Rescale::Df, block_length: None, key: [7; 32] };
            let null = Threshold.nulls(&context).swap_remove(truth);
            let Ok(found) =
                p_values(&*null, &[Some(observed[truth])], &w, (design, Path::Batched), ALL);
            *rejected += usize::from(found[0].is_some_and(|p| p.p_value <= 0.05));
        }
    }
    for (name, count) in NAMES.iter().zip(rejected) {
        let rate = count as f64 / rounds as f64;
        println!("{name}: {rate:.3}");
        assert!(rate > 0.02 && rate < 0.08, "{name}: {rate}");
    }
}
