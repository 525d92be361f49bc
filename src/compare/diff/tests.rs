//! Comparisons worked by hand.

use super::*;
use crate::ident::{CellId, VarName};
use crate::outcome::{Failure, FailureKind};

fn listed(measure: &str, id: &str) -> Listed {
    let axes = ["slm", "two-way", measure, "all", "0", "w", "default", "base"].map(str::to_owned);
    let label = format!("g/{measure}");
    Listed { id: CellId::of(id.as_bytes()), label, key: None, grid: "g".to_owned(), axes }
}

fn estimated(value: f64, p_value: f64) -> Estimated {
    Estimated { value, std_error: 1.0, p_value }
}

fn figures(value: f64, p_value: f64) -> Figures {
    Figures {
        measure: Some(VarName::new("x")),
        estimates: [("x".to_owned(), estimated(value, p_value))].into(),
        ..Figures::default()
    }
}

fn words(change: &Change) -> Vec<&str> {
    change.conclusions.iter().map(Conclusion::words).collect()
}

fn cell<'l>(
    cell: &'l Listed,
    before: &Figures,
    after: &Figures,
) -> (&'l Listed, Box<Figures>, Box<Figures>) {
    (cell, Box::new(before.clone()), Box::new(after.clone()))
}

#[test]
fn a_coefficient_is_told_once_with_sign_and_level() {
    let rule = DiffSpec::default();
    let found = of_figures("c", &figures(0.2, 0.004), &figures(-0.1, 0.3), &rule);
    assert_eq!(found.len(), 1);
    let change = &found[0];
    assert_eq!((change.what, change.cell.as_str()), (What::Concluded, "c"));
    assert_eq!(change.statistic.as_deref(), Some("x"));
    assert_eq!((&change.old, &change.new), (&Side::Number(0.2), &Side::Number(-0.1)));
    assert_eq!(words(change), ["sign + → −", "significant at 1 % → not significant"]);
    // |0.2 − (−0.1)| / 0.2
    assert!((change.relative.expect("numbers") - 1.5).abs() < 1e-15);
}

#[test]
fn within_the_tolerance_nothing_changed() {
    let rule = DiffSpec { relative: 1e-3, ..DiffSpec::default() };
    assert_eq!(of_figures("c", &figures(0.2, 0.0500001), &figures(0.2001, 0.0499999), &rule), []);
    // The p-value crossed 5 %, but did not move.
    let found = of_figures("c", &figures(0.2, 0.0500001), &figures(0.3, 0.0499999), &rule);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].what, found[0].conclusions.len()), (What::Moved, 0));
}

#[test]
fn a_standard_error_alone_is_told_as_such() {
    let mut after = figures(0.2, 0.2);
    let moved = Estimated { std_error: 2.0, ..estimated(0.2, 0.2) };
    after.estimates.insert("x".to_owned(), moved);
    let found = of_figures("c", &figures(0.2, 0.004), &after, &DiffSpec::default());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].statistic.as_deref(), Some("x, standard error"));
    assert_eq!(words(&found[0]), ["significant at 1 % → not significant"]);
}

#[test]
fn tests_decide_at_the_level_and_choices_are_words() {
    let with = |p_value: f64, chosen: &str| Figures {
        tests: [("lm-lag (within)".to_owned(), Tested { statistic: 1.0 / p_value, p_value })]
            .into(),
        chosen: [("lm (within)".to_owned(), chosen.to_owned())].into(),
        ..Figures::default()
    };
    let rule = DiffSpec::default();
    let found = of_figures("c", &with(0.01, "slm"), &with(0.08, "sem"), &rule);
    assert_eq!(found.len(), 2);
    assert_eq!(words(&found[0]), ["rejects → does not reject at 5 %"]);
    assert_eq!(words(&found[1]), ["chosen model slm → sem"]);
    let found = of_figures("c", &with(0.01, "slm"), &with(0.02, "slm"), &rule);
    assert_eq!((found.len(), found[0].what), (1, What::Moved));
}

