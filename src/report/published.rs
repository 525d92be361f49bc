//! Printed numbers and those computed: which cell each belongs to, and whether they agree.
//!
//! A printed number is *equal to rounding* when the computed one, rounded to as many decimals, is the
//! same number, and its stars are as many. Otherwise an estimate agrees in *sign and significance*, that
//! is, in its number of stars at the levels of the text; a statistic, which has none, differs.

use crate::model::{Term, split_shift};
use crate::outcome::{Estimate, FailureKind, Outcome, Statistic};
use crate::plan::Cell;
use crate::printed::{Decimal, Entry, Line, Role, squeezed};
use crate::report::build::published::PRINTED;
use crate::report::build::regression::estimate;
use crate::report::columns::{CellColumn, State, choose};
use crate::report::number::{Digits, Number, exact};
use crate::report::tidy::{Rows, key, key_header};
use crate::report::words::{self, Words};
use crate::report::{RenderedFile, Source, labels};
use crate::spec::Axis;
use crate::spec::Language;
use crate::spec::published::PublishedSpec;
use crate::spec::tables::{RowTerm, TableKind, TableSpec};
use std::collections::BTreeSet;

/// A printed number, its cell, and how they agree.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// What is printed.
    pub entry: &'a Entry,
    /// The cell; none where no cell, or more than one, is what the column says.
    pub cell: Option<&'a Cell>,
    /// The label of the row.
    pub label: String,
    /// The raw name of the row: a term or a statistic; empty where it is not known.
    pub row: String,
    /// What was computed.
    pub computed: Option<Computed>,
    /// Whether they agree.
    pub verdict: Verdict,
}

/// What was computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Computed {
    /// The value.
    pub value: f64,
    /// Of an estimate: standard error, p-value, and the stars that the text would give it.
    pub inference: Option<(f64, f64, usize)>,
}

/// Whether a printed number and the computed one agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The same number as far as it is printed, with as many stars.
    Equal,
    /// Another number of the same sign, with as many stars.
    SameSignAndSignificance,
    /// They differ in these respects.
    Differs(Vec<Respect>),
    /// There is nothing to compare with, for this reason.
    NotCompared(Reason),
}

/// Why a printed number is not compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No cell of the table is what its column says.
    NoCell,
    /// So many are.
    SeveralCells(usize),
    /// The cell could not be fitted.
    Failed(FailureKind),
    /// There is no record of it.
    NotRun,
    /// It has no such row.
    NoRow(String),
}

/// A respect in which numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Respect {
    /// One is positive, one negative.
    Sign,
    /// They have not as many stars.
    Significance,
    /// The value of a statistic.
    Value,
}

impl Verdict {
    /// Its place among the four, as [`counts`] has them.
    fn position(&self) -> usize {
        match self {
            Self::Equal => 0,
            Self::SameSignAndSignificance => 1,
            Self::Differs(_) => 2,
            Self::NotCompared(_) => 3,
        }
    }

    /// The name, without respects and reasons.
    pub fn name(&self, words: &dyn Words) -> &'static str {
        words.published().verdicts[self.position()]
    }

    /// In which respects they differ, or why they are not compared.
    pub fn how(&self, words: &dyn Words) -> String {
        match self {
            Self::Equal | Self::SameSignAndSignificance => String::new(),
            Self::Differs(respects) => {
                let named = respects.iter().map(|respect| words.respect(*respect).to_owned());
                words.list(&named.collect::<Vec<_>>())
            }
            Self::NotCompared(reason) => words.not_compared(reason),
        }
    }

    /// `differs: sign, significance`
    pub fn in_words(&self, words: &dyn Words) -> String {
        let (name, how) = (self.name(words), self.how(words));
        if how.is_empty() { name.to_owned() } else { words.labelled(name, &how) }
    }
}

