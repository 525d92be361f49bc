//! Functions of the coefficients of a model: smooth, so that the delta method applies. The grammar
//! is that of derived variables without what acts on columns; names are the raw names of terms,
//! `ln_oa@lag1`, `rho`, `total:ln_oa`.
//!
//! A formula is a flat list of steps in the order in which they are done (operands before what is
//! done to them), over names of any kind: as they are written, the terms they mean in a cell, or
//! positions in a vector of parameters.

use super::lexer::{Lexeme, Names, Token, tokens};
use super::parser::parsed;
use super::print::{ATOM, MINUS, number};
use super::{BinaryOp, Expr, ExprError, Function};
use std::collections::BTreeSet;
use std::fmt;

/// Most distinct names in a formula.
pub const MOST_NAMES: usize = 32;

/// Most numbers that wait for another operand at any time.
pub const MOST_WAITING: usize = 64;

/// A smooth function of named quantities.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula<N> {
    steps: Vec<Step<N>>,
}

/// One step: puts a number on the stack, or takes one or two from it and puts the result back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<N> {
    /// A literal.
    Number(f64),
    /// A named quantity.
    Name(N),
    /// −x
    Negate,
    /// Two operands, the second on top.
    Binary(BinaryOp),
    /// A function of one number.
    Apply(Smooth),
}

/// Functions of one number that have a derivative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Smooth {
    /// Natural logarithm.
    Ln,
    /// Exponential.
    Exp,
    /// Square root.
    Sqrt,
}

impl Smooth {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ln, Self::Exp, Self::Sqrt];

    /// The same function of columns.
    pub fn function(self) -> Function {
        match self {
            Self::Ln => Function::Ln,
            Self::Exp => Function::Exp,
            Self::Sqrt => Function::Sqrt,
        }
    }
}

/// A name as it is written, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The name, without backticks.
    pub name: String,
    /// Where in the text, in characters from 0.
    pub position: usize,
    /// How many characters, at least 1.
    pub length: usize,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Formula<Written> {
    /// The function that `text` spells.
    ///
    /// # Errors
    /// The first thing that does not fit, with its position.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let tokens = tokens(text, Names::Terms)?;
        let mut names = written(&tokens).into_iter();
        let mut steps = Vec::new();
        flatten(&parsed(tokens, Names::Terms)?, &mut names, &mut steps);
        let formula = Self { steps };
        let whole = |message: String, help: &str| ExprError {
            position: 0,
            length: text.chars().count().max(1),
            message,
            help: Some(help.to_owned()),
        };
        let distinct: BTreeSet<&str> = formula.names().map(|w| w.name.as_str()).collect();
        match distinct.len() {
            0 => Err(whole(
                "this is a number, not a function of coefficients".to_owned(),
                "name at least one: measure, ln_x, measure@lag1, rho, total:measure",
            )),
            n if n > MOST_NAMES => Err(whole(
                format!("a function of {n} coefficients is too long"),
                "at most 32 different ones may be named",
            )),
            _ if formula.waiting() > MOST_WAITING => {
                Err(whole("this function is nested too deeply".to_owned(), "take out parentheses"))
            }
            _ => Ok(formula),
        }
    }

    /// Most numbers on the stack at any time.
    fn waiting(&self) -> usize {
        let (mut now, mut most) = (0_usize, 0_usize);
        for step in &self.steps {
            match step {
                Step::Number(_) | Step::Name(_) => now += 1,
                Step::Binary(_) => now -= 1,
                Step::Negate | Step::Apply(_) => {}
            }
            most = most.max(now);
        }
        most
    }
}

/// The names among the tokens, from left to right.
fn written(tokens: &[Token]) -> Vec<Written> {
    let pairs = tokens.iter().zip(tokens.iter().skip(1));
    pairs
        .filter_map(|(token, next)| match &token.lexeme {
            Lexeme::Name(name) if next.lexeme != Lexeme::Open => Some((name, token)),
            Lexeme::Quoted(name) => Some((name, token)),
            _ => None,
        })
        .map(|(name, token)| Written {
            name: name.clone(),
            position: token.position,
            length: token.length,
        })
        .collect()
}

/// The steps of `expr`, operands first. Leaves come in the order of the text, as `names` do.
fn flatten(expr: &Expr, names: &mut impl Iterator<Item = Written>, steps: &mut Vec<Step<Written>>) {
    match expr {
        Expr::Number(value) => steps.push(Step::Number(*value)),
        Expr::Column(_) => steps.extend(names.next().map(Step::Name)),
        Expr::Negate(inner) => {
            flatten(inner, names, steps);
            steps.push(Step::Negate);
        }
        Expr::Binary(op, left, right) => {
            flatten(left, names, steps);
            flatten(right, names, steps);
            steps.push(Step::Binary(*op));
        }
        Expr::Apply(function, inner) => {
            flatten(inner, names, steps);
            // The parser lets no other function pass.
            steps.extend(function.smooth().map(Step::Apply));
        }
        Expr::Lag(..) | Expr::WeightedSum(_) => {
            unreachable!("the parser gives no operation on columns in a function of coefficients")
        }
    }
}

impl<N> Formula<N> {
    /// The steps in the order in which they are done.
    pub fn steps(&self) -> &[Step<N>] {
        &self.steps
    }

