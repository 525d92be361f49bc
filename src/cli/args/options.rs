//! The options of commands that have many.

use super::super::events::LogFormat;
use crate::agenda::Again;
use crate::plan::Partition;
use crate::spec::layers::PROFILE;
use crate::spec::nights::Concern;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct RunOptions {
    /// Threads to use; all cores when not given. Results do not depend on it.
    #[arg(long, short, env = "SPANEL_JOBS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Fit only these cells: a label of `spanel plan` (with * for anything), or the beginning of an id
    #[arg(long, value_name = "CELL")]
    pub(in crate::cli) cell: Option<String>,
    /// Fit only one of several parts of the cells, such as hash:1/8 or slice:1/8, into a folder of
    /// its own that `spanel merge` takes in
    #[arg(long, value_name = "PART")]
    pub(in crate::cli) partition: Option<Partition>,
    /// Fit again what is cached, too
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Fit again cells that failed
    #[arg(long, conflicts_with = "force")]
    pub(in crate::cli) retry_failed: bool,
    #[command(flatten)]
    pub(in crate::cli) limits: Limits,
    #[command(flatten)]
    pub(in crate::cli) night: NightOptions,
}

/// What a run does around the fits.
#[derive(Debug, Args)]
pub(in crate::cli) struct NightOptions {
    /// Afterwards, hold the results against those of this folder (it may be the results folder itself,
    /// as it is before the run), write local/night.md, and end by the policy of [diff]
    #[arg(long, value_name = "DIR", conflicts_with = "partition")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// What claims that do not hold do to the exit code
    #[arg(long, value_enum, default_value_t, value_name = "POLICY")]
    pub(in crate::cli) claims: ClaimsPolicy,
    /// What standard error speaks: lines for people, or a JSON object a line
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) log_format: LogFormat,
    /// Write events to a file, a JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) events: Option<PathBuf>,
    /// Run this in a shell at the end, with a JSON summary on its standard input; in the place of
    /// [notify]
    #[arg(long, value_name = "COMMAND")]
    pub(in crate::cli) notify: Option<String>,
}

/// What claims that do not hold do to the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum ClaimsPolicy {
    /// Nothing: they are reported.
    #[default]
    Report,
    /// 5 where one fails.
    Fail,
    /// 5 where one fails or cannot be judged.
    Strict,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffOptions {
    /// Override a setting of the experiment
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Lay a profile over the experiment
    #[arg(long, env = PROFILE, value_name = "NAME")]
    pub(in crate::cli) profile: Option<String>,
    /// How the changes are written
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub(in crate::cli) format: DiffFormat,
    /// Write them to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// List every number that moved, not only the farthest
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Relative tolerance, in the place of that of [diff]; 1e-8
    #[arg(long, value_name = "R", value_parser = tolerance)]
    pub(in crate::cli) relative: Option<f64>,
    /// Absolute tolerance, in the place of that of [diff]; 1e-12
    #[arg(long, value_name = "A", value_parser = tolerance)]
    pub(in crate::cli) absolute: Option<f64>,
    /// What is a regression: conclusions, failures, missing, numbers; none for nothing
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = concern)]
    pub(in crate::cli) fail_on: Option<Vec<Option<Concern>>>,
}

