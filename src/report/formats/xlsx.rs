//! Excel: a worksheet of one table. Numbers are numbers, unrounded; the format of a cell prints the
//! same digits, stars and brackets as everywhere else: `0.0000"**"`, `"("0.0000")"`.
//!
//! Excel rounds the decimal text of a number and not the number itself. Where that could give other
//! digits, where a number is printed as `<0.001` or as a power of ten, the format is the printed
//! text itself.

use crate::report::Content;
use crate::report::formats::Writer;
use crate::report::formats::plain::{Shown, value, width, written};
use crate::report::number::{Digits, Number};
use crate::report::table::{Align, Brackets, Entry, Group, Head, Table};
use crate::report::words;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet,
    XlsxError,
};

/// A workbook with one sheet.
#[derive(Debug, Clone, Copy)]
pub struct Xlsx;

impl Writer for Xlsx {
    fn name(&self) -> &'static str {
        "xlsx"
    }

    fn extension(&self) -> &'static str {
        "xlsx"
    }

    fn write(&self, table: &Table) -> Result<Content, String> {
        workbook(table).map(Content::Bytes).map_err(|e| e.to_string())
    }
}

/// The bytes of the workbook, with a fixed date.
fn workbook(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(
        &DocProperties::new().set_title(&table.caption).set_creation_datetime(&made),
    );
    let sheet = book.add_worksheet();
    sheet.set_name(sheet_name(&table.id))?;
    sheet.set_screen_gridlines(false);
    sheet.set_print_fit_to_pages(1, 0);
    let mut page = Page { sheet, table, row: 0, last: column(table.columns.len()) };
    page.widths()?;
    page.caption()?;
    page.heads()?;
    page.body()?;
    page.notes()?;
    book.save_to_buffer()
}

/// A name that Excel takes: at most 31 characters.
fn sheet_name(id: &str) -> String {
    id.chars().take(31).collect()
}

/// A position as Excel counts.
fn column(position: usize) -> u16 {
    u16::try_from(position).unwrap_or(u16::MAX)
}

/// A sheet as it is filled from the top.
struct Page<'a> {
    sheet: &'a mut Worksheet,
    table: &'a Table,
    /// The next row.
    row: u32,
    /// The last column; the row labels are column 0.
    last: u16,
}

