//! A first experiment from a data file.

use super::Ending;
use super::commands::{report_mistakes, write_beside};
use crate::ident::{KeyPath, Located};
use crate::load::{provenance, table, text};
use crate::mistake::{Checked, Mistake};
use crate::scaffold::{self, Draft};
use crate::spec::layers::Layers;
use std::path::{Component, Path, PathBuf};

/// Largest file that is looked into for weights, in bytes.
const LARGEST: u64 = 100_000_000;

/// Drafts an experiment on `data` and writes it to `out`.
pub(super) fn new(data: &Path, out: Option<&Path>, sheet: Option<String>) -> Ending {
    let named = data.file_stem().map(|stem| PathBuf::from(stem).with_added_extension("toml"));
    let out = out.map(Path::to_path_buf).or(named).unwrap_or_default();
    let sheet = sheet.map(|name| Located::new(name, KeyPath::root()));
    match drafted(data, &out, sheet.as_ref()) {
        Ok(draft) => {
            println!("{}", out.display());
            for open in &draft.open {
                eprintln!("to fill in: {open}");
            }
            println!("next: spanel check {}", out.display());
            Ending::Done
        }
        Err(mistakes) => report_mistakes(&mistakes, &Layers::default()),
    }
}

fn drafted(data: &Path, out: &Path, sheet: Option<&Located<String>>) -> Checked<Draft> {
    if out.exists() {
        let help = "name another file with --out, or remove this one";
        return Err(Mistake::file(out, "is there already").help(help).into());
    }
    let table = table::read(data, text::read(data)?, sheet)?;
    let folder = out.parent().unwrap_or(Path::new(""));
    let draft = scaffold::draft(&table, &beside(data, out), &|file| relative(file, folder))?;
    write_beside(out, &draft.text)?;
    Ok(draft)
}

/// The files in the folder of the data that may hold weights, by name.
fn beside(data: &Path, out: &Path) -> Vec<PathBuf> {
    let folder = data.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return Vec::new();
    };
    let small = |entry: &std::fs::DirEntry| entry.metadata().is_ok_and(|m| m.len() <= LARGEST);
    let names = entries.flatten().filter(small).map(|entry| entry.file_name());
    let mut files: Vec<PathBuf> = names.map(|name| data.with_file_name(name)).collect();
    let others = [data.to_path_buf(), out.to_path_buf(), provenance::path_of(data)];
    files.retain(|file| !others.contains(file));
    // GAL files first: nothing else is written in that format.
    files.sort_by_key(|file| (file.extension().is_none_or(|e| e != "gal"), file.clone()));
    files
}

/// `file` as seen from `folder`, with `/` between its parts; as it is where there is no way.
fn relative(file: &Path, folder: &Path) -> String {
    let way = || -> Option<PathBuf> {
        let (file, folder) = (std::path::absolute(file).ok()?, absolute(folder)?);
        let common = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
        let up = folder.components().skip(common).map(|_| Component::ParentDir);
        // Nothing in common, not even the root: another drive.
        (common > 0).then(|| up.chain(file.components().skip(common)).collect())
    };
    let path = way().unwrap_or_else(|| file.to_path_buf());
    let parts: Vec<String> =
        path.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    if path.has_root() { path.display().to_string() } else { parts.join("/") }
}

fn absolute(folder: &Path) -> Option<PathBuf> {
    if folder.as_os_str().is_empty() {
        return std::path::absolute(".").ok();
    }
    std::path::absolute(folder).ok()
}
