//! Tidy CSV files: every number with full precision, rows in the order of the plan.

mod autocorrelation;
mod joint;
mod protocol;
mod randomisation;
mod robustness;
mod unit_effects;
mod unit_roots;

use crate::outcome::{
    DerivedOutcome, Estimate, Failure, NullDistribution, Outcome, Statistic, Test, TestOutcome,
};
use crate::plan::Cell;
use crate::report::number::exact;
use crate::report::{RenderedFile, Source};
use crate::spec::Axis;
use crate::store::CellResult;

/// The CSV files with rows by cell.
pub fn by_cell(source: Source<'_>) -> Vec<RenderedFile> {
    let mut files = vec![
        file("estimates.csv", estimates(source)),
        file("impacts.csv", impacts(source)),
        file("derived.csv", derived(source)),
        file("bootstrap.csv", bootstraps(source)),
        file("randomisation.csv", randomisation::rows(source)),
        file("fits.csv", fits(source)),
        file("tests.csv", tests(source)),
        file("verdicts.csv", verdicts(source)),
    ];
    files.extend(unit_effects::rows(source).map(|text| file("unit_effects.csv", text)));
    files.extend(protocol::rows(source).map(|text| file("protocol.csv", text)));
    files
}

/// The other CSV files.
pub fn whole(source: Source<'_>) -> Vec<RenderedFile> {
    let mut files = vec![
        file("descriptive.csv", descriptive(source)),
        file("moran.csv", autocorrelation::global(source)),
        file("joint.csv", joint::rows(source)),
        file("robustness.csv", robustness::rows(source)),
        file("robustness_choices.csv", robustness::choices(source)),
    ];
    if source.experiment.moran.iter().any(|series| !series.beside.local.is_empty()) {
        files.push(file("moran_local.csv", autocorrelation::local(source)));
    }
    if !source.spec.unit_roots.is_empty() {
        files.push(file("unit_roots.csv", unit_roots::rows(source)));
    }
    files
}

fn file(path: &str, text: String) -> RenderedFile {
    RenderedFile::text(path, text)
}

/// Rows of text, written as CSV.
pub(super) struct Rows(csv::Writer<Vec<u8>>);

impl Rows {
    pub(super) fn new(header: impl IntoIterator<Item = &'static str>) -> Self {
        let mut rows = Self(csv::Writer::from_writer(Vec::new()));
        rows.push(header.into_iter().map(str::to_owned));
        rows
    }

    pub(super) fn push(&mut self, row: impl IntoIterator<Item = String>) {
        self.0
            .write_record(row.into_iter().map(String::into_bytes))
            .expect("writing to memory cannot fail, and every row has the columns of the header");
    }

    pub(super) fn text(self) -> String {
        let bytes = self.0.into_inner().expect("writing to memory cannot fail");
        String::from_utf8(bytes).expect("every field is text")
    }
}

/// Rows of a header and its like as CSV; nothing for none.
pub(super) fn written(lines: &[Vec<String>]) -> String {
    let mut rows = Rows(csv::Writer::from_writer(Vec::new()));
    lines.iter().for_each(|line| rows.push(line.iter().cloned()));
    rows.text()
}

/// Columns that say which cell a row is about.
pub(super) fn key_header() -> impl Iterator<Item = &'static str> {
    ["cell", "grid"].into_iter().chain(Axis::ALL.map(Axis::name))
}

pub(super) fn key(cell: &Cell) -> impl Iterator<Item = String> {
    [cell.id.to_string(), cell.grid.to_string()]
        .into_iter()
        .chain(Axis::ALL.map(|axis| cell.axes.value(axis)))
}

fn result<'a>(source: Source<'a>, cell: &Cell) -> Option<&'a CellResult> {
    source.records.get(&cell.id).map(|r| &r.result)
}

/// The cells that were fitted, in the order of the plan.
fn fitted(source: Source<'_>) -> impl Iterator<Item = (&Cell, &Outcome)> {
    source.plan.cells.iter().filter_map(move |cell| match result(source, cell)? {
        CellResult::Fitted(outcome) => Some((cell, &**outcome)),
        CellResult::Failed(_) => None,
    })
}

/// One row a cell and term.
pub fn estimates(source: Source<'_>) -> String {
    terms(source, |outcome| &outcome.fit.estimates)
}

/// One row a cell, regressor and kind of effect, for models with a spatial lag.
pub fn impacts(source: Source<'_>) -> String {
    terms(source, |outcome| &outcome.impacts)
}

