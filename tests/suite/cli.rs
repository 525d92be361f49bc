//! The command as a user runs it: exit codes, what it writes, and that the bytes do not depend on
//! threads, order or repetition.

use spanel::store::records::{Entry, Records};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with a small experiment of its own: 6 units on a chain with a hub, 8 periods.
pub struct Lab {
    folder: TempDir,
}

pub const SPEC: &str = r#"
title = "A small experiment"
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

[grids.main]
response = "y"
controls = ["z"]
model = ["ols", "slm", "sem"]
effects = ["none", "individual", "two-way"]
measure = "x"
region = ["all", "some"]
lags = [0, 1]
weights = "w"
tests = ["lm", "moran"]

[[moran]]
id = "y"
variable = "y"
weights = "w"
permutations = 99

[[tables]]
id = "main"
kind = "regression"
caption = "Main"
where = { effects = "individual", region = "all", lags = 1 }
columns = ["model"]
rows = ["measure", "measure@lag1", "z", "rho", "lambda"]

[[tables]]
id = "moran"
kind = "moran"
caption = "Moran"
moran = "y"
"#;

pub const GAL: &str =
    "0 6 panel unit\na 2\nb f\nb 2\na c\nc 3\nb d f\nd 2\nc e\ne 2\nd f\nf 3\na c e\n";

pub fn panel() -> String {
    let mut text = String::from("unit,year,y,x,z\n");
    let mut state: u64 = 12_345;
    let mut draw = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    for year in 2000..2008 {
        for unit in ["a", "b", "c", "d", "e", "f"] {
            let (x, z) = (1.0 + draw(), draw());
            let y = x + 0.5 * z + 0.3 * draw();
            writeln!(text, "{unit},{year},{y:.6},{x:.6},{z:.6}").unwrap();
        }
    }
    text
}

impl Lab {
    pub fn new() -> Self {
        let lab = Self { folder: TempDir::new().unwrap() };
        lab.write("lab.toml", SPEC);
        lab.write("panel.csv", &panel());
        lab.write("links.gal", GAL);
        lab
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_spanel"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .output()
            .unwrap()
    }

    /// The records in a folder, by cell.
    pub fn records(&self, folder: &str) -> BTreeMap<String, serde_json::Value> {
        let records = Records::open(&self.path(folder)).unwrap();
        let read = |entry: &Entry| serde_json::to_value(records.read(entry).unwrap()).unwrap();
        records.all_current().iter().map(|entry| (entry.cell.to_string(), read(entry))).collect()
    }

    /// Every file below a folder with its bytes, but for what has a clock.
    pub fn files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        let mut found = BTreeMap::new();
        collect(&root, &root, &mut found);
        found
    }
}

/// Files below a folder by name, but for what has a clock.
pub fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("local") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, found);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            found.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn assert_exit(output: &Output, code: i32) {
    assert_eq!(
        output.status.code(),
        Some(code),
        "stdout:\n{}\nstderr:\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
}

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
fn render_repeats_the_tables_from_the_records_alone() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let before = lab.files("results");
    std::fs::remove_dir_all(lab.path("results/lab/tables")).unwrap();
    std::fs::remove_file(lab.path("panel.csv")).unwrap();
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(before == lab.files("results"));
}

#[test]
fn render_before_a_run_says_what_to_do() {
    let lab = Lab::new();
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("spanel run lab.toml"), "{}", text(&output.stderr));
    assert!(!lab.path("results").exists());
}

