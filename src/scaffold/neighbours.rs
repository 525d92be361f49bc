//! Files beside the data → weights that fit its units.

use crate::ident::{KeyPath, Located, UnitId, UnitIndex};
use crate::load::links;
use crate::model::{Isolates, Normalisation, RegionWeights, WeightsFormat};
use crate::spec::{WeightsSource, WeightsSpec};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A file of weights, and what must be said so that it fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitting {
    /// The file.
    pub file: PathBuf,
    /// Its format.
    pub format: WeightsFormat,
    /// Links lead one way only.
    pub asymmetric: bool,
    /// It knows units that the data do not have.
    pub extra_units: bool,
    /// Some units have no neighbour.
    pub isolates: bool,
}

/// Those of the files that hold weights between `units`, in the order of their names.
pub(super) fn fitting(units: &BTreeSet<String>, files: &[PathBuf]) -> Vec<Fitting> {
    let units = units.iter().cloned().map(UnitId).collect();
    let Ok(units) = UnitIndex::new(units) else { return Vec::new() };
    files.iter().filter_map(|file| fits(file, &units)).collect()
}

fn fits(file: &Path, units: &UnitIndex) -> Option<Fitting> {
    let ending = file.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    let formats: &[WeightsFormat] = match ending.as_str() {
        "gal" => &[WeightsFormat::Gal],
        "gwt" => &[WeightsFormat::Gwt],
        "csv" | "tsv" => &[WeightsFormat::Matrix, WeightsFormat::Edges],
        _ => &[],
    };
    for &format in formats {
        for (asymmetric, drop_extra_units) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let spec = weights(file, format, asymmetric, drop_extra_units);
            let named = links::read(file, format, None);
            let Ok(named) = named else { continue };
            if links::mutual(&named, &spec).is_err() {
                continue;
            }
            let Ok(joined) = links::join(&named, &spec, units) else { continue };
            // A file of other units fits as well once they are all dropped.
            if joined.links.is_empty() {
                continue;
            }
            return Some(Fitting {
                file: file.to_path_buf(),
                format,
                asymmetric,
                extra_units: drop_extra_units,
                isolates: links::check_isolates(&joined, &spec).is_err(),
            });
        }
    }
    None
}

fn weights(
    file: &Path,
    format: WeightsFormat,
    asymmetric: bool,
    drop_extra_units: bool,
) -> WeightsSpec {
    let at = KeyPath::root();
    WeightsSpec {
        source: WeightsSource::File {
            file: Located::new(file.to_path_buf(), at.clone()),
            format,
            names: None,
        },
        label: None,
        normalise: Normalisation::Row,
        isolates: Isolates::Error,
        regions: RegionWeights::Renormalise,
        asymmetric,
        drop_extra_units,
        links: Vec::new(),
        without_links: Vec::new(),
        changes: false,
        at,
    }
}