fn terms(source: Source<'_>, of: impl Fn(&Outcome) -> &Vec<Estimate>) -> String {
    let columns =
        ["term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"];
    let mut rows = Rows::new(key_header().chain(columns));
    for (cell, outcome) in fitted(source) {
        for e in of(outcome) {
            rows.push(key(cell).chain([e.term.to_string()]).chain(estimated(e)));
        }
    }
    rows.text()
}

fn estimated(e: &Estimate) -> [String; 6] {
    [e.value, e.std_error, e.statistic, e.p_value, e.conf_low, e.conf_high].map(exact)
}

/// One row a cell and function of the coefficients; where it is not applicable, the reason.
pub fn derived(source: Source<'_>) -> String {
    let columns = [
        "name",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
        "status",
        "reason",
    ];
    let mut rows = Rows::new(key_header().chain(columns));
    for (cell, outcome) in fitted(source) {
        for derived in &outcome.derived {
            let (numbers, status, reason) = match &derived.outcome {
                DerivedOutcome::Computed { estimate } => {
                    (estimated(estimate), "computed", String::new())
                }
                DerivedOutcome::NotApplicable { reason } => {
                    (Default::default(), "not-applicable", reason.clone())
                }
            };
            let row = key(cell).chain([derived.name.clone()]).chain(numbers);
            rows.push(row.chain([status.to_owned(), reason]));
        }
    }
    rows.text()
}

/// One row a cell, bootstrap and term.
pub fn bootstraps(source: Source<'_>) -> String {
    let columns = [
        "scheme",
        "rescale",
        "block_length",
        "replicates",
        "failed",
        "term",
        "std_error",
        "bias",
        "percentile_low",
        "percentile_high",
        "basic_low",
        "basic_high",
        "percentile_t_low",
        "percentile_t_high",
        "p_value",
        "bca_low",
        "bca_high",
    ];
    let mut rows = Rows::new(key_header().chain(columns));
    for (cell, outcome) in fitted(source) {
        for b in &outcome.bootstraps {
            let design = [
                b.design.scheme.clone(),
                b.design.rescale.name().to_owned(),
                b.design.block_length.map_or_else(String::new, |length| length.to_string()),
                b.design.replicates.to_string(),
            ];
            for e in &b.estimates {
                let numbers = [
                    e.std_error,
                    e.bias,
                    e.percentile.0,
                    e.percentile.1,
                    e.basic.0,
                    e.basic.1,
                    e.percentile_t.0,
                    e.percentile_t.1,
                    e.p_value,
                ]
                .map(exact);
                let bca =
                    e.bca.map_or_else(Default::default, |(low, high)| [exact(low), exact(high)]);
                let failed = (b.failed + e.undefined).to_string();
                let named = key(cell).chain(design.clone()).chain([failed, e.term.to_string()]);
                rows.push(named.chain(numbers).chain(bca));
            }
        }
    }
    rows.text()
}

/// One row a cell: status, every statistic, convergence, cautions, units without
/// neighbours, or why there is no fit.
pub fn fits(source: Source<'_>) -> String {
    let before = ["status", "estimator"];
    let after = [
        "first_period",
        "last_period",
        "iterations",
        "score",
        "interval_low",
        "interval_high",
        "at_edge",
        "std_error_kind",
        "cautions",
        "isolates",
        "failure",
        "reason",
    ];
    let statistics = Statistic::ALL.map(Statistic::name);
    let mut rows = Rows::new(key_header().chain(before).chain(statistics).chain(after));
    for cell in &source.plan.cells {
        let rest = match result(source, cell) {
            Some(CellResult::Fitted(outcome)) => fitted_columns(outcome),
            Some(CellResult::Failed(failure)) => absent_columns("failed", cell, Some(failure)),
            None => absent_columns("not-run", cell, None),
        };
        rows.push(key(cell).chain(rest));
    }
    rows.text()
}

fn fitted_columns(outcome: &Outcome) -> Vec<String> {
    let fit = &outcome.fit;
    let statistic = |s: Statistic| match fit.statistics.get(&s) {
        Some(value) if s.is_count() => value.to_string(),
        Some(value) => exact(*value),
        None => String::new(),
    };
    let (first, last) = outcome.sample.periods;
    let convergence = fit.convergence.as_ref().map_or_else(Default::default, |c| {
        [
            c.iterations.to_string(),
            exact(c.score),
            exact(c.interval.0),
            exact(c.interval.1),
            c.at_edge.to_string(),
        ]
    });
    let mut columns = vec!["fitted".to_owned(), fit.estimator.clone()];
    columns.extend(Statistic::ALL.map(statistic));
    columns.extend([first.to_string(), last.to_string()]);
    columns.extend(convergence);
    columns.extend([fit.std_error_kind.clone(), fit.cautions.join("; ")]);
    let sample = &outcome.sample;
    columns.push([&sample.isolates[..], &sample.isolates_at_times].concat().join("; "));
    columns.extend([String::new(), String::new()]);
    columns
}

