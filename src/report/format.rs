//! What an output format is, and the list of them. A format escapes text, writes entries and names
//! its template; the layout is the template's.
//!
//! Adding one: a file with an `impl Format`, its template in `templates/`, one line in [`FORMATS`].

use crate::report::latex::Latex;
use crate::report::letters::Letters;
use crate::report::markdown::Markdown;
use crate::report::table::{Align, Entry, Group, Head, Row, Table};
use serde::Serialize;

/// An output format for tables.
pub trait Format: Sync {
    /// Extension of its files, and of its templates before `.jinja`.
    fn extension(&self) -> &'static str;

    /// The built-in template.
    fn template(&self) -> &'static str;

    /// Plain Unicode text so that it shows as it is, on one line.
    fn escape(&self, text: &str) -> String;

    /// An entry in a column that is set this way.
    fn entry(&self, entry: &Entry, align: Align) -> String;

    /// Fills in what depends on whole columns: [`ColumnView::spec`], padding.
    fn arrange(&self, view: &mut TableView, table: &Table);
}

/// Every format, in the order in which files are listed.
pub static FORMATS: &[&dyn Format] = &[&Markdown, &Latex];

/// A table as a template sees it: every text escaped, every number written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableView {
    /// File name without extension.
    pub id: String,
    /// Caption.
    pub caption: String,
    /// Number of the table, if it has been given one.
    pub number: Option<u32>,
    /// What stands over all columns; empty for none.
    pub over: String,
    /// Head of the column of row labels.
    pub stub: String,
    /// What the format needs to know of the column of row labels.
    pub stub_spec: String,
    /// Number of columns beside the row labels.
    pub width: usize,
    /// Number of the last column, row labels counted.
    pub last: usize,
    /// Levels of heads, outermost first; the numbers `(1)` … are the last level where columns are
    /// numbered.
    pub heads: Vec<HeadLevel>,
    /// The columns beside the row labels.
    pub columns: Vec<ColumnView>,
    /// Rows between rules.
    pub groups: Vec<GroupView>,
    /// Notes, each a sentence or more.
    pub notes: Vec<String>,
    /// Footnotes of marked entries.
    pub footnotes: Vec<FootnoteView>,
    /// Letters that ask for a TeX of their own; none in other formats than LaTeX.
    pub letters: Letters,
}

impl TableView {
    /// Every text that is printed.
    pub fn printed(&self) -> impl Iterator<Item = &str> {
        let heads = self.heads.iter().flat_map(|level| {
            level.spans.iter().map(|s| s.label.as_str()).chain([level.stub.as_str()])
        });
        let rows = self.groups.iter().flat_map(|group| {
            let rows = group.rows.iter();
            let texts = rows.flat_map(|r| r.entries.iter().chain([&r.label]).map(String::as_str));
            texts.chain([group.label.as_str()])
        });
        let notes = self.notes.iter().chain(self.footnotes.iter().map(|f| &f.text));
        let whole = [&self.caption, &self.over, &self.stub];
        heads.chain(rows).chain(notes.chain(whole).map(String::as_str))
    }
}

/// One level of heads.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadLevel {
    /// Head of the row labels on this level: the stub on the innermost named level, else blank.
    pub stub: String,
    /// Heads with their spans.
    pub spans: Vec<HeadView>,
    /// One label a column, for formats without spans.
    pub labels: Vec<String>,
}

/// A head.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HeadView {
    /// Label.
    pub label: String,
    /// Number of columns.
    pub span: usize,
    /// Number of its first column, row labels counted as 1.
    pub first: usize,
    /// Number of its last column.
    pub last: usize,
    /// Whether it stands over text set from the left.
    pub left: bool,
    /// Whether a rule belongs below it.
    pub rule: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnView {
    /// `(1)`, or empty.
    pub number: String,
    /// What a person calls the cell; empty when the column is not a cell. Not escaped: it is meant
    /// for comments.
    pub cell: String,
    /// Content address of the cell; empty when the column is not one.
    pub id: String,
    /// The format's own description of the column.
    pub spec: String,
}

