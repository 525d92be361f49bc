//! The likelihood of a replicate against dense NT × NT matrices.

use super::surface::{Tile, in_lanes};
use super::{Random, Room, reduction};
use crate::estimator::batch::Reduction;
use crate::estimator::batch::forms::TileForms;
use crate::estimator::problem::matrix;
use crate::estimator::random::Spatial;
use crate::estimator::random::climber::{Jet, Place};
use crate::estimator::{Estimated, Problem, find};
use crate::ident::{Period, VarName};
use crate::math::Matrix;
use crate::math::lanes::{LANES, Lane};
use crate::math::linalg::{dot, spd_inverse, spd_log_det};
use crate::model::{Effects, ErrorComponents, LagOrder, Model, Normalisation, Regressor};
use crate::panel::sample::Sample;
use crate::weights::Weights;
use crate::weights::tests::{undirected, units};

const N: usize = 6;
const T: usize = 4;

fn numbers(a: f64) -> Vec<f64> {
    (0..N * T).map(|i| 2.0 * (a * (i * i) as f64 + 1.3 * i as f64).sin()).collect()
}

fn sample() -> Sample {
    let regressor = Regressor::new(VarName::new("x"), 0);
    let unit = [1.5, -0.8, 0.3, 2.0, -1.9, -0.4];
    let (e, x) = (numbers(0.7), numbers(0.31));
    Sample {
        units: units(N),
        periods: (0..T as i64).map(Period).collect(),
        response: VarName::new("y"),
        y: (0..N * T).map(|i| 2.0 + e[i] + 0.5 * x[i] + unit[i % N]).collect(),
        regressors: vec![regressor],
        x: vec![x],
    }
}

fn model(name: &str, effects: Effects, error_components: Option<ErrorComponents>) -> Model {
    Model {
        estimator: name.to_owned(),
        response: VarName::new("y"),
        regressors: vec![Regressor::new(VarName::new("x"), 0)],
        effects,
        lag_order: LagOrder::LagThenDemean,
        small_sample: None,
        std_errors: crate::model::std_errors::StdErrors::Default,
        error_components,
        instruments: crate::model::instruments::Instruments::default(),
        correction: crate::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    }
}

/// The log-likelihood of y, β and σ² concentrated out, from its N·T × N·T covariance.
fn dense(problem: &Problem<'_>, form: ErrorComponents, y: &[f64], [rho, lambda, v]: Place) -> f64 {
    let (n, weights) = (N * T, problem.weights);
    let s = v.exp_m1();
    let inverse = |r: f64| -> Matrix {
        let columns: Vec<Vec<f64>> = (0..N)
            .map(|j| {
                let unit: Vec<f64> = (0..N).map(|i| f64::from(u8::from(i == j))).collect();
                weights.resolve(r, &unit)
            })
            .collect();
        matrix(&columns)
    };
    let root = inverse(lambda);
    let a0 = &root * root.transpose();
    let shared = |i: usize, j: usize| match form {
        ErrorComponents::Kkp => s * a0[(i, j)],
        ErrorComponents::Anselin => s * f64::from(u8::from(i == j)),
    };
    let sigma = Matrix::from_fn(n, n, |a, b| {
        let (i, j) = (a % N, b % N);
        let same = if a / N == b / N { a0[(i, j)] } else { 0.0 };
        same + shared(i, j) / T as f64
    });
    let p = spd_inverse(&sigma).expect("a covariance");
    let mut columns = problem.columns();
    if problem.model.effects.has_time() {
        let dummy = |t: usize| (0..n).map(|i| f64::from(u8::from(i / N == t))).collect();
        columns.extend((0..T).map(dummy));
    }
    let lag = weights.lag(y);
    let e: Vec<f64> = y.iter().zip(&lag).map(|(y, l)| y - rho * l).collect();
    let times = |v: &[f64]| -> Vec<f64> {
        (0..n).map(|i| (0..n).map(|j| p[(i, j)] * v[j]).sum()).collect()
    };
    let weighted: Vec<Vec<f64>> = columns.iter().map(|x| times(x)).collect();
    let k = columns.len();
    let gram = Matrix::from_fn(k, k, |i, j| dot(&columns[i], &weighted[j]));
    let gram = spd_inverse(&gram).expect("regressors");
    let right: Vec<f64> = weighted.iter().map(|x| dot(x, &e)).collect();
    let explained: f64 =
        (0..k).map(|i| (0..k).map(|j| right[i] * gram[(i, j)] * right[j]).sum::<f64>()).sum();
    let q = dot(&e, &times(&e)) - explained;
    let jacobian = weights.spectrum().expect("eigenvalues").log_det(rho);
    -0.5 * n as f64 * q.ln() + T as f64 * jacobian
        - 0.5 * spd_log_det(&sigma).expect("a covariance")
}

