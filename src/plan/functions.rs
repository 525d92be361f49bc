//! Functions of the coefficients as a cell has them: `measure` replaced by its column.

use super::{Cell, Plan};
use crate::expr::formula::{Formula, Written};
use crate::ident::{Located, VarName};
use crate::mistake::{Mistake, suggest};
use crate::model::{Impact, Regressor, Term};
use crate::spec::layers::Layers;
use crate::spec::tables::RowTerm;
use crate::spec::vocabulary::Vocabulary;
use crate::spec::{GridSpec, Spec};
use std::collections::BTreeSet;

/// A function of the coefficients that a cell asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// Key of `Spec::derived`.
    pub name: String,
    /// The function of the cell's parameters.
    pub formula: Formula<Term>,
}

/// A joint Wald test that a cell asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct JointTest {
    /// Key of `Spec::wald`.
    pub name: String,
    /// What is zero under the null.
    pub zero: Vec<Formula<Term>>,
}

impl Function {
    /// Name and text: what a cell's identity is made of.
    pub(super) fn canonical(&self) -> (&str, String) {
        (&self.name, self.formula.to_string())
    }
}

impl JointTest {
    /// Name and texts: what a cell's identity is made of.
    pub(super) fn canonical(&self) -> (&str, Vec<String>) {
        (&self.name, self.zero.iter().map(ToString::to_string).collect())
    }
}

/// The functions of a grid for a cell with this measure.
pub(super) fn derived(spec: &Spec, grid: &GridSpec, measure: &VarName) -> Vec<Function> {
    grid.derived
        .iter()
        .map(|name| Function {
            name: name.clone(),
            formula: meant(&spec.derived[name].formula.value, measure),
        })
        .collect()
}

/// The joint tests of a grid for a cell with this measure.
pub(super) fn wald(spec: &Spec, grid: &GridSpec, measure: &VarName) -> Vec<JointTest> {
    grid.wald
        .iter()
        .map(|name| JointTest {
            name: name.clone(),
            zero: spec.wald[name].zero.iter().map(|f| meant(&f.value, measure)).collect(),
        })
        .collect()
}

fn meant(formula: &Formula<Written>, measure: &VarName) -> Formula<Term> {
    let term = |written: &Written| RowTerm::parse(&written.name).term(measure);
    let Ok(formula) = formula.renamed(|w| Ok::<_, std::convert::Infallible>(term(w)));
    formula
}

/// What is wrong with the functions and joint tests of the grids: a name that no cell of the grid
/// has, names that no cell has together. Where some cells have them all, the others say in their
/// records that the function is not theirs.
pub fn check_functions(
    spec: &Spec,
    plan: &Plan,
    vocabulary: &Vocabulary,
    layers: &Layers,
) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (name, grid) in &spec.grids {
        let cells: Vec<Known<'_>> = plan
            .cells
            .iter()
            .filter(|cell| *cell.grid == **name)
            .map(|cell| Known { cell, terms: terms(cell, vocabulary) })
            .collect();
        if cells.is_empty() {
            continue;
        }
        let functions =
            grid.derived.iter().map(|name| std::slice::from_ref(&spec.derived[name].formula));
        let tests = grid.wald.iter().map(|name| spec.wald[name].zero.as_slice());
        for together in functions.chain(tests) {
            check(name, together, &cells, layers, &mut mistakes);
        }
    }
    mistakes
}

/// A cell with the parameters and effects of its model.
struct Known<'a> {
    cell: &'a Cell,
    terms: Vec<Term>,
}

impl Known<'_> {
    fn has(&self, written: &Written) -> bool {
        let term = RowTerm::parse(&written.name).term(&self.cell.measure_variable);
        self.terms.contains(&term)
    }
}

