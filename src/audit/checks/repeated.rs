//! One number to all digits where there should be several.
//!
//! How often that is chance depends on how many columns there are and how close their numbers lie: of
//! twenty R² between 0.97 and 0.99 several are equal to three digits. Where a quarter of the other
//! numbers of the row lie within d of the repeated one, a number hits it to the unit u of the last digit
//! with probability p = u/(8d) or so; k of n columns agree by chance n!/(k!(n − k)!) pᵏ⁻¹ times.
//! `tests/suite/audit/alarms.rs` measures what is left of false alarms.

use crate::audit::columns::{by_column, column_of, grouped};
use crate::audit::{Check, Evidence, Finding, Severity, Spot, listed, table_name};
use crate::printed::{Entry, Role};
use std::collections::BTreeSet;

/// Digits that a number needs for its repetition to say something.
const LEAST_DIGITS: usize = 3;
/// Rows that columns need for their likeness to say something.
const LEAST_ROWS: usize = 3;
/// Columns from which on chance may be no explanation.
const MANY: usize = 3;
/// Expected repetitions by chance below which it is none …
const NO_CHANCE: f64 = 0.001;
/// … and from which on nobody need be asked.
const COMMON: f64 = 0.1;
/// Other numbers of a row that are needed to tell how close its numbers lie.
const LEAST_OTHERS: usize = 3;
/// Where there are fewer: the share of its size that a number is taken to be off from another column's.
const SPREAD: f64 = 0.05;

pub(in crate::audit) const CHECK: Check = Check {
    name: "repeated",
    about: "one number to all digits in columns that are different regressions",
    find,
};

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let mut findings = columns_alike(evidence);
    let telling = |e: &&Entry| e.role() != Role::Count && telling_digits(e) >= LEAST_DIGITS;
    for row in grouped(&evidence.printed.entries, Entry::row) {
        let mut values: Vec<Vec<&Entry>> = Vec::new();
        for entry in row.iter().copied().filter(telling) {
            match values.iter_mut().find(|group| group[0].value.text == entry.value.text) {
                Some(group) => group.push(entry),
                None => values.push(vec![entry]),
            }
        }
        for group in values {
            let columns: BTreeSet<_> = group.iter().map(|e| column_of(e)).collect();
            let chance = by_chance(&group, &row, columns.len());
            if columns.len() >= 2 && chance < COMMON {
                findings.push(repeated(&group, columns.len(), chance));
            }
        }
    }
    findings
}

/// Digits that tell a number from others: of an R² near 1, which many columns have, those of its
/// distance from 1.
fn telling_digits(entry: &Entry) -> usize {
    let digits = entry.value.significant_digits();
    let below_one = (1.0 - entry.value.value) / entry.value.unit();
    match entry.role() {
        Role::Fit if below_one < 0.5 => 0,
        Role::Fit => digits.min(below_one.round().log10() as usize + 1),
        _ => digits,
    }
}

/// How many times `columns` columns of a row are expected to agree on this number by chance.
fn by_chance(group: &[&Entry], row: &[&Entry], columns: usize) -> f64 {
    let (value, unit) = (group[0].value.value, group[0].value.unit());
    let others = row.iter().filter(|e| e.value.text != group[0].value.text);
    let mut apart: Vec<f64> = others.map(|e| (e.value.value - value).abs()).collect();
    apart.sort_by(f64::total_cmp);
    let near = match apart.get(apart.len() / 4) {
        Some(near) if apart.len() >= LEAST_OTHERS => *near,
        _ => SPREAD * value.abs(),
    };
    let hit = (unit / (8.0 * near.max(unit / 8.0))).min(1.0);
    let of_row = row.iter().map(|e| column_of(e)).collect::<BTreeSet<_>>().len();
    let choices: f64 =
        (0..columns).map(|i| (of_row.saturating_sub(i)) as f64 / (i + 1) as f64).product();
    choices * hit.powi(i32::try_from(columns).unwrap_or(i32::MAX) - 1)
}

fn repeated(group: &[&Entry], columns: usize, chance: f64) -> Finding {
    let first = group[0];
    let mut tables: Vec<String> = group.iter().map(|e| table_name(&e.table)).collect();
    tables.dedup();
    let sure = columns >= MANY && chance < NO_CHANCE;
    let severity = if sure { Severity::Error } else { Severity::Note };
    let chance = if sure {
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
