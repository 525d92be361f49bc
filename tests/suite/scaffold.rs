//! `spanel new`: what it drafts passes `check` where the data allow, and says what is left where
//! they do not.

use crate::cli::{GAL, Lab, panel};
use spanel::spec::Spec;
use std::fmt::Write;
use std::path::Path;
use std::process::Output;

/// Drafts on a file of the lab; what was said, and the experiment as it loads.
fn drafted(lab: &Lab, data: &str) -> (Output, String) {
    let output = lab.run(&["new", data, "--out", "draft.toml"]);
    let text = std::fs::read_to_string(lab.path("draft.toml")).unwrap_or_default();
    (output, text)
}

fn spec(lab: &Lab) -> Spec {
    crate::spec_errors::ok(lab.path("draft.toml").to_str().unwrap(), &[], &[]).0
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Drafts, and finds nothing wrong and nothing left to fill in.
fn passes(lab: &Lab, data: &str) -> Spec {
    let (output, text) = drafted(lab, data);
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""), "{text}");
    let check = lab.run(&["check", "draft.toml"]);
    assert_eq!(check.status.code(), Some(0), "{}\n{text}", said(&check));
    spec(lab)
}

fn lab(panel: &str, links: &str) -> Lab {
    let lab = Lab::new();
    lab.write("panel.csv", panel);
    lab.write("links.gal", links);
    lab
}

#[test]
fn shipped_data_give_experiments_that_pass_and_run() {
    for (data, unit, response) in
        [("us-states", "state", "gsp"), ("paper-simulated", "province", "ln_co2")]
    {
        let lab = Lab::new();
        let data = std::path::absolute(format!("experiments/data/{data}.csv")).unwrap();
        let spec = passes(&lab, data.to_str().unwrap());
        assert_eq!(spec.data.unit.value.as_str(), unit);
        assert_eq!(spec.grids["main"].response.value.as_str(), response);
        let run = lab.run(&["run", "draft.toml"]);
        assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    }
    // Provinces without years: a panel cannot be made of them, and it says so.
    let lab = Lab::new();
    let data = std::path::absolute("experiments/data/china-provinces.csv").unwrap();
    let (output, text) = drafted(&lab, data.to_str().unwrap());
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("`data.time`: no column looks like periods"));
    assert!(text.contains("time = \"FILL-IN\"  # no column looks like periods"), "{text}");
    assert!(text.contains("unit = \"province\""));
}

#[test]
fn every_line_is_explained_and_the_text_is_stable() {
    let lab = lab(&panel(), GAL);
    passes(&lab, "panel.csv");
    let text = std::fs::read_to_string(lab.path("draft.toml")).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots/scaffold");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("panel", text));
}

