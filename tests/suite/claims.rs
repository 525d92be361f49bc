//! Claims: what must hold, what is wrong with them, and what a run makes of them.

use super::cli::{Lab, assert_exit, text};
use super::night::{NIGHT, lab};
use serde_json::Value;

fn with(claims: &str) -> Lab {
    let lab = lab();
    let (before, _) = NIGHT.split_once("[claims.matters]").unwrap();
    lab.write("night.toml", &format!("{before}{claims}"));
    lab
}

fn judged(lab: &Lab) -> Value {
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let output = lab.run(&["claims", "night.toml", "--json"]);
    assert_exit(&output, 0);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn claims_are_judged_from_the_records_and_rendered() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let output = lab.run(&["claims", "night.toml"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(
        said.contains("fails            wrong: The measure lowers the outcome (0 of 8"),
        "{said}"
    );
    assert!(said.contains("16 of 16 in 4 groups, 4 of which hold, needed 75\u{a0}%"), "{said}");
    let csv = text(&lab.files("results/night")["claims.csv"]);
    assert!(csv.starts_with("claim,statement,standing,"), "{csv}");
    assert!(csv.contains("wrong,The measure lowers the outcome,fails,1.0,1,8,0,8,0,0.0,"), "{csv}");
    let table = text(&lab.files("results/night")["tables/claims.md"]);
    assert!(table.contains("| order | X does more than Z | holds | 8 of 8 |"), "{table}");
    // Failing claims end nothing unless a policy says so.
    assert_exit(&lab.run(&["claims", "night.toml", "--claims", "fail"]), 5);
    assert_exit(&lab.run(&["run", "night.toml", "--claims", "fail"]), 5);
    assert_exit(&lab.run(&["run", "night.toml", "--claims", "report"]), 0);
    let before = lab.files("results");
    assert_exit(&lab.run(&["render", "night.toml"]), 0);
    assert!(lab.files("results") == before);
}

/// Every kind once; the numbers of the panel are such that y rises with x and z.
#[test]
fn every_kind_of_claim_is_judged() {
    let lab = with(
        r#"
[claims.any]
text = "matters"
row = "measure"
sign = "any"
[claims.none]
text = "does not matter"
row = "measure"
sign = "none"
level = 0.01
[claims.range]
text = "between 0 and 5"
row = "measure"
at_least = 0.0
at_most = 5.0
[claims.fit]
text = "fits"
statistic = "r2"
at_least = 0.1
[claims.test]
text = "rejects or not"
where = { region = "all" }
test = "lm-lag"
basis = "within"
rejects = true
[claims.test_not]
text = "rejects or not"
where = { region = "all" }
test = "lm-lag"
basis = "within"
rejects = false
share = 0.01
[claims.chosen]
text = "chooses"
chosen = "ols"
basis = "within"
share = 0.01
[claims.larger]
text = "more in all than in some, or not"
row = "measure"
larger = { region = "all" }
than = { region = "some" }
[claims.smaller]
text = "more in some than in all, or not"
row = "measure"
larger = { region = "some" }
than = { region = "all" }
[claims.lagged]
text = "only half of the cells have it"
row = "measure@lag1"
at_least = -100.0
"#,
    );
    let found = judged(&lab);
    let all = found.as_array().unwrap();
    let of = |name: &str| all.iter().find(|j| j["claim"] == name).unwrap();
    let units = |name: &str| of(name)["groups"][0]["units"].as_array().unwrap().clone();
    let holding = |name: &str| units(name).iter().filter(|u| u["holds"] == true).count();
    assert_eq!(
        (&of("any")["standing"], &of("none")["standing"]),
        (&"holds".into(), &"fails".into())
    );
    assert_eq!(of("range")["standing"], "holds");
    assert_eq!(of("fit")["standing"], "holds");
    // What rejects somewhere does not reject elsewhere, and the other way round.
    assert_eq!(holding("test") + holding("test_not"), 8);
    assert_eq!(holding("larger") + holding("smaller"), 8);
    assert_eq!((units("larger").len(), units("chosen").len()), (8, 16));
    assert_eq!((units("lagged").len(), &of("lagged")["standing"]), (8, &"holds".into()));
}

#[test]
fn what_was_not_run_cannot_be_judged() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml", "--cell", "main/ols/individual/x/*"]), 0);
    let output = lab.run(&["claims", "night.toml"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("cannot be judged order"), "{said}");
    assert!(said.contains("it has no record"), "{said}");
    // Of what is there some fail already.
    assert!(said.contains("fails            wrong"), "{said}");
    assert_exit(&lab.run(&["claims", "night.toml", "--claims", "strict"]), 5);
}

#[test]
fn mistakes_in_claims_are_told_at_their_lines_with_the_nearest_name() {
    let lab = with(
        r#"
[claims.a]
text = "a"
grid = "mian"
row = "measure"
sign = "positive"
[claims.b]
text = "b"
row = "measure@lag7"
sign = "positive"
[claims.c]
text = "c"
test = "lm-lagg"
rejects = true
[claims.d]
text = "d"
row = "measure"
order = ["x", "zz"]
[claims.e]
text = "e"
row = "measure"
[claims.f]
text = "f"
row = "measure"
sign = "positive"
chosen = "slm"
[claims.g]
text = "g"
chosen = "slmm"
[claims.h]
text = "h"
row = "measure"
sign = "upwards"
[claims.i]
text = "i"
row = "measure"
sign = "positive"
share = 1.5
rejects = true
[claims.j]
text = "j"
where = { region = "al" }
row = "measure"
sign = "positive"
[claims.k]
text = "k"
row = "measure"
larger = { region = "all" }
than = { region = "some" }
over = ["region"]
[claims.p]
text = "p"
row = "measure"
larger = { region = "all" }
than = { model = "sem" }
[claims.l]
row = "measure"
sign = "positive"
[claims.m]
text = "m"
moran = "nothing"
sign = "positive"
[claims.n]
text = "n"
row = "ln_y"
at_most = 1.0
[claims.o]
text = "o"
test = "moran-residuals"
rejects = true
"#,
    );
    let output = lab.run(&["check", "night.toml"]);
    assert_exit(&output, 2);
    let said = text(&output.stderr);
    for part in [
        "there is no grid called `mian`",
        "did you mean `main`?",
        "no cell of this claim has a row `measure@lag7`",
        "there is no test called `lm-lagg`",
        "did you mean `lm-lag`?",
        "no cell of this claim has the measure `zz`",
        "this claim does not say what must hold",
        "this claim says `sign` and `chosen` at once",
        "there is no estimator called `slmm`",
        "upwards",
        "a share of 1.5",
        "a claim with `sign` has no `rejects`",
        "there is no region called `al`",
        "`than` matches no cell of this claim",
        "cells are compared along the axis `region`",
        "`claims.l.text` is missing",
        "no cell of this claim has a row `ln_y`",
        "no cell of this claim runs the test `moran-residuals`",
        "there is no [[moran]] block called `nothing`",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    let line = std::fs::read_to_string(lab.path("night.toml")).unwrap();
    let line = line.lines().position(|l| l.contains("\"mian\"")).unwrap() + 1;
    assert!(said.contains(&format!("night.toml:{line}:")), "{said}");
}

#[test]
fn an_experiment_without_claims_claims_nothing() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    assert!(!lab.files("results/lab").contains_key("tables/claims.md"));
    let output = lab.run(&["claims", "lab.toml"]);
    assert_exit(&output, 0);
    assert_eq!(text(&output.stdout), "lab claims nothing\n");
}
