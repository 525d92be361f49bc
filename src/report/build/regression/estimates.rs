//! The rows of estimates, and what stands below each.

use super::slots::Slot;
use super::{names, row_label, term_in};
use crate::model::Term;
use crate::outcome::{
    BootstrapEstimate, Derived, DerivedOutcome, Estimate, Outcome, RandomisationEstimate,
};
use crate::report::columns::CellColumn;
use crate::report::number::{self, Number};
use crate::report::table::{Entry, Footnotes, Group, Row};
use crate::report::{Source, labels, notes};
use crate::spec::tables::{Brackets, Parentheses, RegressionTable, RowTerm, TableSpec};

/// The rows of estimates: those of a group of the table stand together under its label, where the
/// first of them would stand.
pub(super) fn of(
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
                let depth = usize::from(label.is_some());
                groups.push((own, Group { label, depth, ..Group::of(made) }));
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
            starred(e, p_value, decimals(e, slot, wanted, digits), &wanted.stars)
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
        let line = spread_row(&found, slots, (what, brackets), (wanted, digits))?;
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
    // σ² is a variance, φ a share of it: a normal test that such a number is zero is none.
    let stars = match estimate.term {
        Term::Sigma2 | Term::Phi => String::new(),
        Term::Constant
        | Term::Variable(_)
        | Term::Rho
        | Term::Lambda
        | Term::Impact(..)
        | Term::Derived(_) => number::stars(p_value, thresholds),
    };
    Entry::Starred { value: Number::decimals(estimate.value, digits), stars }
}

/// What is below an estimate on its own scale: its standard error, or the ends of its interval.
fn spread(e: &Estimate, slot: &Slot<'_>, what: Parentheses) -> Vec<f64> {
    let resampled = || resampled(slot, &e.term);
    match what {
        Parentheses::StdError => vec![e.std_error],
        Parentheses::Interval => vec![e.conf_low, e.conf_high],
        Parentheses::BootstrapStdError => resampled().map(|b| b.std_error).into_iter().collect(),
        Parentheses::BootstrapInterval => {
            resampled().map_or_else(Vec::new, |b| vec![b.percentile_t.0, b.percentile_t.1])
        }
        Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::RandomisationPValue
        | Parentheses::None => Vec::new(),
    }
}

/// The decimals of an estimate and of what stands below it on its scale.
fn decimals(e: &Estimate, slot: &Slot<'_>, wanted: &RegressionTable, digits: usize) -> usize {
    let below = wanted.below.iter().flat_map(|(what, _)| spread(e, slot, *what));
    let entry: Vec<f64> = std::iter::once(e.value).chain(below).collect();
    number::decimals_to_see(&entry, digits)
}

/// The row below an estimate, if any column has what it shows.
fn spread_row(
    found: &[Option<&Estimate>],
    slots: &[Slot<'_>],
    (what, brackets): (Parentheses, Brackets),
    (wanted, digits): (&RegressionTable, usize),
) -> Option<Row> {
    let enclosed = |value| Some(Entry::Enclosed { value, brackets });
    let entry = |(e, slot): (&Estimate, &Slot<'_>)| {
        let number = |value| Number::decimals(value, decimals(e, slot, wanted, digits));
        match what {
            Parentheses::StdError | Parentheses::BootstrapStdError => {
                enclosed(number(*spread(e, slot, what).first()?))
            }
            Parentheses::Interval | Parentheses::BootstrapInterval => {
                let [low, high] = <[f64; 2]>::try_from(spread(e, slot, what)).ok()?.map(number);
                Some(Entry::Interval { low, high })
            }
            Parentheses::Statistic => enclosed(Number::decimals(e.statistic, digits)),
            Parentheses::PValue => enclosed(Number::probability(e.p_value)),
            Parentheses::RandomisationPValue => {
                enclosed(Number::probability(randomised(&slot.column, &e.term)?.p_value))
            }
            Parentheses::None => None,
        }
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
