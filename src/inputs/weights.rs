//! Weights: what they are read from, joined with the units of the data by name; then links between
//! the units that are left after the missing-value policy.

use crate::ident::{KeyPath, Located, UnitIndex};
use crate::load::links::{self, Declared, Named};
use crate::load::points::{self, Columns};
use crate::load::{polygons, table, text};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::model::weighting::{DistanceRule, Metric};
use crate::panel::Panel;
use crate::spec::weights::{ColumnMeans, Space};
use crate::spec::{Spec, WeightsSource, WeightsSpec};
use crate::weights::contiguity::{self, Outline};
use crate::weights::distance::{self, MOST_LINKS, Made, Sites, Unmakeable};
use crate::weights::{Links, Weights, combine, order};
use std::collections::BTreeMap;

/// What the files of a matrix hold.
#[derive(Debug)]
pub(super) enum Material {
    /// Links.
    Links(Named),
    /// Polygons, in the order of the names.
    Outlines(Named, Vec<Outline>),
    /// Points, in the order of the names.
    Points(Named, Vec<(f64, f64)>),
    /// It is made of columns or of other matrices.
    Nothing,
}

/// The same, in the order of the units of the data.
#[derive(Debug)]
pub(super) struct Joined {
    what: Placed,
    declared: Declared,
}

#[derive(Debug)]
enum Placed {
    Links(Links),
    Outlines(Vec<Outline>),
    Points(Vec<(f64, f64)>),
    Nothing,
}

/// Reads the files of a matrix.
pub(super) fn read(spec: &Spec, weights: &WeightsSpec) -> Checked<Material> {
    match &weights.source {
        WeightsSource::File { file, format, names } => {
            let names = names.as_ref().map(|names| names.value.as_path());
            let named = links::read(&file.value, *format, names)?;
            Ok(Material::Links(named))
        }
        WeightsSource::Contiguity { polygons, .. }
        | WeightsSource::Distance { space: Space::Centroids(polygons, _), .. } => {
            polygons::read(polygons).map(|(named, outlines)| Material::Outlines(named, outlines))
        }
        WeightsSource::Distance { space: Space::Points { file, unit, x, y, metric }, .. } => {
            let (path, sheet) = match file {
                Some(file) => (&file.value, None),
                None => (&spec.data.file.value, spec.data.sheet.as_ref()),
            };
            let table = table::read(path, text::read(path)?, sheet)?;
            let columns = Columns { unit: &unit.value, x: &x.value, y: &y.value };
            points::read(table, columns, *metric, &spec.data.missing_codes)
                .map(|(named, points)| Material::Points(named, points))
        }
        WeightsSource::Distance { space: Space::Column(_), .. }
        | WeightsSource::Sum(_)
        | WeightsSource::Product(_)
        | WeightsSource::Order { .. } => Ok(Material::Nothing),
    }
}

/// Joins by name with the units of the data as they stand in the file.
pub(super) fn join(
    material: &Material,
    weights: &WeightsSpec,
    units: &UnitIndex,
) -> Checked<Joined> {
    let mut mistakes = Vec::new();
    let placed = match material {
        // Its declared links are joined with it.
        Material::Links(named) => {
            let links = links::join(named, weights, units)?;
            links::mutual(named, weights)?;
            return Ok(Joined { what: Placed::Links(links), declared: Declared::default() });
        }
        Material::Outlines(named, outlines) => {
            in_order(named, outlines, weights, units).map(Placed::Outlines)
        }
        Material::Points(named, points) => {
            // Units of the data file that are out of the years are no stranger's.
            let own = matches!(
                weights.source,
                WeightsSource::Distance { space: Space::Points { file: None, .. }, .. }
            );
            let lenient = WeightsSpec { drop_extra_units: true, ..weights.clone() };
            let rules = if own { &lenient } else { weights };
            in_order(named, points, rules, units).map(Placed::Points)
        }
        Material::Nothing => Ok(Placed::Nothing),
    };
    let placed = super::keep(&mut mistakes, placed);
    let declared = super::keep(&mut mistakes, Declared::of(weights, units));
    Mistakes::unless_empty(mistakes, ())?;
    Ok(Joined { what: placed.unwrap_or(Placed::Nothing), declared: declared.unwrap_or_default() })
}

fn in_order<T: Clone>(
    named: &Named,
    values: &[T],
    weights: &WeightsSpec,
    units: &UnitIndex,
) -> Checked<Vec<T>> {
    let to = links::matched(named, weights, units)?;
    let mut from = vec![0; units.len()];
    for (index, unit) in to.iter().enumerate() {
        if let Some(unit) = unit {
            from[*unit] = index;
        }
    }
    Ok(from.into_iter().map(|index| values[index].clone()).collect())
}

/// The links of every matrix that does not change among the units of `panel`, which are some of
/// `units`, and the check of those without neighbours.
pub(super) fn make(
    spec: &Spec,
    joined: &BTreeMap<&String, Joined>,
    units: &UnitIndex,
    panel: &Panel,
) -> Checked<BTreeMap<String, Links>> {
    let always = joined.iter().filter(|(name, _)| !spec.weights[**name].changes);
    make_of(spec, &always.map(|(name, joined)| (*name, joined)).collect(), units, panel)
}

