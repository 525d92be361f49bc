//! Records + what the tables ask for → files. Computes nothing that was not stored.
//!
//! | file | what it does |
//! |---|---|
//! | `table` | the one table object that every format is written from |
//! | `build` | records → table, one file a kind |
//! | `columns` | which cells are columns, in which order, under which heads |
//! | `notes` | what a reader must know, from the records |
//! | `labels` | what things are called |
//! | `number` | rounding and stars: the only place where digits are decided |
//! | `format` | the trait of output formats and the list of them |
//! | `markdown`, `latex` | the formats |
//! | `template` | layout, by minijinja |
//! | `tidy` | CSV files with full precision |
//! | `terminal` | the summary at the end of a run |

pub mod build;
pub mod columns;
pub mod format;
pub mod labels;
pub mod latex;
pub mod markdown;
pub mod notes;
pub mod number;
pub mod table;
pub mod template;
pub mod terminal;
pub mod tidy;

pub use template::UserTemplates;
pub use terminal::summary;

use crate::ident::CellId;
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::plan::Plan;
use crate::report::format::{FORMATS, Format};
use crate::report::latex::Latex;
use crate::report::template::Templates;
use crate::spec::Spec;
use crate::spec::tables::TableSpec;
use crate::store::{ExperimentRecord, Record};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything a report is made from.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Labels and tables.
    pub spec: &'a Spec,
    /// The cells by name.
    pub plan: &'a Plan,
    /// What came out of them.
    pub records: &'a BTreeMap<CellId, Record>,
    /// Data, descriptive statistics, Moran's I.
    pub experiment: &'a ExperimentRecord,
}

/// A file to be written below the results folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Path below the results folder, with `/`.
    pub path: String,
    /// Content.
    pub text: String,
}

/// Every table in every format, the LaTeX document that takes them all in, and the CSV files.
///
/// Errors are a table without cells, a template that does not exist, and a template that cannot
/// be filled in; all of them are collected.
pub fn render(source: Source<'_>, templates: &UserTemplates) -> Checked<Vec<RenderedFile>> {
    let templates = Templates::new(templates);
    let mut files = Vec::new();
    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut keep = |result: Checked<Vec<RenderedFile>>| match result {
        Ok(rendered) => files.extend(rendered),
        Err(found) => mistakes.extend(found.into_vec()),
    };
    for table in &source.spec.tables {
        keep(render_table(source, table, &templates));
    }
    if !source.spec.tables.is_empty() {
        keep(document(source.spec, &templates).map(|file| vec![file]));
    }
    keep(Ok(tidy::files(source)));
    Mistakes::unless_empty(distinct(mistakes), files)
}

/// One table in every format.
fn render_table(
    source: Source<'_>,
    spec: &TableSpec,
    templates: &Templates<'_>,
) -> Checked<Vec<RenderedFile>> {
    let table = build::build(source, spec)?;
    let file = |format: &dyn Format| {
        let template = templates.file(&spec.template, format)?;
        let text = templates.render(&template, &format::view(&table, format))?;
        Ok(RenderedFile { path: format!("tables/{}.{}", spec.id, format.extension()), text })
    };
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    for format in FORMATS {
        match file(*format) {
            Ok(rendered) => files.push(rendered),
            Err(found) => mistakes.extend(Mistakes::into_vec(found)),
        }
    }
    Mistakes::unless_empty(mistakes, files)
}

/// What `templates/tables.tex.jinja` is given.
#[derive(Debug, Serialize)]
struct DocumentView {
    title: String,
    experiment: String,
    tables: Vec<DocumentTable>,
}

/// A table of the document.
#[derive(Debug, Serialize)]
struct DocumentTable {
    id: String,
    /// What LaTeX's counter must stand at before a table that has a number.
    counter: Option<i64>,
}

/// The document that takes in every table, to be compiled in the folder of the tables.
fn document(spec: &Spec, templates: &Templates<'_>) -> Checked<RenderedFile> {
    let view = DocumentView {
        title: Latex.escape(&spec.title),
        experiment: Latex.escape(&spec.name),
        tables: spec.tables.iter().map(document_table).collect(),
    };
    let text = templates.render(template::DOCUMENT, &view)?;
    Ok(RenderedFile { path: "tables/tables.tex".to_owned(), text })
}

fn document_table(table: &TableSpec) -> DocumentTable {
    let counter = table.number.map(|number| i64::from(number) - 1);
    DocumentTable { id: table.id.clone(), counter }
}

/// The mistakes without repetitions: several tables may share a broken template.
fn distinct(mistakes: Vec<Mistake>) -> Vec<Mistake> {
    let mut kept: Vec<Mistake> = Vec::new();
    for mistake in mistakes {
        if !kept.contains(&mistake) {
            kept.push(mistake);
        }
    }
    kept
}
