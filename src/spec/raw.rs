//! The TOML mirror: what a user may write, and nothing else. No logic.
//!
//! Every key is optional here; `resolve` says which are missing. No `flatten`, `untagged` or
//! internally tagged enums: they lose the place of a mistake.
//!
//! The comments here are what editors show: [`schema`](super::schema) makes the JSON Schema from
//! these types. `x-words` names the words that a text is one of, from the vocabulary.

mod figures;
mod report;
mod runner;
mod std_errors;
mod unit_roots;
mod values;
mod weights;

pub use figures::{RawFigure, RawFigureKind, RawMap};
pub use report::{RawCurve, RawReport};
pub use runner::{RawClaim, RawDiff, RawNotify, RawRun, RawSlurm, RawSubmit};
pub use std_errors::{FactorName, RawStdErrors, ResidualsName, StdErrorsKind};
pub use unit_roots::{Criterion, RawLags, RawUnitRoots};
pub use values::{Lags, OneOrMany, Text};
pub use weights::{ExtraUnits, RawWeights};

use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::model::change::{LeaveOut, Placebo};
use crate::model::incidental::{Correction, Dynamics};
use crate::model::moment_weights::MomentWeights;
use crate::model::splits::Coefficients;
use crate::model::{Effects, ErrorComponents, Keep, LagOrder, Permute, Rescale, SmallSample};
use crate::spec::figures::FigureFormat;
use crate::spec::tables::{Brackets, Facet, LatexMode, Parentheses, Style};
use crate::spec::{Axis, Language, Missing};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A whole experiment.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSpec {
    /// Title for reports; the file name when absent.
    pub title: Option<String>,
    /// Language of what tables say by themselves; `en` when absent.
    pub language: Option<Language>,
    /// Root of all randomness.
    pub seed: Option<u64>,
    /// Where the panel comes from.
    pub data: RawData,
    /// Labelled and derived columns.
    pub variables: BTreeMap<String, RawVariable>,
    /// Spatial weights.
    pub weights: BTreeMap<String, RawWeights>,
    /// Regions.
    pub regions: BTreeMap<String, RawRegion>,
    /// Measures.
    pub measures: BTreeMap<String, RawMeasure>,
    /// Models beside the built-in ones.
    pub models: BTreeMap<String, RawModel>,
    /// Standard errors beside the built-in ones.
    pub std_errors: BTreeMap<String, RawStdErrors>,
    /// Bootstraps.
    pub bootstrap: BTreeMap<String, RawBootstrap>,
    /// Randomisation inference.
    pub randomisation: BTreeMap<String, RawRandomisation>,
    /// Robustness checks: what a cell changes.
    pub variants: BTreeMap<String, RawVariant>,
    /// Functions of the coefficients.
    pub derived: BTreeMap<String, RawDerived>,
    /// Joint Wald tests.
    pub wald: BTreeMap<String, RawWald>,
    /// How a run works on the cells.
    pub run: RawRun,
    /// Grids of cells.
    pub grids: BTreeMap<String, RawGrid>,
    /// Families of hypotheses over many cells.
    pub joint: BTreeMap<String, RawJoint>,
    /// Moran's I by year.
    pub moran: Vec<RawMoran>,
    /// Unit roots of variables.
    pub unit_roots: Vec<RawUnitRoots>,
    /// Tables.
    pub tables: Vec<RawTable>,
    /// Where the units are, for maps.
    pub map: Option<RawMap>,
    /// Figures.
    pub figures: Vec<RawFigure>,
    /// Formats that results are written in.
    pub output: RawOutput,
    /// Numbers that a text prints, to be held against those computed.
    pub published: RawPublished,
    /// What a report says beside tables and figures.
    pub report: RawReport,
    /// How the cells are handed to a queue of jobs.
    pub submit: RawSubmit,
    /// Claims of the text.
    pub claims: BTreeMap<String, RawClaim>,
    /// How results are held against earlier ones.
    pub diff: RawDiff,
    /// Who is told of the end of a run.
    pub notify: RawNotify,
    /// Named sets of keys that are laid over the others when they are chosen.
    pub profile: BTreeMap<String, RawProfile>,
}

