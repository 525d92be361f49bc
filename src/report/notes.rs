//! The notes below tables, from what the records say. Each note is a full sentence.

use crate::model::{Bootstrap, LagOrder, Normalisation, Permute, RegionWeights, Rescale, Term};
use crate::outcome::{Outcome, Reference};
use crate::report::Source;
use crate::report::columns::CellColumn;
use crate::report::table::{Entry, Footnotes};
use crate::report::{functions, labels, number};
use crate::spec::tables::Parentheses;
use crate::spec::{Axis, Missing, RegionUnits};
use std::collections::BTreeSet;

/// Longest list of filled values that a note spells out.
const LIST_AT_MOST: usize = 5;

/// Most units of a column that a note names; where there are more, two.
const UNITS_AT_MOST: usize = 3;

/// Where the data come from. Starts with "Simulated data." when they are simulated.
pub fn data(source: Source<'_>) -> Vec<String> {
    let experiment = source.experiment;
    let mut notes = Vec::new();
    if let Some(provenance) = &experiment.provenance {
        let note = sentence(&provenance.note);
        let unsaid = provenance.simulated && !note.starts_with("Simulated data.");
        notes.push(if unsaid {
            format!("Simulated data. {note}").trim_end().to_owned()
        } else {
            note
        });
    }
    notes.push(format!("Data: {}.", experiment.data_file));
    notes.extend(source.spec.data.note.as_deref().map(sentence));
    notes.retain(|note| !note.is_empty());
    notes
}

/// What all columns share and no head says.
pub fn common(source: Source<'_>, heads: &[Axis], columns: &[CellColumn<'_>]) -> Option<String> {
    let rest = Axis::ALL.into_iter().filter(|a| *a != Axis::Weights && !heads.contains(a));
    let phrase = |axis| {
        let said = |c: &CellColumn<'_>| {
            let unchanged = axis == Axis::Variant && c.cell.axes.variant.is_base();
            (!unchanged).then(|| labels::axis_phrase(source.spec, &c.cell.axes, axis))
        };
        by_column(columns, said)
    };
    let said: Vec<String> = rest.filter_map(phrase).collect();
    let who = if columns.len() == 1 { "The column" } else { "All columns" };
    (!said.is_empty()).then(|| format!("{who}: {}.", said.join(", ")))
}

/// Units and periods behind the fits.
pub fn sample(columns: &[CellColumn<'_>]) -> Option<String> {
    let said = of_outcome(columns, |o| {
        let (first, last) = o.sample.periods;
        let periods = if first == last { first.to_string() } else { format!("{first}–{last}") };
        Some(format!("{} units, {periods}", o.sample.units))
    })?;
    Some(format!("Sample: {said}."))
}

/// Which W, how normalised, and what a region does with it.
pub fn weights(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let said = by_column(columns, |c| {
        let name = &c.cell.axes.weights;
        let normalise = source.spec.weights.get(name)?.normalise;
        let label = labels::weights(source.spec, name);
        Some(format!("{label}, {}", labels::normalisation(normalise)))
    })?;
    let regional: Vec<CellColumn<'_>> =
        columns.iter().filter(|c| region_weights(source, c).is_some()).copied().collect();
    let regional = by_column(&regional, |c| region_weights(source, c).map(str::to_owned));
    let isolated = of_outcome(columns, |o| {
        let any = !o.sample.isolates.is_empty();
        any.then(|| "rows of units without neighbours are zero".to_owned())
    });
    let more = regional.into_iter().chain(isolated).map(|r| format!("; {r}"));
    Some(format!("W: {said}{}.", more.collect::<String>()))
}

fn region_weights(source: Source<'_>, column: &CellColumn<'_>) -> Option<&'static str> {
    let axes = &column.cell.axes;
    let weights = source.spec.weights.get(&axes.weights)?;
    if matches!(source.spec.regions.get(&axes.region)?.units, RegionUnits::All) {
        let changes = &column.outcome()?.sample.changes;
        let fewer = !changes.units.is_empty() || !changes.trimmed.is_empty();
        return fewer.then(|| without_units(weights.normalise, weights.regions));
    }
    Some(match (weights.normalise, weights.regions) {
        (Normalisation::None, RegionWeights::Renormalise | RegionWeights::Cut) => {
            "a region's W is the sub-matrix of its units"
        }
        (
            Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
            RegionWeights::Renormalise,
        ) => "a region's W is the sub-matrix of its units, normalised again",
        (Normalisation::Row, RegionWeights::Cut) => {
            "a region's W is cut from the normalised matrix of all units, as it is: its rows may \
             sum to less than 1"
        }
        (Normalisation::Spectral | Normalisation::MinMax, RegionWeights::Cut) => {
            "a region's W is cut from the normalised matrix of all units, as it is"
        }
    })
}

