//! Tables of Moran's I: one row a period, and their average.

use crate::model::autocorrelation::Alternative;
use crate::outcome::{
    Beside, Failure, FailureKind, GlobalAutocorrelation, MoranSeries, MoranYear, Without,
};
use crate::report::columns;
use crate::report::number::{self, Number};
use crate::report::table::{Align, Column, Entry, Footnotes, Group, Head, Row, Table};
use crate::report::{Source, labels, notes};
use crate::spec::tables::{MoranColumns, TableSpec};
use crate::spec::{MoranSpec, RegionUnits};
use std::collections::BTreeSet;

/// A row a period and their average; from left to right what `columns` lists.
pub fn build(source: Source<'_>, spec: &TableSpec, (id, shown): (&str, &[MoranColumns])) -> Table {
    let mut footnotes = Footnotes::default();
    let all = years(source, id);
    let beside = series(source, id).map(|s| &s.beside);
    let permuted = all.iter().any(|y| y.p_permutation.is_some());
    let look = Look { source, digits: spec.digits, permuted, shown };
    let n = look.width();
    let groups = if all.is_empty() {
        vec![Group::of(vec![absent(source, id, n, &mut footnotes)])]
    } else {
        let mut rows: Vec<(i64, Row)> =
            all.iter().map(|y| (y.period, look.row(y, beside, &mut footnotes))).collect();
        let whole = beside.into_iter().flat_map(|b| &b.without).filter(|w| w.statistic.is_none());
        for without in whole {
            let mut entries = vec![Entry::Dash; n];
            entries[0] = none(source, &without.failure, &mut footnotes);
            rows.push((without.period, Row::new(without.period.to_string(), entries)));
        }
        rows.sort_by_key(|(period, _)| *period);
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        vec![Group::of(rows), Group::of(vec![look.average(all, beside)])]
    };
    let column = Column { number: None, cell: None, align: Align::Decimal };
    Table {
        id: spec.id.clone(),
        caption: spec.caption.clone(),
        number: spec.number,
        language: source.spec.language,
        over: None,
        stub: source.words().period_stub().to_owned(),
        heads: look.heads(),
        columns: vec![column; n],
        groups,
        notes: table_notes(source, spec, (id, shown), all),
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

/// How the table looks.
#[derive(Clone, Copy)]
struct Look<'a> {
    source: Source<'a>,
    digits: usize,
    permuted: bool,
    shown: &'a [MoranColumns],
}

impl Look<'_> {
    /// How many columns each part has.
    fn part(&self, of: MoranColumns) -> usize {
        match of {
            MoranColumns::Moran => 5 + usize::from(self.permuted),
            MoranColumns::Geary | MoranColumns::GetisOrd | MoranColumns::Bivariate => {
                3 + usize::from(self.permuted)
            }
            MoranColumns::Quadrants => 4,
        }
    }

    fn width(&self) -> usize {
        self.shown.iter().map(|of| self.part(*of)).sum()
    }

    fn heads(&self) -> Vec<Vec<Head>> {
        let words = self.source.words().moran_heads();
        let head = |label: &str, span| Head { label: label.to_owned(), span };
        let (mut outer, mut inner) = (Vec::new(), Vec::new());
        let other = |name: usize, letter: &'static str| {
            (head(words.others[name], 3), vec![letter, "z", "p"])
        };
        for of in self.shown {
            match of {
                MoranColumns::Moran => {
                    outer.extend([head("", 1), head(words.normality, 2)]);
                    outer.push(head(words.randomisation, 2));
                    inner.push(vec![words.statistic, "z", "p", "z", "p"]);
                }
                MoranColumns::Geary => {
                    let (above, below) = other(0, "C");
                    outer.push(above);
                    inner.push(below);
                }
                MoranColumns::GetisOrd => {
                    let (above, below) = other(1, "G");
                    outer.push(above);
                    inner.push(below);
                }
                MoranColumns::Bivariate => {
                    let (above, below) = other(2, "I");
                    outer.push(above);
                    inner.push(below);
                }
                MoranColumns::Quadrants => {
                    outer.push(head(words.quadrants, 4));
                    inner.push(vec!["HH", "LH", "LL", "HL"]);
                }
            }
            if self.permuted && *of != MoranColumns::Quadrants {
                outer.push(head(words.permutation, 1));
                inner.push(vec!["p"]);
            }
        }
        vec![outer, inner.concat().into_iter().map(|label| head(label, 1)).collect()]
    }

    fn row(&self, year: &MoranYear, beside: Option<&Beside>, footnotes: &mut Footnotes) -> Row {
        let mut entries = Vec::new();
        for of in self.shown {
            match of {
                MoranColumns::Moran => entries.extend(self.moran(year)),
                MoranColumns::Quadrants => entries.extend(quadrants(beside, year.period)),
                MoranColumns::Geary | MoranColumns::GetisOrd | MoranColumns::Bivariate => {
                    entries.extend(self.other(*of, beside, year.period, footnotes));
                }
            }
        }
        Row::new(year.period.to_string(), entries).of(year.period.to_string(), "moran")
    }

    fn starred(&self, value: f64, p: f64) -> Entry {
        Entry::Starred {
            value: Number::decimals(value, number::decimals_to_see(&[value], self.digits)),
            stars: number::stars(p, &number::default_stars()),
        }
    }

    fn score(&self, z: f64) -> Entry {
        Entry::Number(Number::decimals(z, self.digits))
    }

    fn moran(&self, year: &MoranYear) -> Vec<Entry> {
        let p = |p| Entry::Number(Number::probability(p));
        let mut entries = vec![
            self.starred(year.i, deciding_p(year)),
            self.score(year.z_normality),
            p(year.p_normality),
            self.score(year.z_randomisation),
            p(year.p_randomisation),
        ];
        if self.permuted {
            entries.push(year.p_permutation.map_or(Entry::Empty, p));
        }
        entries
    }

    fn other(
        &self,
        of: MoranColumns,
        beside: Option<&Beside>,
        period: i64,
        footnotes: &mut Footnotes,
    ) -> Vec<Entry> {
        let known =
            |g: &&GlobalAutocorrelation| g.period == period && Some(g.statistic) == of.statistic();
        let p = |p| Entry::Number(Number::probability(p));
        if let Some(g) = beside.and_then(|b| b.global.iter().find(known)) {
            let mut entries = vec![
                self.starred(g.value, g.p_permutation.unwrap_or(g.p_randomisation)),
                self.score(g.z_randomisation),
                p(g.p_randomisation),
            ];
            if self.permuted {
                entries.push(g.p_permutation.map_or(Entry::Empty, p));
            }
            return entries;
        }
        let mut entries = vec![Entry::Dash; self.part(of)];
        let why = beside.and_then(|b| {
            b.without.iter().find(|w| w.period == period && w.statistic == of.statistic())
        });
        if let Some(why) = why {
            entries[0] = none(self.source, &why.failure, footnotes);
        }
        entries
    }

    /// Of statistics, where every period has one; of quadrants there is none.
    fn average(&self, years: &[MoranYear], beside: Option<&Beside>) -> Row {
        let mut entries = Vec::new();
        for of in self.shown {
            let values: Vec<f64> = match (of, beside) {
                (MoranColumns::Moran, _) => years.iter().map(|y| y.i).collect(),
                (_, Some(beside)) => {
                    let known =
                        beside.global.iter().filter(|g| Some(g.statistic) == of.statistic());
                    known.map(|g| g.value).collect()
                }
                (_, None) => Vec::new(),
            };
            let mut part = vec![Entry::Empty; self.part(*of)];
            if let Some(mean) = mean(&values) {
                part[0] = Entry::Number(Number::decimals(
                    mean,
                    number::decimals_to_see(&[mean], self.digits),
                ));
            }
            entries.extend(part);
        }
        Row::new(self.source.words().average(), entries).of("average", "moran")
    }
}

