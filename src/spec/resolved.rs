//! The experiment as it is resolved from all its layers.

use super::layers::Layers;
use std::path::Path;

/// Settings after merging, with input files called by other names.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolved(toml::Table);

impl Resolved {
    /// The settings of `layers`. `named` makes the name of an input file of `data`, of `published`, or of the
    /// name of its weights, and of its own name.
    pub fn new(layers: &Layers, named: impl Fn(&str, &str) -> String) -> Self {
        let mut table = match toml::Value::try_from(layers.merged()) {
            Ok(toml::Value::Table(table)) => table,
            // What was read from TOML has a TOML form.
            Ok(_) | Err(_) => toml::Table::new(),
        };
        let rename_in = |key: &str, table: &mut toml::Table, of: &str| {
            if let Some(toml::Value::String(file)) = table.get_mut(of) {
                let own = Path::new(file.as_str()).file_name();
                *file = named(key, &own.unwrap_or_default().to_string_lossy());
            }
        };
        let rename = |key: &str, table: &mut toml::Table| rename_in(key, table, "file");
        if let Some(toml::Value::Table(data)) = table.get_mut("data") {
            rename("data", data);
        }
        if let Some(toml::Value::Table(map)) = table.get_mut("map") {
            rename("map", map);
        }
        if let Some(toml::Value::Table(published)) = table.get_mut("published") {
            rename("published", published);
        }
        if let Some(toml::Value::Table(weights)) = table.get_mut("weights") {
            for (name, of) in weights.iter_mut() {
                if let toml::Value::Table(of) = of {
                    ["file", "names", "polygons", "points"]
                        .iter()
                        .for_each(|key| rename_in(name, of, key));
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
