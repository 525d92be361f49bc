//! Where numbers come from: the panel, its columns, weights, regions, measures.

use super::Missing;
use crate::expr::Expr;
use crate::ident::{KeyPath, Located, Period, VarName};
use crate::model::{Isolates, Normalisation, RegionWeights, WeightsFormat};
use std::path::{Path, PathBuf};

/// `[data]`
#[derive(Debug, Clone, PartialEq)]
pub struct DataSpec {
    /// The file, resolved against the folder of the layer that names it (the working folder for
    /// the environment and `--set`).
    pub file: Located<PathBuf>,
    /// Sheet of a workbook; the first when absent.
    pub sheet: Option<Located<String>>,
    /// Column of unit names.
    pub unit: Located<VarName>,
    /// Column of periods.
    pub time: Located<VarName>,
    /// First and last period to use; all when absent. Rows outside are as if not there, for lags
    /// too.
    pub years: Option<Located<(Period, Period)>>,
    /// What to do with gaps.
    pub missing: Missing,
    /// Texts that stand for a missing value.
    pub missing_codes: Vec<String>,
    /// A sentence for the note of every table.
    pub note: Option<String>,
}

/// `[variables] NAME = { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct VariableSpec {
    /// How it is computed; `None`: the column of that name in the file.
    pub expr: Option<Located<Expr>>,
    /// Label in tables; the name when absent.
    pub label: Option<String>,
    /// Unit in tables.
    pub unit: Option<String>,
    /// The definition itself.
    pub at: KeyPath,
}

/// `[weights.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct WeightsSpec {
    /// The file, resolved like the data file.
    pub file: Located<PathBuf>,
    /// Its format.
    pub format: WeightsFormat,
    /// Label in notes.
    pub label: Option<String>,
    /// Normalisation.
    pub normalise: Normalisation,
    /// Units without neighbours.
    pub isolates: Isolates,
    /// What a region uses.
    pub regions: RegionWeights,
    /// Whether i may list j without j listing i.
    pub asymmetric: bool,
    /// Whether units that the data do not have are dropped instead of refused.
    pub drop_extra_units: bool,
    /// Undirected links added to those of the file, with weight 1.
    pub links: Vec<Located<(String, String)>>,
    /// The definition itself.
    pub at: KeyPath,
}

/// What stands for the period in the name of a file of weights that change over time.
pub const OF_PERIOD: &str = "{period}";

impl WeightsSpec {
    /// Whether there is a file for each period.
    pub fn changes(&self) -> bool {
        self.file.value.to_string_lossy().contains(OF_PERIOD)
    }

    /// The files: one, or those of all periods that are there, by name.
    pub fn files(&self) -> Vec<PathBuf> {
        let file = &self.file.value;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let Some((before, after)) = name.split_once(OF_PERIOD).filter(|_| self.changes()) else {
            return vec![file.clone()];
        };
        let folder = file.parent().unwrap_or(Path::new(""));
        let listed =
            std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        let of_period = |name: &str| {
            let period = name.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            period.is_some_and(|period| period.parse::<i64>().is_ok())
        };
        let names = listed.into_iter().flatten().flatten().map(|entry| entry.file_name());
        let mut files: Vec<PathBuf> = names
            .filter(|name| of_period(&name.to_string_lossy()))
            .map(|name| folder.join(name))
            .collect();
        files.sort();
        files
    }

    /// The same of one period alone.
    #[must_use]
    pub fn of_period(&self, period: Period) -> Self {
        let file = self.file.value.to_string_lossy().replace(OF_PERIOD, &period.to_string());
        Self { file: Located::new(file.into(), self.file.at.clone()), ..self.clone() }
    }
}

/// `[regions.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct RegionSpec {
    /// Label in tables; the name when absent.
    pub label: Option<String>,
    /// Which units.
    pub units: RegionUnits,
    /// The definition itself.
    pub at: KeyPath,
}

/// How a region picks its units.
#[derive(Debug, Clone, PartialEq)]
pub enum RegionUnits {
    /// Every unit.
    All,
    /// These.
    Listed(Vec<Located<String>>),
    /// Those whose column has one of these values.
    ByColumn {
        /// A column that is constant within each unit.
        column: Located<VarName>,
        /// The values.
        values: Vec<Located<String>>,
    },
}

/// `[measures] NAME = { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureSpec {
    /// The column.
    pub variable: Located<VarName>,
    /// Label in tables; the name when absent.
    pub label: Option<String>,
}
