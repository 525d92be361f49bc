//! Every cell: its key numbers, what it was made from, the commands that show it and make it again.

use super::blocks::{Block, CellRow, text};
use super::{Ground, anchor};
use crate::drawing::xml::escape;
use crate::ident::{CellId, Digest};
use crate::model::Term;
use crate::outcome::{Estimate, Outcome, Statistic};
use crate::plan::Cell;
use crate::report::formats::plain::written;
use crate::report::number::{Number, decimals_to_see, default_stars, stars};
use crate::report::words::PageNote;
use crate::report::{labels, notes};
use crate::store::{CellResult, Record};

/// Decimals of estimates.
const DECIMALS: usize = 4;
/// Decimals of a log-likelihood.
const LOGLIK_DECIMALS: usize = 2;

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let mut distinct: Vec<(&CellId, Vec<&Cell>)> = Vec::new();
    let mut positions = std::collections::BTreeMap::new();
    for cell in &ground.source.plan.cells {
        let position = *positions.entry(cell.id).or_insert(distinct.len());
        match distinct.get_mut(position) {
            Some((_, cells)) => cells.push(cell),
            None => distinct.push((&cell.id, vec![cell])),
        }
    }
    if distinct.is_empty() {
        return Vec::new();
    }
    let said = ground.source.words().page_note(PageNote::EveryCell(distinct.len()));
    let cells = distinct.iter().map(|(id, cells)| row(ground, id, cells)).collect();
    vec![text(&said), Block::Cells { seed: ground.source.spec.seed.0, cells }]
}

fn row(ground: Ground<'_>, id: &CellId, cells: &[&Cell]) -> CellRow {
    let record = ground.source.records.get(id);
    let outcome = match record.map(|record| &record.result) {
        Some(CellResult::Fitted(outcome)) => Some(&**outcome),
        Some(CellResult::Failed(_)) | None => None,
    };
    let numbers = match (outcome, record) {
        (Some(outcome), _) => key_numbers(ground, cells, outcome),
        (None, record) => vec![escape(&why_not(ground, record))],
    };
    let statistic = |which: Statistic, show: fn(f64) -> Number| {
        let value = outcome.and_then(|o| o.fit.statistics.get(&which));
        value.map(|value| written(&show(*value))).unwrap_or_default()
    };
    let hash = |of: Option<Digest>| of.map(|hash| hash.to_string()).unwrap_or_default();
    let label = cells.first().map(|cell| cell.label()).unwrap_or_default();
    let versions = record.map(|record| {
        let each = record.made_from.versions.iter().map(|(name, v)| format!("{name} {v}"));
        each.collect::<Vec<_>>().join(", ")
    });
    CellRow {
        anchor: anchor(id),
        id: id.to_string(),
        labels: cells.iter().map(|cell| escape(&cell.label())).collect(),
        numbers,
        fitted: outcome.is_some(),
        observations: statistic(Statistic::N, Number::count),
        loglik: statistic(Statistic::Loglik, |v| Number::decimals(v, LOGLIK_DECIMALS)),
        sample: hash(record.and_then(|record| record.made_from.sample)),
        weights: hash(record.and_then(|record| record.made_from.weights)),
        versions: escape(&versions.unwrap_or_default()),
        show: escape(&(ground.said.show)(&label)),
        again: escape(&(ground.said.again)(&label)),
    }
}

fn why_not(ground: Ground<'_>, record: Option<&Record>) -> String {
    let words = ground.source.words();
    match record.map(|record| &record.result) {
        Some(CellResult::Failed(failure)) => {
            let reason = words.quoted(&notes::readable(&failure.reason));
            words.page_note(PageNote::NotFitted(&words.failure(failure.kind), &reason))
        }
        Some(CellResult::Fitted(_)) | None => words.page().not_run.to_owned(),
    }
}

/// The measure at its lags, and spatial parameters.
fn key_numbers(ground: Ground<'_>, cells: &[&Cell], outcome: &Outcome) -> Vec<String> {
    let own = |e: &&Estimate| match &e.term {
        Term::Variable(r) => cells.iter().any(|cell| cell.measure_variable == r.variable),
        Term::Rho | Term::Lambda => true,
        Term::Constant | Term::Phi | Term::Sigma2 | Term::Impact(..) | Term::Derived(_) => false,
    };
    let said = |e: &Estimate| {
        let decimals = decimals_to_see(&[e.value, e.std_error], DECIMALS);
        let number = |value: f64| written(&Number::decimals(value, decimals));
        let stars = stars(e.p_value, &default_stars());
        let label = labels::term(ground.source.spec, &e.term);
        escape(&format!("{label} {}{stars} ({})", number(e.value), number(e.std_error)))
    };
    outcome.fit.estimates.iter().filter(own).map(said).collect()
}
