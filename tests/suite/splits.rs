//! Hausman, region-equality and threshold tests in a run: records, CSV files, tables, identities.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::spec_errors::{folder, ok};

const BOOTSTRAP: &str = r#"
rest = { units = ["d", "e"], label = "Rest" }

[bootstrap.unit-residual]
replicates = 19

[measures]"#;

const ASKED: &str = r#"tests = ["hausman", "region-equality", "threshold"]
test_bootstrap = "unit-residual"
region_equality = { regions = ["some", "rest"] }
threshold = { variable = "z", thresholds = 2, trim = 0.2 }
"#;

fn asked() -> String {
    let spec = SPEC.replace("\n[measures]", BOOTSTRAP).replace("lags = [0, 1]", "lags = 1");
    spec.replace("tests = [\"lm\", \"moran\"]\n", ASKED)
}

const TABLE: &str = r#"
[[tables]]
id = "splits"
kind = "tests"
grid = "main"
where = { region = "all", model = ["ols", "slm"], effects = ["individual", "two-way"] }
columns = ["model", "effects"]
"#;

#[test]
fn tests_of_effects_regions_and_thresholds_stand_in_csv_files_and_tables() {
    let lab = Lab::new();
    lab.write("lab.toml", &format!("{}{TABLE}", asked()));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let files = lab.files("results/lab");
    let csv = text(&files["tests.csv"]);
    let count = |words: &[&str]| {
        csv.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
    };
    // 18 cells: 6 of each model, 6 of each kind of effects, 9 in one region.
    assert_eq!(count(&[",region-equality,fit,", "lie in one region, `some`"]), 9);
    assert_eq!(count(&[",region-equality,fit,", ",computed,"]), 9);
    assert_eq!(count(&[",threshold-1,fit,", "has a spatial parameter"]), 12);
    assert_eq!(count(&[",threshold-2,fit,", ",nonstandard,,computed,"]), 6);
    assert_eq!(count(&[",hausman-robust,within,", "no effects of units"]), 6);
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter("[0-9a-f]{32}", "[cell]");
        settings
    };
    let table = text(&files["tables/splits.md"]);
    settings().bind(|| insta::assert_snapshot!("splits_in_a_table", table));
    // Rendering reads them back.
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab") == files);
}

#[test]
fn what_is_split_is_part_of_what_a_cell_asks() {
    let planned = |spec: &str| {
        let place = folder(spec, None);
        let path = place.path().join("spec.toml");
        let (_, plan, _) = ok(path.to_str().unwrap(), &[], &[]);
        plan.cells.iter().map(|c| c.id).collect::<Vec<_>>()
    };
    let spec = asked();
    let plain = planned(&spec);
    let changed = |from: &str, to: &str| {
        assert!(spec.contains(from), "{from}");
        planned(&spec.replace(from, to))
    };
    assert_eq!(changed("label = \"Rest\"", "label = \"Others\""), plain);
    for (from, to) in [
        ("trim = 0.2", "trim = 0.1"),
        ("variable = \"z\"", "variable = \"ln_x\""),
        ("regions = [\"some\", \"rest\"]", "regions = [\"some\", \"rest\"], of = \"all\""),
        ("units = [\"d\", \"e\"], label", "units = [\"d\", \"e\", \"g\"], label"),
    ] {
        assert_ne!(changed(from, to), plain, "{to}");
    }
    // A threshold variable by its definition.
    let derived = |by: &str| {
        let line = format!("half = {{ expr = \"z / {by}\" }}\nln_x =");
        planned(&spec.replace("ln_x =", &line).replace("variable = \"z\"", "variable = \"half\""))
    };
    assert_ne!(derived("2"), derived("3"));
}
