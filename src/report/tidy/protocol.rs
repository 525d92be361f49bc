//! The CSV file of sequences of decisions.

use super::{Rows, fitted, key, key_header, test_columns};
use crate::report::Source;

/// One row a cell, step and test, then one of the choice; `None` where no cell asks for a sequence.
pub fn rows(source: Source<'_>) -> Option<String> {
    source.plan.cells.iter().find(|cell| cell.protocol.is_some())?;
    let columns = ["step", "effects", "decision", "level"];
    let tests = ["test", "basis", "statistic", "null", "p_value", "status", "reason"];
    let mut rows = Rows::new(key_header().chain(columns).chain(tests));
    for (cell, outcome) in fitted(source) {
        let Some(protocol) = &outcome.protocol else { continue };
        let level = protocol.level.to_string();
        for step in &protocol.steps {
            let said = [
                step.question.name().to_owned(),
                step.effects.to_string(),
                step.answer.name().to_owned(),
                level.clone(),
            ];
            for test in &step.tests {
                rows.push(key(cell).chain(said.clone()).chain(test_columns(test)));
            }
            if step.tests.is_empty() {
                rows.push(
                    key(cell).chain(said).chain(std::array::from_fn::<_, 7, _>(|_| String::new())),
                );
            }
        }
        let chosen = protocol.chosen.clone();
        let said = ["choice".to_owned(), protocol.effects.to_string(), chosen, level];
        rows.push(key(cell).chain(said).chain(std::array::from_fn::<_, 7, _>(|_| String::new())));
    }
    Some(rows.text())
}
