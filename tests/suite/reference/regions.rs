//! The country and three regions with their own weights, six lag specifications, two kinds of
//! effects: least squares, LM tests, lag and error models.

use super::*;
use data::{Table, json, weights, weights_of};
use spanel::estimator::covariance;
use spanel::model::incidental::Correction;
use spanel::model::std_errors::StdErrors;
use spanel::model::{Impact, Model};

#[test]
fn regions_and_lags_agree() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let file = json("produc_lags_regions.json");
    let mut ledger = Ledger::new("produc_lags_regions.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let (sample, weights) = sample_of(&table, block);
        assert_eq!(Some(weights.n() as u64), block["n_units"].as_u64(), "{case}");
        for kind in ["individual", "twoways"] {
            let case = format!("{case} {kind}");
            check_specification(&mut ledger, &case, &block[kind], &sample, &weights, effects(kind));
        }
    }
    ledger.finish(6500);
}

/// The sample of a block's region, formula and number of periods, with the region's weights.
pub(super) fn sample_of(table: &Table, block: &Value) -> (Sample, Weights) {
    let gal = "experiments/data/us-states.gal";
    let weights = match block["region"].as_str().expect("a region") {
        "national" => weights(gal),
        region => weights_of(gal, |unit| table.text(unit, 1970, "macro") == region),
    };
    let names = regressors(block["formula"].as_str().expect("a formula"));
    let n_periods = block["n_periods"].as_u64().expect("periods") as usize;
    (table.sample(&weights, "lgsp", &names, n_periods), weights)
}

fn check_specification(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    sample: &Sample,
    weights: &Weights,
    effects: Effects,
) {
    let order = LagOrder::LagThenDemean;
    let ols = fit(sample, weights, ("ols", effects, order), None);
    let reference = &block["ols"];
    for (name, value) in numbers(&reference["coef"]) {
        let ours = ols.value(&term(name));
        ledger.check((case, "OLS coefficient", name), value, ours, Scale::Unit, CLOSED_FORM);
    }
    check_std_errors(ledger, case, &reference["se"], &ols, STD_ERRORS);
    for (quantity, statistic, member) in [
        ("OLS residual df", Statistic::ResidualDf, "df_residual"),
        ("OLS SSR", Statistic::Ssr, "rss"),
    ] {
        let ours = ols.fit.statistics.get(&statistic).copied();
        let value = number(&reference[member]);
        ledger.check((case, quantity, ""), value, ours, Scale::Relative, CLOSED_FORM);
    }
    for name in ["se_arellano_HC1_unit", "se_driscoll_kraay_HC0_default_lag"] {
        let lags = reference["scc_maxlag"].as_u64().and_then(|l| u32::try_from(l).ok());
        let ours = robust::of_regions(sample, weights, effects, (name, lags));
        for (x, value) in numbers(&reference[name]) {
            let found = ours.fit.estimates.iter().find(|e| e.term == term(x));
            let at = (case, "robust standard error", x);
            ledger.check(at, value, found.map(|e| e.std_error), Scale::Relative, 1e-9);
        }
    }
    for name in ["sar", "sem"] {
        let ours = fit(sample, weights, (estimator(name), effects, order), None);
        let case = format!("{case} {name}");
        check_likelihood_fit(ledger, &case, &block[name], &ours);
        check_beside(ledger, &case, &block[name], (sample, weights), &ours);
    }
    check_lm(ledger, case, block, sample, weights, effects);
}

