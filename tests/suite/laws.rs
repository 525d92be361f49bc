//! What must hold for every estimator with every kind of effects, whatever the numbers.
//!
//! The laws run over `ESTIMATORS`: a new estimator is covered the moment it is listed.

use crate::support::{
    all_weights, all_weights_and_algebras, assert_close, estimate, fit, irregular, likelihoods,
    model, permuted, regressor, sample, two_orders, whole,
};
use spanel::estimator::{Estimated, Problem, find, transformed};
use spanel::ident::VarName;
use spanel::math::random::Stream;
use spanel::model::{Effects, ErrorComponents, LagOrder, Model, Normalisation, Regressor, Term};
use spanel::outcome::Statistic;
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;
const T: usize = 6;

/// Every estimator with every kind of effects. Of models with two spatial parameters, which take longest,
/// and of Durbin models under random effects, one each.
fn each_model(mut check: impl FnMut(&str, Model)) {
    for estimator in likelihoods() {
        let name = estimator.info().name;
        let info = estimator.info();
        for effects in Effects::ALL {
            let both = info.spatial.len() > 1;
            let few = [Effects::TwoWay, Effects::Random];
            if (both && (!few.contains(&effects) || info.durbin && effects.is_random()))
                || (info.durbin && effects.is_random() && effects != Effects::RandomTime)
            {
                continue;
            }
            let own = model(name, effects, 2);
            if estimator.supports(&own).is_err() || transformed::supports(*estimator, &own).is_err()
            {
                continue;
            }
            check(&format!("{name} {effects}"), own.clone());
            if effects.is_random() && estimator.info().spatial.contains(&Term::Lambda) {
                let error_components = Some(ErrorComponents::Kkp);
                check(&format!("{name} {effects} kkp"), Model { error_components, ..own });
            }
        }
    }
}

fn loglik(of: &Estimated) -> f64 {
    of.fit.statistics[&Statistic::Loglik]
}

#[test]
fn the_order_of_units_does_not_matter() {
    let [(straight, data), (shuffled, moved)] = two_orders(&[4, 0, 8, 2, 6, 1, 7, 3, 5], T, 1);
    each_model(|what, m| {
        let (a, b) = (fit(&data, &straight, &m), fit(&moved, &shuffled, &m));
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            assert_close(&format!("{what} {}", x.term), y.value, x.value, 1e-11);
            assert_close(&format!("{what} se {}", x.term), y.std_error, x.std_error, 1e-11);
        }
        assert_close(what, loglik(&b), loglik(&a), 1e-11);
    });
}

#[test]
fn a_permuted_matrix_is_refused() {
    let links = irregular(N);
    let straight = permuted(&links, &(0..N).collect::<Vec<_>>(), Normalisation::Row);
    let shuffled = permuted(&links, &[4, 0, 8, 2, 6, 1, 7, 3, 5], Normalisation::Row);
    let data = sample(&straight, T, 1);
    let m = model("slm", Effects::None, 2);
    assert!(Problem::new(&data, &shuffled, &m).is_err());
}

#[test]
fn scaling_the_response_scales_slopes_and_leaves_spatial_parameters() {
    const C: f64 = 1000.0;
    for (kind, w) in all_weights_and_algebras(N) {
        let data = sample(&w, T, 2);
        let scaled = Sample { y: data.y.iter().map(|v| C * v).collect(), ..data.clone() };
        each_model(|what, m| {
            let (a, b) = (fit(&data, &w, &m), fit(&scaled, &w, &m));
            for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
                let factor = match x.term {
                    Term::Rho | Term::Lambda | Term::Phi => 1.0,
                    Term::Sigma2 => C * C,
                    Term::Constant | Term::Variable(_) | Term::Impact(..) | Term::Derived(_) => C,
                };
                let what = format!("{kind} {what} {}", x.term);
                assert_close(&what, y.value / factor, x.value, 1e-9);
                assert_close(&what, y.std_error / factor, x.std_error, 1e-9);
            }
            let change = (N * T) as f64 * C.ln();
            assert_close(what, loglik(&b) + change, loglik(&a), 1e-9);
        });
    }
}

#[test]
fn scaling_a_regressor_divides_its_slope() {
    const C: f64 = 1e-4;
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 3);
    let mut scaled = data.clone();
    scaled.x[1].iter_mut().for_each(|v| *v *= C);
    each_model(|what, m| {
        let (a, b) = (fit(&data, &w, &m), fit(&scaled, &w, &m));
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            let (own, lag) = (regressor(1), regressor(1).of_neighbours());
            let of = [own.unit_mean(), lag.unit_mean(), own, lag].map(Term::Variable);
            let factor = if of.contains(&x.term) { C } else { 1.0 };
            assert_close(&format!("{what} {}", x.term), y.value * factor, x.value, 1e-9);
            assert_close(&format!("{what} {}", x.term), y.std_error * factor, x.std_error, 1e-9);
        }
        assert_close(what, loglik(&b), loglik(&a), 1e-10);
    });
}

