//! One function a subcommand. Each reads as the flow of data.

use super::Ending;
use super::args::{Command, Experiment, Results};
use super::diagnostic;
use super::progress::{Progress, Tally};
use super::schemes;
use crate::diagnostic::DIAGNOSTICS;
use crate::estimator::ESTIMATORS;
use crate::inputs::{self, Inputs};
use crate::load::provenance;
use crate::mistake::{Checked, Kind, Mistake, Mistakes};
use crate::model::change::Roster;
use crate::plan::{self, Plan};
use crate::report::{self, RenderedFile, Source, UserTemplates};
use crate::run::{self, Event};
use crate::simulate::simulate as simulate_process;
use crate::spec::layers::Layers;
use crate::spec::tables::TableKind;
use crate::spec::vocabulary::{EstimatorWords, TestWords, Vocabulary};
use crate::spec::{Axis, Spec};
use crate::store::folder::Folder;
use crate::store::{CellResult, ExperimentRecord, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Does what `command` says.
pub(super) fn run(command: Command) -> Ending {
    match command {
        Command::Run { experiment, results, jobs } => run_cells(&experiment, &results, jobs),
        Command::Check { experiment } => check(&experiment),
        Command::Plan { experiment } => list(&experiment),
        Command::Render { experiment, results } => render_again(&experiment, &results),
        Command::Simulate { process, out, force } => simulate(&process, &out, force),
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
    plan::load(&experiment.spec, std::env::vars(), &experiment.set, &vocabulary())
        .map(|(spec, plan, layers)| Loaded { spec, plan, layers })
        .map_err(|(mistakes, layers)| report_mistakes(&mistakes, &layers))
}

fn report_mistakes(mistakes: &Mistakes, layers: &Layers) -> Ending {
    let fancy = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    eprintln!("{}", diagnostic::report(mistakes, layers, fancy));
    match mistakes.kind() {
        Kind::Spec => Ending::SpecWrong,
        Kind::File => Ending::FileWrong,
    }
}

impl Loaded {
    /// `value`, or everything that is wrong reported.
    fn or_report<T>(&self, result: Checked<T>) -> Result<T, Ending> {
        result.map_err(|mistakes| report_mistakes(&mistakes, &self.layers))
    }

    /// Reads the data, and plans what could not be planned without them.
    fn open(&mut self) -> Result<Inputs, Ending> {
        let inputs = self.or_report(inputs::open(&self.spec))?;
        self.settle(Some(&inputs.roster()))?;
        Ok(inputs)
    }

    /// Plans the cells that leave out one unit, year or region at a time.
    fn settle(&mut self, roster: Option<&Roster>) -> Result<(), Ending> {
        if let Some(roster) = roster.filter(|_| plan::needs_roster(&self.spec)) {
            self.plan = self.or_report(plan::settle(&self.spec, roster, &vocabulary()))?;
        }
        Ok(())
    }
}

/// Both ways of a `Result` of endings are an ending.
fn ended(result: Result<Ending, Ending>) -> Ending {
    result.unwrap_or_else(|ending| ending)
}

fn check(experiment: &Experiment) -> Ending {
    ended((|| {
        let mut loaded = load(experiment)?;
        let inputs = loaded.open()?;
        let templates = loaded.or_report(user_templates(&experiment.spec))?;
        loaded.or_report(rehearse(&loaded, &inputs, &templates))?;
        let panel = &inputs.panel;
        println!(
            "{}: {} cells in {} grids, {} units, {} periods, nothing wrong",
            experiment.spec.display(),
            loaded.plan.cells.len(),
            loaded.spec.grids.len(),
            panel.units().len(),
            panel.periods().len(),
        );
        for text in &panel.repairs.dropped {
            println!("dropped: {text}");
        }
        if !panel.repairs.filled.is_empty() {
            println!("filled: {} values", panel.repairs.filled.len());
        }
        let islands = run::islands(&loaded.plan, &loaded.spec, &inputs);
        for text in islands.into_iter().chain(schemes::cautions(&loaded.plan)) {
            println!("{text}");
        }
        Ok(Ending::Done)
    })())
}

fn list(experiment: &Experiment) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        // Who is left out one at a time is in the data.
        if plan::needs_roster(&loaded.spec) {
            loaded.open()?;
        }
        for cell in &loaded.plan.cells {
            println!("{}  {}", cell.id, cell.label());
        }
        for (grid, cells) in by_grid(&loaded.plan) {
            eprintln!("{grid}: {} cells", cells.len());
            for axis in Axis::ALL {
                let mut counts: BTreeMap<String, usize> = BTreeMap::new();
                for cell in &cells {
                    let value = match axis {
                        Axis::Variant => cell.axes.variant.family.clone(),
                        _ => cell.axes.value(axis),
                    };
                    *counts.entry(value).or_default() += 1;
                }
                if axis == Axis::Variant && cells.iter().all(|c| c.axes.variant.is_base()) {
                    continue;
                }
                let shown: Vec<String> =
                    counts.iter().map(|(value, n)| format!("{value} {n}")).collect();
                eprintln!("  {:8} {}", axis.name(), shown.join(", "));
            }
        }
        let distinct = run::distinct(&loaded.plan).len();
        eprintln!("{} cells, {distinct} of them distinct", loaded.plan.cells.len());
        Ok(Ending::Done)
    }))
}

