//! Names of rows in `keep`, `drop`, `row_digits`, `labels` and `row_groups`: one that means no row
//! of the table would be ignored, and is a slip.
//!
//! A table that is repeated over an axis has other rows in each turn. A name is looked for in all of
//! them: `drop = ["ln_oa", "ln_la"]` may mean one row in each.

use super::row_names;
use crate::ident::KeyPath;
use crate::mistake::{Mistake, nearest, suggest};
use crate::model::{Regressor, Term, shift};
use crate::outcome::Statistic;
use crate::plan::{Cell, Plan};
use crate::spec::Spec;
use crate::spec::tables::{RegressionTable, RowTerm, TableKind, TableSpec, means};

/// The names of tables of estimates that mean nothing, and tables whose `keep` and `drop` leave no
/// row.
pub(super) fn check(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    // The turns of a repeated table follow one another and share their place.
    for turns in spec.tables.chunk_by(|a, b| a.at == b.at) {
        let turns: Vec<Turn<'_>> = turns.iter().filter_map(|table| Turn::of(table, plan)).collect();
        let Some(first) = turns.first() else { continue };
        let before = mistakes.len();
        for (name, at) in filters(first) {
            let meant = |row: &Names| row.own.iter().any(|own| means(name, own));
            look(&turns, (name, &at), meant, |row| &row.own, &[], &mut mistakes);
        }
        let statistics: Vec<String> =
            first.table.statistics.iter().map(|s| s.name().to_owned()).collect();
        for name in first.table.row_digits.keys() {
            let at = first.at.join("row_digits").join(name);
            let meant = |row: &Names| row.own.contains(name);
            if Statistic::parse(name).is_none() {
                look(&turns, (name, &at), meant, |row| &row.own, &statistics, &mut mistakes);
            } else if !statistics.contains(name) {
                let text = format!("the table does not show the statistic `{name}`");
                let help = format!("add \"{name}\" to `statistics`, or take it out here");
                mistakes.push(Mistake::spec(&at, text).help(help));
            }
        }
        // Where rows are listed, the specification alone says whether these name one.
        if first.table.rows.is_empty() {
            for name in first.table.labels.keys() {
                let at = first.at.join("labels").join(name);
                let meant = |row: &Names| row.labels.contains(name);
                look(&turns, (name, &at), meant, |row| &row.labels, &[], &mut mistakes);
            }
            for (name, at) in grouped(first) {
                let meant = |row: &Names| row.own.contains(name);
                look(&turns, (name, &at), meant, |row| &row.own, &[], &mut mistakes);
            }
        }
        if mistakes.len() == before
            && let Some(empty) = turns.iter().find_map(Turn::emptied_by)
        {
            let text = format!("`{empty}` leaves no row in this table");
            let help = "leave at least one; a table of tests alone has kind = \"tests\"";
            mistakes.push(Mistake::spec(&first.at.join(empty), text).help(help));
        }
    }
    mistakes
}

/// A table, or one turn of a repeated one, with what its rows are called.
struct Turn<'a> {
    at: &'a KeyPath,
    table: &'a RegressionTable,
    rows: Vec<Names>,
}

/// What a row is called.
struct Names {
    /// By `keep`, `drop`, `row_digits` and `row_groups`.
    own: Vec<String>,
    /// By `labels`, which may name all lags of a row at once.
    labels: Vec<String>,
}

impl<'a> Turn<'a> {
    /// `None` for another kind of table, and for one that shows no cell, which is said elsewhere.
    fn of(spec: &'a TableSpec, plan: &Plan) -> Option<Self> {
        let TableKind::Regression(table) = &spec.kind else { return None };
        let cells = plan.select(&table.cells);
        if cells.is_empty() {
            return None;
        }
        let rows: Vec<RowTerm> = match table.rows.as_slice() {
            [] => rows_of(&cells),
            listed => listed.iter().map(|row| row.value.clone()).collect(),
        };
        let rows = rows.iter().map(|row| Names::of(row, &cells)).collect();
        Some(Self { at: &spec.at, table, rows })
    }

    /// The key that leaves none of the rows, if one does.
    fn emptied_by(&self) -> Option<&'static str> {
        let empty = !self.rows.iter().any(|row| self.table.filter.has(&row.own));
        let key = if self.table.filter.drop.is_empty() { "keep" } else { "drop" };
        empty.then_some(key)
    }
}

