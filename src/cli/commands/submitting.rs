//! `spanel submit`: the cells that are to be fitted become a job array and a merge after it.

use super::super::Ending;
use super::super::args::{Experiment, Results};
use super::super::slurm::queue::{self, Silence};
use super::super::slurm::script::{Division, Order};
use super::merging::{subfolders, take_in};
use super::running::{SHARDS, Session, distributed, now};
use super::{Loaded, ended, load, rehearse, report_mistakes, user_templates};
use crate::agenda::{Again, Agenda, Standing};
use crate::ident::CellId;
use crate::mistake::{Checked, Kind, Mistake, Place};
use crate::run;
use crate::spec::layers::{PREFIX, PROFILE};
use crate::store::folder::Folder;
use crate::store::jobs::{Jobs, Submission};
use crate::store::records::Records;
use std::num::NonZeroU32;
use std::path::Path;

/// Variables with the prefix of settings that are handed on as arguments.
const ARGUMENTS: [&str; 3] = ["SPANEL_JOBS", "SPANEL_RESULTS", PROFILE];

pub(super) fn submit(
    experiment: &Experiment,
    results: &Results,
    parts: Option<NonZeroU32>,
    dry_run: bool,
) -> Ending {
    let request = Request { experiment, results, parts };
    ended(if dry_run { request.show() } else { request.submit() })
}

/// What the user wants submitted.
struct Request<'a> {
    experiment: &'a Experiment,
    results: &'a Results,
    parts: Option<NonZeroU32>,
}

/// The two scripts of a submission.
struct Scripts {
    array: String,
    merge: String,
}

const ARRAY: &str = "array.sh";
const MERGE: &str = "merge.sh";

impl Request<'_> {
    /// Prints what would be submitted, and leaves everything as it is.
    fn show(&self) -> Result<Ending, Ending> {
        let mut loaded = load(self.experiment)?;
        let inputs = loaded.open()?;
        let templates = loaded.or_report(user_templates(&self.experiment.spec))?;
        loaded.or_report(rehearse(&loaded, &inputs, &templates))?;
        let folder = Folder::existing(&self.results.results, &loaded.spec.name);
        let records = loaded.or_report(folder.records())?;
        let parts = loaded.or_report(records_of_parts(&folder))?;
        let items = run::items(&run::distinct(&loaded.plan), &loaded.spec, &inputs);
        let agenda = Agenda::new(items, &records, Again::No, |cell| {
            distributed(&loaded.spec, &folder, cell)
        });
        let open: Vec<(usize, &CellId)> = places(&agenda)
            .into_iter()
            .filter(|(place, cell)| {
                let key = &agenda.items[*place].key;
                !parts.iter().any(|part| part.find(cell, key).is_some())
            })
            .collect();
        let Some(division) = self.division(&loaded, &open) else { return Ok(nothing(&agenda)) };
        let scripts = self.scripts(&loaded, &division)?;
        println!("# {ARRAY}\n{}\n# {MERGE}, after the array\n{}", scripts.array, scripts.merge);
        eprintln!("{}", said(&division, open.len()));
        Ok(Ending::Done)
    }

    fn submit(&self) -> Result<Ending, Ending> {
        let session = Session::open(self.experiment, self.results, None)?;
        let loaded = &session.loaded;
        let jobs = Jobs::of(session.folder.root());
        refuse_twice(loaded, &jobs)?;
        // Parts that no merge took in, since it was cancelled perhaps, are not fitted again.
        for part in subfolders(&session.folder.root().join(SHARDS)) {
            let (taken, _) = loaded.or_report(take_in(&session, &part))?;
            if taken > 0 {
                eprintln!("{taken} records taken in from {}", part.display());
            }
        }
        let items = run::items(&run::distinct(&loaded.plan), &loaded.spec, &session.inputs);
        let agenda = session.agenda(items, Again::No);
        loaded.or_report(session.records.settle(&agenda.keys()))?;
        let open = places(&agenda);
        let Some(division) = self.division(loaded, &open) else { return Ok(nothing(&agenda)) };
        let scripts = self.scripts(loaded, &division)?;
        let (name, folder) = loaded.or_report(jobs.new_folder())?;
        loaded.or_report(jobs.write(&folder, ARRAY, &scripts.array))?;
        loaded.or_report(jobs.write(&folder, MERGE, &scripts.merge))?;
        let (array, merge) = hand_in(&folder).map_err(|silence| {
            // Scripts that nobody took are of no use.
            drop(std::fs::remove_dir_all(&folder));
            refused(loaded, &silence)
        })?;
        loaded.or_report(jobs.add(&Submission {
            at: now(),
            array: array.clone(),
            merge: merge.clone(),
            parts: division.parts.get(),
            tasks: division.tasks.iter().map(|part| part.get()).collect(),
            cells: open.len(),
            folder: name,
        }))?;
        println!("array {array}, merge {merge}");
        eprintln!("{}; logs in {}", said(&division, open.len()), folder.display());
        Ok(Ending::Done)
    }

    fn division(&self, loaded: &Loaded, open: &[(usize, &CellId)]) -> Option<Division> {
        Division::of(open, self.parts.unwrap_or(loaded.spec.slurm.parts))
    }

    fn scripts(&self, loaded: &Loaded, division: &Division) -> Result<Scripts, Ending> {
        let here = |what: &str, path: std::io::Result<std::path::PathBuf>| {
            let failed = |e| nowhere(format!("{what} is not known: {e}"));
            loaded.or_report(path.map_err(failed).map_err(Into::into))
        };
        let program = here("where spanel lies", std::env::current_exe())?;
        let folder = here("the working folder", std::env::current_dir())?;
        let mut arguments = self.experiment.arguments();
        arguments.push("--results".to_owned());
        arguments.push(self.results.results.to_string_lossy().into_owned());
        let setting = |(name, _): &(String, String)| {
            name.starts_with(PREFIX) && !ARGUMENTS.contains(&name.as_str())
        };
        let mut environment: Vec<(String, String)> = std::env::vars().filter(setting).collect();
        environment.sort();
        let order = Order {
            name: &loaded.spec.name,
            slurm: &loaded.spec.slurm,
            division,
            program: &program,
            folder: &folder,
            arguments: &arguments,
            environment: &environment,
        };
        Ok(Scripts { array: order.array(), merge: order.merge() })
    }
}

