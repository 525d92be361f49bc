//! `spanel status`: how far an experiment is.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::super::progress::duration;
use super::super::slurm::queue;
use super::merging::subfolders;
use super::planning::Times;
use super::running::{SHARDS, distributed};
use super::{Loaded, ended, load};
use crate::agenda::{Again, Agenda, Standing};
use crate::mistake::Checked;
use crate::plan::{Cell, Partition};
use crate::run::{self, Item};
use crate::store::folder::Folder;
use crate::store::jobs::{Jobs, Submission};
use crate::store::records::{FITTED, Records};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// How many cells are done, and how.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Counts {
    fitted: usize,
    failed: usize,
    open: usize,
}

impl Counts {
    fn add(&mut self, state: Option<&str>) {
        match state {
            Some(FITTED) => self.fitted += 1,
            Some(_) => self.failed += 1,
            None => self.open += 1,
        }
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} fitted, {} failed, {} open", self.fitted, self.failed, self.open)
    }
}

/// A part that no merge has taken in yet.
#[derive(Debug, Serialize)]
struct Part {
    /// `slice:1/8`, or the name of its folder.
    part: String,
    /// Cells of the part that the whole does not have.
    planned: usize,
    #[serde(flatten)]
    counts: Counts,
    /// Whether a run works on it.
    running: bool,
}

/// The last submission, and what its queue says.
#[derive(Debug, Serialize)]
struct Queued {
    #[serde(flatten)]
    submission: Submission,
    /// How many tasks are in each state; empty if the queue does not answer.
    states: BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_state: Option<String>,
    /// Why the queue does not answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    silence: Option<String>,
}

#[derive(Debug, Serialize)]
struct Survey {
    experiment: String,
    /// Distinct cells.
    cells: usize,
    #[serde(flatten)]
    counts: Counts,
    /// Seconds that the open cells are expected to take on one core; absent where nothing is known.
    seconds: Option<f64>,
    /// The same without the parts.
    merged: Counts,
    /// Whether a run or a merge works on the whole.
    running: bool,
    parts: Vec<Part>,
    submission: Option<Queued>,
}

pub(super) fn status(experiment: &Experiment, results: &Results, json: bool) -> Ending {
    ended((|| {
        let mut loaded = load(experiment)?;
        let inputs = loaded.open()?;
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        let records = loaded.or_report(folder.records())?;
        let items = run::items(&run::distinct(&loaded.plan), &loaded.spec, &inputs);
        let agenda = Agenda::new(items, &records, Again::No, |cell| {
            distributed(&loaded.spec, &folder, cell)
        });
        let survey = loaded.or_report(survey(&loaded, &folder, &agenda))?;
        if json {
            let text = serde_json::to_string_pretty(&survey)
                .expect("a structure of strings and numbers always has a JSON form");
            println!("{text}");
        } else {
            print(&survey, &folder);
        }
        Ok(Ending::Done)
    })())
}

fn survey(loaded: &Loaded, folder: &Folder, agenda: &Agenda<'_>) -> Checked<Survey> {
    let mut parts = Vec::new();
    let mut records = Vec::new();
    for path in parts_of(folder) {
        let of_part = Folder::at(&path).records()?;
        parts.push(part(&path, &of_part, agenda));
        records.push(of_part);
    }
    let (mut counts, mut merged) = (Counts::default(), Counts::default());
    let mut open: Vec<&Cell> = Vec::new();
    for (item, standing) in agenda.iter() {
        let whole = match standing {
            Standing::Kept(state) => Some(*state),
            Standing::Open(_) => None,
        };
        merged.add(whole);
        let state = whole.or_else(|| records.iter().find_map(|part| state(part, item)));
        counts.add(state);
        if state.is_none() {
            open.push(item.cell);
        }
    }
    let local = folder.local();
    let mut known = local.seconds();
    parts_of(folder).iter().for_each(|part| known.extend(Folder::at(part).local().seconds()));
    Ok(Survey {
        experiment: loaded.spec.name.clone(),
        cells: agenda.items.len(),
        counts,
        seconds: Times::new(known, agenda).of_all(&open),
        merged,
        running: !local.is_idle(),
        parts,
        submission: Jobs::of(folder.root()).last().map(queued),
    })
}

fn parts_of(folder: &Folder) -> Vec<PathBuf> {
    subfolders(&folder.root().join(SHARDS))
}

fn state(records: &Records, item: &Item<'_>) -> Option<&'static str> {
    records.find(&item.cell.id, &item.key).map(|entry| entry.state)
}

/// A part held against what the whole does not have.
fn part(path: &Path, records: &Records, agenda: &Agenda<'_>) -> Part {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let partition = Partition::of_folder(&name);
    let mut counts = Counts::default();
    for (place, (item, standing)) in agenda.iter().enumerate() {
        let state = state(records, item);
        // Of a folder with another name nobody knows what it is to hold.
        let own = partition.map_or(state.is_some(), |part| part.has(place, &item.cell.id));
        if own && matches!(standing, Standing::Open(_)) {
            counts.add(state);
        }
    }
    Part {
        part: partition.map_or(name, |part| part.to_string()),
        planned: counts.fitted + counts.failed + counts.open,
        counts,
        running: !Folder::at(path).local().is_idle(),
    }
}

fn queued(submission: Submission) -> Queued {
    match queue::states(&submission) {
        Ok(states) => Queued {
            submission,
            states: states.tasks,
            merge_state: Some(states.merge),
            silence: None,
        },
        Err(silence) => Queued {
            submission,
            states: BTreeMap::new(),
            merge_state: None,
            silence: Some(silence.to_string()),
        },
    }
}

fn print(survey: &Survey, folder: &Folder) {
    let time = survey.seconds.filter(|_| survey.counts.open > 0);
    let time = time.map_or(String::new(), |s| format!(" (about {} on one core)", duration(s)));
    println!("{}: {} cells: {}{time}", survey.experiment, survey.cells, survey.counts);
    if survey.running {
        println!("a run works on {}", folder.root().display());
    }
    if !survey.parts.is_empty() {
        println!("merged: {} fitted, {} failed", survey.merged.fitted, survey.merged.failed);
    }
    for part in &survey.parts {
        let running = if part.running { ", running" } else { "" };
        println!("{}: {} cells: {}{running}", part.part, part.planned, part.counts);
    }
    let Some(Queued { submission, states, merge_state, silence }) = &survey.submission else {
        return;
    };
    let Submission { array, merge, at, tasks, .. } = submission;
    match (silence, merge_state) {
        (None, Some(merge_state)) => {
            let states: Vec<String> =
                states.iter().map(|(state, n)| format!("{n} {}", state.to_lowercase())).collect();
            println!("array {array} of {at}, {} tasks: {}", tasks.len(), states.join(", "));
            println!("merge {merge}: {}", merge_state.to_lowercase());
        }
        (silence, _) => {
            let silence = silence.as_deref().unwrap_or("it does not answer");
            println!("array {array} of {at}, merge {merge}: the queue is not known: {silence}");
        }
    }
    println!("logs: {}", folder.root().join("local").join(&submission.folder).display());
}
