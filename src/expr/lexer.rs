//! A text as tokens, each with its place.

use super::{BinaryOp, ExprError};

/// The longest expression, in names, numbers and operations. It bounds the depth of the tree;
/// beyond it, intermediate variables read better anyway.
const MAX_PARTS: usize = 500;

pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

pub(super) fn continues_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What names in an expression stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Columns of a panel: `ln_oa`.
    Columns,
    /// Parameters of a model, by their raw names: `ln_oa@lag1`, `total:ln_oa`.
    Terms,
}

impl Names {
    fn continued(self) -> fn(char) -> bool {
        match self {
            Self::Columns => continues_name,
            Self::Terms => |c| continues_name(c) || matches!(c, '@' | ':'),
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Lexeme {
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
pub(super) struct Token {
    pub(super) lexeme: Lexeme,
    pub(super) position: usize,
    pub(super) length: usize,
}

/// Splits a text into tokens, the last of which is `End`.
pub(super) fn tokens(text: &str, names: Names) -> Result<Vec<Token>, ExprError> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at].is_whitespace() {
            at += 1;
            continue;
        }
        let (lexeme, length) = lexeme(&chars, at, names)?;
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
fn lexeme(chars: &[char], at: usize, names: Names) -> Result<(Lexeme, usize), ExprError> {
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
            let length = run(at, names.continued());
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

#[cfg(test)]
mod tests {
    use crate::expr::Expr;

    #[test]
    fn names_may_be_chinese_or_stand_in_backticks() {
        let expr = Expr::parse("ln(工业) / `GDP, real`").expect("valid");
        let names: Vec<String> = expr.columns().into_iter().map(|v| v.0).collect();
        assert_eq!(names, ["GDP, real", "工业"]);
        assert_eq!(expr.to_string(), "ln(工业) / `GDP, real`");
    }
}
