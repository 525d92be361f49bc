//! GAL neighbour lists, as `GeoDa`, libpysal and spdep write them.
//!
//! ```text
//! 0 3 provinces name          or only the number of units
//! Hainan 0
//! Beijing 2
//! Hebei Tianjin
//! ```
//!
//! The line of neighbours may be absent or blank for a unit that has none. Names hold no blanks
//! unless they stand in double quotation marks; elsewhere an underscore may stand for a blank.

use crate::load::links::{Builder, Named};
use crate::load::text::Text;
use crate::load::{Sort, collect};
use crate::mistake::{Checked, Mistake, Mistakes};
use std::ops::Range;

/// A word and the bytes where it stands, without quotation marks.
pub(super) type Word<'a> = (&'a str, Range<usize>);

/// Reads the neighbour lists of `text`.
pub fn read(text: Text) -> Checked<Named> {
    let lines: Vec<Vec<Word<'_>>> = (1..=text.n_lines())
        .map(|line| words(&text, line))
        .filter(|words| !words.is_empty())
        .collect();
    let mut lines = lines.as_slice();
    let Some((header, rest)) = lines.split_first() else {
        return Err(Mistake::file(&text.file, "this file is empty").into());
    };
    let announced = header_count(&text, header)?;
    lines = rest;
    let mut reading = Reading::new(&text);
    while let Some((line, rest)) = lines.split_first() {
        lines = reading.unit(line, rest);
    }
    let builder = reading.finish(announced, header)?;
    Ok(builder.with(text))
}

/// The words of a line. A quotation mark opens a word that reaches to the next one.
pub(super) fn words(text: &Text, line: usize) -> Vec<Word<'_>> {
    let content = text.line(line);
    let base = text.line_start(line);
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(skip) = content[at..].find(|c: char| !c.is_whitespace()) {
        at += skip;
        let quoted = content[at..].strip_prefix('"').and_then(|rest| rest.find('"'));
        let (inner, next) = if let Some(length) = quoted {
            (at + 1..at + 1 + length, at + length + 2)
        } else {
            let length = content[at..].find(char::is_whitespace).unwrap_or(content.len() - at);
            (at..at + length, at + length)
        };
        words.push((&content[inner.clone()], base + inner.start..base + inner.end));
        at = next;
    }
    words
}