impl Page<'_> {
    fn widths(&mut self) -> Result<(), XlsxError> {
        let labels = self.table.rows().map(|row| width(&row.label));
        let stub = labels.chain([width(&self.table.stub)]).max().unwrap_or(0);
        self.sheet.set_column_width(0, characters(stub).clamp(10.0, 45.0))?;
        for (position, of) in self.table.columns.iter().enumerate() {
            let shown = |entry: &Entry| width(&Shown::of(entry, of.align).text());
            let widest = self.table.rows().map(|row| shown(&row.entries[position])).max();
            let room = characters(widest.unwrap_or(0) + 20).clamp(9.0, 45.0);
            self.sheet.set_column_width(column(position + 1), room)?;
        }
        Ok(())
    }

    fn caption(&mut self) -> Result<(), XlsxError> {
        let words = words::of(self.table.language);
        let number = self.table.number.map(|n| format!("{} ", words.numbered(n)));
        let number = number.unwrap_or_default();
        let caption = format!("{number}{}", self.table.caption);
        self.across(0, self.last, &caption, &base().set_bold().set_align(FormatAlign::Left))?;
        self.row += 1;
        Ok(())
    }

    /// Text over these columns.
    fn across(&mut self, from: u16, to: u16, text: &str, f: &Format) -> Result<(), XlsxError> {
        if from < to {
            self.sheet.merge_range(self.row, from, self.row, to, text, f)?;
        } else {
            self.sheet.write_string_with_format(self.row, from, text, f)?;
        }
        Ok(())
    }

    fn heads(&mut self) -> Result<(), XlsxError> {
        let mut levels: Vec<Vec<Head>> = Vec::new();
        if let Some(over) = &self.table.over {
            levels.push(vec![Head { label: over.clone(), span: self.table.columns.len() }]);
        }
        levels.extend(self.table.heads.iter().cloned());
        let stub = levels.len().max(1) - 1;
        if self.table.columns.iter().any(|c| c.number.is_some()) {
            let label = |n: Option<usize>| n.map(|n| format!("({n})")).unwrap_or_default();
            let numbers =
                self.table.columns.iter().map(|c| Head { label: label(c.number), span: 1 });
            levels.push(numbers.collect());
        }
        let innermost = levels.len().max(1) - 1;
        for (depth, level) in levels.iter().enumerate() {
            let edge = |f: Format| {
                let f = if depth == 0 { f.set_border_top(FormatBorder::Medium) } else { f };
                if depth == innermost { f.set_border_bottom(FormatBorder::Thin) } else { f }
            };
            let label = if depth == stub { self.table.stub.as_str() } else { "" };
            self.across(0, 0, label, &edge(base()))?;
            let spanning = level.iter().any(|head| head.span > 1);
            let mut first = 1;
            for head in level {
                let to = first + column(head.span) - 1;
                let left = head.span == 1
                    && matches!(self.table.columns[usize::from(first) - 1].align, Align::Left);
                let side = if left { FormatAlign::Left } else { FormatAlign::Center };
                let f = edge(base().set_align(side));
                let ruled = spanning && !head.label.is_empty() && depth < innermost;
                let f = if ruled { f.set_border_bottom(FormatBorder::Hair) } else { f };
                self.across(first, to, &head.label, &f)?;
                first = to + 1;
            }
            self.row += 1;
        }
        self.cell_notes()
    }

    /// Which cell a column is, as a note on its head.
    fn cell_notes(&mut self) -> Result<(), XlsxError> {
        for (position, of) in self.table.columns.iter().enumerate() {
            if let Some((label, id)) = &of.cell {
                let note = Note::new(format!("{label}\n{id}")).add_author_prefix(false);
                let note = note.set_author("spanel").set_width(360).set_height(40);
                self.sheet.insert_note(self.row - 1, column(position + 1), &note)?;
            }
        }
        Ok(())
    }

    /// Which cells the columns of a group are, as notes on its first row.
    fn group_notes(&mut self, group: &Group) -> Result<(), XlsxError> {
        for (position, of) in group.cells.iter().enumerate() {
            if let Some((label, id)) = of {
                let note = Note::new(format!("{label}\n{id}")).add_author_prefix(false);
                let note = note.set_author("spanel").set_width(360).set_height(40);
                self.sheet.insert_note(self.row, column(position + 1), &note)?;
            }
        }
        Ok(())
    }

    fn body(&mut self) -> Result<(), XlsxError> {
        let marks: Vec<Marks> =
            (0..self.table.columns.len()).map(|i| Marks::of(self.table, i)).collect();
        let groups = self.table.groups.len();
        for (position, group) in self.table.groups.iter().enumerate() {
            let rule = position > 0;
            if let Some(label) = &group.label {
                let f = indented(
                    ruled(base().set_italic(), rule, false),
                    group.depth.saturating_sub(1),
                );
                self.across(0, self.last, label, &f)?;
                self.row += 1;
            }
            self.group_notes(group)?;
            for (i, row) in group.rows.iter().enumerate() {
                let top = rule && i == 0 && group.label.is_none();
                let bottom = position + 1 == groups && i + 1 == group.rows.len();
                let style = |f: Format| ruled(f, top, bottom);
                self.across(0, 0, &row.label, &indented(style(base()), group.depth))?;
                for (i, entry) in row.entries.iter().enumerate() {
                    let align = self.table.columns[i].align;
                    self.entry(column(i + 1), entry, align, &marks[i], style)?;
                }
                self.row += 1;
            }
        }
        Ok(())
    }

    fn entry(
        &mut self,
        at: u16,
        entry: &Entry,
        align: Align,
        marks: &Marks,
        style: impl Fn(Format) -> Format,
    ) -> Result<(), XlsxError> {
        match value(entry) {
            Some(number) => {
                let f = base().set_align(FormatAlign::Right);
                let f = style(f.set_num_format(number_format(entry, &number, marks)));
                self.sheet.write_number_with_format(self.row, at, number.value, &f)?;
            }
            None => {
                let side = match align {
                    Align::Decimal => FormatAlign::Center,
                    Align::Left => FormatAlign::Left,
                };
                let text = Shown::of(entry, align).text();
                self.across(at, at, &text, &style(base().set_align(side)))?;
            }
        }
        Ok(())
    }

    fn notes(&mut self) -> Result<(), XlsxError> {
        let footnotes = self.table.footnotes.iter().map(|f| format!("[{}] {}", f.mark, f.text));
        let notes: Vec<String> = self.table.notes.iter().cloned().chain(footnotes).collect();
        let f = base().set_font_size(9).set_text_wrap().set_align(FormatAlign::Top);
        let room: f64 = self.room();
        for note in notes {
            self.across(0, self.last, &note, &f)?;
            // Most letters are narrower than a digit.
            let lines = (f64::from(width(&note)) * 0.085 / room).ceil().max(1.0);
            self.sheet.set_row_height(self.row, 12.5 * lines)?;
            self.row += 1;
        }
        Ok(())
    }

    /// Width of the table in small letters.
    fn room(&self) -> f64 {
        let columns = self.table.columns.iter().enumerate().map(|(i, of)| {
            let shown = |entry: &Entry| width(&Shown::of(entry, of.align).text());
            let widest = self.table.rows().map(|row| shown(&row.entries[i])).max();
            characters(widest.unwrap_or(0) + 20).clamp(9.0, 45.0)
        });
        let labels = self.table.rows().map(|row| width(&row.label)).max().unwrap_or(0);
        (characters(labels).clamp(10.0, 45.0) + columns.sum::<f64>()) * 1.1
    }
}

