//! `spanel bundle`: one archive that another person verifies with one command; and the manifest.

use super::super::Ending;
use super::super::args::{Experiment, Results, VerifyOptions};
use super::super::output::{print, put, with_losses};
use super::comparing::pretty;
use super::verifying::{input_files, verify_folder};
use super::{Loaded, ended, load, reported};
use crate::agenda::Agenda;
use crate::ident::KeyPath;
use crate::inputs::Inputs;
use crate::mistake::{Checked, Mistake};
use crate::spec::Spec;
use crate::spec::layers::Layers;
use crate::spec::resolved::Resolved;
use crate::spec::weights::files_of;
use crate::store::archive::{self, Content};
use crate::store::folder::Folder;
use crate::store::manifest::{self, FLOATING_POINT, Manifest, SCHEMA};
use crate::store::records::Records;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of data and weights in an archive.
const INPUTS: &str = "inputs";

/// What made the results, as it is known when they are rendered.
pub(super) fn manifest(
    loaded: &Loaded,
    inputs: &Inputs,
    folder: &Folder,
    (records, agenda): (&Records, &Agenda<'_>),
) -> Checked<Manifest> {
    let mut versions = BTreeMap::new();
    for item in &agenda.items {
        versions.extend(item.made_from.versions.iter().map(|(k, v)| (k.clone(), *v)));
    }
    let spec = &loaded.spec;
    let hash = manifest::records_hash(records);
    let citation = format!(
        "{}. Results of the experiment `{}`: {} cells, seed {}, data {} (BLAKE3 {}), records {}. \
         Computed by spanel {}.",
        spec.title.trim_end_matches('.'),
        spec.name,
        agenda.items.len(),
        spec.seed.0,
        inputs.data_file,
        &inputs.data_hash[..16],
        &hash[..16],
        env!("CARGO_PKG_VERSION"),
    );
    Ok(Manifest {
        schema: SCHEMA,
        spanel: env!("CARGO_PKG_VERSION").to_owned(),
        citation,
        experiment: spec.name.clone(),
        seed: spec.seed.0,
        floating_point: FLOATING_POINT.to_owned(),
        inputs: input_files(loaded, inputs),
        versions,
        cells: agenda.items.len(),
        records: hash,
        files: manifest::files(folder.root())?,
        specification: Resolved::new(&loaded.layers, |_, name| name.to_owned()).json(),
    })
}

pub(super) fn bundle(
    experiment: &Experiment,
    results: &Results,
    out: Option<&Path>,
    (without_data, json): (bool, bool),
) -> Ending {
    ended(load(experiment).and_then(|loaded| {
        let name = loaded.spec.name.clone();
        let folder = Folder::existing(&results.results, &name);
        let manifest = loaded.or_report(Manifest::read(folder.root()))?;
        if manifest.is_none() {
            let mistake = Mistake::file(folder.root(), "has no manifest: no run was finished here")
                .help("run the experiment first: spanel run");
            return loaded.or_report(Err(mistake.into()));
        }
        let asked = Resolved::new(&loaded.layers, |_, name| name.to_owned()).json();
        if manifest.is_some_and(|manifest| manifest.specification != asked) {
            let message = "the results are not those of the experiment as it is asked now";
            let mistake = Mistake::file(folder.root(), message).help("run it first: spanel run");
            return loaded.or_report(Err(mistake.into()));
        }
        let own = PathBuf::from(format!("{name}.zip"));
        let out = out.unwrap_or(&own);
        let files = loaded.or_report(contents(&loaded, experiment, &folder, without_data))?;
        // And the list of them.
        let count = files.len() + 1;
        loaded.or_report(archive::write(out, files))?;
        if json {
            let archive = out.display().to_string();
            let made =
                serde_json::json!({ "archive": archive, "files": count, "data": !without_data });
            print(&pretty(&made));
        } else {
            put!("{}: {count} files", out.display());
            put!("verify it anywhere: spanel verify {}", out.display());
        }
        Ok(with_losses(Ending::Done))
    }))
}

/// The files of an archive by their names in it.
fn contents(
    loaded: &Loaded,
    experiment: &Experiment,
    folder: &Folder,
    without_data: bool,
) -> Checked<Vec<(String, Content)>> {
    let spec = &loaded.spec;
    let name = &spec.name;
    let inputs = Packed::of(spec);
    let text = Resolved::new(&loaded.layers, |at, own| inputs.named(at, own)).toml();
    let head =
        "# The experiment as resolved from all its layers. `source/` has it as it was written.\n\n";
    let mut files = vec![
        (format!("{name}.toml"), Content::Text(format!("{head}{text}"))),
        (format!("source/{}", file_name(&experiment.spec)), Content::File(experiment.spec.clone())),
        ("README.txt".to_owned(), Content::Text(read_me(name, without_data))),
    ];
    files.extend(inputs.files(without_data));
    let templates = experiment.spec.parent().unwrap_or(Path::new("")).join("templates");
    files.extend(below(&templates, "templates")?);
    let root = folder.root();
    let results = format!("results/{name}");
    for path in manifest::below(root, root)? {
        files.push((format!("{results}/{}", slashed(&path)), Content::File(root.join(&path))));
    }
    files.extend(below(&root.join("records"), &format!("{results}/records"))?);
    files.push((format!("{results}/{}", manifest::FILE), Content::File(root.join(manifest::FILE))));
    Ok(files)
}

/// Where the input files of an experiment are in an archive. A file that is named twice is there once
/// and under one name, and files of one name that are not the same have folders of their own: what
/// tells cells apart is as it was.
struct Packed<'s> {
    spec: &'s Spec,
    /// The folder of each file.
    folders: BTreeMap<&'s Path, String>,
    /// The file that each key names.
    keys: BTreeMap<&'s KeyPath, &'s Path>,
}

