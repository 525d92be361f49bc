//! The records of an experiment on disk.
//!
//! ```text
//! records/00.jsonl … ff.jsonl    the records of the plan as it was last run, by the first two
//!                                digits of the cell
//! history/00.jsonl … ff.jsonl    records that earlier plans, data and versions left
//! local/log.jsonl                records of a run under way
//! ```
//!
//! A run appends to one log. When it ends, and whenever the log has grown long, the records move to
//! the files of their cells, which are replaced as whole files. So a sweep of 100 000 cells keeps
//! one file open, writes each record twice, rewrites only the files whose cells have changed, and
//! leaves 256 files of a few megabytes, whose first lines say where each record lies: any cell is
//! found without reading the others.
//!
//! `records/` is a function of the experiment, its data and its seed: no clock, no order of
//! arrival, and nothing of what was there before. A killed process leaves whole files and a log
//! that ends in at most one broken line.
//!
//! | file | what it does |
//! |---|---|
//! | `bucket` | a file of records |
//! | `log` | the log |

mod bucket;
mod log;

use super::whole;
use super::{CellResult, Record, SCHEMA};
use crate::ident::{CellId, Digest, RecordKey};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::outcome::FailureKind;
use log::Log;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The log is emptied when it has grown beyond this.
const LOG_LIMIT: u64 = 64 << 20;

/// Where a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    Current,
    History,
    Log,
}

/// A record that is kept.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The cell.
    pub cell: CellId,
    /// What it was made from.
    pub key: RecordKey,
    /// `fitted`, or the class of the failure.
    pub state: &'static str,
    sum: Digest,
    site: Site,
    at: u64,
    length: u64,
}

impl Entry {
    /// The checksum of its bytes.
    pub fn sum(&self) -> Digest {
        self.sum
    }
}

impl Entry {
    /// Whether it is a failure that depends on more than the cell, its numbers and versions.
    pub fn may_not_fail_again(&self) -> bool {
        FailureKind::ALL
            .into_iter()
            .any(|kind| kind.may_not_fail_again() && kind.name() == self.state)
    }
}

/// What the log needs to know of a record.
#[derive(Deserialize)]
struct Stub {
    cell: CellId,
    key: RecordKey,
    #[serde(rename = "result", deserialize_with = "state")]
    state: State,
}

impl Stub {
    fn entry(self, sum: Digest, (site, at, length): (Site, u64, u64)) -> Entry {
        let Self { cell, key, state } = self;
        Entry { cell, key, state: state.0, sum, site, at, length }
    }
}

fn state<'de, D: Deserializer<'de>>(from: D) -> Result<State, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Result {
        Fitted(serde::de::IgnoredAny),
        Failed(Class),
    }
    #[derive(Deserialize)]
    struct Class {
        kind: FailureKind,
    }
    Ok(State(match Result::deserialize(from)? {
        Result::Fitted(_) => FITTED,
        Result::Failed(Class { kind }) => kind.name(),
    }))
}

/// The state of a record with a fit.
pub const FITTED: &str = "fitted";

/// `fitted`, or the class of a failure, as it stands in files.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(transparent)]
struct State(&'static str);

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(from)?;
        let mut states = FailureKind::ALL.into_iter().map(FailureKind::name).chain([FITTED]);
        let known = states.find(|state| *state == name);
        known.map(Self).ok_or_else(|| D::Error::custom(format!("`{name}` is no state")))
    }
}

impl Record {
    /// `fitted`, or the class of the failure.
    pub fn state(&self) -> &'static str {
        match &self.result {
            CellResult::Fitted(_) => FITTED,
            CellResult::Failed(failure) => failure.kind.name(),
        }
    }
}

/// Nearly every cell has one record: a list of one takes a fraction of a map of one.
type Kept = BTreeMap<CellId, Vec<Entry>>;

/// All records of a folder.
#[derive(Debug)]
pub struct Records {
    root: PathBuf,
    inner: Mutex<Inner>,
    /// Files that were not whole; what they held counts as not there.
    pub damaged: Vec<Mistake>,
}

#[derive(Debug)]
struct Inner {
    kept: Kept,
    log: Log,
}

