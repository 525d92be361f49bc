//! Functions of the coefficients and joint hypotheses in words: `b(ln OA) + b(ln OA (t−1))`.

use crate::expr::formula::{Formula, Written};
use crate::ident::VarName;
use crate::model::{Impact, Term};
use crate::outcome::BootstrapSummary;
use crate::report::columns::CellColumn;
use crate::report::{Source, labels};
use crate::spec::tables::{Parentheses, RowTerm};
use crate::spec::terms::{self, MEASURE, names_measure, with_measure};

/// What the functions of the coefficients are whose rows a table shows, with what stands in
/// parentheses. `label` is what the table calls a row.
pub fn derived(
    source: Source<'_>,
    (rows, what): (&[RowTerm], Parentheses),
    label: impl Fn(&RowTerm) -> String,
) -> Option<String> {
    let each = |row: &RowTerm| {
        let RowTerm::Named(raw) = row else { return None };
        let Term::Derived(name) = Term::parse(raw) else { return None };
        let formula = &source.spec.derived.get(&name)?.formula.value;
        Some(format!("{} = {}", label(row), text(formula, &label)))
    };
    let said: Vec<String> = rows.iter().filter_map(each).collect();
    let by_delta = match what {
        Parentheses::BootstrapStdError | Parentheses::BootstrapInterval => false,
        Parentheses::StdError
        | Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::Interval
        | Parentheses::RandomisationPValue
        | Parentheses::None => true,
    };
    (!said.is_empty()).then(|| source.words().functions(&said, by_delta))
}

/// In how many of its replicates a function among `shown` does not exist, at most.
pub fn undefined(bootstrap: &BootstrapSummary, shown: &[Term]) -> u32 {
    let of = bootstrap.estimates.iter().filter(|e| shown.contains(&e.term));
    of.map(|e| e.undefined).max().unwrap_or_default()
}

/// What joint tests hold to be zero.
pub fn hypotheses(
    source: Source<'_>,
    names: &[String],
    columns: &[CellColumn<'_>],
) -> Option<String> {
    let label = |row: &RowTerm| row_label(source, row, columns);
    let each = |raw: &String| {
        let test = source.spec.wald.get(raw.strip_prefix("wald:")?)?;
        let zero: Vec<String> = test.zero.iter().map(|f| text(&f.value, label)).collect();
        Some(format!("{}: {} = 0", labels::named_test(source.spec, raw), zero.join(" = ")))
    };
    let said: Vec<String> = names.iter().filter_map(each).collect();
    (!said.is_empty()).then(|| source.words().hypotheses(&said))
}

/// A row without a label of its own: the measure by its variable where all columns share it.
pub fn row_label(source: Source<'_>, row: &RowTerm, columns: &[CellColumn<'_>]) -> String {
    match row {
        RowTerm::Named(raw) => named(source, raw, columns),
        RowTerm::OfNeighbours { lag } => {
            let measure = RowTerm::Measure { impact: None, lag: *lag };
            labels::of_neighbours(&row_label(source, &measure, columns))
        }
        RowTerm::Measure { impact, lag } => {
            let first = columns.first().map(|c| &c.cell.measure_variable);
            let shared = first.filter(|v| columns.iter().all(|c| c.cell.measure_variable == **v));
            let label =
                shared.map_or(source.words().measure(), |v| labels::variable(source.spec, v));
            labels::impact(source.spec, *impact, labels::lagged(label, *lag))
        }
    }
}

/// The label of a row by name. In one made of the measure, `measure^2`, it is that of the measure
/// where all columns share it.
fn named(source: Source<'_>, raw: &str, columns: &[CellColumn<'_>]) -> String {
    if !names_measure(raw) {
        return labels::term(source.spec, &Term::parse(raw));
    }
    let first = columns.first().map(|c| &c.cell.measure_variable);
    match first.filter(|v| columns.iter().all(|c| c.cell.measure_variable == **v)) {
        Some(measure) => labels::term(source.spec, &Term::parse(&with_measure(raw, measure))),
        None => {
            let (impact, of) = Impact::split(raw);
            let word = |word: &str| match word {
                MEASURE => Some(source.words().measure().to_owned()),
                other => source.spec.variables.get(&VarName::new(other))?.label.clone(),
            };
            labels::impact(source.spec, impact, terms::label(of, word))
        }
    }
}

/// The formula with `b(label)` for a coefficient and `total(label)` for an effect.
fn text(formula: &Formula<Written>, label: impl Fn(&RowTerm) -> String) -> String {
    let kind = |impact: Option<Impact>| impact.map_or("b", Impact::name);
    let coefficient = |term: Term| label(&RowTerm::Named(term.to_string()));
    let name = |written: &Written| match RowTerm::parse(&written.name) {
        RowTerm::Measure { impact, lag } => {
            format!("{}({})", kind(impact), label(&RowTerm::Measure { impact: None, lag }))
        }
        row @ RowTerm::OfNeighbours { .. } => format!("b({})", label(&row)),
        RowTerm::Named(raw) => match Term::parse(&raw) {
            term @ (Term::Constant | Term::Variable(_)) => format!("b({})", coefficient(term)),
            Term::Impact(impact, regressor) => {
                format!("{}({})", kind(Some(impact)), coefficient(Term::Variable(regressor)))
            }
            term @ (Term::Rho | Term::Lambda | Term::Phi | Term::Sigma2 | Term::Derived(_)) => {
                coefficient(term)
            }
        },
    };
    formula.text(name, "−")
}
