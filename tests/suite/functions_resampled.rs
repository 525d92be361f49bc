//! Functions of the coefficients and joint tests in the replicates of bootstraps.

use crate::support::{
    all_weights, assert_close, fit, likelihoods, model, of_one_parameter, sample, whole,
};
use spanel::bootstrap::acceleration::accelerations;
use spanel::bootstrap::functions::{Functions, Wanted};
use spanel::bootstrap::replicates::{Design, Path, Replicates, Replicator};
use spanel::bootstrap::residuals::{Factors, prepared};
use spanel::bootstrap::summary::{Original, summary};
use spanel::bootstrap::{Draws, Layout, SCHEMES};
use spanel::estimator::derived::{Function, derived, terms, values};
use spanel::estimator::impacts::Multipliers;
use spanel::estimator::wald::{JointTest, wald};
use spanel::estimator::{Estimated, Problem, find};
use spanel::expr::formula::Formula;
use spanel::math::lanes::LANES;
use spanel::math::words::Words;
use spanel::model::{Effects, Model, Rescale, SmallSample, Term};
use spanel::outcome::{Estimate, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 7;
const COUNT: usize = LANES;

fn formula(text: &str) -> Formula<Term> {
    let written = Formula::parse(text).unwrap();
    written.renamed(|w| Ok::<_, ()>(Term::parse(&w.name))).unwrap()
}

/// What every model has, and what those with a spatial parameter have beside it. The logarithm does
/// not exist in every replicate.
fn texts(estimator: &str) -> Vec<&'static str> {
    let mut texts = vec!["x0 + x1", "x0 / x1", "sigma2 * x0", "ln(x1 + 0.4)", "sqrt(sigma2)"];
    match estimator {
        "slm" => texts.extend([
            "rho * sigma2",
            "x1 / (1 - rho)",
            "indirect:x0 / direct:x1",
            "total:x0 + x1 * exp(rho) - sigma2",
        ]),
        "sem" => texts.extend(["lambda * sigma2", "x0 * x1 + lambda", "sigma2 - lambda"]),
        _ => {}
    }
    texts
}

const ZERO: [&str; 2] = ["x0 + x1 - 0.4", "x0 * x1"];

/// The functions of `texts`, and then the joint test of [`ZERO`].
fn wanted(texts: &[&str], weights: &Weights, at: &Estimated) -> Functions {
    let terms = terms(&at.fit);
    let function = |text: &&str| Wanted::Function(Function::new(&formula(text), &terms).unwrap());
    let joint = JointTest::new(&ZERO.map(formula), &terms).unwrap();
    let multipliers = Multipliers::of(weights, &at.fit);
    let centre = joint.values(&values(&at.fit), multipliers.as_ref()).unwrap();
    let all = texts.iter().map(function).chain([Wanted::Wald(joint, centre)]);
    Functions::new(all.collect())
}

fn design(scheme: &str) -> Design<'static> {
    let scheme = spanel::bootstrap::find(scheme).unwrap();
    Design { scheme, rescale: Rescale::Df, block_length: None, key: [9; 32] }
}

fn draw(data: &Sample, w: &Weights, m: &Model, scheme: &str, path: Path) -> Replicates {
    let problem = Problem::new(data, w, m).unwrap();
    let estimator = find(&m.estimator).unwrap();
    let at = fit(data, w, m);
    let impacts = estimator.impacts(&problem, &at);
    Replicator::new(&problem, estimator, (&at, &impacts), design(scheme), path)
        .following(wanted(&texts(&m.estimator), w, &at))
        .replicates(0, COUNT)
}

/// The largest difference, as a share of the size of the numbers of its kind.
fn apart(a: &Replicates, b: &Replicates) -> f64 {
    assert_eq!(a.good, b.good);
    let mut worst = 0.0_f64;
    for i in 0..a.estimates {
        let size = a.of(i).map(|(v, s)| v.abs().max(s)).fold(0.0, f64::max);
        assert_eq!(a.of(i).count(), b.of(i).count());
        for ((v, s), (w, t)) in a.of(i).zip(b.of(i)) {
            worst = worst.max((v - w).abs() / size).max((s - t).abs() / t);
        }
    }
    worst
}

