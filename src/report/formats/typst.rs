//! Typst: a figure with a table, its notes of the table's width.
//!
//! Typst has no columns of numbers, so the template measures the widest text on each side of the
//! decimal points and makes boxes of these widths.

use crate::report::formats::Layout;
use crate::report::formats::plain::Shown;
use crate::report::table::{Align, Entry};

/// A file to be compiled by itself, or taken in by `#include`.
#[derive(Debug, Clone, Copy)]
pub struct Typst;

impl Layout for Typst {
    fn name(&self) -> &'static str {
        "typst"
    }

    fn extension(&self) -> &'static str {
        "typ"
    }

    fn templates(&self) -> &'static [(&'static str, &'static str)] {
        &[("table.typ.jinja", include_str!("../../../templates/table.typ.jinja"))]
    }

    fn indent(&self) -> &'static str {
        "#h(1em)"
    }

    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn entry(&self, entry: &Entry, align: Align) -> String {
        let shown = Shown::of(entry, align);
        let mark = match &*shown.mark {
            "" => String::new(),
            mark => format!("#super[{mark}]"),
        };
        format!("{}{}{mark}", escape(&shown.whole), escape(&shown.rest))
    }
}

/// Text with a backslash before everything that Typst could take for markup: signs anywhere,
/// hyphens and points that it would join or make mathematics of, and what makes a list at the
/// start.
fn escape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let start = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    let mut out = String::with_capacity(text.len());
    for (i, &c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|j| chars.get(j)).copied().unwrap_or(' ');
        let after = chars.get(i + 1).copied().unwrap_or(' ');
        let markup = match c {
            '\\' | '*' | '_' | '`' | '$' | '#' | '[' | ']' | '<' | '>' | '@' | '~' | '"' | '\''
            | '/' => true,
            '-' => !(before.is_alphabetic() && after.is_alphabetic()),
            '.' => before == '.' || after == '.' || i == start,
            '=' | '+' => i == 0,
            _ => false,
        };
        if markup {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(escape("R&D 5% a_b #1 <x> $ ~ | *"), r"R&D 5% a\_b \#1 \<x\> \$ \~ | \*");
        assert_eq!(escape("- a-b -1 -- http://x 1..2"), r"\- a-b \-1 \-\- http:\/\/x 1\.\.2");
        assert_eq!(escape("1. one"), r"1\. one");
        assert_eq!(escape(".258*"), r"\.258\*");
        assert_eq!(escape("碳排放 ρ −1"), "碳排放 ρ −1");
    }
}
