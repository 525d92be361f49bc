//! A parameter, as a rule ρ or λ, over the weights matrices of a grid.

use super::panels::{estimate, label, panels, said};
use super::ranges::{self, Ranged, RangedPanel, Shared};
use super::{Figure, empty};
use crate::drawing::Rich;
use crate::mistake::Checked;
use crate::outcome::Estimate;
use crate::report::columns::CellColumn;
use crate::report::words::FigureNote;
use crate::report::{Source, labels};
use crate::spec::Axis;
use crate::spec::figures::{CellFigure, FigureSpec};
use crate::spec::tables::RowTerm;

/// The plot over weights.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &CellFigure) -> Checked<Figure> {
    let (cells, down, across) = panels(source, wanted, &spec.at)?;
    let all: Vec<CellColumn<'_>> = cells.iter().flat_map(|p| p.cells.iter().copied()).collect();
    let mut matrices: Vec<(String, String)> = Vec::new();
    for cell in &all {
        let value = cell.cell.axes.weights.clone();
        if !matrices.iter().any(|(known, _)| *known == value) {
            let label = labels::weights(source.spec, &value);
            matrices.push((value, label));
        }
    }
    let spatial = ["rho", "lambda"].map(|name| RowTerm::Named(name.to_owned()));
    let wished: Vec<RowTerm> = match wanted.rows.as_slice() {
        [] => spatial.to_vec(),
        rows => rows.iter().map(|row| row.value.clone()).collect(),
    };
    let mut shown: Vec<RowTerm> = Vec::new();
    let mut ranged = Vec::new();
    for panel in &cells {
        let mut own = RangedPanel::of(panel);
        for cell in &panel.cells {
            let found = wished.iter().find_map(|row| Some((row, estimate(cell, row)?)));
            let Some((row, found)) = found else { continue };
            let place = matrices.iter().position(|(value, _)| *value == cell.cell.axes.weights);
            own.ranges.push(range(wanted, *cell, (place.unwrap_or(0), row), found));
            if !shown.contains(row) {
                shown.push(row.clone());
            }
        }
        if own.ranges.is_empty() {
            own.corner.push(Rich::plain(source.words().drawn().no_estimates));
        }
        ranged.push(own);
    }
    if shown.is_empty() {
        return Ok(empty(source, spec, source.words().drawn().no_estimates));
    }
    let names: Vec<String> = shown.iter().map(|row| label(source, wanted, row, &all)).collect();
    let places: Vec<String> = matrices.into_iter().map(|(_, label)| label).collect();
    let shared = Shared {
        shape: (down, across),
        x_title: Rich::plain(source.words().drawn().weights),
        y_title: Rich::plain(names.join(", ")),
        group: wanted.group,
        joined: false,
        places,
        source,
    };
    let scene = ranges::draw(spec, &shared, &ranged);
    let heads: Vec<Axis> =
        wanted.cells.columns.iter().copied().chain(wanted.group).chain([Axis::Weights]).collect();
    let mut notes = said(source, &heads, &cells);
    notes.push(source.words().figure_note(FigureNote::Lines));
    Ok(Figure { scene, rows: ranges::csv("weights", &shared.places, &ranged), notes })
}

fn range<'a>(
    wanted: &CellFigure,
    cell: CellColumn<'a>,
    (place, row): (usize, &RowTerm),
    estimate: &'a Estimate,
) -> Ranged<'a> {
    let group = wanted.group.map(|axis| cell.cell.axes.value(axis)).unwrap_or_default();
    Ranged { place, group, term: row.to_string(), cell, estimate }
}
