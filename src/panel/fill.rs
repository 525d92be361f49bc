//! The missing-value policies.

use crate::ident::{Period, VarName};
use crate::mistake::{Checked, Kind, Mistake, Mistakes, Place};
use crate::model::Missing;
use crate::panel::spacing::{shortened, step, stretches};
use crate::panel::{FilledValue, Panel};
use std::collections::BTreeMap;

/// How many units with gaps are listed.
const SHOWN: usize = 10;

/// Applies `policy` to the missing values of every column of `panel`. What it changes stands in
/// [`Panel::repairs`]. The panel that comes back has no missing value.
pub fn fill(panel: Panel, policy: Missing) -> Checked<Panel> {
    let gaps = Gaps::of(&panel);
    if gaps.count == 0 {
        return Ok(panel);
    }
    match policy {
        Missing::Error => Err(gaps.refuse(&panel)),
        Missing::Mean => each_series(panel, "mean", mean),
        Missing::Interpolate => each_series(panel, "interpolate", interpolate),
        Missing::DropUnit => drop_units(&panel, &gaps),
        Missing::DropPeriod => drop_periods(&panel, &gaps),
    }
}

/// Where values are missing: unit → column → positions of periods.
struct Gaps {
    by_unit: BTreeMap<usize, BTreeMap<VarName, Vec<usize>>>,
    count: usize,
}

impl Gaps {
    fn of(panel: &Panel) -> Self {
        let n = panel.units().len();
        let mut gaps = Self { by_unit: BTreeMap::new(), count: 0 };
        for name in panel.column_names() {
            let values = panel.column(name).unwrap_or_default();
            for place in (0..values.len()).filter(|&place| values[place].is_none()) {
                let columns = gaps.by_unit.entry(place % n).or_default();
                columns.entry(name.clone()).or_default().push(place / n);
                gaps.count += 1;
            }
        }
        gaps
    }

    /// One mistake a unit, and one that says what can be done.
    fn refuse(&self, panel: &Panel) -> Mistakes {
        let mut mistakes: Vec<Mistake> = self
            .by_unit
            .keys()
            .take(SHOWN)
            .map(|&unit| mistake(self.of_unit(panel, unit)))
            .collect();
        let all = panel.len() * panel.column_names().count();
        let more = self.by_unit.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!("and {more} more units; ") } else { String::new() };
        let message = format!("{more}{} of {all} values that are used are missing", self.count);
        mistakes.push(mistake(message).help(
            "correct the file, or set `data.missing` to one of: mean (the unit's own mean), interpolate (linear in time), drop-unit, drop-period",
        ));
        Mistakes::some(mistakes)
    }

    /// `Hainan` has no `fdi` in 2002 to 2004, no `si` in 2007
    fn of_unit(&self, panel: &Panel, unit: usize) -> String {
        let columns = &self.by_unit[&unit];
        let first = columns.values().next();
        let all = columns.len() > 1
            && columns.len() == panel.column_names().count()
            && columns.values().all(|periods| Some(periods) == first);
        let years = |periods: &Vec<usize>| {
            let periods: Vec<Period> = periods.iter().map(|&t| panel.periods()[t]).collect();
            stretches(&periods, step(panel.periods()))
        };
        let name = &panel.units().as_slice()[unit];
        match first {
            Some(periods) if all => {
                format!("`{name}` has no row, or an empty one, in {}", years(periods))
            }
            _ => {
                let listed =
                    columns.iter().map(|(c, periods)| format!("no `{c}` in {}", years(periods)));
                format!("`{name}` has {}", shortened(listed.collect()))
            }
        }
    }
}

fn mistake(message: String) -> Mistake {
    Mistake { kind: Kind::File, message, help: None, place: Place::Nowhere }
}

/// Fills the gaps of one unit's series, or says why it cannot, with advice.
type Filler = fn(&[Option<f64>]) -> Result<Vec<f64>, (&'static str, &'static str)>;

fn each_series(mut panel: Panel, method: &'static str, filler: Filler) -> Checked<Panel> {
    let n = panel.units().len();
    let mut mistakes = Vec::new();
    let names: Vec<VarName> = panel.column_names().cloned().collect();
    for name in names {
        let mut values = panel.column(&name).unwrap_or_default().to_vec();
        let mut filled = Vec::new();
        for unit in 0..n {
            let series: Vec<Option<f64>> = values.iter().skip(unit).step_by(n).copied().collect();
            if series.iter().all(Option::is_some) {
                continue;
            }
            match filler(&series) {
                Ok(whole) => {
                    for (t, value) in whole.into_iter().enumerate() {
                        filled.extend(series[t].is_none().then_some((t, unit)));
                        values[t * n + unit] = Some(value);
                    }
                }
                Err((why, advice)) => {
                    let unit = &panel.units().as_slice()[unit];
                    mistakes.push(mistake(format!("`{name}` of `{unit}` {why}")).help(advice));
                }
            }
        }
        record(&mut panel, &name, filled, method);
        panel.set_column(name, values);
    }
    Mistakes::unless_empty(shown(mistakes), panel)
}

