//! What must hold for two-stage least squares and generalised moments.

mod dense;
mod simulated;

use crate::cli::Lab;
use crate::support::{
    all_weights, assert_close, irregular, model, permuted, regressor, sample, two_orders, whole,
};
use spanel::estimator::covariance::{self, Beside};
use spanel::estimator::{ESTIMATORS, Estimated, Estimator, FitError, Problem, find, moments};
use spanel::ident::VarName;
use spanel::math::Matrix;
use spanel::math::linalg::Lu;
use spanel::math::random::Stream;
use spanel::model::instruments::Instruments;
use spanel::model::moment_weights::MomentWeights;
use spanel::model::std_errors::StdErrors;
use spanel::model::{Effects, ErrorComponents, Model, Normalisation, Regressor, Term};
use spanel::outcome::Statistic;
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 30;

fn estimators() -> impl Iterator<Item = &'static dyn Estimator> {
    ESTIMATORS.iter().copied().filter(|e| !e.maximises_likelihood() && !e.averages_periods())
}

/// Every estimator by moments with every kind of effects that it has, without given instruments.
fn each_model(mut check: impl FnMut(&str, Model)) {
    let mut checked = 0;
    for estimator in estimators() {
        for effects in Effects::FIXED.into_iter().chain(Effects::RANDOM) {
            let name = estimator.info().name;
            let m = model(name, effects, 2);
            if estimator.supports(&m).is_ok() {
                check(&format!("{name} {effects}"), m);
                checked += 1;
            }
        }
    }
    // Two stages with every kind, moments without effects of periods, and random ones not of all.
    assert_eq!(checked, 2 * (4 + 3) + 4 * 2 + 2 * 2);
}

/// The fit; `None` where the instruments are too weak to give a model with a reduced form.
fn fit(data: &Sample, w: &Weights, m: &Model) -> Option<Estimated> {
    let data = &whole(data, w, &m.estimator);
    let problem = Problem::new(data, w, m).unwrap();
    match find(&m.estimator).unwrap().fit(&problem) {
        Ok(found) => Some(found),
        Err(FitError::Outside { .. } | FitError::NoInteriorMinimum { .. }) => None,
        Err(why) => panic!("{} {}: {why}", m.estimator, m.effects),
    }
}

#[test]
fn the_order_of_units_does_not_matter() {
    let [(straight, data), (shuffled, moved)] = two_orders(&[4, 0, 8, 2, 6, 1, 7, 3, 5], T, 1);
    each_model(|what, m| {
        let (Some(a), Some(b)) = (fit(&data, &straight, &m), fit(&moved, &shuffled, &m)) else {
            return;
        };
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            assert_close(&format!("{what} {}", x.term), y.value, x.value, 1e-10);
            assert_close(&format!("{what} se {}", x.term), y.std_error, x.std_error, 1e-10);
        }
    });
}

#[test]
fn units_of_measurement_do_not_matter() {
    const C: f64 = 1000.0;
    let mut fitted = 0;
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 2);
        let mut scaled = data.clone();
        scaled.y.iter_mut().for_each(|v| *v *= C);
        scaled.x[1].iter_mut().for_each(|v| *v *= 0.01);
        each_model(|what, m| {
            let (Some(a), Some(b)) = (fit(&data, &w, &m), fit(&scaled, &w, &m)) else { return };
            fitted += 1;
            for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
                let factor = match &x.term {
                    Term::Rho | Term::Lambda | Term::Phi => 1.0,
                    Term::Sigma2 => C * C,
                    Term::Variable(r) if r.variable.as_str() == "x1" => 100.0 * C,
                    _ => C,
                };
                let what = format!("{kind} {what} {}", x.term);
                assert_close(&what, y.value / factor, x.value, 1e-8);
                assert_close(&what, y.std_error / factor, x.std_error, 1e-8);
            }
        });
    }
    assert!(fitted >= 80, "{fitted} of 96");
}