/// The formulas of one function or test, which a cell must have together.
fn check(
    grid: &str,
    together: &[Located<Formula<Written>>],
    cells: &[Known<'_>],
    layers: &Layers,
    mistakes: &mut Vec<Mistake>,
) {
    let names = || together.iter().flat_map(|f| f.value.names().map(move |name| (name, &f.at)));
    let mut absent = Vec::new();
    for (written, at) in names() {
        if cells.iter().any(|cell| cell.has(written)) || absent.contains(&&written.name) {
            continue;
        }
        absent.push(&written.name);
        let message = format!("no cell of grid `{grid}` has `{}`", written.name);
        let place = layers.within_text(at, written.position, written.length);
        mistakes.push(Mistake::spec(at, message).help(help(written, cells)).at(place));
    }
    let all = |cell: &Known<'_>| names().all(|(written, _)| cell.has(written));
    if let (true, false, Some(first)) = (absent.is_empty(), cells.iter().any(all), together.first())
    {
        let mut listed: Vec<String> = Vec::new();
        for (written, _) in names() {
            let name = format!("`{}`", written.name);
            if !listed.contains(&name) {
                listed.push(name);
            }
        }
        let message = format!("no cell of grid `{grid}` has all of {}", listed.join(", "));
        let help = "each is in some cells, but no model has them together";
        mistakes.push(Mistake::spec(&first.at, message).help(help));
    }
}

fn help(written: &Written, cells: &[Known<'_>]) -> String {
    const LONG_RUN: &str = "effects in the long run are not offered in functions; where rows of W sum \
                            to 1, that of x on all units is (x + W:x)/(1 - y@lag1 - rho - W:y@lag1)";
    const NO_LAG: &str =
        "only models with a spatial lag or Durbin terms have effects beside their coefficients";
    let row = RowTerm::parse(&written.name);
    if let RowTerm::Measure { lag, impact } = row
        && !impact.is_some_and(Impact::is_long_run)
    {
        let of_measure = |known: &Known<'_>| {
            let of = &known.cell.measure_variable;
            let lags = known.cell.model.regressors.iter().filter(|r| r.is_own(of));
            lags.map(|r| r.lag).collect::<Vec<_>>()
        };
        let lags: BTreeSet<i32> = cells.iter().flat_map(of_measure).collect();
        let name = |&lag: &i32| format!("`{}`", RowTerm::Measure { impact: None, lag });
        let listed: Vec<String> = lags.iter().map(name).collect();
        return if lags.contains(&lag) {
            NO_LAG.to_owned()
        } else {
            format!("they have {}", listed.join(", "))
        };
    }
    let known = |term: &Term| cells.iter().any(|cell| cell.terms.contains(term));
    match row.term(&VarName::new("")) {
        Term::Impact(impact, _) if impact.is_long_run() => LONG_RUN.to_owned(),
        Term::Impact(_, regressor) if known(&Term::Variable(regressor.clone())) => {
            NO_LAG.to_owned()
        }
        Term::Derived(_) => "write out what it stands for".to_owned(),
        _ => suggest(&written.name, names(cells).iter().map(String::as_str)),
    }
}

/// Every name that some cell knows.
fn names(cells: &[Known<'_>]) -> Vec<String> {
    let mut names = vec!["measure".to_owned()];
    for term in cells.iter().flat_map(|cell| &cell.terms) {
        let name = term.to_string();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The parameters and effects of a cell's model.
fn terms(cell: &Cell, vocabulary: &Vocabulary) -> Vec<Term> {
    let words = vocabulary.estimators.iter().find(|e| e.name == cell.model.estimator);
    let spatial = words.map(|e| e.spatial.clone()).unwrap_or_default();
    let regressors = &cell.model.regressors;
    let constant = cell.model.effects.has_constant().then_some(Term::Constant);
    let mut terms: Vec<Term> = constant.into_iter().collect();
    terms.extend(regressors.iter().cloned().map(Term::Variable));
    let has_lag = spatial.contains(&Term::Rho);
    // Two stages have no standard error of φ, nor has least squares.
    let two_stages = words.is_some_and(|e| e.instruments) && !spatial.contains(&Term::Lambda);
    let has_phi = !spatial.is_empty() && !two_stages;
    terms.extend(spatial);
    if cell.model.effects.is_random() && has_phi {
        terms.push(Term::Phi);
    }
    if cell.model.effects.has_unit_means() {
        terms.extend(regressors.iter().map(|r| Term::Variable(r.unit_mean())));
    }
    terms.push(Term::Sigma2);
    if has_lag || regressors.iter().any(Regressor::is_of_neighbours) {
        let of = |regressor| Impact::ALL.map(|kind| Term::Impact(kind, Clone::clone(regressor)));
        let own = regressors.iter().filter(|r| r.is_own(&r.variable));
        terms.extend(own.filter(|r| r.variable != cell.model.response).flat_map(of));
    }
    terms
}
