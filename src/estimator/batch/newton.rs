//! The optimum of each replicate's concentrated likelihood.

use super::panel::Panel;
use crate::math::lanes::{LANES, Lane};

/// Steps after which a replicate is left to the plain path.
const STEPS: usize = 40;
/// The error after a Newton step is of the order of the step's square: one below this leaves none.
const SMALL: f64 = 2e-9;

/// The part of a concentrated likelihood that is not the log-determinant.
pub(super) trait Profile {
    /// First and second derivative of −(n/2) ln SSR in θ, the deviation from the fit's spatial
    /// parameter.
    fn derivatives(&mut self, theta: &Lane) -> (Lane, Lane);
}

/// Newton's method from `at`, the fit's own parameter: the spatial parameter of each replicate, and
/// which have an interior maximum within the panel. `traces`: T tr G and T tr GG at the fit.
///
/// A replicate that has arrived stays where it is, whatever others in its tile still need.
#[inline(always)]
pub(super) fn climb(
    profile: &mut impl Profile,
    panel: &Panel,
    (at, periods): (f64, f64),
    traces: (f64, f64),
) -> (Lane, [bool; LANES]) {
    let mut r = [at; LANES];
    let mut done = [false; LANES];
    let mut good = [false; LANES];
    let (mut g, mut gg) = ([traces.0; LANES], [traces.1; LANES]);
    let (low, high) = panel.ends;
    for _ in 0..STEPS {
        let mut theta = [0.0; LANES];
        for l in 0..LANES {
            theta[l] = r[l] - at;
        }
        let (slope, curvature) = profile.derivatives(&theta);
        let mut all = true;
        for l in 0..LANES {
            let slope = (-periods).mul_add(g[l], slope[l]);
            let curvature = (-periods).mul_add(gg[l], curvature[l]);
            let concave = curvature < 0.0;
            // Where the likelihood is not concave, a quarter of the way to the end uphill.
            let end = if slope > 0.0 { high } else { low };
            let step = if concave { -slope / curvature } else { 0.25 * (end - r[l]) };
            let next = (r[l] + step).max(low).min(high);
            let arrived = step.abs() <= SMALL;
            let inside = next > low && next < high;
            let fresh = !done[l];
            r[l] = if fresh { next } else { r[l] };
            good[l] = if fresh && arrived { concave && inside } else { good[l] };
            done[l] = done[l] || arrived || step.is_nan();
            all &= done[l];
        }
        if all {
            break;
        }
        (g, gg) = panel.traces(&r);
    }
    (r, good)
}
