//! Records → tables and CSV files in the results folder.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::super::output::{put, with_losses};
use super::running::say_waiting;
use super::{Loaded, ended, load, published, user_templates};
use crate::ident::{CellId, content_hash};

use crate::mistake::{Checked, Mistake, Mistakes};
use crate::plan::{self, Plan};
use crate::report::formats::{FORMATS, Format};
use crate::report::{self, RenderedFile, Source, UserTemplates};
use crate::spec::Spec;
use crate::spec::figures::{FigureKind, FigureSpec};
use crate::spec::tables::TableKind;
use crate::store::folder::Folder;
use crate::store::local::Lock;
use crate::store::records::{FITTED, Records};
use crate::store::{ExperimentRecord, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Cells whose records are in memory at once while CSV files are written.
const CHUNK: usize = 1_000;

/// Renders the stored records, in `formats` where some are given.
pub(super) fn render_again(
    experiment: &Experiment,
    results: &Results,
    formats: Vec<String>,
) -> Ending {
    ended((|| {
        let Stored { mut loaded, folder, series, templates, _lock } = stored(experiment, results)?;
        let usual = loaded.spec.output.tables.clone();
        if !formats.is_empty() {
            loaded.spec.output.tables = formats;
        }
        let records = loaded.or_report(folder.records().and_then(whole))?;
        let missing = loaded.or_report(render_files(
            &loaded,
            &folder,
            &records,
            (&series, &templates),
            &usual,
        ))?;
        if missing > 0 {
            eprintln!("{missing} cells have no record: run the experiment again");
        }
        Ok(with_losses(if missing > 0 { Ending::CellsFailed } else { Ending::Done }))
    })())
}

/// An experiment with what is stored of it.
pub(super) struct Stored {
    pub(super) loaded: Loaded,
    pub(super) folder: Folder,
    pub(super) series: ExperimentRecord,
    pub(super) templates: UserTemplates,
    /// Held while its files are written.
    pub(super) _lock: Option<Lock>,
}

/// Opens the results of an experiment, if they are its results.
pub(super) fn stored(experiment: &Experiment, results: &Results) -> Result<Stored, Ending> {
    let mut loaded = load(experiment)?;
    let templates = loaded.or_report(user_templates(&experiment.spec))?;
    let folder = Folder::existing(&results.results, &loaded.spec.name);
    // A run under way writes the same files. Nothing is locked where nothing is.
    let local = folder.local();
    let there = folder.root().is_dir();
    let lock = there.then(|| loaded.or_report(local.lock(|| say_waiting(&folder)))).transpose()?;
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
    Ok(Stored { loaded, folder, series, templates, _lock: lock })
}

/// The records, if all of them can be read.
pub(super) fn whole(mut records: Records) -> Checked<Records> {
    let damaged = std::mem::take(&mut records.damaged);
    Mistakes::unless_empty(damaged, records)
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
        TableKind::Descriptive { .. } | TableKind::Moran { .. } | TableKind::UnitRoots { .. } => {
            true
        }
        TableKind::Regression(_)
        | TableKind::Tests { .. }
        | TableKind::Protocol { .. }
        | TableKind::Robustness(_)
        | TableKind::Published { .. }
        | TableKind::Joint { .. } => false,
    };
    let shown = loaded.spec.tables.iter().any(|table| of_series(&table.kind));
    let shown = shown || loaded.spec.figures.iter().any(FigureSpec::shows_series);
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
    let now = std::fs::read(file).map(|bytes| content_hash(&bytes));
    if now.is_ok_and(|hash| hash != series.data_hash) {
        eprintln!(
            "{} has changed since the results were made: the tables show the stored results",
            file.display()
        );
    }
    let kept = series.figures.map.as_ref();
    if let (Some(map), Some(kept)) = (&spec.map, kept) {
        let file = &map.file.value;
        if std::fs::read(file).is_ok_and(|bytes| content_hash(&bytes) != kept.hash) {
            eprintln!(
                "{} has changed since the results were made: figures show the stored map",
                file.display()
            );
        }
    }
}

/// Renders everything, writes it, says where it is, and counts the cells without a record. Tables
/// in the formats `besides` may lie there from earlier.
pub(super) fn render_files(
    loaded: &Loaded,
    folder: &Folder,
    records: &Records,
    (series, templates): (&ExperimentRecord, &UserTemplates),
    besides: &[String],
) -> Checked<usize> {
    let (spec, plan) = (&with_formats_there(&loaded.spec, folder), &loaded.plan);
    let ids: BTreeSet<&CellId> = plan.cells.iter().map(|c| &c.id).collect();
    let states: BTreeMap<&CellId, bool> =
        ids.iter().filter_map(|&id| Some((id, records.current(id)?.state == FITTED))).collect();
    if states.is_empty() && !ids.is_empty() {
        let message = "holds no record of any cell of this experiment as it is now";
        return Err(Mistake::file(folder.root(), message)
            .help("run it again: spanel run; the tables there are left as they are")
            .into());
    }
    let shown = slim(records.read_current(report::shown(spec, plan))?, &tested(spec, plan));
    let published = published(spec)?;
    let published = published.as_ref();
    let source = Source { spec, plan, records: &shown, experiment: series, published };
    let mut files = report::render(source, templates)?;
    for caution in report::cautions(source) {
        eprintln!("{caution}");
    }
    let figures = report::figures::render(source, templates)?;
    for caution in &figures.cautions {
        eprintln!("{caution}");
    }
    files.extend(figures.files);
    for file in &files {
        folder.write(&file.path, file.as_bytes())?;
    }
    let csv = write_csv(loaded, folder, records, series)?;
    put!("{}", report::terminal::summary(source, |cell| states.get(&cell.id).copied()));
    if let Some(line) = report::published::summary(source) {
        put!("{line}");
    }
    for file in files.iter().filter(|f| to_read(spec, f)) {
        put!("{}", folder.root().join(&file.path).display());
    }
    put!("{} files in {}", files.len() + csv, folder.root().display());
    let mut left = left_over(folder.root(), "tables", &files, |name| {
        let extension = Path::new(name).extension();
        let known = extension.is_some_and(|e| FORMATS.iter().any(|f| e == f.extension()));
        known && !in_formats(spec, besides).contains(name)
    });
    left.extend(left_over(folder.root(), "figures", &files, |name| {
        let extension = Path::new(name).extension();
        extension.is_some_and(|e| ["svg", "pdf", "png", "csv", "tex"].iter().any(|f| e == *f))
    }));
    if !left.is_empty() {
        put!("left over from earlier, not of this experiment as it is: {}", left.join(", "));
    }
    Ok(ids.len() - states.len())
}

