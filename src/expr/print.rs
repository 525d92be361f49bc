//! A syntax tree as text that parses to the same tree.

use super::lexer::{continues_name, starts_name};
use super::{BinaryOp, Expr};
use crate::ident::VarName;
use std::fmt;

/// How tightly a unary minus binds: `-x^2` is −(x²), `-x * y` is (−x)·y.
pub(super) const MINUS: u8 = 3;
/// How tightly names, numbers and calls bind.
pub(super) const ATOM: u8 = 5;

impl BinaryOp {
    /// How tightly it binds; unary minus stands between `Divide` and `Power`.
    pub(super) fn strength(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => 1,
            Self::Multiply | Self::Divide => 2,
            Self::Power => 4,
        }
    }
}

impl Expr {
    fn strength(&self) -> u8 {
        match self {
            Self::Negate(_) => MINUS,
            Self::Binary(op, ..) => op.strength(),
            Self::WeightedSum(_) => BinaryOp::Add.strength(),
            Self::Number(_) | Self::Column(_) | Self::Apply(..) | Self::Lag(..) => ATOM,
        }
    }
}

/// Prints an operand, in parentheses where it binds more loosely than `needed`.
fn operand(f: &mut fmt::Formatter<'_>, expr: &Expr, needed: u8) -> fmt::Result {
    if expr.strength() < needed { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

/// A number as it may be written in an expression.
pub(super) fn number(value: f64) -> String {
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

fn column(f: &mut fmt::Formatter<'_>, name: &VarName) -> fmt::Result {
    let plain = name.as_str().starts_with(starts_name) && name.as_str().chars().all(continues_name);
    if plain { write!(f, "{name}") } else { write!(f, "`{name}`") }
}

impl fmt::Display for Expr {
    /// A text that parses to the same tree, with no more parentheses than it takes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(value) => f.write_str(&number(*value)),
            Self::Column(name) => column(f, name),
            Self::Negate(x) => {
                f.write_str("-")?;
                operand(f, x, MINUS)
            }
            Self::Binary(BinaryOp::Power, a, b) => {
                operand(f, a, ATOM)?;
                f.write_str("^")?;
                operand(f, b, MINUS)
            }
            Self::Binary(op, a, b) => {
                operand(f, a, op.strength())?;
                write!(f, " {} ", op.symbol())?;
                operand(f, b, op.strength() + 1)
            }
            Self::Apply(function, x) => write!(f, "{}({x})", function.name()),
            Self::Lag(x, periods) => write!(f, "lag({x}, {periods})"),
            Self::WeightedSum(parts) => {
                for (i, (name, coefficient)) in parts.iter().enumerate() {
                    if i > 0 {
                        f.write_str(" + ")?;
                    }
                    f.write_str(&number(*coefficient))?;
                    f.write_str(" * ")?;
                    column(f, name)?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Function;
    use proptest::prelude::*;

    fn printed(text: &str) -> String {
        Expr::parse(text).expect("a valid expression").to_string()
    }

    #[test]
    fn products_bind_before_sums_and_operators_of_a_rank_go_left_to_right() {
        assert_eq!(printed("a+b*c"), "a + b * c");
        assert_eq!(printed("(a+b)*c"), "(a + b) * c");
        assert_eq!(printed("a-(b-c)"), "a - (b - c)");
        assert_eq!(printed("(a-b)-c"), "a - b - c");
        assert_eq!(printed("a/(b/c)/d"), "a / (b / c) / d");
    }

    #[test]
    fn powers_bind_before_minus_and_go_right_to_left() {
        let column = |name: &str| Box::new(Expr::Column(VarName::new(name)));
        let square = Expr::Binary(BinaryOp::Power, column("x"), Box::new(Expr::Number(2.0)));
        assert_eq!(Expr::parse("-x^2"), Ok(Expr::Negate(Box::new(square))));
        assert_eq!(printed("2^3^2"), "2^3^2");
        assert_eq!(printed("(2^3)^2"), "(2^3)^2");
        assert_eq!(printed("2^-x"), "2^-x");
        assert_eq!(printed("2^(x+1)"), "2^(x + 1)");
        assert_eq!(printed("(-x)^2"), "(-x)^2");
    }

    #[test]
    fn a_weighted_sum_prints_as_a_sum() {
        let sum = Expr::WeightedSum(vec![
            (VarName::new("coal"), 1.9003),
            (VarName::new("coke oven gas"), -2.5),
        ]);
        assert_eq!(sum.to_string(), "1.9003 * coal + -2.5 * `coke oven gas`");
        assert_eq!(sum.columns().len(), 2);
    }

    fn any_expr() -> impl Strategy<Value = Expr> {
        let names = prop_oneof!["[a-z_][a-z0-9_]{0,5}", "[a-zé工 ,.-]{1,6}"];
        let leaf = prop_oneof![
            (0.0f64..1e300).prop_map(Expr::Number),
            (0u32..100).prop_map(|n| Expr::Number(f64::from(n) / 8.0)),
            names.prop_map(|n| Expr::Column(VarName(n))),
        ];
        leaf.prop_recursive(6, 40, 2, |inner| {
            let boxed = inner.prop_map(Box::new);
            let op = prop::sample::select(vec![
                BinaryOp::Add,
                BinaryOp::Subtract,
                BinaryOp::Multiply,
                BinaryOp::Divide,
                BinaryOp::Power,
            ]);
            let function = prop::sample::select(Function::ALL.to_vec());
            prop_oneof![
                (op, boxed.clone(), boxed.clone()).prop_map(|(op, a, b)| Expr::Binary(op, a, b)),
                (function, boxed.clone()).prop_map(|(f, x)| Expr::Apply(f, x)),
                (boxed.clone(), 1u32..20).prop_map(|(x, k)| Expr::Lag(x, k)),
                boxed.prop_map(Expr::Negate),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same(expr in any_expr()) {
            prop_assert_eq!(Expr::parse(&expr.to_string()), Ok(expr));
        }
    }
}
