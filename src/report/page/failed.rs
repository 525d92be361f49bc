//! Cells without a fit, and why.

use super::Ground;
use super::blocks::{Block, Item, grid, items, link, text};
use crate::report::notes;
use crate::report::words::PageNote;
use crate::store::CellResult;
use std::collections::BTreeSet;

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let source = ground.source;
    let words = source.words();
    let mut seen = BTreeSet::new();
    let distinct = source.plan.cells.iter().filter(|cell| seen.insert(cell.id));
    let rows: Vec<Vec<Item>> = distinct
        .filter_map(|cell| {
            let (kind, reason) = match source.records.get(&cell.id).map(|record| &record.result) {
                Some(CellResult::Fitted(_)) => return None,
                Some(CellResult::Failed(failure)) => {
                    let reason = words.quoted(&notes::readable(&failure.reason));
                    (words.failure(failure.kind), reason)
                }
                None => (words.not_run().to_owned(), words.page().no_record.to_owned()),
            };
            let mut row = vec![link(&cell.label(), ground.anchor(&cell.id))];
            row.extend(items([kind, reason]));
            Some(row)
        })
        .collect();
    if rows.is_empty() {
        let said = words.page_note(PageNote::AllFitted(seen.len()));
        return vec![text(&said)];
    }
    let said = words.page_note(PageNote::Failed(rows.len(), seen.len()));
    vec![text(&said), grid(words.page().sections[7], &words.page().failed_heads, rows)]
}
