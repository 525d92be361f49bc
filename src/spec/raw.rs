//! The TOML mirror: what a user may write, and nothing else. No logic.
//!
//! Every key is optional here; `resolve` says which are missing. No `flatten`, `untagged` or
//! internally tagged enums: they lose the place of a mistake.
//!
//! The comments here are what editors show: [`schema`](super::schema) makes the JSON Schema from
//! these types. `x-words` names the words that a text is one of, from the vocabulary.

use crate::model::change::{LeaveOut, Placebo};
use crate::model::splits::Coefficients;
use crate::model::{
    Effects, Isolates, Keep, LagOrder, LagSet, Normalisation, Permute, RegionWeights, Rescale,
    SmallSample, WeightsFormat,
};
use crate::outcome::Basis;
use crate::spec::claims::ClaimedSign;
use crate::spec::nights::Concern;
use crate::spec::tables::Parentheses;
use crate::spec::{Axis, Missing};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// A whole experiment.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSpec {
    /// Title for reports; the file name when absent.
    pub title: Option<String>,
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
    /// Tables.
    pub tables: Vec<RawTable>,
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

/// `[weights.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawWeights {
    /// The file, relative to the file that names it.
    pub file: Option<String>,
    /// Its format; inferred for `.gal`.
    pub format: Option<WeightsFormat>,
    /// Label in notes.
    pub label: Option<String>,
    /// Normalisation; `row` when absent.
    pub normalise: Option<Normalisation>,
    /// What to do with units without neighbours; `error` when absent.
    pub isolates: Option<Isolates>,
    /// What a region uses; `renormalise` when absent.
    pub regions: Option<RegionWeights>,
    /// Whether i may list j without j listing i; not when absent.
    pub asymmetric: Option<bool>,
    /// What to do with units that the data do not have; `error` when absent.
    pub extra_units: Option<ExtraUnits>,
    /// Undirected links to add, pairs of units.
    pub links: Vec<Vec<Text>>,
}

/// What to do with units of a weights file that the data do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExtraUnits {
    /// Refuse the file, naming them.
    Error,
    /// Leave them out.
    Drop,
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

/// `[run]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawRun {
    /// How long a cell may take: `"30 s"`, `"5x median"`; without end when absent.
    pub timeout: Option<String>,
    /// After how long a line says that a cell is slow; never when absent.
    pub slow: Option<String>,
    /// Further searches for an optimum, from other points, where the first fails; 0 when absent.
    pub retries: Option<u32>,
    /// Whether the first failed cell stops the run; it does not when absent.
    pub fail_fast: Option<bool>,
    /// Failed cells that stop the run; no number does when absent.
    pub max_failures: Option<u32>,
    /// Whether each cell is fitted in a process of its own; not when absent.
    pub isolate: Option<bool>,
    /// Memory that such a process may use: `"2 GB"`; all when absent.
    pub memory: Option<String>,
}

/// `[grids.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawGrid {
    /// Left-hand side.
    pub response: Option<String>,
    /// Regressors beside the measure.
    pub controls: Vec<String>,
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
    /// Groups of tests to run.
    #[schemars(extend("x-words" = "tests"))]
    pub tests: Vec<String>,
    /// Bootstrap of the tests under their null hypotheses; none when absent.
    pub test_bootstrap: Option<String>,
    /// What the test `region-equality` compares.
    pub region_equality: Option<RawRegionEquality>,
    /// What the test `threshold` looks at.
    pub threshold: Option<RawThreshold>,
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
    /// Number of permutations; none when absent.
    pub permutations: Option<u32>,
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
    /// Descriptive: the variables.
    pub variables: Option<Vec<String>>,
    /// Descriptive: moments. Regression: statistics below the estimates.
    #[schemars(extend("x-words" = "statistics"))]
    pub statistics: Option<Vec<String>>,
    /// Regression, tests, robustness: the grid.
    pub grid: Option<String>,
    /// Regression, tests, robustness: which of its cells.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// Regression, tests: axes that head the columns.
    pub columns: Option<OneOrMany<Axis>>,
    /// Regression, robustness: terms. Tests: names of tests.
    #[schemars(extend("x-words" = "rows"))]
    pub rows: Option<Vec<String>>,
    /// Regression, robustness: labels of rows in place of those of the variables.
    pub labels: BTreeMap<String, String>,
    /// Regression: whether rows say which effects are controlled for; they do when absent.
    pub effects_rows: Option<bool>,
    /// Regression: what stands in parentheses.
    pub parentheses: Option<Parentheses>,
    /// Regression: p-values below which estimates get *, **, ***.
    pub stars: Option<Vec<f64>>,
    /// Moran: id of the `[[moran]]` block.
    pub moran: Option<String>,
    /// Joint: name of the `[joint.NAME]` block.
    pub joint: Option<String>,
    /// Robustness: the preferred one of the chosen cells.
    pub base: Option<RawSelector>,
    /// Robustness: p-values below which an estimate is significant; 0.05 when absent.
    pub level: Option<f64>,
}

/// `[submit]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSubmit {
    /// To Slurm.
    pub slurm: RawSlurm,
}

