//! The command line: a thin layer that reads the environment, prints, and turns answers into exit
//! codes. Nothing imports it.
//!
//! | file | what it does |
//! |---|---|
//! | `args` | the command line as the user sees it |
//! | `clock` | how long cells take, and how long they may |
//! | `commands` | one function a subcommand |
//! | `diagnostic` | mistakes → reports with source, caret and advice |
//! | `editing` | what helps to write an experiment: its settings after all layers, schemas |
//! | `events` | what a run says on standard error, to people or to machines |
//! | `interrupt` | what makes a run stop early |
//! | `manual` | completions of shells, manual pages |
//! | `new` | a first experiment from a data file |
//! | `isolate` | cells in processes of their own |
//! | `output` | what a run prints on standard output |
//! | `progress` | the bar, or plain lines |
//! | `schemes` | what bootstrap schemes are good for |
//! | `slurm` | the jobs and the queue of Slurm |
//! | `watch` | runs again when a file is saved |
//! | `words` | the words that a specification may use |

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::exit,
    reason = "the command line is the one room that prints and ends the process"
)]

mod args;
mod clock;
mod commands;
pub mod diagnostic;
mod editing;
mod events;
mod interrupt;
mod isolate;
mod manual;
mod new;
mod output;
mod progress;
pub mod schemes;
mod slurm;
mod watch;
pub mod words;

use clap::Parser;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// Every way a command can end.
///
/// | code | meaning |
/// |---|---|
/// | 0 | every cell was fitted, or there was nothing to fit |
/// | 1 | some cells failed |
/// | 2 | the specification (or the command line) is wrong |
/// | 3 | a file cannot be read, written or used |
/// | 4 | no cell is what was selected |
/// | 5 | a regression against earlier results, or a claim or an audit that fails where that was asked |
/// | 6 | stopped because cells failed (`fail_fast`, `max_failures`); what is done is kept |
/// | 70 | a bug in spanel |
/// | 130 | interrupted; whole records and blocks of replicates are kept |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All went well.
    Done,
    /// Some cells failed.
    CellsFailed,
    /// Wrong specification.
    SpecWrong,
    /// Unusable file.
    FileWrong,
    /// A selection that no cell meets.
    NothingSelected,
    /// Stopped because cells failed.
    TooManyFailed,
    /// A regression against earlier results, or a claim or an audit that fails where that was asked.
    Regression,
    /// A bug.
    Bug,
    /// Ctrl-C.
    Interrupted,
}

impl Ending {
    /// What is told of a run that ended so.
    fn in_words(self) -> &'static str {
        match self {
            Self::Done => "every cell is fitted",
            Self::CellsFailed => "some cells failed",
            Self::SpecWrong => "the specification is wrong",
            Self::FileWrong => "a file cannot be used",
            Self::NothingSelected => "nothing was selected",
            Self::Regression => "a regression, or a claim that fails",
            Self::TooManyFailed => "stopped because cells failed",
            Self::Bug => "a bug",
            Self::Interrupted => "interrupted",
        }
    }

    fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CellsFailed => 1,
            Self::SpecWrong => 2,
            Self::FileWrong => 3,
            Self::NothingSelected => 4,
            Self::Regression => 5,
            Self::TooManyFailed => 6,
            Self::Bug => 70,
            Self::Interrupted => 130,
        }
    }
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    // A panic inside a cell is caught and kept as that cell's failure; the default hook would
    // print it over the progress bar.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = args::Cli::parse();
    let ending =
        catch_unwind(AssertUnwindSafe(|| commands::run(cli.command))).unwrap_or_else(|p| {
            let text = p
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| p.downcast_ref::<&str>().copied())
                .unwrap_or("no message");
            // Printing panics when nobody reads any more, or where there is no room.
            if let Some(why) = text.strip_prefix("failed printing to stdout") {
                if why.contains("Broken pipe") {
                    return Ending::Done;
                }
                drop(writeln!(std::io::stderr(), "standard output cannot be written{why}"));
                return Ending::FileWrong;
            }
            eprintln!(
                "spanel has a bug: {text}\nPlease report it with the command and the experiment."
            );
            Ending::Bug
        });
    ExitCode::from(ending.code())
}
