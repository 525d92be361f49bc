//! The fit of a cell, searched for from other points where the first search fails.

use super::{Matrices, SharedSample};
use crate::estimator::{
    self, Estimated, Estimator, FitError, Problem, changing, covariance, incidental, moments,
    transformed,
};
use crate::math::optimize::Search;
use crate::math::random::Stream;
use crate::outcome::{Estimate, Failure, FailureKind};
use crate::plan::Cell;
use crate::spec::Spec;

/// A cell's fit, with what tests and bootstraps go on from.
pub(super) struct Fitted<'a> {
    pub(super) problem: Problem<'a>,
    pub(super) estimator: &'static dyn Estimator,
    pub(super) estimated: Estimated,
    pub(super) impacts: Vec<Estimate>,
}

/// Fits a cell, in as many attempts as the specification allows. `go_on` is asked before every step
/// of a search, here and in what goes on from the fit.
pub(super) fn fit<'a>(
    spec: &Spec,
    cell: &'a Cell,
    (sample, weights): (&'a SharedSample, &'a Matrices),
    go_on: &'a (dyn Fn() -> bool + Sync),
) -> Result<Fitted<'a>, Failure> {
    let made = sample.as_ref().map_err(Clone::clone)?;
    let unsupported = |reason: String| Failure { kind: FailureKind::Unsupported, reason };
    let estimator = estimator::find(&cell.model.estimator)
        .ok_or_else(|| unsupported(format!("no estimator is called `{}`", cell.model.estimator)))?;
    transformed::supports(estimator, &cell.model).map_err(unsupported)?;
    moments::supports(estimator, &cell.model).map_err(unsupported)?;
    estimator.supports(&cell.model).map_err(unsupported)?;
    incidental::supports(estimator, &cell.model).map_err(unsupported)?;
    covariance::supports(estimator, &cell.model).map_err(unsupported)?;
    let first = Search { go_on, ..Search::PLAIN };
    let beside = made
        .beside
        .as_ref()
        .map_err(|reason| Failure { kind: FailureKind::BadData, reason: reason.clone() })?;
    let plain = weights.problem(&made.sample, &cell.model)?;
    let problem = Problem { search: first, beside: beside.borrowed(), ..plain };
    changing::check(estimator, &problem)?;
    let try_from = |search| covariance::fit(estimator, &Problem { search, ..problem });
    let mut estimated =
        attempts(spec.run.retries, |attempt| searched(spec, cell, attempt, first), try_from)?;
    let cautions = made.left_out.iter().map(|term| term.caution(&cell.model));
    estimated.fit.cautions.extend(cautions);
    estimated.fit.cautions.extend(alone_in_errors(&problem));
    let impacts = estimator.impacts(&problem, &estimated);
    Ok(Fitted { problem, estimator, estimated, impacts })
}

/// The units without neighbours in a matrix that the errors have to themselves.
fn alone_in_errors(problem: &Problem<'_>) -> Option<String> {
    let weights = problem.error_weights;
    let alone = if problem.has_own_error_weights() { weights.isolates() } else { Vec::new() };
    let units = weights.units().as_slice();
    let names: Vec<&str> = alone.into_iter().map(|i| units[i].0.as_str()).collect();
    (!names.is_empty())
        .then(|| format!("without neighbours in the weights of the errors: {}", names.join(", ")))
}

/// What the first attempt that succeeds gives. A later one says so in a caution.
fn attempts<'a>(
    retries: u32,
    search: impl Fn(u32) -> Search<'a>,
    fit: impl Fn(Search<'a>) -> Result<Estimated, FitError>,
) -> Result<Estimated, Failure> {
    let mut first: Option<FitError> = None;
    for attempt in 0..=retries {
        match (fit(search(attempt)), &first) {
            (Ok(estimated), None) => return Ok(estimated),
            (Ok(mut estimated), Some(first)) => {
                let text = format!(
                    "found by attempt {}, from other points: at first {first}",
                    attempt + 1
                );
                estimated.fit.cautions.push(text);
                return Ok(estimated);
            }
            (Err(error), _) if error.is_of_search() => {
                first.get_or_insert(error);
            }
            (Err(error), _) => return Err(error.into()),
        }
    }
    let Failure { kind, reason } =
        Failure::from(first.expect("there is one attempt at least, and it failed"));
    let reason = match retries {
        0 => reason,
        1 => format!("{reason}; nor by a second attempt from other points"),
        more => format!("{reason}; nor by {more} more attempts from other points"),
    };
    Err(Failure { kind, reason })
}

/// The search of an attempt, counted from 0: twice as many points each time, moved by a random
/// share that depends on the cell and the attempt only.
fn searched<'a>(spec: &Spec, cell: &Cell, attempt: u32, first: Search<'a>) -> Search<'a> {
    if attempt == 0 {
        return first;
    }
    let key = spec.seed.stream(&format!("attempt {}", cell.id));
    let shift = 0.9 * (Stream::new(key, u64::from(attempt)).uniform() - 0.5);
    Search { doubled: attempt, shift, ..first }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::{find, worked};
    use std::cell::Cell as Counter;

    const LOST: FitError = FitError::NotFound { parameter: "rho" };

    fn estimated() -> Estimated {
        let (sample, weights, model) = worked::panel("ols");
        let problem = Problem::new(&sample, &weights, &model).unwrap();
        find("ols").unwrap().fit(&problem).unwrap()
    }

    fn counted(attempt: u32) -> Search<'static> {
        Search { doubled: attempt, ..Search::PLAIN }
    }

    #[test]
    fn a_later_attempt_is_said() {
        let fit = |search: Search<'_>| if search.doubled < 2 { Err(LOST) } else { Ok(estimated()) };
        let found = attempts(2, counted, fit).unwrap();
        let caution = found.fit.cautions.last().unwrap();
        assert!(
            caution.starts_with("found by attempt 3, from other points: at first"),
            "{caution}"
        );
        let failure = attempts(1, counted, fit).unwrap_err();
        assert_eq!(failure.kind, FailureKind::NoConvergence);
        assert!(failure.reason.ends_with("nor by a second attempt from other points"));
        assert!(!attempts(0, counted, fit).unwrap_err().reason.contains("attempt"));
    }

    #[test]
    fn what_no_search_mends_is_not_tried_again() {
        let tried = Counter::new(0);
        let fit = |_: Search<'_>| {
            tried.set(tried.get() + 1);
            Err(FitError::SingularInformation)
        };
        assert_eq!(attempts(5, counted, fit).unwrap_err().kind, FailureKind::Singular);
        assert_eq!(tried.get(), 1);
    }
}
