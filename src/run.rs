//! Cells → records, in parallel. Pure: the same plan, inputs and seed give the same records on
//! any number of threads, in any order. Touches no file and prints nothing.

mod memo;
mod resample;
mod series;
mod source;

pub use series::experiment;

use crate::bootstrap::stream::HELD;
use crate::diagnostic::{self, Context, Findings};
use crate::estimator::{self, FitError, Problem};
use crate::ident::short_hash;
use crate::inputs::Inputs;
use crate::mistake::Mistakes;
use crate::outcome::{Failure, FailureKind, Outcome, SampleFacts};
use crate::panel::sample::{Sample, sample};
use crate::plan::{Cell, Plan};
use crate::spec::Spec;
use crate::store::replicates::Keeper;
use crate::store::{CellResult, Record, SCHEMA};
use crate::weights::Weights;
use memo::Memo;
use rayon::prelude::*;
use resample::Fitted;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What happens while cells run.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A cell has been taken up.
    Started(&'a Cell),
    /// So many replicates of a bootstrap of the cell are there.
    Replicates(&'a Cell, Replicated, usize),
    /// A cell is done; its record is whole.
    Finished(&'a Cell, &'a Record),
    /// The replicates of a cell could not be kept or read, and it has no record.
    Unkept(&'a Cell, &'a Mistakes),
}

/// Where replicates come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replicated {
    /// Drawn now.
    Drawn,
    /// Kept by an earlier run.
    Earlier,
    /// Gone through once more for quantiles, where there are too many to hold.
    Again,
}

/// How many replicates a run of `cells` goes through, those of earlier runs and repeated passes
/// included.
pub fn replicates(cells: &[&Cell]) -> u64 {
    let passes = |count: u64| if count > HELD as u64 { 2 } else { 1 };
    let designs = cells.iter().flat_map(|cell| &cell.bootstraps);
    designs.map(|b| u64::from(b.replicates)).map(|count| count * passes(count)).sum()
}

/// What a run looks to while it works.
struct Watch<'a> {
    stop: &'a AtomicBool,
    observer: &'a (dyn Fn(Event<'_>) + Sync),
    keeper: &'a dyn Keeper,
}

impl Watch<'_> {
    /// Ends the work when the run is to stop.
    fn go_on(&self) -> Result<(), Ended> {
        if self.stop.load(Ordering::Relaxed) { Err(Ended::Stopped) } else { Ok(()) }
    }
}