/// The sample with a dummy for each unit and period but the first, as regressors.
fn with_dummies(data: &Sample, effects: Effects) -> Sample {
    let (n, t) = (data.n_units(), data.n_periods());
    let mut out = data.clone();
    let mut add = |name: String, on: &dyn Fn(usize) -> bool| {
        out.x.push((0..n * t).map(|at| f64::from(u8::from(on(at)))).collect());
        out.regressors.push(Regressor::new(VarName::new(name), 0));
    };
    if effects.has_individual() {
        (1..n).for_each(|i| add(format!("unit{i}"), &|at| at % n == i));
    }
    if effects.has_time() {
        (1..t).for_each(|p| add(format!("period{p}"), &|at| at / n == p));
    }
    out
}

#[test]
fn removing_effects_equals_estimating_dummies() {
    for (kind, w) in all_weights_and_algebras(N) {
        let data = sample(&w, T, 4);
        each_model(|what, m| {
            // Random effects of units have no dummies; fixed ones of periods beside them have.
            let effects = if m.effects.is_random() { Effects::Random } else { Effects::None };
            if m.effects.has_constant() || m.effects.is_of_made_panel() {
                return;
            }
            let data = whole(&data, &w, &m.estimator);
            let dummies = with_dummies(&data, m.effects);
            let pooled = Model { effects, regressors: dummies.regressors.clone(), ..m.clone() };
            let (within, full) = (fit(&data, &w, &m), fit(&dummies, &w, &pooled));
            let what = format!("{kind} {what}");
            for e in &within.fit.estimates {
                let (value, std_error) = estimate(&full, &e.term);
                assert_close(&format!("{what} {}", e.term), e.value, value, 1e-9);
                // Sigma's standard error comes from the same information matrix.
                assert_close(&format!("{what} se {}", e.term), e.std_error, std_error, 1e-9);
            }
            assert_close(&what, loglik(&within), loglik(&full), 1e-10);
            for (a, b) in within.innovations.iter().zip(&full.innovations) {
                assert_close(&what, *a, *b, 1e-9);
            }
            for (a, b) in within.systematic.iter().zip(&full.systematic) {
                assert_close(&what, *a, *b, 1e-8);
            }
        });
    }
}

#[test]
fn simulating_from_a_fit_s_own_innovations_gives_the_fit_back() {
    for (kind, w) in all_weights_and_algebras(N) {
        let data = sample(&w, T, 5);
        each_model(|what, m| {
            let data = whole(&data, &w, &m.estimator);
            let problem = Problem::new(&data, &w, &m).unwrap();
            let estimator = find(&m.estimator).unwrap();
            let a = estimator.fit(&problem).unwrap();
            let y = estimator.simulate(&problem, &a, &a.innovations);
            for (simulated, observed) in y.iter().zip(&data.y) {
                assert_close(&format!("{kind} {what}"), *simulated, *observed, 1e-9);
            }
            let again = fit(&Sample { y, ..data.clone() }, &w, &m);
            for (x, y) in a.fit.estimates.iter().zip(&again.fit.estimates) {
                assert_close(&format!("{kind} {what} {}", x.term), y.value, x.value, 1e-8);
            }
        });
    }
}

/// Moves y along `direction` to where the least-squares residuals are uncorrelated with their
/// counterpart under W: the score of the spatial parameter at 0 is zero there.
fn without_spatial_signal(
    data: &Sample,
    w: &Weights,
    effects: Effects,
    lag: bool,
) -> Option<Sample> {
    let at = |c: f64| Sample {
        y: data.y.iter().zip(&data.x[0]).map(|(y, x)| y + c * (x * x)).collect(),
        ..data.clone()
    };
    let score = |c: f64| {
        let s = at(c);
        let e = fit(&s, w, &model("ols", effects, 2)).innovations;
        let lagged = w.lag(if lag { &s.y } else { &e });
        e.iter().zip(&lagged).map(|(a, b)| a * b).sum::<f64>()
    };
    let grid: Vec<f64> = (-400..=400).map(|i| f64::from(i) * 0.05).collect();
    let (mut a, mut b) =
        grid.windows(2).map(|p| (p[0], p[1])).find(|&(a, b)| score(a) * score(b) < 0.0)?;
    for _ in 0..200 {
        let middle = 0.5 * (a + b);
        if score(a) * score(middle) <= 0.0 { b = middle } else { a = middle }
    }
    Some(at(0.5 * (a + b)))
}

