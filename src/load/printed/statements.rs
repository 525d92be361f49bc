//! Statements of a text about its tables: a CSV file with a row each, or TOML with `[[claims]]`.

use super::line;
use crate::load::table::{self, Table};
use crate::load::{csv, text};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::printed::{Decimal, Line, Printed, Says, Sign, Statement};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toml::{Spanned, Value};

/// Keys that mean something; any other is a key of a printed column.
const KEYS: [&str; 12] = [
    "text", "place", "table", "term", "sign", "stars", "cites", "value", "head", "called", "says",
    "shows",
];

/// A statement as it is written: what has a value, and a mistake about it to be filled in.
struct Written {
    at: Line,
    blank: Mistake,
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    claims: Vec<Spanned<BTreeMap<String, Value>>>,
}

/// Reads the statements in a file about what is printed.
pub fn statements(file: &Path, printed: &Printed) -> Checked<Vec<Statement>> {
    let written = if file.extension().is_some_and(|e| e == "toml") {
        of_toml(text::Text::decode(file, text::read(file)?)?)?
    } else {
        let table = table::read(file, text::read(file)?, None)?;
        csv::separated(&table)?;
        of_table(&table)
    };
    let keys: BTreeSet<&str> =
        printed.entries.iter().flat_map(|e| &e.keys).map(|(key, _)| key.as_str()).collect();
    let mut mistakes = Vec::new();
    let mut found = Vec::new();
    for statement in written {
        match statement.read(&keys) {
            Ok(statement) => found.push(statement),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    Mistakes::unless_empty(mistakes, found)
}

fn of_table(table: &Table) -> Vec<Written> {
    let row = |row: usize| {
        let cells = table.header.iter().enumerate().map(|(c, name)| (name, table.cell(row, c)));
        let given = cells.filter(|(_, cell)| !cell.is_empty());
        Written {
            at: line(table, row),
            blank: table.mistake(row, 0, ""),
            fields: given.map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect(),
        }
    };
    (0..table.rows.len()).map(row).collect()
}

fn of_toml(text: text::Text) -> Checked<Vec<Written>> {
    let document: Document = toml::from_str(&text.text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        text.mistake(span, error.message())
            .help("expected [[claims]] with text, place, and what is claimed")
    })?;
    let written = |claim: Spanned<BTreeMap<String, Value>>| {
        let span = claim.span();
        let start = span.start..span.start + 1;
        let fields = claim.into_inner().into_iter().map(|(key, value)| (key, plain(&value)));
        Written {
            at: Line { file: text.file.clone(), number: text.line_of(span.start) },
            blank: text.mistake(start, ""),
            fields: fields.collect(),
        }
    };
    Ok(document.claims.into_iter().map(written).collect())
}

/// A value as a cell of a CSV file has it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Written {
    fn get(&self, key: &str) -> Option<String> {
        self.fields.get(key).cloned()
    }

    fn wrong(&self, message: impl Into<String>, help: impl Into<String>) -> Mistake {
        Mistake { message: message.into(), help: Some(help.into()), ..self.blank.clone() }
    }

    fn read(&self, keys: &BTreeSet<&str>) -> Result<Statement, Mistake> {
        let own = |key: &&String| !KEYS.contains(&key.as_str());
        let columns: BTreeMap<String, String> = self
            .fields
            .iter()
            .filter(|(key, _)| own(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if let Some(strange) = columns.keys().find(|key| !keys.contains(key.as_str())) {
            let known = KEYS.into_iter().chain(keys.iter().copied());
            let message =
                format!("`{strange}` is neither a key of a claim nor of a printed column");
            return Err(self.wrong(message, suggest(strange, known)));
        }
        let Some(text) = self.get("text") else {
            return Err(self.wrong("this claim has no `text`", "add the sentence of the text"));
        };
        Ok(Statement {
            at: self.at.clone(),
            text,
            stands: self.get("place").unwrap_or_default(),
            table: self.get("table"),
            term: self.get("term"),
            keys: columns,
            says: self.says()?,
        })
    }

    fn says(&self) -> Result<Says, Mistake> {
        if let Some(sign) = self.get("sign") {
            let known = Sign::ALL.into_iter().find(|(name, _)| *name == sign);
            let Some((_, sign)) = known else {
                let help = suggest(&sign, Sign::ALL.map(|(name, _)| name));
                return Err(self.wrong(format!("there is no sign called `{sign}`"), help));
            };
            if self.get("term").is_none() {
                return Err(
                    self.wrong("a claim of a sign needs a `term`", "add the row of the table")
                );
            }
            return Ok(Says::Sign(sign, self.count("stars")?.unwrap_or(0) as usize));
        }
        if let Some(table) = self.get("cites") {
            let text = self.get("value");
            let value = text.as_deref().map(|text| {
                let help = "write the number as it is printed";
                Decimal::parse(text)
                    .ok_or_else(|| self.wrong(format!("`{text}` is not a number"), help))
            });
            return Ok(Says::Cites { table, value: value.transpose()? });
        }
        match (self.get("head"), self.get("called"), self.count("says")?, self.count("shows")?) {
            (Some(head), Some(called), ..) => Ok(Says::Called { head, called }),
            (_, _, Some(says), Some(shows)) => Ok(Says::Counts { says, shows }),
            _ => {
                let help = "add `sign` (with `term`), `cites`, `head` with `called`, or `says` with `shows`";
                Err(self.wrong("this claim does not say what must hold", help))
            }
        }
    }

    fn count(&self, key: &str) -> Result<Option<u32>, Mistake> {
        let Some(text) = self.get(key) else { return Ok(None) };
        let wrong = |_| self.wrong(format!("`{key}` is `{text}`"), "expected a whole number");
        text.parse().map(Some).map_err(wrong)
    }
}
