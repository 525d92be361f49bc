//! The grammar of derived variables: text → syntax tree, and back.

use crate::ident::VarName;

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
