//! The cells of one set of results: of a plan, or of a results folder that knows no specification.

use crate::ident::{CellId, Digest, RecordKey};
use crate::outcome::Failure;
use crate::plan::Plan;
use crate::spec::Axis;
use crate::spec::std_errors::DEFAULT;
use crate::store::{CellResult, Record};

use super::figures::Figures;

/// A cell of a set of results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What a person calls it.
    pub label: String,
    /// Its content address.
    pub id: CellId,
    /// Its record, where there is one.
    pub key: Option<RecordKey>,
    /// The grid.
    pub grid: String,
    /// Its values on the axes, in the order of [`Axis::ALL`].
    pub axes: [String; 8],
}

impl Listed {
    /// Its value on one axis.
    pub fn value(&self, axis: Axis) -> &str {
        &self.axes[position(axis)]
    }

    /// Its grid and its values on all axes but these: equal for cells that differ only in them.
    pub fn apart_from(&self, axes: &[Axis]) -> Vec<String> {
        let others = Axis::ALL.into_iter().filter(|axis| !axes.contains(axis));
        std::iter::once(self.grid.clone()).chain(others.map(|a| self.value(a).to_owned())).collect()
    }
}

/// Where an axis stands in [`Axis::ALL`].
fn position(axis: Axis) -> usize {
    Axis::ALL.iter().position(|a| *a == axis).expect("the list has every axis")
}

/// The cells of a plan; `key` knows the record of a cell.
pub fn of_plan(plan: &Plan, key: impl Fn(&CellId) -> Option<RecordKey>) -> Vec<Listed> {
    let listed = |cell: &crate::plan::Cell| Listed {
        label: cell.label(),
        id: cell.id,
        key: key(&cell.id),
        grid: cell.grid.to_string(),
        axes: Axis::ALL.map(|axis| cell.axes.value(axis)),
    };
    plan.cells.iter().map(listed).collect()
}

/// The cells that a results folder lists in its `fits.csv`, as rows of named fields; `None` where a
/// column that names cells is missing.
pub fn of_rows(
    header: &[String],
    rows: impl Iterator<Item = Vec<String>>,
    key: impl Fn(&CellId) -> Option<RecordKey>,
) -> Option<Vec<Listed>> {
    let column = |name: &str| header.iter().position(|h| h == name);
    let (id, grid) = (column("cell")?, column("grid")?);
    // Results of versions without this axis have the estimator's own standard errors.
    let known = |axis: &Axis| *axis == Axis::StdErrors || column(axis.name()).is_some();
    if !Axis::ALL.iter().all(known) {
        return None;
    }
    let axes = Axis::ALL.map(|axis| column(axis.name()));
    let listed = |row: Vec<String>| {
        let field = |at: usize| row.get(at).cloned().unwrap_or_default();
        let (id, grid, axes) = (
            CellId(Digest::parse(&field(id))?),
            field(grid),
            axes.map(|at| at.map_or_else(|| DEFAULT.to_owned(), field)),
        );
        Some(Listed { label: label(&grid, &axes), key: key(&id), id, grid, axes })
    };
    Some(rows.filter_map(listed).collect())
}

/// What [`crate::plan::Cell::label`] calls a cell with these axes.
fn label(grid: &str, axes: &[String; 8]) -> String {
    let [model, effects, measure, region, lags, weights, std_errors, variant] = axes;
    let mut label = format!("{grid}/{model}/{effects}/{measure}/{region}/lag{lags}/{weights}");
    for (value, plain) in [(std_errors, DEFAULT), (variant, crate::spec::variants::BASE)] {
        if value != plain {
            label = format!("{label}/{value}");
        }
    }
    label
}

/// What became of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// It was fitted.
    Fitted(Box<Figures>),
    /// It could not be.
    Failed(Failure),
    /// It has no record.
    NotRun,
}

impl State {
    /// What a record says.
    pub fn of(record: Option<&Record>) -> Self {
        match record.map(|record| (&record.result, record)) {
            None => Self::NotRun,
            Some((CellResult::Failed(failure), _)) => Self::Failed(failure.clone()),
            Some((CellResult::Fitted(outcome), record)) => {
                Self::Fitted(Box::new(Figures::of(&record.model, outcome)))
            }
        }
    }

    /// Its numbers, if it was fitted.
    pub fn figures(&self) -> Option<&Figures> {
        match self {
            Self::Fitted(figures) => Some(figures),
            Self::Failed(_) | Self::NotRun => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lists_its_cells_as_a_plan_calls_them() {
        let header = ["cell", "grid", "model", "effects", "measure", "region", "lags", "weights"]
            .into_iter()
            .chain(["variant", "status"])
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let id = CellId::of(b"a cell").to_string();
        let row = |variant: &str| {
            [id.as_str(), "paper", "slm", "two-way", "oa", "all", "0-2", "w", variant, "fitted"]
                .map(str::to_owned)
                .to_vec()
        };
        let rows = vec![row("base"), row("loo.Hainan")];
        let listed = of_rows(&header, rows.into_iter(), |_| None).expect("all columns");
        assert_eq!(listed[0].label, "paper/slm/two-way/oa/all/lag0-2/w");
        assert_eq!(listed[1].label, "paper/slm/two-way/oa/all/lag0-2/w/loo.Hainan");
        assert_eq!(listed[0].value(Axis::Region), "all");
        assert_eq!(of_rows(&header[1..], std::iter::empty(), |_| None), None);
    }
}