fn by_grid(plan: &Plan) -> BTreeMap<&str, Vec<&plan::Cell>> {
    let mut grids: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for cell in &plan.cells {
        grids.entry(cell.grid.as_str()).or_default().push(cell);
    }
    grids
}

fn run_cells(experiment: &Experiment, results: &Results, jobs: Option<u16>) -> Ending {
    ended((|| {
        let mut loaded = load(experiment)?;
        let inputs = loaded.open()?;
        let templates = loaded.or_report(user_templates(&experiment.spec))?;
        loaded.or_report(rehearse(&loaded, &inputs, &templates))?;
        let islands = run::islands(&loaded.plan, &loaded.spec, &inputs);
        for text in islands.into_iter().chain(schemes::cautions(&loaded.plan)) {
            eprintln!("{text}");
        }
        let folder = loaded.or_report(Folder::create(&results.results, &loaded.spec.name))?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.map_or(0, usize::from))
            .build()
            .map_err(|e| {
                eprintln!("cannot start threads: {e}");
                Ending::FileWrong
            })?;
        let (summary, series) = pool.install(|| {
            let summary = fit_all(&loaded, &inputs, &folder);
            let mut series = run::experiment(&loaded.spec, &inputs);
            if summary.as_ref().is_ok_and(|s| !s.interrupted) {
                series.joint = run::joint(&loaded.plan, &loaded.spec, &inputs);
            }
            (summary, series)
        });
        let summary = loaded.or_report(summary)?;
        loaded.or_report(folder.write_experiment(&series))?;
        if summary.interrupted {
            eprintln!(
                "interrupted: {} of {} cells are done and kept in {}; a new run fits all cells again{}",
                summary.fitted + summary.failed,
                summary.total,
                folder.root().display(),
                if summary.replicates.any() {
                    " and goes on with their kept replicates"
                } else {
                    ""
                }
            );
            return Ok(Ending::Interrupted);
        }
        loaded.or_report(render_files(&loaded, &folder, &series, &templates))?;
        println!(
            "{} cells fitted, {} failed, {:.2} s",
            summary.fitted, summary.failed, summary.seconds
        );
        if summary.replicates.any() {
            println!("{}", summary.replicates);
        }
        Ok(if summary.failed > 0 { Ending::CellsFailed } else { Ending::Done })
    })())
}

struct Summary {
    total: usize,
    fitted: usize,
    failed: usize,
    interrupted: bool,
    seconds: f64,
    replicates: Tally,
}

