//! A file of records: a line that says where each record lies, then the records, a line each.
//!
//! ```text
//! {"format":"spanel records","version":2,"records":[{"cell":"…","key":"…","state":"fitted","at":0,"length":4711,"sum":"…"}, …]}⏎
//! {"schema":2,"cell":"…", …}⏎
//! …
//! ```
//!
//! Records are sorted by cell and key, places count from the end of the first line. A file is
//! replaced as a whole, never changed.

use super::{Entry, Site, State};
use crate::ident::{CellId, Digest, RecordKey};
use crate::mistake::{Checked, Mistake};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

const FORMAT: &str = "spanel records";
/// Raised when the layout of the file changes.
const VERSION: u32 = 2;

#[derive(Debug, Serialize, Deserialize)]
struct Heading {
    format: String,
    version: u32,
    records: Vec<Line>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    cell: CellId,
    key: RecordKey,
    state: State,
    at: u64,
    length: u64,
    sum: Digest,
}

/// What identifies the bytes of a record.
pub(super) fn sum(record: &[u8]) -> Digest {
    Digest::of("spanel 2026 record bytes", record)
}

/// The entries of the file at `path`; none when there is no file, and an error when it is not whole.
pub(super) fn entries(path: &Path, site: Site) -> Checked<Vec<Entry>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Mistake::file(path, format!("cannot be read: {e}")).into()),
    };
    let damaged = |what: &dyn std::fmt::Display| {
        Mistake::file(path, format!("is not a whole file of records: {what}"))
            .help("run the experiment again: what it held is fitted again")
    };
    let size = file.metadata().map_err(|e| damaged(&e))?.len();
    let mut first = Vec::new();
    BufReader::new(file).read_until(b'\n', &mut first).map_err(|e| damaged(&e))?;
    let heading: Heading = serde_json::from_slice(&first).map_err(|e| damaged(&e))?;
    if heading.format != FORMAT || heading.version != VERSION {
        return Err(damaged(&"it is of another version of spanel").into());
    }
    let start = first.len() as u64;
    let end = heading.records.last().map_or(0, |line| line.at + line.length + 1);
    if start + end != size {
        return Err(damaged(&"it ends too early or too late").into());
    }
    let entry = |line: Line| Entry {
        cell: line.cell,
        key: line.key,
        state: line.state.0,
        sum: line.sum,
        site,
        at: start + line.at,
        length: line.length,
    };
    Ok(heading.records.into_iter().map(entry).collect())
}

/// The bytes of a file of these records, which are sorted here.
pub(super) fn bytes(mut records: Vec<(Entry, Vec<u8>)>) -> Vec<u8> {
    records.sort_by(|(a, _), (b, _)| (&a.cell, &a.key).cmp(&(&b.cell, &b.key)));
    let mut at = 0;
    let mut lines = Vec::with_capacity(records.len());
    for (entry, bytes) in &records {
        let length = bytes.len() as u64;
        lines.push(Line {
            cell: entry.cell,
            key: entry.key,
            state: State(entry.state),
            at,
            length,
            sum: entry.sum,
        });
        at += length + 1;
    }
    let heading = Heading { format: FORMAT.to_owned(), version: VERSION, records: lines };
    let mut out = serde_json::to_vec(&heading)
        .expect("a structure of strings and numbers always has a JSON form");
    out.push(b'\n');
    out.reserve(at as usize);
    for (_, bytes) in &records {
        out.extend_from_slice(bytes);
        out.push(b'\n');
    }
    out
}

/// The bytes of one record of the file at `path`, checked.
pub(super) fn read(path: &Path, entry: &Entry) -> Checked<Vec<u8>> {
    let failed = |e: &dyn std::fmt::Display| {
        Mistake::file(path, format!("the record of cell {} cannot be read: {e}", entry.cell))
            .help("run the experiment again: the cell is fitted again")
    };
    let mut bytes = vec![0; entry.length as usize];
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    file.seek(SeekFrom::Start(entry.at)).map_err(|e| failed(&e))?;
    file.read_exact(&mut bytes).map_err(|e| failed(&e))?;
    if sum(&bytes) != entry.sum {
        return Err(failed(&"its checksum does not fit").into());
    }
    Ok(bytes)
}
