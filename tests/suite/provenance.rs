//! Manifests, verification, archives.

use crate::cli::{Lab, assert_exit, text};

fn ran() -> Lab {
    let lab = Lab::new();
    assert_exit(&lab.run(&["run", "lab.toml"]), 0);
    lab
}

#[test]
fn a_manifest_does_not_depend_on_where_and_how_the_run_was_made() {
    let (one, other) = (ran(), Lab::new());
    std::fs::create_dir(other.path("data")).unwrap();
    std::fs::rename(other.path("panel.csv"), other.path("data/panel.csv")).unwrap();
    let set = ["--set", "data.file=data/panel.csv", "--jobs", "1"];
    assert_exit(&other.run(&[&["run", "lab.toml"][..], &set].concat()), 0);
    let manifest = |lab: &Lab| text(&lab.files("results/lab")["manifest.json"]);
    assert_eq!(manifest(&one), manifest(&other));
    let parsed: serde_json::Value = serde_json::from_str(&manifest(&one)).unwrap();
    assert_eq!(parsed["cells"], 36);
    assert_eq!(parsed["specification"]["data"]["file"], "panel.csv");
    assert!(parsed["files"]["tables/main.tex"].is_string());
    assert!(parsed["citation"].as_str().unwrap().contains("seed 7"));
}

#[test]
fn verification_finds_what_was_changed() {
    let lab = ran();
    let verify = |more: &[&str]| lab.run(&[&["verify", "lab.toml"], more].concat());
    let output = verify(&[]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("5 cells fitted again: 5 the same to the bit"), "{said}");
    assert!(text(&verify(&["--all"]).stdout).contains("36 cells fitted again: 36 the same"));
    // A table, an input, a digit of a record.
    let whole = lab.files("results/lab");
    let check = |name: &str, bytes: Vec<u8>, wanted: &str| {
        std::fs::write(lab.path("results/lab").join(name), bytes).unwrap();
        let output = verify(&["--all"]);
        assert_exit(&output, 1);
        let said = text(&output.stdout);
        assert!(said.contains(wanted) && said.ends_with("not verified\n"), "{said}");
        std::fs::write(lab.path("results/lab").join(name), &whole[name]).unwrap();
    };
    let table = text(&whole["tables/main.md"]).replacen("0.1", "0.2", 1);
    check("tables/main.md", table.into_bytes(), "tables/main.md was changed");
    let name = whole.keys().find(|f| f.starts_with("records/")).unwrap();
    let record = text(&whole[name]).replacen("\"value\":0.", "\"value\":1.", 1);
    assert!(record.as_bytes() != whole[name]);
    check(name, record.into_bytes(), "its checksum does not fit");
    assert_exit(&verify(&[]), 0);
    let panel = std::fs::read_to_string(lab.path("panel.csv")).unwrap();
    lab.write("panel.csv", &(panel + "\n"));
    let said = text(&verify(&[]).stdout);
    assert!(said.contains("input panel.csv is not the one"), "{said}");
}

#[test]
fn an_archive_is_verified_elsewhere() {
    let lab = ran();
    assert_exit(&lab.run(&["bundle", "lab.toml", "--out", "one.zip"]), 0);
    assert_exit(&lab.run(&["bundle", "lab.toml", "--out", "two.zip"]), 0);
    let bytes = |name: &str| std::fs::read(lab.path(name)).unwrap();
    assert!(bytes("one.zip") == bytes("two.zip"), "the same archive has other bytes");
    let elsewhere = Lab::new();
    for name in ["lab.toml", "panel.csv", "links.gal"] {
        std::fs::remove_file(elsewhere.path(name)).unwrap();
    }
    std::fs::write(elsewhere.path("paper.zip"), bytes("one.zip")).unwrap();
    let output = elsewhere.run(&["verify", "paper.zip", "--all"]);
    assert_exit(&output, 0);
    let said = text(&output.stdout);
    assert!(said.contains("36 cells fitted again: 36 the same to the bit"), "{said}");
    assert!(said.ends_with("verified\n") && !said.contains("not verified"), "{said}");
    // Without the data they are named on the command line.
    assert_exit(&lab.run(&["bundle", "lab.toml", "--without-data", "--out", "small.zip"]), 0);
    assert_exit(&lab.run(&["verify", "small.zip"]), 3);
    assert_exit(&lab.run(&["verify", "small.zip", "--set", "data.file=panel.csv"]), 0);
    lab.write("bad.zip", "no archive");
    assert_exit(&lab.run(&["verify", "bad.zip"]), 3);
}

#[test]
fn there_is_nothing_to_verify_or_bundle_before_a_run() {
    let lab = Lab::new();
    for command in ["verify", "bundle"] {
        let output = lab.run(&[command, "lab.toml"]);
        assert_exit(&output, 3);
        assert!(text(&output.stderr).contains("run the experiment first"));
    }
}
