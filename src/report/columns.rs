//! The cells that a table shows: which, in which order, under which heads, and what became of them.

use crate::ident::KeyPath;
use crate::mistake::{Checked, Mistake};
use crate::outcome::{Failure, Outcome};
use crate::plan::Cell;
use crate::report::Source;
use crate::report::table::{Align, Column, Entry, Footnotes, Head};
use crate::report::{labels, notes};
use crate::spec::tables::CellChoice;
use crate::spec::variants::VariantName;
use crate::spec::{Axis, Selector, Spec};
use crate::store::CellResult;

/// A cell as a column.
#[derive(Debug, Clone, Copy)]
pub struct CellColumn<'a> {
    /// From 1.
    pub number: usize,
    /// What was asked.
    pub cell: &'a Cell,
    /// What became of it.
    pub state: State<'a>,
}

/// What became of a cell.
#[derive(Debug, Clone, Copy)]
pub enum State<'a> {
    /// It was fitted.
    Fitted(&'a Outcome),
    /// It could not be.
    Failed(&'a Failure),
    /// There is no record of it.
    NotRun,
}

impl<'a> CellColumn<'a> {
    /// The outcome, if there is one.
    pub fn outcome(&self) -> Option<&'a Outcome> {
        match self.state {
            State::Fitted(outcome) => Some(outcome),
            State::Failed(_) | State::NotRun => None,
        }
    }

    /// The entry that says why the column is empty, or `None` when it is not.
    pub fn absence(&self, source: Source<'_>, footnotes: &mut Footnotes) -> Option<Entry> {
        match self.state {
            State::Fitted(_) => None,
            State::Failed(failure) => Some(failed(source, failure, footnotes)),
            State::NotRun => {
                let words = source.words();
                let mark = footnotes.mark(words.no_record_of_cell().to_owned());
                Some(Entry::Absent { word: words.not_run(), mark })
            }
        }
    }

    /// The table's column.
    pub fn column(&self) -> Column {
        Column {
            number: Some(self.number),
            cell: Some((self.cell.label(), self.cell.id)),
            align: Align::Decimal,
        }
    }
}

/// An entry for a failure, with its kind and reason in a footnote.
pub fn failed(source: Source<'_>, failure: &Failure, footnotes: &mut Footnotes) -> Entry {
    let words = source.words();
    let text = words.not_fitted(failure.kind, &notes::readable(&failure.reason));
    Entry::Absent { word: words.failed(), mark: footnotes.mark(text) }
}

/// The chosen cells in the order of their heads, or a mistake at `at` when there are none.
pub fn choose<'a>(
    source: Source<'a>,
    choice: &CellChoice,
    at: &KeyPath,
) -> Checked<Vec<CellColumn<'a>>> {
    let mut cells = source.plan.select(choice);
    if cells.is_empty() {
        let message = format!("the table selects no cell of the grid `{}`", choice.grid);
        return Err(Mistake::spec(at, message).help("`spanel plan` lists the cells").into());
    }
    let ranks: Vec<Ranks> = choice.columns.iter().map(|&a| Ranks::of(a, choice, &cells)).collect();
    cells.sort_by_key(|c| ranks.iter().map(|r| r.rank(c)).collect::<Vec<_>>());
    let column = |(i, cell)| CellColumn { number: i + 1, cell, state: state(source, cell) };
    Ok(cells.into_iter().enumerate().map(column).collect())
}

fn state<'a>(source: Source<'a>, cell: &Cell) -> State<'a> {
    match source.records.get(&cell.id).map(|r| &r.result) {
        Some(CellResult::Fitted(outcome)) => State::Fitted(outcome),
        Some(CellResult::Failed(failure)) => State::Failed(failure),
        None => State::NotRun,
    }
}

/// The order of the values of one axis: as the selection lists them, else as the plan does.
struct Ranks {
    axis: Axis,
    values: Vec<String>,
}

impl Ranks {
    fn of(axis: Axis, choice: &CellChoice, cells: &[&Cell]) -> Self {
        let mut values = listed(&choice.select, axis, cells);
        for cell in cells {
            let value = cell.axes.value(axis);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Self { axis, values }
    }

    fn rank(&self, cell: &Cell) -> usize {
        let value = cell.axes.value(self.axis);
        self.values.iter().position(|v| *v == value).unwrap_or(self.values.len())
    }
}

fn listed(select: &Selector, axis: Axis, cells: &[&Cell]) -> Vec<String> {
    fn text<T: ToString>(values: Option<&Vec<T>>) -> Vec<String> {
        values.into_iter().flatten().map(ToString::to_string).collect()
    }
    match axis {
        Axis::Model => text(select.model.as_ref()),
        Axis::Effects => text(select.effects.as_ref()),
        Axis::Measure => text(select.measure.as_ref()),
        Axis::Region => text(select.region.as_ref()),
        Axis::Lags => text(select.lags.as_ref()),
        Axis::Weights => text(select.weights.as_ref()),
        Axis::StdErrors => text(select.std_errors.as_ref()),
        // A variant that stands for several values lists those that there are.
        Axis::Variant => {
            let patterns = select.variant.iter().flatten();
            let of = |p: &VariantName| {
                let p = p.clone();
                let own = cells.iter().filter(move |cell| p.covers(&cell.axes.variant));
                own.map(|cell| cell.axes.value(axis)).collect::<Vec<_>>()
            };
            patterns.flat_map(of).collect()
        }
    }
}

/// Heads from the axes, outermost first; neighbours under the same outer heads are joined, the
/// innermost level never is.
pub fn heads(spec: &Spec, axes: &[Axis], columns: &[CellColumn<'_>]) -> Vec<Vec<Head>> {
    (0..axes.len()).map(|level| head_row(spec, &axes[..=level], axes.len(), columns)).collect()
}

fn head_row(spec: &Spec, outer: &[Axis], levels: usize, columns: &[CellColumn<'_>]) -> Vec<Head> {
    let innermost = outer.len() == levels;
    let key = |c: &CellColumn<'_>| outer.iter().map(|&a| c.cell.axes.value(a)).collect::<Vec<_>>();
    let mut heads: Vec<(Vec<String>, Head)> = Vec::new();
    for column in columns {
        let key = key(column);
        match heads.last_mut() {
            Some((last, head)) if !innermost && *last == key => head.span += 1,
            Some(_) | None => {
                let label = outer.last().map(|&a| labels::axis_value(spec, &column.cell.axes, a));
                heads.push((key, Head { label: label.unwrap_or_default(), span: 1 }));
            }
        }
    }
    heads.into_iter().map(|(_, head)| head).collect()
}
