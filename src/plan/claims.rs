//! Claims against the cells that there are.

use super::expand::absent;
use super::tables::unfilled;
use super::{Cell, CellAxes, Plan};
use crate::ident::{KeyPath, Located};
use crate::mistake::{Mistake, suggest};
use crate::spec::claims::{About, ClaimSpec, Condition};
use crate::spec::vocabulary::Vocabulary;
use crate::spec::{Selector, Spec};
use std::collections::BTreeSet;

/// What is wrong with the claims of `spec`: cells that there are not, rows that no cell can fill,
/// tests that no cell runs. A claim about a grid that is not there is passed over.
pub fn check_claims(spec: &Spec, plan: &Plan, vocabulary: &Vocabulary) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for claim in spec.claims.values() {
        let About::Cells { cells, condition } = &claim.about else { continue };
        let all: Vec<&Cell> = plan.cells.iter().filter(|c| *c.grid == *cells.grid).collect();
        if all.is_empty() {
            continue;
        }
        let chosen = plan.select(cells);
        if chosen.is_empty() {
            let at = claim.at.join("where");
            mistakes.push(no_cell(&cells.select, &all, at, "this claim chooses no cell"));
            continue;
        }
        check(claim, condition, &chosen, vocabulary, &mut mistakes);
    }
    mistakes
}

fn no_cell(select: &Selector, all: &[&Cell], at: KeyPath, message: &str) -> Mistake {
    let axes: Vec<CellAxes> = all.iter().map(|cell| cell.axes.clone()).collect();
    let help = absent(select, &axes).unwrap_or_else(|| "`spanel plan` lists the cells".to_owned());
    Mistake::spec(&at, message).help(help)
}

fn check(
    claim: &ClaimSpec,
    condition: &Condition,
    chosen: &[&Cell],
    vocabulary: &Vocabulary,
    mistakes: &mut Vec<Mistake>,
) {
    if let Some(row) = condition.row()
        && let Some(help) = unfilled(chosen, &row.value)
    {
        let message = format!("no cell of this claim has a row `{}`", row.value);
        mistakes.push(Mistake::spec(&row.at, message).help(help));
    }
    match condition {
        Condition::Test { test, .. } => mistakes.extend(not_run(test, chosen, vocabulary)),
        Condition::Larger { larger, than, .. } => {
            for (pattern, key) in [(larger, "larger"), (than, "than")] {
                if !chosen.iter().any(|cell| pattern.matches(&cell.axes)) {
                    let message = format!("`{key}` matches no cell of this claim");
                    mistakes.push(no_cell(pattern, chosen, claim.at.join(key), &message));
                }
            }
        }
        Condition::Order { axis, values, .. } => {
            let known: Vec<String> = chosen.iter().map(|cell| cell.axes.value(*axis)).collect();
            for value in values.iter().filter(|value| !known.contains(&value.value)) {
                let message =
                    format!("no cell of this claim has the {} `{}`", axis.name(), value.value);
                let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
                let help = suggest(&value.value, known);
                mistakes.push(Mistake::spec(&value.at, message).help(help));
            }
        }
        Condition::Sign { .. } | Condition::Range { .. } | Condition::Chosen { .. } => {}
    }
}

/// A test that none of the cells runs.
fn not_run(test: &Located<String>, chosen: &[&Cell], vocabulary: &Vocabulary) -> Option<Mistake> {
    let of_wald =
        |name: &str| chosen.iter().any(|cell| cell.wald.iter().any(|joint| joint.name == name));
    let group = vocabulary.tests.iter().find(|group| group.tests.contains(&test.value));
    let (runs, help) = match (test.value.strip_prefix("wald:"), group) {
        (Some(name), _) => (of_wald(name), format!("add wald = \"{name}\" to the grid")),
        (None, Some(group)) => {
            let runs = chosen.iter().any(|cell| cell.tests.contains(&group.name));
            (runs, format!("add tests = [\"{}\"] to the grid", group.name))
        }
        (None, None) => return None,
    };
    let message = format!("no cell of this claim runs the test `{}`", test.value);
    (!runs).then(|| Mistake::spec(&test.at, message).help(help))
}
