//! The experiment as it is resolved from all its layers.

use super::layers::Layers;
use crate::ident::KeyPath;
use std::path::Path;

/// Settings after merging, with input files called by other names.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved(toml::Table);

impl Resolved {
    /// The settings of `layers`. `named` makes the name of an input file of the key that names it and of
    /// its own name.
    pub fn new(layers: &Layers, named: impl Fn(&KeyPath, &str) -> String) -> Self {
        let mut table = match toml::Value::try_from(layers.merged()) {
            Ok(toml::Value::Table(table)) => table,
            // What was read from TOML has a TOML form.
            Ok(_) | Err(_) => toml::Table::new(),
        };
        let rename = |at: &KeyPath, table: &mut toml::Table, key: &str| {
            if let Some(toml::Value::String(file)) = table.get_mut(key) {
                let own = Path::new(file.as_str()).file_name();
                *file = named(&at.join(key), &own.unwrap_or_default().to_string_lossy());
            }
        };
        for section in ["data", "map", "published"] {
            if let Some(toml::Value::Table(of)) = table.get_mut(section) {
                rename(&KeyPath::root().join(section), of, "file");
            }
        }
        if let Some(toml::Value::Table(weights)) = table.get_mut("weights") {
            for (name, of) in weights.iter_mut() {
                if let toml::Value::Table(of) = of {
                    let at = KeyPath::root().join("weights").join(name);
                    ["file", "names", "polygons", "points"]
                        .iter()
                        .for_each(|key| rename(&at, of, key));
                }
            }
        }
        // Profiles are in effect already.
        table.remove("profile");
        // Of how a run works on cells only what a fit may owe its being to is part of the experiment.
        if let Some(toml::Value::Table(run)) = table.get_mut("run") {
            run.retain(|key, _| key == "retries");
            if run.is_empty() {
                table.remove("run");
            }
        }
        // What a queue is told changes no result.
        table.remove("submit");
        Self(table)
    }

    /// As TOML.
    pub fn toml(&self) -> String {
        toml::to_string_pretty(&self.0).unwrap_or_default()
    }

    /// As JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::to_value(&self.0).unwrap_or_default()
    }
}
