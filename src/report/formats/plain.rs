//! Entries in plain Unicode: what a reader sees, for every format that has no mathematics of its
//! own.

use crate::report::number::{Digits, Number, superscript};
use crate::report::table::{Align, Entry};

/// A number with a true minus.
pub fn written(number: &Number) -> String {
    let sign = |negative| if negative { "−" } else { "" };
    match number.digits() {
        Digits::Fixed { negative, digits } | Digits::Whole { negative, digits } => {
            format!("{}{digits}", sign(negative))
        }
        Digits::Scientific { negative, mantissa, exponent } => {
            format!("{}{mantissa}×10{}", sign(negative), superscript(exponent))
        }
        Digits::Below(digits) => format!("<{digits}"),
    }
}

/// `p = 0.012`, `p < 0.001`.
pub fn probability(p: f64) -> String {
    let text = written(&Number::probability(p));
    text.strip_prefix('<').map_or_else(|| format!("p = {text}"), |text| format!("p < {text}"))
}

/// An entry as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// What stands left of the decimal point; the whole entry when it is not aligned.
    pub whole: String,
    /// The decimal point and what follows it, stars and brackets among it.
    pub rest: String,
    /// Whether its decimal point stands in line with others.
    pub aligned: bool,
    /// Mark of its footnote; empty for none.
    pub mark: String,
}

impl Shown {
    /// The entry in a column that is set this way. Counts, powers of ten, intervals and words
    /// belong to no line of decimal points.
    pub fn of(entry: &Entry, align: Align) -> Self {
        let text = |whole: String| Self { whole, ..Self::default() };
        let (open, value, close) = match entry {
            Entry::Empty => return Self::default(),
            Entry::Dash => return text("–".to_owned()),
            Entry::Text(words) => return text(words.replace(char::is_control, " ")),
            Entry::Absent { word, mark } => {
                return Self { mark: mark.clone(), ..text((*word).to_owned()) };
            }
            Entry::Interval { low, high } => {
                return text(format!("[{}, {}]", written(low), written(high)));
            }
            Entry::Number(value) => ("", value, ""),
            Entry::Starred { value, stars } => ("", value, stars.as_str()),
            Entry::Enclosed { value, brackets } => {
                let (open, close) = brackets.signs();
                (open, value, close)
            }
        };
        let digits = written(value);
        let point = match value.digits() {
            Digits::Fixed { .. } | Digits::Below(_) if matches!(align, Align::Decimal) => {
                digits.find('.')
            }
            Digits::Fixed { .. }
            | Digits::Below(_)
            | Digits::Whole { .. }
            | Digits::Scientific { .. } => None,
        };
        match point {
            None => text(format!("{open}{digits}{close}")),
            Some(point) => Self {
                whole: format!("{open}{}", &digits[..point]),
                rest: format!("{}{close}", &digits[point..]),
                aligned: true,
                mark: String::new(),
            },
        }
    }

    /// All of it, its mark in brackets.
    pub fn text(&self) -> String {
        let mark = if self.mark.is_empty() { String::new() } else { format!(" [{}]", self.mark) };
        format!("{}{}{mark}", self.whole, self.rest)
    }
}

/// The number of an entry that has one, unrounded.
pub fn value(entry: &Entry) -> Option<Number> {
    match entry {
        Entry::Number(value) | Entry::Starred { value, .. } | Entry::Enclosed { value, .. } => {
            Some(*value)
        }
        Entry::Empty
        | Entry::Dash
        | Entry::Text(_)
        | Entry::Interval { .. }
        | Entry::Absent { .. } => None,
    }
}

/// Width of a text in print, in tenths of a digit of a font whose digits are equally wide; never
/// too small by much.
pub fn width(text: &str) -> u32 {
    let of = |c: char| match c {
        '.' | ',' | '(' | ')' | '[' | ']' | ' ' | '\'' => 6,
        '*' | '†' => 10,
        '−' | '<' | '×' => 14,
        'm' | 'w' | 'M' | 'W' => 16,
        c if u32::from(c) >= 0x2E80 => 20,
        _ => 10,
    };
    text.chars().map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::tables::Brackets;

    #[test]
    fn numbers_have_a_true_minus() {
        assert_eq!(written(&Number::decimals(-1.25, 1)), "−1.2");
        assert_eq!(written(&Number::decimals(-2.5e-7, 3)), "−2.50×10⁻⁷");
        assert_eq!(written(&Number::decimals(2.5e12, 3)), "2.50×10¹²");
        assert_eq!(written(&Number::probability(1e-9)), "<0.001");
    }

    #[test]
    fn entries_are_split_at_the_decimal_point() {
        let of = |entry| {
            let shown = Shown::of(&entry, Align::Decimal);
            (shown.whole, shown.rest, shown.aligned)
        };
        let owned = |a: &str, b: &str, c| (a.to_owned(), b.to_owned(), c);
        let value = Number::decimals(-0.25, 3);
        assert_eq!(of(Entry::Starred { value, stars: "**".into() }), owned("−0", ".250**", true));
        let low = Number::probability(0.0);
        assert_eq!(
            of(Entry::Enclosed { value: low, brackets: Brackets::Square }),
            owned("[<0", ".001]", true)
        );
        assert_eq!(of(Entry::Number(Number::count(12345.0))), owned("12,345", "", false));
        assert_eq!(of(Entry::Dash), owned("–", "", false));
        let absent = Entry::Absent { word: "failed", mark: "a".into() };
        assert_eq!(Shown::of(&absent, Align::Decimal).text(), "failed [a]");
        assert_eq!(Shown::of(&Entry::Number(value), Align::Left).text(), "−0.250");
        assert!(!Shown::of(&Entry::Number(value), Align::Left).aligned);
    }
}
