//! `spanel run`: what has no record that counts is fitted, everything is rendered.

use super::super::Ending;
use super::super::args::{Experiment, Results, RunOptions};
use super::super::events::{self, say};
use super::super::interrupt;
use super::super::output::put;
use super::super::schemes;
use super::bundling::manifest;
use super::fitting::Summary;
use super::rendering::render_files;
use super::{Loaded, Selected, ended, load, rehearse, selected, user_templates};
use crate::agenda::{Again, Agenda, Reasons, Standing, Why, copy};
use crate::ident::{CellId, RecordKey, content_hash};
use crate::inputs::Inputs;
use crate::mistake::Checked;
use crate::model::Keep;
use crate::plan::{Cell, Partition};
use crate::report::UserTemplates;
use crate::run::{self, Item};
use crate::spec::Spec;
use crate::store::ExperimentRecord;
use crate::store::folder::{EXPERIMENT, Folder};
use crate::store::local::{Last, Local, Lock, Run, Version};
use crate::store::manifest::Manifest;
use crate::store::records::{FITTED, Records};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{SystemTime, UNIX_EPOCH};

/// The folder of the parts below a results folder.
pub(super) const SHARDS: &str = "shards";

/// Cells whose reasons are said one by one at the start of a run.
const SAID: usize = 5;

pub(super) fn run_cells(
    experiment: &Experiment,
    results: &Results,
    options: &RunOptions,
) -> Ending {
    let experiment = &experiment.with(options.limits.settings());
    ended((|| {
        let session = Session::open(experiment, results, options.partition)?;
        for text in session.cautions() {
            say(&text);
        }
        threads(options.jobs)?.install(|| session.run(experiment, options))
    })())
}

/// A pool of so many threads, of all cores when not given.
pub(super) fn threads(jobs: Option<u16>) -> Result<rayon::ThreadPool, Ending> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.map_or(0, usize::from)).build();
    pool.map_err(|e| {
        say(&format!("cannot start threads: {e}"));
        Ending::FileWrong
    })
}

/// An experiment with its data, and its results folder, which is held until this is dropped.
pub(super) struct Session {
    pub(super) loaded: Loaded,
    pub(super) inputs: Inputs,
    templates: UserTemplates,
    pub(super) folder: Folder,
    pub(super) records: Records,
    pub(super) local: Local,
    /// The results of the whole, where this is a part.
    whole: Option<(Folder, Records)>,
    /// Set by Ctrl-C.
    pub(super) stop: Arc<AtomicBool>,
    _lock: Lock,
}

impl Session {
    pub(super) fn open(
        experiment: &Experiment,
        results: &Results,
        part: Option<Partition>,
    ) -> Result<Self, Ending> {
        let mut loaded = load(experiment)?;
        let inputs = loaded.open()?;
        let templates = loaded.or_report(user_templates(&experiment.spec))?;
        loaded.or_report(rehearse(&loaded, &inputs, &templates))?;
        let name = &loaded.spec.name;
        let (folder, whole) = match part {
            None => (loaded.or_report(Folder::create(&results.results, name))?, None),
            Some(part) => {
                let whole = Folder::existing(&results.results, name);
                let parts = whole.root().join(SHARDS);
                let folder = loaded.or_report(Folder::create(&parts, &part.folder()))?;
                let records = loaded.or_report(whole.records())?;
                (folder, Some((whole, records)))
            }
        };
        let local = folder.local();
        let lock = loaded.or_report(local.lock(|| say_waiting(&folder)))?;
        folder.sweep();
        let records = loaded.or_report(folder.records())?;
        for mistake in &records.damaged {
            say(&format!("{mistake}; what it held is fitted again"));
        }
        let stop = interrupt::flag();
        Ok(Self { loaded, inputs, templates, folder, records, local, whole, stop, _lock: lock })
    }

    fn cautions(&self) -> Vec<String> {
        let islands = run::islands(&self.loaded.plan, &self.loaded.spec, &self.inputs);
        islands.into_iter().chain(schemes::cautions(&self.loaded.plan)).collect()
    }

