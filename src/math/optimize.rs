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

/// Why no maximum was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMaximum {
    /// The function rises all the way to an end of the interval.
    AtEnd,
    /// The function is not finite where it was looked at, or the steps did not end.
    Lost,
    /// The search was told to stop.
    Stopped,
}

/// How a maximum is searched for. One that is there is found from any points; where the search
/// fails from some, it may not from others.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// How often the number of points of the scan is doubled.
    pub doubled: u32,
    /// Where the points lie in their parts of the interval: 0 in the middle, ±½ at their ends.
    pub shift: f64,
    /// Asked before every evaluation: the search stops when it says no.
    pub go_on: &'a (dyn Fn() -> bool + Sync),
}

impl Search<'_> {
    /// The first search: to its end.
    pub const PLAIN: Search<'static> = Search { doubled: 0, shift: 0.0, go_on: &|| true };

    fn points(&self) -> u32 {
        SCAN << self.doubled.min(6)
    }
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} points, shifted by {}", self.points(), self.shift)
    }
}

/// Points of the first scan. Concentrated spatial likelihoods have one local maximum in practice;
/// the scan makes sure that the one found is the highest.
const SCAN: u32 = 64;
/// Newton steps after which the search gives up.
const STEPS: u32 = 200;

/// The highest maximum of `f` in the open interval (`low`, `high`), both finite.
///
/// A scan brackets it, safeguarded Newton on the slope polishes it to rounding.
pub fn maximise(
    f: impl Fn(f64) -> Jet,
    low: f64,
    high: f64,
    search: Search<'_>,
) -> Result<Maximum, NoMaximum> {
    let width = high - low;
    let points = search.points();
    let point = |i: u32| low + width * (f64::from(i) - 0.5 + search.shift) / f64::from(points);
    let mut seen = Vec::with_capacity(points as usize);
    for i in 1..=points {
        if !(search.go_on)() {
            return Err(NoMaximum::Stopped);
        }
        seen.push((i, f(point(i))));
    }
    let best = seen
        .into_iter()
        .filter(|(_, jet)| jet.value.is_finite())
        .max_by(|a, b| a.1.value.total_cmp(&b.1.value))
        .ok_or(NoMaximum::Lost)?;
    // What stops close to an end was on its way there.
    let stuck = |x: f64| {
        let at_end = (x - low).min(high - x) < 1e-6 * width;
        if at_end { NoMaximum::AtEnd } else { NoMaximum::Lost }
    };
    let mut left = if best.0 == 1 { low } else { point(best.0 - 1) };
    let mut right = if best.0 == points { high } else { point(best.0 + 1) };
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
        if next <= low || next >= high {
            return Err(NoMaximum::AtEnd);
        }
        if next == left && next == right {
            return Err(stuck(next));
        }
        if !(search.go_on)() {
            return Err(NoMaximum::Stopped);
        }
        x = next;
        jet = f(x);
        if !jet.value.is_finite() {
            return Err(stuck(x));
        }
        // The step just taken was below rounding: nothing is left to gain. Whether this is a
        // maximum or the end of the interval shows in the Newton step that would come next.
        if moved <= 4.0 * f64::EPSILON * (1.0 + x.abs()) {
            let interior = jet.curvature < 0.0 && (jet.slope / jet.curvature).abs() < 1e-9;
            let evaluations = points + step;
            return if interior { Ok(Maximum { at: x, jet, evaluations }) } else { Err(stuck(x)) };
        }
    }
    Err(NoMaximum::Lost)
}

