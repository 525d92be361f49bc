//! GeoJSON or a table of tiles → where the units are.
//!
//! Coordinates are kept as they are, longitude and latitude in degrees, and stored with the results:
//! figures are drawn again without the file. So that this stays small, files of very many points
//! are refused.

use crate::ident::{UnitIndex, content_hash};
use crate::load::geojson::{self, property};
use crate::load::table::Table;
use crate::load::text::{Text, read as read_bytes};
use crate::load::{Sort, collect, table};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::spec::figures::MapSpec;
use crate::store::figures::{Area, AreaShape, Geometry};
use std::collections::BTreeSet;
use std::path::Path;

/// Most points of all polygons together.
const MOST_POINTS: usize = 100_000;

/// The areas of a file; which of them are units is not known yet.
pub fn read(spec: &MapSpec) -> Checked<Geometry> {
    let file = &spec.file.value;
    let bytes = read_bytes(file)?;
    let hash = content_hash(&bytes);
    let areas = if spec.is_tiles() {
        tiles(&table::read(file, bytes, None)?, spec)?
    } else {
        polygons(&Text::decode(file, bytes)?, spec)?
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Geometry { file: name, hash, areas })
}

/// The areas with those marked that are units. Every unit has one.
pub fn join(mut map: Geometry, spec: &MapSpec, units: &UnitIndex) -> Checked<Geometry> {
    let names: BTreeSet<&str> = units.as_slice().iter().map(|unit| unit.0.as_str()).collect();
    for area in &mut map.areas {
        area.unit = names.contains(area.name.as_str());
    }
    let drawn: Vec<&str> = map.areas.iter().map(|area| area.name.as_str()).collect();
    let mut sort = Sort::new(&spec.file.value, "units that the map does not have");
    for unit in names.iter().filter(|unit| !drawn.contains(unit)) {
        sort.add(|| {
            let message = format!("the map has no area whose `{}` is `{unit}`", spec.unit.value);
            Mistake::spec(&spec.unit.at, message).help(suggest(unit, drawn.iter().copied()))
        });
    }
    Mistakes::unless_empty(collect([sort]), map)
}

/// Two areas of one name would be one unit twice.
fn distinct(file: &Path, areas: Vec<Area>) -> Checked<Vec<Area>> {
    let mut seen = BTreeSet::new();
    let mut sort = Sort::new(file, "areas whose name is taken");
    for area in &areas {
        if !seen.insert(&area.name) {
            let help = "a unit with several parts is one feature with a MultiPolygon";
            sort.add(|| Mistake::file(file, format!("`{}` is there twice", area.name)).help(help));
        }
    }
    Mistakes::unless_empty(collect([sort]), areas)
}

fn tiles(table: &Table, spec: &MapSpec) -> Checked<Vec<Area>> {
    let column = |name: &str| {
        table.column(name).ok_or_else(|| {
            let message = format!("there is no column `{name}`");
            let help =
                "a table of tiles has the columns `row` and `column`, and that of `map.unit`";
            table.header_mistake(0, &message).help(help)
        })
    };
    let (unit, row, place) = (column(&spec.unit.value)?, column("row")?, column("column")?);
    let label = spec.label.as_ref().map(|label| column(&label.value)).transpose()?;
    let mut areas = Vec::new();
    let mut sort = Sort::new(table.file(), "cells that are no whole number");
    for i in 0..table.rows.len() {
        let mut whole = |column: usize| match table.cell(i, column).parse::<i32>() {
            Ok(number) => number,
            Err(_) => {
                sort.add(|| table.mistake(i, column, "a whole number was expected"));
                0
            }
        };
        let (row, column) = (whole(row), whole(place));
        let name = table.cell(i, unit).to_owned();
        let label = label.map_or_else(|| name.clone(), |label| table.cell(i, label).to_owned());
        areas.push(Area { name, label, unit: false, shape: AreaShape::Tile { row, column } });
    }
    Mistakes::unless_empty(collect([sort]), ())?;
    distinct(table.file(), areas)
}

fn polygons(text: &Text, spec: &MapSpec) -> Checked<Vec<Area>> {
    let features = geojson::features(text)?;
    let mut areas = Vec::new();
    let mut sort = Sort::new(&text.file, "features that cannot be drawn");
    let mut points = 0;
    for (i, feature) in features.into_iter().enumerate() {
        let properties = feature.properties.clone().unwrap_or_default();
        let name = property(&properties, &spec.unit.value);
        let label = spec.label.as_ref().map(|label| property(&properties, &label.value));
        let (Some(name), None | Some(Some(_))) = (&name, &label) else {
            let lacks = match (&name, &spec.label) {
                (Some(_), Some(label)) => &label.value,
                _ => &spec.unit.value,
            };
            sort.add(|| {
                let message = format!("feature {} has no property `{lacks}`", i + 1);
                let known = properties.keys().map(String::as_str);
                Mistake::file(&text.file, message).help(suggest(lacks, known))
            });
            continue;
        };
        let rings = feature.rings();
        points += rings.iter().map(Vec::len).sum::<usize>();
        let label = label.flatten().unwrap_or_else(|| name.clone());
        areas.push(Area { name: name.clone(), label, unit: false, shape: AreaShape::Rings(rings) });
    }
    Mistakes::unless_empty(collect([sort]), ())?;
    if points > MOST_POINTS {
        let message = format!("the polygons have {points} points, at most {MOST_POINTS} are kept");
        let help = "simplify them, for instance with `mapshaper -simplify 10%`";
        return Err(Mistake::file(&text.file, message).help(help).into());
    }
    distinct(&text.file, areas)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{KeyPath, Located};

    fn spec() -> MapSpec {
        let at = KeyPath::root();
        let place = |text: &str| Located::new(text.to_owned(), at.clone());
        MapSpec {
            file: Located::new("map.geojson".into(), at.clone()),
            unit: place("name"),
            label: None,
        }
    }

    fn areas(text: &str) -> Checked<Vec<Area>> {
        polygons(&Text::new(Path::new("map.geojson"), text.to_owned()), &spec())
    }

    #[test]
    fn polygons_with_holes_and_parts_are_rings() {
        let square = "[[0,0],[1,0],[1,1],[0,0]]";
        let feature = |name: &str, shape: &str| {
            format!(r#"{{"type":"Feature","properties":{{"name":"{name}"}},"geometry":{shape}}}"#)
        };
        let one =
            feature("a", &format!(r#"{{"type":"Polygon","coordinates":[{square},{square}]}}"#));
        let two = feature(
            "b",
            &format!(r#"{{"type":"MultiPolygon","coordinates":[[{square}],[{square}]]}}"#),
        );
        let areas = areas(&format!(r#"{{"type":"FeatureCollection","features":[{one},{two}]}}"#));
        let counts: Vec<usize> = areas
            .unwrap()
            .iter()
            .map(|area| match &area.shape {
                AreaShape::Rings(rings) => rings.len(),
                AreaShape::Tile { .. } => 0,
            })
            .collect();
        assert_eq!(counts, [2, 2]);
    }

    #[test]
    fn what_is_no_map_is_refused_with_its_place() {
        let said =
            areas("{\"type\": \"FeatureCollection\",\n \"features\": 3}").unwrap_err().to_string();
        assert!(said.starts_with("map.geojson:2:"), "{said}");
        let said =
            areas(r#"{"features":[{"properties":{"nom":"a"},"geometry":null}]}"#).unwrap_err();
        assert!(said.to_string().contains("no property `name`"), "{said}");
    }
}
