//! The TOML mirror: what a user may write, and nothing else. No logic.
//!
//! Every key is optional here; `resolve` says which are missing. No `flatten`, `untagged` or
//! internally tagged enums: they lose the place of a mistake.
//!
//! The comments here are what editors show: [`schema`](super::schema) makes the JSON Schema from
//! these types. `x-words` names the words that a text is one of, from the vocabulary.

mod figures;
mod grids;
mod report;
mod runner;
mod std_errors;
mod tables;
mod unit_roots;
mod values;
mod weights;

pub use figures::{RawFigure, RawFigureKind, RawMap};
pub use grids::{
    RawGrid, RawJoint, RawProtocol, RawRegionEquality, RawSelector, RawThreshold, RawWildCluster,
};
pub use report::{RawCurve, RawReport};
pub use runner::{RawClaim, RawDiff, RawNotify, RawRun, RawSlurm, RawSubmit};
pub use std_errors::{FactorName, KernelName, RawStdErrors, ResidualsName, StdErrorsKind};
pub use tables::{RawOutput, RawRowGroup, RawTable, RawTableKind};
pub use unit_roots::{Criterion, RawLags, RawUnitRoots};
pub use values::{Lags, OneOrMany, Text};
pub use weights::{ExtraUnits, RawWeights};

use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::model::change::{LeaveOut, Placebo};
use crate::model::incidental::{Correction, Dynamics};
use crate::model::moment_weights::MomentWeights;
use crate::model::variance_components::VarianceComponents;
use crate::model::{ErrorComponents, Keep, LagOrder, Permute, Rescale, SmallSample};
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
    /// From which residuals the variances of random effects are estimated, of `ols` and `slx` in
    /// cells with random effects; `swamy-arora` when absent.
    pub variance_components: Option<VarianceComponents>,
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