/// Why a cell has no outcome.
enum Ended {
    /// It could not be fitted.
    Failed(Failure),
    /// The run was stopped.
    Stopped,
    /// Its replicates could not be kept or read.
    Unkept(Mistakes),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<FitError> for Ended {
    fn from(error: FitError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Mistakes> for Ended {
    fn from(mistakes: Mistakes) -> Self {
        Self::Unkept(mistakes)
    }
}

/// The cells of `plan` with distinct ids, first occurrence: what there is to fit.
pub fn distinct(plan: &Plan) -> Vec<&Cell> {
    let mut seen = BTreeSet::new();
    plan.cells.iter().filter(|cell| seen.insert(cell.id.clone())).collect()
}

/// Fits `cells` on the current thread pool and tells `observer` of each. Once `stop` is set it takes
/// up no more cells; of those under way, bootstraps end after a block and leave no record, others
/// are finished.
///
/// Replicates that `keeper` has are not drawn again, and new ones are given to it.
///
/// Cells that share a region, weights or a sample share it in memory, eigenvalues included.
pub fn run(
    cells: &[&Cell],
    spec: &Spec,
    inputs: &Inputs,
    stop: &AtomicBool,
    keeper: &dyn Keeper,
    observer: &(dyn Fn(Event<'_>) + Sync),
) {
    let shared = Shared::new(spec, inputs);
    let watch = Watch { stop, observer, keeper };
    cells.par_iter().for_each(|cell| {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        observer(Event::Started(cell));
        match fit_cell(&shared, &watch, cell) {
            Ok(record) => observer(Event::Finished(cell, &record)),
            Err(Some(mistakes)) => observer(Event::Unkept(cell, &mistakes)),
            Err(None) => {}
        }
    });
}

/// A sample with its hash, or why there is none.
type SharedSample = Result<(Sample, String), Failure>;
/// Weights of a region with their hash, or why there are none.
type SharedWeights = Result<(Weights, String), Failure>;

/// What cells have in common, made once each.
struct Shared<'a> {
    spec: &'a Spec,
    /// Hash of all inputs.
    hash: String,
    inputs: &'a Inputs,
    samples: Memo<String, SharedSample>,
    weights: Memo<(String, String), SharedWeights>,
}

impl<'a> Shared<'a> {
    fn new(spec: &'a Spec, inputs: &'a Inputs) -> Self {
        Self {
            spec,
            hash: inputs.hash(),
            inputs,
            samples: Memo::default(),
            weights: Memo::default(),
        }
    }

    fn sample(&self, cell: &Cell) -> Arc<SharedSample> {
        let model = &cell.model;
        let key =
            format!("{} {} {:?} {}", cell.axes.region, model.response, model.regressors, cell.skip);
        self.samples.get(key, || {
            let units = &self.inputs.regions[&cell.axes.region];
            let made =
                sample(&self.inputs.panel, units, &model.response, &model.regressors, cell.skip)
                    .map_err(|mistakes| Failure {
                        kind: FailureKind::BadData,
                        reason: mistakes.to_string(),
                    })?;
            let hash = short_hash("spanel 2026 sample", &sample_bytes(&made));
            Ok((made, hash))
        })
    }

    fn weights(&self, weights: &str, region: &str) -> Arc<SharedWeights> {
        self.weights.get((weights.to_owned(), region.to_owned()), || {
            self.weights_of(weights, &self.inputs.regions[region])
        })
    }

    /// The matrix called `weights` for the units at these positions of the panel.
    fn weights_of(&self, weights: &str, units: &[usize]) -> SharedWeights {
        let spec = &self.spec.weights[weights];
        let made = Weights::region(
            self.inputs.panel.units(),
            &self.inputs.links[weights],
            units,
            spec.normalise,
            spec.regions,
        )
        .map_err(|e| Failure {
            kind: FailureKind::BadData,
            reason: format!("weights `{weights}`: {e}"),
        })?;
        let hash = short_hash("spanel 2026 weights", &made.fingerprint());
        Ok((made, hash))
    }
}

fn sample_bytes(sample: &Sample) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * sample.n() * (sample.x.len() + 2));
    for unit in sample.units.as_slice() {
        bytes.extend_from_slice(unit.0.as_bytes());
        bytes.push(0);
    }
    for period in &sample.periods {
        bytes.extend_from_slice(&period.0.to_le_bytes());
    }
    for column in std::iter::once(&sample.y).chain(&sample.x) {
        for value in column {
            bytes.extend_from_slice(&value.to_bits().to_le_bytes());
        }
    }
    bytes
}

/// The record of a cell; none where the run was stopped or replicates could not be kept.
fn fit_cell(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    cell: &Cell,
) -> Result<Record, Option<Mistakes>> {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let sample = shared.sample(cell);
        let weights = shared.weights(&cell.axes.weights, &cell.axes.region);
        let result = outcome(shared, watch, cell, &sample, &weights);
        let sample_hash = sample.as_ref().as_ref().ok().map(|(_, hash)| hash.clone());
        let weights_hash = weights.as_ref().as_ref().ok().map(|(_, hash)| hash.clone());
        (sample_hash, weights_hash, result)
    }));
    let (sample_hash, weights_hash, result) = attempt.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_else(|| "no message".to_owned());
        (None, None, Err(Failure { kind: FailureKind::Bug, reason: text }.into()))
    });
    let result = match result {
        Ok(outcome) => CellResult::Fitted(Box::new(outcome)),
        Err(Ended::Failed(failure)) => CellResult::Failed(failure),
        Err(Ended::Stopped) => return Err(None),
        Err(Ended::Unkept(mistakes)) => return Err(Some(mistakes)),
    };
    Ok(Record {
        schema: SCHEMA,
        cell: cell.id.clone(),
        inputs: shared.hash.clone(),
        model: cell.model.clone(),
        sample_hash,
        weights_hash,
        result,
    })
}

