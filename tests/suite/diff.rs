//! `spanel diff`: what changed between two sets of results.

use super::cli::{Lab, assert_exit, text};
use super::night::{NIGHT, coefficient, copy, id, lab, tamper};
use serde_json::Value;

const CELL: &str = "main/slm/individual/x/all/lag0/w";

/// A lab that has run, with an archived copy of its results.
fn archived() -> Lab {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    copy(&lab.path("results/night"), &lab.path("archive/night"));
    lab
}

/// The same with one coefficient of the new results changed.
fn seeded(value: impl Fn(f64) -> f64) -> Lab {
    let lab = archived();
    let cell = id(&lab, "night.toml", CELL);
    tamper(&lab.path("results/night"), &cell, |r| coefficient(r, "ln_x", &value));
    lab
}

fn json(lab: &Lab, arguments: &[&str], code: i32) -> Value {
    let mut all = vec!["diff", "archive/night"];
    all.extend(arguments);
    all.extend(["--format", "json"]);
    let output = lab.run(&all);
    assert_exit(&output, code);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn equal_results_differ_in_nothing() {
    let lab = archived();
    for new in [
        &["archive/night"][..],
        &["archive/night", "results/night"],
        &["archive/night", "night.toml"],
    ] {
        let output = lab.run(&[&["diff"][..], new].concat());
        assert_exit(&output, 0);
        assert!(text(&output.stdout).contains("16 cells compared, nothing changed"));
    }
    assert_exit(&lab.run(&["diff", "nowhere"]), 3);
}

#[test]
fn a_seeded_change_is_told_once_with_its_conclusion() {
    let lab = seeded(|b| -b);
    let found = json(&lab, &[], 5);
    let changes = found["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{found}");
    let change = &changes[0];
    assert_eq!((&change["cell"], &change["statistic"]), (&CELL.into(), &"ln_x".into()));
    let (old, new) = (change["old"].as_f64().unwrap(), change["new"].as_f64().unwrap());
    assert_eq!(old, -new);
    assert_eq!(change["what"], "concluded");
    let words = change["conclusions"].to_string();
    // ln X was first of the measures and is last.
    assert!(words.contains("sign + → −") && words.contains("order x > z → z > x"), "{words}");
    let output = lab.run(&["diff", "archive/night"]);
    assert_exit(&output, 5);
    let said = text(&output.stdout);
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(said.contains("1 conclusion changed"), "{said}");
    // With the experiment its claims are judged on both: two of them look at this cell.
    let found = json(&lab, &["night.toml"], 5);
    let what: Vec<&str> =
        found["changes"].as_array().unwrap().iter().map(|c| c["what"].as_str().unwrap()).collect();
    assert_eq!(what, ["claim-lost", "concluded"], "{found}");
    assert_eq!(found["changes"][0]["cell"], "order");
}

#[test]
fn digits_are_no_regression_unless_the_policy_says_so() {
    let lab = seeded(|b| b * (1.0 + 1e-6));
    let found = json(&lab, &[], 0);
    assert_eq!(found["changes"].as_array().unwrap().len(), 1, "{found}");
    assert_eq!(found["changes"][0]["what"], "moved");
    assert_exit(&lab.run(&["diff", "archive/night", "--fail-on", "numbers,failures"]), 5);
    let within = json(&lab, &["--relative", "1e-5"], 0);
    assert!(within["changes"].as_array().unwrap().is_empty());
    lab.write("night.toml", &format!("{NIGHT}\n[diff]\nrelative = 1e-5\nfail_on = \"numbers\"\n"));
    assert_exit(&lab.run(&["diff", "archive/night", "night.toml"]), 0);
    lab.write("night.toml", &format!("{NIGHT}\n[diff]\nfail_on = \"numbers\"\n"));
    assert_exit(&lab.run(&["diff", "archive/night", "night.toml"]), 5);
    assert_exit(&lab.run(&["diff", "archive/night", "night.toml", "--fail-on", "none"]), 0);
    assert_exit(&lab.run(&["diff", "archive/night", "--fail-on", "digits"]), 2);
    assert_exit(
        &seeded(|b| b * (1.0 + 1e-10)).run(&["diff", "archive/night", "--fail-on", "numbers"]),
        0,
    );
}

#[test]
fn cells_that_come_and_go_and_fail_are_told() {
    let lab = archived();
    // Without its variation z vanishes under individual effects: its cells fail.
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    let constant = |line: &str| match line.rsplit_once(',') {
        Some((front, last)) if last != "z" => format!("{front},1\n"),
        _ => format!("{line}\n"),
    };
    lab.write("panel.csv", &panel.lines().map(constant).collect::<String>());
    let set = ["--set", "grids.main.lags=[0]"];
    assert_exit(&lab.run(&[&["run", "night.toml"][..], &set].concat()), 1);
    let found = json(&lab, &[], 5);
    let count = |what: &str| {
        found["changes"].as_array().unwrap().iter().filter(|c| c["what"] == what).count()
    };
    // 2 models × 2 regions of z fail; 8 cells with lag 1 are gone.
    assert_eq!((count("failed"), count("gone")), (4, 8), "{found}");
    let grave: Vec<&Value> = found["changes"].as_array().unwrap().iter().collect();
    let first = grave.iter().find(|c| c["what"] != "claim-lost").unwrap();
    assert_eq!(first["what"], "failed");
    // The other way round they are mended and new, which is no regression.
    let output = lab.run(&["diff", "results/night", "archive/night", "--format", "json"]);
    assert_exit(&output, 0);
    let back: Value = serde_json::from_slice(&output.stdout).unwrap();
    let what: Vec<&str> =
        back["changes"].as_array().unwrap().iter().map(|c| c["what"].as_str().unwrap()).collect();
    assert_eq!(what.iter().filter(|w| **w == "mended").count(), 4);
    assert_eq!(what.iter().filter(|w| **w == "added").count(), 8);
}

#[test]
fn a_renamed_grid_is_the_same_cells() {
    let lab = archived();
    lab.write("night.toml", &NIGHT.replace("[grids.main]", "[grids.renamed]"));
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let found = json(&lab, &["night.toml"], 0);
    assert_eq!(found["compared"], 16);
    assert!(found["changes"].as_array().unwrap().is_empty(), "{found}");
}

#[test]
fn junit_has_a_test_for_each_cell_and_claim() {
    let lab = seeded(|b| -b);
    let arguments =
        ["diff", "archive/night", "night.toml", "--format", "junit", "--out", "out/junit.xml"];
    std::fs::create_dir(lab.path("out")).unwrap();
    let output = lab.run(&arguments);
    assert_exit(&output, 5);
    assert!(output.stdout.is_empty());
    let xml = std::fs::read_to_string(lab.path("out/junit.xml")).unwrap();
    assert!(xml.starts_with("<?xml"));
    assert_eq!(xml.matches("<testcase ").count(), 16 + 3, "{xml}");
    assert_eq!(xml.matches("<failure ").count(), 2, "{xml}");
    assert!(xml.contains("tests=\"19\" failures=\"2\""), "{xml}");
    assert_eq!(
        xml.matches("<testcase").count(),
        xml.matches("/>\n").count() + xml.matches("</testcase>").count()
    );
}

#[test]
fn markdown_is_a_table() {
    let lab = seeded(|b| -b);
    let output = lab.run(&["diff", "archive/night", "night.toml", "--format", "markdown"]);
    assert_exit(&output, 5);
    let said = text(&output.stdout);
    assert!(said.contains(&format!("| CHANGED | {CELL} | ln_x |")), "{said}");
    assert!(said.contains("2 of the changes are regressions"), "{said}");
}

#[test]
fn a_rule_that_cannot_be_is_refused_at_its_place() {
    let lab = lab();
    let rule = "\n[diff]\nrelative = -1.0\nstars = [0.01, 0.05]\nlevel = 2.0\nfail_on = [\"digits\"]\n[notify]\ncommand = []\n";
    lab.write("night.toml", &format!("{NIGHT}{rule}"));
    let output = lab.run(&["check", "night.toml"]);
    assert_exit(&output, 2);
    let said = text(&output.stderr);
    for part in [
        "tolerance is not negative",
        "must lie between 0 and 1 and fall",
        "a level of 2",
        "`digits`",
        "command is empty",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
