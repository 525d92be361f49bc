//! The grammar of derived variables: text → syntax tree, and back.

use crate::ident::VarName;
use crate::mistake::suggest;
use std::collections::BTreeSet;
use std::fmt;

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

    /// How tightly it binds; unary minus stands between `Divide` and `Power`.
    fn strength(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => 1,
            Self::Multiply | Self::Divide => 2,
            Self::Power => 4,
        }
    }
}

/// How tightly a unary minus binds: `-x^2` is −(x²), `-x * y` is (−x)·y.
const MINUS: u8 = 3;
/// How tightly names, numbers and calls bind.
const ATOM: u8 = 5;

impl Function {
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

/// The longest expression, in names, numbers and operations. It bounds the depth of the tree;
/// beyond it, intermediate variables read better anyway.
const MAX_PARTS: usize = 500;
/// The deepest nesting of parentheses, calls and signs.
const MAX_DEPTH: usize = 50;

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
    /// The expression that `text` spells.
    ///
    /// ```text
    /// sum     = product { ("+" | "-") product }
    /// product = signed { ("*" | "/") signed }
    /// signed  = "-" signed | power
    /// power   = atom [ "^" signed ]                right to left: 2^3^2 = 2^9
    /// atom    = number | name | `any name` | function "(" sum [ "," whole number ] ")" | "(" sum ")"
    /// ```
    ///
    /// # Errors
    /// The first thing that does not fit, with its position.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let mut parser = Parser { tokens: tokens(text)?, next: 0, depth: 0 };
        let expr = parser.sum()?;
        match parser.peek() {
            Lexeme::End => Ok(expr),
            _ => Err(parser.unexpected("an operator (+ - * / ^) or the end")),
        }
    }

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

fn number(f: &mut fmt::Formatter<'_>, value: f64) -> fmt::Result {
    if value == 0.0 || (1e-5..1e16).contains(&value.abs()) {
        write!(f, "{value}")
    } else {
        write!(f, "{value:e}")
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
            Self::Number(value) => number(f, *value),
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
                    number(f, *coefficient)?;
                    f.write_str(" * ")?;
                    column(f, name)?;
                }
                Ok(())
            }
        }
    }
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[derive(Debug, Clone, PartialEq)]
enum Lexeme {
    Number(f64),
    Name(String),
    Quoted(String),
    Operator(BinaryOp),
    Open,
    Close,
    Comma,
    End,
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    lexeme: Lexeme,
    position: usize,
    length: usize,
}

/// Splits a text into tokens, the last of which is `End`.
fn tokens(text: &str) -> Result<Vec<Token>, ExprError> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let (lexeme, length) = lexeme(&chars, at)?;
        found.push(Token { lexeme, position: at, length });
        at += length;
        if found.len() > MAX_PARTS {
            return Err(ExprError {
                position: at - length,
                length,
                message: format!("the expression has more than {MAX_PARTS} parts"),
                help: Some("split it into several variables, or use `weighted_sum`".to_owned()),
            });
        }
    }
    found.push(Token { lexeme: Lexeme::End, position: chars.len(), length: 1 });
    Ok(found)
}