/// Tenths of a digit as Excel's width of a column.
fn characters(tenths: u32) -> f64 {
    f64::from(tenths) / 10.0
}

fn base() -> Format {
    Format::new().set_font_name("Times New Roman").set_font_size(10)
}

fn indented(f: Format, depth: usize) -> Format {
    match u8::try_from(depth) {
        Ok(0) | Err(_) => f,
        Ok(depth) => f.set_indent(depth),
    }
}

fn ruled(f: Format, top: bool, bottom: bool) -> Format {
    let f = if top { f.set_border_top(FormatBorder::Hair) } else { f };
    if bottom { f.set_border_bottom(FormatBorder::Medium) } else { f }
}

/// What stands right of the numbers of a column at most, so that the decimal points of the others
/// can be moved as far from the right.
#[derive(Debug, Default)]
struct Marks {
    /// Stars.
    stars: usize,
    /// Decimals.
    decimals: usize,
    /// Whether there are brackets.
    brackets: bool,
}

impl Marks {
    fn of(table: &Table, position: usize) -> Self {
        let mut marks = Self::default();
        for row in table.rows() {
            let entry = &row.entries[position];
            match entry {
                Entry::Starred { stars, .. } => {
                    marks.stars = marks.stars.max(stars.chars().count());
                }
                Entry::Enclosed { .. } => marks.brackets = true,
                Entry::Empty
                | Entry::Dash
                | Entry::Text(_)
                | Entry::Number(_)
                | Entry::Interval { .. }
                | Entry::Absent { .. } => {}
            }
            if let Some(number) = value(entry) {
                marks.decimals = marks.decimals.max(decimals(&number));
            }
        }
        marks
    }
}

/// Decimals that are printed.
fn decimals(number: &Number) -> usize {
    match number.digits() {
        Digits::Fixed { digits, .. } | Digits::Below(digits) => {
            digits.split_once('.').map_or(0, |(_, after)| after.len())
        }
        Digits::Whole { .. } | Digits::Scientific { .. } => 0,
    }
}

