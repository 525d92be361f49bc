//! The cells of a run: fitted, kept as they are done, counted.

use super::super::args::Experiment;
use super::super::clock::Clock;
use super::super::events;
use super::super::isolate::{self, Setting};
use super::super::progress::{Progress, Tally, duration};
use super::running::Session;
use crate::ident::{CellId, RecordKey};
use crate::mistake::{Checked, Mistakes};
use crate::outcome::Failure;
use crate::plan::Cell;
use crate::repro::{self, Failed};
use crate::run::{self, Event, Item, Watch};
use crate::spec::limits::{RunSpec, Seconds, Timeout};
use crate::store::records::FITTED;
use crate::store::{CellResult, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Failed cells of one run that leave what is needed to make them fail again. A sweep of which all
/// cells fail would fill the disk with copies of its data.
const BUNDLES: usize = 100;

/// How a run went.
#[derive(Default)]
pub(super) struct Summary {
    pub(super) fitted: usize,
    pub(super) failed: usize,
    pub(super) interrupted: bool,
    /// Whether it was failed cells that stopped it.
    pub(super) halted: bool,
    pub(super) seconds: f64,
    pub(super) replicates: Tally,
}

impl Summary {
    pub(super) fn line(&self, kept: usize) -> String {
        let kept = if kept > 0 { format!(", {kept} kept from earlier") } else { String::new() };
        format!("{} cells fitted, {} failed{kept}, {:.2} s", self.fitted, self.failed, self.seconds)
    }
}

/// What a run counts while it works.
struct Under<'a> {
    session: &'a Session,
    keys: &'a BTreeMap<CellId, RecordKey>,
    stop: Arc<AtomicBool>,
    progress: Progress,
    clock: Clock,
    fitted: AtomicUsize,
    failed: AtomicUsize,
    halted: AtomicBool,
    unwritten: Mutex<Option<Mistakes>>,
    /// Cells that failed before and left a bundle.
    bundled: BTreeSet<CellId>,
}

impl Session {
    /// Fits cells and keeps each record as it is done.
    pub(super) fn fit_all(
        &self,
        items: &[&Item<'_>],
        keys: &BTreeMap<CellId, RecordKey>,
        experiment: &Experiment,
    ) -> Checked<Summary> {
        let cells: Vec<&Cell> = items.iter().map(|item| item.cell).collect();
        let limits = &self.loaded.spec.run;
        let mut earlier = self.local.seconds();
        earlier.retain(|cell, _| keys.contains_key(cell));
        let under = Under {
            session: self,
            keys,
            stop: Arc::clone(&self.stop),
            progress: Progress::start(cells.len(), run::replicates(&cells)),
            clock: Clock::new(limits, earlier),
            fitted: AtomicUsize::new(0),
            failed: AtomicUsize::new(0),
            halted: AtomicBool::new(false),
            unwritten: Mutex::new(None),
            bundled: self.local.failures(),
        };
        let watch = Watch {
            stop: &under.stop,
            observer: &|event| under.event(event),
            keeper: &self.folder,
            overdue: &|cell| under.overdue(cell),
        };
        if limits.isolate {
            let folder = self.folder.root();
            let setting = Setting { experiment, folder, spec: &self.loaded.spec };
            isolate::run(items, &setting, &watch);
        } else {
            run::run(items, &self.loaded.spec, &self.inputs, &watch);
        }
        under.progress.end();
        under.clock.keep(&self.local)?;
        if let Some(mistakes) = under.unwritten.into_inner().unwrap_or_else(PoisonError::into_inner)
        {
            return Err(mistakes);
        }
        self.records.settle(keys)?;
        let (fitted, failed) = (under.fitted.into_inner(), under.failed.into_inner());
        let interrupted = fitted + failed < cells.len();
        Ok(Summary {
            fitted,
            failed,
            interrupted,
            halted: interrupted && under.halted.into_inner(),
            seconds: under.progress.seconds(),
            replicates: under.progress.tally(),
        })
    }
}

impl Under<'_> {
    fn event(&self, event: Event<'_>) {
        events::tell(&event);
        match event {
            Event::Started(cell) => {
                self.clock.started(cell);
                self.progress.started();
            }
            Event::Replicates(_, how, count) => self.progress.replicates(how, count as u64),
            Event::Unkept(cell, mistakes) => {
                self.clock.ended(cell, false);
                self.stop_for(mistakes.clone());
            }
            Event::Left(cell) => self.clock.ended(cell, false),
            Event::Finished(cell, record) => self.finished(cell, record),
        }
    }

    fn overdue(&self, cell: &Cell) -> Option<String> {
        let look = self.clock.look(cell);
        if let Some(seconds) = look.slow {
            let so_far = duration(seconds);
            self.progress.say(&format!("slow: {}: {so_far} so far", cell.label()));
        }
        look.late
    }

    fn finished(&self, cell: &Cell, record: &Record) {
        let failure = match &record.result {
            CellResult::Fitted(_) => None,
            CellResult::Failed(failure) => Some(failure),
        };
        self.clock.ended(cell, failure.is_none());
        let kept = self.keep(record).and_then(|()| match failure {
            Some(failure) => self.bundle(cell, failure),
            None if self.bundled.contains(&cell.id) => self.session.local.forget_failure(&cell.id),
            None => Ok(()),
        });
        if let Err(mistakes) = kept {
            self.stop_for(mistakes);
        }
        let of = if failure.is_some() { &self.failed } else { &self.fitted };
        let count = 1 + of.fetch_add(1, Ordering::Relaxed);
        let most = self.session.loaded.spec.run.max_failures;
        if failure.is_some() && most.is_some_and(|most| count >= most as usize) {
            self.halted.store(true, Ordering::Relaxed);
            self.stop.store(true, Ordering::Relaxed);
        }
        let said = failure.map(|failure| format!("{}: {}", failure.kind, failure.reason));
        self.progress.finished(&cell.label(), said.as_deref());
    }

    fn keep(&self, record: &Record) -> Checked<()> {
        let records = &self.session.records;
        let by_chance = |failure: &Failure| failure.kind.may_not_fail_again();
        let fitted = || records.find(&record.cell, &record.key).is_some_and(|e| e.state == FITTED);
        if matches!(&record.result, CellResult::Failed(f) if by_chance(f)) && fitted() {
            // What was asked for again and was not done in time is no less true.
            return Ok(());
        }
        records.append(record)?;
        if records.is_long() {
            records.settle(self.keys)
        } else if self.clock.a_second_went_by() {
            records.sync()
        } else {
            Ok(())
        }
    }

    /// Leaves what is needed to make the cell fail again.
    fn bundle(&self, cell: &Cell, failure: &Failure) -> Checked<()> {
        if self.failed.load(Ordering::Relaxed) >= BUNDLES {
            return Ok(());
        }
        let (spec, inputs) = (&self.session.loaded.spec, &self.session.inputs);
        // Of one cell alone there is no median.
        let timeout = self.clock.limit().map(|limit| Timeout::After(Seconds(limit)));
        let run = RunSpec { timeout, ..spec.run.clone() };
        let version = env!("CARGO_PKG_VERSION");
        let files = repro::files(cell, spec, inputs, &Failed { failure, run: &run, version });
        self.session.local.keep_failure(&cell.id, &files)
    }

    /// A disk that refuses one record will refuse the next: stop with what is kept.
    fn stop_for(&self, mistakes: Mistakes) {
        self.stop.store(true, Ordering::Relaxed);
        *self.unwritten.lock().unwrap_or_else(PoisonError::into_inner) = Some(mistakes);
    }
}
