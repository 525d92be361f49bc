//! The replicates of a bootstrap, block by block: those that earlier runs kept, and new ones.

use super::{Ended, Event, Replicated, Watch};
use crate::bootstrap::functions;
use crate::bootstrap::replicates::{Path, Replicates, Replicator, VERSION};
use crate::estimator::Estimated;
use crate::ident::{Digest, short_hash};
use crate::math::lanes::{LANES, Lane};
use crate::model::{Bootstrap, Model};
use crate::outcome::Estimate;
use crate::plan::Cell;
use crate::store::replicates::{Distribution, Heading, Journal, Tiles, key};
use serde::Serialize;
use std::borrow::Cow;

/// Everything that a replicate depends on, beside its number.
#[derive(Serialize)]
pub(super) struct Origin<'a> {
    model: &'a Model,
    sample: Digest,
    weights: Digest,
    /// Of the plain path, the estimator and the scheme.
    versions: [u32; 3],
    /// With no replicates: how many are asked for changes none of them.
    design: Bootstrap,
    stream: [u8; 32],
    /// Hash of estimates, standard errors and innovations, to the last bit.
    fit: String,
    /// Functions of the estimates, kept beside them. Others make another journal: V* is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<(u32, Vec<String>)>,
    /// Hash of the first tile, where that costs next to nothing: replicates of another version of
    /// the kernels are never mixed with ours.
    first: Option<String>,
}

impl<'a> Origin<'a> {
    pub(super) fn new(
        (model, sample, weights): (&'a Model, Digest, Digest),
        (at, bootstrapped, functions): (&Estimated, &[&Estimate], Vec<String>),
        (design, scheme_version, stream): (&Bootstrap, u32, [u8; 32]),
        replicator: &Replicator<'_>,
    ) -> Self {
        let estimates = bootstrapped.iter().flat_map(|e| [e.value, e.std_error]);
        Self {
            model,
            sample,
            weights,
            versions: [VERSION, at.fit.estimator_version, scheme_version],
            design: Bootstrap { replicates: 0, ..design.clone() },
            stream,
            fit: hash(estimates.chain(at.innovations.iter().copied())),
            functions: (!functions.is_empty()).then_some((functions::VERSION, functions)),
            first: match replicator.path() {
                Path::Batched => {
                    Some(hash(replicator.replicates(0, LANES).numbers.into_iter().flatten()))
                }
                Path::Plain => None,
            },
        }
    }

    pub(super) fn heading(&self, bootstrapped: &[&Estimate]) -> Heading {
        let terms = bootstrapped.iter().map(|e| e.term.to_string()).collect();
        Heading { key: key(self), terms, lanes: LANES }
    }
}

fn hash(numbers: impl Iterator<Item = f64>) -> String {
    let bytes: Vec<u8> = numbers.flat_map(|v| v.to_bits().to_le_bytes()).collect();
    short_hash("spanel 2026 replicate numbers", &bytes)
}

/// Shows the replicates of a bootstrap as often as they are asked for.
pub(super) struct Source<'a> {
    pub(super) cell: &'a Cell,
    pub(super) watch: &'a Watch<'a>,
    pub(super) replicator: &'a Replicator<'a>,
    pub(super) estimates: usize,
    pub(super) count: usize,
    pub(super) journal: Option<Box<dyn Journal>>,
    pub(super) distribution: Option<Box<dyn Distribution>>,
    /// Whether they were shown before.
    pub(super) again: bool,
}

impl Source<'_> {
    /// Shows all replicates in order. Ends between two blocks when the run is to stop.
    pub(super) fn pass(&mut self, visit: &mut dyn FnMut(&mut Replicates)) -> Result<(), Ended> {
        let mut at = 0;
        let mut block = Replicates::default();
        while at < self.count {
            let how = self.block(at, &mut block)?;
            block.truncate(self.count - at);
            if let Some(distribution) = self.distribution.as_mut().filter(|_| !self.again) {
                distribution.add(&tiles(at, &block), block.count)?;
            }
            at += block.count;
            let how = if self.again { Replicated::Again } else { how };
            (self.watch.observer)(Event::Replicates(self.cell, how, block.count));
            visit(&mut block);
        }
        self.again = true;
        Ok(())
    }

    /// A block of whole tiles that begins with the replicate `at`.
    fn block(&mut self, at: usize, block: &mut Replicates) -> Result<Replicated, Ended> {
        self.watch.go_on(self.cell)?;
        if let Some(journal) = &mut self.journal
            && let Some(kept) = journal.read(at as u64)?
        {
            *block = replicates(self.estimates, &kept);
            return Ok(Replicated::Earlier);
        }
        let left = (self.count - at).div_ceil(LANES) * LANES;
        self.replicator.fill(at as u64, left.min(self.replicator.block()), block);
        // Searches that were stopped half-way are no failed replicates.
        self.watch.go_on_in_time(self.cell)?;
        if let Some(journal) = &mut self.journal {
            journal.append(&tiles(at, block))?;
        }
        Ok(Replicated::Drawn)
    }
}

/// Replicates as they are kept.
fn tiles(first: usize, of: &Replicates) -> Tiles<'_> {
    Tiles {
        first: first as u64,
        good: Cow::Borrowed(of.good.as_flattened()),
        numbers: Cow::Borrowed(of.numbers.as_flattened()),
    }
}

/// Kept replicates as they were drawn.
fn replicates(estimates: usize, kept: &Tiles<'_>) -> Replicates {
    let (numbers, _): (&[Lane], _) = kept.numbers.as_chunks();
    let (good, _) = kept.good.as_chunks();
    Replicates { estimates, count: kept.good.len(), numbers: numbers.to_vec(), good: good.to_vec() }
}