/// Points of the scan of [`highest`].
const COARSE: u32 = 24;
/// (3 − √5)/2
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// The highest point of a continuous `f` on [`low`, `high`] without derivatives, and its value: a
/// scan, then Brent's parabolas and golden sections in the best part. The point is good to about
/// 1e-8 of the interval. A maximum at an end is that end. `None` where `f` is nowhere finite.
pub fn highest(f: impl Fn(f64) -> f64, low: f64, high: f64) -> Option<(f64, f64)> {
    let point = |i: u32| low + (high - low) * f64::from(i) / f64::from(COARSE);
    let seen: Vec<f64> = (0..=COARSE).map(|i| f(point(i))).collect();
    let finite = (0..=COARSE).filter(|&i| seen[i as usize].is_finite());
    let best = finite.max_by(|&a, &b| seen[a as usize].total_cmp(&seen[b as usize]))?;
    let (mut a, mut b) = (point(best.saturating_sub(1)), point((best + 1).min(COARSE)));
    let tolerance = 1e-9 * (high - low);
    let mut x = if best == 0 || best == COARSE { a + GOLDEN * (b - a) } else { point(best) };
    let mut fx = f(x);
    let (mut w, mut v, mut fw, mut fv) = (x, x, fx, fx);
    let (mut step, mut last) = (0.0_f64, 0.0_f64);
    for _ in 0..STEPS {
        let middle = 0.5 * (a + b);
        if (x - middle).abs() + 0.5 * (b - a) <= 2.0 * tolerance {
            break;
        }
        let parabola = {
            let r = (x - w) * (fx - fv);
            let q = (x - v) * (fx - fw);
            let over = 2.0 * (q - r);
            if over == 0.0 { f64::NAN } else { -((x - v) * q - (x - w) * r) / over }
        };
        let sensible = parabola.is_finite()
            && parabola.abs() < 0.5 * last.abs()
            && x + parabola > a
            && x + parabola < b;
        if sensible {
            (last, step) = (step, parabola);
        } else {
            last = if x < middle { b - x } else { a - x };
            step = GOLDEN * last;
        }
        let next = if step.abs() >= tolerance { x + step } else { x + tolerance.copysign(step) };
        let found = f(next);
        if found >= fx {
            if next < x {
                b = x;
            } else {
                a = x;
            }
            (v, fv, w, fw, x, fx) = (w, fw, x, fx, next, found);
        } else {
            if next < x {
                a = next;
            } else {
                b = next;
            }
            if found >= fw || w == x {
                (v, fv, w, fw) = (w, fw, next, found);
            } else if found >= fv || v == x || v == w {
                (v, fv) = (next, found);
            }
        }
    }
    let ends = [(low, seen[0]), (high, seen[COARSE as usize])];
    let inside = Some((x, fx)).filter(|(_, fx)| fx.is_finite());
    let all = ends.into_iter().filter(|(_, value)| value.is_finite()).chain(inside);
    all.max_by(|one, other| one.1.total_cmp(&other.1))
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
        let maximum = maximise(f, 0.0, 1.0, Search::PLAIN).unwrap();
        assert!((maximum.at - 1.0 / 3.0).abs() < 1e-15);
        assert!(maximum.jet.slope.abs() < 1e-13);
    }

    #[test]
    fn finds_what_has_no_derivatives_and_what_lies_at_an_end() {
        let (at, value) = highest(|x| -(x - 0.3).powi(2), -1.0, 2.0).expect("finite");
        assert!((at - 0.3).abs() < 1e-7 && value.abs() < 1e-14);
        let (at, _) = highest(|x| -(x - 0.7).abs(), -1.0, 2.0).expect("finite");
        assert!((at - 0.7).abs() < 1e-7);
        assert_eq!(highest(|x| x, 0.0, 1.0), Some((1.0, 1.0)));
        assert_eq!(highest(|_| f64::NAN, 0.0, 1.0), None);
    }

    #[test]
    fn takes_the_higher_of_two_maxima() {
        // f = -(x²-1)² + 0.1 x: maxima near -1 and 1, the right one higher.
        let f = |x: f64| Jet {
            value: -(x * x - 1.0).powi(2) + 0.1 * x,
            slope: -4.0 * x * (x * x - 1.0) + 0.1,
            curvature: -12.0 * x * x + 4.0,
        };
        assert!(maximise(f, -2.0, 2.0, Search::PLAIN).unwrap().at > 0.9);
    }

    #[test]
    fn a_function_that_rises_to_the_end_has_no_maximum() {
        let f = |x: f64| Jet { value: x, slope: 1.0, curvature: 0.0 };
        assert_eq!(maximise(f, 0.0, 1.0, Search::PLAIN), Err(NoMaximum::AtEnd));
        let f = |x: f64| Jet { value: -x, slope: -1.0, curvature: 0.0 };
        assert_eq!(maximise(f, 0.0, 1.0, Search::PLAIN), Err(NoMaximum::AtEnd));
    }

    /// f = −|x − 0.3| has its maximum in a kink, which Newton cannot settle.
    #[test]
    fn what_is_no_smooth_maximum_inside_is_lost() {
        let slope = |x: f64| if x < 0.3 { 1.0 } else { -1.0 };
        let f = |x: f64| Jet { value: -(x - 0.3).abs(), slope: slope(x), curvature: 0.0 };
        assert_eq!(maximise(f, 0.0, 1.0, Search::PLAIN), Err(NoMaximum::Lost));
        let nowhere = |_| Jet { value: f64::NAN, slope: 0.0, curvature: 0.0 };
        assert_eq!(maximise(nowhere, 0.0, 1.0, Search::PLAIN), Err(NoMaximum::Lost));
    }

    /// Of twice as many points, moved by a quarter of their parts: (i − ¾)/128.
    #[test]
    fn another_search_looks_elsewhere() {
        let seen = std::cell::RefCell::new(Vec::new());
        let f = |x: f64| {
            seen.borrow_mut().push(x);
            Jet { value: f64::NAN, slope: 0.0, curvature: 0.0 }
        };
        let other = Search { doubled: 1, shift: -0.25, ..Search::PLAIN };
        assert_eq!(maximise(f, 0.0, 1.0, other), Err(NoMaximum::Lost));
        let wanted: Vec<f64> = (1..=128).map(|i| (f64::from(i) - 0.75) / 128.0).collect();
        assert_eq!(seen.into_inner(), wanted);
    }

    #[test]
    fn a_search_stops_when_told_to() {
        let left = std::sync::atomic::AtomicU32::new(70);
        let go_on = || left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed) > 1;
        let asked = Search { go_on: &go_on, ..Search::PLAIN };
        let f = |x: f64| Jet {
            value: -(x - 0.3).powi(4),
            slope: -4.0 * (x - 0.3).powi(3),
            curvature: -12.0 * (x - 0.3).powi(2),
        };
        assert_eq!(maximise(f, 0.0, 1.0, asked), Err(NoMaximum::Stopped));
    }
}
