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
        Sort::new(file, "features with a ring that encloses nothing"),
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
        if let Some(places) = rings.iter().map(|ring| different(ring)).find(|n| *n < 3) {
            let message =
                format!("feature {number}, `{name}`, has a ring of {places} different places");
            let help = "a ring encloses an area: three different places at least, the first once \
                        more at its end";
            sorts[3].add(|| Mistake::file(file, message).help(help));
        }
        names.push(name);
        outlines.push(Outline(rings));
    }
    Mistakes::unless_empty(collect(sorts), ())?;
    Ok((Named::units(names, Origin::Features(file.to_path_buf())), outlines))
}

/// How many places of a ring are different; three stand for more.
fn different(ring: &[(f64, f64)]) -> usize {
    let mut found: Vec<(f64, f64)> = Vec::with_capacity(3);
    for place in ring {
        if !found.contains(place) {
            found.push(*place);
        }
        if found.len() == 3 {
            break;
        }
    }
    found.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_there_and_back_is_refused_by_the_name_of_its_unit() {
        let square = vec![(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)];
        let line = vec![(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)];
        let of = |rings: Vec<Ring>| {
            let features = vec![(Some("Ohio".to_owned()), rings)];
            of_features(Path::new("a.geojson"), "name", features)
        };
        assert!(of(vec![square.clone()]).is_ok());
        let said = of(vec![square, line]).expect_err("a line").to_string();
        assert!(said.contains("feature 1, `Ohio`, has a ring of 2 different places"), "{said}");
    }
}
