//! The log of a run: records as they come, a line each behind its checksum.
//!
//! ```text
//! 0123456789abcdef0123456789abcdef {"schema":2,"cell":"…", …}⏎
//! ```
//!
//! A line is written by one call. What is not whole at the end (the run was killed, the power
//! failed, the disk was full) is cut off by the next run.

use super::bucket::sum;
use super::{Entry, Site, Stub};
use crate::mistake::{Checked, Mistake};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Length of a checksum and the space behind it.
const BEFORE: usize = 33;

/// The log while it is written.
#[derive(Debug)]
pub(super) struct Log {
    path: PathBuf,
    file: Option<File>,
    /// Where the next line begins.
    pub(super) end: u64,
}

impl Log {
    /// The log at `path`, to be continued at `end`.
    pub(super) fn new(path: &Path, end: u64) -> Self {
        Self { path: path.to_owned(), file: None, end }
    }

    /// Adds a record; the place where it begins.
    pub(super) fn append(&mut self, record: &[u8]) -> Checked<u64> {
        let failed = |e: std::io::Error| {
            Mistake::unwritten(&self.path, e)
                .help("nothing that was kept before is lost: make room and run again")
        };
        let mut line = sum(record).to_string().into_bytes();
        line.push(b' ');
        line.extend_from_slice(record);
        line.push(b'\n');
        let mut file = match self.file.take() {
            Some(file) => file,
            None => open(&self.path, self.end).map_err(failed)?,
        };
        if let Err(e) = file.write_all(&line) {
            // Half a line must not stand before the next one.
            drop(file.set_len(self.end));
            return Err(failed(e).into());
        }
        self.file = Some(file);
        let at = self.end + BEFORE as u64;
        self.end += line.len() as u64;
        Ok(at)
    }

    /// Forces what was appended to the disk.
    pub(super) fn sync(&self) -> Checked<()> {
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_data);
        synced.map_err(|e| Mistake::unwritten(&self.path, e).into())
    }

    /// Takes the log away once its records have their place elsewhere.
    pub(super) fn remove(&mut self) -> Checked<()> {
        self.file = None;
        self.end = 0;
        match std::fs::remove_file(&self.path) {
            Err(e) if e.kind() != ErrorKind::NotFound => {
                Err(Mistake::file(&self.path, format!("cannot be removed: {e}")).into())
            }
            _ => Ok(()),
        }
    }
}

/// The file, cut to `end`, and ready to go on from there.
fn open(path: &Path, end: u64) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
    file.set_len(end)?;
    file.seek(SeekFrom::Start(end))?;
    Ok(file)
}

/// The whole lines of the log at `path`, and where they end.
pub(super) fn entries(path: &Path) -> Checked<(Vec<Entry>, u64)> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(e) => return Err(Mistake::file(path, format!("cannot be read: {e}")).into()),
    };
    let mut reader = BufReader::new(file);
    let (mut entries, mut at, mut line) = (Vec::new(), 0u64, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        read.map_err(|e| Mistake::file(path, format!("cannot be read: {e}")))?;
        let Some(entry) = entry(&line, at) else { return Ok((entries, at)) };
        at += line.len() as u64;
        entries.push(entry);
    }
}

/// What a whole line says; `None` for one that is not whole.
fn entry(line: &[u8], at: u64) -> Option<Entry> {
    let record = line.get(BEFORE..)?.strip_suffix(b"\n")?;
    let said = line.get(..BEFORE - 1)?;
    let sum = sum(record);
    if said != sum.to_string().as_bytes() {
        return None;
    }
    let stub: Stub = serde_json::from_slice(record).ok()?;
    Some(stub.entry(sum, (Site::Log, at + BEFORE as u64, record.len() as u64)))
}
