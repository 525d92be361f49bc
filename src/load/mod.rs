//! Files → panels and links. Every mistake of a file is collected, with its line.
//!
//! | file | what it does |
//! |---|---|
//! | `text` | bytes → text: encodings, missing files, places in a text |
//! | `table` | a header and rows of cells, each with its place, whatever the format |
//! | `csv` | CSV → table |
//! | `sheet` | XLSX, XLS, XLSB, ODS → table |
//! | `number` | cell → number, or the reason why it is none |
//! | `panel` | table → panel: keys, periods, columns |
//! | `gal`, `gwt`, `mtx`, `matrix`, `edges` | weights files → links between the names they use |
//! | `links` | those names → the units of the panel |
//! | `polygons` | GeoJSON or a shapefile → outlines and the names they use |
//! | `geojson`, `shapefile` | features with polygons |
//! | `points` | a table → points and the names they use |
//! | `map` | GeoJSON or a table of tiles → where the units are |
//! | `printed` | tables and statements of a text, in long form |
//! | `provenance` | what the data say of themselves |

pub mod csv;
pub mod edges;
pub mod gal;
mod geojson;
pub mod gwt;
pub mod links;
pub mod map;
pub mod matrix;
pub mod mtx;
pub mod number;
pub mod panel;
pub mod points;
pub mod polygons;
pub mod printed;
pub mod provenance;
mod shapefile;
pub mod sheet;
pub mod table;
pub mod text;

use crate::mistake::{Mistake, Place};
use std::path::{Path, PathBuf};

/// How many mistakes of one sort are shown before the rest is only counted.
pub const SHOWN: usize = 10;

/// Mistakes of one sort: the first [`SHOWN`] in full, the rest as a number.
#[derive(Debug)]
pub struct Sort {
    file: PathBuf,
    what: &'static str,
    shown: Vec<Mistake>,
    more: usize,
}

impl Sort {
    /// A sort of mistakes in `file`; `what` completes "and 317 more …".
    pub fn new(file: &Path, what: &'static str) -> Self {
        Self { file: file.to_path_buf(), what, shown: Vec::new(), more: 0 }
    }

    /// Counts a mistake, and keeps it if few came before. `make` runs only when it is kept.
    pub fn add(&mut self, make: impl FnOnce() -> Mistake) {
        if self.shown.len() < SHOWN {
            self.shown.push(make());
        } else {
            self.more += 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.shown.is_empty()
    }

    /// The mistakes shown, and one that counts the others.
    pub fn into_vec(mut self) -> Vec<Mistake> {
        if self.more > 0 {
            let rest = format!("and {} more {}", self.more, self.what);
            let place = Place::File(self.file.clone());
            self.shown.push(Mistake::file(self.file, rest).at(place));
        }
        self.shown
    }
}

/// All mistakes of several sorts, in the order given.
pub fn collect(sorts: impl IntoIterator<Item = Sort>) -> Vec<Mistake> {
    sorts.into_iter().flat_map(Sort::into_vec).collect()
}
