//! `spanel verify`: are the results those that the experiment, its data and this version give?

use super::super::Ending;
use super::super::args::{Experiment, Results, VerifyOptions};
use super::comparing::pretty;
use super::{Loaded, ended, load};
use crate::agenda::{Again, Agenda, Standing, Why};
use crate::ident::{RecordKey, content_hash};
use crate::inputs::Inputs;
use crate::mistake::{Checked, Mistake};
use crate::plan::Cell;
use crate::run::{self, Event, Item, Watch};
use crate::store::Record;
use crate::store::folder::Folder;
use crate::store::manifest::{self, Manifest};
use crate::store::records::Records;
use crate::store::replicates::Keeper;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, PoisonError};

/// Relative difference up to which numbers of another machine count as the same.
const TOLERANCE: f64 = 1e-8;
/// Differences of one kind that are named.
const NAMED: usize = 5;

pub(super) fn verify(
    experiment: &Experiment,
    results: &Results,
    options: &VerifyOptions,
) -> Ending {
    ended(load(experiment).and_then(|mut loaded| {
        let folder = Folder::existing(&results.results, &loaded.spec.name);
        verify_folder(&mut loaded, &folder, options, Vec::new())
    }))
}

/// What a check of stored results found.
#[derive(Debug, Serialize)]
struct Verified {
    verified: bool,
    experiment: String,
    citation: String,
    /// The version of spanel that made the results, and this one.
    made_by: String,
    checked_by: &'static str,
    /// Cells that failed in a way that another run may not.
    may_not_fail_again: usize,
    /// How much was hashed again.
    records: usize,
    files: usize,
    inputs: usize,
    refitted: Refitted,
    /// Everything that is wrong.
    wrong: Vec<String>,
}

/// How cells compare that were fitted again.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Refitted {
    cells: usize,
    /// The same to the bit.
    same: usize,
    /// The same to `tolerance`, relative.
    close: usize,
    tolerance: f64,
}

/// Checks a folder of results against its experiment; says what it finds. `wrong` is what is known
/// to be wrong already.
pub(super) fn verify_folder(
    loaded: &mut Loaded,
    folder: &Folder,
    options: &VerifyOptions,
    wrong: Vec<String>,
) -> Result<Ending, Ending> {
    let found = loaded.or_report(Manifest::read(folder.root()))?;
    let manifest = loaded.or_report(found.ok_or_else(|| {
        Mistake::file(folder.root(), "has no manifest: no run was finished here")
            .help("run the experiment first: spanel run")
            .into()
    }))?;
    let inputs = loaded.open()?;
    let records = loaded.or_report(folder.records())?;
    let items = run::items(&run::distinct(&loaded.plan), &loaded.spec, &inputs);
    let agenda = Agenda::new(items, &records, Again::No, |_| true);
    let mut found = Verified {
        verified: false,
        experiment: manifest.experiment.clone(),
        citation: manifest.citation.clone(),
        made_by: manifest.spanel.clone(),
        checked_by: env!("CARGO_PKG_VERSION"),
        may_not_fail_again: 0,
        records: agenda.items.len() - agenda.open().len(),
        files: manifest.files.len(),
        inputs: manifest.inputs.len(),
        refitted: Refitted { tolerance: TOLERANCE, ..Refitted::default() },
        wrong,
    };
    found.wrong.extend(loaded.or_report(hashed(loaded, &inputs, folder, (&records, &manifest)))?);
    found.look_for_records(&agenda);
    found.fit_again(&sample(&agenda, options), &records, (loaded, &inputs));
    found.verified = found.wrong.is_empty();
    if options.json {
        print!("{}", pretty(&found));
    } else {
        found.print();
    }
    Ok(if found.verified { Ending::Done } else { Ending::CellsFailed })
}

impl Verified {
    fn look_for_records(&mut self, agenda: &Agenda<'_>) {
        let open = agenda.iter().filter(|(_, s)| matches!(s, Standing::Open(_)));
        let (by_chance, missing): (Vec<_>, Vec<_>) =
            open.partition(|(_, s)| **s == Standing::Open(Why::MayNotFailAgain));
        for (item, _) in missing.iter().take(NAMED) {
            self.wrong.push(format!("no record of {} as it is asked now", item.cell.label()));
        }
        self.may_not_fail_again = by_chance.len();
    }

