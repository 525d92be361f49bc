//! Units and years that robustness checks name, held against the data.

use super::regions::unknown_units;
use crate::ident::Period;
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::panel::Panel;
use crate::spec::variants::VariantSpec;
use std::collections::BTreeMap;

/// Checks that every unit and year that `variants` name is in the data as they stand in the file.
/// Whether a cell's sample has it is seen when the cell is fitted.
pub(super) fn check(variants: &BTreeMap<String, VariantSpec>, raw: &Panel) -> Checked<()> {
    let mut mistakes = Vec::new();
    for variant in variants.values() {
        mistakes.extend(unknown_units(&variant.without.units, raw));
        for year in &variant.without.years {
            if !raw.periods().contains(&year.value) {
                let message = format!("{} is no period of the data", year.value);
                mistakes.push(Mistake::spec(&year.at, message).help(span(raw)));
            }
        }
        if let Some(years) = &variant.years {
            let (first, last) = years.value;
            let inside = |period: &Period| (first..=last).contains(period);
            if !raw.periods().iter().any(inside) {
                let message = format!("the data have no period from {first} to {last}");
                mistakes.push(Mistake::spec(&years.at, message).help(span(raw)));
            }
        }
    }
    Mistakes::unless_empty(mistakes, ())
}

fn span(raw: &Panel) -> String {
    match (raw.periods().first(), raw.periods().last()) {
        (Some(first), Some(last)) => format!("the data run from {first} to {last}"),
        (_, _) => "the data have no period".to_owned(),
    }
}
