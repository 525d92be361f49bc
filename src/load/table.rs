//! A header and rows of cells, each with its place, whatever the format of the file.

use crate::ident::Located;
use crate::load::text::Text;
use crate::load::{Sort, csv, sheet};
use crate::mistake::{Checked, Mistake, Place};
use ::csv::StringRecord;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

/// The cells of a file, as text without surrounding blanks.
#[derive(Debug)]
pub struct Table {
    /// Names of the columns.
    pub header: StringRecord,
    /// The rows below the header, blank ones left out.
    pub rows: Vec<Row>,
    /// Where the cells stand.
    pub origin: Origin,
}

/// A row of cells: as many as the header has.
#[derive(Debug)]
pub struct Row {
    /// The cells.
    pub cells: StringRecord,
    /// Where the row starts: a byte of the text, or a row of the sheet from 0.
    pub start: usize,
}

/// Where cells stand.
#[derive(Debug)]
pub enum Origin {
    /// In a text with this delimiter; the header starts at this byte.
    Text(Text, u8, usize),
    /// In a sheet: file, name, row and column of its first cell, from 0.
    Sheet(std::path::PathBuf, String, (usize, usize)),
}

/// Reads the table in the bytes of `file`, a workbook or CSV by the ending of its name.
pub fn read(file: &Path, bytes: Vec<u8>, sheet: Option<&Located<String>>) -> Checked<Table> {
    if sheet::is_workbook(file) {
        return sheet::read(file, bytes, sheet);
    }
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if ["dta", "sav", "rds", "rda", "rdata", "parquet", "feather"].contains(&ending.as_str()) {
        let message = format!("files of the kind .{ending} cannot be read");
        return Err(Mistake::file(file, message).help("export the data as CSV or XLSX").into());
    }
    if let Some(sheet) = sheet {
        let message = format!("{} is no workbook, it has no sheets", file.display());
        return Err(Mistake::spec(&sheet.at, message).help("remove `sheet`").into());
    }
    csv::read(Text::decode(file, bytes)?)
}

impl Table {
    /// The file.
    pub fn file(&self) -> &Path {
        match &self.origin {
            Origin::Text(text, ..) => &text.file,
            Origin::Sheet(file, ..) => file,
        }
    }

    /// The position of the column called `name`.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }

    /// The cell of a row.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        self.rows[row].cells.get(column).unwrap_or_default()
    }

    /// The bytes of a cell in the text it was read from; none in a sheet.
    pub fn bytes(&self, row: usize, column: usize) -> Range<usize> {
        match &self.origin {
            Origin::Text(text, delimiter, _) => {
                field(&text.text, self.rows[row].start, *delimiter, column)
            }
            Origin::Sheet(..) => 0..0,
        }
    }

    /// A mistake in a cell.
    pub fn mistake(&self, row: usize, column: usize, message: &str) -> Mistake {
        self.mistake_at(self.rows[row].start, column, message)
    }

    /// A mistake in the header.
    pub fn header_mistake(&self, column: usize, message: &str) -> Mistake {
        let start = match &self.origin {
            Origin::Text(_, _, start) => *start,
            Origin::Sheet(_, _, (row, _)) => *row,
        };
        self.mistake_at(start, column, message)
    }

    fn mistake_at(&self, start: usize, column: usize, message: &str) -> Mistake {
        match &self.origin {
            Origin::Text(text, delimiter, _) => {
                text.mistake(field(&text.text, start, *delimiter, column), message)
            }
            Origin::Sheet(file, sheet, (_, first)) => {
                let cell = format!("{}{}", letters(first + column), start + 1);
                let message = format!("cell {cell} of sheet `{sheet}`: {message}");
                Mistake::file(file, message).at(Place::File(file.clone()))
            }
        }
    }

    /// How a person finds a row: `line 7`, or `row 7` of a sheet.
    pub fn row_name(&self, row: usize) -> String {
        match &self.origin {
            Origin::Text(text, ..) => format!("line {}", text.line_of(self.rows[row].start)),
            Origin::Sheet(..) => format!("row {}", self.rows[row].start + 1),
        }
    }

    /// Mistakes of the header: names that stand there twice.
    pub fn duplicate_columns(&self) -> Sort {
        let mut sort = Sort::new(self.file(), "columns whose name is taken");
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (column, name) in self.header.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if let Some(first) = seen.insert(name, column) {
                let message = format!("column {} is called `{name}` too", first + 1);
                let advice = "give each column a name of its own";
                sort.add(|| self.header_mistake(column, &message).help(advice));
            }
        }
        sort
    }
}

/// The bytes of field `index` of the record that starts at byte `start`, without its quotation
/// marks and surrounding blanks; the end of the record when it has fewer fields.
pub fn field(text: &str, start: usize, delimiter: u8, index: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let mut from = start;
    for _ in 0..index {
        let end = field_end(bytes, from, delimiter);
        if bytes.get(end) != Some(&delimiter) {
            return end..end;
        }
        from = end + 1;
    }
    trimmed(text, from..field_end(bytes, from, delimiter))
}

fn field_end(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    let mut quoted = false;
    for (i, &byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => return i,
            _ if byte == delimiter && !quoted => return i,
            _ => {}
        }
    }
    bytes.len()
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let whole = &text[range.clone()];
    let inner = whole.trim_start();
    let start = range.start + whole.len() - inner.len();
    start..start + inner.trim_end().len()
}

/// The letters of a sheet's column, from 0: A, …, Z, AA, ….
fn letters(column: usize) -> String {
    let last = char::from(b'A' + u8::try_from(column % 26).expect("a remainder of 26"));
    if column < 26 { last.to_string() } else { letters(column / 26 - 1) + &last.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_sheet_have_letters() {
        let names: Vec<String> = [0, 25, 26, 51, 52, 701, 702].map(letters).to_vec();
        assert_eq!(names, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn fields_are_found_behind_quotation_marks() {
        let text = "a,b\n\"x, \"\"y\"\"\", 3 ,z\n";
        assert_eq!(&text[field(text, 4, b',', 0)], "\"x, \"\"y\"\"\"");
        assert_eq!(&text[field(text, 4, b',', 1)], "3");
        assert_eq!(&text[field(text, 4, b',', 2)], "z");
        assert_eq!(field(text, 4, b',', 9), 20..20);
    }
}
