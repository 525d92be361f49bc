//! Families of hypotheses.

use super::{Resolver, at};
use crate::ident::{KeyPath, Located};
use crate::spec::raw::RawJoint;
use crate::spec::tables::{CellChoice, RowTerm};
use crate::spec::{JointSpec, Spec};
use std::collections::BTreeMap;

/// The error rate of a family that states none.
const LEVEL: f64 = 0.05;
/// Replicates of a family at most: those of all hypotheses are held side by side.
const MOST: u32 = 999_999;

impl Resolver<'_> {
    pub(super) fn joint(&mut self, spec: &Spec) -> BTreeMap<String, JointSpec> {
        let mut families = BTreeMap::new();
        for (name, raw) in &self.raw.joint {
            if let Some(family) = self.hypotheses(raw, spec, &at(&["joint", name])) {
                families.insert(name.clone(), family);
            }
        }
        families
    }

    fn hypotheses(&mut self, raw: &RawJoint, spec: &Spec, place: &KeyPath) -> Option<JointSpec> {
        let only = (spec.grids.len() == 1).then(|| spec.grids.keys().next().cloned()).flatten();
        let grid_at = place.join("grid");
        let grid = self.required(raw.grid.clone().or(only), &grid_at, "the name of a grid");
        let known =
            grid.as_ref().is_some_and(|grid| self.declared("grid", "grids", grid, &grid_at));
        let before = self.mistakes.len();
        let select = self.selector(&raw.select.clone().unwrap_or_default(), &place.join("where"));
        let good = self.mistakes.len() == before;
        let rows_at = place.join("rows");
        let rows = self.required(raw.rows.clone(), &rows_at, "coefficients, such as [\"measure\"]");
        if rows.as_ref().is_some_and(Vec::is_empty) {
            let help = "list at least one, such as \"measure\"";
            self.wrong(&rows_at, "this family has no rows", help);
        }
        let expected = "the name of a bootstrap of the grid";
        let bootstrap_at = place.join("bootstrap");
        let bootstrap = self.required(raw.bootstrap.clone(), &bootstrap_at, expected);
        let level = self.level(raw.level, place);
        let (grid, bootstrap) = (grid?, bootstrap?);
        let declared = self.declared("bootstrap", "bootstrap", &bootstrap, &bootstrap_at);
        if !(known && good && declared) {
            return None;
        }
        let listed = &spec.grids.get(&grid)?.bootstrap;
        if !listed.contains(&bootstrap) {
            let text = format!("grid `{grid}` has no bootstrap `{bootstrap}`");
            let help = if listed.is_empty() {
                format!("add bootstrap = \"{bootstrap}\" to the grid")
            } else {
                format!("it has `{}`", listed.join("`, `"))
            };
            self.wrong(&bootstrap_at, text, help);
        }
        let replicates = spec.bootstrap.get(&bootstrap)?.design.replicates;
        if level * f64::from(replicates + 1) < 1.0 {
            let text = format!("{replicates} replicates are too few for a level of {level}");
            let help = format!("no p-value can be below 1/{}", replicates + 1);
            self.wrong(&place.join("level"), text, help);
        }
        if replicates > MOST {
            let text = format!("{replicates} replicates of a family are too many to hold");
            let help = format!("expected at most {MOST}: a bootstrap of its own with fewer");
            self.wrong(&bootstrap_at, text, help);
        }
        let parsed =
            |(i, row): (usize, &String)| Located::new(RowTerm::parse(row), rows_at.join(i));
        Some(JointSpec {
            cells: CellChoice { grid, select, columns: Vec::new() },
            rows: rows?.iter().enumerate().map(parsed).collect(),
            bootstrap,
            level,
            at: place.clone(),
        })
    }

    fn level(&mut self, raw: Option<f64>, place: &KeyPath) -> f64 {
        let level = raw.unwrap_or(LEVEL);
        if level > 0.0 && level < 1.0 {
            return level;
        }
        let text = format!("a level of {level} is no probability of an error");
        let help = "expected a number between 0 and 1, such as 0.05";
        self.wrong(&place.join("level"), text, help);
        LEVEL
    }
}
