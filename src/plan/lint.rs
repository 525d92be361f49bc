//! What is odd about a grid, before hours are spent on it.

use super::{Cell, Plan};
use std::collections::BTreeMap;

/// A line for everything that is odd: cells that are one and the same under several names.
pub fn lint(plan: &Plan) -> Vec<String> {
    aliases(plan)
}

/// Cells of one grid that ask the same thing: an axis of theirs changes nothing.
fn aliases(plan: &Plan) -> Vec<String> {
    let mut first: BTreeMap<(&str, &str), Vec<&Cell>> = BTreeMap::new();
    for cell in &plan.cells {
        first.entry((cell.grid.as_str(), cell.id.0.as_str())).or_default().push(cell);
    }
    let mut same: Vec<Vec<&Cell>> = first.into_values().filter(|cells| cells.len() > 1).collect();
    same.sort_by_key(|cells| cells[0].label());
    let line = |cells: &Vec<&Cell>| {
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
