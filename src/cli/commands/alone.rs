//! One cell, for another process of spanel that waits for it.

use super::super::Ending;
use super::super::args::Experiment;
use super::super::isolate::{Answer, limit_memory, stop_with_parent};
use super::running::threads;
use super::{ended, load};
use crate::mistake::{Mistake, Place};
use crate::run::{self, Event, Watch};
use crate::store::folder::Folder;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Fits the cell and answers in lines of JSON on standard output. The results folder is held by the
/// process that waits.
pub(super) fn fit_one(
    experiment: &Experiment,
    folder: &Path,
    cell: &str,
    memory: Option<u64>,
) -> Ending {
    stop_with_parent();
    if let Some(bytes) = memory {
        limit_memory(bytes);
    }
    // The parent has as many children as it may use threads.
    ended(threads(Some(1)).and_then(|pool| pool.install(|| fit(experiment, folder, cell))))
}

fn fit(experiment: &Experiment, folder: &Path, cell: &str) -> Result<Ending, Ending> {
    load(experiment).and_then(|mut loaded| {
        let inputs = loaded.open()?;
        let chosen = run::distinct(&loaded.plan).into_iter().find(|c| c.id.to_string() == cell);
        let Some(chosen) = chosen else { return Err(Ending::NothingSelected) };
        let items = run::items(&[chosen], &loaded.spec, &inputs);
        let stop = AtomicBool::new(false);
        let watch = Watch {
            stop: &stop,
            observer: &|event| match event {
                Event::Replicates(_, how, count) => answer(&Answer::Replicates(how, count)),
                Event::Finished(_, record) => answer(&Answer::Record(Box::new(record.clone()))),
                Event::Unkept(_, mistakes) => {
                    answer(&Answer::Unkept(mistakes.iter().map(placed).collect()));
                }
                Event::Started(_) | Event::Left(_) => {}
            },
            keeper: &Folder::at(folder),
            overdue: &|_| None,
        };
        let items: Vec<_> = items.iter().collect();
        run::run(&items, &loaded.spec, &inputs, &watch);
        Ok(Ending::Done)
    })
}

/// The file and the words of a mistake.
fn placed(mistake: &Mistake) -> (Option<PathBuf>, String) {
    let file = match &mistake.place {
        Place::File(file) | Place::Line { file, .. } => Some(file.clone()),
        Place::Nowhere | Place::Key(_) => None,
    };
    (file, mistake.message.clone())
}

/// A line for the process that waits. If it is gone there is nobody to tell.
fn answer(answer: &Answer) {
    let mut line = serde_json::to_vec(answer).expect("an answer always has a JSON form");
    line.push(b'\n');
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(&line).and_then(|()| out.flush());
}
