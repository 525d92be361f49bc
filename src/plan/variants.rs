//! The values of the axis of robustness checks, and what each changes.
//!
//! A variant that leaves out one unit, year or region at a time has a value for each that the cell
//! can lose: the units of its region, the periods of its sample, the regions that overlap with its
//! own without covering it. They are known when the data are open, from the [`Roster`].

use super::Cell;
use super::expand::Ground;
use crate::ident::{Period, UnitId};
use crate::mistake::{Mistake, suggest};
use crate::model::LagSet;
use crate::model::change::{Change, LeaveOut, Placebo, Roster, Tails, Without};
use crate::plan::CellAxes;
use crate::spec::variants::{Family, VariantName, VariantSpec};
use crate::spec::{GridSpec, Spec};
use std::collections::BTreeSet;

/// The single values that `patterns` stand for in cells of this region and these lags, each once.
pub(super) fn members(
    ground: Ground<'_>,
    patterns: &[VariantName],
    region: &str,
    lags: &LagSet,
) -> Vec<VariantName> {
    let mut found: Vec<VariantName> = Vec::new();
    let mut seen: BTreeSet<VariantName> = BTreeSet::new();
    for pattern in patterns {
        let variant = &ground.spec.variants[&pattern.family];
        let names: Vec<Option<String>> = match variant.family {
            None => vec![None],
            Some(Family::Draws(draws)) => (1..=draws).map(|d| Some(d.to_string())).collect(),
            Some(Family::LeaveOut(what)) => {
                let there = ground.roster.map(|roster| there(roster, variant, what, region, lags));
                there.unwrap_or_default().into_iter().map(Some).collect()
            }
        };
        for member in names {
            let name = VariantName { family: pattern.family.clone(), member };
            if pattern.covers(&name) && seen.insert(name.clone()) {
                found.push(name);
            }
        }
    }
    found
}

/// What there is to leave out one at a time, beside what the variant leaves out anyway.
fn there(
    roster: &Roster,
    variant: &VariantSpec,
    what: LeaveOut,
    region: &str,
    lags: &LagSet,
) -> Vec<String> {
    let units_of = |region: &str| roster.regions.get(region).map(Vec::as_slice).unwrap_or_default();
    let gone: BTreeSet<&UnitId> =
        variant.without.regions.iter().flat_map(|region| units_of(region)).collect();
    let stays = |unit: &UnitId| {
        !gone.contains(unit) && !variant.without.units.iter().any(|u| u.value == unit.0)
    };
    let own: Vec<&UnitId> = units_of(region).iter().filter(|unit| stays(unit)).collect();
    match what {
        LeaveOut::Unit => own.into_iter().map(ToString::to_string).collect(),
        LeaveOut::Year => {
            let out = |period: &Period| variant.without.years.iter().any(|y| y.value == *period);
            let periods = window(roster, variant, lags).iter().copied();
            let periods = periods.filter(|period| within(variant, *period) && !out(period));
            periods.map(|period| period.to_string()).collect()
        }
        LeaveOut::Region => {
            let part = |region: &str| {
                let other: BTreeSet<&UnitId> = units_of(region).iter().collect();
                let lost = own.iter().filter(|unit| other.contains(**unit)).count();
                lost > 0 && lost < own.len()
            };
            roster.regions.keys().filter(|region| part(region)).cloned().collect()
        }
    }
}

/// The periods that lags or leads leave.
fn window<'r>(roster: &'r Roster, variant: &VariantSpec, lags: &LagSet) -> &'r [Period] {
    let deepest = (lags.deepest() as usize).min(roster.periods.len());
    if variant.placebo == Some(Placebo::Lead) {
        &roster.periods[..roster.periods.len() - deepest]
    } else {
        &roster.periods[deepest..]
    }
}

fn within(variant: &VariantSpec, period: Period) -> bool {
    let years = variant.years.as_ref().map(|years| years.value);
    years.is_none_or(|(first, last)| (first..=last).contains(&period))
}

/// What the variant called `name` changes.
pub(super) fn change(spec: &Spec, name: &VariantName) -> Change {
    let variant = &spec.variants[&name.family];
    let mut without = Without {
        units: variant.without.units.iter().map(|unit| unit.value.clone()).collect(),
        regions: variant.without.regions.iter().cloned().collect(),
        periods: variant.without.years.iter().map(|year| year.value).collect(),
    };
    let mut draw = None;
    if let (Some(family), Some(member)) = (variant.family, &name.member) {
        match family {
            Family::Draws(_) => draw = member.parse().ok(),
            Family::LeaveOut(LeaveOut::Unit) => without.units.extend([member.clone()]),
            Family::LeaveOut(LeaveOut::Region) => without.regions.extend([member.clone()]),
            Family::LeaveOut(LeaveOut::Year) => {
                without.periods.extend(member.parse().ok().map(Period));
            }
        }
    }
    let tails = variant.tails.as_ref().map(|tails| Tails {
        rule: tails.rule,
        share: tails.share,
        columns: tails.columns.as_ref().map(|all| all.iter().map(|c| c.value.clone()).collect()),
    });
    let years = variant.years.as_ref().map(|years| years.value);
    Change { years, without, tails, placebo: variant.placebo, draw }
}

