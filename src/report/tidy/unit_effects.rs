//! The CSV file of effects of units.

use super::{Rows, estimated, fitted, key, key_header};
use crate::report::Source;

/// One row a cell, regressor, unit and kind of effect; `None` where no cell asks for them.
pub fn rows(source: Source<'_>) -> Option<String> {
    source.plan.cells.iter().find(|cell| cell.unit_effects)?;
    let columns = ["term", "unit", "effect"];
    let numbers = ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"];
    let mut rows = Rows::new(key_header().chain(columns).chain(numbers));
    for (cell, outcome) in fitted(source) {
        for of in &outcome.unit_effects {
            let said = [of.estimate.term.to_string(), of.unit.clone(), of.kind.name().to_owned()];
            rows.push(key(cell).chain(said).chain(estimated(&of.estimate)));
        }
    }
    Some(rows.text())
}
