//! Output formats: what one is, and the list of them.
//!
//! | file | what it does |
//! |---|---|
//! | `view` | a table as templates see it |
//! | `plain` | entries in plain Unicode, split at their decimal points |
//! | `markdown`, `latex`, `html`, `typst`, `docx` | formats that a template lays out |
//! | `xlsx`, `csv`, `json` | formats that are written without one |
//! | `width` | how wide LaTeX sets a table |
//! | `letters` | which TeX sets the letters of a text |
//!
//! Adding one: a file with an `impl Layout` (and a template in `templates/`) or an `impl Writer`,
//! and a line in [`FORMATS`].

pub mod csv;
pub mod docx;
pub mod html;
pub mod json;
pub mod latex;
pub mod letters;
pub mod markdown;
pub mod plain;
pub mod typst;
pub mod view;
pub mod width;
pub mod xlsx;

use crate::report::Content;
use crate::report::table::{Align, Entry, Table};
use view::TableView;

/// Every format, in the order in which files are listed.
pub static FORMATS: &[Format] = &[
    Format::Template(&markdown::Markdown),
    Format::Template(&latex::Latex),
    Format::Template(&html::Html),
    Format::Template(&typst::Typst),
    Format::Template(&docx::Docx),
    Format::Writer(&xlsx::Xlsx),
    Format::Writer(&csv::Csv),
    Format::Writer(&json::Json),
];

/// An output format for tables.
#[derive(Clone, Copy)]
pub enum Format {
    /// A template lays it out, the built-in one or the user's.
    Template(&'static dyn Layout),
    /// It is written as a whole.
    Writer(&'static dyn Writer),
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Format {
    /// The name in a specification.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Template(layout) => layout.name(),
            Self::Writer(writer) => writer.name(),
        }
    }

    /// Extension of its files.
    pub fn extension(&self) -> &'static str {
        match self {
            Self::Template(layout) => layout.extension(),
            Self::Writer(writer) => writer.extension(),
        }
    }
}

/// The formats that templates lay out.
pub fn layouts() -> impl Iterator<Item = &'static dyn Layout> {
    FORMATS.iter().filter_map(|format| match format {
        Format::Template(layout) => Some(*layout),
        Format::Writer(_) => None,
    })
}

/// A format that a template lays out. It escapes text and writes entries; the rest is the
/// template's.
pub trait Layout: Sync {
    /// The name in a specification.
    fn name(&self) -> &'static str;

    /// Extension of its files, and of its templates before `.jinja`.
    fn extension(&self) -> &'static str;

    /// What stands before the label of a row below the line of its group. A blank of the width of a
    /// letter is kept where blanks at the start are not.
    fn indent(&self) -> &'static str {
        "\u{2003}"
    }

    /// The built-in templates, by file name; `table.EXTENSION.jinja` is one of them.
    fn templates(&self) -> &'static [(&'static str, &'static str)];

    /// The stem of the built-in template that lays out this table.
    fn body(&self, _view: &TableView) -> &'static str {
        "table"
    }

    /// The template of the document that the table, once laid out, is put into; none when the file
    /// is the table.
    fn frame(&self, _view: &TableView) -> Option<&'static str> {
        None
    }

    /// Plain Unicode text so that it shows as it is, on one line.
    fn escape(&self, text: &str) -> String;

    /// An entry in a column that is set this way.
    fn entry(&self, entry: &Entry, align: Align) -> String;

    /// Fills in what depends on whole columns: their `spec`, padding.
    fn arrange(&self, _view: &mut TableView, _table: &Table) {}

    /// The file that holds the filled-in template.
    fn pack(&self, text: String) -> Content {
        Content::Text(text)
    }
}

/// A format that is written without a template.
pub trait Writer: Sync {
    /// The name in a specification.
    fn name(&self) -> &'static str;

    /// Extension of its files.
    fn extension(&self) -> &'static str;

    /// The file of a table, or why there is none.
    fn write(&self, table: &Table) -> Result<Content, String>;
}
