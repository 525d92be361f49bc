//! What sections are made of. Every text is escaped here, once.

use crate::drawing::xml::escape;
use serde::Serialize;

/// A part of a section.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Block {
    /// A paragraph.
    Text {
        /// The text.
        text: String,
    },
    /// A paragraph that stands out.
    Lead {
        /// The text.
        text: String,
    },
    /// A heading within the section.
    Heading {
        /// The text.
        text: String,
    },
    /// Text whose lines stay.
    Verbatim {
        /// What it is.
        title: String,
        /// The text.
        text: String,
    },
    /// Names and what they are.
    Facts {
        /// The pairs.
        facts: Vec<Fact>,
    },
    /// A table that the page makes by itself.
    Grid {
        /// Caption.
        caption: String,
        /// Heads of columns; the first column heads its rows.
        heads: Vec<String>,
        /// Rows, an item a column.
        rows: Vec<Vec<Item>>,
    },
    /// A table of the experiment.
    Table {
        /// Its anchor.
        anchor: String,
        /// Its name in the contents.
        name: String,
        /// Its language.
        language: &'static str,
        /// The table, laid out.
        html: String,
    },
    /// A figure.
    Figure {
        /// Its anchor.
        anchor: String,
        /// Its name in the contents.
        name: String,
        /// Caption.
        caption: String,
        /// `Figure 3.`; empty without a number.
        numbered: String,
        /// The picture.
        svg: String,
        /// Sentences of its note.
        notes: Vec<String>,
        /// Heads of the numbers behind it.
        heads: Vec<String>,
        /// The numbers behind it.
        rows: Vec<Vec<String>>,
    },
    /// The specification curve.
    Curve {
        /// The estimates as JSON, which may stand in a script.
        json: String,
        /// Number of specifications.
        cells: usize,
    },
    /// What is shown where no script runs.
    Still {
        /// Caption.
        caption: String,
        /// Heads of columns.
        heads: Vec<String>,
        /// Rows.
        rows: Vec<Vec<Item>>,
    },
    /// Every cell.
    Cells {
        /// Seed of the experiment.
        seed: u64,
        /// The cells.
        cells: Vec<CellRow>,
    },
}

/// A name and what it is.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    /// The name.
    pub(super) name: String,
    /// What it is, item by item.
    pub(super) items: Vec<Item>,
}

/// A text, perhaps with somewhere to go.
#[derive(Debug, Default, Serialize)]
pub(super) struct Item {
    /// The text.
    pub(super) text: String,
    /// Where it leads; empty for nowhere.
    pub(super) href: String,
    /// Whether it is something that a machine reads.
    pub(super) code: bool,
}

/// A cell in the list of all.
#[derive(Debug, Serialize)]
pub(super) struct CellRow {
    /// Its anchor.
    pub(super) anchor: String,
    /// Its content address.
    pub(super) id: String,
    /// What people call it: a label for each grid that has it.
    pub(super) labels: Vec<String>,
    /// Its key numbers, or why there are none.
    pub(super) numbers: Vec<String>,
    /// Whether it was fitted.
    pub(super) fitted: bool,
    /// Observations; empty without a fit.
    pub(super) observations: String,
    /// Log-likelihood; empty without one.
    pub(super) loglik: String,
    /// Hash of its sample; empty without one.
    pub(super) sample: String,
    /// Hash of its weights; empty without them.
    pub(super) weights: String,
    /// Versions of what computed it.
    pub(super) versions: String,
    /// The command that shows it.
    pub(super) show: String,
    /// The command that fits it again.
    pub(super) again: String,
}

/// JSON that may stand in a script: within one nothing may look like markup.
pub(super) fn unmarked(json: &str) -> String {
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// A paragraph.
pub(super) fn text(said: &str) -> Block {
    Block::Text { text: escape(said) }
}

/// A paragraph that stands out.
pub(super) fn lead(said: &str) -> Block {
    Block::Lead { text: escape(said) }
}

/// A heading within the section.
pub(super) fn heading(said: &str) -> Block {
    Block::Heading { text: escape(said) }
}

/// Texts as they are read.
pub(super) fn items(texts: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<Item> {
    texts.into_iter().map(|t| Item { text: escape(t.as_ref()), ..Item::default() }).collect()
}

/// A text as it is read.
pub(super) fn plain(text: &str) -> Item {
    Item { text: escape(text), ..Item::default() }
}

/// A text for machines.
pub(super) fn code(text: &str) -> Item {
    Item { text: escape(text), code: true, ..Item::default() }
}

/// A text that leads somewhere.
pub(super) fn link(text: &str, href: String) -> Item {
    Item { text: escape(text), href, code: true }
}

/// A name and what it is.
pub(super) fn fact(name: &str, items: Vec<Item>) -> Fact {
    Fact { name: escape(name), items }
}

/// A table that the page makes by itself.
pub(super) fn grid(caption: &str, heads: &[&str], rows: Vec<Vec<Item>>) -> Block {
    Block::Grid { caption: escape(caption), heads: heads.iter().map(|h| escape(h)).collect(), rows }
}
