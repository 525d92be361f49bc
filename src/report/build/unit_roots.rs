//! Tables of unit roots: a group a variable, a row a test.

use crate::model::unit_roots::UnitRootTest;
use crate::outcome::unit_roots::{UnitRootFound, UnitRoots};
use crate::report::columns;
use crate::report::number::{self, Number};
use crate::report::table::{Align, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::{Source, labels, notes};
use crate::spec::UnitRootsSpec;
use crate::spec::tables::TableSpec;

/// Columns beside the labels.
const WIDTH: usize = 4;

/// Statistics with stars, p-values, critical values at 5 % and mean numbers of lags.
pub fn build(source: Source<'_>, spec: &TableSpec, id: &str) -> Table {
    let mut footnotes = Footnotes::default();
    let block = source.spec.unit_roots.iter().find(|block| block.id == id);
    let variables = block.map(|block| block.variables.as_slice()).unwrap_or_default();
    let groups = variables
        .iter()
        .map(|variable| {
            let of = |one: &&UnitRoots| one.id == id && one.variable == variable.value.as_str();
            let mut rows: Vec<Row> = source
                .experiment
                .unit_roots
                .iter()
                .filter(of)
                .map(|one| row(source, one, spec.digits, &mut footnotes))
                .collect();
            if rows.is_empty() {
                let mut entries = vec![Entry::Dash; WIDTH];
                let mark = footnotes.mark(source.words().no_record_of_series().to_owned());
                entries[0] = Entry::Absent { word: source.words().not_run(), mark };
                rows.push(Row::new("", entries));
            }
            Group::titled(labels::variable(source.spec, &variable.value), rows)
        })
        .collect();
    Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: None,
        stub: source.words().test_stub().to_owned(),
        heads: vec![
            source
                .words()
                .unit_root_heads()
                .into_iter()
                .map(|label| Head { label: label.to_owned(), span: 1 })
                .collect(),
        ],
        columns: vec![Column { number: None, cell: None, align: Align::Decimal }; WIDTH],
        groups,
        notes: table_notes(source, spec, block),
        footnotes: footnotes.into_vec(),
    }
}

fn row(source: Source<'_>, one: &UnitRoots, digits: usize, footnotes: &mut Footnotes) -> Row {
    let decimals = |v: f64| Entry::Number(Number::decimals(v, digits));
    let entries = match &one.outcome {
        Ok(found) => vec![
            Entry::Starred {
                value: Number::decimals(found.statistic, digits),
                stars: stars(found),
            },
            found.p_value.map_or(Entry::Empty, |p| Entry::Number(Number::probability(p))),
            found.critical.map_or(Entry::Empty, |c| decimals(c[1])),
            if one.test.has_lags() {
                Entry::Number(Number::decimals(found.mean_lags, 1))
            } else {
                Entry::Empty
            },
        ],
        Err(failure) => {
            let mut entries = vec![Entry::Dash; WIDTH];
            entries[0] = columns::failed(source, failure, footnotes);
            entries
        }
    };
    let label = source.words().unit_root_test(one.test);
    Row::new(label, entries).of(one.test.name(), "statistic")
}

/// By the p-value, or by the critical values at the levels of the usual stars.
fn stars(found: &UnitRootFound) -> String {
    let all = number::default_stars();
    match (found.p_value, found.critical) {
        (Some(p), _) => number::stars(p, &all),
        (None, Some([one, five, ten])) => {
            let s = found.statistic;
            let bound = if s <= one {
                0.009
            } else if s <= five {
                0.049
            } else if s <= ten {
                0.099
            } else {
                1.0
            };
            number::stars(bound, &all)
        }
        (None, None) => String::new(),
    }
}

fn table_notes(source: Source<'_>, spec: &TableSpec, block: Option<&UnitRootsSpec>) -> Vec<String> {
    let words = source.words();
    let mut said = notes::data(source);
    if let Some(block) = block {
        let region = block.region.as_deref().map(|r| labels::region(source.spec, r));
        let any = |of: fn(UnitRootTest) -> bool| block.tests.iter().any(|test| of(*test));
        if any(UnitRootTest::has_lags) {
            said.push(words.unit_roots_of(block.trend, block.lags, region.as_deref()));
        }
        if any(UnitRootTest::combines) {
            said.push(words.combined_p_values().to_owned());
        }
        if any(UnitRootTest::is_of_stationarity) {
            said.push(words.stationarity_of(block.trend, region.as_deref()));
        }
    }
    let id = block.map(|block| block.id.as_str());
    let short = source.experiment.unit_roots.iter().filter(|one| Some(one.id.as_str()) == id);
    let short =
        short.filter_map(|one| Some((one.test, one.outcome.as_ref().ok()?.tabulated_from?)));
    for (test, from) in short.collect::<std::collections::BTreeSet<_>>() {
        said.push(words.short_series(words.unit_root_test(test), from));
    }
    said.extend(notes::stars(source, &number::default_stars()));
    said.extend(spec.notes.iter().map(|n| words.sentence(n)));
    said
}
