//! Claims: sentences of a text, and what must hold of the results for them to be true.

use super::Axis;
use super::Selector;
use super::tables::{CellChoice, RowTerm};
use crate::ident::{KeyPath, Located};
use crate::outcome::{Basis, Statistic};
use schemars::JsonSchema;
use serde::Deserialize;

/// `[claims.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimSpec {
    /// The sentence.
    pub text: String,
    /// What it is about, and what must hold.
    pub about: About,
    /// The arbitrary axes: the share is taken over their values, for each combination of the others.
    /// Without any, over all that is chosen.
    pub over: Vec<Axis>,
    /// The share of what is chosen in which it must hold, above 0 and at most 1.
    pub share: f64,
    /// The definition itself.
    pub at: KeyPath,
}

/// What a claim is about.
#[derive(Debug, Clone, PartialEq)]
pub enum About {
    /// Cells of a grid; no axis heads a column.
    Cells {
        /// Which cells.
        cells: Box<CellChoice>,
        /// What must hold of each, or of each set of them.
        condition: Condition,
    },
    /// The periods of a `[[moran]]` block.
    Moran {
        /// Its id.
        id: String,
        /// Which way Moran's I must point.
        points: Points,
    },
}

/// What must hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A coefficient points one way.
    Sign {
        /// The coefficient, effect or function.
        row: Located<RowTerm>,
        /// Which way.
        points: Points,
    },
    /// A number lies in a range.
    Range {
        /// The number.
        of: Quantity,
        /// Its lowest value.
        low: Option<f64>,
        /// Its highest value.
        high: Option<f64>,
    },
    /// A test decides.
    Test {
        /// Its raw name.
        test: Located<String>,
        /// The fit it looks at; any when absent.
        basis: Option<Basis>,
        /// Whether it rejects.
        rejects: bool,
        /// At which level.
        level: f64,
    },
    /// The tests choose a model.
    Chosen {
        /// The estimator.
        estimator: String,
        /// The fit they look at; any when absent.
        basis: Option<Basis>,
    },
    /// A coefficient falls along the values of an axis, other things equal.
    Order {
        /// The coefficient.
        row: Located<RowTerm>,
        /// The axis.
        axis: Axis,
        /// Its values, the one with the largest coefficient first; at least two.
        values: Vec<Located<String>>,
    },
    /// A coefficient is larger in one cell than in another that differs from it only in the axes that
    /// the two patterns name.
    Larger {
        /// The coefficient.
        row: Located<RowTerm>,
        /// Where it is larger.
        larger: Box<Selector>,
        /// Where it is smaller.
        than: Box<Selector>,
    },
}

impl Condition {
    /// The axes along which cells are compared with each other; none where each is looked at alone.
    pub fn compared(&self) -> Vec<Axis> {
        match self {
            Self::Order { axis, .. } => vec![*axis],
            Self::Larger { larger, than, .. } => {
                let named = |axis: &Axis| larger.names(*axis) || than.names(*axis);
                Axis::ALL.into_iter().filter(named).collect()
            }
            Self::Sign { .. } | Self::Range { .. } | Self::Test { .. } | Self::Chosen { .. } => {
                Vec::new()
            }
        }
    }

    /// The coefficient that it is about, if it is about one.
    pub fn row(&self) -> Option<&Located<RowTerm>> {
        match self {
            Self::Sign { row, .. }
            | Self::Order { row, .. }
            | Self::Larger { row, .. }
            | Self::Range { of: Quantity::Row(row), .. } => Some(row),
            Self::Range { of: Quantity::Statistic(_), .. }
            | Self::Test { .. }
            | Self::Chosen { .. } => None,
        }
    }
}

/// A number of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// A coefficient, effect or function.
    Row(Located<RowTerm>),
    /// A statistic of the fit.
    Statistic(Statistic),
}

/// Which way an estimate points, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// Which way.
    pub sign: ClaimedSign,
    /// p < level, or for [`ClaimedSign::None`] p ≥ level; the sign alone when absent.
    pub level: Option<f64>,
}

impl Points {
    /// Whether an estimate points this way.
    pub fn holds(self, value: f64, p_value: f64) -> bool {
        let sure = self.level.is_none_or(|level| p_value < level);
        match self.sign {
            ClaimedSign::Positive => value > 0.0 && sure,
            ClaimedSign::Negative => value < 0.0 && sure,
            ClaimedSign::Any => sure,
            ClaimedSign::None => self.level.is_none_or(|level| p_value >= level),
        }
    }
}

/// A sign that a claim names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimedSign {
    /// Above zero.
    Positive,
    /// Below zero.
    Negative,
    /// Significant, whichever way.
    Any,
    /// Not significant.
    None,
}

impl ClaimedSign {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
            Self::Any => "any",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_and_levels() {
        let points = |sign, level| Points { sign, level };
        let positive = points(ClaimedSign::Positive, Some(0.05));
        assert!(positive.holds(0.1, 0.049) && !positive.holds(0.1, 0.05));
        assert!(!positive.holds(-0.1, 0.001) && !positive.holds(0.0, 0.0));
        assert!(points(ClaimedSign::Negative, None).holds(-0.1, 0.9));
        assert!(points(ClaimedSign::Any, Some(0.05)).holds(-0.1, 0.01));
        let none = points(ClaimedSign::None, Some(0.05));
        assert!(none.holds(0.1, 0.05) && !none.holds(0.1, 0.049));
    }
}
