//! What a results folder knows of the runs that filled it: everything with a clock or a machine in
//! it, kept apart from the results. Losing it loses reasons and estimates of time, no result.
//!
//! ```text
//! local/lock            held while a run works on the folder
//! local/log.jsonl       records of a run under way (see `records`)
//! local/runs.jsonl      a line for each run: when, which version, how it went, which cells changed
//! local/last.json       the cells of the last run by label
//! local/seconds.json    how long cells took
//! local/failures/<cell>/ what is needed to make a failed cell fail again
//! local/panels/*.json   the numbers of the panel that runs used
//! ```

use super::whole;
use crate::ident::{CellId, Digest, RecordKey, short_hash};
use crate::mistake::{Checked, Mistake};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Numbers of a panel that is kept; a larger one is not.
const PANEL_LIMIT: usize = 2_000_000;

/// The local part of a results folder.
#[derive(Debug, Clone)]
pub struct Local {
    folder: PathBuf,
}

/// Holds the folder for one run; let go when dropped, or when the process ends in any way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// A cell as a run had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The cell.
    pub cell: CellId,
    /// Its record.
    pub key: RecordKey,
}

/// The last run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// The kept copy of its panel.
    pub panel: String,
    /// Its cells by label.
    pub cells: BTreeMap<String, Version>,
}

/// One line of `runs.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it ended, UTC.
    pub at: String,
    /// The version of spanel.
    pub version: String,
    /// The selection of cells, if it was not all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selection: Option<String>,
    /// Cells of the plan, distinct.
    pub cells: usize,
    /// Cells that were fitted or failed now.
    pub fitted: usize,
    /// Of those, how many failed.
    pub failed: usize,
    /// Whether it was stopped.
    pub interrupted: bool,
    /// Seconds it took.
    pub seconds: f64,
    /// The kept copy of its panel.
    pub panel: String,
    /// Cells that are new or another than in the run before, by label.
    pub changed: BTreeMap<String, Version>,
    /// Labels that the run before had and this one has not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

/// A copy of a panel: columns of units within periods, `None` where a value is missing; and who is
/// linked with whom, and in which region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelCopy {
    /// Units.
    pub units: Vec<String>,
    /// Periods.
    pub periods: Vec<i64>,
    /// Columns, the value of unit i in period t at t·N + i.
    pub columns: BTreeMap<String, Vec<Option<f64>>>,
    /// Units of each region, by position; not known of copies made by earlier versions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub regions: BTreeMap<String, Vec<usize>>,
    /// Links of each weights matrix before normalisation: from, to, by position, and weight.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Vec<(usize, usize, f64)>>,
}

impl Local {
    /// The local part of the results folder `root`.
    pub fn of(root: &Path) -> Self {
        Self { folder: root.join("local") }
    }

