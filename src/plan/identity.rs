//! The content address of a cell.

use super::{Cell, Function, JointTest};
use crate::ident::{CellId, Located, Period, Seed, VarName, short_hash};
use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::model::change::{Change, Placebo, TailRule};
use crate::model::protocol::Protocol;
use crate::model::splits::{Coefficients, RegionEquality, Threshold};
use crate::model::unit_roots::{Divisor, LagChoice, Trend, UnitRootTest};
use crate::model::weighting::{Contiguity, DistanceRule, Metric};
use crate::model::wild_cluster::WildCluster;
use crate::model::{Bootstrap, Model, Randomisation};
use crate::spec::UnitRootsSpec;
use crate::spec::figures::FigureKind;
use crate::spec::weights::{ColumnMeans, PolygonsSpec, Space};
use crate::spec::{MoranSpec, RegionUnits, Spec, WeightsSource};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a cell's identity is made of: what is asked, by content. No name that a user may change
/// without changing the question.
#[derive(Serialize)]
struct Canonical<'a> {
    model: &'a Model,
    region: CanonicalRegion<'a>,
    weights: CanonicalWeights<'a>,
    /// Those of the spatial error; absent, and so without a trace, where they are the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_weights: Option<CanonicalWeights<'a>>,
    skip: usize,
    extras: &'a Extras<'a>,
    /// What derived columns are made of, those they are made of included.
    derived: BTreeMap<&'a VarName, String>,
    years: Option<(Period, Period)>,
    missing: &'static str,
    missing_codes: &'a [String],
    seed: Seed,
    /// What a variant changes; absent, and so without a trace, where nothing is changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<CanonicalChange<'a>>,
}

/// A change by what it does to this cell: regions by their units, columns that are in the model.
#[derive(Serialize)]
struct CanonicalChange<'a> {
    years: Option<(Period, Period)>,
    units: &'a BTreeSet<String>,
    regions: BTreeSet<CanonicalRegion<'a>>,
    periods: &'a BTreeSet<Period>,
    /// The rule, the share, the columns.
    tails: Option<(TailRule, f64, BTreeSet<VarName>)>,
    placebo: Option<Placebo>,
    draw: Option<u32>,
}

fn canonical_change<'s>(spec: &'s Spec, change: &'s Change, model: &Model) -> CanonicalChange<'s> {
    let without = &change.without;
    let tails = change.tails.as_ref();
    CanonicalChange {
        years: change.years,
        units: &without.units,
        regions: without.regions.iter().map(|name| canonical_region(spec, name)).collect(),
        periods: &without.periods,
        tails: tails.map(|t| (t.rule, t.share, t.columns_of(model).into_iter().collect())),
        placebo: change.placebo,
        draw: change.draw,
    }
}

/// What is done beside the fit.
#[derive(Serialize)]
struct Extras<'a> {
    /// Bootstraps.
    pub bootstraps: &'a [Bootstrap],
    /// Groups of tests.
    pub tests: &'a [String],
    /// Randomisation tests; cells without any have the identity they had before there were some.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub randomisations: &'a [Randomisation],
    /// Functions of the coefficients: name and function. The name is what records call it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<(&'a str, String)>,
    /// Joint tests: name and what is zero.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wald: Vec<(&'a str, Vec<String>)>,
    /// Whether effects are of every unit too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unit_effects: bool,
    /// Their bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_bootstrap: Option<&'a Bootstrap>,
    /// Regions whose coefficients are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_equality: Option<SplitRegions<'a>>,
    /// A threshold that is looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threshold: Option<&'a Threshold>,
    /// How t of the measure is drawn again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wild_cluster: Option<&'a WildCluster>,
    /// The sequence of decisions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
}

/// Regions whose coefficients are compared: names, which records call them by, and units.
#[derive(Serialize)]
struct SplitRegions<'a> {
    regions: Vec<(&'a str, CanonicalRegion<'a>)>,
    of: Coefficients,
}

fn split_regions<'a>(spec: &'a Spec, equal: &'a RegionEquality) -> SplitRegions<'a> {
    let regions = equal.regions.iter().map(|name| (name.as_str(), canonical_region(spec, name)));
    SplitRegions { regions: regions.collect(), of: equal.of }
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
enum CanonicalRegion<'a> {
    All,
    Listed(Vec<&'a str>),
    ByColumn(&'a str, Vec<&'a str>),
}

#[derive(Serialize)]
struct CanonicalWeights<'a> {
    /// Of a file of links.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<CanonicalSource<'a>>,
    normalise: crate::model::Normalisation,
    regions: crate::model::RegionWeights,
    links: Vec<&'a (String, String)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without_links: Vec<&'a (String, String)>,
}

