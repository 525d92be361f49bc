//! The tests of a cell under their null hypotheses.

use super::Shared;
use super::draws::design;
use crate::bootstrap::null::p_values;
use crate::bootstrap::replicates::Path;
use crate::diagnostic::null::statistic;
use crate::diagnostic::{Context, Diagnostic};
use crate::estimator::Problem;
use crate::model::Bootstrap;
use crate::outcome::{Failure, Test, TestBootstrap};

/// Puts into `tests` what replicates under the null hypotheses of `group` say of them. A test whose
/// group has no bootstrap version is left as it is.
pub(super) fn bootstrap(
    shared: &Shared<'_>,
    asked: &Bootstrap,
    (group, context): (&dyn Diagnostic, &Context<'_>),
    problem: &Problem<'_>,
    tests: &mut [Test],
) -> Result<(), Failure> {
    let design = design(shared, asked, problem.sample)?;
    for null in group.nulls(context) {
        let (basis, names) = (null.basis(), null.tests());
        let observed: Vec<_> = names.iter().map(|name| statistic(tests, name, basis)).collect();
        let count = asked.replicates as usize;
        let found = p_values(&*null, &observed, problem.weights, (design, Path::Batched), count);
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