/// Whether a printed number and a computed one agree.
pub fn judge(printed: &Decimal, stars: Option<usize>, computed: &Computed) -> Verdict {
    let due = computed.inference.map(|(_, _, due)| due);
    let significance = stars.zip(due).is_none_or(|(printed, due)| printed == due);
    let same = rounds_to(computed.value, printed);
    if same && significance {
        return Verdict::Equal;
    }
    if computed.inference.is_none() {
        return Verdict::Differs(vec![Respect::Value]);
    }
    let sign = same || printed.value.signum() == computed.value.signum();
    let respects = [(!sign, Respect::Sign), (!significance, Respect::Significance)];
    let respects: Vec<Respect> =
        respects.into_iter().filter(|(differs, _)| *differs).map(|(_, respect)| respect).collect();
    if respects.is_empty() { Verdict::SameSignAndSignificance } else { Verdict::Differs(respects) }
}

/// Whether a value is printed so when it is rounded to as many decimals.
pub fn rounds_to(value: f64, printed: &Decimal) -> bool {
    match Number::decimals(value, printed.decimals).digits() {
        Digits::Fixed { negative, digits } | Digits::Whole { negative, digits } => {
            let size: f64 = digits.parse().unwrap_or(f64::NAN);
            let sign = if negative { -1.0 } else { 1.0 };
            sign * size == printed.value
        }
        // What is less than the last digit is printed as zero, and a huge number in full.
        Digits::Scientific { .. } => (value - printed.value).abs() <= printed.unit() / 2.0,
        Digits::Below(_) => false,
    }
}

/// The printed numbers of a table, in the order of the file.
pub fn compare<'a>(source: Source<'a>, table: &TableSpec) -> Vec<Compared<'a>> {
    let (Some(printed), Some(rules)) = (source.published, &source.spec.published) else {
        return Vec::new();
    };
    let TableKind::Published { cells, of } = &table.kind else { return Vec::new() };
    // Tables without cells are refused elsewhere.
    let columns = choose(source, cells, &table.at).unwrap_or_default();
    let wanted = |e: &&Entry| of.is_empty() || of.contains(&e.table);
    let entries = printed.entries.iter().filter(wanted);
    entries.map(|entry| compared(source, rules, entry, &columns)).collect()
}

fn compared<'a>(
    source: Source<'a>,
    rules: &PublishedSpec,
    entry: &'a Entry,
    columns: &[CellColumn<'a>],
) -> Compared<'a> {
    let without = |cell: Option<&'a Cell>, reason: Reason| Compared {
        entry,
        cell,
        label: entry.term.clone(),
        row: String::new(),
        computed: None,
        verdict: Verdict::NotCompared(reason),
    };
    let column = match column_of(source, rules, entry, columns) {
        Ok(column) => column,
        Err(reason) => return without(None, reason),
    };
    let outcome = match column.state {
        State::Fitted(outcome) => outcome,
        State::Failed(failure) => {
            return without(Some(column.cell), Reason::Failed(failure.kind));
        }
        State::NotRun => return without(Some(column.cell), Reason::NotRun),
    };
    let Some(row) = row_of(source, rules, entry, (column, outcome)) else {
        return without(Some(column.cell), Reason::NoRow(entry.term.clone()));
    };
    let computed = match &row {
        Found::Estimate(e) => {
            let due = rules.stars(e.p_value);
            Computed { value: e.value, inference: Some((e.std_error, e.p_value, due)) }
        }
        Found::Statistic(_, value) => Computed { value: *value, inference: None },
    };
    let (label, name) = match &row {
        Found::Estimate(e) => (labels::term(source.spec, &e.term), e.term.to_string()),
        Found::Statistic(statistic, _) => {
            (source.words().statistic(*statistic).to_owned(), statistic.name().to_owned())
        }
    };
    Compared {
        entry,
        cell: Some(column.cell),
        label,
        row: name,
        computed: Some(computed),
        verdict: judge(&entry.value, entry.stars, &computed),
    }
}

/// The one cell that the keys of a printed column mean, or why there is none.
fn column_of<'c, 'a>(
    source: Source<'_>,
    rules: &PublishedSpec,
    entry: &Entry,
    columns: &'c [CellColumn<'a>],
) -> Result<&'c CellColumn<'a>, Reason> {
    let keys: Vec<(Axis, &str)> = entry
        .keys
        .iter()
        .filter_map(|(key, value)| Some((rules.axis(key)?, value.as_str())))
        .collect();
    let meant = |column: &&CellColumn<'_>| {
        keys.iter().all(|(axis, value)| is_called(source, rules, column.cell, (*axis, value)))
    };
    let found: Vec<&CellColumn<'a>> = columns.iter().filter(meant).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Reason::NoCell),
        several => Err(Reason::SeveralCells(several.len())),
    }
}

