//! Panels of differences and of means, means over periods, robust standard errors of random effects and
//! the jackknife: laws, and what a specification is told.

use crate::cli::{Lab, SPEC};
use crate::support::{all_weights, assert_close, model, sample, two_orders};
use spanel::estimator::covariance;
use spanel::estimator::transformed::made_panel;
use spanel::estimator::{Estimated, Problem, find};
use spanel::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors, TimeKernel,
};
use spanel::model::{Effects, Model, SmallSample};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 6;

fn robust(meat: Meat, of_groups: GroupFactor) -> StdErrors {
    let (residuals, of_observations) = (Residuals::AsTheyAre, ObservationFactor::None);
    let count = Count::EffectsNotNested;
    StdErrors::Robust(Robust { meat, residuals, of_observations, of_groups, count })
}

fn fitted(
    data: &Sample,
    w: &Weights,
    (estimator, effects): (&str, Effects),
    std_errors: StdErrors,
) -> Estimated {
    let data = made_panel(data.clone(), effects);
    let m = Model { std_errors, ..model(estimator, effects, 2) };
    let small_sample = m.small_sample.map(|_| SmallSample::Corrected);
    let m = Model { small_sample, ..m };
    let problem = Problem::new(&data, w, &m).expect("the same units");
    covariance::fit(find(estimator).expect("known"), &problem).expect("a fit")
}

/// What is estimated here, each with its standard errors.
fn kinds() -> Vec<(&'static str, Effects, StdErrors)> {
    let kernel = TimeKernel::QuadraticSpectral;
    let own = StdErrors::Default;
    let unit = robust(Meat::Clusters(vec![Cluster::Unit]), GroupFactor::Own);
    let over_time = robust(Meat::Periods { lags: Some(2), kernel }, GroupFactor::Own);
    let jackknife = robust(Meat::Jackknife(Cluster::Unit), GroupFactor::Inverse);
    vec![
        ("ols", Effects::FirstDifference, own.clone()),
        ("ols", Effects::FirstDifference, unit.clone()),
        ("ols", Effects::FirstDifference, jackknife.clone()),
        ("ols", Effects::Between, own.clone()),
        ("ols", Effects::Random, unit),
        ("ols", Effects::Random, over_time.clone()),
        ("ols", Effects::TwoWay, jackknife),
        ("fama-macbeth", Effects::None, own),
        ("fama-macbeth", Effects::None, over_time),
    ]
}

#[test]
fn the_order_of_units_does_not_matter() {
    let [(straight, data), (shuffled, moved)] = two_orders(&[4, 0, 8, 2, 6, 1, 7, 3, 5], T, 1);
    for (estimator, effects, how) in kinds() {
        let a = fitted(&data, &straight, (estimator, effects), how.clone());
        let b = fitted(&moved, &shuffled, (estimator, effects), how);
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            let what = format!("{estimator} {effects} {}", x.term);
            assert_close(&what, y.value, x.value, 1e-11);
            assert_close(&what, y.std_error, x.std_error, 1e-11);
        }
    }
}

/// Units of measurement: of y scale everything, of a regressor its own coefficient alone.
#[test]
fn units_of_measurement_scale_standard_errors() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    let mut scaled = data.clone();
    scaled.y.iter_mut().for_each(|v| *v *= 10.0);
    scaled.x[1].iter_mut().for_each(|v| *v *= 100.0);
    for (estimator, effects, how) in kinds() {
        let a = fitted(&data, &w, (estimator, effects), how.clone());
        let b = fitted(&scaled, &w, (estimator, effects), how);
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            let factor = match x.term.to_string().as_str() {
                "x1" => 0.1,
                "sigma2" => 100.0,
                _ => 10.0,
            };
            let what = format!("{estimator} {effects} {}", x.term);
            assert_close(&what, y.value, factor * x.value, 1e-9);
            assert_close(&what, y.std_error / x.std_error / factor, 1.0, 1e-8);
        }
    }
}

#[test]
fn what_is_taken_out_says_nothing() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    let slopes = |data: &Sample, estimator: &str, effects: Effects| -> Vec<f64> {
        let fit = fitted(data, &w, (estimator, effects), StdErrors::Default);
        let wanted = |e: &&spanel::outcome::Estimate| e.term.to_string().starts_with('x');
        fit.fit.estimates.iter().filter(wanted).flat_map(|e| [e.value, e.std_error]).collect()
    };
    let same = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).for_each(|(a, b)| assert_close("slopes", *a, *b, 1e-10));
    };
    let moved = |by: &dyn Fn(usize, usize) -> f64| {
        let mut moved = data.clone();
        for (at, y) in moved.y.iter_mut().enumerate() {
            *y += by(at % N, at / N);
        }
        moved
    };
    // Effects of units cancel in differences.
    let units = moved(&|unit, _| (unit * unit) as f64);
    let differences = Effects::FirstDifference;
    same(&slopes(&units, "ols", differences), &slopes(&data, "ols", differences));
    // What sums to zero over the periods of each unit cancels in means.
    let sign = |t: usize| if t.is_multiple_of(2) { 1.0 } else { -1.0 };
    let within = moved(&|unit, t| (unit + 1) as f64 * sign(t));
    same(&slopes(&within, "ols", Effects::Between), &slopes(&data, "ols", Effects::Between));
    // Each cross-section has a constant.
    let periods = moved(&|_, t| (t * t) as f64);
    let none = Effects::None;
    same(&slopes(&periods, "fama-macbeth", none), &slopes(&data, "fama-macbeth", none));
}

