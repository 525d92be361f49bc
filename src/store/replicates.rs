//! Replicates of a bootstrap as they are kept between runs: what a run hands over and takes back.
//!
//! A replicate is a pure function of its key and its number. A run asks its [`Journal`] for those
//! that are there, draws the others, and gives them to the journal; none of it changes a result.

use crate::ident::short_hash;
use crate::mistake::Checked;
use serde::Serialize;
use std::borrow::Cow;

/// What replicates belong to, and the shape of their tiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Identifies everything that a replicate depends on beside its number: [`key`].
    pub key: String,
    /// Names of the bootstrapped estimates, in order.
    pub terms: Vec<String>,
    /// Replicates in a tile.
    pub lanes: usize,
}

impl Heading {
    /// Numbers of a tile: values and standard errors of every term.
    pub fn tile(&self) -> usize {
        2 * self.terms.len() * self.lanes
    }
}

/// The identity of what `facts` say, as 32 hex digits.
pub fn key(facts: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(facts)
        .expect("a structure of strings, numbers and enums always has a JSON form");
    short_hash("spanel 2026 replicates", &bytes)
}

/// Whole tiles of consecutive replicates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tiles<'a> {
    /// Number of the first replicate.
    pub first: u64,
    /// Which replicates could be fitted.
    pub good: Cow<'a, [bool]>,
    /// Tile by tile: the values of every term, then their standard errors, each of all lanes.
    pub numbers: Cow<'a, [f64]>,
}

impl Tiles<'_> {
    /// The number after that of the last replicate.
    pub fn end(&self) -> u64 {
        self.first + self.good.len() as u64
    }

    /// The tiles from the replicate `from` on, which is the first of a tile.
    pub(super) fn starting(&self, from: u64, heading: &Heading) -> Tiles<'_> {
        let skip = (from - self.first) as usize;
        Tiles {
            first: from,
            good: Cow::Borrowed(&self.good[skip..]),
            numbers: Cow::Borrowed(&self.numbers[skip / heading.lanes * heading.tile()..]),
        }
    }
}

/// Replicates kept by earlier runs, and by this one for later runs.
pub trait Journal: Send {
    /// Kept replicates from the number `from` on, the first of a tile: as many as lie together.
    /// `None` where that one is not kept.
    fn read(&mut self, from: u64) -> Checked<Option<Tiles<'static>>>;

    /// Keeps replicates. They follow those that were read and appended before.
    fn append(&mut self, tiles: &Tiles<'_>) -> Checked<()>;
}

/// A file of replicates for users, written in the order of their numbers.
pub trait Distribution: Send {
    /// Adds the first `count` replicates of `tiles`, without those that could not be fitted.
    fn add(&mut self, tiles: &Tiles<'_>, count: usize) -> Checked<()>;

    /// Puts the whole file in its place. Without this nothing is left of it.
    fn finish(self: Box<Self>) -> Checked<()>;
}

/// Facts about a distribution that its file carries, by name.
pub type Facts = Vec<(String, String)>;

/// Keeps replicates.
pub trait Keeper: Sync {
    /// The journal of what `heading` says.
    fn journal(&self, heading: &Heading) -> Checked<Box<dyn Journal>>;

    /// A new distribution file called `name`.
    fn distribution(
        &self,
        name: &str,
        heading: &Heading,
        facts: Facts,
    ) -> Checked<Box<dyn Distribution>>;
}
