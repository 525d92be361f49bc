//! Tables of estimates: one column a cell, or one a kind of effect of a cell.
//!
//! | file | what it does |
//! |---|---|
//! | `slots` | what each column shows of its cell |
//! | `panels` | cells one below the other |
//! | `below` | what stands below the estimates, in words |

mod below;
mod panels;
mod slots;

use crate::mistake::Checked;
use crate::model::{Impact, Term, shift};
use crate::outcome::{
    BootstrapEstimate, Derived, DerivedOutcome, Estimate, Outcome, RandomisationEstimate, Statistic,
};
use crate::report::columns::{self, CellColumn};
use crate::report::number::{self, Number};
use crate::report::table::{Entry, Footnotes, Group, Row, Table};
use crate::report::{Source, changes, functions, labels, notes};
use crate::spec::tables::{Brackets, Parentheses, RegressionTable, RowTerm, TableSpec};
use panels::Panel;
use slots::Slot;
use std::collections::BTreeMap;

/// Estimates, effects and statistics of the chosen cells. A cell without a fit keeps its columns.
pub fn build(source: Source<'_>, spec: &TableSpec, wanted: &RegressionTable) -> Checked<Table> {
    let columns = columns::choose(source, &panels::order(wanted), &spec.at)?;
    let rows = row_terms(wanted, &columns);
    let mut footnotes = Footnotes::default();
    let panels = panels::of(source, wanted, &columns);
    let made: Vec<Parts> = panels
        .iter()
        .map(|panel| parts(source, spec, wanted, &rows, panel, &mut footnotes))
        .collect();
    let slots: Vec<Slot<'_>> = panels.iter().flat_map(|panel| panel.slots.clone()).collect();
    let first = &panels[0];
    let heads = columns::heads(source.spec, &wanted.cells.columns, first.columns);
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: over(source, &columns),
        stub: String::new(),
        heads: slots::heads(source, heads, wanted),
        columns: first.slots.iter().map(|slot| panels::column(slot, wanted)).collect(),
        groups: panels::stacked(&panels, made),
        notes: table_notes(source, spec, wanted, &rows, &columns, &slots),
        footnotes: footnotes.into_vec(),
    })
}

/// The rows of a panel.
struct Parts {
    estimates: Vec<Group>,
    effects: Vec<Row>,
    statistics: Vec<Row>,
    tests: Vec<Row>,
}

fn parts(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    rows: &[RowTerm],
    panel: &Panel<'_>,
    footnotes: &mut Footnotes,
) -> Parts {
    let Panel { columns, slots, .. } = panel;
    let of_tests = super::tests::Shown { digits: spec.digits, stars: &wanted.stars };
    let estimates = estimates(source, spec, wanted, rows, columns, slots, footnotes);
    let tests = super::tests::rows_of(source, of_tests, &wanted.tests, columns, footnotes);
    Parts {
        estimates,
        effects: slots::spread(effects(source, spec, wanted, columns), slots),
        statistics: slots::spread(statistics(source, spec, wanted, columns), slots),
        tests: slots::spread(tests, slots),
    }
}

/// The dependent variable; one grid has one.
pub(super) fn over(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let response = &columns.first()?.cell.model.response;
    Some(source.words().dependent_variable(labels::variable(source.spec, response)))
}

