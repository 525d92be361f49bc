//! The CSV file of randomisation tests.

use super::{Rows, fitted, key, key_header};
use crate::report::Source;
use crate::report::number::exact;

/// One row a cell, randomisation test and term of the measure.
pub fn rows(source: Source<'_>) -> String {
    let columns = ["permute", "replicates", "failed", "term", "p_value", "p_value_coefficient"];
    let mut rows = Rows::new(key_header().chain(columns));
    for (cell, outcome) in fitted(source) {
        for r in &outcome.randomisations {
            let design = [
                r.design.permute.name().to_owned(),
                r.design.replicates.to_string(),
                r.failed.to_string(),
            ];
            for e in &r.estimates {
                let p_values = [e.p_value, e.p_value_coefficient].map(exact);
                let said = design.clone().into_iter().chain([e.term.to_string()]).chain(p_values);
                rows.push(key(cell).chain(said));
            }
        }
    }
    rows.text()
}
