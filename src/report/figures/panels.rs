//! Cells in rows and columns of panels, and the estimates that they show.

use crate::ident::KeyPath;
use crate::mistake::Checked;
use crate::model::{Impact, Term};
use crate::outcome::{DerivedOutcome, Estimate};
use crate::report::columns::{CellColumn, choose};
use crate::report::functions;
use crate::report::words::{FigureNote, Place};
use crate::report::{Source, labels, notes};
use crate::spec::Axis;
use crate::spec::figures::CellFigure;
use crate::spec::tables::RowTerm;
use std::collections::BTreeMap;

/// Cells of one panel.
pub(super) struct Panel<'a> {
    /// Row of panels.
    pub(super) row: usize,
    /// Column of panels.
    pub(super) column: usize,
    /// What the axes of panels are in it; empty without any.
    pub(super) title: String,
    /// Its cells, in order.
    pub(super) cells: Vec<CellColumn<'a>>,
}

/// The chosen cells by panel, and how many rows and columns of panels there are. Panels of one axis
/// are wrapped into as many columns as rows.
pub(super) fn panels<'a>(
    source: Source<'a>,
    figure: &CellFigure,
    at: &KeyPath,
) -> Checked<(Vec<Panel<'a>>, usize, usize)> {
    let axes = &figure.cells.columns;
    let mut order = figure.cells.clone();
    order.columns.extend(figure.group);
    let cells = choose(source, &order, at)?;
    let values = |axis: Axis| {
        let mut values: Vec<String> = Vec::new();
        for cell in &cells {
            let value = cell.cell.axes.value(axis);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    let place = |values: &[String], axis: Axis, cell: &CellColumn<'_>| {
        let value = cell.cell.axes.value(axis);
        values.iter().position(|v| *v == value).unwrap_or(0)
    };
    let (listed, shape): (Vec<Vec<String>>, (usize, usize)) = match axes.as_slice() {
        [] => (Vec::new(), (1, 1)),
        [one] => {
            let values = values(*one);
            let shape = crate::drawing::chart::panels::Panels::square(values.len());
            (vec![values], shape)
        }
        [rows, columns, ..] => {
            let (rows, columns) = (values(*rows), values(*columns));
            let shape = (rows.len(), columns.len());
            (vec![rows, columns], shape)
        }
    };
    let mut found: BTreeMap<(usize, usize), Panel<'a>> = BTreeMap::new();
    for cell in &cells {
        let places: Vec<usize> =
            axes.iter().zip(&listed).map(|(&axis, values)| place(values, axis, cell)).collect();
        let (row, column) = match places.as_slice() {
            [] => (0, 0),
            [i] => (i / shape.1, i % shape.1),
            [row, column, ..] => (*row, *column),
        };
        let title = || {
            let said =
                axes.iter().map(|&axis| labels::axis_value(source.spec, &cell.cell.axes, axis));
            said.collect::<Vec<_>>().join(", ")
        };
        let panel = found.entry((row, column)).or_insert_with(|| Panel {
            row,
            column,
            title: title(),
            cells: Vec::new(),
        });
        panel.cells.push(*cell);
    }
    Ok((found.into_values().collect(), shape.0, shape.1))
}

/// The rows of a figure: those it lists, else the measure and its lags.
pub(super) fn rows(figure: &CellFigure, panels: &[Panel<'_>]) -> Vec<RowTerm> {
    if !figure.rows.is_empty() {
        return figure.rows.iter().map(|row| row.value.clone()).collect();
    }
    let mut lags: Vec<i32> = Vec::new();
    for cell in panels.iter().flat_map(|panel| &panel.cells) {
        let own = cell.cell.model.regressors.iter();
        lags.extend(own.filter(|r| r.is_own(&cell.cell.measure_variable)).map(|r| r.lag));
    }
    lags.sort_unstable();
    lags.dedup();
    lags.into_iter().map(|lag| RowTerm::Measure { impact: None, lag }).collect()
}

/// The estimate of a row in a cell, if it has one.
pub(super) fn estimate<'a>(cell: &CellColumn<'a>, row: &RowTerm) -> Option<&'a Estimate> {
    let outcome = cell.outcome()?;
    let term = row.term(&cell.cell.measure_variable);
    if let Term::Derived(name) = &term {
        let found = outcome.derived.iter().find(|d| d.name == *name)?;
        return match &found.outcome {
            DerivedOutcome::Computed { estimate } => Some(estimate),
            DerivedOutcome::NotApplicable { .. } => None,
        };
    }
    let estimates = outcome.fit.estimates.iter().chain(&outcome.impacts);
    estimates.into_iter().find(|e| e.term == term)
}

/// What a row is called in a cell: by the labels of the figure, else the variable's, else, where the
/// cells of the figure have several measures, `Measure`.
pub(super) fn label(
    source: Source<'_>,
    figure: &CellFigure,
    row: &RowTerm,
    cells: &[CellColumn<'_>],
) -> String {
    let own = figure.labels.get(&row.to_string()).cloned();
    own.unwrap_or_else(|| match row {
        RowTerm::Measure { impact, lag } => {
            let mut variables: Vec<_> = cells.iter().map(|c| &c.cell.measure_variable).collect();
            variables.dedup();
            let stated = figure.labels.get("measure").map(String::as_str);
            let name = stated.unwrap_or(match variables.as_slice() {
                [one] => labels::variable(source.spec, one),
                _ => source.words().measure(),
            });
            labels::impact(source.spec, *impact, labels::lagged(name, *lag))
        }
        RowTerm::OfNeighbours { lag } => {
            let measure = RowTerm::Measure { impact: None, lag: *lag };
            labels::of_neighbours(&label(source, figure, &measure, cells))
        }
        RowTerm::Named(_) => functions::row_label(source, row, cells),
    })
}

/// What a reader must know of the cells: data, what they share, sample, weights, standard errors,
/// reference distribution, what was filled in.
pub(super) fn said(source: Source<'_>, heads: &[Axis], panels: &[Panel<'_>]) -> Vec<String> {
    let cells: Vec<CellColumn<'_>> = panels.iter().flat_map(|p| p.cells.iter().copied()).collect();
    let mut said = notes::data(source);
    said.extend(notes::common_of(source, heads, &cells, [Place::Panel, Place::Panels]));
    said.extend(notes::sample(source, &cells));
    said.extend(notes::weights(source, &cells));
    said.extend(notes::std_errors(source, &cells).map(|text| source.words().errors(&text)));
    said.extend(notes::inference(source, &cells));
    said.extend(notes::warnings(source, &cells));
    let absent = cells.iter().filter(|c| c.outcome().is_none()).count();
    if absent > 0 {
        said.push(source.words().figure_note(FigureNote::Absent(absent, cells.len())));
    }
    said
}

/// Whether an effect on the neighbours is meant.
pub(super) fn is_impact(row: &RowTerm) -> bool {
    match row {
        RowTerm::Measure { impact, .. } => impact.is_some(),
        RowTerm::OfNeighbours { .. } => false,
        RowTerm::Named(raw) => Impact::split(raw).0.is_some(),
    }
}