#[test]
fn batched_and_plain_functions_agree_to_rounding() {
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 3);
        for estimator in of_one_parameter() {
            let data = whole(&data, &w, estimator.info().name);
            for effects in Effects::FIXED {
                let m = model(estimator.info().name, effects, 2);
                // One multiplier a unit goes another way to the same kernels.
                let schemes = ["residual", "unit-wild"];
                for scheme in &schemes[..if kind == "irregular" { 2 } else { 1 }] {
                    let batched = draw(&data, &w, &m, scheme, Path::Batched);
                    let plain = draw(&data, &w, &m, scheme, Path::Plain);
                    let worst = apart(&batched, &plain);
                    let what = format!("{} {effects} {kind} {scheme}", m.estimator);
                    assert!(worst < 1e-10, "{what}: {worst:e}");
                }
            }
        }
    }
}

/// Samples generated and fitted here, functions evaluated as those of any fit: nothing of the
/// replicator but the draws.
#[test]
fn replicates_of_functions_are_functions_of_replicates() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    let mut undefined = 0;
    for estimator in likelihoods() {
        let data = whole(&data, &w, estimator.info().name);
        let m = model(estimator.info().name, Effects::Individual, 2);
        let problem = Problem::new(&data, &w, &m).unwrap();
        let at = fit(&data, &w, &m);
        let found = draw(&data, &w, &m, "residual", Path::Batched);
        let df = at.fit.statistics[&spanel::outcome::Statistic::ResidualDf];
        let factors = Factors::new(Rescale::Df, N * T, df, Vec::new);
        let pool = prepared(&at.innovations, &factors);
        let Draws::Innovations(draws) = design("residual").scheme.draws() else { panic!() };
        let layout = Layout::new(&w, T, None);
        let mut errors = vec![[0.0; LANES]; N * T];
        draws.draw(&pool, &layout, &mut Words::new([9; 32], 0), &mut errors);
        let texts = texts(&m.estimator);
        let first = found.estimates - texts.len() - 1;
        for l in 0..LANES {
            let own: Vec<f64> = errors.iter().map(|e| e[l]).collect();
            let y = estimator.simulate(&problem, &at, &own);
            let again = fit(&Sample { y, ..data.clone() }, &w, &m);
            let multipliers = Multipliers::of(&w, &again.fit);
            for (f, text) in texts.iter().enumerate() {
                let want = derived("f", &formula(text), &again.fit, multipliers.as_ref());
                let got = |row: usize| found.numbers[row][l];
                let (value, std_error) = (got(first + f), got(found.estimates + first + f));
                let what = format!("{} {text} {l}", m.estimator);
                match want.estimate() {
                    Some(e) => {
                        assert_close(&what, value, e.value, 1e-9);
                        assert_close(&what, std_error / e.std_error, 1.0, 1e-9);
                    }
                    None => {
                        assert_eq!((value, std_error), (0.0, 0.0), "{what}");
                        undefined += 1;
                    }
                }
            }
            // W of f − f̂, f̂ written out as a constant.
            let centred: Vec<Formula<Term>> = ZERO
                .iter()
                .map(|text| {
                    let at = derived("f", &formula(text), &at.fit, None).estimate().unwrap().value;
                    formula(&format!("{text} - ({at:?})"))
                })
                .collect();
            let outcome = wald("w", &centred, &again.fit, None).outcome;
            let TestOutcome::Computed { statistic, .. } = outcome else { panic!("{outcome:?}") };
            let got = found.numbers[first + texts.len()][l];
            assert_close(&format!("{} W {l}", m.estimator), got, statistic, 1e-7);
        }
    }
    assert!(undefined > 0, "some function should not exist in some replicate");
}

