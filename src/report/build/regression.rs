//! Tables of estimates: one column a cell.

use crate::mistake::Checked;
use crate::model::{Term, shift};
use crate::outcome::{
    BootstrapEstimate, Derived, DerivedOutcome, Estimate, Outcome, RandomisationEstimate,
    Reference, Statistic,
};
use crate::report::columns::{self, CellColumn};
use crate::report::number::{self, Number};
use crate::report::table::{Brackets, Entry, Footnotes, Group, Row, Table};
use crate::report::{Source, changes, functions, labels, notes};
use crate::spec::tables::{Parentheses, RegressionTable, RowTerm, TableSpec};
use std::collections::BTreeMap;

/// Estimates, effects and statistics of the chosen cells. A cell without a fit keeps its column.
pub fn build(source: Source<'_>, spec: &TableSpec, wanted: &RegressionTable) -> Checked<Table> {
    let columns = columns::choose(source, &wanted.cells, &spec.at)?;
    let mut footnotes = Footnotes::default();
    let rows = row_terms(wanted, &columns);
    let groups = [
        estimates(source, spec, wanted, &rows, &columns, &mut footnotes),
        effects(wanted, &columns),
        statistics(spec, wanted, &columns),
    ];
    Ok(Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        over: over(source, &columns),
        stub: String::new(),
        heads: columns::heads(source.spec, &wanted.cells.columns, &columns),
        columns: columns.iter().map(CellColumn::column).collect(),
        groups: groups.into_iter().filter(|g| !g.rows.is_empty()).collect(),
        notes: table_notes(source, spec, wanted, &rows, &columns),
        footnotes: footnotes.into_vec(),
    })
}

/// The dependent variable; one grid has one.
pub(super) fn over(source: Source<'_>, columns: &[CellColumn<'_>]) -> Option<String> {
    let response = &columns.first()?.cell.model.response;
    Some(format!("Dependent variable: {}", labels::variable(source.spec, response)))
}