/// The same of the matrices that are `joined`.
pub(super) fn make_of(
    spec: &Spec,
    joined: &BTreeMap<&String, &Joined>,
    units: &UnitIndex,
    panel: &Panel,
) -> Checked<BTreeMap<String, Links>> {
    let mut mistakes = Vec::new();
    let mut all: BTreeMap<String, Links> = BTreeMap::new();
    let mut open: Vec<&String> = joined.keys().copied().collect();
    // No circles are left in a specification: each round makes one at least, unless one that is
    // needed is wrong.
    while !open.is_empty() {
        let before = open.len();
        let mut later = Vec::new();
        for name in open {
            let weights = &spec.weights[name];
            if !weights.source.parts().iter().all(|part| all.contains_key(&part.value)) {
                later.push(name);
                continue;
            }
            let ground = Ground { spec, panel, units, made: &all };
            let links = ground.links(weights, joined[name]);
            if let Some(links) = super::keep(&mut mistakes, links) {
                super::keep(&mut mistakes, links::check_isolates(&links, weights));
                all.insert(name.clone(), links);
            }
        }
        if later.len() == before {
            break;
        }
        open = later;
    }
    Mistakes::unless_empty(mistakes, all)
}

/// What links are made on.
struct Ground<'a> {
    spec: &'a Spec,
    panel: &'a Panel,
    /// Units of the data as they stand in the file.
    units: &'a UnitIndex,
    /// Matrices that are made already.
    made: &'a BTreeMap<String, Links>,
}