    fn fit_again(
        &mut self,
        sample: &[&Item<'_>],
        records: &Records,
        (loaded, inputs): (&Loaded, &Inputs),
    ) {
        let again = refit(loaded, inputs, sample);
        let (refitted, wrong) = (&mut self.refitted, &mut self.wrong);
        refitted.cells = sample.len();
        for item in sample {
            let label = item.cell.label();
            match (kept(records, item), again.get(&item.key)) {
                (Ok(Some(old)), Some(new)) => match farthest(&old, new) {
                    None => {
                        wrong.push(format!("{label} gives something else when it is fitted again"));
                    }
                    Some(0.0) => refitted.same += 1,
                    Some(far) if far <= TOLERANCE => refitted.close += 1,
                    Some(far) => wrong.push(format!(
                        "{label} differs by {far:.1e} (relative) when it is fitted again"
                    )),
                },
                (Ok(_), _) => wrong.push(format!("{label} could not be fitted again")),
                (Err(mistakes), _) => wrong.push(mistakes.to_string()),
            }
        }
    }

    fn print(&self) {
        let Self { citation, made_by, checked_by, .. } = self;
        println!("{citation}");
        if made_by != checked_by {
            println!("made by spanel {made_by}, this is {checked_by}");
        }
        if self.may_not_fail_again > 0 {
            println!("{} cells failed in a way that another run may not", self.may_not_fail_again);
        }
        let Self { records, files, inputs, .. } = self;
        println!("{records} records, {files} other files, {inputs} inputs hashed again");
        let Refitted { cells, same, close, tolerance } = self.refitted;
        println!(
            "{cells} cells fitted again: {same} the same to the bit, {close} to {tolerance:.0e}"
        );
        for text in &self.wrong {
            println!("wrong: {text}");
        }
        println!("{}", if self.verified { "verified" } else { "not verified" });
    }
}

/// What does not have the hash that the manifest gives it.
fn hashed(
    loaded: &Loaded,
    inputs: &Inputs,
    folder: &Folder,
    (records, manifest): (&Records, &Manifest),
) -> Checked<Vec<String>> {
    let mut wrong: Vec<String> = records.verify().iter().map(ToString::to_string).collect();
    if manifest::records_hash(records) != manifest.records {
        wrong.push("the records are not those of the manifest".to_owned());
    }
    wrong.extend(changed_files(manifest, folder.root())?);
    for (name, hash) in input_files(loaded, inputs) {
        match manifest.inputs.get(&name) {
            Some(then) if *then == hash => {}
            Some(_) => {
                wrong.push(format!("input {name} is not the one the results were made from"));
            }
            None => wrong.push(format!("input {name} is not in the manifest")),
        }
    }
    Ok(wrong)
}

/// Files of the manifest that are gone or others.
fn changed_files(manifest: &Manifest, root: &Path) -> Checked<Vec<String>> {
    let now = manifest::files(root)?;
    let changed = manifest.files.iter().filter_map(|(path, hash)| match now.get(path) {
        Some(found) if found == hash => None,
        Some(_) => Some(format!("{path} was changed after it was made")),
        None => Some(format!("{path} is gone")),
    });
    Ok(changed.collect())
}

/// The input files by name, with the BLAKE3 of their bytes.
pub(super) fn input_files(loaded: &Loaded, inputs: &Inputs) -> BTreeMap<String, String> {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut files = BTreeMap::from([(inputs.data_file.clone(), inputs.data_hash.clone())]);
    let provenance = loaded.spec.data.file.value.with_extension("provenance.toml");
    if let Ok(bytes) = std::fs::read(&provenance) {
        files.insert(name(&provenance), content_hash(&bytes));
    }
    let weights: Vec<PathBuf> =
        loaded.spec.weights.values().flat_map(|weights| weights.source.all_files()).collect();
    let map = loaded.spec.map.iter().map(|map| &map.file.value);
    let published = loaded.spec.published.iter().map(|published| &published.file.value);
    for path in weights.iter().chain(map).chain(published) {
        // It was read a moment ago.
        if let Ok(bytes) = std::fs::read(path) {
            let hash = content_hash(&bytes);
            let numbered = |number: usize| match number {
                1 => name(path),
                number => format!("{} ({number})", name(path)),
            };
            // Other files of the name have a number.
            let free = |name: &String| files.get(name).is_none_or(|known| *known == hash);
            let own = (1..=files.len() + 2).map(numbered).find(free).unwrap_or_default();
            files.insert(own, hash);
        }
    }
    files
}

/// Cells spread over the plan by their keys, so that the same are chosen everywhere.
fn sample<'a, 'c>(agenda: &'a Agenda<'c>, options: &VerifyOptions) -> Vec<&'a Item<'c>> {
    // Where a limit or a bug ended a cell, there is nothing to compare, and it may take hours.
    let kept = agenda.iter().filter(|(_, s)| **s != Standing::Open(Why::MayNotFailAgain));
    let mut items: Vec<&Item<'c>> = kept.map(|(item, _)| item).collect();
    if !options.all {
        items.sort_by_key(|a| a.key);
        items.truncate(options.sample as usize);
    }
    items
}

/// Fits cells again, keeping nothing.
fn refit(loaded: &Loaded, inputs: &Inputs, items: &[&Item<'_>]) -> BTreeMap<RecordKey, Record> {
    let found = Mutex::new(BTreeMap::new());
    let stop = AtomicBool::new(false);
    let observer = |event: Event<'_>| {
        if let Event::Finished(_, record) = event {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert(record.key, record.clone());
        }
    };
    let overdue = |_: &Cell| None;
    let watch = Watch { stop: &stop, observer: &observer, keeper: &Forgetful, overdue: &overdue };
    run::run(items, &loaded.spec, inputs, &watch);
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn kept(records: &Records, item: &Item<'_>) -> Checked<Option<Record>> {
    records.find(&item.cell.id, &item.key).map(|entry| records.read(&entry)).transpose()
}

/// The largest relative difference of two records' numbers; `None` where they differ otherwise.
fn farthest(old: &Record, new: &Record) -> Option<f64> {
    let value = |record: &Record| serde_json::to_value(record).unwrap_or_default();
    apart(&value(old), &value(new))
}

fn apart(a: &Value, b: &Value) -> Option<f64> {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64()?, y.as_f64()?);
            let scale = x.abs().max(y.abs());
            Some(if x == y { 0.0 } else { (x - y).abs() / scale.max(1e-8) })
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).try_fold(0.0, |far: f64, (x, y)| Some(far.max(apart(x, y)?)))
        }
        (Value::Object(x), Value::Object(y)) if x.len() == y.len() => {
            x.iter().try_fold(0.0, |far: f64, (key, x)| Some(far.max(apart(x, y.get(key)?)?)))
        }
        _ if a == b => Some(0.0),
        _ => None,
    }
}