/// The token that starts at `at` and its length in characters.
fn lexeme(chars: &[char], at: usize) -> Result<(Lexeme, usize), ExprError> {
    let run = |from: usize, keep: fn(char) -> bool| {
        chars[from..].iter().take_while(|&&c| keep(c)).count()
    };
    match chars[at] {
        '+' => Ok((Lexeme::Operator(BinaryOp::Add), 1)),
        '-' => Ok((Lexeme::Operator(BinaryOp::Subtract), 1)),
        '*' if chars.get(at + 1) == Some(&'*') => Err(ExprError {
            position: at,
            length: 2,
            message: "`**` is not an operator".to_owned(),
            help: Some("powers are written with `^`".to_owned()),
        }),
        '*' => Ok((Lexeme::Operator(BinaryOp::Multiply), 1)),
        '/' => Ok((Lexeme::Operator(BinaryOp::Divide), 1)),
        '^' => Ok((Lexeme::Operator(BinaryOp::Power), 1)),
        '(' => Ok((Lexeme::Open, 1)),
        ')' => Ok((Lexeme::Close, 1)),
        ',' => Ok((Lexeme::Comma, 1)),
        '`' => quoted(chars, at),
        c if c.is_ascii_digit() || c == '.' => literal(chars, at),
        c if starts_name(c) => {
            let length = run(at, continues_name);
            Ok((Lexeme::Name(chars[at..at + length].iter().collect()), length))
        }
        c => Err(ExprError {
            position: at,
            length: 1,
            message: format!("`{}` means nothing here", c.escape_debug()),
            help: Some("a name with other characters stands in backticks: `gdp, real`".to_owned()),
        }),
    }
}

fn quoted(chars: &[char], at: usize) -> Result<(Lexeme, usize), ExprError> {
    let inner = chars[at + 1..].iter().take_while(|&&c| c != '`').count();
    let closed = chars.get(at + 1 + inner).is_some();
    if closed && inner > 0 {
        let name = chars[at + 1..at + 1 + inner].iter().collect();
        return Ok((Lexeme::Quoted(name), inner + 2));
    }
    let message = if closed { "an empty name" } else { "this backtick is never closed" };
    Err(ExprError {
        position: at,
        length: if closed { 2 } else { 1 },
        message: message.to_owned(),
        help: Some("a name stands between two backticks: `gdp, real`".to_owned()),
    })
}

