//! The same numbers by dense matrices, written out.

use super::*;

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
