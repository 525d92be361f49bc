//! Places in a TOML text: of keys, of values, of what stands in a string.

use crate::mistake::Place;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Byte ranges of a key and its value in a document.
pub(super) struct Entry {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// The entry at `path`, or the closest one around it; `None` when not even its first key exists.
pub(super) fn find(document: &Spanned<DeTable<'_>>, path: &[String]) -> Option<Entry> {
    let (first, rest) = path.split_first()?;
    let (key, mut value) = lookup(document.get_ref(), first)?;
    let mut found = Entry { key: key.clone(), value: entry_span(&key, value) };
    for name in rest {
        let inner = match value.get_ref() {
            DeValue::Table(table) => lookup(table, name),
            DeValue::Array(items) => {
                name.parse().ok().and_then(|i: usize| items.get(i)).map(|v| (v.span(), v))
            }
            _ => None,
        };
        let Some((key, inner)) = inner else { break };
        found = Entry { key: key.clone(), value: entry_span(&key, inner) };
        value = inner;
    }
    Some(found)
}

/// The span to show for a value. A table that only exists through the headers below it
/// (`grids` of `[grids.paper]`) has none of its own: its key is shown.
fn entry_span(key: &Range<usize>, value: &Spanned<DeValue<'_>>) -> Range<usize> {
    if value.span().is_empty() { key.clone() } else { value.span() }
}

fn lookup<'t, 'i>(
    table: &'t DeTable<'i>,
    name: &str,
) -> Option<(Range<usize>, &'t Spanned<DeValue<'i>>)> {
    table.iter().find(|(key, _)| key.get_ref() == name).map(|(key, value)| (key.span(), value))
}

/// The place of a byte range of a text, cut to the line it starts on.
pub(super) fn line_place(file: &Path, text: &str, span: Range<usize>) -> Place {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line = text[line_start..line_end].trim_end_matches('\r');
    let end = text.floor_char_boundary(span.end.min(line_start + line.len())).max(start);
    Place::Line {
        file: file.to_path_buf(),
        line: text[..line_start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        length: text[start..end].chars().count().max(1),
        text: line.to_owned(),
    }
}

/// Whether `written` is a string in single or double quotes in which every character stands for
/// itself, so that positions in the text are positions on the line.
pub(super) fn is_plain_string(written: &str) -> bool {
    let quote = written.chars().next();
    matches!(quote, Some('"' | '\''))
        && written.len() >= 2
        && written.chars().last() == quote
        && !written.contains('\\')
        && !written.starts_with("\"\"\"")
        && !written.starts_with("'''")
}
