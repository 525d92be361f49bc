//! The table of claims.

use crate::compare::claims::Standing;

/// Its title and heads.
#[derive(Debug, Clone, Copy)]
pub struct ClaimHeads {
    /// The caption.
    pub title: &'static str,
    /// Claim, statement, standing, where it holds, numbers.
    pub columns: [&'static str; 5],
    /// The note.
    pub note: &'static str,
}

/// In how many units a claim holds.
#[derive(Debug, Clone, Copy)]
pub struct Tally<'a> {
    /// Units in which it holds.
    pub holding: usize,
    /// All.
    pub all: usize,
    /// Those that the results say nothing of.
    pub open: usize,
    /// Groups of units and those that hold, where there are several.
    pub groups: Option<(usize, usize)>,
    /// The share that is needed, where it is not all.
    pub needed: Option<&'a str>,
}

/// What the table of claims says. Examples are the English ones.
pub trait Claims {
    /// Title, heads and note.
    fn claim_heads(&self) -> ClaimHeads;
    /// `holds`
    fn standing(&self, standing: Standing) -> &'static str;
    /// `11 of 12, needed 90 %`
    fn tally(&self, tally: Tally<'_>) -> String;
    /// `from 0.1 to 0.3`
    fn range(&self, low: &str, high: &str) -> String;
    /// `not in paper/slm`
    fn not_in(&self, unit: &str) -> String;
}