/// Whether the year that a cell leaves out comes after the periods that a common sample drops.
pub(super) fn in_sample(ground: Ground<'_>, cell: &Cell) -> bool {
    let name = &cell.axes.variant;
    let family = ground.spec.variants[&name.family].family;
    let (Some(Family::LeaveOut(LeaveOut::Year)), Some(roster)) = (family, ground.roster) else {
        return true;
    };
    let year = name.member.as_ref().and_then(|member| member.parse().ok()).map(Period);
    year.is_some_and(|year| roster.periods.iter().skip(cell.skip).any(|period| *period == year))
}

/// Values of the axis that no cell has: a unit that is in no region of the grid.
pub(super) fn empty_variants(grid: &GridSpec, all: &[CellAxes]) -> Vec<Mistake> {
    let empty = grid.variant.iter().filter(|name| !all.iter().any(|a| name.covers(&a.variant)));
    let mistake = |name: &VariantName| {
        let message = format!("variant `{name}` makes no cell of this grid");
        let siblings = all.iter().map(|a| &a.variant).filter(|v| v.family == name.family);
        let siblings: BTreeSet<String> = siblings.map(ToString::to_string).collect();
        let help = if siblings.is_empty() {
            "there is nothing it could leave out".to_owned()
        } else {
            suggest(&name.to_string(), siblings.iter().map(String::as_str))
        };
        Mistake::spec(&grid.at.join("variant"), message).help(help)
    };
    empty.map(mistake).collect()
}

/// Variants that change nothing in some of `cells`, or name columns that no cell has.
pub(super) fn idle_variants(spec: &Spec, cells: &[Cell]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (name, variant) in &spec.variants {
        let own: Vec<&Cell> = cells.iter().filter(|c| c.axes.variant.family == *name).collect();
        if own.is_empty() {
            continue;
        }
        mistakes.extend(idle_lead(name, variant, &own));
        mistakes.extend(idle_columns(name, variant, &own));
    }
    mistakes
}

/// A lead stands in the place of a lag; a measure without lags has none.
fn idle_lead(name: &str, variant: &VariantSpec, cells: &[&Cell]) -> Option<Mistake> {
    let idle = |cell: &&&Cell| cell.change.leads() && cell.axes.lags.deepest() == 0;
    let cell = cells.iter().find(idle)?;
    let message = format!(
        "variant `{name}` puts leads in the place of lags, and cell {} has none",
        cell.label()
    );
    let help = format!(
        "give the grid lags, such as lags = [[0, 1]], or leave these cells out: \
         exclude = [{{ variant = \"{name}\", lags = 0 }}]"
    );
    Some(Mistake::spec(&variant.at.join("placebo"), message).help(help))
}

fn idle_columns(name: &str, variant: &VariantSpec, cells: &[&Cell]) -> Vec<Mistake> {
    let tails = variant.tails.as_ref();
    let Some(columns) = tails.and_then(|tails| tails.columns.as_ref()) else { return Vec::new() };
    let of = |cell: &Cell| cell.change.tails.as_ref().map(|tails| tails.columns_of(&cell.model));
    let mut mistakes = Vec::new();
    for column in columns {
        let has = |cell: &&Cell| of(cell).is_some_and(|found| found.contains(&column.value));
        if !cells.iter().any(has) {
            let known: BTreeSet<&str> = cells.iter().flat_map(|cell| variables(cell)).collect();
            let message = format!("no cell of variant `{name}` has a column `{}`", column.value);
            mistakes.push(
                Mistake::spec(&column.at, message).help(suggest(column.value.as_str(), known)),
            );
        }
    }
    let without = cells.iter().find(|cell| of(cell).is_some_and(|found| found.is_empty()));
    if let (Some(cell), true) = (without, mistakes.is_empty()) {
        let message = format!(
            "variant `{name}` changes nothing in cell {}: it has none of them",
            cell.label()
        );
        let help = "add a column that it has, or exclude the cell";
        mistakes.push(Mistake::spec(&variant.at.join("columns"), message).help(help));
    }
    mistakes
}

fn variables(cell: &Cell) -> impl Iterator<Item = &str> {
    let regressors = cell.model.regressors.iter().map(|r| r.variable.as_str());
    std::iter::once(cell.model.response.as_str()).chain(regressors)
}
