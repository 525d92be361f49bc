//! `unit_roots.csv`: a row a block, variable and test.

use super::{Rows, exact};
use crate::model::unit_roots::LagChoice;
use crate::report::Source;

/// A test that could not be computed has the reason in the last column.
pub(super) fn rows(source: Source<'_>) -> String {
    let mut rows = Rows::new([
        "id",
        "variable",
        "region",
        "test",
        "trend",
        "lags",
        "mean_lags",
        "statistic",
        "p_value",
        "critical_1",
        "critical_5",
        "critical_10",
        "units",
        "periods",
        "tabulated_from",
        "failure",
    ]);
    for one in &source.experiment.unit_roots {
        let lags = match one.lags {
            _ if !one.test.has_lags() => String::new(),
            LagChoice::Number(lags) => lags.to_string(),
            LagChoice::Aic(most) => format!("aic({most})"),
            LagChoice::Sic(most) => format!("sic({most})"),
        };
        let head = [
            one.id.clone(),
            one.variable.clone(),
            one.region.clone(),
            one.test.name().to_owned(),
            one.trend.name().to_owned(),
            lags,
        ];
        let rest = match &one.outcome {
            Ok(found) => {
                let critical = |i: usize| found.critical.map(|c| exact(c[i])).unwrap_or_default();
                [
                    if one.test.has_lags() { exact(found.mean_lags) } else { String::new() },
                    exact(found.statistic),
                    found.p_value.map(exact).unwrap_or_default(),
                    critical(0),
                    critical(1),
                    critical(2),
                    found.units.to_string(),
                    found.periods.to_string(),
                    found.tabulated_from.map(|t| t.to_string()).unwrap_or_default(),
                    String::new(),
                ]
            }
            Err(failure) => {
                let mut blank = std::array::from_fn(|_| String::new());
                blank[9] = format!("{}: {}", failure.kind, failure.reason);
                blank
            }
        };
        rows.push(head.into_iter().chain(rest));
    }
    rows.text()
}
