//! One sentence on each table and figure. Every number is from the records; what records do not
//! say is not said.

use crate::mistake::Checked;
use crate::outcome::{Estimate, MoranYear, Test, TestOutcome};
use crate::report::build::moran::{deciding_p, years};
use crate::report::build::regression::{estimate, term_in};
use crate::report::columns::{self, CellColumn};
use crate::report::formats::Layout;
use crate::report::formats::latex::Latex;
use crate::report::formats::plain::written;
use crate::report::joint::stored;
use crate::report::number::{Number, percent_of, threshold};
use crate::report::robustness::gather;
use crate::report::{Source, functions, labels};
use crate::spec::figures::FigureSpec;
use crate::spec::tables::{RegressionTable, RobustnessTable, RowTerm, TableKind, TableSpec};

/// p-values below it are significant.
const LEVEL: f64 = 0.05;

/// What is said of a table.
pub(super) fn of_table(source: Source<'_>, spec: &TableSpec) -> Checked<String> {
    let said = match &spec.kind {
        TableKind::Descriptive { variables, .. } => {
            format!("describes {} variables", variables.len())
        }
        TableKind::Regression(table) => regression(source, spec, table)?,
        TableKind::Tests { cells, rows } => {
            let cells = columns::choose(source, cells, &spec.at)?;
            tests(source, &cells, rows.first().map(|row| row.value.as_str()))
        }
        TableKind::Moran { moran } => of_years(spec, years(source, moran)),
        TableKind::Robustness(table) => robustness(source, spec, table)?,
        TableKind::Joint { joint } => family(source, joint),
        TableKind::Published { .. } => "holds printed numbers against those computed".to_owned(),
    };
    Ok(format!("Table~\\ref{{tab:{}}} {}.", spec.id, Latex.escape(&said)))
}

/// What is said of a figure.
pub(super) fn of_figure(spec: &FigureSpec) -> String {
    let caption = Latex.escape(spec.caption.trim_end_matches('.'));
    format!("Figure~\\ref{{fig:{}}} shows: {caption}.", spec.id)
}

fn number(value: f64, digits: usize) -> String {
    written(&Number::decimals(value, digits))
}

/// `p = 0.012`, `p < 0.001`.
fn probability(p: f64) -> String {
    let text = written(&Number::probability(p));
    text.strip_prefix('<').map_or_else(|| format!("p = {text}"), |text| format!("p < {text}"))
}

/// The first row over the columns.
fn regression(source: Source<'_>, spec: &TableSpec, table: &RegressionTable) -> Checked<String> {
    let cells = columns::choose(source, &table.cells, &spec.at)?;
    let fitted = cells.iter().filter(|cell| cell.outcome().is_some()).count();
    let shown = format!("shows {fitted} fits");
    let shown = if fitted == 1 { "shows one fit".to_owned() } else { shown };
    let measure = RowTerm::Measure { impact: None, lag: 0 };
    let rows = table.rows.iter().map(|row| &row.value);
    // A constant says little.
    let mut rows = rows.filter(|row| row.to_string() != "constant");
    let row = rows.next().unwrap_or(&measure);
    let label = table.labels.get(&row.to_string()).cloned();
    let label = label.unwrap_or_else(|| functions::row_label(source, row, &cells));
    let found: Vec<&Estimate> = estimates(row, &cells);
    Ok(format!("{shown}{}", coefficient(&label, &found, spec.digits)))
}

fn estimates<'a>(row: &RowTerm, cells: &[CellColumn<'a>]) -> Vec<&'a Estimate> {
    let of = |cell: &CellColumn<'a>| estimate(cell.outcome()?, &term_in(row, cell));
    cells.iter().filter_map(of).collect()
}