/// The number of units that the first line announces: `n`, or `0 n layer id`.
fn header_count(text: &Text, header: &[Word<'_>]) -> Checked<usize> {
    let count = match header {
        [(count, _)] | [("0", _), (count, _), ..] => count.parse().ok(),
        _ => None,
    };
    count.ok_or_else(|| {
        let message = "this is no header of a GAL file: `0 n layer id` or `n` was expected";
        text.mistake(span(header), message)
            .help("the first line gives the number of units: 0 48 states name")
            .into()
    })
}

pub(super) fn span(words: &[Word<'_>]) -> Range<usize> {
    match (words.first(), words.last()) {
        (Some((_, first)), Some((_, last))) => first.start..last.end,
        _ => 0..0,
    }
}

/// What was read so far, and what was wrong with it.
struct Reading<'a> {
    text: &'a Text,
    builder: Builder,
    /// (name of the unit, its neighbours).
    lists: Vec<(&'a str, &'a [Word<'a>])>,
    n_lists: usize,
    lines: Sort,
    counts: Sort,
}

impl<'a> Reading<'a> {
    fn new(text: &'a Text) -> Self {
        Self {
            text,
            builder: Builder::new(&text.file),
            lists: Vec::new(),
            n_lists: 0,
            lines: Sort::new(&text.file, "lines that are not `name count`"),
            counts: Sort::new(&text.file, "units with another number of neighbours"),
        }
    }

    /// Reads a unit's line and the line of its neighbours; gives back what follows.
    fn unit(&mut self, line: &'a [Word<'a>], rest: &'a [Vec<Word<'a>>]) -> &'a [Vec<Word<'a>>] {
        let count = line.last().and_then(|(count, _)| count.parse::<usize>().ok());
        let (neighbours, rest): (&[Word<'_>], _) = match rest.split_first() {
            Some((neighbours, rest)) if count.is_some_and(|count| count > 0) => (neighbours, rest),
            _ => (&[], rest),
        };
        match (line, count) {
            ([(name, at), _], Some(count)) => self.list(name, at, count, neighbours),
            _ => self.lines.add(|| not_a_unit(self.text, line)),
        }
        rest
    }

    fn list(&mut self, name: &'a str, at: &Range<usize>, count: usize, neighbours: &'a [Word<'a>]) {
        self.n_lists += 1;
        if neighbours.len() != count {
            let at = if neighbours.is_empty() { at.clone() } else { span(neighbours) };
            self.counts.add(|| wrong_count(self.text, name, count, neighbours.len(), at));
        }
        if self.builder.unit(self.text, name, at.clone()) {
            self.lists.push((name, neighbours));
        }
    }

    fn finish(mut self, announced: usize, header: &[Word<'_>]) -> Checked<Builder> {
        let sound = self.lines.is_empty() && self.counts.is_empty();
        let mut mistakes = collect([self.lines, self.counts]);
        let found = self.n_lists;
        if sound && found != announced {
            let message = format!("the header announces {announced} units, the file has {found}");
            let advice = if found < announced {
                "the file may be cut short: write it again"
            } else {
                "correct the number in the first line"
            };
            mistakes.push(self.text.mistake(span(header), message).help(advice));
        }
        if sound {
            for (name, neighbours) in &self.lists {
                for (neighbour, at) in *neighbours {
                    self.builder.link(self.text, name, neighbour, 1.0, at.clone());
                }
            }
        }
        mistakes.extend(self.builder.take_mistakes());
        Mistakes::unless_empty(mistakes, self.builder)
    }
}

fn not_a_unit(text: &Text, line: &[Word<'_>]) -> Mistake {
    let message = "this line was expected to hold the name of a unit and its number of neighbours";
    let advice = if line.len() > 2 {
        "a name with blanks is written with underscores, or in quotation marks; neighbours stand on one line"
    } else {
        "two lines a unit: name and number of neighbours, then the neighbours"
    };
    text.mistake(span(line), message).help(advice)
}

fn wrong_count(text: &Text, name: &str, count: usize, found: usize, at: Range<usize>) -> Mistake {
    let neighbours = if count == 1 { "neighbour" } else { "neighbours" };
    if found == 0 {
        let message = format!("`{name}` announces {count} {neighbours}, but the file ends here");
        return text.mistake(at, message).help("the file was cut short: write it again");
    }
    let message = format!("`{name}` announces {count} {neighbours}, this line has {found}");
    text.mistake(at, message)
        .help("correct the number, or the list; a name with blanks is written with underscores")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn gal(text: &str) -> Checked<Named> {
        read(Text::new(Path::new("w.gal"), text.to_owned()))
    }

    #[test]
    fn both_headers_blank_lines_and_islands_are_read() {
        for text in [
            "0 3 layer id\nA 1\nB\nB 1\nA\nC 0\n\n",
            "3\r\nC 0\r\n\r\nA 1\r\nB\r\nB 1\r\nA\r\n",
            "3\n\"A\" 1\nB\nB 1\n\"A\"\nC 0",
        ] {
            let named = gal(text).expect("sound");
            let mut names = named.names.clone();
            names.sort();
            assert_eq!(names, ["A", "B", "C"]);
            assert_eq!(named.links.len(), 2);
        }
    }

    #[test]
    fn a_short_file_says_so() {
        let mistakes = gal("0 3 layer id\nA 1\nB\nB 1\nA\n").expect_err("cut");
        assert_eq!(mistakes.to_string(), "w.gal:1:1: the header announces 3 units, the file has 2");
    }
}