/// `[submit.slurm]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawSlurm {
    /// Tasks of the job array at most; 8 when absent.
    pub parts: Option<u32>,
    /// Tasks that run at once at most; any number when absent.
    pub at_once: Option<u32>,
    /// The partition; the cluster's own when absent.
    pub partition: Option<String>,
    /// The account that is charged; the user's own when absent.
    pub account: Option<String>,
    /// Time limit of a task, such as `"04:00:00"`, or minutes; the partition's when absent.
    pub time: Option<Text>,
    /// Memory of a task, such as `"4G"`; the partition's when absent.
    pub memory: Option<Text>,
    /// Cores of a task; 1 when absent.
    pub cpus: Option<u32>,
    /// Further options of `sbatch`, such as `"--qos=long"`.
    pub sbatch: Vec<String>,
    /// Lines of shell that stand before the command, such as `"module load gcc"`.
    pub setup: Vec<String>,
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
    /// Moran's I by year.
    Moran,
    /// Coefficients over many specifications.
    Robustness,
    /// Hypotheses that are tested together.
    Joint,
}

impl RawTableKind {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Descriptive => "descriptive",
            Self::Regression => "regression",
            Self::Tests => "tests",
            Self::Moran => "moran",
            Self::Robustness => "robustness",
            Self::Joint => "joint",
        }
    }
}

/// `[claims.NAME]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawClaim {
    /// The sentence.
    pub text: Option<String>,
    /// The grid.
    pub grid: Option<String>,
    /// Which of its cells; all when absent.
    #[serde(rename = "where")]
    pub select: Option<RawSelector>,
    /// The arbitrary axes, over which the share is taken; all when absent.
    pub over: Option<OneOrMany<Axis>>,
    /// The share of cells in which it must hold; 1 when absent.
    pub share: Option<f64>,
    /// The coefficient, effect or function.
    pub row: Option<String>,
    /// Which way it points.
    pub sign: Option<ClaimedSign>,
    /// Level of significance.
    pub level: Option<f64>,
    /// A statistic of the fit in the place of `row`.
    pub statistic: Option<String>,
    /// Its lowest value.
    pub at_least: Option<f64>,
    /// Its highest value.
    pub at_most: Option<f64>,
    /// The name of a test.
    pub test: Option<String>,
    /// Whether the test rejects.
    pub rejects: Option<bool>,
    /// The model that tests choose.
    pub chosen: Option<String>,
    /// The fit that a test, or the choice, looks at; any when absent.
    pub basis: Option<Basis>,
    /// Values of an axis, that with the largest coefficient first.
    pub order: Option<Vec<String>>,
    /// The axis of `order`; `measure` when absent.
    pub by: Option<Axis>,
    /// Where the coefficient is larger …
    pub larger: Option<RawSelector>,
    /// … than where.
    pub than: Option<RawSelector>,
    /// Id of a `[[moran]]` block, whose periods take the place of cells.
    pub moran: Option<String>,
}

/// `[diff]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawDiff {
    /// Relative tolerance; 1e-8 when absent.
    pub relative: Option<f64>,
    /// Absolute tolerance; 1e-12 when absent.
    pub absolute: Option<f64>,
    /// Levels of significance of estimates; 10, 5 and 1 % when absent.
    pub stars: Option<Vec<f64>>,
    /// Level of the decisions of tests; 0.05 when absent.
    pub level: Option<f64>,
    /// What is a regression; conclusions and failures when absent.
    pub fail_on: Option<OneOrMany<Concern>>,
}

/// `[notify]`
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawNotify {
    /// The program and its arguments; nobody when absent.
    pub command: Option<OneOrMany<String>>,
}

/// One value, or a list of values.
#[derive(Debug, Clone, PartialEq)]
pub enum OneOrMany<T> {
    /// `"slm"`
    One(T),
    /// `["slm", "sem"]`
    Many(Vec<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for OneOrMany<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("OneOrMany{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}

struct OneOrManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrManyVisitor<T> {
    type Value = OneOrMany<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one value or a list")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        T::deserialize(text.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        T::deserialize(number.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        T::deserialize(number.into_deserializer()).map(OneOrMany::One)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(OneOrMany::Many(all))
    }
}

/// A value of the lags axis: `2` is lags 0, 1 and 2; `[0, 2]` is lags 0 and 2.
#[derive(Debug, Clone, PartialEq)]
pub enum Lags {
    /// Lags 0 to this.
    Depth(u32),
    /// These lags.
    Set(Vec<u32>),
}

impl Lags {
    /// The deepest lag; 0 for an empty set.
    pub fn deepest(&self) -> u32 {
        match self {
            Self::Depth(depth) => *depth,
            Self::Set(lags) => lags.iter().copied().max().unwrap_or(0),
        }
    }

    /// The set of lags; `None` when it is empty. As long as the deepest lag.
    pub fn set(&self) -> Option<LagSet> {
        match self {
            Self::Depth(depth) => Some(LagSet::depth(*depth)),
            Self::Set(lags) => LagSet::of(lags.clone()),
        }
    }
}

impl<'de> Deserialize<'de> for Lags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LagsVisitor)
    }
}

impl JsonSchema for Lags {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Lags".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let lag = json_schema!({ "type": "integer", "minimum": 0 });
        json_schema!({ "anyOf": [lag, { "type": "array", "items": lag }] })
    }
}

struct LagsVisitor;

impl<'de> Visitor<'de> for LagsVisitor {
    type Value = Lags;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of lags or a list of lags")
    }

    fn visit_i64<E: Error>(self, depth: i64) -> Result<Self::Value, E> {
        u32::deserialize(depth.into_deserializer()).map(Lags::Depth)
    }

    fn visit_u64<E: Error>(self, depth: u64) -> Result<Self::Value, E> {
        u32::deserialize(depth.into_deserializer()).map(Lags::Depth)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(items)).map(Lags::Set)
    }
}

/// A name of the data. A number is taken as it is written: `11` is the unit called 11.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text(pub String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

impl JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}

struct TextVisitor;

impl Visitor<'_> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(number.to_string()))
    }
}
