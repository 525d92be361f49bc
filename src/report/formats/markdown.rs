//! Markdown: pipe tables, padded so that they read as tables in plain text too.

use crate::report::formats::Layout;
use crate::report::formats::letters::is_wide;
use crate::report::formats::plain::written;
use crate::report::formats::view::{HeadLevel, TableView};
use crate::report::table::{Align, Entry, Table};

/// GitHub-flavoured Markdown.
#[derive(Debug, Clone, Copy)]
pub struct Markdown;

impl Layout for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn extension(&self) -> &'static str {
        "md"
    }

    fn templates(&self) -> &'static [(&'static str, &'static str)] {
        &[("table.md.jinja", include_str!("../../../templates/table.md.jinja"))]
    }

    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn entry(&self, entry: &Entry, _align: Align) -> String {
        match entry {
            Entry::Empty => String::new(),
            Entry::Dash => "–".to_owned(),
            Entry::Text(text) => escape(text),
            Entry::Number(value) => written(value),
            Entry::Starred { value, stars } => format!("{}{}", written(value), escape(stars)),
            Entry::Enclosed { value, brackets } => {
                let (open, close) = brackets.signs();
                format!("{open}{}{close}", written(value))
            }
            Entry::Interval { low, high } => format!("[{}, {}]", written(low), written(high)),
            Entry::Absent { word, mark } => format!("{word} [{mark}]"),
        }
    }

    fn arrange(&self, view: &mut TableView, table: &Table) {
        pad_stub(view);
        for position in 0..view.width {
            pad_column(view, position, table.columns[position].align);
        }
    }
}

/// Backslashes before what Markdown would take for markup. An underscore within a word and a `<`
/// before a blank are none.
pub fn escape(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (i, &c) in chars.iter().enumerate() {
        let neighbour = |j: Option<usize>| j.and_then(|j| chars.get(j)).copied().unwrap_or(' ');
        let (before, after) = (neighbour(i.checked_sub(1)), neighbour(Some(i + 1)));
        let markup = match c {
            '\\' | '|' | '*' | '`' | '[' | ']' | '~' | '$' => true,
            '_' => !(before.is_alphanumeric() && after.is_alphanumeric()),
            '<' => after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?'),
            '&' => is_entity(&chars[i + 1..]),
            '#' | '>' | '+' | '-' => i == 0,
            _ => false,
        };
        if markup {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

/// Whether what follows an ampersand makes it a character reference: `amp;`, `#42;`.
fn is_entity(rest: &[char]) -> bool {
    let name = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '#').count();
    name > 0 && rest.get(name) == Some(&';')
}

/// Room of a text in letters of one width, of which Chinese characters take two.
fn length(text: &str) -> usize {
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

/// The text in so much room.
fn padded(text: &str, align: Align, room: usize) -> String {
    let blanks = " ".repeat(room.saturating_sub(length(text)));
    match align {
        Align::Decimal => blanks + text,
        Align::Left => format!("{text}{blanks}"),
    }
}

fn pad_stub(view: &mut TableView) {
    let heads = view.heads.iter().map(|h| length(&h.stub));
    let rows = view.groups.iter().flat_map(|g| g.rows.iter().map(|r| length(&r.label)));
    let labels = view.groups.iter().map(|g| length(&g.label) + 2);
    let widest = heads.chain(rows).chain(labels).chain([length(&view.stub), 3]).max().unwrap_or(3);
    let pad = |text: &mut String| *text = padded(text, Align::Left, widest);
    view.stub_spec = format!(":{}", "-".repeat(widest + 1));
    view.heads.iter_mut().for_each(|h| pad(&mut h.stub));
    view.groups.iter_mut().flat_map(|g| &mut g.rows).for_each(|r| pad(&mut r.label));
}

fn pad_column(view: &mut TableView, position: usize, align: Align) {
    let heads = view.heads.iter().map(|h: &HeadLevel| length(&h.labels[position]));
    let rows = view.groups.iter().flat_map(|g| &g.rows).map(|r| length(&r.entries[position]));
    let widest = heads.chain(rows).max().unwrap_or(0).max(3);
    let pad = |text: &mut String| *text = padded(text, align, widest);
    view.columns[position].spec = match align {
        Align::Decimal => format!("{}:", "-".repeat(widest + 1)),
        Align::Left => format!(":{}", "-".repeat(widest + 1)),
    };
    view.heads.iter_mut().for_each(|h| pad(&mut h.labels[position]));
    view.groups.iter_mut().flat_map(|g| &mut g.rows).for_each(|r| pad(&mut r.entries[position]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_defused_and_words_stay_readable() {
        assert_eq!(escape("a|b *c* \\d"), r"a\|b \*c\* \\d");
        assert_eq!(escape("us_states.csv _x_"), r"us_states.csv \_x\_");
        assert_eq!(escape("p < 0.1, <b>, R&D, &amp;"), r"p < 0.1, \<b>, R&D, \&amp;");
        assert_eq!(escape("# one\n- two"), r"\# one - two");
        assert_eq!(escape("碳排放 ρ"), "碳排放 ρ");
    }
}
