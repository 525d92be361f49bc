//! The jobs that a results folder was handed to a queue with.
//!
//! ```text
//! local/jobs.jsonl      a line for each submission
//! local/submit/N/       its scripts and the logs of its tasks
//! ```

use super::whole;
use crate::mistake::{Checked, Mistake};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A job array and the job that merges its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// When it was handed in, UTC.
    pub at: String,
    /// The id of the array.
    pub array: String,
    /// The id of the merge.
    pub merge: String,
    /// Into how many parts the cells were divided.
    pub parts: u32,
    /// The parts with cells to fit, each a task of the array.
    pub tasks: Vec<u32>,
    /// Cells that were to be fitted.
    pub cells: usize,
    /// The folder of scripts and logs, below `local`.
    pub folder: String,
}

/// The submissions of one results folder.
#[derive(Debug, Clone)]
pub struct Jobs {
    folder: PathBuf,
}

impl Jobs {
    /// Those of the results folder `root`.
    pub fn of(root: &Path) -> Self {
        Self { folder: root.join("local") }
    }

    /// The last one. Lines that are not whole are passed over.
    pub fn last(&self) -> Option<Submission> {
        let text = std::fs::read_to_string(self.folder.join("jobs.jsonl")).ok()?;
        text.lines().rev().find_map(|line| serde_json::from_str(line).ok())
    }

    /// Remembers a submission.
    pub fn add(&self, submission: &Submission) -> Checked<()> {
        let path = self.folder.join("jobs.jsonl");
        let failed = |e: &dyn std::fmt::Display| Mistake::unwritten(&path, e);
        let mut line = serde_json::to_vec(submission).map_err(|e| failed(&e))?;
        line.push(b'\n');
        let mut file =
            File::options().append(true).create(true).open(&path).map_err(|e| failed(&e))?;
        file.write_all(&line).map_err(|e| failed(&e))?;
        Ok(())
    }

    /// A new folder for scripts and logs: its name below `local`, and where it is.
    pub fn new_folder(&self) -> Checked<(String, PathBuf)> {
        let below = self.folder.join("submit");
        let failed = |e: std::io::Error| Mistake::file(&below, format!("cannot be made: {e}"));
        std::fs::create_dir_all(&below).map_err(failed)?;
        for number in 1u32.. {
            let path = below.join(number.to_string());
            match std::fs::create_dir(&path) {
                Ok(()) => return Ok((format!("submit/{number}"), path)),
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(failed(e).into()),
            }
        }
        Err(Mistake::file(&below, "is full").into())
    }

    /// Writes a script.
    pub fn write(&self, folder: &Path, name: &str, text: &str) -> Checked<()> {
        whole::write(&folder.join(name), text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_line_is_the_last_submission() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("local")).unwrap();
        let jobs = Jobs::of(folder.path());
        assert_eq!(jobs.last(), None);
        let mut submission = Submission {
            at: "2026-01-01T00:00:00Z".to_owned(),
            array: "7".to_owned(),
            merge: "8".to_owned(),
            parts: 3,
            tasks: vec![1, 3],
            cells: 12,
            folder: jobs.new_folder().unwrap().0,
        };
        assert_eq!(submission.folder, "submit/1");
        jobs.add(&submission).unwrap();
        "9".clone_into(&mut submission.array);
        submission.folder = jobs.new_folder().unwrap().0;
        assert_eq!(submission.folder, "submit/2");
        jobs.add(&submission).unwrap();
        let path = folder.path().join("local/jobs.jsonl");
        let cut = std::fs::read_to_string(&path).unwrap() + "{\"at\":";
        std::fs::write(&path, cut).unwrap();
        assert_eq!(jobs.last(), Some(submission));
    }
}
