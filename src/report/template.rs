//! Templates: the built-in ones, those of the user, and their errors.

use crate::ident::Located;
use crate::mistake::{Checked, Mistake, Place, suggest};
use crate::report::formats::view::TableView;
use crate::report::formats::{Layout, layouts};
use crate::report::{Content, manuscript, page};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::Path;

/// The user's templates: file name (`mine.tex.jinja`) → source, from `templates/` beside the
/// specification. A file called like a built-in template takes its place.
pub type UserTemplates = BTreeMap<String, String>;

/// The LaTeX float of a figure.
pub const FIGURE: &str = "figure.tex.jinja";

/// The name that stands for the built-in table template.
const BUILT_IN: &str = "table";

/// Steps that a template may take before it counts as one without an end. Chosen with room to spare, not
/// measured.
const FUEL: u64 = 200_000_000;

/// Templates ready to be filled in.
#[derive(Debug)]
pub struct Templates<'a> {
    environment: Environment<'static>,
    user: &'a UserTemplates,
}

impl<'a> Templates<'a> {
    /// The built-in templates and those of the user, in one syntax: `<< value >>`, `<% tag %>`,
    /// `<# comment #>`, which neither LaTeX nor Markdown uses. An undefined value is an error.
    pub fn new(user: &'a UserTemplates) -> Self {
        let mut environment = Environment::new();
        // Lines of errors, in release builds too.
        environment.set_debug(true);
        environment.set_syntax(syntax());
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        let sources = user.clone();
        environment.set_loader(move |name| {
            Ok(sources.get(name).cloned().or_else(|| built_in(name).map(str::to_owned)))
        });
        Self { environment, user }
    }

    /// The file that the template called `name` in a table's specification means in `format`. A
    /// format that the user wrote no template for keeps the built-in one; a name that no file of
    /// the user's bears is a mistake.
    pub fn file(&self, name: &Located<String>, format: &dyn Layout) -> Checked<String> {
        let file = |name: &str| format!("{name}.{}.jinja", format.extension());
        let wanted = file(&name.value);
        if name.value == BUILT_IN || self.user.contains_key(&wanted) {
            return Ok(wanted);
        }
        let own = self.user.keys().filter(|file| built_in(file).is_none());
        let names: Vec<&str> = own.filter_map(|file| table_template(file)).collect();
        if names.contains(&name.value.as_str()) {
            return Ok(file(BUILT_IN));
        }
        let message = format!("there is no template `{}`", name.value);
        let extensions: Vec<&str> = layouts().map(Layout::extension).collect();
        let help = format!(
            "{}; `templates/{}.EXTENSION.jinja` beside the specification would be one, for {}",
            suggest(&name.value, names.into_iter().chain([BUILT_IN])),
            name.value,
            extensions.join(", ")
        );
        Err(Mistake::spec(&name.at, message).help(help).into())
    }

    /// The table laid out in `layout`, by the template called `name` in its specification: what a
    /// larger document takes in.
    pub fn laid_out(
        &self,
        name: &Located<String>,
        layout: &dyn Layout,
        view: &TableView,
    ) -> Checked<String> {
        let file = self.file(name, layout)?;
        let whole = format!("{BUILT_IN}.{}.jinja", layout.extension());
        let body = format!("{}.{}.jinja", layout.body(view), layout.extension());
        let own =
            file != whole || (self.user.contains_key(&whole) && !self.user.contains_key(&body));
        self.render(if own { &file } else { &body }, view)
    }

    /// The file of the table in `layout`: what is laid out, in the document around it.
    pub fn page(
        &self,
        name: &Located<String>,
        layout: &dyn Layout,
        view: &TableView,
    ) -> Checked<Content> {
        let mut text = self.laid_out(name, layout, view)?;
        if let Some(frame) = layout.frame(view) {
            let table = text.trim_end().to_owned();
            text = self.render(frame, &Framed { view, table })?;
        }
        Ok(layout.pack(text))
    }

    /// The template `file` filled in with `context`.
    pub fn render(&self, file: &str, context: &impl Serialize) -> Checked<String> {
        self.environment
            .get_template(file)
            .and_then(|template| template.render(Value::from(Serde(context))))
            .map_err(|error| self.mistake(file, &error).into())
    }

    /// A template's error at its line.
    fn mistake(&self, file: &str, error: &Error) -> Mistake {
        // The innermost error is where the mistake is; those around it tell who took it in.
        let mut error = error;
        while let Some(inner) = error.source().and_then(|e| e.downcast_ref::<Error>()) {
            error = inner;
        }
        let name = error.name().unwrap_or(file);
        let source = self.user.get(name).map(String::as_str).or_else(|| built_in(name));
        let line = error.line().unwrap_or(1);
        let text = source.and_then(|s| s.lines().nth(line - 1)).unwrap_or_default();
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        let detail = error.detail().map(|d| format!(": {d}")).unwrap_or_default();
        let path = Path::new("templates").join(name);
        let help = match error.kind() {
            ErrorKind::TemplateNotFound => {
                "a template may take in the built-in ones and those in `templates/` beside the \
                 specification, by name: none outside that folder"
            }
            ErrorKind::OutOfFuel => {
                "it goes on without an end: look for a loop that is too long, or a \
                                     template that takes itself in"
            }
            _ => "templates/README.md lists what a template is given",
        };
        Mistake::file(&path, format!("the template cannot be filled in: {}{detail}", error.kind()))
            .help(help)
            .at(Place::Line {
                file: path,
                line,
                column: indent + 1,
                length: text.trim().chars().count().max(1),
                text: text.to_owned(),
            })
    }
}

/// What the template of a document around a table is given.
#[derive(Debug, Serialize)]
struct Framed<'a> {
    /// What the table's template is given.
    #[serde(flatten)]
    view: &'a TableView,
    /// The table, laid out.
    table: String,
}

fn syntax() -> SyntaxConfig {
    SyntaxConfig::builder()
        .block_delimiters("<%", "%>")
        .variable_delimiters("<<", ">>")
        .comment_delimiters("<#", "#>")
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("the delimiters are distinct and not empty")
}

/// What says how to write a template.
pub const README: &str = include_str!("../../templates/README.md");

/// The built-in templates: file names and sources.
pub fn built_ins() -> impl Iterator<Item = (&'static str, &'static str)> {
    let figure = (FIGURE, include_str!("../../templates/figure.tex.jinja"));
    let of_tables = layouts().flat_map(|layout| layout.templates().iter().copied());
    of_tables.chain([figure]).chain(page::TEMPLATES).chain(manuscript::TEMPLATES)
}

/// The source of a built-in template.
fn built_in(file: &str) -> Option<&'static str> {
    built_ins().find(|(name, _)| *name == file).map(|(_, source)| source)
}

/// `mine` for `mine.tex.jinja`; nothing for other files.
fn table_template(file: &str) -> Option<&str> {
    layouts().find_map(|f| file.strip_suffix(&format!(".{}.jinja", f.extension())))
}
