//! Two-stage least squares and generalised moments against splm, spatialreg and spreg.
//!
//! splm's within 2SLS divides by n − k − 1, ours by N(T − 1) − k − 1, which splm intends
//! (`se_df_N_T1_minus_k`). Where packages scale a covariance by another estimate of σ², standard errors
//! are compared up to one factor.

use super::*;
use data::{Table, json, model, weights};
use spanel::estimator::covariance;
use spanel::model::Model;
use spanel::model::instruments::Instruments;
use spanel::model::moment_weights::MomentWeights;
use spanel::model::std_errors::{
    Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors,
};

/// Moments solved exactly, against searches.
const SOLVED: f64 = 1e-8;
/// Against searches as packages leave them.
const SEARCHED: f64 = 1e-7;
/// Against searches that end where steps are small: λ of one is off by 3e-7.
const STEPPED: f64 = 1e-6;

fn std_error(of: &Estimated, name: &str) -> f64 {
    let found = of.fit.estimates.iter().find(|e| e.term == term(name));
    found.expect("the term").std_error
}

fn check_values(ledger: &mut Ledger, case: &str, block: &Value, ours: &Estimated, within: f64) {
    for (name, value) in numbers(block) {
        let at = (case, "coefficient", name);
        ledger.check(at, value, ours.value(&term(name)), Scale::Relative, within);
    }
}

/// Standard errors up to one factor, `factor` if it is known.
fn check_spreads(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    ours: &Estimated,
    (factor, within): (Option<f64>, f64),
) {
    let all = numbers(block);
    let (first, value) = all[0];
    let factor = factor.unwrap_or(value / std_error(ours, first));
    for (name, value) in all {
        let at = (case, "standard error", name);
        ledger.check(at, value, Some(factor * std_error(ours, name)), Scale::Relative, within);
    }
}

#[test]
fn within_estimators_agree_with_splm() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("moments.json");
    let results = &file["produc_splm"];
    let mut ledger = Ledger::new("moments.json, splm");
    let of = |name| {
        let how = (name, Effects::Individual, LagOrder::LagThenDemean);
        fit(&sample, &weights, how, None)
    };
    let df = |columns: f64| ((816.0 - 48.0 - columns) / (816.0 - columns)).sqrt();

    let (lag, block) = (of("slm-2sls"), &results["within_lag"]);
    check_values(&mut ledger, "within_lag", &block["recomputed"]["coef"], &lag, SOLVED);
    let own = &block["recomputed"]["se_df_N_T1_minus_k"];
    check_spreads(&mut ledger, "within_lag", own, &lag, (Some(1.0), SOLVED));
    check_spreads(
        &mut ledger,
        "within_lag as printed",
        &block["se"],
        &lag,
        (Some(df(5.0)), SOLVED),
    );

    let (error, block) = (of("sem-gm"), &results["within_error_initial"]["reoptimised"]);
    check_values(&mut ledger, "within_error", &block["coef"], &error, SOLVED);
    let rho = number(&block["errcomp"]["rho"]);
    let at = ("within_error", "rho", "");
    ledger.check(at, rho, error.value(&Term::Lambda), Scale::Relative, SOLVED);
    let printed = &block["se_df_NT_minus_k"];
    check_spreads(&mut ledger, "within_error", printed, &error, (Some(df(4.0)), SOLVED));

    let (both, block) = (of("sac-gm"), &results["within_both_initial"]["reoptimised"]);
    check_values(&mut ledger, "within_both", &block["coef"], &both, SOLVED);
    let rho = number(&block["errcomp"]["rho"]);
    let at = ("within_both", "rho", "");
    ledger.check(at, rho, both.value(&Term::Lambda), Scale::Relative, SOLVED);
    // splm takes σ² of the moments, ours is that of the residuals.
    check_spreads(&mut ledger, "within_both", &block["se_sigma2v"], &both, (None, SOLVED));
    ledger.finish(30);
}

#[test]
fn a_cross_section_agrees_with_spatialreg() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let names = ["INC".to_owned(), "HOVAL".to_owned()];
    let sample = table.sample(&weights, "CRIME", &names, 1);
    let file = json("moments.json");
    let results = &file["columbus_spatialreg"];
    let mut ledger = Ledger::new("moments.json, spatialreg");
    let named = |block: &Value| -> Value {
        let all = block.as_object().expect("numbers").iter().map(|(name, value)| {
            let name = if name.starts_with("Rho") { "lambda" } else { name };
            (name.to_owned(), value.clone())
        });
        Value::Object(all.collect())
    };
    let of = |m: &Model| {
        let problem = Problem::new(&sample, &weights, m).expect("the same units");
        covariance::fit(find(&m.estimator).expect("an estimator"), &problem).expect("a fit")
    };
    let plain = |name| model(name, &sample, Effects::None, LagOrder::LagThenDemean, None);

    let hc0 = StdErrors::Robust(Robust {
        meat: Meat::Observations,
        residuals: Residuals::AsTheyAre,
        of_observations: ObservationFactor::None,
        of_groups: GroupFactor::None,
        count: Count::Effects,
    });
    let one = Instruments { powers: Some(1), ..Instruments::default() };
    for (case, m) in [
        ("stsls", plain("slm-2sls")),
        ("stsls_W2X_false", Model { instruments: one, ..plain("slm-2sls") }),
        ("stsls_robust_HC0", Model { std_errors: hc0, ..plain("slm-2sls") }),
    ] {
        let (ours, block) = (of(&m), &results[case]);
        check_values(&mut ledger, case, &named(&block["coef"]), &ours, SOLVED);
        check_spreads(&mut ledger, case, &named(&block["se"]), &ours, (Some(1.0), SOLVED));
    }
    let (error, block) = (of(&plain("sem-gm")), &results["gm_error"]);
    check_values(&mut ledger, "gm_error", &block["coef"], &error, SEARCHED);
    check_spreads(&mut ledger, "gm_error", &block["se"], &error, (None, SEARCHED));
    let at = ("gm_error", "rho", "");
    ledger.check(at, number(&block["rho"]), error.value(&Term::Lambda), Scale::Relative, SEARCHED);

    let (both, block) = (of(&plain("sac-gm")), &results["gm_sac"]);
    check_values(&mut ledger, "gm_sac", &named(&block["coef"]), &both, SEARCHED);
    check_spreads(&mut ledger, "gm_sac", &named(&block["se"]), &both, (Some(1.0), SEARCHED));
    let at = ("gm_sac", "rho", "");
    ledger.check(at, number(&block["rho"]), both.value(&Term::Lambda), Scale::Relative, 1e-6);
    let at = ("gm_sac", "sigma2", "");
    let sigma2 = both.value(&Term::Sigma2);
    ledger.check(at, number(&block["sigma2"]), sigma2, Scale::Relative, SEARCHED);
    ledger.finish(30);
}

