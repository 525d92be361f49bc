//! The journal of a bootstrap: a file that only grows, by blocks that carry their own checksum.
//!
//! ```text
//! {"format":"spanel replicates","version":1,"key":"…","lanes":24,"terms":["…", …]}⏎
//! block*
//!
//! block   magic      8 bytes
//!         first      u64   number of the first replicate
//!         count      u64   replicates, whole tiles
//!         good       count bytes, 1 where the replicate could be fitted
//!         numbers    count · 2 · terms · f64, tile by tile
//!         checksum   32 hex digits: BLAKE3 of all before it in the block
//! ```
//!
//! All numbers are little-endian. Blocks follow each other without gaps. What is not whole (a run
//! was killed, the power failed, the disk was full) ends what is kept: the next append cuts it off.
//! Nothing is flushed to the disk by force; a block that did not reach it is drawn again.
//!
//! Blocks are appended under a lock of the file, by one call, and only where they go on from what is
//! there: several runs may use one journal at once.

use super::replicates::{Heading, Journal, Tiles};
use crate::ident::short_hash;
use crate::mistake::{Checked, Mistake};
use serde::Serialize;
use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Raised when the layout changes.
const VERSION: u32 = 1;
const MAGIC: [u8; 8] = *b"\x89tiles\r\n";
/// Bytes of a block before and after its contents.
const OPENING: usize = 24;
const CHECKSUM: usize = 32;

/// The first line of the file.
#[derive(Serialize)]
struct Opening<'a> {
    format: &'static str,
    version: u32,
    key: &'a str,
    lanes: usize,
    terms: &'a [String],
}

/// A journal in a file.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    heading: Heading,
    /// The first line as it must be.
    opening: Vec<u8>,
    file: Option<File>,
    /// The place behind the last block that was read or written; 0: the first line was not seen.
    at: u64,
    /// How many replicates lie before it.
    known: u64,
}

impl FileJournal {
    /// The journal at `path`, which need not be there.
    pub fn open(path: &Path, heading: &Heading) -> Checked<Self> {
        let line = Opening {
            format: "spanel replicates",
            version: VERSION,
            key: &heading.key,
            lanes: heading.lanes,
            terms: &heading.terms,
        };
        let mut opening = serde_json::to_vec(&line)
            .expect("a structure of strings and numbers always has a JSON form");
        opening.push(b'\n');
        let file = match File::options().read(true).write(true).open(path) {
            Ok(file) => Some(file),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(Mistake::file(path, format!("cannot be opened: {e}")).into()),
        };
        Ok(Self { path: path.to_owned(), heading: heading.clone(), opening, file, at: 0, known: 0 })
    }

    fn create(&self) -> std::io::Result<File> {
        std::fs::create_dir_all(self.path.parent().unwrap_or(Path::new("")))?;
        File::options().read(true).write(true).create(true).truncate(false).open(&self.path)
    }

    /// Goes to the first block; whether the first line is the one that must be there.
    fn rewind(&mut self, file: &mut File) -> std::io::Result<bool> {
        (self.at, self.known) = (0, 0);
        let mut line = vec![0; self.opening.len()];
        file.seek(SeekFrom::Start(0))?;
        let sound = whole(file.read_exact(&mut line))? && line == self.opening;
        if sound {
            self.at = line.len() as u64;
        }
        Ok(sound)
    }

    /// The next block if it is whole, and its length in the file.
    fn block(&self, file: &mut File) -> std::io::Result<Option<(Tiles<'static>, u64)>> {
        let left = file.metadata()?.len().saturating_sub(self.at);
        let mut bytes = vec![0; OPENING];
        file.seek(SeekFrom::Start(self.at))?;
        if left < OPENING as u64 || !whole(file.read_exact(&mut bytes))? {
            return Ok(None);
        }
        let (first, count) = (word(&bytes[8..16]), word(&bytes[16..24]));
        let lanes = self.heading.lanes as u64;
        let expected = bytes[..8] == MAGIC && first == self.known && count > 0;
        if !expected || count > left || count % lanes != 0 {
            return Ok(None);
        }
        let numbers = count / lanes * self.heading.tile() as u64;
        let length = OPENING as u64 + count + 8 * numbers + CHECKSUM as u64;
        if length > left {
            return Ok(None);
        }
        bytes.resize(length as usize, 0);
        if !whole(file.read_exact(&mut bytes[OPENING..]))? {
            return Ok(None);
        }
        let (contents, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
        if sum(contents).as_bytes() != checksum {
            return Ok(None);
        }
        let (good, numbers) = contents[OPENING..].split_at(count as usize);
        let tiles = Tiles {
            first,
            good: good.iter().map(|&g| g == 1).collect(),
            numbers: numbers.chunks_exact(8).map(|b| f64::from_bits(word(b))).collect(),
        };
        Ok(Some((tiles, length)))
    }

    /// Goes past `tiles`, which take `length` bytes.
    fn pass(&mut self, tiles: &Tiles<'_>, length: u64) {
        self.at += length;
        self.known = tiles.end();
    }

    fn read_from(&mut self, file: &mut File, from: u64) -> std::io::Result<Option<Tiles<'static>>> {
        if (self.at == 0 || from < self.known) && !self.rewind(file)? {
            return Ok(None);
        }
        while let Some((tiles, length)) = self.block(file)? {
            self.pass(&tiles, length);
            if from == tiles.first {
                return Ok(Some(tiles));
            }
            if from < tiles.end() {
                return Ok(Some(tiles.starting(from, &self.heading).into_owned()));
            }
        }
        Ok(None)
    }

