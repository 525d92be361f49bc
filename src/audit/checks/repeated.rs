//! One number to all digits where there should be several. Two estimates agree in four digits by
//! chance now and then; three do not.

use crate::audit::columns::{by_column, column_of, grouped};
use crate::audit::{Check, Evidence, Finding, Severity, Spot, listed, table_name};
use crate::printed::{Entry, Role};
use std::collections::BTreeSet;

/// Digits that a number needs for its repetition to say something.
const LEAST_DIGITS: usize = 3;
/// Rows that columns need for their likeness to say something.
const LEAST_ROWS: usize = 3;
/// Columns from which on chance is no explanation.
const MANY: usize = 3;

pub(in crate::audit) const CHECK: Check = Check {
    name: "repeated",
    about: "one number to all digits in columns that are different regressions",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let mut findings = columns_alike(evidence);
    let telling =
        |e: &&Entry| e.role() != Role::Count && e.value.significant_digits() >= LEAST_DIGITS;
    for group in grouped(&evidence.printed.entries, |e| (e.row(), e.value.text.clone())) {
        let group: Vec<&Entry> = group.into_iter().filter(telling).collect();
        let columns: BTreeSet<_> = group.iter().map(|e| column_of(e)).collect();
        if columns.len() >= 2 {
            findings.push(repeated(&group, columns.len()));
        }
    }
    findings
}

fn repeated(group: &[&Entry], columns: usize) -> Finding {
    let first = group[0];
    let mut tables: Vec<String> = group.iter().map(|e| table_name(&e.table)).collect();
    tables.dedup();
    let severity = if columns >= MANY { Severity::Error } else { Severity::Note };
    let chance = if columns >= MANY {
        "different regressions do not give one estimate to all digits"
    } else {
        "it may be chance"
    };
    Finding {
        check: CHECK.name,
        severity,
        sentence: format!(
            "{} is {} in {columns} different columns ({}): {chance}.",
            first.row(),
            first.value.text,
            listed(&tables),
        ),
        places: group.iter().map(|e| Spot::of(e)).collect(),
    }
}

fn columns_alike(evidence: Evidence<'_>) -> Vec<Finding> {
    let columns = by_column(evidence);
    let mut findings = Vec::new();
    for (i, one) in columns.iter().enumerate() {
        for other in &columns[i + 1..] {
            if one.len() >= LEAST_ROWS && alike(one, other) {
                let name = |e: &Entry| format!("{} of {}", e.column(), table_name(&e.table));
                findings.push(Finding {
                    check: CHECK.name,
                    severity: Severity::Error,
                    sentence: format!(
                        "The columns {} and {} are the same number by number.",
                        name(one[0]),
                        name(other[0])
                    ),
                    places: vec![Spot::of(one[0]), Spot::of(other[0])],
                });
            }
        }
    }
    findings
}

fn alike(one: &[&Entry], other: &[&Entry]) -> bool {
    let same = |(a, b): (&&Entry, &&Entry)| a.row() == b.row() && a.value.text == b.value.text;
    one.len() == other.len() && one.iter().zip(other).all(same)
}
