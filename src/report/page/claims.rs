//! Claims and how they stand.

use super::Ground;
use super::blocks::{Block, Item, code, grid, items, text};
use crate::report::claims::{judgements, numbers_in, tally_in};

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let judgements = judgements(ground.source);
    if judgements.is_empty() {
        return Vec::new();
    }
    let words = ground.source.words();
    let rows: Vec<Vec<Item>> = judgements
        .iter()
        .map(|j| {
            let numbers = j.reason.as_deref().map(|reason| words.quoted(reason));
            let numbers = numbers.unwrap_or_else(|| numbers_in(words, j));
            let mut row = vec![code(&j.claim)];
            row.extend(items([&j.text, words.standing(j.standing), &tally_in(words, j), &numbers]));
            row
        })
        .collect();
    let heads = words.claim_heads();
    vec![grid(words.page().standings, &heads.columns, rows), text(heads.note)]
}
