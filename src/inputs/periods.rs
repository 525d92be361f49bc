//! Weights that change over time: a file for each period.

use super::keep;
use crate::ident::Period;
use crate::load::links;
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::panel::Panel;
use crate::spec::Spec;
use crate::weights::Links;
use std::collections::BTreeMap;

/// The links of each period.
pub(super) type OfPeriods = BTreeMap<Period, Links>;

/// Reads the file of each period of the data, for all weights that have one, and ties it to the
/// units of the data.
pub(super) fn read<'s>(spec: &'s Spec, raw: &Panel) -> Checked<BTreeMap<&'s String, OfPeriods>> {
    let mut mistakes = Vec::new();
    let mut all = BTreeMap::new();
    for (name, weights) in spec.weights.iter().filter(|(_, w)| w.changes()) {
        let mut periods = OfPeriods::new();
        for &period in raw.periods() {
            let own = weights.of_period(period);
            let joined = links::read(&own).and_then(|file| links::join(&file, &own, raw.units()));
            if let Some(links) = keep(&mut mistakes, joined) {
                periods.insert(period, links);
            }
        }
        all.insert(name, periods);
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

/// The links of each period among the units that are left, and the check of those without
/// neighbours.
pub(super) fn among(
    spec: &Spec,
    joined: &BTreeMap<&String, OfPeriods>,
    panel: &Panel,
) -> Checked<BTreeMap<String, OfPeriods>> {
    let mut mistakes = Vec::new();
    let mut all = BTreeMap::new();
    for (name, periods) in joined {
        let weights = &spec.weights[*name];
        let mut left = OfPeriods::new();
        for &period in panel.periods() {
            let Some(links) = periods.get(&period) else { continue };
            let links = links::among(links, panel.units());
            let of_period = |mut m: Mistake| {
                m.message = format!("in {period}, {}", m.message);
                m
            };
            if let Err(found) = links::check_isolates(&links, weights) {
                mistakes.extend(found.into_vec().into_iter().map(of_period));
            }
            left.insert(period, links);
        }
        all.insert((*name).clone(), left);
    }
    Mistakes::unless_empty(mistakes, all)
}
