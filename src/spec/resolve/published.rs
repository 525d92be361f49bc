//! Numbers that a text prints.

use super::tables::Turn;
use super::{Resolver, at};
use crate::ident::KeyPath;
use crate::spec::Spec;
use crate::spec::published::PublishedSpec;
use crate::spec::raw::{OneOrMany, RawPublished, RawTable};
use crate::spec::tables::TableKind;

/// Levels of stars when none are given.
const LEVELS: [f64; 3] = [0.1, 0.05, 0.01];

impl Resolver<'_> {
    pub(super) fn published(&mut self) -> Option<PublishedSpec> {
        let RawPublished { file, columns, values, terms, stars } = self.raw.published.clone();
        let section = at(&["published"]);
        let maps = !columns.is_empty() || !values.is_empty() || !terms.is_empty();
        if file.is_none() && !maps && stars.is_none() {
            return None;
        }
        let file_at = section.join("file");
        let file = self.required(file, &file_at, "a CSV file of printed numbers");
        let mut levels = stars.unwrap_or_else(|| LEVELS.to_vec());
        if levels.iter().any(|level| !(*level > 0.0 && *level < 1.0)) {
            let help = "expected numbers between 0 and 1: [0.1, 0.05, 0.01]";
            self.wrong(&section.join("stars"), "stars are given below a level", help);
        }
        levels.sort_by(|a, b| b.total_cmp(a));
        let file = self.path(&file?, &file_at);
        Some(PublishedSpec { file, columns, values, terms, levels, at: section })
    }

    pub(super) fn published_table(
        &mut self,
        raw: &RawTable,
        spec: &Spec,
        turn: &Turn,
        place: &KeyPath,
    ) -> Option<TableKind> {
        let cells = self.cells(raw, spec, turn, place);
        let section = at(&["published"]);
        if spec.published.is_none() && !self.reported(&section) {
            let help = "add [published] with file = \"…\"";
            let text = "this table needs numbers that a text prints";
            self.wrong(&place.join("kind"), text, help);
        }
        let of = match raw.of.clone() {
            None => Vec::new(),
            Some(OneOrMany::One(table)) => vec![table.0],
            Some(OneOrMany::Many(tables)) => tables.into_iter().map(|table| table.0).collect(),
        };
        Some(TableKind::Published { cells: cells?, of })
    }
}
