//! Weights that change over time: made once for each period.

use super::keep;
use super::weights::{self, Joined};
use crate::ident::Period;
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::panel::Panel;
use crate::spec::{Spec, WeightsSpec};
use crate::weights::Links;
use std::collections::BTreeMap;

/// The links of each period.
pub(super) type OfPeriods = BTreeMap<Period, Links>;
/// The files of a period, joined with the units of the data.
pub(super) type Files<'s> = BTreeMap<Period, BTreeMap<&'s String, Joined>>;

/// Reads the file of each period of the data, for all weights that have one.
pub(super) fn read<'s>(spec: &'s Spec, raw: &Panel) -> Checked<Files<'s>> {
    let mut mistakes = Vec::new();
    let mut all = Files::new();
    let patterns: Vec<(&String, &WeightsSpec)> =
        spec.weights.iter().filter(|(_, w)| w.has_file_of_period()).collect();
    if patterns.is_empty() {
        return Ok(all);
    }
    for &period in raw.periods() {
        let files = all.entry(period).or_default();
        for (name, weights) in &patterns {
            let own = weights.of_period(period);
            let read = weights::read(spec, &own);
            let joined = read.and_then(|material| weights::join(&material, &own, raw.units()));
            files.extend(keep(&mut mistakes, joined).map(|joined| (*name, joined)));
        }
    }
    Mistakes::unless_empty(mistakes, all)
}

/// The links of all periods together, each with its mean weight over all periods.
pub(super) fn together(periods: &OfPeriods) -> Links {
    let mut sums: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    for &(from, to, weight) in periods.values().flat_map(|links| &links.links) {
        *sums.entry((from, to)).or_insert(0.0) += weight / periods.len() as f64;
    }
    Links {
        units: periods.values().next().map(|links| links.units.clone()).unwrap_or_default(),
        links: sums.into_iter().map(|((from, to), weight)| (from, to, weight)).collect(),
    }
}

/// The links of each period among the units of `panel`, of all weights that change, and the check of
/// those without neighbours.
pub(super) fn make(
    spec: &Spec,
    (always, files): (&BTreeMap<&String, Joined>, &Files<'_>),
    raw: &Panel,
    panel: &Panel,
) -> Checked<BTreeMap<String, OfPeriods>> {
    let mut mistakes = Vec::new();
    let mut all: BTreeMap<String, OfPeriods> = BTreeMap::new();
    let wanted = wanted(spec);
    if wanted.is_empty() {
        return Ok(all);
    }
    let mut then = spec.clone();
    let none = BTreeMap::new();
    for &period in panel.periods() {
        then.weights =
            spec.weights.iter().map(|(name, w)| (name.clone(), w.of_period(period))).collect();
        let own = files.get(&period).unwrap_or(&none);
        let joined: BTreeMap<&String, &Joined> = always
            .iter()
            .chain(own)
            .filter(|(name, _)| wanted.contains(name))
            .map(|(n, j)| (*n, j))
            .collect();
        let made = weights::make_of(&then, &joined, raw.units(), panel);
        let in_period = |mut m: Mistake| {
            m.message = format!("in {period}, {}", m.message);
            m
        };
        match made {
            Ok(made) => {
                for (name, links) in made.into_iter().filter(|(name, _)| spec.weights[name].changes)
                {
                    all.entry(name).or_default().insert(period, links);
                }
            }
            // What does not change is wrong in every period alike.
            Err(found) => mistakes.extend(
                found
                    .into_vec()
                    .into_iter()
                    .filter(|m| m.kind != crate::mistake::Kind::File)
                    .map(in_period),
            ),
        }
    }
    Mistakes::unless_empty(mistakes, all)
}

/// The weights that change, and those that they are made of.
fn wanted(spec: &Spec) -> Vec<&String> {
    let mut wanted: Vec<&String> =
        spec.weights.iter().filter(|(_, w)| w.changes).map(|(name, _)| name).collect();
    let mut at = 0;
    while at < wanted.len() {
        for part in spec.weights[wanted[at]].source.parts() {
            if let Some((name, _)) = spec.weights.get_key_value(&part.value)
                && !wanted.contains(&name)
            {
                wanted.push(name);
            }
        }
        at += 1;
    }
    wanted
}