/// The rows that are asked for, or every term of any column: slopes in the order in which they
/// appear, then ρ, λ and σ².
fn row_terms(wanted: &RegressionTable, columns: &[CellColumn<'_>]) -> Vec<RowTerm> {
    let stays = |row: &RowTerm| wanted.filter.has(&names(row, columns));
    if !wanted.rows.is_empty() {
        return wanted.rows.iter().map(|r| r.value.clone()).filter(stays).collect();
    }
    let mut terms: Vec<&Term> = Vec::new();
    for estimate in columns.iter().filter_map(CellColumn::outcome).flat_map(|o| &o.fit.estimates) {
        if !terms.contains(&&estimate.term) {
            terms.push(&estimate.term);
        }
    }
    terms.sort_by_key(|term| match term {
        Term::Constant | Term::Variable(_) => 0,
        Term::Rho => 1,
        Term::Lambda => 2,
        Term::Sigma2 => 3,
        Term::Impact(..) => 4,
        Term::Derived(_) => 5,
    });
    terms.into_iter().map(|t| RowTerm::Named(t.to_string())).filter(stays).collect()
}

/// The raw names of a row: its own, and `measure` where it is that of every column.
fn names(row: &RowTerm, columns: &[CellColumn<'_>]) -> Vec<String> {
    let own = row.to_string();
    std::iter::once(own).chain(as_measure(row, columns).map(|row| row.to_string())).collect()
}

/// A row of a named regressor as that of the measure, where it is the measure of every column.
fn as_measure(row: &RowTerm, columns: &[CellColumn<'_>]) -> Option<RowTerm> {
    let RowTerm::Named(raw) = row else { return None };
    let (impact, regressor) = match Term::parse(raw) {
        Term::Variable(regressor) => (None, regressor),
        Term::Impact(impact, regressor) => (Some(impact), regressor),
        _ => return None,
    };
    let shared = columns.iter().all(|c| c.cell.measure_variable == regressor.variable);
    let lag = regressor.lag;
    shared.then_some(if regressor.is_of_neighbours() {
        RowTerm::OfNeighbours { lag }
    } else {
        RowTerm::Measure { impact, lag }
    })
}

/// The parameter that a row shows in a column.
pub(in crate::report) fn term_in(row: &RowTerm, column: &CellColumn<'_>) -> Term {
    row.term(&column.cell.measure_variable)
}

/// A row's label: the table's own, or else that of the variable. The measure's row has the
/// variable's label when all columns share it.
pub(in crate::report) fn row_label(
    source: Source<'_>,
    own_labels: &BTreeMap<String, String>,
    row: &RowTerm,
    columns: &[CellColumn<'_>],
) -> String {
    match row {
        RowTerm::Named(raw) => match own_labels.get(raw) {
            Some(label) => label.clone(),
            None => match as_measure(row, columns).filter(|_| names_measure(own_labels)) {
                Some(measure) => row_label(source, own_labels, &measure, columns),
                None => functions::row_label(source, row, columns),
            },
        },
        RowTerm::OfNeighbours { lag } => {
            if let Some(label) = own_labels.get(&row.to_string()) {
                return label.clone();
            }
            let measure = RowTerm::Measure { impact: None, lag: *lag };
            labels::of_neighbours(&row_label(source, own_labels, &measure, columns))
        }
        RowTerm::Measure { impact, lag } => {
            let of = |label: String| labels::impact(source.spec, *impact, label);
            let own = impact.map_or_else(String::new, |kind| format!("{}:measure", kind.name()));
            if let Some(label) = own_labels.get(&format!("{own}{}", shift(*lag))) {
                return label.clone();
            }
            if let Some(label) = own_labels.get(&own) {
                return labels::lagged(label, *lag);
            }
            if let Some(label) = own_labels.get(&format!("measure{}", shift(*lag))) {
                return of(label.clone());
            }
            if let Some(label) = own_labels.get("measure") {
                return of(labels::lagged(label, *lag));
            }
            functions::row_label(source, row, columns)
        }
    }
}

/// Whether there is a label for rows of the measure.
fn names_measure(own_labels: &BTreeMap<String, String>) -> bool {
    own_labels.keys().any(|name| Impact::split(name).1.starts_with("measure"))
}

/// The rows of estimates: those of a group of the table stand together under its label, where the
/// first of them would stand.
fn estimates(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    rows: &[RowTerm],
    columns: &[CellColumn<'_>],
    slots: &[Slot<'_>],
    footnotes: &mut Footnotes,
) -> Vec<Group> {
    let absences: Vec<Option<Entry>> =
        columns.iter().map(|c| c.absence(source, footnotes)).collect();
    let group_of = |row: &RowTerm| {
        let names = names(row, columns);
        wanted.groups.iter().position(|group| names.iter().any(|name| group.rows.contains(name)))
    };
    let mut groups: Vec<(Option<usize>, Group)> = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let made = estimate_rows(
            source,
            spec,
            wanted,
            (position, row),
            &absences,
            columns,
            slots,
            footnotes,
        );
        let own = group_of(row);
        let known = match own {
            Some(_) => groups.iter_mut().find(|(of, _)| *of == own),
            None => groups.last_mut().filter(|(of, _)| of.is_none()),
        };
        match known {
            Some((_, group)) => group.rows.extend(made),
            None => {
                let label = own.map(|of| wanted.groups[of].label.clone());
                groups.push((own, Group { label, ..Group::of(made) }));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// An estimate in every column, and what stands below it.
#[expect(clippy::too_many_arguments, reason = "what a row is made from, once")]
fn estimate_rows(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    (position, row): (usize, &RowTerm),
    absences: &[Option<Entry>],
    columns: &[CellColumn<'_>],
    slots: &[Slot<'_>],
    footnotes: &mut Footnotes,
) -> Vec<Row> {
    let digits = wanted.digits(&names(row, columns), spec.digits);
    let found: Vec<Option<&Estimate>> =
        slots.iter().map(|slot| estimate(slot.column.outcome()?, &slot.term(row)?)).collect();
    let absent = |slot: &Slot<'_>| {
        let why = absences[slot.cell].clone()?;
        Some(if position == 0 && slot.whole { why } else { Entry::Dash })
    };
    let value = |(slot, e): (&Slot<'_>, Option<&Estimate>)| match e {
        Some(e) => {
            let p_value = shown_p_value(e, slot, wanted.parentheses());
            starred(e, p_value, digits, &wanted.stars)
        }
        None => absent(slot)
            .or_else(|| not_applicable(source, &slot.column, &slot.term(row)?, footnotes))
            .unwrap_or(Entry::Empty),
    };
    let label = row_label(source, &wanted.labels, row, columns);
    let label = match unit(source, wanted, row, columns) {
        Some(unit) => source.words().qualified(&label, &unit),
        None => label,
    };
    let entries = slots.iter().zip(found.iter().copied()).map(value).collect();
    let below = wanted.below.iter();
    let below = below.filter_map(|&(what, brackets)| {
        let line = spread_row(&found, slots, what, brackets, digits)?;
        Some(line.of(row.to_string(), what.name()))
    });
    let estimates = Row::new(label, entries).of(row.to_string(), "estimate");
    std::iter::once(estimates).chain(below).collect()
}

/// `million USD`: the unit of the variable of a row, where the table shows units.
fn unit(
    source: Source<'_>,
    wanted: &RegressionTable,
    row: &RowTerm,
    columns: &[CellColumn<'_>],
) -> Option<String> {
    let first = columns.first().filter(|_| wanted.units)?;
    let (Term::Variable(of) | Term::Impact(_, of)) = term_in(row, first) else { return None };
    let unit = source.spec.variables.get(&of.variable)?.unit.as_ref()?;
    Some(labels::unit(unit))
}

/// The coefficient, effect or function of them of an outcome, if it has it.
pub(in crate::report) fn estimate<'a>(outcome: &'a Outcome, term: &Term) -> Option<&'a Estimate> {
    let derived = outcome.derived.iter().filter_map(Derived::estimate);
    outcome.fit.estimates.iter().chain(&outcome.impacts).chain(derived).find(|e| e.term == *term)
}

/// The entry of a function of the coefficients that says nothing about a column.
fn not_applicable(
    source: Source<'_>,
    column: &CellColumn<'_>,
    term: &Term,
    footnotes: &mut Footnotes,
) -> Option<Entry> {
    let Term::Derived(name) = term else { return None };
    let derived = column.outcome()?.derived.iter().find(|d| d.name == *name)?;
    match &derived.outcome {
        DerivedOutcome::Computed { .. } => None,
        DerivedOutcome::NotApplicable { reason } => {
            Some(notes::not_applicable(source, reason, footnotes))
        }
    }
}

/// The p-value behind the stars: of the bootstrap where its spread is shown, so that stars and
/// intervals speak of the same distribution.
fn shown_p_value(estimate: &Estimate, slot: &Slot<'_>, what: Parentheses) -> f64 {
    match what {
        Parentheses::BootstrapStdError | Parentheses::BootstrapInterval => {
            resampled(slot, &estimate.term).map_or(1.0, |b| b.p_value)
        }
        // What is not tested has no stars.
        Parentheses::RandomisationPValue => {
            randomised(&slot.column, &estimate.term).map_or(1.0, |r| r.p_value)
        }
        Parentheses::StdError
        | Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::Interval
        | Parentheses::None => estimate.p_value,
    }
}

fn starred(
    estimate: &Estimate,
    p_value: f64,
    digits: usize,
    thresholds: &[(f64, String)],
) -> Entry {
    // σ² is a variance: that it differs from zero is not a finding.
    let stars = match estimate.term {
        Term::Sigma2 => String::new(),
        Term::Constant
        | Term::Variable(_)
        | Term::Rho
        | Term::Lambda
        | Term::Impact(..)
        | Term::Derived(_) => number::stars(p_value, thresholds),
    };
    Entry::Starred { value: Number::decimals(estimate.value, digits), stars }
}

/// The row below an estimate, if any column has what it shows.
fn spread_row(
    found: &[Option<&Estimate>],
    slots: &[Slot<'_>],
    what: Parentheses,
    brackets: Brackets,
    digits: usize,
) -> Option<Row> {
    let enclosed = |value| Entry::Enclosed { value, brackets };
    let decimals = |value| enclosed(Number::decimals(value, digits));
    let interval = |(low, high)| Entry::Interval {
        low: Number::decimals(low, digits),
        high: Number::decimals(high, digits),
    };
    let entry = |(e, slot): (&Estimate, &Slot<'_>)| match what {
        Parentheses::StdError => Some(decimals(e.std_error)),
        Parentheses::Statistic => Some(decimals(e.statistic)),
        Parentheses::PValue => Some(enclosed(Number::probability(e.p_value))),
        Parentheses::Interval => Some(interval((e.conf_low, e.conf_high))),
        Parentheses::BootstrapStdError => Some(decimals(resampled(slot, &e.term)?.std_error)),
        Parentheses::BootstrapInterval => Some(interval(resampled(slot, &e.term)?.percentile_t)),
        Parentheses::RandomisationPValue => {
            Some(enclosed(Number::probability(randomised(&slot.column, &e.term)?.p_value)))
        }
        Parentheses::None => None,
    };
    let entries: Vec<Option<Entry>> =
        found.iter().zip(slots).map(|(e, slot)| e.and_then(|e| entry((e, slot)))).collect();
    let any = entries.iter().any(Option::is_some);
    let entries = entries.into_iter().map(Option::unwrap_or_default).collect();
    any.then(|| Row::new("", entries))
}

/// What the bootstrap that the table shows says of a term.
fn resampled<'a>(slot: &Slot<'a>, term: &Term) -> Option<&'a BootstrapEstimate> {
    slot.column
        .outcome()?
        .bootstraps
        .get(slot.bootstrap)?
        .estimates
        .iter()
        .find(|e| e.term == *term)
}

/// What the first randomisation test of a column's cell says of a term.
fn randomised<'a>(column: &'a CellColumn<'_>, term: &Term) -> Option<&'a RandomisationEstimate> {
    column.outcome()?.randomisations.first()?.estimates.iter().find(|e| e.term == *term)
}

/// Which effects are controlled for: of the question, so that a failed column shows them too.
fn effects(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    columns: &[CellColumn<'_>],
) -> Vec<Row> {
    let words = source.words();
    let usual = || words.effects_words(spec.style).map(str::to_owned);
    let [yes, no] = &wanted.effects_words.clone().unwrap_or_else(usual);
    let row = |label: &str, has: &dyn Fn(&CellColumn<'_>) -> bool| {
        let said = |c| Entry::Text(if has(c) { yes } else { no }.clone());
        Row::new(label, columns.iter().map(said).collect())
    };
    if !wanted.effects_rows {
        return Vec::new();
    }
    let [individual, time] = words.effects_rows();
    vec![
        row(individual, &|c| c.cell.model.effects.has_individual()).of("individual", "effect"),
        row(time, &|c| c.cell.model.effects.has_time()).of("time", "effect"),
    ]
}

fn statistics(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    columns: &[CellColumn<'_>],
) -> Vec<Row> {
    let entry = |column: &CellColumn<'_>, statistic: Statistic| match column.outcome() {
        None => Entry::Dash,
        Some(outcome) => match outcome.fit.statistics.get(&statistic) {
            None => Entry::Empty,
            Some(&value) if statistic.is_count() => Entry::Number(Number::count(value)),
            Some(&value) => {
                let digits = wanted.digits(&[statistic.name().to_owned()], spec.digits);
                Entry::Number(Number::decimals(value, digits))
            }
        },
    };
    let row = |&statistic: &Statistic| {
        let entries = columns.iter().map(|c| entry(c, statistic)).collect();
        Row::new(source.words().statistic(statistic), entries).of(statistic.name(), "statistic")
    };
    wanted.statistics.iter().map(row).collect()
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    rows: &[RowTerm],
    columns: &[CellColumn<'_>],
    slots: &[Slot<'_>],
) -> Vec<String> {
    let shown: Vec<Term> = slots
        .iter()
        .flat_map(|slot| rows.iter().filter_map(move |r| Some((slot, slot.term(r)?))))
        .filter(|(slot, term)| slot.column.outcome().is_some_and(|o| estimate(o, term).is_some()))
        .map(|(_, term)| term)
        .collect();
    let label = |row: &RowTerm| row_label(source, &wanted.labels, row, columns);
    let mut said = notes::data(source);
    said.extend(notes::common(source, &panels::axes(wanted), columns));
    said.extend(notes::spatial_terms(source, &shown));
    said.extend(functions::derived(source, (rows, wanted.parentheses()), label));
    said.extend(below::said(source, &wanted.below, columns));
    let lines = || wanted.below.iter().map(|(what, _)| *what);
    if let Some(what) = lines().find(|what| what.of_bootstrap()) {
        said.extend(notes::bootstrap(source, (what, wanted.bootstrap), &shown, columns));
    }
    if let Some(what) = lines().find(|what| *what == Parentheses::RandomisationPValue) {
        said.extend(notes::randomisation(source, what, columns));
    }
    let asymptotic =
        |what: &Parentheses| !what.of_bootstrap() && *what != Parentheses::RandomisationPValue;
    if wanted.below.is_empty() || lines().any(|what| asymptotic(&what)) {
        said.extend(notes::inference(source, columns));
    }
    said.extend(notes::stars(source, &wanted.stars));
    if !wanted.tests.is_empty() {
        said.extend(super::tests::notes_of(source, &wanted.tests, columns));
    }
    said.extend(changes::note(source, &panels::axes(wanted), columns));
    said.extend(notes::sample(source, columns));
    if uses_weights(columns) {
        said.extend(notes::weights(source, columns));
    }
    said.extend(notes::lag_order(source, columns));
    said.extend(notes::warnings(source, columns));
    said.extend(formulas(source, &wanted.statistics));
    said.extend(spec.notes.iter().map(|n| source.words().sentence(n)));
    said
}

/// How the statistics are defined, each once.
fn formulas(source: Source<'_>, statistics: &[Statistic]) -> Vec<String> {
    let mut said: Vec<&str> = Vec::new();
    for formula in statistics.iter().filter_map(|&s| source.words().formula(s)) {
        if !said.contains(&formula) {
            said.push(formula);
        }
    }
    said.into_iter().map(str::to_owned).collect()
}

/// Whether any fit has a spatial parameter; taken as given where nothing could be fitted.
fn uses_weights(columns: &[CellColumn<'_>]) -> bool {
    let spatial =
        |o: &Outcome| o.fit.estimates.iter().any(|e| matches!(e.term, Term::Rho | Term::Lambda));
    let mut fitted = columns.iter().filter_map(CellColumn::outcome).peekable();
    fitted.peek().is_none() || fitted.any(spatial)
}
