//! SAC of 48 states with every kind of effects, by both conventions; SAC, GNS, SDM, SDEM and SLX of a
//! cross-section.

use super::*;
use data::{Table, json, weights};
use spanel::estimator::covariance;
use spanel::estimator::durbin::completed;
use spanel::estimator::impacts::impacts;
use spanel::model::std_errors::StdErrors;
use spanel::model::{Impact, Model};

#[test]
fn sac_agrees_with_the_exact_one() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("produc_sac.json");
    let mut ledger = Ledger::new("produc_sac.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let order = match block["variant"].as_str() {
            Some("lsdv") => LagOrder::LagThenDemean,
            Some("splm") => LagOrder::DemeanThenLag,
            other => panic!("{case}: unknown variant {other:?}"),
        };
        let effects = effects(block["effects"].as_str().expect("effects"));
        let ours = fit(&sample, &weights, ("sac", effects, order), None);
        check_likelihood_fit(&mut ledger, case, block, &ours);
        check_second_score(&mut ledger, case, &ours);
        for (parameter, p) in numbers(&block["p_expected"]) {
            let found = ours.fit.estimates.iter().find(|e| e.term == term(parameter));
            let at = (case.as_str(), "p-value", parameter);
            ledger.check(at, p, found.map(|e| e.p_value), Scale::Unit, STD_ERRORS);
        }
        if block["fixed_effects"].is_object() {
            let data = (&sample, &weights);
            produc::check_effects(&mut ledger, case, &block["fixed_effects"], data, &ours);
        }
    }
    ledger.finish(500);
}

#[test]
fn observed_information_of_sac_agrees() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("produc_sac.json");
    let mut ledger = Ledger::new("produc_sac.json: observed information");
    for (case, block) in file["results"].as_object().expect("results") {
        let order = match block["variant"].as_str() {
            Some("lsdv") => LagOrder::LagThenDemean,
            _ => LagOrder::DemeanThenLag,
        };
        let effects = effects(block["effects"].as_str().expect("effects"));
        let plain = model("sac", &sample, effects, order, None);
        let model = Model { std_errors: StdErrors::Hessian, ..plain };
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let ours = covariance::fit(find("sac").expect("an estimator"), &problem).expect("a fit");
        check_std_errors(&mut ledger, case, &block["se_observed_information"], &ours, 1e-7);
        check_covariance(&mut ledger, case, &block["vcov_observed"], &ours, 1e-7);
    }
    ledger.finish(45 + 7 * 28);
}

/// The score of λ, beside that of ρ.
fn check_second_score(ledger: &mut Ledger, case: &str, ours: &Estimated) {
    let second = ours.fit.convergence.as_ref().and_then(|c| c.second.as_ref());
    let bound = 1e-8 * ours.fit.statistics[&Statistic::N];
    let score = second.map(|s| s.score);
    ledger.check_sized((case, "score at optimum / n", "lambda"), 0.0, score, bound, 1.0);
}

#[test]
fn spatial_models_of_a_cross_section_agree() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let file = json("columbus_regression.json");
    let names = regressors(file["formula"].as_str().expect("a formula"));
    let plain = table.sample(&weights, "CRIME", &names, 1);
    let own = plain.regressors.iter().cloned();
    let all: Vec<Regressor> =
        own.chain(plain.regressors.iter().map(Regressor::of_neighbours)).collect();
    let with_durbin = completed(plain.clone(), &weights, &all);
    let mut ledger = Ledger::new("columbus_regression.json");
    for (name, sample) in
        [("sac", &plain), ("gns", &with_durbin), ("sdm", &with_durbin), ("sdem", &with_durbin)]
    {
        let block = &file["results"][name];
        let ours = fit(sample, &weights, (name, Effects::None, LagOrder::LagThenDemean), None);
        check_likelihood_fit(&mut ledger, name, block, &ours);
        if name == "sac" {
            check_second_score(&mut ledger, name, &ours);
            check_impacts(&mut ledger, block, (sample, &weights), &ours);
        }
    }
    let slx = fit(&with_durbin, &weights, ("slx", Effects::None, LagOrder::LagThenDemean), None);
    let block = &file["results"]["slx"];
    for (name, value) in numbers(&block["coef"]) {
        let at = ("slx", "OLS coefficient", name);
        ledger.check(at, value, slx.value(&term(name)), Scale::Relative, CLOSED_FORM);
    }
    check_std_errors(&mut ledger, "slx", &block["se"], &slx, CLOSED_FORM);
    for (quantity, statistic, member) in
        [("R2", Statistic::R2, "r2"), ("log-likelihood", Statistic::Loglik, "loglik")]
    {
        let ours = slx.fit.statistics.get(&statistic).copied();
        let at = ("slx", quantity, "");
        ledger.check(at, number(&block[member]), ours, Scale::Unit, CLOSED_FORM);
    }
    ledger.finish(150);
}

/// Effects at the estimates of spatialreg, which stops some 4e-6 short of the maximum.
fn check_impacts(
    ledger: &mut Ledger,
    block: &Value,
    (sample, weights): (&Sample, &Weights),
    ours: &Estimated,
) {
    let model = model("sac", sample, Effects::None, LagOrder::LagThenDemean, None);
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let found = impacts(&problem, &ours.fit);
    for kind in Impact::ALL {
        for (name, value) in numbers(&block["impacts_spatialreg"][kind.name()]) {
            let Term::Variable(regressor) = term(name) else { panic!("{name}") };
            let wanted = Term::Impact(kind, regressor);
            let ours = found.iter().find(|e| e.term == wanted).map(|e| e.value);
            let what = wanted.to_string();
            ledger.check(("sac", "effect", &what), value, ours, Scale::Unit, 1e-5);
        }
    }
}
