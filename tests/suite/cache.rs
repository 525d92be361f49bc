//! What a run fits again, and what it says why.

use crate::cli::{Lab, assert_exit, panel, text};
use spanel::store::records::Records;

/// `plan` as states by label.
fn states(lab: &Lab, more: &[&str]) -> Vec<(String, String, String)> {
    let output = lab.run(&[&["plan", "lab.toml"], more].concat());
    assert_exit(&output, 0);
    let line = |line: &str| {
        let (line, why) = line.split_once("  # ").unwrap_or((line, ""));
        let mut words = line.split_whitespace();
        let (state, _, label) = (words.next(), words.next(), words.next());
        (state.unwrap().to_owned(), label.unwrap().to_owned(), why.to_owned())
    };
    text(&output.stdout).lines().map(line).collect()
}

fn all_are(lab: &Lab, more: &[&str], state: &str) -> bool {
    states(lab, more).iter().all(|(s, _, _)| s == state)
}

fn ran(lab: &Lab, more: &[&str]) -> String {
    let output = lab.run(&[&["run", "lab.toml"], more].concat());
    assert_exit(&output, 0);
    text(&output.stdout)
}

#[test]
fn a_second_run_fits_nothing_and_changes_no_byte() {
    let lab = Lab::new();
    assert!(all_are(&lab, &[], "new"));
    assert!(ran(&lab, &[]).contains("36 cells fitted, 0 failed"));
    let first = lab.files("results/lab");
    assert!(all_are(&lab, &[], "cached"));
    assert!(ran(&lab, &[]).contains("0 cells fitted, 0 failed, 36 kept from earlier"));
    assert!(lab.files("results/lab") == first);
    assert!(ran(&lab, &["--force"]).contains("36 cells fitted"));
    assert!(lab.files("results/lab") == first);
}

#[test]
fn what_is_not_a_question_makes_nothing_stale() {
    let lab = Lab::new();
    ran(&lab, &[]);
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    lab.write("lab.toml", &format!("# a comment\n\n{}", spec.replace(" = ", "   =  ")));
    assert!(all_are(&lab, &[], "cached"));
    assert!(all_are(&lab, &["--set", "variables.ln_x.label=another name"], "cached"));
    assert!(all_are(&lab, &["--set", "title=another title"], "cached"));
    // The same files in another place.
    std::fs::create_dir(lab.path("elsewhere")).unwrap();
    for name in ["panel.csv", "links.gal"] {
        std::fs::rename(lab.path(name), lab.path("elsewhere").join(name)).unwrap();
    }
    let moved =
        ["--set", "data.file=elsewhere/panel.csv", "--set", "weights.w.file=elsewhere/links.gal"];
    assert!(all_are(&lab, &moved, "cached"));
}

#[test]
fn a_changed_value_makes_stale_what_uses_it_and_is_named() {
    let lab = Lab::new();
    ran(&lab, &[]);
    let before = lab.files("results/lab");
    let mut lines: Vec<String> = panel().lines().map(str::to_owned).collect();
    let (header, row) = (lines[0].clone(), lines[3].clone());
    let column = header.split(',').position(|c| c == "x").unwrap();
    let mut fields: Vec<String> = row.split(',').map(str::to_owned).collect();
    fields[column] = "7.5".to_owned();
    lines[3] = fields.join(",");
    lab.write("panel.csv", &(lines.join("\n") + "\n"));
    let now = states(&lab, &[]);
    let stale: Vec<_> = now.iter().filter(|(state, _, _)| state == "stale").collect();
    assert!(!stale.is_empty());
    assert!(now.iter().all(|(state, _, _)| state != "new"));
    let unit = row.split(',').next().unwrap();
    for (_, label, why) in &stale {
        assert!(
            why.starts_with(&format!("x of {unit} in ")) && why.ends_with("→ 7.5"),
            "{label}: {why}"
        );
    }
    let why = lab.run(&["why", "lab.toml", &stale[0].1]);
    assert_exit(&why, 0);
    assert!(text(&why.stdout).contains("→ 7.5"), "{}", text(&why.stdout));
    let said = ran(&lab, &[]);
    assert!(said.contains(&format!("{} cells fitted", stale.len())), "{said}");
    assert!(all_are(&lab, &[], "cached"));
    // And back again: the old records are still there, and nothing is fitted.
    lab.write("panel.csv", &panel());
    assert!(all_are(&lab, &[], "cached"));
    assert!(ran(&lab, &[]).contains("0 cells fitted, 0 failed, 36 kept"));
    let mut now = lab.files("results/lab");
    now.retain(|name, _| !name.starts_with("history/"));
    assert!(now == before, "going back is not what it was");
}