/// `: the coefficient of ln OA lies between −0.3 and 0.2, with p < 0.05 in 2 of 4`
fn coefficient(label: &str, found: &[&Estimate], digits: usize) -> String {
    match found {
        [] => String::new(),
        [one] => format!(
            ": the coefficient of {label} is {} (standard error {}, {})",
            number(one.value, digits),
            number(one.std_error, digits),
            probability(one.p_value)
        ),
        several => {
            let values = || several.iter().map(|e| e.value);
            let (low, high) = (
                values().fold(f64::INFINITY, f64::min),
                values().fold(f64::NEG_INFINITY, f64::max),
            );
            let significant = several.iter().filter(|e| e.p_value < LEVEL).count();
            format!(
                ": the coefficient of {label} lies between {} and {}, with p < {} in {significant} \
                 of {}",
                number(low, digits),
                number(high, digits),
                threshold(LEVEL),
                several.len()
            )
        }
    }
}

/// How often the first test rejects.
fn tests(source: Source<'_>, cells: &[CellColumn<'_>], wanted: Option<&str>) -> String {
    let shown = format!("shows the tests of {} cells", cells.len());
    let all = || cells.iter().filter_map(CellColumn::outcome);
    let first = all().flat_map(|o| &o.tests).find(|t| wanted.is_none_or(|name| t.name == name));
    let Some(first) = first else { return shown };
    let same = |t: &&Test| t.name == first.name && t.basis == first.basis;
    let p_values: Vec<f64> =
        all().flat_map(|o| o.tests.iter().filter(same)).filter_map(p_value).collect();
    let rejects = p_values.iter().filter(|p| **p < LEVEL).count();
    format!(
        "{shown}: {} ({}) has p < {} in {rejects} of {}",
        labels::named_test(source.spec, &first.name),
        source.words().basis(first.basis),
        threshold(LEVEL),
        p_values.len()
    )
}

fn p_value(test: &Test) -> Option<f64> {
    match &test.outcome {
        TestOutcome::Computed { p_value, .. } => {
            p_value.or_else(|| test.bootstrap.as_ref().map(|b| b.p_value))
        }
        TestOutcome::NotApplicable { .. } => None,
    }
}

fn of_years(spec: &TableSpec, years: &[MoranYear]) -> String {
    let least = years.iter().min_by(|a, b| a.i.total_cmp(&b.i));
    let most = years.iter().max_by(|a, b| a.i.total_cmp(&b.i));
    let (Some(least), Some(most)) = (least, most) else {
        return "has no Moran's I".to_owned();
    };
    let significant = years.iter().filter(|year| deciding_p(year) < LEVEL).count();
    format!(
        "shows Moran's I of {} periods: it lies between {} ({}) and {} ({}), with p < {} in \
         {significant} of them",
        years.len(),
        number(least.i, spec.digits),
        least.period,
        number(most.i, spec.digits),
        most.period,
        threshold(LEVEL)
    )
}

fn robustness(source: Source<'_>, spec: &TableSpec, table: &RobustnessTable) -> Checked<String> {
    let gathered = gather(source, &spec.at, table)?;
    let shown = format!("sums up {} cells", gathered.cells.len());
    let first = gathered.rows.first().and_then(|row| Some((row, row.summary.as_ref()?)));
    let Some((row, summary)) = first else { return Ok(shown) };
    let label = functions::row_label(source, row.row, &gathered.cells);
    Ok(format!(
        "{shown}: the coefficient of {label} ranges from {} to {} with median {}; {} of {} fits \
         have the same sign and p < {}",
        number(summary.minimum, spec.digits),
        number(summary.maximum, spec.digits),
        number(summary.median, spec.digits),
        percent_of(summary.shares.significant),
        summary.specifications,
        threshold(table.level)
    ))
}

fn family(source: Source<'_>, name: &str) -> String {
    let Some(family) = stored(source, name) else {
        return "tests hypotheses together".to_owned();
    };
    let all: Vec<_> = family.cells.iter().flat_map(|c| c.hypotheses.iter().flatten()).collect();
    let rejected = all.iter().filter(|h| h.p_romano_wolf < family.level).count();
    format!(
        "tests {} hypotheses together: {rejected} of them have a Romano–Wolf p-value below {}",
        all.len(),
        threshold(family.level)
    )
}
