//! `run`: what it writes, and that its bytes depend on nothing but what was asked.

use super::{Lab, SPEC, assert_exit, panel, text};
use std::process::Command;

#[test]
fn a_run_writes_records_csv_and_tables_and_nothing_else() {
    let lab = Lab::new();
    let before = lab.files(".").len();
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("36 cells fitted, 0 failed"), "{}", text(&output.stdout));
    let files = lab.files("results/lab");
    assert_eq!(lab.files(".").len(), before + files.len(), "something was written elsewhere");
    assert_eq!(lab.records("results/lab").len(), 36);
    for name in [
        "experiment.json",
        "estimates.csv",
        "impacts.csv",
        "fits.csv",
        "tests.csv",
        "descriptive.csv",
        "moran.csv",
        "tables/main.md",
        "tables/main.tex",
        "tables/moran.md",
        "tables/tables.tex",
    ] {
        assert!(files.contains_key(name), "{name} is missing from {:?}", files.keys());
    }
    assert!(files["estimates.csv"].starts_with(b"cell,"));
}

#[test]
fn bytes_do_not_depend_on_threads_or_repetition() {
    let lab = Lab::new();
    for (jobs, results) in [("1", "one"), ("4", "four")] {
        assert_exit(&lab.run(&["run", "lab.toml", "--jobs", jobs, "--results", results]), 0);
    }
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "one"]), 0);
    assert!(lab.files("one") == lab.files("four"), "the results differ");
}

#[test]
fn units_and_rows_in_another_order_give_the_same_estimates() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "straight"]), 0);
    let panel = panel();
    let mut lines: Vec<&str> = panel.lines().collect();
    lines[1..].reverse();
    lab.write("panel.csv", &(lines.join("\n") + "\n"));
    assert_exit(&lab.run(&["run", "lab.toml", "--results", "reversed"]), 0);
    let csv = |folder: &str| lab.files(folder)["lab/estimates.csv"].clone();
    assert!(csv("straight") == csv("reversed"));
}

#[test]
fn a_cell_that_cannot_be_fitted_is_shown_and_the_others_go_on() {
    let lab = Lab::new();
    // z does not vary in time: it vanishes under individual effects.
    let constant: String = panel()
        .lines()
        .enumerate()
        .map(|(i, line)| match (i, line.rsplit_once(',')) {
            (0, _) | (_, None) => format!("{line}\n"),
            (_, Some((front, _))) => format!("{front},{}\n", line.as_bytes()[0]),
        })
        .collect();
    lab.write("panel.csv", &constant);
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 1);
    let said = text(&output.stderr);
    assert!(said.contains("z has no variation left once individual effects are removed"), "{said}");
    assert!(text(&output.stdout).contains("12 cells fitted, 24 failed"));
    let table = text(&lab.files("results/lab")["tables/main.md"]);
    assert!(table.contains("no variation left"), "{table}");
    let fits = text(&lab.files("results/lab")["fits.csv"]);
    assert_eq!(fits.lines().filter(|l| l.contains("failed")).count(), 24, "{fits}");
}

#[test]
fn a_results_folder_that_cannot_be_made_is_a_mistake_of_files() {
    let lab = Lab::new();
    lab.write("results", "a file in the way");
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("results"), "{}", text(&output.stderr));
}

#[test]
fn options_can_come_from_the_environment() {
    let lab = Lab::new();
    let run = |jobs: &str| {
        Command::new(env!("CARGO_BIN_EXE_spanel"))
            .args(["run", "lab.toml"])
            .current_dir(lab.folder.path())
            .env_clear()
            .env("SPANEL_RESULTS", "elsewhere")
            .env("SPANEL_JOBS", jobs)
            .output()
            .unwrap()
    };
    assert_exit(&run("0"), 2);
    assert_exit(&run("1"), 0);
    assert!(lab.path("elsewhere/lab/tables/main.md").exists());
    assert!(!lab.path("results").exists());
}

#[test]
fn islands_that_a_split_makes_are_said_before_fitting() {
    let lab = Lab::new();
    lab.write("lab.toml", &SPEC.replace(r#"["a", "b", "c", "f"]"#, r#"["a", "b", "d"]"#));
    let output = lab.run(&["check", "lab.toml"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("without neighbours in region `some` by `w`: d"), "{said}");
}