/// The cells that are to be fitted, with their places in the plan.
fn places<'a>(agenda: &'a Agenda<'_>) -> Vec<(usize, &'a CellId)> {
    let open = |(place, (item, standing)): (usize, (&'a run::Item<'_>, &Standing))| {
        matches!(standing, Standing::Open(_)).then_some((place, &item.cell.id))
    };
    agenda.iter().enumerate().filter_map(open).collect()
}

fn records_of_parts(folder: &Folder) -> Checked<Vec<Records>> {
    let parts = subfolders(&folder.root().join(SHARDS));
    parts.iter().map(|part| Folder::at(part).records()).collect()
}

fn nothing(agenda: &Agenda<'_>) -> Ending {
    println!("nothing to submit: all {} cells are kept", agenda.items.len());
    if !agenda.open().is_empty() {
        eprintln!("{} of them in parts: `spanel merge` takes them in", agenda.open().len());
    }
    Ending::Done
}

fn said(division: &Division, cells: usize) -> String {
    format!("cells to fit: {cells}, tasks: {}, then they are merged", division.tasks.len())
}

/// Refuses to submit while the last submission is in the queue: both would fit the same cells.
fn refuse_twice(loaded: &Loaded, jobs: &Jobs) -> Result<(), Ending> {
    let Some(last) = jobs.last() else { return Ok(()) };
    match queue::states(&last) {
        Ok(states) if states.is_open() => {
            let mistake = nowhere(format!(
                "jobs {} and {} of this experiment are still in the queue",
                last.array, last.merge
            ));
            let help = format!(
                "`spanel status` says how far they are, `scancel {} {}` takes them back",
                last.array, last.merge
            );
            loaded.or_report(Err(mistake.help(help).into()))
        }
        Ok(_) => Ok(()),
        Err(silence) => Err(refused(loaded, &silence)),
    }
}

/// Both jobs, or none.
fn hand_in(folder: &Path) -> Result<(String, String), Silence> {
    let array = queue::submit(folder, ARRAY, None)?;
    match queue::submit(folder, MERGE, Some(&array)) {
        Ok(merge) => Ok((array, merge)),
        Err(silence) => {
            if let Err(still) = queue::cancel(&array) {
                eprintln!("job {array} stays in the queue: {still}");
            }
            Err(silence)
        }
    }
}

fn refused(loaded: &Loaded, silence: &Silence) -> Ending {
    let mistake = nowhere(format!("Slurm cannot be used: {silence}")).help(
        "submit where `sbatch` and `squeue` are, or look at the scripts with --dry-run; \
         without Slurm, run the parts yourself: --partition slice:1/8",
    );
    report_mistakes(&mistake.into(), &loaded.layers)
}

/// What is wrong with the world, at no place of the experiment.
fn nowhere(message: String) -> Mistake {
    Mistake { kind: Kind::File, message, help: None, place: Place::Nowhere }
}
