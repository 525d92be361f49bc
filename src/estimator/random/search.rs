//! The maximum of the likelihood over (ρ, λ, v), v = ln(1 + Tφ) ≥ 0.
//!
//! A scan finds where to start, once for each pair of signs of ρ and λ: with both a lag and a lagged
//! error under one W there often is a second maximum where their signs are the other way round.
//! Newton's method with exact second derivatives goes on from each start, made sure to rise, and
//! settles to rounding; the highest maximum counts. v may end at 0, on its bound.

use super::Spatial;
use super::climber::{Climber, Jet, Place, Step};
use super::likelihood::{Likelihood, Point};
use crate::math::optimize::{NoMaximum, Search};

/// Where the maximum is.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub at: Place,
    pub point: Point,
    pub evaluations: u32,
}

/// Points of the scan along ρ and along λ.
const SCAN: u32 = 12;
/// A maximum that is higher than another by less than this is no other.
pub(in crate::estimator) const LEVEL: f64 = 1e-9;
/// The scan along v: shares of the variance of means from none to nearly all.
pub(in crate::estimator) const EFFECTS: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 3.5, 5.0];

/// s = Tφ at v.
pub(super) fn effect(v: f64) -> f64 {
    v.exp_m1()
}

/// The highest maximum of `likelihood`; the scan looks at `rough`, which is cheap.
pub(super) fn maximise(
    likelihood: &Likelihood<'_>,
    rough: &Likelihood<'_>,
    spatial: Spatial,
    (low, high): (f64, f64),
    search: Search<'_>,
) -> Result<Found, NoMaximum> {
    let climb = Climb { likelihood, free: [spatial.lag, spatial.error, true], low, high, search };
    let (starts, mut evaluations) = starts(rough, spatial, (low, high), search)?;
    let mut best: Option<Found> = None;
    let mut why = NoMaximum::Lost;
    for start in starts {
        match climb.from(start) {
            Ok(found) => {
                evaluations += found.evaluations;
                if best.as_ref().is_none_or(|b| found.point.loglik > b.point.loglik + LEVEL) {
                    best = Some(found);
                }
            }
            Err(NoMaximum::Stopped) => return Err(NoMaximum::Stopped),
            Err(NoMaximum::AtEnd) => why = NoMaximum::AtEnd,
            Err(NoMaximum::Lost) => {}
        }
    }
    best.map(|found| Found { evaluations, ..found }).ok_or(why)
}

/// The points of the scan along a spatial parameter that a model has, or has not.
pub(in crate::estimator) fn scan(
    free: bool,
    (low, high): (f64, f64),
    search: Search<'_>,
) -> Vec<f64> {
    if !free {
        return vec![0.0];
    }
    let points = SCAN << search.doubled.min(3);
    let width = (high - low) / f64::from(points);
    (1..=points).map(|i| low + width * (f64::from(i) - 0.5 + search.shift)).collect()
}

/// Which of the pairs of signs.
pub(in crate::estimator) fn signs(rho: f64, lambda: f64) -> usize {
    usize::from(rho < 0.0) + 2 * usize::from(lambda < 0.0)
}

/// The best point of the scan for each pair of signs.
fn starts(
    rough: &Likelihood<'_>,
    spatial: Spatial,
    (low, high): (f64, f64),
    search: Search<'_>,
) -> Result<(Vec<Place>, u32), NoMaximum> {
    let along = |free: bool| scan(free, (low, high), search);
    let mut best: [Option<(f64, Place)>; 4] = [None; 4];
    let mut evaluations = 0;
    for lambda in along(spatial.error) {
        for v in EFFECTS {
            if !(search.go_on)() {
                return Err(NoMaximum::Stopped);
            }
            for rho in along(spatial.lag) {
                evaluations += 1;
                let Some(point) = rough.at(rho, lambda, effect(v)) else { continue };
                let signs = signs(rho, lambda);
                let known = best[signs].map_or(f64::NEG_INFINITY, |(value, _)| value);
                if point.loglik > known {
                    best[signs] = Some((point.loglik, [rho, lambda, v]));
                }
            }
        }
    }
    let starts: Vec<Place> = best.iter().flatten().map(|(_, at)| *at).collect();
    if starts.is_empty() { Err(NoMaximum::Lost) } else { Ok((starts, evaluations)) }
}

struct Climb<'a, 'l> {
    likelihood: &'l Likelihood<'a>,
    free: [bool; 3],
    low: f64,
    high: f64,
    search: Search<'l>,
}

impl Climb<'_, '_> {
    fn at(&self, place: Place) -> Option<(Point, Jet)> {
        let point = self.likelihood.at(place[0], place[1], effect(place[2]))?;
        let jet = Jet::in_v(point.loglik, (point.score, point.curvature), place[2]);
        point.loglik.is_finite().then_some((point, jet))
    }

    fn from(&self, start: Place) -> Result<Found, NoMaximum> {
        let (mut point, jet) = self.at(start).ok_or(NoMaximum::Lost)?;
        let mut climber = Climber::new(self.free, (self.low, self.high), (start, jet));
        let mut evaluations = 1;
        while let Step::To(place) = climber.step() {
            if !(self.search.go_on)() {
                return Err(NoMaximum::Stopped);
            }
            evaluations += 1;
            let there = self.at(place);
            let taken = climber.took(there.as_ref().map(|(_, jet)| *jet));
            if let (true, Some((next, _))) = (taken, there) {
                point = next;
            }
        }
        match climber.step() {
            Step::Arrived(at) => Ok(Found { at, point, evaluations }),
            Step::Failed(why) => Err(why),
            Step::To(_) => Err(NoMaximum::Lost),
        }
    }
}
