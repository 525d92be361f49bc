//! The maxima of each replicate's likelihood: uphill from the fit, and from wherever a grid says that
//! there may be another.
//!
//! A climb is Newton's method, made sure to rise; lanes that have arrived stay where they are,
//! whatever others in their tile still need.

use super::grid::{TOPS, Tops};
use super::surface::{Jets, Tile, Work};
use super::{Room, Sac};
use crate::estimator::batch::determinants::Determinants;
use crate::estimator::batch::forms::TileForms;
use crate::estimator::sac::STARTS;
use crate::math::lanes::{LANES, Lane};
use crate::math::plane::{self, Uphill};

/// Evaluations after which a climb is given up.
const STEPS: usize = 60;
/// The error after a Newton step is of the order of the step's square: one below this leaves none.
const SMALL: f64 = 2e-9;
/// Steps below this are not held against the value, whose rounding would hide what they gain.
const UNSEEN: f64 = 1e-6;
/// Maxima that are closer than this are one.
const SAME: f64 = 1e-5;
/// Maxima that differ by a smaller share than this are left to the plain path, which knows what to do
/// with equally high ones.
const LEVEL: f64 = 1e-9;
/// The largest score at a maximum, for each observation.
const SCORE: f64 = 1e-8;

/// Where the lanes of a tile have come.
struct Climbed {
    at: [Lane; 2],
    value: Lane,
    settled: [bool; LANES],
}

impl Sac {
    /// The highest maximum of each replicate and the sum of squares there; `solved` says where it has
    /// passed every check. `None` where no replicate has. Leaves the factor of M and γ of it.
    #[inline(always)]
    pub(super) fn highest(
        &self,
        forms: &TileForms,
        room: &mut Room<'_>,
        solved: &mut [bool; LANES],
    ) -> Option<([Lane; 2], Lane)> {
        let (tile, mut work, grid) = Tile::new(self, forms, room);
        let start = [[self.fit[0]; LANES], [self.fit[1]; LANES]];
        let mut found = climb((&tile, &mut work), start, &[true; LANES], &self.near);
        let mut good = found.settled;
        if good.iter().all(|g| !*g) {
            *solved = good;
            return None;
        }
        let tops = self.grid.tops(&tile, grid, [&mut *work.gamma, &mut *work.q]);
        let mut higher = [false; LANES];
        let mut from = found.at;
        let mut best = found.value;
        for round in 0..TOPS + STARTS.len() {
            let (start, active) = self.elsewhere(&tops, round, (&found.at, &good));
            if active.iter().all(|a| !*a) {
                continue;
            }
            let other = climb((&tile, &mut work), start, &active, &self.far);
            for l in (0..LANES).filter(|l| active[*l]) {
                let same = (0..2).all(|i| (other.at[i][l] - found.at[i][l]).abs() < SAME);
                let level = LEVEL * (1.0 + best[l].abs());
                good[l] &= other.settled[l];
                if same {
                    continue;
                }
                if other.value[l] > best[l] + level {
                    (higher[l], best[l]) = (true, other.value[l]);
                    (from[0][l], from[1][l]) = (other.at[0][l], other.at[1][l]);
                } else if other.value[l] > best[l] - level {
                    good[l] &=
                        higher[l] && (0..2).all(|i| (other.at[i][l] - from[i][l]).abs() < SAME);
                }
            }
        }
        for l in 0..LANES {
            good[l] &= tops.count[l] <= TOPS;
            let inside = (0..2).all(|i| {
                let (low, high) = self.near[i].ends;
                from[i][l] > low && from[i][l] < high
            });
            higher[l] &= good[l];
            good[l] &= inside || !higher[l];
            higher[l] &= good[l];
        }
        if higher.iter().any(|h| *h) {
            for l in (0..LANES).filter(|l| !higher[*l]) {
                (from[0][l], from[1][l]) = (found.at[0][l], found.at[1][l]);
            }
            let again = climb((&tile, &mut work), from, &higher, &self.near);
            for l in (0..LANES).filter(|l| higher[*l]) {
                good[l] &= again.settled[l] && again.value[l] >= best[l] - UNSEEN;
                (found.at[0][l], found.at[1][l]) = (again.at[0][l], again.at[1][l]);
            }
        }
        let last = tile.at(&found.at, &self.near, &mut work);
        for l in 0..LANES {
            good[l] &= self.is_maximum(&last, l);
        }
        *solved = good;
        Some((found.at, last.ssr))
    }