/// p-values, observed information, the likelihood of transformed data, and effects of a lag.
fn check_beside(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    (sample, weights): (&Sample, &Weights),
    ours: &Estimated,
) {
    for (x, p) in numbers(&block["p_expected"]) {
        let found = ours.fit.estimates.iter().find(|e| e.term == term(x));
        ledger.check((case, "p-value", x), p, found.map(|e| e.p_value), Scale::Unit, STD_ERRORS);
    }
    let name = ours.fit.estimator.as_str();
    let plain = model(name, sample, ours.fit.effects, LagOrder::LagThenDemean, None);
    let again = |model: &Model| {
        let problem = Problem::new(sample, weights, model).expect("the same units");
        covariance::fit(find(name).expect("an estimator"), &problem).expect("a fit")
    };
    let observed = again(&Model { std_errors: StdErrors::Hessian, ..plain.clone() });
    check_std_errors(ledger, case, &block["se_observed_information"], &observed, 1e-7);
    check_covariance(ledger, case, &block["vcov_observed"], &observed, 1e-7);
    let printed = &block["splm_as_returned"];
    let as_splm = again(&Model { lag_order: LagOrder::DemeanThenLag, ..plain.clone() });
    for (x, value) in numbers(&printed["coef"]) {
        let at = (case, "coefficient as splm prints it", x);
        ledger.check(at, value, as_splm.value(&term(x)), Scale::Unit, 5e-7);
    }
    for (x, value) in numbers(&printed["se"]) {
        let found = as_splm.fit.estimates.iter().find(|e| e.term == term(x));
        let at = (case, "standard error as splm prints it", x);
        ledger.check(at, value, found.map(|e| e.std_error), Scale::Unit, 2e-8);
    }
    let transformed = again(&Model { correction: Correction::Transformation, ..plain.clone() });
    let reference = &block["leeyu_transformation"];
    let case_of = format!("{case} transformed");
    check_coefficients(ledger, &case_of, &reference["coef"], &transformed);
    check_std_errors(ledger, &case_of, &reference["se_expected"], &transformed, STD_ERRORS);
    if let Some(loglik) = reference["loglik"].as_f64() {
        let found = transformed.fit.statistics.get(&Statistic::Loglik).copied();
        ledger.check((&case_of, "log-likelihood", ""), loglik, found, Scale::Unit, LOGLIK);
    }
    if !block["impacts"].is_object() {
        return;
    }
    let problem = Problem::new(sample, weights, &plain).expect("the same units");
    let effects = find(name).expect("an estimator").impacts(&problem, ours);
    for kind in Impact::ALL {
        for (prefix, quantity) in [("", "effect"), ("delta_se_", "se of effect")] {
            for (x, value) in numbers(&block["impacts"][format!("{prefix}{}", kind.name())]) {
                let Term::Variable(regressor) = term(x) else { panic!("{x}") };
                let one = effects.iter().find(|e| e.term == Term::Impact(kind, regressor.clone()));
                let ours = one.map(|e| if prefix.is_empty() { e.value } else { e.std_error });
                ledger.check((case, quantity, x), value, ours, Scale::Unit, STD_ERRORS);
            }
        }
    }
}

fn check_lm(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    sample: &Sample,
    weights: &Weights,
    effects: Effects,
) {
    let ours = Findings::of("lm", sample, weights, effects);
    for (name, statistic) in numbers(&block["lm_tests_slmtest"]) {
        let found = ours.get(lm_name(name), effects).map(|o| o.0);
        let at = (case, "LM test as published", name);
        ledger.check(at, statistic, found, Scale::Relative, CLOSED_FORM);
    }
    for (name, statistic) in numbers(&block["lm_tests_projected"]) {
        let found = ours.get_exact(lm_name(name), effects).map(|o| o.0);
        let at = (case, "LM test, exact", name);
        ledger.check(at, statistic, found, Scale::Relative, LM_EXACT);
    }
}

/// The same formulas with 50 digits: all the digits that ours have.
#[test]
fn lagrange_multiplier_tests_agree_with_fifty_digits() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let file = json("produc_lm_50_digits.json");
    let mut ledger = Ledger::new("produc_lm_50_digits.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let (sample, weights) = sample_of(&table, block);
        let effects = effects(block["effects"].as_str().expect("effects"));
        let ours = Findings::of("lm", &sample, &weights, effects);
        for (name, statistic) in numbers(&block["as_published"]) {
            let found = ours.get(lm_name(name), effects).map(|o| o.0);
            let at = (case.as_str(), "LM test as published", name);
            ledger.check(at, statistic, found, Scale::Relative, CLOSED_FORM);
        }
        if block["exact"].is_object() {
            for (name, statistic) in numbers(&block["exact"]) {
                let found = ours.get_exact(lm_name(name), effects).map(|o| o.0);
                let at = (case.as_str(), "LM test, exact", name);
                ledger.check(at, statistic, found, Scale::Relative, CLOSED_FORM);
            }
        }
    }
    ledger.finish(52 * 5 + 26 * 5);
}
