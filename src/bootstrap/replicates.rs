//! Replicates of a fit, a tile at a time.
//!
//! Where the estimator has a [`Reduction`], a tile goes from innovations to estimates through their
//! linear and quadratic forms; a replicate that this leaves unsolved, and every replicate of other
//! estimators, is generated and fitted like any sample. Both paths draw the same innovations and
//! agree to rounding.

pub use super::drawn::Replicates;
use super::functions::{self, Functions};
use super::residuals::{Factors, pool};
use super::score::Moves;
use super::{Draws, Innovations, Layout, Scheme, UnitMultipliers, pairs};
use crate::estimator::batch::forms::Workspace;
use crate::estimator::batch::{Forms, Reduction, TileEstimates, TileForms, UnitForms};
use crate::estimator::covariance;
use crate::estimator::derived::values;
use crate::estimator::impacts::Multipliers;
use crate::estimator::{Estimated, Estimator, Problem, dynamic};
use crate::math::lanes::{LANES, Lane};
use crate::math::multiplier::Multiplier;
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
    /// Those of the fit and its effects, and then its functions.
    std_errors: Vec<f64>,
    functions: Functions,
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
    functions: functions::Room,
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
        let pool = pool(&at.innovations, design.rescale, &factors, || estimator.hat(problem, at));
        let way = match design.scheme.draws() {
            Draws::Innovations(scheme) => Way::Innovations(scheme),
            Draws::Scores(multiplier) => {
                let moves = estimator.scored().map(|s| Moves::new(problem, at, s, &factors));
                Way::Scores(multiplier, moves)
            }
            Draws::Estimates => Way::Scores(Multiplier::Normal, Moves::of_estimates(at)),
            Draws::Units => Way::Units,
        };
        let reduction = match (path, &way) {
            // Kernels know the estimator's own standard errors.
            (Path::Batched, Way::Innovations(_)) if problem.model.std_errors.is_default() => {
                estimator.reduction(problem, at, 1.0)
            }
            (Path::Batched | Path::Plain, _) => None,
        };
        // Kernels write every effect; estimates without their effects are left to the plain path.
        let wanted = at.fit.estimates.len() + impacts.len();
        let reduction = reduction.filter(|reduction| reduction.estimates() == wanted);
        let by_unit = reduction.as_ref().and_then(|reduction| {
            let Way::Innovations(scheme) = way else { return None };
            let multipliers = scheme.by_unit()?;
            let matrices = || reduction.matrices(problem);
            Some((UnitForms::new(reduction.forms(), &pool, matrices)?, multipliers))
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
            functions: Functions::default(),
            way,
            reduction,
            by_unit,
        };
        made.widened()
    }

    /// The same with these functions of the estimates, behind them in each replicate.
    #[must_use]
    pub fn following(mut self, functions: Functions) -> Self {
        let covariance = |i: usize, j: usize| self.at.fit.covariance[i][j];
        let mut found = Vec::with_capacity(functions.len());
        functions.each(
            &values(&self.at.fit),
            self.multipliers(&functions, self.at).as_ref(),
            covariance,
            &mut functions.room(),
            |_, (_, std_error)| found.push(std_error),
        );
        self.std_errors.truncate(self.estimates);
        self.std_errors.extend(found);
        self.functions = functions;
        self
    }

    /// The multipliers at `at`, where `functions` need them.
    fn multipliers(&self, functions: &Functions, at: &Estimated) -> Option<Multipliers> {
        let wanted = functions.has_effects().then_some(&at.fit)?;
        Multipliers::of(self.problem.weights, wanted)
    }

    /// Numbers of a replicate that have a standard error: estimates, effects, functions.
    fn columns(&self) -> usize {
        self.estimates + self.functions.len()
    }

    /// With a reduction that reaches as far as the replicates do: where innovations keep a
    /// dependence that the fit's standard errors know nothing of, many would be left to the plain
    /// path otherwise. The first tile tells, the same for every number of replicates.
    fn widened(mut self) -> Self {
        // Their bias counts, too. Below this a panel of 6.5 standard errors reaches four standard
        // deviations of the replicates.
        const WIDE: f64 = 1.6;
        const WIDEST: f64 = 6.0;
        if self.reduction.is_none() {
            return self;
        }
        let terms = &self.at.fit.estimates;
        let spatial = self.estimator.info().spatial;
        let all: Vec<usize> =
            (0..terms.len()).filter(|at| spatial.contains(&terms[*at].term)).collect();
        if all.is_empty() {
            return self;
        }
        let first = self.replicates(0, LANES);
        let count = LANES - first.failed();
        let spread = |at: usize| {
            let square: f64 = first.of(at).map(|(v, _)| (v - terms[at].value).powi(2)).sum();
            (square / count.max(1) as f64).sqrt() / terms[at].std_error
        };
        let spread = all.into_iter().map(spread).fold(0.0, f64::max);
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
        let mut out = Replicates::default();
        self.fill(first, count, &mut out);
        out
    }

    /// The same in the place of what `out` held: memory that was used before is ready, fresh memory
    /// costs a tenth of a replicate.
    pub fn fill(&self, first: u64, count: usize, out: &mut Replicates) {
        // Tasks of a few tiles each: the room is made once for each. Fits outweigh it by far.
        let task = match self.path() {
            Path::Batched => 6,
            Path::Plain => 1,
        };
        debug_assert_eq!(first % LANES as u64, 0);
        let tiles = count.div_ceil(LANES);
        let width = 2 * self.columns();
        (out.estimates, out.count) = (self.columns(), count);
        out.numbers.resize(tiles * width, [0.0; LANES]);
        out.good.resize(tiles, [false; LANES]);
        let first_tile = first / LANES as u64;
        out.numbers
            .par_chunks_mut(width * task)
            .zip(out.good.par_chunks_mut(task))
            .enumerate()
            .for_each_init(
                || self.room(),
                |room, (number, (numbers, good))| {
                    let tiles = numbers.chunks_exact_mut(width).zip(good.iter_mut());
                    for (i, (out, good)) in tiles.enumerate() {
                        *good = self.tile(first_tile + (number * task + i) as u64, room, out);
                        // What was here before is not to be seen in what could not be fitted.
                        (0..LANES).filter(|l| !good[*l]).for_each(|l| clear(l, out));
                    }
                },
            );
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
            functions: self.functions.room(),
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
        let (values, std_errors) = out.split_at_mut(self.columns());
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
            let mut tile = TileEstimates {
                values: &mut values[..self.estimates],
                std_errors: &mut std_errors[..self.estimates],
                solved: good,
            };
            reduction.finish(&room.forms, &mut room.scratch, &mut tile);
            good = tile.solved;
            if !self.functions.is_empty() {
                let Room { scratch, functions, .. } = &mut *room;
                let positions = self.functions.positions();
                reduction.spread(positions, scratch, &tile, &mut functions.spread);
                self.follow(&good, functions, out);
            }
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
                let mut sample = Sample { y, ..self.problem.sample.clone() };
                dynamic::follow(&mut sample, self.problem.weights, self.problem.model);
                good[l] = self.refit(sample, l, out);
            }
        }
        good
    }

    /// The functions of the replicates of a tile that are `solved`. Not inlined into the loop of
    /// cells that have none.
    #[inline(never)]
    fn follow(&self, solved: &[bool; LANES], room: &mut functions::Room, out: &mut [Lane]) {
        let parameters = self.at.fit.estimates.len();
        for l in (0..LANES).filter(|l| solved[*l]) {
            room.values.clear();
            room.values.extend(out[..parameters].iter().map(|lane| lane[l]));
            self.functions.each_of_lane(l, room, |f, found| self.put_function(f, found, l, out));
        }
    }

    /// Puts value and standard error of function `f` into lane `l`.
    fn put_function(&self, f: usize, (value, std_error): (f64, f64), l: usize, out: &mut [Lane]) {
        let at = self.estimates + f;
        (out[at][l], out[self.columns() + at][l]) = (value, std_error);
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
        let numbers = &mut room.errors[..moves.count()];
        multiplier.draw(&mut self.words(first), numbers);
        moves.of(numbers, &mut room.moves);
        let spatial = self.estimator.info().spatial;
        let convergence = self.at.fit.convergence.as_ref();
        let mut at = self.at.clone();
        std::array::from_fn(|l| {
            let mut inside = true;
            let originals = &self.at.fit.estimates;
            for ((now, original), step) in
                at.fit.estimates.iter_mut().zip(originals).zip(&room.moves)
            {
                now.value = original.value + step[l];
                let interval = convergence.filter(|_| spatial.contains(&now.term));
                if let Some((low, high)) = interval.map(|c| c.interval_of(&now.term)) {
                    inside &= now.value > low && now.value < high;
                }
            }
            inside && {
                let effects = self.estimator.impacts(&self.problem, &at);
                let kept = self.keep((&at, &effects), &self.std_errors, l, out);
                if kept {
                    self.keep_functions((&at, Some(&self.std_errors)), l, out);
                }
                kept
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
        let Ok(fitted) = covariance::fit(self.estimator, &again) else {
            clear(l, out);
            return false;
        };
        let impacts = self.estimator.impacts(&again, &fitted);
        let all = bootstrapped(&fitted, &impacts);
        let std_errors: Vec<f64> = all.iter().map(|e| e.std_error).collect();
        let kept = self.keep((&fitted, &impacts), &std_errors, l, out);
        if kept {
            self.keep_functions((&fitted, None), l, out);
        }
        kept
    }

    /// Puts the estimates of a replicate into lane `l`, or nothing where one is missing or not
    /// finite; whether it has them.
    fn keep(
        &self,
        (at, impacts): (&Estimated, &[Estimate]),
        std_errors: &[f64],
        l: usize,
        out: &mut [Lane],
    ) -> bool {
        let all = bootstrapped(at, impacts);
        let finite = all.len() == self.estimates
            && all.iter().zip(std_errors).all(|(e, s)| e.value.is_finite() && s.is_finite());
        clear(l, out);
        if finite {
            for (i, (estimate, std_error)) in all.iter().zip(std_errors).enumerate() {
                (out[i][l], out[self.columns() + i][l]) = (estimate.value, *std_error);
            }
        }
        finite
    }

    /// Puts the functions at the estimates `at` into lane `l`, with their own standard errors or
    /// those of `std_errors`, which stand behind those of estimates there.
    fn keep_functions(
        &self,
        (at, std_errors): (&Estimated, Option<&[f64]>),
        l: usize,
        out: &mut [Lane],
    ) {
        if self.functions.is_empty() {
            return;
        }
        self.functions.each(
            &values(&at.fit),
            self.multipliers(&self.functions, at).as_ref(),
            |i, j| at.fit.covariance[i][j],
            &mut self.functions.room(),
            |f, (value, own)| {
                let given = std_errors.map(|all| all[self.estimates + f]);
                let std_error = if own == 0.0 { own } else { given.unwrap_or(own) };
                self.put_function(f, (value, std_error), l, out);
            },
        );
    }
}

/// Nothing in lane `l`.
fn clear(l: usize, out: &mut [Lane]) {
    out.iter_mut().for_each(|lane| lane[l] = 0.0);
}
