//! Records + what the tables ask for → files. Computes nothing that was not stored.
//!
//! | file | what it does |
//! |---|---|
//! | `table` | the one table object that every format is written from |
//! | `build` | records → table, one file a kind |
//! | `columns` | which cells are columns, in which order, under which heads |
//! | `robustness` | what records say of the rows of a table over specifications |
//! | `changes` | what variants did, for the notes |
//! | `published` | printed numbers and those computed |
//! | `trace` | the entries of a table that show a number |
//! | `claims` | claims and how they stand |
//! | `night` | what changed between two sets of results |
//! | `joint` | families of hypotheses as they are stored |
//! | `notes` | what a reader must know, from the records |
//! | `figures` | records and series → figures, one file a kind |
//! | `page` | all of it on one page of HTML |
//! | `manuscript` | all of it as the results section of a paper, in LaTeX |
//! | `labels` | what things are called |
//! | `functions` | functions of the coefficients in words |
//! | `words` | every word that spanel itself puts into tables, a file a language |
//! | `number` | rounding and stars: the only place where digits are decided |
//! | `formats` | output formats of tables: what one is, and the list of them |
//! | `template` | layout, by minijinja |
//! | `tidy` | CSV files with full precision |
//! | `terminal` | the summary at the end of a run |

pub mod build;
pub mod changes;
pub mod claims;
pub mod columns;
pub mod figures;
pub mod formats;
pub mod functions;
pub mod joint;
pub mod labels;
pub mod manuscript;
pub mod night;
pub mod notes;
pub mod number;
pub mod page;
pub mod published;
pub mod robustness;
pub mod table;
pub mod template;
pub mod terminal;
pub mod tidy;
pub mod trace;
pub mod words;

pub use template::UserTemplates;
pub use terminal::summary;

use crate::ident::CellId;
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::plan::Plan;
use crate::printed::Printed;
use crate::report::formats::latex::{DOCUMENT, Latex};
use crate::report::formats::letters::Letters;
use crate::report::formats::view::view;
use crate::report::formats::{FORMATS, Format, Layout};
use crate::report::template::Templates;
use crate::spec::Spec;
use crate::spec::tables::{LatexMode, LatexSpec, TableSpec};
use crate::store::{ExperimentRecord, Record};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

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
    /// Numbers that a text prints, of an experiment that has them.
    pub published: Option<&'a Printed>,
}

/// A file to be written below the results folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Path below the results folder, with `/`.
    pub path: String,
    /// Content.
    pub content: Content,
}

/// What stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text, which tests and templates can look at.
    Text(String),
    /// The bytes of a format that is not text.
    Bytes(Vec<u8>),
}

impl RenderedFile {
    /// A file of text.
    pub fn text(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), content: Content::Text(text.into()) }
    }

    /// A file of bytes.
    pub fn bytes(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { path: path.into(), content: Content::Bytes(bytes) }
    }

    /// Its text; empty for a file that is not text.
    pub fn as_text(&self) -> &str {
        match &self.content {
            Content::Text(text) => text,
            Content::Bytes(_) => "",
        }
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.content {
            Content::Text(text) => text.as_bytes(),
            Content::Bytes(bytes) => bytes,
        }
    }
}

/// The cells that tables and figures show, and those that claims look at.
pub fn shown<'a>(spec: &Spec, plan: &'a Plan) -> BTreeSet<&'a CellId> {
    let choices = spec.tables.iter().filter_map(|table| table.cells());
    let of_figures = spec.figures.iter().filter_map(|figure| figure.cells());
    let choices = choices.chain(of_figures);
    let shown = choices.flat_map(|choice| plan.select(choice)).map(|cell| &cell.id);
    if spec.claims.is_empty() {
        return shown.collect();
    }
    let looked_at = claims::cells(spec, plan);
    let looked_at = plan.cells.iter().map(|cell| &cell.id).filter(|id| looked_at.contains(*id));
    shown.chain(looked_at).collect()
}

/// Every table in every format that the specification names, the LaTeX document that takes them all in, and the CSV files that
/// tell of tables or of the data; [`tidy::by_cell`] has those that tell of cells.
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
    let tables: Vec<_> =
        source.spec.tables.iter().map(|table| render_table(source, table, &templates)).collect();
    let rendered = tables.iter().flatten().flatten();
    let document = document(source.spec, rendered, &templates);
    tables.into_iter().for_each(&mut keep);
    keep(document.map(|file| file.into_iter().collect()));
    keep(Ok(tidy::whole(source)));
    keep(Ok(published::file(source).into_iter().collect()));
    let judgements = claims::judgements(source);
    let rows = RenderedFile::text("claims.csv", claims::rows(&judgements));
    keep(Ok(std::iter::once(rows).chain(claims::table(source, &judgements)).collect()));
    Mistakes::unless_empty(distinct(mistakes), files)
}

