//! The layout of a results folder, and whole files or none; journals, which grow by whole blocks.
//!
//! ```text
//! results/<experiment>/
//!   records/*.jsonl          the cells: what was asked, hashes of what was used, estimates, tests
//!   history/*.jsonl          records of earlier plans, data and versions
//!   replicates/<key>.journal replicates of a fit by a design, from which later runs go on
//!   replicates/<cell>,<bootstrap>.parquet   the same for users, on request
//!   manifest.json            versions, hashes and seeds of all of this
//!   experiment.json          provenance of the data, descriptive statistics, Moran's I
//!   estimates.csv impacts.csv joint.csv fits.csv tests.csv verdicts.csv descriptive.csv moran.csv
//!   unit_effects.csv randomisation.csv robustness.csv robustness_choices.csv claims.csv
//!   tables/<table>.md tables/<table>.tex
//!   figures/<figure>.svg figures/<figure>.pdf figures/<figure>.csv figures/<figure>.tex
//!   report.html report/      what `spanel report` makes of it
//!   local/                   what has a clock: the log of a run under way, runs, durations, a lock
//! ```
//!
//! All but `local/`, `history/` and `replicates/` is a function of the experiment, its data and its
//! seed.

pub mod archive;
pub mod distribution;
pub mod figures;
pub mod folder;
pub mod jobs;
pub mod journal;
pub mod local;
pub mod manifest;
pub mod records;
pub mod replicates;
pub mod whole;

use crate::ident::{CellId, Digest, RecordKey};
use crate::model::Model;
use crate::model::change::Roster;
use crate::outcome::joint::JointFamily;
use crate::outcome::unit_roots::UnitRoots;
use crate::outcome::{Descriptive, Failure, MoranSeries, Outcome};
use figures::FigureData;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Raised when a field of a record changes its meaning.
pub const SCHEMA: u32 = 2;

/// What is kept of a cell. No clock, no path, no duration: the same bytes on every rerun.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this layout.
    pub schema: u32,
    /// The cell.
    pub cell: CellId,
    /// Identifies everything below but the result.
    pub key: RecordKey,
    /// What was asked, by content: what the cell's identity is made of.
    pub asked: serde_json::Value,
    /// What it was made from.
    pub made_from: MadeFrom,
    /// What was estimated.
    pub model: Model,
    /// What came out.
    pub result: CellResult,
}

/// What a record was made from, beside what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeFrom {
    /// Hash of the units, periods and numbers of the sample; absent when it could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Digest>,
    /// Hash of the weights matrix; absent when it could not be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Digest>,
    /// That of the matrix of the spatial error, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_weights: Option<Digest>,
    /// Hash of what else is said of the data: filled and dropped values, what a variant changed, why
    /// there is no sample.
    pub facts: Digest,
    /// Versions of what was computed, by name; most cells share them.
    pub versions: Arc<BTreeMap<String, u32>>,
}

/// A fit, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CellResult {
    /// It was fitted.
    Fitted(Box<Outcome>),
    /// It could not be.
    Failed(Failure),
}

/// What is kept of an experiment beside its cells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRecord {
    /// Version of this layout.
    pub schema: u32,
    /// Hash of all inputs of the run; a record with another one belongs to another run.
    pub inputs: String,
    /// Hash of the definitions that the series below rest on.
    pub definitions: String,
    /// File name of the data, without its folder.
    pub data_file: String,
    /// BLAKE3 of the data file's bytes.
    pub data_hash: String,
    /// What the data's provenance file says, for the note of every table.
    pub provenance: Option<Provenance>,
    /// Values the missing-value policy filled in, as text.
    pub filled: Vec<String>,
    /// Units and periods it dropped.
    pub dropped: Vec<String>,
    /// What there was to leave out one at a time, where cells do so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<Roster>,
    /// Descriptive statistics of every variable that a table asks for.
    pub descriptive: Vec<Descriptive>,
    /// Moran's I by period.
    pub moran: Vec<MoranSeries>,
    /// Unit roots of variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_roots: Vec<UnitRoots>,
    /// Families of hypotheses over many cells; none when the run was interrupted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub joint: Vec<JointFamily>,
    /// What figures show beside cells.
    #[serde(default, skip_serializing_if = "FigureData::is_empty")]
    pub figures: FigureData,
}

/// What a data file is, from `NAME.provenance.toml` beside `NAME.csv`. It travels with the file:
/// data put in its place by `--set data.file=…` do not inherit it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Whether the numbers are simulated.
    pub simulated: bool,
    /// A sentence for the note of every table.
    pub note: String,
}
