//! What several commands share, and the commands below a command.

use crate::spec::layers::PROFILE;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TemplatesCommand {
    /// Write the built-in templates and their README into a folder
    ///
    /// In a folder templates/ beside an experiment they take the place of the built-in ones: change
    /// those you need, and delete the others, which else stay as they are now when spanel changes.
    Export {
        /// The folder; of an experiment (TOML), templates/ beside it
        #[arg(default_value = "templates")]
        dir: PathBuf,
        /// Overwrite files that are there
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ConfigCommand {
    /// Print every setting that some layer gives, as sorted TOML
    ///
    /// With --origin each line ends in a comment that says where its value came from: file and
    /// line (and profile), environment variable, --set, or default. Keys that no layer gives have
    /// the defaults of experiments/README.md. What is wrong with the settings is said afterwards,
    /// with exit code 2.
    Show {
        #[command(flatten)]
        experiment: Experiment,
        /// Say of each value where it came from
        #[arg(long)]
        origin: bool,
        /// Print JSON: the settings as a tree, or with --origin as a list of key, value, origin
        #[arg(long)]
        json: bool,
    },
}

/// What a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReportFormat {
    /// A page that needs no other file.
    Html,
    /// The results section of a paper, with its tables and figures.
    Latex,
}

/// Kinds of files that have a schema.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(in crate::cli) enum SchemaOf {
    /// Experiments, spanel.toml and a user's own settings
    #[default]
    Experiment,
    /// Processes of spanel simulate
    Process,
}

#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Experiment {
    /// The experiment (TOML)
    pub(in crate::cli) spec: PathBuf,
    /// Override a setting: --set data.file=panel.csv; the value is TOML, or else text
    #[arg(long = "set", value_name = "KEY.PATH=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Lay a profile over the experiment: the keys of [profile.NAME]
    #[arg(long, env = PROFILE, value_name = "NAME")]
    pub(in crate::cli) profile: Option<String>,
}

impl Experiment {
    /// The environment with the chosen profile in it, whichever way it was chosen.
    pub(in crate::cli) fn environment(&self) -> impl Iterator<Item = (String, String)> {
        let others = std::env::vars().filter(|(name, _)| name != PROFILE);
        others.chain(self.profile.iter().map(|name| (PROFILE.to_owned(), name.clone())))
    }

    /// The same on the command line of another process in this folder.
    pub(in crate::cli) fn arguments(&self) -> Vec<String> {
        let option = |name: &str, value: &String| [format!("--{name}"), value.clone()];
        let profile = self.profile.iter().flat_map(|value| option("profile", value));
        let set = self.set.iter().flat_map(|value| option("set", value));
        let spec = std::iter::once(self.spec.to_string_lossy().into_owned());
        spec.chain(profile).chain(set).collect()
    }
}

/// A queue of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Queue {
    /// Slurm, by its `sbatch`
    Slurm,
}

impl Experiment {
    /// The experiment with more settings, which win.
    pub(in crate::cli) fn with(&self, settings: Vec<String>) -> Self {
        let set = self.set.iter().cloned().chain(settings).collect();
        Self { set, ..self.clone() }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Results {
    /// Folder that results are written below, in a folder named after the experiment
    #[arg(long, env = "SPANEL_RESULTS", value_name = "DIR", default_value = "results")]
    pub(in crate::cli) results: PathBuf,
}
