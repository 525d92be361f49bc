//! What a change is, and how grave.

use crate::spec::nights::Concern;
use serde::{Serialize, Serializer};

/// A value on one side of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Side {
    /// A number.
    Number(f64),
    /// A word: a model, a state.
    Word(String),
    /// Nothing there.
    Nothing,
}

impl Side {
    /// The number, if it is one.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) => Some(*value),
            Self::Word(_) | Self::Nothing => None,
        }
    }
}

/// What happened, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A claim that held does no longer.
    ClaimLost,
    /// A cell that was fitted fails.
    Failed,
    /// A conclusion is another.
    Concluded,
    /// A cell is gone, or a number of a cell.
    Gone,
    /// A claim that did not hold stands otherwise.
    ClaimTurned,
    /// A cell that failed is fitted.
    Mended,
    /// A cell fails for another reason.
    FailsOtherwise,
    /// A cell is new, or a number of a cell.
    Added,
    /// A number moved, and nothing that is concluded from it.
    Moved,
}

impl What {
    /// What a policy calls it; `None` for what is no reason to fail.
    pub fn concern(self) -> Option<Concern> {
        match self {
            Self::ClaimLost | Self::Concluded => Some(Concern::Conclusions),
            Self::Failed => Some(Concern::Failures),
            Self::Gone => Some(Concern::Missing),
            Self::Moved => Some(Concern::Numbers),
            Self::ClaimTurned | Self::Mended | Self::FailsOtherwise | Self::Added => None,
        }
    }

    /// The word at the head of a line.
    pub fn word(self) -> &'static str {
        match self {
            Self::ClaimLost => "CLAIM LOST",
            Self::Failed => "FAILED",
            Self::Concluded => "CHANGED",
            Self::Gone => "GONE",
            Self::ClaimTurned => "CLAIM",
            Self::Mended => "MENDED",
            Self::FailsOtherwise => "FAILS OTHERWISE",
            Self::Added => "NEW",
            Self::Moved => "MOVED",
        }
    }
}

/// What is concluded otherwise, the gravest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conclusion {
    /// A claim stands otherwise.
    Claim(String),
    /// An estimate has the other sign.
    Sign(String),
    /// Tests choose another model.
    Chosen(String),
    /// Measures changed places.
    Order(String),
    /// A test decides otherwise.
    Decision(String),
    /// An estimate has another level of significance.
    Significance(String),
}

impl Conclusion {
    /// In words.
    pub fn words(&self) -> &str {
        match self {
            Self::Claim(words)
            | Self::Sign(words)
            | Self::Chosen(words)
            | Self::Order(words)
            | Self::Decision(words)
            | Self::Significance(words) => words,
        }
    }

    fn gravity(&self) -> u8 {
        match self {
            Self::Claim(_) => 0,
            Self::Sign(_) => 1,
            Self::Chosen(_) => 2,
            Self::Order(_) => 3,
            Self::Decision(_) => 4,
            Self::Significance(_) => 5,
        }
    }
}

impl Serialize for Conclusion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.words())
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// What happened.
    pub what: What,
    /// The cell by label, or the claim.
    pub cell: String,
    /// The statistic, if it is about one: `ln_oa@lag1`, `lm-lag (within)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistic: Option<String>,
    /// What it was.
    pub old: Side,
    /// What it is.
    pub new: Side,
    /// What is concluded otherwise, each in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conclusions: Vec<Conclusion>,
    /// How far a number moved, relative to the larger of both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
}

impl Change {
    /// A change without a statistic.
    pub fn of_cell(what: What, cell: &str, old: Side, new: Side) -> Self {
        Self {
            what,
            cell: cell.to_owned(),
            statistic: None,
            old,
            new,
            conclusions: Vec::new(),
            relative: None,
        }
    }

    /// What orders changes: the gravest first, among equally grave ones those that moved farthest.
    pub fn rank(&self) -> (What, u8, std::cmp::Reverse<u64>) {
        let gravity = self.conclusions.iter().map(Conclusion::gravity).min();
        // The bits of positive numbers are in the order of the numbers.
        let moved = self.relative.unwrap_or(0.0).to_bits();
        (self.what, gravity.unwrap_or(u8::MAX), std::cmp::Reverse(moved))
    }
}

/// How far two numbers are apart, relative to the larger of both; 0 for equal ones.
pub fn relative(x: f64, y: f64) -> f64 {
    let largest = x.abs().max(y.abs());
    if largest > 0.0 { (x - y).abs() / largest } else { 0.0 }
}
