//! What a weights matrix is made of.

use crate::ident::{KeyPath, Located, Period, VarName};
use crate::model::weighting::{Bandwidth, Contiguity, DistanceRule, Metric};
use crate::model::{Isolates, Normalisation, RegionWeights, WeightsFormat};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// `[weights.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct WeightsSpec {
    /// What it is made of.
    pub source: WeightsSource,
    /// Label in notes.
    pub label: Option<String>,
    /// Normalisation.
    pub normalise: Normalisation,
    /// Units without neighbours.
    pub isolates: Isolates,
    /// What a region uses.
    pub regions: RegionWeights,
    /// Whether i may list j without j listing i, in a file.
    pub asymmetric: bool,
    /// Whether units that the data do not have are dropped instead of refused.
    pub drop_extra_units: bool,
    /// Undirected links added to those there are, with weight 1.
    pub links: Vec<Located<(String, String)>>,
    /// Pairs of units whose links are taken out, both ways.
    pub without_links: Vec<Located<(String, String)>>,
    /// Whether there is a matrix for each period: a file or a mean of a column for each, or a part
    /// that changes.
    pub changes: bool,
    /// The definition itself.
    pub at: KeyPath,
}

/// What stands for the period in the name of a file of weights that change over time.
pub const OF_PERIOD: &str = "{period}";

impl WeightsSpec {
    /// Whether it has a file for each period.
    pub fn has_file_of_period(&self) -> bool {
        matches!(&self.source, WeightsSource::File { file, .. } if is_pattern(&file.value))
    }

    /// The same of one period alone.
    #[must_use]
    pub fn of_period(&self, period: Period) -> Self {
        let mut own = self.clone();
        match &mut own.source {
            WeightsSource::File { file, .. } => {
                let name = file.value.to_string_lossy().replace(OF_PERIOD, &period.to_string());
                file.value = name.into();
            }
            WeightsSource::Distance { space, masses, .. } => {
                let of_space = match space {
                    Space::Column(means) => Some(means),
                    Space::Points { .. } | Space::Centroids(..) => None,
                };
                for means in of_space.into_iter().chain(masses).filter(|means| means.each_period) {
                    let at = means.variable.at.clone();
                    means.years = Some(Located::new((period, period), at));
                }
            }
            WeightsSource::Contiguity { .. }
            | WeightsSource::Sum(_)
            | WeightsSource::Product(_)
            | WeightsSource::Order { .. } => {}
        }
        own
    }
}

fn is_pattern(file: &Path) -> bool {
    file.to_string_lossy().contains(OF_PERIOD)
}

/// The files that are there for a pattern, by name; a file that is none is itself.
fn of_pattern(file: &Path) -> Vec<PathBuf> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let Some((before, after)) = name.split_once(OF_PERIOD).filter(|_| is_pattern(file)) else {
        return vec![file.to_path_buf()];
    };
    let folder = file.parent().unwrap_or(Path::new(""));
    let listed =
        std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
    let of_period = |name: &str| {
        let Some(rest) = name.strip_prefix(before) else { return false };
        let ends = (1..=rest.len()).filter_map(|end| rest.get(..end));
        let periods = ends.filter(|period| period.parse::<i64>().is_ok());
        periods.into_iter().any(|period| rest[period.len()..] == after.replace(OF_PERIOD, period))
    };
    let names = listed.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut files: Vec<PathBuf> = names
        .filter(|name| of_period(&name.to_string_lossy()))
        .map(|name| folder.join(name))
        .collect();
    files.sort();
    files
}

