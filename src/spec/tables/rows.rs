//! Rows of a table of estimates.

use crate::ident::VarName;
use crate::model::Impact;
use crate::model::NEIGHBOURS;
use crate::model::Regressor;
use crate::model::Term;
use crate::model::shift;
use crate::model::split_shift;
use crate::spec::terms::names_measure;
use crate::spec::terms::with_measure;
use std::fmt;

/// Which rows stay: patterns of raw names, in which `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RowFilter {
    /// Those that one of these means; all when empty.
    pub keep: Vec<String>,
    /// Of these, none that one of these means.
    pub drop: Vec<String>,
}

impl RowFilter {
    /// Whether the row that is called so stays.
    pub fn has(&self, names: &[String]) -> bool {
        let named = |pattern: &String| names.iter().any(|name| means(pattern, name));
        let any = |patterns: &[String]| patterns.iter().any(named);
        (self.keep.is_empty() || any(&self.keep)) && !any(&self.drop)
    }
}

/// Whether the text is that of the pattern, in which `*` stands for any text.
pub fn means(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|after| {
            let ends = after.char_indices().map(|(i, _)| i).chain([after.len()]);
            ends.into_iter().any(|i| means(rest, &after[i..]))
        }),
    }
}

/// Rows under a label of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowGroup {
    /// The line above them.
    pub label: String,
    /// Raw names of the rows.
    pub rows: Vec<String>,
}

/// A row of estimates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowTerm {
    /// The cell's measure at this lag, whichever variable it is: its coefficient, or an effect.
    Measure {
        /// `None`: the coefficient.
        impact: Option<Impact>,
        /// Periods back; negative: ahead.
        lag: i32,
    },
    /// The Durbin term of the cell's measure at this lag.
    OfNeighbours {
        /// Periods back; negative: ahead.
        lag: i32,
    },
    /// A term by raw name: `ln_ee`, `ln_oa@lag1`, `rho`, `constant`, `indirect:ln_ee`.
    Named(String),
}

impl RowTerm {
    /// The row called `text`: `measure`, `W:measure`, `measure@lag2`, `measure@lead1`, `total:measure`, or a
    /// term.
    pub fn parse(text: &str) -> Self {
        if let Some(("measure", lag)) = text.strip_prefix(NEIGHBOURS).map(split_shift) {
            return Self::OfNeighbours { lag };
        }
        let (impact, rest) = Impact::split(text);
        match split_shift(rest) {
            ("measure", lag) => Self::Measure { impact, lag },
            _ => Self::Named(text.to_owned()),
        }
    }

    /// The parameter that the row shows of a cell whose measure is this column.
    pub fn term(&self, measure: &VarName) -> Term {
        match self {
            Self::Measure { impact, lag } => {
                let regressor = Regressor::new(measure.clone(), *lag);
                match impact {
                    Some(impact) => Term::Impact(*impact, regressor),
                    None => Term::Variable(regressor),
                }
            }
            Self::OfNeighbours { lag } => {
                Term::Variable(Regressor::new(measure.clone(), *lag).of_neighbours())
            }
            Self::Named(raw) if names_measure(raw) => Term::parse(&with_measure(raw, measure)),
            Self::Named(raw) => Term::parse(raw),
        }
    }
}

impl fmt::Display for RowTerm {
    /// As in a specification: `measure@lag1`, `total:measure`, `ln_ee`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measure { impact, lag } => {
                if let Some(impact) = impact {
                    write!(f, "{}:", impact.name())?;
                }
                f.write_str("measure")?;
                f.write_str(&shift(*lag))
            }
            Self::OfNeighbours { lag } => write!(f, "{NEIGHBOURS}measure{}", shift(*lag)),
            Self::Named(name) => f.write_str(name),
        }
    }
}
