//! Replicates of a fit, a tile at a time.
//!
//! Where the estimator has a [`Reduction`], a tile goes from innovations to estimates through their
//! linear and quadratic forms; a replicate that this leaves unsolved, and every replicate of other
//! estimators, is generated and fitted like any sample. Both paths draw the same innovations and
//! agree to rounding.

use super::multiplier::Multiplier;
use super::residuals::{Factors, prepared};
use super::score::Moves;
use super::{Draws, Innovations, Layout, Scheme, UnitMultipliers, pairs};
use crate::estimator::batch::forms::Workspace;
use crate::estimator::batch::{Forms, Reduction, TileEstimates, TileForms, UnitForms};
use crate::estimator::{Estimated, Estimator, Problem};
use crate::math::lanes::{LANES, Lane};
use crate::math::words::Words;
use crate::model::Rescale;
use crate::outcome::{Estimate, Statistic};
use crate::panel::sample::Sample;
use rayon::prelude::*;

/// Raised when the plain path gives other numbers for the same fit and the same draws. The batched
/// path is told by the numbers themselves: see `run::source`.
pub const VERSION: u32 = 1;

/// How to draw.
#[derive(Clone, Copy)]
pub struct Design<'a> {
    /// The scheme.
    pub scheme: &'a dyn Scheme,
    /// What is done to the innovations first.
    pub rescale: Rescale,
    /// Periods of a block, for a scheme that draws blocks of them; the usual number where none is
    /// given.
    pub block_length: Option<usize>,
    /// The key of all streams; replicate b has stream b.
    pub key: [u8; 32],
}

impl std::fmt::Debug for Design<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.scheme.info().name)
    }
}

/// The estimates that are bootstrapped: coefficients, spatial parameters, σ², effects.
pub fn bootstrapped<'a>(at: &'a Estimated, impacts: &'a [Estimate]) -> Vec<&'a Estimate> {
    at.fit.estimates.iter().chain(impacts).collect()
}

/// What a bootstrap of a fit needs, made once.
pub struct Replicator<'a> {
    problem: Problem<'a>,
    estimator: &'a dyn Estimator,
    at: &'a Estimated,
    design: Design<'a>,
    layout: Layout,
    pool: Vec<f64>,
    estimates: usize,
    /// Those of the fit and its effects.
    std_errors: Vec<f64>,
    way: Way<'a>,
    reduction: Option<Box<dyn Reduction>>,
    by_unit: Option<(UnitForms, &'a dyn UnitMultipliers)>,
}

impl std::fmt::Debug for Replicator<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} of {}", self.design, self.at.fit.estimator)
    }
}

/// Which way replicates go from innovations to estimates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Path {
    /// Through forms, where the estimator has a reduction.
    Batched,
    /// One fit at a time: the twin that tests hold the other against.
    Plain,
}

/// How a tile is made.
enum Way<'a> {
    /// Generated from new innovations and estimated again.
    Innovations(&'a dyn Innovations),
    /// Moved by multipliers of the pieces of the score; `None` where there are no pieces.
    Scores(Multiplier, Option<Moves>),
    /// Estimated from other units.
    Units,
}

/// Room for a tile: made once for each thread.
#[derive(Debug)]
struct Room {
    errors: Vec<Lane>,
    multipliers: Vec<Lane>,
    forms: TileForms,
    work: Workspace,
    unit_work: Vec<Lane>,
    moves: Vec<Lane>,
    scratch: Vec<Lane>,
}

