//! Cells → records, in parallel. Pure: the same plan, inputs and seed give the same records on
//! any number of threads, in any order. Touches no file and prints nothing.

mod asked;
mod attempts;
mod autocorrelation;
mod beside;
mod draws;
mod facts;
mod figures;
mod functions;
mod joint;
mod keys;
mod lint;
mod memo;
mod null;
mod randomise;
mod resample;
mod series;
mod source;
mod unit_roots;
mod variant;
mod watch;

pub use figures::{CellSeries, with_cells};
pub use joint::{Members, joint};
pub use keys::{Item, items};
pub use lint::lint;
pub use series::experiment;
pub use watch::{Watch, late};

use crate::bootstrap::stream::HELD;
use crate::diagnostic::{self, Context, Findings, protocol};
use crate::estimator::Problem;
use crate::estimator::random::mundlak;
use crate::estimator::unit_effects::unit_effects;
use crate::ident::{Digest, Period};
use crate::inputs::Inputs;
use crate::mistake::Mistakes;
use crate::model::Model;
use crate::model::change::Placebo;
use crate::outcome::{Failure, FailureKind, Outcome};
use crate::panel::sample::Sample;
use crate::plan::{Cell, Plan, asked};
use crate::spec::Spec;
use crate::store::{CellResult, Record, SCHEMA};
use crate::weights::Weights;
use attempts::{Fitted, fit};
use facts::{facts, filled};
use keys::Footprint;
use memo::Memo;
use randomise::randomise;
use rayon::prelude::*;
use resample::Subject;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use variant::Made;
use watch::Ended;

/// What happens while cells run.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// A cell has been taken up.
    Started(&'a Cell),
    /// So many replicates of a bootstrap of the cell are there.
    Replicates(&'a Cell, Replicated, usize),
    /// A cell is done; its record is whole.
    Finished(&'a Cell, &'a Record),
    /// A cell was left undone: the run was stopped.
    Left(&'a Cell),
    /// The replicates of a cell could not be kept or read, and it has no record.
    Unkept(&'a Cell, &'a Mistakes),
}

/// Where replicates come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    let designs = cells.iter().flat_map(|cell| cell.bootstraps.iter());
    designs.map(|b| u64::from(b.replicates)).map(|count| count * passes(count)).sum()
}

/// The cells of `plan` with distinct ids, first occurrence: what there is to fit.
pub fn distinct(plan: &Plan) -> Vec<&Cell> {
    let mut seen = BTreeSet::new();
    plan.cells.iter().filter(|cell| seen.insert(cell.id)).collect()
}

/// Fits the cells of `items` on the current thread pool and tells the observer of `watch` of each.
/// Once the run is to stop it takes up no more cells; of those under way, bootstraps end after a
/// block and leave no record, others are finished. A cell that is overdue ends as a failure.
///
/// Replicates that the keeper has are not drawn again, and new ones are given to it.
///
/// Cells that share a region, weights or a sample share it in memory, eigenvalues included, until
/// the last of them is done.
pub fn run(items: &[&Item<'_>], spec: &Spec, inputs: &Inputs, watch: &Watch<'_>) {
    let shared = Shared::new(spec, inputs);
    shared.expect(items);
    by_sample(items).par_iter().for_each(|item| {
        let cell = item.cell;
        if watch.is_over() {
            return;
        }
        (watch.observer)(Event::Started(cell));
        match fit_cell(&shared, watch, item) {
            Ok(record) => (watch.observer)(Event::Finished(cell, &record)),
            Err(Some(mistakes)) => (watch.observer)(Event::Unkept(cell, &mistakes)),
            Err(None) => (watch.observer)(Event::Left(cell)),
        }
        shared.done_with(item);
    });
}

/// The items with those of one sample together, in the order in which samples first appear: a
/// sample is then in memory for as long as a few fits take, however many cells there are.
fn by_sample<'i, 'c>(items: &[&'i Item<'c>]) -> Vec<&'i Item<'c>> {
    let mut first: HashMap<Digest, usize> = HashMap::new();
    for (place, item) in items.iter().enumerate() {
        first.entry(item.sample).or_insert(place);
    }
    let mut ordered = items.to_vec();
    ordered.sort_by_key(|item| first[&item.sample]);
    ordered
}

/// A sample, or why there is none.
type SharedSample = Result<Made, Failure>;
/// Weights of some units with their hash, or why there are none.
type SharedWeights = Result<(Weights, Digest), Failure>;

/// The matrices of a cell.
#[derive(Debug, Clone)]
struct Matrices {
    of_response: Arc<SharedWeights>,
    /// That of the spatial error, where it is another one.
    of_errors: Option<Arc<SharedWeights>>,
}

impl Matrices {
    /// W.
    fn of_response(&self) -> Result<&Weights, Failure> {
        Ok(&self.of_response.as_ref().as_ref().map_err(Clone::clone)?.0)
    }

    /// The problem of a sample and a model with these matrices.
    fn problem<'a>(&'a self, sample: &'a Sample, model: &'a Model) -> Result<Problem<'a>, Failure> {
        let plain = Problem::new(sample, self.of_response()?, model)?;
        let Some(of_errors) = &self.of_errors else { return Ok(plain) };
        let (weights, _) = of_errors.as_ref().as_ref().map_err(Clone::clone)?;
        Ok(plain.with_error_weights(weights)?)
    }

    /// The hash of their contents.
    fn hash(&self) -> Result<Digest, Failure> {
        let (_, of_response) = self.of_response.as_ref().as_ref().map_err(Clone::clone)?;
        let Some(of_errors) = &self.of_errors else { return Ok(*of_response) };
        let (_, of_errors) = of_errors.as_ref().as_ref().map_err(Clone::clone)?;
        let both = format!("{of_response} {of_errors}");
        Ok(Digest::of("spanel 2026 two weights", both.as_bytes()))
    }
}

