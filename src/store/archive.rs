//! One file that holds a results folder and what it was made from: a ZIP archive whose bytes depend
//! on nothing but its contents.

use super::whole::temporary_in;
use crate::ident::{content_hash, content_hash_of};
use crate::mistake::{Checked, Mistake};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The file that lists the others.
pub const CONTENTS: &str = "contents.json";

/// Where the contents of a file of the archive come from.
#[derive(Debug, Clone)]
pub enum Content {
    /// A file.
    File(PathBuf),
    /// A text.
    Text(String),
}

/// Writes an archive of files by their names in it, in the order of the names, to `path`. Last comes
/// [`CONTENTS`]: each file with the BLAKE3 of its bytes, so that [`altered`] finds one that is not
/// what was packed.
pub fn write(path: &Path, mut files: Vec<(String, Content)>) -> Checked<()> {
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let mut hashes = BTreeMap::new();
    let failed = |e: &dyn std::fmt::Display| Mistake::unwritten(path, e);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = temporary_in(folder).map_err(|e| failed(&e))?;
    let mut archive = ZipWriter::new(BufWriter::new(temporary));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(true);
    for (name, content) in files {
        let bytes = match content {
            Content::Text(text) => text.into_bytes(),
            Content::File(file) => std::fs::read(&file)
                .map_err(|e| Mistake::file(&file, format!("cannot be read: {e}")))?,
        };
        archive.start_file(name.as_str(), options).map_err(|e| failed(&e))?;
        archive.write_all(&bytes).map_err(|e| failed(&e))?;
        hashes.insert(name, content_hash(&bytes));
    }
    let list = serde_json::to_string_pretty(&hashes).map_err(|e| failed(&e))?;
    archive.start_file(CONTENTS, options).map_err(|e| failed(&e))?;
    archive.write_all(format!("{list}\n").as_bytes()).map_err(|e| failed(&e))?;
    let written = archive.finish().map_err(|e| failed(&e))?;
    let temporary = written.into_inner().map_err(|e| failed(&e))?;
    super::whole::make_readable(&temporary).map_err(|e| failed(&e))?;
    temporary.persist(path).map_err(|e| failed(&e))?;
    Ok(())
}

/// Unpacks the archive at `path` below `folder`. A name that leads out of the folder is refused.
pub fn unpack(path: &Path, folder: &Path) -> Checked<()> {
    let failed = |e: &dyn std::fmt::Display| {
        Mistake::file(path, format!("is no archive that can be unpacked: {e}"))
            .help("`spanel bundle` makes archives that `spanel verify` takes")
    };
    let file = File::open(path).map_err(|e| Mistake::file(path, format!("cannot be read: {e}")))?;
    let mut archive = ZipArchive::new(file).map_err(|e| failed(&e))?;
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).map_err(|e| failed(&e))?;
        if entry.is_dir() {
            continue;
        }
        let Some(name) = entry.enclosed_name() else {
            return Err(failed(&"a name in it leads out of the folder").into());
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| failed(&e))?;
        super::whole::write(&folder.join(name), &bytes)?;
    }
    Ok(())
}

/// What is wrong with an unpacked archive: files that are others than were packed, that are gone, or
/// that came to it.
pub fn altered(folder: &Path) -> Checked<Vec<String>> {
    let list = folder.join(CONTENTS);
    let Ok(bytes) = std::fs::read(&list) else {
        return Ok(vec![format!("the archive has no {CONTENTS}, which lists what is in it")]);
    };
    let Ok(packed) = serde_json::from_slice::<BTreeMap<String, String>>(&bytes) else {
        return Ok(vec![format!("{CONTENTS} is no list of files and hashes")]);
    };
    let mut found = BTreeMap::new();
    hash_below(folder, "", &mut found)?;
    found.remove(CONTENTS);
    let names: BTreeSet<&String> = packed.keys().chain(found.keys()).collect();
    let wrong = |name: &String| match (packed.get(name), found.get(name)) {
        (Some(packed), Some(found)) if packed == found => None,
        (Some(_), Some(_)) => Some(format!("{name} was changed after it was packed")),
        (Some(_), None) => Some(format!("{name} is gone from the archive")),
        (None, _) => Some(format!("{name} came to the archive after it was packed")),
    };
    Ok(names.into_iter().filter_map(wrong).collect())
}

/// The BLAKE3 of every file below `folder`, by name with `/`.
fn hash_below(folder: &Path, within: &str, found: &mut BTreeMap<String, String>) -> Checked<()> {
    let unreadable =
        |path: &Path, e: std::io::Error| Mistake::file(path, format!("cannot be read: {e}"));
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
        let entry = entry.map_err(|e| unreadable(folder, e))?;
        let path = entry.path();
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            hash_below(&path, &format!("{name}/"), found)?;
        } else {
            let hash = File::open(&path).and_then(content_hash_of);
            found.insert(name, hash.map_err(|e| unreadable(&path, e))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_bytes_do_not_depend_on_the_order() {
        let folder = tempfile::tempdir().unwrap();
        let text = |name: &str, text: &str| (name.to_owned(), Content::Text(text.to_owned()));
        let (one, other) = (folder.path().join("one.zip"), folder.path().join("other.zip"));
        write(&one, vec![text("a/b.txt", "b"), text("c.txt", "c")]).unwrap();
        write(&other, vec![text("c.txt", "c"), text("a/b.txt", "b")]).unwrap();
        assert!(std::fs::read(&one).unwrap() == std::fs::read(&other).unwrap());
        unpack(&one, &folder.path().join("out")).unwrap();
        let out = folder.path().join("out");
        assert_eq!(std::fs::read_to_string(out.join("a/b.txt")).unwrap(), "b");
        assert!(altered(&out).unwrap().is_empty());
        std::fs::write(out.join("a/b.txt"), "c").unwrap();
        std::fs::remove_file(out.join("c.txt")).unwrap();
        std::fs::write(out.join("a/d.txt"), "d").unwrap();
        assert_eq!(
            altered(&out).unwrap(),
            [
                "a/b.txt was changed after it was packed",
                "a/d.txt came to the archive after it was packed",
                "c.txt is gone from the archive"
            ]
        );
    }

    #[test]
    fn what_leads_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.zip");
        write(&path, vec![("../out.txt".to_owned(), Content::Text("x".to_owned()))]).unwrap();
        assert!(unpack(&path, &folder.path().join("in")).is_err());
        assert!(!folder.path().join("out.txt").exists());
        std::fs::write(&path, "no archive").unwrap();
        assert!(unpack(&path, folder.path()).is_err());
    }
}
