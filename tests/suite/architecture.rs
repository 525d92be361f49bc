//! The plan of the house, as `src/lib.rs` draws it, held against the sources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms from the ground up: name, and what it may import besides itself. A room imports only
/// rooms above its row.
const ROOMS: &[(&str, &[&str])] = &[
    ("ident", &[]),
    ("mistake", &["ident"]),
    ("printed", &[]),
    ("math", &[]),
    ("drawing", &[]),
    ("model", &["ident"]),
    ("outcome", &["ident", "model"]),
    ("expr", &["ident", "mistake"]),
    ("spec", &["ident", "mistake", "model", "outcome", "expr"]),
    ("plan", &["ident", "mistake", "model", "outcome", "expr", "spec"]),
    ("panel", &["ident", "mistake", "model", "expr"]),
    ("weights", &["ident", "math", "model"]),
    ("store", &["ident", "mistake", "model", "outcome"]),
    ("load", &["ident", "mistake", "printed", "model", "spec", "panel", "weights", "store"]),
    ("inputs", &["ident", "mistake", "model", "expr", "spec", "panel", "weights", "store", "load"]),
    ("scaffold", &["ident", "mistake", "model", "expr", "spec", "panel", "weights", "load"]),
    ("estimator", &["ident", "math", "model", "outcome", "expr", "panel", "weights"]),
    ("diagnostic", &["ident", "math", "model", "outcome", "panel", "weights", "estimator"]),
    (
        "bootstrap",
        &["ident", "math", "model", "outcome", "panel", "weights", "estimator", "diagnostic"],
    ),
    ("randomisation", &["ident", "math", "model", "outcome", "panel", "estimator"]),
    ("simulate", &["ident", "mistake", "math", "model", "weights", "load"]),
    (
        "run",
        &[
            "ident",
            "mistake",
            "math",
            "model",
            "outcome",
            "expr",
            "spec",
            "plan",
            "panel",
            "weights",
            "store",
            "inputs",
            "estimator",
            "diagnostic",
            "bootstrap",
            "randomisation",
        ],
    ),
    ("agenda", &["ident", "mistake", "outcome", "spec", "plan", "store", "inputs", "run"]),
    ("repro", &["ident", "model", "outcome", "spec", "plan", "panel", "weights", "inputs"]),
    ("robustness", &[]),
    ("compare", &["ident", "mistake", "model", "outcome", "spec", "plan", "store"]),
    (
        "report",
        &[
            "ident",
            "mistake",
            "math",
            "drawing",
            "model",
            "outcome",
            "printed",
            "expr",
            "spec",
            "plan",
            "store",
            "robustness",
            "compare",
        ],
    ),
    ("audit", &["printed", "report"]),
    (
        "cli",
        &[
            "ident",
            "mistake",
            "model",
            "outcome",
            "spec",
            "plan",
            "panel",
            "weights",
            "store",
            "load",
            "inputs",
            "estimator",
            "bootstrap",
            "diagnostic",
            "simulate",
            "run",
            "agenda",
            "repro",
            "compare",
            "report",
            "printed",
            "audit",
            "scaffold",
        ],
    ),
];

/// Crates with owners: only these rooms name them.
const OWNERS: &[(&str, &[&str])] = &[
    ("faer", &["math"]),
    ("pulp", &["math"]),
    ("statrs", &["math"]),
    ("rand", &["math"]),
    ("libm", &["math", "simulate", "drawing"]),
    ("blake3", &["ident", "inputs"]),
    ("strsim", &["mistake"]),
    ("csv", &["load", "report"]),
    ("calamine", &["load"]),
    ("shapefile", &["load"]),
    ("rstar", &["weights"]),
    ("robust", &["weights"]),
    ("toml", &["spec", "load", "scaffold", "simulate", "repro"]),
    ("figment", &["spec"]),
    ("serde_json", &["spec", "plan", "load", "store", "run", "agenda", "repro", "report", "cli"]),
    ("schemars", &["model", "outcome", "spec", "simulate"]),
    ("tempfile", &["store", "cli"]),
    ("zip", &["store", "report"]),
    ("rust_xlsxwriter", &["report"]),
    ("parquet", &["store"]),
    ("minijinja", &["report"]),
    ("ttf_parser", &["drawing"]),
    ("tiny_skia", &["drawing"]),
    ("pdf_writer", &["drawing"]),
    ("miniz_oxide", &["drawing"]),
    ("comfy_table", &["report"]),
    ("rayon", &["run", "diagnostic", "bootstrap", "randomisation", "cli"]),
    ("chrono", &["cli"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("miette", &["cli"]),
    ("ctrlc", &["cli"]),
    ("rustix", &["cli"]),
];

/// What only some rooms may do: the traces it leaves, and the rooms.
const DEEDS: &[(&str, &[&str], &[&str])] = &[
    (
        "touches the disk",
        &["std::fs", "fs::read", "fs::write", "File::open"],
        &["spec", "load", "inputs", "store", "cli"],
    ),
    ("prints", &["println!", "print!", "eprintln!", "eprint!", "dbg!"], &["cli"]),
    ("ends the process or reads the environment", &["std::process", "std::env"], &["cli", "main"]),
    ("reads the clock", &["SystemTime", "Instant::now"], &["cli"]),
    ("leaves something undone", &["todo!", "unimplemented!"], &[]),
];

/// A source file: its room, its name, its text without comments and unit tests.
struct Source {
    room: String,
    name: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.strip_prefix(&root).expect("below src").display().to_string();
            let first = name.split(['/', '\\']).next().expect("a first part");
            let text = std::fs::read_to_string(file).expect("a source file");
            Source { room: first.trim_end_matches(".rs").to_owned(), code: code(&text), name }
        })
        .collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

/// Without comments, and without the module of unit tests at the end.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod tests {").or(text.find("#[cfg(test)]\npub(crate) mod"));
    let lines = text[..end.unwrap_or(text.len())].lines();
    lines.map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

/// The rooms that `use crate::…` or a path `crate::…` names.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            found.extend(group_heads(group));
        } else {
            found.insert(head(rest));
        }
    }
    found
}

