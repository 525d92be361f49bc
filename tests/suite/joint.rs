//! Joint inference: laws of adjusted p-values, and families through the command.

use crate::cli::{Lab, SPEC, assert_exit, text};
use spanel::bootstrap::joint::{Adjusted, adjusted, critical};
use spanel::math::random::Stream;
use std::collections::BTreeMap;

const B: usize = 99;

/// Statistics of correlated hypotheses and their replicates.
fn drawn(hypotheses: usize, seed: u8) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut stream = Stream::new([seed; 32], 0);
    let common: Vec<f64> = (0..B).map(|_| stream.normal()).collect();
    let mut column =
        || -> Vec<f64> { common.iter().map(|c| (0.7 * c + 0.7 * stream.normal()).abs()).collect() };
    let columns: Vec<Vec<f64>> = (0..hypotheses).map(|_| column()).collect();
    let t = (0..hypotheses).map(|_| 1.3 * stream.normal().abs()).collect();
    (t, columns)
}

fn share(column: &[f64], t: f64) -> f64 {
    column.iter().filter(|v| **v >= t).count() as f64 / (B + 1) as f64
}

#[test]
fn adjusted_p_values_keep_their_order() {
    for seed in 0..30 {
        let (t, columns) = drawn(7, seed);
        let found = adjusted(&t, &columns);
        for (s, p) in found.iter().enumerate() {
            assert!(p.unadjusted <= p.romano_wolf && p.romano_wolf <= p.max_t, "{p:?}");
            // Bonferroni: the maximum reaches t only where one of them does.
            let bound: f64 = columns.iter().map(|c| share(c, t[s])).sum();
            assert!(p.max_t <= bound + 1.0 / (B + 1) as f64 + 1e-12, "{p:?}");
            for (r, other) in found.iter().enumerate() {
                if t[r] >= t[s] {
                    assert!(other.max_t <= p.max_t && other.romano_wolf <= p.romano_wolf);
                }
            }
        }
        // The largest of all steps down from nothing.
        let largest = (0..7).max_by(|&a, &b| t[a].total_cmp(&t[b])).expect("seven");
        assert_eq!(found[largest].romano_wolf, found[largest].max_t);
    }
}

#[test]
fn one_hypothesis_and_copies_of_it_are_not_adjusted() {
    let (t, columns) = drawn(1, 3);
    for copies in [1, 2, 5] {
        let found = adjusted(&vec![t[0]; copies], &vec![columns[0].clone(); copies]);
        for Adjusted { unadjusted, max_t, romano_wolf } in found {
            assert_eq!((max_t, romano_wolf), (unadjusted, unadjusted));
        }
    }
}

/// A simultaneous interval leaves out zero just where the max-t p-value is at most the level.
#[test]
fn intervals_and_p_values_agree() {
    for seed in 0..30 {
        let (t, columns) = drawn(4, seed);
        for level in [0.05, 0.1, 0.013, 0.5] {
            let c = critical(&columns, level);
            for (t, p) in t.iter().zip(adjusted(&t, &columns)) {
                let outside = c.is_some_and(|c| *t > c);
                assert_eq!(outside, p.max_t <= level + 1e-12, "{t} {c:?} {p:?} {level}");
            }
        }
    }
}

/// The error rate of the family under the complete null: 2 000 samples of dependent statistics,
/// within 5 % ± 1.5 points.
#[test]
fn the_family_is_wrong_as_often_as_it_says() {
    let rounds = 2_000;
    let mut wrong = 0;
    for round in 0..rounds {
        let mut stream = Stream::new([9; 32], round);
        let mut sample = || -> Vec<f64> {
            let common = stream.normal();
            (0..5).map(|_| (0.8 * common + 0.6 * stream.normal()).abs()).collect()
        };
        let t = sample();
        let draws: Vec<Vec<f64>> = (0..B).map(|_| sample()).collect();
        let columns: Vec<Vec<f64>> =
            (0..5).map(|s| draws.iter().map(|draw| draw[s]).collect()).collect();
        let any = adjusted(&t, &columns).iter().any(|p| p.romano_wolf <= 0.05);
        wrong += usize::from(any);
    }
    let rate = f64::from(wrong as u32) / rounds as f64;
    assert!((rate - 0.05).abs() < 0.015, "{rate}");
}

/// The small experiment with bootstraps and families; `more` is appended.
fn lab(more: &str) -> Lab {
    let lab = Lab::new();
    let grid = "tests = [\"lm\", \"moran\"]\nbootstrap = [\"residual\", \"unit-wild\"]\n\
                test_bootstrap = \"residual\"\n";
    let blocks = "[bootstrap.residual]\nreplicates = 39\n[bootstrap.unit-wild]\nreplicates = 39\n\n\
                  [grids.main]\n";
    let spec =
        SPEC.replace("tests = [\"lm\", \"moran\"]\n", grid).replace("[grids.main]\n", blocks);
    lab.write("lab.toml", &format!("{spec}\n{more}"));
    lab
}

const FAMILIES: &str = r#"
[joint.alone]
where = { model = "slm", effects = "individual", region = "all", lags = 0 }
rows = ["measure"]
bootstrap = "residual"

[joint.many]
where = { effects = ["individual", "two-way"] }
rows = ["measure", "measure@lag1", "total:measure", "rho"]
bootstrap = "residual"
level = 0.1

[joint.units]
where = { model = ["ols", "slm"], effects = "individual", region = "all" }
rows = ["measure"]
bootstrap = "unit-wild"

[[tables]]
id = "joint"
kind = "joint"
joint = "many"
"#;

