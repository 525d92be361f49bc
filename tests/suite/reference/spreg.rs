//! Fits made with NumPy and SciPy beside PySAL's spreg: 48 states over 79 years, and a lattice of
//! 396 units.
//!
//! Time and two-way effects are removed before lagging there, so they are compared with our
//! `demean-then-lag`.

use super::produc::check_test;
use super::*;
use data::{Table, json, weights};

fn check(dataset: &str, source: &'static str, table: &Table, gal: &str, y: &str, x: &[&str]) {
    let weights = weights(gal);
    let file = json(&format!("spreg_{dataset}.json"));
    let formula: Vec<String> = x.iter().map(|&s| s.to_owned()).collect();
    let sample = table.sample(&weights, y, &formula, table.periods.len());
    let mut ledger = Ledger::new(source);
    for (case, block) in file["independent"].as_object().expect("blocks") {
        if let Some(rest) = case.strip_prefix("ml_") {
            let (name, kind) = rest.split_once('_').expect("model and effects");
            let order = LagOrder::DemeanThenLag;
            let ours = fit(&sample, &weights, (estimator(name), effects(kind), order), None);
            check_block(&mut ledger, case, block, &ours);
        } else if let Some(rest) = case.strip_prefix("lm_") {
            let rest = rest.strip_prefix("within_").unwrap_or(rest);
            let kind = effects(rest.split('_').next().expect("effects"));
            let ours = Findings::of("lm", &sample, &weights, kind);
            for (name, test) in block.as_object().expect("tests") {
                let at = (case.as_str(), "LM test as published", name.as_str());
                let (statistic, p) = (number(&test["stat"]), number(&test["p"]));
                check_test(&mut ledger, at, statistic, p, ours.get(lm_name(name), kind));
            }
        }
    }
    ledger.finish(60);
}

/// Coefficients in the file: constant if pooled, slopes; the spatial parameter apart.
fn check_block(ledger: &mut Ledger, case: &str, block: &Value, ours: &Estimated) {
    let linear: Vec<_> = ours
        .fit
        .estimates
        .iter()
        .filter(|e| matches!(e.term, Term::Constant | Term::Variable(_)))
        .collect();
    let betas = block["betas"].as_array().expect("betas");
    assert_eq!(betas.len(), linear.len(), "{case}");
    for (value, e) in betas.iter().zip(&linear) {
        let at = (case, "coefficient", &*e.term.to_string());
        ledger.check(at, number(value), Some(e.value), Scale::Unit, COEFFICIENTS);
    }
    let spatial = ours.value(&Term::Rho).or(ours.value(&Term::Lambda));
    let at = (case, "spatial coefficient", "");
    ledger.check(at, number(&block["rho_or_lambda"]), spatial, Scale::Unit, COEFFICIENTS);
    let at = (case, "sigma2", "");
    let sigma2 = ours.value(&Term::Sigma2);
    ledger.check(at, number(&block["sig2"]), sigma2, Scale::Relative, COEFFICIENTS);
    let loglik = ours.fit.statistics.get(&Statistic::Loglik).copied();
    let at = (case, "log-likelihood", "");
    ledger.check(at, number(&block["logll"]), loglik, Scale::Unit, LOGLIK);
}

#[test]
fn us_states_agree_with_the_python_peers() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let gal = "experiments/data/us-states.gal";
    let x = ["lpcap", "lpc", "lemp", "unemp"];
    check("produc", "spreg_produc.json", &table, gal, "lgsp", &x);
}

#[test]
fn us_incomes_agree_with_the_python_peers() {
    let table = Table::read("tests/reference/data/usincome.csv", "state", Some("year"));
    let gal = "tests/reference/data/usincome.gal";
    check("usincome", "spreg_usincome.json", &table, gal, "g", &["rel_lag", "g_lag"]);
}

#[test]
fn a_lattice_of_396_units_agrees_with_the_python_peers() {
    let table = Table::read("tests/reference/data/lattice_pos.csv", "unit", Some("period"));
    let gal = "tests/reference/data/lattice_pos.gal";
    check("lattice_pos", "spreg_lattice_pos.json", &table, gal, "y", &["x1", "x2"]);
}
