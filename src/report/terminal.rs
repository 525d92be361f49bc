//! What a person sees in the terminal when a run ends: how many cells were fitted, and the first
//! table of estimates.

use crate::plan::Cell;
use crate::report::formats::Layout;
use crate::report::formats::markdown::Markdown;
use crate::report::formats::view::view;
use crate::report::table::{Align, Entry, Table};
use crate::report::{Source, build};
use crate::spec::tables::TableKind;
use crate::spec::tables::{LatexSpec, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{Cell as Field, CellAlignment, Table as Grid};
use std::collections::BTreeMap;

/// Counts of cells by grid and, where there is one, the first table of estimates without notes.
/// `state` says of a cell whether it was fitted; nothing where it has no record.
pub fn summary(source: Source<'_>, state: impl Fn(&Cell) -> Option<bool>) -> String {
    let first = source.spec.tables.iter().find(|t| matches!(t.kind, TableKind::Regression(_)));
    let table = first.and_then(|t| build::build(source, t).ok()).map(|t| estimates(&t));
    let counts = counts(source, state);
    table.into_iter().chain([counts]).collect::<Vec<_>>().join("\n\n")
}

/// Cells of one grid.
#[derive(Default)]
struct Count {
    cells: usize,
    fitted: usize,
    failed: usize,
}

fn counts(source: Source<'_>, state: impl Fn(&Cell) -> Option<bool>) -> String {
    let mut grids: BTreeMap<&str, Count> = BTreeMap::new();
    for cell in &source.plan.cells {
        let count = grids.entry(&cell.grid).or_default();
        count.cells += 1;
        match state(cell) {
            Some(true) => count.fitted += 1,
            Some(false) => count.failed += 1,
            None => {}
        }
    }
    let mut grid = plain();
    grid.set_header(["grid", "cells", "fitted", "failed", "not run"]);
    for (name, c) in grids {
        let numbers = [c.cells, c.fitted, c.failed, c.cells - c.fitted - c.failed];
        grid.add_row([Field::new(name)].into_iter().chain(numbers.map(|n| right(n.to_string()))));
    }
    trimmed(&grid)
}

/// A table without its notes, in plain text.
fn estimates(table: &Table) -> String {
    let view = view(table, &Terminal, (LatexSpec::default(), Style::default()));
    let mut grid = plain();
    for level in &view.heads {
        let heads = level.labels.iter().map(|l| right(format!("{l}   ")));
        grid.add_row([Field::new(&level.stub)].into_iter().chain(heads));
    }
    for row in view.groups.iter().flat_map(|g| &g.rows) {
        grid.add_row([Field::new(&row.label)].into_iter().chain(row.entries.iter().map(right)));
    }
    let over = if view.over.is_empty() { String::new() } else { format!(" ({})", view.over) };
    let reasons = view.footnotes.iter().map(|f| format!("\n[{}] {}", f.mark, f.text));
    let number = view.number.map(|_| format!("{} ", view.numbered)).unwrap_or_default();
    format!("{number}{}{over}\n{}{}", view.caption, trimmed(&grid), reasons.collect::<String>())
}

fn plain() -> Grid {
    let mut grid = Grid::new();
    grid.load_style(NOTHING);
    grid
}

fn right(text: impl ToString) -> Field {
    Field::new(text.to_string()).set_alignment(CellAlignment::Right)
}

fn trimmed(grid: &Grid) -> String {
    grid.to_string().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Plain text: entries as in Markdown, nothing escaped.
struct Terminal;

impl Layout for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn extension(&self) -> &'static str {
        "txt"
    }

    fn templates(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    fn escape(&self, text: &str) -> String {
        text.to_owned()
    }

    fn entry(&self, entry: &Entry, align: Align) -> String {
        // Stars hang to the right of the numbers, brackets by one character.
        match entry {
            Entry::Text(text) => format!("{text}   "),
            Entry::Starred { value, stars } => {
                format!("{}{stars:<3}", Markdown.entry(&Entry::Number(*value), align))
            }
            Entry::Enclosed { .. } | Entry::Interval { .. } => {
                format!("{}  ", Markdown.entry(entry, align))
            }
            Entry::Number(_) | Entry::Empty | Entry::Dash | Entry::Absent { .. } => {
                format!("{}   ", Markdown.entry(entry, align))
            }
        }
    }
}