/// Whether a value of the file is that of the cell: as it is declared, or its name or label in any
/// case.
fn is_called(
    source: Source<'_>,
    rules: &PublishedSpec,
    cell: &Cell,
    (axis, printed): (Axis, &str),
) -> bool {
    let value = cell.axes.value(axis);
    if let Some(declared) = rules.values.get(printed) {
        return *declared == value;
    }
    let label = labels::axis_value(source.spec, &cell.axes, axis);
    [value, label].iter().any(|name| squeezed(name) == squeezed(printed))
}

/// A row of a fitted cell.
enum Found<'a> {
    Estimate(&'a Estimate),
    Statistic(Statistic, f64),
}

fn row_of<'a>(
    source: Source<'_>,
    rules: &PublishedSpec,
    entry: &Entry,
    (column, outcome): (&CellColumn<'_>, &'a Outcome),
) -> Option<Found<'a>> {
    let (base, lag) = split_shift(&entry.term);
    let declared = rules.terms.get(&entry.term).cloned();
    let declared = declared.or_else(|| {
        let of_base = rules.terms.get(base)?;
        Some(format!("{of_base}{}", &entry.term[base.len()..]))
    });
    if let Some(name) = declared {
        if let Some(statistic) = Statistic::parse(&name) {
            return value_of(outcome, statistic);
        }
        let term = RowTerm::parse(&name).term(&column.cell.measure_variable);
        return estimate(outcome, &term).map(Found::Estimate);
    }
    if let Some(statistic) = statistic_called(&entry.term) {
        return value_of(outcome, statistic);
    }
    let called = |e: &&Estimate| match &e.term {
        Term::Variable(regressor) => {
            let label = labels::variable(source.spec, &regressor.variable);
            let names = [regressor.variable.to_string(), label.to_owned()];
            regressor.is_own(&regressor.variable)
                && regressor.lag == lag
                && names.iter().any(|name| squeezed(name) == squeezed(base))
        }
        other => [other.to_string(), labels::term(source.spec, other)]
            .iter()
            .any(|name| squeezed(name) == squeezed(&entry.term)),
    };
    outcome.fit.estimates.iter().find(called).map(Found::Estimate)
}

fn value_of<'a>(outcome: &Outcome, statistic: Statistic) -> Option<Found<'a>> {
    let value = outcome.fit.statistics.get(&statistic)?;
    Some(Found::Statistic(statistic, *value))
}

/// The statistic of this name or label, or of one that is usual.
fn statistic_called(name: &str) -> Option<Statistic> {
    let called = |s: &Statistic| {
        [s.name(), words::of(Language::En).statistic(*s)]
            .iter()
            .any(|own| squeezed(own) == squeezed(name))
    };
    Statistic::ALL.into_iter().find(called).or_else(|| match Role::of(name) {
        Role::LogLikelihood => Some(Statistic::Loglik),
        Role::Fit if ["adjustedr2", "adjr2"].contains(&squeezed(name).as_str()) => {
            Some(Statistic::R2Adjusted)
        }
        Role::Fit
        | Role::Coefficient
        | Role::Spatial
        | Role::Variance
        | Role::Count
        | Role::Criterion => None,
    })
}

/// The cell, or the line of the file of printed numbers, that the number in a place of a table comes
/// from, by the position of its row.
pub fn origin<'c, 'a>(
    compared: &'c [Compared<'a>],
    (row, place): (usize, usize),
) -> (Option<&'a Cell>, Option<&'c Line>) {
    match compared.get(row) {
        Some(one) if place == PRINTED => (None, Some(&one.entry.at)),
        Some(one) => (one.cell, None),
        None => (None, None),
    }
}

/// How many of each verdict, equal, of the same sign and significance, different, not compared.
pub fn counts<'c, 'a: 'c>(compared: impl IntoIterator<Item = &'c Compared<'a>>) -> [usize; 4] {
    let mut counts = [0; 4];
    for one in compared {
        counts[one.verdict.position()] += 1;
    }
    counts
}

