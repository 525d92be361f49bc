//! The report against the cells that there are.

use super::Plan;
use super::tables::check_rows;
use crate::mistake::Mistake;
use crate::spec::tables::CellChoice;
use crate::spec::{Selector, Spec};

/// What is wrong with `[report]`: rows of the specification curve that no cell has. A grid whose
/// cells are not known yet is passed over.
pub fn check_report(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let curve = &spec.report.curve;
    let Some(grid) = curve.grid.as_ref().map(|grid| grid.value.clone()) else {
        return mistakes;
    };
    if plan.cells.iter().any(|cell| *cell.grid == *grid) {
        let all = CellChoice { grid, select: Selector::default(), columns: Vec::new() };
        check_rows(plan, &all, &curve.rows, &mut mistakes);
    }
    mistakes
}
