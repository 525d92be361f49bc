//! Random effects of 48 states by maximum likelihood with a spatial lag, a spatially lagged error of either kind, both and neither.

use super::*;
use data::{Table, json, weights};
use spanel::estimator::random::Spatial;
use spanel::estimator::random::maximum;
use spanel::model::{ErrorComponents, Model};

/// Optimised to a score below 1e-7 of numbers of size 1; standard errors by differences.
const PLACE: f64 = 1e-7;
const COMPONENTS: f64 = 1e-6;

pub(super) fn random(
    sample: &Sample,
    weights: &Weights,
    (spatial, components): (Spatial, ErrorComponents),
) -> Estimated {
    // Any of the estimators stands for what is left where the effects vanish, which they do not here.
    let name = if spatial.error { "sem" } else { "ols" };
    let plain = model(name, sample, Effects::Random, LagOrder::LagThenDemean, None);
    let model = Model { error_components: spatial.error.then_some(components), ..plain };
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let estimator = find(name).expect("an estimator");
    maximum::fit(&problem, estimator.info(), spatial, estimator).expect("a fit")
}

#[test]
fn maximum_likelihood_agrees_with_splm_optimised_again() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("produc_random.json");
    let mut ledger = Ledger::new("produc_random.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let Some(kind) = case.strip_prefix("random_") else { continue };
        let (kind, components) = match kind.split_once('_') {
            Some((kind, "kkp")) => (kind, ErrorComponents::Kkp),
            Some((kind, _)) => (kind, ErrorComponents::Anselin),
            None => (kind, ErrorComponents::Kkp),
        };
        let (both, lag, error) = (kind == "both", kind == "lag", kind == "error");
        let spatial = Spatial { lag: lag || both, error: error || both };
        let ours = random(&sample, &weights, (spatial, components));
        for (name, value) in
            numbers(&block["coef"]).into_iter().chain(numbers(&block["spatial_and_components"]))
        {
            let (scale, tolerance) =
                if name == "phi" { (Scale::Relative, COMPONENTS) } else { (Scale::Unit, PLACE) };
            let what = if name == "phi" { "phi" } else { "coefficient under random effects" };
            ledger.check((case, what, name), value, ours.value(&term(name)), scale, tolerance);
        }
        for (name, value) in numbers(&block["se_full_observed"]) {
            let found = ours.fit.estimates.iter().find(|e| e.term == term(name));
            let at = (case.as_str(), "observed standard error", name);
            ledger.check(at, value, found.map(|e| e.std_error), Scale::Relative, COMPONENTS);
        }
        for (statistic, name) in [
            (Statistic::Loglik, "loglik"),
            (Statistic::Sigma2Unit, "sigma2_mu"),
            (Statistic::Sigma2, "sigma2_idios"),
        ] {
            let ours = ours.fit.statistics.get(&statistic).copied();
            let (scale, tolerance) = match statistic {
                Statistic::Loglik => (Scale::Unit, LOGLIK),
                _ => (Scale::Relative, COMPONENTS),
            };
            let at = (case.as_str(), "statistic under random effects", name);
            ledger.check(at, number(&block[name]), ours, scale, tolerance);
        }
    }
    ledger.finish(100);
}

/// spreg's own optimum of a lag is good to six digits; the error model was solved beside it.
#[test]
fn the_python_peers_agree() {
    let file = json("produc_random.json");
    let mut ledger = Ledger::new("produc_random.json");
    for (name, csv, gal, unit, time, y, x) in [
        (
            "produc",
            "experiments/data/us-states.csv",
            "experiments/data/us-states.gal",
            "state",
            "year",
            "lgsp",
            &["lpcap", "lpc", "lemp", "unemp"][..],
        ),
        (
            "usincome",
            "tests/reference/data/usincome.csv",
            "tests/reference/data/usincome.gal",
            "state",
            "year",
            "g",
            &["rel_lag", "g_lag"],
        ),
        (
            "lattice_pos",
            "tests/reference/data/lattice_pos.csv",
            "tests/reference/data/lattice_pos.gal",
            "unit",
            "period",
            "y",
            &["x1", "x2"],
        ),
    ] {
        let table = Table::read(csv, unit, Some(time));
        let weights = weights(gal);
        let names: Vec<String> = x.iter().map(|&s| s.to_owned()).collect();
        let sample = table.sample(&weights, y, &names, table.periods.len());
        for (kind, block) in file["python"][name].as_object().expect("blocks") {
            let case = format!("{name} {kind}");
            if kind == "error_anselin" {
                let spatial = Spatial { lag: false, error: true };
                let ours = random(&sample, &weights, (spatial, ErrorComponents::Anselin));
                let mut wanted: Vec<f64> =
                    block["betas"].as_array().expect("betas").iter().map(number).collect();
                wanted.push(number(&block["lam"]));
                for (value, e) in wanted.into_iter().zip(&ours.fit.estimates) {
                    let at = (case.as_str(), "coefficient of a peer", &*e.term.to_string());
                    ledger.check(at, value, Some(e.value), Scale::Unit, PLACE);
                }
                let at = (case.as_str(), "phi of a peer", "");
                let phi = number(&block["phi_sigma2mu_over_sigma2"]);
                ledger.check(at, phi, ours.value(&Term::Phi), Scale::Unit, COMPONENTS);
                let at = (case.as_str(), "log-likelihood of a peer", "");
                let loglik = ours.fit.statistics.get(&Statistic::Loglik).copied();
                ledger.check(at, number(&block["logll"]), loglik, Scale::Unit, LOGLIK);
                continue;
            }
            let (of, sample) = match kind.as_str() {
                "lag" => ("slm", sample.clone()),
                _ => ("sdm", durbin::with_durbin(&sample, &weights)),
            };
            let ours = fit(&sample, &weights, (of, Effects::Random, LagOrder::LagThenDemean), None);
            let theta = 1.0 - ours.fit.statistics[&Statistic::Theta];
            let coefficients = block["coefficients"].as_array().expect("coefficients");
            let linear = ours.fit.estimates.iter().map(|e| (e.term.to_string(), e.value));
            let own: Vec<(String, f64)> = linear
                .filter(|(name, _)| name != "phi" && name != "sigma2")
                .chain([("Elhorst's phi".to_owned(), theta)])
                .collect();
            assert_eq!(own.len(), coefficients.len(), "{case}");
            for (value, (name, ours)) in coefficients.iter().zip(&own) {
                let at = (case.as_str(), "coefficient of spreg", name.as_str());
                ledger.check(at, number(value), Some(*ours), Scale::Unit, 1e-5);
            }
            let at = (case.as_str(), "log-likelihood of spreg", "");
            let loglik = ours.fit.statistics.get(&Statistic::Loglik).copied();
            ledger.check(at, number(&block["logll"]), loglik, Scale::Unit, 1e-7);
        }
    }
    ledger.finish(25);
}
