//! The settings after all layers, each with where it came from.

use super::layers::{Layers, Source, Whence};
use crate::ident::KeyPath;
use serde_json::json;
use std::fmt::Write;
use toml::{Table, Value};

/// All settings as TOML, sorted, a line each; with `origins` each line says where its value came
/// from. Reading it gives the same settings. A list is one setting, but for lists of tables at
/// the top.
pub fn as_toml(layers: &Layers, origins: bool) -> String {
    let mut text = head(layers);
    let show = Show { layers, origins };
    show.table(&settings(layers), &KeyPath::root(), &mut text);
    text
}

/// All settings as JSON: the tree; with `origins` a list of keys, values and where they came from.
pub fn as_json(layers: &Layers, origins: bool) -> serde_json::Value {
    let settings = settings(layers);
    if !origins {
        return serde_json::to_value(settings).expect("TOML has nothing that JSON has not");
    }
    let mut all = Vec::new();
    leaves(&settings, &KeyPath::root(), &mut |at, value| {
        all.push(json!({
            "key": at.to_string(),
            "value": value,
            "origin": origin(&layers.whence(at)),
        }));
    });
    serde_json::Value::Array(all)
}

fn settings(layers: &Layers) -> Table {
    Table::try_from(layers.merged()).expect("what came from TOML goes back to TOML")
}

fn head(layers: &Layers) -> String {
    let mut text = format!("# Settings of {}", layers.path().display());
    match layers.chain() {
        [] => {}
        chain => {
            let names: Vec<&str> = chain.iter().rev().map(String::as_str).collect();
            let _ = write!(text, " with the profile {}", names.join(" over "));
        }
    }
    text.push('\n');
    text
}

struct Show<'a> {
    layers: &'a Layers,
    origins: bool,
}

impl Show<'_> {
    /// The keys of a table that are no tables, then the tables in it.
    fn table(&self, table: &Table, at: &KeyPath, text: &mut String) {
        let (sections, values): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| {
            value.is_table() || at.0.is_empty() && is_list_of_tables(value)
        });
        for (key, value) in values {
            let line = format!("{} = {value}", key_text(key));
            self.line(&line, &at.join(key), text);
        }
        for (key, value) in sections {
            let at = at.join(key);
            match value {
                Value::Table(inner) => {
                    // A table of tables needs no header of its own.
                    let header = inner.is_empty() || inner.values().any(|v| !v.is_table());
                    if header {
                        let _ = write!(text, "\n[{}]\n", path_text(&at));
                    }
                    self.table(inner, &at, text);
                }
                Value::Array(items) => {
                    for (i, item) in items.iter().enumerate() {
                        let _ = write!(text, "\n[[{}]]\n", path_text(&at));
                        self.entry(item, &at.join(i), text);
                    }
                }
                _ => {}
            }
        }
    }

    /// An entry of a list of tables: tables in it stand on one line.
    fn entry(&self, item: &Value, at: &KeyPath, text: &mut String) {
        for (key, value) in item.as_table().into_iter().flatten() {
            self.line(&format!("{} = {value}", key_text(key)), &at.join(key), text);
        }
    }

    fn line(&self, line: &str, at: &KeyPath, text: &mut String) {
        text.push_str(line);
        if self.origins {
            // A comment ends with its line.
            let whence = self.layers.whence(at).to_string().replace(['\n', '\r'], " ");
            let _ = write!(text, "  # {whence}");
        }
        text.push('\n');
    }
}

fn is_list_of_tables(value: &Value) -> bool {
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    !items.is_empty() && items.iter().all(Value::is_table)
}

/// Every setting in the order in which [`as_toml`] shows them.
fn leaves(table: &Table, at: &KeyPath, found: &mut impl FnMut(&KeyPath, &Value)) {
    for (key, value) in table {
        let at = at.join(key);
        match value {
            Value::Table(inner) => leaves(inner, &at, found),
            Value::Array(items) if at.0.len() == 1 && is_list_of_tables(value) => {
                for (i, item) in items.iter().enumerate() {
                    for (key, value) in item.as_table().into_iter().flatten() {
                        found(&at.join(i).join(key), value);
                    }
                }
            }
            value => found(&at, value),
        }
    }
}

fn key_text(key: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.is_empty() && key.chars().all(bare) {
        key.to_owned()
    } else {
        Value::String(key.to_owned()).to_string()
    }
}

fn path_text(at: &KeyPath) -> String {
    at.0.iter().map(|key| key_text(key)).collect::<Vec<_>>().join(".")
}

fn origin(whence: &Whence<'_>) -> serde_json::Value {
    match whence.source {
        Source::Default => json!({ "kind": "default" }),
        Source::File { path, .. } => json!({
            "kind": "file",
            "file": path.display().to_string(),
            "line": whence.line,
            "profile": whence.profile,
        }),
        Source::Environment(name) => json!({ "kind": "environment", "variable": name }),
        Source::Argument(text) => json!({ "kind": "set", "argument": text }),
    }
}