    /// Fits what is to be fitted, and renders unless it is a part.
    fn run(&self, experiment: &Experiment, options: &RunOptions) -> Result<Ending, Ending> {
        let loaded = &self.loaded;
        let Selected { cells, all } = selected(loaded, options.cell.as_deref())?;
        let distinct = run::distinct(&loaded.plan);
        let within = |place: usize, cell: &Cell| {
            options.partition.is_none_or(|part| part.has(place, &cell.id))
        };
        let own: Vec<&Cell> =
            distinct.iter().enumerate().filter(|(i, c)| within(*i, c)).map(|(_, c)| *c).collect();
        let mut items = run::items(&own, &loaded.spec, &self.inputs);
        if let Some((folder, records)) = &self.whole {
            // What the whole has already is nothing for a part.
            let whole = Agenda::new(items, records, options.again(), |cell| {
                distributed(&loaded.spec, folder, cell)
            });
            items = whole.into_open();
        }
        for mistake in self.records.drop_unreadable(items.iter().map(|item| &item.cell.id)) {
            say(&format!("{mistake}; it is fitted again"));
        }
        let agenda = self.agenda(items, options.again());
        let reasons = Reasons::new(&loaded.spec, &self.inputs, &self.records, &self.local);
        loaded.or_report(say_reasons(&agenda, &reasons, self.local.runs().is_empty()))?;
        let keys = agenda.keys();
        loaded.or_report(self.records.settle(&keys))?;
        let open: Vec<&Item<'_>> =
            agenda.open().into_iter().filter(|i| all || cells.contains(&i.cell.id)).collect();
        let kept = agenda.items.len() - agenda.open().len();
        let (name, cells) = (&loaded.spec.name, agenda.items.len());
        let started =
            json!({ "experiment": name, "cells": cells, "to_fit": open.len(), "kept": kept });
        events::emit("run-started", started);
        let summary = loaded.or_report(self.fit_all(&open, &keys, experiment))?;
        loaded.or_report(self.note(&keys, &summary, options.cell.clone()))?;
        if summary.halted {
            say(&format!(
                "stopped after {} failed cells: {} of {} cells are done and kept in {}; a new run \
                 goes on from there",
                summary.failed,
                kept + summary.fitted + summary.failed,
                agenda.items.len(),
                self.folder.root().display(),
            ));
            return Ok(Ending::TooManyFailed);
        }
        if summary.interrupted {
            say(&format!(
                "interrupted: {} of {} cells are done and kept in {}; a new run goes on from there",
                kept + summary.fitted + summary.failed,
                agenda.items.len(),
                self.folder.root().display(),
            ));
            return Ok(Ending::Interrupted);
        }
        if options.partition.is_none() {
            self.finish(&agenda, options.again())?;
            events::emit("rendered", json!({ "folder": self.folder.root() }));
        }
        put!("{}", summary.line(kept));
        if summary.replicates.any() {
            put!("{}", summary.replicates);
        }
        let ending = self.ending(&keys);
        // A cell that failed now although it has a fit from earlier failed all the same.
        let failed = ending == Ending::Done && summary.failed > 0;
        Ok(if failed { Ending::CellsFailed } else { ending })
    }

    /// Whether some of these cells failed.
    pub(super) fn ending(&self, keys: &BTreeMap<CellId, RecordKey>) -> Ending {
        let failed = self
            .records
            .all_current()
            .iter()
            .any(|entry| entry.state != FITTED && keys.contains_key(&entry.cell));
        if failed { Ending::CellsFailed } else { Ending::Done }
    }

    /// What there is beside the cells, and everything that is rendered; nothing of it where Ctrl-C
    /// came before it was whole.
    pub(super) fn finish(&self, agenda: &Agenda<'_>, again: Again) -> Result<(), Ending> {
        let loaded = &self.loaded;
        let mut series = run::experiment(&loaded.spec, &self.inputs);
        let (keys, kept) = (agenda.keys(), self.last_experiment());
        let kept = kept.filter(|_| again != Again::All);
        let (families, figures) = kept.map(|kept| (kept.joint, kept.figures)).unwrap_or_default();
        let members = run::Members { keys: &keys, kept: &families };
        let joint = run::joint(&loaded.plan, &loaded.spec, &self.inputs, members, &self.stop);
        let asked = (&loaded.plan, &loaded.spec, &self.inputs);
        let of_cells = run::CellSeries { keys: &keys, kept: &figures };
        let figures = std::mem::take(&mut series.figures);
        let figures = run::with_cells(figures, asked, of_cells, &self.stop);
        let (Some(joint), Some(figures)) = (joint, figures) else {
            eprintln!(
                "interrupted: the cells are done and kept in {}; a new run makes the families and \
                 tables",
                self.folder.root().display(),
            );
            return Err(Ending::Interrupted);
        };
        series.joint = joint;
        series.figures = figures;
        loaded.or_report(self.folder.write_experiment(&series))?;
        let made = (&series, &self.templates);
        loaded.or_report(render_files(loaded, &self.folder, &self.records, made, &[]))?;
        let stored = (&self.records, agenda);
        let manifest = manifest(loaded, &self.inputs, &self.folder, stored);
        loaded.or_report(manifest.and_then(|manifest| manifest.write(self.folder.root())))
    }

