//! Cells in processes of their own, which can be killed and limited in memory, and whose death is a
//! failure of their cell and of nothing else.
//!
//! The child is the same program with the hidden command `fit-one`: it reads the experiment and its
//! data again, fits the one cell, and answers in lines of JSON on standard output. The record must
//! have the key that the parent expects, so that data that change meanwhile are noticed. The child
//! keeps replicates in the parent's results folder; a killed one leaves a journal that the next goes
//! on from. It ends when its standard input does, and so never outlives the parent.

use super::args::Experiment;
use crate::mistake::Mistake;
use crate::outcome::{Failure, FailureKind};
use crate::run::{self, Event, Item, Replicated, Watch};
use crate::spec::Spec;
use crate::spec::limits::Bytes;
use crate::store::{CellResult, Record};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// How often a child is looked at that says nothing.
const GLANCE: Duration = Duration::from_millis(20);

/// What a child says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Answer {
    /// So many replicates are there.
    Replicates(Replicated, usize),
    /// The cell is done.
    Record(Box<Record>),
    /// Its replicates could not be kept or read: the files, and what is wrong with them.
    Unkept(Vec<(Option<PathBuf>, String)>),
}

/// What every child is told.
#[derive(Debug)]
pub(super) struct Setting<'a> {
    /// The experiment.
    pub(super) experiment: &'a Experiment,
    /// The results folder.
    pub(super) folder: &'a Path,
    /// The experiment as it was read.
    pub(super) spec: &'a Spec,
}

/// Fits cells as [`run::run`] does, each in a process of its own, as many at once as the thread pool
/// has threads.
pub(super) fn run(items: &[&Item<'_>], setting: &Setting<'_>, watch: &Watch<'_>) {
    items.par_iter().for_each(|item| {
        if watch.is_over() {
            return;
        }
        (watch.observer)(Event::Started(item.cell));
        match fit(item, setting, watch) {
            End::Done(result) => {
                (watch.observer)(Event::Finished(
                    item.cell,
                    &run::record(setting.spec, item, result),
                ));
            }
            End::Left => (watch.observer)(Event::Left(item.cell)),
            End::Unkept(mistakes) => (watch.observer)(Event::Unkept(item.cell, &mistakes.into())),
        }
    });
}

/// How the work of a child ended.
enum End {
    Done(CellResult),
    Left,
    Unkept(Mistake),
}

fn fit(item: &Item<'_>, setting: &Setting<'_>, watch: &Watch<'_>) -> End {
    let mut child = match spawn(item, setting) {
        Ok(child) => child,
        Err(e) => return End::Unkept(Mistake::file(setting.folder, format!("no process: {e}"))),
    };
    let (answers, complaints) = (answers(&mut child), complaints(&mut child));
    let ended = listen(item, &answers, watch);
    if ended.is_some() {
        // It is done, or is to be no more: either way nothing of it is waited for.
        let _ = child.kill();
    }
    let status = child.wait();
    let said = complaints.join().unwrap_or_default();
    ended.unwrap_or_else(|| match status {
        Ok(status) => dead(status, &said, setting),
        Err(e) => End::Unkept(Mistake::file(setting.folder, format!("a process is lost: {e}"))),
    })
}

fn spawn(item: &Item<'_>, setting: &Setting<'_>) -> std::io::Result<Child> {
    let Setting { experiment, folder, spec } = setting;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("fit-one").arg("--folder").arg(folder).arg("--cell").arg(item.cell.id.to_string());
    for set in &experiment.set {
        command.arg(format!("--set={set}"));
    }
    if let Some(profile) = &experiment.profile {
        command.arg(format!("--profile={profile}"));
    }
    if let Some(Bytes(bytes)) = spec.run.memory {
        command.arg(format!("--memory={bytes}"));
    }
    command.arg("--").arg(&experiment.spec);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    in_own_group(&mut command);
    command.spawn()
}

/// Ctrl-C at a terminal goes to the parent alone, which ends its children.
#[cfg(unix)]
fn in_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn in_own_group(_command: &mut Command) {}

fn answers(child: &mut Child) -> Receiver<Answer> {
    let (sender, receiver) = channel();
    if let Some(out) = child.stdout.take() {
        std::thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            for answer in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
                if sender.send(answer).is_err() {
                    return;
                }
            }
        });
    }
    receiver
}

