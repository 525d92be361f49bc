//! `experiments/other-tools.md`: every number is that of the experiment, and of the tool.

use crate::cli::assert_exit;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// A row of a table of the page.
struct Claim {
    cell: String,
    /// `estimate` or `std_error`.
    column: &'static str,
    term: String,
    number: String,
    file: String,
    root: bool,
    path: Vec<String>,
}

fn claims(page: &str) -> Vec<Claim> {
    let rows = page.lines().filter(|line| line.starts_with("| ") && line.contains("lag0"));
    let quoted = |text: &str| text.split('`').nth(1).expect("a name in backticks").to_owned();
    rows.map(|line| {
        let fields: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [.., cell, what, number, kept] = fields.as_slice() else { panic!("{line}") };
        let column = if what.starts_with("estimate of") { "estimate" } else { "std_error" };
        let after = kept.rsplit('`').next().expect("a path").trim();
        let root = after.starts_with('√');
        let path = after.trim_start_matches('√').split('>').map(|part| part.trim().to_owned());
        Claim {
            cell: quoted(cell),
            column,
            term: quoted(what),
            number: (*number).to_owned(),
            file: quoted(kept),
            root,
            path: path.collect(),
        }
    })
    .collect()
}

/// `value` with the decimals that `printed` has.
fn rounded(value: f64, printed: &str) -> String {
    let decimals = printed.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    format!("{value:.decimals$}")
}

#[test]
fn every_number_is_spanel_s_and_the_tool_s() {
    let root = env!("CARGO_MANIFEST_DIR");
    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new(env!("CARGO_BIN_EXE_spanel"))
        .current_dir(folder.path())
        .arg("run")
        .arg(format!("{root}/experiments/other-tools.toml"))
        .output()
        .expect("it runs");
    assert_exit(&made, 0);
    let results = folder.path().join("results/other-tools/estimates.csv");
    let mut reader = csv::Reader::from_path(results).expect("estimates");
    let mut found: BTreeMap<(String, String), BTreeMap<String, String>> = BTreeMap::new();
    for row in reader.deserialize::<BTreeMap<String, String>>() {
        let row = row.expect("a row");
        let axes = ["grid", "model", "effects", "measure", "region"].map(|axis| row[axis].clone());
        let mut cell = format!("{}/lag{}/{}", axes.join("/"), row["lags"], row["weights"]);
        if row["std_errors"] != "default" {
            cell = format!("{cell}/{}", row["std_errors"]);
        }
        found.insert((cell, row["term"].clone()), row);
    }
    let page = std::fs::read_to_string(format!("{root}/experiments/other-tools.md")).expect("page");
    let claims = claims(&page);
    assert!(claims.len() > 20, "{}", claims.len());
    let mut wrong = Vec::new();
    for claim in &claims {
        let key = (claim.cell.clone(), claim.term.clone());
        let ours: f64 = match found.get(&key) {
            Some(row) => row[claim.column].parse().expect("a number"),
            None => panic!("the experiment has no {key:?}"),
        };
        let file = std::fs::read_to_string(format!("{root}/tests/reference/{}", claim.file));
        let file: Value = serde_json::from_str(&file.expect("a reference file")).expect("JSON");
        let theirs = claim.path.iter().fold(&file, |at, key| match key.parse::<usize>() {
            Ok(index) if at.is_array() => &at[index],
            _ => &at[key.as_str()],
        });
        let theirs = theirs.as_f64().unwrap_or_else(|| panic!("no number at {:?}", claim.path));
        let theirs = if claim.root { theirs.sqrt() } else { theirs };
        let said = [ours, theirs].map(|value| rounded(value, &claim.number));
        if said.iter().any(|said| *said != claim.number) {
            wrong.push(format!(
                "{} {}: page {}, spanel and tool {said:?}",
                claim.cell, claim.term, claim.number
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
