//! Whole files or none.

use crate::mistake::{Checked, Mistake};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Temporary files begin with this; those that a killed process left are swept away.
pub(super) const TEMPORARY: &str = ".spanel-";

/// Writes `bytes` to `file` through a temporary file that takes its place only when it is complete.
/// A file that already holds `bytes` is left alone.
pub fn write(file: &Path, bytes: &[u8]) -> Checked<()> {
    place(file, bytes, false)
}

/// The same, and the bytes are on the disk before they take their place.
pub fn write_durably(file: &Path, bytes: &[u8]) -> Checked<()> {
    place(file, bytes, true)
}

fn place(file: &Path, bytes: &[u8], durable: bool) -> Checked<()> {
    if std::fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let failed = |e: &dyn std::fmt::Display| unwritten(file, e);
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    let mut temporary = temporary_in(folder).map_err(|e| failed(&e))?;
    temporary.write_all(bytes).map_err(|e| failed(&e))?;
    make_readable(&temporary).map_err(|e| failed(&e))?;
    if durable {
        temporary.as_file().sync_data().map_err(|e| failed(&e))?;
    }
    temporary.persist(file).map_err(|e| failed(&e))?;
    Ok(())
}

/// A whole file written piece by piece: it takes the place of the old one when it is finished, and
/// a file that already holds the same bytes is left alone.
#[derive(Debug)]
pub struct Growing {
    path: PathBuf,
    temporary: BufWriter<tempfile::NamedTempFile>,
}

impl Growing {
    /// Begins the file at `path`.
    pub fn new(path: &Path) -> Checked<Self> {
        let failed = |e: std::io::Error| unwritten(path, &e);
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(failed)?;
        let temporary = BufWriter::new(temporary_in(folder).map_err(failed)?);
        Ok(Self { path: path.to_owned(), temporary })
    }

    /// Adds to it.
    pub fn add(&mut self, text: &str) -> Checked<()> {
        let written = self.temporary.write_all(text.as_bytes());
        written.map_err(|e| unwritten(&self.path, &e).into())
    }

    /// Puts it in its place.
    pub fn finish(self) -> Checked<()> {
        let Self { path, temporary } = self;
        let failed = |e: &dyn std::fmt::Display| unwritten(&path, e);
        let temporary = temporary.into_inner().map_err(|e| failed(&e))?;
        if same(temporary.path(), &path).unwrap_or(false) {
            return Ok(());
        }
        make_readable(&temporary).map_err(|e| failed(&e))?;
        temporary.persist(&path).map_err(|e| failed(&e))?;
        Ok(())
    }
}

fn unwritten(path: &Path, e: &dyn std::fmt::Display) -> Mistake {
    Mistake::unwritten(path, e)
}

/// Whether two files hold the same bytes.
fn same(one: &Path, other: &Path) -> std::io::Result<bool> {
    let (mut one, mut other) =
        (BufReader::new(File::open(one)?), BufReader::new(File::open(other)?));
    loop {
        let (a, b) = (one.fill_buf()?, other.fill_buf()?);
        let shorter = a.len().min(b.len());
        if shorter == 0 {
            return Ok(a.len() == b.len());
        }
        if a[..shorter] != b[..shorter] {
            return Ok(false);
        }
        one.consume(shorter);
        other.consume(shorter);
    }
}

/// A temporary file in `folder`.
pub(super) fn temporary_in(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder)
}

/// Removes what killed processes left in `folder`.
pub(super) fn sweep(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            // One that cannot be removed is in nobody's way.
            drop(std::fs::remove_file(entry.path()));
        }
    }
}

/// Forces the names in `folder` to the disk, where the system can.
pub(super) fn settle_names(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        drop(folder.sync_all());
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
