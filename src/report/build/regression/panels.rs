//! Cells one below the other: Panel A, Panel B, … with the same columns.
//!
//! Columns are numbered on from panel to panel, so that a note may name one of them. Effects and
//! statistics that are the same in all panels stand once, below the last.

use super::Parts;
use super::slots::{self, Slot};
use crate::model::Term;
use crate::report::columns::CellColumn;
use crate::report::table::{Column, Entry, Group, Row};
use crate::report::{Source, labels};
use crate::spec::Axis;
use crate::spec::tables::{CellChoice, RegressionTable, RowTerm};

/// A panel; the only one of a table without panels has no label.
pub(super) struct Panel<'a> {
    label: Option<String>,
    pub(super) columns: &'a [CellColumn<'a>],
    pub(super) slots: Vec<Slot<'a>>,
}

/// The axes that tell the cells of a table apart: that of the panels, then those of the heads.
pub(super) fn axes(wanted: &RegressionTable) -> Vec<Axis> {
    wanted.panels.into_iter().chain(wanted.cells.columns.iter().copied()).collect()
}

/// The choice of cells in the order panel by panel.
pub(super) fn order(wanted: &RegressionTable) -> CellChoice {
    CellChoice { columns: axes(wanted), ..wanted.cells.clone() }
}

/// The panels of cells that stand panel by panel; at least one.
pub(super) fn of<'a>(
    source: Source<'_>,
    wanted: &RegressionTable,
    columns: &'a [CellColumn<'a>],
) -> Vec<Panel<'a>> {
    let Some(axis) = wanted.panels else {
        return vec![Panel { label: None, columns, slots: slots::of(columns, wanted) }];
    };
    let value = |column: &CellColumn<'_>| column.cell.axes.value(axis);
    let parts = columns.chunk_by(|a, b| value(a) == value(b)).enumerate();
    let panel = |(position, columns): (usize, &'a [CellColumn<'a>])| {
        let name = labels::axis_value(source.spec, &columns[0].cell.axes, axis);
        let label = Some(source.words().panel(&letter(position), &name));
        Panel { label, columns, slots: slots::of(columns, wanted) }
    };
    parts.map(panel).collect()
}

/// `A` … `Z`, then numbers.
fn letter(position: usize) -> String {
    match u8::try_from(position) {
        Ok(of) if of < 26 => char::from(b'A' + of).to_string(),
        _ => (position + 1).to_string(),
    }
}

/// A column of the table; with panels it is no cell's own.
pub(super) fn column(slot: &Slot<'_>, wanted: &RegressionTable) -> Column {
    let column = slot.column();
    match wanted.panels {
        None => column,
        Some(_) => Column { number: None, cell: None, ..column },
    }
}

/// The rows of a panel: those that one of its cells has or, where a cell has no fit, could have had.
/// A table without panels shows every row, and rows that the author lists are shown in every panel.
pub(super) fn own_rows(
    wanted: &RegressionTable,
    rows: &[RowTerm],
    slots: &[Slot<'_>],
) -> Vec<RowTerm> {
    let shows = |slot: &Slot<'_>, row: &RowTerm| {
        let Some(term) = slot.term(row) else { return false };
        match (slot.column.outcome(), term) {
            (Some(outcome), Term::Derived(name)) => outcome.derived.iter().any(|d| d.name == name),
            (Some(outcome), term) => super::estimate(outcome, &term).is_some(),
            (None, Term::Variable(of) | Term::Impact(_, of)) => {
                slot.column.cell.model.regressors.contains(&of)
            }
            (None, _) => true,
        }
    };
    let own = |row: &&RowTerm| slots.iter().any(|slot| shows(slot, row));
    if wanted.panels.is_none() || !wanted.rows.is_empty() {
        return rows.to_vec();
    }
    rows.iter().filter(own).cloned().collect()
}

/// The groups of rows of all panels.
pub(super) fn stacked(panels: &[Panel<'_>], made: Vec<Parts>) -> Vec<Group> {
    let same = |rows: fn(&Parts) -> &Vec<Row>, row: &Row| {
        made.iter().all(|parts| rows(parts).contains(row))
    };
    let shared = |rows: fn(&Parts) -> &Vec<Row>| -> Vec<Row> {
        rows(&made[0]).iter().filter(|row| same(rows, row)).cloned().collect()
    };
    let own = |rows: fn(&Parts) -> &Vec<Row>, parts: &Parts| -> Vec<Row> {
        rows(parts).iter().filter(|row| !same(rows, row)).cloned().collect()
    };
    let mut groups = Vec::new();
    for (panel, parts) in panels.iter().zip(&made) {
        let mut estimates = parts.estimates.clone();
        if let Some(label) = &panel.label {
            head(&mut estimates, label, panel);
        }
        let rest = [own(|p| &p.effects, parts), own(|p| &p.statistics, parts), parts.tests.clone()];
        let rest = rest.into_iter().map(Group::of);
        // Rows of a panel stand below its line, those of its groups below theirs too.
        let inside = usize::from(panel.label.is_some());
        let cells = || match &panel.label {
            Some(_) => panel.slots.iter().map(|slot| slot.column().cell).collect(),
            None => Vec::new(),
        };
        let all = estimates.into_iter().chain(rest).filter(|group| !group.rows.is_empty());
        let placed = |group: Group| Group { cells: cells(), depth: group.depth + inside, ..group };
        groups.extend(all.map(placed));
    }
    // In a table without panels every row is shared: tests stay below the statistics.
    let tests = match panels {
        [_] => groups.pop_if(|_| !made[0].tests.is_empty()),
        _ => None,
    };
    let below = [shared(|p| &p.effects), shared(|p| &p.statistics)].map(Group::of);
    groups.extend(below.into_iter().filter(|group| !group.rows.is_empty()).chain(tests));
    groups
}

/// The line of a panel and the numbers of its columns above its first rows.
fn head(groups: &mut Vec<Group>, label: &str, panel: &Panel<'_>) {
    let number = |slot: &Slot<'_>| match slot.column().number {
        Some(number) => Entry::Text(format!("({number})")),
        None => Entry::Empty,
    };
    let numbers = Row::new("", panel.slots.iter().map(number).collect());
    match groups.first_mut().filter(|group| group.label.is_none()) {
        Some(first) => {
            first.label = Some(label.to_owned());
            first.rows.insert(0, numbers);
        }
        None => groups.insert(0, Group::titled(label, vec![numbers])),
    }
}