/// `[profile.NAME]`: any keys of a specification. [`profiles`](super::profiles) takes them out
/// before the mirror is read.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawProfile {
    /// The profile that this one is laid over; `default`, the experiment itself, when absent.
    pub inherits: Option<String>,
}

/// `[data]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawData {
    /// A CSV file or a workbook, relative to the file that names it.
    pub file: Option<String>,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Column of unit names.
    pub unit: Option<String>,
    /// Column of periods.
    pub time: Option<String>,
    /// First and last period to use.
    pub years: Option<Vec<i64>>,
    /// What to do with gaps.
    pub missing: Option<Missing>,
    /// Texts that stand for a missing value.
    pub missing_codes: Option<Vec<Text>>,
    /// A sentence for the note of every table.
    pub note: Option<String>,
}

/// `[variables] NAME = { … }`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawVariable {
    /// How it is computed.
    pub expr: Option<String>,
    /// Coefficients of other columns, instead of `expr`.
    pub weighted_sum: Option<BTreeMap<String, f64>>,
    /// Label in tables.
    pub label: Option<String>,
    /// Unit in tables.
    pub unit: Option<String>,
}

/// `[regions.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRegion {
    /// Label in tables.
    pub label: Option<String>,
    /// Every unit.
    pub all: Option<bool>,
    /// These units.
    pub units: Option<Vec<Text>>,
    /// Units by the value of this column …
    pub column: Option<String>,
    /// … when it is one of these.
    pub values: Option<OneOrMany<Text>>,
}

/// `[measures] NAME = { … }`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMeasure {
    /// The column.
    pub variable: Option<String>,
    /// Label in tables.
    pub label: Option<String>,
}

/// `[models.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawModel {
    /// The estimator; the one called NAME when absent.
    #[schemars(extend("x-words" = "estimators"))]
    pub estimator: Option<String>,
    /// Label in tables.
    pub label: Option<String>,
    /// Order of lagging and demeaning; `lag-then-demean` when absent.
    pub lag_order: Option<LagOrder>,
    /// Divisors and reference distribution; the estimator's own when absent.
    pub small_sample: Option<SmallSample>,
    /// How random effects of units and a spatially lagged error make up the error, of an estimator
    /// with λ in cells with random effects; `anselin` when absent, `kkp` of estimators by moments.
    pub error_components: Option<ErrorComponents>,
    /// Regressors whose neighbours' values enter too, of an estimator with Durbin terms: `measure`,
    /// `measure@lag1`, a control; all when absent.
    pub durbin: Option<OneOrMany<String>>,
    /// Weights of the spatial error, of an estimator with a spatial lag and a spatial error; those of
    /// the cell when absent.
    pub error_weights: Option<String>,
    /// Regressors that are correlated with the errors, of an estimator with instruments: `measure`,
    /// `measure@lag1`, a control.
    pub endogenous: Option<OneOrMany<String>>,
    /// Columns outside the equation that stand for them, as many at least: `z`, `z@lag1`.
    pub instruments: Option<OneOrMany<String>>,
    /// How many powers of W beyond those in the equation lag the exogenous variables to make
    /// instruments of the spatial lag, 1 or 2; 2 when absent.
    pub spatial_instruments: Option<u32>,
    /// What is done about the bias that the estimation of effects brings: `none` when absent,
    /// `bias-corrected` of a dynamic model.
    pub correction: Option<Correction>,
    /// Lags of the response in time among the regressors; none when absent.
    pub dynamics: Option<Dynamics>,
    /// By what the moments of errors with random effects are weighted, of `sem-gm` and `sac-gm`; `full`
    /// when absent.
    pub moment_weights: Option<MomentWeights>,
}

