//! The results section of a paper in LaTeX: every table and figure in its place, cross references,
//! and one sentence each that says what is in it, with numbers from the records and nothing else.
//! The folder is whole: it takes in no file from outside.
//!
//! | file | what it does |
//! |---|---|
//! | `places` | which section a table or figure belongs to |
//! | `sentences` | what is said of it |

mod places;
mod sentences;

use crate::drawing::pdf;
use crate::mistake::{Checked, Mistakes};
use crate::report::figures::{draw, float};
use crate::report::formats::Layout;
use crate::report::formats::latex::Latex;
use crate::report::formats::letters::Letters;
use crate::report::formats::view::view;
use crate::report::template::{Templates, UserTemplates};
use crate::report::{RenderedFile, Source, build, notes};
use crate::spec::figures::FigureSpec;
use crate::spec::tables::{LatexMode, LatexSpec, TableSpec};
use places::Place;
use serde::Serialize;

/// The document.
pub const DOCUMENT: &str = "report.tex.jinja";

/// Its templates: file names and sources.
pub const TEMPLATES: [(&str, &str); 1] =
    [(DOCUMENT, include_str!("../../../templates/report.tex.jinja"))];

/// The folder of the document, below the results.
const FOLDER: &str = "report";

/// What `report.tex.jinja` is given.
#[derive(Debug, Serialize)]
struct DocumentView {
    title: String,
    experiment: String,
    letters: Letters,
    language: &'static str,
    /// What the language calls a table.
    table_word: &'static str,
    /// What it calls a figure.
    figure_word: &'static str,
    /// Whether a table is turned in a float.
    turned: bool,
    /// Whether a table may be broken over pages.
    long: bool,
    /// Sentences on the data.
    data: Vec<String>,
    sections: Vec<SectionView>,
}

/// A section.
#[derive(Debug, Serialize)]
struct SectionView {
    title: &'static str,
    label: &'static str,
    parts: Vec<Part>,
}

/// A table or a figure of the document.
#[derive(Debug, Clone, Serialize)]
struct Part {
    /// `table` or `figure`.
    kind: &'static str,
    /// Its file name without folder and extension.
    id: String,
    /// What is said of it, a reference to it among it.
    sentence: String,
    /// What LaTeX's counter must stand at before it; none for one without a number.
    counter: Option<i64>,
    /// Whether it may be broken over pages: floats are set before it.
    long: bool,
}

/// The document and the files that it takes in.
///
/// # Errors
/// A table or figure that selects no cell, a template that cannot be filled in; all of them are
/// collected.
pub fn render(source: Source<'_>, templates: &UserTemplates) -> Checked<Vec<RenderedFile>> {
    let templates = Templates::new(templates);
    let mut files = Vec::new();
    let mut parts: Vec<(Place, Part)> = Vec::new();
    let mut mistakes = Vec::new();
    for spec in &source.spec.tables {
        match table(source, spec, &templates) {
            Ok(file) => {
                files.push(file);
                let sentence = sentences::of_table(source, spec)?;
                parts.push((
                    places::of_table(source.spec, spec),
                    Part {
                        long: spec.latex.longtable,
                        ..part("table", &spec.id, sentence, spec.number)
                    },
                ));
            }
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    for spec in &source.spec.figures {
        match figure(source, spec, &templates) {
            Ok(made) => {
                files.extend(made);
                let sentence = sentences::of_figure(source, spec);
                parts.push((
                    places::of_figure(spec),
                    part("figure", &spec.id, sentence, spec.number),
                ));
            }
            Err(found) => mistakes.extend(found.into_vec()),
        }
    }
    let files = Mistakes::unless_empty(mistakes, files)?;
    let data: Vec<String> = notes::data(source).iter().map(|note| Latex.escape(note)).collect();
    let title = Latex.escape(&source.spec.title);
    let sentences = parts.iter().map(|(_, part)| part.sentence.as_str());
    // What is no text has no lines.
    let printed = files.iter().flat_map(|file| file.as_text().lines());
    let printed = printed.filter(|line| !line.starts_with('%'));
    let letters = Letters::of(
        printed.chain(sentences).chain(data.iter().map(String::as_str)).chain([&*title]),
    );
    let tables = &source.spec.tables;
    let view = DocumentView {
        letters,
        title,
        experiment: Latex.escape(&source.spec.name),
        language: source.spec.language.name(),
        table_word: source.words().table(),
        figure_word: source.words().drawn().figure,
        turned: tables.iter().any(|t| t.latex.landscape && !t.latex.longtable),
        long: tables.iter().any(|t| t.latex.longtable),
        data,
        sections: numbered(sections(source, &parts)),
    };
    let document = templates.render(DOCUMENT, &view)?;
    let document = RenderedFile::text(format!("{FOLDER}/report.tex"), document);
    Ok(std::iter::once(document).chain(files).collect())
}

fn part(kind: &'static str, id: &str, sentence: String, number: Option<u32>) -> Part {
    let counter = number.map(|n| i64::from(n) - 1);
    Part { kind, id: id.to_owned(), sentence, counter, long: false }
}

/// Sections that have something in them, each in the order of the specification, tables first.
fn sections(source: Source<'_>, parts: &[(Place, Part)]) -> Vec<SectionView> {
    let section = |place: Place| {
        let here = parts.iter().filter(|(of, _)| *of == place).map(|(_, part)| part.clone());
        SectionView {
            title: place.title(source.words()),
            label: place.label(),
            parts: here.collect(),
        }
    };
    Place::ALL.into_iter().map(section).filter(|section| !section.parts.is_empty()).collect()
}

/// Where some tables have numbers of their own, the others are counted from the last of these on: no
/// number stands twice. The same for figures.
fn numbered(mut sections: Vec<SectionView>) -> Vec<SectionView> {
    for kind in ["table", "figure"] {
        let of_kind = |part: &&mut Part| part.kind == kind;
        let parts = || sections.iter().flat_map(|section| &section.parts);
        let last = parts().filter(|part| part.kind == kind).filter_map(|part| part.counter).max();
        let Some(last) = last else { continue };
        let open = sections.iter_mut().flat_map(|section| &mut section.parts).filter(of_kind);
        for (part, next) in open.filter(|part| part.counter.is_none()).zip(last + 1..) {
            part.counter = Some(next);
        }
    }
    sections
}

/// A table as a float with caption, label and notes.
fn table(source: Source<'_>, spec: &TableSpec, templates: &Templates<'_>) -> Checked<RenderedFile> {
    let table = build::build(source, spec)?;
    let latex = LatexSpec { mode: LatexMode::Float, ..spec.latex };
    let view = view(&table, &Latex, (latex, spec.style));
    let text = templates.laid_out(&spec.template, &Latex, &view)?;
    Ok(RenderedFile::text(format!("{FOLDER}/tables/{}.tex", spec.id), text))
}

/// A figure as a PDF, and the float around it.
fn figure(
    source: Source<'_>,
    spec: &FigureSpec,
    templates: &Templates<'_>,
) -> Checked<[RenderedFile; 2]> {
    let figure = draw(source, spec)?;
    let path = |extension: &str| format!("{FOLDER}/figures/{}.{extension}", spec.id);
    let picture = RenderedFile::bytes(path("pdf"), pdf::write(&figure.scene));
    let text = float(source, spec, &figure, &[], templates)?;
    Ok([RenderedFile::text(path("tex"), text), picture])
}
