//! What was estimated, grid by grid, and what the decision rules chose.

use super::Ground;
use super::blocks::{Block, Fact, Item, code, fact, grid, heading, items};
use crate::outcome::Verdict;
use crate::plan::Cell;
use crate::report::words::PageNote;
use crate::report::{labels, notes};
use crate::spec::{Axis, GridSpec, Selector};
use crate::store::CellResult;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let (spec, words) = (ground.source.spec, ground.source.words());
    let seed = fact(words.page().seed, vec![code(&spec.seed.0.to_string())]);
    let moran = spec.moran.iter().map(|block| {
        let region = block.region.as_deref().map(|r| labels::region(spec, r));
        let said = words.page_note(PageNote::MoranOf(
            labels::variable(spec, &block.variable.value),
            region.as_deref().unwrap_or(words.page().every_unit),
            &labels::weights(spec, &block.weights),
            block.permutations,
        ));
        fact(&words.page_note(PageNote::Moran(&block.id)), items([said]))
    });
    let mut blocks = vec![Block::Facts { facts: std::iter::once(seed).chain(moran).collect() }];
    for (name, declared) in &spec.grids {
        blocks.push(heading(&words.page_note(PageNote::Grid(name))));
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
        fact(words.page().cells, items([counted(ground, &cells)])),
        fact(words.page().response, items([label(&grid.response.value)])),
    ];
    if !grid.controls.is_empty() {
        let controls: Vec<String> = grid.controls.iter().map(|c| label(&c.value)).collect();
        facts.push(fact(words.page().controls, items([words.list(&controls)])));
    }
    facts.extend(Axis::ALL.into_iter().filter_map(|axis| axis_fact(ground, axis, &cells)));
    let rules = |kind: &str, rules: &[crate::ident::Located<Selector>]| {
        let count = rules.len();
        (count > 0).then(|| fact(kind, items([words.page_note(PageNote::Rules(count))])))
    };
    facts.extend(rules(words.page().left_out, &grid.exclude));
    facts.extend(rules(words.page().added, &grid.include));
    let named = |name: &str, list: Vec<String>| (!list.is_empty()).then(|| fact(name, items(list)));
    let design = |name: &String| {
        let design = spec.bootstrap.get(name).map(|b| notes::design(words, &b.design));
        design.unwrap_or_else(|| name.clone())
    };
    facts.extend(named(words.page().tests, grid.tests.iter().map(|t| t.value.clone()).collect()));
    facts.extend(named(
        words.page().tests_under_null,
        grid.test_bootstrap.iter().map(design).collect(),
    ));
    facts.extend(named(words.page().bootstraps, grid.bootstrap.iter().map(design).collect()));
    let permuted = grid.randomisation.iter().map(|name| match spec.randomisation.get(name) {
        Some(r) => words.page_note(PageNote::Permuted(r.permute.name(), r.replicates)),
        None => name.clone(),
    });
    facts.extend(named(words.page().randomisation, permuted.collect()));
    let derived = grid.derived.iter().map(|name| labels::derived(spec, name));
    facts.extend(named(words.page().functions, derived.collect()));
    let wald = grid.wald.iter().map(|name| labels::named_test(spec, &format!("wald:{name}")));
    facts.extend(named(words.page().joint_tests, wald.collect()));
    facts
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
    ground.source.words().page_note(PageNote::Cells(cells.len(), fitted, failed, open))
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
    (!values.is_empty()).then(|| fact(words.axis(axis), items([words.list(&values)])))
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
            let said: Vec<String> = chosen
                .iter()
                .map(|(name, n)| words.page_note(PageNote::Chosen(name, *n, all)))
                .collect();
            items([grid, rule.to_uppercase(), basis.to_owned(), words.clauses(&said)])
        })
        .collect();
    let words = words.page();
    (!rows.is_empty()).then(|| grid(words.choices, &words.choice_heads, rows))
}
