//! Mistakes → reports with the line, a caret and advice.

use crate::ident::KeyPath;
use crate::mistake::{Kind, Mistake, Mistakes, Place};
use crate::spec::layers::{Layers, Source};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, MietteError,
    MietteSpanContents, Report, SourceCode, SourceSpan, SpanContents,
};
use serde::Serialize;
use std::path::PathBuf;

/// Columns that reports are wrapped at.
const WIDTH: usize = 88;

/// All mistakes as one text, in the order of files and lines, closed by a line that counts them.
/// `fancy` is for terminals: with colours.
pub fn report(mistakes: &Mistakes, layers: &Layers, fancy: bool) -> String {
    let theme = if fancy { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler =
        GraphicalReportHandler::new_themed(theme).with_width(10 * WIDTH).with_links(false);
    let shown = shown(mistakes, layers);
    let mut text = String::new();
    for mistake in &shown {
        text.push_str(&mistake.rendered(&handler));
    }
    text.push('\n');
    text.push_str(&summary(&shown, layers));
    text
}

/// All mistakes for machines, in the order of the report.
pub fn told(mistakes: &Mistakes, layers: &Layers) -> Vec<Told> {
    shown(mistakes, layers).into_iter().map(Told::of).collect()
}

/// A mistake for machines.
#[derive(Debug, Serialize)]
pub struct Told {
    /// What is wrong.
    message: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// The key of the specification, such as `tables.0.digits`.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Line, first column and length in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
}

impl Told {
    fn of(shown: Shown) -> Self {
        let file = shown.file().map(|file| file.display().to_string());
        let (line, column, length) = match &shown.place {
            Place::Line { line, column, length, .. } => (Some(*line), Some(*column), Some(*length)),
            Place::File(_) | Place::Nowhere | Place::Key(_) => (None, None, None),
        };
        let Shown { message, help, label: key, .. } = shown;
        Self { message, help, key, file, line, column, length }
    }
}

/// Mistakes with their places, each once, in the order of files and lines.
fn shown(mistakes: &Mistakes, layers: &Layers) -> Vec<Shown> {
    let mut shown: Vec<Shown> = mistakes.iter().map(|m| Shown::new(m, layers)).collect();
    shown.sort_by(|a, b| a.order().cmp(&b.order()));
    shown.dedup();
    shown
}

/// How many there are. What cannot be written is nobody's mistake.
fn summary(all: &[Shown], layers: &Layers) -> String {
    let unwritten = all.iter().filter(|s| s.kind == Kind::Unwritten).count();
    let files = match unwritten {
        0 => String::new(),
        1 => "1 file cannot be written".to_owned(),
        n => format!("{n} files cannot be written"),
    };
    let shown: Vec<&Shown> = all.iter().filter(|s| s.kind != Kind::Unwritten).collect();
    if shown.is_empty() {
        return files;
    }
    let mistakes = counted(&shown, layers);
    if files.is_empty() { mistakes } else { format!("{mistakes}; {files}") }
}

fn counted(shown: &[&Shown], layers: &Layers) -> String {
    let path = layers.path();
    let elsewhere = shown.iter().any(|s| s.file().is_some_and(|file| file != path));
    let count = match shown.len() {
        1 => "1 mistake".to_owned(),
        n => format!("{n} mistakes"),
    };
    match (path.as_os_str().is_empty(), elsewhere) {
        (true, _) => count,
        (false, false) => format!("{count} in {}", path.display()),
        (false, true) => format!("{count} in {} and the files it names", path.display()),
    }
}

/// A mistake with its place looked up.
#[derive(Debug, PartialEq)]
struct Shown {
    kind: Kind,
    message: String,
    help: Option<String>,
    place: Place,
    label: Option<String>,
}

impl Shown {
    fn new(mistake: &Mistake, layers: &Layers) -> Self {
        let (message, help) = (mistake.message.clone(), mistake.help.clone());
        let kind = mistake.kind;
        match &mistake.place {
            Place::Key(at) => Self { kind, ..Self::at_key(message, help, at, layers) },
            Place::File(file) => Self {
                kind,
                message: format!("{}: {message}", file.display()),
                help,
                place: mistake.place.clone(),
                label: None,
            },
            Place::Line { .. } | Place::Nowhere => {
                Self { kind, message, help, place: mistake.place.clone(), label: None }
            }
        }
    }

    /// A key from a file is shown on its line; any other by what set it.
    fn at_key(message: String, help: Option<String>, at: &KeyPath, layers: &Layers) -> Self {
        if let Some(place) = layers.line_of_value(at) {
            let label = (!at.0.is_empty()).then(|| at.to_string());
            return Self { kind: Kind::Spec, message, help, place, label };
        }
        let message = match layers.source(at) {
            Source::Argument(argument) => format!("--set {argument}: {message}"),
            Source::Environment(variable) => format!("environment variable {variable}: {message}"),
            Source::Default | Source::File { .. } => format!("{at}: {message}"),
        };
        Self { kind: Kind::Spec, message, help, place: Place::Nowhere, label: None }
    }

    fn file(&self) -> Option<&PathBuf> {
        match &self.place {
            Place::File(file) | Place::Line { file, .. } => Some(file),
            Place::Nowhere | Place::Key(_) => None,
        }
    }

    fn order(&self) -> (Option<&PathBuf>, usize, usize) {
        match &self.place {
            Place::Line { file, line, column, .. } => (Some(file), *line, *column),
            Place::File(file) => (Some(file), 0, 0),
            Place::Nowhere | Place::Key(_) => (None, 0, 0),
        }
    }

    fn rendered(&self, handler: &GraphicalReportHandler) -> String {
        let mut diagnostic = MietteDiagnostic::new(wrapped(&self.message));
        diagnostic.help = self.help.as_deref().map(wrapped);
        let report = match &self.place {
            Place::Line { file, line, column, length, text } => {
                // A caret behind the end of the line needs something to stand under.
                let behind = *column > text.chars().count();
                let text = if behind { format!("{text} ") } else { text.clone() };
                let source = OneLine { file: file.display().to_string(), line: *line, text };
                let span = source.span(*column, *length);
                let label = LabeledSpan::new_with_span(self.label.clone(), span);
                Report::new(diagnostic.with_label(label)).with_source_code(source)
            }
            Place::File(_) | Place::Nowhere | Place::Key(_) => Report::new(diagnostic),
        };
        let mut text = String::new();
        match handler.render_report(&mut text, report.as_ref()) {
            Ok(()) => text,
            // Only a label outside its source makes rendering fail: the words still help.
            Err(_) => format!("{}\n", self.message),
        }
    }
}

/// Breaks lines at spaces only: miette would break names at their hyphens.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
            width += 1;
        }
        lines.push_str(word);
        width += length;
    }
    lines
}

/// A line of a file that knows its number: miette would count from the start of the file.
#[derive(Debug)]
struct OneLine {
    file: String,
    line: usize,
    text: String,
}

impl OneLine {
    /// The bytes of `length` characters from the `column`-th on.
    fn span(&self, column: usize, length: usize) -> SourceSpan {
        let byte =
            |n: usize| self.text.char_indices().nth(n).map_or(self.text.len(), |(byte, _)| byte);
        let start = byte(column - 1);
        (start, byte(column - 1 + length) - start).into()
    }
}

impl SourceCode for OneLine {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let column =
            self.text.get(..span.offset()).ok_or(MietteError::OutOfBounds)?.chars().count();
        let whole = SourceSpan::from((0, self.text.len()));
        Ok(Box::new(MietteSpanContents::new_named(
            self.file.clone(),
            self.text.as_bytes(),
            whole,
            self.line - 1,
            column,
            1,
        )))
    }
}
