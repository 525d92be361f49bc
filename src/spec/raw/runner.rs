//! What is said of runs and of what is made of their results: limits, queues, claims, differences.

use super::{OneOrMany, RawSelector, Text};
use crate::outcome::Basis;
use crate::spec::Axis;
use crate::spec::claims::ClaimedSign;
use crate::spec::nights::Concern;
use schemars::JsonSchema;
use serde::Deserialize;

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