fn record(
    panel: &mut Panel,
    name: &VarName,
    mut filled: Vec<(usize, usize)>,
    method: &'static str,
) {
    filled.sort_unstable();
    let values: Vec<FilledValue> = filled
        .into_iter()
        .map(|(t, unit)| FilledValue {
            column: name.clone(),
            unit: panel.units().as_slice()[unit].0.clone(),
            period: panel.periods()[t],
            method,
        })
        .collect();
    panel.repairs.filled.extend(values);
}

fn shown(mut mistakes: Vec<Mistake>) -> Vec<Mistake> {
    if mistakes.len() > SHOWN {
        let more = mistakes.len() - SHOWN;
        mistakes.truncate(SHOWN);
        mistakes.push(mistake(format!("and {more} more series that cannot be filled")));
    }
    mistakes
}

/// The mean of the observed values in every gap (Tang, Peng & Yang 2021: mean value method).
fn mean(series: &[Option<f64>]) -> Result<Vec<f64>, (&'static str, &'static str)> {
    let observed: Vec<f64> = series.iter().flatten().copied().collect();
    if observed.is_empty() {
        return Err((
            "has no value at all: there is no mean to fill it with",
            "leave the unit out: data.missing = \"drop-unit\"",
        ));
    }
    let count = observed.len() as f64;
    // Divided first, so that the sum of large values stays finite.
    let mean = observed.iter().map(|value| value / count).sum::<f64>();
    Ok(series.iter().map(|value| value.unwrap_or(mean)).collect())
}

/// The straight line between the observed neighbours of a gap.
fn interpolate(series: &[Option<f64>]) -> Result<Vec<f64>, (&'static str, &'static str)> {
    const ADVICE: &str =
        "leave the periods out: data.missing = \"drop-period\", or narrower `data.years`";
    let between = |t: usize| {
        let before = (0..t).rev().find_map(|s| series[s].map(|value| (s, value)));
        let after = (t + 1..series.len()).find_map(|s| series[s].map(|value| (s, value)));
        let ((s, from), (u, to)) = before.zip(after)?;
        let share = (t - s) as f64 / (u - s) as f64;
        Some(from * (1.0 - share) + to * share)
    };
    let whole: Option<Vec<f64>> =
        (0..series.len()).map(|t| series[t].or_else(|| between(t))).collect();
    whole.ok_or(("has a gap at an end, where there is nothing to interpolate between", ADVICE))
}

fn drop_units(panel: &Panel, gaps: &Gaps) -> Checked<Panel> {
    let kept: Vec<usize> =
        (0..panel.units().len()).filter(|unit| !gaps.by_unit.contains_key(unit)).collect();
    if kept.is_empty() {
        return Err(mistake("every unit has a gap: dropping them leaves nothing".to_owned())
            .help("another policy in `data.missing`, or narrower `data.years`")
            .into());
    }
    let all: Vec<usize> = (0..panel.periods().len()).collect();
    let mut rest = panel.subset(&kept, &all);
    rest.repairs.dropped.extend(gaps.by_unit.keys().map(|&unit| dropped_unit(panel, gaps, unit)));
    Ok(rest)
}

/// Hainan dropped: it has no `fdi` in 2002
fn dropped_unit(panel: &Panel, gaps: &Gaps, unit: usize) -> String {
    let name = &panel.units().as_slice()[unit];
    let gaps = gaps.of_unit(panel, unit);
    let what = gaps.strip_prefix(&format!("`{name}` has")).unwrap_or(&gaps);
    format!("{name} dropped: it has{what}")
}

fn drop_periods(panel: &Panel, gaps: &Gaps) -> Checked<Panel> {
    let mut lacking: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (&unit, columns) in &gaps.by_unit {
        for &t in columns.values().flatten() {
            lacking.entry(t).or_default().push(unit);
        }
    }
    let kept: Vec<usize> =
        (0..panel.periods().len()).filter(|t| !lacking.contains_key(t)).collect();
    contiguous(panel, &kept)?;
    let all: Vec<usize> = (0..panel.units().len()).collect();
    let mut rest = panel.subset(&all, &kept);
    for (t, mut units) in lacking {
        units.sort_unstable();
        units.dedup();
        let names = units.iter().map(|&i| panel.units().as_slice()[i].to_string()).collect();
        let period = panel.periods()[t];
        rest.repairs
            .dropped
            .push(format!("{period} dropped: values missing for {}", shortened(names)));
    }
    Ok(rest)
}

