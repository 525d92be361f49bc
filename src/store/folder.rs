//! A results folder: whole files or none.

use super::distribution::ParquetFile;
use super::journal::FileJournal;
use super::replicates::{Distribution, Facts, Heading, Journal, Keeper};
use super::{ExperimentRecord, Record, SCHEMA};
use crate::ident::{CellId, short_hash};
use crate::mistake::{Checked, Mistake};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The folder of one experiment.
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The folder `results/name`, made if it is not there.
    pub fn create(results: &Path, name: &str) -> Checked<Self> {
        let root = results.join(name);
        std::fs::create_dir_all(root.join("records"))
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

    /// Keeps a record, whole or not at all.
    pub fn write_record(&self, record: &Record) -> Checked<()> {
        self.write_json(&format!("records/{}.json", record.cell), record)
    }

    /// Keeps what there is beside the cells.
    pub fn write_experiment(&self, experiment: &ExperimentRecord) -> Checked<()> {
        self.write_json("experiment.json", experiment)
    }

    /// The records of `cells` that a run over `inputs` made. Those that are not there, are of
    /// another layout, or were made from other inputs are left out.
    pub fn read_records<'a>(
        &self,
        cells: impl IntoIterator<Item = &'a CellId>,
        inputs: &str,
    ) -> Checked<BTreeMap<CellId, Record>> {
        let mut records = BTreeMap::new();
        for cell in cells {
            let found: Option<Record> = self.read_json(&format!("records/{cell}.json"))?;
            let ours = |r: &Record| r.schema == SCHEMA && r.cell == *cell && r.inputs == inputs;
            if let Some(record) = found.filter(ours) {
                records.insert(cell.clone(), record);
            }
        }
        Ok(records)
    }

    /// What is kept beside the cells, if anything.
    pub fn read_experiment(&self) -> Checked<Option<ExperimentRecord>> {
        let found: Option<ExperimentRecord> = self.read_json("experiment.json")?;
        Ok(found.filter(|e| e.schema == SCHEMA))
    }

    fn write_json(&self, path: &str, value: &impl Serialize) -> Checked<()> {
        let mut text = serde_json::to_string_pretty(value).map_err(|e| {
            Mistake::file(self.root.join(path), format!("cannot be put into JSON: {e}"))
        })?;
        text.push('\n');
        self.write(path, &text)
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
    pub fn write(&self, path: &str, text: &str) -> Checked<()> {
        let file = self.root.join(path);
        if std::fs::read(&file).is_ok_and(|old| old == text.as_bytes()) {
            return Ok(());
        }
        let failed =
            |e: &dyn std::fmt::Display| Mistake::file(&file, format!("cannot be written: {e}"));
        let folder = file.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
        let mut temporary = tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(&e))?;
        temporary.write_all(text.as_bytes()).map_err(|e| failed(&e))?;
        make_readable(&temporary).map_err(|e| failed(&e))?;
        temporary.persist(&file).map_err(|e| failed(&e))?;
        Ok(())
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
        let path = self.root.join(format!("replicates/{}.parquet", file_name(name)));
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

/// Temporary files are private to their owner; results are for everyone who may read the folder.
#[cfg(unix)]
pub(super) fn make_readable(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(super) fn make_readable(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}
