//! CSV → table. Quoted fields, a byte order mark, either line end and blank lines are fine; a row
//! with more or fewer cells than the header is not.

use crate::load::table::{Origin, Row, Table, field};
use crate::load::text::Text;
use crate::load::{Sort, collect};
use crate::mistake::{Checked, Mistake, Mistakes};
use ::csv::{ReaderBuilder, StringRecord};
use std::path::Path;

/// Reads a table with a header row. Tabs separate the cells of a `.tsv` file.
pub fn read(text: Text) -> Checked<Table> {
    let delimiter = delimiter(&text.file);
    let mut rows = records(&text, delimiter)?.into_iter();
    let header = rows.next().ok_or_else(|| Mistake::file(&text.file, "this file is empty"))?;
    let rows: Vec<Row> = rows.collect();
    let ragged = ragged(&text, delimiter, &header, &rows);
    if rows.is_empty() {
        return Err(Mistake::file(&text.file, "there is a header, but no row below it").into());
    }
    let origin = Origin::Text(text, delimiter, header.start);
    Mistakes::unless_empty(collect([ragged]), Table { header: header.cells, rows, origin })
}

/// The delimiter that the ending of the file's name promises.
pub fn delimiter(file: &Path) -> u8 {
    if file.extension().is_some_and(|e| e == "tsv") { b'\t' } else { b',' }
}

/// All records of a text, blank lines left out, cells trimmed.
pub fn records(text: &Text, delimiter: u8) -> Checked<Vec<Row>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.text.as_bytes());
    let mut rows = Vec::new();
    let mut cells = StringRecord::new();
    loop {
        let before = offset(reader.position().byte());
        match reader.read_record(&mut cells) {
            Ok(true) => {}
            Ok(false) => return Ok(rows),
            Err(error) => return Err(Mistake::file(&text.file, error.to_string()).into()),
        }
        let breaks = text.text[before..].bytes().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        cells.trim();
        if cells.iter().any(|c| !c.is_empty()) {
            rows.push(Row { cells: cells.clone(), start: before + breaks });
        }
    }
}

fn offset(byte: u64) -> usize {
    usize::try_from(byte).expect("the text is in memory")
}

/// Rows that do not have as many cells as the header.
fn ragged(text: &Text, delimiter: u8, header: &Row, rows: &[Row]) -> Sort {
    let mut sort = Sort::new(&text.file, "rows with another number of cells than the header");
    let expected = header.cells.len();
    let first = rows.first().map_or(expected, |row| row.cells.len());
    if first > expected && rows.len() > 1 && rows.iter().all(|row| row.cells.len() == first) {
        let at = field(&text.text, header.start, delimiter, 0);
        let message = format!("the header has {}, every row has {first}", cells(expected));
        let advice = "the header lacks the name of a column, such as that of R's row names";
        sort.add(|| text.mistake(at, message).help(advice));
        return sort;
    }
    for row in rows.iter().filter(|row| row.cells.len() != expected) {
        sort.add(|| ragged_row(text, delimiter, expected, row));
    }
    sort
}

fn cells(count: usize) -> String {
    if count == 1 { "one cell".to_owned() } else { format!("{count} cells") }
}

fn ragged_row(text: &Text, delimiter: u8, expected: usize, row: &Row) -> Mistake {
    if let Some(unclosed) = row.cells.iter().position(|cell| cell.contains('\n')) {
        let start = field(&text.text, row.start, delimiter, unclosed).start;
        let message = "the quotation mark that is opened here is not closed in this row";
        return text.mistake(start..start + 1, message).help("close it, or remove it");
    }
    let found = row.cells.len();
    let at = field(&text.text, row.start, delimiter, found.min(expected));
    let message = format!("this row has {}, the header has {expected}", cells(found));
    text.mistake(at, message).help(if row.cells.iter().skip(expected).any(|c| !c.is_empty()) {
        "a cell that holds a comma, such as \"1,234\", must stand in quotation marks"
    } else if found > expected {
        "the row ends with a comma too many"
    } else {
        "an empty cell still needs its comma"
    })
}

/// Refuses a table whose cells are separated by something else than commas.
pub fn separated(table: &Table) -> Checked<()> {
    let [header] = table.header.iter().collect::<Vec<&str>>()[..] else { return Ok(()) };
    let advice = match header {
        h if h.contains(';') => "save it with commas (and with decimal points)",
        h if h.contains('\t') => "save it with commas, or name the file .tsv",
        h if h.contains('|') => "save it with commas",
        _ => return Ok(()),
    };
    let message = "this header has one cell only: cells are separated by commas";
    Err(table.header_mistake(0, message).help(advice).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Checked<Table> {
        read(Text::new(Path::new("a.csv"), text.to_owned()))
    }

    #[test]
    fn lines_are_counted_rightly_with_either_end_and_blank_lines() {
        for text in ["u,t\r\n\r\nA,1\r\nB,2\r\n", "\n\nu,t\n\"A\nA\",1\nB,2"] {
            let table = table(text).expect("sound");
            assert_eq!(table.header, vec!["u", "t"]);
            let last = text.lines().position(|l| l.starts_with('B')).expect("there") + 1;
            assert_eq!(table.row_name(1), format!("line {last}"));
        }
    }

    #[test]
    fn ragged_rows_are_named_with_what_was_expected() {
        let mistakes = table("u,t,x\nA,1\nB,2,3,4\n").expect_err("ragged");
        assert_eq!(
            mistakes.to_string(),
            "a.csv:2:4: this row has 2 cells, the header has 3\n\
             a.csv:3:7: this row has 4 cells, the header has 3"
        );
    }
}
