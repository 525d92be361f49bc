//! The maximum of a smooth function on an open interval.

/// Value, first and second derivative of a function at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jet {
    /// f(x)
    pub value: f64,
    /// f′(x)
    pub slope: f64,
    /// f″(x)
    pub curvature: f64,
}

/// Where the maximum is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maximum {
    /// The point.
    pub at: f64,
    /// The function there.
    pub jet: Jet,
    /// Evaluations spent.
    pub evaluations: u32,
}

/// Points of the first scan. Concentrated spatial likelihoods have one local maximum in practice;
/// the scan makes sure that the one found is the highest.
const SCAN: u32 = 64;
/// Newton steps after which the search gives up.
const STEPS: u32 = 200;

/// The highest maximum of `f` in the open interval (`low`, `high`), both finite.
///
/// A scan brackets it, safeguarded Newton on the slope polishes it to rounding. `None` when the
/// function is nowhere finite or rises all the way to an end of the interval.
pub fn maximise(f: impl Fn(f64) -> Jet, low: f64, high: f64) -> Option<Maximum> {
    let width = high - low;
    let point = |i: u32| low + width * (f64::from(i) - 0.5) / f64::from(SCAN);
    let best = (1..=SCAN)
        .map(|i| (i, f(point(i))))
        .filter(|(_, jet)| jet.value.is_finite())
        .max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let mut left = if best.0 == 1 { low } else { point(best.0 - 1) };
    let mut right = if best.0 == SCAN { high } else { point(best.0 + 1) };
    let mut x = point(best.0);
    let mut jet = best.1;
    for step in 1..=STEPS {
        if jet.slope > 0.0 {
            left = x;
        } else {
            right = x;
        }
        let newton = x - jet.slope / jet.curvature;
        let inside = jet.curvature < 0.0 && newton > left && newton < right;
        let next = if inside { newton } else { 0.5 * (left + right) };
        let moved = (next - x).abs();
        if next <= low || next >= high || (next == left && next == right) {
            return None;
        }
        x = next;
        jet = f(x);
        if !jet.value.is_finite() {
            return None;
        }
        // The step just taken was below rounding: nothing is left to gain. Whether this is a
        // maximum or the end of the interval shows in the Newton step that would come next.
        if moved <= 4.0 * f64::EPSILON * (1.0 + x.abs()) {
            let interior = jet.curvature < 0.0 && (jet.slope / jet.curvature).abs() < 1e-9;
            return interior.then_some(Maximum { at: x, jet, evaluations: SCAN + step });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_maximum_of_a_log_barrier() {
        // f = ln(x) + 2 ln(1 - x): f' = 1/x - 2/(1 - x) = 0 at x = 1/3.
        let f = |x: f64| Jet {
            value: x.ln() + 2.0 * (1.0 - x).ln(),
            slope: 1.0 / x - 2.0 / (1.0 - x),
            curvature: -1.0 / (x * x) - 2.0 / (1.0 - x).powi(2),
        };
        let maximum = maximise(f, 0.0, 1.0).unwrap();
        assert!((maximum.at - 1.0 / 3.0).abs() < 1e-15);
        assert!(maximum.jet.slope.abs() < 1e-13);
    }

    #[test]
    fn takes_the_higher_of_two_maxima() {
        // f = -(x²-1)² + 0.1 x: maxima near -1 and 1, the right one higher.
        let f = |x: f64| Jet {
            value: -(x * x - 1.0).powi(2) + 0.1 * x,
            slope: -4.0 * x * (x * x - 1.0) + 0.1,
            curvature: -12.0 * x * x + 4.0,
        };
        assert!(maximise(f, -2.0, 2.0).unwrap().at > 0.9);
    }

    #[test]
    fn a_function_that_rises_to_the_end_has_no_maximum() {
        let f = |x: f64| Jet { value: x, slope: 1.0, curvature: 0.0 };
        assert_eq!(maximise(f, 0.0, 1.0), None);
    }
}
