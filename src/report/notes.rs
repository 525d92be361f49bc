//! The notes below tables, from what the records say, in the words of the experiment's language.
//! Each note is a full sentence.

use crate::model::{Bootstrap, LagOrder, Term};
use crate::outcome::Outcome;
use crate::report::columns::CellColumn;
use crate::report::table::{Entry, Footnotes};
use crate::report::words::{Filling, Place, Resampled, Words};
use crate::report::{Source, functions, labels};
use crate::spec::tables::Parentheses;
use crate::spec::{Axis, Missing, RegionUnits};
use std::collections::BTreeSet;

/// Longest list of filled values that a note spells out.
const LIST_AT_MOST: usize = 5;

/// Most units of a column that a note names; where there are more, two.
const UNITS_AT_MOST: usize = 3;

/// Where the data come from. Starts with "Simulated data." when they are simulated.
pub fn data(source: Source<'_>) -> Vec<String> {
    let (experiment, words) = (source.experiment, source.words());
    let mut notes = Vec::new();
    if let Some(provenance) = &experiment.provenance {
        let note = words.sentence(&provenance.note);
        let unsaid = provenance.simulated && !note.starts_with(words.simulated());
        notes.push(if unsaid { words.after_simulated(&note) } else { note });
    }
    notes.push(words.data(&experiment.data_file));
    notes.extend(source.spec.data.note.as_deref().map(|note| words.sentence(note)));
    notes.retain(|note| !note.is_empty());
    notes
}

/// What all columns share and no head says.
pub fn common(source: Source<'_>, heads: &[Axis], columns: &[CellColumn<'_>]) -> Option<String> {
    common_of(source, heads, columns, [Place::Column, Place::Columns])
}

/// What all cells share and no head says, of one cell and of several called as stated.
pub fn common_of(
    source: Source<'_>,
    heads: &[Axis],
    columns: &[CellColumn<'_>],
    [one, several]: [Place; 2],
) -> Option<String> {
    let words = source.words();
    let rest = Axis::ALL.into_iter().filter(|a| *a != Axis::Weights && !heads.contains(a));
    let phrase = |axis| {
        let said = |c: &CellColumn<'_>| {
            (!c.cell.axes.is_plain(axis))
                .then(|| labels::axis_phrase(source.spec, &c.cell.axes, axis))
        };
        by_column(words, columns, said)
    };
    let said: Vec<String> = rest.filter_map(phrase).collect();
    let who = if columns.len() == 1 { one } else { several };
    (!said.is_empty()).then(|| words.all(who, &said))
}

/// Units and periods behind the fits.
pub fn sample(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    let said = of_outcome(words, columns, |o| {
        let (first, last) = o.sample.periods;
        let periods = if first == last { first.to_string() } else { format!("{first}–{last}") };
        Some(words.sample(o.sample.units, &periods))
    })?;
    Some(words.samples(&said))
}

/// Which W, how normalised, and what a region does with it.
pub fn weights(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    let said = by_column(words, columns, |c| described(source, &c.cell.axes.weights))?;
    let of_errors = by_column(words, columns, |c| {
        Some(words.error_weights(&described(source, c.cell.error_weights.as_deref()?)?))
    });
    let regional: Vec<CellColumn<'_>> =
        columns.iter().filter(|c| region_weights(source, c).is_some()).copied().collect();
    let regional = by_column(words, &regional, |c| region_weights(source, c).map(str::to_owned));
    let isolated = of_outcome(words, columns, |o| {
        let any = !o.sample.isolates.is_empty() || !o.sample.isolates_at_times.is_empty();
        any.then(|| words.empty_rows().to_owned())
    });
    let all: Vec<String> =
        std::iter::once(said).chain(of_errors).chain(regional).chain(isolated).collect();
    Some(words.weights(&words.clauses(&all)))
}

/// A matrix by its label, with its normalisation.
fn described(source: Source<'_>, name: &str) -> Option<String> {
    let words = source.words();
    let weights = source.spec.weights.get(name)?;
    let how = words.normalisation(weights.normalise);
    let said = words.described(&labels::weights(source.spec, name), how);
    Some(if weights.changes { words.described(&said, words.by_period()) } else { said })
}