/// What weights are made of that no file holds.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum CanonicalSource<'a> {
    /// File, name of the units, what touching is, tolerance.
    Contiguity(String, &'a str, Contiguity, f64),
    /// Of what, what a distance is worth, masses.
    Distance(CanonicalSpace<'a>, DistanceRule, Option<CanonicalMeans<'a>>),
    Sum(Vec<(CanonicalWeights<'a>, f64)>),
    Product(Vec<CanonicalWeights<'a>>),
    /// The matrix, steps, whether fewer count.
    Order(Box<CanonicalWeights<'a>>, u32, bool),
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum CanonicalSpace<'a> {
    /// File, if it is not the data's, columns of units and coordinates.
    Points(Option<String>, [&'a str; 3], Metric),
    /// File, name of the units.
    Centroids(String, &'a str, Metric),
    Column(CanonicalMeans<'a>),
}

/// Column, years, whether it is the value of each period.
type CanonicalMeans<'a> = (&'a VarName, Option<(Period, Period)>, bool);

fn sorted(names: &[Located<String>]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(|n| n.value.as_str()).collect();
    names.sort_unstable();
    names
}

/// The definitions that the columns of `model` and a threshold rest on, printed.
fn derived<'s>(
    spec: &'s Spec,
    model: &Model,
    threshold: Option<&Threshold>,
) -> BTreeMap<&'s VarName, String> {
    let instruments = &model.instruments.columns;
    let regressors = model.regressors.iter().chain(instruments);
    let regressors = regressors.map(|regressor| regressor.variable.clone());
    let beside = threshold.map(|threshold| threshold.variable.clone());
    let coordinates = model.std_errors.coordinates().map(|(x, y)| [x.clone(), y.clone()]);
    let beside = beside.into_iter().chain(coordinates.into_iter().flatten());
    let mut open: Vec<VarName> = regressors.chain([model.response.clone()]).chain(beside).collect();
    let mut found = BTreeMap::new();
    while let Some(name) = open.pop() {
        let Some((name, variable)) = spec.variables.get_key_value(&name) else { continue };
        if let Some(expr) = &variable.expr
            && !found.contains_key(name)
        {
            found.insert(name, expr.value.to_string());
            open.extend(expr.value.columns());
        }
    }
    found
}

/// The name of a weights file without its folder: a cell keeps its identity on another machine.
/// What the file holds is in the hash of the record's weights. Where two files have one name, the
/// names of the weights tell them apart.
fn file_identity(spec: &Spec, weights: &str, path: &Path) -> String {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let shared = spec
        .weights
        .values()
        .flat_map(|w| w.source.files())
        .any(|file| file.value != path && file.value.file_name() == path.file_name());
    if shared { format!("{name} of {weights}") } else { name }
}

fn canonical_region<'s>(spec: &'s Spec, region: &str) -> CanonicalRegion<'s> {
    match &spec.regions[region].units {
        RegionUnits::All => CanonicalRegion::All,
        RegionUnits::Listed(units) => CanonicalRegion::Listed(sorted(units)),
        RegionUnits::ByColumn { column, values } => {
            CanonicalRegion::ByColumn(column.value.as_str(), sorted(values))
        }
    }
}

fn canonical_weights<'s>(spec: &'s Spec, name: &str) -> CanonicalWeights<'s> {
    let weights = &spec.weights[name];
    let pairs = |list: &'s [Located<(String, String)>]| {
        let mut pairs: Vec<&(String, String)> = list.iter().map(|l| &l.value).collect();
        pairs.sort_unstable();
        pairs
    };
    let file = match &weights.source {
        WeightsSource::File { file, .. } => Some(file_identity(spec, name, &file.value)),
        _ => None,
    };
    CanonicalWeights {
        file,
        made: canonical_source(spec, name),
        normalise: weights.normalise,
        regions: weights.regions,
        links: pairs(&weights.links),
        without_links: pairs(&weights.without_links),
    }
}