/// Of two periods differences are deviations from unit means, times √2 with another sign.
#[test]
fn differences_of_two_periods_are_within_units() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, 2, 5);
    let kind = |effects| fitted(&data, &w, ("ols", effects), StdErrors::Default);
    let (a, b) = (kind(Effects::FirstDifference), kind(Effects::Individual));
    for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates).take(2) {
        assert_close("slope", x.value, y.value, 1e-12);
        assert_close("standard error", x.std_error, y.std_error, 1e-12);
    }
}

/// Without weights of lags what Driscoll and Kraay's covariance is made of is the difference of periods.
#[test]
fn cross_sections_without_lags_are_independent() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 5);
    let kind = |how| fitted(&data, &w, ("fama-macbeth", Effects::None), how);
    let kernel = TimeKernel::Parzen;
    let none = robust(Meat::Periods { lags: Some(0), kernel }, GroupFactor::Own);
    let (a, b) = (kind(StdErrors::Default), kind(none));
    assert_eq!(a.fit.inference, b.fit.inference);
    for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
        assert_close(&x.term.to_string(), x.std_error, y.std_error, 1e-13);
    }
}

const GRID: &str = r#"
[grids.main]
response = "y"
controls = ["z"]
model = ["ols", "fama-macbeth"]
effects = ["none", "first-difference", "between", "random"]
measure = "x"
region = "all"
weights = "w"
std_errors = ["default", "cluster-unit-jackknife", "spectral", "cluster-unit"]
exclude = [
    { model = "fama-macbeth", effects = ["first-difference", "between", "random"] },
    { model = "fama-macbeth", std_errors = ["cluster-unit-jackknife", "cluster-unit"] },
    { effects = "random", std_errors = "cluster-unit-jackknife" },
    { effects = "between", std_errors = "spectral" },
]

[std_errors.spectral]
kind = "driscoll-kraay"
kernel = "quadratic-spectral"
lags = 2

[[tables]]
id = "t"
kind = "regression"
caption = "T"
grid = "main"
columns = ["model", "effects", "std_errors"]
"#;

#[test]
fn a_grid_has_them_and_tables_say_so() {
    let lab = Lab::new();
    let head = &SPEC[..SPEC.find("[grids").expect("a grid")];
    lab.write("lab.toml", &format!("{head}{GRID}"));
    let done = lab.run(&["run", "lab.toml"]);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    let files = lab.files("results/lab");
    let table = String::from_utf8_lossy(&files["tables/t.md"]).into_owned();
    for words in [
        "jackknife over clusters by unit",
        "quadratic spectral weights of bandwidth 2 periods",
        "standard deviation of the coefficients of periods",
        "Newey–West over the coefficients of periods",
        "First difference",
        "Between",
        "clustered by unit",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
    let wrong = |grid: &str, says: &str| {
        lab.write("wrong.toml", &format!("{head}{grid}"));
        let out = lab.run(&["check", "wrong.toml"]);
        // Lines of help are broken anywhere.
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(out.status.code(), Some(2), "{says}: {said}");
        assert!(said.contains(says), "{says}: {said}");
    };
    let with = |model: &str, effects: &str, errors: &str| {
        format!(
            "\n[grids.main]\nresponse = \"y\"\nmodel = \"{model}\"\neffects = \"{effects}\"\n\
             measure = \"x\"\nregion = \"all\"\nweights = \"w\"\nstd_errors = \"{errors}\"\n"
        )
    };
    wrong(&with("slm", "first-difference", "default"), "errors that are independent over time");
    wrong(&with("sem", "between", "default"), "one cross-section of means");
    wrong(&with("fama-macbeth", "individual", "default"), "each period has a constant of its own");
    wrong(&with("fama-macbeth", "none", "hc1"), "differences between the estimates of periods");
    wrong(&with("slm", "individual", "cluster-unit-jackknife"), "without a cluster the neighbours");
    wrong(&with("ols", "random", "cluster-unit-jackknife"), "variances of random effects");
    let own =
        |keys: &str| format!("{}\n[std_errors.own]\n{keys}\n", with("ols", "individual", "own"));
    wrong(&own("kind = \"newey-west\"\nkernel = \"uniform\""), "negative eigenvalues");
    wrong(
        &own(
            "kind = \"conley\"\nkernel = \"parzen\"\ncutoff = 9\nlongitude = \"z\"\nlatitude = \"z\"",
        ),
        "this kernel is one over time",
    );
    wrong(
        &own("kind = \"cluster-jackknife\"\nby = [\"unit\", \"period\"]"),
        "leaves out clusters of one kind",
    );
    wrong(&own("kind = \"hc1\"\nkernel = \"parzen\""), "`kernel` has no part");
}
