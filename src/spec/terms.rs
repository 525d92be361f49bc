//! Regressors that are computed from the measure: squares, interactions.

use crate::expr;
use crate::ident::{Located, VarName};

/// What stands for the measure of a cell.
pub const MEASURE: &str = "measure";

/// `terms` of a grid: an expression over columns in which `measure` stands for that of the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermSpec {
    /// The expression, as it is written.
    pub pattern: Located<String>,
}

impl TermSpec {
    /// The column of a cell whose measure is this variable.
    pub fn column(&self, measure: &VarName) -> VarName {
        VarName(with_measure(&self.pattern.value, measure))
    }
}

/// Whether the word `measure` stands in `text`.
pub fn names_measure(text: &str) -> bool {
    words(text).any(|(word, is_name)| is_name && word == MEASURE)
}

/// `text` with the word `measure` replaced: `measure^2` of `ln_oa` is `ln_oa^2`.
pub fn with_measure(text: &str, measure: &VarName) -> String {
    let name =
        if expr::is_word(measure.as_str()) { measure.to_string() } else { format!("`{measure}`") };
    with_words(text, |word| (word == MEASURE).then(|| name.clone()))
}

/// `text` with some of its names replaced.
pub fn with_words(text: &str, of: impl Fn(&str) -> Option<String>) -> String {
    let replaced = |(word, is_name): (&str, bool)| {
        let new = if is_name { of(word) } else { None };
        new.unwrap_or_else(|| word.to_owned())
    };
    words(text).map(replaced).collect()
}

/// What a person reads for an expression: `ln_oa^2` as `ln OA²`, `a * b` as `A × B`.
pub fn label(text: &str, of: impl Fn(&str) -> Option<String>) -> String {
    let named = with_words(text, of);
    named.replace("^2", "²").replace("^3", "³").replace(" * ", " × ").replace('*', " × ")
}

/// The parts of a text: names, and what stands between them.
fn words(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let kind = is_name(first);
        let end = rest.find(|c| is_name(c) != kind).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        Some((word, kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_word_is_replaced() {
        let x = VarName::new("ln_x");
        assert_eq!(with_measure("measure^2", &x), "ln_x^2");
        assert_eq!(with_measure("indirect:measure * measured", &x), "indirect:ln_x * measured");
        assert_eq!(with_measure("W:measure^2@lag1", &x), "W:ln_x^2@lag1");
        assert_eq!(with_measure("measure / 2", &VarName::new("a b")), "`a b` / 2");
        assert!(names_measure("2 * measure") && !names_measure("measures"));
        let of = |word: &str| (word == "ln_x").then(|| "ln X".to_owned());
        assert_eq!(label("ln_x^2 * z", of), "ln X² × z");
    }
}
