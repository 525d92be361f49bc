//! Last digits. In a row of numbers that were computed with the digits that are printed, each digit is
//! last about as often as any other.

use crate::audit::columns::by_row;
use crate::audit::{Check, Evidence, Finding, Severity, Spot, number, table_name};
use crate::printed::Entry;

/// Numbers of a row that all end in 0: by chance once in ten thousand rows.
const LEAST_OF_ROW: usize = 4;
/// Numbers that a distribution of digits needs.
const LEAST_OF_ALL: usize = 100;
/// Digits from the first that is not zero which a number needs for its last one to be any: first digits
/// are more often 1 than 9, and of two the last still leans that way.
const LEAST_SIGNIFICANT: usize = 3;
/// Decimals from which on a last digit is one of many.
const LEAST_DECIMALS: usize = 3;
/// χ² with 9 degrees of freedom at 0.1 %.
const CRITICAL: f64 = 27.877;

pub(in crate::audit) const CHECK: Check =
    Check { name: "digits", about: "last digits that are not equally frequent", find };

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let rows = by_row(evidence);
    rows.iter().filter_map(|row| padded(row)).chain(distribution(evidence)).collect()
}

fn last_digit(entry: &Entry) -> Option<usize> {
    let last = entry.value.text.chars().last()?.to_digit(10)?;
    (entry.value.decimals >= LEAST_DECIMALS).then_some(last as usize)
}

fn padded(row: &[&Entry]) -> Option<Finding> {
    let zero = |e: &&Entry| last_digit(e) == Some(0);
    (row.len() >= LEAST_OF_ROW && row.iter().all(zero)).then(|| Finding {
        check: CHECK.name,
        severity: Severity::Note,
        sentence: format!(
            "All {} numbers of the row {} of {} end in 0: they were computed with fewer digits than are \
             printed.",
            row.len(),
            row[0].row(),
            table_name(&row[0].table)
        ),
        places: row.iter().map(|e| Spot::of(e)).collect(),
    })
}

fn distribution(evidence: Evidence<'_>) -> Option<Finding> {
    let mut counts = [0.0; 10];
    let mut n = 0.0;
    let entries = evidence.printed.entries.iter();
    let telling = entries.filter(|e| e.value.significant_digits() >= LEAST_SIGNIFICANT);
    for digit in telling.filter_map(last_digit) {
        counts[digit] += 1.0;
        n += 1.0;
    }
    let expected = n / 10.0;
    let distance: f64 = counts.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
    (n >= LEAST_OF_ALL as f64 && distance > CRITICAL).then(|| {
        let counts: Vec<String> =
            counts.iter().enumerate().map(|(d, c)| format!("{d}: {c}")).collect();
        Finding {
            check: CHECK.name,
            severity: Severity::Note,
            sentence: format!(
                "Last digits are not equally frequent (χ² = {} with 9 degrees of freedom, beyond the \
                 0.1 % point): {}.",
                number(distance, 1),
                counts.join(", ")
            ),
            places: Vec::new(),
        }
    })
}
