//! The maxima of a smooth function of two parameters on an open rectangle.
//!
//! A coarse grid and points that are known to be good starts, Newton's method uphill from each; what
//! they reach are the local maxima, highest first. Likelihoods of two spatial parameters have more
//! than one of them.

use super::optimize::{NoMaximum, Search};

/// Value, gradient and Hessian of a function of two parameters at a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jet {
    /// f
    pub value: f64,
    /// ∂f
    pub slope: [f64; 2],
    /// ∂²f/∂a², ∂²f/∂a∂b, ∂²f/∂b²
    pub curvature: [f64; 3],
}

/// A function of two parameters.
pub trait Surface {
    /// The function with its derivatives.
    fn at(&self, x: [f64; 2]) -> Jet;

    /// The function of the first parameter where the second is `b`: what a grid is filled from,
    /// row by row.
    fn along(&self, b: f64) -> Box<dyn Fn(f64) -> f64 + '_> {
        Box::new(move |a| self.at([a, b]).value)
    }
}

impl<F: Fn([f64; 2]) -> Jet> Surface for F {
    fn at(&self, x: [f64; 2]) -> Jet {
        self(x)
    }
}

/// A local maximum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// The point.
    pub at: [f64; 2],
    /// The function there.
    pub jet: Jet,
}

/// The maxima of a function, and what they cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Peaks {
    /// The highest first; at least one.
    pub peaks: Vec<Peak>,
    /// Evaluations spent.
    pub evaluations: u32,
}

/// Why there is none, and the parameter that ran to an end of its interval.
pub type NoPeak = (NoMaximum, usize);

/// Points of the grid along each parameter.
const GRID: u32 = 16;
/// Steps uphill after which a climb is given up.
const STEPS: u32 = 200;
/// Newton steps at the top, down to rounding.
const POLISH: u32 = 12;
/// Steps below this are not held against the value, whose rounding would hide what they gain.
const SMALL: f64 = 1e-6;
/// Two maxima closer to each other than this are one.
const SAME: f64 = 1e-5;
/// Maxima whose values differ by less than this share of them are equally high.
const LEVEL: f64 = 1e-12;

/// The local maxima of `f` in the open rectangle from `low` to `high`.
///
/// # Errors
/// When the function is highest on its way to an edge, or no climb ends.
pub fn maxima(
    f: &impl Surface,
    (low, high): ([f64; 2], [f64; 2]),
    starts: &[[f64; 2]],
    search: Search<'_>,
) -> Result<Peaks, NoPeak> {
    let mut climber = Climber { f, low, high, search, evaluations: 0 };
    let mut from = climber.tops_of_grid()?;
    let inside = |p: &&[f64; 2]| (0..2).all(|i| p[i] > low[i] && p[i] < high[i]);
    from.extend(starts.iter().filter(inside));
    let mut peaks: Vec<Peak> = Vec::new();
    let mut lost: Option<(f64, NoPeak)> = None;
    for start in from {
        match climber.climb(start) {
            Ok(peak) if peaks.iter().any(|p| same(p.at, peak.at)) => {}
            Ok(peak) => peaks.push(peak),
            Err((_, (NoMaximum::Stopped, axis))) => return Err((NoMaximum::Stopped, axis)),
            Err(failed) if lost.is_none_or(|(value, _)| failed.0 > value) => lost = Some(failed),
            Err(_) => {}
        }
    }
    peaks.sort_by(|a, b| b.jet.value.total_cmp(&a.jet.value));
    let Some(highest) = peaks.first().map(|p| p.jet.value) else {
        return Err(lost.map_or((NoMaximum::Lost, 0), |(_, why)| why));
    };
    if let Some((value, why @ (NoMaximum::AtEnd, _))) = lost
        && value > highest
    {
        return Err(why);
    }
    // Of equally high ones that with the larger first parameter, whatever rounding says.
    let level = |p: &Peak| highest - p.jet.value <= LEVEL * (1.0 + highest.abs());
    let equal = peaks.iter().take_while(|p| level(p)).count();
    peaks[..equal].sort_by(|a, b| b.at[0].total_cmp(&a.at[0]));
    Ok(Peaks { peaks, evaluations: climber.evaluations })
}

fn same(a: [f64; 2], b: [f64; 2]) -> bool {
    (0..2).all(|i| (a[i] - b[i]).abs() < SAME)
}

struct Climber<'a, F> {
    f: &'a F,
    low: [f64; 2],
    high: [f64; 2],
    search: Search<'a>,
    evaluations: u32,
}

