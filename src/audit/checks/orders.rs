//! Starred numbers of one row that differ by orders of magnitude: the same regressor, or one of its
//! kind, on the same dependent variable.

use crate::audit::columns::by_row;
use crate::audit::{Check, Evidence, Finding, Severity, Spot, number, table_name};
use crate::printed::Entry;

/// The ratio of the largest to the smallest from which on it is asked about.
const ORDERS: f64 = 100.0;

pub(in crate::audit) const CHECK: Check = Check {
    name: "orders",
    about: "starred numbers of a row that differ by orders of magnitude",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    by_row(evidence).iter().filter_map(|row| of_row(row)).collect()
}

fn of_row(row: &[&Entry]) -> Option<Finding> {
    let starred = || row.iter().copied().filter(|e| e.stars.is_some_and(|stars| stars > 0));
    let size = |e: &Entry| e.value.value.abs();
    let small = starred().min_by(|a, b| size(a).total_cmp(&size(b)))?;
    let large = starred().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    // A number printed as zero is as large as what is rounded to it at most.
    let ratio = size(large) / size(small).max(small.value.unit() / 2.0);
    (ratio >= ORDERS).then(|| Finding {
        check: CHECK.name,
        severity: Severity::Warning,
        sentence: format!(
            "In the row {} of {}, {} and {} both have stars, and the one is {} times the other.",
            small.row(),
            table_name(&small.table),
            large.shown(),
            small.shown(),
            number(ratio, 0)
        ),
        places: vec![Spot::of(small), Spot::of(large)],
    })
}
