//! GeoJSON (RFC 7946): of it only features with polygons matter here. It is read by serde, and
//! serde_json says at which line and column a file is wrong.

use crate::load::text::Text;
use crate::mistake::{Checked, Mistake};
use serde::Deserialize;
use serde_json::{Map, Value};

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

/// What a file says of one area.
#[derive(Deserialize)]
pub(super) struct Feature {
    /// Its attributes.
    #[serde(default)]
    pub(super) properties: Option<Map<String, Value>>,
    geometry: Option<Shape>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Shape {
    Polygon(Rings),
    MultiPolygon(Vec<Rings>),
}

type Rings = Vec<Vec<Vec<f64>>>;

/// The features of a FeatureCollection.
pub(super) fn features(text: &Text) -> Checked<Vec<Feature>> {
    let collection: Collection = serde_json::from_str(&text.text).map_err(|error| {
        if let Some(mistake) = other_shape(text) {
            return mistake;
        }
        let start =
            text.line_start(error.line().clamp(1, text.n_lines())) + error.column().max(1) - 1;
        let message = format!("this is no GeoJSON of polygons: {error}");
        let help = "expected a FeatureCollection whose features are Polygons or MultiPolygons";
        text.mistake(start..start + 1, message).help(help)
    })?;
    Ok(collection.features)
}

#[derive(Deserialize)]
struct Outer {
    features: Vec<OuterFeature>,
}

#[derive(Deserialize)]
struct OuterFeature {
    geometry: Option<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

/// The first feature that is a point, a line or another thing than polygons.
fn other_shape(text: &Text) -> Option<Mistake> {
    let outer: Outer = serde_json::from_str(&text.text).ok()?;
    let kinds = outer.features.iter().map(|feature| feature.geometry.as_ref());
    let (i, kind) = kinds.enumerate().find_map(|(i, geometry)| {
        let kind = &geometry?.kind;
        (!["Polygon", "MultiPolygon"].contains(&kind.as_str())).then_some((i, kind))
    })?;
    let message = format!("feature {} is a {kind}, no polygon", i + 1);
    let help = "expected a FeatureCollection whose features are Polygons or MultiPolygons";
    Some(Mistake::file(&text.file, message).help(help))
}

pub(super) fn property(properties: &Map<String, Value>, name: &str) -> Option<String> {
    match properties.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Feature {
    /// All rings of all polygons. A place that is no pair of finite numbers is left out.
    pub(super) fn rings(&self) -> Vec<Vec<(f64, f64)>> {
        let polygons = match &self.geometry {
            Some(Shape::Polygon(rings)) => std::slice::from_ref(rings),
            Some(Shape::MultiPolygon(polygons)) => polygons,
            None => &[],
        };
        let place = |p: &Vec<f64>| match p.as_slice() {
            [x, y, ..] if x.is_finite() && y.is_finite() => Some((*x, *y)),
            _ => None,
        };
        let ring = |ring: &Vec<Vec<f64>>| ring.iter().filter_map(place).collect::<Vec<_>>();
        polygons.iter().flatten().map(ring).filter(|ring| ring.len() > 2).collect()
    }
}