/// Rows of a CSV file by the names of its columns.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().expect("a header").clone();
    reader
        .records()
        .map(|row| {
            let row = row.expect("a row");
            header.iter().zip(&row).map(|(h, v)| (h.to_owned(), v.to_owned())).collect()
        })
        .collect()
}

#[test]
fn families_are_in_csv_and_tables_and_independent_of_threads() {
    let lab = lab(FAMILIES);
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "1"]), 0);
    let first = lab.files("results/lab");
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "3"]), 0);
    assert_eq!(first, lab.files("results/lab"));
    let joint = rows(&first["joint.csv"]);
    let of = |name: &str| joint.iter().filter(|r| r["joint"] == name).collect::<Vec<_>>();
    // One hypothesis has the p-value of its own bootstrap.
    let alone = of("alone");
    let own = rows(&first["bootstrap.csv"]).into_iter().find(|r| {
        r["cell"] == alone[0]["cell"] && r["scheme"] == "residual" && r["term"] == alone[0]["term"]
    });
    let own = own.expect("its bootstrap");
    assert_eq!(alone.len(), 1);
    for p in ["p_bootstrap", "p_max_t", "p_romano_wolf"] {
        assert_eq!(alone[0][p], own["p_value"], "{p}");
    }
    // Of 24 cells 12 have a lag, 8 are lag models: 24 + 12 + (8 total, 8 ρ).
    let many = of("many");
    assert_eq!(many.len(), 24 + 12 + 16);
    for r in &many {
        let p = |name: &str| r[name].parse::<f64>().expect("a number");
        assert!(p("p_bootstrap") <= p("p_romano_wolf") && p("p_romano_wolf") <= p("p_max_t"));
        let outside = p("simultaneous_low") > 0.0 || p("simultaneous_high") < 0.0;
        assert_eq!(outside, p("p_max_t") <= 0.1, "{r:?}");
    }
    // Two regions and two periods; multipliers by unit do not ask which periods.
    assert_eq!((many[0]["draws"].as_str(), of("units")[0]["draws"].as_str()), ("4", "1"));
    let table = text(&first["tables/joint.md"]);
    assert!(table.contains("| *OLS, Individual, All, Lag 0* |"), "{table}");
    assert!(table.contains("The cells are 4 sets"), "{table}");
    // Tests under their null stand in the same run.
    let tests = rows(&first["tests.csv"]);
    let computed = tests.iter().filter(|r| r["status"] == "computed");
    assert!(computed.clone().all(|r| r["bootstrap_p_value"].parse::<f64>().is_ok()));
    assert!(computed.count() > 100);
}

#[test]
fn families_are_rendered_again_and_not_under_another_definition() {
    let lab = lab(FAMILIES);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let first = lab.files("results/lab");
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert_eq!(first, lab.files("results/lab"));
    assert_exit(&lab.run(&["render", "lab.toml", "--set", "joint.many.level=0.2"]), 0);
    let table = text(&lab.files("results/lab")["tables/joint.md"]);
    assert!(table.contains("not run [a]"), "{table}");
}

#[test]
fn a_bootstrap_of_tests_changes_no_other_number() {
    let with = lab("");
    assert_exit(&with.run(&["run", "lab.toml"]), 0);
    let without = lab("");
    let spec = std::fs::read_to_string(without.path("lab.toml")).expect("the experiment");
    without.write("lab.toml", &spec.replace("test_bootstrap = \"residual\"\n", ""));
    assert_exit(&without.run(&["run", "lab.toml"]), 0);
    let strip = |lab: &Lab, file: &str| -> Vec<BTreeMap<String, String>> {
        let mut rows = rows(&lab.files("results/lab")[file]);
        for row in &mut rows {
            row.retain(|name, _| name != "cell" && !name.starts_with("bootstrap_"));
        }
        rows
    };
    for file in ["estimates.csv", "bootstrap.csv", "tests.csv", "verdicts.csv"] {
        assert_eq!(strip(&with, file), strip(&without, file), "{file}");
    }
}

/// What makes no other family leaves it as it is, and the bytes are those of one made again.
#[test]
fn families_are_made_again_only_when_they_are_others() {
    let lab = lab(FAMILIES);
    let run = |more: &[&str]| assert_exit(&lab.run(&[&["run", "lab.toml"], more].concat()), 0);
    let record = "results/lab/experiment.json";
    let read = || std::fs::read_to_string(lab.path(record)).expect("the record");
    run(&[]);
    let first = lab.files("results/lab");
    // Made again: the record is gone, or was written to by somebody else.
    std::fs::remove_file(lab.path(record)).expect("a file");
    run(&[]);
    assert!(lab.files("results/lab") == first);
    let marked = read().replace("\"draws\": 4", "\"draws\": 5");
    assert!(marked != read());
    lab.write(record, &marked);
    run(&[]);
    assert!(lab.files("results/lab") == first);
    // Taken as it is: the mark stays where the manifest vouches for it.
    let vouch = || {
        lab.write(record, &marked);
        let manifest = lab.path("results/lab/manifest.json");
        let text = std::fs::read_to_string(&manifest).expect("the manifest");
        let hash = |bytes: &[u8]| spanel::ident::content_hash(bytes);
        let other = text.replace(&hash(&first["experiment.json"]), &hash(marked.as_bytes()));
        assert!(other != text);
        std::fs::write(&manifest, other).expect("the manifest");
    };
    vouch();
    run(&[]);
    assert!(read().contains("\"draws\": 5"));
    // `--force`, and another level, make it again; another label does not.
    run(&["--set", "measures.x.label=another"]);
    assert!(read().contains("\"draws\": 5"));
    run(&["--force"]);
    assert!(lab.files("results/lab") == first);
    vouch();
    run(&["--set", "joint.many.level=0.2"]);
    assert!(!read().contains("\"draws\": 5"));
}
