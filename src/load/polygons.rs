//! Polygons of a file → outlines and the names of their units.

use crate::load::geojson::{self, property};
use crate::load::links::{Named, Origin};
use crate::load::text::{Text, read as read_bytes};
use crate::load::{Sort, collect, shapefile};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::spec::weights::{PolygonsSpec, is_shapefile};
use crate::weights::contiguity::Outline;
use std::collections::BTreeMap;
use std::path::Path;

type Ring = Vec<(f64, f64)>;

/// The units that a file of polygons names, and their outlines. Units with several parts are one
/// feature.
pub fn read(spec: &PolygonsSpec) -> Checked<(Named, Vec<Outline>)> {
    let file = &spec.file.value;
    let unit = spec.unit.value.as_str();
    let features = if is_shapefile(file) {
        shapefile::read(file, unit)?
    } else {
        let text = Text::decode(file, read_bytes(file)?)?;
        let mut sort = Sort::new(file, "features without the name of a unit");
        let mut all = Vec::new();
        for (i, feature) in geojson::features(&text)?.into_iter().enumerate() {
            let properties = feature.properties.clone().unwrap_or_default();
            let name = property(&properties, unit);
            if name.is_none() {
                sort.add(|| {
                    let message = format!("feature {} has no property `{unit}`", i + 1);
                    let known = properties.keys().map(String::as_str);
                    Mistake::file(file, message).help(suggest(unit, known))
                });
            }
            all.push((name, feature.rings()));
        }
        Mistakes::unless_empty(collect([sort]), all)?
    };
    of_features(file, unit, features)
}

fn of_features(
    file: &Path,
    unit: &str,
    features: Vec<(Option<String>, Vec<Ring>)>,
) -> Checked<(Named, Vec<Outline>)> {
    let mut sorts = [
        Sort::new(file, "features without the name of a unit"),
        Sort::new(file, "features whose name is taken"),
        Sort::new(file, "features without a polygon"),
    ];
    if features.is_empty() {
        let help = "expected a feature for each unit";
        return Err(Mistake::file(file, "this file has no features").help(help).into());
    }
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let (mut names, mut outlines) = (Vec::new(), Vec::new());
    for (i, (name, rings)) in features.into_iter().enumerate() {
        let number = i + 1;
        let Some(name) = name else {
            let message = format!("feature {number} has no `{unit}`");
            sorts[0].add(|| Mistake::file(file, message).help("each feature names its unit"));
            continue;
        };
        if let Some(before) = first.insert(name.clone(), number) {
            let message = format!("features {before} and {number} are both `{name}`");
            let help = "a unit with several parts is one feature with a MultiPolygon";
            sorts[1].add(|| Mistake::file(file, message).help(help));
        }
        if rings.is_empty() {
            let message = format!("feature {number}, `{name}`, has no polygon");
            let help = "expected a Polygon or a MultiPolygon, with rings of three places at least";
            sorts[2].add(|| Mistake::file(file, message).help(help));
        }
        names.push(name);
        outlines.push(Outline(rings));
    }
    Mistakes::unless_empty(collect(sorts), ())?;
    Ok((Named::units(names, Origin::Features(file.to_path_buf())), outlines))
}
