//! Weights: which of the ways to make them a definition takes, and whether its keys go with it.

use super::{Resolver, at, repeats};
use crate::ident::{KeyPath, Located, VarName};
use crate::model::weighting::{Bandwidth, DistanceKernel, DistanceRule, Metric};
use crate::model::{Isolates, Normalisation, RegionWeights, WeightsFormat};
use crate::spec::raw::{ExtraUnits, RawWeights, Text};
use crate::spec::weights::{
    ColumnMeans, PolygonsSpec, Space, WeightsSource, WeightsSpec, mark_changing,
};
use std::collections::BTreeMap;
use std::path::Path;

/// A way to make a matrix: the keys that choose it, and all that go with it.
struct Way {
    /// One of these chooses it.
    chosen_by: &'static [&'static str],
    /// These may be said beside it.
    with: &'static [&'static str],
}

const FILE: usize = 0;
const CONTIGUITY: usize = 1;
const SUM: usize = 2;
const PRODUCT: usize = 3;
const ORDER: usize = 4;
const DISTANCE: usize = 5;

const WAYS: [Way; 6] = [
    Way { chosen_by: &["file"], with: &["format", "names", "asymmetric", "extra_units"] },
    Way { chosen_by: &["contiguity"], with: &["polygons", "unit", "tolerance", "extra_units"] },
    Way { chosen_by: &["sum"], with: &["shares"] },
    Way { chosen_by: &["product"], with: &[] },
    Way { chosen_by: &["of"], with: &["order", "cumulative"] },
    Way {
        chosen_by: &["neighbours", "within", "inverse_power", "kernel", "economic", "gravity"],
        with: &[
            "points",
            "polygons",
            "unit",
            "x",
            "y",
            "distance",
            "symmetric",
            "bandwidth",
            "years",
            "each_period",
            "extra_units",
        ],
    },
];

const WHAT: &str = "a GAL or CSV file, or what W is made of: `contiguity`, `neighbours`, `within`, \
                    `inverse_power`, `kernel`, `economic`, `gravity`, `sum`, `product` or `of`";

/// The keys that are said, but for those that all weights have.
fn said(raw: &RawWeights) -> Vec<&'static str> {
    let keys = [
        ("file", raw.file.is_some()),
        ("format", raw.format.is_some()),
        ("names", raw.names.is_some()),
        ("polygons", raw.polygons.is_some()),
        ("points", raw.points.is_some()),
        ("unit", raw.unit.is_some()),
        ("contiguity", raw.contiguity.is_some()),
        ("tolerance", raw.tolerance.is_some()),
        ("x", raw.x.is_some()),
        ("y", raw.y.is_some()),
        ("distance", raw.distance.is_some()),
        ("neighbours", raw.neighbours.is_some()),
        ("symmetric", raw.symmetric.is_some()),
        ("within", raw.within.is_some()),
        ("inverse_power", raw.inverse_power.is_some()),
        ("kernel", raw.kernel.is_some()),
        ("bandwidth", raw.bandwidth.is_some()),
        ("economic", raw.economic.is_some()),
        ("gravity", raw.gravity.is_some()),
        ("years", raw.years.is_some()),
        ("each_period", raw.each_period.is_some()),
        ("sum", raw.sum.is_some()),
        ("shares", raw.shares.is_some()),
        ("product", raw.product.is_some()),
        ("of", raw.of.is_some()),
        ("order", raw.order.is_some()),
        ("cumulative", raw.cumulative.is_some()),
        ("asymmetric", raw.asymmetric.is_some()),
        ("extra_units", raw.extra_units.is_some()),
    ];
    keys.into_iter().filter(|(_, said)| *said).map(|(key, _)| key).collect()
}

