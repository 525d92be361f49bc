//! What each column of a table shows of its cell: coefficients, or effects of one kind.

use crate::model::Term;
use crate::report::columns::CellColumn;
use crate::report::table::{Column, Entry, Head, Row};
use crate::report::{Source, notes};
use crate::spec::tables::{Facet, RegressionTable, RowTerm};

/// A column of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot<'a> {
    pub(super) column: CellColumn<'a>,
    /// Which of the cells it is.
    pub(super) cell: usize,
    /// Which of its bootstraps speaks below the estimates.
    pub(super) bootstrap: usize,
    facet: Facet,
    /// Whether it shows what belongs to the whole cell: ρ, the constant, statistics.
    pub(super) whole: bool,
}

/// The columns of the table: each cell once for each facet.
pub(super) fn of<'a>(columns: &[CellColumn<'a>], wanted: &RegressionTable) -> Vec<Slot<'a>> {
    let (facets, bootstrap) = (wanted.facets.as_slice(), wanted.bootstrap);
    let facets = if facets.is_empty() { &[Facet::Coefficient] } else { facets };
    let whole = facets.iter().position(|f| *f == Facet::Coefficient).unwrap_or(0);
    let slot = |(cell, column): (usize, &CellColumn<'a>)| {
        let column = *column;
        let one = move |(i, &facet): (usize, &Facet)| Slot {
            column,
            cell,
            bootstrap,
            facet,
            whole: i == whole,
        };
        facets.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    columns.iter().enumerate().flat_map(slot).collect()
}

impl Slot<'_> {
    /// The parameter that a row shows here.
    pub(super) fn term(&self, row: &RowTerm) -> Option<Term> {
        match (self.facet.impact(), super::term_in(row, &self.column)) {
            (None, term) => Some(term),
            (Some(kind), Term::Variable(regressor)) => Some(Term::Impact(kind, regressor)),
            (Some(_), term) => self.whole.then_some(term),
        }
    }

    /// The table's column; the cell's number stands over the first of its columns.
    pub(super) fn column(&self) -> Column {
        let column = self.column.column();
        Column { number: column.number.filter(|_| self.whole), ..column }
    }
}

/// Heads of the cells over those of the facets.
pub(super) fn heads(
    source: Source<'_>,
    cells: Vec<Vec<Head>>,
    wanted: &RegressionTable,
) -> Vec<Vec<Head>> {
    let facets = &wanted.facets;
    let [_, ..] = facets.as_slice() else { return cells };
    let widened = |head: Head| Head { span: head.span * facets.len(), ..head };
    let mut levels: Vec<Vec<Head>> =
        cells.into_iter().map(|level| level.into_iter().map(widened).collect()).collect();
    let count: usize = levels.last().map_or(1, |level| level.iter().map(|h| h.span).sum());
    let label = |facet: &Facet| source.words().facet(*facet).to_owned();
    let own = facets.iter().map(|facet| Head { label: label(facet), span: 1 });
    levels.push(own.cycle().take(count).collect());
    levels
}

/// Rows with an entry a cell as rows with an entry a column.
pub(super) fn spread(mut rows: Vec<Row>, slots: &[Slot<'_>]) -> Vec<Row> {
    for row in &mut rows {
        let entry = |slot: &Slot<'_>| match row.entries.get(slot.cell) {
            Some(entry) if slot.whole => entry.clone(),
            _ => Entry::Empty,
        };
        row.entries = slots.iter().map(entry).collect();
    }
    rows
}

/// Of a table with columns of effects: where the statistics of a model stand, and which models have
/// no effects beside their coefficients.
pub(super) fn said(
    source: Source<'_>,
    wanted: &RegressionTable,
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let words = source.words();
    let effects = || wanted.facets.iter().filter(|facet| facet.impact().is_some());
    if effects().next().is_none() {
        return Vec::new();
    }
    let blank = notes::of_outcome(words, columns, |outcome| {
        let lagged = outcome.fit.estimates.iter().any(|e| e.term == Term::Rho);
        (outcome.impacts.is_empty() && !lagged).then(|| words.no_spillovers().to_owned())
    });
    let whole = (wanted.facets.len() > 1).then(|| words.once_a_model().to_owned());
    whole.into_iter().chain(blank.map(|clause| words.said(&[clause]))).collect()
}
