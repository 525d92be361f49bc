//! Covariances of pooled and within least squares by other assumptions than the classical ones:
//! those of plm, of pyfixest and of linearmodels, each under its own conventions; and the observed
//! information of lag and error models.

use super::*;
use data::{Table, json};
use spanel::estimator::covariance::{self, Beside};
use spanel::model::Model;
use spanel::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors, TimeKernel,
};
use spanel::model::variance_components::VarianceComponents;

const BARTLETT: TimeKernel = TimeKernel::Bartlett;

const NO: (ObservationFactor, GroupFactor, Count) =
    (ObservationFactor::None, GroupFactor::None, Count::Slopes);

fn robust(
    meat: Meat,
    residuals: Residuals,
    (of_observations, of_groups, count): (ObservationFactor, GroupFactor, Count),
) -> StdErrors {
    StdErrors::Robust(Robust { meat, residuals, of_observations, of_groups, count })
}

/// The text `region` of each state as numbers of clusters, observation by observation.
fn regions(sample: &Sample) -> Vec<usize> {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let of = |unit: &str| table.text(unit, 1970, "region").parse::<usize>().expect("1 to 9") - 1;
    let of_unit: Vec<usize> = sample.units.as_slice().iter().map(|u| of(&u.0)).collect();
    (0..sample.n_periods()).flat_map(|_| of_unit.iter().copied()).collect()
}

fn fitted(
    data: (&Sample, &Weights),
    name: &str,
    effects: Effects,
    std_errors: StdErrors,
) -> Estimated {
    under(data, name, (effects, None), std_errors)
}

/// The same with variance components of random effects.
fn under(
    (sample, weights): (&Sample, &Weights),
    name: &str,
    (effects, variance_components): (Effects, Option<VarianceComponents>),
    std_errors: StdErrors,
) -> Estimated {
    let plain = model(name, sample, effects, LagOrder::LagThenDemean, None);
    let model = Model { std_errors, variance_components, ..plain };
    let clusters = regions(sample);
    let beside = Beside { clusters: Some(&clusters), coordinates: None, instruments: None };
    let problem =
        Problem { beside, ..Problem::new(sample, weights, &model).expect("the same units") };
    covariance::fit(find(name).expect("an estimator"), &problem).expect("a fit")
}

/// plm's name of a covariance in ours; `n` of groups and factor by its conventions (k without
/// effects, of a pooled model with the constant).
fn of_plm(name: &str) -> StdErrors {
    let hc = |suffix: &str| match suffix {
        "HC2" => (Residuals::Leverage, NO),
        "HC3" => (Residuals::Jackknife, NO),
        "HC1" => {
            let factors = (ObservationFactor::Divisor, GroupFactor::None, Count::Slopes);
            (Residuals::AsTheyAre, factors)
        }
        "sss" => {
            let factors = (ObservationFactor::LessOne, GroupFactor::Own, Count::Slopes);
            (Residuals::AsTheyAre, factors)
        }
        _ => (Residuals::AsTheyAre, NO),
    };
    let lags = |text: &str| text.strip_prefix("maxlag").and_then(|l| l.parse().ok()).expect("lags");
    let parts: Vec<&str> = name.split('_').collect();
    let (meat, suffix) = match parts.as_slice() {
        ["vcovHC", "white1", suffix] => (Meat::Observations, *suffix),
        ["vcovHC", "white2", suffix] => (Meat::UnitVariances, *suffix),
        ["vcovHC", "arellano", "group", suffix] => (Meat::Clusters(vec![Cluster::Unit]), *suffix),
        ["vcovHC", "arellano", "time", suffix] => (Meat::Clusters(vec![Cluster::Period]), *suffix),
        ["vcovDC", suffix] => (Meat::Clusters(vec![Cluster::Unit, Cluster::Period]), *suffix),
        ["vcovSCC", suffix, l] => {
            (Meat::Periods { lags: Some(lags(l)), kernel: BARTLETT }, *suffix)
        }
        ["vcovNW", suffix, l] => (Meat::Units { lags: lags(l), kernel: BARTLETT }, *suffix),
        ["vcovBK", "time"] => (Meat::PanelCorrected, ""),
        ["vcovBK", "group"] => (Meat::AnySerial, ""),
        other => panic!("{other:?}"),
    };
    let (residuals, factors) = hc(suffix);
    robust(meat, residuals, factors)
}