impl Records {
    /// The records in the folder `root`, which need not be there.
    pub fn open(root: &Path) -> Checked<Self> {
        let mut kept = Kept::new();
        let mut damaged = Vec::new();
        for site in [Site::History, Site::Current] {
            for path in files(&root.join(folder(site)))? {
                match bucket::entries(&path, site) {
                    Ok(entries) => keep(&mut kept, entries),
                    Err(mistakes) => damaged.extend(mistakes.into_vec()),
                }
            }
        }
        let path = root.join(LOG);
        let (entries, end) = log::entries(&path)?;
        keep(&mut kept, entries);
        let inner = Mutex::new(Inner { kept, log: Log::new(&path, end) });
        Ok(Self { root: root.to_owned(), inner, damaged })
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        // A panic while the lock is held cannot leave the maps half-changed.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The record of `cell` made from `key`, wherever it lies.
    pub fn find(&self, cell: &CellId, key: &RecordKey) -> Option<Entry> {
        self.inner().kept.get(cell)?.iter().find(|e| e.key == *key).cloned()
    }

    /// Every record of `cell`.
    pub fn versions(&self, cell: &CellId) -> Vec<Entry> {
        self.inner().kept.get(cell).cloned().unwrap_or_default()
    }

    /// The record of `cell` by the plan as it was last run: of several, that in the log.
    pub fn current(&self, cell: &CellId) -> Option<Entry> {
        let inner = self.inner();
        let of = inner.kept.get(cell)?;
        of.iter().filter(|e| e.site != Site::History).max_by_key(|e| (e.site, e.at)).cloned()
    }

    /// The current records of all cells, by cell.
    pub fn all_current(&self) -> Vec<Entry> {
        let cells: Vec<CellId> = self.inner().kept.keys().copied().collect();
        cells.iter().filter_map(|cell| self.current(cell)).collect()
    }

    /// How many records are kept of earlier plans, data and versions, and their bytes.
    pub fn superseded(&self) -> (usize, u64) {
        let inner = self.inner();
        let old = inner.kept.values().flatten();
        let old = old.filter(|e| e.site == Site::History);
        old.fold((0, 0), |(n, bytes), e| (n + 1, bytes + e.length))
    }

    fn path(&self, entry: &Entry) -> PathBuf {
        match entry.site {
            Site::Log => self.root.join(LOG),
            site => self.root.join(folder(site)).join(file(&entry.cell)),
        }
    }

    fn bytes(&self, entry: &Entry) -> Checked<Vec<u8>> {
        bucket::read(&self.path(entry), entry)
    }

    /// The record of an entry.
    pub fn read(&self, entry: &Entry) -> Checked<Record> {
        let bytes = self.bytes(entry)?;
        let unfit = |what: String| Mistake::file(self.path(entry), what);
        let record: Record = serde_json::from_slice(&bytes).map_err(|e| {
            unfit(format!("the record of cell {} is not of this version: {e}", entry.cell))
                .help("run the experiment again: the cell is fitted again")
        })?;
        Ok(record)
    }

    /// The current records of `cells`; those that are not there, or are of another layout, are left
    /// out.
    pub fn read_current<'a>(
        &self,
        cells: impl IntoIterator<Item = &'a CellId>,
    ) -> Checked<BTreeMap<CellId, Record>> {
        let mut records = BTreeMap::new();
        for cell in cells {
            if let Some(entry) = self.current(cell) {
                let record = self.read(&entry)?;
                if record.schema == SCHEMA {
                    records.insert(*cell, record);
                }
            }
        }
        Ok(records)
    }

