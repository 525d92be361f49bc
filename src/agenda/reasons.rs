//! Why a cell has no record that counts: what changed since there was one, from what to what.

use super::links::{self, Linked};
use crate::ident::{CellId, Digest};
use crate::inputs::Inputs;
use crate::mistake::Checked;
use crate::plan::{Cell, asked};
use crate::run::Item;
use crate::spec::Spec;
use crate::store::local::{Last, Local, PanelCopy};
use crate::store::records::Records;
use crate::store::{MadeFrom, Record};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Differences that are named one by one; of more, their number is said.
pub(super) const NAMED: usize = 3;

/// Finds reasons.
#[derive(Debug)]
pub struct Reasons<'a> {
    spec: &'a Spec,
    inputs: &'a Inputs,
    records: &'a Records,
    last: Last,
    /// The panel of the last run, if it is kept.
    before: Option<PanelCopy>,
    now: PanelCopy,
}

impl<'a> Reasons<'a> {
    /// Looks up what the last run had.
    pub fn new(spec: &'a Spec, inputs: &'a Inputs, records: &'a Records, local: &Local) -> Self {
        let last = local.last();
        let before = local.panel(&last.panel);
        Self { spec, inputs, records, last, before, now: copy(inputs) }
    }

    /// What changed since there was a record of this cell, or of one with its label; empty when there
    /// never was.
    pub fn of(&self, item: &Item<'_>) -> Checked<Vec<String>> {
        if let Some(old) = self.record(&item.cell.id)? {
            return Ok(self.made_otherwise(&old.made_from, item));
        }
        let Some(version) = self.last.cells.get(&item.cell.label()) else { return Ok(Vec::new()) };
        let Some(entry) = self.records.find(&version.cell, &version.key) else {
            return Ok(vec!["its record was forgotten".to_owned()]);
        };
        let old = self.records.read(&entry)?;
        let mut found = differences(&old.asked, &asked(self.spec, item.cell));
        if old.made_from.versions != item.made_from.versions {
            found.extend(versions(&old.made_from.versions, &item.made_from.versions));
        }
        if found.is_empty() {
            found.push("it asks something else than it did".to_owned());
        }
        Ok(found)
    }

    /// The record of a cell that was current last.
    fn record(&self, cell: &CellId) -> Checked<Option<Record>> {
        let entry = match self.records.current(cell) {
            Some(entry) => Some(entry),
            None => self.records.versions(cell).into_iter().next(),
        };
        entry.map(|entry| self.records.read(&entry)).transpose()
    }

    fn made_otherwise(&self, old: &MadeFrom, item: &Item<'_>) -> Vec<String> {
        let new = &item.made_from;
        let mut found = versions(&old.versions, &new.versions);
        let axis = &*item.cell.axes.weights;
        let of_errors = item.cell.error_weights.as_deref().unwrap_or(axis);
        for (name, changed) in [
            (axis, old.weights != new.weights),
            (of_errors, old.error_weights != new.error_weights),
        ] {
            if !changed {
                continue;
            }
            match self.links(item.cell, name) {
                Some(links) => found.push(links),
                None if old.sample == new.sample => {
                    found.push(format!("the links of weights `{name}`"));
                }
                None => found.push(format!("weights `{name}`, or the units they link")),
            }
        }
        if old.sample != new.sample {
            let numbers = self.numbers(item.cell);
            if numbers.is_empty() {
                found.push(format!(
                    "the numbers of its sample ({} → {})",
                    short(old.sample),
                    short(new.sample)
                ));
            }
            found.extend(numbers);
        } else if old.facts != new.facts {
            found.push("which values were filled, dropped or drawn in".to_owned());
        }
        found
    }

