//! What is odd about a grid, before hours are spent on it.

use super::{Cell, Plan};

/// A line for everything that is odd: cells that are one and the same under several names.
pub fn lint(plan: &Plan) -> Vec<String> {
    aliases(plan)
}

/// Cells of one grid that ask the same thing: an axis of theirs changes nothing.
fn aliases(plan: &Plan) -> Vec<String> {
    let question = |cell: &&Cell| (cell.grid.clone(), cell.id);
    let mut cells: Vec<&Cell> = plan.cells.iter().collect();
    cells.sort_by_cached_key(question);
    let groups = cells.chunk_by(|a, b| question(a) == question(b));
    let mut same: Vec<&[&Cell]> = groups.filter(|cells| cells.len() > 1).collect();
    same.sort_by_key(|cells| cells[0].label());
    let line = |cells: &&[&Cell]| {
        let names: Vec<String> = cells.iter().map(|c| c.label()).collect();
        format!("one cell under {} names: {}", names.len(), names.join(" = "))
    };
    const SHOWN: usize = 5;
    let mut lines: Vec<String> = same.iter().take(SHOWN).map(line).collect();
    if same.len() > SHOWN {
        lines.push(format!("and {} more cells under several names", same.len() - SHOWN));
    }
    lines
}
