//! Effects of each unit.

use crate::cli::{Lab, SPEC, assert_exit};
use crate::support::{
    all_weights_and_algebras, assert_close, fit, model, sample, two_orders, whole,
};
use spanel::estimator::impacts::impacts;
use spanel::estimator::unit_effects::unit_effects;
use spanel::estimator::{Estimated, Problem};
use spanel::model::{Effects, Impact, Model, Term};
use spanel::outcome::{UnitEffect, UnitEffectKind};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const N: usize = 9;

fn of(data: &Sample, w: &Weights, asked: &Model) -> (Estimated, Vec<UnitEffect>) {
    let at = fit(data, w, asked);
    let data = &whole(data, w, &asked.estimator);
    let effects = unit_effects(&Problem::new(data, w, asked).unwrap(), &at.fit);
    (at, effects)
}

#[test]
fn their_means_are_the_average_effects() {
    for (what, w) in all_weights_and_algebras(N) {
        let data = sample(&w, 6, 21);
        for name in ["slx", "slm", "sdm", "sac"] {
            let asked = model(name, Effects::Individual, 2);
            let (at, effects) = of(&data, &w, &asked);
            let whole = whole(&data, &w, name);
            let averages = impacts(&Problem::new(&whole, &w, &asked).unwrap(), &at.fit);
            assert_eq!(effects.len(), 2 * N * 3);
            for average in &averages {
                let Term::Impact(impact, regressor) = &average.term else { panic!() };
                let kinds: &[UnitEffectKind] = match impact {
                    Impact::Direct => &[UnitEffectKind::Direct],
                    Impact::Indirect => &[UnitEffectKind::Received, UnitEffectKind::Spread],
                    _ => continue,
                };
                for kind in kinds {
                    let term = Term::Variable(regressor.clone());
                    let own: Vec<f64> = effects
                        .iter()
                        .filter(|e| e.kind == *kind && e.estimate.term == term)
                        .map(|e| e.estimate.value)
                        .collect();
                    assert_eq!(own.len(), N);
                    let mean = own.iter().sum::<f64>() / N as f64;
                    assert_close(&format!("{what} {name} {term}"), mean, average.value, 1e-11);
                }
            }
        }
    }
}

#[test]
fn an_effect_is_a_difference_of_reduced_forms_and_its_error_that_of_a_step() {
    let (_, w) = all_weights_and_algebras(N).swap_remove(2);
    let data = sample(&w, 6, 22);
    let asked = model("slm", Effects::TwoWay, 2);
    let (at, effects) = of(&data, &w, &asked);
    let value = |term: &Term| at.value(term).unwrap();
    let (rho, beta) = (value(&Term::Rho), value(&at.fit.estimates[0].term));
    let mut shock = vec![0.0; N];
    shock[4] = beta;
    let moved = w.resolve(rho, &shock);
    let first = &at.fit.estimates[0].term;
    let find = |unit: usize, kind: UnitEffectKind| {
        let unit = w.units().as_slice()[unit].0.clone();
        let found =
            effects.iter().find(|e| e.unit == unit && e.kind == kind && e.estimate.term == *first);
        found.unwrap().estimate.clone()
    };
    assert_close("direct", find(4, UnitEffectKind::Direct).value, moved[4], 1e-12);
    let others = moved.iter().sum::<f64>() - moved[4];
    assert_close("spread", find(4, UnitEffectKind::Spread).value, others, 1e-12);
    // The delta method by finite differences in (β, ρ).
    let spread = |beta: f64, rho: f64| {
        let mut shock = vec![0.0; N];
        shock[4] = beta;
        let moved = w.resolve(rho, &shock);
        moved.iter().sum::<f64>() - moved[4]
    };
    let at_rho = at.fit.estimates.iter().position(|e| e.term == Term::Rho).unwrap();
    let h = 1e-5;
    let by_beta = (spread(beta + h, rho) - spread(beta - h, rho)) / (2.0 * h);
    let by_rho = (spread(beta, rho + h) - spread(beta, rho - h)) / (2.0 * h);
    let v = &at.fit.covariance;
    let variance = by_beta * by_beta * v[0][0]
        + 2.0 * by_beta * by_rho * v[0][at_rho]
        + by_rho * by_rho * v[at_rho][at_rho];
    let found = find(4, UnitEffectKind::Spread).std_error;
    assert_close("standard error", found, variance.sqrt(), 1e-7);
}

#[test]
fn a_unit_keeps_its_effects_wherever_it_stands() {
    let order = [4, 2, 7, 0, 8, 1, 3, 6, 5];
    let [(w, data), (moved, again)] = two_orders(&order, 6, 23);
    let asked = model("sdm", Effects::Individual, 2);
    let ((_, here), (_, there)) = (of(&data, &w, &asked), of(&again, &moved, &asked));
    for a in &here {
        let same = |b: &&UnitEffect| {
            b.unit == a.unit && b.kind == a.kind && b.estimate.term == a.estimate.term
        };
        let b = there.iter().find(same).unwrap();
        assert_close(&a.unit, b.estimate.value, a.estimate.value, 1e-10);
        assert_close(&a.unit, b.estimate.std_error, a.estimate.std_error, 1e-9);
    }
}

#[test]
fn they_are_a_file_where_they_are_asked_for() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    assert!(!lab.path("results/lab/unit_effects.csv").exists());
    lab.write("lab.toml", &SPEC.replace("tests = [\"lm\"", "unit_effects = true\ntests = [\"lm\""));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let csv = std::fs::read_to_string(lab.path("results/lab/unit_effects.csv")).unwrap();
    let rows: Vec<&str> = csv.lines().filter(|l| l.contains("slm,two-way,x,some,0-1")).collect();
    // Three regressors, four units, three kinds.
    assert_eq!(rows.len(), 36, "{csv}");
    assert!(rows[0].contains(",ln_x,a,direct,"), "{}", rows[0]);
    assert!(!csv.contains(",ols,"));
}
