//! What must hold for two-stage least squares and generalised moments.

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

fn columns(of: &[Vec<f64>]) -> Matrix {
    Matrix::from_fn(of[0].len(), of.len(), |i, j| of[j][i])
}

/// (Z'PZ)⁻¹Z'Py and (Z'PZ)⁻¹, P = H(H'H)⁻¹H', with everything in levels.
fn dense(y: &[f64], z: &[Vec<f64>], h: &[Vec<f64>]) -> (Vec<f64>, Matrix) {
    let (y, z, h) = (columns(&[y.to_vec()]), columns(z), columns(h));
    let hh = Lu::new(&(h.transpose() * &h));
    let (hz, hy) = (h.transpose() * &z, h.transpose() * &y);
    let inner = Lu::new(&(hz.transpose() * hh.solve(&hz)));
    let d = inner.solve(&(hz.transpose() * hh.solve(&hy)));
    let k = z.ncols();
    ((0..k).map(|j| d[(j, 0)]).collect(), inner.solve(&Matrix::identity(k, k)))
}

fn dummies(effects: Effects) -> Vec<Vec<f64>> {
    let on = |f: &dyn Fn(usize) -> bool| -> Vec<f64> {
        (0..N * T).map(|at| f64::from(u8::from(f(at)))).collect()
    };
    let mut all = vec![on(&|_| true)];
    if effects.has_individual() {
        all.extend((1..N).map(|i| on(&|at| at % N == i)));
    }
    if effects.has_time() {
        all.extend((1..T).map(|t| on(&|at| at / N == t)));
    }
    all
}

/// Against the formula in levels with a dummy for every effect.
#[test]
fn two_stages_are_the_formula_with_dummies() {
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 4);
        for (name, powers) in [("slm-2sls", 1), ("slm-2sls", 2), ("sdm-2sls", 2)] {
            for effects in Effects::FIXED {
                let instruments = Instruments { powers: Some(powers), ..Instruments::default() };
                let m = Model { instruments, small_sample: None, ..model(name, effects, 2) };
                let data = whole(&data, &w, name);
                let Some(ours) = fit(&data, &w, &m) else { continue };
                let mut z = dummies(effects);
                let at = z.len() - usize::from(effects == Effects::None);
                z.extend(data.x.iter().cloned());
                let mut h = z.clone();
                let mut lags = data.x[..2].to_vec();
                // WX of a Durbin model is there already.
                for power in 1..=powers + u32::from(name == "sdm-2sls") {
                    lags = lags.iter().map(|v| w.lag(v)).collect();
                    if power > 1 || name == "slm-2sls" {
                        h.extend(lags.iter().cloned());
                    }
                }
                z.push(w.lag(&data.y));
                let (d, inverse) = dense(&data.y, &z, &h);
                let fitted = |i: usize| (0..z.len()).map(|j| d[j] * z[j][i]).sum::<f64>();
                let ssr: f64 = (0..N * T).map(|i| (data.y[i] - fitted(i)).powi(2)).sum();
                let sigma2 = ssr / (N * T - z.len()) as f64;
                for (e, j) in ours.fit.estimates.iter().zip(at..z.len()) {
                    let what = format!("{kind} {name} {effects} {}", e.term);
                    assert_close(&what, e.value, d[j], 1e-8);
                    let wanted = (sigma2 * inverse[(j, j)]).sqrt();
                    assert_close(&what, e.std_error / wanted, 1.0, 1e-8);
                }
                assert_close(kind, ours.value(&Term::Sigma2).unwrap() / sigma2, 1.0, 1e-8);
            }
        }
    }
}

