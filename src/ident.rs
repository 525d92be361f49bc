//! Names, positions and identities that every layer shares. Imports nothing of ours.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// The name of a spatial unit (a province, a state), exactly as in the data file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitId(pub String);

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A period label, such as the year 2002.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Period(pub i64);

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The name of a column, read or derived.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VarName(pub String);

impl VarName {
    /// A variable name from anything that reads as text.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The bare text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VarName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Distinct units in a fixed order: the row order of everything that carries this index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitIndex {
    units: Arc<[UnitId]>,
}

impl UnitIndex {
    /// An index over `units`, or the first unit that is listed twice.
    pub fn new(units: Vec<UnitId>) -> Result<Self, UnitId> {
        let mut seen = HashSet::with_capacity(units.len());
        for unit in &units {
            if !seen.insert(unit) {
                return Err(unit.clone());
            }
        }
        Ok(Self { units: units.into() })
    }

    /// Number of units.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is no unit at all.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The units in order.
    pub fn as_slice(&self) -> &[UnitId] {
        &self.units
    }

    /// Where each unit stands.
    pub fn positions(&self) -> HashMap<&UnitId, usize> {
        self.units.iter().enumerate().map(|(i, u)| (u, i)).collect()
    }

    /// The index of the units at `keep`, in that order. `keep` holds distinct positions.
    pub fn subset(&self, keep: &[usize]) -> Self {
        let units: Vec<UnitId> = keep.iter().map(|&i| self.units[i].clone()).collect();
        Self { units: units.into() }
    }
}

/// A place in the specification: the keys from the root, array positions as numbers.
///
/// It names a place rather than a span because the value there may come from any layer (the
/// spec, `spanel.toml`, the environment, `--set`); the layer is looked up when it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyPath(pub Vec<String>);

impl KeyPath {
    /// The root of the specification.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path one key or array position deeper.
    pub fn join(&self, key: impl fmt::Display) -> Self {
        let mut keys = self.0.clone();
        keys.push(key.to_string());
        Self(keys)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// A value of the specification that remembers where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: KeyPath,
}

impl<T> Located<T> {
    /// Ties a value to its place.
    pub fn new(value: T, at: KeyPath) -> Self {
        Self { value, at }
    }
}

/// 16 bytes that stand for a content, shown and stored as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The first 16 bytes of a BLAKE3 hash of `bytes` within a named use (`domain`).
    pub fn of(domain: &str, bytes: &[u8]) -> Self {
        let digest = blake3::derive_key(domain, bytes);
        Self(std::array::from_fn(|i| digest[i]))
    }

    /// 32 hex digits read; nothing for another text.
    pub fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let digits: Option<Vec<u32>> = text.bytes().map(digit).collect();
        let digits = digits.filter(|digits| digits.len() == 32)?;
        Some(Self(std::array::from_fn(|i| (digits[2 * i] * 16 + digits[2 * i + 1]) as u8)))
    }

    /// The first eight bytes as a number: where it falls among others.
    pub fn leading(&self) -> u64 {
        u64::from_be_bytes(std::array::from_fn(|i| self.0[i]))
    }

    /// The first byte.
    pub fn first(&self) -> u8 {
        self.0[0]
    }

    /// The smallest that begins with `first`.
    pub fn at(first: u8) -> Self {
        Self(std::array::from_fn(|i| if i == 0 { first } else { 0 }))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |four: u8| b"0123456789abcdef"[usize::from(four)];
        let text: [u8; 32] = std::array::from_fn(|i| {
            let byte = self.0[i / 2];
            digit(if i % 2 == 0 { byte >> 4 } else { byte & 15 })
        });
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not 32 hex digits"))
    }
}

/// The content address of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CellId(pub Digest);

impl CellId {
    /// The identity of a canonical description of a cell.
    pub fn of(canonical: &[u8]) -> Self {
        Self(Digest::of("spanel 2026 cell identity", canonical))
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a record was made from: the cell, the numbers it used, the versions of what was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordKey(pub Digest);

impl RecordKey {
    /// The key of a canonical description of everything that a record depends on.
    pub fn of(canonical: &[u8]) -> Self {
        Self(Digest::of("spanel 2026 record", canonical))
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// BLAKE3 of a file's bytes, in hexadecimal.
pub fn content_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// The same of all that is read, of which little is in memory at once.
pub fn content_hash_of(from: impl std::io::Read) -> std::io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(from)?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// 32 hex digits that identify `bytes` within a named use (`domain`).
pub fn short_hash(domain: &str, bytes: &[u8]) -> String {
    Digest::of(domain, bytes).to_string()
}

/// The root of all randomness of an experiment. Streams are derived from it by name, never
/// drawn, so that no result depends on the order in which others are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(pub u64);

impl Seed {
    /// The 32-byte key of the stream called `name`.
    pub fn stream(self, name: &str) -> [u8; 32] {
        let mut material = self.0.to_le_bytes().to_vec();
        material.extend_from_slice(name.as_bytes());
        blake3::derive_key("spanel 2026 random stream", &material)
    }
}