fn region_weights(source: Source<'_>, column: &CellColumn<'_>) -> Option<&'static str> {
    let (axes, words) = (&column.cell.axes, source.words());
    let weights = source.spec.weights.get(&axes.weights)?;
    if matches!(source.spec.regions.get(&axes.region)?.units, RegionUnits::All) {
        let changes = &column.outcome()?.sample.changes;
        let fewer = !changes.units.is_empty() || !changes.trimmed.is_empty();
        return fewer.then(|| words.weights_without_units(weights.normalise, weights.regions));
    }
    Some(words.region_weights(weights.normalise, weights.regions))
}

/// The order of lagging and demeaning, where it matters and is not the default.
pub fn lag_order(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    let said = by_column(words, columns, |c| {
        let other = match c.cell.model.lag_order {
            LagOrder::LagThenDemean => false,
            LagOrder::DemeanThenLag => c.cell.model.effects.has_time(),
        };
        other.then(|| words.demeaned_first().to_owned())
    })?;
    Some(words.lag_order(&said))
}

/// What the standard errors are.
pub fn std_errors(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    of_outcome(words, columns, |o| Some(words.std_errors(&o.fit.std_error_kind)))
}

/// From which residuals the variances of random effects come, of models that have no likelihood or
/// moments for them.
pub fn variance_components(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    let said = by_column(words, columns, |c| {
        let fit = &c.outcome()?.fit;
        let own = [Term::Rho, Term::Lambda, Term::Phi];
        let has_own = fit.estimates.iter().any(|e| own.contains(&e.term));
        let how = c.cell.model.variance_components.unwrap_or_default();
        let least_squares = c.cell.model.effects.is_random() && !has_own;
        least_squares.then(|| words.variance_components_of(how).to_owned())
    })?;
    Some(words.variance_components(&said))
}

/// What p-values and intervals come from.
pub fn inference(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    let said = of_outcome(words, columns, |o| Some(words.reference(&o.fit.inference)))?;
    Some(words.inference(&said))
}

/// The legend of the stars.
pub fn stars(source: Source<'_>, thresholds: &[(f64, String)]) -> Option<String> {
    (!thresholds.is_empty()).then(|| source.words().stars(thresholds))
}

/// What the spatial parameters are coefficients of.
pub fn spatial_terms(source: Source<'_>, shown: &[Term]) -> Option<String> {
    let words = source.words();
    let rho = shown.contains(&Term::Rho).then(|| words.rho());
    let lambda = shown.contains(&Term::Lambda).then(|| words.lambda());
    let impact = |t: &Term| matches!(t, Term::Impact(..));
    let impacts = shown.iter().any(impact).then(|| words.impacts());
    let said = rho.into_iter().chain(lambda).chain(impacts).map(str::to_owned);
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| words.said(&said))
}

