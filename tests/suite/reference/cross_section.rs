//! 49 neighbourhoods of Columbus, Ohio: a cross-section is a pooled panel of one period.

use super::produc::check_test;
use super::*;
use data::{Table, json, weights};

#[test]
fn a_cross_section_agrees() {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let file = json("columbus_regression.json");
    let names = regressors(file["formula"].as_str().expect("a formula"));
    let sample = table.sample(&weights, "CRIME", &names, 1);
    let results = &file["results"];
    let mut ledger = Ledger::new("columbus_regression.json");

    let pooled = Effects::None;
    let order = LagOrder::LagThenDemean;
    let ols = fit(&sample, &weights, ("ols", pooled, order), None);
    for (name, value) in numbers(&results["ols"]["coef"]) {
        let at = ("ols", "OLS coefficient", name);
        ledger.check(at, value, ols.value(&term(name)), Scale::Relative, CLOSED_FORM);
    }
    check_std_errors(&mut ledger, "ols", &results["ols"]["se"], &ols, CLOSED_FORM);
    for (quantity, statistic, member) in [
        ("R2", Statistic::R2, "r2"),
        ("adjusted R2", Statistic::R2Adjusted, "adj_r2"),
        ("log-likelihood", Statistic::Loglik, "loglik"),
        ("AIC", Statistic::Aic, "aic"),
        ("BIC", Statistic::Bic, "bic"),
    ] {
        let ours = ols.fit.statistics.get(&statistic).copied();
        let value = number(&results["ols"][member]);
        ledger.check(("ols", quantity, ""), value, ours, Scale::Unit, CLOSED_FORM);
    }
    for name in ["sar", "sem"] {
        let ours = fit(&sample, &weights, (estimator(name), pooled, order), None);
        check_likelihood_fit(&mut ledger, name, &results[name], &ours);
    }
    let tests = &results["lm_tests"];
    let ours = Findings::of("lm", &sample, &weights, pooled);
    for (name, statistic) in numbers(&tests["statistic"]) {
        let at = ("lm_tests", "LM test", name);
        let p = number(&tests["p_value"][name]);
        check_test(&mut ledger, at, statistic, p, ours.get(lm_name(name), pooled));
    }
    let moran = &results["lm_morantest_two.sided"];
    let ours = Findings::of("moran", &sample, &weights, pooled).get("moran-residuals", pooled);
    let at = ("lm_morantest", "Moran of residuals", "z");
    let (z, p) = (number(&moran["z"]), number(&moran["p_value"]));
    check_test(&mut ledger, at, z, p, ours);
    ledger.finish(80);
}
