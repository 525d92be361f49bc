//! The functions of the coefficients and joint tests of a cell.

use super::resample::Subject;
use super::{Ended, Shared, Watch, draws};
use crate::bootstrap::Support;
use crate::bootstrap::functions::{Functions, Wanted};
use crate::bootstrap::replicates::{Path, Replicator};
use crate::estimator::Problem;
use crate::estimator::derived::{Function, derived, terms, values};
use crate::estimator::impacts::Multipliers;
use crate::estimator::wald::{JointTest, wald};
use crate::model::Bootstrap;
use crate::outcome::{Derived, Estimate, Fit, Test, TestBootstrap, TestOutcome};
use crate::plan::{self, Cell};

/// The functions of a cell at its fit, in the order asked.
pub(super) fn of(cell: &Cell, problem: &Problem<'_>, fit: &Fit) -> Vec<Derived> {
    let multipliers =
        (!cell.derived.is_empty()).then(|| Multipliers::of(problem.weights, fit)).flatten();
    let one = |f: &plan::Function| derived(&f.name, &f.formula, fit, multipliers.as_ref());
    cell.derived.iter().map(one).collect()
}

/// A function that has a value at the fit, and so a bootstrap.
pub(super) struct Computed<'a> {
    pub(super) estimate: &'a Estimate,
    pub(super) function: Function,
    /// As it is written: what replicates of it depend on.
    pub(super) text: String,
}

impl<'a> Computed<'a> {
    /// Those of `derived`, which are the functions of `cell` at `fit`.
    pub(super) fn of(cell: &Cell, fit: &Fit, derived: &'a [Derived]) -> Vec<Self> {
        let terms = terms(fit);
        let one = |(asked, derived): (&plan::Function, &'a Derived)| {
            let estimate = derived.estimate()?;
            let function = Function::new(&asked.formula, &terms).ok()?;
            Some(Self { estimate, function, text: asked.formula.to_string() })
        };
        cell.derived.iter().zip(derived).filter_map(one).collect()
    }

    /// All of them, to be evaluated in each replicate.
    pub(super) fn wanted(all: &[Self]) -> Functions {
        Functions::new(all.iter().map(|c| Wanted::Function(c.function.clone())).collect())
    }
}

/// The joint tests of a cell, with the p-values of a bootstrap where one is asked for.
pub(super) fn joint_tests(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    fitted: &Subject<'_>,
) -> Result<Vec<Test>, Ended> {
    let (cell, fit) = (fitted.cell, &fitted.estimated.fit);
    if cell.wald.is_empty() {
        return Ok(Vec::new());
    }
    let multipliers = Multipliers::of(fitted.problem.weights, fit);
    let of = |test: &plan::JointTest| wald(&test.name, &test.zero, fit, multipliers.as_ref());
    let mut tests: Vec<Test> = cell.wald.iter().map(of).collect();
    if let Some(asked) = &cell.test_bootstrap {
        resampled(shared, watch, (fitted, multipliers.as_ref()), asked, &mut tests)?;
    }
    Ok(tests)
}

/// A joint test at the fit, and what its replicates have said so far.
struct Tally {
    /// Which of the cell's tests.
    test: usize,
    /// W.
    statistic: f64,
    good: usize,
    /// Replicates with W* ≥ W.
    extreme: usize,
}

/// Puts into `tests` what replicates say of them. Left as they are where a test has no statistic,
/// or the scheme says nothing of the estimator.
fn resampled(
    shared: &Shared<'_>,
    watch: &Watch<'_>,
    (fitted, multipliers): (&Subject<'_>, Option<&Multipliers>),
    asked: &Bootstrap,
    tests: &mut [Test],
) -> Result<(), Ended> {
    let &Subject { cell, problem, estimator, estimated, impacts, .. } = fitted;
    let design = draws::design(shared, asked, problem.sample)?;
    let support = design.scheme.supports(estimator, problem.model.effects);
    if matches!(support, Support::Refused { .. }) {
        return Ok(());
    }
    let fit = &estimated.fit;
    let (terms, values) = (terms(fit), values(fit));
    let (mut tallies, mut wanted) = (Vec::new(), Vec::new());
    for (number, (asked, test)) in cell.wald.iter().zip(tests.iter()).enumerate() {
        let computed = matches!(test.outcome, TestOutcome::Computed { .. });
        let joint = JointTest::new(&asked.zero, &terms).ok().filter(|_| computed);
        let Some(joint) = joint else { continue };
        let covariance = |i: usize, j: usize| fit.covariance[i][j];
        let mut room = joint.workspace();
        let statistic = joint.statistic(&values, multipliers, covariance, &[], &mut room);
        let centre = joint.values(&values, multipliers);
        let (Some(statistic), Some(centre)) = (statistic, centre) else { continue };
        tallies.push(Tally { test: number, statistic, good: 0, extreme: 0 });
        wanted.push(Wanted::Wald(joint, centre));
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let replicator =
        Replicator::new(problem, estimator, (estimated, impacts), design, Path::Batched)
            .following(Functions::new(wanted));
    let count = asked.replicates as usize;
    let first_test = fit.estimates.len() + impacts.len();
    for first in (0..count).step_by(replicator.block()) {
        watch.go_on(cell)?;
        let block = replicator.replicates(first as u64, replicator.block().min(count - first));
        for (i, tally) in tallies.iter_mut().enumerate() {
            for (w, _) in block.of(first_test + i) {
                tally.good += 1;
                tally.extreme += usize::from(w >= tally.statistic);
            }
        }
    }
    // Searches that were stopped half-way are no failed replicates.
    watch.go_on_in_time(cell)?;
    for tally in tallies.iter().filter(|tally| tally.good > 0) {
        tests[tally.test].bootstrap = Some(TestBootstrap {
            design: asked.clone(),
            failed: (count - tally.good) as u32,
            p_value: (1 + tally.extreme) as f64 / (tally.good + 1) as f64,
        });
    }
    Ok(())
}