/// How the replicates behind a table of bootstrap standard errors or intervals were drawn.
pub fn bootstrap(
    source: Source<'_>,
    (what, position): (Parentheses, usize),
    shown: &[Term],
    columns: &[CellColumn<'_>],
) -> Option<String> {
    match what {
        Parentheses::BootstrapStdError | Parentheses::BootstrapInterval => {}
        Parentheses::StdError
        | Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::Interval
        | Parentheses::RandomisationPValue
        | Parentheses::None => return None,
    }
    let words = source.words();
    let said = of_outcome(words, columns, |outcome| {
        let b = outcome.bootstraps.get(position)?;
        Some(words.resampled(Resampled {
            scheme: &words.scheme(&b.design.scheme),
            block_length: b.design.block_length,
            replicates: b.design.replicates,
            failed: b.failed,
            undefined: functions::undefined(b, shown),
            rescale: b.design.rescale,
            caution: b.caution.as_deref(),
        }))
    })?;
    Some(words.bootstrap(&said, source.spec.seed.0))
}

/// What was permuted, and how often, behind a table of randomisation p-values.
pub fn randomisation(
    source: Source<'_>,
    what: Parentheses,
    columns: &[CellColumn<'_>],
) -> Option<String> {
    if what != Parentheses::RandomisationPValue {
        return None;
    }
    let words = source.words();
    let said = of_outcome(words, columns, |outcome| {
        let r = outcome.randomisations.first()?;
        Some(words.permuted(r.design.permute, r.design.replicates, r.failed))
    })?;
    Some(words.randomisation(&said, source.spec.seed.0))
}

/// `residual, 999 replicates, innovations rescaled for degrees of freedom`.
pub fn design(words: &dyn Words, design: &Bootstrap) -> String {
    words.resampled(Resampled {
        scheme: &words.scheme(&design.scheme),
        block_length: None,
        replicates: design.replicates,
        failed: 0,
        undefined: 0,
        rescale: design.rescale,
        caution: None,
    })
}

/// What the missing-value policy filled in and dropped, isolates, and cautions of the fits.
pub fn warnings(source: Source<'_>, columns: &[CellColumn<'_>]) -> Vec<String> {
    let words = source.words();
    let missing = source.spec.data.missing;
    let filled = of_outcome(words, columns, |o| filled(words, missing, &o.sample.filled));
    let dropped = of_outcome(words, columns, |o| quoted(words, &o.sample.dropped));
    let isolates = of_outcome(words, columns, |o| {
        let names: Vec<String> = o.sample.isolates.iter().map(|name| readable(name)).collect();
        (!names.is_empty()).then(|| words.clauses(&names))
    });
    let at_times = of_outcome(words, columns, |o| {
        let names: Vec<String> =
            o.sample.isolates_at_times.iter().map(|name| readable(name)).collect();
        (!names.is_empty()).then(|| words.clauses(&names))
    });
    let cautions = of_outcome(words, columns, |o| quoted(words, &o.fit.cautions));
    let filled = filled.map(|said| words.values_filled(&said));
    let dropped = dropped.map(|said| words.missing(&said));
    let isolates = isolates.map(|said| words.isolates(&said));
    let at_times = at_times.map(|said| words.isolates_at_times(&said));
    let cautions = cautions.map(|said| words.caution(&said));
    [filled, dropped, isolates, at_times, cautions].into_iter().flatten().collect()
}

/// `3 by the unit's mean over the periods (gdp of Hainan in 2003, …)`; many values by column.
pub fn filled(words: &dyn Words, missing: Missing, values: &[String]) -> Option<String> {
    let bare: Vec<&str> = values.iter().map(|v| without_method(v)).collect();
    let listed = if bare.len() <= LIST_AT_MOST {
        let each = |value: &&str| {
            filling(value).map_or_else(|| (*value).to_owned(), |value| words.filled_value(value))
        };
        words.list(&bare.iter().map(each).collect::<Vec<_>>())
    } else {
        filled_by_column(words, &bare)
    };
    (!bare.is_empty()).then(|| words.filled(bare.len(), missing, &listed))
}

/// `gdp of Hainan in 2003 (mean)` without what the note says once for all.
fn without_method(value: &str) -> &str {
    value.rsplit_once(" (").map_or(value, |(bare, _)| bare)
}

/// Filled values of one column: their number, units and periods.
#[derive(Default)]
struct FilledColumn<'a> {
    values: usize,
    units: Vec<&'a str>,
    periods: BTreeSet<&'a str>,
}

/// `fdi: 12 values of Hainan, Tibet and 3 more units, 2003–2007; gdp: …`, columns in the order in
/// which they come.
fn filled_by_column(words: &dyn Words, values: &[&str]) -> String {
    let mut columns: Vec<(&str, FilledColumn<'_>)> = Vec::new();
    for value in values {
        let Filling { column, unit, period } =
            filling(value).unwrap_or(Filling { column: value, unit: "", period: "" });
        let position = columns.iter().position(|(name, _)| *name == column);
        let position = position.unwrap_or_else(|| {
            columns.push((column, FilledColumn::default()));
            columns.len() - 1
        });
        let filled = &mut columns[position].1;
        filled.values += 1;
        filled.periods.insert(period);
        if !filled.units.contains(&unit) {
            filled.units.push(unit);
        }
    }
    let said = columns.iter().map(|(name, filled)| filled.described(words, name));
    words.clauses(&said.collect::<Vec<_>>())
}

/// Column, unit and period of `gdp of Hainan in 2003`.
fn filling(value: &str) -> Option<Filling<'_>> {
    let (column, rest) = value.split_once(" of ")?;
    let (unit, period) = rest.rsplit_once(" in ")?;
    Some(Filling { column, unit, period })
}

