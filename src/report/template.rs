//! Templates: the built-in ones, those of the user, and their errors.

use crate::ident::Located;
use crate::mistake::{Checked, Mistake, Place, suggest};
use crate::report::format::{FORMATS, Format};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The user's templates: file name (`mine.tex.jinja`) → source, from `templates/` beside the
/// specification. A file called like a built-in template takes its place.
pub type UserTemplates = BTreeMap<String, String>;

/// The document that takes in every table of an experiment.
pub const DOCUMENT: &str = "tables.tex.jinja";

/// The LaTeX float of a figure.
pub const FIGURE: &str = "figure.tex.jinja";

/// The name that stands for the built-in table template.
const BUILT_IN: &str = "table";

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
    pub fn file(&self, name: &Located<String>, format: &dyn Format) -> Checked<String> {
        let file = |name: &str| format!("{name}.{}.jinja", format.extension());
        let wanted = file(&name.value);
        if name.value == BUILT_IN || self.user.contains_key(&wanted) {
            return Ok(wanted);
        }
        let names: Vec<&str> = self.user.keys().filter_map(|file| table_template(file)).collect();
        if names.contains(&name.value.as_str()) {
            return Ok(file(BUILT_IN));
        }
        let message = format!("there is no template `{}`", name.value);
        let files: Vec<String> = FORMATS
            .iter()
            .map(|f| format!("`templates/{}.{}.jinja`", name.value, f.extension()))
            .collect();
        let help = format!(
            "{}; {} beside the specification would be one",
            suggest(&name.value, names.into_iter().chain([BUILT_IN])),
            files.join(" or ")
        );
        Err(Mistake::spec(&name.at, message).help(help).into())
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
        let name = error.name().unwrap_or(file);
        let source = self.user.get(name).map(String::as_str).or_else(|| built_in(name));
        let line = error.line().unwrap_or(1);
        let text = source.and_then(|s| s.lines().nth(line - 1)).unwrap_or_default();
        let indent = text.chars().take_while(|c| c.is_whitespace()).count();
        let detail = error.detail().map(|d| format!(": {d}")).unwrap_or_default();
        let path = Path::new("templates").join(name);
        Mistake::file(&path, format!("the template cannot be filled in: {}{detail}", error.kind()))
            .help("templates/README.md lists what a template is given")
            .at(Place::Line {
                file: path,
                line,
                column: indent + 1,
                length: text.trim().chars().count().max(1),
                text: text.to_owned(),
            })
    }
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

/// The source of a built-in template.
fn built_in(file: &str) -> Option<&'static str> {
    if file == DOCUMENT {
        return Some(include_str!("../../templates/tables.tex.jinja"));
    }
    if file == FIGURE {
        return Some(include_str!("../../templates/figure.tex.jinja"));
    }
    let format = FORMATS.iter().find(|f| file == format!("{BUILT_IN}.{}.jinja", f.extension()))?;
    Some(format.template())
}

/// `mine` for `mine.tex.jinja`; nothing for other files.
fn table_template(file: &str) -> Option<&str> {
    FORMATS.iter().find_map(|f| file.strip_suffix(&format!(".{}.jinja", f.extension())))
}