/// The rows of a table that lists none: every parameter that a fit of its cells may have.
fn rows_of(cells: &[&Cell]) -> Vec<RowTerm> {
    let all = row_names(cells).into_iter().filter(|name| match Term::parse(name) {
        // It stands for the variables that are the measures.
        Term::Variable(_) => name != "measure",
        Term::Constant | Term::Rho | Term::Lambda | Term::Phi | Term::Sigma2 => true,
        Term::Impact(..) | Term::Derived(_) => false,
    });
    all.map(RowTerm::Named).collect()
}

impl Names {
    fn of(row: &RowTerm, cells: &[&Cell]) -> Self {
        let measure = match row {
            RowTerm::Measure { .. } | RowTerm::OfNeighbours { .. } => Some(row.clone()),
            RowTerm::Named(name) => as_measure(name, cells),
        };
        let mut own = vec![row.to_string()];
        if let Some(measure) = &measure {
            let name = measure.to_string();
            if !own.contains(&name) {
                own.push(name);
            }
        }
        let mut labels = own.clone();
        let (impact, lag) = match measure {
            Some(RowTerm::Measure { impact, lag }) => (impact, lag),
            Some(RowTerm::OfNeighbours { lag }) => (None, lag),
            Some(RowTerm::Named(_)) | None => return Self { own, labels },
        };
        let of = impact.map(|kind| format!("{}:measure", kind.name()));
        labels.extend(of.into_iter().chain([format!("measure{}", shift(lag)), "measure".into()]));
        Self { own, labels }
    }
}

/// A regressor by name as the measure, where it is that of every cell.
fn as_measure(name: &str, cells: &[&Cell]) -> Option<RowTerm> {
    let (impact, regressor): (_, Regressor) = match Term::parse(name) {
        Term::Variable(regressor) if regressor.is_unit_mean() => return None,
        Term::Variable(regressor) => (None, regressor),
        Term::Impact(impact, regressor) => (Some(impact), regressor),
        Term::Constant | Term::Rho | Term::Lambda | Term::Phi | Term::Sigma2 | Term::Derived(_) => {
            return None;
        }
    };
    let shared = cells.iter().all(|cell| cell.measure_variable == regressor.variable);
    let lag = regressor.lag;
    shared.then_some(if regressor.is_of_neighbours() {
        RowTerm::OfNeighbours { lag }
    } else {
        RowTerm::Measure { impact, lag }
    })
}

/// The patterns of `keep` and `drop` with their places.
fn filters<'a>(turn: &Turn<'a>) -> Vec<(&'a String, KeyPath)> {
    let filter = &turn.table.filter;
    let of = |key: &str, names: &'a [String]| -> Vec<(&'a String, KeyPath)> {
        let at = turn.at.join(key);
        names.iter().enumerate().map(|(i, name)| (name, at.join(i))).collect()
    };
    [of("keep", &filter.keep), of("drop", &filter.drop)].concat()
}

/// The rows of `row_groups` with their places.
fn grouped<'a>(turn: &Turn<'a>) -> Vec<(&'a String, KeyPath)> {
    let groups = turn.table.groups.iter().enumerate();
    let of = |(i, group): (usize, &'a crate::spec::tables::RowGroup)| {
        let at = turn.at.join("row_groups").join(i).join("rows");
        group.rows.iter().enumerate().map(move |(j, name)| (name, at.join(j)))
    };
    groups.flat_map(of).collect()
}

/// Looks for a name in every turn; what it could have been is among the names of rows and `more`.
fn look(
    turns: &[Turn<'_>],
    (name, at): (&str, &KeyPath),
    meant: impl Fn(&Names) -> bool,
    names: impl Fn(&Names) -> &Vec<String>,
    more: &[String],
    mistakes: &mut Vec<Mistake>,
) {
    let rows = || turns.iter().flat_map(|turn| &turn.rows);
    if rows().any(meant) {
        return;
    }
    let mut known: Vec<&str> = Vec::new();
    let own = rows().flat_map(&names).map(String::as_str);
    if let Some(near) = nearest(name, own) {
        let text = format!("the table has no row `{name}`");
        mistakes.push(Mistake::spec(at, text).help(format!("did you mean `{near}`?")));
        return;
    }
    for name in rows().flat_map(&names).chain(more).map(String::as_str) {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    let text = format!("the table has no row `{name}`");
    mistakes.push(Mistake::spec(at, text).help(suggest(name, known)));
}