/// The kernel's likelihood at a place.
fn kernel(of: &Random, forms: &TileForms, place: Place) -> Jet {
    let mut scratch = vec![[0.0; LANES]; of.scratch()];
    let mut room = Room::new(of, &mut scratch);
    let Room { work, b: [within, between], .. } = &mut room;
    let tile = Tile::new(of, forms, [&mut **within, &mut **between]);
    let jets = tile.at(&in_lanes(&[place; LANES]), &of.far, work);
    jets.of(0).expect("a likelihood")
}

fn fitted(problem: &Problem<'_>) -> Estimated {
    let estimator = find(&problem.model.estimator).expect("an estimator");
    estimator.fit(problem).unwrap_or_else(|e| panic!("{}: {e}", problem.model.estimator))
}

#[test]
fn the_likelihood_of_a_replicate_is_that_of_its_dense_covariance() {
    use ErrorComponents::{Anselin, Kkp};
    let pairs = [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (4, 5), (1, 5)];
    let ring = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (0, 5)];
    let with = |links: &[(usize, usize)], how| {
        Weights::new(&units(N), &undirected(N, links), how).expect("links")
    };
    let row = with(&pairs, Normalisation::Row);
    let symmetric = with(&pairs, Normalisation::Spectral);
    let both = with(&ring, Normalisation::Row);
    let sample = sample();
    for (name, spatial, form, effects, weights) in [
        ("slm", Spatial::LAG, None, Effects::Random, &row),
        ("slm", Spatial::LAG, None, Effects::RandomTime, &row),
        ("sem", Spatial::ERROR, Some(Kkp), Effects::Random, &row),
        ("sem", Spatial::ERROR, Some(Kkp), Effects::RandomTime, &row),
        ("sac", Spatial::BOTH, Some(Kkp), Effects::Random, &row),
        ("sem", Spatial::ERROR, Some(Anselin), Effects::Random, &symmetric),
        ("sem", Spatial::ERROR, Some(Anselin), Effects::RandomTime, &both),
        ("sac", Spatial::BOTH, Some(Anselin), Effects::Random, &symmetric),
    ] {
        let what = format!("{name} {effects} {form:?}");
        let model = model(name, effects, form);
        let problem = Problem::new(&sample, weights, &model).expect("the same units");
        let at = fitted(&problem);
        let of = reduction(&problem, &at, spatial, 1.0).unwrap_or_else(|| panic!("{what}"));
        let errors = numbers(0.57);
        let y = find(name).expect("an estimator").simulate(&problem, &at, &errors);
        let tile: Vec<Lane> = errors.iter().map(|e| [*e; LANES]).collect();
        let (mut work, mut forms) = (of.forms().workspace(), of.forms().room());
        of.forms().of(&tile, &mut work, &mut forms);
        let free = [spatial.lag, spatial.error, true];
        let form = form.unwrap_or(Kkp);
        let start = kernel(&of, &forms, of.fit);
        let first = dense(&problem, form, &y, of.fit);
        for place in [[0.3, -0.2, 0.4], [-0.4, 0.35, 1.5], [0.1, 0.2, 0.05]] {
            let place: Place = std::array::from_fn(|p| if free[p] { place[p] } else { 0.0 });
            let jet = kernel(&of, &forms, place);
            let value = dense(&problem, form, &y, place);
            let (found, want) = (jet.loglik - start.loglik, value - first);
            assert!((found - want).abs() < 1e-10, "{what}: {found} is not {want}");
            for p in (0..3).filter(|&p| free[p]) {
                let moved = |h: f64| {
                    let mut to = place;
                    to[p] += h;
                    to
                };
                let h = 1e-4;
                let f = |h: f64| dense(&problem, form, &y, moved(h));
                // Of order h⁴.
                let slope = (8.0 * (f(h) - f(-h)) - f(2.0 * h) + f(-2.0 * h)) / (12.0 * h);
                let size = 1.0 + slope.abs();
                assert!((jet.score[p] - slope).abs() < 1e-7 * size, "{what} {p}");
                let g = |h: f64| kernel(&of, &forms, moved(h)).score;
                let (up, down) = (g(h), g(-h));
                for r in (0..3).filter(|&r| free[r]) {
                    let second = (up[r] - down[r]) / (2.0 * h);
                    let size = 1.0 + second.abs();
                    assert!((jet.curvature[p][r] - second).abs() < 1e-5 * size, "{what} {p} {r}");
                }
            }
        }
    }
}

/// Rows of W that are made to sum to one leave effects that do not spill over no fixed eigenvectors.
#[test]
fn effects_that_stay_reduce_where_w_is_symmetric() {
    let weights = |how| {
        let pairs = [(0, 1), (1, 2), (2, 3), (0, 3), (3, 4), (4, 5), (1, 5)];
        Weights::new(&units(N), &undirected(N, &pairs), how).expect("links")
    };
    let (sample, model) = (sample(), model("sem", Effects::Random, Some(ErrorComponents::Anselin)));
    for (how, reduces) in [(Normalisation::Row, false), (Normalisation::Spectral, true)] {
        let weights = weights(how);
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let at = fitted(&problem);
        assert_eq!(reduction(&problem, &at, Spatial::ERROR, 1.0).is_some(), reduces);
    }
}