#[expect(clippy::cast_precision_loss, reason = "a number of periods is far below 2^52")]
fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// `12`, or `12 (5)` where significant ones are known.
fn quadrants(beside: Option<&Beside>, period: i64) -> Vec<Entry> {
    let found = beside.and_then(|b| b.quadrants.iter().find(|q| q.period == period));
    let Some(found) = found else { return vec![Entry::Dash; 4] };
    let text = |at: usize| match found.significant {
        Some(significant) => format!("{} ({})", found.all[at], significant[at]),
        None => found.all[at].to_string(),
    };
    (0..4).map(|at| Entry::Text(text(at))).collect()
}

/// The p-value behind the stars: from permutations when there are any, else from randomisation.
pub(in crate::report) fn deciding_p(year: &MoranYear) -> f64 {
    year.p_permutation.unwrap_or(year.p_randomisation)
}

/// Why a period has no statistic: data that have none are no failure.
fn none(source: Source<'_>, failure: &Failure, footnotes: &mut Footnotes) -> Entry {
    if failure.kind != FailureKind::BadData {
        return columns::failed(source, failure, footnotes);
    }
    let words = source.words();
    let mark = footnotes.mark(words.not_applicable_because(&notes::readable(&failure.reason)));
    Entry::Absent { word: words.not_applicable(), mark }
}

