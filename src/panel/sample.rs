//! Panel + model → sample: balanced, finite, ordered.

use crate::ident::{Period, UnitIndex, VarName};
use crate::mistake::{Checked, Kind, Mistake, Mistakes, Place};
use crate::model::{Regressor, Term};
use crate::panel::Panel;
use crate::panel::spacing::shortened;

/// The numbers a cell is estimated from. Stacked by period; every value is finite.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The units, in row order.
    pub units: UnitIndex,
    /// The periods that are left after lags.
    pub periods: Vec<Period>,
    /// Name of the left-hand side.
    pub response: VarName,
    /// Left-hand side, N·T.
    pub y: Vec<f64>,
    /// Names of the columns of `x`.
    pub regressors: Vec<Regressor>,
    /// Right-hand side by column, each N·T. Without a constant.
    pub x: Vec<Vec<f64>>,
}

impl Sample {
    /// Number of units, N.
    pub fn n_units(&self) -> usize {
        self.units.len()
    }

    /// Number of periods, T.
    pub fn n_periods(&self) -> usize {
        self.periods.len()
    }

    /// N·T.
    pub fn n(&self) -> usize {
        self.y.len()
    }

    /// The observations of the periods that `stays` holds for. Lags are as they were: they look at
    /// periods that leave as well.
    #[must_use]
    pub fn in_periods(&self, stays: impl Fn(Period) -> bool) -> Self {
        let n = self.n_units();
        let kept: Vec<usize> = (0..self.n_periods()).filter(|&t| stays(self.periods[t])).collect();
        let pick = |column: &Vec<f64>| -> Vec<f64> {
            kept.iter().flat_map(|&t| column[t * n..(t + 1) * n].iter().copied()).collect()
        };
        Self {
            periods: kept.iter().map(|&t| self.periods[t]).collect(),
            y: pick(&self.y),
            x: self.x.iter().map(pick).collect(),
            ..self.clone()
        }
    }

    /// The observations of the units at these positions.
    #[must_use]
    pub fn of_units(&self, kept: &[usize]) -> Self {
        let n = self.n_units();
        let pick = |column: &Vec<f64>| -> Vec<f64> {
            column.chunks_exact(n).flat_map(|row| kept.iter().map(|&i| row[i])).collect()
        };
        Self {
            units: self.units.subset(kept),
            y: pick(&self.y),
            x: self.x.iter().map(pick).collect(),
            ..self.clone()
        }
    }

    /// Changes from one period to the next, by the later of the two.
    #[must_use]
    pub fn first_differences(&self) -> Self {
        let n = self.n_units();
        let changes = |column: &Vec<f64>| -> Vec<f64> {
            column.iter().skip(n).zip(column).map(|(now, before)| now - before).collect()
        };
        Self {
            periods: self.periods.iter().skip(1).copied().collect(),
            y: changes(&self.y),
            x: self.x.iter().map(changes).collect(),
            ..self.clone()
        }
    }

    /// The mean of each unit over the periods, as of the last of them.
    #[must_use]
    pub fn unit_means(&self) -> Self {
        let (n, t) = (self.n_units(), self.n_periods() as f64);
        let means = |column: &Vec<f64>| -> Vec<f64> {
            let sum = |i: usize| column.iter().skip(i).step_by(n).sum::<f64>();
            (0..n).map(|i| sum(i) / t).collect()
        };
        Self {
            periods: self.periods.last().copied().into_iter().collect(),
            y: means(&self.y),
            x: self.x.iter().map(means).collect(),
            ..self.clone()
        }
    }

    /// The sample in which unit i has the history that unit `order[i]` had, of the columns of
    /// `variable` at every lag.
    #[must_use]
    pub fn with_histories(&self, variable: &VarName, order: &[usize]) -> Self {
        let mut made = self.clone();
        for (regressor, column) in self.regressors.iter().zip(&mut made.x) {
            if regressor.variable == *variable {
                let periods = column.chunks_exact(self.n_units());
                *column = periods.flat_map(|row| order.iter().map(|&i| row[i])).collect();
            }
        }
        made
    }
}

