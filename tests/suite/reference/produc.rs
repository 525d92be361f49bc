//! 48 US states, 1970–1986: every model with every kind of effects, from the shipped data.

use super::*;
use data::{Table, json, weights};
use spanel::estimator::impacts::impacts;
use spanel::model::Impact;

const FORMULA: [&str; 4] = ["lpcap", "lpc", "lemp", "unemp"];

pub fn sample_and_weights() -> (Sample, Weights) {
    let table = Table::read("experiments/data/us-states.csv", "state", Some("year"));
    let weights = weights("experiments/data/us-states.gal");
    let formula: Vec<String> = FORMULA.iter().map(|&s| s.to_owned()).collect();
    (table.sample(&weights, "lgsp", &formula, 17), weights)
}

/// Intercept, unit and time effects: averages of y − ρWy − Xβ over everything, a unit, a period.
///
/// For an SEM with time effects these averages are not the coefficients of the period dummies:
/// the innovations average to zero in each period, u = (I − λW)⁻¹e does not. The file has the
/// averages; what our fit calls systematic has the dummies (see `the_parts_of_a_fit_add_up`).
pub fn check_effects(
    ledger: &mut Ledger,
    case: &str,
    reference: &Value,
    (sample, weights): (&Sample, &Weights),
    ours: &Estimated,
) {
    let n = sample.n_units();
    let rho = ours.value(&Term::Rho).unwrap_or(0.0);
    let lag = weights.lag(&sample.y);
    let mut part: Vec<f64> = sample.y.iter().zip(&lag).map(|(y, wy)| y - rho * wy).collect();
    for (regressor, column) in sample.regressors.iter().zip(&sample.x) {
        let b = ours.value(&Term::Variable(regressor.clone())).expect("a coefficient");
        part.iter_mut().zip(column).for_each(|(p, x)| *p -= b * x);
    }
    let mean = |at: &mut dyn Iterator<Item = usize>| {
        let values: Vec<f64> = at.map(|i| part[i]).collect();
        values.iter().sum::<f64>() / values.len() as f64
    };
    let grand = mean(&mut (0..part.len()));
    let at = (case, "fixed effect", "intercept");
    let intercept = number(&reference["intercept"]);
    ledger.check(at, intercept, Some(grand), Scale::Unit, LOGLIK);
    if let Some(units) = reference["unit"].as_object() {
        for (i, unit) in sample.units.as_slice().iter().enumerate() {
            let ours = mean(&mut (i..part.len()).step_by(n)) - grand;
            let at = (case, "fixed effect", unit.0.as_str());
            ledger.check(at, number(&units[&unit.0]), Some(ours), Scale::Unit, LOGLIK);
        }
    }
    if let Some(times) = reference["time"].as_object() {
        for (t, period) in sample.periods.iter().enumerate() {
            let ours = mean(&mut (t * n..(t + 1) * n)) - grand;
            let label = period.to_string();
            let at = (case, "fixed effect", label.as_str());
            ledger.check(at, number(&times[&label]), Some(ours), Scale::Unit, LOGLIK);
        }
    }
}

#[test]
fn maximum_likelihood_fits_agree_with_the_exact_ones() {
    let (sample, weights) = sample_and_weights();
    let file = json("produc_exact_ml.json");
    let mut ledger = Ledger::new("produc_exact_ml.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let order = match block["variant"].as_str() {
            Some("lsdv") => LagOrder::LagThenDemean,
            Some("splm") => LagOrder::DemeanThenLag,
            other => panic!("{case}: unknown variant {other:?}"),
        };
        let name = estimator(block["model"].as_str().expect("a model"));
        let effects = effects(block["effects"].as_str().expect("effects"));
        let small_sample = (name == "ols").then_some(SmallSample::Asymptotic);
        let ours = fit(&sample, &weights, (name, effects, order), small_sample);
        check_likelihood_fit(&mut ledger, case, block, &ours);
        for (parameter, p) in numbers(&block["p_expected"]) {
            let found = ours.fit.estimates.iter().find(|e| e.term == term(parameter));
            let at = (case.as_str(), "p-value", parameter);
            ledger.check(at, p, found.map(|e| e.p_value), Scale::Unit, STD_ERRORS);
        }
        if block["fixed_effects"].is_object() {
            let data = (&sample, &weights);
            check_effects(&mut ledger, case, &block["fixed_effects"], data, &ours);
        }
    }
    ledger.finish(1000);
}