/// Where links come from.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "there are a few in a specification")]
pub enum WeightsSource {
    /// A file of links.
    File {
        /// The file, resolved like the data file.
        file: Located<PathBuf>,
        /// Its format.
        format: WeightsFormat,
        /// Names of the units of a Matrix Market file, one a line.
        names: Option<Located<PathBuf>>,
    },
    /// Polygons that touch.
    Contiguity {
        /// The polygons.
        polygons: PolygonsSpec,
        /// What touching is.
        contiguity: Contiguity,
        /// How far apart boundaries may be, in the units of the coordinates.
        tolerance: f64,
    },
    /// Distances.
    Distance {
        /// Of what.
        space: Space,
        /// What a distance is worth.
        rule: DistanceRule,
        /// Gravity: links are multiplied by the means of this column in both units.
        masses: Option<ColumnMeans>,
    },
    /// Σ share × matrix, as each is normalised.
    Sum(Vec<(Located<String>, f64)>),
    /// The product of the links of matrices before they are normalised, entry by entry.
    Product(Vec<Located<String>>),
    /// Neighbours of neighbours.
    Order {
        /// The matrix.
        of: Located<String>,
        /// Number of steps.
        order: u32,
        /// Whether fewer steps count as well.
        cumulative: bool,
    },
}

/// A file of polygons.
#[derive(Debug, Clone, PartialEq)]
pub struct PolygonsSpec {
    /// GeoJSON, or a shapefile.
    pub file: Located<PathBuf>,
    /// Property or column that names the units.
    pub unit: Located<String>,
}

/// Where units are, for distances.
#[derive(Debug, Clone, PartialEq)]
pub enum Space {
    /// Points of a table.
    Points {
        /// The table; the data file when absent.
        file: Option<Located<PathBuf>>,
        /// Column that names the units.
        unit: Located<String>,
        /// Columns of the coordinates.
        x: Located<String>,
        /// See `x`.
        y: Located<String>,
        /// How distances are measured.
        metric: Metric,
    },
    /// Centres of gravity of polygons.
    Centroids(PolygonsSpec, Metric),
    /// Means of a column: economic distance.
    Column(ColumnMeans),
}

/// The means of a column of the panel over periods.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMeans {
    /// The column.
    pub variable: Located<VarName>,
    /// First and last period; all of the data when absent.
    pub years: Option<Located<(Period, Period)>>,
    /// Whether it is the value of each period instead.
    pub each_period: bool,
}

impl WeightsSource {
    /// The files it is made of, the panel's own left out. Of a shapefile, that of the shapes.
    pub fn files(&self) -> Vec<&Located<PathBuf>> {
        match self {
            Self::File { file, names, .. } => std::iter::once(file).chain(names).collect(),
            Self::Contiguity { polygons, .. } => vec![&polygons.file],
            Self::Distance { space: Space::Centroids(polygons, _), .. } => vec![&polygons.file],
            Self::Distance { space: Space::Points { file, .. }, .. } => file.iter().collect(),
            Self::Distance { space: Space::Column(_), .. } => Vec::new(),
            Self::Sum(_) | Self::Product(_) | Self::Order { .. } => Vec::new(),
        }
    }

    /// The same with those of each period, and with the files beside a shapefile, as far as it may have
    /// them.
    pub fn all_files(&self) -> Vec<PathBuf> {
        self.files().into_iter().flat_map(|file| files_of(&file.value)).collect()
    }

    /// Whether it changes over time by itself, whatever its parts do.
    pub fn changes(&self) -> bool {
        match self {
            Self::File { file, .. } => is_pattern(&file.value),
            Self::Distance { space, masses, .. } => {
                let of_space = matches!(space, Space::Column(means) if means.each_period);
                of_space || masses.as_ref().is_some_and(|means| means.each_period)
            }
            Self::Contiguity { .. } | Self::Sum(_) | Self::Product(_) | Self::Order { .. } => false,
        }
    }

