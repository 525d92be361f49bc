//! The scripts of a submission: a job array that fits the parts, and a job that merges them.
//!
//! Their logs are named relative to the folder they are submitted from, so that no name of a folder
//! need be quoted in an option; every other path stands between quotes.

use crate::ident::CellId;
use crate::plan::{Partition, PartitionBy};
use crate::spec::submit::SlurmSpec;
use std::fmt::Write;
use std::num::NonZeroU32;
use std::path::Path;

/// Parts of the cells of a plan, those alone that have cells to fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Division {
    /// Into how many parts the cells are divided.
    pub(in super::super) parts: NonZeroU32,
    /// The parts with cells to fit.
    pub(in super::super) tasks: Vec<NonZeroU32>,
}

impl Division {
    /// Divides the cells that are to be fitted, given with their places in the plan, into `most`
    /// parts, or fewer if there are fewer cells; `None` if there are none.
    pub(in super::super) fn of(open: &[(usize, &CellId)], most: NonZeroU32) -> Option<Self> {
        let cells = u32::try_from(open.len()).unwrap_or(u32::MAX);
        let parts = NonZeroU32::new(cells)?.min(most);
        let tasks = (1..=parts.get()).filter_map(NonZeroU32::new).filter(|&part| {
            let part = Partition { by: PartitionBy::Slice, part, of: parts };
            open.iter().any(|(place, cell)| part.has(*place, cell))
        });
        Some(Self { parts, tasks: tasks.collect() })
    }
}

/// What a submission is made from.
pub(in super::super) struct Order<'a> {
    /// The name of the experiment.
    pub(in super::super) name: &'a str,
    /// What the queue is told.
    pub(in super::super) slurm: &'a SlurmSpec,
    /// The parts.
    pub(in super::super) division: &'a Division,
    /// The program.
    pub(in super::super) program: &'a Path,
    /// The folder that its arguments are relative to.
    pub(in super::super) folder: &'a Path,
    /// Experiment, results folder and settings.
    pub(in super::super) arguments: &'a [String],
    /// Settings from the environment.
    pub(in super::super) environment: &'a [(String, String)],
}

impl Order<'_> {
    /// The script of the job array.
    pub(in super::super) fn array(&self) -> String {
        let parts = self.division.parts;
        let mut text = String::from("#!/bin/bash\n");
        text += "# Fits a part of the cells in each task. A task that starts again goes on.\n";
        let at_once = self.slurm.at_once.map_or(String::new(), |most| format!("%{most}"));
        self.options(
            &mut text,
            "",
            &[
                format!("--array={}{at_once}", ranges(&self.division.tasks)),
                "--output=task-%a.log".to_owned(),
            ],
        );
        self.command(&mut text, "run");
        // The cores that the task was given, not those of the machine.
        text += " --jobs \"${SLURM_CPUS_PER_TASK:-1}\"";
        let _ = writeln!(text, " --partition \"slice:${{SLURM_ARRAY_TASK_ID}}/{parts}\"");
        text
    }

    /// The script of the merge.
    pub(in super::super) fn merge(&self) -> String {
        let mut text = String::from("#!/bin/bash\n");
        text += "# Takes in what the tasks have done, even if not all are done, and renders.\n";
        self.options(&mut text, "-merge", &["--output=merge.log".to_owned()]);
        self.command(&mut text, "merge");
        text.push('\n');
        text
    }

    fn options(&self, text: &mut String, suffix: &str, own: &[String]) {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
        let name: String = self.name.chars().map(plain).collect();
        let slurm = self.slurm;
        let given = [
            ("partition", &slurm.partition),
            ("account", &slurm.account),
            ("time", &slurm.time),
            ("mem", &slurm.memory),
        ];
        let given = given.iter().filter_map(|(key, v)| Some(format!("--{key}={}", (*v).as_ref()?)));
        let head = [format!("--job-name=spanel-{name}{suffix}")].into_iter();
        let all = head
            .chain(own.iter().cloned())
            .chain(["--open-mode=append".to_owned(), "--requeue".to_owned()])
            .chain([format!("--cpus-per-task={}", slurm.cpus)])
            .chain(given)
            .chain(slurm.sbatch.iter().cloned());
        all.for_each(|option| {
            let _ = writeln!(text, "#SBATCH {option}");
        });
    }

    fn command(&self, text: &mut String, verb: &str) {
        let _ = writeln!(text, "cd {} || exit 3", quoted(&self.folder.to_string_lossy()));
        for (name, value) in self.environment {
            let _ = writeln!(text, "export {name}={}", quoted(value));
        }
        for line in &self.slurm.setup {
            let _ = writeln!(text, "{line}");
        }
        let _ = write!(text, "exec {} {verb}", quoted(&self.program.to_string_lossy()));
        for argument in self.arguments {
            let _ = write!(text, " {}", quoted(argument));
        }
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `1-3,5` of 1, 2, 3 and 5.
fn ranges(numbers: &[NonZeroU32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in numbers.iter().map(|n| n.get()) {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let shown = |&(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}-{last}") }
    };
    runs.iter().map(shown).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(list: &[u32]) -> Vec<NonZeroU32> {
        list.iter().filter_map(|&n| NonZeroU32::new(n)).collect()
    }

    #[test]
    fn words_of_a_shell_are_quoted_where_they_need_it() {
        assert_eq!(quoted("a/b.toml"), "a/b.toml");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn runs_of_numbers_are_ranges() {
        assert_eq!(ranges(&numbers(&[1, 2, 3, 5, 8, 9])), "1-3,5,8-9");
        assert_eq!(ranges(&numbers(&[4])), "4");
    }

    #[test]
    fn a_division_has_no_more_parts_than_cells_and_no_part_without_one() {
        let most = NonZeroU32::new(4).unwrap();
        let cell = CellId::of(b"any");
        assert_eq!(Division::of(&[], most), None);
        let of = |places: &[usize]| {
            let open: Vec<(usize, &CellId)> = places.iter().map(|&place| (place, &cell)).collect();
            let division = Division::of(&open, most).unwrap();
            (division.parts.get(), ranges(&division.tasks))
        };
        assert_eq!(of(&[0, 1, 2, 3, 4, 5]), (4, "1-4".to_owned()));
        assert_eq!(of(&[3]), (1, "1".to_owned()));
        // Places 4 and 8 of four parts are the first part; 1 is the second.
        assert_eq!(of(&[0, 1, 4, 8]), (4, "1-2".to_owned()));
    }
}
