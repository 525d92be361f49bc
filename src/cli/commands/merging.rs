//! `spanel merge`: the records of parts that were run elsewhere become those of the whole.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::super::output::{put, with_losses};
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
        let parts = if folders.is_empty() {
            subfolders(&own)
        } else {
            let found = folders.iter().map(|folder| parts_in(folder, &session));
            loaded.or_report(found.collect::<Checked<Vec<_>>>())?.concat()
        };
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
        session.finish(&agenda, crate::agenda::Again::No)?;
        let missing = agenda.open();
        put!("{taken} records of {} parts taken in", parts.len());
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
        let whole = missing.is_empty();
        Ok(with_losses(if whole { session.ending(&keys) } else { Ending::CellsFailed }))
    })())
}

/// Whether a folder is one that a run of cells wrote.
fn holds_results(folder: &Path) -> bool {
    folder.join("records").is_dir() || folder.join("local").is_dir()
}

/// The results folders that the user means by one: itself, that of the experiment below it (it was
/// the `--results` of a part), or the parts below either.
fn parts_in(folder: &Path, session: &Session) -> Checked<Vec<PathBuf>> {
    let experiment = &session.loaded.spec.name;
    let whole = session.folder.root().canonicalize().ok();
    // What is merged into is no part.
    let is_part = |path: &PathBuf| holds_results(path) && path.canonicalize().ok() != whole;
    let below = folder.join(experiment);
    let mut found = Vec::new();
    for path in [folder, &below] {
        found.extend(Some(path.to_owned()).filter(is_part));
        found.extend(subfolders(&path.join(SHARDS)).into_iter().filter(is_part));
    }
    if found.is_empty() {
        // A folder of parts.
        let either = |part: PathBuf| [part.join(experiment), part];
        let parts = subfolders(folder).into_iter().flat_map(either);
        found.extend(parts.filter(is_part));
    }
    (!found.is_empty()).then_some(found).ok_or_else(|| {
        let message = if folder.is_dir() {
            format!(
                "holds no results of `{experiment}`: neither it nor `{experiment}` nor a part below it \
                 has a folder `records` or `local`"
            )
        } else {
            "is no folder".to_owned()
        };
        Mistake::file(folder, message)
            .help(format!(
                "name the results folder of a part, such as part-1/{experiment}, or the folder \
                 above it that the part had as --results"
            ))
            .into()
    })
}

/// Takes in the records and journals of a part; how many records, and whether no run works on it.
pub(super) fn take_in(session: &Session, part: &Path) -> Checked<(usize, bool)> {
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
