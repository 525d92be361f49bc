//! Printed numbers by column, row and sample.

use super::Evidence;
use crate::printed::{Entry, Moments, squeezed};
use std::collections::BTreeMap;

/// Keys that tell how a column was estimated; every other tells on what.
const SPECIFICATION: [&str; 14] = [
    "measure",
    "model",
    "estimator",
    "method",
    "effects",
    "lags",
    "weights",
    "variant",
    "spec",
    "specification",
    "column",
    "regression",
    "equation",
    "controls",
];

/// A printed column: table, and keys with their values.
pub(super) type Column<'a> = (&'a str, &'a [(String, String)]);

/// The column that a number stands in.
pub(super) fn column_of(entry: &Entry) -> Column<'_> {
    (&entry.table, &entry.keys)
}

/// Numbers by column, in the order of the files.
pub(super) fn by_column(evidence: Evidence<'_>) -> Vec<Vec<&Entry>> {
    grouped(&evidence.printed.entries, |e| (e.table.clone(), e.keys.clone()))
}

/// Numbers by table and row, in the order of the files; a row is the same in columns of different
/// measures.
pub(super) fn by_row(evidence: Evidence<'_>) -> Vec<Vec<&Entry>> {
    grouped(&evidence.printed.entries, |e| (e.table.clone(), e.row()))
}

/// Numbers that were estimated from one sample of one dependent variable, across tables.
pub(super) fn by_sample(evidence: Evidence<'_>) -> Vec<Vec<&Entry>> {
    grouped(&evidence.printed.entries, sample)
}

/// The keys that tell on what a column was estimated.
fn sample(entry: &Entry) -> Vec<(String, String)> {
    let tells = |key: &str| !SPECIFICATION.contains(&squeezed(key).as_str());
    entry.keys.iter().filter(|(key, _)| tells(key)).cloned().collect()
}

/// `national`: the values of the keys of a sample.
pub(super) fn sample_name(entry: &Entry) -> String {
    let values: Vec<String> = sample(entry).into_iter().map(|(_, value)| value).collect();
    values.join(", ")
}

/// Groups in the order of their first member.
pub(super) fn grouped<K: Ord>(entries: &[Entry], key: impl Fn(&Entry) -> K) -> Vec<Vec<&Entry>> {
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<&Entry>> = Vec::new();
    for entry in entries {
        let place = *places.entry(key(entry)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(entry);
    }
    groups
}

/// Rows of descriptive statistics by file and table.
pub(super) fn grouped_moments(rows: &[Moments]) -> Vec<Vec<&Moments>> {
    let mut tables: BTreeMap<(&std::path::Path, &str), Vec<&Moments>> = BTreeMap::new();
    for row in rows {
        tables.entry((&row.at.file, &row.table)).or_default().push(row);
    }
    tables.into_values().collect()
}
