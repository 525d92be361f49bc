//! Many units: fits without eigenvalues and dense matrices are the fits with them.

use crate::support::{assert_close, fit, model, sample, undirected, units};
use spanel::estimator::{Problem, find};
use spanel::model::{Effects, LagOrder, Normalisation};
use spanel::weights::{Algebra, Weights};

/// Neighbours on a lattice of `side`² units, diagonal ones included, and a unit without any.
fn lattice(side: usize) -> Weights {
    let mut pairs = Vec::new();
    for i in 0..side {
        for j in 0..side {
            for (a, b) in [(0, 1), (1, 0), (1, 1)] {
                if i + a < side && j + b < side {
                    pairs.push((i * side + j, (i + a) * side + j + b));
                }
            }
            if i + 1 < side && j > 0 {
                pairs.push((i * side + j, (i + 1) * side + j - 1));
            }
        }
    }
    let n = side * side + 1;
    Weights::new(&units(n), &undirected(n, &pairs), Normalisation::Row).unwrap()
}

#[test]
fn fits_by_sparse_factorisations_are_those_by_eigenvalues() {
    let sparse = lattice(17).by(Algebra::Sparse);
    let dense = lattice(17).by(Algebra::Dense);
    let data = sample(&dense, 4, 11);
    for (estimator, effects, order) in [
        ("slm", Effects::Individual, LagOrder::LagThenDemean),
        ("slm", Effects::TwoWay, LagOrder::LagThenDemean),
        ("slm", Effects::TwoWay, LagOrder::DemeanThenLag),
        ("sem", Effects::TwoWay, LagOrder::LagThenDemean),
        ("sem", Effects::None, LagOrder::LagThenDemean),
    ] {
        let mut model = model(estimator, effects, 2);
        model.lag_order = order;
        let [s, d] = [&sparse, &dense].map(|w| fit(&data, w, &model));
        let what = |name: &str| format!("{estimator} {effects} {name}");
        for (s, d) in s.fit.estimates.iter().zip(&d.fit.estimates) {
            assert_close(&what(&s.term.to_string()), s.value, d.value, 1e-9);
            assert_close(&what("standard error"), s.std_error / d.std_error, 1.0, 1e-9);
        }
        for (statistic, value) in &d.fit.statistics {
            assert_close(
                &what(&format!("{statistic:?}")),
                s.fit.statistics[statistic],
                *value,
                1e-9,
            );
        }
        for (s, d) in s.fit.covariance.concat().iter().zip(d.fit.covariance.concat()) {
            assert_close(&what("covariance"), *s, d, 1e-9);
        }
        let [s, d] = [(&sparse, &s), (&dense, &d)].map(|(w, at)| {
            let problem = Problem::new(&data, w, &model).unwrap();
            find(estimator).unwrap().impacts(&problem, at)
        });
        for (s, d) in s.iter().zip(&d) {
            assert_close(&what(&s.term.to_string()), s.value, d.value, 1e-9);
            assert_close(&what("se of an effect"), s.std_error, d.std_error, 1e-9);
        }
    }
}

/// Three thousand units and more: seconds, where eigenvalues take minutes in a debug build.
#[test]
fn a_fit_of_many_units_ends() {
    let w = lattice(55);
    assert!(w.pencil().is_some());
    let data = sample(&w, 3, 12);
    let at = fit(&data, &w, &model("slm", Effects::TwoWay, 2));
    let rho = at.fit.estimates.iter().find(|e| e.term == spanel::model::Term::Rho).unwrap();
    assert!((rho.value - 0.3).abs() < 4.0 * rho.std_error, "{}", rho.value);
}