/// What the W of all units becomes where a variant leaves some out.
fn without_units(normalise: Normalisation, how: RegionWeights) -> &'static str {
    match (normalise, how) {
        (Normalisation::None, RegionWeights::Renormalise | RegionWeights::Cut) => {
            "where units are left out, W is the sub-matrix of the others"
        }
        (
            Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
            RegionWeights::Renormalise,
        ) => "where units are left out, W is the sub-matrix of the others, normalised again",
        (
            Normalisation::Row | Normalisation::Spectral | Normalisation::MinMax,
            RegionWeights::Cut,
        ) => "where units are left out, W is cut from the normalised matrix of all, as it is",
    }
}

/// The order of lagging and demeaning, where it matters and is not the default.
pub fn lag_order(columns: &[CellColumn<'_>]) -> Option<String> {
    let said = by_column(columns, |c| {
        let other = match c.cell.model.lag_order {
            LagOrder::LagThenDemean => false,
            LagOrder::DemeanThenLag => c.cell.model.effects.has_time(),
        };
        other.then(|| "W(Qy), effects removed before the spatial lag is taken".to_owned())
    })?;
    Some(format!("Convention of the spatial lag: {said}."))
}

/// What the standard errors are.
pub fn std_errors(columns: &[CellColumn<'_>]) -> Option<String> {
    of_outcome(columns, |o| Some(o.fit.std_error_kind.clone()))
}

/// What p-values and intervals come from.
pub fn inference(columns: &[CellColumn<'_>]) -> Option<String> {
    let said = of_outcome(columns, |o| Some(reference(&o.fit.inference)))?;
    Some(format!("Reference distribution: {said}."))
}

fn reference(reference: &Reference) -> String {
    match reference {
        Reference::Normal => "standard normal".to_owned(),
        Reference::Student { df } => format!("Student's t, {df} degrees of freedom"),
    }
}

/// The legend of the stars.
pub fn stars(thresholds: &[(f64, String)]) -> Option<String> {
    let each = |(p, symbol): &(f64, String)| {
        format!("{symbol}\u{a0}p\u{a0}<\u{a0}{}", number::threshold(*p))
    };
    let said: Vec<String> = thresholds.iter().map(each).collect();
    (!said.is_empty()).then(|| format!("{}.", said.join(", ")))
}

/// What the spatial parameters are coefficients of.
pub fn spatial_terms(shown: &[Term]) -> Option<String> {
    let rho = shown.contains(&Term::Rho).then_some("ρ: coefficient of the spatial lag Wy");
    let lambda = shown.contains(&Term::Lambda).then_some("λ: coefficient of the lagged error Wu");
    let impact = |t: &Term| matches!(t, Term::Impact(..));
    let impacts = shown.iter().any(impact).then_some(
        "Direct, indirect, total: average effects β(I − ρW)⁻¹ (asymptotic standard errors by the delta method)",
    );
    let said: Vec<&str> = rho.into_iter().chain(lambda).chain(impacts).collect();
    (!said.is_empty()).then(|| format!("{}.", said.join("; ")))
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
    let said = of_outcome(columns, |outcome| {
        let b = outcome.bootstraps.get(position)?;
        let rescaled = rescaled(b.design.rescale);
        let failed = match b.failed {
            0 => String::new(),
            failed => format!(", {failed} of them without a fit"),
        } + &functions::undefined(b, shown);
        let caution = b.caution.as_ref().map(|c| format!("; {c}")).unwrap_or_default();
        let (scheme, count) = (&b.design.scheme, b.design.replicates);
        let blocks = match b.design.block_length {
            Some(1) => " of 1 period".to_owned(),
            Some(length) => format!(" of {length} periods"),
            None => String::new(),
        };
        Some(format!("{scheme}{blocks}, {count} replicates{failed}{rescaled}{caution}"))
    })?;
    Some(format!("Bootstrap: {said}; seed {}.", source.spec.seed.0))
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
    let said = of_outcome(columns, |outcome| {
        let r = outcome.randomisations.first()?;
        let permuted = match r.design.permute {
            Permute::Units => "histories of the measure permuted over units",
            Permute::WithinPeriod => "the measure permuted over units within each period",
        };
        let failed = match r.failed {
            0 => String::new(),
            failed => format!(" ({failed} of them without a fit)"),
        };
        let count = r.design.replicates;
        Some(format!("{permuted}, {count} permutations{failed}, two-sided by |t|"))
    })?;
    Some(format!(
        "Randomisation: {said}; null hypothesis: the measure has no effect on any unit at any lag; \
         seed {}.",
        source.spec.seed.0
    ))
}

/// `residual, 999 replicates, innovations rescaled for degrees of freedom`.
pub fn design(design: &Bootstrap) -> String {
    let (scheme, count) = (&design.scheme, design.replicates);
    format!("{scheme}, {count} replicates{}", rescaled(design.rescale))
}

fn rescaled(rescale: Rescale) -> &'static str {
    match rescale {
        Rescale::Df => ", innovations rescaled for degrees of freedom",
        Rescale::Leverage => ", innovations rescaled by leverage",
        Rescale::Jackknife => ", innovations of each unit as if it were left out",
        Rescale::None => "",
    }
}

/// What the missing-value policy filled in and dropped, isolates, and cautions of the fits.
pub fn warnings(source: Source<'_>, columns: &[CellColumn<'_>]) -> Vec<String> {
    let list = |prefix: &str, pick: &dyn Fn(&Outcome) -> Option<String>| {
        of_outcome(columns, |o| pick(o)).map(|said| format!("{prefix}: {said}."))
    };
    let missing = source.spec.data.missing;
    let filled = list("Values filled in", &|o| filled(missing, &o.sample.filled));
    let dropped = list("Missing values", &|o| joined(&o.sample.dropped));
    let isolates = list("Units without neighbours", &|o| joined(&o.sample.isolates));
    let cautions = list("Caution", &|o| joined(&o.fit.cautions));
    [filled, dropped, isolates, cautions].into_iter().flatten().collect()
}

/// `3 by the unit's mean over the periods (gdp of Hainan in 2003, …)`; many values by column.
pub fn filled(missing: Missing, values: &[String]) -> Option<String> {
    let how = match missing {
        Missing::Mean => "by the unit's mean over the periods",
        Missing::Interpolate => "by linear interpolation in time",
        Missing::Error | Missing::DropUnit | Missing::DropPeriod => "before estimation",
    };
    let bare: Vec<&str> = values.iter().map(|v| without_method(v)).collect();
    let listed = if bare.len() <= LIST_AT_MOST { bare.join(", ") } else { filled_by_column(&bare) };
    (!bare.is_empty()).then(|| format!("{} {how} ({listed})", bare.len()))
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
fn filled_by_column(values: &[&str]) -> String {
    let mut columns: Vec<(&str, FilledColumn<'_>)> = Vec::new();
    for (column, unit, period) in values.iter().map(|v| filled_parts(v)) {
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
    let said = columns.iter().map(|(name, filled)| format!("{name}: {}", filled.described()));
    said.collect::<Vec<_>>().join("; ")
}

/// Column, unit and period of `gdp of Hainan in 2003`.
fn filled_parts(value: &str) -> (&str, &str, &str) {
    let (column, rest) = value.split_once(" of ").unwrap_or((value, ""));
    let (unit, period) = rest.rsplit_once(" in ").unwrap_or((rest, ""));
    (column, unit, period)
}

impl FilledColumn<'_> {
    /// `12 values of Hainan, Tibet and 3 more units, 2003–2007`.
    fn described(&self) -> String {
        let noun = if self.values == 1 { "value" } else { "values" };
        let units = match self.units.as_slice() {
            few if few.len() <= UNITS_AT_MOST => few.join(", "),
            [first, second, more @ ..] => {
                format!("{first}, {second} and {} more units", more.len())
            }
            [_] | [] => String::new(),
        };
        let periods = match (self.periods.first(), self.periods.last()) {
            (Some(first), Some(last)) if first != last => format!("{first}–{last}"),
            (Some(only), _) => (*only).to_owned(),
            (None, _) => String::new(),
        };
        format!("{} {noun} of {units}, {periods}", self.values)
    }
}

/// An entry for what says nothing about a column, with the reason in a footnote.
pub fn not_applicable(reason: &str, footnotes: &mut Footnotes) -> Entry {
    let text = format!("Not applicable: {}", sentence(&readable(reason)));
    Entry::Absent { word: "n/a", mark: footnotes.mark(text) }
}

/// The texts as one, without their full stops; `None` when there are none.
pub fn joined(texts: &[String]) -> Option<String> {
    let bare: Vec<&str> = texts.iter().map(|t| t.trim().trim_end_matches('.')).collect();
    (!bare.is_empty()).then(|| readable(&bare.join("; ")))
}

/// Text from a record as a table shows it: ρ and λ by their letters, a true minus, names in
/// quotation marks rather than in the backticks of code.
pub fn readable(text: &str) -> String {
    let chars: Vec<char> = quoted(text).chars().collect();
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
fn quoted(text: &str) -> String {
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
    columns: &[CellColumn<'_>],
    say: impl Fn(&Outcome) -> Option<String>,
) -> Option<String> {
    let fitted: Vec<CellColumn<'_>> =
        columns.iter().filter(|c| c.outcome().is_some()).copied().collect();
    by_column(&fitted, |c| c.outcome().and_then(&say))
}

/// One text when all columns say the same, else each text with its columns:
/// `12 units in columns (1), (3); 9 units in column (2)`. Columns that say nothing are left out.
pub fn by_column(
    columns: &[CellColumn<'_>],
    say: impl Fn(&CellColumn<'_>) -> Option<String>,
) -> Option<String> {
    let each = |(columns, text): (Option<String>, String)| match columns {
        Some(columns) => format!("{text} in {columns}"),
        None => text,
    };
    let said: Vec<String> = grouped(columns, say).into_iter().map(each).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// What the fits say: each text with its columns, or without when all fits say the same.
pub fn each_said(
    columns: &[CellColumn<'_>],
    say: impl Fn(&Outcome) -> Option<String>,
) -> Vec<(Option<String>, String)> {
    let fitted: Vec<CellColumn<'_>> =
        columns.iter().filter(|c| c.outcome().is_some()).copied().collect();
    grouped(&fitted, |c| c.outcome().and_then(&say))
}

/// What columns say: each text with the columns, or without when all say the same.
pub fn grouped(
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
    let which = |numbers: &[usize]| (!all_agree).then(|| listed(numbers));
    said.into_iter().map(|(text, numbers)| (which(&numbers), text)).collect()
}

/// `column (2)`, `columns (1), (3)`, `columns (1)–(4)`. Numbers rise.
fn listed(numbers: &[usize]) -> String {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for &n in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == n => *last = n,
            Some(_) | None => runs.push((n, n)),
        }
    }
    let run = |&(a, b): &(usize, usize)| match b - a {
        0 => format!("({a})"),
        1 => format!("({a}), ({b})"),
        _ => format!("({a})–({b})"),
    };
    let said: Vec<String> = runs.iter().map(run).collect();
    let noun = if numbers.len() == 1 { "column" } else { "columns" };
    format!("{noun} {}", said.join(", "))
}

/// The text with a full stop at its end; empty stays empty.
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() || text.ends_with(['.', '!', '?', '。']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_columns_are_joined() {
        assert_eq!(listed(&[2]), "column (2)");
        assert_eq!(listed(&[1, 2]), "columns (1), (2)");
        assert_eq!(listed(&[1, 2, 3, 5]), "columns (1)–(3), (5)");
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
        assert_eq!(filled(Missing::Mean, &values(0)), None);
        assert_eq!(
            filled(Missing::Mean, &values(2)).as_deref(),
            Some(
                "2 by the unit's mean over the periods (fdi of Hainan in 2003, fdi of Tibet in \
                 2004)"
            )
        );
        let mut many = values(6);
        many.push("gdp of Hainan in 2005 (interpolate)".to_owned());
        assert_eq!(
            filled(Missing::Interpolate, &many).as_deref(),
            Some(
                "7 by linear interpolation in time (fdi: 6 values of Hainan, Tibet and 2 more \
                 units, 2003–2008; gdp: 1 value of Hainan, 2005)"
            )
        );
    }
}