/// Average effects and their delta-method standard errors.
#[test]
fn direct_indirect_and_total_effects_agree() {
    let (sample, weights) = sample_and_weights();
    let file = json("produc_impacts.json");
    let mut ledger = Ledger::new("produc_impacts.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let effects = effects(case.strip_prefix("sar_impacts_").expect("a case of the lag model"));
        let ours = fit(&sample, &weights, ("slm", effects, LagOrder::LagThenDemean), None);
        let model = model("slm", &sample, effects, LagOrder::LagThenDemean, None);
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let found = impacts(&problem, &ours.fit);
        for kind in Impact::ALL {
            for (quantity, prefix) in [("effect", ""), ("standard error", "delta_se_")] {
                let reference = &block["impacts"][format!("{prefix}{}", kind.name())];
                for (name, value) in numbers(reference) {
                    let Term::Variable(regressor) = term(name) else { panic!("{name}") };
                    let wanted = Term::Impact(kind, regressor);
                    let one = found.iter().find(|e| e.term == wanted);
                    let ours = one.map(|e| if prefix.is_empty() { e.value } else { e.std_error });
                    let what = wanted.to_string();
                    ledger.check((case, quantity, &what), value, ours, Scale::Unit, COEFFICIENTS);
                }
            }
        }
    }
    ledger.finish(72);
}

/// y = ρWy + Xβ + effects + u with (I − λW)u = e, for every model and kind of effects.
#[test]
fn the_parts_of_a_fit_add_up() {
    let (sample, weights) = sample_and_weights();
    let lag = weights.lag(&sample.y);
    let mut ledger = Ledger::new("parts of a fit");
    for name in ["ols", "slm", "sem"] {
        for effects in Effects::FIXED {
            let order = LagOrder::LagThenDemean;
            let ours = fit(&sample, &weights, (name, effects, order), None);
            let rho = ours.value(&Term::Rho).unwrap_or(0.0);
            let lambda = ours.value(&Term::Lambda).unwrap_or(0.0);
            let u: Vec<f64> =
                (0..sample.n()).map(|i| sample.y[i] - rho * lag[i] - ours.systematic[i]).collect();
            let lagged = weights.lag(&u);
            let case = format!("{name} {effects}");
            for (i, e) in ours.innovations.iter().enumerate() {
                let at = (case.as_str(), "innovation", "");
                let left = Some(u[i] - lambda * lagged[i]);
                ledger.check(at, *e, left, Scale::Unit, 1e-11);
            }
        }
    }
    ledger.finish(12 * 816);
}

#[test]
fn lagrange_multiplier_tests_agree() {
    let (sample, weights) = sample_and_weights();
    let file = json("produc_spatial_tests.json");
    let mut ledger = Ledger::new("produc_spatial_tests.json");
    for (case, block) in file["results"].as_object().expect("results") {
        if let Some(rest) = case.strip_prefix("slmtest_") {
            let (kind, name) = rest.split_once('_').expect("effects and test");
            let kind = effects(kind);
            let ours = Findings::of("lm", &sample, &weights, kind).get(lm_name(name), kind);
            check_test(
                &mut ledger,
                (case, "LM test as published", name),
                number(&block["statistic"]),
                number(&block["p_value"]),
                ours,
            );
        } else if let Some(kind) = case.strip_prefix("lm_projected_") {
            let kind = effects(kind);
            let ours = Findings::of("lm", &sample, &weights, kind);
            for (name, statistic) in numbers(&block["statistic"]) {
                check_test(
                    &mut ledger,
                    (case, "LM test, exact", name),
                    statistic,
                    number(&block["p_value"][name]),
                    ours.get_exact(lm_name(name), kind),
                );
            }
        }
    }
    // spdep's test is one-sided.
    let block = &file["results"]["lm_morantest_pooled_stacked"];
    let ours = Findings::of("moran", &sample, &weights, Effects::None)
        .get("moran-residuals", Effects::None);
    check_test(
        &mut ledger,
        ("lm_morantest_pooled_stacked", "Moran of residuals, z", ""),
        number(&block["statistic"]),
        2.0 * number(&block["p_value"]),
        ours,
    );
    ledger.finish(74);
}

/// Statistic relative to itself; p-value relative to itself too, ten times less strictly per unit
/// of the statistic, whose rounding a small tail probability magnifies.
pub(super) fn check_test(
    ledger: &mut Ledger,
    at: (&str, &'static str, &str),
    statistic: f64,
    p_value: f64,
    ours: Option<(f64, f64)>,
) {
    let scale = Scale::Relative;
    ledger.check(at, statistic, ours.map(|o| o.0), scale, CLOSED_FORM);
    let p_at = (at.0, "p-value of a test", at.2);
    ledger.check(p_at, p_value, ours.map(|o| o.1), Scale::Unit, CLOSED_FORM);
}