/// Rows between rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupView {
    /// A line above the rows; empty for none.
    pub label: String,
    /// The rows.
    pub rows: Vec<RowView>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowView {
    /// Label.
    pub label: String,
    /// One entry a column.
    pub entries: Vec<String>,
}

/// A footnote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FootnoteView {
    /// `a`, `b`, …
    pub mark: String,
    /// Text.
    pub text: String,
}

/// The table as templates of `format` see it.
pub fn view(table: &Table, format: &dyn Format) -> TableView {
    let width = table.columns.len();
    let mut view = TableView {
        id: table.id.clone(),
        caption: format.escape(&table.caption),
        number: table.number,
        over: format.escape(table.over.as_deref().unwrap_or_default()),
        stub: format.escape(&table.stub),
        stub_spec: String::new(),
        width,
        last: width + 1,
        heads: head_levels(table, format),
        columns: table.columns.iter().map(column).collect(),
        groups: table.groups.iter().map(|g| group(g, table, format)).collect(),
        notes: table.notes.iter().map(|n| format.escape(n)).collect(),
        footnotes: table
            .footnotes
            .iter()
            .map(|f| FootnoteView { mark: f.mark.clone(), text: format.escape(&f.text) })
            .collect(),
        letters: Letters::default(),
    };
    format.arrange(&mut view, table);
    view
}

fn column(column: &crate::report::table::Column) -> ColumnView {
    let (cell, id) = match &column.cell {
        Some((label, id)) => (one_line(label), id.to_string()),
        None => (String::new(), String::new()),
    };
    ColumnView { number: numbered(column.number), cell, id, spec: String::new() }
}

fn numbered(number: Option<usize>) -> String {
    number.map(|n| format!("({n})")).unwrap_or_default()
}

/// Comments end at a line's end, and HTML's at two hyphens.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").replace("--", "- -")
}

fn head_levels(table: &Table, format: &dyn Format) -> Vec<HeadLevel> {
    let numbers = || {
        let head = |c: &crate::report::table::Column| Head { label: numbered(c.number), span: 1 };
        table.columns.iter().map(head).collect::<Vec<_>>()
    };
    let numbered = table.columns.iter().any(|c| c.number.is_some());
    let innermost = table.heads.len().max(1) - 1;
    let mut levels: Vec<HeadLevel> = table.heads.iter().map(|h| level(h, table, format)).collect();
    if numbered {
        levels.push(level(&numbers(), table, format));
    }
    if let Some(level) = levels.get_mut(innermost) {
        level.stub = format.escape(&table.stub);
    }
    levels
}

fn level(heads: &[Head], table: &Table, format: &dyn Format) -> HeadLevel {
    let spanning = heads.iter().any(|h| h.span > 1);
    let mut first = 2;
    let mut spans = Vec::with_capacity(heads.len());
    for head in heads {
        let left = head.span == 1 && matches!(table.columns[first - 2].align, Align::Left);
        spans.push(HeadView {
            label: format.escape(&head.label),
            span: head.span,
            first,
            last: first + head.span - 1,
            left,
            rule: spanning && !head.label.is_empty(),
        });
        first += head.span;
    }
    let labels = spans.iter().flat_map(|h| vec![h.label.clone(); h.span]).collect();
    HeadLevel { stub: String::new(), spans, labels }
}

fn group(group: &Group, table: &Table, format: &dyn Format) -> GroupView {
    let entries = |row: &Row| {
        let written = row.entries.iter().zip(&table.columns);
        written.map(|(entry, column)| format.entry(entry, column.align)).collect()
    };
    GroupView {
        label: format.escape(group.label.as_deref().unwrap_or_default()),
        rows: group
            .rows
            .iter()
            .map(|r| RowView { label: format.escape(&r.label), entries: entries(r) })
            .collect(),
    }
}
