//! The command line as the user sees it.

mod options;
mod parts;

pub(super) use options::{
    AuditOptions, ClaimsOptions, ClaimsPolicy, DiffFormat, DiffOptions, NightOptions, RunOptions,
    TraceOptions, VerifyOptions, WeightsOptions, WhyDiffersOptions,
};

pub(super) use parts::{
    ConfigCommand, Experiment, Queue, ReportFormat, Results, SchemaOf, TemplatesCommand,
};

use crate::report::formats::{FORMATS, Format};
use clap::builder::PossibleValuesParser;
use clap::{Parser, Subcommand};
use clap_complete::Shell;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// Declarative experiments in spatial panel econometrics: one TOML file to the paper's tables.
#[derive(Debug, Parser)]
#[command(
    name = "spanel",
    version,
    after_help = "\
Examples:
  spanel new my-panel.csv
  spanel run experiments/us-states.toml
  spanel check experiments/paper.toml --set data.file=my-panel.csv
  spanel plan experiments/paper.toml --set 'grids.paper.model=[\"slm\"]'
  spanel render experiments/paper.toml

Settings are layered, later ones win: defaults < your own (~/.config/spanel/config.toml)
< spanel.toml beside the experiment < the experiment < its profile (--profile nightly)
< environment (SPANEL_DATA__FILE=... sets data.file) < --set.

