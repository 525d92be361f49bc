//! `spanel watch`: runs again whenever a file of the experiment is saved.
//!
//! The files are looked at a few times a second, by size and time of change: that works on network
//! drives, in containers and with editors that replace files, where notices of the system do not.

use super::Ending;
use super::args::Experiment;
use super::interrupt;
use super::words::vocabulary;
use crate::load::provenance;
use crate::spec::layers::SHARED_FILE;
use crate::spec::weights::files_of;
use crate::spec::{self, Spec};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, SystemTime};

/// How often the files are looked at.
const OFTEN: Duration = Duration::from_millis(150);

/// Files as they are: size and time of change, `None` where there is none.
type Seen = BTreeMap<PathBuf, Option<(u64, SystemTime)>>;

/// Calls `run` now and whenever a file of the experiment has changed, until Ctrl-C. A change while
/// it runs makes it stop after what is under way, and run again.
pub(super) fn watch(experiment: &Experiment, run: impl Fn() -> Ending) -> Ending {
    let mut watch = Watch { experiment, files: BTreeSet::new() };
    interrupt::flag();
    loop {
        watch.look_up();
        let before = watch.seen();
        interrupt::go_on();
        watch.run(&before, &run);
        interrupt::idle();
        match watch.changed(&before) {
            None => return Ending::Done,
            Some(changed) => announce(&changed),
        }
    }
}

struct Watch<'a> {
    experiment: &'a Experiment,
    files: BTreeSet<PathBuf>,
}

impl Watch<'_> {
    /// Finds the files that the experiment is made of. Those of an experiment that cannot be read
    /// are those it had when it could.
    fn look_up(&mut self) {
        let experiment = self.experiment;
        let environment = experiment.environment();
        let draft = spec::draft(&experiment.spec, environment, &experiment.set, &vocabulary());
        let whole = draft.mistakes.is_empty();
        let mut files: BTreeSet<PathBuf> = draft.layers.files().map(Path::to_path_buf).collect();
        files.insert(experiment.spec.clone());
        files.insert(experiment.spec.with_file_name(SHARED_FILE));
        files.insert(templates(&experiment.spec));
        files.extend(draft.spec.iter().flat_map(inputs));
        if !whole {
            files.append(&mut self.files);
        }
        self.files = files;
    }

    /// The files as they are now, and the templates in their folder.
    fn seen(&self) -> Seen {
        let templates = std::fs::read_dir(templates(&self.experiment.spec));
        let templates = templates.into_iter().flatten().flatten().map(|entry| entry.path());
        // A file for each period comes and goes: which there are is looked up every time.
        let named = self.files.iter().flat_map(|file| files_of(file));
        let all = named.chain(templates);
        all.map(|file| {
            let seen = std::fs::metadata(&file).ok();
            let seen = seen.and_then(|m| Some((m.len(), m.modified().ok()?)));
            (file, seen)
        })
        .collect()
    }

    fn run(&self, before: &Seen, run: &impl Fn() -> Ending) {
        let done = AtomicBool::new(false);
        scope(|threads| {
            threads.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if self.seen() != *before {
                        interrupt::stop();
                        break;
                    }
                    sleep(OFTEN);
                }
            });
            // Also when the run panics.
            let _done = Done(&done);
            run();
        });
    }

    /// Waits for the files to change and then to rest; which ones did. `None`: Ctrl-C.
    fn changed(&self, before: &Seen) -> Option<Vec<PathBuf>> {
        let mut now = self.seen();
        if now == *before && !interrupt::pressed() {
            let count = before.values().flatten().count();
            eprintln!("watch: waiting for a change in {count} files; Ctrl-C ends");
        }
        loop {
            if interrupt::pressed() {
                return None;
            }
            sleep(OFTEN);
            let next = self.seen();
            if next == now && now != *before {
                break;
            }
            now = next;
        }
        let names: BTreeSet<&PathBuf> = before.keys().chain(now.keys()).collect();
        let differs = |file: &&&PathBuf| {
            before.get(**file).copied().flatten() != now.get(**file).copied().flatten()
        };
        Some(names.iter().filter(differs).map(|file| (*file).clone()).collect())
    }
}

struct Done<'a>(&'a AtomicBool);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn templates(spec: &Path) -> PathBuf {
    spec.with_file_name("templates")
}

/// The input files of an experiment as far as it could be read.
fn inputs(spec: &Spec) -> Vec<PathBuf> {
    let data = &spec.data.file.value;
    let weights = spec.weights.values().flat_map(|weights| weights.source.files());
    weights
        .map(|file| file.value.clone())
        .chain(spec.map.iter().map(|map| map.file.value.clone()))
        .chain(spec.published.iter().map(|published| published.file.value.clone()))
        .chain([data.clone(), provenance::path_of(data)])
        .filter(|file| !file.as_os_str().is_empty())
        .collect()
}

/// Says what changed; on a terminal, on a clean screen.
fn announce(changed: &[PathBuf]) {
    let mut error = std::io::stderr();
    if error.is_terminal() && std::io::stdout().is_terminal() {
        // Nothing depends on whether the screen could be cleared.
        let _ = write!(error, "\x1b[2J\x1b[3J\x1b[H");
    }
    let names: Vec<String> = changed.iter().map(|file| file.display().to_string()).collect();
    eprintln!("watch: {} changed, running again", names.join(", "));
}
