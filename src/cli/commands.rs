//! One function a subcommand. Each reads as the flow of data.
//!
//! | file | what it does |
//! |---|---|
//! | `running` | `run` |
//! | `alone` | one cell, for another process |
//! | `fitting` | the cells of a run, kept as they are done |
//! | `planning` | `plan` |
//! | `rendering` | `render`, and the same at the end of a run |
//! | `reporting` | `report` |
//! | `exporting` | `templates export` |
//! | `merging` | `merge` |
//! | `verifying` | `verify` |
//! | `bundling` | `bundle`, and the manifest |
//! | `submitting` | `submit` |
//! | `surveying` | `status` |
//! | `inspecting` | `why`, `show` |
//! | `remembering` | `history`, `gc` |
//! | `checking` | `check` |
//! | `comparing` | `diff`, `claims` |
//! | `nightly` | what `run` does around the fits: a baseline, claims, a hook |
//! | `tracing` | `trace` |
//! | `auditing` | `audit` |
//! | `attributing` | `why-differs` |
//! | `weighing` | `weights` |

mod alone;
mod attributing;
mod auditing;
mod bundling;
mod checking;
mod comparing;
mod exporting;
mod fitting;
mod inspecting;
mod merging;
mod nightly;
mod planning;
mod remembering;
mod rendering;
mod reporting;
mod running;
mod submitting;
mod surveying;
mod tracing;
mod verifying;
mod weighing;

use super::Ending;
use super::args::{Command, ConfigCommand, Experiment, Queue, TemplatesCommand};
use super::diagnostic;
use super::editing;
use super::events;
use super::manual;
use super::new;
use super::watch;
use super::words::vocabulary;
use crate::ident::{CellId, KeyPath};
use crate::inputs::{self, Inputs};
use crate::load::{printed, provenance};
use crate::mistake::{self, Checked, Kind, Mistake, Mistakes, Place};
use crate::model::change::Roster;
use crate::plan::{self, Plan};
use crate::printed::Printed;
use crate::report::{self, Source, UserTemplates};
use crate::run;
use crate::simulate::simulate as simulate_process;
use crate::spec::Spec;
use crate::spec::layers::Layers;
use crate::store::folder::Folder;
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Does what `command` says.
pub(super) fn run(command: Command) -> Ending {
    match command {
        Command::Run { experiment, results, options } => {
            nightly::run(&experiment, &results, &options)
        }
        Command::Diff { base, new, results, options } => {
            comparing::diff(&base, new.as_deref(), &results, &options)
        }
        Command::Claims { experiment, results, options } => {
            comparing::claims(&experiment, &results, &options)
        }
        Command::Trace { value, file, options } => tracing::trace(&value, &file, &options),
        Command::Audit { files, options } => auditing::audit(&files, &options),
        Command::WhyDiffers { experiment, results, options } => {
            attributing::why_differs(&experiment, &results, &options)
        }
        Command::Check { experiment, json } => checking::check(&experiment, json),
        Command::Weights { experiment, options } => weighing::weights(&experiment, &options),
        Command::Plan { experiment, results, json } => planning::list(&experiment, &results, json),
        Command::Why { experiment, results, cell, json } => {
            inspecting::why(&experiment, &results, &cell, json)
        }
        Command::Show { experiment, results, cell, json } => {
            inspecting::show(&experiment, &results, &cell, json)
        }
        Command::History { experiment, results, cell, json } => {
            remembering::history(&experiment, &results, cell.as_deref(), json)
        }
        Command::Merge { experiment, results, folders, keep_shards } => {
            merging::merge(&experiment, &results, &folders, keep_shards)
        }
        Command::Verify { experiment, results, options } => {
            if experiment.spec.extension().is_some_and(|e| e == "zip") {
                bundling::verify_archive(&experiment, &options)
            } else {
                verifying::verify(&experiment, &results, &options)
            }
        }
        Command::Bundle { experiment, results, out, without_data, json } => {
            bundling::bundle(&experiment, &results, out.as_deref(), (without_data, json))
        }
        Command::FitOne { experiment, folder, cell, memory } => {
            alone::fit_one(&experiment, &folder, &cell, memory)
        }
        Command::Submit { experiment, results, to, parts, dry_run } => match to {
            Queue::Slurm => submitting::submit(&experiment, &results, parts, dry_run),
        },
        Command::Status { experiment, results, json } => {
            surveying::status(&experiment, &results, json)
        }
        Command::Gc { experiment, results, dry_run, json } => {
            remembering::collect_garbage(&experiment, &results, dry_run, json)
        }
        Command::Render { experiment, results, format } => {
            rendering::render_again(&experiment, &results, format)
        }
        Command::Report { experiment, results, format } => {
            reporting::report(&experiment, &results, &format)
        }
        Command::Templates { command: TemplatesCommand::Export { dir, force } } => {
            exporting::templates(&dir, force)
        }
        Command::Simulate { process, out, force } => simulate(&process, &out, force),
        Command::Watch { experiment, results, options } => {
            watch::watch(&experiment, || nightly::run(&experiment, &results, &options))
        }
        Command::New { data, out, sheet } => new::new(&data, out.as_deref(), sheet),
        Command::Config { command: ConfigCommand::Show { experiment, origin, json } } => {
            editing::show(&experiment, origin, json)
        }
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { about, out } => manual::man(about.as_deref(), out.as_deref()),
        Command::Schema { kind } => editing::schema(kind),
    }
}

