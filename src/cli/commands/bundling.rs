//! `spanel bundle`: one archive that another person verifies with one command; and the manifest.

use super::super::Ending;
use super::super::args::{Experiment, Results, VerifyOptions};
use super::super::output::{print, put, with_losses};
use super::comparing::pretty;
use super::verifying::{input_files, verify_folder};
use super::{Loaded, ended, load, reported};
use crate::agenda::Agenda;
use crate::inputs::Inputs;
use crate::mistake::{Checked, Mistake};
use crate::spec::layers::Layers;
use crate::spec::resolved::Resolved;
use crate::store::archive::{self, Content};
use crate::store::folder::Folder;
use crate::store::manifest::{self, FLOATING_POINT, Manifest, SCHEMA};
use crate::store::records::Records;
use std::collections::BTreeMap;
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
    let within = |key: &str, file: &str| match key {
        "data" | "map" | "published" => format!("{INPUTS}/{file}"),
        weights => format!("{INPUTS}/{weights}/{file}"),
    };
    let text = Resolved::new(&loaded.layers, within).toml();
    let head =
        "# The experiment as resolved from all its layers. `source/` has it as it was written.\n\n";
    let mut files = vec![
        (format!("{name}.toml"), Content::Text(format!("{head}{text}"))),
        (format!("source/{}", file_name(&experiment.spec)), Content::File(experiment.spec.clone())),
        ("README.txt".to_owned(), Content::Text(read_me(name, without_data))),
    ];
    if !without_data {
        let data = &spec.data.file.value;
        files.push((within("data", &file_name(data)), Content::File(data.clone())));
        let provenance = data.with_extension("provenance.toml");
        if provenance.exists() {
            files.push((within("data", &file_name(&provenance)), Content::File(provenance)));
        }
    }
    if let Some(published) = &spec.published {
        let file = &published.file.value;
        files.push((within("published", &file_name(file)), Content::File(file.clone())));
    }
    for (weights, of) in &spec.weights {
        let there = of.source.all_files().into_iter().filter(|file| file.exists());
        files.extend(there.map(|file| (within(weights, &file_name(&file)), Content::File(file))));
    }
    if let Some(map) = &spec.map {
        let file = &map.file.value;
        files.push((within("map", &file_name(file)), Content::File(file.clone())));
    }
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
