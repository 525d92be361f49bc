//! What a table asks for.

mod rows;

pub use rows::{RowFilter, RowGroup, RowTerm, means};

use crate::ident::{KeyPath, Located, VarName};
use crate::model::Impact;
use crate::model::autocorrelation::Autocorrelation;
use crate::outcome::Statistic;
use crate::spec::{Axis, Selector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `[[tables]]`
#[derive(Debug, Clone, PartialEq)]
pub struct TableSpec {
    /// File name without extension; placeholders already filled in.
    pub id: String,
    /// Caption; placeholders already filled in.
    pub caption: String,
    /// Number that the caption shows; without one Markdown shows none and LaTeX counts on.
    pub number: Option<u32>,
    /// What it shows.
    pub kind: TableKind,
    /// Decimals of estimates and statistics.
    pub digits: usize,
    /// Extra notes, after those that the records dictate.
    pub notes: Vec<String>,
    /// How it looks.
    pub style: Style,
    /// Name of the template, without extension: `table` is the built-in one.
    pub template: Located<String>,
    /// How it is set by LaTeX.
    pub latex: LatexSpec,
    /// In what p-values stand below the statistics of tests, and those of a bootstrap.
    pub test_brackets: [Brackets; 2],
    /// The definition itself.
    pub at: KeyPath,
}

impl TableSpec {
    /// Which cells it shows, if any.
    pub fn cells(&self) -> Option<&CellChoice> {
        match &self.kind {
            TableKind::Regression(table) => Some(&table.cells),
            TableKind::Tests { cells, .. } | TableKind::Protocol { cells } => Some(cells),
            TableKind::Robustness(table) => Some(&table.cells),
            TableKind::Published { cells, .. } => Some(cells),
            TableKind::Descriptive { .. }
            | TableKind::Moran { .. }
            | TableKind::UnitRoots { .. }
            | TableKind::Joint { .. } => None,
        }
    }
}

/// The habits of a journal: what a table does where its keys say nothing, and how its rules run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// Four decimals, stars at 10, 5 and 1 %, a rule between groups of rows.
    #[default]
    Plain,
    /// American Economic Review: three decimals, Yes and No, no stars, which the journal does not
    /// print.
    Aer,
    /// Quarterly Journal of Economics: three decimals, stars, double rules above and below.
    Qje,
    /// Elsevier's journals: three decimals, stars, three rules and no more.
    Elsevier,
}

impl Style {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Aer => "aer",
            Self::Qje => "qje",
            Self::Elsevier => "elsevier",
        }
    }

    /// Decimals where a table states none.
    pub fn digits(self) -> u32 {
        match self {
            Self::Plain => 4,
            Self::Aer | Self::Qje | Self::Elsevier => 3,
        }
    }

    /// Star thresholds where a table states none.
    pub fn stars(self) -> &'static [f64] {
        match self {
            Self::Aer => &[],
            Self::Plain | Self::Qje | Self::Elsevier => &[0.10, 0.05, 0.01],
        }
    }
}

/// How a table is set by LaTeX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct LatexSpec {
    /// How much of a document its file is.
    pub mode: LatexMode,
    /// Whether it is turned by 90°.
    pub landscape: bool,
    /// Whether it may be broken over pages.
    pub longtable: bool,
}

/// How much of a document the LaTeX file of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LatexMode {
    /// The `tabular` alone: caption and notes are the author's.
    Fragment,
    /// A float with caption and notes, to be taken in by `\\input`.
    #[default]
    Float,
    /// A document of its own.
    Standalone,
}

