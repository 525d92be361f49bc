//! Threshold regressions against brute force in NumPy.

use super::*;
use data::{Table, json, weights, weights_of};
use spanel::diagnostic::null::statistic;
use spanel::diagnostic::{Asked, ThresholdAsked};
use spanel::model::splits::{Coefficients, Threshold};
use spanel::outcome::Test;

/// The tests of a block, and how our details call the regimes' coefficients in its order.
fn tests(table: &Table, block: &Value) -> (Vec<Test>, Vec<String>) {
    let gal = "experiments/data/us-states.gal";
    let weights = match block["region"].as_str().expect("a region") {
        "national" => weights(gal),
        region => weights_of(gal, |unit| table.text(unit, 1970, "macro") == region),
    };
    let text = |member: &Value| member.as_str().expect("a text").to_owned();
    let names = |member: &str| -> Vec<String> {
        block[member].as_array().expect("names").iter().map(text).collect()
    };
    let (regressors, changing) = (names("regressors"), names("changing"));
    let sample = table.sample(&weights, "lgsp", &regressors, 17);
    let variable = text(&block["variable"]);
    let q = table.sample(&weights, &variable, &[], 17).y;
    let effects = effects(block["effects"].as_str().expect("effects"));
    let model = model("ols", &sample, effects, LagOrder::LagThenDemean, None);
    let problem = Problem::new(&sample, &weights, &model).expect("the same units");
    let design = Threshold {
        variable: spanel::ident::VarName::new(variable),
        of: Coefficients::Measure,
        trim: number(&block["trim"]),
        thresholds: 2,
    };
    let position = |name: &String| regressors.iter().position(|r| r == name).expect("a regressor");
    let asked = Asked {
        measure: changing.iter().map(position).collect(),
        regions: None,
        threshold: Some(ThresholdAsked { design, values: Ok(q) }),
        wild_cluster: None,
    };
    let group = spanel::diagnostic::find("threshold").expect("a group of tests");
    (group.run(&Context::new(problem).asking(asked)).tests, changing)
}

#[test]
fn threshold_regressions_agree_with_brute_force() {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let file = json("produc_threshold.json");
    let mut ledger = Ledger::new("produc_threshold.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let (tests, changing) = tests(&table, block);
        let mut check = |quantity, term: &str, member: &Value, found| {
            ledger.check((case, quantity, term), number(member), found, Scale::Relative, 1e-8);
        };
        let detail = |test: usize, name: &str| tests[test].details.get(name).copied();
        check("candidates", "", &block["candidates"], detail(0, "candidates"));
        for (number, name) in [(0, "threshold-1"), (1, "threshold-2")] {
            let wanted = &block[["one", "two"][number]];
            let f = statistic(&tests, name, Basis::Fit);
            check("F", name, &wanted["f"], f);
            for at in 0..=number {
                let (gamma, ends) = match number {
                    0 => (&wanted["threshold"], &wanted["interval"]),
                    _ => (&wanted["thresholds"][at], &wanted["intervals"][at]),
                };
                let of = |end: &str| detail(number, &format!("threshold{end}[{}]", at + 1));
                check("threshold", name, gamma, of(""));
                check("interval", name, &ends[0], of("-low"));
                check("interval", name, &ends[1], of("-high"));
            }
            let regimes = number + 2;
            for regime in 0..regimes {
                let size = detail(number, &format!("n[regime{}]", regime + 1));
                check("size", name, &wanted["sizes"][regime], size);
                for (j, x) in changing.iter().enumerate() {
                    let term = format!("{x}[regime{}]", regime + 1);
                    let place = j * regimes + regime;
                    check("slope", &term, &wanted["slopes"][place], detail(number, &term));
                    let se = detail(number, &format!("se:{term}"));
                    check("standard error", &term, &wanted["se"][place], se);
                }
            }
        }
    }
    ledger.finish(5 * 20);
}
