//! Profiles: named sets of keys that are laid over the files when they are chosen.
//!
//! `[profile.NAME]` stands in any file that is read, and holds any key of a specification;
//! `inherits` names the profile it is laid over. Where several files declare one profile, its
//! tables are merged in the order of the files. The profile `default` is the files themselves.

use super::layers::{Layer, Source};
use super::locate::{find, line_place};
use crate::mistake::{Kind, Mistake, Place, suggest};
use figment::value::{Dict, Value};
use std::collections::{BTreeMap, BTreeSet};
use toml::de::DeTable;

/// The key of a file that holds its profiles.
pub(super) const KEY: &str = "profile";

/// The key of a profile that names the one it is laid over.
const INHERITS: &str = "inherits";

/// The profile that no file declares: nothing is laid over the files.
pub const DEFAULT: &str = "default";

/// Every declared profile.
#[derive(Debug, Clone, Default)]
pub(super) struct Profiles {
    declared: BTreeMap<String, Declared>,
}

#[derive(Debug, Clone, Default)]
struct Declared {
    /// What each file says, in the order of the files.
    layers: Vec<Layer>,
    /// The profile it is laid over, and the place that says so.
    parent: Option<(String, Place)>,
}

impl Profiles {
    /// Takes the profiles out of the keys of a file.
    pub(super) fn take(&mut self, source: &Source, keys: &mut Dict, mistakes: &mut Vec<Mistake>) {
        match keys.remove(KEY) {
            None => {}
            Some(Value::Dict(_, profiles)) => {
                for (name, keys) in profiles {
                    self.declare(source, name, keys, mistakes);
                }
            }
            Some(_) => {
                let example = "declare one with [profile.nightly] and the keys it sets";
                mistakes.push(wrong(source, &[KEY], "expected a table of profiles", example));
            }
        }
    }

    fn declare(&mut self, source: &Source, name: String, keys: Value, mistakes: &mut Vec<Mistake>) {
        let at = [KEY, &name];
        if name == DEFAULT {
            let message = "the profile `default` cannot be declared: it is the experiment itself";
            let help = "write its keys outside of [profile], or give the profile another name";
            mistakes.push(wrong(source, &at, message, help));
            return;
        }
        let Value::Dict(tag, mut keys) = keys else {
            let help = format!("declare it with [profile.{name}] and the keys it sets");
            mistakes.push(wrong(source, &at, "expected a table", &help));
            return;
        };
        let parent = match keys.remove(INHERITS) {
            None => None,
            Some(Value::String(_, parent)) => {
                Some((parent, place(source, &[KEY, &name, INHERITS])))
            }
            Some(_) => {
                let at = [KEY, &name, INHERITS];
                let help = "write it in quotes: inherits = \"nightly\"";
                mistakes.push(wrong(source, &at, "expected the name of a profile", help));
                None
            }
        };
        let prefix = at.map(str::to_owned).to_vec();
        let declared = self.declared.entry(name).or_default();
        declared.parent = parent.or(declared.parent.take());
        declared.layers.push(Layer {
            source: source.clone(),
            keys: Value::Dict(tag, keys),
            prefix,
        });
    }

    /// The names of all profiles.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.keys().map(String::as_str)
    }

    /// The profile that `name` is laid over.
    pub(super) fn parent(&self, name: &str) -> &str {
        let parent = self.declared.get(name).and_then(|d| d.parent.as_ref());
        parent.map_or(DEFAULT, |(parent, _)| parent)
    }

    /// The profiles that are laid over the files for `name`, the first one first; `None` when
    /// there is no such profile, or the chain does not end.
    pub(super) fn chain(&self, name: &str) -> Option<Vec<&str>> {
        let mut chain: Vec<&str> = Vec::new();
        let mut next = name;
        while next != DEFAULT {
            let (next_name, _) = self.declared.get_key_value(next)?;
            if chain.contains(&next_name.as_str()) {
                return None;
            }
            chain.push(next_name);
            next = self.parent(next);
        }
        chain.reverse();
        Some(chain)
    }

    /// The layers of the profiles of a chain.
    pub(super) fn layers<'a>(&'a self, chain: &'a [&str]) -> impl Iterator<Item = &'a Layer> {
        chain.iter().filter_map(|name| self.declared.get(*name)).flat_map(|d| &d.layers)
    }

    /// What is wrong with the names that profiles inherit from.
    pub(super) fn check(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut reported: BTreeSet<&str> = BTreeSet::new();
        for (name, declared) in &self.declared {
            let Some((parent, place)) = &declared.parent else { continue };
            let mistake = |message: String, help: String| Mistake {
                kind: Kind::Spec,
                message,
                help: Some(help),
                place: place.clone(),
            };
            if parent != DEFAULT && !self.declared.contains_key(parent) {
                let message = format!("there is no profile called `{parent}`");
                mistakes.push(mistake(message, self.suggestion(parent)));
            } else if let Some(circle) = self.circle(name)
                && reported.is_disjoint(&circle.iter().copied().collect())
            {
                let shown: Vec<String> =
                    circle.iter().chain([&circle[0]]).map(|n| format!("`{n}`")).collect();
                let message = format!("profiles inherit in a circle: {}", shown.join(" → "));
                reported.extend(circle);
                mistakes.push(mistake(message, "let one of them inherit \"default\"".to_owned()));
            }
        }
        mistakes
    }

    /// The circle that `name` is part of.
    fn circle<'a>(&'a self, name: &'a str) -> Option<Vec<&'a str>> {
        let mut circle = vec![name];
        let mut next = self.parent(name);
        while next != name {
            if next == DEFAULT || circle.contains(&next) || !self.declared.contains_key(next) {
                return None;
            }
            circle.push(next);
            next = self.parent(next);
        }
        Some(circle)
    }

    /// Advice for a name that no profile has.
    pub(super) fn suggestion(&self, name: &str) -> String {
        suggest(name, self.names().chain([DEFAULT]))
    }
}

fn wrong(source: &Source, at: &[&str], message: &str, help: &str) -> Mistake {
    Mistake {
        kind: Kind::Spec,
        message: message.to_owned(),
        help: Some(help.to_owned()),
        place: place(source, at),
    }
}

/// The place of a value in a file.
fn place(source: &Source, at: &[&str]) -> Place {
    let Source::File { path, text } = source else { return Place::Nowhere };
    let at: Vec<String> = at.iter().map(|key| (*key).to_owned()).collect();
    let span = DeTable::parse(text).ok().and_then(|document| find(&document, &at));
    line_place(path, text, span.map_or(0..0, |entry| entry.value))
}
