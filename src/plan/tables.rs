//! Tables against the cells that there are.

use super::expand::absent;
use super::{Cell, CellAxes, Plan};
use crate::ident::KeyPath;
use crate::mistake::{Mistake, suggest};
use crate::model::{Effects, Impact, Regressor, Term, shift};
use crate::spec::tables::{CellChoice, Parentheses, RegressionTable, RowTerm, TableKind};
use crate::spec::{Axis, Spec};

/// What is wrong with the tables of `spec`: cells that there are not, columns with the same head,
/// rows that no cell can fill. A table of a grid that is not there is passed over.
pub fn check_tables(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for table in &spec.tables {
        let choice = match &table.kind {
            TableKind::Regression(regression) => &regression.cells,
            TableKind::Tests { cells, .. } => cells,
            TableKind::Descriptive { .. } | TableKind::Moran { .. } => continue,
        };
        if !plan.cells.iter().any(|cell| cell.grid == choice.grid) {
            continue;
        }
        let mut found = Vec::new();
        check_choice(plan, choice, &table.at, &mut found);
        if let TableKind::Regression(regression) = &table.kind
            && found.is_empty()
        {
            check_parentheses(plan, regression, &table.at, &mut found);
            check_rows(plan, regression, &mut found);
        }
        // A repeated table says the same of each turn.
        mistakes.extend(found.into_iter().filter(|m| !mistakes.contains(m)).collect::<Vec<_>>());
    }
    mistakes
}

/// A row that no chosen cell can fill is a slip: the table would show it empty.
fn check_rows(plan: &Plan, table: &RegressionTable, mistakes: &mut Vec<Mistake>) {
    let chosen = plan.select(&table.cells);
    let mut seen = Vec::new();
    for row in &table.rows {
        if seen.contains(&&row.value) {
            let message = format!("row `{}` is listed twice", row_name(&row.value));
            mistakes.push(Mistake::spec(&row.at, message).help("list it once"));
            continue;
        }
        seen.push(&row.value);
        let help = match &row.value {
            RowTerm::Measure { lag, .. } => {
                let has = |cell: &&Cell| {
                    let of_measure = |r: &Regressor| r.variable == cell.measure_variable;
                    cell.model.regressors.iter().any(|r| of_measure(r) && r.lag == *lag)
                };
                if chosen.iter().any(has) {
                    continue;
                }
                let deepest = chosen.iter().map(|cell| cell.axes.lags.deepest()).max();
                format!("their deepest lag is {}", deepest.unwrap_or(0))
            }
            RowTerm::Named(name) => {
                let known = row_names(&chosen);
                if known.contains(name) {
                    continue;
                }
                suggest(name, known.iter().map(String::as_str))
            }
        };
        let message = format!("no cell of this table has a row `{}`", row_name(&row.value));
        mistakes.push(Mistake::spec(&row.at, message).help(help));
    }
}

/// A row as it is written in a specification.
fn row_name(row: &RowTerm) -> String {
    match row {
        RowTerm::Measure { impact, lag } => {
            let prefix = impact.map_or_else(String::new, |i| format!("{}:", i.name()));
            format!("{prefix}measure{}", shift(*lag))
        }
        RowTerm::Named(name) => name.clone(),
    }
}

/// Every name that a row may have in a table of `cells`.
fn row_names(cells: &[&Cell]) -> Vec<String> {
    let mut names = vec!["measure".to_owned()];
    for cell in cells {
        if cell.axes.effects == Effects::None {
            names.push(Term::Constant.to_string());
        }
        for regressor in &cell.model.regressors {
            names.push(Term::Variable(regressor.clone()).to_string());
        }
    }
    // Which of these a model has is the estimator's business.
    names.extend([Term::Rho, Term::Lambda, Term::Sigma2].map(|term| term.to_string()));
    for regressor in cells.iter().flat_map(|cell| &cell.model.regressors) {
        names.extend(Impact::ALL.map(|kind| Term::Impact(kind, regressor.clone()).to_string()));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn check_choice(plan: &Plan, choice: &CellChoice, at: &KeyPath, mistakes: &mut Vec<Mistake>) {
    let chosen = plan.select(choice);
    if chosen.is_empty() {
        let all: Vec<CellAxes> = plan
            .cells
            .iter()
            .filter(|cell| cell.grid == choice.grid)
            .map(|cell| cell.axes.clone())
            .collect();
        let help = absent(&choice.select, &all)
            .unwrap_or_else(|| "`spanel plan` lists the cells".to_owned());
        let message = format!("this table chooses no cell of grid `{}`", choice.grid);
        mistakes.push(Mistake::spec(&at.join("where"), message).help(help));
        return;
    }
    let differing: Vec<Axis> = Axis::ALL
        .into_iter()
        .filter(|axis| !choice.columns.contains(axis))
        .filter(|&axis| chosen.iter().any(|c| c.axes.value(axis) != chosen[0].axes.value(axis)))
        .collect();
    let head = |cell: &Cell| -> Vec<String> {
        choice.columns.iter().map(|&axis| cell.axes.value(axis)).collect()
    };
    let mut heads: Vec<Vec<String>> = chosen.iter().map(|c| head(c)).collect();
    heads.sort();
    let repeated = heads.windows(2).any(|pair| pair[0] == pair[1]);
    if repeated {
        let names: Vec<String> = differing.iter().map(|a| format!("`{}`", a.name())).collect();
        mistakes.push(
            Mistake::spec(&at.join("columns"), "several cells share a column of this table").help(
                format!(
                    "they differ in {}: fix it in `where` or add it to `columns`",
                    names.join(" and ")
                ),
            ),
        );
    }
}

/// Bootstrap standard errors can only be shown of cells that have a bootstrap.
fn check_parentheses(
    plan: &Plan,
    table: &RegressionTable,
    at: &KeyPath,
    mistakes: &mut Vec<Mistake>,
) {
    match table.parentheses {
        Parentheses::BootstrapStdError | Parentheses::BootstrapInterval => {}
        Parentheses::StdError
        | Parentheses::Statistic
        | Parentheses::PValue
        | Parentheses::Interval
        | Parentheses::None => return,
    }
    if plan.select(&table.cells).iter().any(|cell| cell.bootstraps.is_empty()) {
        let message = format!("the cells of grid `{}` have no bootstrap", table.cells.grid);
        let help = "declare [bootstrap.NAME] and add bootstrap = \"NAME\" to the grid";
        mistakes.push(Mistake::spec(&at.join("parentheses"), message).help(help));
    }
}
