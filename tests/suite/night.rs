//! A night: a run against a baseline, what it tells whom, and what moved an estimate.

use super::cli::{Lab, assert_exit, text};
use serde_json::Value;
use spanel::model::Term;
use spanel::store::records::Records;
use spanel::store::{CellResult, Record};
use std::collections::BTreeMap;
use std::path::Path;

/// Two measures, two models, two regions; claims that hold, fail, and cannot be judged.
pub const NIGHT: &str = r#"
title = "A night"
seed = 7

[data]
file = "panel.csv"
unit = "unit"
time = "year"

[variables]
ln_x = { expr = "ln(x)", label = "ln X" }

[weights.w]
file = "links.gal"

[regions]
all = { all = true, label = "All" }
some = { units = ["a", "b", "c", "f"], label = "Some" }

[measures]
x = { variable = "ln_x", label = "X" }
z = { variable = "z", label = "Z" }

[grids.main]
response = "y"
model = ["ols", "slm"]
effects = "individual"
measure = ["x", "z"]
region = ["all", "some"]
lags = [0, 1]
weights = "w"
tests = ["lm"]

[claims.matters]
text = "The measure matters at 5 % in three specifications of four, each measure and region"
row = "measure"
sign = "positive"
level = 0.05
share = 0.75
over = ["model", "lags"]

[claims.order]
text = "X does more than Z"
row = "measure"
order = ["x", "z"]

[claims.wrong]
text = "The measure lowers the outcome"
where = { measure = "x" }
row = "measure"
sign = "negative"
"#;

/// A lab with that experiment, called `night`.
pub fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("night.toml", NIGHT);
    lab
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            std::fs::copy(&path, &to).unwrap();
        }
    }
}

/// Changes the record with this id in a results folder, as if it had come out so.
pub fn tamper(folder: &Path, cell: &str, change: impl Fn(&mut Record)) {
    let records = Records::open(folder).unwrap();
    let plan: BTreeMap<_, _> =
        records.all_current().into_iter().map(|entry| (entry.cell, entry.key)).collect();
    let entry =
        records.all_current().into_iter().find(|entry| entry.cell.to_string() == cell).unwrap();
    let mut record = records.read(&entry).unwrap();
    change(&mut record);
    records.append(&record).unwrap();
    records.settle(&plan).unwrap();
}

/// Changes the coefficient of a term.
pub fn coefficient(record: &mut Record, term: &str, value: impl Fn(f64) -> f64) {
    let CellResult::Fitted(outcome) = &mut record.result else { panic!("it was fitted") };
    let term = Term::parse(term);
    let found = outcome.fit.estimates.iter_mut().find(|e| e.term == term).unwrap();
    found.value = value(found.value);
}

/// The id of the cell with this label.
pub fn id(lab: &Lab, spec: &str, label: &str) -> String {
    let plan: Value = serde_json::from_slice(&lab.run(&["plan", spec, "--json"]).stdout).unwrap();
    let cells = plan["cells"].as_array().unwrap();
    let cell = cells.iter().find(|cell| cell["label"] == label).unwrap();
    cell["cell"].as_str().unwrap().to_owned()
}

/// The panel with y in one row changed.
fn nudged(panel: &str, unit: &str, year: &str, by: f64) -> String {
    let nudge = |line: &str| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        if fields[0] == unit && fields[1] == year {
            fields[2] = (fields[2].parse::<f64>().unwrap() + by).to_string();
        }
        fields.join(",") + "\n"
    };
    panel.lines().map(nudge).collect()
}

#[test]
fn the_first_night_has_nothing_to_compare_and_the_second_nothing_to_tell() {
    let lab = lab();
    let night = ["run", "night.toml", "--baseline", "results/night"];
    let output = lab.run(&night);
    assert_exit(&output, 0);
    assert!(text(&output.stdout).contains("no baseline yet"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("2 of 3 claims hold, 1 fail"));
    let output = lab.run(&night);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("16 cells compared, nothing changed"), "{said}");
    assert!(lab.path("results/night/local/night.md").exists());
    // A folder that is somebody's slip of the pen is one.
    assert_exit(&lab.run(&["run", "night.toml", "--baseline", "nowhere"]), 3);
}