#[test]
fn a_changed_question_says_from_what_to_what() {
    let lab = Lab::new();
    ran(&lab, &[]);
    let now = states(&lab, &["--set", "weights.w.normalise=spectral"]);
    for (state, label, why) in &now {
        assert_eq!(state, "stale", "{label}");
        assert!(why.contains("weights.normalise: row → spectral"), "{label}: {why}");
    }
    let output = lab.run(&["history", "lab.toml", &now[0].1]);
    assert_exit(&output, 0);
    assert_eq!(text(&output.stdout).lines().count(), 2, "{}", text(&output.stdout));
}

#[test]
fn old_records_are_kept_until_they_are_collected() {
    let lab = Lab::new();
    ran(&lab, &[]);
    ran(&lab, &["--set", "weights.w.normalise=spectral"]);
    let old = || Records::open(&lab.path("results/lab")).unwrap().superseded().0;
    assert_eq!(old(), 36);
    assert!(text(&lab.run(&["gc", "lab.toml", "--dry-run"]).stdout).contains("36 earlier records"));
    assert_eq!(old(), 36);
    assert_exit(&lab.run(&["gc", "lab.toml"]), 0);
    assert_eq!(old(), 0);
    assert!(all_are(&lab, &["--set", "weights.w.normalise=spectral"], "cached"));
}

#[test]
fn one_cell_is_run_and_shown() {
    let lab = Lab::new();
    let label = states(&lab, &[])[4].1.clone();
    assert!(ran(&lab, &["--cell", &label]).contains("1 cells fitted"));
    let shown = lab.run(&["show", "lab.toml", &label]);
    assert_exit(&shown, 0);
    let shown = text(&shown.stdout);
    assert!(shown.contains("spanel run lab.toml --cell") && shown.contains("ln_x"), "{shown}");
    let json = lab.run(&["show", "lab.toml", &label, "--json"]);
    let record: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert!(record["result"]["fitted"]["fit"]["estimates"].is_array());
    let output = lab.run(&["show", "lab.toml", "no/such/cell"]);
    assert_exit(&output, 4);
    assert!(text(&output.stderr).contains("nearest"), "{}", text(&output.stderr));
}

#[test]
fn a_plan_in_json_has_every_cell() {
    let lab = Lab::new();
    let output = lab.run(&["plan", "lab.toml", "--json"]);
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["cells"].as_array().unwrap().len(), 36);
    assert_eq!(plan["distinct"]["new"], 36);
}

/// A log that ends in half a line, as after a power cut, keeps what lies before.
#[test]
fn half_a_line_of_the_log_is_cut_off() {
    let lab = Lab::new();
    ran(&lab, &[]);
    let undisturbed = lab.files("results/lab");
    // Put the records back into a log, as if the run had been killed before it settled them.
    let records = Records::open(&lab.path("results/lab")).unwrap();
    let all: Vec<_> = records.all_current().iter().map(|e| records.read(e).unwrap()).collect();
    std::fs::remove_dir_all(lab.path("results/lab/records")).unwrap();
    let again = Records::open(&lab.path("results/lab")).unwrap();
    for record in &all {
        again.append(record).unwrap();
    }
    let log = lab.path("results/lab/local/log.jsonl");
    let bytes = std::fs::read(&log).unwrap();
    let mut fitted = Vec::new();
    for part in [1, 2, 3, 5, 7] {
        std::fs::write(&log, &bytes[..bytes.len() * part / 8]).unwrap();
        let cached = states(&lab, &[]).iter().filter(|(s, _, _)| s == "cached").count();
        fitted.push(cached);
        ran(&lab, &[]);
        assert!(lab.files("results/lab") == undisturbed);
        std::fs::remove_dir_all(lab.path("results/lab/records")).unwrap();
    }
    assert!(fitted.is_sorted() && fitted[0] > 0 && fitted[4] < 36, "{fitted:?}");
}

#[test]
fn a_plan_says_what_is_odd_about_the_grid() {
    let lab = Lab::new();
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let more = "\n[regions.again]\nunits = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]\n";
    lab.write("lab.toml", &(spec + more));
    let set = ["--set", "grids.main.region=[\"all\", \"again\"]"];
    let constant = [
        "--set",
        "variables.fixed.expr=unit_mean(x)",
        "--set",
        "grids.main.controls=[\"z\", \"fixed\"]",
    ];
    let output = lab.run(&[&["plan", "lab.toml"][..], &set, &constant].concat());
    let said = text(&output.stderr);
    assert!(said.contains("region `all` has 6 units"), "{said}");
    assert!(said.contains("cannot be estimated: ") && said.contains("fixed"), "{said}");
}