/// `[bootstrap.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawBootstrap {
    /// How innovations are drawn again; the scheme called NAME when absent.
    #[schemars(extend("x-words" = "schemes"))]
    pub scheme: Option<String>,
    /// What is done to the innovations first; `df` when absent, `jackknife` for `unit-wild…`.
    pub rescale: Option<Rescale>,
    /// Periods of a block, of a scheme that draws blocks of them; ⌈T^⅓⌉ when absent.
    pub block_length: Option<u32>,
    /// Number of replicates; 999 when absent.
    pub replicates: Option<u32>,
    /// What is kept of the replicates; `journal` when absent.
    pub keep: Option<Keep>,
}

/// `[randomisation.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRandomisation {
    /// What is permuted; `units` when absent.
    pub permute: Option<Permute>,
    /// Number of permutations; 999 when absent.
    pub replicates: Option<u32>,
}

/// `[variants] NAME = { … }`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawVariant {
    /// Label in tables.
    pub label: Option<String>,
    /// First and last period of the sample that stay.
    pub years: Option<Vec<i64>>,
    /// What leaves the sample.
    pub without: Option<RawWithout>,
    /// One value for each of these, which it leaves out.
    pub leave_out: Option<LeaveOut>,
    /// Share of each tail that is set to its quantile.
    pub winsorise: Option<f64>,
    /// Share of each tail whose units leave.
    pub trim: Option<f64>,
    /// Columns that `winsorise` or `trim` looks at; the response and every regressor when absent.
    pub columns: Option<Vec<String>>,
    /// What is made meaningless.
    pub placebo: Option<Placebo>,
    /// Number of permutations, a value each; 20 when absent.
    pub draws: Option<u32>,
}

/// `without = { … }` of a variant.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWithout {
    /// These units.
    pub units: Vec<Text>,
    /// The units of these regions.
    pub regions: Vec<String>,
    /// These periods.
    pub years: Vec<i64>,
}

/// `[derived.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDerived {
    /// The function.
    pub expr: Option<String>,
    /// Label in tables.
    pub label: Option<String>,
}

/// `[wald.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWald {
    /// Functions of the coefficients that are zero together under the null.
    pub zero: Option<OneOrMany<String>>,
    /// Label in tables.
    pub label: Option<String>,
}

/// `[grids.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawGrid {
    /// Left-hand side.
    pub response: Option<String>,
    /// Regressors beside the measure.
    pub controls: Vec<String>,
    /// Regressors computed from the measure: `measure^2`, `measure * ln_gdp`.
    pub terms: Vec<String>,
    /// Axis: models.
    #[schemars(extend("x-words" = "models"))]
    pub model: Option<OneOrMany<String>>,
    /// Axis: effects.
    pub effects: Option<OneOrMany<Effects>>,
    /// Axis: measures.
    pub measure: Option<OneOrMany<String>>,
    /// Axis: regions.
    pub region: Option<OneOrMany<String>>,
    /// Axis: time lags of the measure; 0 when absent.
    pub lags: Option<OneOrMany<Lags>>,
    /// Axis: weights.
    pub weights: Option<OneOrMany<String>>,
    /// Axis: standard errors; `default`, the estimator's own, when absent.
    #[schemars(extend("x-words" = "std-errors"))]
    pub std_errors: Option<OneOrMany<String>>,
    /// Axis: variants; `base` when absent.
    pub variant: Option<OneOrMany<String>>,
    /// Whether all cells use the periods that the deepest lag leaves.
    pub common_sample: Option<bool>,
    /// Cells to leave out.
    pub exclude: Vec<RawSelector>,
    /// Cells to add.
    pub include: Vec<RawSelector>,
    /// Bootstraps to run.
    pub bootstrap: Option<OneOrMany<String>>,
    /// Randomisation tests of the measure to run.
    pub randomisation: Option<OneOrMany<String>>,
    /// Functions of the coefficients to compute.
    pub derived: Option<OneOrMany<String>>,
    /// Joint Wald tests to run.
    pub wald: Option<OneOrMany<String>>,
    /// Whether direct, received and spread effects are computed for every unit; not when absent.
    pub unit_effects: Option<bool>,
    /// Groups of tests to run.
    #[schemars(extend("x-words" = "tests"))]
    pub tests: Vec<String>,
    /// Bootstrap of the tests under their null hypotheses; none when absent.
    pub test_bootstrap: Option<String>,
    /// What the test `region-equality` compares.
    pub region_equality: Option<RawRegionEquality>,
    /// What the test `threshold` looks at.
    pub threshold: Option<RawThreshold>,
    /// The published sequence of decisions: effects, fixed or random, which spatial model.
    pub protocol: Option<RawProtocol>,
}