fn canonical_source<'s>(spec: &'s Spec, name: &str) -> Option<CanonicalSource<'s>> {
    let file = |polygons: &PolygonsSpec| file_identity(spec, name, &polygons.file.value);
    let means = |means: &'s ColumnMeans| -> CanonicalMeans<'s> {
        let years = means.years.as_ref().map(|years| years.value);
        (&means.variable.value, years, means.each_period)
    };
    let part = |part: &Located<String>| canonical_weights(spec, &part.value);
    Some(match &spec.weights[name].source {
        WeightsSource::File { .. } => return None,
        WeightsSource::Contiguity { polygons, contiguity, tolerance } => {
            let unit = &polygons.unit.value;
            CanonicalSource::Contiguity(file(polygons), unit, *contiguity, *tolerance)
        }
        WeightsSource::Distance { space, rule, masses } => {
            let space = match space {
                Space::Points { file, unit, x, y, metric } => CanonicalSpace::Points(
                    file.as_ref().map(|file| file_identity(spec, name, &file.value)),
                    [&unit.value, &x.value, &y.value],
                    *metric,
                ),
                Space::Centroids(polygons, metric) => {
                    CanonicalSpace::Centroids(file(polygons), &polygons.unit.value, *metric)
                }
                Space::Column(column) => CanonicalSpace::Column(means(column)),
            };
            CanonicalSource::Distance(space, *rule, masses.as_ref().map(means))
        }
        WeightsSource::Sum(parts) => {
            CanonicalSource::Sum(parts.iter().map(|(name, share)| (part(name), *share)).collect())
        }
        WeightsSource::Product(parts) => CanonicalSource::Product(parts.iter().map(part).collect()),
        WeightsSource::Order { of, order, cumulative } => {
            CanonicalSource::Order(Box::new(part(of)), *order, *cumulative)
        }
    })
}

/// What descriptive statistics and Moran's I rest on, beside the contents of files.
#[derive(Serialize)]
struct CanonicalSeries<'a> {
    unit: &'a VarName,
    time: &'a VarName,
    sheet: Option<&'a str>,
    derived: BTreeMap<&'a VarName, String>,
    weights: BTreeMap<&'a str, CanonicalWeights<'a>>,
    regions: BTreeMap<&'a str, CanonicalRegion<'a>>,
    /// What figures show beside cells: kind and contents of what they need; as before where none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    figures: Vec<SeriesOfFigure<'a>>,
    /// Id, variable, weights, region, permutations.
    moran: Vec<(&'a str, &'a VarName, &'a str, Option<&'a str>, u32)>,
    /// What they ask for beside Moran's I.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    autocorrelation: Vec<AutocorrelationOf<'a>>,
    /// Blocks of unit roots; as before where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unit_roots: Vec<CanonicalUnitRoots<'a>>,
    years: Option<(Period, Period)>,
    missing: &'static str,
    missing_codes: &'a [String],
    seed: Seed,
}

/// What a Moran block asks for beside Moran's I.
#[derive(Serialize)]
struct AutocorrelationOf<'a> {
    id: &'a str,
    statistics: &'a [Autocorrelation],
    with: Option<&'a VarName>,
    alternative: Alternative,
    level: f64,
    fdr: bool,
}

fn autocorrelation(spec: &Spec) -> Vec<AutocorrelationOf<'_>> {
    let asks = |m: &&MoranSpec| !m.statistics.is_empty() || !m.alternative.is_two_sided();
    fn of(m: &MoranSpec) -> AutocorrelationOf<'_> {
        AutocorrelationOf {
            id: &m.id,
            statistics: &m.statistics,
            with: m.with.as_ref().map(|with| &with.value),
            alternative: m.alternative,
            level: m.level,
            fdr: m.fdr,
        }
    }
    spec.moran.iter().filter(asks).map(of).collect()
}

/// Id, variables, tests, trend, lags, divisor, region.
type CanonicalUnitRoots<'a> =
    (&'a str, Vec<&'a VarName>, &'a [UnitRootTest], Trend, LagChoice, Divisor, Option<&'a str>);

fn canonical_unit_roots(block: &UnitRootsSpec) -> CanonicalUnitRoots<'_> {
    let variables = block.variables.iter().map(|v| &v.value).collect();
    let how = (block.trend, block.lags, block.divisor);
    (&block.id, variables, &block.tests, how.0, how.1, how.2, block.region.as_deref())
}