#[test]
fn covariances_of_least_squares_agree_with_plm() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("produc_robust.json");
    let mut ledger = Ledger::new("produc_robust.json: plm");
    for (model, all) in file["plm"].as_object().expect("models") {
        let estimated = plm::of_plm(model);
        for (name, reference) in all.as_object().expect("covariances") {
            let ours = under((&sample, &weights), "ols", estimated, of_plm(name));
            let case = format!("{model} {name}");
            check_covariance(&mut ledger, &case, reference, &ours, CLOSED_FORM);
            let names = reference["names"].as_array().expect("names");
            for (i, name) in names.iter().filter_map(Value::as_str).enumerate() {
                let value = number(&reference["matrix"][i][i]).sqrt();
                let found = ours.fit.estimates.iter().find(|e| e.term == term(name));
                let at = (case.as_str(), "robust standard error", name);
                ledger.check(at, value, found.map(|e| e.std_error), Scale::Relative, CLOSED_FORM);
            }
        }
    }
    ledger.finish(7 * 33 * 14);
}

#[test]
fn covariances_of_least_squares_agree_with_pyfixest_and_linearmodels() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("produc_robust.json");
    let mut ledger = Ledger::new("produc_robust.json: pyfixest, linearmodels");
    let own = |count| (ObservationFactor::LessOne, GroupFactor::Own, count);
    for (name, reference) in file["pyfixest"].as_object().expect("models") {
        let parts: Vec<&str> = name.split('/').collect();
        let effects = match parts[0] {
            "pooled" => Effects::None,
            "unit" => Effects::Individual,
            _ => Effects::TwoWay,
        };
        let nested = Count::EffectsNotNested;
        let hc = (ObservationFactor::Divisor, GroupFactor::None, Count::Effects);
        let lags3 = own(Count::Effects);
        let (plain, scaled, over) =
            (Residuals::AsTheyAre, Residuals::Leverage, Residuals::Jackknife);
        let how = match (parts[1], parts.get(2).copied()) {
            ("HC1", _) => robust(Meat::Observations, plain, hc),
            ("HC2", _) => robust(Meat::Observations, scaled, hc),
            ("HC3", _) => robust(Meat::Observations, over, hc),
            ("NW_lag3", _) => robust(Meat::Units { lags: 3, kernel: BARTLETT }, plain, lags3),
            ("DK_lag3", _) => {
                robust(Meat::Periods { lags: Some(3), kernel: BARTLETT }, plain, lags3)
            }
            ("CRV1_unit_time", _) => {
                let factors = (ObservationFactor::LessOne, GroupFactor::Smallest, nested);
                robust(Meat::Clusters(clusters("both")), plain, factors)
            }
            (crv, ssc) => {
                let by = crv.strip_prefix("CRV1_").expect("clusters");
                let factors = match ssc {
                    None => own(nested),
                    Some("ssc_k_none") => NO,
                    Some("ssc_G_only") => (ObservationFactor::None, GroupFactor::Own, nested),
                    Some(_) => own(Count::Effects),
                };
                robust(Meat::Clusters(clusters(by)), plain, factors)
            }
        };
        check(&mut ledger, name, reference, &fitted((&sample, &weights), "ols", effects, how));
    }
    for (name, reference) in file["linearmodels"].as_object().expect("models") {
        let Some((effects, how)) = of_linearmodels(name) else { continue };
        check(&mut ledger, name, reference, &fitted((&sample, &weights), "ols", effects, how));
    }
    ledger.finish(500);
}

fn clusters(by: &str) -> Vec<Cluster> {
    match by {
        "unit" | "entity" => vec![Cluster::Unit],
        "region" => vec![Cluster::Column(spanel::ident::VarName::new("region"))],
        "time" => vec![Cluster::Period],
        _ => vec![Cluster::Unit, Cluster::Period],
    }
}