impl Resolver<'_> {
    pub(super) fn weights(&mut self) -> BTreeMap<String, WeightsSpec> {
        let mut weights = BTreeMap::new();
        for (name, raw) in &self.raw.weights {
            let place = at(&["weights", name]);
            if let Some(spec) = self.one_weights(raw, &place) {
                weights.insert(name.clone(), spec);
            }
        }
        self.refuse_circles_of_weights(&mut weights);
        mark_changing(&mut weights);
        weights
    }

    fn one_weights(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSpec> {
        let source = self.source_of_weights(raw, place);
        let links = self.links(&raw.links, &place.join("links"));
        let without_links = self.links(&raw.without_links, &place.join("without_links"));
        Some(WeightsSpec {
            source: source?,
            label: raw.label.clone(),
            normalise: raw.normalise.unwrap_or(Normalisation::Row),
            isolates: raw.isolates.unwrap_or(Isolates::Error),
            regions: raw.regions.unwrap_or(RegionWeights::Renormalise),
            asymmetric: raw.asymmetric.unwrap_or(false),
            drop_extra_units: matches!(raw.extra_units, Some(ExtraUnits::Drop)),
            links,
            without_links,
            changes: false,
            at: place.clone(),
        })
    }

    fn source_of_weights(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSource> {
        let said = said(raw);
        let chooses = |way: &Way| said.iter().copied().find(|key| way.chosen_by.contains(key));
        let chosen: Vec<(usize, &str)> =
            WAYS.iter().enumerate().filter_map(|(i, way)| Some((i, chooses(way)?))).collect();
        let &[(way, chooser)] = chosen.as_slice() else {
            return self.no_single_way(&chosen, &said, place);
        };
        let goes = |key: &&&str| WAYS[way].chosen_by.contains(key) || WAYS[way].with.contains(key);
        let strangers: Vec<&str> = said.iter().filter(|key| !goes(key)).copied().collect();
        for key in strangers {
            let text = format!("`{key}` does not go with `{chooser}`");
            self.wrong(&place.join(key), text, "take one of them out");
        }
        match way {
            FILE => self.file_of_links(raw, place),
            CONTIGUITY => self.contiguity(raw, place),
            SUM => self.sum(raw, place),
            PRODUCT => {
                let names = raw.product.clone().unwrap_or_default();
                Some(WeightsSource::Product(self.parts(&names, &place.join("product"))?))
            }
            ORDER => self.higher_order(raw, place),
            DISTANCE => self.distance(raw, place),
            _ => unreachable!("there are six ways"),
        }
    }

    /// What is said of weights that say nothing, or several things, of what they are made of.
    fn no_single_way(
        &mut self,
        chosen: &[(usize, &str)],
        said: &[&str],
        place: &KeyPath,
    ) -> Option<WeightsSource> {
        let keys: Vec<&str> = WAYS.iter().flat_map(|way| way.chosen_by).copied().collect();
        match chosen {
            [] if keys.iter().any(|key| self.reported(&place.join(key))) => {}
            [] if said.contains(&"polygons") => {
                let text = "nothing says which of these polygons are neighbours";
                let help = "add contiguity = \"queen\" or \"rook\", or for their centroids \
                            `neighbours`, `within`, `inverse_power` or `kernel`";
                self.wrong(&place.join("polygons"), text, help);
            }
            [] if said.iter().any(|key| ["points", "x", "y"].contains(key)) => {
                let text = "nothing says which of these points are neighbours";
                let help = "add `neighbours`, `within`, `inverse_power` or `kernel`";
                self.wrong(place, text, help);
            }
            [] => {
                self.required(None::<String>, &place.join("file"), WHAT);
            }
            several => {
                let names: Vec<String> =
                    several.iter().map(|(_, key)| format!("`{key}`")).collect();
                let text = format!("these weights are made in several ways: {}", names.join(", "));
                let help = "declare a matrix for each, and join them with `sum` or `product`";
                self.wrong(place, text, help);
            }
        }
        None
    }

    fn file_of_links(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSource> {
        let file = raw.file.clone()?;
        let format = raw.format.or_else(|| self.format_of(&file, place))?;
        self.refuse_periods_in_folder(&file, &place.join("file"));
        let at = place.join("names");
        if raw.names.is_some() && format != WeightsFormat::Mtx {
            let text = "only a Matrix Market file has no names of units";
            self.wrong(&at, text, "take `names` out");
        }
        Some(WeightsSource::File {
            file: self.path(&file, &place.join("file")),
            format,
            names: raw.names.as_ref().map(|names| self.path(names, &at)),
        })
    }

    fn format_of(&mut self, file: &str, place: &KeyPath) -> Option<WeightsFormat> {
        let extension = Path::new(file).extension().map(|e| e.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("gal") => return Some(WeightsFormat::Gal),
            Some("gwt") => return Some(WeightsFormat::Gwt),
            Some("mtx") => return Some(WeightsFormat::Mtx),
            Some(_) | None => {}
        }
        let at = place.join("format");
        if !self.reported(&at) {
            let text = format!("the name `{file}` does not tell the format of the weights");
            let help = "add format = \"gal\", \"matrix\" or \"edges\"";
            self.wrong(&place.join("file"), text, help);
        }
        None
    }

    /// The column of units where a definition does not name it.
    fn unit_of(&self, raw: &RawWeights, place: &KeyPath) -> Located<String> {
        match &raw.unit {
            Some(unit) => Located::new(unit.clone(), place.join("unit")),
            None => {
                let unit = self.raw.data.unit.clone().unwrap_or_default();
                Located::new(unit, at(&["data", "unit"]))
            }
        }
    }

    fn polygons(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<PolygonsSpec> {
        let at = place.join("polygons");
        let file = self.required(raw.polygons.clone(), &at, "a GeoJSON file or a shapefile")?;
        Some(PolygonsSpec { file: self.path(&file, &at), unit: self.unit_of(raw, place) })
    }

    fn contiguity(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSource> {
        let tolerance = raw.tolerance.unwrap_or(0.0);
        if !(tolerance.is_finite() && tolerance >= 0.0) {
            let text = format!("{tolerance} is no tolerance");
            let help = "expected 0 or a small distance in the units of the coordinates";
            self.wrong(&place.join("tolerance"), text, help);
        }
        let polygons = self.polygons(raw, place)?;
        Some(WeightsSource::Contiguity { polygons, contiguity: raw.contiguity?, tolerance })
    }

    fn distance(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSource> {
        let rule = self.rule(raw, place);
        let space = self.space_of_weights(raw, place);
        let years = raw.years.as_ref().and_then(|years| self.years(years, &place.join("years")));
        let means = |column: &String, key: &str| ColumnMeans {
            variable: Located::new(VarName::new(column.as_str()), place.join(key)),
            years: years.clone(),
            each_period: raw.each_period.unwrap_or(false),
        };
        let masses = raw.gravity.as_ref().map(|column| means(column, "gravity"));
        if raw.years.is_some() && raw.economic.is_none() && raw.gravity.is_none() {
            let text = "`years` goes with `economic` or `gravity`";
            self.wrong(&place.join("years"), text, "take it out");
        }
        if raw.each_period.is_some() {
            let at = place.join("each_period");
            if raw.economic.is_none() && raw.gravity.is_none() {
                let text = "`each_period` goes with `economic` or `gravity`";
                self.wrong(&at, text, "take it out");
            }
            if raw.years.is_some() {
                let text =
                    "`each_period` takes the value of each period, and `years` a mean over some";
                self.wrong(&at, text, "take one of them out");
            }
        }
        if masses.is_some() && !matches!(rule, Some(DistanceRule::Inverse { .. })) {
            let text = "gravity multiplies inverse distances";
            self.wrong(&place.join("gravity"), text, "take `kernel` out, or `gravity`");
        }
        let space = match &raw.economic {
            Some(column) => Some(Space::Column(means(column, "economic"))),
            None => space,
        };
        Some(WeightsSource::Distance { space: space?, rule: rule?, masses })
    }

    fn space_of_weights(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<Space> {
        if raw.economic.is_some() {
            let beside = [
                ("points", raw.points.is_some()),
                ("polygons", raw.polygons.is_some()),
                ("unit", raw.unit.is_some()),
                ("x", raw.x.is_some()),
                ("y", raw.y.is_some()),
                ("distance", raw.distance.is_some()),
                ("extra_units", raw.extra_units.is_some()),
            ];
            for (key, _) in beside.into_iter().filter(|(_, said)| *said) {
                let text = format!(
                    "`{key}` does not go with `economic`, whose distances are those of a column"
                );
                let help = "for both, declare two matrices and join them with `sum` or `product`";
                self.wrong(&place.join(key), text, help);
            }
            return None;
        }
        let metric = raw.distance.unwrap_or(Metric::Sphere);
        if raw.polygons.is_some() {
            for (key, said) in
                [("points", raw.points.is_some()), ("x", raw.x.is_some()), ("y", raw.y.is_some())]
            {
                if said {
                    let text = format!(
                        "`{key}` does not go with `polygons`, whose centroids are the points"
                    );
                    self.wrong(&place.join(key), text, "take one of them out");
                }
            }
            return Some(Space::Centroids(self.polygons(raw, place)?, metric));
        }
        let (x_at, y_at) = (place.join("x"), place.join("y"));
        let x = self.required(
            raw.x.clone(),
            &x_at,
            "the column of longitudes, or of first coordinates",
        );
        let y = self.required(
            raw.y.clone(),
            &y_at,
            "the column of latitudes, or of second coordinates",
        );
        let points = place.join("points");
        if raw.points.is_none() && raw.extra_units.is_some() {
            let text = "the points of the data have no other units than the data";
            self.wrong(&place.join("extra_units"), text, "take it out");
        }
        Some(Space::Points {
            file: raw.points.as_ref().map(|file| self.path(file, &points)),
            unit: self.unit_of(raw, place),
            x: Located::new(x?, x_at),
            y: Located::new(y?, y_at),
            metric,
        })
    }

    fn rule(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<DistanceRule> {
        let within = self.above_zero(raw.within, &place.join("within"));
        let bandwidth = self.above_zero(raw.bandwidth, &place.join("bandwidth"));
        let power = self.above_zero(raw.inverse_power, &place.join("inverse_power"));
        if raw.neighbours == Some(0) {
            let at = place.join("neighbours");
            self.wrong(&at, "a unit has at least one neighbour", "expected 1 or more");
            return None;
        }
        let neighbours = raw.neighbours;
        let inverse = power.is_some() || raw.economic.is_some() || raw.gravity.is_some();
        let refuse = |resolver: &mut Self, key: &str, said: bool, why: &str| {
            if said {
                resolver.wrong(&place.join(key), format!("`{key}` {why}"), "take one of them out");
            }
        };
        if let Some(kernel) = raw.kernel {
            let why = "does not go with `kernel`";
            refuse(self, "inverse_power", raw.inverse_power.is_some(), why);
            refuse(self, "symmetric", raw.symmetric.is_some(), why);
            let bandwidth = match (bandwidth, neighbours) {
                (Some(h), None) => Bandwidth::Fixed(h),
                (None, Some(k)) => Bandwidth::Adaptive(k),
                (Some(_), Some(_)) => {
                    refuse(self, "neighbours", true, "is the bandwidth in place of `bandwidth`");
                    return None;
                }
                (None, None) => {
                    let at = place.join("bandwidth");
                    self.required(
                        None::<f64>,
                        &at,
                        "a distance, or `neighbours`, which it reaches",
                    );
                    return None;
                }
            };
            if within.is_some() && kernel != DistanceKernel::Gaussian {
                let why = "cuts off a kernel that ends at its bandwidth";
                refuse(self, "within", true, why);
            }
            return Some(DistanceRule::Kernel { kernel, bandwidth, within });
        }
        refuse(self, "bandwidth", raw.bandwidth.is_some(), "goes with `kernel`");
        if inverse {
            refuse(self, "symmetric", raw.symmetric.is_some(), "goes with `neighbours` alone");
            // The power was refused above when it was said and is not there.
            let power = power.or_else(|| raw.inverse_power.is_none().then_some(1.0))?;
            return Some(DistanceRule::Inverse { power, within, neighbours });
        }
        match (neighbours, within) {
            (Some(neighbours), None) => {
                let symmetric = raw.symmetric.unwrap_or(false);
                Some(DistanceRule::Nearest { neighbours, symmetric })
            }
            (None, Some(limit)) => {
                refuse(self, "symmetric", raw.symmetric.is_some(), "goes with `neighbours`");
                Some(DistanceRule::Within(limit))
            }
            (Some(_), Some(_)) => {
                let why = "and `neighbours` both say who is a neighbour";
                refuse(self, "within", true, why);
                None
            }
            // What chose this way was refused above.
            (None, None) => None,
        }
    }

    /// A finite number above zero.
    fn above_zero(&mut self, value: Option<f64>, at: &KeyPath) -> Option<f64> {
        let value = value?;
        if value.is_finite() && value > 0.0 {
            return Some(value);
        }
        self.wrong(at, format!("{value} is not above zero"), "expected a number above zero");
        None
    }

    fn sum(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSource> {
        let names = raw.sum.clone().unwrap_or_default();
        let parts = self.parts(&names, &place.join("sum"))?;
        let equal = vec![1.0 / parts.len() as f64; parts.len()];
        let shares = raw.shares.clone().unwrap_or(equal);
        let at = place.join("shares");
        if shares.len() != parts.len() {
            let text = format!("{} shares of {} matrices", shares.len(), parts.len());
            self.wrong(&at, text, "give each matrix of `sum` a share");
            return None;
        }
        for (i, share) in shares.iter().enumerate() {
            self.above_zero(Some(*share), &at.join(i));
        }
        Some(WeightsSource::Sum(parts.into_iter().zip(shares).collect()))
    }

    /// Names of other matrices, two at least.
    fn parts(&mut self, names: &[String], place: &KeyPath) -> Option<Vec<Located<String>>> {
        for i in repeats(names) {
            let text = format!("`{}` is listed twice", names[i]);
            self.wrong(&place.join(i), text, "list each matrix once");
        }
        if names.len() < 2 {
            let help = "list two at least: [\"contiguity\", \"distance\"]";
            self.wrong(place, "this takes several matrices", help);
            return None;
        }
        let mut parts = Vec::new();
        for (i, name) in names.iter().enumerate() {
            let at = place.join(i);
            if self.declared("weights matrix", "weights", name, &at) {
                parts.push(Located::new(name.clone(), at));
            }
        }
        (parts.len() == names.len()).then_some(parts)
    }

    fn higher_order(&mut self, raw: &RawWeights, place: &KeyPath) -> Option<WeightsSource> {
        let name = raw.of.clone()?;
        let at = place.join("of");
        let order = raw.order.unwrap_or(2);
        if order < 2 {
            let text = format!("neighbours of order {order} are not neighbours of neighbours");
            self.wrong(&place.join("order"), text, "expected 2 or more");
        }
        if !self.declared("weights matrix", "weights", &name, &at) {
            return None;
        }
        let cumulative = raw.cumulative.unwrap_or(false);
        Some(WeightsSource::Order { of: Located::new(name, at), order, cumulative })
    }

    /// A matrix may not be made of itself, at any remove; what is left out with one that is wrong is
    /// left out too.
    fn refuse_circles_of_weights(&mut self, weights: &mut BTreeMap<String, WeightsSpec>) {
        let mut whole: Vec<String> = Vec::new();
        loop {
            let ready = |spec: &WeightsSpec| {
                spec.source.parts().iter().all(|part| whole.contains(&part.value))
            };
            let next = weights.iter().find(|(name, spec)| !whole.contains(name) && ready(spec));
            let Some((name, _)) = next else { break };
            whole.push(name.clone());
        }
        let open: Vec<&String> = weights.keys().filter(|name| !whole.contains(name)).collect();
        let in_circle = |start: &str| {
            let mut reached: Vec<&str> = vec![start];
            let mut next = 0;
            while next < reached.len() {
                let spec = weights.get(reached[next]);
                for part in spec.iter().flat_map(|spec| spec.source.parts()) {
                    if part.value == start {
                        return true;
                    }
                    if !reached.contains(&part.value.as_str()) {
                        reached.push(&part.value);
                    }
                }
                next += 1;
            }
            false
        };
        let circular: Vec<&String> = open.into_iter().filter(|name| in_circle(name)).collect();
        if let Some(first) = circular.first() {
            let names: Vec<String> = circular.iter().map(|name| format!("`{name}`")).collect();
            let text = format!("weights are made of each other in a circle: {}", names.join(", "));
            let help = "a matrix is made of others that do not need it";
            self.wrong(&at(&["weights", first]), text, help);
        }
        weights.retain(|name, _| whole.contains(name));
    }

    fn links(&mut self, raw: &[Vec<Text>], place: &KeyPath) -> Vec<Located<(String, String)>> {
        let mut links = Vec::new();
        for (i, pair) in raw.iter().enumerate() {
            let at = place.join(i);
            match pair.as_slice() {
                [a, b] if a != b => {
                    links.push(Located::new((a.0.clone(), b.0.clone()), at));
                }
                [a, _] => {
                    let text = format!("`{}` is linked to itself", a.0);
                    self.wrong(&at, text, "a link joins two different units");
                }
                _ => {
                    let text = format!("a link joins two units, not {}", pair.len());
                    self.wrong(&at, text, "for example [\"Hainan\", \"Guangdong\"]");
                }
            }
        }
        links
    }
}
