//! Figures against the cells that there are.

use super::tables::{check_base, check_rows, check_selection, differing};
use super::{Cell, Plan};
use crate::ident::KeyPath;
use crate::mistake::Mistake;
use crate::spec::figures::{CellFigure, FigureKind, FigureSpec};
use crate::spec::tables::RobustnessTable;
use crate::spec::{Axis, Spec};
use std::collections::BTreeMap;

/// What is wrong with the figures of `spec`: cells that there are not, several of them in one place,
/// rows that no cell has. A figure of a grid that is not there is passed over.
pub fn check_figures(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut all: Vec<Mistake> = Vec::new();
    for figure in &spec.figures {
        let mut mistakes = Vec::new();
        check_figure(plan, figure, &mut mistakes);
        // A repeated figure says the same of each turn.
        all.extend(mistakes.into_iter().filter(|m| !all.contains(m)).collect::<Vec<_>>());
    }
    all
}

fn check_figure(plan: &Plan, figure: &FigureSpec, mistakes: &mut Vec<Mistake>) {
    let (cells, several) = match &figure.kind {
        FigureKind::EffectDiagram(cells) => (cells, "several cells share a panel of this figure"),
        FigureKind::Coefplot(cells)
        | FigureKind::RhoOverWeights(cells)
        | FigureKind::LagPlot(cells)
        | FigureKind::Profile(cells)
        | FigureKind::BootstrapDensity { cells, .. } => {
            (cells, "several cells share a place of this figure")
        }
        FigureKind::SpecCurve(curve) => {
            check_curve(plan, curve, &figure.at, mistakes);
            return;
        }
        FigureKind::MoranYears { .. }
        | FigureKind::MoranScatter(_)
        | FigureKind::Map(_)
        | FigureKind::MapRegions { .. }
        | FigureKind::LisaMap(_) => return,
    };
    if !plan.cells.iter().any(|cell| *cell.grid == *cells.cells.grid) {
        return;
    }
    if check_selection(plan, &cells.cells, &figure.at, mistakes) {
        check_rows(plan, &cells.cells, &cells.rows, mistakes);
        let own = match &figure.kind {
            FigureKind::RhoOverWeights(_) => Some(Axis::Weights),
            _ => None,
        };
        check_places(plan, (cells, own), several, &figure.at, mistakes);
    }
}

/// The cells, the row and the base of a specification curve.
fn check_curve(plan: &Plan, curve: &RobustnessTable, at: &KeyPath, mistakes: &mut Vec<Mistake>) {
    if plan.cells.iter().any(|cell| *cell.grid == *curve.cells.grid)
        && check_selection(plan, &curve.cells, at, mistakes)
    {
        check_rows(plan, &curve.cells, &curve.rows, mistakes);
        check_base(plan, curve, mistakes);
    }
}

/// Every cell has a place of its own.
fn check_places(
    plan: &Plan,
    (figure, own): (&CellFigure, Option<Axis>),
    several: &str,
    at: &KeyPath,
    mistakes: &mut Vec<Mistake>,
) {
    let axes: Vec<Axis> =
        figure.cells.columns.iter().copied().chain(figure.group).chain(own).collect();
    let chosen = plan.select(&figure.cells);
    let mut places: BTreeMap<Vec<String>, Vec<&Cell>> = BTreeMap::new();
    for cell in &chosen {
        let place = axes.iter().map(|&axis| cell.axes.value(axis)).collect();
        places.entry(place).or_default().push(cell);
    }
    if places.values().any(|cells| cells.len() > 1) {
        let help = format!(
            "they differ in {}: fix it in `where` or add it to `panels`",
            differing(&chosen, &axes)
        );
        mistakes.push(Mistake::spec(&at.join("panels"), several).help(help));
    }
}
