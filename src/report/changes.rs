//! What the variants of a table's columns did, in words for its note.

use crate::ident::VarName;
use crate::model::change::{LeaveOut, Placebo, TailRule, Tails};
use crate::outcome::Changes;
use crate::report::columns::CellColumn;
use crate::report::words::Words;
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
    let words = source.words();
    let said = notes::by_column(words, columns, |column| said(source, named, column))?;
    Some(words.variants(&said))
}

fn said(source: Source<'_>, named: bool, column: &CellColumn<'_>) -> Option<String> {
    let (change, words) = (&column.cell.change, source.words());
    let changes = &column.outcome()?.sample.changes;
    let family = source.spec.variants.get(&column.cell.axes.variant.family)?.family;
    let units = match (family, named) {
        (Some(Family::LeaveOut(LeaveOut::Unit)), true) => Some(words.unit_left_out().to_owned()),
        (Some(Family::LeaveOut(LeaveOut::Region)), true) => {
            Some(words.region_left_out().to_owned())
        }
        _ => listed(words, &changes.units, LIST_AT_MOST).map(|who| words.left_out(&who)),
    };
    let years = change.years.map(|_| words.part_of_periods().to_owned());
    let periods = match (family, named) {
        _ if years.is_some() => years,
        (Some(Family::LeaveOut(LeaveOut::Year)), true) => Some(words.period_left_out().to_owned()),
        _ => periods(words, &changes.periods),
    };
    let tails = change.tails.as_ref().map(|tails| self::tails(source, tails, changes));
    let draw = change.draw.filter(|_| !named).map(|draw| words.draw(draw));
    let draw = draw.unwrap_or_default();
    let placebo = change.placebo.map(|placebo| match placebo {
        Placebo::Weights => words.placebo_weights(&draw),
        Placebo::Measure => words.placebo_measure(&draw),
        Placebo::Lead => words.placebo_lead().to_owned(),
    });
    let all: Vec<String> = [units, periods, tails, placebo].into_iter().flatten().collect();
    (!all.is_empty()).then(|| words.both(&all))
}

/// `2008 left out of the sample, …`
fn periods(words: &dyn Words, gone: &[i64]) -> Option<String> {
    let gone: Vec<String> = gone.iter().map(ToString::to_string).collect();
    (!gone.is_empty()).then(|| words.periods_left_out(&words.list(&gone)))
}

/// What was done to extreme observations, and to how many of which column.
fn tails(source: Source<'_>, tails: &Tails, changes: &Changes) -> String {
    let words = source.words();
    let quantiles = words.quantiles(&percent(tails.share), &percent(1.0 - tails.share));
    match tails.rule {
        TailRule::Winsorise => {
            let counts = changes.tails.iter().map(|tail| {
                let column = VarName::new(tail.column.as_str());
                let label = labels::variable(source.spec, &column);
                words.tail(label, tail.below, tail.above)
            });
            let counts: Vec<String> = counts.collect();
            words.winsorised(&quantiles, &counts)
        }
        TailRule::Trim => {
            let units: Vec<String> = changes.trimmed.iter().map(|t| t.unit.clone()).collect();
            let who = listed(words, &units, TRIMMED_AT_MOST);
            let columns = changes.tails.iter().map(|tail| {
                let column = VarName::new(tail.column.as_str());
                labels::variable(source.spec, &column).to_owned()
            });
            let columns: Vec<String> = columns.collect();
            let several = changes.trimmed.len() > 1;
            words.trimmed(who.as_deref(), several, &words.list(&columns), &quantiles)
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
fn listed(words: &dyn Words, names: &[String], at_most: usize) -> Option<String> {
    match names {
        [] => None,
        few if few.len() <= at_most => Some(words.list(few)),
        [first, second, more @ ..] => Some(words.and_more(first, second, more.len())),
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
        let english = crate::report::words::of(crate::spec::Language::En);
        let names = |n: usize| (0..n).map(|i| format!("u{i}")).collect::<Vec<_>>();
        assert_eq!(listed(english, &names(0), 5), None);
        assert_eq!(listed(english, &names(2), 5).as_deref(), Some("u0, u1"));
        assert_eq!(listed(english, &names(9), 5).as_deref(), Some("u0, u1 and 7 more units"));
    }
}
