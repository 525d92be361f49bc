//! Values → places, and the round values between which they lie.

/// A straight map from values to places on one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The values at both ends.
    pub values: (f64, f64),
    /// Their places, in points.
    pub places: (f64, f64),
}

impl Scale {
    /// The scale that puts `values` at `places`. Values that do not differ are put in the middle.
    pub fn new(values: (f64, f64), places: (f64, f64)) -> Self {
        let (low, high) = values;
        let values = if low == high { (low - 0.5, high + 0.5) } else { values };
        Self { values, places }
    }

    /// The place of a value.
    pub fn at(&self, value: f64) -> f64 {
        let share = (value - self.values.0) / (self.values.1 - self.values.0);
        self.places.0 + share * (self.places.1 - self.places.0)
    }
}

/// Round values at equal distances.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticks {
    /// The values, rising.
    pub values: Vec<f64>,
    /// Decimals that tell them apart.
    pub decimals: usize,
}

impl Ticks {
    /// The first and the last.
    pub fn ends(&self) -> (f64, f64) {
        match (self.values.first(), self.values.last()) {
            (Some(&first), Some(&last)) => (first, last),
            _ => (0.0, 1.0),
        }
    }
}

/// About so many round values, 1, 2 or 5 times a power of ten apart: those within the range, and
/// with `around` one more on either side where the range does not end at one.
pub fn ticks(low: f64, high: f64, about: usize, around: bool) -> Ticks {
    let (low, high) =
        if low.is_finite() && high.is_finite() && low <= high { (low, high) } else { (0.0, 1.0) };
    // A range that is nothing but rounding is none.
    let (low, high) = if high - low <= 1e-12 * low.abs().max(high.abs()) {
        let half = 0.5 * low.abs().max(1.0);
        (low - half, high + half)
    } else {
        (low, high)
    };
    let (step, exponent) = round_step((high - low) / about.max(1) as f64);
    let slack = 1e-9;
    let (first, last) = if around {
        ((low / step + slack).floor(), (high / step - slack).ceil())
    } else {
        ((low / step - slack).ceil(), (high / step + slack).floor())
    };
    let decimals = usize::try_from(-exponent).unwrap_or(0);
    let values = (0..=(last - first) as i64).map(|i| (first + i as f64) * step).collect();
    Ticks { values, decimals }
}

/// The round step next above `rough`, and its power of ten.
fn round_step(rough: f64) -> (f64, i32) {
    let exponent = rough.log10().floor() as i32;
    let power = |e: i32| if e < 0 { 1.0 / 10_f64.powi(-e) } else { 10_f64.powi(e) };
    for factor in [1.0, 2.0, 5.0] {
        let step = factor * power(exponent);
        if step >= rough * (1.0 - 1e-9) {
            return (step, exponent);
        }
    }
    (power(exponent + 1), exponent + 1)
}

/// About so many of the whole numbers from `low` to `high`: every one, every second, fifth, …
pub fn whole_ticks(low: i64, high: i64, most: usize) -> Vec<i64> {
    let steps = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000];
    let count = |step: i64| high.div_euclid(step) - (low - 1).div_euclid(step);
    let step = steps.into_iter().find(|&s| count(s) <= most as i64).unwrap_or(1000);
    (low..=high).filter(|v| v.rem_euclid(step) == 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_around_the_values() {
        let t = ticks(-0.034, 0.41, 5, true);
        assert_eq!(t.values.len(), 7);
        assert!((t.ends().0 + 0.1).abs() < 1e-12 && (t.ends().1 - 0.5).abs() < 1e-12);
        assert_eq!(t.decimals, 1);
        let t = ticks(0.0, 1000.0, 4, true);
        assert_eq!((t.ends(), t.decimals), ((0.0, 1000.0), 0));
        let t = ticks(-1.3, 2.2, 5, false);
        assert_eq!(t.values, [-1.0, 0.0, 1.0, 2.0]);
        let t = ticks(3.0, 3.0, 4, true);
        assert!(t.ends().0 < 3.0 && t.ends().1 > 3.0);
        assert_eq!(ticks(f64::NAN, 1.0, 4, true).ends(), (0.0, 1.0));
    }

    #[test]
    fn years_are_whole() {
        assert_eq!(whole_ticks(2002, 2006, 9), [2002, 2003, 2004, 2005, 2006]);
        assert_eq!(whole_ticks(2002, 2018, 9), (2002..=2018).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn equal_values_stand_in_the_middle() {
        assert_eq!(Scale::new((2.0, 2.0), (0.0, 10.0)).at(2.0), 5.0);
        assert_eq!(Scale::new((0.0, 4.0), (10.0, 0.0)).at(1.0), 7.5);
    }
}
