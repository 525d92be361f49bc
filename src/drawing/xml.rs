//! Text for XML and HTML.

/// Text that may stand in elements and in attributes. What XML has no character for is a blank, and
/// so are breaks of lines, which attributes would not keep.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// The same with breaks of lines, for elements whose lines are read.
pub fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_markup_would_read() {
        assert_eq!(escape("a < b & \"c\"\u{1}\n"), "a &lt; b &amp; &quot;c&quot;  ");
        assert_eq!(escape_lines("a >\nb\u{0}"), "a &gt;\nb ");
    }
}
