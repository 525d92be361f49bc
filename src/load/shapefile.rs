//! Shapefiles: the polygons of a .shp, the attributes of its .dbf, in the encoding that its .cpg
//! says, UTF-8 without one.

use crate::load::text::read as read_bytes;
use crate::mistake::{Checked, Mistake, suggest};
use shapefile::dbase::encoding::DynEncoding;
use shapefile::dbase::{FieldValue, ReaderBuilder, Record};
use shapefile::{Shape, ShapeReader};
use std::io::{Cursor, ErrorKind};
use std::path::Path;

type Ring = Vec<(f64, f64)>;

/// The name of each shape, from the column `unit`, and its rings: none where it is no polygon.
pub(super) fn read(file: &Path, unit: &str) -> Checked<Vec<(Option<String>, Vec<Ring>)>> {
    let unreadable = |file: &Path, why: String| {
        let message = format!("this file cannot be read: {why}");
        Mistake::file(file, message).help("a shapefile is a .shp and a .dbf of one name")
    };
    let shapes = ShapeReader::new(Cursor::new(read_bytes(file)?))
        .and_then(ShapeReader::read)
        .map_err(|error| unreadable(file, reason(&error)))?;
    let table = file.with_extension("dbf");
    let records = records(&table, encoding(file)?).map_err(|why| unreadable(&table, why))?;
    if records.len() != shapes.len() {
        let message = format!("{} rows of {} shapes", records.len(), shapes.len());
        let help = "the .dbf belongs to another .shp, or one of them is cut short";
        return Err(Mistake::file(&table, message).help(help).into());
    }
    if let Some(first) = records.first()
        && first.get(unit).is_none()
    {
        let message = format!("there is no column `{unit}`");
        let mut known: Vec<&str> = first.as_ref().keys().map(String::as_str).collect();
        known.sort_unstable();
        return Err(Mistake::file(&table, message).help(suggest(unit, known)).into());
    }
    let names = records.iter().map(|record| record.get(unit).and_then(name));
    Ok(names.zip(shapes.iter().map(rings)).collect())
}

fn reason(error: &shapefile::Error) -> String {
    match error {
        shapefile::Error::IoError(e) if e.kind() == ErrorKind::UnexpectedEof => {
            "it ends in the middle of a shape, it may be cut short".to_owned()
        }
        error => error.to_string(),
    }
}

fn records(table: &Path, encoding: DynEncoding) -> Result<Vec<Record>, String> {
    let bytes = read_bytes(table).map_err(|mistakes| mistakes.to_string())?;
    let mut reader = ReaderBuilder::new()
        .with_encoding(encoding)
        .build(Cursor::new(bytes))
        .map_err(|error| error.to_string())?;
    reader.read().map_err(|error| error.to_string())
}

/// What the .cpg says.
fn encoding(file: &Path) -> Checked<DynEncoding> {
    let page = file.with_extension("cpg");
    let said = if page.is_file() { read_bytes(&page)? } else { Vec::new() };
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let name = if said.is_empty() { "UTF-8" } else { &said };
    // Some write the number of the code page only.
    let named = DynEncoding::from_name(name);
    named.or_else(|| DynEncoding::from_name(&format!("windows-{name}"))).ok_or_else(|| {
        let message = format!("`{name}` is no encoding that is known");
        Mistake::file(&page, message).help("for example UTF-8 or GBK").into()
    })
}

fn name(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::Character(Some(text)) => {
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        }
        FieldValue::Numeric(Some(number)) => Some(number.to_string()),
        FieldValue::Float(Some(number)) => Some(number.to_string()),
        FieldValue::Integer(number) => Some(number.to_string()),
        FieldValue::Double(number) => Some(number.to_string()),
        _ => None,
    }
}

fn rings(shape: &Shape) -> Vec<Ring> {
    let rings: Vec<Ring> = match shape {
        Shape::Polygon(polygon) => polygon
            .rings()
            .iter()
            .map(|ring| ring.points().iter().map(|p| (p.x, p.y)).collect())
            .collect(),
        Shape::PolygonM(polygon) => polygon
            .rings()
            .iter()
            .map(|ring| ring.points().iter().map(|p| (p.x, p.y)).collect())
            .collect(),
        Shape::PolygonZ(polygon) => polygon
            .rings()
            .iter()
            .map(|ring| ring.points().iter().map(|p| (p.x, p.y)).collect())
            .collect(),
        _ => Vec::new(),
    };
    let finite = |ring: &Ring| ring.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    rings.into_iter().filter(|ring| ring.len() > 2 && finite(ring)).collect()
}