/// Builds the sample of `response` on `regressors` for the units at `units` (positions in the
/// panel, in the order wanted). Lags are taken within each unit; the first `skip` periods are
/// dropped, `skip` being at least the deepest lag. So are periods after them in which a variable
/// has no value for any unit, as the first periods of a variable that is itself a lag.
///
/// Errors name the rows that are missing and say how to fill or drop them.
pub fn sample(
    panel: &Panel,
    units: &[usize],
    response: &VarName,
    regressors: &[Regressor],
    skip: usize,
) -> Checked<Sample> {
    let mut series = series(panel, units, response, regressors)?;
    let ahead =
        regressors.iter().map(|r| (-r.lag).max(0)).max().unwrap_or(0).unsigned_abs() as usize;
    let end = panel.periods().len().saturating_sub(ahead);
    for one in &mut series {
        one.values.truncate(end * units.len());
    }
    let first = first_period(&series, units.len(), end, skip);
    if first >= end {
        return Err(nothing_left(panel, &series, skip, ahead).into());
    }
    let from = first * units.len();
    Mistakes::unless_empty(gaps(panel, units, &series, from), ())?;
    let mut columns =
        series.into_iter().map(|s| s.values[from..].iter().flatten().copied().collect());
    Ok(Sample {
        units: panel.units().subset(units),
        periods: panel.periods()[first..end].to_vec(),
        response: response.clone(),
        y: columns.next().unwrap_or_default(),
        regressors: regressors.to_vec(),
        x: columns.collect(),
    })
}

/// One variable at one lag, stacked by period over the units wanted.
struct Series {
    name: String,
    values: Vec<Option<f64>>,
}

/// The response, then the regressors.
fn series(
    panel: &Panel,
    units: &[usize],
    response: &VarName,
    regressors: &[Regressor],
) -> Checked<Vec<Series>> {
    let response = Regressor::new(response.clone(), 0);
    let wanted: Vec<&Regressor> = std::iter::once(&response).chain(regressors).collect();
    let unknown = wanted.iter().filter(|r| panel.column(&r.variable).is_none());
    let unknown: Vec<Mistake> =
        unknown.map(|r| mistake(format!("`{}` is no column of the data", r.variable))).collect();
    Mistakes::unless_empty(unknown, ())?;
    Ok(wanted.into_iter().map(|r| lagged(panel, units, r)).collect())
}

fn lagged(panel: &Panel, units: &[usize], regressor: &Regressor) -> Series {
    let n = panel.units().len();
    let column = panel.column(&regressor.variable).unwrap_or_default();
    let shift = regressor.lag.unsigned_abs() as usize;
    let source = |t: usize| match regressor.lag {
        0.. => t.checked_sub(shift),
        ..0 => t.checked_add(shift),
    };
    let value = |t: usize, i: usize| column.get(source(t)? * n + i).copied().flatten();
    let values = (0..panel.periods().len())
        .flat_map(|t| units.iter().map(move |&i| (t, i)))
        .map(|(t, i)| value(t, i))
        .collect();
    Series { name: Term::Variable(regressor.clone()).to_string(), values }
}

/// The first period, from `skip` on, in which every series has a value for some unit.
fn first_period(series: &[Series], n: usize, periods: usize, skip: usize) -> usize {
    let empty = |s: &Series, t: usize| s.values[t * n..(t + 1) * n].iter().all(Option::is_none);
    (skip..periods).find(|&t| !series.iter().any(|s| empty(s, t))).unwrap_or(periods)
}

fn nothing_left(panel: &Panel, series: &[Series], skip: usize, ahead: usize) -> Mistake {
    let periods = panel.periods();
    let span = match (periods.first(), periods.last()) {
        (Some(a), Some(b)) if a < b => format!("{} periods, {a} to {b}", periods.len()),
        (Some(a), _) => format!("one period, {a}"),
        (None, _) => "no period".to_owned(),
    };
    let empty = series.iter().find(|s| s.values.iter().all(Option::is_none));
    let message = match empty {
        Some(s) if skip + ahead < periods.len() => {
            format!("`{}` has no value in any period; the panel has {span}", s.name)
        }
        _ if ahead > 0 => format!(
            "lags and leads drop the first {skip} and the last {ahead} periods, which leaves none: \
             the panel has {span}"
        ),
        _ => format!("lags drop the first {skip} periods, which leaves none: the panel has {span}"),
    };
    mistake(message).help("fewer lags, or a longer panel")
}

fn mistake(message: String) -> Mistake {
    Mistake { kind: Kind::File, message, help: None, place: Place::Nowhere }
}

