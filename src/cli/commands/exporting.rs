//! The built-in templates as files.

use super::super::Ending;
use super::{report_mistakes, write_beside};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::report::template::{README, built_ins};
use crate::spec::layers::Layers;
use std::path::{Path, PathBuf};

/// Writes every built-in template and the README to `place`, or to `templates/` beside it when it
/// is an experiment.
pub(super) fn templates(place: &Path, force: bool) -> Ending {
    let experiment = place.extension().is_some_and(|e| e == "toml");
    let folder = if experiment { place.with_file_name("templates") } else { place.to_path_buf() };
    match export(&folder, force) {
        Ok(files) => {
            files.iter().for_each(|file| println!("{}", file.display()));
            Ending::Done
        }
        Err(mistakes) => report_mistakes(&mistakes, &Layers::default()),
    }
}

/// All of the files or, where one would be overwritten, none.
fn export(folder: &Path, force: bool) -> Checked<Vec<PathBuf>> {
    let named = built_ins().chain([("README.md", README)]);
    let files: Vec<(PathBuf, &str)> = named.map(|(name, text)| (folder.join(name), text)).collect();
    let there = files.iter().filter(|(file, _)| !force && file.exists());
    let refused: Vec<Mistake> = there
        .map(|(file, _)| {
            Mistake::file(file, "is there already")
                .help("name another folder, or add --force to overwrite it")
        })
        .collect();
    let files = Mistakes::unless_empty(refused, files)?;
    for (file, text) in &files {
        write_beside(file, text)?;
    }
    Ok(files.into_iter().map(|(file, _)| file).collect())
}