/// One regressor, one instrument, effects of units: β = z̃'y/z̃'x.
#[test]
fn one_instrument_is_a_ratio_of_covariances() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 6);
    let data = Sample { x: vec![data.x[0].clone()], regressors: vec![regressor(0)], ..data };
    let mut s = Stream::new([3; 32], 0);
    let z: Vec<f64> = data.x[0].iter().map(|x| x + s.normal()).collect();
    let m = with_instruments(model("iv", Effects::Individual, 1), &[0], 1);
    let ours = fit_beside(&data, &w, &m, std::slice::from_ref(&z));
    let mean = |v: &[f64], i: usize| (0..T).map(|t| v[t * N + i]).sum::<f64>() / T as f64;
    let cross = |v: &[f64]| -> f64 {
        (0..N * T).map(|at| (z[at] - mean(&z, at % N)) * (v[at] - mean(v, at % N))).sum()
    };
    let beta = cross(&data.y) / cross(&data.x[0]);
    assert_close("iv", ours.value(&Term::Variable(regressor(0))).unwrap(), beta, 1e-11);
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

/// A regressor that stands for itself changes nothing: it is exogenous.
#[test]
fn a_regressor_as_its_own_instrument_is_least_squares() {
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, T, 8);
    for effects in Effects::FIXED {
        let m = with_instruments(model("iv", effects, 2), &[1], 1);
        let ours = fit_beside(&data, &w, &m, &[data.x[1].clone()]);
        let ols = fit(&data, &w, &model("ols", effects, 2)).unwrap();
        for (a, b) in ours.fit.estimates.iter().zip(&ols.fit.estimates).take(2) {
            assert_close(&format!("{effects} {}", a.term), a.value, b.value, 1e-11);
        }
        let m = with_instruments(model("slm-2sls", effects, 2), &[1], 1);
        let own = fit_beside(&data, &w, &m, &[data.x[1].clone()]);
        let plain = fit(&data, &w, &model("slm-2sls", effects, 2)).unwrap();
        for (a, b) in own.fit.estimates.iter().zip(&plain.fit.estimates) {
            assert_close(&format!("slm {effects} {}", a.term), a.value, b.value, 1e-9);
        }
    }
    // Without its values there is no fit.
    let m = with_instruments(model("iv", Effects::None, 2), &[1], 1);
    let problem = Problem::new(&data, &w, &m).unwrap();
    let why = find("iv").unwrap().fit(&problem).unwrap_err();
    assert_eq!(why.to_string(), "the values of the instruments are not there");
}

/// The residuals' moments, written with dense matrices, are smallest at the estimate.
#[test]
fn lambda_is_where_the_moments_are_smallest() {
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 9);
        for effects in [Effects::None, Effects::Individual] {
            let Some(ours) = fit(&data, &w, &model("sem-gm", effects, 2)) else { continue };
            let at = ours.value(&Term::Lambda).unwrap();
            let ols = fit(&data, &w, &model("ols", effects, 2)).unwrap();
            let u = &ols.innovations;
            let dense = w.dense();
            let square = dense.transpose() * &dense;
            let trace: f64 = (0..N).map(|i| square[(i, i)]).sum::<f64>() / N as f64;
            let objective = |lambda: f64| {
                let lag = w.lag(u);
                let e: Vec<f64> = u.iter().zip(&lag).map(|(u, l)| u - lambda * l).collect();
                let le = w.lag(&e);
                let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                let (a, b, c) = (dot(&e, &e), dot(&le, &le), dot(&e, &le));
                let sigma2 = (a + trace * b) / (1.0 + trace * trace);
                (a - sigma2).powi(2) + (b - sigma2 * trace).powi(2) + c * c
            };
            let low = objective(at);
            let (from, to) = w.spectrum().unwrap().interval();
            for step in 1..400 {
                let lambda = from + (to - from) * f64::from(step) / 400.0;
                assert!(objective(lambda) >= low * (1.0 - 1e-12), "{kind} {effects} {lambda}");
            }
        }
    }
}

fn filtered(w: &Weights, by: f64, v: &[f64]) -> Vec<f64> {
    v.iter().zip(w.lag(v)).map(|(v, lag)| v - by * lag).collect()
}