fn outcome(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    cell: &Cell,
    sample: &SharedSample,
    weights: &SharedWeights,
) -> Result<Outcome, Ended> {
    let (sample, sample_hash) = sample.as_ref().map_err(Clone::clone)?;
    let (weights, weights_hash) = weights.as_ref().map_err(Clone::clone)?;
    let unsupported = |reason: String| Failure { kind: FailureKind::Unsupported, reason };
    let estimator = estimator::find(&cell.model.estimator)
        .ok_or_else(|| unsupported(format!("no estimator is called `{}`", cell.model.estimator)))?;
    estimator.supports(&cell.model).map_err(unsupported)?;
    let problem = Problem::new(sample, weights, &cell.model)?;
    let estimated = estimator.fit(&problem)?;
    let impacts = estimator.impacts(&problem, &estimated);
    let fitted = Fitted {
        cell,
        problem: &problem,
        estimator,
        estimated: &estimated,
        impacts: &impacts,
        hashes: (sample_hash, weights_hash),
    };
    let bootstraps = resample::bootstraps(shared, watch, &fitted)?;
    let findings = run_tests(cell, problem);
    Ok(Outcome {
        impacts,
        bootstraps,
        fit: estimated.fit,
        tests: findings.tests,
        verdicts: findings.verdicts,
        sample: facts(shared, cell, sample, weights),
    })
}

/// A line for each region whose split from the rest leaves units without neighbours.
pub fn islands(plan: &Plan, spec: &Spec, inputs: &Inputs) -> Vec<String> {
    let shared = Shared::new(spec, inputs);
    let pairs: BTreeSet<(&str, &str)> = plan
        .cells
        .iter()
        .map(|cell| (cell.axes.region.as_str(), cell.axes.weights.as_str()))
        .collect();
    let mut lines = Vec::new();
    for (region, name) in pairs {
        let made = shared.weights(name, region);
        let Ok((weights, _)) = made.as_ref() else { continue };
        let units = weights.units().as_slice();
        let alone: Vec<&str> =
            weights.isolates().into_iter().map(|i| units[i].0.as_str()).collect();
        if !alone.is_empty() {
            let who = alone.join(", ");
            lines.push(format!("without neighbours in region `{region}` by `{name}`: {who}"));
        }
    }
    lines
}

fn run_tests(cell: &Cell, problem: Problem<'_>) -> Findings {
    let mut all = Findings::default();
    if cell.tests.is_empty() {
        return all;
    }
    let context = Context::new(problem);
    for group in cell.tests.iter().filter_map(|name| diagnostic::find(name)) {
        let found = group.run(&context);
        all.tests.extend(found.tests);
        all.verdicts.extend(found.verdicts);
    }
    all
}

fn facts(shared: &Shared<'_>, cell: &Cell, sample: &Sample, weights: &Weights) -> SampleFacts {
    let names = weights.units().as_slice();
    let period = |p: Option<&crate::ident::Period>| p.map_or(0, |p| p.0);
    SampleFacts {
        units: sample.n_units(),
        periods: (period(sample.periods.first()), period(sample.periods.last())),
        filled: filled(shared.inputs, cell, sample),
        dropped: shared.inputs.panel.repairs.dropped.clone(),
        isolates: weights.isolates().into_iter().map(|i| names[i].to_string()).collect(),
    }
}

/// The filled values of the raw columns behind this cell, in its units.
fn filled(inputs: &Inputs, cell: &Cell, sample: &Sample) -> Vec<String> {
    let used: BTreeSet<_> = std::iter::once(&cell.model.response)
        .chain(cell.model.regressors.iter().map(|r| &r.variable))
        .filter_map(|v| inputs.sources.get(v))
        .flatten()
        .collect();
    let units: BTreeSet<&str> = sample.units.as_slice().iter().map(|u| u.0.as_str()).collect();
    inputs
        .panel
        .repairs
        .filled
        .iter()
        .filter(|f| used.contains(&f.column) && units.contains(f.unit.as_str()))
        .map(|f| format!("{} of {} in {} ({})", f.column, f.unit, f.period, f.method))
        .collect()
}
