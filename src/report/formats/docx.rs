//! Word: a document of one table. The template lays out its text as WordprocessingML (ECMA-376,
//! part 1, 17); around it stand fixed parts, so that the same table gives the same bytes.
//!
//! Decimal points stand in line by a decimal tab stop in every cell of numbers, which Word applies
//! in tables without a tab character. Columns are wide enough for their widest entry, and the
//! letters become smaller where the table would leave the page.

use crate::drawing::xml::escape;
use crate::report::Content;
use crate::report::formats::Layout;
use crate::report::formats::plain::{Shown, width};
use crate::report::formats::view::{PageView, TableView};
use crate::report::table::{Align, Entry, Table};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A document that Word and LibreOffice open.
#[derive(Debug, Clone, Copy)]
pub struct Docx;

impl Layout for Docx {
    fn name(&self) -> &'static str {
        "docx"
    }

    fn extension(&self) -> &'static str {
        "docx"
    }

    fn templates(&self) -> &'static [(&'static str, &'static str)] {
        &[("table.docx.jinja", include_str!("../../../templates/table.docx.jinja"))]
    }

    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn entry(&self, entry: &Entry, align: Align) -> String {
        let shown = Shown::of(entry, align);
        escape(&format!("{}{}", shown.whole, shown.rest))
    }

    fn arrange(&self, view: &mut TableView, table: &Table) {
        view.page = page(view, table);
        let measures = view.columns.iter().zip(&view.page.columns);
        let stops = measures.map(|(column, &room)| {
            let twips = |tenths: u32| tenths * view.page.font * DIGIT / 10;
            let (whole, rest) = (twips(column.whole_width), twips(column.rest_width));
            let inside = room.saturating_sub(2 * MARGIN);
            inside.saturating_sub(whole + rest) / 2 + whole
        });
        let stops: Vec<u32> = stops.collect();
        for (column, stop) in view.columns.iter_mut().zip(stops) {
            column.spec = stop.to_string();
        }
    }

    fn pack(&self, text: String) -> Content {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default());
        let parts = FIXED_PARTS.iter().copied().chain([("word/document.xml", text.as_str())]);
        for (name, part) in parts {
            archive.start_file(name, options).expect("names differ, and memory takes every file");
            archive.write_all(part.as_bytes()).expect("writing to memory cannot fail");
        }
        let whole = archive.finish().expect("writing to memory cannot fail");
        Content::Bytes(whole.into_inner())
    }
}

/// Width of a digit in twips for each half-point of the font: half an em, as in Times.
const DIGIT: u32 = 5;

/// The same with room to spare, for fonts that are wider.
const ROOMY: u32 = 6;

/// Twips between a cell's border and its text.
const MARGIN: u32 = 60;

/// Sizes of the letters in half-points: as a rule, and at least.
const FONTS: (u32, u32) = (18, 10);

/// The widest column of row labels in twips; longer labels are broken.
const WIDEST_STUB: u32 = 3_400;

/// Twips between the margins of an A4 page, upright and turned.
const ROOM: (u32, u32) = (9_638, 14_570);

/// How wide columns are, and how large the letters.
fn page(view: &TableView, table: &Table) -> PageView {
    let room = if view.latex.landscape { ROOM.1 } else { ROOM.0 };
    let mut font = FONTS.0;
    loop {
        let (stub, columns) = measures(view, table, font);
        let total = stub + columns.iter().sum::<u32>();
        if total <= room || font <= FONTS.1 {
            let beside = room.saturating_sub(total) / 2;
            return PageView { font, stub, columns, total, beside };
        }
        font -= 1;
    }
}

/// Widths of the row labels and of the columns, in twips.
fn measures(view: &TableView, table: &Table, font: u32) -> (u32, Vec<u32>) {
    let twips = |tenths: u32| tenths * font * ROOMY / 10 + 2 * MARGIN;
    let labels = table.rows().map(|row| width(&row.label)).chain([width(&table.stub)]);
    let stub = twips(labels.max().unwrap_or(0)).clamp(600, WIDEST_STUB);
    let mut columns: Vec<u32> = view.columns.iter().map(|c| twips(c.width.max(50))).collect();
    for level in &table.heads {
        let mut first = 0;
        for head in level {
            let under = &mut columns[first..first + head.span];
            let missing = twips(width(&head.label)).saturating_sub(under.iter().sum());
            let span = u32::try_from(head.span).unwrap_or(1).max(1);
            under.iter_mut().for_each(|column| *column += missing.div_ceil(span));
            first += head.span;
        }
    }
    (stub, columns)
}

/// What every document has beside its text.
const FIXED_PARTS: &[(&str, &str)] = &[
    (
        "[Content_Types].xml",
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            "\n",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
            r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
            r#"<Default Extension="xml" ContentType="application/xml"/>"#,
            r#"<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>"#,
            r#"<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>"#,
            "</Types>"
        ),
    ),
    (
        "_rels/.rels",
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            "\n",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
            r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>"#,
            "</Relationships>"
        ),
    ),
    (
        "word/_rels/document.xml.rels",
        concat!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
            "\n",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
            r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/>"#,
            "</Relationships>"
        ),
    ),
    ("word/styles.xml", include_str!("styles.xml")),
];