/// The errors have another matrix M: both stages and the moments, written with dense matrices.
#[test]
fn two_matrices_are_the_formula_with_dense_matrices() {
    let all = all_weights(N);
    let (_, m) = &all[2];
    let (mut checked, mut apart) = (0, 0.0_f64);
    for (kind, w) in all.iter().filter(|(kind, _)| *kind != "directed") {
        let data = sample(w, T, 11);
        for effects in [Effects::None, Effects::Individual] {
            let model = model("sac-gm", effects, 2);
            let one = Problem::new(&data, w, &model).unwrap();
            let problem = one.with_error_weights(m).unwrap();
            let estimator = find("sac-gm").unwrap();
            let Ok(ours) = estimator.fit(&problem) else { continue };
            checked += 1;
            // H = (X, WX, W²X, MX, MWX, MW²X) and dummies.
            let mut z = dummies(effects);
            let mut h = z.clone();
            let at = z.len() - usize::from(effects == Effects::None);
            z.extend(data.x.iter().cloned());
            let mut lags = data.x.clone();
            for _ in 0..3 {
                h.extend(lags.iter().cloned());
                h.extend(lags.iter().map(|v| m.lag(v)));
                lags = lags.iter().map(|v| w.lag(v)).collect();
            }
            z.push(w.lag(&data.y));
            let (first, _) = dense(&data.y, &z, &h);
            let residual = |d: &[f64], y: &[f64], z: &[Vec<f64>]| -> Vec<f64> {
                let fitted = |i: usize| (0..z.len()).map(|j| d[j] * z[j][i]).sum::<f64>();
                (0..N * T).map(|i| y[i] - fitted(i)).collect()
            };
            let u = residual(&first, &data.y, &z);
            let square = m.dense().transpose() * m.dense();
            let trace: f64 = (0..N).map(|i| square[(i, i)]).sum::<f64>() / N as f64;
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let objective = |lambda: f64| {
                let e = filtered(m, lambda, &u);
                let le = m.lag(&e);
                let (a, b, c) = (dot(&e, &e), dot(&le, &le), dot(&e, &le));
                let sigma2 = (a + trace * b) / (1.0 + trace * trace);
                (a - sigma2).powi(2) + (b - sigma2 * trace).powi(2) + c * c
            };
            let lambda = ours.value(&Term::Lambda).unwrap();
            for step in -100..=100 {
                let at = lambda + 0.002 * f64::from(step);
                assert!(objective(at) >= objective(lambda) * (1.0 - 1e-12), "{kind} {at}");
            }
            let by = |v: &Vec<f64>| filtered(m, lambda, v);
            let star: Vec<Vec<f64>> = z.iter().map(by).collect();
            let y = by(&data.y);
            let (d, inverse) = dense(&y, &star, &h);
            let e = residual(&d, &y, &star);
            let sigma2 = dot(&e, &e) / (N * T - z.len()) as f64;
            for (own, j) in ours.fit.estimates.iter().zip(at..z.len()) {
                let what = format!("{kind} {effects} {}", own.term);
                assert_close(&what, own.value, d[j], 1e-8);
                assert_close(&what, own.std_error / (sigma2 * inverse[(j, j)]).sqrt(), 1.0, 1e-8);
            }
            if let Ok(same) = estimator.fit(&one) {
                apart = apart.max((same.value(&Term::Lambda).unwrap() - lambda).abs());
            }
            let again = estimator.simulate(&problem, &ours, &ours.innovations);
            for (simulated, observed) in again.iter().zip(&data.y) {
                assert_close(kind, *simulated, *observed, 1e-9);
            }
        }
    }
    assert!(checked >= 8 && apart > 0.05, "{checked}, {apart}");
}

