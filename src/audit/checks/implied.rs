//! Standard errors that stars imply. With s stars |b|/se exceeds the critical value of s stars and not
//! that of s + 1, so that se lies between |b|/c(s+1) and |b|/c(s). Columns of one row, with the same
//! regressor or one of its kind and the same dependent variable, should have standard errors of one
//! order.

use super::CRITICAL;
use crate::audit::columns::by_row;
use crate::audit::{Check, Evidence, Finding, Severity, Spot, number, table_name};
use crate::printed::Entry;

/// How many times smaller than that of another column an implied standard error is asked about …
const APART: f64 = 2.5;
/// … and is hard to believe.
const FAR_APART: f64 = 10.0;
/// Columns that make a row.
const LEAST_COLUMNS: usize = 3;

pub(in crate::audit) const CHECK: Check = Check {
    name: "implied",
    about: "stars that imply standard errors far apart within a row",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    by_row(evidence).iter().flat_map(|row| of_row(row)).collect()
}

fn of_row(row: &[&Entry]) -> Vec<Finding> {
    let known: Vec<&Entry> =
        row.iter().copied().filter(|e| e.stars.is_some() && e.std_error.is_none()).collect();
    if known.len() < LEAST_COLUMNS {
        return Vec::new();
    }
    let finding = |e: &&Entry| {
        let highest = highest(e)?;
        let others = known.iter().filter(|other| other.at != e.at);
        let widest = others.max_by(|a, b| lowest(a).total_cmp(&lowest(b)))?;
        let apart = lowest(widest) / highest;
        (apart >= APART).then(|| said(e, highest, widest, apart))
    };
    known.iter().filter_map(finding).collect()
}

/// The largest standard error with which a number has its stars; none without stars.
fn highest(entry: &Entry) -> Option<f64> {
    let stars = entry.stars.filter(|stars| *stars > 0)?;
    Some(entry.value.magnitudes().1 / CRITICAL.get(stars)?)
}

/// The smallest standard error with which a number has no more stars than it has.
fn lowest(entry: &Entry) -> f64 {
    let next = entry.stars.and_then(|stars| CRITICAL.get(stars + 1));
    next.map_or(0.0, |critical| entry.value.magnitudes().0 / critical)
}

fn said(entry: &Entry, highest: f64, other: &Entry, apart: f64) -> Finding {
    let decimals = entry.value.decimals.max(4);
    Finding {
        check: CHECK.name,
        severity: if apart >= FAR_APART { Severity::Warning } else { Severity::Note },
        sentence: format!(
            "The stars of {} ({}, {}) imply a standard error of at most {}; those of {} in column {} one \
             above {}, {} times as large: which significance is it?",
            entry.shown(),
            entry.term,
            table_name(&entry.table),
            number(highest, decimals),
            other.shown(),
            other.column(),
            number(lowest(other), decimals),
            number(apart, 1)
        ),
        places: vec![Spot::of(entry), Spot::of(other)],
    }
}
