//! What was estimated, grid by grid, and what the decision rules chose.

use super::Ground;
use super::blocks::{Block, Fact, Item, code, fact, grid, heading, items};
use crate::outcome::Verdict;
use crate::plan::Cell;
use crate::report::{labels, notes};
use crate::spec::{Axis, GridSpec, Selector};
use crate::store::CellResult;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let spec = ground.source.spec;
    let seed = fact("Seed", vec![code(&spec.seed.0.to_string())]);
    let moran = spec.moran.iter().map(|block| {
        let region = block.region.as_deref().map(|r| labels::region(spec, r));
        let said = format!(
            "{} each period, {}, {}, {} permutations",
            labels::variable(spec, &block.variable.value),
            region.unwrap_or_else(|| "every unit".to_owned()),
            labels::weights(spec, &block.weights),
            block.permutations,
        );
        fact(&format!("Moran's I {}", block.id), items([said]))
    });
    let mut blocks = vec![Block::Facts { facts: std::iter::once(seed).chain(moran).collect() }];
    for (name, declared) in &spec.grids {
        blocks.push(heading(&format!("Grid {name}")));
        blocks.push(Block::Facts { facts: of_grid(ground, name, declared) });
    }
    blocks.extend(verdicts(ground));
    blocks
}

fn of_grid(ground: Ground<'_>, name: &str, grid: &GridSpec) -> Vec<Fact> {
    let (spec, words) = (ground.source.spec, ground.source.words());
    let cells: Vec<&Cell> = ground.source.plan.cells.iter().filter(|c| *c.grid == *name).collect();
    let label = |name: &crate::ident::VarName| labels::variable(spec, name).to_owned();
    let mut facts = vec![
        fact("Cells", items([counted(ground, &cells)])),
        fact("Response", items([label(&grid.response.value)])),
    ];
    if !grid.controls.is_empty() {
        let controls = grid.controls.iter().map(|c| label(&c.value)).collect();
        facts.push(fact("Controls", listed(controls)));
    }
    facts.extend(Axis::ALL.into_iter().filter_map(|axis| axis_fact(ground, axis, &cells)));
    let rules = |kind: &str, rules: &[crate::ident::Located<Selector>]| {
        let count = rules.len();
        (count > 0).then(|| fact(kind, items([format!("{count} rules")])))
    };
    facts.extend(rules("Cells left out by", &grid.exclude));
    facts.extend(rules("Cells added by", &grid.include));
    let named = |name: &str, list: Vec<String>| (!list.is_empty()).then(|| fact(name, items(list)));
    let design = |name: &String| {
        let design = spec.bootstrap.get(name).map(|b| notes::design(words, &b.design));
        design.unwrap_or_else(|| name.clone())
    };
    facts.extend(named("Tests", grid.tests.iter().map(|t| t.value.clone()).collect()));
    facts
        .extend(named("Tests under their nulls", grid.test_bootstrap.iter().map(design).collect()));
    facts.extend(named("Bootstraps", grid.bootstrap.iter().map(design).collect()));
    let permuted = grid.randomisation.iter().map(|name| match spec.randomisation.get(name) {
        Some(r) => format!("{}, {} permutations", r.permute.name(), r.replicates),
        None => name.clone(),
    });
    facts.extend(named("Randomisation of the measure", permuted.collect()));
    let derived = grid.derived.iter().map(|name| labels::derived(spec, name));
    facts.extend(named("Functions of coefficients", derived.collect()));
    let wald = grid.wald.iter().map(|name| labels::named_test(spec, &format!("wald:{name}")));
    facts.extend(named("Joint tests", wald.collect()));
    facts
}

/// Short words on one line.
fn listed(words: Vec<String>) -> Vec<Item> {
    items([words.join(", ")])
}

/// `48: 47 fitted, 1 failed`.
fn counted(ground: Ground<'_>, cells: &[&Cell]) -> String {
    let (mut fitted, mut failed) = (0, 0);
    for record in cells.iter().filter_map(|cell| ground.source.records.get(&cell.id)) {
        match record.result {
            CellResult::Fitted(_) => fitted += 1,
            CellResult::Failed(_) => failed += 1,
        }
    }
    let open = cells.len() - fitted - failed;
    let others = [(failed, "failed"), (open, "without a record")];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    let said = std::iter::once((fitted, "fitted")).chain(others);
    let said: Vec<String> = said.map(|(count, what)| format!("{count} {what}")).collect();
    format!("{}: {}", cells.len(), said.join(", "))
}

/// The values of an axis; nothing where there is only the base variant.
fn axis_fact(ground: Ground<'_>, axis: Axis, cells: &[&Cell]) -> Option<Fact> {
    let (spec, words) = (ground.source.spec, ground.source.words());
    if cells.iter().all(|cell| cell.axes.is_plain(axis)) {
        return None;
    }
    let mut seen = BTreeSet::new();
    let distinct = cells.iter().filter(|cell| seen.insert(cell.axes.value(axis)));
    let values: Vec<String> =
        distinct.map(|cell| labels::axis_value(spec, &cell.axes, axis)).collect();
    (!values.is_empty()).then(|| fact(words.axis(axis), listed(values)))
}

/// What decision rules chose, counted over the cells of each grid.
fn verdicts(ground: Ground<'_>) -> Option<Block> {
    let source = ground.source;
    let words = source.words();
    let mut counts: BTreeMap<(String, &str, &str), BTreeMap<String, usize>> = BTreeMap::new();
    for cell in &source.plan.cells {
        let Some(CellResult::Fitted(outcome)) = source.records.get(&cell.id).map(|r| &r.result)
        else {
            continue;
        };
        for Verdict { rule, basis, chosen, .. } in &outcome.verdicts {
            let key = (cell.grid.to_string(), rule.as_str(), words.basis(*basis));
            let chosen = labels::chosen(source.spec, chosen);
            *counts.entry(key).or_default().entry(chosen).or_default() += 1;
        }
    }
    let rows: Vec<Vec<Item>> = counts
        .into_iter()
        .map(|((grid, rule, basis), chosen)| {
            let all: usize = chosen.values().sum();
            let said: Vec<String> =
                chosen.iter().map(|(name, n)| format!("{name} in {n} of {all} cells")).collect();
            items([grid, rule.to_uppercase(), basis.to_owned(), said.join("; ")])
        })
        .collect();
    let heads = ["Grid", "Rule", "Fit that is tested", "Choice"];
    (!rows.is_empty()).then(|| grid_of_choices(&heads, rows))
}

fn grid_of_choices(heads: &[&str], rows: Vec<Vec<Item>>) -> Block {
    grid("What the decision rules chose", heads, rows)
}
