//! Regions → positions of units in the panel.

use crate::ident::{KeyPath, Located, UnitId, VarName};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::panel::Panel;
use crate::spec::{RegionSpec, RegionUnits, Spec};
use std::collections::{BTreeMap, BTreeSet};

/// Checks that every unit and value that `regions` name is in the data as they stand in the file,
/// before a policy drops any.
pub(super) fn check(regions: &BTreeMap<String, RegionSpec>, raw: &Panel) -> Checked<()> {
    let mut mistakes = Vec::new();
    for region in regions.values() {
        match &region.units {
            RegionUnits::All => {}
            RegionUnits::Listed(units) => mistakes.extend(unknown_units(units, raw)),
            RegionUnits::ByColumn { column, values } => {
                mistakes.extend(unknown_values(column, values, raw));
            }
        }
    }
    Mistakes::unless_empty(mistakes, ())
}

/// Units that the data do not have, and those listed twice.
pub(super) fn unknown_units(units: &[Located<String>], raw: &Panel) -> Vec<Mistake> {
    let positions = raw.units().positions();
    let mut seen = BTreeSet::new();
    let mut mistakes = Vec::new();
    for unit in units {
        if !positions.contains_key(&UnitId(unit.value.clone())) {
            let known = suggest(&unit.value, raw.units().as_slice().iter().map(|u| u.0.as_str()));
            let message = format!("`{}` is no unit of the data", unit.value);
            mistakes.push(Mistake::spec(&unit.at, message).help(known));
        } else if !seen.insert(&unit.value) {
            let message = format!("`{}` is listed twice", unit.value);
            mistakes.push(Mistake::spec(&unit.at, message).help("list each unit once"));
        }
    }
    mistakes
}

fn unknown_values(
    column: &Located<VarName>,
    values: &[Located<String>],
    raw: &Panel,
) -> Vec<Mistake> {
    let texts = raw.attribute(&column.value).unwrap_or_default();
    let known: BTreeSet<&str> =
        texts.iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
    let unknown = values.iter().filter(|value| !known.contains(value.value.as_str()));
    let mistake = |value: &Located<String>| {
        let message = format!("no unit has `{}` in column `{}`", value.value, column.value);
        Mistake::spec(&value.at, message).help(suggest(&value.value, known.iter().copied()))
    };
    unknown.map(mistake).collect()
}

/// Positions of each region's units in `panel`, rising. A region needs two units at least.
pub(super) fn positions(
    regions: &BTreeMap<String, RegionSpec>,
    panel: &Panel,
) -> Checked<BTreeMap<String, Vec<usize>>> {
    let mut mistakes = Vec::new();
    let mut found = BTreeMap::new();
    for (name, region) in regions {
        let positions = members(&region.units, panel);
        if positions.len() < 2 {
            mistakes.push(too_small(name, region, &positions, panel));
        }
        found.insert(name.clone(), positions);
    }
    Mistakes::unless_empty(mistakes, found)
}

/// Units of cells that the regions of `region_equality` do not divide: in none of them, or in two.
pub(super) fn undivided(
    spec: &Spec,
    regions: &BTreeMap<String, Vec<usize>>,
    panel: &Panel,
) -> Vec<Mistake> {
    let grids = spec.grids.values();
    grids
        .filter_map(|grid| {
            let equality = grid.region_equality.as_ref()?;
            let at = equality.at.join("regions");
            let included = grid.include.iter().flat_map(|rule| rule.value.region.iter().flatten());
            let cells = grid.region.iter().chain(included).flat_map(|region| &regions[region]);
            let units: BTreeSet<usize> = cells.copied().collect();
            let holding = |unit: &usize| -> Vec<&str> {
                let names = equality.value.regions.iter().map(String::as_str);
                names.filter(|region| regions[*region].contains(unit)).collect()
            };
            let divided: Vec<(usize, Vec<&str>)> =
                units.iter().map(|unit| (*unit, holding(unit))).collect();
            Some(not_divided(&at, &divided, panel))
        })
        .flatten()
        .collect()
}

fn not_divided(at: &KeyPath, divided: &[(usize, Vec<&str>)], panel: &Panel) -> Vec<Mistake> {
    let name = |unit: usize| panel.units().as_slice()[unit].to_string();
    let list = |units: Vec<String>| match units.len() {
        0..=5 => units.join(", "),
        more => format!("{} and {} more", units[..5].join(", "), more - 5),
    };
    let mut mistakes = Vec::new();
    let none = divided.iter().filter(|(_, regions)| regions.is_empty());
    let none: Vec<String> = none.map(|(unit, _)| name(*unit)).collect();
    if !none.is_empty() {
        let text = format!("units of the cells in none of these regions: {}", list(none));
        let help = "each unit of a cell has to be in one of them: name the missing region, or \
                    declare one for the rest";
        mistakes.push(Mistake::spec(at, text).help(help));
    }
    let several = divided.iter().filter(|(_, regions)| regions.len() > 1);
    let several: Vec<String> = several
        .map(|(unit, regions)| format!("{} ({})", name(*unit), regions.join(", ")))
        .collect();
    if !several.is_empty() {
        let text = format!("units in several of these regions: {}", list(several));
        mistakes.push(Mistake::spec(at, text).help("regions that are compared may not overlap"));
    }
    mistakes
}

fn members(units: &RegionUnits, panel: &Panel) -> Vec<usize> {
    let all = 0..panel.units().len();
    match units {
        RegionUnits::All => all.collect(),
        RegionUnits::Listed(listed) => {
            let listed: BTreeSet<&str> = listed.iter().map(|unit| unit.value.as_str()).collect();
            all.filter(|&i| listed.contains(panel.units().as_slice()[i].0.as_str())).collect()
        }
        RegionUnits::ByColumn { column, values } => {
            let texts = panel.attribute(&column.value).unwrap_or_default();
            let wanted =
                |i: &usize| texts.get(*i).is_some_and(|t| values.iter().any(|v| v.value == *t));
            all.filter(wanted).collect()
        }
    }
}

fn too_small(name: &str, region: &RegionSpec, positions: &[usize], panel: &Panel) -> Mistake {
    let message = match positions.first() {
        None => format!("region `{name}` has no unit"),
        Some(&only) => {
            format!("region `{name}` has one unit only, `{}`", panel.units().as_slice()[only])
        }
    };
    let dropped = panel.repairs.dropped.len();
    Mistake::spec(&region.at, message).help(if dropped > 0 {
        format!(
            "a region needs two units at least; data.missing dropped: {}",
            panel.repairs.dropped.join("; ")
        )
    } else {
        "a region needs two units at least".to_owned()
    })
}
