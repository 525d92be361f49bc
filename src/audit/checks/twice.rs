//! One place of a table, copied more than once.

use crate::audit::{Check, Evidence, Finding, Severity, Spot};

pub(in crate::audit) const CHECK: Check =
    Check { name: "twice", about: "one row of one column that stands more than once", find };

fn find(evidence: Evidence<'_>) -> Vec<Finding> {
    let finding = |(before, entry): (&_, &_)| {
        let (before, entry): (&crate::printed::Entry, &crate::printed::Entry) = (before, entry);
        let same = before.says_the_same(entry);
        let (severity, how) = if same {
            (Severity::Note, "the same both times: every count has it twice")
        } else {
            (Severity::Error, "not the same both times")
        };
        Finding {
            check: CHECK.name,
            severity,
            sentence: format!("{} of one column stands twice, {how}.", entry.term),
            places: vec![Spot::of(before), Spot::of(entry)],
        }
    };
    evidence.printed.twice().into_iter().map(finding).collect()
}
