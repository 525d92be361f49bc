//! The tests of a cell under their null hypotheses.

use super::draws::design;
use super::{Ended, Shared, Watch};
use crate::bootstrap::null::p_values;
use crate::bootstrap::replicates::Path;
use crate::diagnostic::null::statistic;
use crate::diagnostic::{Context, Diagnostic};
use crate::estimator::Problem;
use crate::model::Bootstrap;
use crate::outcome::{Test, TestBootstrap};
use crate::plan::Cell;

/// Puts into `tests` what replicates under the null hypotheses of `group` say of them. A test whose
/// group has no bootstrap version is left as it is. Ends between two blocks when the run is to stop.
pub(super) fn bootstrap(
    (shared, watch, cell): (&Shared<'_>, &Watch<'_>, &Cell),
    asked: &Bootstrap,
    (group, context): (&dyn Diagnostic, &Context<'_>),
    problem: &Problem<'_>,
    tests: &mut [Test],
) -> Result<(), Ended> {
    let design = design(shared, asked, problem.sample)?;
    for null in group.nulls(context) {
        let (basis, names) = (null.basis(), null.tests());
        let observed: Vec<_> = names.iter().map(|name| statistic(tests, name, basis)).collect();
        let count = asked.replicates as usize;
        let how = (design, Path::Batched);
        let go_on = || watch.go_on(cell);
        let found = p_values(&*null, &observed, problem.weights, how, (count, &go_on))?;
        // Searches that were stopped half-way are no failed replicates.
        watch.go_on_in_time(cell)?;
        for (name, found) in names.iter().zip(found) {
            let Some(found) = found else { continue };
            for test in tests.iter_mut().filter(|t| t.name == *name && t.basis == basis) {
                test.bootstrap = Some(TestBootstrap {
                    design: asked.clone(),
                    failed: found.failed as u32,
                    p_value: found.p_value,
                });
            }
        }
    }
    Ok(())
}
