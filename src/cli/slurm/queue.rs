//! The queue of Slurm, through its own commands.

use crate::store::jobs::Submission;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a question may take: the controller may be away.
const TO_ASK: Duration = Duration::from_secs(20);
/// How long an order may take: a busy controller lets it wait.
const TO_ORDER: Duration = Duration::from_mins(2);
/// How often a command is looked after.
const STEP: Duration = Duration::from_millis(10);

/// States of a job that will not run again by itself.
const OVER: [&str; 10] = [
    "BOOT_FAIL",
    "CANCELLED",
    "COMPLETED",
    "DEADLINE",
    "ENDED",
    "FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "REVOKED",
    "TIMEOUT",
];

/// The state of a job that the queue no longer knows.
const ENDED: &str = "ENDED";

/// Why the queue did not answer.
#[derive(Debug)]
pub(in super::super) enum Silence {
    /// The command is not here.
    Missing(&'static str),
    /// It failed, or took too long.
    Failed(String),
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing(command) => write!(f, "`{command}` is not here"),
            Self::Failed(said) => f.write_str(said),
        }
    }
}

/// What the queue says of a submission: states of jobs, and how many tasks have each.
#[derive(Debug)]
pub(in super::super) struct States {
    /// Those of the tasks of the array.
    pub(in super::super) tasks: BTreeMap<String, usize>,
    /// That of the merge.
    pub(in super::super) merge: String,
}

impl States {
    /// Whether some of it waits or runs.
    pub(in super::super) fn is_open(&self) -> bool {
        let over = |state: &str| OVER.contains(&state);
        !self.tasks.keys().all(|state| over(state)) || !over(&self.merge)
    }
}

/// Asks for the states of a submission.
pub(in super::super) fn states(submission: &Submission) -> Result<States, Silence> {
    let jobs = format!("--jobs={},{}", submission.array, submission.merge);
    let options = ["--noheader", "--array", "--states=all", "--format=%i|%T"];
    let asked = [&options[..], &[jobs.as_str()]].concat();
    let mut found = match ask(Command::new("squeue").args(asked), "squeue", TO_ASK) {
        Ok(text) => read(&text),
        // The queue forgets jobs some minutes after their end.
        Err(Silence::Failed(said)) if said.contains("Invalid job id") => BTreeMap::new(),
        Err(silence) => return Err(silence),
    };
    let wanted = |task: &u32| format!("{}_{task}", submission.array);
    let known = submission.tasks.iter().all(|task| found.contains_key(&wanted(task)));
    if !known || !found.contains_key(&submission.merge) {
        let options = ["--noheader", "--allocations", "--parsable2", "--format=JobID,State"];
        let asked = [&options[..], &[jobs.as_str()]].concat();
        // Accounts are kept on some clusters only.
        let text = ask(Command::new("sacct").args(asked), "sacct", TO_ASK).unwrap_or_default();
        read(&text).into_iter().for_each(|(job, state)| {
            found.entry(job).or_insert(state);
        });
    }
    let state = |job: &str| found.get(job).cloned().unwrap_or_else(|| ENDED.to_owned());
    let mut tasks = BTreeMap::new();
    for task in &submission.tasks {
        *tasks.entry(state(&wanted(task))).or_default() += 1;
    }
    Ok(States { tasks, merge: state(&submission.merge) })
}

/// `job|STATE` on each line; `CANCELLED by 0` is cancelled.
fn read(text: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (job, state) = line.split_once('|')?;
        let state = state.split_whitespace().next()?;
        Some((job.trim().to_owned(), state.trim_end_matches('+').to_owned()))
    };
    text.lines().filter_map(line).collect()
}

/// Hands in a script that lies in `folder`, after another job if given; the id of the job.
pub(in super::super) fn submit(
    folder: &Path,
    script: &str,
    after: Option<&str>,
) -> Result<String, Silence> {
    let mut command = Command::new("sbatch");
    command.current_dir(folder).arg("--parsable");
    command.args(after.map(|job| format!("--dependency=afterany:{job}")));
    let said = ask(command.arg(script), "sbatch", TO_ORDER)?;
    // `id`, or `id;cluster`.
    let id = said.trim().split(';').next().unwrap_or_default().to_owned();
    if id.is_empty() || !id.chars().all(|c| c.is_ascii_digit()) {
        return Err(Silence::Failed(format!("sbatch said `{}` instead of a job", said.trim())));
    }
    Ok(id)
}

/// Takes a job back.
pub(in super::super) fn cancel(job: &str) -> Result<(), Silence> {
    ask(Command::new("scancel").arg(job), "scancel", TO_ORDER).map(drop)
}

/// What a command prints. One that takes too long is ended: it must not submit anything later.
fn ask(command: &mut Command, name: &'static str, patience: Duration) -> Result<String, Silence> {
    let failed = |what: &dyn std::fmt::Display| Silence::Failed(format!("{name}: {what}"));
    let running = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = running.spawn().map_err(|e| match e.kind() {
        ErrorKind::NotFound => Silence::Missing(name),
        _ => failed(&e),
    })?;
    // A full pipe would stop it, so both are read while it runs.
    let (said, complained) = (read_all(child.stdout.take()), read_all(child.stderr.take()));
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() < patience => std::thread::sleep(STEP),
            Ok(None) => {
                drop(child.kill().and_then(|()| child.wait()));
                return Err(failed(&"it took too long"));
            }
            Err(e) => return Err(failed(&e)),
        }
    };
    let text = |thread: JoinHandle<String>| thread.join().unwrap_or_default();
    if status.success() { Ok(text(said)) } else { Err(failed(&text(complained).trim())) }
}

fn read_all(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before a pipe broke is what was said.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_read_from_squeue_and_sacct() {
        let found = read("7_1|RUNNING\n7_2|CANCELLED by 0\n 8|PENDING\nnothing\n9|\n");
        let states: Vec<(&str, &str)> =
            found.iter().map(|(job, state)| (job.as_str(), state.as_str())).collect();
        assert_eq!(states, [("7_1", "RUNNING"), ("7_2", "CANCELLED"), ("8", "PENDING")]);
    }

    #[test]
    fn what_waits_or_runs_is_open() {
        let states = |task: &str, merge: &str| States {
            tasks: BTreeMap::from([("COMPLETED".to_owned(), 2), (task.to_owned(), 1)]),
            merge: merge.to_owned(),
        };
        assert!(states("REQUEUED", "PENDING").is_open());
        assert!(states("FAILED", "PENDING").is_open());
        assert!(!states("TIMEOUT", ENDED).is_open());
    }
}
