//! Printed numbers beside those computed.

use crate::report::published::{Reason, Respect};

/// Heads and verdicts of the table. Examples are the English ones.
#[derive(Debug, Clone, Copy)]
pub struct PublishedTexts {
    /// `Published`, `Computed`, `Difference`, `Verdict`
    pub heads: [&'static str; 4],
    /// Equal, of the same sign and significance, different, not compared, within a sentence.
    pub verdicts: [&'static str; 4],
    /// The same as labels of rows.
    pub rows: [&'static str; 4],
    /// Above the numbers of verdicts: `Numbers`
    pub numbers: &'static str,
    /// What the verdicts mean.
    pub meaning: &'static str,
}

/// What a table of printed numbers says.
pub trait Published {
    /// Heads and verdicts.
    fn published(&self) -> &'static PublishedTexts;
    /// `sign`
    fn respect(&self, respect: Respect) -> &'static str;
    /// `no cell of the table is of this column`
    fn not_compared(&self, reason: &Reason) -> String;
    /// `Table 4: East, OA`
    fn of_printed_table(&self, table: &str, column: &str) -> String;
    /// Where the printed numbers are from.
    fn printed_in(&self, file: &str) -> String;
    /// What the stars of both are, by their levels.
    fn printed_stars(&self, levels: &[String]) -> String;
    /// How many of each verdict.
    fn verdict_counts(&self, all: usize, counts: [usize; 4]) -> String;
}
