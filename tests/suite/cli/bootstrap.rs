//! Bootstraps of a run.

use super::{Lab, SPEC, assert_exit, text};

/// The lab with a bootstrap of the individual-effects models.
fn bootstrapped() -> Lab {
    let lab = Lab::new();
    let spec = SPEC
        .replace(
            "[grids.main]\n",
            "[bootstrap.residual]\nreplicates = 49\n\n[grids.main]\nbootstrap = \"residual\"\n",
        )
        .replace("id = \"main\"\n", "id = \"main\"\nparentheses = \"bootstrap-interval\"\n")
        .replace("lags = [0, 1]", "lags = 1");
    lab.write("lab.toml", &spec);
    lab
}

#[test]
fn a_bootstrap_is_in_records_csv_and_tables_and_independent_of_threads() {
    let lab = bootstrapped();
    for (jobs, results) in [("1", "one"), ("3", "three")] {
        assert_exit(&lab.run(&["run", "lab.toml", "--jobs", jobs, "--results", results]), 0);
    }
    assert!(lab.files("one") == lab.files("three"), "the results differ");
    let files = lab.files("one/lab");
    let table = text(&files["tables/main.md"]);
    assert!(table.contains("95 % bootstrap percentile-t intervals"), "{table}");
    assert!(table.contains("residual, 49 replicates"), "{table}");
    assert!(table.contains("seed 7"), "{table}");
    assert!(text(&files["bootstrap.csv"]).contains(",residual,df,,49,0,rho,"));
}

#[test]
fn a_table_of_bootstraps_needs_a_bootstrap() {
    let lab = Lab::new();
    let set = "tables.main.parentheses=bootstrap-std-error";
    let output = lab.run(&["check", "lab.toml", "--set", set]);
    assert_exit(&output, 2);
    assert!(
        text(&output.stderr).contains("help: declare [bootstrap.NAME]"),
        "{}",
        text(&output.stderr)
    );
    let lab = bootstrapped();
    let output = lab.run(&["check", "lab.toml", "--set", "bootstrap.residual.scheme=pear"]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("no bootstrap scheme called `pear`"));
    let output = lab.run(&["check", "lab.toml", "--set", "bootstrap.residual.scheme=pairs"]);
    assert_exit(&output, 2);
    assert!(
        text(&output.stderr).contains("`residual` is not for `slm` and `sem`"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn every_kind_of_scheme_runs_and_says_its_blocks() {
    let lab = Lab::new();
    let names = ["pairs", "score", "time-stationary", "spatial-block", "leverage", "unit-wild"];
    let declared: String = names.map(|n| format!("[bootstrap.{n}]\nreplicates = 49\n")).concat();
    let spec = SPEC
        .replace("[grids.main]\n", &format!("{declared}[grids.main]\nbootstrap = {names:?}\n"))
        .replace(
            "[bootstrap.leverage]\n",
            "[bootstrap.leverage]\nscheme = \"wild\"\nrescale = \"leverage\"\n",
        )
        .replace("[bootstrap.time-stationary]\n", "[bootstrap.time-stationary]\nblock_length = 2\n")
        .replace("id = \"main\"\n", "id = \"main\"\nparentheses = \"bootstrap-std-error\"\n")
        .replace("lags = [0, 1]", "lags = 1")
        .replace("model = [\"ols\", \"slm\", \"sem\"]", "model = \"ols\"")
        .replace("\"rho\", \"lambda\"]", "]");
    lab.write("lab.toml", &spec);
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("bootstrap scheme `spatial-block` of ols: "));
    let files = lab.files("results/lab");
    let csv = text(&files["bootstrap.csv"]);
    for row in [
        ",pairs,none,,49,",
        ",score,df,,49,0,",
        ",time-stationary,df,2,49,0,",
        ",wild,leverage,,49,0,",
        ",unit-wild,jackknife,,49,0,",
    ] {
        assert!(csv.contains(row), "{row} in {csv}");
    }
    // The first bootstrap is the one that tables show.
    let first = format!("bootstrap = {names:?}");
    lab.write("lab.toml", &spec.replace(&first, "bootstrap = [\"time-stationary\"]"));
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let table = text(&lab.files("results/lab")["tables/main.md"]);
    assert!(table.contains("time-stationary of 2 periods, 49 replicates"), "{table}");
    let set = ["--set", "bootstrap.time-stationary.block_length=50"];
    let output = lab.run(&["run", "lab.toml", set[0], set[1]]);
    assert_exit(&output, 1);
    assert!(text(&output.stderr).contains("blocks of 50 periods"), "{}", text(&output.stderr));
}

#[test]
fn what_is_left_over_and_what_a_scheme_cannot_show_is_said() {
    let lab = bootstrapped();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    lab.write("results/lab/tables/old.md", "an old table");
    let set = ["--set", "bootstrap.residual.scheme=time-block"];
    let output = lab.run(&["run", "lab.toml", set[0], set[1]]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("left over") && said.contains("old.md"), "{said}");
    assert!(!said.contains("main.md,"), "{said}");
    let said = text(&output.stderr);
    assert!(said.contains("bootstrap scheme `time-block` of "), "{said}");
    assert!(lab.path("results/lab/tables/old.md").exists());
}
