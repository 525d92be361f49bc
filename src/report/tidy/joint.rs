//! The CSV file of families of hypotheses.

use super::{Rows, key, key_header};
use crate::report::Source;
use crate::report::joint::{adjusted, stored};
use crate::report::number::exact;

/// One row a family, cell and hypothesis; a cell without any has one row with the reason.
pub fn rows(source: Source<'_>) -> String {
    let before = ["joint"].into_iter();
    let after = [
        "term",
        "estimate",
        "std_error",
        "p_value",
        "p_holm",
        "p_benjamini_hochberg",
        "p_bootstrap",
        "p_max_t",
        "p_romano_wolf",
        "simultaneous_low",
        "simultaneous_high",
        "level",
        "critical",
        "scheme",
        "rescale",
        "replicates",
        "failed",
        "draws",
        "failure",
    ];
    let mut rows = Rows::new(before.chain(key_header()).chain(after));
    for (name, joint) in &source.spec.joint {
        let Some(family) = stored(source, name) else { continue };
        let shared = [
            exact(family.level),
            family.critical.map(exact).unwrap_or_default(),
            family.design.scheme.clone(),
            family.design.rescale.name().to_owned(),
            family.design.replicates.to_string(),
            family.failed.to_string(),
            family.draws.to_string(),
        ];
        let cells = source.plan.select(&joint.cells).into_iter();
        for ((cell, of_cell), adjusted) in cells.zip(&family.cells).zip(adjusted(family)) {
            let mut push = |own: Vec<String>, failure: String| {
                let head = [name.clone()].into_iter().chain(key(cell));
                rows.push(head.chain(own).chain(shared.clone()).chain([failure]));
            };
            match &of_cell.hypotheses {
                Ok(hypotheses) => hypotheses.iter().zip(adjusted).for_each(|(h, [holm, fdr])| {
                    let (low, high) = h.interval.unzip();
                    let numbers = [
                        h.value,
                        h.std_error,
                        h.p_value,
                        holm,
                        fdr,
                        h.p_bootstrap,
                        h.p_max_t,
                        h.p_romano_wolf,
                    ];
                    let ends = [low, high].map(|end| end.map(exact).unwrap_or_default());
                    let own =
                        [h.term.to_string()].into_iter().chain(numbers.map(exact)).chain(ends);
                    push(own.collect(), String::new());
                }),
                Err(failure) => {
                    let reason = format!("{}: {}", failure.kind, failure.reason);
                    push(vec![String::new(); 11], reason);
                }
            }
        }
    }
    rows.text()
}