/// Lags need the periods that are left to follow each other without a hole.
fn contiguous(panel: &Panel, kept: &[usize]) -> Checked<()> {
    let advice = "interpolate or mean in `data.missing`, or narrower `data.years`";
    if kept.is_empty() {
        let message = "every period has a gap: dropping them leaves nothing".to_owned();
        return Err(mistake(message).help(advice).into());
    }
    let inner: Vec<Period> = (kept[0]..=kept[kept.len() - 1])
        .filter(|t| !kept.contains(t))
        .map(|t| panel.periods()[t])
        .collect();
    if inner.is_empty() {
        return Ok(());
    }
    let dropped = stretches(&inner, step(panel.periods()));
    let message = format!(
        "dropping {dropped} leaves a hole between {} and {}: the periods are no longer equally spaced",
        panel.periods()[kept[0]],
        panel.periods()[kept[kept.len() - 1]]
    );
    Err(mistake(message).help(advice).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{UnitId, UnitIndex};

    /// Two units A and B over 2001 to 2003, one column x, stacked by period.
    fn panel(x: [Option<f64>; 6]) -> Panel {
        let units = UnitIndex::new(vec![UnitId("A".into()), UnitId("B".into())]).expect("distinct");
        let mut panel = Panel::new(units, vec![Period(2001), Period(2002), Period(2003)]);
        panel.set_column(VarName::new("x"), x.to_vec());
        panel
    }

    fn x(panel: &Panel) -> Vec<f64> {
        let values = panel.column(&VarName::new("x")).expect("it is there");
        values.iter().map(|v| v.expect("filled")).collect()
    }

    #[test]
    fn mean_is_the_units_own() {
        // A: 1, ., 5 → mean 3. B: 10, 20, . → mean 15.
        let gappy = panel([Some(1.0), Some(10.0), None, Some(20.0), Some(5.0), None]);
        let filled = fill(gappy, Missing::Mean).expect("both have values");
        assert_eq!(x(&filled), [1.0, 10.0, 3.0, 20.0, 5.0, 15.0]);
        let told: Vec<(String, i64)> =
            filled.repairs.filled.iter().map(|f| (f.unit.clone(), f.period.0)).collect();
        assert_eq!(told, [("A".to_owned(), 2002), ("B".to_owned(), 2003)]);
    }

    #[test]
    fn a_unit_without_values_has_no_mean() {
        let gappy = panel([None, Some(10.0), None, Some(20.0), None, Some(1.0)]);
        let mistakes = fill(gappy, Missing::Mean).expect_err("nothing observed");
        assert_eq!(
            mistakes.to_string(),
            "`x` of `A` has no value at all: there is no mean to fill it with"
        );
    }

    #[test]
    fn interpolation_is_linear_and_refuses_ends() {
        let inner = panel([Some(1.0), Some(10.0), None, Some(20.0), Some(5.0), Some(1.0)]);
        assert_eq!(x(&fill(inner, Missing::Interpolate).expect("inside"))[2], 3.0);
        let end = panel([None, Some(10.0), Some(1.0), Some(20.0), Some(5.0), Some(1.0)]);
        let mistakes = fill(end, Missing::Interpolate).expect_err("an end");
        assert!(mistakes.to_string().contains("`x` of `A` has a gap at an end"));
    }

    #[test]
    fn two_steps_of_interpolation_weigh_by_time() {
        let series = [Some(0.0), None, None, Some(9.0)];
        let whole = interpolate(&series).expect("inside");
        assert!((whole[1] - 3.0).abs() < 1e-15 && (whole[2] - 6.0).abs() < 1e-15);
    }

    #[test]
    fn dropping_takes_the_unit_or_the_period() {
        let gappy = panel([None, Some(10.0), Some(2.0), Some(20.0), Some(5.0), Some(1.0)]);
        let units = fill(gappy.clone(), Missing::DropUnit).expect("B is whole");
        assert_eq!(x(&units), [10.0, 20.0, 1.0]);
        assert_eq!(units.repairs.dropped, ["A dropped: it has no `x` in 2001"]);
        let periods = fill(gappy, Missing::DropPeriod).expect("two are whole");
        assert_eq!(x(&periods), [2.0, 20.0, 5.0, 1.0]);
        assert_eq!(periods.repairs.dropped, ["2001 dropped: values missing for A"]);
    }

    #[test]
    fn dropping_may_not_tear_a_hole_or_take_everything() {
        let inner = panel([Some(1.0), Some(10.0), None, Some(20.0), Some(5.0), Some(1.0)]);
        let mistakes = fill(inner, Missing::DropPeriod).expect_err("a hole");
        assert_eq!(
            mistakes.to_string(),
            "dropping 2002 leaves a hole between 2001 and 2003: the periods are no longer equally \
             spaced"
        );
        let everywhere = panel([None, Some(10.0), None, None, Some(5.0), None]);
        assert!(fill(everywhere, Missing::DropUnit).is_err());
    }

    #[test]
    fn refusing_lists_the_gaps() {
        let gappy = panel([None, Some(10.0), None, Some(20.0), Some(5.0), None]);
        let mistakes = fill(gappy, Missing::Error).expect_err("gaps");
        assert_eq!(
            mistakes.to_string(),
            "`A` has no `x` in 2001 to 2002\n`B` has no `x` in 2003\n\
             3 of 6 values that are used are missing"
        );
    }
}