impl Ground<'_> {
    fn links(&self, weights: &WeightsSpec, joined: &Joined) -> Checked<Links> {
        let kept = self.panel.units();
        if let Placed::Links(links) = &joined.what {
            return Ok(links::among(links, kept));
        }
        let made = self.made_of(weights, joined)?;
        let declared = joined.declared.among(self.units, kept);
        Ok(Links { units: kept.as_slice().to_vec(), links: declared.apply(made) })
    }

    fn made_of(&self, weights: &WeightsSpec, joined: &Joined) -> Checked<Made> {
        let n = self.panel.units().len();
        match &weights.source {
            WeightsSource::File { .. } => Ok(Made::new()),
            WeightsSource::Contiguity { contiguity, tolerance, .. } => {
                let outlines = self.left(match &joined.what {
                    Placed::Outlines(outlines) => outlines,
                    _ => &[],
                });
                let pairs = contiguity::neighbours(&outlines, *contiguity, *tolerance);
                Ok(pairs.into_iter().map(|(i, j)| (i, j, 1.0)).collect())
            }
            WeightsSource::Distance { space, rule, masses } => {
                let sites = self.sites(space, joined)?;
                let mut made = self.by_distance(&sites, *rule, &weights.at)?;
                if let Some(masses) = masses {
                    distance::with_masses(&mut made, &self.masses(masses)?);
                }
                Ok(made)
            }
            WeightsSource::Sum(parts) => {
                let parts: Checked<Vec<(Made, f64)>> = parts
                    .iter()
                    .map(|(name, share)| Ok((self.normalised(name)?, *share)))
                    .collect();
                Ok(combine::sum(&parts?))
            }
            WeightsSource::Product(parts) => {
                let parts: Vec<Made> =
                    parts.iter().map(|name| self.made[&name.value].links.clone()).collect();
                Ok(combine::product(&parts))
            }
            WeightsSource::Order { of, order, cumulative } => {
                Ok(order::higher(n, &self.made[&of.value].links, *order, *cumulative))
            }
        }
    }

    /// What belongs to the units that are left, of values in the order of the data.
    fn left<T: Clone>(&self, values: &[T]) -> Vec<T> {
        let positions = self.units.positions();
        let kept = self.panel.units().as_slice().iter();
        kept.filter_map(|unit| values.get(*positions.get(unit)?).cloned()).collect()
    }

    fn sites(&self, space: &Space, joined: &Joined) -> Checked<Sites> {
        let (points, metric) = match (space, &joined.what) {
            (Space::Column(means), _) => return Ok(Sites::line(&self.means(means)?)),
            (Space::Points { metric, .. }, Placed::Points(points)) => (self.left(points), *metric),
            (Space::Centroids(polygons, metric), Placed::Outlines(outlines)) => {
                let points: Vec<(f64, f64)> =
                    self.left(outlines).iter().map(Outline::centroid).collect();
                let off = |(x, y): &(f64, f64)| x.abs() > 180.0 || y.abs() > 90.0;
                if *metric == Metric::Sphere && points.iter().any(off) {
                    let message = "these polygons are not in degrees of longitude and latitude";
                    let help = "coordinates of a projection need distance = \"plane\"";
                    return Err(Mistake::file(&polygons.file.value, message).help(help).into());
                }
                (points, *metric)
            }
            _ => (Vec::new(), Metric::Plane),
        };
        Ok(match metric {
            Metric::Sphere => Sites::sphere(&points),
            Metric::Plane => Sites::plane(&points),
        })
    }

    fn by_distance(&self, sites: &Sites, rule: DistanceRule, at: &KeyPath) -> Checked<Made> {
        let units = self.panel.units().as_slice();
        let mut by_name: Vec<usize> = (0..units.len()).collect();
        by_name.sort_unstable_by(|&a, &b| units[a].cmp(&units[b]));
        let mut rank = vec![0; units.len()];
        by_name.iter().enumerate().for_each(|(place, &unit)| rank[unit] = place);
        distance::links(sites, &rank, rule).map_err(|why| {
            let n = units.len();
            let (text, help) = match why {
                Unmakeable::Coincide(i, j) => (
                    format!("`{}` and `{}` are at distance 0, of which there is no inverse", units[i], units[j]),
                    "correct one of them, or take `neighbours`, `within` or `kernel`".to_owned(),
                ),
                Unmakeable::TooFew => (
                    format!("there are {n} units: none has so many neighbours"),
                    format!("`neighbours` is {} at most", n.saturating_sub(1)),
                ),
                Unmakeable::NoneBeyond(i) => (
                    format!("no unit is farther from `{}` than its nearest, where its bandwidth would end", units[i]),
                    "lower `neighbours`, or set `bandwidth`".to_owned(),
                ),
                Unmakeable::TooMany => (
                    format!("these weights have more than {MOST_LINKS} links"),
                    "cut them off with `within`, or with `neighbours`".to_owned(),
                ),
            };
            Mistake::spec(at, text).help(help).into()
        })
    }

    /// The matrix as it is normalised.
    fn normalised(&self, name: &Located<String>) -> Checked<Made> {
        let (links, how) = (&self.made[&name.value], self.spec.weights[&name.value].normalise);
        let weights = Weights::new(self.panel.units(), links, how)
            .map_err(|why| Mistake::spec(&name.at, format!("weights `{}`: {why}", name.value)))?;
        Ok((0..weights.n())
            .flat_map(|i| weights.row(i).map(move |(j, w)| (i, j, w)).collect::<Made>())
            .collect())
    }

    /// The mean of a column in each unit, over the periods in which it is there.
    fn means(&self, of: &ColumnMeans) -> Checked<Vec<f64>> {
        let (units, periods) = (self.panel.units(), self.panel.periods());
        let chosen: Vec<usize> = (0..periods.len())
            .filter(|&t| {
                of.years
                    .as_ref()
                    .is_none_or(|years| (years.value.0..=years.value.1).contains(&periods[t]))
            })
            .collect();
        let at = of.years.as_ref().map_or(&of.variable.at, |years| &years.at);
        if chosen.is_empty() {
            let text = "the data have none of these periods";
            let span = match (periods.first(), periods.last()) {
                (Some(first), Some(last)) => format!("the data run from {first} to {last}"),
                _ => "the data have no period".to_owned(),
            };
            return Err(Mistake::spec(at, text).help(span).into());
        }
        if let (Some(years), Some(first), Some(last)) = (&of.years, periods.first(), periods.last())
            && (years.value.0 < *first || years.value.1 > *last)
            // What the missing-value policy dropped is said elsewhere.
            && self.panel.repairs.dropped.is_empty()
        {
            let text = format!(
                "the data have only some of these periods: they run from {first} to {last}"
            );
            let help = "name periods that the data have; `data.years` cuts others off here as well";
            return Err(Mistake::spec(at, text).help(help).into());
        }
        let column = self.panel.column(&of.variable.value).unwrap_or_default();
        let mut means = Vec::with_capacity(units.len());
        let mut mistakes = Vec::new();
        for (i, unit) in units.as_slice().iter().enumerate() {
            let values: Vec<f64> = chosen
                .iter()
                .filter_map(|t| column.get(t * units.len() + i).copied().flatten())
                .collect();
            if values.is_empty() {
                let text =
                    format!("`{unit}` has no value of `{}` in these periods", of.variable.value);
                mistakes.push(Mistake::spec(at, text).help("weights need a value for every unit"));
            }
            means.push(values.iter().sum::<f64>() / values.len().max(1) as f64);
        }
        Mistakes::unless_empty(mistakes, means)
    }

    /// The same of masses, which are positive.
    fn masses(&self, of: &ColumnMeans) -> Checked<Vec<f64>> {
        let masses = self.means(of)?;
        let named = self.panel.units().as_slice().iter().zip(&masses);
        let wrong = named.filter(|(_, mass)| **mass <= 0.0).map(|(unit, mass)| {
            let text = format!("the mean of `{}` in `{unit}` is {mass}", of.variable.value);
            Mistake::spec(&of.variable.at, text).help("gravity multiplies positive masses")
        });
        Mistakes::unless_empty(wrong.take(crate::load::SHOWN).collect(), ())?;
        Ok(masses)
    }
}
