//! XLSX, XLSM, XLSB, XLS and ODS → table. The first row with anything in it is the header.

use crate::ident::Located;
use crate::load::table::{Origin, Row, Table};
use crate::mistake::{Checked, Mistake, suggest};
use ::csv::StringRecord;
use calamine::{Data, Range, Reader, Sheets, open_workbook_auto_from_rs};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Whether the ending of a file's name is that of a workbook.
pub fn is_workbook(file: &Path) -> bool {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ["xlsx", "xlsm", "xlsb", "xls", "ods"].contains(&ending.as_str())
}

/// Reads a sheet, the first when none is named, of a workbook's bytes.
pub fn read(file: &Path, bytes: Vec<u8>, sheet: Option<&Located<String>>) -> Checked<Table> {
    // The reader is not ours, and what it is given may be anything.
    let outcome = catch_unwind(AssertUnwindSafe(|| read_cells(file, bytes, sheet)));
    let (name, cells) =
        outcome.unwrap_or_else(|_| Err(unreadable(file, "it is damaged").into()))?;
    table(file, name, &cells)
}

fn unreadable(file: &Path, why: &str) -> Mistake {
    Mistake::file(file, format!("this workbook cannot be read: {why}"))
        .help("open it in a spreadsheet program and save it again, or export the sheet as CSV")
}

fn read_cells(
    file: &Path,
    bytes: Vec<u8>,
    sheet: Option<&Located<String>>,
) -> Checked<(String, Range<Data>)> {
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|error| unreadable(file, &error.to_string()))?;
    let name = sheet_name(file, &workbook, sheet)?;
    let cells =
        workbook.worksheet_range(&name).map_err(|error| unreadable(file, &error.to_string()))?;
    Ok((name, cells))
}

fn sheet_name(
    file: &Path,
    workbook: &Sheets<Cursor<Vec<u8>>>,
    wanted: Option<&Located<String>>,
) -> Checked<String> {
    let names = workbook.sheet_names();
    let Some(wanted) = wanted else {
        let first = names.first().cloned();
        return first.ok_or_else(|| unreadable(file, "it has no sheet").into());
    };
    if names.contains(&wanted.value) {
        return Ok(wanted.value.clone());
    }
    let message = format!("{} has no sheet `{}`", file.display(), wanted.value);
    let known = suggest(&wanted.value, names.iter().map(String::as_str));
    Err(Mistake::spec(&wanted.at, message).help(known).into())
}

fn table(file: &Path, sheet: String, cells: &Range<Data>) -> Checked<Table> {
    let (top, left) = cells.start().map_or((0, 0), |(r, c)| (r as usize, c as usize));
    let mut rows = cells
        .rows()
        .enumerate()
        .filter(|(_, row)| row.iter().any(|c| !text(c).is_empty()))
        .map(|(i, row)| Row { cells: row.iter().map(text).collect(), start: top + i });
    let Some(header) = rows.next() else {
        return Err(Mistake::file(file, format!("sheet `{sheet}` is empty")).into());
    };
    let rows: Vec<Row> = rows.collect();
    if rows.is_empty() {
        let message = format!("sheet `{sheet}` has a header, but no row below it");
        return Err(Mistake::file(file, message).into());
    }
    let header_cells: StringRecord = header.cells;
    Ok(Table {
        header: header_cells,
        rows,
        origin: Origin::Sheet(file.to_path_buf(), sheet, (header.start, left)),
    })
}

/// A cell as the text that a CSV file would hold. Numbers keep every digit.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Int(value) => value.to_string(),
        Data::Float(value) => value.to_string(),
        Data::String(text) => text.trim().to_owned(),
        Data::Bool(value) => value.to_string(),
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Error(error) => error.to_string(),
    }
}