/// At the θ and λ of the fit: the formula of instruments within units and between them.
#[test]
fn random_effects_are_the_formula_with_dense_matrices() {
    let mut checked = 0;
    for (kind, w) in all_weights(N) {
        let data = sample(&w, T, 12);
        for name in ["slm-2sls", "sac-gm"] {
            let Some(ours) = fit(&data, &w, &model(name, Effects::Random, 2)) else { continue };
            let Some(&s) = ours.fit.statistics.get(&Statistic::Theta) else { continue };
            if s == 0.0 {
                continue;
            }
            checked += 1;
            let mean = |v: &[f64]| -> Vec<f64> {
                let of = |i: usize| (0..T).map(|t| v[t * N + i]).sum::<f64>() / T as f64;
                (0..N * T).map(|at| of(at % N)).collect()
            };
            let within =
                |v: &[f64]| -> Vec<f64> { v.iter().zip(mean(v)).map(|(v, m)| v - m).collect() };
            let lambda = ours.value(&Term::Lambda).unwrap_or(0.0);
            let star = |v: &[f64]| -> Vec<f64> {
                let v = filtered(&w, lambda, v);
                let mean = mean(&v);
                v.iter().zip(mean).map(|(v, m)| v - s * m).collect()
            };
            let mut z = vec![vec![1.0; N * T]];
            z.extend(data.x.iter().cloned());
            let mut h = vec![z[0].clone()];
            let mut lags = data.x.clone();
            for _ in 0..3 {
                // Nine units, and as many columns between them at most.
                h.extend(lags.iter().flat_map(|v| [within(v), mean(v)]));
                lags = lags.iter().map(|v| w.lag(v)).collect();
            }
            z.push(w.lag(&data.y));
            let starred: Vec<Vec<f64>> = z.iter().map(|v| star(v)).collect();
            let (d, _) = dense(&star(&data.y), &starred, &h);
            for (own, d) in ours.fit.estimates.iter().zip(&d) {
                assert_close(&format!("{kind} {name} {}", own.term), own.value, *d, 1e-7);
            }
        }
    }
    assert!(checked >= 8, "{checked}");
}

/// Effects of periods taken out are a dummy for each.
#[test]
fn fixed_effects_of_periods_beside_random_ones_are_dummies() {
    const SHORT: usize = 5;
    let (_, w) = all_weights(N).swap_remove(1);
    let data = sample(&w, SHORT, 13);
    let ours = fit(&data, &w, &model("slm-2sls", Effects::RandomTime, 2)).unwrap();
    let mut with = data.clone();
    for t in 1..SHORT {
        with.x.push((0..N * SHORT).map(|at| f64::from(u8::from(at / N == t))).collect());
        with.regressors.push(regressor(1 + t));
    }
    let dummies = fit(&with, &w, &model("slm-2sls", Effects::Random, 1 + SHORT)).unwrap();
    for e in &ours.fit.estimates {
        let theirs = dummies.fit.estimates.iter().find(|o| o.term == e.term).unwrap();
        assert_close(&format!("{}", e.term), e.value, theirs.value, 1e-9);
        assert_close(&format!("se {}", e.term), e.std_error, theirs.std_error, 1e-9);
    }
    let theta = |of: &Estimated| of.fit.statistics[&Statistic::Theta];
    assert_close("theta", theta(&ours), theta(&dummies), 1e-9);
}