    /// Forgets the records of `cells` whose bytes are damaged; what is wrong with them.
    pub fn drop_unreadable<'a>(&self, cells: impl Iterator<Item = &'a CellId>) -> Vec<Mistake> {
        let mut wrong = Vec::new();
        for cell in cells {
            for entry in self.versions(cell) {
                if let Err(mistakes) = self.bytes(&entry) {
                    wrong.extend(mistakes.into_vec());
                    if let Some(of) = self.inner().kept.get_mut(cell) {
                        of.retain(|e| e.key != entry.key);
                    }
                }
            }
        }
        wrong
    }

    /// Keeps a record.
    pub fn append(&self, record: &Record) -> Checked<()> {
        let bytes = to_bytes(record)?;
        self.append_bytes(record.cell, record.key, record.state(), &bytes)
    }

    fn append_bytes(
        &self,
        cell: CellId,
        key: RecordKey,
        state: &'static str,
        bytes: &[u8],
    ) -> Checked<()> {
        let mut inner = self.inner();
        let at = inner.log.append(bytes)?;
        let (length, sum) = (bytes.len() as u64, bucket::sum(bytes));
        let entry = Entry { cell, key, state, sum, site: Site::Log, at, length };
        keep(&mut inner.kept, vec![entry]);
        Ok(())
    }

    /// Keeps every current record of `other` that is not here yet, or is here as a failure that did
    /// not happen there; how many there were.
    pub fn take_in(&self, other: &Self) -> Checked<usize> {
        let mut taken = 0;
        for entry in other.all_current() {
            let wanted = |own: Entry| {
                let mended = own.state != FITTED && entry.state == FITTED;
                mended || (own.may_not_fail_again() && own.state != entry.state)
            };
            if self.find(&entry.cell, &entry.key).is_none_or(wanted) {
                // A damaged record is a missing one.
                let Ok(bytes) = other.bytes(&entry) else { continue };
                self.append_bytes(entry.cell, entry.key, entry.state, &bytes)?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    /// Whether so much has been appended that it should be settled.
    pub fn is_long(&self) -> bool {
        self.inner().log.end > LOG_LIMIT
    }

    /// Puts every record in its file: those that `plan` names in `records/`, the others in
    /// `history/`. Files that are as they should be are left alone.
    pub fn settle(&self, plan: &BTreeMap<CellId, RecordKey>) -> Checked<()> {
        let mut inner = self.inner();
        let mut firsts: Vec<u8> = inner.kept.keys().map(|cell| cell.0.first()).collect();
        firsts.dedup();
        // Cells of a file stand together, since both are in the order of their digits.
        for first in firsts {
            let start = CellId(Digest::at(first));
            let name = file(&start);
            let own = inner.kept.range(start..).take_while(|(cell, _)| cell.0.first() == first);
            let (mut current, mut old) = (Vec::new(), Vec::new());
            for entry in own.flat_map(|(_, of)| of) {
                let of =
                    if plan.get(&entry.cell) == Some(&entry.key) { &mut current } else { &mut old };
                of.push(entry.clone());
            }
            let cells: BTreeSet<CellId> =
                current.iter().chain(&old).map(|e: &Entry| e.cell).collect();
            let settled = self.replace(&name, current, old)?;
            for cell in cells {
                inner.kept.remove(&cell);
            }
            keep(&mut inner.kept, settled);
        }
        for mistake in &self.damaged {
            drop_damaged(mistake, &inner.kept);
        }
        for site in [Site::History, Site::Current] {
            whole::settle_names(&self.root.join(folder(site)));
        }
        inner.log.remove()?;
        Ok(())
    }

    /// Makes the files called `name` hold exactly these records. Whenever it ends, every record is
    /// in one of them: what leaves a file is in the other before it is gone.
    fn replace(&self, name: &str, current: Vec<Entry>, old: Vec<Entry>) -> Checked<Vec<Entry>> {
        let path = |site| self.root.join(folder(site)).join(name);
        let there = |site| bucket::entries(&path(site), site).unwrap_or_default();
        let (current_there, old_there) = (there(Site::Current), there(Site::History));
        let stays = |site, entries: &[Entry], there: &[Entry]| {
            entries.len() == there.len() && entries.iter().all(|e| e.site == site)
        };
        if stays(Site::Current, &current, &current_there) && stays(Site::History, &old, &old_there)
        {
            return Ok(current_there.into_iter().chain(old_there).collect());
        }
        // A record whose bytes are damaged is no record any more.
        let load = |entries: Vec<Entry>| -> Checked<Vec<(Entry, Vec<u8>)>> {
            Ok(entries
                .into_iter()
                .filter_map(|e| Some((e.clone(), self.bytes(&e).ok()?)))
                .collect())
        };
        let back = current.iter().any(|e| e.site == Site::History);
        let (current, old) = (load(current)?, load(old)?);
        if back {
            let both = current.iter().filter(|(e, _)| e.site == Site::History).chain(&old).cloned();
            write(&path(Site::History), both.collect())?;
        } else {
            write(&path(Site::History), old.clone())?;
        }
        write(&path(Site::Current), current)?;
        if back {
            write(&path(Site::History), old)?;
        }
        let mut settled = bucket::entries(&path(Site::Current), Site::Current)?;
        settled.extend(bucket::entries(&path(Site::History), Site::History)?);
        Ok(settled)
    }

    /// Forgets the records of earlier plans, data and versions for which `gone` holds; how many.
    pub fn forget(&self, gone: impl Fn(&Entry) -> bool) -> Checked<usize> {
        let mut inner = self.inner();
        let mut forgotten = 0;
        let mut files: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
        for entry in inner.kept.values().flatten() {
            if entry.site == Site::History {
                files.entry(file(&entry.cell)).or_default().push(entry.clone());
            }
        }
        for (name, entries) in files {
            let path = self.root.join(folder(Site::History)).join(&name);
            let (out, stay): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(&gone);
            if out.is_empty() {
                continue;
            }
            let stay: Checked<Vec<(Entry, Vec<u8>)>> =
                stay.into_iter().map(|e| self.bytes(&e).map(|bytes| (e, bytes))).collect();
            write(&path, stay?)?;
            for entry in &out {
                if let Some(of) = inner.kept.get_mut(&entry.cell) {
                    of.retain(|e| e.key != entry.key);
                }
            }
            forgotten += out.len();
            keep(&mut inner.kept, bucket::entries(&path, Site::History)?);
        }
        Ok(forgotten)
    }

    /// Forces what was appended to the disk.
    pub fn sync(&self) -> Checked<()> {
        self.inner().log.sync()
    }

    /// Everything that is wrong with the stored bytes: files that are not whole, records whose
    /// checksum does not fit.
    pub fn verify(&self) -> Vec<Mistake> {
        let entries: Vec<Entry> = self.inner().kept.values().flatten().cloned().collect();
        let wrong = entries.iter().filter_map(|e| self.bytes(e).err());
        self.damaged.iter().cloned().chain(wrong.flat_map(Mistakes::into_vec)).collect()
    }
}

const LOG: &str = "local/log.jsonl";

fn folder(site: Site) -> &'static str {
    match site {
        Site::Current | Site::Log => "records",
        Site::History => "history",
    }
}

fn file(cell: &CellId) -> String {
    format!("{:02x}.jsonl", cell.0.first())
}

/// The files of records in a folder, sorted.
fn files(folder: &Path) -> Checked<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Mistake::file(folder, format!("cannot be read: {e}")).into()),
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    Ok(files)
}

