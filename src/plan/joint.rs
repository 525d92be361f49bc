//! Joint inference against the cells that there are.

use super::expand::absent;
use super::tables::unfilled;
use super::{Cell, CellAxes, Plan};
use crate::mistake::Mistake;
use crate::model::{Regressor, Term};
use crate::spec::tables::RowTerm;
use crate::spec::{JointSpec, Spec};

/// What is wrong with the families of `spec`: cells that there are not, rows that no cell can fill
/// or that are no hypothesis. A family of a grid that is not there is passed over.
pub fn check_joint(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (name, joint) in &spec.joint {
        let of_grid = || plan.cells.iter().filter(|cell| *cell.grid == *joint.cells.grid);
        if of_grid().next().is_none() {
            continue;
        }
        let chosen = plan.select(&joint.cells);
        if chosen.is_empty() {
            let all: Vec<CellAxes> = of_grid().map(|cell| cell.axes.clone()).collect();
            let help = absent(&joint.cells.select, &all)
                .unwrap_or_else(|| "`spanel plan` lists the cells".to_owned());
            let grid = &joint.cells.grid;
            let message = format!("family `{name}` chooses no cell of grid `{grid}`");
            mistakes.push(Mistake::spec(&joint.at.join("where"), message).help(help));
        } else {
            check_rows(joint, &chosen, &mut mistakes);
        }
    }
    mistakes
}

fn check_rows(joint: &JointSpec, chosen: &[&Cell], mistakes: &mut Vec<Mistake>) {
    for (i, row) in joint.rows.iter().enumerate() {
        let names = |row: &RowTerm| chosen.iter().map(|c| c.term_name(row)).collect::<Vec<_>>();
        let same = |(a, b): (&String, &String)| a == b;
        let own = names(&row.value);
        let mut earlier = joint.rows[..i].iter();
        let twin = earlier.find(|other| names(&other.value).iter().zip(&own).any(same));
        let (message, help) = if row.value == RowTerm::Named(Term::Sigma2.to_string()) {
            let message = "a variance is never 0: `sigma2` is no hypothesis".to_owned();
            (message, "take it out".to_owned())
        } else if let Some(twin) = twin {
            let message = format!("`{}` and `{}` are the same hypothesis", twin.value, row.value);
            (message, "take one of them out".to_owned())
        } else if let Some(help) = unfilled(chosen, &row.value) {
            (format!("no cell of this family has a row `{}`", row.value), help)
        } else {
            continue;
        };
        mistakes.push(Mistake::spec(&row.at, message).help(help));
    }
}

impl Cell {
    /// The raw name of the coefficient, effect or function that `row` means in this cell.
    pub fn term_name(&self, row: &RowTerm) -> String {
        match row {
            RowTerm::Named(_) | RowTerm::OfNeighbours { .. } => {
                row.term(&self.measure_variable).to_string()
            }
            RowTerm::Measure { impact, lag } => {
                let regressor = Regressor::new(self.measure_variable.clone(), *lag);
                match impact {
                    Some(impact) => Term::Impact(*impact, regressor).to_string(),
                    None => Term::Variable(regressor).to_string(),
                }
            }
        }
    }
}
