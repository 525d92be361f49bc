//! Where numbers come from: the panel, its columns, regions, measures.

use super::Missing;
use crate::expr::Expr;
use crate::ident::{KeyPath, Located, Period, VarName};
use std::path::PathBuf;

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
