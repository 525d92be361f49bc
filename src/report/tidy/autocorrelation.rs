//! Autocorrelation: by period, and by unit.

use super::Rows;
use crate::outcome::{
    Failure, GlobalAutocorrelation, LocalAutocorrelation, LocalValue, MoranSeries, MoranYear,
    Quadrants,
};
use crate::report::Source;
use crate::report::number::exact;

/// One row a series, period and statistic: those of Moran's I first, then the others; what has no value has a
/// row with the reason. `i` is Moran's I alone, `value` every statistic.
pub(super) fn global(source: Source<'_>) -> String {
    let mut rows = Rows::new([
        "id",
        "variable",
        "region",
        "weights",
        "period",
        "i",
        "expectation",
        "variance_normality",
        "z_normality",
        "p_normality",
        "variance_randomisation",
        "z_randomisation",
        "p_randomisation",
        "p_permutation",
        "permutations",
        "units",
        "failure",
        "statistic",
        "value",
        "with",
        "alternative",
        "hh",
        "lh",
        "ll",
        "hl",
        "hh_significant",
        "lh_significant",
        "ll_significant",
        "hl_significant",
    ]);
    for series in &source.experiment.moran {
        let without = |period: &str, statistic: &str, failure: &Failure| {
            let mut row = head(series);
            row.push(period.to_owned());
            row.extend(blank(11));
            row.push(format!("{}: {}", failure.kind, failure.reason));
            row.extend(tail(series, (statistic, String::new()), None));
            row
        };
        match &series.years {
            Ok(years) => years.iter().for_each(|year| rows.push(moran(series, year))),
            Err(failure) => rows.push(without("", "moran", failure)),
        }
        series.beside.global.iter().for_each(|found| rows.push(other(series, found)));
        for none in &series.beside.without {
            let statistic = none.statistic.map_or("moran", |statistic| statistic.name());
            rows.push(without(&none.period.to_string(), statistic, &none.failure));
        }
    }
    rows.text()
}

fn head(series: &MoranSeries) -> Vec<String> {
    [&series.id, &series.variable, &series.region, &series.weights].map(Clone::clone).to_vec()
}

fn blank(count: usize) -> impl Iterator<Item = String> {
    std::iter::repeat_n(String::new(), count)
}

fn tail(
    series: &MoranSeries,
    (statistic, value): (&str, String),
    quadrants: Option<&Quadrants>,
) -> Vec<String> {
    let beside = &series.beside;
    let with = if statistic.ends_with("bivariate") { beside.with.clone() } else { None };
    let mut row = vec![statistic.to_owned(), value, with.unwrap_or_default()];
    row.push(beside.alternative.name().to_owned());
    let counts = |of: Option<[usize; 4]>| match of {
        Some(counts) => counts.map(|count| count.to_string()),
        None => [const { String::new() }; 4],
    };
    row.extend(counts(quadrants.map(|q| q.all)));
    row.extend(counts(quadrants.and_then(|q| q.significant)));
    row
}

fn moran(series: &MoranSeries, y: &MoranYear) -> Vec<String> {
    let mut row = head(series);
    row.push(y.period.to_string());
    let numbers = [
        y.i,
        y.expectation,
        y.variance_normality,
        y.z_normality,
        y.p_normality,
        y.variance_randomisation,
        y.z_randomisation,
        y.p_randomisation,
    ];
    row.extend(numbers.map(exact));
    row.push(y.p_permutation.map(exact).unwrap_or_default());
    row.extend([y.permutations.to_string(), y.units.to_string(), String::new()]);
    let quadrants = series.beside.quadrants.iter().find(|q| q.period == y.period);
    row.extend(tail(series, ("moran", exact(y.i)), quadrants));
    row
}

fn other(series: &MoranSeries, g: &GlobalAutocorrelation) -> Vec<String> {
    let perhaps = |value: Option<f64>| value.map(exact).unwrap_or_default();
    let mut row = head(series);
    row.extend([g.period.to_string(), String::new(), exact(g.expectation)]);
    row.extend([g.variance_normality, g.z_normality, g.p_normality].map(perhaps));
    row.extend([g.variance_randomisation, g.z_randomisation, g.p_randomisation].map(exact));
    row.push(perhaps(g.p_permutation));
    row.extend([g.permutations.to_string(), g.units.to_string(), String::new()]);
    row.extend(tail(series, (g.statistic.name(), exact(g.value)), None));
    row
}

/// One row a series, local statistic, period and unit. Units without neighbours have a row that says so, and no
/// numbers.
pub(super) fn local(source: Source<'_>) -> String {
    let mut rows = Rows::new([
        "id",
        "variable",
        "region",
        "weights",
        "period",
        "statistic",
        "with",
        "unit",
        "z_own",
        "lag",
        "value",
        "expectation",
        "variance",
        "z",
        "p_normal",
        "p_permutation",
        "p_adjusted",
        "quadrant",
        "permutations",
        "alternative",
        "note",
    ]);
    for series in &source.experiment.moran {
        for found in &series.beside.local {
            let start = |unit: &String| {
                let statistic = found.statistic;
                let with = series.beside.with.clone().filter(|_| statistic.needs_another());
                let mut row = head(series);
                row.extend([found.period.to_string(), statistic.name().to_owned()]);
                row.extend([with.unwrap_or_default(), unit.clone()]);
                row
            };
            for unit in &found.units {
                let mut row = start(&unit.unit);
                row.extend(numbers(series, found, unit));
                rows.push(row);
            }
            for unit in &found.isolates {
                let mut row = start(unit);
                row.extend(blank(12));
                row.push("no neighbours".to_owned());
                rows.push(row);
            }
        }
    }
    rows.text()
}

fn numbers(series: &MoranSeries, found: &LocalAutocorrelation, unit: &LocalValue) -> Vec<String> {
    let first =
        [unit.own, unit.lag, unit.value, unit.expectation, unit.variance, unit.z, unit.p_normal];
    let mut row: Vec<String> = first.map(exact).to_vec();
    row.push(unit.p_permutation.map(exact).unwrap_or_default());
    row.extend([
        exact(unit.p_adjusted),
        Quadrants::NAMES[Quadrants::of(unit.own, unit.lag)].to_owned(),
    ]);
    row.extend([found.permutations.to_string(), series.beside.alternative.name().to_owned()]);
    row.push(found.caution.clone().unwrap_or_default());
    row
}