    /// The numbers of the panel behind this cell that are others than in the last run.
    fn numbers(&self, cell: &Cell) -> Vec<String> {
        let Some(before) = &self.before else { return Vec::new() };
        let mut found = Vec::new();
        found.extend(membership("unit", &before.units, &self.now.units));
        found.extend(membership("period", &before.periods, &self.now.periods));
        let region = &cell.axes.region;
        let (then, units) = (members(before, region), members(&self.now, region));
        if before.regions.contains_key(region) {
            // Units that came to the data, or left them, are named above.
            let both = |units: &BTreeSet<&str>, other: &PanelCopy| -> Vec<String> {
                let there = units.iter().filter(|u| other.units.iter().any(|o| o == *u));
                there.map(|u| (*u).to_owned()).collect()
            };
            let (then, now) = (both(&then, &self.now), both(&units, before));
            found.extend(membership(&format!("region {region}: unit"), &then, &now));
        }
        let mut changed = 0;
        for column in self.columns(cell) {
            for (unit, period, old, new) in moved(before, &self.now, &column, &units) {
                changed += 1;
                if changed <= NAMED {
                    let (old, new) = (shown(old), shown(new));
                    found.push(format!("{column} of {unit} in {period}: {old} → {new}"));
                }
            }
        }
        if changed > NAMED {
            found.push(format!("and {} more values", changed - NAMED));
        }
        found
    }

    /// Which links among the units of the cell's region are others than in the last run; `None`
    /// where that is not known, or none is.
    fn links(&self, cell: &Cell, name: &str) -> Option<String> {
        let before = self.before.as_ref()?;
        let region = &cell.axes.region;
        let (then, now) = (linked(before, name, region)?, linked(&self.now, name, region)?);
        links::changes(name, &then, &now)
    }

    /// The raw columns behind the cell.
    fn columns(&self, cell: &Cell) -> BTreeSet<String> {
        std::iter::once(&cell.model.response)
            .chain(cell.model.regressors.iter().map(|r| &r.variable))
            .filter_map(|v| self.inputs.sources.get(v))
            .flatten()
            .map(ToString::to_string)
            .collect()
    }
}

/// A copy of the numbers of a panel.
pub fn copy(inputs: &Inputs) -> PanelCopy {
    let panel = &inputs.panel;
    let raw: BTreeSet<_> = inputs.sources.values().flatten().collect();
    PanelCopy {
        units: panel.units().as_slice().iter().map(|u| u.0.clone()).collect(),
        periods: panel.periods().iter().map(|p| p.0).collect(),
        columns: raw
            .into_iter()
            .filter_map(|name| Some((name.to_string(), panel.column(name)?.to_vec())))
            .collect(),
        regions: inputs.regions.clone(),
        links: inputs.links.iter().map(|(name, of)| (name.clone(), of.links.clone())).collect(),
    }
}

/// The units of a region; none where it is not known.
fn members<'a>(copy: &'a PanelCopy, region: &str) -> BTreeSet<&'a str> {
    let positions = copy.regions.get(region).into_iter().flatten();
    positions.filter_map(|&i| copy.units.get(i)).map(String::as_str).collect()
}

/// The links of a weights matrix among the units of a region, by name.
fn linked<'a>(copy: &'a PanelCopy, weights: &str, region: &str) -> Option<Linked<'a>> {
    let units = members(copy, region);
    let name = |i: usize| copy.units.get(i).map(String::as_str).filter(|u| units.contains(u));
    let links = copy.links.get(weights)?.iter();
    Some(links.filter_map(|&(i, j, w)| Some(((name(i)?, name(j)?), w))).collect())
}

fn short(hash: Option<Digest>) -> String {
    hash.map_or_else(|| "none".to_owned(), |hash| format!("{hash:.8}"))
}

fn shown(value: Option<f64>) -> String {
    value.map_or_else(|| "missing".to_owned(), |value| value.to_string())
}

fn membership<T: PartialEq + ToString>(what: &str, before: &[T], now: &[T]) -> Vec<String> {
    let listed = |items: Vec<&T>| {
        let names: Vec<String> = items.iter().take(NAMED).map(|item| item.to_string()).collect();
        let more = items.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{}{more}", names.join(", ")))
    };
    let added = listed(now.iter().filter(|item| !before.contains(item)).collect());
    let gone = listed(before.iter().filter(|item| !now.contains(item)).collect());
    [added.map(|n| format!("{what}s added: {n}")), gone.map(|n| format!("{what}s gone: {n}"))]
        .into_iter()
        .flatten()
        .collect()
}

type Moved<'a> = (&'a str, i64, Option<f64>, Option<f64>);