impl<'s> Packed<'s> {
    fn of(spec: &'s Spec) -> Self {
        let own = [Some(&spec.data.file)];
        let published = spec.published.as_ref().map(|published| &published.file);
        let map = spec.map.as_ref().map(|map| &map.file);
        let weights = spec.weights.values().flat_map(|weights| weights.source.files());
        let all = own.into_iter().chain([published, map]).flatten().chain(weights);
        let mut packed = Self { spec, folders: BTreeMap::new(), keys: BTreeMap::new() };
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for file in all {
            let path = file.value.as_path();
            packed.keys.insert(&file.at, path);
            if packed.folders.contains_key(path) {
                continue;
            }
            // Some file systems do not tell capitals from small letters.
            let names: BTreeSet<String> = packed
                .with_what_belongs_to(path)
                .iter()
                .map(|file| file_name(file).to_lowercase())
                .chain([file_name(path).to_lowercase()])
                .collect();
            let folder = |number: usize| match number {
                1 => INPUTS.to_owned(),
                number => format!("{INPUTS}/{number}"),
            };
            let within = |folder: &str, name: &String| format!("{folder}/{name}");
            let free = |folder: &String| !names.iter().any(|n| taken.contains(&within(folder, n)));
            // There are fewer files than numbers.
            let folder = (1..=taken.len() + 2).map(folder).find(free).unwrap_or_default();
            taken.extend(names.iter().map(|name| within(&folder, name)));
            packed.folders.insert(path, folder);
        }
        packed
    }

    /// What the file that `at` names is called in the archive; `own` is its name.
    fn named(&self, at: &KeyPath, own: &str) -> String {
        let folder = self.keys.get(at).and_then(|path| self.folders.get(path));
        format!("{}/{own}", folder.map_or(INPUTS, String::as_str))
    }

    /// The files that are read for this one.
    fn with_what_belongs_to(&self, path: &Path) -> Vec<PathBuf> {
        if path == self.spec.data.file.value {
            return vec![path.to_path_buf(), path.with_extension("provenance.toml")];
        }
        files_of(path)
    }

    /// The files that are there, by their names in the archive.
    fn files(&self, without_data: bool) -> Vec<(String, Content)> {
        let data = &self.spec.data.file.value;
        let packed = self.folders.iter().filter(|(path, _)| !without_data || **path != data);
        let all = packed.flat_map(|(path, folder)| {
            let there = self.with_what_belongs_to(path).into_iter().filter(|file| file.exists());
            there.map(move |file| (format!("{folder}/{}", file_name(&file)), Content::File(file)))
        });
        all.collect()
    }
}

/// The files of a folder, which need not be there, under a name.
fn below(folder: &Path, name: &str) -> Checked<Vec<(String, Content)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let paths = manifest::below(folder, folder)?;
    let named =
        |path: &PathBuf| (format!("{name}/{}", slashed(path)), Content::File(folder.join(path)));
    Ok(paths.iter().map(named).collect())
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn read_me(name: &str, without_data: bool) -> String {
    let data = if without_data {
        "\nThe data are not in the archive; results/*/manifest.json has the BLAKE3 of the file. With it at\n\
         hand: spanel verify ARCHIVE --set data.file=PATH\n"
    } else {
        ""
    };
    format!(
        "Results of the experiment `{name}`, with all that they were made from.\n\n\
         spanel verify ARCHIVE          hashes everything again and fits a sample of cells again\n\
         spanel verify ARCHIVE --all    fits all cells again\n\
         spanel run {name}.toml         once unpacked: everything is cached, tables are rendered again\n\
         {data}"
    )
}

/// Unpacks an archive and verifies what is in it.
pub(super) fn verify_archive(experiment: &Experiment, options: &VerifyOptions) -> Ending {
    let layers = Layers::none(&experiment.spec);
    ended((|| {
        let scratch = tempfile::tempdir().map_err(|e| {
            Mistake::file(&experiment.spec, format!("no folder to unpack it: {e}")).into()
        });
        let scratch = reported(scratch, &layers)?;
        reported(archive::unpack(&experiment.spec, scratch.path()), &layers)?;
        let spec = reported(spec_of(scratch.path(), &experiment.spec), &layers)?;
        let altered = reported(archive::altered(scratch.path()), &layers)?;
        let unpacked = Experiment { spec, ..experiment.clone() };
        let verified = load(&unpacked).and_then(|mut loaded| {
            let folder = Folder::existing(&scratch.path().join("results"), &loaded.spec.name);
            verify_folder(&mut loaded, &folder, options, altered.clone())
        });
        if verified.is_err() {
            // What cannot be read may be so because it was altered.
            altered.iter().for_each(|text| eprintln!("wrong: {text}"));
        }
        verified
    })())
}

/// The experiment of an unpacked archive.
fn spec_of(folder: &Path, archive: &Path) -> Checked<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let mut specs = entries.filter(|path| path.extension().is_some_and(|e| e == "toml"));
    match (specs.next(), specs.next()) {
        (Some(spec), None) => Ok(spec),
        _ => Err(Mistake::file(archive, "is no archive of an experiment")
            .help("`spanel bundle` makes archives that `spanel verify` takes")
            .into()),
    }
}