    /// Waits until no other run works on the folder; `waiting` is called once if there is one.
    pub fn lock(&self, waiting: impl FnOnce()) -> Checked<Lock> {
        let path = self.folder.join("lock");
        let failed = |e: std::io::Error| Mistake::file(&path, format!("cannot be locked: {e}"));
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock().map_err(failed)?;
            }
            // A file system without locks: as before there were any.
            Err(TryLockError::Error(_)) => {}
        }
        Ok(Lock { _file: file })
    }

    /// The last run; nothing where it is not known.
    pub fn last(&self) -> Last {
        self.read("last.json").unwrap_or_default()
    }

    /// Remembers the last run.
    pub fn write_last(&self, last: &Last) -> Checked<()> {
        self.write("last.json", last)
    }

    /// How many seconds cells took, by cell.
    pub fn seconds(&self) -> BTreeMap<CellId, f64> {
        self.read("seconds.json").unwrap_or_default()
    }

    /// Remembers how long cells took.
    pub fn write_seconds(&self, seconds: &BTreeMap<CellId, f64>) -> Checked<()> {
        self.write("seconds.json", seconds)
    }

    /// Takes over how long cells took elsewhere.
    pub fn take_in_seconds(&self, other: &Self) -> Checked<()> {
        let theirs = other.seconds();
        if theirs.is_empty() {
            return Ok(());
        }
        let mut seconds = self.seconds();
        seconds.extend(theirs);
        self.write_seconds(&seconds)
    }

    /// Where a failed cell leaves what is needed to make it fail again.
    pub fn failure(&self, cell: &CellId) -> PathBuf {
        self.folder.join("failures").join(cell.to_string())
    }

    /// The failed cells that left something.
    pub fn failures(&self) -> BTreeSet<CellId> {
        let Ok(entries) = std::fs::read_dir(self.folder.join("failures")) else {
            return BTreeSet::new();
        };
        let name = |e: std::fs::DirEntry| Digest::parse(&e.file_name().to_string_lossy());
        entries.flatten().filter_map(name).map(CellId).collect()
    }

    /// Keeps the files of a failed cell, by name, in place of those it left before.
    pub fn keep_failure(&self, cell: &CellId, files: &BTreeMap<String, String>) -> Checked<()> {
        self.forget_failure(cell)?;
        let folder = self.failure(cell);
        for (name, text) in files {
            whole::write(&folder.join(name), text.as_bytes())?;
        }
        Ok(())
    }

    /// Takes over what failed cells left elsewhere.
    pub fn take_in_failures(&self, other: &Self) -> Checked<()> {
        for cell in other.failures() {
            let Ok(entries) = std::fs::read_dir(other.failure(&cell)) else { continue };
            for from in entries.flatten().map(|e| e.path()).filter(|path| path.is_file()) {
                let bytes = std::fs::read(&from)
                    .map_err(|e| Mistake::file(&from, format!("cannot be read: {e}")))?;
                let name = from.file_name().unwrap_or_default();
                whole::write(&self.failure(&cell).join(name), &bytes)?;
            }
        }
        Ok(())
    }

    /// Removes what a failed cell left.
    pub fn forget_failure(&self, cell: &CellId) -> Checked<()> {
        let folder = self.failure(cell);
        match std::fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Mistake::file(&folder, format!("cannot be removed: {e}")).into())
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Whether no run works on the folder.
    pub fn is_idle(&self) -> bool {
        let Ok(file) = File::open(self.folder.join("lock")) else { return true };
        !matches!(file.try_lock(), Err(TryLockError::WouldBlock))
    }

    /// Every run, first to last. Lines that are not whole are passed over.
    pub fn runs(&self) -> Vec<Run> {
        let text = std::fs::read_to_string(self.folder.join("runs.jsonl")).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Adds a run.
    pub fn add_run(&self, run: &Run) -> Checked<()> {
        let path = self.folder.join("runs.jsonl");
        let failed = |e: &dyn std::fmt::Display| Mistake::unwritten(&path, e);
        let mut line = serde_json::to_vec(run).map_err(|e| failed(&e))?;
        line.push(b'\n');
        std::fs::create_dir_all(&self.folder).map_err(|e| failed(&e))?;
        let mut file =
            File::options().append(true).create(true).open(&path).map_err(|e| failed(&e))?;
        file.write_all(&line).map_err(|e| failed(&e))?;
        Ok(())
    }

    /// Keeps a copy of a panel; its name. A very large one is not kept.
    pub fn keep_panel(&self, panel: &PanelCopy) -> Checked<String> {
        let links = panel.links.values().map(Vec::len).sum::<usize>();
        let numbers = panel.columns.values().map(Vec::len).sum::<usize>() + links;
        if numbers > PANEL_LIMIT {
            return Ok(String::new());
        }
        let bytes = serde_json::to_vec(panel).map_err(|e| {
            Mistake::file(&self.folder, format!("the panel cannot be put into JSON: {e}"))
        })?;
        let name = short_hash("spanel 2026 panel", &bytes);
        let path = self.folder.join(format!("panels/{name}.json"));
        if !path.exists() {
            whole::write(&path, &bytes)?;
        }
        Ok(name)
    }

    /// The copy called `name`, if it is kept.
    pub fn panel(&self, name: &str) -> Option<PanelCopy> {
        if name.is_empty() { None } else { self.read(&format!("panels/{name}.json")) }
    }

    /// Removes the copies of panels that are not named; how many.
    pub fn forget_panels(&self, named: &[&str]) -> usize {
        let Ok(entries) = std::fs::read_dir(self.folder.join("panels")) else { return 0 };
        let gone = entries.flatten().map(|e| e.path()).filter(|path| {
            path.file_stem().is_none_or(|stem| !named.iter().any(|name| **name == *stem))
        });
        gone.filter(|path| std::fs::remove_file(path).is_ok()).count()
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&std::fs::read(self.folder.join(name)).ok()?).ok()
    }

    fn write(&self, name: &str, value: &impl Serialize) -> Checked<()> {
        let path = self.folder.join(name);
        let bytes = serde_json::to_vec(value)
            .map_err(|e| Mistake::file(&path, format!("cannot be put into JSON: {e}")))?;
        whole::write(&path, &bytes)
    }
}
