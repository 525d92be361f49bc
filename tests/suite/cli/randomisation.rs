//! Randomisation tests of a run.

use super::{Lab, SPEC, assert_exit, text};

/// The lab with a randomisation test of the individual-effects models.
fn randomised() -> Lab {
    let lab = Lab::new();
    let spec = SPEC
        .replace(
            "[grids.main]\n",
            "[randomisation.ri]\nreplicates = 39\n\n[randomisation.within]\npermute = \
             \"within-period\"\nreplicates = 19\n\n[grids.main]\nrandomisation = [\"ri\", \"within\"]\n",
        )
        .replace("id = \"main\"\n", "id = \"main\"\nparentheses = \"randomisation-p\"\n")
        .replace("lags = [0, 1]", "lags = 1");
    lab.write("lab.toml", &spec);
    lab
}

#[test]
fn a_randomisation_test_is_in_records_csv_and_tables_and_independent_of_threads() {
    let lab = randomised();
    for (jobs, results) in [("1", "one"), ("3", "three")] {
        assert_exit(&lab.run(&["run", "lab.toml", "--jobs", jobs, "--results", results]), 0);
    }
    assert!(lab.files("one") == lab.files("three"), "the results differ");
    let files = lab.files("one/lab");
    let table = text(&files["tables/main.md"]);
    for said in [
        "Randomisation p-values of the measure in parentheses, stars by them; other rows are not tested.",
        "Randomisation: histories of the measure permuted over units, 39 permutations",
        "seed 7.",
    ] {
        assert!(table.contains(said), "{said} in {table}");
    }
    let csv = text(&files["randomisation.csv"]);
    assert!(csv.contains(",units,39,0,ln_x@lag1,"), "{csv}");
    assert!(csv.contains(",within-period,19,0,total:ln_x,"), "{csv}");
    assert!(!csv.contains(",z,"), "controls are not tested: {csv}");
}

#[test]
fn mistakes_of_randomisation_tests_have_a_place() {
    let lab = randomised();
    for (set, said) in [
        ("grids.main.randomisation=re", "there is no randomisation called `re`"),
        ("randomisation.ri.replicates=18", "18 permutations are too few or too many"),
        ("randomisation.ri.replicates=1000000", "expected 19 to 999999"),
        ("randomisation.ri.permute=periods", "expected one of `units`, `within-period`"),
        ("randomisation.ri.seed=1", "seed"),
    ] {
        let output = lab.run(&["check", "lab.toml", "--set", set]);
        assert_exit(&output, 2);
        let shown = text(&output.stderr);
        assert!(shown.contains(said) && shown.contains(set), "{shown}");
    }
    let lab = Lab::new();
    let set = "tables.main.parentheses=randomisation-p";
    let output = lab.run(&["check", "lab.toml", "--set", set]);
    assert_exit(&output, 2);
    let shown = text(&output.stderr);
    assert!(shown.contains("help: declare [randomisation.NAME]"), "{shown}");
}