/// What to say of tables that are wider than the pages LaTeX sets them on; nothing where tables are
/// not written in LaTeX. Tables that cannot be built are [`render`]'s to refuse.
pub fn cautions(source: Source<'_>) -> Vec<String> {
    if !source.spec.output.tables.iter().any(|name| name == Latex.name()) {
        return Vec::new();
    }
    let said = |spec: &TableSpec| {
        let table = build::build(source, spec).ok()?;
        let size = view(&table, &Latex, (spec.latex, spec.style)).size;
        formats::width::caution(&spec.id, spec.latex, size)
    };
    source.spec.tables.iter().filter_map(said).collect()
}

/// One table in every format that the specification names.
fn render_table(
    source: Source<'_>,
    spec: &TableSpec,
    templates: &Templates<'_>,
) -> Checked<Vec<RenderedFile>> {
    let table = build::build(source, spec)?;
    let file = |format: &Format| -> Checked<RenderedFile> {
        let path = format!("tables/{}.{}", spec.id, format.extension());
        let content = match format {
            Format::Template(layout) => templates.page(
                &spec.template,
                *layout,
                &view(&table, *layout, (spec.latex, spec.style)),
            )?,
            Format::Writer(writer) => writer.write(&table).map_err(|reason| {
                Mistake::spec(&spec.at, format!("{path} cannot be written: {reason}"))
            })?,
        };
        Ok(RenderedFile { path, content })
    };
    let mut files = Vec::new();
    let mut mistakes = Vec::new();
    let wanted = |format: &&Format| source.spec.output.tables.iter().any(|n| n == format.name());
    for format in FORMATS.iter().filter(wanted) {
        match file(format) {
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
    /// The language, as documents name it.
    language: &'static str,
    /// What the language calls a table.
    table_word: &'static str,
    letters: Letters,
    tables: Vec<DocumentTable>,
    /// Whether a table is turned in a float.
    turned: bool,
    /// Whether a table may be broken over pages.
    long: bool,
}

/// A table of the document.
#[derive(Debug, Serialize)]
struct DocumentTable {
    id: String,
    /// What LaTeX's counter must stand at before a table that has a number.
    counter: Option<i64>,
    /// Caption, for a table whose file has none.
    caption: String,
    /// How much its file is.
    latex: LatexSpec,
}

/// The document that takes in every table, to be compiled in the folder of the tables; none when
/// there are no tables in LaTeX that are no documents themselves.
fn document<'a>(
    spec: &Spec,
    rendered: impl Iterator<Item = &'a RenderedFile>,
    templates: &Templates<'_>,
) -> Checked<Option<RenderedFile>> {
    let part = |table: &&TableSpec| !matches!(table.latex.mode, LatexMode::Standalone);
    let parts: Vec<&TableSpec> = spec.tables.iter().filter(part).collect();
    if parts.is_empty() || !spec.output.tables.iter().any(|name| name == Latex.name()) {
        return Ok(None);
    }
    let title = Latex.escape(&spec.title);
    let extension = format!(".{}", Latex.extension());
    let printed =
        rendered.filter(|f| f.path.ends_with(&extension)).flat_map(|f| f.as_text().lines());
    let printed = printed.filter(|line| !line.starts_with('%'));
    let view = DocumentView {
        letters: Letters::of(printed.chain([title.as_str()])),
        title: title.clone(),
        language: spec.language.name(),
        table_word: words::of(spec.language).table(),
        experiment: Latex.escape(&spec.name),
        turned: parts.iter().any(|t| t.latex.landscape && !t.latex.longtable),
        long: parts.iter().any(|t| t.latex.longtable),
        tables: parts.into_iter().map(document_table).collect(),
    };
    let text = templates.render(DOCUMENT, &view)?;
    Ok(Some(RenderedFile::text("tables/tables.tex", text)))
}

fn document_table(table: &TableSpec) -> DocumentTable {
    let counter = table.number.map(|number| i64::from(number) - 1);
    let caption = Latex.escape(&table.caption);
    DocumentTable { id: table.id.clone(), counter, caption, latex: table.latex }
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