/// A loaded experiment: what is asked, and where each setting came from.
struct Loaded {
    spec: Spec,
    plan: Plan,
    layers: Layers,
}

/// Reads the experiment, or reports everything that is wrong with it.
fn load(experiment: &Experiment) -> Result<Loaded, Ending> {
    plan::load(&experiment.spec, experiment.environment(), &experiment.set, &vocabulary())
        .map(|(spec, plan, layers)| Loaded { spec, plan, layers })
        .map_err(|(mistakes, layers)| report_mistakes(&mistakes, &layers))
}

/// What an experiment says, without its cells, or nothing where it says something wrong: that is
/// reported elsewhere.
fn spec_of(experiment: &Experiment) -> Option<Spec> {
    crate::spec::load(&experiment.spec, experiment.environment(), &experiment.set, &vocabulary())
        .map(|(spec, _)| spec)
        .ok()
}

pub(super) fn report_mistakes(mistakes: &Mistakes, layers: &Layers) -> Ending {
    let machines = events::for_machines();
    let fancy =
        std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() && !machines;
    let text = diagnostic::report(mistakes, layers, fancy);
    if !machines {
        eprintln!("{text}");
    }
    events::emit("mistake", serde_json::json!({ "text": text }));
    match mistakes.kind() {
        Kind::Spec => Ending::SpecWrong,
        Kind::File | Kind::Unwritten => Ending::FileWrong,
    }
}

/// `value`, or everything that is wrong reported.
fn reported<T>(result: Checked<T>, layers: &Layers) -> Result<T, Ending> {
    result.map_err(|mistakes| report_mistakes(&mistakes, layers))
}

impl Loaded {
    /// `value`, or everything that is wrong reported.
    fn or_report<T>(&self, result: Checked<T>) -> Result<T, Ending> {
        reported(result, &self.layers)
    }

    /// Reads the data, and plans what could not be planned without them.
    fn open(&mut self) -> Result<Inputs, Ending> {
        let inputs = self.read();
        self.or_report(inputs)
    }

    /// The same without a report.
    fn read(&mut self) -> Checked<Inputs> {
        let inputs = inputs::open(&self.spec)?;
        self.settled(Some(&inputs.roster()))?;
        Ok(inputs)
    }

    /// Plans the cells that leave out one unit, year or region at a time.
    fn settle(&mut self, roster: Option<&Roster>) -> Result<(), Ending> {
        let settled = self.settled(roster);
        self.or_report(settled)
    }

    /// The same without a report.
    fn settled(&mut self, roster: Option<&Roster>) -> Checked<()> {
        if let Some(roster) = roster.filter(|_| plan::needs_roster(&self.spec)) {
            self.plan = plan::settle(&self.spec, roster, &vocabulary())?;
        }
        Ok(())
    }
}

/// The cells that a pattern means.
struct Selected {
    cells: BTreeSet<CellId>,
    /// Whether it is all of them.
    all: bool,
}

