//! Replicates for users: a Parquet file with a row for each replicate that could be fitted.
//!
//! Columns: `replicate`, the number of its random stream from 0 (INT64); then for each estimate its
//! name, and `se:` with the name for its standard error (DOUBLE). Numbers that are left out of
//! `replicate` could not be fitted. Only functions of the coefficients, `derived:NAME`, have missing
//! values (null), where they do not exist in a replicate that could be fitted. Not compressed: the digits of
//! replicates are random. The bytes do not depend on how the replicates were cut into blocks.

use super::replicates::{Distribution, Facts, Heading, Tiles};
use super::whole::{make_readable, temporary_in};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::model::Term;
use parquet::basic::{Repetition, Type as Physical};
use parquet::data_type::{DoubleType, Int64Type};
use parquet::errors::Result as Written;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::NamedTempFile;

/// Rows of a row group: what is held until it is written.
const ROWS: usize = 32_768;

/// A Parquet file in the making.
pub struct ParquetFile {
    path: PathBuf,
    lanes: usize,
    terms: usize,
    writer: SerializedFileWriter<NamedTempFile>,
    numbers: Vec<i64>,
    /// By column: a value and a standard error for each term.
    columns: Vec<Vec<f64>>,
    /// Terms that may be missing.
    optional: Vec<bool>,
}

impl std::fmt::Debug for ParquetFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path.display())
    }
}

impl ParquetFile {
    /// Begins the file that will be at `path`.
    pub fn begin(path: &Path, heading: &Heading, facts: Facts) -> Checked<Self> {
        Self::try_begin(path, heading, facts).map_err(|e| unwritable(path, &e))
    }

    fn try_begin(path: &Path, heading: &Heading, facts: Facts) -> Written<Self> {
        let folder = path.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let column = |name: &str, kind: Physical, optional: bool| {
            let repetition = if optional { Repetition::OPTIONAL } else { Repetition::REQUIRED };
            let column = Type::primitive_type_builder(name, kind);
            column.with_repetition(repetition).build().map(Arc::new)
        };
        let is_function = |term: &String| matches!(Term::parse(term), Term::Derived(_));
        let optional: Vec<bool> = heading.terms.iter().map(is_function).collect();
        let mut fields = vec![column("replicate", Physical::INT64, false)?];
        for (term, &optional) in heading.terms.iter().zip(&optional) {
            fields.push(column(term, Physical::DOUBLE, optional)?);
            fields.push(column(&format!("se:{term}"), Physical::DOUBLE, optional)?);
        }
        let schema = Type::group_type_builder("replicates").with_fields(fields).build()?;
        let facts = facts.into_iter().map(|(name, fact)| KeyValue::new(name, fact)).collect();
        let properties = WriterProperties::builder()
            .set_created_by(format!("spanel {}", env!("CARGO_PKG_VERSION")))
            .set_dictionary_enabled(false)
            .set_key_value_metadata(Some(facts))
            .build();
        let file = temporary_in(folder)?;
        Ok(Self {
            path: path.to_owned(),
            lanes: heading.lanes,
            terms: heading.terms.len(),
            writer: SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?,
            numbers: Vec::with_capacity(ROWS),
            columns: vec![Vec::with_capacity(ROWS); 2 * heading.terms.len()],
            optional,
        })
    }

