//! `spanel config show`: the settings after all layers, and where each came from.

use crate::cli::{Lab, SPEC};
use crate::spec_errors::ok;
use std::process::{Command, Output};

fn lab() -> Lab {
    let lab = Lab::new();
    let profiles = "[profile.base]\ntitle = \"Night\"\n[profile.nightly]\ninherits = \"base\"\n\
                    [profile.nightly.grids.main]\nlags = [1, 2]\n";
    lab.write("lab.toml", &format!("{SPEC}\n{profiles}"));
    lab.write("spanel.toml", "[data]\nmissing = \"mean\"\n[variables]\nln_x = { unit = \"m\" }\n");
    lab
}

fn show(lab: &Lab, arguments: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spanel"));
    command.args(["config", "show", "lab.toml"]).args(arguments).current_dir(lab.path(""));
    command.env_clear().envs(env.iter().copied()).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn every_value_says_where_it_came_from() {
    let arguments = ["--origin", "--profile", "nightly", "--set", "tables.main.digits=2"];
    let lab = lab();
    let output = show(&lab, &arguments, &[("SPANEL_SEED", "11")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let shown = text(&output);
    let at = |written: &str| {
        let text = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
        format!("lab.toml:{}", text.lines().position(|line| line == written).unwrap() + 1)
    };
    for line in [
        "# Settings of lab.toml with the profile nightly over base",
        "seed = 11  # environment SPANEL_SEED",
        &format!("title = \"Night\"  # {} (profile base)", at("title = \"Night\"")),
        "missing = \"mean\"  # spanel.toml:2",
        "missing_codes = [\"\", \"NA\"]  # default",
        &format!("file = \"panel.csv\"  # {}", at("file = \"panel.csv\"")),
        "unit = \"m\"  # spanel.toml:4",
        &format!("lags = [1, 2]  # {} (profile nightly)", at("lags = [1, 2]")),
        "digits = 2  # --set tables.main.digits=2",
        &format!("kind = \"regression\"  # {}", at("kind = \"regression\"")),
    ] {
        assert!(shown.lines().any(|l| l == line), "no line {line:?} in\n{shown}");
    }
    let sections: Vec<&str> = shown.lines().filter(|line| line.starts_with('[')).collect();
    assert!(sections.contains(&"[[tables]]") && sections.contains(&"[variables.ln_x]"));
    let tables: Vec<&str> = sections.into_iter().filter(|s| !s.starts_with("[[")).collect();
    assert!(tables.is_sorted(), "{tables:?}");
}

/// What it prints is an experiment with the same cells.
#[test]
fn what_is_shown_is_the_same_experiment() {
    for origin in [&[][..], &["--origin"]] {
        let lab = lab();
        let shown = text(&show(&lab, &[&["--profile", "nightly"], origin].concat(), &[]));
        lab.write("again.toml", &shown);
        let path = |name: &str| lab.path(name).to_str().unwrap().to_owned();
        let (spec, plan, _) = ok(&path("lab.toml"), &[("SPANEL_PROFILE", "nightly")], &[]);
        let (again, same, _) = ok(&path("again.toml"), &[], &[]);
        assert_eq!(plan, same);
        assert_eq!((spec.tables, spec.data), (again.tables, again.data));
    }
    // The shipped ones have everything that can be written.
    for name in ["us-states", "paper"] {
        let shown = Lab::new().run(&[
            "config",
            "show",
            std::path::absolute(format!("experiments/{name}.toml")).unwrap().to_str().unwrap(),
        ]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("{name}.toml"));
        std::fs::write(&file, &shown.stdout).unwrap();
        let (_, plan, _) = ok(&format!("experiments/{name}.toml"), &[], &[]);
        assert_eq!(plan, ok(file.to_str().unwrap(), &[], &[]).1, "{name}");
    }
}

#[test]
fn json_has_the_tree_or_the_origins() {
    let lab = lab();
    let read = |arguments: &[&str]| -> serde_json::Value {
        serde_json::from_str(&text(&show(&lab, arguments, &[]))).unwrap()
    };
    let tree = read(&["--json"]);
    assert_eq!((&tree["seed"], &tree["data"]["missing"]), (&7.into(), &"mean".into()));
    assert_eq!(tree["tables"][0]["id"], "main");
    assert!(tree.get("profile").is_none());
    let list = read(&["--json", "--origin", "--profile", "nightly"]);
    let of = |key: &str| list.as_array().unwrap().iter().find(|s| s["key"] == key).unwrap();
    assert_eq!(of("grids.main.lags")["value"], serde_json::json!([1, 2]));
    assert_eq!(of("grids.main.lags")["origin"]["profile"], "nightly");
    assert_eq!(of("grids.main.lags")["origin"]["line"], 59);
    assert_eq!(of("data.missing_codes")["origin"]["kind"], "default");
    assert_eq!(of("tables.1.moran")["origin"]["file"], "lab.toml");
}

/// Settings that are wrong are shown all the same: that is when one looks for them.
#[test]
fn wrong_settings_are_shown_and_reported() {
    let lab = lab();
    let output = show(&lab, &["--origin", "--set", "grids.main.model=\"slim\""], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("model = \"slim\"  # --set grids.main.model=\"slim\""));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no model called `slim`"), "{said}");
    let unknown = show(&lab, &["--profile", "nightlx"], &[]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("did you mean `nightly`?"));
}