/// The kinds of tables.
#[derive(Debug, Clone, PartialEq)]
pub enum TableKind {
    /// Moments of variables, one row each.
    Descriptive {
        /// The variables.
        variables: Vec<Located<VarName>>,
        /// The columns.
        statistics: Vec<Moment>,
    },
    /// Estimates: one column a cell.
    Regression(RegressionTable),
    /// Tests: one column a cell, a row a test.
    Tests {
        /// Which cells.
        cells: CellChoice,
        /// Raw names of tests in order; all when empty.
        rows: Vec<Located<String>>,
    },
    /// The sequence of decisions: one column a cell, a group of rows a step.
    Protocol {
        /// Which cells.
        cells: CellChoice,
    },
    /// Moran's I, a row a period.
    Moran {
        /// Id of the `[[moran]]` block.
        moran: String,
        /// What it shows, from left to right.
        columns: Vec<MoranColumns>,
    },
    /// Unit roots of variables, a row a test.
    UnitRoots {
        /// Id of the `[[unit_roots]]` block.
        block: String,
    },
    /// Coefficients over many specifications, one row each.
    Robustness(RobustnessTable),
    /// Hypotheses that are tested together, a row each.
    Joint {
        /// Name of the `[joint.NAME]` block.
        joint: String,
    },
    /// Printed numbers beside those computed, a row each.
    Published {
        /// The cells; no axis heads a column.
        cells: CellChoice,
        /// Tables of the file of `[published]`; all when empty.
        of: Vec<String>,
    },
}

/// Which cells are the columns of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct CellChoice {
    /// The grid.
    pub grid: String,
    /// Which of its cells.
    pub select: Selector,
    /// Axes whose values head the columns, outermost first. Two or more give spanning headers.
    pub columns: Vec<Axis>,
}

/// A table of estimates.
#[derive(Debug, Clone, PartialEq)]
pub struct RegressionTable {
    /// Which cells.
    pub cells: CellChoice,
    /// The axis whose values are panels, one below the other.
    pub panels: Option<Axis>,
    /// Rows in order; every term of the cells in the order of their estimates when empty.
    pub rows: Vec<Located<RowTerm>>,
    /// Labels of rows by their raw name, in place of those of the variables. A label of `measure`
    /// serves its lags too.
    pub labels: BTreeMap<String, String>,
    /// Whether rows say which effects are controlled for.
    pub effects_rows: bool,
    /// What they say of an effect that is controlled for, and of one that is not; what the style and
    /// the language say when absent.
    pub effects_words: Option<[String; 2]>,
    /// Statistics below the estimates.
    pub statistics: Vec<Statistic>,
    /// What stands below an estimate, line by line: at most two. Stars go by the first.
    pub below: Vec<(Parentheses, Brackets)>,
    /// Which of the grid's bootstraps speaks there, from 0.
    pub bootstrap: usize,
    /// Star thresholds: (p-value below, symbol), most lenient first. Empty for no stars.
    pub stars: Vec<(f64, String)>,
    /// Which rows stay.
    pub filter: RowFilter,
    /// Rows that stand together under a label, by raw name.
    pub groups: Vec<RowGroup>,
    /// Decimals of single rows, by raw name of the row or the statistic.
    pub row_digits: BTreeMap<String, usize>,
    /// Raw names of tests, below the statistics.
    pub tests: Vec<String>,
    /// The columns of each cell; one of coefficients when empty.
    pub facets: Vec<Facet>,
    /// Whether row labels end with the unit of the variable.
    pub units: bool,
}

impl RegressionTable {
    /// What stands in the first line below an estimate, which decides what stars go by.
    pub fn parentheses(&self) -> Parentheses {
        self.below.first().map_or(Parentheses::None, |(what, _)| *what)
    }

    /// Decimals of a row that is called so.
    pub fn digits(&self, names: &[String], otherwise: usize) -> usize {
        names.iter().find_map(|name| self.row_digits.get(name)).copied().unwrap_or(otherwise)
    }
}

/// What encloses a number below an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Brackets {
    /// `(0.12)`
    Round,
    /// `[0.12]`
    Square,
    /// `{0.12}`
    Curly,
    /// `0.12`
    None,
}

impl Brackets {
    /// Before and after the number.
    pub fn signs(self) -> (&'static str, &'static str) {
        match self {
            Self::Round => ("(", ")"),
            Self::Square => ("[", "]"),
            Self::Curly => ("{", "}"),
            Self::None => ("", ""),
        }
    }
}