/// `region_equality = { … }` of a grid.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRegionEquality {
    /// The regions, which every unit is in one of.
    pub regions: Option<Vec<String>>,
    /// Which coefficients; `measure` when absent.
    pub of: Option<Coefficients>,
}

/// `threshold = { … }` of a grid.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawThreshold {
    /// The column that passes the threshold.
    pub variable: Option<String>,
    /// Which coefficients; `measure` when absent.
    pub of: Option<Coefficients>,
    /// Share of the observations in every regime at least; 0.05 when absent.
    pub trim: Option<f64>,
    /// Number of thresholds; 1 when absent.
    pub thresholds: Option<u32>,
}

/// `[grids.NAME.protocol]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawProtocol {
    /// A test rejects below this p-value; 0.05 when absent.
    pub level: Option<f64>,
}

/// A pattern over cells: `{ model = "slm", region = ["east", "west"] }`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSelector {
    /// Models.
    #[schemars(extend("x-words" = "models"))]
    pub model: Option<OneOrMany<String>>,
    /// Effects.
    pub effects: Option<OneOrMany<Effects>>,
    /// Measures.
    pub measure: Option<OneOrMany<String>>,
    /// Regions.
    pub region: Option<OneOrMany<String>>,
    /// Time lags.
    pub lags: Option<OneOrMany<Lags>>,
    /// Weights.
    pub weights: Option<OneOrMany<String>>,
    /// Standard errors.
    #[schemars(extend("x-words" = "std-errors"))]
    pub std_errors: Option<OneOrMany<String>>,
    /// Variants.
    pub variant: Option<OneOrMany<String>>,
}

/// `[joint.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawJoint {
    /// The grid.
    pub grid: Option<String>,
    /// Which of its cells; all when absent.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// Coefficients and effects.
    #[schemars(extend("x-words" = "coefficients"))]
    pub rows: Option<Vec<String>>,
    /// Which bootstrap of the grid.
    pub bootstrap: Option<String>,
    /// Error rate of the whole family; 0.05 when absent.
    pub level: Option<f64>,
}

/// `[[moran]]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawMoran {
    /// Id that tables refer to.
    pub id: Option<String>,
    /// The variable.
    pub variable: Option<String>,
    /// The weights.
    pub weights: Option<String>,
    /// The region; all units when absent.
    pub region: Option<String>,
    /// Statistics beside Moran's I.
    pub statistics: Option<OneOrMany<Autocorrelation>>,
    /// The other variable of `bivariate` and `local-bivariate`, whose lag the first is held against.
    pub with: Option<String>,
    /// What p-values are against: neighbours that are alike or unlike when absent.
    pub alternative: Option<Alternative>,
    /// Number of permutations; none when absent.
    pub permutations: Option<u32>,
    /// p-values below which a unit counts as significant; 0.05 when absent.
    pub level: Option<f64>,
    /// Whether that is of p-values adjusted for the number of units (Benjamini & Hochberg); yes when
    /// absent.
    pub fdr: Option<bool>,
}

/// `[published]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawPublished {
    /// A CSV file with a row a number: `table`, `term`, `value`, `stars`, and columns that say which
    /// column of the table it stands in.
    pub file: Option<String>,
    /// Which axis a column of the file is, where it has not the name of the axis.
    pub columns: BTreeMap<String, Axis>,
    /// Which value of an axis a value of the file is, where it has neither its name nor its label.
    pub values: BTreeMap<String, String>,
    /// Which row or statistic a term of the file is, where it has neither its name nor its label.
    pub terms: BTreeMap<String, String>,
    /// p-values below which the text gives *, **, ***; 10, 5 and 1 % when absent.
    pub stars: Option<Vec<f64>>,
}

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
