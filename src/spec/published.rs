//! Numbers that a text prints, and what they are in an experiment.

use super::Axis;
use crate::ident::{KeyPath, Located};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `[published]`
#[derive(Debug, Clone, PartialEq)]
pub struct PublishedSpec {
    /// The file of printed numbers.
    pub file: Located<PathBuf>,
    /// The axis that a column of the file is.
    pub columns: BTreeMap<String, Axis>,
    /// The value of an axis that a value of the file is.
    pub values: BTreeMap<String, String>,
    /// The row or the statistic that a term of the file is.
    pub terms: BTreeMap<String, String>,
    /// Star thresholds of the text, most lenient first.
    pub levels: Vec<f64>,
    /// The definition itself.
    pub at: KeyPath,
}

impl PublishedSpec {
    /// The axis that a column of the file is: the one that is declared, or else of its name.
    pub fn axis(&self, column: &str) -> Option<Axis> {
        let named = || Axis::ALL.into_iter().find(|axis| axis.name() == column);
        self.columns.get(column).copied().or_else(named)
    }

    /// How many stars the text gives to an estimate with this p-value.
    pub fn stars(&self, p_value: f64) -> usize {
        self.levels.iter().filter(|level| p_value < **level).count()
    }
}
