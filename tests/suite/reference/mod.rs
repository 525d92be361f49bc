//! Our numbers against the reference numbers of `tests/reference/`, whose README says who made
//! them and how far they can be trusted.
//!
//! `cargo test --test suite reference -- --nocapture` prints the largest difference of every
//! quantity.

mod as_printed;
mod as_shipped;
mod bootstrap;
mod bsjk;
mod compare;
mod cross_section;
mod data;
mod durbin;
mod functions;
mod hausman;
mod lee_yu;
mod linear;
mod moments;
mod moran;
mod ncovr;
mod panel_tests;
mod plm;
mod printed_effects;
mod produc;
mod random;
mod regions;
mod robust;
mod sac;
mod spatial_hausman;
mod spreg;
mod spreg_moments;
mod threshold;
mod unit_roots;
mod wild_cluster;

use compare::{Ledger, Scale};
use data::{lag_of, model};
use serde_json::Value;
use spanel::diagnostic::Context;
use spanel::estimator::{Estimated, Problem, find};
use spanel::model::{Effects, LagOrder, Regressor, SmallSample, Term};
use spanel::outcome::{Basis, Statistic, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

/// What the files state for likelihood fits, scaled to max(1, |value|).
const COEFFICIENTS: f64 = 1e-9;
const LOGLIK: f64 = 1e-8;
const STD_ERRORS: f64 = 1e-8;
/// LM tests in exact form where R made them: those values are good to about nine digits. Robust LM
/// lag of `central__lag0 twoways` is 0.852607712597 with 50 digits, there 0.852607712210. The file
/// `produc_lm_50_digits.json` holds ours to ten digits.
const LM_EXACT: f64 = 1e-8;
/// Closed forms, relative.
const CLOSED_FORM: f64 = 1e-10;

/// Our term for a parameter of the files: there `lambda` is the lag of y and `rho` the error.
fn term(name: &str) -> Term {
    match name {
        "(Intercept)" => Term::Constant,
        "lambda" => Term::Rho,
        "rho" => Term::Lambda,
        "phi" => Term::Phi,
        "sigma2" => Term::Sigma2,
        variable => {
            let (of_neighbours, own) = match variable.strip_prefix("W_") {
                Some(own) => (true, own),
                None => (false, variable),
            };
            let (name, lag) = lag_of(own);
            let own = Regressor::new(spanel::ident::VarName::new(name), lag);
            Term::Variable(if of_neighbours { own.of_neighbours() } else { own })
        }
    }
}

fn effects(name: &str) -> Effects {
    match name {
        "none" | "pooling" | "pooled" => Effects::None,
        "individual" | "unit" => Effects::Individual,
        "time" => Effects::Time,
        "twoways" | "twoway" => Effects::TwoWay,
        other => panic!("unknown effects {other}"),
    }
}

/// Our estimator for a model of the files.
fn estimator(name: &str) -> &'static str {
    match name {
        "ols" => "ols",
        "sar" | "lag" => "slm",
        "sem" | "error" => "sem",
        "sac" => "sac",
        other => panic!("unknown model {other}"),
    }
}

/// The regressors of `y ~ a + b`.
fn regressors(formula: &str) -> Vec<String> {
    let (_, right) = formula.split_once('~').expect("a formula");
    right.split('+').map(|name| name.trim().to_owned()).collect()
}

/// Fits, or says what could not be.
fn fit(
    sample: &Sample,
    weights: &Weights,
    (name, effects, order): (&str, Effects, LagOrder),
    small_sample: Option<SmallSample>,
) -> Estimated {
    let model = model(name, sample, effects, order, small_sample);
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let fit = find(name).expect("an estimator").fit(&problem);
    fit.unwrap_or_else(|e| panic!("{name} with {effects} effects: {e}"))
}