impl<'a> Replicator<'a> {
    /// Prepares the bootstrap of the fit `at`, whose effects are `impacts`.
    pub fn new(
        problem: &Problem<'a>,
        estimator: &'a dyn Estimator,
        (at, impacts): (&'a Estimated, &[Estimate]),
        design: Design<'a>,
        path: Path,
    ) -> Self {
        let df = at.fit.statistics.get(&Statistic::ResidualDf).copied().unwrap_or(f64::NAN);
        let n = problem.n();
        let factors = Factors::new(design.rescale, n, df, || estimator.leverages(problem, at));
        let pool = prepared(&at.innovations, &factors);
        let way = match design.scheme.draws() {
            Draws::Innovations(scheme) => Way::Innovations(scheme),
            Draws::Scores(multiplier) => {
                let moves = estimator.scored().map(|s| Moves::new(problem, at, s, &factors));
                Way::Scores(multiplier, moves)
            }
            Draws::Units => Way::Units,
        };
        let reduction = match (path, &way) {
            (Path::Batched, Way::Innovations(_)) => estimator.reduction(problem, at, 1.0),
            (Path::Batched | Path::Plain, _) => None,
        };
        // Kernels write every effect; estimates without their effects are left to the plain path.
        let wanted = at.fit.estimates.len() + impacts.len();
        let reduction = reduction.filter(|reduction| reduction.estimates() == wanted);
        let by_unit = reduction.as_ref().and_then(|reduction| {
            let Way::Innovations(scheme) = way else { return None };
            let multipliers = scheme.by_unit()?;
            let spatial = estimator.info().spatial.first();
            let fitted = spatial.and_then(|t| at.value(t));
            let resolvent = || fitted.map(|r| problem.weights.resolvent(r));
            Some((UnitForms::new(reduction.forms(), &pool, resolvent)?, multipliers))
        });
        let made = Self {
            problem: *problem,
            estimator,
            at,
            design,
            layout: Layout::new(problem.weights, problem.n_periods(), design.block_length),
            pool,
            estimates: at.fit.estimates.len() + impacts.len(),
            std_errors: bootstrapped(at, impacts).iter().map(|e| e.std_error).collect(),
            way,
            reduction,
            by_unit,
        };
        made.widened()
    }

    /// With a reduction that reaches as far as the replicates do: where innovations keep a
    /// dependence that the fit's standard errors know nothing of, many would be left to the plain
    /// path otherwise. The first tile tells, the same for every number of replicates.
    fn widened(mut self) -> Self {
        const WIDE: f64 = 1.3;
        const WIDEST: f64 = 6.0;
        let spatial = self.estimator.info().spatial.first();
        let terms = &self.at.fit.estimates;
        let Some(at) = spatial.and_then(|t| terms.iter().position(|e| e.term == *t)) else {
            return self;
        };
        if self.reduction.is_none() {
            return self;
        }
        let first = self.replicates(0, LANES);
        let square: f64 = first.of(at).map(|(v, _)| (v - terms[at].value).powi(2)).sum();
        let count = LANES - first.failed();
        let spread = (square / count.max(1) as f64).sqrt() / terms[at].std_error;
        if spread > WIDE {
            self.reduction = self.estimator.reduction(&self.problem, self.at, spread.min(WIDEST));
        }
        self
    }

    /// Which way replicates go.
    pub fn path(&self) -> Path {
        if self.reduction.is_some() { Path::Batched } else { Path::Plain }
    }

    /// Replicates to draw at a time, whole tiles: enough to keep every thread busy, and few enough
    /// that a run that is stopped or killed loses seconds at most.
    pub fn block(&self) -> usize {
        const LARGE: usize = 100_000;
        LANES
            * match self.path() {
                Path::Batched if self.pool.len() < LARGE => 170,
                Path::Batched => 42,
                Path::Plain => 10,
            }
    }

    /// Replicates `first` to `first + count − 1`, on the current thread pool. `first` is a multiple
    /// of [`LANES`].
    pub fn replicates(&self, first: u64, count: usize) -> Replicates {
        // Tasks of a few tiles each: the room is made once for each. Fits outweigh it by far.
        let task = match self.path() {
            Path::Batched => 6,
            Path::Plain => 1,
        };
        debug_assert_eq!(first % LANES as u64, 0);
        let tiles = count.div_ceil(LANES);
        let width = 2 * self.estimates;
        let mut numbers = vec![[0.0; LANES]; tiles * width];
        let mut good = vec![[false; LANES]; tiles];
        let first_tile = first / LANES as u64;
        numbers
            .par_chunks_mut(width * task)
            .zip(good.par_chunks_mut(task))
            .enumerate()
            .for_each_init(
                || self.room(),
                |room, (number, (numbers, good))| {
                    let tiles = numbers.chunks_exact_mut(width).zip(good.iter_mut());
                    for (i, (out, good)) in tiles.enumerate() {
                        *good = self.tile(first_tile + (number * task + i) as u64, room, out);
                    }
                },
            );
        Replicates { estimates: self.estimates, count, numbers, good }
    }

    fn room(&self) -> Room {
        let forms = self.reduction.as_ref().map(|r| r.forms());
        Room {
            errors: vec![[0.0; LANES]; self.pool.len()],
            multipliers: vec![[0.0; LANES]; self.layout.shape.units],
            forms: forms.map(Forms::room).unwrap_or_default(),
            work: forms.map(Forms::workspace).unwrap_or_default(),
            unit_work: self.by_unit.as_ref().map_or_else(Vec::new, |(f, _)| f.workspace()),
            moves: match &self.way {
                Way::Scores(_, Some(moves)) => moves.room(),
                Way::Scores(_, None) | Way::Innovations(_) | Way::Units => Vec::new(),
            },
            scratch: vec![[0.0; LANES]; self.reduction.as_ref().map_or(0, |r| r.scratch())],
        }
    }

    /// A tile's estimates and standard errors into `out`; which replicates could be fitted.
    fn tile(&self, number: u64, room: &mut Room, out: &mut [Lane]) -> [bool; LANES] {
        let first = number * LANES as u64;
        match &self.way {
            Way::Innovations(scheme) => self.generated(*scheme, first, room, out),
            Way::Scores(multiplier, moves) => match moves {
                Some(moves) => self.moved((*multiplier, moves), first, room, out),
                None => [false; LANES],
            },
            Way::Units => self.other_units(first, out),
        }
    }

    fn words(&self, first: u64) -> Words {
        Words::new(self.design.key, first)
    }

    /// From new innovations: by forms where there is a reduction, else one fit at a time.
    fn generated(
        &self,
        scheme: &dyn Innovations,
        first: u64,
        room: &mut Room,
        out: &mut [Lane],
    ) -> [bool; LANES] {
        let (values, std_errors) = out.split_at_mut(self.estimates);
        let mut good = [false; LANES];
        let draw = |errors: &mut Vec<Lane>| {
            scheme.draw(&self.pool, &self.layout, &mut self.words(first), errors);
        };
        let mut drawn = false;
        if let Some(reduction) = &self.reduction {
            match &self.by_unit {
                Some((forms, multipliers)) => {
                    multipliers.fill(&mut self.words(first), &mut room.multipliers);
                    forms.of(&room.multipliers, &mut room.unit_work, &mut room.forms);
                }
                None => {
                    draw(&mut room.errors);
                    drawn = true;
                    reduction.forms().of(&room.errors, &mut room.work, &mut room.forms);
                }
            }
            let mut tile =
                TileEstimates { values: &mut *values, std_errors: &mut *std_errors, solved: good };
            reduction.finish(&room.forms, &mut room.scratch, &mut tile);
            good = tile.solved;
        }
        if good.iter().all(|g| *g) {
            return good;
        }
        if !drawn {
            draw(&mut room.errors);
        }
        for l in 0..LANES {
            if !good[l] {
                let errors: Vec<f64> = room.errors.iter().map(|e| e[l]).collect();
                let y = self.estimator.simulate(&self.problem, self.at, &errors);
                good[l] = self.refit(Sample { y, ..self.problem.sample.clone() }, l, out);
            }
        }
        good
    }

    /// From multipliers of the pieces of the score. A replicate whose spatial parameter is not
    /// admissible does not count.
    fn moved(
        &self,
        (multiplier, moves): (Multiplier, &Moves),
        first: u64,
        room: &mut Room,
        out: &mut [Lane],
    ) -> [bool; LANES] {
        multiplier.draw(&mut self.words(first), &mut room.errors);
        moves.of(&room.errors, &mut room.moves);
        let spatial = self.estimator.info().spatial;
        let interval = self.at.fit.convergence.as_ref().map(|c| c.interval);
        let mut at = self.at.clone();
        std::array::from_fn(|l| {
            let mut inside = true;
            let originals = &self.at.fit.estimates;
            for ((now, original), step) in
                at.fit.estimates.iter_mut().zip(originals).zip(&room.moves)
            {
                now.value = original.value + step[l];
                if let Some((low, high)) = interval.filter(|_| spatial.contains(&now.term)) {
                    inside &= now.value > low && now.value < high;
                }
            }
            inside && {
                let effects = self.estimator.impacts(&self.problem, &at);
                self.keep(&bootstrapped(&at, &effects), &self.std_errors, l, out)
            }
        })
    }

    /// From units drawn with all they have.
    fn other_units(&self, first: u64, out: &mut [Lane]) -> [bool; LANES] {
        let drawn = pairs::draw(&mut self.words(first), self.layout.shape.units);
        std::array::from_fn(|l| {
            let units: Vec<usize> = drawn.iter().map(|d| d[l]).collect();
            self.refit(pairs::histories(self.problem.sample, &units), l, out)
        })
    }

    /// Estimates again; whether that could be done.
    fn refit(&self, sample: Sample, l: usize, out: &mut [Lane]) -> bool {
        let again = Problem { sample: &sample, ..self.problem };
        let Ok(fitted) = self.estimator.fit(&again) else {
            return self.keep(&[], &[], l, out);
        };
        let impacts = self.estimator.impacts(&again, &fitted);
        let all = bootstrapped(&fitted, &impacts);
        let std_errors: Vec<f64> = all.iter().map(|e| e.std_error).collect();
        self.keep(&all, &std_errors, l, out)
    }

    /// Puts a replicate into lane `l`, or nothing where it has no estimates or one that is not
    /// finite; whether it has them.
    fn keep(&self, all: &[&Estimate], std_errors: &[f64], l: usize, out: &mut [Lane]) -> bool {
        let finite = all.len() == self.estimates
            && all.iter().zip(std_errors).all(|(e, s)| e.value.is_finite() && s.is_finite());
        for i in 0..self.estimates {
            let (value, std_error) =
                if finite { (all[i].value, std_errors[i]) } else { (0.0, 0.0) };
            (out[i][l], out[self.estimates + i][l]) = (value, std_error);
        }
        finite
    }
}

/// Estimates and standard errors of consecutive replicates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Replicates {
    /// Estimates a replicate.
    pub estimates: usize,
    /// Replicates; the last tile may hold more, which were not asked for.
    pub count: usize,
    /// For each tile the values of every estimate, then their standard errors.
    pub numbers: Vec<Lane>,
    /// Which replicates could be fitted.
    pub good: Vec<[bool; LANES]>,
}

