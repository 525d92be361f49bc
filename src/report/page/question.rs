//! What was asked: as `[report]` or the first comment of the experiment says.

use super::Ground;
use super::blocks::{Block, lead};
use crate::drawing::xml::escape;

/// What the line of the comment that asks begins with.
const ASKS: &str = "Question";

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let header = ground.said.header.as_deref().map(str::trim_end).filter(|text| !text.is_empty());
    let stated = ground.source.spec.report.question.clone();
    let question = stated.or_else(|| header.and_then(asked));
    let question = question.as_deref().unwrap_or(&ground.source.spec.title);
    let comment = header.map(|header| Block::Verbatim {
        title: escape(ground.source.words().page().own_words),
        // Line by line: a control sign would be a blank.
        text: header.lines().map(escape).collect::<Vec<_>>().join("\n"),
    });
    std::iter::once(lead(question)).chain(comment).collect()
}

/// The line `Question   …` of the comment, with the lines below it that are indented.
fn asked(header: &str) -> Option<String> {
    let mut lines = header.lines().skip_while(|line| !line.starts_with(ASKS));
    let first = lines.next()?.strip_prefix(ASKS)?.trim_start_matches([':', ' ', '\t']);
    let more = lines.take_while(|line| line.starts_with([' ', '\t']));
    let all: Vec<&str> = std::iter::once(first).chain(more).map(str::trim).collect();
    Some(all.join(" ")).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_of_a_comment_is_found() {
        let header = "Public capital\n\nQuestion   Does it raise\n           output?\nData       x";
        assert_eq!(asked(header).as_deref(), Some("Does it raise output?"));
        assert_eq!(asked("No such line"), None);
    }
}
