//! What packages print of estimators: splm within, random and pooled, spatialreg of a cross-section, linearmodels, pyfixest and spreg. Tolerances are those that
//! these packages reach, where others hold exact values of the same models.

use super::*;
use data::{Table, json, weights};
use spanel::estimator::covariance;
use spanel::estimator::durbin::completed;
use spanel::estimator::random::Spatial;
use spanel::ident::Period;
use spanel::model::{ErrorComponents, Impact, Model};

const FILE: &str = "as_printed.json";

fn estimate<'a>(of: &'a Estimated, wanted: &Term) -> Option<&'a spanel::outcome::Estimate> {
    of.fit.estimates.iter().find(|e| e.term == *wanted)
}

/// Members `coef`, `se` and `p` of a block, scaled to max(1, |value|).
fn check_printed(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    ours: &Estimated,
    (of_values, of_errors): (f64, f64),
) {
    for (name, value) in numbers(&block["coef"]) {
        let at = (case, "coefficient", name);
        ledger.check(at, value, ours.value(&term(name)), Scale::Unit, of_values);
    }
    for (member, quantity) in [("se", "standard error"), ("p", "p-value")] {
        if !block[member].is_object() {
            continue;
        }
        for (name, value) in numbers(&block[member]) {
            let found = estimate(ours, &term(name));
            let found = found.map(|e| if member == "se" { e.std_error } else { e.p_value });
            // A p-value moves with z, by 0.4 at most for each unit of it.
            let allowed = if member == "p" { 10.0 * of_errors } else { of_errors };
            ledger.check((case, quantity, name), value, found, Scale::Unit, allowed);
        }
    }
}

/// The sample of unit means, one period.
pub(super) fn between(sample: &Sample) -> Sample {
    let n = sample.n_units();
    let means = |v: &Vec<f64>| -> Vec<f64> {
        let of = |i: usize| v.iter().skip(i).step_by(n).sum::<f64>() / sample.n_periods() as f64;
        (0..n).map(of).collect()
    };
    Sample {
        periods: vec![Period(0)],
        y: means(&sample.y),
        x: sample.x.iter().map(means).collect(),
        ..sample.clone()
    }
}

fn of_splm(name: &str) -> &'static str {
    match name {
        "sac" | "both" => "sac",
        "none" => "ols",
        other => estimator(other),
    }
}

#[test]
fn what_splm_prints_of_fixed_effects_is_our_demean_then_lag() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, splm within");
    for (case, block) in file["splm_within"].as_object().expect("models") {
        let (name, kind) = case.split_once('_').expect("model and effects");
        let how = (of_splm(name), effects(kind), LagOrder::DemeanThenLag);
        let ours = fit(&sample, &weights, how, None);
        check_printed(&mut ledger, case, block, &ours, (5e-7, 1e-6));
        if let Some(printed) = block["loglik_as_returned"].as_f64() {
            let n = 816.0_f64;
            // Of error models constants are left out.
            let constants = 0.5 * n * ((2.0 * std::f64::consts::PI).ln() + 1.0 - n.ln());
            let whole = printed - if name == "sem" { constants } else { 0.0 };
            let found = ours.fit.statistics.get(&Statistic::Loglik).copied();
            let at = (case.as_str(), "log-likelihood", "");
            ledger.check(at, whole, found, Scale::Unit, LOGLIK);
        }
    }
    ledger.finish(9 * 15);
}

/// `LeeYu = TRUE` with effects of units is the likelihood of transformed data; with others splm computes
/// something else.
#[test]
fn what_splm_prints_of_transformed_data_agrees() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, splm LeeYu");
    for (case, block) in file["splm_lee_yu"].as_object().expect("models") {
        let (name, kind) = case.split_once('_').expect("model and effects");
        let order = LagOrder::LagThenDemean;
        let plain = model(of_splm(name), &sample, effects(kind), order, None);
        let correction = spanel::model::incidental::Correction::Transformation;
        let m = Model { correction, ..plain };
        let problem = Problem::new(&sample, &weights, &m).expect("the same units");
        let ours = find(of_splm(name)).expect("an estimator").fit(&problem).expect("a fit");
        check_printed(&mut ledger, case, block, &ours, (5e-7, 1e-6));
        let at = (case.as_str(), "sigma2", "");
        let sigma2 = ours.value(&Term::Sigma2);
        ledger.check(at, number(&block["sigma2"]), sigma2, Scale::Relative, 5e-7);
        if let (true, Some(loglik)) = (name == "sar", block["loglik_as_returned"].as_f64()) {
            let found = ours.fit.statistics.get(&Statistic::Loglik).copied();
            let at = (case.as_str(), "log-likelihood", "");
            ledger.check(at, loglik, found, Scale::Unit, LOGLIK);
        }
    }
    ledger.finish(30);
}

