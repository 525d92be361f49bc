//! 3085 counties of the United States in three years: homicide rates on resource deprivation and
//! population structure, with effects of counties. Without a dense matrix of counties.

use super::*;
use data::{Table, json, weights};
use std::time::Instant;

/// What the published values are printed to.
const PUBLISHED: f64 = 1e-5;
/// What the recomputed ones are good to.
const RECOMPUTED: f64 = 1e-7;

#[test]
fn thousands_of_counties_agree_with_the_python_peers() {
    let table = Table::read("tests/reference/data/ncovr.csv", "fips", Some("year"));
    let weights = weights("tests/reference/data/ncovr.gal");
    // Sparse factorisations: links are symmetric.
    assert!(weights.pencil().is_some());
    let names = ["rd".to_owned(), "ps".to_owned()];
    let sample = table.sample(&weights, "hr", &names, 3);
    let file = json("ncovr.json");
    let mut ledger = Ledger::new("ncovr.json");
    for (model, spatial) in [("sar", Term::Rho), ("sem", Term::Lambda)] {
        let begun = Instant::now();
        let order = LagOrder::LagThenDemean;
        let ours = fit(&sample, &weights, (estimator(model), Effects::Individual, order), None);
        eprintln!("{model}: {:.2} s for {} counties", begun.elapsed().as_secs_f64(), weights.n());
        let of = |term: &Term| ours.fit.estimates.iter().find(|e| e.term == *term);
        let slopes = ["rd", "ps"].map(term);
        let blocks = [("published", PUBLISHED), ("recomputed", RECOMPUTED)];
        for (source, tolerance) in blocks {
            let block = &file["ncovr_fe"][source][model];
            let mut check = |what: &'static str, value: &Value, found: Option<f64>| {
                if let Some(value) = value.as_f64() {
                    ledger.check((model, what, source), value, found, Scale::Unit, tolerance);
                }
            };
            for (i, slope) in slopes.iter().enumerate() {
                check("coefficient", &block["beta"][i], of(slope).map(|e| e.value));
                check("standard error", &block["beta_se"][i], of(slope).map(|e| e.std_error));
            }
            let parameter = if model == "sar" { "rho" } else { "lambda" };
            check("spatial coefficient", &block[parameter], of(&spatial).map(|e| e.value));
            let se = &block[format!("{parameter}_se")];
            check("standard error", se, of(&spatial).map(|e| e.std_error));
            check("sigma2", &block["sigma2"], of(&Term::Sigma2).map(|e| e.value));
            let loglik = ours.fit.statistics.get(&Statistic::Loglik).copied();
            check("log-likelihood", &block["loglik"], loglik);
        }
    }
    ledger.finish(22);
}
