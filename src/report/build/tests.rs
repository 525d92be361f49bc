//! Tables of tests: one column a cell, a row a test, p-values below the statistics.

use super::splits;
use crate::ident::Located;
use crate::mistake::Checked;
use crate::outcome::{Basis, NullDistribution, Outcome, Test, TestOutcome};
use crate::report::columns::{self, CellColumn};
use crate::report::number::{self, Number};
use crate::report::table::{Brackets, Entry, Footnotes, Group, Row, Table};
use crate::report::words::Generated;
use crate::report::{Source, changes, functions, labels, notes};
use crate::spec::tables::{CellChoice, TableSpec};

/// Statistics with stars, p-values below, and what the decision rule makes of them; one group of
/// rows for each fit that tests look at.
pub fn build(
    source: Source<'_>,
    spec: &TableSpec,
    choice: &CellChoice,
    rows: &[Located<String>],
) -> Checked<Table> {
    let columns = columns::choose(source, choice, &spec.at)?;
    let mut footnotes = Footnotes::default();
    let absences: Vec<Option<Entry>> =
        columns.iter().map(|c| c.absence(source, &mut footnotes)).collect();
    let names = names(rows, &columns);
    let mut groups: Vec<Group> = bases(&names, &columns)
        .into_iter()
        .map(|basis| group(source, spec, basis, &names, &columns, &mut footnotes))
        .collect();
    if groups.is_empty() {
        groups.push(Group::of(vec![nothing(source, &columns)]));
    }
    show_absences(&mut groups, &absences);
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: None,
        stub: source.words().test_stub().to_owned(),
        heads: columns::heads(source.spec, &choice.columns, &columns),
        columns: columns.iter().map(CellColumn::column).collect(),
        groups,
        notes: table_notes(source, spec, choice, &names, &columns),
        footnotes: footnotes.into_vec(),
    })
}

/// How statistics are shown.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) digits: usize,
    /// Thresholds with their symbols.
    pub(super) stars: &'a [(f64, String)],
    /// Of p-values, and of those of a bootstrap.
    pub(super) brackets: [Brackets; 2],
}