/// The format under which Excel prints the number as the table does. A minus is a true one; `_x`
/// is a blank as wide as x.
fn number_format(entry: &Entry, number: &Number, marks: &Marks) -> String {
    let (open, close, stars) = match entry {
        Entry::Enclosed { brackets: Brackets::Round, .. } => ("(", ")", ""),
        Entry::Enclosed { brackets: Brackets::Square, .. } => ("[", "]", ""),
        Entry::Starred { stars, .. } => ("", "", stars.as_str()),
        _ => ("", "", ""),
    };
    let decimals = decimals(number);
    let (negative, digits) = match number.digits() {
        Digits::Fixed { negative, .. } if !near_tie(number.value, decimals) => {
            let zeros = "0".repeat(decimals);
            (negative, if decimals == 0 { "0".to_owned() } else { format!("0.{zeros}") })
        }
        Digits::Whole { negative, digits } if !near_tie(number.value, 0) => {
            (negative, if digits.contains(',') { "#,##0" } else { "0" }.to_owned())
        }
        Digits::Fixed { .. }
        | Digits::Whole { .. }
        | Digits::Scientific { .. }
        | Digits::Below(_) => (false, quoted(&written(number))),
    };
    let pad = |text: &str, n: usize| text.repeat(n);
    let point = if decimals == 0 && marks.decimals > 0 { "_." } else { "" };
    let missing = format!("{point}{}", pad("_0", marks.decimals.saturating_sub(decimals)));
    let closing = if close.is_empty() && marks.brackets { "_)" } else { "" };
    let behind = pad("_*", marks.stars.saturating_sub(stars.chars().count()));
    let after = format!("{}{}{closing}{behind}{missing}", quoted(close), quoted(stars));
    let one = |sign: &str| format!("{}{digits}{after}", quoted(&format!("{open}{sign}")));
    // A negative that is printed without a sign, and a literal, are the same on both sides of 0.
    let below = one(if negative { "−" } else { "" });
    format!("{};{below};{}", one(""), one(""))
}

/// Whether rounding the number and rounding its decimal text may differ.
fn near_tie(value: f64, decimals: usize) -> bool {
    let scaled = value.abs() * 10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
    ((scaled - scaled.floor()) - 0.5).abs() < 1e-6 || scaled > 1e14
}

/// A text that a format prints as it is.
fn quoted(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("\"{}\"", text.replace('"', "”")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_print_what_is_printed_elsewhere() {
        let marks = Marks { stars: 3, decimals: 3, brackets: true };
        let of = |entry: Entry| number_format(&entry, &value(&entry).expect("a number"), &marks);
        let number = |v| Number::decimals(v, 3);
        assert_eq!(
            of(Entry::Starred { value: number(-0.2581), stars: "**".into() }),
            "0.000\"**\"_)_*;\"−\"0.000\"**\"_)_*;0.000\"**\"_)_*"
        );
        assert!(
            of(Entry::Enclosed { value: number(0.1), brackets: Brackets::Round })
                .starts_with("\"(\"0.000\")\"_*_*_*;")
        );
        // No sign before a zero, and no other digits where Excel rounds the decimal text.
        assert!(of(Entry::Number(number(-0.0004))).starts_with("0.000_)_*_*_*;0.000_)"));
        assert!(
            of(Entry::Number(number(0.0125))).starts_with("0.013_)")
                || of(Entry::Number(number(0.0125))).starts_with("\"0.01")
        );
        assert!(of(Entry::Number(Number::probability(1e-5))).starts_with("\"<0.001\""));
        assert!(of(Entry::Number(number(-2.5e-7))).contains("\"−2.50×10⁻⁷\""));
        assert!(of(Entry::Number(Number::count(12345.0))).starts_with("#,##0_)_*_*_*_._0_0_0"));
    }
}
