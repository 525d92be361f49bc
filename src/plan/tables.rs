//! Tables against the cells that there are.
//!
//! | file | what it does |
//! |---|---|
//! | `names` | names of rows in `keep`, `drop`, `row_digits`, `labels`, `row_groups` |

mod names;

use super::expand::absent;
use super::{Cell, CellAxes, Plan};
use crate::ident::{KeyPath, Located};
use crate::mistake::{Mistake, suggest};
use crate::model::{Impact, Regressor, Term};
use crate::spec::tables::{
    CellChoice, Parentheses, RegressionTable, RobustnessTable, RowTerm, TableKind,
};
use crate::spec::{Axis, Spec};

/// What is wrong with the tables of `spec`: cells that there are not, columns with the same head,
/// rows that no cell can fill. A table of a grid that is not there is passed over.
pub fn check_tables(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for table in &spec.tables {
        let choice = match &table.kind {
            TableKind::Regression(regression) => &regression.cells,
            TableKind::Tests { cells, .. } | TableKind::Protocol { cells } => cells,
            TableKind::Robustness(robustness) => &robustness.cells,
            TableKind::Published { cells, .. } => cells,
            TableKind::Descriptive { .. }
            | TableKind::Moran { .. }
            | TableKind::UnitRoots { .. }
            | TableKind::Joint { .. } => continue,
        };
        if !plan.cells.iter().any(|cell| *cell.grid == *choice.grid) {
            continue;
        }
        let mut found = Vec::new();
        if check_selection(plan, choice, &table.at, &mut found) {
            match &table.kind {
                TableKind::Regression(regression) => {
                    check_heads(plan, choice, regression.panels, &table.at, &mut found);
                    if found.is_empty() {
                        check_parentheses(plan, regression, &table.at, &mut found);
                        check_rows(plan, choice, &regression.rows, &mut found);
                    }
                }
                TableKind::Robustness(robustness) => {
                    check_rows(plan, choice, &robustness.rows, &mut found);
                    check_base(plan, robustness, &mut found);
                }
                TableKind::Tests { .. } => check_heads(plan, choice, None, &table.at, &mut found),
                TableKind::Protocol { .. } => {
                    check_heads(plan, choice, None, &table.at, &mut found);
                    check_protocol(plan, choice, &table.at, &mut found);
                }
                TableKind::Descriptive { .. }
                | TableKind::Moran { .. }
                | TableKind::UnitRoots { .. }
                | TableKind::Published { .. }
                | TableKind::Joint { .. } => {}
            }
        }
        // A repeated table says the same of each turn.
        mistakes.extend(found.into_iter().filter(|m| !mistakes.contains(m)).collect::<Vec<_>>());
    }
    mistakes.extend(names::check(spec, plan));
    mistakes
}

/// A row that no chosen cell can fill is a slip: the table would show it empty.
pub(super) fn check_rows(
    plan: &Plan,
    choice: &CellChoice,
    rows: &[Located<RowTerm>],
    mistakes: &mut Vec<Mistake>,
) {
    let chosen = plan.select(choice);
    let mut seen = Vec::new();
    for row in rows {
        if seen.contains(&&row.value) {
            let message = format!("row `{}` is listed twice", row.value);
            mistakes.push(Mistake::spec(&row.at, message).help("list it once"));
            continue;
        }
        seen.push(&row.value);
        let Some(help) = unfilled(&chosen, &row.value) else { continue };
        let what = what_stands(&row.at);
        let message = format!("no cell of this {what} has a row `{}`", row.value);
        mistakes.push(Mistake::spec(&row.at, message).help(help));
    }
}

/// What stands at a place: a figure, a curve or a table.
fn what_stands(at: &KeyPath) -> &'static str {
    match at.0.first().map(String::as_str) {
        Some("figures") => "figure",
        Some("report") => "curve",
        Some(_) | None => "table",
    }
}

