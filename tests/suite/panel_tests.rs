//! What must be true of the tests of panels, whatever the data.

use crate::support::{all_weights, model, sample, two_orders, whole};
use spanel::diagnostic::{Context, find};
use spanel::estimator::Problem;
use spanel::model::Effects;
use spanel::outcome::{Basis, NullDistribution, Test, TestOutcome};
use spanel::panel::sample::Sample;
use spanel::weights::Weights;

const GROUPS: [&str; 12] = [
    "hausman-spatial",
    "hausman-sem",
    "bsk",
    "bsjk",
    "debarsy-ertur",
    "effects",
    "error-components",
    "nested",
    "cd",
    "heteroskedasticity",
    "serial-correlation",
    "collinearity",
];

fn tests(group: &str, data: &Sample, w: &Weights, name: &str, effects: Effects) -> Vec<Test> {
    let data = whole(data, w, name);
    let mut m = model(name, effects, 2);
    m.regressors.clone_from(&data.regressors);
    let problem = Problem::new(&data, w, &m).expect("the same units");
    find(group).expect("a group").run(&Context::new(problem)).tests
}

fn statistic(test: &Test) -> Option<f64> {
    match &test.outcome {
        TestOutcome::Computed { statistic, .. } => Some(*statistic),
        TestOutcome::NotApplicable { .. } => None,
    }
}

fn reason(test: &Test) -> &str {
    match &test.outcome {
        TestOutcome::NotApplicable { reason } => reason,
        TestOutcome::Computed { .. } => panic!("{test:?}"),
    }
}

#[test]
fn the_order_of_units_does_not_matter() {
    let order = [4, 2, 8, 0, 6, 1, 7, 5, 3];
    let [(w, data), (moved, other)] = two_orders(&order, 7, 5);
    for group in GROUPS {
        for (name, effects) in [("sdm", Effects::Individual), ("sem", Effects::None)] {
            let before = tests(group, &data, &w, name, effects);
            let after = tests(group, &other, &moved, name, effects);
            assert_eq!(before.len(), after.len(), "{group}");
            for (a, b) in before.iter().zip(&after) {
                assert_eq!((&a.name, a.basis), (&b.name, b.basis));
                match (statistic(a), statistic(b)) {
                    (Some(x), Some(y)) => {
                        let apart = (x - y).abs() / x.abs().max(1.0);
                        assert!(apart < 1e-5, "{group} {}: {x} {y}", a.name);
                    }
                    (x, y) => assert_eq!(x.is_some(), y.is_some(), "{group} {}", a.name),
                }
            }
        }
    }
}