    /// Every name, from left to right, repeated ones as often as they stand.
    pub fn names(&self) -> impl Iterator<Item = &N> {
        self.steps.iter().filter_map(|step| match step {
            Step::Name(name) => Some(name),
            Step::Number(_) | Step::Negate | Step::Binary(_) | Step::Apply(_) => None,
        })
    }

    /// The same function of other names, or the first name that has no other.
    ///
    /// # Errors
    /// What `rename` says of the first name that it does not know.
    pub fn renamed<M, E>(
        &self,
        mut rename: impl FnMut(&N) -> Result<M, E>,
    ) -> Result<Formula<M>, E> {
        let mut steps = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            steps.push(match step {
                Step::Name(name) => Step::Name(rename(name)?),
                Step::Number(value) => Step::Number(*value),
                Step::Negate => Step::Negate,
                Step::Binary(op) => Step::Binary(*op),
                Step::Apply(function) => Step::Apply(*function),
            });
        }
        Ok(Formula { steps })
    }

    /// The function as text, with no more parentheses than it takes, `shown` for each name and
    /// `minus` for the sign.
    pub fn text(&self, shown: impl Fn(&N) -> String, minus: &str) -> String {
        // Each operand with how tightly it binds; the grammar leaves one in the end.
        let mut stack: Vec<(String, u8)> = Vec::new();
        for step in &self.steps {
            let mut operand = |needed: u8| {
                let (text, strength) = stack.pop().unwrap_or_default();
                if strength < needed { format!("({text})") } else { text }
            };
            let made = match step {
                Step::Number(value) => (number(*value), ATOM),
                Step::Name(name) => (shown(name), ATOM),
                Step::Negate => (format!("{minus}{}", operand(MINUS)), MINUS),
                Step::Binary(BinaryOp::Power) => {
                    let exponent = operand(MINUS);
                    (format!("{}^{exponent}", operand(ATOM)), BinaryOp::Power.strength())
                }
                Step::Binary(op) => {
                    let strength = op.strength();
                    let right = operand(strength + 1);
                    let sign = match op {
                        BinaryOp::Subtract => minus.to_owned(),
                        BinaryOp::Add | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Power => {
                            op.symbol().to_string()
                        }
                    };
                    (format!("{} {sign} {right}", operand(strength)), strength)
                }
                Step::Apply(function) => {
                    (format!("{}({})", function.function().name(), operand(0)), ATOM)
                }
            };
            stack.push(made);
        }
        stack.pop().unwrap_or_default().0
    }
}

impl<N: fmt::Display> fmt::Display for Formula<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(ToString::to_string, "-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        Formula::parse(text).expect("a valid function").to_string()
    }

    #[test]
    fn names_are_those_of_terms_and_know_their_places() {
        let text = "measure + 2*ln_oa@lag1 - `GDP, real` / (1 - rho) * total:工业@lag2";
        let formula = Formula::parse(text).expect("valid");
        let names: Vec<(&str, usize, usize)> =
            formula.names().map(|w| (w.name.as_str(), w.position, w.length)).collect();
        let expected = [
            ("measure", 0, 7),
            ("ln_oa@lag1", 12, 10),
            ("GDP, real", 25, 11),
            ("rho", 44, 3),
            ("total:工业@lag2", 51, 13),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn steps_stand_in_the_order_of_the_calculation() {
        let formula = Formula::parse("a - exp(b)").expect("valid");
        let shown: Vec<String> = formula
            .renamed(|w| Ok::<_, ()>(w.name.clone()))
            .expect("every name")
            .steps()
            .iter()
            .map(|s| format!("{s:?}"))
            .collect();
        let expected = ["Name(\"a\")", "Name(\"b\")", "Apply(Exp)", "Binary(Subtract)"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn functions_print_with_the_parentheses_they_need() {
        for text in [
            "a + b * c",
            "(a + b) * c",
            "a - (b - c)",
            "a / (b / c) / d",
            "-a^2",
            "(-a)^2",
            "2^-x",
            "(2^a)^b",
            "2^a^b",
            "ln(a / (1 - rho)) + sqrt(b)",
            "-(a + b)",
        ] {
            assert_eq!(printed(text), text);
        }
        assert_eq!(printed("((a))*((b))"), "a * b");
    }

    #[test]
    fn what_is_no_function_of_coefficients_is_refused_at_its_place() {
        let cases = [
            ("1 + 2", 0, "this is a number, not a function of coefficients"),
            ("a + lag(b, 1)", 4, "there is no function `lag` of coefficients"),
            ("abs(a)", 0, "there is no function `abs` of coefficients"),
            ("a + unit_mean(b)", 4, "there is no function `unit_mean` of coefficients"),
            ("a + ", 4, "expected a number, a coefficient or a function, found the end"),
            ("measure @lag1", 8, "`@` means nothing here"),
        ];
        for (text, position, message) in cases {
            let error = Formula::parse(text).expect_err(text);
            assert_eq!((error.position, error.message.as_str()), (position, message), "{text}");
        }
        let names: Vec<String> = (0..33).map(|i| format!("x{i}")).collect();
        let many = Formula::parse(&names.join(" + ")).expect_err("too many");
        assert!(many.message.contains("33 coefficients"));
        assert!(Formula::parse(&names[..32].join(" + ")).is_ok());
        let deep = format!("{}a{}", "1 + 2 * (".repeat(40), ")".repeat(40));
        assert!(Formula::parse(&deep).expect_err("deep").message.contains("too deeply"));
    }
}
