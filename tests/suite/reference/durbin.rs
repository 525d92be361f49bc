//! SLX, SDM and SDEM of 48 states with individual, time and two-way effects; their effects, and the
//! tests that an SDM reduces to an SLM or an SEM.

use super::*;
use data::json;
use functions::formula;
use spanel::estimator::covariance;
use spanel::estimator::durbin::completed;
use spanel::estimator::impacts::Multipliers;
use spanel::estimator::wald::wald;
use spanel::model::std_errors::StdErrors;
use spanel::model::{Impact, Model};

/// Effects are good to a digit less than what they are made of.
const EFFECTS: f64 = 1e-8;

pub(super) fn with_durbin(sample: &Sample, weights: &Weights) -> Sample {
    let own = sample.regressors.iter().cloned();
    let all: Vec<Regressor> =
        own.chain(sample.regressors.iter().map(Regressor::of_neighbours)).collect();
    completed(sample.clone(), weights, &all)
}

#[test]
fn durbin_models_agree_with_the_exact_ones() {
    let (plain, weights) = produc::sample_and_weights();
    let sample = with_durbin(&plain, &weights);
    let file = json("produc_durbin.json");
    let mut ledger = Ledger::new("produc_durbin.json");
    for (case, block) in file["results"].as_object().expect("results") {
        let (name, kind) = case.split_once('_').expect("model and effects");
        let effects = effects(kind);
        let ours = fit(&sample, &weights, (name, effects, LagOrder::LagThenDemean), None);
        assert_eq!(ours.fit.estimator, name);
        if name == "slx" {
            check_coefficients(&mut ledger, case, &block["coef"], &ours);
            check_std_errors(&mut ledger, case, &block["se"], &ours, CLOSED_FORM);
            check_covariance(&mut ledger, case, &block["vcov"], &ours, CLOSED_FORM);
            let ssr = ours.fit.statistics.get(&Statistic::Ssr).copied();
            let at = (case.as_str(), "SSR", "");
            ledger.check(at, number(&block["rss"]), ssr, Scale::Relative, CLOSED_FORM);
        } else {
            check_likelihood_fit(&mut ledger, case, block, &ours);
            check_effects(&mut ledger, case, block, (&sample, &weights), &ours);
            let plain = model(name, &sample, effects, LagOrder::LagThenDemean, None);
            let model = Model { std_errors: StdErrors::Hessian, ..plain };
            let problem = Problem::new(&sample, &weights, &model).expect("the same units");
            let own = covariance::fit(find(name).expect("an estimator"), &problem);
            let own = own.expect("a fit");
            check_std_errors(&mut ledger, case, &block["se_observed_information"], &own, 1e-7);
            check_covariance(&mut ledger, case, &block["vcov_observed"], &own, 1e-7);
        }
        if name == "sdm" {
            check_reductions(&mut ledger, case, block, (&plain, &weights), (&ours, effects));
        }
    }
    ledger.finish(700 + 6 * 60);
}

fn check_effects(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    (sample, weights): (&Sample, &Weights),
    ours: &Estimated,
) {
    let model = model(&ours.fit.estimator, sample, ours.fit.effects, LagOrder::LagThenDemean, None);
    let problem = Problem::new(sample, weights, &model).expect("the same units");
    let found = find(&model.estimator).expect("an estimator").impacts(&problem, ours);
    for kind in Impact::ALL {
        let name = kind.name();
        let members = [format!("delta_se_{name}"), format!("se_{name}")];
        let std_errors = members.iter().map(|m| &block["impacts"][m]).find(|v| v.is_object());
        for (quantity, reference) in
            [("effect", &block["impacts"][name]), ("se of effect", std_errors.expect("given"))]
        {
            for (name, value) in numbers(reference) {
                let Term::Variable(regressor) = term(name) else { panic!("{name}") };
                let wanted = Term::Impact(kind, regressor);
                let one = found.iter().find(|e| e.term == wanted);
                let ours = one.map(|e| if quantity == "effect" { e.value } else { e.std_error });
                let at = (case, quantity, wanted.to_string());
                ledger.check((at.0, at.1, &at.2), value, ours, Scale::Unit, EFFECTS);
            }
        }
    }
}