/// What is kept for a figure.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum SeriesOfFigure<'a> {
    /// Values of a variable in periods.
    Values(&'a VarName, Vec<Period>),
    /// A variable of a Moran block against its lag in periods.
    Scatter(&'a str, Vec<Period>),
    /// Local Moran's I of a Moran block in periods, with so many permutations.
    Local(&'a str, Vec<Period>, u32),
    /// The units of regions.
    Regions(Vec<&'a str>),
    /// File of the map, column of units, column of labels.
    Map(String, &'a str, Option<&'a str>),
}

fn series_of_figures(spec: &Spec) -> Vec<SeriesOfFigure<'_>> {
    let periods = |years: &[Located<Period>]| years.iter().map(|year| year.value).collect();
    let of_figures = spec.figures.iter().filter_map(|figure| match &figure.kind {
        FigureKind::MoranScatter(figure) => {
            Some(SeriesOfFigure::Scatter(&figure.moran, periods(&figure.years)))
        }
        FigureKind::Map(figure) => {
            Some(SeriesOfFigure::Values(&figure.variable.value, periods(&figure.years)))
        }
        FigureKind::MapRegions { regions, .. } => {
            Some(SeriesOfFigure::Regions(regions.iter().map(|r| r.value.as_str()).collect()))
        }
        FigureKind::LisaMap(figure) => {
            Some(SeriesOfFigure::Local(&figure.moran, periods(&figure.years), figure.permutations))
        }
        FigureKind::MoranYears { .. }
        | FigureKind::EffectDiagram(_)
        | FigureKind::Coefplot(_)
        | FigureKind::SpecCurve(_)
        | FigureKind::BootstrapDensity { .. }
        | FigureKind::RhoOverWeights(_)
        | FigureKind::LagPlot(_)
        | FigureKind::Profile(_) => None,
    });
    let map = spec.map.as_ref().map(|map| {
        let file = map.file.value.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let label = map.label.as_ref().map(|label| label.value.as_str());
        SeriesOfFigure::Map(file, &map.unit.value, label)
    });
    of_figures.chain(map).collect()
}

/// The identity of everything that the stored series rest on: series of another identity are not
/// those that a table of `spec` asks for.
pub fn definitions(spec: &Spec) -> String {
    let canonical = CanonicalSeries {
        unit: &spec.data.unit.value,
        time: &spec.data.time.value,
        sheet: spec.data.sheet.as_ref().map(|s| s.value.as_str()),
        derived: spec
            .variables
            .iter()
            .filter_map(|(name, v)| Some((name, v.expr.as_ref()?.value.to_string())))
            .collect(),
        weights: spec.weights.keys().map(|n| (n.as_str(), canonical_weights(spec, n))).collect(),
        regions: spec.regions.keys().map(|n| (n.as_str(), canonical_region(spec, n))).collect(),
        moran: spec
            .moran
            .iter()
            .map(|m| {
                let region = m.region.as_deref();
                (m.id.as_str(), &m.variable.value, m.weights.as_str(), region, m.permutations)
            })
            .collect(),
        autocorrelation: autocorrelation(spec),
        unit_roots: spec.unit_roots.iter().map(canonical_unit_roots).collect(),
        figures: series_of_figures(spec),
        years: spec.data.years.as_ref().map(|years| years.value),
        missing: spec.data.missing.name(),
        missing_codes: &spec.data.missing_codes,
        seed: spec.seed,
    };
    let bytes = serde_json::to_vec(&canonical)
        .expect("a structure of strings, numbers and enums always has a JSON form");
    short_hash("spanel 2026 definitions", &bytes)
}

/// The identity of a cell.
pub(super) fn identity(spec: &Spec, cell: &Cell) -> CellId {
    with_canonical(spec, cell, |canonical| {
        let bytes = serde_json::to_vec(canonical)
            .expect("a structure of strings, numbers and enums always has a JSON form");
        CellId::of(&bytes)
    })
}

/// What `cell` asks, by content: what its identity is made of.
pub fn asked(spec: &Spec, cell: &Cell) -> serde_json::Value {
    with_canonical(spec, cell, |canonical| {
        serde_json::to_value(canonical)
            .expect("a structure of strings, numbers and enums always has a JSON form")
    })
}

fn with_canonical<T>(spec: &Spec, cell: &Cell, look: impl FnOnce(&Canonical<'_>) -> T) -> T {
    let extras = Extras {
        bootstraps: &cell.bootstraps,
        tests: &cell.tests,
        randomisations: &cell.randomisations,
        derived: cell.derived.iter().map(Function::canonical).collect(),
        wald: cell.wald.iter().map(JointTest::canonical).collect(),
        unit_effects: cell.unit_effects,
        test_bootstrap: cell.test_bootstrap.as_deref(),
        region_equality: cell.region_equality.as_ref().map(|equal| split_regions(spec, equal)),
        threshold: cell.threshold.as_deref(),
        wild_cluster: cell.wild_cluster.as_deref(),
        protocol: cell.protocol,
    };
    let (model, change) = (&cell.model, &cell.change);
    look(&Canonical {
        model,
        region: canonical_region(spec, &cell.axes.region),
        weights: canonical_weights(spec, &cell.axes.weights),
        error_weights: cell.error_weights.as_ref().map(|name| canonical_weights(spec, name)),
        skip: cell.skip,
        extras: &extras,
        derived: derived(spec, model, extras.threshold),
        years: spec.data.years.as_ref().map(|years| years.value),
        missing: spec.data.missing.name(),
        missing_codes: &spec.data.missing_codes,
        seed: spec.seed,
        change: (!change.is_none()).then(|| canonical_change(spec, change, model)),
    })
}
