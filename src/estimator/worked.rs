//! A panel that every likelihood estimator can be worked out for on paper.
//!
//! Two units, each the other's only neighbour, three periods, a constant and x = 1 in the second
//! period. y = (1, 3 | 5, 5 | 4, 4). Wx = x and W1 = 1, so W commutes with the projection off X.
//! Least squares gives b = (3, 2), e = (−2, 0 | 0, 0 | 1, 1); with We = (0, −2 | 0, 0 | 1, 1),
//! e'e = (We)'We = 6 and e'We = 2. |I − rW| = 1 − r².
//!
//! The score of either spatial parameter is zero where 2r² − 12r + 2 = 0, that is at
//! r = 3 − 2√2, and n σ² = 6 − 4r + 6r².

use super::{Estimated, Problem, find};
use crate::ident::{Period, VarName};
use crate::model::{Effects, LagOrder, Model, Normalisation, Regressor, SmallSample, Term};
use crate::panel::sample::Sample;
use crate::weights::Weights;
use crate::weights::tests::{undirected, units};

/// r at the optimum.
pub(crate) const R: f64 = 3.0 - 2.0 * std::f64::consts::SQRT_2;

/// The sample, the weights and a model of it.
pub(crate) fn panel(estimator: &str) -> (Sample, Weights, Model) {
    let regressor = Regressor::new(VarName::new("x"), 0);
    let sample = Sample {
        units: units(2),
        periods: (1..4).map(Period).collect(),
        response: VarName::new("y"),
        y: vec![1.0, 3.0, 5.0, 5.0, 4.0, 4.0],
        regressors: vec![regressor.clone()],
        x: vec![vec![0.0, 0.0, 1.0, 1.0, 0.0, 0.0]],
    };
    let weights = Weights::new(&units(2), &undirected(2, &[(0, 1)]), Normalisation::Row)
        .expect("a pair of neighbours");
    let model = Model {
        estimator: estimator.to_owned(),
        response: VarName::new("y"),
        regressors: vec![regressor],
        effects: Effects::None,
        lag_order: LagOrder::LagThenDemean,
        small_sample: (estimator == "ols").then_some(SmallSample::Corrected),
        std_errors: crate::model::std_errors::StdErrors::Default,
        error_components: None,
        instruments: crate::model::instruments::Instruments::default(),
        correction: crate::model::incidental::Correction::None,
        dynamics: None,
        moment_weights: None,
        variance_components: None,
    };
    (sample, weights, model)
}

fn fitted(estimator: &str) -> Estimated {
    let (sample, weights, model) = panel(estimator);
    let problem = Problem::new(&sample, &weights, &model).expect("the same units");
    find(estimator).expect("a listed estimator").fit(&problem).expect("a fit")
}

fn assert_estimate(of: &Estimated, term: &Term, value: f64, std_error: f64) {
    let e = of.fit.estimates.iter().find(|e| e.term == *term).expect("the term");
    assert!((e.value - value).abs() < 1e-12, "{term}: {} is not {value}", e.value);
    assert!(
        (e.std_error - std_error).abs() < 1e-12,
        "se {term}: {} is not {std_error}",
        e.std_error
    );
}

fn x() -> Term {
    Term::Variable(Regressor::new(VarName::new("x"), 0))
}

fn loglik(of: &Estimated) -> f64 {
    of.fit.statistics[&crate::outcome::Statistic::Loglik]
}

fn expected_loglik(r: f64) -> f64 {
    let sigma2 = (6.0 - 4.0 * r + 6.0 * r * r) / 6.0;
    -3.0 * ((2.0 * std::f64::consts::PI).ln() + 1.0 + sigma2.ln()) + 3.0 * (1.0 - r * r).ln()
}

#[test]
fn least_squares_by_hand() {
    // s² = 6/4; (X'X)⁻¹ = [[1/4, −1/4], [−1/4, 3/4]].
    let fit = fitted("ols");
    assert_estimate(&fit, &Term::Constant, 3.0, (1.5_f64 / 4.0).sqrt());
    assert_estimate(&fit, &x(), 2.0, (1.5_f64 * 0.75).sqrt());
    assert_estimate(&fit, &Term::Sigma2, 1.5, (2.0 * 1.5 * 1.5 / 4.0_f64).sqrt());
    assert!((loglik(&fit) - expected_loglik(0.0)).abs() < 1e-12);
}

#[test]
fn the_error_model_by_hand() {
    // β as least squares; its covariance σ²(X'X)⁻¹/(1 − λ)². se(λ) = (1 − λ²)/(2√3), from
    // I_λλ − I_λσ²²/I_σ²σ² = T(2(p² + q²) − (p − q)²), p = 1/(1 − λ), q = 1/(1 + λ).
    let fit = fitted("sem");
    let sigma2 = (6.0 - 4.0 * R + 6.0 * R * R) / 6.0;
    assert_estimate(&fit, &Term::Lambda, R, (1.0 - R * R) / (2.0 * 3.0_f64.sqrt()));
    assert_estimate(&fit, &Term::Constant, 3.0, (sigma2 / 4.0).sqrt() / (1.0 - R));
    assert_estimate(&fit, &x(), 2.0, (sigma2 * 0.75).sqrt() / (1.0 - R));
    assert!((loglik(&fit) - expected_loglik(R)).abs() < 1e-12);
}

#[test]
fn the_lag_model_by_hand() {
    // β = (1 − ρ)b. The mean of the lag, G Xβ = Xβ/(1 − ρ) = Xb, lies in the space of X, so
    // I_ρρ·β = I_λλ of the error model, and Var β = σ²(X'X)⁻¹ + Var(ρ) b b'.
    let fit = fitted("slm");
    let sigma2 = (6.0 - 4.0 * R + 6.0 * R * R) / 6.0;
    let variance = ((1.0 - R * R) / (2.0 * 3.0_f64.sqrt())).powi(2);
    assert_estimate(&fit, &Term::Rho, R, variance.sqrt());
    let constant = (sigma2 / 4.0 + variance * 9.0).sqrt();
    assert_estimate(&fit, &Term::Constant, 3.0 * (1.0 - R), constant);
    assert_estimate(&fit, &x(), 2.0 * (1.0 - R), (sigma2 * 0.75 + variance * 4.0).sqrt());
    assert!((loglik(&fit) - expected_loglik(R)).abs() < 1e-12);
}