    /// Writes `tiles` behind the last whole block, less what another run has put there.
    fn write(&mut self, file: &mut File, tiles: &Tiles<'_>) -> std::io::Result<()> {
        if self.at == 0 && !self.rewind(file)? {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&self.opening)?;
            self.at = self.opening.len() as u64;
        }
        while let Some((there, length)) = self.block(file)? {
            self.pass(&there, length);
        }
        if self.known < tiles.first || self.known >= tiles.end() {
            return Ok(());
        }
        let new = tiles.starting(self.known, &self.heading);
        let bytes = bytes(&new);
        file.set_len(self.at)?;
        file.seek(SeekFrom::Start(self.at))?;
        file.write_all(&bytes)?;
        self.pass(&new, bytes.len() as u64);
        Ok(())
    }

    /// `work` with the file, locked; a file system without locks goes without.
    fn locked<T>(
        &mut self,
        mut file: File,
        exclusive: bool,
        work: impl FnOnce(&mut Self, &mut File) -> std::io::Result<T>,
    ) -> std::io::Result<T> {
        let locked = if exclusive { file.lock() } else { file.lock_shared() };
        let result = work(self, &mut file);
        if locked.is_ok() {
            file.unlock()?;
        }
        self.file = Some(file);
        result
    }
}

impl Tiles<'_> {
    fn into_owned(self) -> Tiles<'static> {
        Tiles {
            first: self.first,
            good: Cow::Owned(self.good.into_owned()),
            numbers: Cow::Owned(self.numbers.into_owned()),
        }
    }
}

impl Journal for FileJournal {
    fn read(&mut self, from: u64) -> Checked<Option<Tiles<'static>>> {
        let Some(file) = self.file.take() else { return Ok(None) };
        self.locked(file, false, |journal, file| journal.read_from(file, from))
            .map_err(|e| Mistake::file(&self.path, format!("cannot be read: {e}")).into())
    }

    fn append(&mut self, tiles: &Tiles<'_>) -> Checked<()> {
        let file = self.file.take().map_or_else(|| self.create(), Ok);
        file.and_then(|file| self.locked(file, true, |journal, file| journal.write(file, tiles)))
            .map_err(|e| Mistake::unwritten(&self.path, e).into())
    }
}

/// A block as it is written.
fn bytes(tiles: &Tiles<'_>) -> Vec<u8> {
    let size = OPENING + tiles.good.len() + 8 * tiles.numbers.len() + CHECKSUM;
    let mut bytes = Vec::with_capacity(size);
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&tiles.first.to_le_bytes());
    bytes.extend_from_slice(&(tiles.good.len() as u64).to_le_bytes());
    bytes.extend(tiles.good.iter().map(|&g| u8::from(g)));
    bytes.extend(tiles.numbers.iter().flat_map(|v| v.to_bits().to_le_bytes()));
    let checksum = sum(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    bytes
}

fn sum(contents: &[u8]) -> String {
    short_hash("spanel 2026 journal block", contents)
}