/// Where none of `chosen` can fill a row: what it could have been.
pub(super) fn unfilled(chosen: &[&Cell], row: &RowTerm) -> Option<String> {
    match row {
        RowTerm::Measure { lag, .. } => {
            let has = |cell: &&Cell| {
                let of_measure = |r: &Regressor| r.is_own(&cell.measure_variable);
                cell.model.regressors.iter().any(|r| of_measure(r) && r.lag == *lag)
            };
            let deepest = chosen.iter().map(|cell| cell.axes.lags.deepest()).max();
            let help = || format!("their deepest lag is {}", deepest.unwrap_or(0));
            (!chosen.iter().any(has)).then(help)
        }
        RowTerm::OfNeighbours { .. } => {
            let has = |cell: &&Cell| {
                let wanted = row.term(&cell.measure_variable);
                cell.model.regressors.iter().any(|r| Term::Variable(r.clone()) == wanted)
            };
            let help = || "only models with Durbin terms have it: slx, sdm, sdem".to_owned();
            (!chosen.iter().any(has)).then(help)
        }
        RowTerm::Named(name) => {
            let known = row_names(chosen);
            let own = chosen.iter().map(|cell| row.term(&cell.measure_variable).to_string());
            if own.into_iter().any(|own| known.contains(&own)) {
                return None;
            }
            (!known.contains(name)).then(|| suggest(name, known.iter().map(String::as_str)))
        }
    }
}

/// The base of a table over specifications is one of them.
pub(super) fn check_base(plan: &Plan, table: &RobustnessTable, mistakes: &mut Vec<Mistake>) {
    let Some(base) = &table.base else { return };
    let chosen = plan.select(&table.cells);
    let found: Vec<&Cell> =
        chosen.iter().copied().filter(|cell| base.value.matches(&cell.axes)).collect();
    let (message, help) = match found.as_slice() {
        [_] => return,
        [] => {
            let axes: Vec<CellAxes> = chosen.iter().map(|cell| cell.axes.clone()).collect();
            let help = absent(&base.value, &axes)
                .unwrap_or_else(|| "`spanel plan` lists the cells".to_owned());
            (format!("the base is none of the cells of this {}", what_stands(&base.at)), help)
        }
        several => {
            let message = format!("the base is {} cells and must be one", several.len());
            (message, format!("they differ in {}: name one value of each", differing(several, &[])))
        }
    };
    mistakes.push(Mistake::spec(&base.at, message).help(help));
}

