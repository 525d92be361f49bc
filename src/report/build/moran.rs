//! Tables of Moran's I: one row a period, and their average.

use crate::outcome::{MoranSeries, MoranYear};
use crate::report::columns;
use crate::report::number::{self, Number};
use crate::report::table::{Align, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::{Source, labels, notes};
use crate::spec::tables::TableSpec;
use crate::spec::{MoranSpec, RegionUnits};

/// I with stars, standard scores and p-values of each period, and the average of I.
pub fn build(source: Source<'_>, spec: &TableSpec, id: &str) -> Table {
    let mut footnotes = Footnotes::default();
    let years = years(source, id);
    let permuted = years.iter().any(|y| y.p_permutation.is_some());
    let n = if permuted { 6 } else { 5 };
    let groups = if years.is_empty() {
        vec![Group::of(vec![absent(source, id, n, &mut footnotes)])]
    } else {
        let rows = years.iter().map(|y| row(y, spec.digits, permuted)).collect();
        vec![Group::of(rows), Group::of(vec![average(source, years, spec.digits, n)])]
    };
    let column = Column { number: None, cell: None, align: Align::Decimal };
    Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: None,
        stub: source.words().period_stub().to_owned(),
        heads: heads(source, permuted),
        columns: vec![column; n],
        groups,
        notes: table_notes(source, spec, id, years),
        footnotes: footnotes.into_vec(),
    }
}

fn series<'a>(source: Source<'a>, id: &str) -> Option<&'a MoranSeries> {
    source.experiment.moran.iter().find(|s| s.id == id)
}

pub(in crate::report) fn years<'a>(source: Source<'a>, id: &str) -> &'a [MoranYear] {
    match series(source, id).map(|s| &s.years) {
        Some(Ok(years)) => years,
        Some(Err(_)) | None => &[],
    }
}

fn heads(source: Source<'_>, permuted: bool) -> Vec<Vec<Head>> {
    let words = source.words().moran_heads();
    let head = |label: &str, span| Head { label: label.to_owned(), span };
    let mut outer = vec![head("", 1), head(words.normality, 2), head(words.randomisation, 2)];
    let mut inner: Vec<Head> =
        [words.statistic, "z", "p", "z", "p"].into_iter().map(|l| head(l, 1)).collect();
    if permuted {
        outer.push(head(words.permutation, 1));
        inner.push(head("p", 1));
    }
    vec![outer, inner]
}

fn row(year: &MoranYear, digits: usize, permuted: bool) -> Row {
    let score = |z| Entry::Number(Number::decimals(z, digits));
    let p = |p| Entry::Number(Number::probability(p));
    let i = Entry::Starred {
        value: Number::decimals(year.i, number::decimals_to_see(&[year.i], digits)),
        stars: number::stars(deciding_p(year), &number::default_stars()),
    };
    let mut entries = vec![
        i,
        score(year.z_normality),
        p(year.p_normality),
        score(year.z_randomisation),
        p(year.p_randomisation),
    ];
    if permuted {
        entries.push(year.p_permutation.map_or(Entry::Empty, p));
    }
    Row::new(year.period.to_string(), entries).of(year.period.to_string(), "moran")
}

/// The p-value behind the stars: from permutations when there are any, else from randomisation.
pub(in crate::report) fn deciding_p(year: &MoranYear) -> f64 {
    year.p_permutation.unwrap_or(year.p_randomisation)
}

#[expect(clippy::cast_precision_loss, reason = "a number of periods is far below 2^52")]
fn average(source: Source<'_>, years: &[MoranYear], digits: usize, n: usize) -> Row {
    let mean = years.iter().map(|y| y.i).sum::<f64>() / years.len() as f64;
    let mut entries = vec![Entry::Empty; n];
    entries[0] = Entry::Number(Number::decimals(mean, digits));
    Row::new(source.words().average(), entries).of("average", "moran")
}

fn absent(source: Source<'_>, id: &str, n: usize, footnotes: &mut Footnotes) -> Row {
    let mut entries = vec![Entry::Dash; n];
    entries[0] = match series(source, id).map(|s| &s.years) {
        Some(Err(failure)) => columns::failed(source, failure, footnotes),
        Some(Ok(_)) | None => {
            let words = source.words();
            let mark = footnotes.mark(words.no_record_of_series().to_owned());
            Entry::Absent { word: words.not_run(), mark }
        }
    };
    Row::new(source.words().all_periods(), entries)
}

fn table_notes(source: Source<'_>, spec: &TableSpec, id: &str, years: &[MoranYear]) -> Vec<String> {
    let mut said = series_notes(source, id, years);
    said.extend(notes::stars(source, &number::default_stars()));
    said.extend(spec.notes.iter().map(|n| source.words().sentence(n)));
    said
}

/// Data, variable, weights, number of units, and what p-values come from.
pub(in crate::report) fn series_notes(
    source: Source<'_>,
    id: &str,
    years: &[MoranYear],
) -> Vec<String> {
    let mut said = notes::data(source);
    if let Some(block) = source.spec.moran.iter().find(|m| m.id == id) {
        said.push(subject(source, block));
    }
    said.extend(expectation(source, years));
    said.extend(permutations(source, years));
    said
}

/// Of what, where, with which W.
fn subject(source: Source<'_>, block: &MoranSpec) -> String {
    let variable = labels::variable(source.spec, &block.variable.value);
    let weights = labels::weights(source.spec, &block.weights);
    let normalise = source.spec.weights.get(&block.weights).map(|w| w.normalise);
    let words = source.words();
    let weights = match normalise {
        Some(normalise) => words.described(&weights, words.normalisation(normalise)),
        None => weights,
    };
    let region = block.region.as_ref().filter(|r| {
        source.spec.regions.get(*r).is_some_and(|r| !matches!(r.units, RegionUnits::All))
    });
    let region = region.map(|r| labels::region(source.spec, r));
    words.moran_of(variable, region.as_deref(), &weights)
}

/// `E[I] = −1/(n − 1), n = 30 units.`, when it is the same in every period.
fn expectation(source: Source<'_>, years: &[MoranYear]) -> Option<String> {
    let n = years.first()?.units;
    let same = years.iter().all(|y| y.units == n);
    same.then(|| source.words().moran_expectation(n))
}

/// What the p-values and stars come from.
fn permutations(source: Source<'_>, years: &[MoranYear]) -> Option<String> {
    let first = years.first()?;
    let permuted = years.iter().find(|y| y.p_permutation.is_some()).unwrap_or(first);
    let permutations = permuted.p_permutation.map(|_| permuted.permutations);
    Some(source.words().moran_stars(permutations))
}