/// Keeps no replicates, so that all of them are drawn again.
struct Forgetful;

mod forgetful {
    use crate::mistake::Checked;
    use crate::store::replicates::{Distribution, Journal, Tiles};

    /// Nothing is there, nothing is kept.
    pub(super) struct Nothing;

    impl Journal for Nothing {
        fn read(&mut self, _: u64) -> Checked<Option<Tiles<'static>>> {
            Ok(None)
        }

        fn append(&mut self, _: &Tiles<'_>) -> Checked<()> {
            Ok(())
        }
    }

    impl Distribution for Nothing {
        fn add(&mut self, _: &Tiles<'_>, _: usize) -> Checked<()> {
            Ok(())
        }

        fn finish(self: Box<Self>) -> Checked<()> {
            Ok(())
        }
    }
}

impl Keeper for Forgetful {
    fn journal(
        &self,
        _: &crate::store::replicates::Heading,
    ) -> Checked<Box<dyn crate::store::replicates::Journal>> {
        Ok(Box::new(forgetful::Nothing))
    }

    fn distribution(
        &self,
        _: &str,
        _: &crate::store::replicates::Heading,
        _: crate::store::replicates::Facts,
    ) -> Checked<Box<dyn crate::store::replicates::Distribution>> {
        Ok(Box::new(forgetful::Nothing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_apart_by_their_relative_difference() {
        assert_eq!(apart(&json!({"a": [1.0, "x"]}), &json!({"a": [1.0, "x"]})), Some(0.0));
        let far = apart(&json!({"a": [1.0, 2.0]}), &json!({"a": [1.0, 2.5]})).unwrap();
        assert!((far - 0.2).abs() < 1e-12);
        assert_eq!(apart(&json!({"a": 1.0}), &json!({"b": 1.0})), None);
        assert_eq!(apart(&json!(["x"]), &json!(["y"])), None);
    }
}
