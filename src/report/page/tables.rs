//! Every table of the experiment, its numbers links: to their cell, or to what they are made from.

use super::Ground;
use super::blocks::Block;
use crate::drawing::xml::escape;
use crate::mistake::{Checked, Mistakes};
use crate::report::build;
use crate::report::formats::html::Html;
use crate::report::formats::view::{EntryView, TableView, view};
use crate::spec::tables::{TableKind, TableSpec};

pub(super) fn blocks(ground: Ground<'_>) -> Checked<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut mistakes = Vec::new();
    for spec in &ground.source.spec.tables {
        match table(ground, spec) {
            Ok(block) => blocks.push(block),
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    Mistakes::unless_empty(mistakes, blocks)
}

fn table(ground: Ground<'_>, spec: &TableSpec) -> Checked<Block> {
    let table = build::build(ground.source, spec)?;
    let mut view = view(&table, &Html, (spec.latex, spec.style));
    let otherwise = origin(&spec.kind);
    for cell in entries(&mut view).filter(|cell| !cell.value.is_empty() || !cell.low.is_empty()) {
        let anchor = if cell.id.is_empty() { otherwise } else { &format!("#cell-{}", cell.id) };
        anchor.clone_into(&mut cell.link);
    }
    let name = match spec.number {
        Some(number) => {
            format!("{} {}", ground.source.words().numbered(number), spec.caption)
        }
        None => spec.caption.clone(),
    };
    Ok(Block::Table {
        anchor: format!("tab-{}", spec.id),
        name: escape(&name),
        language: ground.source.spec.language.name(),
        html: ground.templates.laid_out(&spec.template, &Html, &view)?,
    })
}

fn entries(view: &mut TableView) -> impl Iterator<Item = &mut EntryView> {
    view.groups.iter_mut().flat_map(|group| &mut group.rows).flat_map(|row| &mut row.cells)
}

/// What tells of numbers that come from no single cell.
fn origin(kind: &TableKind) -> &'static str {
    match kind {
        TableKind::Descriptive { .. } | TableKind::Moran { .. } | TableKind::UnitRoots { .. } => {
            "#data"
        }
        TableKind::Regression(_)
        | TableKind::Tests { .. }
        | TableKind::Protocol { .. }
        | TableKind::Joint { .. } => "#cells",
        TableKind::Robustness(_) => "#curve",
        TableKind::Published { .. } => "#cells",
    }
}