/// splm's search stops some 1e-5 short of the maximum, 3e-5 of φ.
#[test]
fn what_splm_prints_of_random_and_pooled_models_agrees() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, splm random and pooled");
    for (case, block) in file["splm_random_and_pooled"].as_object().expect("models") {
        let (effects, rest) = case.split_once('_').expect("effects and model");
        let (kind, components) = match rest.split_once('_') {
            Some((kind, "kkp")) => (kind, ErrorComponents::Kkp),
            Some((kind, _)) => (kind, ErrorComponents::Anselin),
            None => (rest, ErrorComponents::Kkp),
        };
        let spatial = Spatial {
            lag: matches!(kind, "lag" | "both"),
            error: matches!(kind, "error" | "both"),
        };
        let ours = if effects == "random" {
            random::random(&sample, &weights, (spatial, components))
        } else {
            let small = (kind == "none").then_some(SmallSample::Asymptotic);
            let how = (of_splm(kind), Effects::None, LagOrder::LagThenDemean);
            fit(&sample, &weights, how, small)
        };
        for (name, value) in numbers(&block["coef"]) {
            let (scale, tolerance) =
                if name == "phi" { (Scale::Relative, 3e-5) } else { (Scale::Unit, 1.5e-5) };
            let at = (case.as_str(), "coefficient", name);
            ledger.check(at, value, ours.value(&term(name)), scale, tolerance);
        }
        let found = ours.fit.statistics.get(&Statistic::Loglik).copied();
        let at = (case.as_str(), "log-likelihood", "");
        ledger.check(at, number(&block["loglik"]), found, Scale::Unit, 2e-8);
    }
    ledger.finish(60);
}

fn columbus() -> (Sample, Sample, Weights) {
    let table = Table::read("tests/reference/data/columbus.csv", "unit", None);
    let weights = weights("tests/reference/data/columbus.gal");
    let plain = table.sample(&weights, "CRIME", &["INC".to_owned(), "HOVAL".to_owned()], 1);
    let own = plain.regressors.iter().cloned();
    let all: Vec<Regressor> =
        own.chain(plain.regressors.iter().map(Regressor::of_neighbours)).collect();
    let durbin = completed(plain.clone(), &weights, &all);
    (plain, durbin, weights)
}

#[test]
fn what_spatialreg_prints_of_a_cross_section_agrees() {
    let (plain, durbin, weights) = columbus();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, spatialreg");
    let order = LagOrder::LagThenDemean;
    let of = |case: &str| {
        let name = if matches!(case, "sar" | "sem") { estimator(case) } else { case };
        let has_durbin = find(name).expect("an estimator").info().durbin;
        let sample = if has_durbin { &durbin } else { &plain };
        (sample, name.to_owned(), fit(sample, &weights, (name, Effects::None, order), None))
    };
    for (case, block) in file["spatialreg"].as_object().expect("models") {
        let (sample, name, ours) = of(case);
        let two = matches!(case.as_str(), "sac" | "gns");
        let allowed = if two { (4e-6, 4e-6) } else { (1e-6, 1e-6) };
        check_printed(&mut ledger, case, block, &ours, allowed);
        let at = (case.as_str(), "sigma2", "");
        let sigma2 = ours.value(&Term::Sigma2);
        ledger.check(at, number(&block["sigma2"]), sigma2, Scale::Unit, allowed.0);
        let found = ours.fit.statistics.get(&Statistic::Loglik).copied();
        let at = (case.as_str(), "log-likelihood", "");
        ledger.check(at, number(&block["loglik"]), found, Scale::Unit, LOGLIK);
        if !block["impacts"].is_object() {
            continue;
        }
        let model = model(&name, sample, Effects::None, order, None);
        let problem = Problem::new(sample, &weights, &model).expect("the same units");
        let effects = find(&name).expect("an estimator").impacts(&problem, &ours);
        for kind in Impact::ALL {
            for (prefix, quantity) in [("", "effect"), ("delta_se_", "se of effect")] {
                for (x, value) in numbers(&block["impacts"][format!("{prefix}{}", kind.name())]) {
                    let Term::Variable(regressor) = term(x) else { panic!("{x}") };
                    let wanted = Term::Impact(kind, regressor);
                    let one = effects.iter().find(|e| e.term == wanted);
                    let ours = one.map(|e| if prefix.is_empty() { e.value } else { e.std_error });
                    ledger.check((case, quantity, x), value, ours, Scale::Unit, 1e-6);
                }
            }
        }
    }
    let slx = fit(&durbin, &weights, ("slx", Effects::None, order), None);
    check_printed(&mut ledger, "slx", &file["spatialreg_slx"], &slx, (CLOSED_FORM, CLOSED_FORM));
    for (name, value) in numbers(&file["spatialreg_slx"]["t"]) {
        let found = estimate(&slx, &term(name)).map(|e| e.value / e.std_error);
        ledger.check(("slx", "t", name), value, found, Scale::Relative, CLOSED_FORM);
    }
    let loglik = |case: &str| of(case).2.fit.statistics[&Statistic::Loglik];
    for (case, block) in file["spatialreg_tests"].as_object().expect("tests") {
        let found = match case.strip_prefix("lr_").and_then(|rest| rest.split_once("_vs_")) {
            Some((a, b)) => 2.0 * (loglik(a) - loglik(b)),
            None => {
                let (_, _, sar) = of("sar");
                let rho = estimate(&sar, &Term::Rho).expect("a lag");
                (rho.value / rho.std_error).powi(2)
            }
        };
        let at = (case.as_str(), "statistic of a test", "");
        ledger.check(at, number(&block["statistic"]), Some(found), Scale::Unit, 1e-6);
    }
    ledger.finish(110);
}