/// Members of a JSON object as numbers; `null` is left out.
fn numbers(object: &Value) -> Vec<(&str, f64)> {
    let object = object.as_object().expect("an object of numbers");
    object.iter().filter_map(|(name, v)| Some((name.as_str(), v.as_f64()?))).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

/// Coefficients, σ² and the spatial parameter.
fn check_coefficients(ledger: &mut Ledger, case: &str, reference: &Value, ours: &Estimated) {
    for (name, value) in numbers(reference) {
        let (quantity, scale) = match term(name) {
            Term::Sigma2 => ("sigma2", Scale::Relative),
            Term::Rho | Term::Lambda => ("spatial coefficient", Scale::Unit),
            Term::Phi => ("phi", Scale::Relative),
            Term::Constant | Term::Variable(_) | Term::Impact(..) | Term::Derived(_) => {
                ("coefficient", Scale::Unit)
            }
        };
        let ours = ours.value(&term(name));
        ledger.check((case, quantity, name), value, ours, scale, COEFFICIENTS);
    }
}

/// Standard errors, relative to themselves.
fn check_std_errors(
    ledger: &mut Ledger,
    case: &str,
    reference: &Value,
    ours: &Estimated,
    tolerance: f64,
) {
    for (name, value) in numbers(reference) {
        let found = ours.fit.estimates.iter().find(|e| e.term == term(name));
        let at = (case, "standard error", name);
        ledger.check(at, value, found.map(|e| e.std_error), Scale::Relative, tolerance);
    }
}

/// Every entry of a covariance matrix, divided by the two standard errors that frame it.
fn check_covariance(
    ledger: &mut Ledger,
    case: &str,
    reference: &Value,
    ours: &Estimated,
    tolerance: f64,
) {
    let names: Vec<&str> =
        reference["names"].as_array().expect("names").iter().filter_map(Value::as_str).collect();
    let entry = |i: usize, j: usize| number(&reference["matrix"][i][j]);
    let place = |name: &str| ours.fit.estimates.iter().position(|e| e.term == term(name));
    for (i, a) in names.iter().enumerate() {
        for (j, b) in names.iter().enumerate().skip(i) {
            let found = place(a).zip(place(b)).map(|(p, q)| ours.fit.covariance[p][q]);
            let size = (entry(i, i) * entry(j, j)).sqrt();
            let pair = format!("{a}:{b}");
            ledger.check_sized((case, "covariance", &pair), entry(i, j), found, size, tolerance);
        }
    }
}

/// Log-likelihood, information criteria and kinds of R², where the file has them.
fn check_statistics(ledger: &mut Ledger, case: &str, reference: &Value, ours: &Estimated) {
    let r2 = &reference["r2"];
    let wanted = [
        ("log-likelihood", Statistic::Loglik, &reference["loglik"], LOGLIK),
        ("AIC", Statistic::Aic, &reference["aic_without_fe"], LOGLIK),
        ("BIC", Statistic::Bic, &reference["bic_without_fe"], LOGLIK),
        ("R2", Statistic::R2, &r2["r2_level_structural"], COEFFICIENTS),
        ("R2 reduced form", Statistic::R2ReducedForm, &r2["r2_level_reduced_form"], COEFFICIENTS),
        ("R2 corr", Statistic::R2Corr, &r2["corr2_level_reduced_form"], COEFFICIENTS),
        ("R2 within", Statistic::R2Within, &r2["r2_within_sse"], COEFFICIENTS),
        ("R2 corr within", Statistic::R2CorrWithin, &r2["corr2_within_reduced_form"], COEFFICIENTS),
    ];
    for (quantity, statistic, value, tolerance) in wanted {
        if let Some(value) = value.as_f64() {
            let found = ours.fit.statistics.get(&statistic).copied();
            ledger.check((case, quantity, ""), value, found, Scale::Unit, tolerance);
        }
    }
    for (quantity, statistic, value) in [
        ("observations", Statistic::N, &reference["n_obs"]),
        ("SSR", Statistic::Ssr, &reference["sse"]),
    ] {
        let found = ours.fit.statistics.get(&statistic).copied();
        ledger.check((case, quantity, ""), number(value), found, Scale::Relative, COEFFICIENTS);
    }
    if let Some(convergence) = &ours.fit.convergence {
        let bound = 1e-8 * ours.fit.statistics[&Statistic::N];
        let score = convergence.score;
        ledger.check_sized((case, "score at optimum / n", ""), 0.0, Some(score), bound, 1.0);
    }
}

/// A maximum-likelihood block: coefficients, expected-information inference, statistics.
fn check_likelihood_fit(ledger: &mut Ledger, case: &str, reference: &Value, ours: &Estimated) {
    check_coefficients(ledger, case, &reference["coef"], ours);
    check_std_errors(ledger, case, &reference["se_expected_information"], ours, STD_ERRORS);
    check_covariance(ledger, case, &reference["vcov_expected"], ours, STD_ERRORS);
    check_statistics(ledger, case, reference, ours);
}

/// Statistics and p-values of `diagnostic` (`lm`, `moran`) on the sample, by raw name.
struct Findings(Vec<spanel::outcome::Test>);

impl Findings {
    fn of(diagnostic: &str, sample: &Sample, weights: &Weights, effects: Effects) -> Self {
        let model = model("ols", sample, effects, LagOrder::LagThenDemean, None);
        let problem = Problem::new(sample, weights, &model).expect("the same units");
        let group = spanel::diagnostic::find(diagnostic).expect("a group of tests");
        Self(group.run(&Context::new(problem)).tests)
    }

    /// Statistic and p-value of a test on the pooled fit, or on the one with effects.
    fn get(&self, name: &str, effects: Effects) -> Option<(f64, f64)> {
        let basis = if effects == Effects::None { Basis::Pooled } else { Basis::Within };
        let test = self.0.iter().find(|t| t.name == name && t.basis == basis)?;
        match &test.outcome {
            TestOutcome::Computed { statistic, p_value, .. } => Some((*statistic, (*p_value)?)),
            TestOutcome::NotApplicable { .. } => None,
        }
    }

    /// The same test in its exact form, which for pooled and individual effects is the usual one.
    fn get_exact(&self, name: &str, effects: Effects) -> Option<(f64, f64)> {
        let projected = effects.has_time() && name != "lm-error";
        let name = if projected { format!("{name}-exact") } else { name.to_owned() };
        self.get(&name, effects)
    }
}

/// Our raw name of an LM test.
fn lm_name(name: &str) -> &'static str {
    match name {
        "lml" | "LMlag" => "lm-lag",
        "lme" | "LMerr" | "LMerror" => "lm-error",
        "rlml" | "RLMlag" | "rLMlag" => "robust-lm-lag",
        "rlme" | "RLMerr" | "rLMerror" => "robust-lm-error",
        "sarma" | "SARMA" => "lm-joint",
        other => panic!("unknown LM test {other}"),
    }
}
