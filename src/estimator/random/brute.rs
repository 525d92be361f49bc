//! The likelihood and its derivatives against dense NT × NT matrices.

use super::likelihood::Likelihood;
use super::{Spatial, columns, error_components};
use crate::estimator::Problem;
use crate::estimator::problem::matrix;
use crate::ident::{Period, VarName};
use crate::math::Matrix;
use crate::math::linalg::{spd_inverse, spd_log_det};
use crate::model::{Effects, ErrorComponents, LagOrder, Model, Normalisation, Regressor};
use crate::panel::sample::Sample;
use crate::weights::Weights;
use crate::weights::tests::{undirected, units};

const N: usize = 5;
const T: usize = 3;

fn fixture(
    effects: Effects,
    form: ErrorComponents,
    how: Normalisation,
) -> (Sample, Weights, Model) {
    let pairs = [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4)];
    let weights = Weights::new(&units(N), &undirected(N, &pairs), how).expect("links");
    let column = |a: f64| -> Vec<f64> {
        (0..N * T).map(|i| (a * (i * i) as f64 + i as f64).sin()).collect()
    };
    let regressor = Regressor::new(VarName::new("x"), 0);
    let sample = Sample {
        units: units(N),
        periods: (0..3).map(Period).collect(),
        response: VarName::new("y"),
        y: column(0.7).iter().zip(column(0.31)).map(|(e, x)| 2.0 + e + 0.5 * x).collect(),
        regressors: vec![regressor.clone()],
        x: vec![column(0.31)],
    };
    let model = Model {
        estimator: "sem".to_owned(),
        response: VarName::new("y"),
        regressors: vec![regressor],
        effects,
        lag_order: LagOrder::LagThenDemean,
        small_sample: None,
        std_errors: crate::model::std_errors::StdErrors::Default,
        error_components: Some(form),
        instruments: crate::model::instruments::Instruments::default(),
        correction: crate::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    };
    (sample, weights, model)
}

fn times(a: &Matrix, v: &[f64]) -> Vec<f64> {
    (0..a.nrows()).map(|i| (0..a.ncols()).map(|j| a[(i, j)] * v[j]).sum()).collect()
}

/// The log-likelihood at (ρ, λ, s), β (period dummies among the regressors) and σ² concentrated out.
fn dense(problem: &Problem<'_>, form: ErrorComponents, (rho, lambda, s): (f64, f64, f64)) -> f64 {
    let w = problem.weights.dense();
    let filter = |r: f64| Matrix::from_fn(N, N, |i, j| f64::from(u8::from(i == j)) - r * w[(i, j)]);
    let b = filter(lambda);
    let a0 = spd_inverse(&(b.transpose() * &b)).expect("inside the interval");
    let phi = s / T as f64;
    let of_mu = match form {
        ErrorComponents::Anselin => Matrix::identity(N, N),
        ErrorComponents::Kkp => a0.clone(),
    };
    let n = N * T;
    // E uu'/σ² = 11' ⊗ φ(…) + I ⊗ (B'B)⁻¹.
    let omega = Matrix::from_fn(n, n, |i, j| {
        let same = f64::from(u8::from(i / N == j / N));
        phi * of_mu[(i % N, j % N)] + same * a0[(i % N, j % N)]
    });
    let inverse = spd_inverse(&omega).expect("a covariance");
    let lag = problem.weights.lag(&problem.sample.y);
    let y: Vec<f64> = problem.sample.y.iter().zip(&lag).map(|(y, l)| y - rho * l).collect();
    let (sample, _) = columns::with_unit_means(problem);
    let mut x = Problem { sample: &sample, ..*problem }.columns();
    if problem.model.effects.has_time() {
        x.extend((0..T).map(|t| (0..n).map(|i| f64::from(u8::from(i / N == t))).collect()));
    }
    let x = matrix(&x);
    let xo = x.transpose() * &inverse;
    let beta = times(&spd_inverse(&(&xo * &x)).expect("full rank"), &times(&xo, &y));
    let e: Vec<f64> = y.iter().zip(times(&x, &beta)).map(|(y, f)| y - f).collect();
    let q: f64 = e.iter().zip(times(&inverse, &e)).map(|(a, b)| a * b).sum();
    let log_det = |r: f64| problem.weights.spectrum().expect("eigenvalues").log_det(r);
    -0.5 * n as f64 * ((2.0 * std::f64::consts::PI * q / n as f64).ln() + 1.0)
        + T as f64 * log_det(rho)
        - 0.5 * spd_log_det(&omega).expect("a covariance")
}

const PLACES: [(f64, f64, f64); 3] = [(0.2, -0.3, 1.5), (-0.4, 0.5, 0.2), (0.1, 0.15, 12.0)];

fn each(mut check: impl FnMut(&str, &Likelihood<'_>, &dyn Fn((f64, f64, f64)) -> f64, Spatial)) {
    for how in [Normalisation::Row, Normalisation::MinMax] {
        for form in [ErrorComponents::Anselin, ErrorComponents::Kkp] {
            for effects in Effects::RANDOM {
                for (lag, error) in [(true, true), (true, false), (false, true), (false, false)] {
                    let (sample, weights, model) = fixture(effects, form, how);
                    let problem = Problem::new(&sample, &weights, &model).expect("the same units");
                    let spatial = Spatial { lag, error };
                    let (full, _) = columns::with_unit_means(&problem);
                    let own = Problem { sample: &full, ..problem };
                    let space = own.within_space().expect("independent columns");
                    let likelihood =
                        Likelihood::new(&own, &space, spatial, None).expect("a likelihood");
                    let form = error_components(&model, spatial);
                    let what = format!("{how:?} {form:?} {effects} {spatial:?}");
                    check(&what, &likelihood, &|at| dense(&problem, form, at), spatial);
                }
            }
        }
    }
}

fn allowed(at: (f64, f64, f64), spatial: Spatial) -> (f64, f64, f64) {
    (if spatial.lag { at.0 } else { 0.0 }, if spatial.error { at.1 } else { 0.0 }, at.2)
}

#[test]
fn the_likelihood_is_that_of_dense_matrices() {
    each(|what, likelihood, dense, spatial| {
        for at in PLACES {
            let at = allowed(at, spatial);
            let ours = likelihood.at(at.0, at.1, at.2).expect("inside").loglik;
            let theirs = dense(at);
            assert!((ours - theirs).abs() < 1e-10, "{what} at {at:?}: {ours} is not {theirs}");
        }
    });
}

#[test]
fn scores_and_second_derivatives_are_those_of_differences() {
    const H: f64 = 1e-5;
    each(|what, likelihood, _, spatial| {
        for at in PLACES {
            let at = allowed(at, spatial);
            let place = [at.0, at.1, at.2];
            let there = [spatial.lag, spatial.error, true];
            let here = likelihood.at(at.0, at.1, at.2).expect("inside");
            for p in (0..3).filter(|p| there[*p]) {
                let moved = |by: f64| {
                    let mut to = place;
                    to[p] += by;
                    likelihood.at(to[0], to[1], to[2]).expect("inside")
                };
                let (up, down) = (moved(H), moved(-H));
                let slope = (up.loglik - down.loglik) / (2.0 * H);
                let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + b.abs());
                assert!(close(here.score[p], slope), "{what}: {} is not {slope}", here.score[p]);
                for r in (0..3).filter(|r| there[*r]) {
                    let slope = (up.score[r] - down.score[r]) / (2.0 * H);
                    let ours = here.curvature[p][r];
                    assert!(close(ours, slope), "{what} {p}{r}: {ours} is not {slope}");
                }
            }
        }
    });
}
