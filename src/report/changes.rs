//! What the variants of a table's columns did, in words for its note.

use crate::ident::VarName;
use crate::model::change::{LeaveOut, Placebo, TailRule, Tails};
use crate::outcome::Changes;
use crate::report::columns::CellColumn;
use crate::report::{Source, labels, notes};
use crate::spec::Axis;
use crate::spec::variants::Family;

/// Longest list of units that a note spells out where the specification names them too.
const LIST_AT_MOST: usize = 5;

/// Longest list of units that the data single out.
const TRIMMED_AT_MOST: usize = 30;

/// What each variant did, with its columns. Where the heads name who is left out or which draw it
/// is, the note does not repeat it for every column.
pub fn note(source: Source<'_>, heads: &[Axis], columns: &[CellColumn<'_>]) -> Option<String> {
    let named = heads.contains(&Axis::Variant);
    let said = notes::by_column(columns, |column| said(source, named, column))?;
    Some(format!("Variants: {said}."))
}

fn said(source: Source<'_>, named: bool, column: &CellColumn<'_>) -> Option<String> {
    let change = &column.cell.change;
    let changes = &column.outcome()?.sample.changes;
    let family = source.spec.variants.get(&column.cell.axes.variant.family)?.family;
    let units = match (family, named) {
        (Some(Family::LeaveOut(LeaveOut::Unit)), true) => {
            Some("the unit named left out".to_owned())
        }
        (Some(Family::LeaveOut(LeaveOut::Region)), true) => {
            Some("the units of the region named left out".to_owned())
        }
        _ => listed(&changes.units, LIST_AT_MOST).map(|who| format!("{who} left out")),
    };
    let years = change.years.map(|_| {
        "a part of the periods of the sample, lags taken before periods were left out".to_owned()
    });
    let periods = match (family, named) {
        _ if years.is_some() => years,
        (Some(Family::LeaveOut(LeaveOut::Year)), true) => {
            Some("the period named left out of the sample, lags look at it all the same".to_owned())
        }
        _ => periods(&changes.periods),
    };
    let tails = change.tails.as_ref().map(|tails| self::tails(source, tails, changes));
    let draw = change.draw.filter(|_| !named).map(|draw| format!(" (draw {draw})"));
    let draw = draw.unwrap_or_default();
    let placebo = change.placebo.map(|placebo| match placebo {
        Placebo::Weights => format!("placebo, the units of W permuted at random{draw}"),
        Placebo::Measure => {
            format!("placebo, histories of the measure permuted at random over the units{draw}")
        }
        Placebo::Lead => "placebo, leads of the measure in the place of its lags".to_owned(),
    });
    let all: Vec<String> = [units, periods, tails, placebo].into_iter().flatten().collect();
    (!all.is_empty()).then(|| all.join(" and "))
}

/// `2008 left out of the sample, …`
fn periods(gone: &[i64]) -> Option<String> {
    let gone: Vec<String> = gone.iter().map(ToString::to_string).collect();
    let gone = gone.join(", ");
    (!gone.is_empty())
        .then(|| format!("{gone} left out of the sample, lags look at it all the same"))
}

/// What was done to extreme observations, and to how many of which column.
fn tails(source: Source<'_>, tails: &Tails, changes: &Changes) -> String {
    let (low, high) = (percent(tails.share), percent(1.0 - tails.share));
    let quantiles =
        format!("the column's {low} or {high} quantile over the sample (type 7 of Hyndman & Fan)");
    match tails.rule {
        TailRule::Winsorise => {
            let counts = changes.tails.iter().map(|tail| {
                let column = VarName::new(tail.column.as_str());
                let label = labels::variable(source.spec, &column);
                format!("{label} {} below, {} above", tail.below, tail.above)
            });
            let counts: Vec<String> = counts.collect();
            format!("observations beyond {quantiles} set to it ({})", counts.join("; "))
        }
        TailRule::Trim => {
            let units: Vec<String> = changes.trimmed.iter().map(|t| t.unit.clone()).collect();
            let who = listed(&units, TRIMMED_AT_MOST).unwrap_or_else(|| "no unit".to_owned());
            let columns = changes.tails.iter().map(|tail| {
                let column = VarName::new(tail.column.as_str());
                labels::variable(source.spec, &column).to_owned()
            });
            let columns: Vec<String> = columns.collect();
            let verb = if changes.trimmed.len() > 1 { "leave" } else { "leaves" };
            format!(
                "{who} {verb} because of an observation of {} beyond {quantiles}",
                columns.join(", ")
            )
        }
    }
}

/// `1 %`, `2.5 %`.
fn percent(share: f64) -> String {
    // Eight decimals of a per cent are more than anybody declares.
    let rounded = (share * 1e10).round() / 1e8;
    format!("{rounded}\u{a0}%")
}

/// The names when they are few, else two of them and how many more.
fn listed(names: &[String], at_most: usize) -> Option<String> {
    match names {
        [] => None,
        few if few.len() <= at_most => Some(few.join(", ")),
        [first, second, more @ ..] => {
            Some(format!("{first}, {second} and {} more units", more.len()))
        }
        [only] => Some(only.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_per_cents_without_noise() {
        assert_eq!(percent(0.01), "1\u{a0}%");
        assert_eq!(percent(1.0 - 0.01), "99\u{a0}%");
        assert_eq!(percent(1.0 - 0.025), "97.5\u{a0}%");
    }

    #[test]
    fn many_units_are_summed_up() {
        let names = |n: usize| (0..n).map(|i| format!("u{i}")).collect::<Vec<_>>();
        assert_eq!(listed(&names(0), 5), None);
        assert_eq!(listed(&names(2), 5).as_deref(), Some("u0, u1"));
        assert_eq!(listed(&names(9), 5).as_deref(), Some("u0, u1 and 7 more units"));
    }
}