fn absent_columns(status: &str, cell: &Cell, failure: Option<&Failure>) -> Vec<String> {
    let mut columns = vec![status.to_owned(), cell.model.estimator.clone()];
    columns.extend(vec![String::new(); Statistic::ALL.len() + 10]);
    let (kind, reason) =
        failure.map_or_else(Default::default, |f| (f.kind.to_string(), f.reason.clone()));
    columns.extend([kind, reason]);
    columns
}

/// One row a cell and test.
pub fn tests(source: Source<'_>) -> String {
    let columns = [
        "test",
        "basis",
        "statistic",
        "null",
        "p_value",
        "status",
        "reason",
        "details",
        "bootstrap_scheme",
        "bootstrap_rescale",
        "bootstrap_replicates",
        "bootstrap_failed",
        "bootstrap_p_value",
    ];
    let mut rows = Rows::new(key_header().chain(columns));
    for (cell, outcome) in fitted(source) {
        for test in &outcome.tests {
            let named = |(name, value): (&String, &f64)| format!("{name}={}", exact(*value));
            let details: Vec<String> = test.details.iter().map(named).collect();
            let row = key(cell).chain(test_columns(test)).chain([details.join("; ")]);
            rows.push(row.chain(test_bootstrap(test)));
        }
    }
    rows.text()
}

fn test_columns(test: &Test) -> [String; 7] {
    let (name, basis) = (test.name.clone(), test.basis.name().to_owned());
    match &test.outcome {
        TestOutcome::Computed { statistic, null, p_value } => [
            name,
            basis,
            exact(*statistic),
            null_name(null),
            p_value.map(exact).unwrap_or_default(),
            "computed".to_owned(),
            String::new(),
        ],
        TestOutcome::NotApplicable { reason } => [
            name,
            basis,
            String::new(),
            String::new(),
            String::new(),
            "not-applicable".to_owned(),
            reason.clone(),
        ],
    }
}

fn test_bootstrap(test: &Test) -> [String; 5] {
    test.bootstrap.as_ref().map_or_else(Default::default, |b| {
        [
            b.design.scheme.clone(),
            b.design.rescale.name().to_owned(),
            b.design.replicates.to_string(),
            b.failed.to_string(),
            exact(b.p_value),
        ]
    })
}

fn null_name(null: &NullDistribution) -> String {
    match null {
        NullDistribution::ChiSquared { df } => format!("chi-squared({df})"),
        NullDistribution::F { numerator, denominator } => format!("F({numerator},{denominator})"),
        NullDistribution::Normal => "normal".to_owned(),
        NullDistribution::NormalUpper => "normal-upper".to_owned(),
        NullDistribution::NormalLower => "normal-lower".to_owned(),
        NullDistribution::ChiBarSquared => "chi-bar-squared".to_owned(),
        NullDistribution::Descriptive => "none".to_owned(),
        NullDistribution::Nonstandard => "nonstandard".to_owned(),
        NullDistribution::WildCluster { design, clusters, draws, enumerated } => {
            let (of, all) = (design.multipliers.name(), if *enumerated { "all " } else { "" });
            format!("wild-{of}({clusters} clusters,{all}{draws})")
        }
        NullDistribution::Permutation { replicates } => format!("permutation({replicates})"),
    }
}

/// One row a cell and decision rule.
pub fn verdicts(source: Source<'_>) -> String {
    let mut rows = Rows::new(key_header().chain(["rule", "basis", "chosen", "because"]));
    for (cell, outcome) in fitted(source) {
        for v in &outcome.verdicts {
            let said =
                [v.rule.clone(), v.basis.name().to_owned(), v.chosen.clone(), v.because.clone()];
            rows.push(key(cell).chain(said));
        }
    }
    rows.text()
}

/// One row a variable.
pub fn descriptive(source: Source<'_>) -> String {
    let columns = ["variable", "n", "min", "max", "mean", "sd", "median", "filled"];
    let mut rows = Rows::new(columns);
    for d in &source.experiment.descriptive {
        let head = [d.variable.clone(), d.n.to_string()];
        let moments = [d.min, d.max, d.mean, d.sd, d.median].map(exact);
        rows.push(head.into_iter().chain(moments).chain([d.filled.to_string()]));
    }
    rows.text()
}