/// Theory gives λ and φ no standard errors; those that are given are how far estimates spread.
#[test]
#[ignore = "a minute unless optimised: cargo test --release --test suite -- --ignored spread"]
fn components_spread_as_their_standard_errors_say() {
    const UNITS: usize = 60;
    const PERIODS: usize = 6;
    const PANELS: usize = 400;
    let order: Vec<usize> = (0..UNITS).collect();
    let w = permuted(&irregular(UNITS), &order, Normalisation::Row);
    let of_errors = permuted(&crate::support::directed(UNITS), &order, Normalisation::Row);
    // Effects of units that no panel takes for none, and regressors that differ between units enough to
    // identify ρ between them.
    let mut s = Stream::new([24; 32], 0);
    let mut of_units = |size: f64| (0..UNITS).map(|_| size * s.normal()).collect::<Vec<f64>>();
    let (mu, own) = (of_units(1.2), [of_units(2.0), of_units(2.0)]);
    let mut data = sample(&w, PERIODS, 2);
    for (x, own) in data.x.iter_mut().zip(&own) {
        x.iter_mut().enumerate().for_each(|(at, x)| *x += own[at % UNITS]);
    }
    let u: Vec<f64> = (0..data.n()).map(|at| mu[at % UNITS] + s.normal()).collect();
    let u = w.resolve(0.4, &u);
    let shocked: Vec<f64> =
        (0..data.n()).map(|at| 1.0 + data.x[0][at] - data.x[1][at] + u[at]).collect();
    data.y = w.resolve(0.3, &shocked);
    let all = [
        ("sem-gm", Effects::Random, Some(MomentWeights::Initial), false),
        ("sem-gm", Effects::Random, Some(MomentWeights::Diagonal), false),
        ("sem-gm", Effects::Random, Some(MomentWeights::Full), false),
        ("sac-gm", Effects::Random, Some(MomentWeights::Initial), false),
        ("sac-gm", Effects::Random, Some(MomentWeights::Full), false),
        ("sac-gm", Effects::Individual, None, true),
    ];
    for (name, effects, moment_weights, two) in all {
        let m = Model { moment_weights, ..model(name, effects, 2) };
        let plain = Problem::new(&data, &w, &m).unwrap();
        let problem = if two { plain.with_error_weights(&of_errors).unwrap() } else { plain };
        let estimator = find(name).unwrap();
        let truth = estimator.fit(&problem).unwrap();
        let sigma = truth.value(&Term::Sigma2).unwrap().sqrt();
        let (mut values, mut errors) = (vec![Vec::new(); 2], vec![Vec::new(); 2]);
        for panel in 0..PANELS {
            let mut s = Stream::new([23; 32], panel as u64);
            let e: Vec<f64> = (0..data.n()).map(|_| sigma * s.normal()).collect();
            let y = estimator.simulate(&problem, &truth, &e);
            let again = Sample { y, ..data.clone() };
            let Ok(fit) = estimator.fit(&Problem { sample: &again, ..problem }) else { continue };
            for (j, term) in [Term::Lambda, Term::Phi].iter().enumerate() {
                if let Some(e) = fit.fit.estimates.iter().find(|e| e.term == *term) {
                    values[j].push(e.value);
                    errors[j].push(e.std_error);
                }
            }
        }
        for (values, errors) in values.iter().zip(&errors).filter(|(v, _)| !v.is_empty()) {
            let n = values.len() as f64;
            assert!(n > 0.9 * PANELS as f64, "{name} {n}");
            let mean = values.iter().sum::<f64>() / n;
            let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            let said = (errors.iter().map(|e| e * e).sum::<f64>() / n).sqrt();
            println!("{name} {effects} {moment_weights:?} {two}: {mean:.4} {spread:.4} {said:.4}");
            let ratio = said / spread;
            assert!((0.85..1.18).contains(&ratio), "{name} {effects} {moment_weights:?}: {ratio}");
        }
    }
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

/// x is correlated with e: least squares is wrong however many units, two stages are not.
#[test]
#[ignore = "seconds unless optimised: cargo test --release --test suite -- --ignored endogenous"]
fn endogenous_regressors_are_estimated_consistently() {
    let n = 60;
    let t = 10;
    let w = permuted(&irregular(n), &(0..n).collect::<Vec<_>>(), Normalisation::Row);
    let (rounds, mut sums) = (60, [0.0; 3]);
    for round in 0..rounds {
        let mut s = Stream::new([5; 32], round);
        let mut draw = || (0..n * t).map(|_| s.normal()).collect::<Vec<f64>>();
        let (x0, z, e, v) = (draw(), draw(), draw(), draw());
        let x1: Vec<f64> = (0..n * t).map(|i| z[i] + 0.8 * e[i] + 0.5 * v[i]).collect();
        let shocked: Vec<f64> = (0..n * t).map(|i| x0[i] + x1[i] + e[i]).collect();
        let y = w.resolve(0.4, &shocked);
        let data = Sample { y, x: vec![x0, x1], ..sample(&w, t, 1) };
        let m = with_instruments(model("slm-2sls", Effects::Individual, 2), &[1], 1);
        let two = fit_beside(&data, &w, &m, &[z]);
        let slm = fit(&data, &w, &model("slm", Effects::Individual, 2)).unwrap();
        let slope = Term::Variable(regressor(1));
        sums[0] += two.value(&slope).unwrap();
        sums[1] += two.value(&Term::Rho).unwrap();
        sums[2] += slm.value(&slope).unwrap();
    }
    let [two, rho, slm] = sums.map(|s| s / rounds as f64);
    assert!((two - 1.0).abs() < 0.02, "{two}");
    assert!((rho - 0.4).abs() < 0.02, "{rho}");
    assert!(slm > 1.2, "{slm}");
}

/// `iv` and `slm-2sls` on 200 panels with an endogenous regressor, as [`coverage`](crate::coverage) asks of the
/// other estimators: means within three Monte Carlo errors, 92 to 98 % of the intervals hold the truth.
#[test]
#[ignore = "a minute unless optimised: cargo test --release --test suite -- --ignored coverage --nocapture"]
fn coverage_of_endogenous_regressors() {
    const PANELS: u64 = 200;
    let (n, t) = (100, 10);
    let w = permuted(&irregular(n), &(0..n).collect::<Vec<_>>(), Normalisation::Row);
    for (name, rho) in [("iv", 0.0), ("slm-2sls", 0.4)] {
        for effects in [Effects::None, Effects::Individual] {
            let m = with_instruments(model(name, effects, 2), &[1], 1);
            let fits: Vec<Estimated> = (0..PANELS)
                .map(|panel| {
                    let mut s = Stream::new([6; 32], panel);
                    let mut draw = || (0..n * t).map(|_| s.normal()).collect::<Vec<f64>>();
                    let (x0, z, e, v) = (draw(), draw(), draw(), draw());
                    let x1: Vec<f64> = (0..n * t).map(|i| z[i] + 0.8 * e[i] + 0.5 * v[i]).collect();
                    let shocked: Vec<f64> = (0..n * t).map(|i| x0[i] + x1[i] + e[i]).collect();
                    let y = w.resolve(rho, &shocked);
                    fit_beside(&Sample { y, x: vec![x0, x1], ..sample(&w, t, 1) }, &w, &m, &[z])
                })
                .collect();
            let slope = |j| (Term::Variable(regressor(j)), 1.0);
            let terms = [slope(0), slope(1), (Term::Rho, rho)];
            for (term, truth) in terms.into_iter().take(if rho > 0.0 { 3 } else { 2 }) {
                let of = |f: &Estimated| -> (f64, bool) {
                    let e = f.fit.estimates.iter().find(|e| e.term == term).expect("estimated");
                    (e.value, (e.conf_low..=e.conf_high).contains(&truth))
                };
                let all: Vec<(f64, bool)> = fits.iter().map(of).collect();
                let count = PANELS as f64;
                let mean = all.iter().map(|(v, _)| v).sum::<f64>() / count;
                let squares = all.iter().map(|(v, _)| (v - mean).powi(2)).sum::<f64>();
                let bias = (mean - truth) / (squares / (count - 1.0) / count).sqrt();
                let inside = all.iter().filter(|(_, holds)| *holds).count() as f64 / count;
                println!("{name} {effects} {term}: {truth} {mean:.4}, bias {bias:.2}, {inside:.3}");
                assert!(bias.abs() <= 3.0, "{name} {effects} {term}: {bias}");
                assert!((0.92..=0.98).contains(&inside), "{name} {effects} {term}: {inside}");
            }
        }
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