/// θ = 0 and θ + ρβ = 0, by Wald and by the likelihood ratio.
fn check_reductions(
    ledger: &mut Ledger,
    case: &str,
    block: &Value,
    (plain, weights): (&Sample, &Weights),
    (ours, effects): (&Estimated, Effects),
) {
    let multipliers = Multipliers::of(weights, &ours.fit);
    let of_each = |text: &dyn Fn(&str) -> String| -> Vec<_> {
        plain.regressors.iter().map(|r| formula(&text(&r.to_string()))).collect()
    };
    let to_slm = of_each(&|x| format!("W:{x}"));
    let to_sem = of_each(&|x| format!("W:{x} + rho * {x}"));
    let loglik = |fit: &Estimated| fit.fit.statistics[&Statistic::Loglik];
    for (name, zero, base, wald_in, lr_in) in [
        ("SLM", to_slm, "slm", "wald_sdm_vs_sar", "lr_sdm_vs_sar"),
        ("SEM", to_sem, "sem", "wald_sdm_vs_sem_common_factor", "lr_sdm_vs_sem"),
    ] {
        let test = wald(name, &zero, &ours.fit, multipliers.as_ref());
        let TestOutcome::Computed { statistic, p_value, .. } = &test.outcome else {
            panic!("{case}: {test:?}")
        };
        let at = (case, "Wald test", name);
        let reference = &block[wald_in];
        ledger.check(at, number(&reference["statistic"]), Some(*statistic), Scale::Unit, 1e-7);
        let at = (case, "p of Wald test", name);
        ledger.check(at, number(&reference["p_value"]), *p_value, Scale::Unit, LOGLIK);
        let restricted = fit(plain, weights, (base, effects, LagOrder::LagThenDemean), None);
        let ratio = 2.0 * (loglik(ours) - loglik(&restricted));
        let at = (case, "likelihood ratio", name);
        ledger.check(at, number(&block[lr_in]["statistic"]), Some(ratio), Scale::Unit, 1e-7);
    }
}

/// Effects at 4000 normal draws of the estimates against 20000 of the reference: a standard deviation
/// of B draws has a relative error of 1/√(2B), a mean of sd/√B.
#[test]
fn simulated_effects_agree_within_monte_carlo_error() {
    use spanel::bootstrap::replicates::{Design, Path, Replicator};
    const DRAWS: usize = 4000;
    let (plain, weights) = produc::sample_and_weights();
    let sample = with_durbin(&plain, &weights);
    let file = json("produc_durbin.json");
    let mut checked = 0;
    for (case, block) in file["results"].as_object().expect("results") {
        let Some(kind) = case.strip_prefix("sdm_") else { continue };
        let model = model("sdm", &sample, effects(kind), LagOrder::LagThenDemean, None);
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let estimator = find("sdm").expect("an estimator");
        let base = estimator.fit(&problem).expect("a fit");
        let effects = estimator.impacts(&problem, &base);
        let design = Design {
            scheme: spanel::bootstrap::find("estimates").expect("a scheme"),
            rescale: spanel::model::Rescale::None,
            block_length: None,
            key: [3; 32],
        };
        let made = Replicator::new(&problem, estimator, (&base, &effects), design, Path::Batched);
        let drawn = made.replicates(0, DRAWS);
        assert_eq!(drawn.failed(), 0, "{case}");
        for (i, effect) in effects.iter().enumerate() {
            let Term::Impact(impact, of) = &effect.term else { panic!("{}", effect.term) };
            let reference = &block["impacts_simulated"][impact.name()];
            let at = |what: &str| {
                let block = reference[what].as_object().expect("numbers by term");
                let own = block.iter().find(|(t, _)| term(t) == Term::Variable(of.clone()));
                number(own.expect("the regressor").1)
            };
            let (sd, mean) = (at("sd"), at("mean"));
            let values: Vec<f64> = drawn.of(base.fit.estimates.len() + i).map(|(v, _)| v).collect();
            let ours = values.iter().sum::<f64>() / DRAWS as f64;
            let squares = values.iter().map(|v| (v - ours).powi(2)).sum::<f64>();
            let ratio = (squares / (DRAWS - 1) as f64).sqrt() / sd;
            assert!((ratio - 1.0).abs() < 0.05, "{case} {}: sd ratio {ratio}", effect.term);
            let apart = (ours - mean).abs() / sd;
            assert!(apart < 0.07, "{case} {}: means {apart} sd apart", effect.term);
            checked += 1;
        }
    }
    assert_eq!(checked, 36);
}
