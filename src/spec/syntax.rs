//! What is wrong with a file as TOML.

use super::locate::line_place;
use crate::mistake::{Kind, Mistake, Place};
use std::path::Path;
use toml::de::DeTable;

/// All that is wrong with the TOML itself.
pub(super) fn mistakes(path: &Path, text: &str, first: &toml::de::Error) -> Vec<Mistake> {
    let (_, errors) = DeTable::parse_recoverable(text);
    let errors = if errors.is_empty() { vec![first.clone()] } else { errors };
    let mistake = |error: &toml::de::Error| {
        let span = error.span().unwrap_or(0..0);
        let written = text.get(span.clone()).unwrap_or_default();
        let place = line_place(path, text, span);
        let message = match error.message() {
            "duplicate key" => format!("`{written}` is given twice"),
            other => format!("this is not TOML: {other}"),
        };
        let help = is_of_open_bracket(error)
            .then(|| "is a bracket or a brace left open on this line or above?".to_owned());
        Mistake { kind: Kind::Spec, message, help, place }
    };
    let mut mistakes: Vec<Mistake> = without_consequences(text, &errors).map(mistake).collect();
    // Whatever follows the first error on a line follows from it.
    mistakes.dedup_by(|a, b| same_line(&a.place, &b.place));
    mistakes
}

/// Whether the parser looked for the next element of a list or an inline table.
fn is_of_open_bracket(error: &toml::de::Error) -> bool {
    let message = error.message();
    message.contains("expected `,`") || message.contains("inline table")
}

/// The errors without those that an open bracket causes: on each written line after it the parser
/// wants a comma, or takes keys of other tables for keys given twice.
fn without_consequences<'e>(
    text: &str,
    errors: &'e [toml::de::Error],
) -> impl Iterator<Item = &'e toml::de::Error> {
    // How many lines are written up to the one that an error is on.
    let line_of = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let rest = text.get(start..).unwrap_or_default();
        let end = rest.find('\n').map_or(text.len(), |at| start + at);
        text.get(..end).unwrap_or(text).lines().filter(|line| is_written(line)).count()
    };
    let mut open: Option<usize> = None;
    errors.iter().filter(move |error| {
        let line = line_of(error);
        if open.is_some_and(|before| line <= before + 1) {
            open = Some(line);
            return false;
        }
        open = is_of_open_bracket(error).then_some(line);
        true
    })
}

/// Whether there is more than a comment on a line.
fn is_written(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with('#')
}

fn same_line(a: &Place, b: &Place) -> bool {
    matches!((a, b), (Place::Line { line: a, .. }, Place::Line { line: b, .. }) if a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let error = text.parse::<toml::Table>().expect_err("not TOML");
        let place = |m: &Mistake| match &m.place {
            Place::Line { line, .. } => *line,
            _ => 0,
        };
        mistakes(Path::new("a.toml"), text, &error).iter().map(place).collect()
    }

    #[test]
    fn an_open_brace_is_told_once() {
        let text = "a = { b = 1\n\n# c\nc = 2\n[d]\ne = 3\nc = 4\ne = 5\n";
        assert_eq!(lines(text).len(), 1, "{:?}", lines(text));
    }

    #[test]
    fn mistakes_apart_are_all_told() {
        assert_eq!(lines("a = \nb = 1\nb = 2\n"), [1, 3]);
    }
}