/// Of usincome the peer's searches stop too early: [`spreg_moments`](super::spreg_moments).
#[test]
fn heteroskedastic_moments_agree_with_spreg() {
    let file = json("moments.json");
    let mut ledger = Ledger::new("moments.json, spreg");
    let states = ("experiments/data/us-states", "state", "year", "lgsp");
    let lattice = ("tests/reference/data/lattice_pos", "unit", "period", "y");
    let cases: [(&str, _, &[&str]); 2] = [
        ("produc", states, &["lpcap", "lpc", "lemp", "unemp"]),
        ("lattice_pos", lattice, &["x1", "x2"]),
    ];
    for (case, (path, unit, time, y), x) in cases {
        let table = Table::read(&format!("{path}.csv"), unit, Some(time));
        let weights = weights(&format!("{path}.gal"));
        let names: Vec<String> = x.iter().map(|&s| s.to_owned()).collect();
        let sample = table.sample(&weights, y, &names, table.periods.len());
        let how = ("sem-gm-het", Effects::None, LagOrder::LagThenDemean);
        let ours = fit(&sample, &weights, how, None);
        let block = &file["spreg_pooled"][case];
        let numbers = |key: &str| -> Vec<f64> {
            block[key].as_array().expect("numbers").iter().map(number).collect()
        };
        let (values, errors) = (numbers("coefficients"), numbers("std_errors"));
        for ((e, value), error) in ours.fit.estimates.iter().zip(values).zip(errors) {
            let name = e.term.to_string();
            let at = (case, "coefficient", name.as_str());
            ledger.check(at, value, Some(e.value), Scale::Relative, SEARCHED);
            let at = (case, "standard error", name.as_str());
            ledger.check(at, error, Some(e.std_error), Scale::Relative, SEARCHED);
        }
    }
    ledger.finish(20);
}

/// Random effects: the moments within units and between them, and the equation filtered by them. splm's
/// search by `moments = "weights"` stays where it starts: there the same moments solved again stand.
#[test]
fn random_effects_by_moments_agree_with_splm() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("moments.json");
    let results = &file["produc_splm"];
    let mut ledger = Ledger::new("moments.json, splm, random effects");
    let of = |name: &str, how: Option<MomentWeights>| {
        let plain = model(name, &sample, Effects::Random, LagOrder::LagThenDemean, None);
        let m = Model { moment_weights: how, ..plain };
        let problem = Problem::new(&sample, &weights, &m).expect("the same units");
        find(name).expect("an estimator").fit(&problem).expect("a fit")
    };
    let (lag, block) = (of("slm-2sls", None), &results["random_lag"]);
    check_values(&mut ledger, "random_lag", &block["coef"], &lag, CLOSED_FORM);
    check_spreads(&mut ledger, "random_lag", &block["se"], &lag, (Some(1.0), CLOSED_FORM));
    for (estimator, model) in [("sem-gm", "error"), ("sac-gm", "both")] {
        for (how, said) in [
            (Some(MomentWeights::Initial), "initial"),
            (Some(MomentWeights::Diagonal), "weights"),
            (Some(MomentWeights::Full), "fullweights"),
            (None, "fullweights"),
        ] {
            let case = format!("random_{model}_{said}");
            let all = &results[&case];
            let block = if said == "weights" { &all["reoptimised"] } else { all };
            let ours = of(estimator, how);
            check_values(&mut ledger, &case, &block["coef"], &ours, STEPPED);
            check_spreads(&mut ledger, &case, &block["se"], &ours, (Some(1.0), STEPPED));
            let components = &block["errcomp"];
            let phi =
                (number(&components["sigma^2_1"]) / number(&components["sigma^2_v"]) - 1.0) / 17.0;
            for (name, value, found) in [
                ("rho", number(&components["rho"]), ours.value(&Term::Lambda)),
                ("sigma^2_v", number(&components["sigma^2_v"]), ours.value(&Term::Sigma2)),
                ("phi", phi, ours.value(&Term::Phi)),
                (
                    "theta",
                    number(&components["theta"]),
                    ours.fit.statistics.get(&Statistic::Theta).copied(),
                ),
            ] {
                ledger.check((&case, name, ""), value, found, Scale::Relative, STEPPED);
            }
        }
    }
    ledger.finish(120);
}
