//! Extreme observations of a column: drawn in to a quantile, or found with their units.
//!
//! Quantiles are those of type 7 of Hyndman & Fan (1996, The American Statistician 50: 361–365),
//! the default of R and NumPy: with the n observations in rising order x₁ … xₙ and
//! h = (n − 1)p + 1, Q(p) = x_⌊h⌋ + (h − ⌊h⌋)(x_⌊h⌋₊₁ − x_⌊h⌋). They are taken over the units and
//! periods of a sample; what lies outside them lies beyond Q(share) or Q(1 − share), strictly.

use crate::ident::{Period, VarName};
use crate::panel::Panel;

/// The units and periods whose observations the quantiles are taken over.
#[derive(Debug, Clone, Copy)]
pub struct Window<'a> {
    /// Positions of the units in the panel.
    pub units: &'a [usize],
    /// Some of the panel's periods.
    pub periods: &'a [Period],
}

/// What lies between the tails of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Q(share).
    pub low: f64,
    /// Q(1 − share).
    pub high: f64,
}

impl Range {
    /// Whether `value` lies in a tail.
    pub fn excludes(self, value: f64) -> bool {
        value < self.low || value > self.high
    }
}

/// Q(p) of Hyndman & Fan's type 7 for `sorted`, rising and not empty; 0 ≤ p ≤ 1.
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let h = (sorted.len() - 1) as f64 * p;
    let below = (h.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (h - h.floor()) * (sorted[above] - sorted[below])
}

/// The range of a column between its tails of `share` within `window`; `None` when it has no
/// value there.
pub fn range(panel: &Panel, column: &VarName, window: Window<'_>, share: f64) -> Option<Range> {
    let mut values: Vec<f64> = observed(panel, column, window).collect();
    values.sort_by(f64::total_cmp);
    (!values.is_empty())
        .then(|| Range { low: quantile(&values, share), high: quantile(&values, 1.0 - share) })
}

/// How many observations of a column within `window` lie below and above `range`.
pub fn outside(
    panel: &Panel,
    column: &VarName,
    window: Window<'_>,
    range: Range,
) -> (usize, usize) {
    let count =
        |f: &dyn Fn(f64) -> bool| observed(panel, column, window).filter(|&value| f(value)).count();
    (count(&|v| v < range.low), count(&|v| v > range.high))
}

/// Positions of the units of `window` that have an observation of the column outside `range`.
pub fn extreme_units(
    panel: &Panel,
    column: &VarName,
    window: Window<'_>,
    range: Range,
) -> Vec<usize> {
    let extreme = |unit: &usize| {
        let own = Window { units: &[*unit], ..window };
        observed(panel, column, own).any(|value| range.excludes(value))
    };
    window.units.iter().copied().filter(extreme).collect()
}

/// Sets what lies outside `range` to the nearer end, in every unit and period of the panel: lags
/// then look at the same values.
pub fn draw_in(panel: &mut Panel, column: &VarName, range: Range) {
    let drawn_in = panel
        .column(column)
        .map(|values| values.iter().map(|v| v.map(|v| v.max(range.low).min(range.high))).collect());
    if let Some(values) = drawn_in {
        panel.set_column(column.clone(), values);
    }
}

/// The values of a column within `window`.
fn observed<'a>(
    panel: &'a Panel,
    column: &VarName,
    window: Window<'a>,
) -> impl Iterator<Item = f64> + use<'a> {
    let n = panel.units().len();
    let values = panel.column(column).unwrap_or_default();
    let periods = panel.periods().iter().enumerate();
    periods
        .filter(move |(_, period)| window.periods.contains(period))
        .flat_map(move |(t, _)| window.units.iter().map(move |&i| t * n + i))
        .filter_map(|at| values.get(at).copied().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{UnitId, UnitIndex};

    #[test]
    fn quantiles_are_those_of_type_7() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0, 0.1, 0.25, 0.9, 1)) = 1, 1.4, 2, 12.8, 16, by hand:
        // h − 1 = 4 × 0.1 = 0.4, 1 + 0.4 × (2 − 1); h − 1 = 3.6, 8 + 0.6 × (16 − 8).
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (p, wanted) in [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.9, 12.8), (1.0, 16.0)] {
            assert!((quantile(&sorted, p) - wanted).abs() < 1e-12, "{p}");
        }
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }

    /// Units A, B, C over 2001 to 2003; x = 1 … 9 stacked by period.
    fn panel() -> Panel {
        let units = ["A", "B", "C"].map(|u| UnitId(u.to_owned())).to_vec();
        let units = UnitIndex::new(units).expect("distinct");
        let mut panel = Panel::new(units, vec![Period(2001), Period(2002), Period(2003)]);
        panel.set_column(x(), (1..=9).map(|i| Some(f64::from(i))).collect());
        panel
    }

    fn x() -> VarName {
        VarName::new("x")
    }

    #[test]
    fn tails_are_those_of_the_sample_and_values_are_drawn_in_everywhere() {
        // The sample is B and C in 2002 and 2003: 5, 6, 8, 9. Q(0.1) = 5.3, Q(0.9) = 8.7.
        let window = Window { units: &[1, 2], periods: &[Period(2002), Period(2003)] };
        let mut panel = panel();
        let found = range(&panel, &x(), window, 0.1).expect("values");
        assert!((found.low - 5.3).abs() < 1e-12 && (found.high - 8.7).abs() < 1e-12);
        assert_eq!(outside(&panel, &x(), window, found), (1, 1));
        assert_eq!(extreme_units(&panel, &x(), window, found), [1, 2]);
        draw_in(&mut panel, &x(), found);
        let values: Vec<f64> = panel.column(&x()).expect("x").iter().flatten().copied().collect();
        let (low, high) = (found.low, found.high);
        assert_eq!(values, [low, low, low, low, low, 6.0, 7.0, 8.0, high]);
    }

    #[test]
    fn a_unit_with_an_extreme_observation_is_found_and_one_at_the_quantile_is_not() {
        // C alone: 3, 6, 9. With share 0 nothing lies outside; with ¼ the ends do.
        let periods = [Period(2001), Period(2002), Period(2003)];
        let window = Window { units: &[2], periods: &periods };
        let none = range(&panel(), &x(), window, 0.0).expect("values");
        assert_eq!(extreme_units(&panel(), &x(), window, none), [0_usize; 0]);
        let inner = Range { low: 2.0, high: 8.0 };
        let window = Window { units: &[2, 1, 0], periods: &periods };
        assert_eq!(extreme_units(&panel(), &x(), window, inner), [2, 0]);
        assert_eq!(range(&panel(), &VarName::new("z"), window, 0.1), None);
    }
}