#[test]
fn a_night_tells_what_changed_and_ends_with_5() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    lab.write("panel.csv", &nudged(&panel, "d", "2003", 40.0));
    let output = lab.run(&["run", "night.toml", "--baseline", "results/night"]);
    assert_exit(&output, 5);
    let said = text(&output.stdout);
    assert!(said.contains("CLAIM LOST matters"), "{said}");
    let first = said.lines().position(|line| line.starts_with("CLAIM LOST")).unwrap();
    let moved = said.lines().position(|line| line.starts_with("MOVED")).unwrap();
    assert!(first < moved, "{said}");
    // Cells of the region without the unit did not change.
    assert!(!said.lines().any(|line| line.starts_with("MOVED") && line.contains("/some/")));
    let page = std::fs::read_to_string(lab.path("results/night/local/night.md")).unwrap();
    assert!(page.contains("| CLAIM LOST | matters |"), "{page}");
    let json = std::fs::read(lab.path("results/night/local/night.json")).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert!(json["regressions"].as_u64().unwrap() > 0);
}

#[test]
fn by_a_policy_nothing_is_a_regression() {
    let lab = lab();
    lab.write("night.toml", &format!("{NIGHT}\n[diff]\nfail_on = []\n"));
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    lab.write("panel.csv", &nudged(&panel, "d", "2003", 40.0));
    assert_exit(&lab.run(&["run", "night.toml", "--baseline", "results/night"]), 0);
}

#[test]
fn events_are_one_json_object_a_line() {
    let lab = lab();
    let output =
        lab.run(&["run", "night.toml", "--log-format", "json", "--events", "events.jsonl"]);
    assert_exit(&output, 0);
    let said = text(&output.stderr);
    let events: Vec<Value> =
        said.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    assert_eq!(std::fs::read_to_string(lab.path("events.jsonl")).unwrap(), said);
    let count = |name: &str| events.iter().filter(|e| e["event"] == name).count();
    assert_eq!((count("run-started"), count("rendered"), count("run-ended")), (1, 1, 1));
    assert_eq!((count("cell-started"), count("cell-finished")), (16, 16));
    let finished = events.iter().find(|e| e["event"] == "cell-finished").unwrap();
    assert_eq!(finished["state"], "fitted");
    assert!(finished["seconds"].as_f64().unwrap() >= 0.0);
    assert!(finished["label"].as_str().unwrap().starts_with("main/"));
    assert_eq!(events.last().unwrap()["exit_code"], 0);
    assert!(!output.stderr.contains(&0x1b));
}

#[test]
fn mistakes_are_events_too() {
    let lab = lab();
    let output = lab.run(&["run", "lab.toml", "--log-format", "json", "--set", "seed=\"x\""]);
    assert_exit(&output, 2);
    for line in text(&output.stderr).lines() {
        serde_json::from_str::<Value>(line).expect(line);
    }
    assert!(text(&output.stderr).contains("\"exit_code\":2"), "{}", text(&output.stderr));
}