/// Fits every distinct cell and keeps each record as it is done.
fn fit_all(loaded: &Loaded, inputs: &Inputs, folder: &Folder) -> Checked<Summary> {
    let cells = run::distinct(&loaded.plan);
    let stop = stop_on_ctrl_c();
    let progress = Progress::start(cells.len(), run::replicates(&cells));
    let (fitted, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let unwritten: Mutex<Option<Mistakes>> = Mutex::new(None);
    // A disk that refuses one file will refuse the next: stop with what is kept.
    let stop_for = |mistakes: Mistakes| {
        stop.store(true, Ordering::Relaxed);
        *unwritten.lock().unwrap_or_else(PoisonError::into_inner) = Some(mistakes);
    };
    run::run(&cells, &loaded.spec, inputs, &stop, folder, &|event| match event {
        Event::Started(_) => progress.started(),
        Event::Replicates(_, how, count) => progress.replicates(how, count as u64),
        Event::Unkept(_, mistakes) => stop_for(mistakes.clone()),
        Event::Finished(cell, record) => {
            let failure = match &record.result {
                CellResult::Fitted(_) => {
                    fitted.fetch_add(1, Ordering::Relaxed);
                    None
                }
                CellResult::Failed(failure) => {
                    failed.fetch_add(1, Ordering::Relaxed);
                    Some(format!("{}: {}", failure.kind, failure.reason))
                }
            };
            if let Err(mistakes) = folder.write_record(record) {
                stop_for(mistakes);
            }
            progress.finished(&cell.label(), failure.as_deref());
        }
    });
    progress.end();
    if let Some(mistakes) = unwritten.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(mistakes);
    }
    let (fitted, failed) = (fitted.into_inner(), failed.into_inner());
    Ok(Summary {
        total: cells.len(),
        fitted,
        failed,
        interrupted: fitted + failed < cells.len(),
        seconds: progress.seconds(),
        replicates: progress.tally(),
    })
}

/// The first Ctrl-C lets the cells under way finish, and bootstraps their blocks; the second ends
/// the process.
fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Ending::Interrupted.code()));
        }
        eprintln!("stopping after what is under way; press Ctrl-C again to stop at once");
    });
    if let Err(e) = handler {
        eprintln!("Ctrl-C will end the run at once: {e}");
    }
    stop
}

fn render_again(experiment: &Experiment, results: &Results) -> Ending {
    ended((|| {
        let mut loaded = load(experiment)?;
        let templates = loaded.or_report(user_templates(&experiment.spec))?;
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let series = loaded.or_report(folder.read_experiment().and_then(|found| {
            found.ok_or_else(|| {
                Mistake::file(folder.root(), "holds no results of this experiment")
                    .help(format!("run it first: spanel run {}", experiment.spec.display()))
                    .into()
            })
        }))?;
        loaded.or_report(refuse_other_results(&loaded, &folder, &series, &experiment.spec))?;
        loaded.settle(series.roster.as_ref())?;
        warn_of_changed_data(&loaded.spec, &series);
        let missing = loaded.or_report(render_files(&loaded, &folder, &series, &templates))?;
        if missing > 0 {
            eprintln!("{missing} cells have no record: run the experiment again");
        }
        Ok(if missing > 0 { Ending::CellsFailed } else { Ending::Done })
    })())
}

/// Stored results of another data file, or series of other definitions, are not put under the
/// labels of this experiment.
fn refuse_other_results(
    loaded: &Loaded,
    folder: &Folder,
    series: &ExperimentRecord,
    file: &Path,
) -> Checked<()> {
    let help = format!("run it again: spanel run {}", file.display());
    let mut mistakes = Vec::new();
    let known = |region: &String| {
        series.roster.as_ref().is_some_and(|roster| roster.regions.contains_key(region))
    };
    if plan::needs_roster(&loaded.spec) && !loaded.spec.regions.keys().all(known) {
        let message = "the stored results do not say who can be left out one at a time";
        mistakes.push(Mistake::file(folder.root(), message).help(help.clone()));
    }
    let data = &loaded.spec.data.file;
    let name = data.value.file_name().map(|n| n.to_string_lossy().into_owned());
    if name.as_ref() != Some(&series.data_file) {
        let message = format!(
            "the results in {} were made from `{}`, not from `{}`",
            folder.root().display(),
            series.data_file,
            name.unwrap_or_default()
        );
        mistakes.push(Mistake::spec(&data.at, message).help(help.clone()));
    }
    let of_series = |kind: &TableKind| match kind {
        TableKind::Descriptive { .. } | TableKind::Moran { .. } => true,
        TableKind::Regression(_)
        | TableKind::Tests { .. }
        | TableKind::Robustness(_)
        | TableKind::Joint { .. } => false,
    };
    let shown = loaded.spec.tables.iter().any(|table| of_series(&table.kind));
    if shown && series.definitions != plan::definitions(&loaded.spec) {
        let message = "definitions behind the stored descriptive statistics or Moran's I have \
                       changed (variables, weights, regions, years, missing values or seed)";
        mistakes.push(Mistake::file(folder.root(), message).help(help));
    }
    Mistakes::unless_empty(mistakes, ())
}

