//! HTML: one table with its notes as a fragment, in a page of its own.
//!
//! Decimal points stand in line because what is left and right of them are boxes of the column's
//! own widths, counted in digits (`ch`), which the style makes equally wide.

use crate::drawing::xml::escape;
use crate::report::formats::Layout;
use crate::report::formats::plain::Shown;
use crate::report::formats::view::TableView;
use crate::report::table::{Align, Entry};

/// A page that a browser shows and prints.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl Layout for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn extension(&self) -> &'static str {
        "html"
    }

    fn templates(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("table.html.jinja", include_str!("../../../templates/table.html.jinja")),
            ("page.html.jinja", include_str!("../../../templates/page.html.jinja")),
            ("style.html.jinja", include_str!("../../../templates/style.html.jinja")),
        ]
    }

    fn frame(&self, _view: &TableView) -> Option<&'static str> {
        Some("page.html.jinja")
    }

    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn entry(&self, entry: &Entry, align: Align) -> String {
        let shown = Shown::of(entry, align);
        let mark = match &*shown.mark {
            "" => String::new(),
            mark => format!("<sup>{mark}</sup>"),
        };
        format!("{}{}{mark}", escape(&shown.whole), escape(&shown.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text() {
        assert_eq!(
            escape("R&D <b> \"x\"\n碳 %_#~|*$"),
            "R&amp;D &lt;b&gt; &quot;x&quot; 碳 %_#~|*$"
        );
    }
}