/// The cells of the plan that `pattern` means, all without one.
fn selected(loaded: &Loaded, pattern: Option<&str>) -> Result<Selected, Ending> {
    let Some(pattern) = pattern else { return Ok(Selected { cells: BTreeSet::new(), all: true }) };
    let meant = loaded.plan.cells.iter().filter(|c| means(pattern, &c.label(), &c.id));
    let cells: BTreeSet<CellId> = meant.map(|c| c.id).collect();
    if cells.is_empty() {
        let labels: Vec<String> = loaded.plan.cells.iter().map(plan::Cell::label).collect();
        let mut mistake = Mistake::spec(&KeyPath::root(), format!("no cell is `{pattern}`"));
        mistake.place = Place::Nowhere;
        let nearest = mistake::closest(pattern, labels.iter().map(String::as_str))
            .map(|label| format!("`spanel plan` lists the cells; the nearest is {label}"));
        mistake.help = nearest;
        report_mistakes(&mistake.into(), &loaded.layers);
        return Err(Ending::NothingSelected);
    }
    Ok(Selected { cells, all: false })
}

/// Whether `pattern` means the cell: its label, with * for anything, or the beginning of its id.
fn means(pattern: &str, label: &str, id: &CellId) -> bool {
    const SHORTEST: usize = 6;
    (pattern.len() >= SHORTEST && id.to_string().starts_with(pattern))
        || crate::spec::tables::means(pattern, label)
}

/// Both ways of a `Result` of endings are an ending.
fn ended(result: Result<Ending, Ending>) -> Ending {
    result.unwrap_or_else(|ending| ending)
}

/// Renders every table and figure as if no cell had been run, so that a template that fails does so before
/// hours are spent and not after.
fn rehearse(loaded: &Loaded, inputs: &Inputs, templates: &UserTemplates) -> Checked<()> {
    let mut spec = loaded.spec.clone();
    spec.moran.iter_mut().for_each(|block| block.permutations = 0);
    let published = published(&loaded.spec)?;
    let source = Source {
        published: published.as_ref(),
        spec: &loaded.spec,
        plan: &loaded.plan,
        records: &BTreeMap::new(),
        experiment: &run::experiment(&spec, inputs),
    };
    let tables = report::render(source, templates).map(drop);
    let figures = report::figures::render(source, templates).map(drop);
    let wrong = [tables, figures].into_iter().filter_map(Result::err);
    Mistakes::unless_empty(wrong.flat_map(Mistakes::into_vec).collect(), ())
}

/// The numbers that a text prints, of an experiment that has them.
fn published(spec: &Spec) -> Checked<Option<Printed>> {
    spec.published.as_ref().map(|published| printed::read(&published.file.value)).transpose()
}

/// The templates in `templates/` beside the experiment.
fn user_templates(spec: &Path) -> Checked<UserTemplates> {
    let folder = spec.parent().unwrap_or(Path::new("")).join("templates");
    let mut found = UserTemplates::default();
    let mut mistakes = Vec::new();
    // No folder, no templates of the user's own.
    let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(found) };
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    files.sort();
    for file in files.iter().filter(|f| f.extension().is_some_and(|e| e == "jinja")) {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        match std::fs::read_to_string(file) {
            Ok(text) => {
                found.insert(name, text);
            }
            Err(e) => mistakes.push(Mistake::file(file, format!("cannot be read: {e}"))),
        }
    }
    Mistakes::unless_empty(mistakes, found)
}

fn simulate(process: &Path, out: &Path, force: bool) -> Ending {
    let layers = Layers::default();
    let written = simulate_process(process).and_then(|made| {
        if !force {
            refuse_to_overwrite(out)?;
        }
        write_beside(out, &made.csv)?;
        write_beside(&out.with_extension("provenance.toml"), &made.provenance)
    });
    match written {
        Ok(()) => {
            println!("{}", out.display());
            println!("{}", out.with_extension("provenance.toml").display());
            Ending::Done
        }
        Err(mistakes) => report_mistakes(&mistakes, &layers),
    }
}

/// A file that is there already may only be replaced when it was simulated itself.
fn refuse_to_overwrite(out: &Path) -> Checked<()> {
    let simulated = || matches!(provenance::of(out), Ok(Some(p)) if p.simulated);
    let there = out.exists() || out.with_extension("provenance.toml").exists();
    if !there || simulated() {
        return Ok(());
    }
    let message = "is there already (or its provenance file is), and spanel did not simulate it";
    Err(Mistake::file(out, message).help("name another file, or add --force").into())
}

/// Writes a whole file or none, where the user asked for it.
pub(super) fn write_beside(file: &Path, text: &str) -> Checked<()> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned());
    let Some(name) = name else {
        return Err(Mistake::file(file, "is not the name of a file").into());
    };
    Folder::at(folder).write(&name, text.as_bytes())
}
