//! A table as templates see it: every text escaped, every number written.

use crate::ident::CellId;
use crate::report::formats::Layout;
use crate::report::formats::letters::Letters;
use crate::report::formats::plain::{self, Shown};
use crate::report::formats::width::Size;
use crate::report::number::exact;
use crate::report::table::{Align, Column, Entry, Group, Head, Row, Table};
use crate::report::words::{self, Words};
use crate::spec::tables::{LatexSpec, Style};
use serde::Serialize;
use std::collections::BTreeSet;

/// A table as a template sees it: every text escaped, every number written.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableView {
    /// File name without extension.
    pub id: String,
    /// Caption.
    pub caption: String,
    /// Number of the table, if it has been given one.
    pub number: Option<u32>,
    /// What stands before the caption of a table with a number, `Table 3.`; empty without one.
    pub numbered: String,
    /// The language, as documents name it: `en`, `zh`.
    pub language: &'static str,
    /// What the language calls a table.
    pub table_word: &'static str,
    /// What stands below a table that goes on overleaf.
    pub continued: &'static str,
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
    /// The cells behind the numbers, each once.
    pub sources: Vec<SourceView>,
    /// Rows between rules.
    pub groups: Vec<GroupView>,
    /// Notes, each a sentence or more.
    pub notes: Vec<String>,
    /// Footnotes of marked entries.
    pub footnotes: Vec<FootnoteView>,
    /// Letters that ask for a TeX of their own; none in other formats than LaTeX.
    pub letters: Letters,
    /// How it is set by LaTeX.
    pub latex: LatexSpec,
    /// In which letters, so that it fits the page; nothing in other formats.
    pub size: Size,
    /// Whose habits it has.
    pub style: &'static str,
    /// What these are in LaTeX.
    pub rules: RulesView,
    /// Measures on a page of Word; nothing in other formats.
    pub page: PageView,
}

/// Measures of a table in twips, twentieths of a point.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PageView {
    /// Size of the letters, in half-points.
    pub font: u32,
    /// Width of the row labels.
    pub stub: u32,
    /// Widths of the columns beside them.
    pub columns: Vec<u32>,
    /// Width of the table.
    pub total: u32,
    /// Room on each side of it.
    pub beside: u32,
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
    /// Whether decimal points stand in line.
    pub decimal: bool,
    /// The widest text left of the decimal points.
    pub whole: String,
    /// The widest text from the decimal points on.
    pub rest: String,
    /// Width of `whole`, in tenths of a digit.
    pub whole_width: u32,
    /// Width of `rest`, in tenths of a digit.
    pub rest_width: u32,
    /// Width of the widest entry or head of its own, in tenths of a digit.
    pub width: u32,
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
    /// Raw name of what it is about; empty for none.
    pub name: String,
    /// Which quantity of it; empty for none.
    pub quantity: &'static str,
    /// One entry a column.
    pub entries: Vec<String>,
    /// The same entries with what is known of them.
    pub cells: Vec<EntryView>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryView {
    /// As in `entries`.
    pub text: String,
    /// What stands left of the decimal point; the whole entry where none stands in line.
    pub whole: String,
    /// From the decimal point on.
    pub rest: String,
    /// Whether its decimal point stands in line with others.
    pub aligned: bool,
    /// Mark of its footnote; empty for none.
    pub mark: String,
    /// The unrounded number; empty for none.
    pub value: String,
    /// Lower end of an interval, unrounded; empty for none.
    pub low: String,
    /// Upper end of an interval, unrounded; empty for none.
    pub high: String,
    /// Whether it is set from the left.
    pub left: bool,
    /// Address of the cell that it comes from; empty for none.
    pub id: String,
    /// Where the number leads, in a larger document; empty for nowhere.
    pub link: String,
    /// Where an address first stands that no column has, its number among them, from 1; else 0.
    pub bookmark: usize,
}

/// A journal's habits in LaTeX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulesView {
    /// The rule above the table.
    pub top: &'static str,
    /// The rule below it.
    pub bottom: &'static str,
    /// What notes begin with.
    pub notes: String,
}

impl RulesView {
    fn of(style: Style, words: &dyn Words) -> Self {
        let (top, bottom) = match style {
            Style::Qje => ("\\hline\\hline", "\\hline\\hline"),
            Style::Plain | Style::Aer | Style::Elsevier => ("\\toprule", "\\bottomrule"),
        };
        let notes = match style {
            Style::Aer => format!("\\emph{{{}:}} ", words.notes()),
            Style::Qje => format!("\\emph{{{}.}} ", words.notes()),
            Style::Plain | Style::Elsevier => String::new(),
        };
        Self { top, bottom, notes }
    }
}

/// A cell of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceView {
    /// The number of its column, or the panel; empty for none.
    pub place: String,
    /// What a person calls it. Not escaped: it is meant for comments.
    pub cell: String,
    /// Its content address.
    pub id: String,
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
pub fn view(table: &Table, format: &dyn Layout, (latex, style): (LatexSpec, Style)) -> TableView {
    let (width, words) = (table.columns.len(), words::of(table.language));
    let mut view = TableView {
        id: table.id.clone(),
        caption: format.escape(&table.caption),
        number: table.number,
        numbered: table.number.map(|n| format.escape(&words.numbered(n))).unwrap_or_default(),
        language: table.language.name(),
        table_word: words.table(),
        continued: words.continued(),
        over: format.escape(table.over.as_deref().unwrap_or_default()),
        stub: format.escape(&table.stub),
        stub_spec: String::new(),
        width,
        last: width + 1,
        heads: head_levels(table, format),
        columns: (0..width).map(|i| column(table, i, format)).collect(),
        sources: table.sources().into_iter().map(source).collect(),
        groups: table.groups.iter().map(|g| group(g, table, format)).collect(),
        notes: table.notes.iter().map(|n| format.escape(n)).collect(),
        footnotes: table
            .footnotes
            .iter()
            .map(|f| FootnoteView { mark: f.mark.clone(), text: format.escape(&f.text) })
            .collect(),
        letters: Letters::default(),
        style: style.name(),
        rules: RulesView::of(style, words),
        latex,
        size: Size::default(),
        page: PageView::default(),
    };
    mark_first(&mut view);
    format.arrange(&mut view, table);
    view
}