/// The comparisons of all tables; a number that several tables show with one cell counts once.
fn everything(source: Source<'_>) -> Vec<(&str, Compared<'_>)> {
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for table in &source.spec.tables {
        for one in compare(source, table) {
            if seen.insert((one.entry.at.clone(), one.cell.map(|cell| cell.id))) {
                all.push((table.id.as_str(), one));
            }
        }
    }
    all
}

/// `published: 12 equal, 40 same sign and significance, 108 differ`, of an experiment with tables of
/// printed numbers.
pub fn summary(source: Source<'_>) -> Option<String> {
    let all = everything(source);
    if all.is_empty() {
        return None;
    }
    let [equal, same, differ, open] = counts(all.iter().map(|(_, one)| one));
    let open = if open > 0 { format!(", {open} not compared") } else { String::new() };
    let twice = source.published.map_or(0, |printed| printed.twice().len());
    let twice = match twice {
        0 => String::new(),
        1 => "; 1 line of the file says the same as one before it".to_owned(),
        n => format!("; {n} lines of the file say the same as one before them"),
    };
    Some(format!(
        "published: {equal} equal, {same} same sign and significance, {differ} differ{open}{twice}"
    ))
}

/// `published.csv`: one row a printed number, with full precision.
pub fn file(source: Source<'_>) -> Option<RenderedFile> {
    source.spec.published.as_ref()?;
    let before = ["in_table", "table", "column", "term", "line", "published", "published_stars"];
    let after = [
        "row",
        "computed",
        "std_error",
        "p_value",
        "computed_stars",
        "difference",
        "verdict",
        "how",
    ];
    // Files of data speak English.
    let english = words::of(Language::En);
    let mut rows = Rows::new(before.into_iter().chain(key_header()).chain(after));
    for (table, one) in everything(source) {
        let entry = one.entry;
        let optional = |value: Option<f64>| value.map(exact).unwrap_or_default();
        let count = |n: Option<usize>| n.map(|n| n.to_string()).unwrap_or_default();
        let inference = one.computed.and_then(|c| c.inference);
        let printed = [
            table.to_owned(),
            entry.table.clone(),
            entry.column(),
            entry.term.clone(),
            entry.at.number.to_string(),
            entry.value.text.clone(),
            count(entry.stars),
        ];
        let of_cell: Vec<String> = match one.cell {
            Some(cell) => key(cell).collect(),
            None => key_header().map(|_| String::new()).collect(),
        };
        let numbers = [
            one.row.clone(),
            optional(one.computed.map(|c| c.value)),
            optional(inference.map(|(std_error, _, _)| std_error)),
            optional(inference.map(|(_, p_value, _)| p_value)),
            count(inference.map(|(_, _, stars)| stars)),
            optional(one.computed.map(|c| c.value - entry.value.value)),
            one.verdict.name(english).to_owned(),
            one.verdict.how(english),
        ];
        rows.push(printed.into_iter().chain(of_cell).chain(numbers));
    }
    Some(RenderedFile::text("published.csv", rows.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(printed: &str, stars: Option<usize>, value: f64, due: Option<usize>) -> Verdict {
        let printed = Decimal::parse(printed).unwrap();
        judge(&printed, stars, &Computed { value, inference: due.map(|due| (0.1, 0.5, due)) })
    }

    #[test]
    fn rounding_decides_equality_and_stars_significance() {
        assert_eq!(verdict("-0.2580", Some(2), -0.257_96, Some(2)), Verdict::Equal);
        assert_eq!(
            verdict("-0.2580", Some(2), -0.257_96, Some(1)),
            Verdict::Differs(vec![Respect::Significance])
        );
        assert_eq!(verdict("-0.2580", Some(2), -0.9, Some(2)), Verdict::SameSignAndSignificance);
        assert_eq!(
            verdict("-0.2580", Some(2), 0.1, Some(0)),
            Verdict::Differs(vec![Respect::Sign, Respect::Significance])
        );
        assert_eq!(verdict("0.0000", Some(0), -0.000_004, Some(0)), Verdict::Equal);
    }

    #[test]
    fn statistics_are_equal_or_differ() {
        assert_eq!(verdict("326.7002", None, 326.700_24, None), Verdict::Equal);
        assert_eq!(verdict("326.7002", None, 326.8, None), Verdict::Differs(vec![Respect::Value]));
    }
}