/// The names at the top of `a::{b, c}, d}`.
fn group_heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(String::new()),
            _ if depth == 0 => heads.last_mut().expect("one at least").push(c),
            _ => {}
        }
    }
    heads.iter().map(|h| head(h.trim())).filter(|h| !h.is_empty()).collect()
}

fn head(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether `code` names the crate: `x::` that no other path or name leads up to.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(&format!("{name}::")).any(|(at, _)| {
        let before = &code[..at];
        let global = before.ends_with("::") && !before[..at - 2].ends_with(word_end);
        global || !before.ends_with(|c: char| word_end(c) || c == ':')
    })
}

fn word_end(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '>' || c == '}'
}

fn holds(faults: Vec<String>) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn rooms_import_only_what_stands_below_them() {
    let mut faults = Vec::new();
    for (row, (room, allowed)) in ROOMS.iter().enumerate() {
        for other in *allowed {
            if !ROOMS[..row].iter().any(|(name, _)| name == other) {
                faults.push(format!("the table lets {room} import {other}, which is not above it"));
            }
        }
    }
    let rooms: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    for source in sources().iter().filter(|s| s.room != "lib" && s.room != "main") {
        let Some(allowed) = rooms.get(source.room.as_str()) else {
            faults.push(format!("{} belongs to no room of the table", source.name));
            continue;
        };
        for import in imports(&source.code) {
            if import != source.room && !allowed.contains(&import.as_str()) {
                faults.push(format!("{} imports {import}", source.name));
            }
        }
    }
    holds(faults);
}

#[test]
fn crates_have_owners() {
    let mut faults = Vec::new();
    for source in sources() {
        for (name, owners) in OWNERS {
            if names_crate(&source.code, name) && !owners.contains(&source.room.as_str()) {
                faults.push(format!("{} names {name}, which belongs to {owners:?}", source.name));
            }
        }
    }
    holds(faults);
}

#[test]
fn only_some_rooms_touch_the_world() {
    let mut faults = Vec::new();
    for source in sources() {
        for (deed, traces, rooms) in DEEDS {
            if rooms.contains(&source.room.as_str()) {
                continue;
            }
            for trace in traces.iter().filter(|trace| source.code.contains(*trace)) {
                faults.push(format!("{} {deed}: {trace}", source.name));
            }
        }
    }
    holds(faults);
}

/// The page in `src/lib.rs` has a row for every room.
#[test]
fn the_architecture_page_lists_every_room() {
    let page = include_str!("../../src/lib.rs");
    let missing = ROOMS.iter().filter(|(room, _)| !page.contains(&format!("//! | [`{room}`] |")));
    holds(missing.map(|(room, _)| format!("src/lib.rs has no row for {room}")).collect());
}

/// A consumer asks an estimator what it supports; it never compares names.
#[test]
fn nobody_compares_names_of_estimators() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|s| s.room != "estimator") {
        for (number, line) in source.code.lines().enumerate() {
            for info in spanel::estimator::ESTIMATORS.iter().map(|e| e.info()) {
                let quoted = format!("\"{}\"", info.name);
                if ["== ", "!= "].iter().any(|op| line.contains(&format!("{op}{quoted}"))) {
                    faults.push(format!("{}:{}: compares with {quoted}", source.name, number + 1));
                }
            }
        }
    }
    holds(faults);
}

#[test]
fn names_are_unique_and_sources_are_cited() {
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for info in spanel::estimator::ESTIMATORS.iter().map(|e| e.info()) {
        if !names.insert(info.name) {
            faults.push(format!("two estimators are called {}", info.name));
        }
        if !info.reference.contains(|c: char| c.is_ascii_digit()) {
            faults.push(format!("{} cites no source with a year", info.name));
        }
    }
    let mut tests = BTreeSet::new();
    for info in spanel::diagnostic::DIAGNOSTICS.iter().map(|d| d.info()) {
        for (test, _) in info.tests {
            if !tests.insert(*test) {
                faults.push(format!("two tests are called {test}"));
            }
        }
        if !info.reference.contains(|c: char| c.is_ascii_digit()) {
            faults.push(format!("{} cites no source with a year", info.name));
        }
    }
    holds(faults);
}

/// Lines of code, without blank ones, comments and unit tests.
#[test]
fn files_stay_short() {
    let lines = |s: &Source| s.code.lines().filter(|line| !line.trim().is_empty()).count();
    let long = sources().into_iter().filter(|s| lines(s) > 500);
    holds(long.map(|s| format!("{} has {} lines of code", s.name, lines(&s))).collect());
}

/// The reader of sources sees what it should: groups, nested groups, paths; not comments.
#[test]
fn imports_are_found() {
    let text = "use crate::{panel::{Panel, fill::x}, weights};\n// use crate::cli::X;\n\
                fn f() { crate::math::g() }\npub(crate) fn h() {}\nuse ::csv::Reader;\n\
                use load::csv::y; let z = faer::mat();";
    let code = code(text);
    let found: Vec<String> = imports(&code).into_iter().collect();
    assert_eq!(found, ["math", "panel", "weights"]);
    assert!(names_crate(&code, "csv") && names_crate(&code, "faer"));
    assert!(!names_crate("use crate::load::csv::y;", "csv"));
    assert!(!names_crate("let s = mycsv::y;", "csv"));
}
