//! Failure is a value: classes, what a failed cell leaves, limits of time and memory, and when a run
//! stops.

use crate::cli::{Lab, SPEC, assert_exit, text};
use crate::spec_errors::vocabulary;
use spanel::inputs::Inputs;
use spanel::outcome::{Failure, FailureKind};
use spanel::plan::Plan;
use spanel::repro::{self, Failed};
use spanel::run;
use spanel::spec::Spec;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Instant;

/// Cells of every class that data alone can bring about, among cells that are fitted.
const BROKEN: &str = r#"
[variables]
ln_x = { expr = "ln(x)" }
twice = { expr = "2 * z" }
same = { expr = "year_of" }

[variants]
nobody = { trim = 0.4 }
late = { years = [2003, 2007] }

[grids.collinear]
response = "y"
controls = ["z", "twice"]
model = ["ols", "slm"]
effects = "individual"
measure = "x"
region = "some"
lags = 1
weights = "w"

[grids.flat]
response = "same"
controls = ["z"]
model = ["ols", "slm", "sem"]
effects = "none"
measure = "x"
region = "all"
lags = 0
weights = "w"

[grids.trimmed]
response = "y"
controls = ["z"]
model = "slm"
effects = "none"
measure = "x"
region = "all"
lags = 0
weights = "w"
variant = ["base", "nobody", "late"]
"#;

/// The experiment of `Lab` up to its grids.
fn head() -> &'static str {
    SPEC.split("[variables]").next().unwrap()
}

fn middle() -> &'static str {
    let after = SPEC.split("[weights.w]").nth(1).unwrap();
    after.split("[grids.main]").next().unwrap()
}

fn spec(grids: &str) -> String {
    format!("{}\n[weights.w]{}\n{grids}", head(), middle())
}

/// A lab with a column that is the same for all units of a year.
fn broken() -> Lab {
    let lab = Lab::new();
    let mut panel = String::new();
    for (i, line) in std::fs::read_to_string(lab.path("panel.csv")).unwrap().lines().enumerate() {
        let year: i64 = line.split(',').nth(1).unwrap().parse().unwrap_or(0);
        let more = if i == 0 { "year_of".to_owned() } else { (year * year % 7).to_string() };
        writeln!(panel, "{line},{more}").unwrap();
    }
    lab.write("panel.csv", &panel);
    lab.write("lab.toml", &spec(BROKEN));
    lab
}

/// A bootstrap that takes hours.
const LONG: &str = r#"
[variables]
ln_x = { expr = "ln(x)" }

[bootstrap.long]
scheme = "residual"
replicates = 99999999
keep = "no"

[grids.quick]
response = "y"
controls = ["z"]
model = ["ols", "slm"]
effects = "individual"
measure = "x"
region = "all"
lags = 0
weights = "w"

[grids.slow]
response = "y"
controls = ["z"]
model = "slm"
effects = "none"
measure = "x"
region = "all"
lags = 0
weights = "w"
bootstrap = "long"
"#;

fn long() -> Lab {
    let lab = Lab::new();
    lab.write("lab.toml", &spec(LONG));
    lab
}

fn fit(lab: &Lab, more: &[&str]) -> Output {
    lab.run(&[&["run", "lab.toml"], more].concat())
}

/// The class of every failed cell, by id.
fn classes(lab: &Lab, folder: &str) -> Vec<(String, String)> {
    let class =
        |record: &serde_json::Value| Some(record["result"]["failed"]["kind"].as_str()?.to_owned());
    let records = lab.records(folder);
    records.iter().filter_map(|(cell, record)| Some((cell.clone(), class(record)?))).collect()
}

