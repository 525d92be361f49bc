//! What a run says on standard error: lines for people, or an event a line for machines.
//!
//! Standard error belongs to the whole process, and so does what it speaks: it is set once, by the
//! command line, before anything is said.
//!
//! | event | fields beside `event`, `at` |
//! |---|---|
//! | `run-started` | `experiment`, `cells`, `to_fit`, `kept` |
//! | `cell-started` | `cell`, `label` |
//! | `replicates` | `cell`, `label`, `done`, at most once a second |
//! | `cell-finished` | `cell`, `label`, `state`, `seconds` |
//! | `cell-failed` | the same, `reason` |
//! | `note`, `mistake` | `text` |
//! | `rendered` | `folder` |
//! | `compared` | `summary`, `regressions` |
//! | `claims` | `holds`, `fails`, `not_judged` |
//! | `run-ended` | `exit_code`, `seconds` |

use crate::ident::CellId;
use crate::mistake::{Checked, Mistake};
use crate::run;
use crate::store::CellResult;
use clap::ValueEnum;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// What standard error speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people.
    #[default]
    Plain,
    /// A JSON object a line.
    Json,
}

/// Where events go.
struct Log {
    format: LogFormat,
    file: Option<(PathBuf, File)>,
    /// Whether the file could not be written. Nothing more is written to it then.
    lost: AtomicBool,
    /// Held while a line is written, so that all who listen hear the same order.
    turn: Mutex<()>,
    started: Instant,
    cells: Mutex<Cells>,
}

/// What is known of the cells under way.
#[derive(Default)]
struct Cells {
    began: BTreeMap<CellId, Instant>,
    replicates: BTreeMap<CellId, u64>,
    told: Option<Instant>,
}

static LOG: OnceLock<Log> = OnceLock::new();

/// Sets what is spoken, and the file that events are written to as well.
pub(super) fn speak(format: LogFormat, file: Option<&Path>) -> Checked<()> {
    // `watch` runs again and again, and goes on with what it began.
    if LOG.get().is_some() {
        return Ok(());
    }
    let open = |path: &Path| {
        let file = File::create(path);
        let file = file.map_err(|e| Mistake::unwritten(path, e));
        file.map(|file| (path.to_owned(), file))
    };
    let (file, turn, cells) = (file.map(open).transpose()?, Mutex::default(), Mutex::default());
    let lost = AtomicBool::new(false);
    let log = Log { format, file, lost, turn, started: Instant::now(), cells };
    // A process speaks one language; nobody sets another.
    drop(LOG.set(log));
    Ok(())
}

/// Whether standard error is for machines.
pub(super) fn for_machines() -> bool {
    LOG.get().is_some_and(|log| log.format == LogFormat::Json)
}

/// Says something to people; machines get a note.
pub(super) fn say(text: &str) {
    if !for_machines() {
        eprintln!("{text}");
    }
    emit("note", json!({ "text": text }));
}

/// Tells of an event. Nobody listens unless somebody asked.
pub(super) fn emit(event: &str, fields: Value) {
    let Some(log) = LOG.get() else { return };
    if log.format == LogFormat::Plain && log.file.is_none() {
        return;
    }
    let _turn = log.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let mut object = Map::new();
    object.insert("event".to_owned(), json!(event));
    object.insert("at".to_owned(), json!(now()));
    if let Value::Object(fields) = fields {
        object.extend(fields);
    }
    let line = Value::Object(object).to_string();
    if log.format == LogFormat::Json {
        eprintln!("{line}");
    }
    let Some((path, mut file)) = log.file.as_ref().map(|(path, file)| (path, file)) else { return };
    if log.lost.load(Ordering::Relaxed) {
        return;
    }
    // A log that cannot be written must not stop a run; that there is none is said once, and in the
    // exit code.
    if let Err(e) = file.write_all(format!("{line}\n").as_bytes()) {
        log.lost.store(true, Ordering::Relaxed);
        let text = format!(
            "warning: events cannot be written to {}: {e}; what follows is not in it",
            path.display()
        );
        match log.format {
            LogFormat::Plain => eprintln!("{text}"),
            LogFormat::Json => {
                eprintln!("{}", json!({ "event": "note", "at": now(), "text": text }));
            }
        }
    }
}

/// Whether events are missing from the file that was to have them.
pub(super) fn lost() -> bool {
    LOG.get().is_some_and(|log| log.lost.load(Ordering::Relaxed))
}

/// Tells of what happens to a cell.
pub(super) fn tell(event: &run::Event<'_>) {
    let Some(log) = LOG.get() else { return };
    match event {
        run::Event::Started(cell) => {
            log.cells().began.insert(cell.id, Instant::now());
            emit("cell-started", json!({ "cell": cell.id, "label": cell.label() }));
        }
        run::Event::Replicates(cell, _, count) => {
            let (done, due) = log.cells().count(&cell.id, *count as u64);
            if due {
                let label = cell.label();
                emit("replicates", json!({ "cell": cell.id, "label": label, "done": done }));
            }
        }
        run::Event::Finished(cell, record) => {
            let began = log.cells().began.remove(&cell.id);
            let seconds = began.map_or(0.0, |began| began.elapsed().as_secs_f64());
            let (label, state) = (cell.label(), record.state());
            let mut fields =
                json!({ "cell": cell.id, "label": label, "state": state, "seconds": seconds });
            let name = match &record.result {
                CellResult::Fitted(_) => "cell-finished",
                CellResult::Failed(failure) => {
                    fields["reason"] = json!(failure.reason);
                    "cell-failed"
                }
            };
            emit(name, fields);
        }
        run::Event::Left(cell) | run::Event::Unkept(cell, _) => {
            log.cells().began.remove(&cell.id);
        }
    }
}

/// The last event of a run.
pub(super) fn end(exit_code: u8) {
    let Some(log) = LOG.get() else { return };
    let seconds = log.started.elapsed().as_secs_f64();
    emit("run-ended", json!({ "exit_code": exit_code, "seconds": seconds }));
}

impl Log {
    fn cells(&self) -> std::sync::MutexGuard<'_, Cells> {
        self.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cells {
    /// Counts replicates of a cell: how many there are, and whether it is time to say so.
    fn count(&mut self, cell: &CellId, more: u64) -> (u64, bool) {
        let done = self.replicates.entry(*cell).or_default();
        *done += more;
        let due = self.told.is_none_or(|told| told.elapsed() >= Duration::from_secs(1));
        if due {
            self.told = Some(Instant::now());
        }
        (*done, due)
    }
}

/// The moment, UTC.
#[expect(clippy::disallowed_methods, reason = "events have a clock, results have none")]
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    chrono::DateTime::from_timestamp(seconds as i64, 0)
        .map(|at| at.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        .unwrap_or_default()
}
