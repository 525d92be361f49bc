//! What stands below the estimates, in words.

use crate::outcome::Reference;
use crate::report::columns::CellColumn;
use crate::report::words::Below;
use crate::report::{Source, notes};
use crate::spec::tables::{Brackets, Parentheses};

/// What stands below the estimates, and what the standard errors are.
pub(super) fn said(
    source: Source<'_>,
    lines: &[(Parentheses, Brackets)],
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let words = source.words();
    // What the standard errors are is said once.
    let mut errors = notes::std_errors(source, columns);
    if lines.is_empty() {
        return errors.iter().map(|errors| words.errors(errors)).collect();
    }
    let ratio = ratio(columns);
    let sentence = |&(what, brackets): &(Parentheses, Brackets)| {
        let errors = if names_errors(what) { errors.take() } else { None };
        words.below(Below { what, brackets, ratio, errors: errors.as_deref() })
    };
    lines.iter().map(sentence).collect()
}

/// Whether it rests on the standard errors of the fit.
fn names_errors(what: Parentheses) -> bool {
    match what {
        Parentheses::StdError
        | Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::Interval => true,
        Parentheses::BootstrapStdError
        | Parentheses::BootstrapInterval
        | Parentheses::RandomisationPValue
        | Parentheses::None => false,
    }
}

/// Whether the ratio of an estimate to its standard error is a t, and whether it is a z.
fn ratio(columns: &[CellColumn<'_>]) -> (bool, bool) {
    let fits = || columns.iter().filter_map(CellColumn::outcome).map(|o| &o.fit.inference);
    let student = fits().any(|r| matches!(r, Reference::Student { .. }));
    let normal = fits().any(|r| matches!(r, Reference::Normal));
    (student, normal)
}
