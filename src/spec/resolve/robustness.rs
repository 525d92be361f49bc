//! Tables that sum up coefficients over many specifications.

use super::Resolver;
use super::tables::Turn;
use crate::ident::{KeyPath, Located};
use crate::spec::Spec;
use crate::spec::raw::RawTable;
use crate::spec::tables::{RobustnessTable, RowTerm, TableKind};

/// What is significant when a table states no level.
const LEVEL: f64 = 0.05;

impl Resolver<'_> {
    pub(super) fn robustness(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<TableKind> {
        self.specifications(raw, spec, turn, place).map(TableKind::Robustness)
    }

    /// The cells, rows, base and level of what looks at many specifications.
    pub(super) fn specifications(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<RobustnessTable> {
        let cells = self.cells(raw, spec, turn, place);
        let at = place.join("rows");
        let rows = raw.rows.clone().unwrap_or_else(|| vec!["measure".to_owned()]);
        if rows.is_empty() {
            self.wrong(&at, "this table has no rows", "list at least one, such as \"measure\"");
        }
        self.refuse_labels_of_no_row(raw, &rows, place);
        let base = raw.base.as_ref().map(|base| {
            let at = place.join("base");
            Located::new(self.selector(base, &at), at)
        });
        let level = raw.level.unwrap_or(LEVEL);
        if !(level > 0.0 && level < 1.0) {
            let text = format!("a level of {level} is no probability of an error");
            let help = "expected a number between 0 and 1, such as 0.05";
            self.wrong(&place.join("level"), text, help);
        }
        let parsed = |(i, row): (usize, &String)| Located::new(RowTerm::parse(row), at.join(i));
        Some(RobustnessTable {
            cells: cells?,
            rows: rows.iter().enumerate().map(parsed).collect(),
            labels: raw.labels.clone(),
            base,
            level,
        })
    }
}
