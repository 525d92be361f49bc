//! What the record of every cell would be made from, and so its key.

use super::asked;
use super::beside;
use super::variant::{self, Made};
use super::{Shared, SharedSample, WeightsKey, filled};
use crate::bootstrap;
use crate::diagnostic::{self, protocol};
use crate::estimator;
use crate::ident::{CellId, Digest, Period, RecordKey};
use crate::inputs::Inputs;
use crate::model::change::Placebo;
use crate::plan::Cell;
use crate::spec::Spec;
use crate::store::{MadeFrom, SCHEMA};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A cell with what its record would be made from.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// What it would be made from.
    pub made_from: MadeFrom,
    /// The key of its record.
    pub key: RecordKey,
    /// What it has in common with cells of the same sample.
    pub(super) sample: Digest,
    /// The weights that it asks for.
    pub(super) weights: Option<WeightsKey>,
    /// Those of the spatial error, where they are others.
    pub(super) error_weights: Option<WeightsKey>,
}

/// What cells would be made from. Reads the numbers of every sample, fits nothing.
pub fn items<'a>(cells: &[&'a Cell], spec: &Spec, inputs: &Inputs) -> Vec<Item<'a>> {
    let shared = Shared::new(spec, inputs);
    let keys: Vec<Digest> = cells.par_iter().map(|cell| variant::key(cell)).collect();
    let mut asked: BTreeMap<Digest, &Cell> = BTreeMap::new();
    for (key, cell) in keys.iter().zip(cells) {
        asked.entry(*key).or_insert(cell);
    }
    let samples: BTreeMap<Digest, Footprint> = asked
        .into_par_iter()
        .map(|(key, cell)| {
            let footprint = match variant::before_permutation(cell) {
                Some(base) => shared.footprint(&base).permuted(&shared, cell),
                None => Footprint::of(&shared, cell, &variant::make(&shared, cell)),
            };
            (key, footprint)
        })
        .collect();
    let versions: BTreeMap<Versioned<'_>, Arc<BTreeMap<String, u32>>> = cells
        .iter()
        .map(|cell| Versioned::of(cell))
        .map(|v| {
            let numbers = v.numbers();
            (v, Arc::new(numbers))
        })
        .collect();
    let item = |(key, cell): (&Digest, &&'a Cell)| {
        let footprint = &samples[key];
        let draw = cell.change.draw_of(Placebo::Weights);
        let named = |name: &str| {
            let units = footprint.positions.as_deref()?;
            Some(shared.weights_key(name, units, &footprint.periods, draw))
        };
        let weights = named(&cell.axes.weights);
        let error_weights = cell.error_weights.as_ref().and_then(|name| named(name));
        let hash = |weights: &Option<WeightsKey>| {
            weights.as_ref().and_then(|weights| shared.hash_of_weights(weights))
        };
        let made_from = MadeFrom {
            sample: footprint.hash,
            weights: hash(&weights),
            error_weights: hash(&error_weights),
            facts: footprint.facts_of(&shared, cell),
            versions: Arc::clone(&versions[&Versioned::of(cell)]),
        };
        let sample = *key;
        let key = key_of(&cell.id, &made_from);
        Item { cell, made_from, key, sample, weights, error_weights }
    };
    keys.par_iter().zip(cells).map(item).collect()
}

/// The key of the record of `cell` made from `made_from`.
fn key_of(cell: &CellId, made_from: &MadeFrom) -> RecordKey {
    let bytes = serde_json::to_vec(&(SCHEMA, cell, made_from))
        .expect("a structure of strings and numbers always has a JSON form");
    RecordKey::of(&bytes)
}

/// What is needed of a sample to tell it from others.
#[derive(Debug, Clone)]
pub(super) struct Footprint {
    hash: Option<Digest>,
    /// Units of the sample; where it could not be made, those of the region of a cell that changes
    /// nothing.
    positions: Option<Arc<[usize]>>,
    /// The periods of the sample; all, where there is none.
    periods: Arc<[Period]>,
    /// Hash of what a record says of the data beside these numbers.
    facts: Digest,
}

