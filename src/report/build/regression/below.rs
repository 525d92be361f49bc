//! What stands below the estimates, in words.

use crate::outcome::Reference;
use crate::report::columns::CellColumn;
use crate::report::notes;
use crate::spec::tables::{Brackets, Parentheses};

/// What stands below the estimates, and what the standard errors are.
pub(super) fn said(lines: &[(Parentheses, Brackets)], columns: &[CellColumn<'_>]) -> Vec<String> {
    let errors = notes::std_errors(columns);
    if lines.is_empty() {
        return errors.into_iter().map(|e| format!("Standard errors: {e}.")).collect();
    }
    // What the standard errors are is said once.
    let mut errors = errors;
    lines.iter().map(|line| sentence(*line, &mut errors, columns)).collect()
}

fn sentence(
    (what, brackets): (Parentheses, Brackets),
    errors: &mut Option<String>,
    columns: &[CellColumn<'_>],
) -> String {
    let place = match brackets {
        Brackets::Round => "in parentheses",
        Brackets::Square => "in brackets",
        Brackets::Curly => "in braces",
        Brackets::None => "below the estimates",
    };
    let mut from = || errors.take().map(|e| format!(" Standard errors: {e}.")).unwrap_or_default();
    match what {
        Parentheses::StdError => {
            let of = errors.take().map(|e| format!(" ({e})")).unwrap_or_default();
            format!("Standard errors {place}{of}.")
        }
        Parentheses::Statistic => format!("{} statistics {place}.{}", letters(columns), from()),
        Parentheses::PValue => format!("p-values {place}.{}", from()),
        Parentheses::Interval => format!("95 % confidence intervals in brackets.{}", from()),
        Parentheses::BootstrapStdError => {
            format!("Bootstrap standard errors {place}; stars by bootstrap p-values (studentised).")
        }
        Parentheses::BootstrapInterval => {
            "95 % bootstrap percentile-t intervals in brackets, equal-tailed; stars by bootstrap \
             p-values of |t|, which need not agree with them where replicates are skewed."
                .to_owned()
        }
        Parentheses::RandomisationPValue => format!(
            "Randomisation p-values of the measure {place}, stars by them; other rows are not \
             tested."
        ),
        Parentheses::None => String::new(),
    }
}

/// What the ratio of an estimate to its standard error is called.
fn letters(columns: &[CellColumn<'_>]) -> &'static str {
    let fits = || columns.iter().filter_map(CellColumn::outcome).map(|o| &o.fit.inference);
    let student = fits().any(|r| matches!(r, Reference::Student { .. }));
    let normal = fits().any(|r| matches!(r, Reference::Normal));
    match (student, normal) {
        (true, true) => "t or z",
        (true, false) => "t",
        (false, _) => "z",
    }
}
