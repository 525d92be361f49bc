//! Every figure of the experiment within the page, with its note and the numbers behind it.

use super::Ground;
use super::blocks::Block;
use crate::drawing::svg;
use crate::drawing::xml::escape;
use crate::mistake::{Checked, Mistakes};
use crate::report::figures::draw;
use crate::spec::figures::FigureSpec;

/// What a file of its own has to say and a part of a page has not.
const NAMESPACES: &str =
    " xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"";

pub(super) fn blocks(ground: Ground<'_>) -> Checked<Vec<Block>> {
    let mut blocks = Vec::new();
    let mut mistakes = Vec::new();
    for spec in &ground.source.spec.figures {
        match figure(ground, spec) {
            Ok(block) => blocks.push(block),
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    Mistakes::unless_empty(mistakes, blocks)
}

fn figure(ground: Ground<'_>, spec: &FigureSpec) -> Checked<Block> {
    let mut figure = draw(ground.source, spec)?;
    // Names within a picture are names of the page.
    figure.scene.id = format!("drawing-{}", spec.id);
    let mut rows = figure.rows.iter().map(|row| row.iter().map(|text| escape(text)).collect());
    let numbered =
        spec.number.map(|n| ground.source.words().numbered_figure(n)).unwrap_or_default();
    Ok(Block::Figure {
        anchor: format!("fig-{}", spec.id),
        name: escape(format!("{numbered} {}", spec.caption).trim()),
        caption: escape(&spec.caption),
        numbered,
        svg: svg::write(&figure.scene).replacen(NAMESPACES, "", 1),
        notes: figure.notes.iter().map(|note| escape(note)).collect(),
        heads: rows.next().unwrap_or_default(),
        rows: rows.collect(),
    })
}