#[test]
fn check_and_plan_write_nothing() {
    let lab = Lab::new();
    let before = lab.files(".");
    let checked = lab.run(&["check", "lab.toml"]);
    assert_exit(&checked, 0);
    assert!(text(&checked.stdout).contains("36 cells in 1 grid"), "{}", text(&checked.stdout));
    let planned = lab.run(&["plan", "lab.toml"]);
    assert_exit(&planned, 0);
    let lines = text(&planned.stdout);
    assert_eq!(lines.lines().count(), 36);
    assert!(lines.contains("main/slm/two-way/x/some/lag0-1/w"), "{lines}");
    assert!(before == lab.files("."));
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
fn a_wrong_specification_ends_with_2_and_a_wrong_file_with_3() {
    let lab = Lab::new();
    let output = lab.run(&["run", "lab.toml", "--set", "grids.main.region=[\"allt\"]"]);
    assert_exit(&output, 2);
    let said = text(&output.stderr);
    assert!(said.contains("--set") && said.contains("did you mean"), "{said}");
    assert_exit(&lab.run(&["run", "nowhere.toml"]), 3);
    assert_exit(&lab.run(&["run", "lab.toml", "--set", "data.file=nowhere.csv"]), 3);
    assert_exit(&lab.run(&["run"]), 2);
    assert_exit(&lab.run(&["run", "lab.toml", "--jobs", "0"]), 2);
    assert!(!lab.path("results").exists(), "a wrong experiment leaves nothing behind");
}

#[test]
fn a_column_that_is_not_in_the_data_points_at_its_line() {
    let lab = Lab::new();
    lab.write("lab.toml", &SPEC.replace("\"z\"", "\"zz\""));
    let output = lab.run(&["check", "lab.toml"]);
    assert_exit(&output, 2);
    let said = text(&output.stderr);
    let line = SPEC.lines().position(|l| l.contains("controls")).unwrap() + 1;
    assert!(said.contains(&format!("lab.toml:{line}:")), "{said}");
    assert!(said.contains("did you mean `z`"), "{said}");
}

#[test]
fn output_has_no_escape_codes_without_a_terminal() {
    let lab = Lab::new();
    for output in [lab.run(&["run", "lab.toml"]), lab.run(&["check", "nowhere.toml"])] {
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
    }
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
fn a_damaged_record_is_named() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let record =
        lab.files("results/lab").keys().find(|f| f.starts_with("records/")).unwrap().clone();
    let whole = lab.files("results/lab");
    lab.write(&format!("results/lab/{record}"), "{ \"format\": 1, ");
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("records"), "{}", text(&output.stderr));
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("not a whole file of records"));
    assert!(lab.files("results/lab") == whole);
}

#[test]
fn a_simulated_panel_says_so_in_every_table() {
    let lab = Lab::new();
    lab.write("panel.provenance.toml", "simulated = true\nnote = \"Drawn, not observed.\"\n");
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    for (name, bytes) in lab.files("results/lab/tables") {
        if name != "tables.tex" {
            let shown = text(&bytes);
            assert!(shown.contains("Simulated data. Drawn, not observed."), "{name}: {shown}");
        }
    }
    // Another file in its place does not inherit that.
    lab.write("real.csv", &panel());
    assert_exit(&lab.run(&["run", "lab.toml", "--set", "data.file=real.csv"]), 0);
    assert!(!text(&lab.files("results/lab/tables")["main.md"]).contains("imulated"));
}

#[test]
fn stored_series_are_not_put_under_other_definitions() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    for set in [
        "moran.0.variable=x",
        "weights.w.normalise=none",
        "variables.ln_x.expr=ln(2*x)",
        "data.file=other.csv",
    ] {
        let output = lab.run(&["render", "lab.toml", "--set", set]);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{set}: {}", text(&output.stdout));
        assert!(text(&output.stderr).contains("run it again"), "{set}: {}", text(&output.stderr));
    }
    // Labels are not definitions.
    let relabelled = lab.run(&["render", "lab.toml", "--set", "variables.ln_x.label=LNX"]);
    assert_exit(&relabelled, 0);
    assert!(text(&lab.files("results/lab")["tables/main.md"]).contains("LNX"));
    // Changed data are said, and the stored results shown.
    lab.write("panel.csv", &panel().replace("2003,1", "2003,2"));
    let output = lab.run(&["render", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("has changed"), "{}", text(&output.stderr));
}

#[test]
fn a_broken_template_is_found_before_anything_is_fitted() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("templates")).unwrap();
    for broken in ["<% if %>", "<< nosuch >>"] {
        lab.write("templates/mine.md.jinja", broken);
        for command in ["check", "run"] {
            let output = lab.run(&[command, "lab.toml", "--set", "tables.main.template=mine"]);
            assert_ne!(output.status.code(), Some(0), "{command} {broken}");
            let said = text(&output.stderr);
            assert!(said.contains("mine.md.jinja"), "{said}");
        }
    }
    assert!(!lab.path("results").exists());
}