fn word(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

/// Whether a read found all it asked for.
fn whole(read: std::io::Result<()>) -> std::io::Result<bool> {
    match read {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANES: usize = 2;

    fn heading() -> Heading {
        let terms = vec!["x".to_owned(), "rho".to_owned()];
        Heading { key: "k".to_owned(), terms, lanes: LANES }
    }

    /// Replicates `first` to `end − 1`: numbers that say which they are.
    fn tiles(first: u64, end: u64) -> Tiles<'static> {
        let good = (first..end).map(|b| b % 5 != 3).collect();
        let per_tile = heading().tile() as u64;
        let numbers = first / 2 * per_tile..end / 2 * per_tile;
        Tiles { first, good, numbers: numbers.map(|i| i as f64).collect() }
    }

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn path(&self) -> PathBuf {
            self.0.path().join("below/k.journal")
        }

        fn open(&self) -> FileJournal {
            FileJournal::open(&self.path(), &heading()).unwrap()
        }

        /// All that is kept, however it is cut into blocks.
        fn kept(&self) -> Tiles<'static> {
            let mut journal = self.open();
            let mut all = tiles(0, 0);
            while let Some(next) = journal.read(all.end()).unwrap() {
                all.numbers.to_mut().extend_from_slice(&next.numbers);
                all.good.to_mut().extend_from_slice(&next.good);
            }
            all
        }

        /// A journal of three blocks.
        fn filled() -> Self {
            let place = Self::new();
            let mut journal = place.open();
            for (first, end) in [(0, 4), (4, 10), (10, 12)] {
                journal.append(&tiles(first, end)).unwrap();
            }
            place
        }
    }

    #[test]
    fn what_was_appended_is_read_from_any_tile_on() {
        let place = Place::new();
        assert_eq!(place.open().read(0).unwrap(), None);
        assert!(!place.path().exists(), "reading makes no file");
        let place = Place::filled();
        assert_eq!(place.kept(), tiles(0, 12));
        let mut journal = place.open();
        assert_eq!(journal.read(6).unwrap(), Some(tiles(6, 10)));
        assert_eq!(journal.read(10).unwrap(), Some(tiles(10, 12)));
        assert_eq!(journal.read(12).unwrap(), None);
        assert_eq!(journal.read(2).unwrap(), Some(tiles(2, 4)));
    }

    /// Whatever is cut off or changed, what is read is a beginning of what was written, and after
    /// the rest has been appended again everything is there.
    #[test]
    fn a_damaged_journal_keeps_what_lies_before_the_damage() {
        let place = Place::filled();
        let sound = std::fs::read(place.path()).unwrap();
        let mend = |bytes: &[u8], what: &str| {
            std::fs::write(place.path(), bytes).unwrap();
            let kept = place.kept();
            assert_eq!(kept, tiles(0, kept.end()), "{what}");
            let mut journal = place.open();
            let mut at = 0;
            while let Some(next) = journal.read(at).unwrap() {
                at = next.end();
            }
            assert_eq!(at, kept.end());
            if at < 12 {
                journal.append(&tiles(at, 12)).unwrap();
            }
            assert_eq!(place.kept(), tiles(0, 12), "{what}");
            kept.end()
        };
        for length in 0..sound.len() {
            let kept = mend(&sound[..length], &format!("cut to {length} bytes"));
            assert!(kept < 12);
        }
        for at in 0..sound.len() {
            let mut bytes = sound.clone();
            bytes[at] ^= 1 << (at % 8);
            let kept = mend(&bytes, &format!("byte {at} changed"));
            assert!(kept < 12);
        }
        let rest = [&sound[..], &[7; 100]].concat();
        assert_eq!(mend(&rest, "something behind the end"), 12);
    }

    #[test]
    fn two_writers_leave_no_gap_and_keep_nothing_twice() {
        let place = Place::new();
        let (mut one, mut other) = (place.open(), place.open());
        one.append(&tiles(0, 4)).unwrap();
        other.append(&tiles(0, 6)).unwrap();
        one.append(&tiles(4, 8)).unwrap();
        // Neither is written: a gap, and what is there already.
        other.append(&tiles(10, 12)).unwrap();
        other.append(&tiles(6, 8)).unwrap();
        assert_eq!(place.kept(), tiles(0, 8));
        let size = std::fs::metadata(place.path()).unwrap().len() as usize;
        let blocks = [(0, 4), (4, 6), (6, 8)].map(|(a, b)| bytes(&tiles(a, b)).len());
        assert_eq!(size, one.opening.len() + blocks.iter().sum::<usize>());
    }

    #[test]
    fn replicates_of_something_else_are_not_read() {
        let place = Place::filled();
        let other = Heading { terms: vec!["x".to_owned(), "lambda".to_owned()], ..heading() };
        let mut journal = FileJournal::open(&place.path(), &other).unwrap();
        assert_eq!(journal.read(0).unwrap(), None);
    }
}
