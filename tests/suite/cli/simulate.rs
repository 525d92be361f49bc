//! `simulate`: files that it writes.

use super::{Lab, assert_exit, text};
use std::path::Path;

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