    /// Writes the rows that are held.
    fn flush(&mut self) -> Written<()> {
        if self.numbers.is_empty() {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        if let Some(mut column) = group.next_column()? {
            column.typed::<Int64Type>().write_batch(&self.numbers, None, None)?;
            column.close()?;
        }
        for (pair, &optional) in self.columns.chunks_exact(2).zip(&self.optional) {
            // One that does not exist has a standard error of 0.
            let there: Vec<i16> = pair[1].iter().map(|s| i16::from(*s != 0.0)).collect();
            for values in pair {
                let Some(mut column) = group.next_column()? else { continue };
                let doubles = column.typed::<DoubleType>();
                if optional {
                    let of = values.iter().zip(&there).filter(|(_, there)| **there == 1);
                    let values: Vec<f64> = of.map(|(v, _)| *v).collect();
                    doubles.write_batch(&values, Some(&there), None)?;
                } else {
                    doubles.write_batch(values, None, None)?;
                }
                column.close()?;
            }
        }
        self.columns.iter_mut().for_each(Vec::clear);
        group.close()?;
        self.numbers.clear();
        Ok(())
    }

    fn try_add(&mut self, tiles: &Tiles<'_>, count: usize) -> Written<()> {
        let width = 2 * self.terms * self.lanes;
        for (b, _) in tiles.good.iter().take(count).enumerate().filter(|(_, good)| **good) {
            self.numbers.push((tiles.first + b as u64) as i64);
            let (tile, lane) = (b / self.lanes, b % self.lanes);
            let numbers = &tiles.numbers[tile * width..(tile + 1) * width];
            for (column, values) in self.columns.iter_mut().enumerate() {
                // Values lie before standard errors; columns alternate.
                let row = column / 2 + column % 2 * self.terms;
                values.push(numbers[row * self.lanes + lane]);
            }
            if self.numbers.len() == ROWS {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn try_finish(mut self) -> Written<()> {
        self.flush()?;
        let file = self.writer.into_inner()?;
        make_readable(&file)?;
        file.persist(&self.path).map_err(|e| e.error)?;
        Ok(())
    }
}

impl Distribution for ParquetFile {
    fn add(&mut self, tiles: &Tiles<'_>, count: usize) -> Checked<()> {
        self.try_add(tiles, count).map_err(|e| unwritable(&self.path, &e))
    }

    fn finish(self: Box<Self>) -> Checked<()> {
        let path = self.path.clone();
        self.try_finish().map_err(|e| unwritable(&path, &e))
    }
}

fn unwritable(path: &Path, e: &dyn std::fmt::Display) -> Mistakes {
    Mistake::unwritten(path, e).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    fn heading() -> Heading {
        Heading { key: "k".to_owned(), terms: vec!["x".to_owned(), "rho".to_owned()], lanes: 2 }
    }

    /// Tiles of two replicates: x, then ρ, then their standard errors.
    fn tiles(first: u64, end: u64) -> Tiles<'static> {
        let good = (first..end).map(|b| b != 2).collect();
        let of = |b: u64| b as f64;
        let numbers = (first / 2..end / 2)
            .flat_map(|tile| {
                [0.0, 100.0, 0.25, 100.25]
                    .map(|part| [2 * tile, 2 * tile + 1].map(|b| of(b) + part))
            })
            .flatten()
            .collect();
        Tiles { first, good, numbers }
    }

    fn write(path: &Path, blocks: &[(u64, u64)]) {
        let facts = vec![("spanel.cell".to_owned(), "c".to_owned())];
        let mut file = ParquetFile::begin(path, &heading(), facts).unwrap();
        for &(first, end) in blocks {
            file.add(&tiles(first, end), (end.min(7) - first) as usize).unwrap();
        }
        assert!(!path.exists());
        Box::new(file).finish().unwrap();
    }

    #[test]
    fn rows_are_the_replicates_that_could_be_fitted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        write(&path, &[(0, 8)]);
        let file = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        let schema = file.metadata().file_metadata().schema_descr_ptr();
        let names: Vec<&str> = schema.columns().iter().map(|c| c.name()).collect();
        assert_eq!(names, ["replicate", "x", "se:x", "rho", "se:rho"]);
        let rows: Vec<(i64, [f64; 4])> = file
            .get_row_iter(None)
            .unwrap()
            .map(|row| {
                let row = row.unwrap();
                (row.get_long(0).unwrap(), [1, 2, 3, 4].map(|i| row.get_double(i).unwrap()))
            })
            .collect();
        let want = [0, 1, 3, 4, 5, 6].map(|b| {
            let v = b as f64;
            (b, [v, v + 0.25, v + 100.0, v + 100.25])
        });
        assert_eq!(rows, want);
    }

    #[test]
    fn a_function_that_does_not_exist_in_a_replicate_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.parquet");
        let heading = Heading { terms: vec!["derived:x".to_owned()], ..heading() };
        let mut file = ParquetFile::begin(&path, &heading, Vec::new()).unwrap();
        let numbers = vec![1.5, 0.0, 0.25, 0.0].into();
        file.add(&Tiles { first: 0, good: vec![true; 2].into(), numbers }, 2).unwrap();
        Box::new(file).finish().unwrap();
        let file = SerializedFileReader::new(std::fs::File::open(&path).unwrap()).unwrap();
        let rows: Vec<String> =
            file.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        let row = |b: usize, v: &str, s: &str| {
            format!("{{replicate: {b}, derived:x: {v}, se:derived:x: {s}}}")
        };
        assert_eq!(rows, [row(0, "1.5", "0.25"), row(1, "null", "null")]);
    }

    #[test]
    fn bytes_do_not_depend_on_blocks() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
        write(&one, &[(0, 8)]);
        write(&other, &[(0, 2), (2, 6), (6, 8)]);
        assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap());
    }
}
