//! Random effects and Hausman tests against plm, and with two-way effects against dummies.

use super::*;
use data::{Table, json, weights, weights_of};
use spanel::estimator::random_effects::Design;
use spanel::outcome::Test;

/// What plm's clustered covariances support, relative.
const CLUSTERED: f64 = 5e-6;

/// Every Hausman test by name.
fn tests(sample: &Sample, weights: &Weights, effects: Effects) -> Vec<Test> {
    Findings::of("hausman", sample, weights, effects).0
}

fn statistic(tests: &[Test], name: &str) -> Option<f64> {
    spanel::diagnostic::null::statistic(tests, name, Basis::Within)
}

fn detail(tests: &[Test], name: &str, detail: &str) -> Option<f64> {
    tests.iter().find(|t| t.name == name)?.details.get(detail).copied()
}

#[test]
fn random_effects_and_hausman_tests_agree() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let file = json("produc_hausman.json");
    let exact = json("produc_hausman_50_digits.json");
    let mut ledger = Ledger::new("produc_hausman.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let gal = "experiments/data/us-states.gal";
        let weights = match block["region"].as_str().expect("a region") {
            "national" => weights(gal),
            region => weights_of(gal, |unit| table.text(unit, 1970, "macro") == region),
        };
        let names = regressors(block["formula"].as_str().expect("a formula"));
        let periods = block["n_periods"].as_u64().expect("periods") as usize;
        let sample = table.sample(&weights, "lgsp", &names, periods);
        check_fit(&mut ledger, case, block, &sample, &weights);
        let ours = tests(&sample, &weights, Effects::Individual);
        let smallest = detail(&ours, "hausman", "smallest-eigenvalue");
        let mut check_to = |tolerance, quantity, member: &Value, found| {
            ledger.check((case, quantity, ""), number(member), found, Scale::Relative, tolerance);
        };
        // plm solves with cross-products, which costs digits where the lags of a regressor are
        // close to each other.
        let robust = detail(&ours, "hausman-robust", "wald");
        check_to(CLUSTERED, "phtest aux, clustered", &block["aux_arellano_sss"], robust);
        let mut check = |quantity, member, found| check_to(1e-9, quantity, member, found);
        // phtest takes the absolute value: of east__lag0 the form is negative.
        let form = detail(&ours, "hausman", "quadratic-form").map(f64::abs);
        check("phtest", &block["chisq"], form);
        check("smallest eigenvalue", &block["smallest_eigenvalue"], smallest);
        check("phtest aux", &block["aux"], detail(&ours, "hausman-robust", "classical"));
        check("clustered", &exact["results"][case]["individual"], robust);
        // plm prints a χ² whatever the sign of the eigenvalues.
        assert_eq!(statistic(&ours, "hausman").is_some(), smallest > Some(0.0), "{case}");
        let (ours, block) = (tests(&sample, &weights, Effects::TwoWay), &block["two_way"]);
        let of = |name| detail(&ours, "hausman", name);
        check("two-way form", &block["quadratic"], of("quadratic-form"));
        check("two-way eigenvalue", &block["smallest_eigenvalue"], of("smallest-eigenvalue"));
        check("two-way theta", &block["theta"], of("theta"));
        let classical = detail(&ours, "hausman-robust", "classical");
        let robust = detail(&ours, "hausman-robust", "wald");
        check("two-way classical", &block["classical"], classical);
        check("two-way clustered", &exact["results"][case]["two_way"], robust);
    }
    ledger.finish(12 * 20);
}

fn check_fit(ledger: &mut Ledger, case: &str, block: &Value, sample: &Sample, weights: &Weights) {
    let order = LagOrder::LagThenDemean;
    let model = model("ols", sample, Effects::Individual, order, None);
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let design = Design::new(&problem).expect("more units than coefficients");
    let fit = design.fit(&sample.y);
    let slopes = design.in_units(&fit.slopes);
    let covariance = design.covariance_in_units(&fit.covariance);
    let mut check = |quantity, name: &str, member: &Value, found| {
        ledger.check((case, quantity, name), number(member), Some(found), Scale::Relative, 1e-9);
    };
    for (j, regressor) in sample.regressors.iter().enumerate() {
        let shift = if regressor.lag == 0 { String::new() } else { format!("_l{}", regressor.lag) };
        let name = format!("{}{shift}", regressor.variable);
        check("random-effects slope", &name, &block["coef"][&name], slopes[j]);
        check("its standard error", &name, &block["se"][&name], covariance[(j, j)].sqrt());
    }
    check("theta", "", &block["theta"], fit.theta);
    check("variance within", "", &block["idios"], fit.idiosyncratic);
    check("variance of units", "", &block["id"], fit.unit);
}