/// The CSV files with rows by cell, a part of the plan at a time; how many files.
fn write_csv(
    loaded: &Loaded,
    folder: &Folder,
    records: &Records,
    series: &ExperimentRecord,
) -> Checked<usize> {
    let mut writers = BTreeMap::new();
    let mut first = true;
    let cells = &loaded.plan.cells;
    let chunks: Vec<_> =
        if cells.is_empty() { vec![&cells[..]] } else { cells.chunks(CHUNK).collect() };
    for chunk in chunks {
        let part = records.read_current(chunk.iter().map(|c| &c.id))?;
        let plan = Plan { cells: chunk.to_vec(), ..Plan::default() };
        let (spec, plan) = (&loaded.spec, &plan);
        let source = Source { spec, plan, records: &part, experiment: series, published: None };
        for file in report::tidy::by_cell(source) {
            let text = file.as_text();
            let rows = if first { text } else { without_header(text) };
            if !writers.contains_key(&file.path) {
                writers.insert(file.path.clone(), folder.writer(&file.path)?);
            }
            if let Some(writer) = writers.get_mut(&file.path) {
                writer.add(rows)?;
            }
        }
        first = false;
    }
    let count = writers.len();
    for writer in writers.into_values() {
        writer.finish()?;
    }
    Ok(count)
}

/// A header has no line break in a field.
fn without_header(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rows)| rows)
}

/// The cells whose coefficients a figure tests together.
pub(super) fn tested(spec: &Spec, plan: &Plan) -> BTreeSet<CellId> {
    let of_figure = |figure: &FigureSpec| match &figure.kind {
        FigureKind::LagPlot(lags) => plan.select(&lags.cells).iter().map(|c| c.id).collect(),
        _ => Vec::new(),
    };
    spec.figures.iter().flat_map(of_figure).collect()
}

/// Records without what no table shows; covariances of those in `tested` are.
pub(super) fn slim(
    mut records: BTreeMap<CellId, Record>,
    tested: &BTreeSet<CellId>,
) -> BTreeMap<CellId, Record> {
    for record in records.values_mut().filter(|record| !tested.contains(&record.cell)) {
        if let crate::store::CellResult::Fitted(outcome) = &mut record.result {
            outcome.fit.covariance = Vec::new();
        }
    }
    records
}

/// The experiment with the formats of tables that were asked for before: what lies in the folder is
/// written again, so that no table there tells of other records.
fn with_formats_there(spec: &Spec, folder: &Folder) -> Spec {
    let mut spec = spec.clone();
    let tables = folder.root().join("tables");
    for format in FORMATS {
        let there = |id: &str| tables.join(format!("{id}.{}", format.extension())).is_file();
        let asked = spec.output.tables.iter().any(|name| name == format.name());
        if !asked && spec.tables.iter().any(|table| there(&table.id)) {
            spec.output.tables.push(format.name().to_owned());
        }
    }
    spec
}

/// Whether a file is a table in the first of the formats that are written.
fn to_read(spec: &Spec, file: &RenderedFile) -> bool {
    let first = FORMATS.iter().find(|f| spec.output.tables.iter().any(|name| name == f.name()));
    let extension = Path::new(&file.path).extension();
    let here = extension.zip(first).is_some_and(|(e, f)| e == f.extension());
    here && file.path.starts_with("tables/")
}

/// Names of the files of an experiment's tables in these formats.
fn in_formats(spec: &Spec, formats: &[String]) -> BTreeSet<String> {
    let named = |format: &&Format| formats.iter().any(|name| name == format.name());
    let extensions = FORMATS.iter().filter(named).map(Format::extension);
    let ids = || spec.tables.iter().map(|table| table.id.as_str()).chain(["tables"]);
    extensions.flat_map(|e| ids().map(move |id| format!("{id}.{e}"))).collect()
}

/// Files in a folder of the results that look like ours and that this rendering did not make.
fn left_over(
    root: &Path,
    folder: &str,
    files: &[RenderedFile],
    ours: impl Fn(&str) -> bool,
) -> Vec<String> {
    let made: BTreeSet<&str> =
        files.iter().filter_map(|f| f.path.strip_prefix(folder)?.strip_prefix('/')).collect();
    let Ok(entries) = std::fs::read_dir(root.join(folder)) else { return Vec::new() };
    let names = entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    let ours = |name: &String| ours(name) && !made.contains(name.as_str());
    let mut left: Vec<String> = names.filter(ours).collect();
    left.sort();
    left
}
