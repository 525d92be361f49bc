//! Cells without a fit, and why.

use super::Ground;
use super::blocks::{Block, Item, grid, items, link, text};
use crate::report::notes;
use crate::store::CellResult;
use std::collections::BTreeSet;

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let source = ground.source;
    let mut seen = BTreeSet::new();
    let distinct = source.plan.cells.iter().filter(|cell| seen.insert(cell.id));
    let rows: Vec<Vec<Item>> = distinct
        .filter_map(|cell| {
            let (kind, reason) = match source.records.get(&cell.id).map(|record| &record.result) {
                Some(CellResult::Fitted(_)) => return None,
                Some(CellResult::Failed(failure)) => {
                    (failure.kind.to_string(), notes::readable(&failure.reason))
                }
                None => ("not run".to_owned(), "there is no record of this cell".to_owned()),
            };
            let mut row = vec![link(&cell.label(), ground.anchor(&cell.id))];
            row.extend(items([kind, reason]));
            Some(row)
        })
        .collect();
    if rows.is_empty() {
        let said = format!("None: all {} cells were fitted.", seen.len());
        return vec![text(&said)];
    }
    let said = format!("{} of {} cells.", rows.len(), seen.len());
    vec![text(&said), grid("Cells without a fit", &["Cell", "Kind", "Reason"], rows)]
}