#[test]
fn awkward_names_of_columns_are_given_others() {
    let text = panel().replacen(
        "unit,year,y,x,z",
        "\"The \"\"unit\"\"\",An\u{f1}o,GDP (per capita),rho,\u{4ea7}\u{51fa}",
        1,
    );
    let lab = lab(&text, GAL);
    let spec = passes(&lab, "panel.csv");
    assert_eq!(spec.data.unit.value.as_str(), "The \"unit\"");
    assert_eq!(spec.data.time.value.as_str(), "An\u{f1}o");
    let grid = &spec.grids["main"];
    assert_eq!(grid.response.value.as_str(), "gdp_per_capita");
    assert_eq!(spec.variables[&grid.response.value].label.as_deref(), Some("GDP (per capita)"));
    assert_eq!(spec.measures["m"].variable.value.as_str(), "rho_");
    assert_eq!(grid.controls[0].value.as_str(), "\u{4ea7}\u{51fa}");
    let run = lab.run(&["run", "draft.toml"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
}

#[test]
fn names_that_differ_in_signs_alone_stay_apart() {
    let text = panel().replacen("unit,year,y,x,z", "unit,year,a b,a-b,a`b", 1);
    let spec = passes(&lab(&text, GAL), "panel.csv");
    let grid = &spec.grids["main"];
    let names = [grid.response.value.as_str(), spec.measures["m"].variable.value.as_str()];
    assert_eq!((names, grid.controls[0].value.as_str()), (["a_b", "a_b_"], "a`b"));
}

#[test]
fn units_may_be_numbers_and_columns_in_any_order() {
    let mut text = String::from("y,code,x,period\n");
    for (row, period) in (0..30).map(|row| (row, row / 6)) {
        let unit = 101 + row % 6;
        writeln!(text, "{}.5,{unit},{},{period}", row * row % 17, row * 7 % 13).unwrap();
    }
    let links = "0 6 p u\n101 2\n102 106\n102 2\n101 103\n103 2\n102 104\n104 2\n103 105\n\
                 105 2\n104 106\n106 2\n105 101\n";
    let spec = passes(&lab(&text, links), "panel.csv");
    assert_eq!(spec.data.unit.value.as_str(), "code");
    assert_eq!(spec.data.time.value.as_str(), "period");
    assert_eq!(spec.grids["main"].response.value.as_str(), "y");
}

#[test]
fn units_with_gaps_or_absent_rows_leave() {
    let whole = panel();
    let without: String = whole
        .lines()
        .filter(|l| !l.starts_with("b,2003"))
        .fold(String::new(), |text, line| text + line + "\n");
    let lab = lab(&without, GAL);
    passes(&lab, "panel.csv");
    let text = std::fs::read_to_string(lab.path("draft.toml")).unwrap();
    let line = "missing = \"drop-unit\"  # 1 of 48 rows are absent or have gaps, of units that \
                leave: 1; or \"mean\", \"interpolate\"";
    assert!(text.contains(line), "{text}");
}

#[test]
fn weights_are_found_by_their_units_not_by_their_names() {
    let lab = lab(&panel(), "");
    std::fs::remove_file(lab.path("links.gal")).unwrap();
    lab.write("other.gal", "0 2 p u\nX 1\nY\nY 1\nX\n");
    let (output, text) = drafted(&lab, "panel.csv");
    assert!(said(&output).contains("to fill in: `weights.w.file`"), "{text}");
    let check = lab.run(&["check", "draft.toml"]);
    assert_eq!(check.status.code(), Some(3));
    assert!(said(&check).contains("FILL-IN.gal: there is no such file"), "{}", said(&check));

    std::fs::remove_file(lab.path("draft.toml")).unwrap();
    lab.write("edges.csv", "from,to\na,b\nb,c\nc,d\nd,e\nf,a\n");
    let spec = passes(&lab, "panel.csv");
    let weights = &spec.weights["edges"];
    assert!(weights.asymmetric);
    assert_eq!(spec.grids["main"].weights, ["edges"]);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let lab = lab(&panel(), GAL);
    lab.write("draft.toml", "# mine");
    let (output, text) = drafted(&lab, "panel.csv");
    assert_eq!((output.status.code(), text.as_str()), (Some(3), "# mine"));
    assert!(said(&output).contains("draft.toml: is there already"));
    // Without --out it is named after the data, in the working folder.
    assert_eq!(lab.run(&["new", "panel.csv"]).status.code(), Some(0));
    assert!(lab.path("panel.toml").exists());
    assert_eq!(lab.run(&["new", "panel.csv"]).status.code(), Some(3));
}

/// No file makes it fail without saying why; what it does write is TOML that loads.
#[test]
fn unusable_files_are_refused_with_the_reason_and_others_give_toml() {
    let mut written = 0;
    for entry in std::fs::read_dir("tests/fixtures/bad/data").unwrap() {
        let file = std::path::absolute(entry.unwrap().path()).unwrap();
        let lab = Lab::new();
        let (output, text) = drafted(&lab, file.to_str().unwrap());
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        match output.status.code() {
            Some(0) => {
                written += 1;
                let parsed: Result<toml::Table, _> = toml::from_str(&text);
                assert!(parsed.is_ok(), "{name}: {parsed:?}\n{text}");
                assert!(Path::new(&lab.path("draft.toml")).exists());
            }
            Some(2 | 3) => assert!(said(&output).contains("mistake"), "{name}: {}", said(&output)),
            other => panic!("{name} ended with {other:?}: {}", said(&output)),
        }
    }
    assert!(written > 5, "{written}");
}

#[test]
fn a_sheet_of_a_workbook_can_be_named() {
    let lab = Lab::new();
    let data = std::path::absolute("tests/fixtures/data/panel.xlsx").unwrap();
    let data = data.to_str().unwrap();
    let refused = lab.run(&["new", data, "--out", "draft.toml", "--sheet", "nowhere"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    let output = lab.run(&["new", data, "--out", "draft.toml", "--sheet", "Panel"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let text = std::fs::read_to_string(lab.path("draft.toml")).unwrap();
    assert!(text.contains("sheet = \"Panel\""), "{text}");
}
