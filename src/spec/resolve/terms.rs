//! Regressors that are computed from the measure.

use super::Resolver;
use crate::expr::Expr;
use crate::ident::{KeyPath, Located, VarName};
use crate::spec::raw::RawGrid;
use crate::spec::terms::{TermSpec, label, names_measure, with_measure};
use crate::spec::{GridSpec, MeasureSpec, VariableSpec};
use std::collections::BTreeMap;

impl Resolver<'_> {
    /// `terms` of a grid.
    pub(super) fn terms(&mut self, raw: &RawGrid, place: &KeyPath) -> Vec<TermSpec> {
        let mut terms: Vec<TermSpec> = Vec::new();
        for (i, text) in raw.terms.iter().enumerate() {
            let at = place.join("terms").join(i);
            if let Err(error) = Expr::parse(text) {
                self.wrong_inside(&at, error);
            } else if !names_measure(text) || text.trim() == "measure" {
                let help = "such as \"measure^2\" or \"measure * ln_x\"; what does not depend on \
                            the measure is a control: a variable with `expr`";
                self.wrong(&at, format!("`{text}` is nothing made of the measure"), help);
            } else if terms.iter().any(|known| known.pattern.value == *text) {
                self.wrong(&at, format!("`{text}` is listed twice"), "list it once");
            } else {
                terms.push(TermSpec { pattern: Located::new(text.clone(), at) });
            }
        }
        if let (Some(term), true) = (terms.first(), raw.randomisation.is_some()) {
            let help = "the permuted measure would stand beside terms of the measure itself: take \
                        `randomisation` out, or make a grid without `terms`";
            self.wrong(&term.pattern.at, "terms of a measure that is permuted", help);
        }
        terms
    }

    /// A variable for each term of each measure of the grids. One of that name that is declared
    /// keeps its label and unit.
    pub(super) fn add_terms(
        variables: &mut BTreeMap<VarName, VariableSpec>,
        grids: &BTreeMap<String, GridSpec>,
        measures: &BTreeMap<String, MeasureSpec>,
    ) {
        for grid in grids.values() {
            let included = grid.include.iter().flat_map(|rule| rule.value.measure.iter().flatten());
            let names = grid.measure.iter().chain(included);
            for measure in names.filter_map(|name| measures.get(name)) {
                for term in &grid.terms {
                    let measure = &measure.variable.value;
                    let name = term.column(measure);
                    let text = with_measure(&term.pattern.value, measure);
                    let Ok(expr) = Expr::parse(&text) else { continue };
                    let expr = Some(Located::new(expr, term.pattern.at.clone()));
                    let of = |word: &str| variables.get(&VarName::new(word))?.label.clone();
                    let own = label(&text, of);
                    let known = variables.get(&name);
                    let stated = known.and_then(|v| v.label.clone());
                    let unit = known.and_then(|v| v.unit.clone());
                    let at = term.pattern.at.clone();
                    let label = Some(stated.unwrap_or(own));
                    variables.insert(name, VariableSpec { expr, label, unit, at });
                }
            }
        }
    }
}