    /// How it is made of what it is made of, in the words of a specification; nothing of a file.
    pub fn rule(&self) -> Option<String> {
        let years = |means: &ColumnMeans| {
            if means.each_period {
                return ", each_period".to_owned();
            }
            let years = means.years.as_ref().map(|years| years.value);
            years.map(|(first, last)| format!(", years = [{first}, {last}]")).unwrap_or_default()
        };
        Some(match self {
            Self::File { .. } => return None,
            Self::Contiguity { contiguity, tolerance, .. } => {
                format!("contiguity = \"{}\", tolerance = {tolerance}", contiguity.name())
            }
            Self::Distance { space, rule, masses } => {
                let space = match space {
                    Space::Column(means) => {
                        format!("economic = \"{}\"{}, ", means.variable.value, years(means))
                    }
                    Space::Points { .. } | Space::Centroids(..) => String::new(),
                };
                let masses = masses.as_ref().map(|means| {
                    format!(", gravity = \"{}\"{}", means.variable.value, years(means))
                });
                format!("{space}{}{}", of_rule(*rule), masses.unwrap_or_default())
            }
            Self::Sum(parts) => {
                let parts = parts.iter().map(|(name, share)| format!("{share} {}", name.value));
                parts.collect::<Vec<_>>().join(" + ")
            }
            Self::Product(parts) => {
                let parts: Vec<&str> = parts.iter().map(|name| name.value.as_str()).collect();
                parts.join(" ∘ ")
            }
            Self::Order { of, order, cumulative } => {
                let up_to = if *cumulative { ", cumulative" } else { "" };
                format!("of = \"{}\", order = {order}{up_to}", of.value)
            }
        })
    }

    /// The matrices it is made of.
    pub fn parts(&self) -> Vec<&Located<String>> {
        match self {
            Self::Sum(parts) => parts.iter().map(|(name, _)| name).collect(),
            Self::Product(parts) => parts.iter().collect(),
            Self::Order { of, .. } => vec![of],
            Self::File { .. } | Self::Contiguity { .. } | Self::Distance { .. } => Vec::new(),
        }
    }

    /// The columns of the panel it is made of.
    pub fn columns(&self) -> Vec<&Located<VarName>> {
        let Self::Distance { space, masses, .. } = self else { return Vec::new() };
        let own = match space {
            Space::Column(means) => Some(&means.variable),
            Space::Points { .. } | Space::Centroids(..) => None,
        };
        own.into_iter().chain(masses.as_ref().map(|means| &means.variable)).collect()
    }
}

fn of_rule(rule: DistanceRule) -> String {
    let limit = |within: Option<f64>| within.map(|d| format!(", within = {d}")).unwrap_or_default();
    match rule {
        DistanceRule::Nearest { neighbours, symmetric } => {
            let both = if symmetric { ", symmetric" } else { "" };
            format!("neighbours = {neighbours}{both}")
        }
        DistanceRule::Within(distance) => format!("within = {distance}"),
        DistanceRule::Inverse { power, within, neighbours } => {
            let nearest = neighbours.map(|k| format!(", neighbours = {k}")).unwrap_or_default();
            format!("inverse_power = {power}{}{nearest}", limit(within))
        }
        DistanceRule::Kernel { kernel, bandwidth, within } => {
            let reach = match bandwidth {
                Bandwidth::Fixed(h) => format!("bandwidth = {h}"),
                Bandwidth::Adaptive(k) => format!("neighbours = {k}"),
            };
            format!("kernel = \"{}\", {reach}{}", kernel.name(), limit(within))
        }
    }
}

/// The files that one that is named stands for: those of each period that are there, and those beside a
/// shapefile.
pub fn files_of(file: &Path) -> Vec<PathBuf> {
    of_pattern(file).iter().flat_map(|file| with_companions(file)).collect()
}

/// A file, and those that belong to it: a shapefile's table of attributes and its encoding.
pub fn with_companions(file: &Path) -> Vec<PathBuf> {
    let mut files = vec![file.to_path_buf()];
    if is_shapefile(file) {
        files.extend(["dbf", "cpg"].map(|ending| file.with_extension(ending)));
    }
    files
}

/// Whether the name is that of a shapefile.
pub fn is_shapefile(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("shp"))
}

/// Marks the matrices that change over time: by themselves, or by a part that does.
pub fn mark_changing(weights: &mut BTreeMap<String, WeightsSpec>) {
    let mut known: BTreeSet<String> =
        weights.iter().filter(|(_, w)| w.source.changes()).map(|(name, _)| name.clone()).collect();
    loop {
        let by_part = |w: &WeightsSpec| w.source.parts().iter().any(|p| known.contains(&p.value));
        let more: Vec<String> = weights
            .iter()
            .filter(|(name, w)| !known.contains(*name) && by_part(w))
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            break;
        }
        known.extend(more);
    }
    for (name, w) in weights {
        w.changes = known.contains(name);
    }
}
