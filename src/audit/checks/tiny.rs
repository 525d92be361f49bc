//! Stars on a number of a few units of its last digit: it is hardly distinct from zero as printed, and
//! its relative rounding error is large.

use crate::audit::{Check, Evidence, Finding, Severity, Spot};
use crate::printed::Entry;

/// Units of the last digit up to which a number is tiny: half a unit of rounding is then a tenth of it.
const UNITS: f64 = 5.0;
/// Decimals from which on a last digit is small beside effects of ordinary size.
const LEAST_DECIMALS: usize = 3;

pub(in crate::audit) const CHECK: Check =
    Check { name: "tiny", about: "stars on a number of a few units of its last digit", find };

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let tiny = |e: &&Entry| {
        let units = e.value.value.abs() / e.value.unit();
        let starred = e.stars.is_some_and(|stars| stars > 0);
        starred && e.value.decimals >= LEAST_DECIMALS && units < UNITS + 0.5
    };
    evidence.printed.entries.iter().filter(tiny).map(finding).collect()
}

fn finding(entry: &Entry) -> Finding {
    Finding {
        check: CHECK.name,
        severity: Severity::Warning,
        sentence: format!(
            "{} is {}: significant, yet a few units of the last digit. Such a coefficient needs a \
             standard error below what is printed, or other units.",
            entry.term,
            entry.shown()
        ),
        places: vec![Spot::of(entry)],
    }
}