impl<F: Surface> Climber<'_, F> {
    fn at(&mut self, x: [f64; 2]) -> Result<Jet, NoPeak> {
        if !(self.search.go_on)() {
            return Err((NoMaximum::Stopped, 0));
        }
        self.evaluations += 1;
        Ok(self.f.at(x))
    }

    /// The points of the grid that are higher than those around them, highest first.
    fn tops_of_grid(&mut self) -> Result<Vec<[f64; 2]>, NoPeak> {
        let points = GRID << self.search.doubled.min(2);
        let shift = self.search.shift;
        let (low, high) = (self.low, self.high);
        let place = |axis: usize, i: u32| {
            let share = (f64::from(i) + 0.5 + shift) / f64::from(points);
            low[axis] + (high[axis] - low[axis]) * share
        };
        let mut grid = Vec::with_capacity((points * points) as usize);
        for j in 0..points {
            if !(self.search.go_on)() {
                return Err((NoMaximum::Stopped, 0));
            }
            let b = place(1, j);
            let row = self.f.along(b);
            for i in 0..points {
                let a = place(0, i);
                let value = row(a);
                grid.push(([a, b], if value.is_finite() { value } else { f64::NEG_INFINITY }));
            }
            self.evaluations += points;
        }
        let side = points as usize;
        let around = |at: usize| {
            let (i, j) = (at / side, at % side);
            let rows = i.saturating_sub(1)..=(i + 1).min(side - 1);
            rows.flat_map(move |a| {
                (j.saturating_sub(1)..=(j + 1).min(side - 1)).map(move |b| a * side + b)
            })
        };
        let top = |at: &usize| {
            let (_, value) = grid[*at];
            value.is_finite() && around(*at).all(|near| grid[near].1 <= value)
        };
        let mut tops: Vec<([f64; 2], f64)> =
            (0..grid.len()).filter(top).map(|at| grid[at]).collect();
        tops.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(tops.into_iter().map(|(x, _)| x).collect())
    }

    /// The maximum uphill of `x`; where there is none, how high the climb came.
    fn climb(&mut self, mut x: [f64; 2]) -> Result<Peak, (f64, NoPeak)> {
        let mut jet = self.at(x).map_err(|why| (f64::NEG_INFINITY, why))?;
        for _ in 0..STEPS {
            if !jet.value.is_finite() {
                return Err((f64::NEG_INFINITY, (NoMaximum::Lost, 0)));
            }
            if let Some(axis) = self.at_edge(x) {
                return Err((jet.value, (NoMaximum::AtEnd, axis)));
            }
            let Uphill { step, newton } = uphill(&jet);
            if newton && step[0].abs().max(step[1].abs()) < SMALL {
                return self.polish(x, jet).map_err(|why| (jet.value, why));
            }
            let mut share = self.room(x, step);
            let next = loop {
                let tried = [x[0] + share * step[0], x[1] + share * step[1]];
                let there = self.at(tried).map_err(|why| (jet.value, why))?;
                if there.value > jet.value {
                    break Some((tried, there));
                }
                share *= 0.5;
                if share < 1e-12 {
                    break None;
                }
            };
            match next {
                Some((tried, there)) => (x, jet) = (tried, there),
                // Rounding hides what is left to gain.
                None if newton => return self.polish(x, jet).map_err(|why| (jet.value, why)),
                None => return Err((jet.value, (NoMaximum::Lost, 0))),
            }
        }
        Err((jet.value, (NoMaximum::Lost, 0)))
    }

    /// Newton's method down to rounding: the point with the smallest gradient.
    fn polish(&mut self, mut x: [f64; 2], mut jet: Jet) -> Result<Peak, NoPeak> {
        let size = |jet: &Jet| jet.slope[0].abs().max(jet.slope[1].abs());
        let mut best = Peak { at: x, jet };
        for _ in 0..POLISH {
            let Uphill { step, newton } = uphill(&jet);
            let next = [x[0] + step[0], x[1] + step[1]];
            let outside = |i: usize| next[i] <= self.low[i] || next[i] >= self.high[i];
            if !newton || outside(0) || outside(1) {
                break;
            }
            jet = self.at(next)?;
            x = next;
            if size(&jet) < size(&best.jet) {
                best = Peak { at: x, jet };
            }
            if (0..2).all(|i| step[i].abs() <= 4.0 * f64::EPSILON * (1.0 + x[i].abs())) {
                break;
            }
        }
        let Uphill { step, newton } = uphill(&best.jet);
        let settled = newton && step[0].abs().max(step[1].abs()) < SMALL;
        if settled { Ok(best) } else { Err((NoMaximum::Lost, 0)) }
    }

    /// How much of a step stays inside.
    fn room(&self, x: [f64; 2], step: [f64; 2]) -> f64 {
        let of = |i: usize| {
            let left = if step[i] > 0.0 { self.high[i] - x[i] } else { x[i] - self.low[i] };
            if step[i] == 0.0 { 1.0 } else { 0.9 * left / step[i].abs() }
        };
        of(0).min(of(1)).min(1.0)
    }

    /// The parameter that has come to an end of its interval.
    fn at_edge(&self, x: [f64; 2]) -> Option<usize> {
        (0..2).find(|&i| {
            let width = self.high[i] - self.low[i];
            (x[i] - self.low[i]).min(self.high[i] - x[i]) < 1e-7 * width
        })
    }
}