/// Writes a file of records, or removes it where there are none.
fn write(path: &Path, records: Vec<(Entry, Vec<u8>)>) -> Checked<()> {
    if !records.is_empty() {
        return whole::write_durably(path, &bucket::bytes(records));
    }
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(Mistake::file(path, format!("cannot be removed: {e}")).into())
        }
        _ => Ok(()),
    }
}

/// Takes in entries; of two with the same key the later one counts, since it lies where the
/// earlier one does not any more.
fn keep(kept: &mut Kept, entries: Vec<Entry>) {
    for entry in entries {
        let of = kept.entry(entry.cell).or_insert_with(|| Vec::with_capacity(1));
        match of.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => of.push(entry),
        }
    }
}

/// Removes a file that was not whole, unless records of this run have taken its place.
fn drop_damaged(mistake: &Mistake, settled: &Kept) {
    let crate::mistake::Place::File(path) = &mistake.place else { return };
    let replaced = settled
        .values()
        .flatten()
        .any(|e| path.ends_with(Path::new(folder(e.site)).join(file(&e.cell))));
    if !replaced {
        // A file that cannot be removed is reported again by the next run.
        drop(std::fs::remove_file(path));
    }
}

fn to_bytes(record: &Record) -> Checked<Vec<u8>> {
    serde_json::to_vec(record).map_err(|e| {
        Mistake::file(format!("record of {}", record.cell), format!("cannot be put into JSON: {e}"))
            .into()
    })
}