/// What tells a matrix from others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct WeightsKey {
    name: String,
    /// Positions of its units.
    units: Arc<[usize]>,
    /// The periods it is of, where it changes over time; empty of one that does not.
    periods: Arc<[Period]>,
    /// Of a placebo, which permutation.
    draw: Option<u32>,
}

/// What cells have in common, made once each.
struct Shared<'a> {
    spec: &'a Spec,
    inputs: &'a Inputs,
    samples: Memo<Digest, SharedSample>,
    weights: Memo<WeightsKey, SharedWeights>,
    hashes: Memo<WeightsKey, Option<Digest>>,
    footprints: Memo<Digest, Footprint>,
}

impl<'a> Shared<'a> {
    fn new(spec: &'a Spec, inputs: &'a Inputs) -> Self {
        Self {
            spec,
            inputs,
            samples: Memo::default(),
            weights: Memo::default(),
            hashes: Memo::default(),
            footprints: Memo::default(),
        }
    }

    /// Announces the cells that will ask, so that what none of them asks for any more can go.
    fn expect(&self, items: &[&Item<'_>]) {
        for item in items {
            self.samples.expect(item.sample);
            for weights in item.weights.iter().chain(&item.error_weights) {
                self.weights.expect(weights.clone());
            }
        }
    }

    /// Lets go what no announced cell but that of `item` asks for.
    fn done_with(&self, item: &Item<'_>) {
        self.samples.done_with(&item.sample);
        for weights in item.weights.iter().chain(&item.error_weights) {
            self.weights.done_with(weights);
        }
    }

    /// The hash of a matrix, if it can be made. The matrix is not kept.
    fn hash_of_weights(&self, key: &WeightsKey) -> Option<Digest> {
        *self.hashes.get(key.clone(), || self.make(key).map(|(_, hash)| hash).ok())
    }

    /// What tells the sample of a cell from others. The sample is not kept.
    fn footprint(&self, cell: &Cell) -> Arc<Footprint> {
        let made = || Footprint::of(self, cell, &variant::make(self, cell));
        self.footprints.get(variant::key(cell), made)
    }

    fn sample(&self, cell: &Cell) -> Arc<SharedSample> {
        self.samples.get(variant::key(cell), || variant::make(self, cell))
    }

    /// The matrices of a cell, given its sample; a cell without one that its variant changes has
    /// no units to speak of.
    fn weights_for(&self, cell: &Cell, sample: &SharedSample) -> Matrices {
        let (units, periods) = match sample {
            Ok(made) => (&made.positions, made.sample.periods.as_slice()),
            Err(_) if cell.change.is_none() => {
                (&self.inputs.regions[&cell.axes.region], self.inputs.panel.periods())
            }
            Err(failure) => {
                let of_response = Arc::new(Err(failure.clone()));
                return Matrices { of_response, of_errors: None };
            }
        };
        // A placebo that permutes units permutes them alike in both.
        let draw = cell.change.draw_of(Placebo::Weights);
        let named = |name: &str| self.weights(self.weights_key(name, units, periods, draw));
        Matrices {
            of_response: named(&cell.axes.weights),
            of_errors: cell.error_weights.as_deref().map(named),
        }
    }

    /// The key of the matrix called `name` of these units and periods.
    fn weights_key(
        &self,
        name: &str,
        units: &[usize],
        periods: &[Period],
        draw: Option<u32>,
    ) -> WeightsKey {
        let changes = self.inputs.by_period.contains_key(name);
        let periods = if changes { periods.into() } else { [].into() };
        WeightsKey { name: name.to_owned(), units: units.into(), periods, draw }
    }

    fn weights(&self, key: WeightsKey) -> Arc<SharedWeights> {
        self.weights.get(key.clone(), || self.make(&key))
    }

    fn make(&self, key: &WeightsKey) -> SharedWeights {
        match key.draw {
            Some(draw) => variant::permuted(self, key, draw),
            None => self.weights_of(&key.name, &key.units, &key.periods),
        }
    }

    /// The matrix called `weights` for the units at these positions of the panel, in these periods.
    fn weights_of(&self, weights: &str, units: &[usize], periods: &[Period]) -> SharedWeights {
        let spec = &self.spec.weights[weights];
        let all = self.inputs.panel.units();
        let of = |links| Weights::region(all, links, units, spec.normalise, spec.regions);
        let made = match self.inputs.by_period.get(weights) {
            None => of(&self.inputs.links[weights]),
            Some(links) => {
                let each =
                    periods.iter().map(|period| of(&links[period])).collect::<Result<_, _>>();
                each.and_then(|each| Weights::by_period(&all.subset(units), each))
            }
        };
        let made = made.map_err(|e| Failure {
            kind: FailureKind::BadData,
            reason: format!("weights `{weights}`: {e}"),
        })?;
        let hash = Digest::of("spanel 2026 weights", &made.fingerprint());
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
    item: &Item<'_>,
) -> Result<Record, Option<Mistakes>> {
    let cell = item.cell;
    let attempt = caught(|| {
        let sample = shared.sample(cell);
        let weights = shared.weights_for(cell, &sample);
        outcome(shared, watch, cell, &sample, &weights)
    });
    let result = match attempt.unwrap_or_else(|failure| Err(failure.into())) {
        Ok(outcome) => CellResult::Fitted(Box::new(outcome)),
        Err(Ended::Failed(failure)) => CellResult::Failed(failure),
        Err(Ended::Stopped) => return Err(None),
        Err(Ended::Unkept(mistakes)) => return Err(Some(mistakes)),
    };
    Ok(record(shared.spec, item, result))
}

/// The record of a cell with this result.
pub fn record(spec: &Spec, item: &Item<'_>, result: CellResult) -> Record {
    Record {
        schema: SCHEMA,
        cell: item.cell.id,
        key: item.key,
        asked: asked(spec, item.cell),
        made_from: item.made_from.clone(),
        model: Model::clone(&item.cell.model),
        result,
    }
}

/// What `f` gives, or the panic in it as a failure: a bug in one cell leaves the others alone.
fn caught<T>(f: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|panic| {
        let reason = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_else(|| "no message".to_owned());
        Failure { kind: FailureKind::Panic, reason }
    })
}

/// Whether the slopes of a cell are identified, without fitting it.
fn fit_free(shared: &Shared<'_>, cell: &Cell) -> Result<(), Failure> {
    let sample = shared.sample(cell);
    let weights = shared.weights_for(cell, &sample);
    let made = sample.as_ref().as_ref().map_err(Clone::clone)?;
    let problem = weights.problem(&made.sample, &cell.model)?;
    problem.within_space()?;
    Ok(())
}

fn outcome(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    cell: &Cell,
    sample: &SharedSample,
    weights: &Matrices,
) -> Result<Outcome, Ended> {
    let go_on = || (watch.overdue)(cell).is_none();
    let fitted = fit(shared.spec, cell, (sample, weights), &go_on);
    // What a stopped search was stopped for is said by who stopped it.
    if fitted.as_ref().is_err_and(|failure| failure.kind == FailureKind::Timeout) {
        watch.go_on(cell)?;
    }
    let Fitted { problem, estimator, estimated, impacts } = fitted?;
    let made = sample.as_ref().map_err(Clone::clone)?;
    let mundlak = mundlak::test(&estimated.fit);
    let unit_effects =
        if cell.unit_effects { unit_effects(&problem, &estimated.fit) } else { Vec::new() };
    let derived = functions::of(cell, &problem, &estimated.fit);
    let subject = Subject {
        cell,
        problem: &problem,
        estimator,
        estimated: &estimated,
        impacts: &impacts,
        derived: &derived,
        hashes: (made.hash, weights.hash()?),
    };
    let bootstraps = resample::bootstraps(shared, watch, &subject)?;
    let randomisations = cell
        .randomisations
        .iter()
        .map(|design| randomise(shared, cell, &problem, estimator, (&estimated, &impacts), design))
        .collect();
    // Permutations that a late cell left out are no failed permutations.
    watch.go_on_in_time(cell)?;
    let wald = functions::joint_tests(shared, watch, &subject)?;
    let protocol = cell.protocol.map(|asked| protocol::run(&problem, asked));
    let findings = run_tests(shared, watch, cell, (problem, made))?;
    Ok(Outcome {
        impacts,
        unit_effects,
        derived,
        bootstraps,
        randomisations,
        protocol,
        fit: estimated.fit,
        tests: findings.tests.into_iter().chain(mundlak).chain(wald).collect(),
        verdicts: findings.verdicts,
        sample: facts(shared, cell, made, problem.weights),
    })
}

/// A line for each region whose split from the rest leaves units without neighbours.
pub fn islands(plan: &Plan, spec: &Spec, inputs: &Inputs) -> Vec<String> {
    let shared = Shared::new(spec, inputs);
    let pairs: BTreeSet<(&str, &str)> = plan
        .cells
        .iter()
        .flat_map(|cell| {
            let names = [Some(cell.axes.weights.as_str()), cell.error_weights.as_deref()];
            names.into_iter().flatten().map(|name| (cell.axes.region.as_str(), name))
        })
        .collect();
    let mut lines = Vec::new();
    for (region, name) in pairs {
        let periods = inputs.panel.periods();
        let key = shared.weights_key(name, &inputs.regions[region], periods, None);
        let made = shared.weights(key);
        let Ok((weights, _)) = made.as_ref() else { continue };
        let units = weights.units().as_slice();
        let kinds = [("", weights.isolates()), ("at times ", weights.isolates_at_times())];
        for (when, alone) in kinds.into_iter().filter(|(_, alone)| !alone.is_empty()) {
            let who: Vec<&str> = alone.into_iter().map(|i| units[i].0.as_str()).collect();
            let who = who.join(", ");
            lines.push(format!("{when}without neighbours in region `{region}` by `{name}`: {who}"));
        }
    }
    lines
}

fn run_tests(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    cell: &Cell,
    (problem, made): (Problem<'_>, &Made),
) -> Result<Findings, Ended> {
    let mut all = Findings::default();
    if cell.tests.is_empty() {
        return Ok(all);
    }
    let context = Context::new(problem).asking(asked::of(shared, cell, made));
    for group in cell.tests.iter().filter_map(|name| diagnostic::find(name)) {
        if let Some(refused) = diagnostic::refused(group, &context) {
            all.tests.extend(refused.tests);
            continue;
        }
        let mut found = group.run(&context);
        if let Some(asked) = &cell.test_bootstrap {
            null::bootstrap(
                (shared, watch, cell),
                asked,
                (group, &context),
                &problem,
                &mut found.tests,
            )?;
        }
        all.tests.extend(found.tests);
        all.verdicts.extend(found.verdicts);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure_of_its_cell() {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let found: Result<(), Failure> = caught(|| panic!("column {} is not there", 3));
        let plain: Result<(), Failure> = caught(|| panic!("no column"));
        let odd: Result<(), Failure> = caught(|| std::panic::panic_any(7));
        std::panic::set_hook(hook);
        let failure =
            |reason: &str| Err(Failure { kind: FailureKind::Panic, reason: reason.to_owned() });
        assert_eq!(found, failure("column 3 is not there"));
        assert_eq!(plain, failure("no column"));
        assert_eq!(odd, failure("no message"));
        assert_eq!(caught(|| 1), Ok(1));
    }
}