/// Least squares of a region with the robust standard errors that the file has.
pub(super) fn of_regions(
    sample: &Sample,
    weights: &Weights,
    effects: Effects,
    (name, lags): (&str, Option<u32>),
) -> Estimated {
    let std_errors = match name {
        "se_arellano_HC1_unit" => of_plm("vcovHC_arellano_group_HC1"),
        _ => robust(Meat::Periods { lags, kernel: BARTLETT }, Residuals::AsTheyAre, NO),
    };
    let plain = model("ols", sample, effects, LagOrder::LagThenDemean, None);
    let model = Model { std_errors, ..plain };
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    covariance::fit(find("ols").expect("an estimator"), &problem).expect("a fit")
}

/// Effects and covariance of one of linearmodels' fits; `None` of those that are not offered here.
pub(super) fn of_linearmodels(name: &str) -> Option<(Effects, StdErrors)> {
    let parts: Vec<&str> = name.split('/').collect();
    let (effects, kind) = match parts.as_slice() {
        ["PooledOLS", kind] => (Effects::None, *kind),
        ["PanelOLS", "entity", kind] => (Effects::Individual, *kind),
        ["PanelOLS", "time", kind] => (Effects::Time, *kind),
        [_, _, kind] => (Effects::TwoWay, *kind),
        _ => return None,
    };
    let plain = Residuals::AsTheyAre;
    // n/(n − k); effects that are nested in the clusters do not count, nor the constant.
    let divisor = |nested: bool| {
        let count = if nested { Count::Slopes } else { Count::Effects };
        (ObservationFactor::Divisor, GroupFactor::None, count)
    };
    let nested = |by: &str| {
        matches!(
            (effects, by),
            (Effects::Individual, "entity" | "region") | (Effects::Time, "time")
        )
    };
    let how = match kind {
        "robust" => robust(Meat::Observations, plain, divisor(false)),
        "kernel_bartlett_bw3" => {
            robust(Meat::Periods { lags: Some(3), kernel: BARTLETT }, plain, divisor(false))
        }
        "kernel_bartlett_bw0" => {
            robust(Meat::Periods { lags: Some(0), kernel: BARTLETT }, plain, divisor(false))
        }
        _ => match kind.strip_prefix("clustered_") {
            Some(by @ ("entity" | "time" | "both" | "region")) => {
                robust(Meat::Clusters(clusters(by)), plain, divisor(nested(by)))
            }
            _ => return None,
        },
    };
    Some((effects, how))
}

/// Entries in the order of our coefficients; `reference` is a plain list of rows.
pub(super) fn check(ledger: &mut Ledger, case: &str, reference: &Value, ours: &Estimated) {
    let rows = reference.as_array().expect("rows");
    for (i, row) in rows.iter().enumerate() {
        for (j, value) in row.as_array().expect("a row").iter().enumerate() {
            let size = (number(&rows[i][i]) * number(&rows[j][j])).abs().sqrt();
            let found = ours.fit.covariance[i][j];
            let entry = format!("{i}:{j}");
            ledger.check_sized(
                (case, "covariance", &entry),
                number(value),
                Some(found),
                size,
                1e-8,
            );
        }
    }
}

#[test]
fn observed_information_agrees() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json("produc_exact_ml.json");
    let mut ledger = Ledger::new("produc_exact_ml.json: observed information");
    for (case, block) in file["results"].as_object().expect("results") {
        let name = estimator(block["model"].as_str().expect("a model"));
        if name == "ols" {
            continue;
        }
        let order = match block["variant"].as_str() {
            Some("lsdv") => LagOrder::LagThenDemean,
            _ => LagOrder::DemeanThenLag,
        };
        let effects = effects(block["effects"].as_str().expect("effects"));
        let plain = model(name, &sample, effects, order, None);
        let model = Model { std_errors: StdErrors::Hessian, ..plain };
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let ours = covariance::fit(find(name).expect("an estimator"), &problem).expect("a fit");
        check_std_errors(&mut ledger, case, &block["se_observed_information"], &ours, 1e-8);
        if block["vcov_observed"].is_object() {
            check_covariance(&mut ledger, case, &block["vcov_observed"], &ours, 1e-8);
        }
    }
    ledger.finish(90);
}