    /// Families and series of the last run, as far as the manifest vouches for them: what was written to
    /// the file since, or is not whole, is not taken over.
    fn last_experiment(&self) -> Option<ExperimentRecord> {
        let root = self.folder.root();
        let manifest = Manifest::read(root).ok().flatten();
        let vouched = manifest.and_then(|m| m.files.get(EXPERIMENT).cloned());
        let now = std::fs::read(root.join(EXPERIMENT)).map(|bytes| content_hash(&bytes));
        if vouched.is_none() || vouched != now.ok() {
            return None;
        }
        self.folder.read_experiment().ok().flatten()
    }

    /// The cells held against the records.
    pub(super) fn agenda<'c>(&self, items: Vec<Item<'c>>, again: Again) -> Agenda<'c> {
        Agenda::new(items, &self.records, again, |cell| {
            distributed(&self.loaded.spec, &self.folder, cell)
        })
    }

    /// Writes down what the run did, for `history` and for reasons.
    pub(super) fn note(
        &self,
        keys: &BTreeMap<CellId, RecordKey>,
        summary: &Summary,
        selection: Option<String>,
    ) -> Checked<()> {
        let before = self.local.last();
        let panel = self.local.keep_panel(&copy(&self.inputs))?;
        let cells: BTreeMap<String, Version> = self
            .loaded
            .plan
            .cells
            .iter()
            .filter_map(|cell| {
                let key = keys.get(&cell.id)?;
                self.records.find(&cell.id, key)?;
                Some((cell.label(), Version { cell: cell.id, key: *key }))
            })
            .collect();
        let changed: BTreeMap<String, Version> = cells
            .iter()
            .filter(|(label, version)| before.cells.get(*label) != Some(version))
            .map(|(label, version)| (label.clone(), version.clone()))
            .collect();
        let gone: Vec<String> =
            before.cells.keys().filter(|label| !cells.contains_key(*label)).cloned().collect();
        let nothing = changed.is_empty() && gone.is_empty() && summary.fitted + summary.failed == 0;
        if nothing && !summary.interrupted {
            return Ok(());
        }
        self.local.write_last(&Last { panel: panel.clone(), cells })?;
        self.local.add_run(&Run {
            at: now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            selection,
            cells: keys.len(),
            fitted: summary.fitted + summary.failed,
            failed: summary.failed,
            interrupted: summary.interrupted,
            seconds: summary.seconds,
            panel,
            changed,
            gone,
        })
    }
}

/// Says that another command holds the folder.
pub(super) fn say_waiting(folder: &Folder) {
    let root = folder.root().display();
    say(&format!("another run works on {root}: waiting until it is done"));
}

/// Says why kept cells are fitted again.
fn say_reasons(agenda: &Agenda<'_>, reasons: &Reasons<'_>, first: bool) -> Checked<()> {
    let unknown = agenda.iter().filter(|(_, s)| **s == Standing::Open(Why::NoRecord));
    let open: Vec<&Item<'_>> = unknown.map(|(item, _)| item).collect();
    if first || open.is_empty() {
        return Ok(());
    }
    for item in open.iter().take(SAID) {
        let why = reasons.of(item)?;
        let why = if why.is_empty() { "new".to_owned() } else { why.join("; ") };
        say(&format!("to fit: {}: {why}", item.cell.label()));
    }
    if open.len() > SAID {
        say(&format!("and {} more cells to fit: `spanel plan` says why", open.len() - SAID));
    }
    Ok(())
}

/// Whether the files of replicates that the cell asks for are there.
pub(super) fn distributed(spec: &Spec, folder: &Folder, cell: &Cell) -> bool {
    let names = spec.grids.get(&*cell.grid).map_or(&[][..], |grid| &grid.bootstrap);
    let wanted = |name: &&String| {
        spec.bootstrap.get(*name).is_some_and(|bootstrap| bootstrap.keep == Keep::Parquet)
    };
    names
        .iter()
        .filter(wanted)
        .all(|name| folder.distribution_path(&format!("{}/{name}", cell.label())).exists())
}

/// The moment, UTC, for the list of runs.
#[expect(clippy::disallowed_methods, reason = "the list of runs has a clock, results have none")]
pub(super) fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    chrono::DateTime::from_timestamp(seconds as i64, 0)
        .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}