/// How changes are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(in crate::cli) enum DiffFormat {
    /// One line a change.
    #[default]
    Text,
    /// A table.
    Markdown,
    /// All of it.
    Json,
    /// JUnit XML, a test for each cell.
    Junit,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ClaimsOptions {
    /// All of it as JSON on standard output, with the numbers of every unit
    #[arg(long)]
    pub(in crate::cli) json: bool,
    /// What claims that do not hold do to the exit code
    #[arg(long, value_enum, default_value_t, value_name = "POLICY")]
    pub(in crate::cli) claims: ClaimsPolicy,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct WhyDiffersOptions {
    /// A cell: a label of `spanel plan` (with * for anything), or the beginning of an id
    pub(in crate::cli) a: String,
    /// Another cell
    #[arg(required_unless_present = "baseline", conflicts_with = "baseline")]
    pub(in crate::cli) b: Option<String>,
    /// The same cell in this results folder
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// The coefficient or effect, as a row of a table
    #[arg(long, default_value = "measure")]
    pub(in crate::cli) row: String,
    /// All of it as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// What a run does about cells that take long or fail.
#[derive(Debug, Args)]
pub(in crate::cli) struct Limits {
    /// How long a cell may take: "30 s", "2 min", "5x median" (run.timeout)
    #[arg(long, value_name = "TIME")]
    timeout: Option<String>,
    /// Search again, from other points, for an optimum that was not found, so often (run.retries)
    #[arg(long, value_name = "N")]
    retries: Option<u32>,
    /// Stop at the first cell that fails (run.fail_fast)
    #[arg(long)]
    fail_fast: bool,
    /// Stop when so many cells have failed (run.max_failures)
    #[arg(long, value_name = "N", conflicts_with = "fail_fast")]
    max_failures: Option<u32>,
    /// Fit each cell in a process of its own, which can be killed at its timeout (run.isolate)
    #[arg(long)]
    isolate: bool,
    /// Memory that such a process may use: "2 GB"; on Linux only (run.memory)
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
}

impl RunOptions {
    /// What is to be fitted although it is kept.
    pub(in crate::cli) fn again(&self) -> Again {
        match (self.force, self.retry_failed) {
            (true, _) => Again::All,
            (false, true) => Again::Failed,
            (false, false) => Again::No,
        }
    }
}

impl Limits {
    /// The limits as settings of `[run]`.
    pub(in crate::cli) fn settings(&self) -> Vec<String> {
        let text = |key: &str, value: &Option<String>| {
            // A JSON string is a TOML string.
            value.as_ref().map(|text| format!("run.{key}={}", serde_json::json!(text)))
        };
        let number = |key: &str, value: Option<u32>| value.map(|n| format!("run.{key}={n}"));
        let flag = |key: &str, set: bool| set.then(|| format!("run.{key}=true"));
        [
            text("timeout", &self.timeout),
            number("retries", self.retries),
            flag("fail_fast", self.fail_fast),
            number("max_failures", self.max_failures),
            flag("isolate", self.isolate),
            text("memory", &self.memory),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyOptions {
    /// How many cells to fit again
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(in crate::cli) sample: u32,
    /// Fit all cells again
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// All of it as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AuditOptions {
    /// Sentences of the text about the tables: TOML with [[claims]], or a CSV file
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) claims: Option<PathBuf>,
    /// End with 5 where something is an error or a warning
    #[arg(long)]
    pub(in crate::cli) strict: bool,
    /// A Markdown table of what was found
    #[arg(long, conflicts_with = "json")]
    pub(in crate::cli) markdown: bool,
    /// All of it as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TraceOptions {
    /// The experiment (TOML) that the file was rendered from; NAME.toml or experiments/NAME.toml of
    /// results/NAME/tables/FILE when not given
    #[arg(long, value_name = "SPEC")]
    pub(in crate::cli) experiment: Option<PathBuf>,
    /// Override a setting: --set data.file=panel.csv; the value is TOML, or else text
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Lay a profile over the experiment: the keys of [profile.NAME]
    #[arg(long, env = PROFILE, value_name = "NAME")]
    pub(in crate::cli) profile: Option<String>,
    /// All of it as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value >= 0.0 && value.is_finite() => Ok(value),
        _ => Err("expected 0 or a small number, such as 1e-8".to_owned()),
    }
}

fn concern(text: &str) -> Result<Option<Concern>, String> {
    match (Concern::parse(text), text) {
        (Some(concern), _) => Ok(Some(concern)),
        (None, "none") => Ok(None),
        (None, _) => Err("expected conclusions, failures, missing, numbers or none".to_owned()),
    }
}

/// What `weights` is told.
#[derive(Debug, Args)]
pub(in crate::cli) struct WeightsOptions {
    /// A name of [weights]; all when not given
    pub(in crate::cli) name: Option<String>,
    /// Write the normalised matrix to this file: .gal (neighbours only), .gwt, .mtx or .csv (edges)
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(in crate::cli) write: Option<PathBuf>,
    /// Of weights that change over time, those of this period; without it what they are like over all
    #[arg(long, value_name = "PERIOD")]
    pub(in crate::cli) period: Option<i64>,
    /// Overwrite the file
    #[arg(long, requires = "write")]
    pub(in crate::cli) force: bool,
    /// All of it as JSON on standard output
    #[arg(long)]
    pub(in crate::cli) json: bool,
}