/// A byte of a record that changed on the disk costs the fit of that cell and nothing else.
#[test]
fn a_damaged_byte_in_a_record_costs_one_fit() {
    let lab = Lab::new();
    ran(&lab, &[]);
    let whole = lab.files("results/lab");
    let name = whole.keys().find(|f| f.starts_with("records/")).unwrap();
    let mut bytes = whole[name].clone();
    let place = bytes.iter().position(|&b| b == b'\n').unwrap() + 100;
    bytes[place] ^= 1;
    std::fs::write(lab.path("results/lab").join(name), bytes).unwrap();
    let output = lab.run(&["run", "lab.toml"]);
    assert_exit(&output, 0);
    assert!(text(&output.stderr).contains("checksum does not fit"), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("1 cells fitted, 0 failed, 35 kept"));
    assert!(lab.files("results/lab") == whole);
}

/// Whoever has read enough may close the pipe.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_bug() {
    let lab = Lab::new();
    ran(&lab, &[]);
    for command in ["why lab.toml 'main/*'", "history lab.toml", "verify lab.toml", "plan lab.toml"]
    {
        let line =
            format!("{} {command} | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_spanel"));
        let mut shell = std::process::Command::new("bash");
        let output = shell.args(["-c", &line]).current_dir(lab.path(".")).output().unwrap();
        assert_exit(&output, 0);
    }
}

/// One document of JSON on standard output.
fn json(lab: &Lab, arguments: &[&str], code: i32) -> serde_json::Value {
    let output = lab.run(arguments);
    assert_exit(&output, code);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{arguments:?}: {e}"))
}

#[test]
fn what_is_known_of_results_is_one_document_of_json() {
    let lab = Lab::new();
    let check = json(&lab, &["check", "lab.toml", "--json"], 0);
    assert_eq!(
        (&check["cells"], &check["units"], &check["filled"]),
        (&36.into(), &6.into(), &0.into())
    );
    assert!(check["cautions"].is_array() && check["dropped"].is_array());
    assert!(
        json(&lab, &["history", "lab.toml", "--json"], 0)["runs"].as_array().unwrap().is_empty()
    );
    ran(&lab, &[]);
    ran(&lab, &["--set", "weights.w.normalise=spectral"]);

    let label = "main/slm/individual/x/all/lag0/w";
    let why = json(&lab, &["why", "lab.toml", label, "--json"], 0);
    let cell = &why["cells"][0];
    assert_eq!((&cell["label"], &cell["state"]), (&label.into(), &"cached".into()));
    assert_eq!((&cell["outcome"], &cell["why"]), (&"fitted".into(), &serde_json::json!([])));
    assert!(cell["key"].is_string() && cell["made_from"]["sample"].is_string());
    let why = json(&lab, &["why", "lab.toml", "main/*", "--json", "--set", "seed=8"], 0);
    assert_eq!(why["cells"].as_array().unwrap().len(), 36);
    assert_eq!(
        why["cells"][0]["why"],
        serde_json::json!(["seed: 7 → 8", "weights.normalise: spectral → row"])
    );

    let history = json(&lab, &["history", "lab.toml", "--json"], 0);
    assert_eq!(
        (history["runs"].as_array().unwrap().len(), &history["earlier_records"]),
        (2, &36.into())
    );
    assert_eq!(history["runs"][1]["fitted"], 36);
    let versions = &json(&lab, &["history", "lab.toml", label, "--json"], 0)["cells"][0];
    assert_eq!(
        (&versions["label"], &versions["versions"][1]["state"]),
        (&label.into(), &"fitted".into())
    );
    assert!(versions["versions"][1]["key"].is_string());

    let spectral = ["--json", "--set", "weights.w.normalise=spectral"];
    let verified = json(&lab, &[&["verify", "lab.toml"], &spectral[..]].concat(), 0);
    assert_eq!((&verified["verified"], &verified["refitted"]["same"]), (&true.into(), &5.into()));
    lab.write("results/lab/fits.csv", "cell\n");
    let verified = json(&lab, &[&["verify", "lab.toml"], &spectral[..]].concat(), 1);
    assert_eq!(verified["wrong"], serde_json::json!(["fits.csv was changed after it was made"]));

    let would = json(&lab, &["gc", "lab.toml", "--json", "--dry-run"], 0);
    assert_eq!((&would["dry_run"], &would["earlier_records"]), (&true.into(), &36.into()));
    let gone = json(&lab, &["gc", "lab.toml", "--json"], 0);
    assert_eq!((&gone["dry_run"], &gone["earlier_records"]), (&false.into(), &36.into()));
    // What is wrong is said twice: for programs and for people.
    let wrong = lab.run(&["check", "lab.toml", "--json", "--set", "grids.main.model=slmm"]);
    assert_exit(&wrong, 2);
    let said: serde_json::Value = serde_json::from_slice(&wrong.stdout).expect("a document");
    let message = said["mistakes"][0]["message"].as_str().unwrap();
    assert!(message.ends_with("there is no model called `slmm`"), "{message}");
    assert!(!wrong.stderr.is_empty());
}