impl Replicates {
    /// The same without those that come after the first `count`.
    #[must_use]
    pub fn first(mut self, count: usize) -> Self {
        self.count = self.count.min(count);
        let tiles = self.count.div_ceil(LANES);
        self.good.truncate(tiles);
        self.numbers.truncate(tiles * 2 * self.estimates);
        self
    }

    /// Adds those that follow. What is there already ends with a whole tile.
    pub fn extend(&mut self, next: Self) {
        debug_assert_eq!(self.count % LANES, 0);
        if self.good.is_empty() {
            *self = next;
            return;
        }
        self.count += next.count;
        self.good.extend(next.good);
        self.numbers.extend(next.numbers);
    }

    /// How many could not be fitted.
    pub fn failed(&self) -> usize {
        self.count - self.good.iter().flatten().take(self.count).filter(|g| **g).count()
    }

    /// θ* and s* of estimate `i`, replicate by replicate, without those that could not be fitted.
    pub fn of(&self, i: usize) -> impl Iterator<Item = (f64, f64)> {
        let tiles = self.numbers.chunks_exact(2 * self.estimates.max(1)).zip(&self.good);
        tiles
            .flat_map(move |(numbers, good)| {
                let (values, std_errors) = (&numbers[i], &numbers[self.estimates + i]);
                (0..LANES).map(move |l| (good[l], values[l], std_errors[l]))
            })
            .take(self.count)
            .filter(|(good, ..)| *good)
            .map(|(_, value, std_error)| (value, std_error))
    }
}