/// A number: digits with at most one point, then perhaps an exponent.
fn literal(chars: &[char], at: usize) -> Result<(Lexeme, usize), ExprError> {
    let digits = |from: usize| chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut end = at + digits(at);
    if chars.get(end) == Some(&'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(chars.get(end), Some('e' | 'E')) {
        let sign = usize::from(matches!(chars.get(end + 1), Some('+' | '-')));
        let exponent = digits((end + 1 + sign).min(chars.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    // `1.2.3` and `3x` are one mistake each, not a number and a surprise.
    let stray = chars[end..].iter().take_while(|&&c| continues_name(c) || c == '.').count();
    let text: String = chars[at..end + stray].iter().collect();
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok((Lexeme::Number(value), end + stray - at)),
        Ok(_) | Err(_) => Err(ExprError {
            position: at,
            length: end + stray - at,
            message: format!("`{text}` is not a number"),
            help: Some(
                "numbers look like 12, 0.5 or 1e-3; a product needs `*`; a name that starts with \
                 a digit stands in backticks"
                    .to_owned(),
            ),
        }),
    }
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn token(&self) -> &Token {
        // `next` never passes the closing `End`: `advance` stops there.
        &self.tokens[self.next]
    }

    fn peek(&self) -> &Lexeme {
        &self.token().lexeme
    }

    fn advance(&mut self) -> Token {
        let token = self.token().clone();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn sum(&mut self) -> Result<Expr, ExprError> {
        let mut left = self.product()?;
        while let Lexeme::Operator(op @ (BinaryOp::Add | BinaryOp::Subtract)) = *self.peek() {
            self.advance();
            let right = self.product()?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, ExprError> {
        let mut left = self.signed()?;
        while let Lexeme::Operator(op @ (BinaryOp::Multiply | BinaryOp::Divide)) = *self.peek() {
            self.advance();
            let right = self.signed()?;
            left = Expr::Binary(op, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// Every way deeper into the tree passes here, so here the depth is bounded.
    fn signed(&mut self) -> Result<Expr, ExprError> {
        if self.depth == MAX_DEPTH {
            let message = format!("the expression is nested more than {MAX_DEPTH} levels deep");
            return Err(self.error(message, "split it into several variables"));
        }
        self.depth += 1;
        let expr = if *self.peek() == Lexeme::Operator(BinaryOp::Subtract) {
            self.advance();
            self.signed().map(|x| Expr::Negate(Box::new(x)))
        } else {
            self.power()
        };
        self.depth -= 1;
        expr
    }

    fn power(&mut self) -> Result<Expr, ExprError> {
        let base = self.atom()?;
        if *self.peek() != Lexeme::Operator(BinaryOp::Power) {
            return Ok(base);
        }
        self.advance();
        let exponent = self.signed()?;
        Ok(Expr::Binary(BinaryOp::Power, Box::new(base), Box::new(exponent)))
    }

    fn atom(&mut self) -> Result<Expr, ExprError> {
        match self.peek().clone() {
            Lexeme::Number(value) => {
                self.advance();
                Ok(Expr::Number(value))
            }
            Lexeme::Quoted(name) => {
                self.advance();
                Ok(Expr::Column(VarName(name)))
            }
            Lexeme::Name(name) => {
                let token = self.advance();
                match self.peek() {
                    Lexeme::Open => self.call(&name, &token),
                    _ => Ok(Expr::Column(VarName(name))),
                }
            }
            Lexeme::Open => {
                self.advance();
                let inner = self.sum()?;
                self.close()?;
                Ok(inner)
            }
            Lexeme::Operator(_) | Lexeme::Close | Lexeme::Comma | Lexeme::End => {
                Err(self.unexpected("a number, a column or a function"))
            }
        }
    }

    fn call(&mut self, name: &str, at: &Token) -> Result<Expr, ExprError> {
        let function = Function::ALL.into_iter().find(|f| f.name() == name);
        if function.is_none() && name != "lag" {
            return Err(unknown_function(name, at));
        }
        self.advance();
        let inner = Box::new(self.sum()?);
        let expr = match function {
            Some(function) => Expr::Apply(function, inner),
            None => Expr::Lag(inner, self.periods()?),
        };
        self.close()?;
        Ok(expr)
    }

    /// The second argument of `lag`.
    fn periods(&mut self) -> Result<u32, ExprError> {
        const HELP: &str = "say how many periods back: lag(x, 1)";
        if *self.peek() != Lexeme::Comma {
            return Err(self.error("`lag` takes two arguments".to_owned(), HELP));
        }
        self.advance();
        match *self.peek() {
            Lexeme::Number(k) if (1.0..=1000.0).contains(&k) && k.fract() == 0.0 => {
                self.advance();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a whole number from 1 to 1000 by the guard"
                )]
                Ok(k as u32)
            }
            _ => Err(self.error(
                "the lag must be a whole number of periods from 1 to 1000".to_owned(),
                HELP,
            )),
        }
    }

    fn close(&mut self) -> Result<(), ExprError> {
        if *self.peek() != Lexeme::Close {
            return Err(self.unexpected("`)`"));
        }
        self.advance();
        Ok(())
    }

    fn unexpected(&self, expected: &str) -> ExprError {
        let found = match self.peek() {
            Lexeme::Number(value) => format!("`{value}`"),
            Lexeme::Name(name) | Lexeme::Quoted(name) => format!("`{name}`"),
            Lexeme::Operator(op) => format!("`{}`", op.symbol()),
            Lexeme::Open => "`(`".to_owned(),
            Lexeme::Close => "`)`".to_owned(),
            Lexeme::Comma => "`,`".to_owned(),
            Lexeme::End => "the end".to_owned(),
        };
        ExprError {
            position: self.token().position,
            length: self.token().length,
            message: format!("expected {expected}, found {found}"),
            help: None,
        }
    }

    fn error(&self, message: String, help: &str) -> ExprError {
        let Token { position, length, .. } = *self.token();
        ExprError { position, length, message, help: Some(help.to_owned()) }
    }
}

fn unknown_function(name: &str, at: &Token) -> ExprError {
    let known = Function::ALL.into_iter().map(Function::name).chain(["lag"]);
    let help = match name {
        "log" => "the natural logarithm is `ln`; log10(x) is ln(x) / ln(10)".to_owned(),
        "mean" => {
            "did you mean `unit_mean` (over periods) or `period_mean` (over units)?".to_owned()
        }
        _ => suggest(name, known),
    };
    ExprError {
        position: at.position,
        length: at.length,
        message: format!("there is no function `{name}`"),
        help: Some(help),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn names_may_be_chinese_or_stand_in_backticks() {
        let expr = Expr::parse("ln(工业) / `GDP, real`").expect("valid");
        let names: Vec<String> = expr.columns().into_iter().map(|v| v.0).collect();
        assert_eq!(names, ["GDP, real", "工业"]);
        assert_eq!(expr.to_string(), "ln(工业) / `GDP, real`");
    }

    #[test]
    fn functions_and_numbers_parse() {
        assert_eq!(
            Expr::parse("lag(x, 2)"),
            Ok(Expr::Lag(Box::new(Expr::Column(VarName::new("x"))), 2))
        );
        assert_eq!(Expr::parse("1e-3"), Ok(Expr::Number(0.001)));
        assert_eq!(Expr::parse(" .5 "), Ok(Expr::Number(0.5)));
        assert_eq!(
            printed("diff( unit_mean(x) ) - period_mean(abs(x))"),
            "diff(unit_mean(x)) - period_mean(abs(x))"
        );
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

    #[test]
    fn mistakes_name_their_position() {
        let cases = [
            ("", 0, "expected a number, a column or a function, found the end"),
            ("ln(x", 4, "expected `)`, found the end"),
            ("a b", 2, "expected an operator (+ - * / ^) or the end, found `b`"),
            ("loag(x)", 0, "there is no function `loag`"),
            ("工 + ?", 4, "`?` means nothing here"),
            ("lag(x)", 5, "`lag` takes two arguments"),
            ("lag(x, 0.5)", 7, "the lag must be a whole number of periods from 1 to 1000"),
            ("lag(x, -1)", 7, "the lag must be a whole number of periods from 1 to 1000"),
            ("2x", 0, "`2x` is not a number"),
            ("1.2.3", 0, "`1.2.3` is not a number"),
            ("1e999", 0, "`1e999` is not a number"),
            ("x ** 2", 2, "`**` is not an operator"),
            ("`x", 0, "this backtick is never closed"),
            ("``", 0, "an empty name"),
        ];
        for (text, position, message) in cases {
            let error = Expr::parse(text).expect_err(text);
            assert_eq!((error.position, error.message.as_str()), (position, message), "{text}");
        }
        let help = |text| Expr::parse(text).expect_err("wrong").help.expect("advice");
        assert_eq!(help("sqr(x)"), "did you mean `sqrt`?");
        assert!(help("log(x)").contains("`ln`"));
    }

    #[test]
    fn very_long_and_very_deep_texts_are_refused() {
        let long = vec!["x"; 400].join("+");
        assert!(Expr::parse(&long).expect_err("long").message.contains("more than 500 parts"));
        let deep = format!("{}x{}", "(".repeat(100), ")".repeat(100));
        assert!(Expr::parse(&deep).expect_err("deep").message.contains("50 levels"));
        assert!(Expr::parse(&"-".repeat(300)).is_err());
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

        #[test]
        fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
            if let Err(error) = Expr::parse(&text) {
                prop_assert!(error.position <= text.chars().count());
            }
        }

        #[test]
        fn no_heap_of_tokens_makes_the_parser_panic(
            parts in prop::collection::vec(
                prop::sample::select(vec!["(", ")", "+", "-", "^", ",", "lag", "ln", "x", "1", "1e", ".", "`"]),
                0..80,
            )
        ) {
            let _ = Expr::parse(&parts.concat());
            let _ = Expr::parse(&parts.join(" "));
        }
    }
}
