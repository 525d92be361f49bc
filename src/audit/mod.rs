//! Printed tables → what a referee would ask. Nothing is estimated: every check compares printed
//! numbers with each other, with what such numbers can be, or with what the text says of them.
//!
//! | file | what it looks for |
//! |---|---|
//! | `columns` | the printed numbers by column and by row, for the checks |
//! | `show` | findings as text and as Markdown |
//! | `checks/repeated` | one number to all digits in different columns; whole columns alike |
//! | `checks/edge` | estimates at the edge of what they can be, or beyond it |
//! | `checks/stars` | stars against standard error, t or p where these are printed |
//! | `checks/tiny` | stars on a number of a few units of its last digit |
//! | `checks/implied` | standard errors that stars imply, far apart within a row |
//! | `checks/orders` | starred numbers of a row that differ by orders of magnitude |
//! | `checks/likelihood` | log likelihoods of one sample that cannot stand together |
//! | `checks/fit` | R² and log likelihood that rank the columns of one sample differently |
//! | `checks/digits` | rows that all end in 0; last digits that are not equally frequent |
//! | `checks/moments` | impossible or rounded descriptive statistics |
//! | `checks/twice` | one row of one column that stands more than once |
//! | `checks/text` | what the text says against what the tables print |
//!
//! A check is a function from [`Evidence`] to findings, and a line in [`CHECKS`].

mod checks;
mod columns;
mod show;

pub use show::{markdown, text};

use crate::printed::{Entry, Line, Moments, Printed, Statement};
use crate::report::formats::plain::written;
use crate::report::number::Number;
use serde::Serialize;
use std::path::PathBuf;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The printed numbers.
    pub printed: &'a Printed,
    /// What the text says of them.
    pub statements: &'a [Statement],
}

/// One thing that is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The name that findings carry.
    pub name: &'static str,
    /// What it looks for.
    pub about: &'static str,
    /// What it finds.
    pub find: fn(Evidence<'_>) -> Vec<Finding>,
}

/// Every check, in the order in which findings are listed.
pub static CHECKS: &[Check] = &[
    checks::repeated::CHECK,
    checks::edge::CHECK,
    checks::stars::CHECK,
    checks::tiny::CHECK,
    checks::implied::CHECK,
    checks::orders::CHECK,
    checks::likelihood::CHECK,
    checks::fit::CHECK,
    checks::digits::CHECK,
    checks::moments::CHECK,
    checks::twice::CHECK,
    checks::text::CHECK,
];

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It cannot be, or hardly by chance.
    Error,
    /// It is hard to believe as it stands.
    Warning,
    /// The authors should be asked.
    Note,
}

impl Severity {
    /// The name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// The name of the check.
    pub check: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// What it is, in a sentence or two.
    pub sentence: String,
    /// Where it is.
    pub places: Vec<Spot>,
}

/// A place in printed tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Spot {
    /// The file that the number was copied to.
    pub file: PathBuf,
    /// Line of that file, from 1.
    pub line: usize,
    /// The table; empty where the file does not say.
    pub table: String,
    /// The column, by the values of its keys.
    pub column: String,
    /// The row.
    pub term: String,
    /// What is printed.
    pub printed: String,
}

impl Spot {
    fn of(entry: &Entry) -> Self {
        Self {
            table: entry.table.clone(),
            column: entry.column(),
            term: entry.term.clone(),
            printed: entry.shown(),
            ..Self::line(&entry.at)
        }
    }

    fn of_moments(row: &Moments) -> Self {
        let Moments { minimum, maximum, mean, std_dev, .. } = row;
        Self {
            table: row.table.clone(),
            term: row.variable.clone(),
            printed: format!(
                "min {}, max {}, mean {}, sd {}",
                minimum.text, maximum.text, mean.text, std_dev.text
            ),
            ..Self::line(&row.at)
        }
    }

    fn line(at: &Line) -> Self {
        Self {
            file: at.file.clone(),
            line: at.number,
            table: String::new(),
            column: String::new(),
            term: String::new(),
            printed: String::new(),
        }
    }
}

/// Everything that is found: the gravest first, then in the order of the checks.
pub fn audit(evidence: Evidence<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        CHECKS.iter().flat_map(|check| (check.find)(evidence)).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// `Table 4`, or where the file names none `the table`.
fn table_name(table: &str) -> String {
    if table.is_empty() { "the table".to_owned() } else { format!("Table {table}") }
}

/// A number that was computed from printed ones.
fn number(value: f64, decimals: usize) -> String {
    written(&Number::decimals(value, decimals))
}

/// `a, b and c`
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [before @ .., last] => format!("{} and {last}", before.join(", ")),
    }
}