#[test]
fn simulating_from_a_fit_s_own_innovations_gives_the_fit_back() {
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 5);
        each_model(|what, m| {
            let data = whole(&data, &w, &m.estimator);
            let problem = Problem::new(&data, &w, &m).unwrap();
            let estimator = find(&m.estimator).unwrap();
            let Some(a) = fit(&data, &w, &m) else { return };
            let y = estimator.simulate(&problem, &a, &a.innovations);
            for (simulated, observed) in y.iter().zip(&data.y) {
                assert_close(&format!("{kind} {what}"), *simulated, *observed, 1e-9);
            }
        });
    }
}

#[test]
fn there_is_no_likelihood_and_there_are_effects_with_a_lag() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    each_model(|what, m| {
        let data = whole(&data, &w, &m.estimator);
        let Some(a) = fit(&data, &w, &m) else { return };
        for none in [Statistic::Loglik, Statistic::Aic, Statistic::Bic] {
            assert!(!a.fit.statistics.contains_key(&none), "{what}");
        }
        assert!(a.fit.statistics.contains_key(&Statistic::R2), "{what}");
        let problem = Problem::new(&data, &w, &m).unwrap();
        let estimator = find(&m.estimator).unwrap();
        let effects = estimator.impacts(&problem, &a).len();
        let lag = estimator.info().spatial.contains(&Term::Rho);
        assert_eq!(effects, if lag { 6 } else { 0 }, "{what}");
        // A covariance is symmetric, with no correlation beyond one.
        let v = &a.fit.covariance;
        for i in 0..v.len() {
            for j in 0..v.len() {
                assert_close(what, v[i][j], v[j][i], 1e-12);
                assert!(v[i][j].powi(2) <= v[i][i] * v[j][j] * (1.0 + 1e-9), "{what} {i} {j}");
            }
        }
    });
}

fn instrument(j: usize) -> Regressor {
    Regressor::new(VarName::new(format!("z{j}")), 0)
}

fn with_instruments(m: Model, endogenous: &[usize], columns: usize) -> Model {
    let endogenous = endogenous.iter().map(|&j| regressor(j)).collect();
    let columns = (0..columns).map(instrument).collect();
    Model { instruments: Instruments { endogenous, columns, powers: None }, ..m }
}

fn fit_beside(data: &Sample, w: &Weights, m: &Model, z: &[Vec<f64>]) -> Estimated {
    let plain = Problem::new(data, w, m).unwrap();
    let beside = Beside { instruments: Some(z), ..Beside::default() };
    let problem = Problem { beside, ..plain };
    covariance::fit(find(&m.estimator).unwrap(), &problem).unwrap()
}

#[test]
fn nonsense_is_refused_with_its_reason() {
    let refused = |m: &Model| {
        let estimator = find(&m.estimator).unwrap();
        moments::supports(estimator, m)
            .and_then(|()| estimator.supports(m))
            .and_then(|()| covariance::supports(estimator, m))
            .unwrap_err()
    };
    let plain = |name| model(name, Effects::Individual, 2);
    let with = |name, endogenous: &[usize], z| with_instruments(plain(name), endogenous, z);
    assert!(refused(&plain("iv")).contains("without one it is `ols`"));
    assert!(refused(&with("ols", &[1], 1)).contains("`ols` has no instruments"));
    assert!(refused(&with("sem-gm", &[1], 1)).contains("has no instruments"));
    assert!(refused(&with("slm-2sls", &[], 1)).contains("no regressor that they stand for"));
    assert!(refused(&with("slm-2sls", &[0, 1], 1)).contains("order condition"));
    let random = |name| model(name, Effects::Random, 2);
    assert!(refused(&with_instruments(random("iv"), &[1], 1)).contains("has no random ones"));
    assert!(refused(&random("sac-gm-het")).contains("has no random ones"));
    let own = Some(ErrorComponents::Anselin);
    let anselin = Model { error_components: own, ..random("sem-gm") };
    assert!(refused(&anselin).contains("take `error_components` = \"kkp\""));
    assert!(refused(&model("sem-gm", Effects::RandomTime, 2)).contains("no effects of periods"));
    let time = model("sac-gm", Effects::TwoWay, 2);
    assert!(refused(&time).contains("no effects of periods"));
    for how in [StdErrors::Hessian, StdErrors::Qml] {
        let m = Model { std_errors: how.clone(), ..plain("slm-2sls") };
        assert!(refused(&m).contains("maximises no likelihood"));
        let m = Model { std_errors: how, ..plain("sem-gm") };
        assert!(refused(&m).contains("`sem-gm-het`"));
    }
}

