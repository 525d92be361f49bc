//! Functions of the coefficients and joint tests. Whether a model has what they name is for the
//! plan to say, which knows the cells.

use super::{Resolver, at, items, repeats};
use crate::expr::formula::{Formula, Written};
use crate::ident::{KeyPath, Located};
use crate::spec::{DerivedSpec, WaldSpec};
use std::collections::BTreeMap;

impl Resolver<'_> {
    pub(super) fn derived(&mut self) -> BTreeMap<String, DerivedSpec> {
        let mut derived = BTreeMap::new();
        for (name, raw) in &self.raw.derived {
            let at = at(&["derived", name, "expr"]);
            let expected = "a function of the coefficients such as \"measure + measure@lag1\"";
            let Some(text) = self.required(raw.expr.clone(), &at, expected) else { continue };
            if let Some(formula) = self.formula(&text, at) {
                derived.insert(name.clone(), DerivedSpec { formula, label: raw.label.clone() });
            }
        }
        derived
    }

    pub(super) fn wald(&mut self) -> BTreeMap<String, WaldSpec> {
        let mut tests = BTreeMap::new();
        for (name, raw) in &self.raw.wald {
            let at = at(&["wald", name, "zero"]);
            let expected = "what is zero under the null: [\"measure\", \"measure@lag1\"]";
            let Some(zero) = self.required(raw.zero.clone(), &at, expected) else { continue };
            let zero = items(&zero, &at);
            if zero.is_empty() {
                self.wrong(&at, "this test has no restrictions", format!("expected {expected}"));
            }
            let formulas: Vec<_> = zero
                .into_iter()
                .map(|(text, at)| self.formula(text, at))
                .collect::<Option<_>>()
                .unwrap_or_default();
            self.refuse_repeated_restrictions(&formulas);
            if !formulas.is_empty() {
                tests.insert(name.clone(), WaldSpec { zero: formulas, label: raw.label.clone() });
            }
        }
        tests
    }

    fn refuse_repeated_restrictions(&mut self, zero: &[Located<Formula<Written>>]) {
        let texts: Vec<String> = zero.iter().map(|formula| formula.value.to_string()).collect();
        for i in repeats(&texts) {
            let text = format!("`{}` is listed twice", texts[i]);
            self.wrong(&zero[i].at, text, "list each restriction once");
        }
    }

    fn formula(&mut self, text: &str, at: KeyPath) -> Option<Located<Formula<Written>>> {
        match Formula::parse(text) {
            Ok(formula) => Some(Located::new(formula, at)),
            Err(error) => {
                self.wrong_inside(&at, error);
                None
            }
        }
    }
}