/// A step uphill.
#[derive(Debug, Clone, Copy)]
pub struct Uphill {
    /// The step.
    pub step: [f64; 2],
    /// Whether it is Newton's, at a point where the function is concave.
    pub newton: bool,
}

/// Newton's step; where the function is not concave, with the Hessian's eigenvalues turned to
/// negative ones.
pub fn uphill(jet: &Jet) -> Uphill {
    let [a, b, c] = jet.curvature;
    let [g, h] = jet.slope;
    let (middle, spread) = (0.5 * (a + c), (0.5 * (a - c)).hypot(b));
    let (high, low) = (middle + spread, middle - spread);
    if high < 0.0 {
        let determinant = a * c - b * b;
        let step = [-(c * g - b * h) / determinant, -(a * h - b * g) / determinant];
        if step.iter().all(|s| s.is_finite()) {
            return Uphill { step, newton: true };
        }
    }
    // The eigenvector of `high`, from the larger of two forms of it; of a multiple of the identity
    // any will do.
    let (u, v) = if a > c { (high - c, b) } else { (b, high - a) };
    let norm = u.hypot(v);
    let (u, v) = if norm > 0.0 { (u / norm, v / norm) } else { (1.0, 0.0) };
    let floor = 1e-8 * high.abs().max(low.abs()) + f64::MIN_POSITIVE;
    let along = (u * g + v * h) / high.abs().max(floor);
    let across = (u * h - v * g) / low.abs().max(floor);
    Uphill { step: [u * along - v * across, v * along + u * across], newton: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: ([f64; 2], [f64; 2]) = ([-2.0, -2.0], [2.0, 2.0]);

    #[test]
    fn both_maxima_of_a_function_with_two() {
        // f = −(a² − 1)² − (b − a/2)² + a/10: maxima near a = ±1 with b = a/2.
        let f = |[a, b]: [f64; 2]| {
            let (w, v) = (a * a - 1.0, b - 0.5 * a);
            Jet {
                value: -w * w - v * v + 0.1 * a,
                slope: [-4.0 * a * w + v + 0.1, -2.0 * v],
                curvature: [-12.0 * a * a + 4.0 - 0.5, 1.0, -2.0],
            }
        };
        let found = maxima(&f, SQUARE, &[[0.0, 0.0]], Search::PLAIN).unwrap();
        assert_eq!(found.peaks.len(), 2);
        // −4a(a² − 1) + 1/10 = 0.
        for (peak, sign) in found.peaks.iter().zip([1.0, -1.0]) {
            let [a, b] = peak.at;
            assert!(a * sign > 0.9 && (b - 0.5 * a).abs() < 1e-15);
            assert!((4.0 * a * (a * a - 1.0) - 0.1).abs() < 1e-14);
        }
    }

    #[test]
    fn a_function_that_rises_to_an_edge_has_no_maximum() {
        let f = |[a, b]: [f64; 2]| Jet {
            value: b - a * a,
            slope: [-2.0 * a, 1.0],
            curvature: [-2.0, 0.0, 0.0],
        };
        assert_eq!(maxima(&f, SQUARE, &[], Search::PLAIN), Err((NoMaximum::AtEnd, 1)));
        let nowhere = |_: [f64; 2]| Jet { value: f64::NAN, slope: [0.0; 2], curvature: [0.0; 3] };
        assert_eq!(maxima(&nowhere, SQUARE, &[], Search::PLAIN), Err((NoMaximum::Lost, 0)));
        let stopped = Search { go_on: &|| false, ..Search::PLAIN };
        assert_eq!(maxima(&f, SQUARE, &[], stopped), Err((NoMaximum::Stopped, 0)));
    }

    #[test]
    fn of_equally_high_maxima_the_one_further_along_the_first_parameter() {
        // f = −(a² − 1)² − b².
        let f = |[a, b]: [f64; 2]| {
            let w = a * a - 1.0;
            Jet {
                value: -w * w - b * b,
                slope: [-4.0 * a * w, -2.0 * b],
                curvature: [-12.0 * a * a + 4.0, 0.0, -2.0],
            }
        };
        let found = maxima(&f, SQUARE, &[], Search::PLAIN).unwrap();
        assert_eq!(found.peaks.len(), 2);
        assert!((found.peaks[0].at[0] - 1.0).abs() < 1e-14);
    }
}