impl FilledColumn<'_> {
    /// `gdp: 12 values of Hainan, Tibet and 3 more units, 2003–2007`.
    fn described(&self, words: &dyn Words, column: &str) -> String {
        let units = match self.units.as_slice() {
            few if few.len() <= UNITS_AT_MOST => {
                words.list(&few.iter().map(|unit| (*unit).to_owned()).collect::<Vec<_>>())
            }
            [first, second, more @ ..] => words.and_more(first, second, more.len()),
            [_] | [] => String::new(),
        };
        let periods = match (self.periods.first(), self.periods.last()) {
            (Some(first), Some(last)) if first != last => format!("{first}–{last}"),
            (Some(only), _) => (*only).to_owned(),
            (None, _) => String::new(),
        };
        words.filled_values(self.values, Filling { column, unit: &units, period: &periods })
    }
}

/// An entry for what says nothing about a column, with the reason in a footnote.
pub fn not_applicable(source: Source<'_>, reason: &str, footnotes: &mut Footnotes) -> Entry {
    let words = source.words();
    let text = words.not_applicable_because(&readable(reason));
    Entry::Absent { word: words.not_applicable(), mark: footnotes.mark(text) }
}

/// The texts as one, without their full stops; `None` when there are none.
pub fn joined(texts: &[String]) -> Option<String> {
    let bare: Vec<&str> = texts.iter().map(|t| t.trim().trim_end_matches('.')).collect();
    (!bare.is_empty()).then(|| readable(&bare.join("; ")))
}

/// Texts of the records in their own language.
pub fn quoted(words: &dyn Words, texts: &[String]) -> Option<String> {
    joined(texts).map(|text| words.quoted(&text))
}

/// Text from a record as a table shows it: ρ and λ by their letters, a true minus, names in
/// quotation marks rather than in the backticks of code.
pub fn readable(text: &str) -> String {
    let chars: Vec<char> = with_quotation_marks(text).chars().collect();
    let minus = |i: usize| {
        let opens = i == 0 || matches!(chars[i - 1], ' ' | '(' | '[');
        opens && chars.get(i + 1).is_some_and(char::is_ascii_digit)
    };
    let signed: String = chars
        .iter()
        .enumerate()
        .map(|(i, &c)| if c == '-' && minus(i) { '−' } else { c })
        .collect();
    let letter = |word: &str| match word {
        "rho" => "ρ".to_owned(),
        "lambda" => "λ".to_owned(),
        other => other.to_owned(),
    };
    signed.split(' ').map(letter).collect::<Vec<_>>().join(" ")
}

/// Pairs of backticks as quotation marks.
fn with_quotation_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (position, part) in text.split('`').enumerate() {
        if position > 0 {
            out.push(if position % 2 == 1 { '“' } else { '”' });
        }
        out.push_str(part);
    }
    out
}