/// Every summary of a function that is an estimate or an effect is that of the estimate.
#[test]
fn a_function_that_is_an_estimate_has_its_bootstrap() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 4);
    for estimator in of_one_parameter() {
        let data = whole(&data, &w, estimator.info().name);
        for scheme in SCHEMES {
            let m = model(estimator.info().name, Effects::Individual, 2);
            let problem = Problem::new(&data, &w, &m).unwrap();
            let at = fit(&data, &w, &m);
            let impacts = estimator.impacts(&problem, &at);
            let all: Vec<Estimate> = at.fit.estimates.iter().chain(&impacts).cloned().collect();
            let terms = terms(&at.fit);
            let functions: Vec<Function> = all
                .iter()
                .map(|e| Function::new(&formula(&e.term.to_string()), &terms).unwrap())
                .collect();
            let wanted = functions.iter().cloned().map(Wanted::Function).collect();
            let name = scheme.info().name;
            let made =
                Replicator::new(&problem, *estimator, (&at, &impacts), design(name), Path::Batched)
                    .following(Functions::new(wanted));
            let twice: Vec<Estimate> = all.iter().chain(&all).cloned().collect();
            let functions: Vec<&Function> = functions.iter().collect();
            let accelerations = accelerations(
                &problem,
                (*estimator, scheme.independent()),
                &at,
                &impacts,
                &functions,
            );
            let originals: Vec<Original<'_>> = twice
                .iter()
                .zip(&accelerations)
                .map(|(estimate, &acceleration)| Original { estimate, bounds: None, acceleration })
                .collect();
            let said = summary(&originals, &made.replicates(0, 199));
            assert_eq!(said.len(), twice.len(), "{name}");
            for (own, function) in said.iter().zip(&said[all.len()..]) {
                let what = format!("{} {name} {}", m.estimator, own.term);
                for (a, b) in [
                    (own.std_error, function.std_error),
                    (own.percentile.0, function.percentile.0),
                    (own.percentile_t.1, function.percentile_t.1),
                    (own.p_value, function.p_value),
                    (own.bca.map_or(0.0, |b| b.0), function.bca.map_or(0.0, |b| b.0)),
                ] {
                    assert_close(&what, b, a, 1e-9 * a.abs().max(1.0));
                }
            }
        }
    }
}

#[test]
fn units_of_a_regressor_do_not_matter_to_replicates() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    let mut scaled = data.clone();
    scaled.x[1].iter_mut().for_each(|v| *v *= 1e-3);
    for estimator in of_one_parameter() {
        let m = model(estimator.info().name, Effects::TwoWay, 2);
        let of = |data: &Sample, text: &str| {
            let data = &whole(data, &w, estimator.info().name);
            let problem = Problem::new(data, &w, &m).unwrap();
            let at = fit(data, &w, &m);
            let impacts = estimator.impacts(&problem, &at);
            let e = derived("f", &formula(text), &at.fit, None).estimate().unwrap().clone();
            let function = Function::new(&formula(text), &terms(&at.fit)).unwrap();
            let fitted = (&at, &impacts[..]);
            let made = Replicator::new(&problem, *estimator, fitted, design("wild"), Path::Batched)
                .following(Functions::new(vec![Wanted::Function(function)]));
            let drawn = made.replicates(0, 499);
            let own = Replicates {
                estimates: 1,
                count: drawn.count,
                numbers: drawn
                    .numbers
                    .chunks_exact(2 * drawn.estimates)
                    .flat_map(|tile| [tile[drawn.estimates - 1], tile[2 * drawn.estimates - 1]])
                    .collect(),
                good: drawn.good,
            };
            let original = Original { estimate: &e, bounds: None, acceleration: None };
            summary(&[original], &own).remove(0)
        };
        let before = of(&data, "x0 / x1");
        let after = of(&scaled, "x0 / (x1 * 0.001)");
        assert_eq!(before.p_value, after.p_value);
        assert_close("se", after.std_error / before.std_error, 1.0, 1e-8);
        let (a, b) = (before.percentile_t, after.percentile_t);
        assert_close("low", b.0, a.0, 1e-8);
        assert_close("high", b.1, a.1, 1e-8);
        // Another unit of the function itself.
        let in_other_units = of(&data, "1000 * x0 / x1");
        assert_eq!(before.p_value, in_other_units.p_value);
        assert_close("se", in_other_units.std_error / before.std_error, 1000.0, 1e-6);
    }
}

