//! The manifest of a results folder: what made it, by version, hash and seed. Nothing in it depends
//! on the machine, the moment or the path.

use super::records::{Entry, Records};
use super::whole;
use crate::ident::{content_hash_of, short_hash};
use crate::mistake::{Checked, Mistake};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Raised when a field changes its meaning.
pub const SCHEMA: u32 = 1;
/// The file.
pub const FILE: &str = "manifest.json";

/// What made a results folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this layout.
    pub schema: u32,
    /// The version of spanel.
    pub spanel: String,
    /// A line to cite the results by.
    pub citation: String,
    /// The experiment.
    pub experiment: String,
    /// The seed.
    pub seed: u64,
    /// How numbers are computed, so that another machine can say whether bits must agree.
    pub floating_point: String,
    /// Input files by name, with the BLAKE3 of their bytes.
    pub inputs: BTreeMap<String, String>,
    /// Versions of everything that was computed, by name.
    pub versions: BTreeMap<String, u32>,
    /// Distinct cells of the plan.
    pub cells: usize,
    /// Hash of the cells, their keys and the bytes of their records.
    pub records: String,
    /// The other files of the folder, by path, with the BLAKE3 of their bytes.
    pub files: BTreeMap<String, String>,
    /// The experiment as resolved from all its layers, files by their names.
    pub specification: serde_json::Value,
}

/// What every manifest says of floating point.
pub const FLOATING_POINT: &str = "IEEE 754 binary64; one thread in a cell, sums in a fixed order; \
    fused multiply-add and four lanes where the processor has AVX2 and FMA, other bits without";

impl Manifest {
    /// The manifest in a results folder.
    pub fn read(root: &Path) -> Checked<Option<Self>> {
        let path = root.join(FILE);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Mistake::file(&path, format!("cannot be read: {e}")).into()),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| {
            Mistake::file(&path, format!("is not a manifest of this version of spanel: {e}"))
                .help("run the experiment again")
                .into()
        })
    }

    /// Writes it.
    pub fn write(&self, root: &Path) -> Checked<()> {
        let path = root.join(FILE);
        let mut bytes = serde_json::to_vec_pretty(self)
            .map_err(|e| Mistake::file(&path, format!("cannot be put into JSON: {e}")))?;
        bytes.push(b'\n');
        whole::write(&path, &bytes)
    }
}

/// Hash of the current records: cells, keys, bytes.
pub fn records_hash(records: &Records) -> String {
    let line = |entry: &Entry| format!("{} {} {}\n", entry.cell, entry.key, entry.sum());
    let text: String = records.all_current().iter().map(line).collect();
    short_hash("spanel 2026 all records", text.as_bytes())
}

/// Every file of a results folder that the experiment determines, records and the manifest aside,
/// with the BLAKE3 of its bytes.
pub fn files(root: &Path) -> Checked<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for path in below(root, root)? {
        let hash = std::fs::File::open(root.join(&path)).and_then(content_hash_of);
        let hash =
            hash.map_err(|e| Mistake::file(root.join(&path), format!("cannot be read: {e}")))?;
        let name = path.to_string_lossy().replace('\\', "/");
        found.insert(name, hash);
    }
    Ok(found)
}

/// What the folder holds beside the files that the experiment determines.
const APART: [&str; 5] = ["records", "history", "local", "replicates", "shards"];

/// The paths, relative to `root`, of the files below `folder` that the experiment determines.
pub fn below(root: &Path, folder: &Path) -> Checked<Vec<PathBuf>> {
    let unreadable = |e: std::io::Error| Mistake::file(folder, format!("cannot be read: {e}"));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let top = folder == root;
        if name.starts_with('.') || (top && (APART.contains(&name.as_str()) || name == FILE)) {
            continue;
        }
        if path.is_dir() {
            found.extend(below(root, &path)?);
        } else if let Ok(relative) = path.strip_prefix(root) {
            found.push(relative.to_path_buf());
        }
    }
    found.sort();
    Ok(found)
}
