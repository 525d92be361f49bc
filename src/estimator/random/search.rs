//! The maximum of the likelihood over (ρ, λ, v), v = ln(1 + Tφ) ≥ 0.
//!
//! A scan finds where to start, once for each pair of signs of ρ and λ: with both a lag and a lagged
//! error under one W there often is a second maximum where their signs are the other way round.
//! Newton's method with exact second derivatives goes on from each start, made sure to rise, and
//! settles to rounding; the highest maximum counts. v may end at 0, on its bound.

use super::Spatial;
use super::likelihood::{Likelihood, Point};
use crate::math::Matrix;
use crate::math::linalg::spd_inverse;
use crate::math::optimize::{NoMaximum, Search};

/// The parameters ρ, λ, v.
pub(super) type Place = [f64; 3];

/// Where the maximum is.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub at: Place,
    pub point: Point,
    pub evaluations: u32,
}

/// Points of the scan along ρ and along λ.
const SCAN: u32 = 12;
/// The scan along v: shares of the variance of means from none to nearly all.
const EFFECTS: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 3.5, 5.0];
const STEPS: u32 = 200;
/// v beyond which there is nothing but the effects.
const MOST: f64 = 45.0;

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
                if best.as_ref().is_none_or(|b| found.point.loglik > b.point.loglik + 1e-9) {
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

/// The best point of the scan for each pair of signs.
fn starts(
    rough: &Likelihood<'_>,
    spatial: Spatial,
    (low, high): (f64, f64),
    search: Search<'_>,
) -> Result<(Vec<Place>, u32), NoMaximum> {
    let points = SCAN << search.doubled.min(3);
    let along = |free: bool| -> Vec<f64> {
        if !free {
            return vec![0.0];
        }
        let width = (high - low) / f64::from(points);
        (1..=points).map(|i| low + width * (f64::from(i) - 0.5 + search.shift)).collect()
    };
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
                let signs = usize::from(rho < 0.0) + 2 * usize::from(lambda < 0.0);
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
    fn at(&self, place: Place) -> Option<Point> {
        let point = self.likelihood.at(place[0], place[1], effect(place[2]))?;
        point.loglik.is_finite().then_some(point)
    }

    fn from(&self, mut place: Place) -> Result<Found, NoMaximum> {
        let mut point = self.at(place).ok_or(NoMaximum::Lost)?;
        let mut evaluations = 1;
        for _ in 0..STEPS {
            if !(self.search.go_on)() {
                return Err(NoMaximum::Stopped);
            }
            let (score, curvature) = in_v(&point, place[2]);
            let at_bound = place[2] <= 0.0 && score[2] <= 0.0;
            let moves: Vec<usize> =
                (0..3).filter(|&p| self.free[p] && !(p == 2 && at_bound)).collect();
            let Some((step, newton)) = step(&moves, &score, &curvature) else {
                return Err(NoMaximum::Lost);
            };
            let size = (0..3).map(|p| step[p].abs() / (1.0 + place[p].abs())).fold(0.0, f64::max);
            let (next, made, tried) =
                self.along(place, &point, step, &score).ok_or_else(|| self.why(place))?;
            evaluations += tried;
            (place, point) = (next, made);
            if place[2] > MOST {
                return Err(NoMaximum::Lost);
            }
            // One step more than rounding needs: Newton's last error is the square of this.
            if newton && size < 1e-10 {
                return self.settled(Found { at: place, point, evaluations });
            }
        }
        Err(self.why(place))
    }

    /// Whether what was found is a maximum inside.
    fn settled(&self, found: Found) -> Result<Found, NoMaximum> {
        match self.why(found.at) {
            NoMaximum::AtEnd => Err(NoMaximum::AtEnd),
            NoMaximum::Lost | NoMaximum::Stopped => Ok(found),
        }
    }

    /// What stops close to an end was on its way there.
    fn why(&self, place: Place) -> NoMaximum {
        let width = self.high - self.low;
        let near = |x: f64| (x - self.low).min(self.high - x) < 1e-6 * width;
        let at_end = (0..2).any(|p| self.free[p] && near(place[p]));
        if at_end { NoMaximum::AtEnd } else { NoMaximum::Lost }
    }

    /// A step that rises, inside the interval: the whole, or a half, a quarter … of it.
    fn along(
        &self,
        from: Place,
        here: &Point,
        step: Place,
        score: &[f64; 3],
    ) -> Option<(Place, Point, u32)> {
        let mut share: f64 = 1.0;
        for p in 0..2 {
            let room = if step[p] > 0.0 { self.high - from[p] } else { from[p] - self.low };
            if step[p].abs() > 0.9 * room {
                share = share.min(0.9 * room / step[p].abs());
            }
        }
        let slack = 1e-12 * (1.0 + here.loglik.abs());
        for tried in 1..=60 {
            let next: Place = std::array::from_fn(|p| {
                let to = from[p] + share * step[p];
                if p == 2 { to.max(0.0) } else { to }
            });
            let gain: f64 = (0..3).map(|p| score[p] * (next[p] - from[p])).sum();
            if let Some(point) = self.at(next)
                && point.loglik >= here.loglik + 1e-4 * gain.max(0.0) - slack
            {
                return Some((next, point, tried));
            }
            share *= 0.5;
        }
        None
    }
}

/// Score and curvature in (ρ, λ, v): ds/dv = d²s/dv² = 1 + s.
fn in_v(point: &Point, v: f64) -> ([f64; 3], [[f64; 3]; 3]) {
    let d = v.exp();
    let (mut score, mut curvature) = (point.score, point.curvature);
    for p in 0..2 {
        curvature[p][2] *= d;
        curvature[2][p] *= d;
    }
    curvature[2][2] = curvature[2][2] * d * d + point.score[2] * d;
    score[2] *= d;
    (score, curvature)
}

/// The step in the parameters that move: Newton's where the function is concave, else one that is
/// bent towards the gradient until it rises. Whether it is Newton's.
fn step(moves: &[usize], score: &[f64; 3], curvature: &[[f64; 3]; 3]) -> Option<(Place, bool)> {
    let m = moves.len();
    let mut out = [0.0; 3];
    if m == 0 {
        return Some((out, true));
    }
    let size = moves.iter().map(|&p| curvature[p][p].abs()).fold(1e-8, f64::max);
    let mut ridge = 0.0;
    for _ in 0..60 {
        let system = Matrix::from_fn(m, m, |i, j| {
            let extra = if i == j { ridge } else { 0.0 };
            extra - curvature[moves[i]][moves[j]]
        });
        if let Some(inverse) = spd_inverse(&system) {
            for (i, &p) in moves.iter().enumerate() {
                out[p] = (0..m).map(|j| inverse[(i, j)] * score[moves[j]]).sum();
            }
            return Some((out, ridge == 0.0));
        }
        ridge = if ridge == 0.0 { 1e-6 * size } else { 4.0 * ridge };
    }
    None
}