/// What a column shows of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Facet {
    /// Coefficients.
    Coefficient,
    /// Effects of a regressor on the unit itself.
    Direct,
    /// On the others.
    Indirect,
    /// On all.
    Total,
}

impl Facet {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coefficient => "coefficient",
            Self::Direct => "direct",
            Self::Indirect => "indirect",
            Self::Total => "total",
        }
    }

    /// The effect that it is; none for coefficients.
    pub fn impact(self) -> Option<Impact> {
        match self {
            Self::Coefficient => None,
            Self::Direct => Some(Impact::Direct),
            Self::Indirect => Some(Impact::Indirect),
            Self::Total => Some(Impact::Total),
        }
    }
}

/// A table that sums up coefficients over many specifications.
#[derive(Debug, Clone, PartialEq)]
pub struct RobustnessTable {
    /// The specifications; no axis heads a column.
    pub cells: CellChoice,
    /// The coefficients and effects, in order; at least one.
    pub rows: Vec<Located<RowTerm>>,
    /// Labels of rows, as in a table of estimates.
    pub labels: BTreeMap<String, String>,
    /// The preferred one of the cells, whose estimate gives the sign; the median gives it when
    /// absent.
    pub base: Option<Located<Selector>>,
    /// p-values below it are significant.
    pub level: f64,
}

/// What stands in parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Parentheses {
    /// Standard error.
    StdError,
    /// t or z statistic.
    #[serde(rename = "t")]
    Statistic,
    /// p-value.
    #[serde(rename = "p")]
    PValue,
    /// 95 % interval, in brackets.
    Interval,
    /// Standard error of a bootstrap of the cell.
    BootstrapStdError,
    /// 95 % percentile-t interval of a bootstrap of the cell, in brackets.
    BootstrapInterval,
    /// p-value of the measure by the cell's first randomisation test.
    #[serde(rename = "randomisation-p")]
    RandomisationPValue,
    /// Nothing.
    None,
}

impl Parentheses {
    /// Whether a bootstrap says it.
    pub fn of_bootstrap(self) -> bool {
        matches!(self, Self::BootstrapStdError | Self::BootstrapInterval)
    }

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::StdError => "std-error",
            Self::Statistic => "t",
            Self::PValue => "p",
            Self::Interval => "interval",
            Self::BootstrapStdError => "bootstrap-std-error",
            Self::BootstrapInterval => "bootstrap-interval",
            Self::RandomisationPValue => "randomisation-p",
            Self::None => "none",
        }
    }
}

/// A column of the table of descriptive statistics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Number of observations.
    N,
    /// Minimum.
    Min,
    /// Maximum.
    Max,
    /// Mean.
    Mean,
    /// Standard deviation, divisor n − 1.
    Sd,
    /// Median.
    Median,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::N, Self::Min, Self::Max, Self::Mean, Self::Sd, Self::Median];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::N => "n",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Sd => "sd",
            Self::Median => "median",
        }
    }
}

/// What a table of Moran's I shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoranColumns {
    /// Moran's I with its standard scores and p-values.
    Moran,
    /// Geary's C with standard score and p-value.
    Geary,
    /// Getis and Ord's G.
    GetisOrd,
    /// Bivariate Moran's I.
    Bivariate,
    /// Numbers of units in the quadrants of the Moran scatter.
    Quadrants,
}

impl MoranColumns {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Moran, Self::Geary, Self::GetisOrd, Self::Bivariate, Self::Quadrants];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Moran => "moran",
            Self::Geary => "geary",
            Self::GetisOrd => "getis-ord",
            Self::Bivariate => "bivariate",
            Self::Quadrants => "quadrants",
        }
    }

    /// The statistic behind the columns; of quadrants, none in particular.
    pub fn statistic(self) -> Option<Autocorrelation> {
        match self {
            Self::Moran => Some(Autocorrelation::Moran),
            Self::Geary => Some(Autocorrelation::Geary),
            Self::GetisOrd => Some(Autocorrelation::GetisOrd),
            Self::Bivariate => Some(Autocorrelation::Bivariate),
            Self::Quadrants => None,
        }
    }
}