/// Every name that a row may have in a table of `cells`.
fn row_names(cells: &[&Cell]) -> Vec<String> {
    let mut names = vec!["measure".to_owned()];
    for cell in cells {
        if cell.axes.effects.has_constant() {
            names.push(Term::Constant.to_string());
        }
        for regressor in &cell.model.regressors {
            names.push(Term::Variable(regressor.clone()).to_string());
        }
        if cell.axes.effects.has_unit_means() {
            let mean = |r: &Regressor| Term::Variable(r.unit_mean()).to_string();
            names.extend(cell.model.regressors.iter().map(mean));
        }
    }
    // Which of these a model has is the estimator's business.
    names.extend([Term::Rho, Term::Lambda, Term::Phi, Term::Sigma2].map(|term| term.to_string()));
    for cell in cells {
        let long_run: &[Impact] =
            if cell.model.dynamics.is_some() { &Impact::LONG_RUN } else { &[] };
        for regressor in cell.model.regressors.iter().filter(|r| !r.is_of_neighbours()) {
            let kinds = Impact::ALL.iter().chain(long_run);
            names.extend(kinds.map(|kind| Term::Impact(*kind, regressor.clone()).to_string()));
        }
    }
    for function in cells.iter().flat_map(|cell| cell.derived.iter()) {
        names.push(Term::Derived(function.name.clone()).to_string());
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// Whether the table chooses any cell; if not, why.
pub(super) fn check_selection(
    plan: &Plan,
    choice: &CellChoice,
    at: &KeyPath,
    mistakes: &mut Vec<Mistake>,
) -> bool {
    let any = !plan.select(choice).is_empty();
    if !any {
        let all: Vec<CellAxes> = plan
            .cells
            .iter()
            .filter(|cell| *cell.grid == *choice.grid)
            .map(|cell| cell.axes.clone())
            .collect();
        let help = absent(&choice.select, &all)
            .unwrap_or_else(|| "`spanel plan` lists the cells".to_owned());
        let what = what_stands(at);
        let message = format!("this {what} chooses no cell of grid `{}`", choice.grid);
        mistakes.push(Mistake::spec(&at.join("where"), message).help(help));
    }
    any
}

/// The axes beside `known` in which `cells` differ: `` `model` and `lags` ``.
pub(super) fn differing(cells: &[&Cell], known: &[Axis]) -> String {
    let names: Vec<String> = Axis::ALL
        .into_iter()
        .filter(|axis| !known.contains(axis))
        .filter(|&axis| cells.iter().any(|c| c.axes.value(axis) != cells[0].axes.value(axis)))
        .map(|axis| format!("`{}`", axis.name()))
        .collect();
    names.join(" and ")
}

/// Every column has a head of its own, and every panel all the columns.
fn check_heads(
    plan: &Plan,
    choice: &CellChoice,
    panels: Option<Axis>,
    at: &KeyPath,
    mistakes: &mut Vec<Mistake>,
) {
    let chosen = plan.select(choice);
    let head = |cell: &Cell| -> Vec<String> {
        choice.columns.iter().map(|&axis| cell.axes.value(axis)).collect()
    };
    let panel = |cell: &Cell| panels.map(|axis| cell.axes.value(axis));
    let mut heads: Vec<(Option<String>, Vec<String>)> =
        chosen.iter().map(|c| (panel(c), head(c))).collect();
    heads.sort();
    let repeated = heads.windows(2).any(|pair| pair[0] == pair[1]);
    let alike = |a: &[(Option<String>, Vec<String>)], b: &[(Option<String>, Vec<String>)]| {
        a.iter().map(|(_, head)| head).eq(b.iter().map(|(_, head)| head))
    };
    let by_panel: Vec<_> = heads.chunk_by(|a, b| a.0 == b.0).collect();
    if let Some(pair) = by_panel.windows(2).find(|pair| !repeated && !alike(pair[0], pair[1])) {
        let name = |of: &[(Option<String>, Vec<String>)]| of[0].0.clone().unwrap_or_default();
        let message = format!(
            "the panels `{}` and `{}` do not have the same columns",
            name(pair[0]),
            name(pair[1])
        );
        let help = "every panel shows the same columns: narrow `where`, or make it two tables";
        mistakes.push(Mistake::spec(&at.join("panels"), message).help(help));
    }
    if repeated {
        let help = format!(
            "they differ in {}: fix it in `where` or add it to `columns`",
            differing(&chosen, &choice.columns)
        );
        mistakes.push(
            Mistake::spec(&at.join("columns"), "several cells share a column of this table")
                .help(help),
        );
    }
}

/// A sequence of decisions can only be shown of cells that have one.
fn check_protocol(plan: &Plan, choice: &CellChoice, at: &KeyPath, mistakes: &mut Vec<Mistake>) {
    if plan.select(choice).into_iter().any(|cell| cell.protocol.is_none()) {
        let grid = &choice.grid;
        let message = format!("the cells of grid `{grid}` have no sequence of decisions");
        let help = format!("add [grids.{grid}.protocol], with level = 0.05, to the grid");
        mistakes.push(Mistake::spec(&at.join("grid"), message).help(help));
    }
}

/// What a bootstrap or a randomisation test says can only be shown of cells that have one.
fn check_parentheses(
    plan: &Plan,
    table: &RegressionTable,
    at: &KeyPath,
    mistakes: &mut Vec<Mistake>,
) {
    for (line, _) in &table.below {
        let (what, lacking): (&str, fn(&Cell) -> bool) = match line {
            Parentheses::BootstrapStdError | Parentheses::BootstrapInterval => {
                ("bootstrap", |cell| cell.bootstraps.is_empty())
            }
            Parentheses::RandomisationPValue => {
                ("randomisation", |cell| cell.randomisations.is_empty())
            }
            Parentheses::StdError
            | Parentheses::Statistic
            | Parentheses::PValue
            | Parentheses::Interval
            | Parentheses::None => continue,
        };
        if plan.select(&table.cells).into_iter().any(lacking) {
            let message = format!("the cells of grid `{}` have no {what}", table.cells.grid);
            let help = format!("declare [{what}.NAME] and add {what} = \"NAME\" to the grid");
            mistakes.push(Mistake::spec(&at.join("parentheses"), message).help(help));
        }
    }
}
