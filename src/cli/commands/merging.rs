//! `spanel merge`: the records of parts that were run elsewhere become those of the whole.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::ended;
use super::fitting::Summary;
use super::running::{SHARDS, Session};
use crate::mistake::{Checked, Mistake};
use crate::run;
use crate::store::folder::Folder;
use std::path::{Path, PathBuf};

/// Missing cells that are named.
const NAMED: usize = 5;

pub(super) fn merge(
    experiment: &Experiment,
    results: &Results,
    folders: &[PathBuf],
    keep_shards: bool,
) -> Ending {
    ended((|| {
        let session = Session::open(experiment, results, None)?;
        let loaded = &session.loaded;
        let own = session.folder.root().join(SHARDS);
        let parts = if folders.is_empty() { subfolders(&own) } else { folders.to_vec() };
        // A merge that comes again has nothing to take in and nothing to mend.
        if parts.is_empty() && session.records.all_current().is_empty() {
            let message = format!("no parts are in {}", own.display());
            let mistake = Mistake::file(&own, message)
                .help("name the results folders of the parts, or run them: --partition hash:1/8");
            return loaded.or_report(Err(mistake.into()));
        }
        let mut taken = 0;
        let mut done = Vec::new();
        for part in &parts {
            let (records, idle) = loaded.or_report(take_in(&session, part))?;
            taken += records;
            if idle {
                done.push(part);
            } else {
                eprintln!(
                    "a run still works on {}: what it has so far is taken in",
                    part.display()
                );
            }
        }
        let items = run::items(&run::distinct(&loaded.plan), &loaded.spec, &session.inputs);
        let agenda = session.agenda(items, crate::agenda::Again::No);
        let keys = agenda.keys();
        loaded.or_report(session.records.settle(&keys))?;
        loaded.or_report(session.note(&keys, &Summary::default(), None))?;
        session.finish(&agenda)?;
        let missing = agenda.open();
        println!("{taken} records of {} parts taken in", parts.len());
        for item in missing.iter().take(NAMED) {
            eprintln!("missing: {}", item.cell.label());
        }
        if missing.len() > NAMED {
            eprintln!("and {} more cells are missing", missing.len() - NAMED);
        }
        if folders.is_empty() && !keep_shards {
            for part in done {
                let removed = std::fs::remove_dir_all(part);
                let failed = |e| Mistake::file(part, format!("cannot be removed: {e}"));
                loaded.or_report(removed.map_err(failed).map_err(Into::into))?;
            }
            // Parts that are still worked on keep the folder.
            drop(std::fs::remove_dir(&own));
        }
        Ok(if missing.is_empty() { session.ending(&keys) } else { Ending::CellsFailed })
    })())
}

/// Takes in the records and journals of a part; how many records, and whether no run works on it.
pub(super) fn take_in(session: &Session, part: &Path) -> Checked<(usize, bool)> {
    if !part.join("records").is_dir() && !part.join("local").is_dir() {
        let message = "is no results folder: it has neither `records` nor `local`";
        return Err(Mistake::file(part, message).into());
    }
    let folder = Folder::at(part);
    let records = folder.records()?;
    if let Some(mistake) = records.damaged.first() {
        return Err(mistake.clone().into());
    }
    let taken = session.records.take_in(&records)?;
    session.folder.take_in_replicates(part)?;
    session.local.take_in_seconds(&folder.local())?;
    session.local.take_in_failures(&folder.local())?;
    Ok((taken, folder.local().is_idle()))
}

pub(super) fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|e| e.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}