/// Panels of the Python peers.
pub(super) fn panel(name: &str) -> (Sample, Weights) {
    let (path, unit, time, y, x): (&str, &str, &str, &str, &[&str]) = match name {
        "produc" => return produc::sample_and_weights(),
        "usincome" => {
            ("tests/reference/data/usincome", "state", "year", "g", &["rel_lag", "g_lag"])
        }
        _ => ("tests/reference/data/lattice_pos", "unit", "period", "y", &["x1", "x2"]),
    };
    let table = Table::read(&format!("{path}.csv"), unit, Some(time));
    let weights = weights(&format!("{path}.gal"));
    let names: Vec<String> = x.iter().map(|&s| s.to_owned()).collect();
    (table.sample(&weights, y, &names, table.periods.len()), weights)
}

fn list(block: &Value) -> Vec<f64> {
    block.as_array().expect("a list").iter().map(number).collect()
}

#[test]
fn least_squares_of_three_panels_agree_with_linearmodels() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, linearmodels");
    for (name, models) in file["linearmodels"].as_object().expect("panels") {
        let (sample, weights) = panel(name);
        for (model_name, block) in models.as_object().expect("models") {
            let case = format!("{name} {model_name}");
            let own = (model_name == "BetweenOLS/unadjusted").then(|| between(&sample));
            let sample = own.as_ref().unwrap_or(&sample);
            let (effects, std_errors) = match robust::of_linearmodels(model_name) {
                Some(how) => how,
                None => {
                    let effects = match model_name.split('/').nth(1) {
                        Some("entity") => Effects::Individual,
                        Some("time") => Effects::Time,
                        Some("twoway") => Effects::TwoWay,
                        _ => Effects::None,
                    };
                    (effects, spanel::model::std_errors::StdErrors::Default)
                }
            };
            let plain = model("ols", sample, effects, LagOrder::LagThenDemean, None);
            let m = Model { std_errors, ..plain };
            let problem = Problem::new(sample, &weights, &m).expect("the same units");
            let ours = covariance::fit(find("ols").expect("listed"), &problem).expect("a fit");
            robust::check(&mut ledger, &case, &block["cov"], &ours);
            if !block["params"].is_array() {
                continue;
            }
            for (value, e) in list(&block["params"]).into_iter().zip(&ours.fit.estimates) {
                let at = (case.as_str(), "coefficient", &*e.term.to_string());
                ledger.check(at, value, Some(e.value), Scale::Unit, COEFFICIENTS);
            }
            if block["p"].is_array() {
                for (value, e) in list(&block["p"]).into_iter().zip(&ours.fit.estimates) {
                    let at = (case.as_str(), "p-value", &*e.term.to_string());
                    ledger.check(at, value, Some(e.p_value), Scale::Unit, COEFFICIENTS);
                }
            }
            for (statistic, member) in [
                (Statistic::Sigma2, "s2"),
                (Statistic::ResidualDf, "df"),
                (Statistic::Loglik, "loglik"),
            ] {
                let found = ours.fit.statistics.get(&statistic).copied();
                let at = (case.as_str(), "statistic", member);
                ledger.check(at, number(&block[member]), found, Scale::Relative, COEFFICIENTS);
            }
        }
    }
    ledger.finish(300);
}

