//! The grammar of derived variables and of functions of coefficients: text → syntax tree, and back.
//!
//! | file | what it does |
//! |---|---|
//! | `lexer` | text → tokens |
//! | `parser` | tokens → [`Expr`] |
//! | `print` | [`Expr`] → text, with no more parentheses than it takes |
//! | `formula` | functions of coefficients: text → steps of a calculation, and back |

pub mod formula;
mod lexer;
mod parser;
mod print;

use crate::ident::VarName;
use std::collections::BTreeSet;

/// Whether `name` can stand in an expression as it is, without backticks.
pub fn is_word(name: &str) -> bool {
    name.starts_with(lexer::starts_name) && name.chars().all(lexer::continues_name)
}

/// An expression over the columns of a panel.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// A literal.
    Number(f64),
    /// A column, read or derived. Names that are not identifiers stand in backticks.
    Column(VarName),
    /// −x.
    Negate(Box<Expr>),
    /// Two operands.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// A function of one value.
    Apply(Function, Box<Expr>),
    /// x of the same unit, `periods` earlier; missing where there is none.
    Lag(Box<Expr>, u32),
    /// Σ coefficient × column (Tang, Peng & Yang 2021, equation 12).
    WeightedSum(Vec<(VarName, f64)>),
}

/// Arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    /// a + b
    Add,
    /// a − b
    Subtract,
    /// a × b
    Multiply,
    /// a ÷ b
    Divide,
    /// a to the power b
    Power,
}

/// Functions of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Natural logarithm.
    Ln,
    /// Exponential.
    Exp,
    /// Square root.
    Sqrt,
    /// Absolute value.
    Abs,
    /// x − lag(x, 1).
    Diff,
    /// Mean over the periods of the same unit.
    UnitMean,
    /// Mean over the units of the same period.
    PeriodMean,
}

impl BinaryOp {
    /// The sign in a specification.
    pub fn symbol(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
            Self::Power => '^',
        }
    }
}

impl Function {
    /// The smooth function that it is, if it is one of single numbers.
    fn smooth(self) -> Option<formula::Smooth> {
        formula::Smooth::ALL.into_iter().find(|f| f.function() == self)
    }

    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ln, Self::Exp, Self::Sqrt, Self::Abs, Self::Diff, Self::UnitMean, Self::PeriodMean];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ln => "ln",
            Self::Exp => "exp",
            Self::Sqrt => "sqrt",
            Self::Abs => "abs",
            Self::Diff => "diff",
            Self::UnitMean => "unit_mean",
            Self::PeriodMean => "period_mean",
        }
    }
}

/// Why a text is not an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExprError {
    /// Where in the text, in characters from 0.
    pub position: usize,
    /// How many characters it concerns, at least 1.
    pub length: usize,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Expr {
    /// Every column it reads, directly.
    pub fn columns(&self) -> BTreeSet<VarName> {
        let mut found = BTreeSet::new();
        self.collect_columns(&mut found);
        found
    }

    fn collect_columns(&self, found: &mut BTreeSet<VarName>) {
        match self {
            Self::Number(_) => {}
            Self::Column(name) => {
                found.insert(name.clone());
            }
            Self::Negate(x) | Self::Apply(_, x) | Self::Lag(x, _) => x.collect_columns(found),
            Self::Binary(_, a, b) => {
                a.collect_columns(found);
                b.collect_columns(found);
            }
            Self::WeightedSum(parts) => found.extend(parts.iter().map(|(name, _)| name.clone())),
        }
    }
}