fn bundles(lab: &Lab) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(lab.path("results/lab/local/failures")) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
fn cells_fail_each_in_its_class_and_the_others_are_fitted() {
    let lab = broken();
    let output = fit(&lab, &[]);
    assert_exit(&output, 1);
    let found = classes(&lab, "results/lab");
    let count = |class: &str| found.iter().filter(|(_, c)| c == class).count();
    assert_eq!(count("singular"), 2, "{}", text(&output.stderr));
    assert_eq!(count("at-bound"), 2, "{}", text(&output.stderr));
    assert_eq!(count("bad-data"), 1, "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("3 cells fitted, 5 failed"), "{}", text(&output.stdout));
    // All of these are of the numbers: a second run fits nothing.
    let again = fit(&lab, &[]);
    assert_exit(&again, 1);
    assert!(text(&again.stdout).contains("0 cells fitted, 0 failed, 8 kept"));
}

/// The experiment that a failed cell leaves fails in the same class.
#[test]
fn what_a_failed_cell_leaves_fails_again() {
    let lab = broken();
    fit(&lab, &[]);
    let failed = classes(&lab, "results/lab");
    assert_eq!(bundles(&lab).len(), failed.len());
    for (cell, class) in &failed {
        let folder = format!("results/lab/local/failures/{cell}");
        for name in ["sample.csv", "weights.csv", "question.json", "failure.txt"] {
            assert!(lab.path(&format!("{folder}/{name}")).is_file(), "{name}");
        }
        let results = format!("again/{cell}");
        let output = lab.run(&["run", &format!("{folder}/repro.toml"), "--results", &results]);
        assert_exit(&output, 1);
        let again = classes(&lab, &format!("{results}/repro"));
        assert_eq!(again.len(), 1, "{}", text(&output.stderr));
        assert_eq!(again[0].1, *class, "{}", text(&output.stderr));
    }
    let shown = lab.run(&["show", "lab.toml", "collinear/ols/*"]);
    let shown = text(&shown.stdout);
    assert!(shown.contains("repro    spanel run") && shown.contains("repro.toml"), "{shown}");
}

#[test]
fn what_a_failed_cell_left_goes_when_it_is_fitted() {
    let lab = long();
    assert_exit(&fit(&lab, &["--timeout", "300 ms"]), 1);
    assert_eq!(bundles(&lab).len(), 1);
    assert_exit(&fit(&lab, &["--set", "bootstrap.long.replicates=99"]), 0);
    // Another question leaves the old cell's bundle; the same cell removes it.
    let lab = long();
    let few = ["--set", "bootstrap.long.replicates=20000"];
    assert_exit(&fit(&lab, &[&few[..], &["--timeout", "1 ms"]].concat()), 1);
    assert!(!bundles(&lab).is_empty());
    assert_exit(&fit(&lab, &few), 0);
    assert!(bundles(&lab).is_empty());
}

/// A timeout is recorded with its reason, leaves the others alone, and is tried again.
#[test]
fn a_timeout_is_a_failure_that_counts_as_stale() {
    let lab = long();
    let began = Instant::now();
    let output = fit(&lab, &["--timeout", "400 ms"]);
    assert_exit(&output, 1);
    assert!(began.elapsed().as_secs() < 60);
    let found = classes(&lab, "results/lab");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1, "timeout");
    let fits = String::from_utf8(lab.files("results/lab")["fits.csv"].clone()).unwrap();
    assert!(fits.contains(",timeout,not done within 0.4 s"), "{fits}");
    let plan = text(&lab.run(&["plan", "lab.toml"]).stdout);
    assert_eq!(plan.lines().filter(|l| l.starts_with("cached")).count(), 2, "{plan}");
    assert_eq!(plan.lines().filter(|l| l.starts_with("stale")).count(), 1, "{plan}");
    // The same failure with the same bytes, in a process of its own too.
    let first = lab.files("results/lab");
    assert_exit(&fit(&lab, &["--timeout", "400 ms"]), 1);
    assert!(lab.files("results/lab") == first);
    assert_exit(&fit(&lab, &["--timeout", "400 ms", "--isolate"]), 1);
    assert!(lab.files("results/lab") == first);
    // And its bundle is late as well.
    let repro = format!("results/lab/local/failures/{}/repro.toml", found[0].0);
    assert_exit(&lab.run(&["run", &repro, "--results", "again"]), 1);
    assert_eq!(classes(&lab, "again/repro")[0].1, "timeout");
}