    /// The start and the lanes of one more climb: from the `round`th top, and after them from the
    /// points that the search which fits a sample starts from, too; not where the lane has been
    /// already.
    #[inline(always)]
    fn elsewhere(
        &self,
        tops: &Tops,
        round: usize,
        (at, good): (&[Lane; 2], &[bool; LANES]),
    ) -> ([Lane; 2], [bool; LANES]) {
        let (mut start, mut active) = (*at, [false; LANES]);
        for l in 0..LANES {
            let from = match round.checked_sub(TOPS) {
                Some(extra) => Some(STARTS[extra]).filter(|start| self.is_inside(start)),
                None => (round < tops.count[l]).then(|| tops.at[l][round]),
            };
            let Some(top) = from.filter(|_| good[l]) else { continue };
            let far = |i: usize| (top[i] - at[i][l]).abs() > 1.01 * self.grid.cell[i];
            if far(0) || far(1) {
                active[l] = true;
                (start[0][l], start[1][l]) = (top[0], top[1]);
            }
        }
        (start, active)
    }

    /// Whether a climb may start there.
    #[inline(always)]
    fn is_inside(&self, start: &[f64; 2]) -> bool {
        let within = |i: usize| start[i] > self.far[i].ends.0 && start[i] < self.far[i].ends.1;
        within(0) && within(1)
    }

    /// Whether lane `l` is at an interior maximum.
    #[inline(always)]
    fn is_maximum(&self, jets: &Jets, l: usize) -> bool {
        let [a, b, c] = jets.curvature.map(|c| c[l]);
        let bound = SCORE * self.observations;
        let flat = jets.slope.iter().all(|s| s[l].abs() < bound);
        jets.defined[l] && flat && a < 0.0 && a * c - b * b > 0.0
    }
}

/// A step of each lane.
struct Steps {
    step: [Lane; 2],
    share: Lane,
    newton: [bool; LANES],
}

impl Steps {
    /// The step of lane `l` from where it is.
    #[inline(always)]
    fn renew(&mut self, jets: &Jets, l: usize, at: [f64; 2], determinants: &[Determinants; 2]) {
        let [a, b, c] = jets.curvature.map(|c| c[l]);
        let [g, h] = jets.slope.map(|s| s[l]);
        let determinant = a * c - b * b;
        self.newton[l] = a < 0.0 && determinant > 0.0;
        let step = if self.newton[l] {
            [(b * h - c * g) / determinant, (b * g - a * h) / determinant]
        } else {
            let jet = plane::Jet { value: jets.value[l], slope: [g, h], curvature: [a, b, c] };
            let Uphill { step, .. } = plane::uphill(&jet);
            step
        };
        let mut share: f64 = 1.0;
        for i in 0..2 {
            let (low, high) = determinants[i].ends;
            let left = if step[i] > 0.0 { high - at[i] } else { at[i] - low };
            if step[i].abs() > 0.9 * left {
                share = 0.9 * share.min(left / step[i].abs());
            }
            self.step[i][l] = step[i];
        }
        self.share[l] = share;
    }
}

/// Uphill from `start` in the lanes that are `active`.
#[inline(always)]
fn climb(
    (tile, work): (&Tile<'_>, &mut Work<'_>),
    start: [Lane; 2],
    active: &[bool; LANES],
    determinants: &[Determinants; 2],
) -> Climbed {
    let mut at = start;
    let mut here = tile.at(&at, determinants, work);
    let mut steps = Steps { step: [[0.0; LANES]; 2], share: [1.0; LANES], newton: [false; LANES] };
    let (mut done, mut settled) = ([false; LANES], [false; LANES]);
    for l in 0..LANES {
        done[l] = !active[l] || !here.defined[l];
        steps.renew(&here, l, [at[0][l], at[1][l]], determinants);
    }
    for _ in 0..STEPS {
        if done.iter().all(|d| *d) {
            break;
        }
        let mut next = at;
        for l in 0..LANES {
            let share = if done[l] { 0.0 } else { steps.share[l] };
            next[0][l] = share.mul_add(steps.step[0][l], at[0][l]);
            next[1][l] = share.mul_add(steps.step[1][l], at[1][l]);
            if done[l] {
                (next[0][l], next[1][l]) = (at[0][l], at[1][l]);
            }
        }
        let there = tile.at(&next, determinants, work);
        for l in 0..LANES {
            if done[l] {
                continue;
            }
            let size = steps.step[0][l].abs().max(steps.step[1][l].abs());
            let whole = steps.newton[l] && steps.share[l] == 1.0;
            let risen = there.defined[l] && there.value[l] > here.value[l];
            if risen || (whole && size < UNSEEN) {
                (at[0][l], at[1][l]) = (next[0][l], next[1][l]);
                take(&mut here, &there, l);
                if whole && size <= SMALL {
                    (done[l], settled[l]) = (true, there.defined[l]);
                } else {
                    steps.renew(&here, l, [at[0][l], at[1][l]], determinants);
                }
            } else {
                steps.share[l] *= 0.5;
                done[l] = steps.share[l] <= 1e-9 || steps.share[l].is_nan();
            }
        }
    }
    Climbed { at, value: here.value, settled }
}

#[inline(always)]
fn take(here: &mut Jets, there: &Jets, l: usize) {
    here.value[l] = there.value[l];
    for i in 0..2 {
        here.slope[i][l] = there.slope[i][l];
    }
    for i in 0..3 {
        here.curvature[i][l] = there.curvature[i][l];
    }
}