/// That averages are over fewer periods than there are, where some have no statistic.
fn fewer(source: Source<'_>, id: &str, shown: &[MoranColumns], years: usize) -> Option<String> {
    let beside = series(source, id).map(|s| &s.beside)?;
    let whole: BTreeSet<i64> =
        beside.without.iter().filter(|w| w.statistic.is_none()).map(|w| w.period).collect();
    let of_shown = |w: &&Without| {
        w.statistic.is_some() && shown.iter().any(|of| of.statistic() == w.statistic)
    };
    let part = beside.without.iter().any(|w| of_shown(&w));
    let all = years + whole.len();
    (years > 0 && (part || !whole.is_empty())).then(|| source.words().averages_over_some(all))
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

fn table_notes(
    source: Source<'_>,
    spec: &TableSpec,
    (id, shown): (&str, &[MoranColumns]),
    years: &[MoranYear],
) -> Vec<String> {
    let mut said = series_notes(source, id, years);
    let words = source.words();
    said.extend(fewer(source, id, shown, years.len()));
    let block = source.spec.moran.iter().find(|m| m.id == id);
    let others = [MoranColumns::Geary, MoranColumns::GetisOrd, MoranColumns::Bivariate];
    if shown.iter().any(|of| others.contains(of)) {
        said.push(words.moran_others().to_owned());
    }
    let with = block.and_then(|block| block.with.as_ref());
    if let Some(with) = with.filter(|_| shown.contains(&MoranColumns::Bivariate)) {
        said.push(words.moran_with(labels::variable(source.spec, &with.value)));
    }
    if let Some(block) = block.filter(|_| shown.contains(&MoranColumns::Quadrants)) {
        let known = series(source, id).is_some_and(|s| {
            s.beside.quadrants.iter().any(|quadrants| quadrants.significant.is_some())
        });
        let level = number::threshold(block.level);
        said.push(words.moran_quadrants(known.then_some((level.as_str(), block.fdr))));
        let of_local = series(source, id).map(|s| s.beside.local.as_slice()).unwrap_or_default();
        let caution = of_local.iter().find_map(|local| local.caution.as_deref());
        said.extend(caution.map(|caution| words.sentence(&words.quoted(caution))));
    }
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
    let alternative = series(source, id).map(|s| s.beside.alternative).unwrap_or_default();
    said.extend(permutations(source, years, alternative));
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
fn permutations(
    source: Source<'_>,
    years: &[MoranYear],
    alternative: Alternative,
) -> Option<String> {
    let first = years.first()?;
    let permuted = years.iter().find(|y| y.p_permutation.is_some()).unwrap_or(first);
    let permutations = permuted.p_permutation.map(|_| permuted.permutations);
    Some(source.words().moran_stars(permutations, alternative))
}