/// Numbers the entries where an address first stands.
fn mark_first(view: &mut TableView) {
    let mut seen: BTreeSet<String> = view.columns.iter().map(|c| c.id.clone()).collect();
    let of_columns = seen.len();
    let rows = view.groups.iter_mut().flat_map(|group| &mut group.rows);
    for cell in rows.flat_map(|row| &mut row.cells) {
        if !cell.id.is_empty() && seen.insert(cell.id.clone()) {
            cell.bookmark = seen.len() - of_columns;
        }
    }
}

fn source((place, cell, id): (String, &str, CellId)) -> SourceView {
    SourceView { place: one_line(&place), cell: one_line(cell), id: id.to_string() }
}

fn column(table: &Table, position: usize, format: &dyn Layout) -> ColumnView {
    let column = &table.columns[position];
    let (cell, id) = match &column.cell {
        Some((label, id)) => (one_line(label), id.to_string()),
        None => (String::new(), String::new()),
    };
    let shown: Vec<Shown> =
        table.rows().map(|row| Shown::of(&row.entries[position], column.align)).collect();
    let widest = |part: fn(&Shown) -> &str| {
        let aligned = shown.iter().filter(|s| s.aligned).map(part);
        aligned.max_by_key(|text| plain::width(text)).unwrap_or_default()
    };
    let (whole, rest) = (widest(|s| &s.whole), widest(|s| &s.rest));
    let entries = shown.iter().map(|s| plain::width(&s.text())).max().unwrap_or(0);
    let heads = own_heads(table, position).map(plain::width).max().unwrap_or(0);
    let (whole_width, rest_width) = (plain::width(whole), plain::width(rest));
    ColumnView {
        number: numbered(column.number),
        cell,
        id,
        spec: String::new(),
        decimal: matches!(column.align, Align::Decimal),
        whole: format.escape(whole),
        rest: format.escape(rest),
        whole_width,
        rest_width,
        width: entries.max(heads).max(whole_width + rest_width),
    }
}

/// The heads over this column alone.
fn own_heads(table: &Table, position: usize) -> impl Iterator<Item = &str> {
    table.heads.iter().filter_map(move |level| {
        let mut first = 0;
        level.iter().find_map(|head| {
            let here = first == position && head.span == 1;
            first += head.span;
            here.then_some(head.label.as_str())
        })
    })
}

fn numbered(number: Option<usize>) -> String {
    number.map(|n| format!("({n})")).unwrap_or_default()
}

/// Comments end at a line's end, and HTML's at two hyphens.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, " ").replace("--", "- -")
}

fn head_levels(table: &Table, format: &dyn Layout) -> Vec<HeadLevel> {
    let numbers = || {
        let head = |c: &Column| Head { label: numbered(c.number), span: 1 };
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

fn level(heads: &[Head], table: &Table, format: &dyn Layout) -> HeadLevel {
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

fn group(group: &Group, table: &Table, format: &dyn Layout) -> GroupView {
    let label = format.escape(group.label.as_deref().unwrap_or_default());
    GroupView {
        label: indented(label, group.depth.saturating_sub(1), format),
        rows: group.rows.iter().map(|r| row(r, group, table, format)).collect(),
    }
}

/// The label of a row that stands below so many lines.
fn indented(label: String, depth: usize, format: &dyn Layout) -> String {
    if label.is_empty() { label } else { format.indent().repeat(depth) + &label }
}

fn row(row: &Row, group: &Group, table: &Table, format: &dyn Layout) -> RowView {
    let cell = |(position, e): (usize, &Entry)| {
        let id = table.cell(group, position).map(|(_, id)| id.to_string()).unwrap_or_default();
        EntryView { id, ..entry(e, table.columns[position].align, format) }
    };
    let cells: Vec<EntryView> = row.entries.iter().enumerate().map(cell).collect();
    RowView {
        label: indented(format.escape(&row.label), group.depth, format),
        name: one_line(&row.name),
        quantity: row.quantity,
        entries: cells.iter().map(|cell| cell.text.clone()).collect(),
        cells,
    }
}

fn entry(entry: &Entry, align: Align, format: &dyn Layout) -> EntryView {
    let shown = Shown::of(entry, align);
    let (low, high) = match entry {
        Entry::Interval { low, high } => (exact(low.value), exact(high.value)),
        _ => Default::default(),
    };
    EntryView {
        text: format.entry(entry, align),
        whole: format.escape(&shown.whole),
        rest: format.escape(&shown.rest),
        aligned: shown.aligned,
        mark: shown.mark,
        value: plain::value(entry).map(|n| exact(n.value)).unwrap_or_default(),
        low,
        high,
        left: matches!(align, Align::Left),
        id: String::new(),
        link: String::new(),
        bookmark: 0,
    }
}
