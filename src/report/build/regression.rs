//! Tables of estimates: one column a cell, or one a kind of effect of a cell.
//!
//! | file | what it does |
//! |---|---|
//! | `slots` | what each column shows of its cell |
//! | `estimates` | the rows of estimates, and what stands below each |
//! | `panels` | cells one below the other |
//! | `below` | what stands below the estimates, in words |

mod below;
mod estimates;
mod panels;
mod slots;

use crate::mistake::Checked;
use crate::model::{Effects, Impact, Term, shift};
use crate::outcome::{Outcome, Statistic};
use crate::report::columns::{self, CellColumn};
use crate::report::number::Number;
use crate::report::table::{Entry, Footnotes, Group, Row, Table};
use crate::report::{Source, changes, functions, labels, notes};
use crate::spec::tables::{Facet, Parentheses, RegressionTable, RowTerm, TableSpec};
pub(in crate::report) use estimates::estimate;
use panels::Panel;
use slots::Slot;
use std::collections::BTreeMap;

/// Estimates, effects and statistics of the chosen cells. A cell without a fit keeps its columns.
pub fn build(source: Source<'_>, spec: &TableSpec, wanted: &RegressionTable) -> Checked<Table> {
    let columns = columns::choose(source, &panels::order(wanted), &spec.at)?;
    let rows = row_terms(wanted, &columns);
    let wanted = &with_coefficients(wanted, &rows, &columns);
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
    let of_tests = super::tests::Shown {
        digits: spec.digits,
        stars: &wanted.stars,
        brackets: spec.test_brackets,
    };
    let rows = panels::own_rows(wanted, rows, slots);
    let rows = &rows;
    let estimates = estimates::of(source, spec, wanted, rows, columns, slots, footnotes);
    let named = super::tests::at_all_lags(&wanted.tests, columns);
    let tests = super::tests::rows_of(source, of_tests, &named, columns, footnotes);
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
        Term::Phi => 3,
        Term::Sigma2 => 4,
        Term::Impact(..) => 5,
        Term::Derived(_) => 6,
    });
    terms.into_iter().map(|t| RowTerm::Named(t.to_string())).filter(stays).collect()
}

/// The table with a column of coefficients before those of effects where it shows what is no effect
/// of a regressor: ρ, λ, σ² and the constant would stand below the head of an effect.
fn with_coefficients(
    wanted: &RegressionTable,
    rows: &[RowTerm],
    columns: &[CellColumn<'_>],
) -> RegressionTable {
    let mut wanted = wanted.clone();
    let of_model = |term: Term| match term {
        Term::Constant | Term::Rho | Term::Lambda | Term::Phi | Term::Sigma2 | Term::Derived(_) => {
            true
        }
        Term::Variable(_) | Term::Impact(..) => false,
    };
    let shown = || columns.iter().flat_map(|c| rows.iter().map(move |row| term_in(row, c)));
    let facets = &mut wanted.facets;
    if !facets.is_empty() && !facets.contains(&Facet::Coefficient) && shown().any(of_model) {
        facets.insert(0, Facet::Coefficient);
    }
    wanted
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
        Term::Variable(regressor) if regressor.is_unit_mean() => return None,
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
    let word = |has: bool| if has { yes } else { no }.clone();
    let row = |label: &str, said: &dyn Fn(Effects) -> String| {
        let entry = |c: &CellColumn<'_>| Entry::Text(said(c.cell.model.effects));
        Row::new(label, columns.iter().map(entry).collect())
    };
    let of_units = |effects: Effects| {
        if effects.has_random_units() {
            words.random_effect().to_owned()
        } else if effects.is_of_made_panel() {
            words.effects(effects).to_owned()
        } else {
            word(effects.has_individual())
        }
    };
    let of_periods = |effects: Effects| {
        if effects.has_random_periods() {
            words.random_effect().to_owned()
        } else {
            word(effects.has_time())
        }
    };
    if !wanted.effects_rows {
        return Vec::new();
    }
    let [individual, time] = words.effects_rows();
    vec![
        row(individual, &of_units).of("individual", "effect"),
        row(time, &of_periods).of("time", "effect"),
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
    said.extend(slots::said(source, wanted, columns));
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
        let named = super::tests::at_all_lags(&wanted.tests, columns);
        said.extend(super::tests::notes_of(source, (&named, spec.test_brackets), columns));
    }
    said.extend(changes::note(source, &panels::axes(wanted), columns));
    said.extend(notes::sample(source, columns));
    if uses_weights(columns) {
        said.extend(notes::weights(source, columns));
    }
    said.extend(notes::lag_order(source, columns));
    said.extend(notes::variance_components(source, columns));
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
