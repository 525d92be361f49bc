//! A results folder: whole files or none.

use super::distribution::ParquetFile;
use super::journal::FileJournal;
use super::local::Local;
use super::records::Records;
use super::replicates::{Distribution, Facts, Heading, Journal, Keeper};
use super::whole::{self, Growing};
use super::{ExperimentRecord, SCHEMA};
use crate::ident::short_hash;
use crate::mistake::{Checked, Mistake};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What there is beside the cells.
pub const EXPERIMENT: &str = "experiment.json";

/// The folder of one experiment.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder `results/name`, made if it is not there.
    pub fn create(results: &Path, name: &str) -> Checked<Self> {
        let root = results.join(name);
        std::fs::create_dir_all(&root)
            .map_err(|e| Mistake::file(&root, format!("cannot make the results folder: {e}")))?;
        Ok(Self { root })
    }

    /// The folder `results/name` as it is.
    pub fn existing(results: &Path, name: &str) -> Self {
        Self { root: results.join(name) }
    }

    /// A folder anywhere, to write single files to.
    pub fn at(folder: &Path) -> Self {
        Self { root: folder.to_path_buf() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Keeps what there is beside the cells.
    pub fn write_experiment(&self, experiment: &ExperimentRecord) -> Checked<()> {
        self.write_json(EXPERIMENT, experiment)
    }

    /// The records there are.
    pub fn records(&self) -> Checked<Records> {
        Records::open(&self.root)
    }

    /// Where the replicates called `name` are kept for users.
    pub fn distribution_path(&self, name: &str) -> PathBuf {
        self.root.join(format!("replicates/{}.parquet", file_name(name)))
    }

    /// Copies replicates from another results folder; of two journals of the same the longer stays.
    pub fn take_in_replicates(&self, other: &Path) -> Checked<()> {
        let Ok(entries) = std::fs::read_dir(other.join("replicates")) else { return Ok(()) };
        for from in entries.flatten().map(|e| e.path()) {
            let Some(name) = from.file_name().filter(|_| from.is_file()) else { continue };
            let to = self.root.join("replicates").join(name);
            let length = |path: &Path| std::fs::metadata(path).map_or(0, |m| m.len());
            if length(&to) < length(&from) {
                let bytes = std::fs::read(&from)
                    .map_err(|e| Mistake::file(&from, format!("cannot be read: {e}")))?;
                whole::write(&to, &bytes)?;
            }
        }
        Ok(())
    }

    /// What is known of the runs that filled the folder.
    pub fn local(&self) -> Local {
        Local::of(&self.root)
    }

    /// Removes temporary files that killed runs left. Only for who holds the lock.
    pub fn sweep(&self) {
        for below in ["", "records", "history", "local", "tables", "replicates"] {
            whole::sweep(&self.root.join(below));
        }
    }

    /// What is kept beside the cells, if anything.
    pub fn read_experiment(&self) -> Checked<Option<ExperimentRecord>> {
        let found: Option<ExperimentRecord> = self.read_json(EXPERIMENT)?;
        Ok(found.filter(|e| e.schema == SCHEMA))
    }

    /// The text of a file below the folder, if there is one.
    pub fn read_text(&self, path: &str) -> Checked<Option<String>> {
        let file = self.root.join(path);
        match std::fs::read_to_string(&file) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(Mistake::file(&file, format!("cannot be read: {e}")).into()),
        }
    }

    fn write_json(&self, path: &str, value: &impl Serialize) -> Checked<()> {
        let mut text = serde_json::to_string_pretty(value).map_err(|e| {
            Mistake::file(self.root.join(path), format!("cannot be put into JSON: {e}"))
        })?;
        text.push('\n');
        self.write(path, text.as_bytes())
    }

    fn read_json<T: DeserializeOwned>(&self, path: &str) -> Checked<Option<T>> {
        let file = self.root.join(path);
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Mistake::file(&file, format!("cannot be read: {e}")).into()),
        };
        serde_json::from_str(&text).map(Some).map_err(|e| {
            Mistake::file(&file, format!("is not a record of this version of spanel: {e}"))
                .help("remove the file and run the experiment again")
                .into()
        })
    }

    /// Writes `text` to `path` below the folder through a temporary file that takes the place of
    /// the old one only when it is complete. A file that already holds `text` is left alone.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Checked<()> {
        whole::write(&self.root.join(path), bytes)
    }
}

impl Folder {
    /// A file below the folder that is written piece by piece and takes its place when it is
    /// complete.
    pub fn writer(&self, path: &str) -> Checked<Growing> {
        Growing::new(&self.root.join(path))
    }
}

impl Keeper for Folder {
    fn journal(&self, heading: &Heading) -> Checked<Box<dyn Journal>> {
        let path = self.root.join(format!("replicates/{}.journal", heading.key));
        Ok(Box::new(FileJournal::open(&path, heading)?))
    }

    fn distribution(
        &self,
        name: &str,
        heading: &Heading,
        facts: Facts,
    ) -> Checked<Box<dyn Distribution>> {
        let path = self.distribution_path(name);
        Ok(Box::new(ParquetFile::begin(&path, heading, facts)?))
    }
}

/// A label as the name of a file: `/` becomes `,`. Where a character is not one that every file
/// system takes, it becomes `_` and the name ends with a hash that tells it from others.
fn file_name(label: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "+-_.,/".contains(c);
    let part = |c: char| {
        if c == '/' {
            ','
        } else if plain(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = label.chars().map(part).collect();
    if label.chars().all(plain) {
        name
    } else {
        format!("{name}~{}", &short_hash("spanel 2026 file name", label.as_bytes())[..8])
    }
}