/// Tables are rendered from the stored results; that the data have changed since is said.
fn warn_of_changed_data(spec: &Spec, series: &ExperimentRecord) {
    let file = &spec.data.file.value;
    let now = std::fs::read(file).map(|bytes| inputs::data_hash(&bytes));
    if now.is_ok_and(|hash| hash != series.data_hash) {
        eprintln!(
            "{} has changed since the results were made: the tables show the stored results",
            file.display()
        );
    }
}

/// Renders everything, writes it, says where it is, and counts the cells without a record.
fn render_files(
    loaded: &Loaded,
    folder: &Folder,
    series: &ExperimentRecord,
    templates: &UserTemplates,
) -> Checked<usize> {
    let ids: BTreeSet<_> = loaded.plan.cells.iter().map(|c| &c.id).collect();
    let cells = ids.len();
    let records: BTreeMap<_, Record> = folder.read_records(ids, &series.inputs)?;
    if records.is_empty() && cells > 0 {
        let message = "holds no record of any cell of this experiment as it is now";
        return Err(Mistake::file(folder.root(), message)
            .help("run it again: spanel run; the tables there are left as they are")
            .into());
    }
    let source =
        Source { spec: &loaded.spec, plan: &loaded.plan, records: &records, experiment: series };
    let files = report::render(source, templates)?;
    for file in &files {
        folder.write(&file.path, &file.text)?;
    }
    println!("{}", report::terminal::summary(source));
    let tables = files.iter().filter(|f| Path::new(&f.path).extension().is_some_and(|e| e == "md"));
    for file in tables {
        println!("{}", folder.root().join(&file.path).display());
    }
    println!("{} files in {}", files.len(), folder.root().display());
    let left = left_over(&folder.root().join("tables"), &files);
    if !left.is_empty() {
        println!("left over from earlier, not of this experiment as it is: {}", left.join(", "));
    }
    Ok(cells - records.len())
}

/// Tables in the folder that this rendering did not make.
fn left_over(tables: &Path, files: &[RenderedFile]) -> Vec<String> {
    let made: BTreeSet<&str> =
        files.iter().filter_map(|f| f.path.strip_prefix("tables/")).collect();
    let Ok(entries) = std::fs::read_dir(tables) else { return Vec::new() };
    let names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    let ours = |name: &String| {
        let extension = Path::new(name).extension();
        extension.is_some_and(|e| e == "md" || e == "tex") && !made.contains(name.as_str())
    };
    let mut left: Vec<String> = names.filter(ours).collect();
    left.sort();
    left
}

/// Renders every table as if no cell had been run, so that a template that fails does so before
/// hours are spent and not after.
fn rehearse(loaded: &Loaded, inputs: &Inputs, templates: &UserTemplates) -> Checked<()> {
    let mut spec = loaded.spec.clone();
    spec.moran.iter_mut().for_each(|block| block.permutations = 0);
    let source = Source {
        spec: &loaded.spec,
        plan: &loaded.plan,
        records: &BTreeMap::new(),
        experiment: &run::experiment(&spec, inputs),
    };
    report::render(source, templates).map(drop)
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

/// The words that the rooms above define and a specification may use.
fn vocabulary() -> Vocabulary {
    Vocabulary {
        estimators: ESTIMATORS
            .iter()
            .map(|e| {
                let info = e.info();
                EstimatorWords {
                    name: info.name.to_owned(),
                    label: info.label.to_owned(),
                    small_sample: info.small_sample,
                    spatial: info.spatial.to_vec(),
                }
            })
            .collect(),
        schemes: schemes::words(),
        tests: DIAGNOSTICS
            .iter()
            .map(|d| TestWords {
                name: d.info().name.to_owned(),
                tests: d.info().tests.iter().map(|(name, _)| (*name).to_owned()).collect(),
            })
            .collect(),
        templates: vec!["table".to_owned()],
    }
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
fn write_beside(file: &Path, text: &str) -> Checked<()> {
    let folder = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned());
    let Some(name) = name else {
        return Err(Mistake::file(file, "is not the name of a file").into());
    };
    Folder::at(folder).write(&name, text)
}