/// Reasons name who is linked with whom, and who is in a region.
#[test]
fn a_changed_link_and_a_changed_region_are_named() {
    let lab = Lab::new();
    ran(&lab, &[]);
    let gal = crate::cli::GAL;
    lab.write(
        "links.gal",
        &gal.replace("a 2\nb f\n", "a 3\nb d f\n").replace("d 2\nc e\n", "d 3\na c e\n"),
    );
    let now = states(&lab, &[]);
    let why = |label: &str| &now.iter().find(|(_, l, _)| l.contains(label)).unwrap().2;
    assert_eq!(why("slm/none/x/all/lag0"), "links of w: 1 added (a–d)");
    // The other region has no d.
    assert!(now.iter().filter(|(_, l, _)| l.contains("/some/")).all(|(s, _, _)| s == "cached"));
    lab.write("links.gal", gal);
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    lab.write("lab.toml", &spec.replace("\"b\", \"c\", \"f\"]", "\"b\", \"d\", \"f\", \"e\"]"));
    let now = states(&lab, &[]);
    let (_, _, why) = now.iter().find(|(_, l, _)| l.contains("/some/")).unwrap();
    assert_eq!(why, "region: units added: d, e; region: units gone: c");
}

/// A region by a column of the data: its cells are the same, their units are not.
#[test]
fn a_unit_that_moves_to_another_region_is_named() {
    let lab = Lab::new();
    let panel_of = |east: &str| -> String {
        let line = |line: &str| {
            let unit = &line[..1];
            let part = if line.starts_with("unit") {
                "part"
            } else if east.contains(unit) {
                "east"
            } else {
                "west"
            };
            format!("{line},{part}\n")
        };
        panel().lines().map(line).collect()
    };
    lab.write("panel.csv", &panel_of("abcf"));
    let spec = std::fs::read_to_string(lab.path("lab.toml")).unwrap();
    let by = spec
        .replace("units = [\"a\", \"b\", \"c\", \"f\"]", "column = \"part\", values = [\"east\"]");
    assert!(by != spec);
    lab.write("lab.toml", &by);
    ran(&lab, &[]);
    lab.write("panel.csv", &panel_of("abcef"));
    let now = states(&lab, &[]);
    let (state, _, why) = now.iter().find(|(_, l, _)| l.contains("/some/")).unwrap();
    assert_eq!(state, "stale");
    assert!(why.contains("region some: units added: e"), "{why}");
    assert!(now.iter().filter(|(_, l, _)| l.contains("/all/")).all(|(s, _, _)| s == "cached"));
}

/// Everything in an archive is held against what was packed, `source/` too.
#[test]
fn an_altered_file_of_a_bundle_is_named() {
    let lab = Lab::new();
    ran(&lab, &[]);
    assert_exit(&lab.run(&["bundle", "lab.toml"]), 0);
    assert_exit(&lab.run(&["verify", "lab.zip"]), 0);
    let unpacked = lab.path("unpacked");
    spanel::store::archive::unpack(&lab.path("lab.zip"), &unpacked).unwrap();
    let verified = |change: &str, code: i32| -> String {
        let mut files = std::collections::BTreeMap::new();
        crate::cli::collect(&unpacked, &unpacked, &mut files);
        let file = std::fs::File::create(lab.path("other.zip")).unwrap();
        let mut archive = zip::ZipWriter::new(file);
        for (name, mut bytes) in files {
            if name == change {
                bytes.extend_from_slice(b"# and more\n");
            }
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut archive, &bytes).unwrap();
        }
        archive.finish().unwrap();
        let output = lab.run(&["verify", "other.zip"]);
        assert_exit(&output, code);
        text(&output.stdout) + &text(&output.stderr)
    };
    assert!(verified("", 0).ends_with("\nverified\n"));
    let links = ("inputs/links.gal", 3);
    for (name, code) in [("source/lab.toml", 1), ("lab.toml", 1), ("README.txt", 1), links] {
        let said = verified(name, code);
        assert!(said.contains(&format!("wrong: {name} was changed after it was packed")), "{said}");
    }
}