/// Two statistics that were a tie but for their last bits choose the other model: nothing moved.
#[test]
fn a_choice_that_rests_on_numbers_within_the_tolerance_is_none() {
    let with = |statistic: f64, chosen: &str| Figures {
        tests: [
            ("lm-lag (within)".to_owned(), Tested { statistic, p_value: 0.01 }),
            ("lm-error (within)".to_owned(), Tested { statistic: 5.0, p_value: 0.01 }),
            ("lm-lag (pooled)".to_owned(), Tested { statistic: statistic * 2.0, p_value: 0.01 }),
        ]
        .into(),
        chosen: [("lm (within)".to_owned(), chosen.to_owned())].into(),
        ..Figures::default()
    };
    let rule = DiffSpec { relative: 1e-3, ..DiffSpec::default() };
    assert_eq!(of_figures("c", &with(5.001, "slm"), &with(4.999, "sem"), &rule), []);
    let strict = DiffSpec::default();
    let found = of_figures("c", &with(5.001, "slm"), &with(4.999, "sem"), &strict);
    let chosen = found.iter().find(|c| c.what == What::Concluded).expect("another model");
    assert_eq!(words(chosen), ["chosen model slm → sem"]);
    // Tests on another fit are no reason.
    let mut other = with(5.0, "sem");
    other.tests.insert("lm-lag (pooled)".to_owned(), Tested { statistic: 1.0, p_value: 0.3 });
    let found = of_figures("c", &with(5.0, "slm"), &other, &rule);
    assert!(found.iter().all(|c| c.statistic.as_deref() != Some("choice by lm (within)")));
}

#[test]
fn a_new_order_is_told_with_what_moved_most() {
    let (oa, la) = (listed("oa", "1"), listed("la", "2"));
    let fitted = vec![
        cell(&oa, &figures(3.0, 0.001), &figures(1.0, 0.001)),
        cell(&la, &figures(2.0, 0.001), &figures(2.1, 0.001)),
    ];
    let rule = DiffSpec::default();
    let mut changes: Vec<Change> =
        fitted.iter().flat_map(|(c, b, a)| of_figures(&c.label, b, a, &rule)).collect();
    for (row, said) in turned(&fitted, &rule) {
        attach(&mut changes, &fitted, &row, said);
    }
    assert_eq!(changes.len(), 2);
    let concluded: Vec<&Change> = changes.iter().filter(|c| c.what == What::Concluded).collect();
    assert_eq!(concluded.len(), 1);
    assert_eq!(concluded[0].cell, "g/oa");
    assert_eq!(words(concluded[0]), ["order oa > la → la > oa"]);
}

#[test]
fn cells_are_paired_by_label_and_then_by_content() {
    let base = vec![listed("oa", "1"), listed("la", "2"), listed("ta", "3")];
    let new = vec![listed("oa", "9"), listed("output", "2"), listed("ca", "4")];
    let found = pairs(&base, &new);
    let names = |cells: &[&Listed]| cells.iter().map(|c| c.label.clone()).collect::<Vec<_>>();
    let both: Vec<(String, String)> =
        found.both.iter().map(|(a, b)| (a.label.clone(), b.label.clone())).collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(both, [pair("g/oa", "g/oa"), pair("g/la", "g/output")]);
    assert_eq!(
        (names(&found.gone), names(&found.added)),
        (vec!["g/ta".to_owned()], vec!["g/ca".to_owned()])
    );
}

#[test]
fn failures_count_one_way() {
    let fitted = || State::Fitted(Box::new(figures(1.0, 0.5)));
    let failed = |reason: &str| {
        State::Failed(Failure { kind: FailureKind::Singular, reason: reason.to_owned() })
    };
    let what = |a: &State, b: &State| of_states("c", a, b).map(|change| change.what);
    assert_eq!(what(&fitted(), &failed("x")), Some(What::Failed));
    assert_eq!(what(&failed("x"), &fitted()), Some(What::Mended));
    assert_eq!(what(&failed("x"), &failed("y")), Some(What::FailsOtherwise));
    assert_eq!(what(&failed("x"), &failed("x")), None);
    assert_eq!(what(&fitted(), &State::NotRun), Some(What::Gone));
    let mut found = Comparison::default();
    found.add(vec![
        of_states("c", &failed("x"), &fitted()).expect("a change"),
        of_states("c", &fitted(), &failed("x")).expect("a change"),
    ]);
    assert_eq!(found.changes[0].what, What::Failed);
    let policy = DiffSpec::default().fail_on;
    assert_eq!(found.regressions(&policy).count(), 1);
}
