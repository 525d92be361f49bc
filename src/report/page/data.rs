//! From which numbers: file, provenance, sample, what was filled in, definitions.

use super::Ground;
use super::blocks::{Block, Fact, Item, code, fact, grid, items, lead, plain};
use crate::ident::VarName;
use crate::outcome::SampleFacts;
use crate::report::labels;
use crate::report::words::PageNote;
use crate::spec::RegionUnits;
use crate::store::CellResult;

/// Longest list of filled or dropped values that is spelled out.
const LISTED: usize = 40;

pub(super) fn blocks(ground: Ground<'_>) -> Vec<Block> {
    let words = ground.source.words().page();
    let experiment = ground.source.experiment;
    let provenance = experiment.provenance.as_ref();
    let warning = provenance.filter(|p| p.simulated).map(|_| lead(words.warning));
    let mut facts = vec![
        fact(words.file, vec![code(&experiment.data_file)]),
        fact(words.hash, vec![code(&experiment.data_hash)]),
    ];
    facts.extend(provenance.map(|p| fact(words.provenance, items([&p.note]))));
    facts.extend(ground.source.spec.data.note.as_ref().map(|note| fact(words.note, items([note]))));
    facts.extend(sample(ground));
    let missing = ground.source.spec.data.missing.name();
    facts.push(fact(words.missing, vec![code(missing)]));
    facts.extend(listed(ground, words.filled, &experiment.filled));
    facts.extend(listed(ground, words.dropped, &experiment.dropped));
    facts.extend(weights(ground));
    facts.extend(regions(ground));
    let variables = variables(ground);
    warning.into_iter().chain([Block::Facts { facts }]).chain(variables).collect()
}

/// `48 units × 17 periods, 1970–1986`, of the largest sample of a fit.
fn sample(ground: Ground<'_>) -> Option<Fact> {
    let facts = ground.source.records.values().filter_map(|record| match &record.result {
        CellResult::Fitted(outcome) => Some(&outcome.sample),
        CellResult::Failed(_) => None,
    });
    let words = ground.source.words();
    let periods = |s: &SampleFacts| s.periods.1 - s.periods.0 + 1;
    let all: Vec<&SampleFacts> = facts.collect();
    let largest = all.iter().max_by_key(|s| (s.units, periods(s)))?;
    let smallest = all.iter().min_by_key(|s| (s.units, periods(s)))?;
    let said = |s: &SampleFacts| words.page_note(PageNote::Sample(s.units, periods(s), s.periods));
    let mut texts = vec![said(largest)];
    if said(smallest) != texts[0] {
        texts.push(words.page_note(PageNote::Smallest(&said(smallest))));
    }
    Some(fact(words.page().sample, items(texts)))
}

/// The values, or how many there are.
fn listed(ground: Ground<'_>, name: &str, values: &[String]) -> Option<Fact> {
    let words = ground.source.words();
    let more = values.len().saturating_sub(LISTED);
    let mut said = items(values.iter().take(LISTED));
    if more > 0 {
        said.extend(items([words.page_note(PageNote::More(more))]));
    }
    (!values.is_empty()).then(|| fact(&words.page_note(PageNote::Count(name, values.len())), said))
}

fn weights(ground: Ground<'_>) -> Vec<Fact> {
    let words = ground.source.words();
    let each = |(name, w): (&String, &crate::spec::WeightsSpec)| {
        let files = w.source.files().into_iter().filter_map(|file| file.value.file_name());
        let files: Vec<String> = files.map(|f| f.to_string_lossy().into_owned()).collect();
        let label = w.label.clone().unwrap_or_else(|| name.clone());
        let said = words.described(&label, words.normalisation(w.normalise));
        let said = if w.changes { words.described(&said, words.by_period()) } else { said };
        let mut said = items([said]);
        said.extend(files.iter().map(|file| code(file)));
        said.extend(w.source.rule().as_deref().map(code));
        fact(&words.page_note(PageNote::Weights(name)), said)
    };
    ground.source.spec.weights.iter().map(each).collect()
}

fn regions(ground: Ground<'_>) -> Vec<Fact> {
    let words = ground.source.words();
    let each = |(name, region): (&String, &crate::spec::RegionSpec)| {
        let units = match &region.units {
            RegionUnits::All => words.page().every_unit.to_owned(),
            RegionUnits::Listed(units) => {
                let units: Vec<String> = units.iter().map(|u| u.value.clone()).collect();
                words.list(&units)
            }
            RegionUnits::ByColumn { column, values } => {
                let values: Vec<&str> = values.iter().map(|v| v.value.as_str()).collect();
                words.page_note(PageNote::UnitsWhose(column.value.as_str(), &values))
            }
        };
        let label = labels::region(ground.source.spec, name);
        fact(&words.page_note(PageNote::Region(&label)), items([units]))
    };
    ground.source.spec.regions.iter().map(each).collect()
}

/// What columns are called, and how they are made.
fn variables(ground: Ground<'_>) -> Option<Block> {
    let (spec, words) = (ground.source.spec, ground.source.words().page());
    let row = |(name, variable): (&VarName, &crate::spec::VariableSpec)| -> Vec<Item> {
        let made = variable.expr.as_ref().map(|e| e.value.to_string());
        let label = variable.label.clone().unwrap_or_default();
        let unit = variable.unit.as_deref().map(labels::unit).unwrap_or_default();
        let mut row = vec![code(name.as_str())];
        row.extend(items([label, unit]));
        row.push(match made {
            Some(expression) => code(&expression),
            None => plain(words.a_column),
        });
        row
    };
    let rows: Vec<Vec<Item>> = spec.variables.iter().map(row).collect();
    (!rows.is_empty()).then(|| grid(words.variables, &words.variable_heads, rows))
}