/// The rows from place `from` on in which a series has no value.
fn gaps(panel: &Panel, units: &[usize], series: &[Series], from: usize) -> Vec<Mistake> {
    let row = |place: usize| {
        let unit = &panel.units().as_slice()[units[place % units.len()]];
        format!("{unit} in {}", panel.periods()[place / units.len()])
    };
    let gappy = |s: &Series| {
        let places = (from..s.values.len()).filter(|&place| s.values[place].is_none());
        let rows: Vec<String> = places.map(row).collect();
        (!rows.is_empty()).then(|| {
            mistake(format!("`{}` has no value for {}", s.name, shortened(rows)))
                .help("correct the file, or choose a policy in `data.missing`")
        })
    };
    series.iter().filter_map(gappy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::UnitId;

    /// Units A, B, C over 2001 and 2002, y = 1 … 6, x = 10 … 60, stacked by period.
    fn panel() -> Panel {
        let units = ["A", "B", "C"].map(|u| UnitId(u.to_owned())).to_vec();
        let units = UnitIndex::new(units).expect("distinct");
        let mut panel = Panel::new(units, vec![Period(2001), Period(2002)]);
        let column = |scale: f64| (1..=6).map(|i| Some(f64::from(i) * scale)).collect();
        panel.set_column(VarName::new("y"), column(1.0));
        panel.set_column(VarName::new("x"), column(10.0));
        panel
    }

    fn x(lag: i32) -> Regressor {
        Regressor::new(VarName::new("x"), lag)
    }

    fn y() -> VarName {
        VarName::new("y")
    }

    #[test]
    fn without_lags_the_sample_is_the_panel_in_the_order_wanted() {
        let sample = sample(&panel(), &[2, 0], &y(), &[x(0)], 0).expect("balanced");
        assert_eq!(sample.y, [3.0, 1.0, 6.0, 4.0]);
        assert_eq!(sample.x, [[30.0, 10.0, 60.0, 40.0]]);
        assert_eq!(sample.units.as_slice(), [UnitId("C".into()), UnitId("A".into())]);
    }

    #[test]
    fn a_lag_never_crosses_units() {
        // In 2002 the lag of x is x of 2001: A 10, B 20, C 30. Row 3 (C 2001) precedes A 2002.
        let sample = sample(&panel(), &[0, 1, 2], &y(), &[x(0), x(1)], 1).expect("one period");
        assert_eq!(sample.y, [4.0, 5.0, 6.0]);
        assert_eq!(sample.x, [[40.0, 50.0, 60.0], [10.0, 20.0, 30.0]]);
        assert_eq!(sample.periods, [Period(2002)]);
    }

    #[test]
    fn lags_may_not_eat_the_panel() {
        let mistakes = sample(&panel(), &[0, 1], &y(), &[x(2)], 2).expect_err("too deep");
        assert_eq!(
            mistakes.to_string(),
            "lags drop the first 2 periods, which leaves none: the panel has 2 periods, 2001 to 2002"
        );
    }

    #[test]
    fn a_lead_looks_ahead_and_costs_the_last_periods() {
        // In 2001 the lead of x is x of 2002: A 40, B 50, C 60.
        let led = sample(&panel(), &[2, 0], &y(), &[x(-1), x(0)], 0).expect("one period");
        assert_eq!((&led.periods, &led.y), (&vec![Period(2001)], &vec![3.0, 1.0]));
        assert_eq!(led.x, [[60.0, 40.0], [30.0, 10.0]]);
        let mistakes = sample(&panel(), &[0, 1], &y(), &[x(-1)], 1).expect_err("too far");
        assert_eq!(
            mistakes.to_string(),
            "lags and leads drop the first 1 and the last 1 periods, which leaves none: the panel \
             has 2 periods, 2001 to 2002"
        );
    }

    #[test]
    fn periods_leave_whole_and_histories_are_handed_over_whole() {
        let all = sample(&panel(), &[0, 1, 2], &y(), &[x(0)], 0).expect("balanced");
        let later = all.in_periods(|period| period != Period(2001));
        assert_eq!((later.periods, later.y), (vec![Period(2002)], vec![4.0, 5.0, 6.0]));
        assert_eq!(later.x, [[40.0, 50.0, 60.0]]);
        let swapped = all.with_histories(&VarName::new("x"), &[1, 0, 2]);
        assert_eq!(swapped.x, [[20.0, 10.0, 30.0, 50.0, 40.0, 60.0]]);
        assert_eq!(swapped.y, all.y);
        assert_eq!(all.with_histories(&y(), &[1, 0, 2]), all);
    }

    #[test]
    fn leading_periods_without_any_value_are_trimmed() {
        let mut panel = panel();
        let lagged = [None, None, None, Some(1.0), Some(2.0), Some(3.0)];
        panel.set_column(VarName::new("x"), lagged.to_vec());
        let sample = sample(&panel, &[0, 1, 2], &y(), &[x(0)], 0).expect("trimmed");
        assert_eq!((sample.periods, sample.y), (vec![Period(2002)], vec![4.0, 5.0, 6.0]));
    }

    #[test]
    fn any_other_gap_is_named() {
        let mut panel = panel();
        let gappy = [Some(0.0), None, Some(0.0), Some(1.0), Some(2.0), None];
        panel.set_column(VarName::new("x"), gappy.to_vec());
        let mistakes = sample(&panel, &[0, 1, 2], &y(), &[x(0)], 0).expect_err("gaps");
        assert_eq!(mistakes.to_string(), "`x` has no value for B in 2001, C in 2002");
    }
}