impl Footprint {
    /// Those of a cell, whose tests may rest on more of the data than its sample.
    fn facts_of(&self, shared: &Shared<'_>, cell: &Cell) -> Digest {
        let positions = self.positions.as_deref().unwrap_or_default();
        let of_tests = asked::facts(shared, cell, positions);
        let of_errors = beside::facts(shared, cell, positions);
        let both = [of_tests, of_errors].into_iter().flatten().reduce(|a, b| format!("{a} {b}"));
        match both {
            Some(beside) => {
                let said = format!("{} {beside}", self.facts);
                Digest::of("spanel 2026 facts", said.as_bytes())
            }
            None => self.facts,
        }
    }

    /// That of `cell`, which permutes the measure, from that before.
    fn permuted(&self, shared: &Shared<'_>, cell: &Cell) -> Self {
        let hash = self.hash.as_ref().zip(self.positions.as_deref());
        let hash = hash
            .map(|(base, positions)| variant::hash_of_permuted(shared, cell, (*base, positions)));
        Self { hash, ..self.clone() }
    }

    pub(super) fn of(shared: &Shared<'_>, cell: &Cell, sample: &SharedSample) -> Self {
        let (hash, positions, said) = match sample {
            Ok(Made { hash, positions, changes, .. }) => {
                (Some(*hash), Some(positions.clone()), format!("{changes:?}"))
            }
            Err(failure) => (
                None,
                shared
                    .inputs
                    .regions
                    .get(&cell.axes.region)
                    .filter(|_| cell.change.is_none())
                    .cloned(),
                format!("{}: {}", failure.kind, failure.reason),
            ),
        };
        let periods = match sample {
            Ok(made) => made.sample.periods.as_slice(),
            Err(_) => shared.inputs.panel.periods(),
        };
        let all = shared.inputs.panel.units().as_slice();
        let units = positions.iter().flatten().map(|&i| all[i].0.as_str()).collect();
        let dropped = &shared.inputs.panel.repairs.dropped;
        let said = (said, filled(shared.inputs, cell, &units), dropped);
        let facts = Digest::of("spanel 2026 facts", format!("{said:?}").as_bytes());
        Self { hash, positions: positions.map(Into::into), periods: periods.into(), facts }
    }
}

/// What of a cell decides which versions count.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Versioned<'a> {
    estimator: &'a str,
    schemes: Vec<&'a str>,
    tests: &'a [String],
    /// Whether functions or joint tests have a bootstrap.
    functions: bool,
    protocol: bool,
}

impl<'a> Versioned<'a> {
    fn of(cell: &'a Cell) -> Self {
        let designs = cell.bootstraps.iter().chain(cell.test_bootstrap.as_deref());
        Self {
            estimator: &cell.model.estimator,
            schemes: designs.map(|design| design.scheme.as_str()).collect(),
            tests: &cell.tests,
            functions: !(cell.derived.is_empty() || cell.bootstraps.is_empty())
                || !cell.wald.is_empty() && cell.test_bootstrap.is_some(),
            protocol: cell.protocol.is_some(),
        }
    }

    /// The version of everything that is computed.
    fn numbers(&self) -> BTreeMap<String, u32> {
        let mut numbers = BTreeMap::new();
        if let Some(estimator) = estimator::find(self.estimator) {
            numbers.insert(format!("estimator {}", self.estimator), estimator.info().version);
        }
        for scheme in &self.schemes {
            numbers.insert("bootstrap".to_owned(), bootstrap::replicates::VERSION);
            numbers.insert("bootstrap summary".to_owned(), bootstrap::summary::VERSION);
            if let Some(found) = bootstrap::find(scheme) {
                numbers.insert(format!("bootstrap {scheme}"), found.info().version);
            }
        }
        if self.functions {
            numbers.insert("bootstrap functions".to_owned(), bootstrap::functions::VERSION);
        }
        let of_protocol = if self.protocol { protocol::GROUPS.as_slice() } else { &[] };
        if self.protocol {
            numbers.insert("protocol".to_owned(), protocol::VERSION);
        }
        for test in self.tests.iter().map(String::as_str).chain(of_protocol.iter().copied()) {
            if let Some(group) = diagnostic::find(test) {
                numbers.insert(format!("tests {test}"), group.info().version);
            }
        }
        numbers
    }
}
