//! `check` and `plan`: wrong specifications and files.

use super::{Lab, SPEC, assert_exit, panel, text};

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
fn a_lag_longer_than_any_panel_and_an_unsafe_file_name_are_refused() {
    let lab = Lab::new();
    for set in ["grids.main.lags=3000000000", "tables.main.id=a b%"] {
        let output = lab.run(&["check", "lab.toml", "--set", set]);
        assert_exit(&output, 2);
        assert!(text(&output.stderr).contains(&set[..10]), "{}", text(&output.stderr));
    }
}

#[test]
fn mistakes_are_json_on_standard_output_where_that_is_asked() {
    let lab = Lab::new();
    let told = |code: i32| -> serde_json::Value {
        let output = lab.run(&["check", "lab.toml", "--json"]);
        assert_exit(&output, code);
        serde_json::from_slice(&output.stdout).unwrap()
    };
    assert_eq!(told(0)["cells"], 36);
    lab.write("lab.toml", &SPEC.replace("\"slm\", \"sem\"]", "\"slmm\", \"sem\"]"));
    let first = &told(2)["mistakes"][0];
    assert!(first["file"] == "lab.toml" && first["line"].is_u64(), "{first}");
    assert!(first["message"].as_str().unwrap().contains("slmm"), "{first}");
    assert!(first["help"].as_str().unwrap().contains("slm"), "{first}");
    // Those of the data too.
    lab.write("lab.toml", SPEC);
    lab.write("panel.csv", &panel().replace("a,2000,", "a,2000,x"));
    assert!(!told(3)["mistakes"].as_array().unwrap().is_empty());
}

/// A device that has no room is no mistake of the specification.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_ends_with_3_and_is_no_mistake() {
    let lab = Lab::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_spanel"))
        .args(["plan", "lab.toml"])
        .current_dir(lab.path(""))
        .stdout(full)
        .output()
        .unwrap();
    assert_exit(&output, 3);
    let said = text(&output.stderr);
    assert!(said.contains("standard output cannot be written"), "{said}");
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    // A folder where the archive should be.
    std::fs::create_dir_all(lab.path("there.zip/inside")).unwrap();
    let output = lab.run(&["bundle", "lab.toml", "--out", "there.zip"]);
    assert_exit(&output, 3);
    let said = text(&output.stderr);
    assert!(said.contains("1 file cannot be written") && !said.contains("mistake"), "{said}");
    let output = lab.run(&["bundle", "lab.toml", "--json"]);
    assert_exit(&output, 0);
    let made: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&made["archive"], &made["data"]), (&"lab.zip".into(), &true.into()), "{made}");
}
