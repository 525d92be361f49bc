//! What tests of regions and thresholds estimated, in notes: the table has rows for the statistics.

use crate::model::Regressor;
use crate::outcome::{Test, TestOutcome};
use crate::report::columns::CellColumn;
use crate::report::formats::plain::written;
use crate::report::number::Number;
use crate::report::{Source, labels, notes};

/// A note for each test and estimates, with the columns that have them.
pub(super) fn estimated(
    source: Source<'_>,
    digits: usize,
    names: &[String],
    columns: &[CellColumn<'_>],
) -> Vec<String> {
    let (show, words) = (Show { source, digits }, source.words());
    let mut said = Vec::new();
    for name in names {
        let say = |column: &CellColumn<'_>| match name.as_str() {
            "region-equality" => show.regions(column, found(column, name)?),
            "threshold-1" => show.thresholds(column, found(column, name)?, 1),
            "threshold-2" => show.thresholds(column, found(column, name)?, 2),
            _ => None,
        };
        let note = |(columns, text): (Option<String>, String)| match name.as_str() {
            "region-equality" => words.by_region(columns.as_deref(), &text),
            other => words.thresholds(other == "threshold-2", columns.as_deref(), &text),
        };
        said.extend(notes::grouped(words, columns, say).into_iter().map(note));
    }
    if names.iter().any(|n| n.starts_with("threshold-")) && !said.is_empty() {
        said.push(words.thresholds_shown().to_owned());
    }
    said
}

fn found<'c>(column: &CellColumn<'c>, name: &str) -> Option<&'c Test> {
    let mut tests = column.outcome()?.tests.iter();
    tests.find(|t| t.name == name && matches!(t.outcome, TestOutcome::Computed { .. }))
}

struct Show<'a> {
    source: Source<'a>,
    digits: usize,
}

impl Show<'_> {
    fn number(&self, value: f64) -> String {
        written(&Number::decimals(value, self.digits))
    }

    /// `−0.12 (0.03)`
    fn coefficient(&self, test: &Test, regressor: &Regressor) -> Option<String> {
        let term = regressor.to_string();
        let value = *test.details.get(&term)?;
        let std_error = *test.details.get(&format!("se:{term}"))?;
        Some(format!("{} ({})", self.number(value), self.number(std_error)))
    }

    /// `ln OA: East −0.12 (0.03), West …; ln OA (t−1): …`
    fn regions(&self, column: &CellColumn<'_>, test: &Test) -> Option<String> {
        let regions = &column.cell.region_equality.as_ref()?.regions;
        let one = |regressor: &Regressor| {
            let of = |region: &String| {
                let coefficient = self.coefficient(test, &regressor.within(region))?;
                Some(format!("{} {coefficient}", labels::region(self.source.spec, region)))
            };
            let each: Vec<String> = regions.iter().filter_map(of).collect();
            self.line(regressor, &each)
        };
        self.clauses(&column.cell.model.regressors.iter().filter_map(one).collect::<Vec<_>>())
    }

    /// `ln GDP at 9.1 [8.7, 9.3]; ln OA: −0.12 (0.03), 0.20 (0.05); 120 and 330 observations`
    fn thresholds(&self, column: &CellColumn<'_>, test: &Test, count: usize) -> Option<String> {
        let variable = &column.cell.threshold.as_ref()?.variable;
        let detail = |name: String| test.details.get(&name).copied();
        let at = |i: usize| {
            let end = |end: &str| detail(format!("threshold{end}[{i}]")).map(|v| self.number(v));
            Some(format!("{} [{}, {}]", end("")?, end("-low")?, end("-high")?))
        };
        let found = (1..=count).map(at).collect::<Option<Vec<_>>>()?;
        let words = self.source.words();
        let label = labels::variable(self.source.spec, variable);
        let mut parts = vec![words.threshold_at(label, &found)];
        let regimes = || (1..=count + 1).map(|r| format!("regime{r}"));
        for regressor in &column.cell.model.regressors {
            let of = |regime: String| self.coefficient(test, &regressor.within(&regime));
            parts.extend(self.line(regressor, &regimes().filter_map(of).collect::<Vec<_>>()));
        }
        let sizes = regimes().filter_map(|r| detail(format!("n[{r}]")));
        let sizes: Vec<String> = sizes.map(|n| written(&Number::count(n))).collect();
        parts.push(words.observations(&sizes));
        self.clauses(&parts)
    }

    fn line(&self, regressor: &Regressor, each: &[String]) -> Option<String> {
        let label = labels::regressor(self.source.spec, regressor);
        let words = self.source.words();
        (!each.is_empty()).then(|| words.labelled(&label, &words.list(each)))
    }

    fn clauses(&self, parts: &[String]) -> Option<String> {
        (!parts.is_empty()).then(|| self.source.words().clauses(parts))
    }
}