fn complaints(child: &mut Child) -> std::thread::JoinHandle<String> {
    let from = child.stderr.take();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            // What was said before a pipe broke is all there is.
            let _ = from.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for the record; none where the child is gone without one.
fn listen(item: &Item<'_>, answers: &Receiver<Answer>, watch: &Watch<'_>) -> Option<End> {
    loop {
        match answers.recv_timeout(GLANCE) {
            Ok(Answer::Replicates(how, count)) => {
                (watch.observer)(Event::Replicates(item.cell, how, count));
            }
            Ok(Answer::Record(record)) if record.key == item.key => {
                return Some(End::Done(record.result));
            }
            Ok(Answer::Record(_)) => {
                let text = format!("{}: the data changed during the run", item.cell.label());
                return Some(End::Unkept(Mistake::file("", text).help("run it again")));
            }
            Ok(Answer::Unkept(found)) => {
                let (file, text) = found.into_iter().next().unwrap_or_default();
                return Some(End::Unkept(Mistake::file(file.unwrap_or_default(), text)));
            }
            Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if watch.is_over() {
            return Some(End::Left);
        }
        if let Some(limit) = (watch.overdue)(item.cell) {
            return Some(End::Done(CellResult::Failed(run::late(&limit))));
        }
    }
}

/// What the death of a child without a record says of its cell.
fn dead(status: ExitStatus, said: &str, setting: &Setting<'_>) -> End {
    let killed = |reason: String| {
        End::Done(CellResult::Failed(Failure { kind: FailureKind::Killed, reason }))
    };
    match (setting.spec.run.memory, signal(status)) {
        (Some(limit), _) if is_out_of_memory(said) => {
            killed(format!("its process needed more memory than {limit}"))
        }
        (_, Some(number)) => killed(format!("its process was ended by {}", name(number))),
        (_, None) => {
            let text = format!("the process of a cell ended ({status}): {}", said.trim());
            End::Unkept(Mistake::file(setting.folder, text))
        }
    }
}

/// Whether a process that said this on standard error ran out of memory: Rust's allocator, threads
/// that cannot be started, the operating system.
fn is_out_of_memory(said: &str) -> bool {
    [
        "memory allocation of",
        "cannot start threads",
        "thread pool",
        "os error 11",
        "os error 12",
        "spawn thread",
    ]
    .iter()
    .any(|trace| said.contains(trace))
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: ExitStatus) -> Option<i32> {
    None
}

fn name(signal: i32) -> String {
    let known = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL, as by a system that is out of memory",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => return format!("signal {signal}"),
    };
    format!("signal {signal} ({known})")
}

/// Ends this process when its standard input ends, which is when the parent does.
pub(super) fn stop_with_parent() {
    std::thread::spawn(|| {
        let mut nothing = Vec::new();
        // An input that breaks has ended, too.
        let _ = std::io::stdin().lock().read_to_end(&mut nothing);
        std::process::exit(i32::from(super::Ending::Interrupted.code()));
    });
}

/// Limits the address space of this process.
#[cfg(target_os = "linux")]
pub(super) fn limit_memory(bytes: u64) {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = Rlimit { current: Some(bytes), maximum: Some(bytes) };
    if let Err(e) = setrlimit(Resource::As, limit) {
        eprintln!("memory cannot be limited: {e}");
    }
}

/// Elsewhere the address space is not what a process uses, or cannot be limited.
#[cfg(not(target_os = "linux"))]
pub(super) fn limit_memory(_bytes: u64) {
    eprintln!("memory can be limited on Linux only");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn running_out_of_memory_is_told_from_other_deaths() {
        assert!(is_out_of_memory("memory allocation of 8000000 bytes failed\n"));
        assert!(!is_out_of_memory("cannot be read: permission denied"));
        assert!(name(9).starts_with("signal 9 (SIGKILL") && name(31) == "signal 31");
    }
}