#[test]
fn simulate_does_not_replace_what_it_did_not_make() {
    let lab = Lab::new();
    let process = Path::new(env!("CARGO_MANIFEST_DIR")).join("experiments/paper-dgp.toml");
    let process = process.to_string_lossy();
    let before = lab.files(".")["panel.csv"].clone();
    let output = lab.run(&["simulate", &process, "--out", "panel.csv"]);
    assert_exit(&output, 3);
    assert!(text(&output.stderr).contains("--force"), "{}", text(&output.stderr));
    assert!(lab.files(".")["panel.csv"] == before);
    assert_exit(&lab.run(&["simulate", &process, "--out", "drawn.csv"]), 0);
    assert_exit(&lab.run(&["simulate", &process, "--out", "drawn.csv"]), 0);
    assert_exit(&lab.run(&["simulate", &process, "--out", "panel.csv", "--force"]), 0);
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
fn a_lag_longer_than_any_panel_and_an_unsafe_file_name_are_refused() {
    let lab = Lab::new();
    for set in ["grids.main.lags=3000000000", "tables.main.id=a b%"] {
        let output = lab.run(&["check", "lab.toml", "--set", set]);
        assert_exit(&output, 2);
        assert!(text(&output.stderr).contains(&set[..10]), "{}", text(&output.stderr));
    }
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

#[test]
fn tables_are_written_in_the_formats_that_are_asked_for() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml", "--set", "output.tables=[\"html\", \"csv\"]"]), 0);
    let files = lab.files("results/lab");
    let of_tables = |ending: &str| {
        let found = files.keys().filter(|f| f.starts_with("tables/") && f.ends_with(ending));
        found.count()
    };
    assert!(of_tables(".html") > 0 && of_tables(".csv") == of_tables(".html"));
    assert_eq!(of_tables(".md") + of_tables(".tex"), 0);
    // Once more in others: what lies there is written again, so that nothing is left over.
    let output = lab.run(&["render", "lab.toml", "--format", "docx,xlsx"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("main.docx") || said.contains("main.html"), "{said}");
    assert!(!said.contains("left over"), "{said}");
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    let output = lab.run(&["render", "lab.toml", "--format", "json"]);
    assert!(!text(&output.stdout).contains("left over"), "{}", text(&output.stdout));
    assert!(lab.path("results/lab/tables/main.docx").is_file());
    let output = lab.run(&["render", "lab.toml", "--format", "htlm"]);
    assert_exit(&output, 2);
    assert!(text(&output.stderr).contains("'html'"), "{}", text(&output.stderr));
}

#[test]
fn templates_are_written_to_be_changed() {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let before = lab.files("results/lab/tables");
    assert_exit(&lab.run(&["templates", "export", "lab.toml"]), 0);
    assert!(lab.path("templates/README.md").exists());
    // As they are they change nothing.
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab/tables") == before);
    lab.write("templates/table.md.jinja", "mine\n");
    assert_exit(&lab.run(&["templates", "export", "lab.toml"]), 3);
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert_eq!(text(&lab.files("results/lab/tables")["main.md"]), "mine\n");
    assert_exit(&lab.run(&["templates", "export", "templates", "--force"]), 0);
    assert_exit(&lab.run(&["render", "lab.toml"]), 0);
    assert!(lab.files("results/lab/tables") == before);
}

#[test]
fn labels_of_effects_are_shown() {
    let lab = Lab::new();
    let spec = SPEC.replace(
        "rows = [\"measure\", \"measure@lag1\", \"z\", \"rho\", \"lambda\"]",
        "rows = [\"direct:measure\", \"total:measure@lag1\", \"rho\"]\nlabels = { \"direct:measure\" = \"Own\" }",
    );
    lab.write("lab.toml", &spec);
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    let table = text(&lab.files("results/lab")["tables/main.md"]);
    assert!(table.contains("| Own ") && table.contains("Total: ln X (t−1)"), "{table}");
}

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
