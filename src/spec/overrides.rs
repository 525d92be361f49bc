//! Single values laid over the layers, by the environment or by `--set`: their keys, their text,
//! and where in the tree they go.

use figment::value::{Dict, Tag, Value};

/// `path` as the layers so far spell it: other capitals (an environment variable has none), and
/// an entry of a list by its id instead of its position.
pub(super) fn existing_names(merged: &Value, path: &[String]) -> Vec<String> {
    let mut value = Some(merged);
    let mut names = Vec::with_capacity(path.len());
    for key in path {
        let name = match value {
            Some(Value::Dict(_, dict)) if !dict.contains_key(key) => {
                dict.keys().find(|k| k.to_lowercase() == key.to_lowercase()).cloned()
            }
            Some(Value::Array(_, items)) => {
                let has_id =
                    |item: &Value| item.find_ref("id").and_then(Value::as_str) == Some(key);
                items.iter().position(has_id).map(|i| i.to_string())
            }
            _ => None,
        };
        let name = name.unwrap_or_else(|| key.clone());
        value = value.and_then(|v| child(v, &name));
        names.push(name);
    }
    names
}

fn child<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    match value {
        Value::Dict(_, dict) => dict.get(key),
        Value::Array(_, items) => key.parse().ok().and_then(|i: usize| items.get(i)),
        _ => None,
    }
}

/// What to merge over `current` so that `path` leads to `leaf`. A list on the way is copied with
/// its one entry changed, because merging replaces lists.
pub(super) fn overlay(current: Option<&Value>, path: &[String], leaf: Value) -> Value {
    match (path.split_first(), current) {
        (None, _) => leaf,
        (Some(_), Some(list @ Value::Array(..))) => {
            let mut list = list.clone();
            assign(&mut list, path, leaf);
            list
        }
        (Some((key, rest)), _) => {
            let inner = overlay(current.and_then(|c| child(c, key)), rest, leaf);
            Value::from(Dict::from([(key.clone(), inner)]))
        }
    }
}

fn assign(value: &mut Value, path: &[String], leaf: Value) {
    let Some((key, rest)) = path.split_first() else {
        *value = leaf;
        return;
    };
    let position: Option<usize> = key.parse().ok();
    match value {
        Value::Array(_, items) if position.is_some_and(|i| i < items.len()) => {
            assign(&mut items[position.expect("checked by the guard")], rest, leaf);
        }
        Value::Dict(_, dict) => {
            let inner = dict.entry(key.clone());
            assign(inner.or_insert_with(|| Value::Dict(Tag::Default, Dict::new())), rest, leaf);
        }
        other => *other = overlay(None, path, leaf),
    }
}

/// The keys of a dotted path; names with dots or spaces stand in quotes, as in TOML.
pub(super) fn key_path(text: &str) -> Option<Vec<String>> {
    let Ok(mut table) = toml::from_str::<toml::Table>(&format!("{text} = 0")) else {
        let names: Vec<String> = text.split('.').map(|k| k.trim().to_owned()).collect();
        return names.iter().all(|k| !k.is_empty()).then_some(names);
    };
    let mut names = Vec::new();
    while let Some((name, value)) = table.into_iter().next() {
        names.push(name);
        table = match value {
            toml::Value::Table(inner) => inner,
            _ => break,
        };
    }
    Some(names)
}

/// A value from the environment or the command line.
pub(super) fn from_text(text: &str) -> Value {
    text.parse::<toml::Value>().map_or_else(|_| Value::from(text), from_toml)
}

pub(super) fn from_toml(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::from(text),
        toml::Value::Integer(number) => Value::from(number),
        toml::Value::Float(number) => Value::from(number),
        toml::Value::Boolean(truth) => Value::from(truth),
        // No key holds a date; as text it meets the usual complaint about the type.
        toml::Value::Datetime(date) => Value::from(date.to_string()),
        toml::Value::Array(items) => {
            Value::from(items.into_iter().map(from_toml).collect::<Vec<Value>>())
        }
        toml::Value::Table(table) => {
            Value::from(table.into_iter().map(|(k, v)| (k, from_toml(v))).collect::<Dict>())
        }
    }
}