const GRID: &str = r#"
[models.lag]
estimator = "slm-2sls"
endogenous = "measure"
instruments = ["z", "z_square"]
spatial_instruments = 1

[models.iv]
endogenous = ["measure"]
instruments = ["z"]

[grids.main]
response = "y"
model = ["iv", "lag", "sem-gm"]
effects = "individual"
measure = "x"
region = "all"
weights = "w"
tests = ["instruments"]

[[tables]]
id = "t"
kind = "regression"
caption = "T"
grid = "main"
columns = ["model"]
statistics = ["n", "r2", "loglik", "aic"]
"#;

#[test]
fn an_experiment_names_its_instruments() {
    let lab = Lab::new();
    let spec = crate::cli::SPEC;
    let head = &spec[..spec.find("[grids").expect("a grid")];
    let head = head.replace("[weights.w]", "z_square = { expr = \"z * z\" }\n\n[weights.w]");
    lab.write("lab.toml", &format!("{head}{GRID}"));
    let done = lab.run(&["run", "lab.toml"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let files = lab.files("results/lab");
    let text = |name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    assert!(text("estimates.csv").contains("lambda"), "{}", text("estimates.csv"));
    let tests = text("tests.csv");
    assert!(tests.contains("first-stage") && tests.contains("F:ln_x"), "{tests}");
    assert!(tests.contains("as many instruments as coefficients"), "{tests}");
    let table = text("tables/t.md");
    assert!(table.contains("two-stage least squares"), "{table}");

    // Another instrument is another question.
    let cells = || String::from_utf8_lossy(&lab.run(&["plan", "lab.toml"]).stdout).into_owned();
    let before = cells();
    lab.write("lab.toml", &format!("{head}{}", GRID.replace("[\"z\"]", "[\"z_square\"]")));
    assert_ne!(before, cells());

    let wrong = |from: &str, to: &str, says: &[&str]| {
        let text = GRID.replacen(from, to, 1);
        assert_ne!(text, GRID, "{from}");
        lab.write("wrong.toml", &format!("{head}{text}"));
        let out = lab.run(&["check", "wrong.toml"]);
        assert_eq!(out.status.code(), Some(2), "{to}");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        for words in says {
            assert!(said.contains(words), "{to}: {said}");
        }
    };
    let own = "endogenous = [\"measure\"]\ninstruments = [\"z\"]";
    wrong(
        own,
        "instruments = [\"z\"]",
        &["without a regressor that they stand for", "wrong.toml:"],
    );
    wrong(own, "endogenous = [\"measure\"]", &["endogenous regressors without instruments"]);
    wrong(own, "", &["without one it is `ols`"]);
    wrong("endogenous = \"measure\"", "endogenous = [\"measure\", \"a\", \"b\"]", &["too few"]);
    wrong(
        "endogenous = \"measure\"",
        "endogenous = [\"measure\", \"z\"]",
        &["no cell of the grid"],
    );
    wrong("spatial_instruments = 1", "spatial_instruments = 3", &["`spatial_instruments` is 3"]);
    wrong("[\"z\"]", "[\"no_such\"]", &["no_such"]);
    wrong("effects = \"individual\"", "effects = \"two-way\"", &["no effects of periods"]);
    let hessian = "weights = \"w\"\nstd_errors = \"hessian\"";
    wrong("weights = \"w\"", hessian, &["maximises no likelihood"]);
    wrong("estimator = \"slm-2sls\"", "estimator = \"slm\"", &["`slm` has no instruments"]);
}