#[test]
fn limits_of_time_come_from_the_median_and_are_said_before() {
    let lab = long();
    let more = ["--set", "run.slow=100 ms", "--set", "grids.quick.effects=[\"none\", \"time\"]"];
    let output = fit(&lab, &[&more[..], &["--timeout", "2x median", "--jobs", "1"]].concat());
    assert_exit(&output, 1);
    let said = text(&output.stderr);
    assert!(said.contains("slow: slow/slm/none/x/all/lag0/w"), "{said}");
    assert!(said.contains("not done within 2 times the median of the cells"), "{said}");
}

#[test]
fn a_run_stops_at_its_number_of_failures_and_goes_on_from_there() {
    let lab = broken();
    let output = fit(&lab, &["--fail-fast", "--jobs", "1"]);
    assert_exit(&output, 6);
    assert!(text(&output.stderr).contains("stopped after 1 failed cells"));
    assert_eq!(classes(&lab, "results/lab").len(), 1);
    assert!(!lab.path("results/lab/fits.csv").exists());
    let output = fit(&lab, &["--set", "run.max_failures=2", "--jobs", "1"]);
    assert_exit(&output, 6);
    assert_eq!(classes(&lab, "results/lab").len(), 3);
    assert_exit(&fit(&lab, &[]), 1);
    assert_eq!(classes(&lab, "results/lab").len(), 5);
}

#[test]
fn cells_in_processes_of_their_own_give_the_same_bytes() {
    let lab = broken();
    assert_exit(&fit(&lab, &["--results", "here"]), 1);
    let output = fit(&lab, &["--results", "apart", "--isolate", "--jobs", "2"]);
    assert_exit(&output, 1);
    assert!(lab.files("here") == lab.files("apart"), "{}", text(&output.stderr));
}

#[test]
fn replicates_of_a_process_of_its_own_are_kept_where_those_of_others_are() {
    let lab = long();
    let few = ["--set", "bootstrap.long.replicates=999", "--set", "bootstrap.long.keep=journal"];
    assert_exit(&fit(&lab, &[&few[..], &["--results", "here"]].concat()), 0);
    let apart = fit(&lab, &[&few[..], &["--results", "apart", "--isolate"]].concat());
    assert_exit(&apart, 0);
    assert!(text(&apart.stdout).contains("999 replicates"), "{}", text(&apart.stdout));
    assert!(lab.files("here") == lab.files("apart"));
}

/// A process that needs more memory than it may is a failed cell.
#[cfg(target_os = "linux")]
#[test]
fn a_process_without_memory_is_a_failed_cell() {
    let lab = long();
    let few = ["--set", "bootstrap.long.replicates=99", "--isolate", "--memory", "4 MB"];
    let output = fit(&lab, &few);
    assert_exit(&output, 1);
    let found = classes(&lab, "results/lab");
    assert_eq!(found.len(), 3, "{}", text(&output.stderr));
    assert!(found.iter().all(|(_, class)| class == "killed"));
    assert!(text(&output.stderr).contains("needed more memory than 4 MB"));
    // It may not fail again, and does not.
    assert_exit(&fit(&lab, &few[..3]), 0);
    assert!(bundles(&lab).is_empty());
}

/// Every kind of variant, a region, lags and a common sample.
const VARIED: &str = r#"
[variables]
ln_x = { expr = "ln(x)" }
lag_z = { expr = "lag(z, 1) + 0.5 * ln_x" }

