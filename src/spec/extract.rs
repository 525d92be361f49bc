//! Merged layers → raw mirror, past every mistake.
//!
//! serde stops at the first thing that does not fit. So what does not fit is reported, taken out
//! of the tree, and the rest is read again, until it fits. Later passes ask [`Extracted::reported`]
//! so as not to complain again about what is gone.

use super::layers::Layers;
use super::raw::RawSpec;
use crate::ident::KeyPath;
use crate::mistake::{Mistake, nearest, suggest};
use figment::error::{Actual, Kind};
use figment::value::{Dict, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What could be read, and what was taken out.
pub(super) struct Extracted {
    /// The mirror of all that fits.
    pub raw: RawSpec,
    /// What did not fit.
    pub mistakes: Vec<Mistake>,
    /// Places that were reported, by their original paths.
    reported: BTreeSet<KeyPath>,
    /// For each list that entries were taken out of: their original positions.
    taken: BTreeMap<KeyPath, BTreeSet<usize>>,
}

/// Reads the merged layers.
pub(super) fn extract(layers: &Layers) -> Extracted {
    let mut tree = Value::from(layers.merged().clone());
    let mut extracted = Extracted {
        raw: RawSpec::default(),
        mistakes: Vec::new(),
        reported: BTreeSet::new(),
        taken: BTreeMap::new(),
    };
    // Each turn takes one value out, so there are no more turns than values.
    while let Err(error) = tree.deserialize().map(|raw| extracted.raw = raw) {
        let path = KeyPath(error.path.clone());
        let original = extracted.original(&path);
        extracted.mistakes.push(mistake(layers, &original, &error.kind));
        extracted.report(&original, &error.kind);
        if !extracted.take_out(&mut tree, &path) {
            break;
        }
    }
    extracted
}

impl Extracted {
    /// Whether the value at `at` was reported, or something it is part of or has as a part.
    /// `at` counts list entries as the mirror has them.
    pub(super) fn reported(&self, at: &KeyPath) -> bool {
        let at = self.original(at);
        self.reported.iter().any(|r| r.0.starts_with(&at.0) || at.0.starts_with(&r.0))
    }

    /// The path in the layers of a path in the mirror, whose lists have lost entries.
    pub(super) fn original(&self, at: &KeyPath) -> KeyPath {
        let mut path = KeyPath::root();
        for key in &at.0 {
            let taken = self.taken.get(&path);
            let position = key.parse().ok().zip(taken).map(|(i, taken)| nth_left(taken, i));
            path = position.map_or_else(|| path.join(key), |i| path.join(i));
        }
        path
    }

    /// Remembers what is wrong. An unknown key that is near a known one stands for that one too:
    /// nobody needs to hear that `measures` is missing beside `measure` being unknown.
    fn report(&mut self, at: &KeyPath, kind: &Kind) {
        self.reported.insert(at.clone());
        if let (Kind::UnknownField(name, known), Some((_, parent))) = (kind, at.0.split_last())
            && let Some(meant) = nearest(name, known.iter().copied())
        {
            self.reported.insert(KeyPath(parent.to_vec()).join(meant));
        }
    }

    /// Takes the value at `path` out of the tree; whether there was one.
    fn take_out(&mut self, tree: &mut Value, path: &KeyPath) -> bool {
        let Some((last, parent)) = path.0.split_last() else { return false };
        let list = self.original(&KeyPath(parent.to_vec()));
        let original = self.original(path);
        match descend(tree, parent) {
            Some(Value::Dict(_, dict)) => dict.remove(last).is_some(),
            Some(Value::Array(_, items)) => {
                let Some(i) = last.parse().ok().filter(|&i: &usize| i < items.len()) else {
                    return false;
                };
                items.remove(i);
                let position = original.0.last().and_then(|k| k.parse().ok()).unwrap_or(i);
                self.taken.entry(list).or_default().insert(position);
                true
            }
            _ => false,
        }
    }
}

/// The original position of the `i`-th entry that is left.
fn nth_left(taken: &BTreeSet<usize>, i: usize) -> usize {
    (0..).filter(|position| !taken.contains(position)).nth(i).unwrap_or(i)
}

fn descend<'t>(tree: &'t mut Value, path: &[String]) -> Option<&'t mut Value> {
    path.iter().try_fold(tree, |value, key| match value {
        Value::Dict(_, dict) => Dict::get_mut(dict, key),
        Value::Array(_, items) => key.parse().ok().and_then(|i: usize| items.get_mut(i)),
        _ => None,
    })
}

fn mistake(layers: &Layers, at: &KeyPath, kind: &Kind) -> Mistake {
    let (message, help) = match kind {
        Kind::UnknownField(name, known) => {
            let parent = KeyPath(at.0[..at.0.len().saturating_sub(1)].to_vec());
            let section = if parent.0.is_empty() {
                "at the top of a specification".to_owned()
            } else {
                format!("in `{parent}`")
            };
            let mistake = Mistake::spec(at, format!("there is no key `{name}` {section}"))
                .help(suggest(name, known.iter().copied()));
            return match layers.line_of_key(at) {
                Some(place) => mistake.at(place),
                None => mistake,
            };
        }
        Kind::UnknownVariant(name, known) => {
            let options: Vec<String> = known.iter().map(|k| format!("`{k}`")).collect();
            let expected = format!("expected one of {}", options.join(", "));
            let help = nearest(name, known.iter().copied())
                .map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let key = at.0.iter().rev().find(|k| k.parse::<usize>().is_err());
            let key = key.map_or("this key", String::as_str);
            (format!("`{name}` is not a value of `{key}`"), format!("{help}{expected}"))
        }
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            (format!("expected {}, found {}", wanted(expected), shown(found)), String::new())
        }
        Kind::InvalidLength(found, expected) => {
            let of = expected.trim_start_matches("an array of length ");
            let help = "write a list of as many entries, such as [\"yes\", \"no\"] for two";
            (format!("expected a list of {of} entries, found {found}"), help.to_owned())
        }
        other => (other.to_string(), String::new()),
    };
    let mistake = Mistake::spec(at, message);
    if help.is_empty() { mistake } else { mistake.help(help) }
}

/// serde's name of a type in the words of a person who writes TOML.
fn wanted(expected: &str) -> String {
    match expected {
        "a string" => "a text in quotes",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i64" => "a whole number",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other if other.starts_with("enum ") => "a name in quotes",
        other => other,
    }
    .to_owned()
}

fn shown(found: &Actual) -> String {
    match found {
        Actual::Bool(truth) => format!("`{truth}`"),
        Actual::Unsigned(number) => format!("the number {number}"),
        Actual::Signed(number) => format!("the number {number}"),
        Actual::Float(number) => format!("the number {number}"),
        Actual::Str(text) => format!("the text \"{text}\""),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a table".to_owned(),
        other => other.to_string(),
    }
}