#[test]
fn without_spatial_signal_the_slopes_are_those_of_least_squares() {
    let (_, w) = all_weights(N).swap_remove(1);
    let mut checked = 0;
    for (name, term) in [("slm", Term::Rho), ("sem", Term::Lambda)] {
        for effects in Effects::FIXED {
            for seed in 6..12 {
                let data = sample(&w, T, seed);
                let Some(quiet) = without_spatial_signal(&data, &w, effects, name == "slm") else {
                    continue;
                };
                let spatial = fit(&quiet, &w, &model(name, effects, 2));
                let ols = fit(&quiet, &w, &model("ols", effects, 2));
                // The stationary point at 0 need not be the highest one, but where it is:
                if estimate(&spatial, &term).0.abs() > 1e-6 {
                    continue;
                }
                for j in 0..2 {
                    let term = Term::Variable(regressor(j));
                    let (a, b) = (estimate(&spatial, &term).0, estimate(&ols, &term).0);
                    assert_close(&format!("{name} {effects}"), a, b, 1e-7);
                }
                assert_close(name, loglik(&spatial), loglik(&ols), 1e-9);
                checked += 1;
                break;
            }
        }
    }
    assert!(checked >= 6, "only {checked} combinations had a sample without spatial signal");
}

#[test]
fn the_spatial_parameter_is_recovered_from_a_weak_signal() {
    // With strong regressors any objective finds rho; with weak ones only the likelihood with its
    // Jacobian does.
    let (n, t, truth) = (12, 60, 0.4);
    let links = irregular(n);
    let w = permuted(&links, &(0..n).collect::<Vec<_>>(), Normalisation::Row);
    for (name, term) in [("slm", Term::Rho), ("sem", Term::Lambda)] {
        let mut sum = 0.0;
        let rounds = 24;
        for round in 0..rounds {
            let mut s = Stream::new([9; 32], round);
            let mut draw = || (0..n * t).map(|_| s.normal()).collect::<Vec<f64>>();
            let (x, e) = (vec![draw(), draw()], draw());
            let signal: Vec<f64> = (0..n * t).map(|i| 0.05 * x[0][i]).collect();
            let y = if name == "slm" {
                let shocked: Vec<f64> = signal.iter().zip(&e).map(|(a, b)| a + b).collect();
                w.resolve(truth, &shocked)
            } else {
                let u = w.resolve(truth, &e);
                signal.iter().zip(&u).map(|(a, b)| a + b).collect()
            };
            let data = Sample { y, x, ..sample(&w, t, 1) };
            sum += estimate(&fit(&data, &w, &model(name, Effects::Individual, 2)), &term).0;
        }
        // The standard error of one estimate is about 0.045, of the mean about 0.01.
        let mean = sum / rounds as f64;
        assert!((mean - truth).abs() < 0.035, "{name}: {mean}");
    }
}

#[test]
fn both_orders_of_lag_and_demeaning_agree_for_individual_effects() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 7);
    for name in ["slm", "sem"] {
        let exact = model(name, Effects::Individual, 2);
        let other = Model { lag_order: LagOrder::DemeanThenLag, ..exact.clone() };
        let (a, b) = (fit(&data, &w, &exact), fit(&data, &w, &other));
        for (x, y) in a.fit.estimates.iter().zip(&b.fit.estimates) {
            assert_close(name, y.value, x.value, 1e-11);
        }
        let exact = model(name, Effects::TwoWay, 2);
        let other = Model { lag_order: LagOrder::DemeanThenLag, ..exact.clone() };
        let (a, b) = (fit(&data, &w, &exact), fit(&data, &w, &other));
        assert!(loglik(&a) > loglik(&b), "{name}: the exact likelihood is the higher one");
    }
}

#[test]
fn a_time_invariant_regressor_is_named_under_individual_effects() {
    let (_, w) = all_weights(N).swap_remove(1);
    let mut data = sample(&w, T, 8);
    data.x[1] = (0..N * T).map(|at| (at % N) as f64).collect();
    for name in ["ols", "slm", "sem"] {
        let m = model(name, Effects::Individual, 2);
        let problem = Problem::new(&data, &w, &m).unwrap();
        let error = find(name).unwrap().fit(&problem).unwrap_err().to_string();
        assert_eq!(error, "x1 has no variation left once individual effects are removed");
    }
    data.x[1] = data.x[0].iter().map(|v| 3.0 * v + 1.0).collect();
    let m = model("slm", Effects::None, 2);
    let problem = Problem::new(&data, &w, &m).unwrap();
    let error = find("slm").unwrap().fit(&problem).unwrap_err().to_string();
    assert_eq!(error, "collinear columns: x1 (a combination of constant, x0)");
}