/// Every outcome is a number with its p-value, a measure, or a sentence.
#[test]
fn whatever_the_model_each_test_has_a_number_or_a_reason() {
    let some = |(kind, _): &(&str, Weights)| ["irregular", "isolate"].contains(kind);
    for (kind, w) in all_weights(9).into_iter().filter(some) {
        for periods in [1, 2, 5] {
            let data = sample(&w, periods, 3);
            for (name, effects) in [
                ("ols", Effects::None),
                ("slm", Effects::TwoWay),
                ("sac", Effects::Random),
                ("sdem", Effects::Individual),
                ("sem", Effects::Time),
            ] {
                for group in GROUPS {
                    let found = tests(group, &data, &w, name, effects);
                    assert!(!found.is_empty(), "{group}");
                    for test in found {
                        let what = format!("{kind} {periods} {name} {effects} {}", test.name);
                        match test.outcome {
                            TestOutcome::NotApplicable { reason } => {
                                assert!(reason.len() > 10, "{what}: {reason}");
                            }
                            TestOutcome::Computed { statistic, p_value, null } => {
                                assert!(statistic.is_finite(), "{what}");
                                let measure = null == NullDistribution::Descriptive;
                                assert_eq!(p_value.is_none(), measure, "{what}");
                                assert!(p_value.is_none_or(|p| (0.0..=1.0).contains(&p)), "{what}");
                                if matches!(null, NullDistribution::ChiSquared { .. }) {
                                    assert!(statistic >= 0.0, "{what}: {statistic}");
                                }
                            }
                        }
                        assert!(test.details.values().all(|v| v.is_finite()), "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_says_nothing_says_why() {
    let (_, w) = all_weights(9).swap_remove(1);
    let (one, data) = (sample(&w, 1, 3), sample(&w, 6, 3));
    for (group, data, name, effects, basis, wanted) in [
        ("bsk", &one, "ols", Effects::None, Basis::Pooled, "one period"),
        ("error-components", &one, "ols", Effects::None, Basis::Pooled, "one period"),
        ("cd", &one, "ols", Effects::None, Basis::Pooled, "three periods"),
        ("serial-correlation", &one, "ols", Effects::None, Basis::Pooled, "one period"),
        ("debarsy-ertur", &data, "slm", Effects::TwoWay, Basis::Within, "two-way effects"),
        ("debarsy-ertur", &data, "slm", Effects::Random, Basis::Within, "random effects"),
        ("nested", &data, "ols", Effects::Individual, Basis::Fit, "none is nested in it"),
        ("hausman-spatial", &data, "ols", Effects::Individual, Basis::Fit, "no spatial term"),
        ("hausman-spatial", &data, "slm", Effects::Time, Basis::Fit, "no effects of units"),
        ("hausman-spatial", &data, "sem-gm-het", Effects::Individual, Basis::Fit, "no random ones"),
        ("hausman-sem", &data, "slm", Effects::None, Basis::Fit, "no spatial error model"),
        ("hausman-sem", &data, "sem", Effects::Random, Basis::Fit, "random effects"),
    ] {
        if spanel::estimator::find(name).is_none() {
            continue;
        }
        let found = tests(group, data, &w, name, effects);
        let test = found.iter().find(|t| t.basis == basis).expect("a test of the basis");
        assert!(reason(test).contains(wanted), "{group}: {}", reason(test));
    }
}

/// Pooled residuals e = (−2, 0 | 0, 0 | 1, 1) over two units and three periods: sums of units (−1, 1), of
/// periods (−2, 0, 2), e'e = 6, Σ eₜ'eₜ₋₁ = 0.
#[test]
fn error_components_by_hand() {
    let units = crate::support::units(2);
    let links = crate::support::undirected(2, &[(0, 1)]);
    let how = spanel::model::Normalisation::Row;
    let w = Weights::new(&units, &links, how).expect("a pair of neighbours");
    let data = Sample {
        units,
        periods: (1..4).map(spanel::ident::Period).collect(),
        response: spanel::ident::VarName::new("y"),
        y: vec![1.0, 3.0, 5.0, 5.0, 4.0, 4.0],
        regressors: vec![crate::support::regressor(0)],
        x: vec![vec![0.0, 0.0, 1.0, 1.0, 0.0, 0.0]],
    };
    let m = model("ols", Effects::None, 1);
    let problem = Problem::new(&data, &w, &m).expect("the same units");
    let context = Context::new(problem);
    let of = |group: &str, name: &str| {
        let found = find(group).expect("a group").run(&context).tests;
        statistic(found.iter().find(|t| t.name == name).expect("the test")).expect("a number")
    };
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    // √(6/4)·(2/6 − 1) and √(6/2)·(8/6 − 1).
    let (a1, a2) = (-(2.0_f64 / 3.0).sqrt(), (1.0_f64 / 3.0).sqrt());
    close(of("error-components", "honda-individual"), a1);
    close(of("error-components", "honda-time"), a2);
    close(of("error-components", "bp-two-way"), 1.0);
    close(of("error-components", "ghm"), 1.0 / 3.0);
    close(of("bsk", "bsk-lm1"), a1);
    // e'We = 2, b = tr(WW + W'W) = 4: √(4·3/4)·2/6.
    close(of("bsk", "bsk-lm2"), 1.0 / 3.0_f64.sqrt());
    // A = −2/3, B = 0: 2·9/(2·2·1)·4/9.
    close(of("serial-correlation", "bsy-joint"), 2.0);
    // Sums of products of a unit: −2·1 of the first, 0 of the second: −2/2.
    close(of("error-components", "wooldridge-effects"), -1.0);
    // Correlation of (−2, 0, 1) and (0, 0, 1): (1 + 1/3·…): deviations (−5, 1, 4)/3, (−1, −1, 2)/3.
    let r = 12.0 / (42.0_f64 * 6.0).sqrt();
    close(of("cd", "cd"), 3.0_f64.sqrt() * r);
    close(of("cd", "cd-local-lm"), 3.0 * r * r);
    // One regressor.
    close(of("collinearity", "vif"), 1.0);
}

/// Random effects of units in the data are found, and spatial dependence is not mistaken for them.
#[test]
fn a_negative_score_is_no_evidence() {
    let (_, w) = all_weights(9).swap_remove(1);
    let mut data = sample(&w, 6, 3);
    // Errors whose sums over time are small: the score of a variance of effects is negative.
    for at in 0..data.y.len() {
        let sign = if (at / 9) % 2 == 0 { 1.0 } else { -1.0 };
        data.y[at] = data.x[0][at] + sign * ((at * 7) % 5) as f64;
    }
    let found = tests("bsk", &data, &w, "ols", Effects::None);
    let lm1 = found.iter().find(|t| t.name == "bsk-lm1").expect("the test");
    let TestOutcome::Computed { statistic, p_value: Some(p), .. } = lm1.outcome else { panic!() };
    assert!(statistic < 0.0 && p > 0.5 && p < 1.0, "{statistic} {p}");
}
