//! The command as a user runs it: exit codes, what it writes, and that the bytes do not depend on
//! threads, order or repetition. Here stands the laboratory that all of these tests share.

mod autocorrelation;
mod bootstrap;
mod check;
mod randomisation;
mod render;
mod run;
mod simulate;

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
