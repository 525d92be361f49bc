use super::English;
use crate::report::published::{Reason, Respect};
use crate::report::words::{Names, Published, PublishedTexts};

const TEXTS: PublishedTexts = PublishedTexts {
    heads: ["Published", "Computed", "Difference", "Verdict"],
    verdicts: ["equal to rounding", "same sign and significance", "differs", "not compared"],
    rows: ["Equal to rounding", "Same sign and significance", "Differs", "Not compared"],
    numbers: "Numbers",
    meaning: "Equal to rounding: the computed number, rounded to the decimals that are printed, is \
              the one printed, with as many stars. Same sign and significance: another number of the \
              same sign with as many stars. Differs: in what is named; a statistic has no stars and \
              differs in its value.",
};

impl Published for English {
    fn published(&self) -> &'static PublishedTexts {
        &TEXTS
    }

    fn respect(&self, respect: Respect) -> &'static str {
        match respect {
            Respect::Sign => "sign",
            Respect::Significance => "significance",
            Respect::Value => "value",
        }
    }

    fn not_compared(&self, reason: &Reason) -> String {
        match reason {
            Reason::NoCell => "no cell of the table is of this column".to_owned(),
            Reason::SeveralCells(n) => format!("{n} cells of the table are of this column"),
            Reason::Failed(kind) => format!("not fitted ({})", self.failure(*kind)),
            Reason::NotRun => "not run".to_owned(),
            Reason::NoRow(term) => format!("the cell has no {term}"),
        }
    }

    fn of_printed_table(&self, table: &str, column: &str) -> String {
        format!("Table {table}: {column}")
    }

    fn printed_in(&self, file: &str) -> String {
        format!("Published: as printed, from {file}.")
    }

    fn printed_stars(&self, levels: &[String]) -> String {
        format!(
            "Stars of either: p\u{a0}<\u{a0}{}; those published are as printed.",
            levels.join(", ")
        )
    }

    fn verdict_counts(&self, all: usize, [equal, same, differ, open]: [usize; 4]) -> String {
        let open = if open > 0 { format!(", {open} not compared") } else { String::new() };
        format!(
            "Of {all} numbers {equal} are equal to rounding, {same} have the same sign and \
             significance, {differ} differ{open}."
        )
    }
}