/// The rows that are asked for, or every term of any column: slopes in the order in which they
/// appear, then ρ, λ and σ².
fn row_terms(wanted: &RegressionTable, columns: &[CellColumn<'_>]) -> Vec<RowTerm> {
    if !wanted.rows.is_empty() {
        return wanted.rows.iter().map(|r| r.value.clone()).collect();
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
    terms.into_iter().map(|t| RowTerm::Named(t.to_string())).collect()
}

/// The parameter that a row shows in a column.
pub(in crate::report) fn term_in(row: &RowTerm, column: &CellColumn<'_>) -> Term {
    row.term(&column.cell.measure_variable)
}

/// A row's label: the table's own, or else that of the variable. The measure's row has the
/// variable's label when all columns share it.
pub(super) fn row_label(
    source: Source<'_>,
    own_labels: &BTreeMap<String, String>,
    row: &RowTerm,
    columns: &[CellColumn<'_>],
) -> String {
    match row {
        RowTerm::Named(raw) => match own_labels.get(raw) {
            Some(label) => label.clone(),
            None => functions::row_label(source, row, columns),
        },
        RowTerm::Measure { impact, lag } => {
            let of = |label: String| labels::impact(*impact, label);
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

fn estimates(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    rows: &[RowTerm],
    columns: &[CellColumn<'_>],
    footnotes: &mut Footnotes,
) -> Group {
    let absences: Vec<Option<Entry>> = columns.iter().map(|c| c.absence(footnotes)).collect();
    let mut group = Group::default();
    for (position, row) in rows.iter().enumerate() {
        let found: Vec<Option<&Estimate>> =
            columns.iter().map(|c| estimate(c.outcome()?, &term_in(row, c))).collect();
        let absent = |i: usize| {
            let why = absences[i].clone()?;
            Some(if position == 0 { why } else { Entry::Dash })
        };
        let value = |(i, e): (usize, Option<&Estimate>)| match e {
            Some(e) => {
                let p_value = shown_p_value(e, &columns[i], wanted.parentheses);
                starred(e, p_value, spec.digits, &wanted.stars)
            }
            None => absent(i)
                .or_else(|| not_applicable(&columns[i], &term_in(row, &columns[i]), footnotes))
                .unwrap_or(Entry::Empty),
        };
        let label = row_label(source, &wanted.labels, row, columns);
        let entries = found.iter().copied().enumerate().map(value).collect();
        group.rows.push(Row::new(label, entries).of(row.to_string(), "estimate"));
        let spread = spread_row(&found, columns, wanted.parentheses, spec.digits);
        group.rows.extend(spread.map(|s| s.of(row.to_string(), wanted.parentheses.name())));
    }
    group
}

/// The coefficient, effect or function of them of an outcome, if it has it.
pub(in crate::report) fn estimate<'a>(outcome: &'a Outcome, term: &Term) -> Option<&'a Estimate> {
    let derived = outcome.derived.iter().filter_map(Derived::estimate);
    outcome.fit.estimates.iter().chain(&outcome.impacts).chain(derived).find(|e| e.term == *term)
}

/// The entry of a function of the coefficients that says nothing about a column.
fn not_applicable(
    column: &CellColumn<'_>,
    term: &Term,
    footnotes: &mut Footnotes,
) -> Option<Entry> {
    let Term::Derived(name) = term else { return None };
    let derived = column.outcome()?.derived.iter().find(|d| d.name == *name)?;
    match &derived.outcome {
        DerivedOutcome::Computed { .. } => None,
        DerivedOutcome::NotApplicable { reason } => Some(notes::not_applicable(reason, footnotes)),
    }
}

/// The p-value behind the stars: of the bootstrap where its spread is shown, so that stars and
/// intervals speak of the same distribution.
fn shown_p_value(estimate: &Estimate, column: &CellColumn<'_>, what: Parentheses) -> f64 {
    match what {
        Parentheses::BootstrapStdError | Parentheses::BootstrapInterval => {
            resampled(column, &estimate.term).map_or(1.0, |b| b.p_value)
        }
        // What is not tested has no stars.
        Parentheses::RandomisationPValue => {
            randomised(column, &estimate.term).map_or(1.0, |r| r.p_value)
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

/// The row below an estimate, if one is asked for and any column has the estimate.
fn spread_row(
    found: &[Option<&Estimate>],
    columns: &[CellColumn<'_>],
    what: Parentheses,
    digits: usize,
) -> Option<Row> {
    let round = |value| Entry::Enclosed { value, brackets: Brackets::Round };
    let entry = |(e, column): (&Estimate, &CellColumn<'_>)| match what {
        Parentheses::StdError => Some(round(Number::decimals(e.std_error, digits))),
        Parentheses::Statistic => Some(round(Number::decimals(e.statistic, digits))),
        Parentheses::PValue => Some(round(Number::probability(e.p_value))),
        Parentheses::Interval => Some(Entry::Interval {
            low: Number::decimals(e.conf_low, digits),
            high: Number::decimals(e.conf_high, digits),
        }),
        Parentheses::BootstrapStdError => {
            let b = resampled(column, &e.term)?;
            Some(round(Number::decimals(b.std_error, digits)))
        }
        Parentheses::BootstrapInterval => {
            let (low, high) = resampled(column, &e.term)?.percentile_t;
            Some(Entry::Interval {
                low: Number::decimals(low, digits),
                high: Number::decimals(high, digits),
            })
        }
        Parentheses::RandomisationPValue => {
            Some(round(Number::probability(randomised(column, &e.term)?.p_value)))
        }
        Parentheses::None => None,
    };
    let entries: Vec<Option<Entry>> =
        found.iter().zip(columns).map(|(e, c)| e.and_then(|e| entry((e, c)))).collect();
    let any = entries.iter().any(Option::is_some);
    let entries = entries.into_iter().map(Option::unwrap_or_default).collect();
    any.then(|| Row::new("", entries))
}

/// What the first bootstrap of a column's cell says of a term.
fn resampled<'a>(column: &'a CellColumn<'_>, term: &Term) -> Option<&'a BootstrapEstimate> {
    column.outcome()?.bootstraps.first()?.estimates.iter().find(|e| e.term == *term)
}

/// What the first randomisation test of a column's cell says of a term.
fn randomised<'a>(column: &'a CellColumn<'_>, term: &Term) -> Option<&'a RandomisationEstimate> {
    column.outcome()?.randomisations.first()?.estimates.iter().find(|e| e.term == *term)
}

/// Which effects are controlled for: of the question, so that a failed column shows them too.
fn effects(wanted: &RegressionTable, columns: &[CellColumn<'_>]) -> Group {
    let row = |label: &str, has: &dyn Fn(&CellColumn<'_>) -> bool| {
        let said = |c| Entry::Text(if has(c) { "control" } else { "no" }.to_owned());
        Row::new(label, columns.iter().map(said).collect())
    };
    let mut group = Group::default();
    if wanted.effects_rows {
        let individual = row("Individual effect", &|c| c.cell.model.effects.has_individual());
        group.rows.push(individual.of("individual", "effect"));
        let time = row("Time effect", &|c| c.cell.model.effects.has_time());
        group.rows.push(time.of("time", "effect"));
    }
    group
}

fn statistics(spec: &TableSpec, wanted: &RegressionTable, columns: &[CellColumn<'_>]) -> Group {
    let entry = |column: &CellColumn<'_>, statistic: Statistic| match column.outcome() {
        None => Entry::Dash,
        Some(outcome) => match outcome.fit.statistics.get(&statistic) {
            None => Entry::Empty,
            Some(&value) if statistic.is_count() => Entry::Number(Number::count(value)),
            Some(&value) => Entry::Number(Number::decimals(value, spec.digits)),
        },
    };
    let row = |&statistic: &Statistic| {
        let entries = columns.iter().map(|c| entry(c, statistic)).collect();
        Row::new(labels::statistic(statistic), entries).of(statistic.name(), "statistic")
    };
    Group { label: None, rows: wanted.statistics.iter().map(row).collect() }
}

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    wanted: &RegressionTable,
    rows: &[RowTerm],
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let shown: Vec<Term> = columns
        .iter()
        .flat_map(|c| rows.iter().map(move |r| (c, term_in(r, c))))
        .filter(|(c, term)| c.outcome().is_some_and(|o| estimate(o, term).is_some()))
        .map(|(_, term)| term)
        .collect();
    let mut said = notes::data(source);
    said.extend(notes::common(source, &wanted.cells.columns, columns));
    said.extend(notes::spatial_terms(&shown));
    said.extend(functions::derived(source, (rows, wanted.parentheses), |row| {
        row_label(source, &wanted.labels, row, columns)
    }));
    said.extend(parentheses(wanted.parentheses, columns));
    said.extend(notes::bootstrap(source, (wanted.parentheses, &shown), columns));
    said.extend(notes::randomisation(source, wanted.parentheses, columns));
    match wanted.parentheses {
        Parentheses::BootstrapStdError
        | Parentheses::BootstrapInterval
        | Parentheses::RandomisationPValue => {}
        Parentheses::StdError
        | Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::Interval
        | Parentheses::None => said.extend(notes::inference(columns)),
    }
    said.extend(notes::stars(&wanted.stars));
    said.extend(changes::note(source, &wanted.cells.columns, columns));
    said.extend(notes::sample(columns));
    if uses_weights(columns) {
        said.extend(notes::weights(source, columns));
    }
    said.extend(notes::lag_order(columns));
    said.extend(notes::warnings(source, columns));
    said.extend(formulas(&wanted.statistics));
    said.extend(spec.notes.iter().map(|n| notes::sentence(n)));
    said
}

/// How the statistics are defined, each once.
fn formulas(statistics: &[Statistic]) -> Vec<String> {
    let mut said: Vec<&str> = Vec::new();
    for formula in statistics.iter().filter_map(|&s| labels::formula(s)) {
        if !said.contains(&formula) {
            said.push(formula);
        }
    }
    said.into_iter().map(str::to_owned).collect()
}

/// What stands below the estimates, and what the standard errors are.
fn parentheses(what: Parentheses, columns: &[CellColumn<'_>]) -> Option<String> {
    let errors = notes::std_errors(columns);
    let of = errors.as_ref().map(|e| format!(" ({e})")).unwrap_or_default();
    let from = errors.as_ref().map(|e| format!(" Standard errors: {e}.")).unwrap_or_default();
    match what {
        Parentheses::StdError => Some(format!("Standard errors in parentheses{of}.")),
        Parentheses::Statistic => {
            Some(format!("{} statistics in parentheses.{from}", letters(columns)))
        }
        Parentheses::PValue => Some(format!("p-values in parentheses.{from}")),
        Parentheses::Interval => Some(format!("95 % confidence intervals in brackets.{from}")),
        Parentheses::BootstrapStdError => Some(
            "Bootstrap standard errors in parentheses; stars by bootstrap p-values (studentised).".to_owned(),
        ),
        Parentheses::BootstrapInterval => Some(
            "95 % bootstrap percentile-t intervals in brackets, equal-tailed; stars by bootstrap p-values of |t|, which need not agree with them where replicates are skewed."
                .to_owned(),
        ),
        Parentheses::RandomisationPValue => Some(
            "Randomisation p-values of the measure in parentheses, stars by them; other rows are \
             not tested."
                .to_owned(),
        ),
        Parentheses::None => errors.map(|e| format!("Standard errors: {e}.")),
    }
}

/// What the ratio of an estimate to its standard error is called.
fn letters(columns: &[CellColumn<'_>]) -> &'static str {
    let fits = || columns.iter().filter_map(CellColumn::outcome).map(|o| &o.fit.inference);
    let student = fits().any(|r| matches!(r, Reference::Student { .. }));
    let normal = fits().any(|r| matches!(r, Reference::Normal));
    match (student, normal) {
        (true, true) => "t or z",
        (true, false) => "t",
        (false, _) => "z",
    }
}

/// Whether any fit has a spatial parameter; taken as given where nothing could be fitted.
fn uses_weights(columns: &[CellColumn<'_>]) -> bool {
    let spatial =
        |o: &Outcome| o.fit.estimates.iter().any(|e| matches!(e.term, Term::Rho | Term::Lambda));
    let mut fitted = columns.iter().filter_map(CellColumn::outcome).peekable();
    fitted.peek().is_none() || fitted.any(spatial)
}
