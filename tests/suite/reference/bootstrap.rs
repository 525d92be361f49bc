//! Bootstrap means and standard deviations of the US states against those of R: other draws, so
//! agreement is within Monte Carlo error.

use super::*;
use data::{Table, json, weights};
use spanel::bootstrap::replicates::{Design, Path, Replicator};
use spanel::model::Rescale;

/// Our scheme, and its block length, for a scheme of the file.
fn scheme(name: &str) -> (&'static str, Option<usize>) {
    match name {
        "iid_residual" => ("residual", None),
        "wild_rademacher" => ("wild", None),
        "unit_vectors" => ("unit-residual", None),
        "wild_cluster_unit_rademacher" => ("unit-wild", None),
        "period_vectors" => ("time-block", Some(1)),
        other => panic!("unknown scheme {other}"),
    }
}

/// Every scheme and both kinds of effects with many replicates.
#[test]
#[ignore = "minutes: cargo test --release --test suite -- --ignored bootstrap"]
fn bootstrap_distributions_agree_within_monte_carlo_error() {
    assert_eq!(check_distributions(799, |_| true), 50);
}

#[test]
fn bootstrap_distributions_agree_roughly() {
    let quick =
        ["twoways_iid_residual", "twoways_wild_cluster_unit_rademacher", "twoways_period_vectors"];
    assert_eq!(check_distributions(99, |case| quick.contains(&case)), 15);
}

/// Compares the cases that `wanted` picks, and counts the comparisons. A standard deviation of B
/// draws has a relative error of 1/√(2B), the reference one of 1.6 %; a mean of sd/√B.
fn check_distributions(count: u32, wanted: impl Fn(&str) -> bool) -> usize {
    let b = f64::from(count);
    let ratio_slack = 4.5 * (1.0 / (2.0 * b) + 0.016_f64.powi(2)).sqrt();
    let mean_slack = 4.0 * (1.0 / b + 1.0 / 1999.0).sqrt();
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let weights = weights("experiments/data/us-states.gal");
    let formula = ["lpcap", "lpc", "lemp", "unemp"].map(str::to_owned);
    let sample = table.sample(&weights, "lgsp", &formula, 17);
    let file = json("produc_bootstrap.json");
    let mut checked = 0;
    for (case, block) in file["results"].as_object().expect("results") {
        if !wanted(case) {
            continue;
        }
        let (kind, name) = case.split_once('_').expect("effects and scheme");
        let (name, block_length) = scheme(name);
        let model = model("slm", &sample, effects(kind), LagOrder::LagThenDemean, None);
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let estimator = find("slm").expect("an estimator");
        let base = estimator.fit(&problem).expect("a fit");
        let impacts = estimator.impacts(&problem, &base);
        let design = Design {
            scheme: spanel::bootstrap::find(name).expect("a scheme"),
            rescale: Rescale::None,
            block_length,
            key: [11; 32],
        };
        let effects = estimator.impacts(&problem, &base);
        let fitted = (&base, &effects[..]);
        let made = Replicator::new(&problem, estimator, fitted, design, Path::Batched);
        let drawn = made.replicates(0, count as usize);
        assert_eq!(drawn.failed(), 0, "{case}");
        for (i, estimate) in base.fit.estimates.iter().enumerate() {
            let reference = |key: &str| {
                let block = block[key].as_object().expect("numbers by term");
                block.iter().find(|(t, _)| term(t) == estimate.term).map(|(_, v)| number(v))
            };
            let (Some(sd), Some(mean)) = (reference("boot_sd"), reference("boot_mean")) else {
                continue;
            };
            let values: Vec<f64> = drawn.of(i).map(|(v, _)| v).collect();
            let b = values.len() as f64;
            let ours = values.iter().sum::<f64>() / b;
            let spread = values.iter().map(|v| (v - ours).powi(2)).sum::<f64>() / (b - 1.0);
            let ratio = spread.sqrt() / sd;
            assert!(
                (ratio - 1.0).abs() < ratio_slack,
                "{case} {}: sd ratio {ratio}",
                estimate.term
            );
            let apart = (ours - mean).abs() / sd;
            assert!(apart < mean_slack, "{case} {}: means {apart} sd apart", estimate.term);
            checked += 1;
        }
    }
    checked
}
