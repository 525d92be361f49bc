//! What a queue of jobs is told.

use super::{Resolver, at};
use crate::ident::KeyPath;
use crate::spec::raw::Text;
use crate::spec::submit::SlurmSpec;
use std::num::NonZeroU32;

/// Options of `sbatch` that a submission sets itself, and what sets them, if anything does.
const TAKEN: [(&str, &str); 17] = [
    ("--array", "`parts` and `at_once` say it"),
    ("-a", "`parts` and `at_once` say it"),
    ("--partition", "`partition` says it"),
    ("-p", "`partition` says it"),
    ("--account", "`account` says it"),
    ("-A", "`account` says it"),
    ("--time", "`time` says it"),
    ("-t", "`time` says it"),
    ("--mem", "`memory` says it"),
    ("--cpus-per-task", "`cpus` says it"),
    ("-c", "`cpus` says it"),
    ("--dependency", "the merge waits for the array"),
    ("-d", "the merge waits for the array"),
    ("--output", "each task has a log of its own"),
    ("-o", "each task has a log of its own"),
    ("--no-requeue", "a task that starts again goes on, and loses nothing"),
    ("--parsable", "it is always given"),
];

/// Units of memory of `sbatch`.
const UNITS: [char; 4] = ['K', 'M', 'G', 'T'];

impl Resolver<'_> {
    pub(super) fn slurm(&mut self) -> SlurmSpec {
        let raw = &self.raw.submit.slurm;
        let place = at(&["submit", "slurm"]);
        let otherwise = SlurmSpec::default();
        let name = |resolver: &mut Self, value: &Option<String>, key: &str| {
            let value = value.clone()?;
            let expected = "expected the name that `sinfo` or `sacctmgr` shows";
            resolver.word(value, &place.join(key), &|v| !v.is_empty(), ("name", expected))
        };
        let partition = name(self, &raw.partition, "partition");
        let account = name(self, &raw.account, "account");
        let time = raw.time.clone().and_then(|Text(time)| {
            let expected = "expected days-hours:minutes:seconds, such as \"04:00:00\" or \"1-12\"";
            self.word(time, &place.join("time"), &is_time, ("time limit", expected))
        });
        let memory = raw.memory.clone().and_then(|Text(memory)| {
            let expected = "expected a number with K, M, G or T, such as \"4G\"";
            self.word(memory, &place.join("memory"), &is_memory, ("amount of memory", expected))
        });
        self.options(&raw.sbatch, &place.join("sbatch"));
        self.setup(&raw.setup, &place.join("setup"));
        SlurmSpec {
            parts: self.positive(raw.parts, &place.join("parts")).unwrap_or(otherwise.parts),
            at_once: self.positive(raw.at_once, &place.join("at_once")),
            cpus: self.positive(raw.cpus, &place.join("cpus")).unwrap_or(otherwise.cpus),
            sbatch: raw.sbatch.clone(),
            setup: raw.setup.clone(),
            partition,
            account,
            time,
            memory,
        }
    }

    /// A number that is not zero.
    fn positive(&mut self, number: Option<u32>, at: &KeyPath) -> Option<NonZeroU32> {
        let found = number.and_then(NonZeroU32::new);
        if number == Some(0) {
            self.wrong(at, format!("`{at}` is 0"), "expected 1 or more");
        }
        found
    }

    /// A value that stands in a line of its own: nothing in it may end the line or begin another
    /// option.
    fn word(
        &mut self,
        value: String,
        at: &KeyPath,
        fits: &dyn Fn(&str) -> bool,
        (what, expected): (&str, &str),
    ) -> Option<String> {
        let whole = !value.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#');
        if whole && fits(&value) {
            return Some(value);
        }
        self.wrong(at, format!("`{}` is no {what}", value.escape_debug()), expected);
        None
    }

    fn options(&mut self, options: &[String], place: &KeyPath) {
        for (i, option) in options.iter().enumerate() {
            let at = place.join(i);
            let shown = option.escape_debug().to_string();
            if !option.starts_with('-') || option.contains(char::is_control) {
                let help = "expected one option with its value, such as \"--qos=long\"";
                self.wrong(&at, format!("`{shown}` is no option of sbatch"), help);
            } else if let Some((taken, by)) = TAKEN.iter().find(|(name, _)| names(option, name)) {
                self.wrong(&at, format!("`{taken}` cannot be given here"), *by);
            }
        }
    }

    fn setup(&mut self, lines: &[String], place: &KeyPath) {
        for (i, line) in lines.iter().enumerate() {
            if line.starts_with("#SBATCH") || line.contains('\n') {
                let text = format!("`{}` is no line of shell", line.escape_debug());
                let help = "expected one line, such as \"module load gcc\"; options go to `sbatch`";
                self.wrong(&place.join(i), text, help);
            }
        }
    }
}

/// Whether an option given as `option` is the one called `name`.
fn names(option: &str, name: &str) -> bool {
    let rest = option.strip_prefix(name);
    let long = name.starts_with("--");
    rest.is_some_and(|rest| !long || rest.is_empty() || rest.starts_with(['=', ' ']))
}

/// minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes and
/// days-hours:minutes:seconds, as the manual of `sbatch` has them.
fn is_time(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let (days, rest) = text.split_once('-').map_or((None, text), |(d, rest)| (Some(d), rest));
    let parts: Vec<&str> = rest.split(':').collect();
    days.is_none_or(is_number) && parts.len() <= 3 && parts.iter().all(|part| is_number(part))
}

fn is_memory(text: &str) -> bool {
    let number = text.strip_suffix(UNITS).unwrap_or(text);
    number.parse::<u32>().is_ok_and(|n| n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_memory_are_those_of_sbatch() {
        for time in ["30", "30:00", "04:00:00", "1-12", "1-12:30", "1-12:30:59"] {
            assert!(is_time(time), "{time}");
        }
        for time in ["", "4h", "1:2:3:4", "-12", "1-", ":30"] {
            assert!(!is_time(time), "{time}");
        }
        assert!(is_memory("4G") && is_memory("500") && !is_memory("4GB") && !is_memory("0M"));
    }

    #[test]
    fn options_are_known_by_their_whole_name() {
        assert!(names("--mem=4G", "--mem") && names("--mem", "--mem") && names("-p", "-p"));
        assert!(names("-pshort", "-p") && !names("--mem-bind=local", "--mem"));
        assert!(!names("--mail-type=END", "-a"));
    }
}