/// Small samples: Student's t, the divisor of degrees of freedom, effects of no kind.
#[test]
fn corrected_least_squares_has_its_own_variance_in_replicates() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 7);
    for effects in Effects::FIXED {
        let m = Model { small_sample: Some(SmallSample::Corrected), ..model("ols", effects, 2) };
        let batched = draw(&data, &w, &m, "residual", Path::Batched);
        let plain = draw(&data, &w, &m, "residual", Path::Plain);
        let worst = apart(&batched, &plain);
        assert!(worst < 1e-11, "{effects}: {worst:e}");
    }
}

/// Rejections at 5 % of true joint hypotheses, linear and not, of 2 000 samples: 5 % ± 1.5 points by
/// replicates, however small the samples are.
#[test]
#[ignore = "minutes unless optimised: cargo test --release --test suite -- --ignored bootstrap_wald"]
fn bootstrap_wald_tests_have_their_size() {
    const ROUNDS: u64 = 2_000;
    const REPLICATES: usize = 199;
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    for estimator in of_one_parameter() {
        let data = whole(&data, &w, estimator.info().name);
        let m = model(estimator.info().name, Effects::Individual, 2);
        let problem = Problem::new(&data, &w, &m).unwrap();
        let truth = fit(&data, &w, &m);
        let value =
            |text: &str| derived("f", &formula(text), &truth.fit, None).estimate().unwrap().value;
        let zero = ["x0", "x1 / x0"].map(|text| formula(&format!("{text} - ({:?})", value(text))));
        let spread = truth.value(&Term::Sigma2).unwrap().sqrt();
        let (mut wrong, mut asymptotic) = (0, 0);
        for round in 0..ROUNDS {
            let mut stream = spanel::math::random::Stream::new([4; 32], round);
            let errors: Vec<f64> = (0..N * T).map(|_| spread * stream.normal()).collect();
            let y = estimator.simulate(&problem, &truth, &errors);
            let drawn = Sample { y, ..data.clone() };
            let again = Problem { sample: &drawn, ..problem };
            let Ok(at) = estimator.fit(&again) else { continue };
            let impacts = estimator.impacts(&again, &at);
            let test = JointTest::new(&zero, &terms(&at.fit)).unwrap();
            let theta = values(&at.fit);
            let covariance = |i: usize, j: usize| at.fit.covariance[i][j];
            let room = &mut test.workspace();
            let Some(statistic) = test.statistic(&theta, None, covariance, &[], room) else {
                continue;
            };
            let centre = test.values(&theta, None).unwrap();
            let key = std::array::from_fn(|i| (round >> (8 * (i % 8))) as u8);
            let design = Design { key, ..design("residual") };
            let made = Replicator::new(&again, *estimator, (&at, &impacts), design, Path::Batched)
                .following(Functions::new(vec![Wanted::Wald(test, centre)]));
            let found = made.replicates(0, REPLICATES);
            let all = found.of(found.estimates - 1).map(|(w, _)| w);
            let (count, extreme) = all.fold((0_usize, 0), |(count, extreme), w| {
                (count + 1, extreme + usize::from(w >= statistic))
            });
            wrong += u64::from((1 + extreme) as f64 / (count + 1) as f64 <= 0.05);
            asymptotic += u64::from(statistic > 5.991_464_547_107_98);
        }
        let rate = |of: u64| of as f64 / ROUNDS as f64;
        println!("{}: {:.4}, χ² {:.4}", m.estimator, rate(wrong), rate(asymptotic));
        assert!((rate(wrong) - 0.05).abs() < 0.015, "{}: {}", m.estimator, rate(wrong));
    }
}