#[test]
fn least_squares_agree_with_pyfixest() {
    let (sample, weights) = produc::sample_and_weights();
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, pyfixest");
    for (case, block) in file["pyfixest_iid"].as_object().expect("models") {
        let effects = effects(case);
        let ours = fit(&sample, &weights, ("ols", effects, LagOrder::LagThenDemean), None);
        let name = |x: &str| if x == "Intercept" { Term::Constant } else { term(x) };
        for (member, quantity) in [
            ("coef", "coefficient"),
            ("se", "standard error"),
            ("p", "p-value"),
            ("ci_low", "interval"),
            ("ci_high", "interval"),
        ] {
            for (x, value) in numbers(&block[member]) {
                let found = estimate(&ours, &name(x)).map(|e| match member {
                    "coef" => e.value,
                    "se" => e.std_error,
                    "p" => e.p_value,
                    "ci_low" => e.conf_low,
                    _ => e.conf_high,
                });
                ledger.check((case, quantity, x), value, found, Scale::Unit, COEFFICIENTS);
            }
        }
        for (statistic, member) in [(Statistic::R2, "r2"), (Statistic::R2Adjusted, "adj_r2")] {
            let found = ours.fit.statistics.get(&statistic).copied();
            let at = (case.as_str(), "statistic", member);
            ledger.check(at, number(&block[member]), found, Scale::Relative, COEFFICIENTS);
        }
    }
    ledger.finish(70);
}

/// Its searches stop at 1e-7 or so. `PanelFE` does not count slopes in the degrees of freedom.
#[test]
fn what_spreg_prints_of_three_panels_agrees() {
    let file = json(FILE);
    let mut ledger = Ledger::new("as_printed.json, spreg");
    for (name, models) in file["spreg"].as_object().expect("panels") {
        let (sample, weights) = panel(name);
        let with_durbin = durbin::with_durbin(&sample, &weights);
        for (model_name, block) in models.as_object().expect("models") {
            let case = format!("{name} {model_name}");
            let (kind, effects) = match model_name.as_str() {
                "ML_LagFE" => ("slm", Effects::Individual),
                "ML_LagFE_sdm" => ("sdm", Effects::Individual),
                "ML_ErrorFE" => ("sem", Effects::Individual),
                "ML_ErrorFE_sdem" => ("sdem", Effects::Individual),
                "ML_ErrorPooled" => ("sem", Effects::None),
                "PanelFE" => ("ols", Effects::Individual),
                "PanelFE_slx" => ("slx", Effects::Individual),
                "PooledOLS" => ("ols", Effects::None),
                other => panic!("{other}"),
            };
            let estimator = find(kind).expect("an estimator");
            let sample = if estimator.info().durbin { &with_durbin } else { &sample };
            let ours = fit(sample, &weights, (kind, effects, LagOrder::LagThenDemean), None);
            let (values, errors) = (list(&block["coefficients"]), list(&block["std_errors"]));
            let k = values.len() as f64;
            let free = sample.n() as f64 - sample.n_units() as f64;
            let factor =
                if model_name.starts_with("PanelFE") { ((free - k) / free).sqrt() } else { 1.0 };
            let both = values.into_iter().zip(errors).zip(&ours.fit.estimates);
            for ((value, error), e) in both {
                let x = e.term.to_string();
                let at = (case.as_str(), "coefficient", x.as_str());
                ledger.check(at, value, Some(e.value), Scale::Unit, 1e-6);
                let at = (case.as_str(), "standard error", x.as_str());
                ledger.check(at, error, Some(factor * e.std_error), Scale::Relative, 1e-6);
            }
            // That of PanelFE is one of residuals that hold the effects.
            if let (false, Some(loglik)) =
                (model_name.starts_with("PanelFE"), block["loglik"].as_f64())
            {
                let found = ours.fit.statistics.get(&Statistic::Loglik).copied();
                let at = (case.as_str(), "log-likelihood", "");
                ledger.check(at, loglik, found, Scale::Unit, LOGLIK);
            }
        }
    }
    ledger.finish(200);
}