/// Rows of these tests for a table of estimates: statistics with p-values below, the fit that they
/// look at in the label where there are several.
pub(super) fn rows_of(
    source: Source<'_>,
    shown: Shown<'_>,
    names: &[String],
    columns: &[CellColumn<'_>],
    footnotes: &mut Footnotes,
) -> Vec<Row> {
    let words = source.words();
    let bases = bases(names, columns);
    let mut rows = Vec::new();
    for basis in &bases {
        let mut own = test_rows(source, shown, *basis, names, columns, footnotes);
        if bases.len() > 1 {
            for row in own.iter_mut().filter(|row| !row.label.is_empty()) {
                row.label = words.qualified(&row.label, words.basis(*basis));
            }
        }
        rows.extend(own);
    }
    rows
}

/// What a table of estimates says of the tests below its statistics.
pub(super) fn notes_of(
    source: Source<'_>,
    (names, brackets): (&[String], [Brackets; 2]),
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let p_values = source.words().p_values_below_tests(brackets[0]);
    let mut said = vec![p_values];
    said.extend(functions::hypotheses(source, names, columns));
    said.extend(nulls(source, names, columns));
    said.extend(bootstraps(source, (names, brackets[1]), columns));
    said
}

/// Raw names of the tests shown: those asked for, or all; the column with the most tests says in
/// which order.
pub(in crate::report) fn names(
    rows: &[Located<String>],
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let asked: Vec<String> = rows.iter().map(|r| r.value.clone()).collect();
    let mut names = at_all_lags(&asked, columns);
    if names.is_empty() {
        let mut outcomes: Vec<&Outcome> = columns.iter().filter_map(CellColumn::outcome).collect();
        outcomes.sort_by_key(|o| std::cmp::Reverse(o.tests.len()));
        for test in outcomes.into_iter().flat_map(|o| &o.tests) {
            if !names.contains(&test.name) {
                names.push(test.name.clone());
            }
        }
    }
    names
}

/// These tests, each with its forms at other lags of the measure.
pub(super) fn at_all_lags(names: &[String], columns: &[CellColumn<'_>]) -> Vec<String> {
    names.iter().flat_map(|name| at_lags(name, columns)).collect()
}

/// A test with the forms of it at other lags of the measure: `wild-cluster:1` after `wild-cluster`.
fn at_lags(name: &str, columns: &[CellColumn<'_>]) -> Vec<String> {
    let mut all = vec![name.to_owned()];
    let outcomes = columns.iter().filter_map(CellColumn::outcome);
    for test in outcomes.flat_map(|o| &o.tests) {
        let of = test.name.split_once(':').is_some_and(|(base, _)| base == name);
        if of && !all.contains(&test.name) {
            all.push(test.name.clone());
        }
    }
    all
}

/// The fits that the tests shown look at.
pub(in crate::report) fn bases(names: &[String], columns: &[CellColumn<'_>]) -> Vec<Basis> {
    [Basis::Pooled, Basis::Within, Basis::Fit]
        .into_iter()
        .filter(|&basis| names.iter().any(|name| exists(columns, name, basis)))
        .collect()
}

fn exists(columns: &[CellColumn<'_>], name: &str, basis: Basis) -> bool {
    columns.iter().filter_map(CellColumn::outcome).any(|o| find(o, name, basis).is_some())
}

pub(in crate::report) fn find<'a>(
    outcome: &'a Outcome,
    name: &str,
    basis: Basis,
) -> Option<&'a Test> {
    outcome.tests.iter().find(|t| t.name == name && t.basis == basis)
}

fn group(
    source: Source<'_>,
    spec: &TableSpec,
    basis: Basis,
    names: &[String],
    columns: &[CellColumn<'_>],
    footnotes: &mut Footnotes,
) -> Group {
    let (digits, brackets) = (spec.digits, spec.test_brackets);
    let shown = Shown { digits, stars: &number::default_stars(), brackets };
    let mut rows = test_rows(source, shown, basis, names, columns, footnotes);
    rows.extend(verdict_row(source, basis, columns));
    Group::titled(source.words().basis(basis), rows)
}

fn test_rows(
    source: Source<'_>,
    shown: Shown<'_>,
    basis: Basis,
    names: &[String],
    columns: &[CellColumn<'_>],
    footnotes: &mut Footnotes,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for name in names.iter().filter(|n| exists(columns, n, basis)) {
        let tests: Vec<Option<&Test>> =
            columns.iter().map(|c| find(c.outcome()?, name, basis)).collect();
        rows.extend(rows_of_test(source, shown, name, &tests, footnotes));
    }
    rows
}

/// The rows of one test over the columns: its statistic, its p-value, that of a bootstrap.
pub(super) fn rows_of_test(
    source: Source<'_>,
    shown: Shown<'_>,
    name: &str,
    tests: &[Option<&Test>],
    footnotes: &mut Footnotes,
) -> Vec<Row> {
    let entries = tests.iter().map(|t| statistic(source, *t, shown, footnotes)).collect();
    let mut rows = vec![Row::new(label(source, name, tests), entries).of(name, "statistic")];
    rows.extend(p_value_row(tests, shown.brackets[0]).map(|row| row.of(name, "p")));
    rows.extend(bootstrap_row(tests, shown.brackets[1]).map(|row| row.of(name, "bootstrap-p")));
    rows
}

/// Moran's I is held against the normal as its standard score: the row says so.
fn label(source: Source<'_>, name: &str, tests: &[Option<&Test>]) -> String {
    let score = tests.iter().flatten().any(|t| {
        matches!(&t.outcome, TestOutcome::Computed { null: NullDistribution::Normal, .. })
    });
    let label = labels::named_test(source.spec, name);
    if score { source.words().standard_score(&label) } else { label }
}

/// Stars by the p-value of the distribution, where there is one, else by that of replicates.
fn statistic(
    source: Source<'_>,
    test: Option<&Test>,
    shown: Shown<'_>,
    footnotes: &mut Footnotes,
) -> Entry {
    let Some(test) = test else { return Entry::Empty };
    match &test.outcome {
        TestOutcome::Computed { statistic, p_value, .. } => {
            // Of two p-values in one entry the stars are those of the bootstrap.
            let p_value = test.bootstrap.as_ref().map(|b| b.p_value).or(*p_value);
            Entry::Starred {
                value: Number::decimals(
                    *statistic,
                    number::decimals_to_see(&[*statistic], shown.digits),
                ),
                stars: p_value.map_or_else(String::new, |p| number::stars(p, shown.stars)),
            }
        }
        TestOutcome::NotApplicable { reason } => notes::not_applicable(source, reason, footnotes),
    }
}

/// p-values of the null distributions, where any test has one; nothing below *not applicable*.
fn p_value_row(tests: &[Option<&Test>], brackets: Brackets) -> Option<Row> {
    let p_value = |test: Option<&Test>| match test.map(|t| &t.outcome) {
        Some(TestOutcome::Computed { p_value: Some(p_value), .. }) => {
            Entry::Enclosed { value: Number::probability(*p_value), brackets }
        }
        Some(TestOutcome::Computed { p_value: None, .. } | TestOutcome::NotApplicable { .. })
        | None => Entry::Empty,
    };
    let nonstandard =
        |test: &&Test| matches!(&test.outcome, TestOutcome::Computed { p_value: None, .. });
    let any = !tests.iter().flatten().any(nonstandard);
    any.then(|| Row::new("", tests.iter().copied().map(p_value).collect()))
}

/// p-values of replicates under the null hypothesis, where any were asked for.
fn bootstrap_row(tests: &[Option<&Test>], brackets: Brackets) -> Option<Row> {
    let p_value = |test: Option<&Test>| {
        let bootstrap = test.and_then(|t| t.bootstrap.as_ref());
        bootstrap.map_or(Entry::Empty, |b| Entry::Enclosed {
            value: Number::probability(b.p_value),
            brackets,
        })
    };
    let any = tests.iter().flatten().any(|t| t.bootstrap.is_some());
    any.then(|| Row::new("", tests.iter().copied().map(p_value).collect()))
}

fn verdict_row(source: Source<'_>, basis: Basis, columns: &[CellColumn<'_>]) -> Option<Row> {
    let chosen = |c: &CellColumn<'_>| {
        let verdicts = c.outcome().map(|o| o.verdicts.as_slice()).unwrap_or_default();
        let verdict = verdicts.iter().find(|v| v.basis == basis)?;
        Some(labels::chosen(source.spec, &verdict.chosen))
    };
    let chosen: Vec<Option<String>> = columns.iter().map(chosen).collect();
    let any = chosen.iter().any(Option::is_some);
    let entries = chosen.into_iter().map(|c| c.map_or(Entry::Empty, Entry::Text)).collect();
    any.then(|| Row::new(source.words().protocol_chooses(), entries).of("lm", "choice"))
}

/// In a column without a fit: the reason in the first row, dashes beside the other labels.
pub(super) fn show_absences(groups: &mut [Group], absences: &[Option<Entry>]) {
    let rows = groups.iter_mut().flat_map(|g| &mut g.rows).filter(|r| !r.label.is_empty());
    for (position, row) in rows.enumerate() {
        for (entry, absence) in row.entries.iter_mut().zip(absences) {
            if let Some(why) = absence {
                *entry = if position == 0 { why.clone() } else { Entry::Dash };
            }
        }
    }
}

fn nothing(source: Source<'_>, columns: &[CellColumn<'_>]) -> Row {
    Row::new(source.words().no_tests(), vec![Entry::Empty; columns.len()])
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    choice: &CellChoice,
    names: &[String],
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let mut said = notes::data(source);
    said.extend(notes::common(source, &choice.columns, columns));
    said.push(source.words().p_values_in_brackets(spec.test_brackets[0]));
    said.extend(functions::hypotheses(source, names, columns));
    said.extend(nulls(source, names, columns));
    said.extend(splits::estimated(source, spec.digits, names, columns));
    said.extend(bootstraps(source, (names, spec.test_brackets[1]), columns));
    said.extend(notes::stars(source, &number::default_stars()));
    said.extend(changes::note(source, &choice.columns, columns));
    said.extend(notes::sample(source, columns));
    said.extend(notes::weights(source, columns));
    said.extend(notes::lag_order(source, columns));
    said.extend(notes::warnings(source, columns));
    said.extend(verdicts(source, columns));
    said.extend(spec.notes.iter().map(|n| source.words().sentence(n)));
    said
}

/// Which distribution each test is held against: `χ²(1): LM lag, LM error; χ²(2): …`.
fn nulls(source: Source<'_>, names: &[String], columns: &[CellColumn<'_>]) -> Option<String> {
    let words = source.words();
    let mut said: Vec<(String, Vec<String>)> = Vec::new();
    for name in names {
        let tests = columns.iter().filter_map(CellColumn::outcome).flat_map(|o| &o.tests);
        for test in tests.filter(|t| t.name == *name) {
            let TestOutcome::Computed { null, .. } = &test.outcome else { continue };
            let (null, label) = (words.null(null), labels::named_test(source.spec, name));
            match said.iter_mut().find(|(known, _)| *known == null) {
                Some((_, labels)) if labels.contains(&label) => {}
                Some((_, labels)) => labels.push(label),
                None => said.push((null, vec![label])),
            }
        }
    }
    let each = |(null, labels): &(String, Vec<String>)| words.null_of(null, labels);
    let said: Vec<String> = said.iter().map(each).collect();
    (!said.is_empty()).then(|| words.nulls(&said))
}

/// How the replicates under the null hypotheses were drawn, what failed, and which tests have none.
fn bootstraps(
    source: Source<'_>,
    (names, brackets): (&[String], Brackets),
    columns: &[CellColumn<'_>],
) -> Option<String> {
    fn shown<'o>(names: &[String], outcome: &'o Outcome) -> Vec<&'o Test> {
        outcome.tests.iter().filter(|t| names.contains(&t.name)).collect()
    }
    let words = source.words();
    let said = notes::of_outcome(words, columns, |outcome| {
        let made = shown(names, outcome).into_iter().filter_map(|t| t.bootstrap.as_ref());
        let most = made.max_by_key(|b| b.failed)?;
        Some(words.test_replicates(&notes::design(words, &most.design), most.failed))
    })?;
    let all = || columns.iter().filter_map(CellColumn::outcome).flat_map(|o| &o.tests);
    let made = |name: &str| all().any(|t| t.name == name && t.bootstrap.is_some());
    let computed = |name: &str| {
        all().any(|t| t.name == name && matches!(t.outcome, TestOutcome::Computed { .. }))
    };
    let without: Vec<String> = names
        .iter()
        .filter(|name| computed(name) && !made(name))
        .map(|name| labels::test(words, name))
        .collect();
    let of_wald = |name: &&String| name.starts_with("wald:");
    let any = |wald: bool| names.iter().any(|n| of_wald(&n) == wald && made(n));
    let how = match (any(false), any(true)) {
        (_, false) => Generated::UnderNull,
        (false, true) => Generated::OfFit,
        (true, true) => Generated::Both,
    };
    Some(words.test_bootstrap((how, brackets), &said, source.spec.seed.0, &without))
}

/// The reasoning behind the choices, in words: a note each. The numbers it rests on are rows of
/// the table, and the records and `verdicts.csv` repeat them.
fn verdicts(source: Source<'_>, columns: &[CellColumn<'_>]) -> Vec<String> {
    let words = source.words();
    let on = |basis| {
        let because = |o: &Outcome| {
            let verdict = o.verdicts.iter().find(|v| v.basis == basis)?;
            notes::joined(&[conclusion(&verdict.because).to_owned()])
                .map(|because| words.conclusion(&because))
        };
        let note = move |(columns, because): (Option<String>, String)| {
            words.protocol(words.basis(basis), columns.as_deref(), &because)
        };
        notes::each_said(words, columns, because).into_iter().map(note)
    };
    [Basis::Pooled, Basis::Within, Basis::Fit].into_iter().flat_map(on).collect()
}

/// What follows the last colon: `LM lag 9.4 (p = 0.002), …: only the lag test rejects at 5 %`.
fn conclusion(because: &str) -> &str {
    because.rsplit_once(": ").map_or(because, |(_, conclusion)| conclusion)
}
