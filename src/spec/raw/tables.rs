//! `[[tables]]` and `[output]` as written.

use super::{OneOrMany, RawSelector, Text};
use crate::spec::Axis;
use crate::spec::figures::FigureFormat;
use crate::spec::tables::{Brackets, Facet, LatexMode, Parentheses, Style};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[[tables]]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawTable {
    /// File name without extension.
    pub id: Option<String>,
    /// What it shows.
    pub kind: Option<RawTableKind>,
    /// Caption.
    pub caption: Option<String>,
    /// Repeats the table for every value of this axis.
    pub each: Option<Axis>,
    /// The number of the table; with `each`, of the first one, from which `{n}` counts on. 1 when
    /// absent, but then captions show none.
    pub number: Option<u32>,
    /// Decimals; 4 when absent.
    pub digits: Option<u32>,
    /// Extra notes.
    pub notes: Vec<String>,
    /// Name of the template.
    #[schemars(extend("x-words" = "templates"))]
    pub template: Option<String>,
    /// How much of a document its LaTeX file is; what `[output]` says when absent.
    pub latex: Option<LatexMode>,
    /// Whether its page is turned, in LaTeX, Typst and Word; not when absent.
    pub landscape: Option<bool>,
    /// Whether LaTeX may break it over pages; not when absent.
    pub longtable: Option<bool>,
    /// Descriptive: the variables.
    pub variables: Option<Vec<String>>,
    /// Descriptive: moments. Regression: statistics below the estimates. Moran: columns.
    #[schemars(extend("x-words" = "statistics"))]
    pub statistics: Option<Vec<String>>,
    /// Regression, tests, robustness, published: the grid.
    pub grid: Option<String>,
    /// Regression, tests, robustness, published: which of its cells.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// Regression: an axis whose values are panels, one below the other.
    pub panels: Option<Axis>,
    /// Regression, tests: axes that head the columns.
    pub columns: Option<OneOrMany<Axis>>,
    /// Regression, robustness: terms. Tests: names of tests.
    #[schemars(extend("x-words" = "rows"))]
    pub rows: Option<Vec<String>>,
    /// Regression, robustness: labels of rows in place of those of the variables.
    pub labels: BTreeMap<String, String>,
    /// Regression: whether rows say which effects are controlled for; they do when absent.
    pub effects_rows: Option<bool>,
    /// Regression: what these rows say of an effect that is controlled for, and of one that is not.
    pub effects_words: Option<[String; 2]>,
    /// The habits of a journal, which other keys of the table override; `plain` when absent.
    pub style: Option<Style>,
    /// Regression: what stands below an estimate, one or two of them.
    pub parentheses: Option<OneOrMany<Parentheses>>,
    /// Regression: which bootstrap of the grid speaks below the estimates; its first when absent.
    pub bootstrap: Option<String>,
    /// Regression: in which brackets; round for the first and square for the second when absent.
    pub brackets: Option<OneOrMany<Brackets>>,
    /// Regression, tests: in which brackets p-values stand below the statistics of tests, and those
    /// of a bootstrap; square and round when absent.
    pub test_brackets: Option<OneOrMany<Brackets>>,
    /// Regression: p-values below which estimates get *, **, ***.
    pub stars: Option<Vec<f64>>,
    /// Regression: what stands for the thresholds of `stars`, in place of *, **, ***.
    pub star_symbols: Option<Vec<String>>,
    /// Regression: raw names of the rows to keep, `*` for any text; all when absent.
    pub keep: Vec<String>,
    /// Regression: raw names of the rows to leave out, `*` for any text.
    pub drop: Vec<String>,
    /// Regression: rows under a label of their own.
    pub row_groups: Vec<RawRowGroup>,
    /// Regression: decimals of single rows, by raw name of the row or the statistic.
    pub row_digits: BTreeMap<String, u32>,
    /// Regression: tests below the statistics.
    pub tests: Vec<String>,
    /// Regression: columns of each cell, `coefficient`, `direct`, `indirect`, `total`; one column of
    /// coefficients when absent.
    pub impact_columns: Vec<Facet>,
    /// Regression: whether row labels end with the variable's unit.
    pub units: Option<bool>,
    /// Moran: id of the `[[moran]]` block.
    pub moran: Option<String>,
    /// Unit roots: id of the `[[unit_roots]]` block.
    pub unit_roots: Option<String>,
    /// Joint: name of the `[joint.NAME]` block.
    pub joint: Option<String>,
    /// Published: which tables of the file, as it names them; all when absent.
    pub of: Option<OneOrMany<Text>>,
    /// Robustness: the preferred one of the chosen cells.
    pub base: Option<RawSelector>,
    /// Robustness: p-values below which an estimate is significant; 0.05 when absent.
    pub level: Option<f64>,
}

/// `row_groups` of a table.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRowGroup {
    /// The line above them.
    pub label: Option<String>,
    /// Raw names of its rows, as in `rows`.
    pub rows: Option<Vec<String>>,
}

/// `[output]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawOutput {
    /// Formats of the tables; Markdown and LaTeX when absent.
    #[schemars(extend("x-words" = "formats"))]
    pub tables: Option<OneOrMany<String>>,
    /// How much of a document the LaTeX file of a table is; a float when absent.
    pub latex: Option<LatexMode>,
    /// Formats of figures; `["svg", "pdf"]` when absent.
    pub figures: Option<Vec<FigureFormat>>,
}

/// `kind` of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RawTableKind {
    /// Moments of variables.
    Descriptive,
    /// Estimates.
    Regression,
    /// Tests.
    Tests,
    /// The sequence of decisions.
    Protocol,
    /// Moran's I by year.
    Moran,
    /// Unit roots of variables.
    UnitRoots,
    /// Coefficients over many specifications.
    Robustness,
    /// Hypotheses that are tested together.
    Joint,
    /// Printed numbers beside those computed.
    Published,
}

impl RawTableKind {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Descriptive => "descriptive",
            Self::Regression => "regression",
            Self::Tests => "tests",
            Self::Protocol => "protocol",
            Self::Moran => "moran",
            Self::UnitRoots => "unit-roots",
            Self::Robustness => "robustness",
            Self::Joint => "joint",
            Self::Published => "published",
        }
    }
}
