//! Tokens as a syntax tree, by recursive descent.

use super::formula::Smooth;
use super::lexer::{Lexeme, Names, Token, tokens};
use super::{BinaryOp, Expr, ExprError, Function};
use crate::ident::VarName;
use crate::mistake::suggest;

/// The deepest nesting of parentheses, calls and signs.
const MAX_DEPTH: usize = 50;

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
        parsed(tokens(text, Names::Columns)?, Names::Columns)
    }
}

/// The expression of these tokens.
pub(super) fn parsed(tokens: Vec<Token>, names: Names) -> Result<Expr, ExprError> {
    let mut parser = Parser { tokens, names, next: 0, depth: 0 };
    let expr = parser.sum()?;
    match parser.peek() {
        Lexeme::End => Ok(expr),
        _ => Err(parser.unexpected("an operator (+ - * / ^) or the end")),
    }
}

struct Parser {
    tokens: Vec<Token>,
    names: Names,
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
            Lexeme::Operator(_) | Lexeme::Close | Lexeme::Comma | Lexeme::End => Err(self
                .unexpected(match self.names {
                    Names::Columns => "a number, a column or a function",
                    Names::Terms => "a number, a coefficient or a function",
                })),
        }
    }

    fn call(&mut self, name: &str, at: &Token) -> Result<Expr, ExprError> {
        let function = Function::ALL.into_iter().find(|f| f.name() == name);
        match self.names {
            Names::Columns if function.is_none() && name != "lag" => {
                return Err(unknown_function(name, at));
            }
            Names::Terms if function.and_then(Function::smooth).is_none() => {
                return Err(no_function_of_coefficients(name, at));
            }
            Names::Columns | Names::Terms => {}
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

fn no_function_of_coefficients(name: &str, at: &Token) -> ExprError {
    let help = match name {
        "log" => "the natural logarithm is `ln`".to_owned(),
        "abs" => "|x| has no derivative at 0; the functions are `ln`, `exp` and `sqrt`".to_owned(),
        _ => suggest(name, Smooth::ALL.map(|f| f.function().name())),
    };
    ExprError {
        position: at.position,
        length: at.length,
        message: format!("there is no function `{name}` of coefficients"),
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

    proptest! {
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