#[test]
fn a_command_is_told_and_may_fail() {
    let lab = lab();
    let hook = "cat > told.json; echo \"$SPANEL_RUN_EXPERIMENT $SPANEL_RUN_EXIT_CODE\" > told.txt";
    assert_exit(&lab.run(&["run", "night.toml", "--notify", hook]), 0);
    let told: Value =
        serde_json::from_slice(&std::fs::read(lab.path("told.json")).unwrap()).unwrap();
    assert_eq!((&told["exit_code"], &told["experiment"]), (&0.into(), &"night".into()));
    assert_eq!(told["claims"]["fails"], 1);
    assert_eq!(std::fs::read_to_string(lab.path("told.txt")).unwrap(), "night 0\n");
    let output = lab.run(&["run", "night.toml", "--notify", "exit 9"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("warning: the command to notify"));
    // A run that is wrong is told of as well.
    let output = lab.run(&["run", "night.toml", "--set", "seed=\"x\"", "--notify", hook]);
    assert_exit(&output, 2);
    assert_eq!(std::fs::read_to_string(lab.path("told.txt")).unwrap(), "night 2\n");
    lab.write(
        "night.toml",
        &format!("{NIGHT}\n[notify]\ncommand = [\"sh\", \"-c\", \"cat > own.json\"]\n"),
    );
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    assert!(lab.path("own.json").exists());
}

fn why(lab: &Lab, arguments: &[&str]) -> Value {
    let mut all = vec!["why-differs", "night.toml"];
    all.extend(arguments);
    all.push("--json");
    let output = lab.run(&all);
    assert_exit(&output, 0);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn adds_up(found: &Value) {
    let parts = found["parts"].as_array().unwrap();
    let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
    assert_eq!(sum, found["difference"].as_f64().unwrap(), "{found}");
}

#[test]
fn a_difference_between_cells_is_attributed_to_each_choice() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let (a, b) = ("main/ols/individual/x/all/lag0/w", "main/slm/individual/x/some/lag0-1/w");
    let found = why(&lab, &[a, b]);
    adds_up(&found);
    let choices: Vec<&str> =
        found["parts"].as_array().unwrap().iter().map(|p| p["choice"].as_str().unwrap()).collect();
    assert_eq!(choices, ["model", "region", "lags"]);
    assert_eq!((&found["combinations"], &found["fitted_now"]), (&8.into(), &0.into()));
    // One axis: all of it is its.
    let single = why(&lab, &[a, "main/slm/individual/x/all/lag0/w"]);
    assert_eq!(single["parts"][0]["contribution"], single["difference"]);
    // Combinations that the plan has not are fitted, and leave nothing behind.
    let exclude = "[{ model = \"ols\", region = \"some\" }, { model = \"slm\", lags = 0 }]";
    lab.write("night.toml", &NIGHT.replace("tests = [\"lm\"]", &format!("exclude = {exclude}")));
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let before = lab.files("results");
    let again = why(&lab, &[a, b]);
    assert!(again["fitted_now"].as_u64().unwrap() > 0, "{again}");
    assert_eq!(again["parts"], found["parts"]);
    assert!(lab.files("results") == before);
    let output = lab.run(&["why-differs", "night.toml", "main/*", b]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("must mean one"));
}

#[test]
fn a_difference_between_nights_is_the_datas_or_the_questions() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    copy(&lab.path("results/night"), &lab.path("archive/night"));
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    lab.write("panel.csv", &nudged(&panel, "d", "2003", 2.0));
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let cell = "main/slm/individual/x/all/lag0/w";
    let found = why(&lab, &[cell, "--baseline", "archive/night"]);
    adds_up(&found);
    let parts = found["parts"].as_array().unwrap();
    assert_eq!((parts.len(), &parts[0]["choice"]), (1, &"data".into()), "{found}");
    // Data and question: two parts, no remainder.
    lab.write(
        "night.toml",
        &NIGHT.replace("response = \"y\"", "response = \"y\"\ncontrols = [\"x\"]"),
    );
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let found = why(&lab, &[cell, "--baseline", "archive/night"]);
    adds_up(&found);
    let parts = found["parts"].as_array().unwrap();
    let choices: Vec<&str> = parts.iter().map(|p| p["choice"].as_str().unwrap()).collect();
    assert_eq!(choices, ["data", "question"], "{found}");
    // Without the old panel they cannot be told apart.
    std::fs::remove_dir_all(lab.path("archive/night/local/panels")).unwrap();
    let found = why(&lab, &[cell, "--baseline", "archive/night"]);
    adds_up(&found);
    assert!(found["notes"].to_string().contains("the old panel is not kept"), "{found}");
    // Other weights: the old ones are not there.
    lab.write(
        "links.gal",
        &super::cli::GAL.replace("c 3\nb d f", "c 2\nb d").replace("f 3\na c e", "f 2\na e"),
    );
    assert_exit(&lab.run(&["run", "night.toml"]), 0);
    let found = why(&lab, &[cell, "--baseline", "archive/night"]);
    adds_up(&found);
    assert!(found["notes"].to_string().contains("the old weights are not kept"), "{found}");
}

/// The examples for schedulers do what they say: the line for cron, in an empty environment.
#[test]
fn the_line_for_cron_runs() {
    let lab = lab();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/nightly");
    let table = std::fs::read_to_string(root.join("crontab")).unwrap();
    let line = table.lines().find(|line| line.starts_with(|c: char| c.is_ascii_digit())).unwrap();
    let command = line.splitn(6, ' ').nth(5).unwrap();
    assert!(!command.replace("\\%", "").contains('%'), "a bare % is a line break to cron");
    // As its comment says: a folder `paper` below the home with `paper.toml`, spanel in .cargo/bin.
    let home = lab.path("home");
    std::fs::create_dir_all(home.join("paper")).unwrap();
    std::fs::create_dir_all(home.join(".cargo/bin")).unwrap();
    std::fs::copy(env!("CARGO_BIN_EXE_spanel"), home.join(".cargo/bin/spanel")).unwrap();
    for (from, to) in
        [("night.toml", "paper.toml"), ("panel.csv", "panel.csv"), ("links.gal", "links.gal")]
    {
        std::fs::copy(lab.path(from), home.join("paper").join(to)).unwrap();
    }
    let night = || {
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", command]).env_clear().env("HOME", &home).env("PATH", "/usr/bin:/bin");
        shell.output().unwrap()
    };
    for _ in 0..2 {
        let output = night();
        assert_exit(&output, 0);
        assert_eq!(text(&output.stdout), "", "a quiet night sends no mail");
    }
    assert!(home.join("paper/results/paper/local/night.md").exists());
    let panel = std::fs::read_to_string(home.join("paper/panel.csv")).unwrap();
    std::fs::write(home.join("paper/panel.csv"), nudged(&panel, "d", "2003", 40.0)).unwrap();
    assert!(text(&night().stdout).contains("CLAIM LOST"));
}