/// Values of a column that differ, among the units given and the periods of both panels.
fn moved<'a>(
    before: &PanelCopy,
    now: &'a PanelCopy,
    column: &str,
    units: &BTreeSet<&str>,
) -> Vec<Moved<'a>> {
    let Some(new) = now.columns.get(column) else { return Vec::new() };
    let old = before.columns.get(column);
    let place: BTreeMap<&str, usize> =
        before.units.iter().enumerate().map(|(i, unit)| (unit.as_str(), i)).collect();
    let mut found = Vec::new();
    for (t, &period) in now.periods.iter().enumerate() {
        let Some(s) = before.periods.iter().position(|&p| p == period) else { continue };
        for (i, unit) in now.units.iter().enumerate() {
            let (Some(&j), true) = (place.get(unit.as_str()), units.contains(unit.as_str())) else {
                continue;
            };
            let was = old.and_then(|old| old.get(s * before.units.len() + j).copied().flatten());
            let is = new.get(t * now.units.len() + i).copied().flatten();
            if was.map(f64::to_bits) != is.map(f64::to_bits) {
                found.push((unit.as_str(), period, was, is));
            }
        }
    }
    found
}

fn versions(old: &BTreeMap<String, u32>, new: &BTreeMap<String, u32>) -> Vec<String> {
    let number = |of: Option<&u32>| of.map_or_else(|| "none".to_owned(), ToString::to_string);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .map(|name| {
            format!("version of {name}: {} → {}", number(old.get(name)), number(new.get(name)))
        })
        .collect()
}

/// Where two descriptions differ: the path, what was there, what is.
pub fn differences(old: &Value, new: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", old, new, &mut found);
    found
}

fn compare(path: &str, old: &Value, new: &Value, found: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let of = |map: &serde_json::Map<String, Value>| {
                    map.get(key).cloned().unwrap_or(Value::Null)
                };
                compare(&path, &of(a), &of(b), found);
            }
        }
        _ if old == new => {}
        _ => match names(old).zip(names(new)).filter(|_| path == "region.listed") {
            Some((old, new)) => found.extend(membership("region: unit", &old, &new)),
            None => found.push(format!("{path}: {} → {}", brief(old), brief(new))),
        },
    }
}

/// The names in a list of names.
fn names(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

/// A value in a few words.
fn brief(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(brief).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => match (map.get("variable"), map.get("lag")) {
            (Some(Value::String(variable)), Some(Value::Number(lag))) if map.len() == 2 => {
                match lag.as_i64() {
                    Some(0) => variable.clone(),
                    Some(lag) if lag < 0 => format!("{variable}@lead{}", -lag),
                    Some(_) | None => format!("{variable}@lag{lag}"),
                }
            }
            _ => {
                let parts: Vec<String> =
                    map.iter().map(|(key, value)| format!("{key} {}", brief(value))).collect();
                parts.join(" ")
            }
        },
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_name_the_path_and_both_values() {
        let old = json!({"model": {"effects": "none", "regressors": [{"variable": "x", "lag": 0}]},
                         "seed": 1});
        let new = json!({"model": {"effects": "two-way", "regressors": [{"variable": "x", "lag": 1}]},
                         "seed": 1, "years": [2000, 2010]});
        let found = differences(&old, &new);
        assert_eq!(
            found,
            [
                "model.effects: none → two-way",
                "model.regressors: [x] → [x@lag1]",
                "years: none → [2000, 2010]"
            ]
        );
    }

    #[test]
    fn a_changed_value_is_named_by_unit_and_period() {
        let panel = |value| PanelCopy {
            units: vec!["a".to_owned(), "b".to_owned()],
            periods: vec![2001, 2002],
            columns: [("x".to_owned(), vec![Some(1.0), Some(2.0), Some(3.0), value])].into(),
            regions: BTreeMap::new(),
            links: BTreeMap::new(),
        };
        let (old, new) = (panel(Some(4.0)), panel(Some(4.5)));
        let all = ["a", "b"].into();
        assert_eq!(moved(&old, &new, "x", &all), [("b", 2002, Some(4.0), Some(4.5))]);
        assert_eq!(moved(&old, &new, "x", &["a"].into()), []);
        assert_eq!(
            membership("unit", &old.units, &["a".to_owned(), "c".to_owned()]),
            ["units added: c", "units gone: b"]
        );
    }
}