Exit codes:
  0    every cell was fitted
  1    some cells failed; the others are done, and tables say which and why
  2    the specification is wrong (or the command line)
  3    a file cannot be read, written or used
  4    no cell is what --cell or CELL says
  5    a regression against a baseline, or a claim or an audit that fails where that was asked
  6    stopped by --fail-fast or --max-failures; what is done is kept
  70   a bug in spanel
  130  interrupted; whole records and blocks of replicates are kept"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Fit what has changed in an experiment, keep the records, render its tables
    ///
    /// Reads the experiment and its data, fits in parallel every cell that has no record made from
    /// the same question, numbers and versions, with its tests, and renders tables (Markdown and
    /// LaTeX) and CSV files. A cell that fails is shown as failed; the others go on. A run that was
    /// stopped, by whatever, is gone on with by the next.
    Run {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        #[command(flatten)]
        options: RunOptions,
    },
    /// Validate an experiment and its data without fitting
    ///
    /// Reports every mistake at once with file, line and column, in the specification, the data,
    /// the weights, and the templates.
    Check {
        #[command(flatten)]
        experiment: Experiment,
        /// All of it as JSON on standard output, mistakes too
        #[arg(long)]
        json: bool,
    },
    /// Say what the weights of an experiment are like, and write them to files
    ///
    /// Of each matrix: what it is made of, units, links, neighbours of a unit (fewest, mean, most),
    /// units without any, parts that no link joins, and whether links are the same both ways before
    /// they are normalised. Made of all units that the data have after their missing values.
    Weights {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        options: WeightsOptions,
    },
    /// List the cells of an experiment: which are new, cached, stale, and why
    ///
    /// One line a cell on standard output; on standard error counts by axis, what the rules of the
    /// grids did, how long a run may take, and what is odd about the grid. Fits nothing.
    Plan {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// All of it as JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Say why a cell would be fitted again, or that it is cached, and from what it is made
    Why {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// A label of `spanel plan` (with * for anything), or the beginning of an id
        cell: String,
        /// All of it as JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Show everything about a cell: its numbers, what it is made from, how to run it alone
    Show {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// A label of `spanel plan` (with * for anything), or the beginning of an id
        cell: String,
        /// The record as JSON
        #[arg(long)]
        json: bool,
    },
    /// List the runs of an experiment, or the records that a cell has had
    History {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// A label of `spanel plan` (with * for anything), or the beginning of an id
        cell: Option<String>,
        /// All of it as JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Take in the records of parts that were run elsewhere, and render
    ///
    /// Without folders those of `spanel run --partition` below the results folder, which are removed
    /// once they are taken in. Fits nothing; says which cells are missing.
    Merge {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// Results folders to take in, such as part-1/us-states, or the folders above them, which the
        /// parts had as --results
        folders: Vec<PathBuf>,
        /// Keep the folders of the parts
        #[arg(long)]
        keep_shards: bool,
    },
    /// Check stored results: hash everything again, fit a sample of cells again
    ///
    /// Takes an experiment whose results are here, or an archive that `spanel bundle` made.
    Verify {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        #[command(flatten)]
        options: VerifyOptions,
    },
    /// Put an experiment, its data, its records and its tables into one archive
    ///
    /// Whoever has it verifies it with one command: spanel verify ARCHIVE.
    Bundle {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// The archive; NAME.zip when not given
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Leave out the data, of which the hash stays
        #[arg(long)]
        without_data: bool,
        /// One JSON document on standard output
        #[arg(long)]
        json: bool,
    },
    /// Fit one cell for another process of spanel, which is told of it in lines of JSON
    #[command(hide = true)]
    FitOne {
        #[command(flatten)]
        experiment: Experiment,
        /// The results folder, which the other process holds
        #[arg(long)]
        folder: PathBuf,
        /// The cell
        #[arg(long)]
        cell: String,
        /// Bytes of memory
        #[arg(long)]
        memory: Option<u64>,
    },
    /// Hand the cells that are to be fitted to a queue of jobs
    ///
    /// Writes and submits a job array, each task of which fits a part of the cells, and a job that
    /// merges the parts after it, whether or not all tasks went well. Cells that are kept are left
    /// out; where all are, nothing is submitted. What the queue is told stands in [submit.slurm] of
    /// the experiment or of spanel.toml, or comes with --set submit.slurm.time=02:00:00.
    Submit {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// The queue
        #[arg(long, value_enum)]
        to: Queue,
        /// Tasks of the array at most, in place of submit.slurm.parts
        #[arg(long, value_name = "N")]
        parts: Option<NonZeroU32>,
        /// Only print the scripts
        #[arg(long)]
        dry_run: bool,
    },
    /// Say how far an experiment is: in the whole, in each part, and in the queue
    Status {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// All of it as JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what changed between two sets of results, conclusions before digits
    ///
    /// Pairs cells by label (by content where a label is gone), compares their numbers by a
    /// tolerance, and what is concluded from them: signs, levels of significance, the order of the
    /// measures, decisions of tests, the model they choose, which cells fail, which claims hold. Ends
    /// with 5 when something changed that the policy calls a regression.
    Diff {
        /// A results folder, such as archive/paper
        base: PathBuf,
        /// A results folder, or an experiment (TOML) whose results, [diff] and claims are used;
        /// without it the folder of the same name below the results folder
        new: Option<PathBuf>,
        #[command(flatten)]
        results: Results,
        #[command(flatten)]
        options: DiffOptions,
    },
    /// Say which claims of an experiment hold by the stored records
    Claims {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        #[command(flatten)]
        options: ClaimsOptions,
    },
    /// Say which cell, data, seed and versions made a number in a rendered file
    ///
    /// Renders the table again from the stored records and lists every entry that shows VALUE: row,
    /// column, cell, what it was made from, and the command that fits the cell again. Says whether
    /// the file is what the records give. Takes tables in any format, and the CSV files of a results
    /// folder.
    Trace {
        /// The number as it is printed, such as 0.1230; stars are ignored, and - stands for a minus
        #[arg(allow_hyphen_values = true)]
        value: String,
        /// The file, such as results/paper/tables/table3.tex
        file: PathBuf,
        #[command(flatten)]
        options: TraceOptions,
    },
    /// Ask of printed tables what a referee would ask
    ///
    /// Reads numbers copied from tables (CSV or a workbook, a row a number: table, term, value, stars,
    /// perhaps se, t, p, and columns that say which column it stands in; or a row a variable: variable,
    /// minimum, maximum, mean, std_dev), and says where they contradict each other, or what they can be:
    /// numbers repeated to all digits, estimates at a bound, stars against standard errors, log likelihoods
    /// that cannot stand together, impossible moments, and sentences of the text that the tables
    /// contradict. Estimates nothing.
    Audit {
        /// The printed numbers
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        options: AuditOptions,
    },
    /// Attribute the difference of a coefficient between two cells, or two nights, to each choice
    ///
    /// Shapley values over the axes in which the cells differ, or over data and question between two
    /// nights: they add up to the difference. Combinations that have no record are fitted, and not
    /// kept.
    WhyDiffers {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        #[command(flatten)]
        options: WhyDiffersOptions,
    },
    /// Forget the records of earlier plans, data and versions
    Gc {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// Only say what would go
        #[arg(long)]
        dry_run: bool,
        /// All of it as JSON on standard output
        #[arg(long)]
        json: bool,
    },
    /// Render tables again from the stored records, without fitting
    ///
    /// In the formats that [output] of the experiment names, Markdown and LaTeX where it names none,
    /// or in those of --format.
    Render {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// Formats of the tables, in place of those of the experiment: markdown, latex, html, typst,
        /// docx, xlsx, csv, json
        #[arg(
            long,
            value_name = "FORMAT,…",
            value_delimiter = ',',
            hide_possible_values = true,
            value_parser = PossibleValuesParser::new(FORMATS.iter().map(Format::name))
        )]
        format: Vec<String>,
    },
    /// Write a report from the stored records, without fitting
    ///
    /// html: one page, report.html, that needs no other file and no network: question, data, protocol,
    /// tables, figures, claims, an interactive specification curve, failures, and every cell with the
    /// command that makes it again. latex: report/report.tex, the results section of a paper, with the
    /// tables and figures that it takes in beside it.
    Report {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        /// What to write: html, latex
        #[arg(
            long,
            value_name = "FORMAT,…",
            value_delimiter = ',',
            value_enum,
            hide_possible_values = true,
            default_value = "html"
        )]
        format: Vec<ReportFormat>,
    },
    /// Write the built-in templates of tables, to be changed
    Templates {
        #[command(subcommand)]
        command: TemplatesCommand,
    },
    /// Simulate a panel from a data generating process declared in a TOML file
    ///
    /// Writes the panel as CSV, and a provenance file beside it that makes every table made from
    /// it say that the data are simulated.
    Simulate {
        /// The process (TOML), such as experiments/paper-dgp.toml
        process: PathBuf,
        /// Where to write the panel
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
        /// Overwrite FILE even if it is not a panel that spanel simulated
        #[arg(long)]
        force: bool,
    },
    /// Run an experiment whenever one of its files is saved
    ///
    /// Watches the experiment, spanel.toml, the data, the weights and the templates. What a change
    /// does not touch is not fitted again; what is wrong is shown, and mended by saving the file
    /// again. A change during a run makes it stop after what is under way and start over. Takes
    /// the options of `run`. Ctrl-C ends it with exit code 0.
    Watch {
        #[command(flatten)]
        experiment: Experiment,
        #[command(flatten)]
        results: Results,
        #[command(flatten)]
        options: RunOptions,
    },
    /// Draft an experiment from a data file
    ///
    /// Guesses units, periods, response, regressors, and weights among the files beside the data;
    /// asks nothing, explains every choice in comments, and says what is left to fill in.
    New {
        /// The data: CSV, XLSX, XLS or ODS, one row a unit and period
        data: PathBuf,
        /// Where to write the experiment, which must not be there yet; DATA.toml in the working
        /// folder when not given
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Sheet of a workbook; the first when not given
        #[arg(long, value_name = "NAME")]
        sheet: Option<String>,
    },
    /// Show the settings of an experiment after all layers
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print completions for a shell
    ///
    /// bash:  spanel completions bash > ~/.local/share/bash-completion/completions/spanel
    /// zsh:   spanel completions zsh > a folder of $fpath, as _spanel
    /// fish:  spanel completions fish > ~/.config/fish/completions/spanel.fish
    #[command(verbatim_doc_comment)]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
    /// Print the manual page, or write that of every command into a folder
    ///
    /// spanel man | man -l -
    /// spanel man --out ~/.local/share/man/man1
    #[command(verbatim_doc_comment)]
    Man {
        /// The command that the page is about; all of spanel when not given
        #[arg(value_name = "COMMAND")]
        about: Option<String>,
        /// Write the pages of spanel and of every command into this folder
        #[arg(long, short, value_name = "DIR", conflicts_with = "about")]
        out: Option<PathBuf>,
    },
    /// Print the JSON Schema of experiments, for editors
    ///
    /// Editors complete and check an experiment whose first line says where the schema is:
    /// #:schema spanel.schema.json
    Schema {
        /// Which files it describes
        #[arg(long = "for", value_name = "KIND", value_enum, default_value_t)]
        kind: SchemaOf,
    },
}