/// A night of a profile is held against one of the same profile, in a folder of its own.
#[test]
fn a_profile_has_nights_of_its_own() {
    let lab = lab();
    let profile = "\n[profile.nightly.grids.main]\nmodel = [\"slm\"]\n\n[profile.nightly.diff]\nrelative = 1e-3\n";
    lab.write("night.toml", &format!("{NIGHT}{profile}"));
    let night = [
        "run",
        "night.toml",
        "--profile",
        "nightly",
        "--results",
        "nightly",
        "--baseline",
        "nightly/night",
    ];
    let first = lab.run(&night);
    assert_exit(&first, 0);
    assert!(text(&first.stdout).contains("no baseline yet"), "{}", text(&first.stdout));
    assert!(text(&first.stdout).contains("8 cells fitted"), "{}", text(&first.stdout));
    // A change within the tolerance of the profile is none; one beyond it is.
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    lab.write("panel.csv", &nudged(&panel, "b", "2003", 1e-7));
    assert_exit(&lab.run(&night), 0);
    let summary = std::fs::read_to_string(lab.path("nightly/night/local/night.md")).unwrap();
    assert!(!summary.contains("MOVED") && !summary.contains("GONE"), "{summary}");
    lab.write("panel.csv", &nudged(&panel, "b", "2003", 3.0));
    assert_exit(&lab.run(&night), 5);
    // Against all cells of a plain run those that the profile has not are gone.
    lab.write("panel.csv", &panel);
    assert_exit(&lab.run(&["run", "night.toml", "--results", "plain"]), 0);
    let against = [
        "run",
        "night.toml",
        "--profile",
        "nightly",
        "--results",
        "nightly",
        "--baseline",
        "plain/night",
    ];
    let output = lab.run(&against);
    assert_exit(&output, 0);
    assert!(
        text(&output.stdout).contains("8 gone") || text(&output.stdout).contains("GONE"),
        "{}",
        text(&output.stdout)
    );
}

/// A disk without room for events, or for what is printed, is told of and changes no result.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_said_and_the_run_goes_on() {
    let lab = lab();
    assert_exit(&lab.run(&["run", "night.toml", "--results", "plain"]), 0);
    let output = lab.run(&["run", "night.toml", "--events", "/dev/full"]);
    assert_exit(&output, 3);
    let said = text(&output.stderr);
    assert_eq!(
        said.matches("events cannot be written to /dev/full: No space left").count(),
        1,
        "{said}"
    );
    assert!(lab.files("results") == lab.files("plain"));
    // A worse ending stays.
    let events = ["--events", "/dev/full", "--claims", "fail"];
    assert_exit(&lab.run(&[&["run", "night.toml"], &events[..]].concat()), 5);
    let into = |file: &str, results: &str, more: &str| {
        let spanel = env!("CARGO_BIN_EXE_spanel");
        let line = format!("{spanel} run night.toml --results {results} {more} {file}");
        let mut shell = std::process::Command::new("bash");
        shell.args(["-o", "pipefail", "-c", &line]).current_dir(lab.path(".")).output().unwrap()
    };
    let output = into("> /dev/full", "full", "--notify 'cat > told.json'");
    assert_exit(&output, 3);
    let said = text(&output.stderr);
    assert_eq!(
        said.matches("standard output cannot be written: No space left").count(),
        1,
        "{said}"
    );
    assert!(lab.files("full") == lab.files("plain"));
    let told: Value =
        serde_json::from_slice(&std::fs::read(lab.path("told.json")).unwrap()).unwrap();
    assert_eq!(told["exit_code"], 3);
    // Whoever has read enough closes the pipe, and the manifest is written all the same.
    assert_exit(&into("| true", "closed", ""), 0);
    assert!(lab.files("closed") == lab.files("plain"));
}