[variants]
early = { years = [2003, 2006] }
no_2005 = { without = { years = [2005] } }
no_f = { without = { units = ["f"] } }
loo = { leave_out = "unit" }
winsor = { winsorise = 0.05, columns = ["y", "lag_z"] }
trim = { trim = 0.001, columns = ["lag_z"] }
pw = { placebo = "weights", draws = 2 }
pm = { placebo = "measure", draws = 2 }
lead = { placebo = "lead" }

[grids.varied]
response = "y"
controls = ["lag_z"]
model = "slm"
effects = "individual"
measure = "x"
region = ["all", "some"]
lags = [[0, 1], [0, 2]]
common_sample = true
weights = "w"
variant = ["base", "early", "no_2005", "no_f", "loo", "winsor", "trim", "pw", "pm", "lead"]
"#;

/// What a cell leaves when it fails is the cell: the same sample and weights, to the last bit,
/// whatever its variant.
#[test]
fn what_a_failed_cell_leaves_rests_on_the_same_numbers() {
    let lab = Lab::new();
    lab.write(
        "lab.toml",
        &spec(VARIED).replace("[weights.w]", "[weights.w]\nnormalise = \"spectral\""),
    );
    let (spec, plan, inputs) = opened(&lab.path("lab.toml"));
    let cells: Vec<_> = plan.cells.iter().collect();
    assert!(cells.len() > 40, "{}", cells.len());
    let failure = Failure { kind: FailureKind::Panic, reason: "a test".to_owned() };
    for item in run::items(&cells, &spec, &inputs) {
        let failed = Failed { failure: &failure, run: &spec.run, version: "0" };
        std::fs::create_dir_all(lab.path("bundle")).unwrap();
        for (name, text) in repro::files(item.cell, &spec, &inputs, &failed) {
            lab.write(&format!("bundle/{name}"), &text);
        }
        let (spec, plan, inputs) = opened(&lab.path("bundle/repro.toml"));
        assert_eq!(plan.cells.len(), 1, "{}", item.cell.label());
        let again = &run::items(&[&plan.cells[0]], &spec, &inputs)[0];
        assert_eq!(again.cell.model, item.cell.model, "{}", item.cell.label());
        assert_eq!(again.made_from.sample, item.made_from.sample, "{}", item.cell.label());
        assert_eq!(again.made_from.weights, item.made_from.weights, "{}", item.cell.label());
    }
}

fn opened(path: &Path) -> (Spec, Plan, Inputs) {
    let words = vocabulary();
    let (spec, plan, _) = spanel::plan::load(path, std::iter::empty(), &[], &words)
        .unwrap_or_else(|(mistakes, _)| panic!("{mistakes}"));
    let inputs = spanel::inputs::open(&spec).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let plan = if spanel::plan::needs_roster(&spec) {
        spanel::plan::settle(&spec, &inputs.roster(), &words).unwrap()
    } else {
        plan
    };
    (spec, plan, inputs)
}

/// A fit that is asked for again and does not come in time stays; bundles of cells that no longer
/// are go with the garbage.
#[test]
fn a_timeout_does_not_take_the_place_of_a_fit() {
    let lab = long();
    let few = ["--set", "bootstrap.long.replicates=20000"];
    assert_exit(&fit(&lab, &few), 0);
    let first = lab.files("results/lab");
    let output = fit(&lab, &[&few[..], &["--force", "--timeout", "1 ms"]].concat());
    assert_exit(&output, 1);
    assert!(text(&output.stderr).contains("timeout: not done within 0.001 s"));
    assert!(lab.files("results/lab") == first);
    assert!(!bundles(&lab).is_empty());
    assert_exit(&lab.run(&["gc", "lab.toml"]), 0);
    assert!(bundles(&lab).is_empty());
}

/// The processes of spanel that work on a lab for a parent.
#[cfg(target_os = "linux")]
fn children(lab: &Lab) -> Vec<String> {
    let folder = lab.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    let of = |pid: &String| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let here = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        text(&line).contains("fit-one") && here.display().to_string() == folder
    };
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.map(|e| e.file_name().to_string_lossy().into_owned()).filter(of).collect()
}

