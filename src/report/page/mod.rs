//! One page of HTML with all that an experiment found: question, data, protocol, tables, figures,
//! claims, a specification curve, what failed, and every cell. Nothing is taken from elsewhere, and
//! nothing is computed that was not stored.
//!
//! | file | section |
//! |---|---|
//! | `question` | what was asked |
//! | `data` | from which numbers |
//! | `protocol` | what was estimated, and what the decision rules chose |
//! | `tables` | tables, every number a link to its cell |
//! | `figures` | figures with their notes and the numbers behind them |
//! | `claims` | claims and how they stand |
//! | `curve` | a coefficient over all specifications |
//! | `failed` | cells without a fit, and why |
//! | `cells` | every cell: its numbers, what it was made from, the command that makes it again |
//! | `blocks` | what sections are made of |
//!
//! Adding a section: a file with a function that makes its blocks, and a line in `SECTIONS`. How
//! blocks look is `templates/report.html.jinja`'s to say.

mod blocks;
mod cells;
mod claims;
mod curve;
mod data;
mod failed;
mod figures;
mod protocol;
mod question;
mod tables;

use crate::drawing::xml::escape;
use crate::ident::CellId;
use crate::mistake::{Checked, Mistakes};
use crate::report::template::{Templates, UserTemplates};
use crate::report::words::PageTexts;
use crate::report::{RenderedFile, Source};
use blocks::Block;
use serde::Serialize;
use std::collections::BTreeSet;

/// The page.
pub const PAGE: &str = "report.html.jinja";

/// Its templates: file names and sources.
pub const TEMPLATES: [(&str, &str); 3] = [
    (PAGE, include_str!("../../../templates/report.html.jinja")),
    ("report.css.jinja", include_str!("../../../templates/report.css.jinja")),
    ("report.js.jinja", include_str!("../../../templates/report.js.jinja")),
];

/// The sections, in their order.
static SECTIONS: [Section; 9] = [
    Section { id: "question", blocks: Blocks::Sure(question::blocks) },
    Section { id: "data", blocks: Blocks::Sure(data::blocks) },
    Section { id: "protocol", blocks: Blocks::Sure(protocol::blocks) },
    Section { id: "tables", blocks: Blocks::Checked(tables::blocks) },
    Section { id: "figures", blocks: Blocks::Checked(figures::blocks) },
    Section { id: "claims", blocks: Blocks::Sure(claims::blocks) },
    Section { id: "curve", blocks: Blocks::Sure(curve::blocks) },
    Section { id: "failed", blocks: Blocks::Sure(failed::blocks) },
    Section { id: "cells", blocks: Blocks::Sure(cells::blocks) },
];

/// A section of the page.
struct Section {
    /// Its anchor.
    id: &'static str,
    /// What it says; a section that says nothing is left out.
    blocks: Blocks,
}

/// How the blocks of a section are made.
enum Blocks {
    /// Nothing can be wrong.
    Sure(fn(Ground<'_>) -> Vec<Block>),
    /// The specification may ask for what there is not, or a template be broken.
    Checked(fn(Ground<'_>) -> Checked<Vec<Block>>),
}

/// What only the command line knows.
pub struct Said<'a> {
    /// The comment that the experiment's file opens with, without its signs.
    pub header: Option<String>,
    /// The command that fits one cell again, by its label.
    pub again: &'a dyn Fn(&str) -> String,
    /// The command that shows one cell, by its label.
    pub show: &'a dyn Fn(&str) -> String,
}

impl std::fmt::Debug for Said<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said").field("header", &self.header).finish_non_exhaustive()
    }
}

/// What sections are made from.
#[derive(Clone, Copy)]
struct Ground<'a> {
    source: Source<'a>,
    said: &'a Said<'a>,
    templates: &'a Templates<'a>,
    /// The cells that have a row among all cells.
    listed: &'a BTreeSet<CellId>,
}

impl Ground<'_> {
    /// Where a cell's row is; nothing for a cell that has none.
    fn anchor(&self, id: &CellId) -> String {
        if self.listed.contains(id) { format!("#{}", anchor(id)) } else { String::new() }
    }
}

/// The anchor of a cell's row.
fn anchor(id: &CellId) -> String {
    format!("cell-{id}")
}

/// What `report.html.jinja` is given.
#[derive(Debug, Serialize)]
struct PageView {
    title: String,
    experiment: String,
    simulated: bool,
    words: &'static PageTexts,
    /// What the script says, as JSON that may stand in it.
    script: String,
    version: &'static str,
    sections: Vec<SectionView>,
}

/// A section as the template sees it.
#[derive(Debug, Serialize)]
struct SectionView {
    id: &'static str,
    title: &'static str,
    blocks: Vec<Block>,
}

/// What the script says, as JSON in which nothing looks like markup.
fn script(words: &PageTexts) -> String {
    blocks::unmarked(&serde_json::to_string(&words.script).unwrap_or_default())
}

/// The page.
///
/// # Errors
/// A table or figure that selects no cell, a template that cannot be filled in; all of them are
/// collected.
pub fn render(
    source: Source<'_>,
    said: &Said<'_>,
    templates: &UserTemplates,
) -> Checked<RenderedFile> {
    let templates = Templates::new(templates);
    let listed = source.plan.cells.iter().map(|cell| cell.id).collect();
    let ground = Ground { source, said, templates: &templates, listed: &listed };
    let mut sections = Vec::new();
    let mut mistakes = Vec::new();
    let words = source.words().page();
    for (Section { id, blocks }, title) in SECTIONS.iter().zip(words.sections) {
        let made = match blocks {
            Blocks::Sure(make) => Ok(make(ground)),
            Blocks::Checked(make) => make(ground),
        };
        match made {
            Ok(blocks) if blocks.is_empty() => {}
            Ok(blocks) => sections.push(SectionView { id, title, blocks }),
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    let sections = Mistakes::unless_empty(mistakes, sections)?;
    let view = PageView {
        title: escape(&source.spec.title),
        experiment: escape(&source.spec.name),
        simulated: source.experiment.provenance.as_ref().is_some_and(|p| p.simulated),
        words,
        script: script(words),
        version: env!("CARGO_PKG_VERSION"),
        sections,
    };
    Ok(RenderedFile::text("report.html", templates.render(PAGE, &view)?))
}