/// What the fits say, column by column.
pub fn of_outcome(
    words: &dyn Words,
    columns: &[CellColumn<'_>],
    say: impl Fn(&Outcome) -> Option<String>,
) -> Option<String> {
    let fitted: Vec<CellColumn<'_>> =
        columns.iter().filter(|c| c.outcome().is_some()).copied().collect();
    by_column(words, &fitted, |c| c.outcome().and_then(&say))
}

/// One text when all columns say the same, else each text with its columns:
/// `12 units in columns (1), (3); 9 units in column (2)`. Columns that say nothing are left out.
pub fn by_column(
    words: &dyn Words,
    columns: &[CellColumn<'_>],
    say: impl Fn(&CellColumn<'_>) -> Option<String>,
) -> Option<String> {
    let each = |(columns, text): (Option<String>, String)| match columns {
        Some(columns) => words.in_columns(&text, &columns),
        None => text,
    };
    let said: Vec<String> = grouped(words, columns, say).into_iter().map(each).collect();
    (!said.is_empty()).then(|| words.clauses(&said))
}

/// What the fits say: each text with its columns, or without when all fits say the same.
pub fn each_said(
    words: &dyn Words,
    columns: &[CellColumn<'_>],
    say: impl Fn(&Outcome) -> Option<String>,
) -> Vec<(Option<String>, String)> {
    let fitted: Vec<CellColumn<'_>> =
        columns.iter().filter(|c| c.outcome().is_some()).copied().collect();
    grouped(words, &fitted, |c| c.outcome().and_then(&say))
}

/// What columns say: each text with the columns, or without when all say the same.
pub fn grouped(
    words: &dyn Words,
    columns: &[CellColumn<'_>],
    say: impl Fn(&CellColumn<'_>) -> Option<String>,
) -> Vec<(Option<String>, String)> {
    let mut said: Vec<(String, Vec<usize>)> = Vec::new();
    for column in columns {
        let Some(text) = say(column) else { continue };
        match said.iter_mut().find(|(known, _)| *known == text) {
            Some((_, numbers)) => numbers.push(column.number),
            None => said.push((text, vec![column.number])),
        }
    }
    let all_agree = said.len() == 1 && said[0].1.len() == columns.len();
    let which = |numbers: &[usize]| (!all_agree).then(|| listed(words, numbers));
    said.into_iter().map(|(text, numbers)| (which(&numbers), text)).collect()
}

/// `column (2)`, `columns (1), (3)`, `columns (1)–(4)`. Numbers rise.
fn listed(words: &dyn Words, numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            Some(_) | None => runs.push((n, n)),
        }
    }
    let run = |&(a, b): &(usize, usize)| match b - a {
        0 => vec![format!("({a})")],
        1 => vec![format!("({a})"), format!("({b})")],
        _ => vec![format!("({a})–({b})")],
    };
    let said: Vec<String> = runs.iter().flat_map(run).collect();
    words.columns(&said, numbers.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::words;
    use crate::spec::Language;

    fn english() -> &'static dyn Words {
        words::of(Language::En)
    }

    #[test]
    fn runs_of_columns_are_joined() {
        assert_eq!(listed(english(), &[2]), "column (2)");
        assert_eq!(listed(english(), &[1, 2]), "columns (1), (2)");
        assert_eq!(listed(english(), &[1, 2, 3, 5]), "columns (1)–(3), (5)");
    }

    #[test]
    fn texts_of_records_are_set_as_tables_are() {
        assert_eq!(
            readable("rho = -0.9 lies at the edge (-1, 1) of lag-2"),
            "ρ = −0.9 lies at the edge (−1, 1) of lag-2"
        );
        assert_eq!(readable("`ln_x` and `y z` are"), "“ln_x” and “y z” are");
    }

    #[test]
    fn few_filled_values_are_listed_and_many_summed_up_by_column() {
        let values = |n: usize| {
            let units = ["Hainan", "Tibet", "Inner Mongolia", "Xinjiang"];
            let value = |i: usize| format!("fdi of {} in {} (mean)", units[i % 4], 2003 + i);
            (0..n).map(value).collect::<Vec<_>>()
        };
        assert_eq!(filled(english(), Missing::Mean, &values(0)), None);
        assert_eq!(
            filled(english(), Missing::Mean, &values(2)).as_deref(),
            Some(
                "2 by the unit's mean over the periods (fdi of Hainan in 2003, fdi of Tibet in \
                 2004)"
            )
        );
        let mut many = values(6);
        many.push("gdp of Hainan in 2005 (interpolate)".to_owned());
        assert_eq!(
            filled(english(), Missing::Interpolate, &many).as_deref(),
            Some(
                "7 by linear interpolation in time (fdi: 6 values of Hainan, Tibet and 2 more \
                 units, 2003–2008; gdp: 1 value of Hainan, 2005)"
            )
        );
    }
}