/// Waits until `met`, for a minute at most.
#[cfg(target_os = "linux")]
fn until(what: &str, met: impl Fn() -> bool) {
    let began = Instant::now();
    while !met() {
        assert!(began.elapsed().as_secs() < 60, "{what}: not within a minute");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// A run that has fitted two cells and is inside a third, in a process of its own.
#[cfg(target_os = "linux")]
fn under_way(lab: &Lab) -> std::process::Child {
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_spanel"))
        .args(["run", "lab.toml", "--isolate", "--jobs", "1"])
        .current_dir(lab.path(""))
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let log = lab.path("results/lab/local/log.jsonl");
    let lines = || std::fs::read_to_string(&log).unwrap_or_default().lines().count();
    until("two cells", || lines() >= 2 && !children(lab).is_empty());
    child
}

#[cfg(target_os = "linux")]
fn signal(name: &str, pid: &str) {
    let sent = std::process::Command::new("kill").args([name, pid]).status().unwrap();
    assert!(sent.success());
}

#[cfg(target_os = "linux")]
#[test]
fn a_process_that_is_killed_is_a_failed_cell() {
    let lab = long();
    let parent = under_way(&lab);
    signal("-KILL", &children(&lab)[0]);
    let output = parent.wait_with_output().unwrap();
    assert_exit(&output, 1);
    let found = classes(&lab, "results/lab");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1, "killed");
    assert!(text(&output.stderr).contains("signal 9 (SIGKILL"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("2 cells fitted, 1 failed"));
}

#[cfg(target_os = "linux")]
#[test]
fn no_process_outlives_its_run() {
    let lab = long();
    let parent = under_way(&lab);
    signal("-INT", &parent.id().to_string());
    let output = parent.wait_with_output().unwrap();
    assert_exit(&output, 130);
    assert!(text(&output.stderr).contains("2 of 3 cells are done and kept"));
    assert!(children(&lab).is_empty());
    let lab = long();
    let mut parent = under_way(&lab);
    parent.kill().unwrap();
    parent.wait().unwrap();
    until("the end of the process", || children(&lab).is_empty());
}

#[test]
fn retries_are_said_where_they_came_to_nothing() {
    let lab = broken();
    let output = fit(&lab, &["--retries", "2"]);
    assert_exit(&output, 1);
    let said = text(&output.stderr);
    assert!(said.contains("nor by 2 more attempts from other points"), "{said}");
    assert!(!said.contains("(a combination of z); nor"), "{said}");
}

#[test]
fn limits_that_are_none_are_said_at_their_place() {
    let lab = Lab::new();
    let wrong = "[run]\ntimeout = \"30\"\nslow = \"soon\"\nretries = 99\nmax_failures = 0\nmemory = \"2 GB\"\n";
    lab.write("lab.toml", &format!("{SPEC}\n{wrong}"));
    let output = lab.run(&["check", "lab.toml"]);
    assert_exit(&output, 2);
    let said = text(&output.stderr);
    for part in
        ["30 s", "`soon` is not a limit", "99 retries", "what stops a run", "isolate = true"]
    {
        assert!(said.contains(part), "{part} is missing:\n{said}");
    }
    let output = lab.run(&["check", "lab.toml", "--set", "run.timout=1 s"]);
    assert!(text(&output.stderr).contains("timeout"), "{}", text(&output.stderr));
}

/// Limits are no part of a question: cells keep their records and their ids.
#[test]
fn limits_make_nothing_stale() {
    let lab = Lab::new();
    assert_exit(&fit(&lab, &[]), 0);
    let limits = ["--timeout", "1 h", "--retries", "2", "--max-failures", "3", "--isolate"];
    let output = fit(&lab, &limits);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("0 cells fitted, 0 failed, 36 kept"));
}
