//! Uphill in (ρ, λ, v) by Newton's method, made sure to rise, for whoever evaluates the likelihood: a
//! sample at a time or many replicates side by side.

use crate::math::optimize::NoMaximum;

/// The parameters ρ, λ, v.
pub(in crate::estimator) type Place = [f64; 3];

/// The log-likelihood with its derivatives in (ρ, λ, v).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::estimator) struct Jet {
    pub loglik: f64,
    pub score: [f64; 3],
    pub curvature: [[f64; 3]; 3],
}

impl Jet {
    /// From derivatives in (ρ, λ, s): ds/dv = d²s/dv² = 1 + s.
    pub(super) fn in_v(
        loglik: f64,
        (mut score, mut curvature): ([f64; 3], [[f64; 3]; 3]),
        v: f64,
    ) -> Self {
        let d = v.exp();
        curvature[2][2] = curvature[2][2] * d * d + score[2] * d;
        score[2] *= d;
        for p in 0..2 {
            curvature[p][2] *= d;
            curvature[2][p] *= d;
        }
        Self { loglik, score, curvature }
    }
}

const STEPS: u32 = 200;
/// Halvings of a step after which a climb is given up.
const HALVINGS: u32 = 60;
/// v beyond which there is nothing but the effects.
const MOST: f64 = 45.0;

/// What a climber asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::estimator) enum Step {
    /// The likelihood there.
    To(Place),
    /// Nothing: this is a maximum.
    Arrived(Place),
    /// Nothing: there is none.
    Failed(NoMaximum),
}

/// A climb.
#[derive(Debug, Clone, Copy)]
pub(in crate::estimator) struct Climber {
    free: [bool; 3],
    low: f64,
    high: f64,
    place: Place,
    here: Jet,
    step: Place,
    /// Whether the step is Newton's.
    newton: bool,
    share: f64,
    tried: u32,
    steps: u32,
    next: Step,
}

impl Climber {
    /// From a place where the likelihood is known, in the parameters that are `free`; spatial ones
    /// stay between the two ends.
    pub(in crate::estimator) fn new(
        free: [bool; 3],
        (low, high): (f64, f64),
        (place, here): (Place, Jet),
    ) -> Self {
        let next = Step::To(place);
        let (step, share) = ([0.0; 3], 1.0);
        let (newton, tried, steps) = (false, 0, 0);
        let mut climber =
            Self { free, low, high, place, here, step, newton, share, tried, steps, next };
        climber.turn();
        climber
    }

    /// What is to be evaluated next.
    pub(in crate::estimator) fn step(&self) -> Step {
        self.next
    }

    /// The log-likelihood where the climb has come.
    pub(in crate::estimator) fn value(&self) -> f64 {
        self.here.loglik
    }

    /// The likelihood where [`step`](Self::step) is, `None` where there is none; whether the climb
    /// goes on from there.
    pub(in crate::estimator) fn took(&mut self, there: Option<Jet>) -> bool {
        let Step::To(place) = self.next else { return false };
        let slack = 1e-12 * (1.0 + self.here.loglik.abs());
        let gain: f64 = (0..3).map(|p| self.here.score[p] * (place[p] - self.place[p])).sum();
        let rises = |jet: &Jet| jet.loglik >= self.here.loglik + 1e-4 * gain.max(0.0) - slack;
        let Some(jet) = there.filter(rises) else {
            self.tried += 1;
            self.share *= 0.5;
            self.next = if self.tried < HALVINGS {
                Step::To(self.along())
            } else {
                Step::Failed(self.why(self.place))
            };
            return false;
        };
        let size =
            (0..3).map(|p| self.step[p].abs() / (1.0 + self.place[p].abs())).fold(0.0, f64::max);
        (self.place, self.here) = (place, jet);
        self.steps += 1;
        if place[2] > MOST {
            self.next = Step::Failed(NoMaximum::Lost);
        } else if self.newton && size < 1e-10 {
            // One step more than rounding needs: Newton's last error is the square of this.
            self.next = match self.why(place) {
                NoMaximum::AtEnd => Step::Failed(NoMaximum::AtEnd),
                NoMaximum::Lost | NoMaximum::Stopped => Step::Arrived(place),
            };
        } else if self.steps >= STEPS {
            self.next = Step::Failed(self.why(place));
        } else {
            self.turn();
        }
        true
    }

    /// The step from here, inside the interval.
    fn turn(&mut self) {
        let at_bound = self.place[2] <= 0.0 && self.here.score[2] <= 0.0;
        let moves = [self.free[0], self.free[1], self.free[2] && !at_bound];
        let Some((step, newton)) = uphill(moves, &self.here) else {
            self.next = Step::Failed(NoMaximum::Lost);
            return;
        };
        (self.step, self.newton, self.share, self.tried) = (step, newton, 1.0, 0);
        for p in 0..2 {
            let from = self.place[p];
            let room = if step[p] > 0.0 { self.high - from } else { from - self.low };
            if step[p].abs() > 0.9 * room {
                self.share = self.share.min(0.9 * room / step[p].abs());
            }
        }
        self.next = Step::To(self.along());
    }

    /// The whole step, or the share of it that is tried.
    fn along(&self) -> Place {
        std::array::from_fn(|p| {
            let to = self.place[p] + self.share * self.step[p];
            if p == 2 { to.max(0.0) } else { to }
        })
    }

    /// What stops close to an end was on its way there.
    fn why(&self, place: Place) -> NoMaximum {
        let width = self.high - self.low;
        let near = |x: f64| (x - self.low).min(self.high - x) < 1e-6 * width;
        let at_end = (0..2).any(|p| self.free[p] && near(place[p]));
        if at_end { NoMaximum::AtEnd } else { NoMaximum::Lost }
    }
}

/// The step in the parameters that move: Newton's where the function is concave, else one that is
/// bent towards the gradient until it rises. Whether it is Newton's.
fn uphill(moves: [bool; 3], jet: &Jet) -> Option<(Place, bool)> {
    let moving = || (0..3).filter(|&p| moves[p]);
    let size = moving().map(|p| jet.curvature[p][p].abs()).fold(1e-8, f64::max);
    let mut ridge = 0.0;
    for _ in 0..60 {
        if let Some(step) = solved(moves, jet, ridge) {
            return Some((step, ridge == 0.0));
        }
        ridge = if ridge == 0.0 { 1e-6 * size } else { 4.0 * ridge };
    }
    None
}

/// (ridge − curvature)⁻¹ score over the parameters that move, by Cholesky's factor; `None` where
/// it is not positive definite.
fn solved(moves: [bool; 3], jet: &Jet, ridge: f64) -> Option<Place> {
    let mut factor = [[0.0; 3]; 3];
    let mut x = [0.0; 3];
    for i in (0..3).filter(|&i| moves[i]) {
        for j in (0..=i).filter(|&j| moves[j]) {
            let own = if i == j { ridge } else { 0.0 };
            let mut entry = own - jet.curvature[i][j];
            for c in 0..j {
                entry -= factor[i][c] * factor[j][c];
            }
            if i == j && (entry.is_nan() || entry <= 0.0) {
                return None;
            }
            factor[i][j] = if i == j { entry.sqrt() } else { entry / factor[j][j] };
        }
        let before: f64 = (0..i).map(|c| factor[i][c] * x[c]).sum();
        x[i] = (jet.score[i] - before) / factor[i][i];
    }
    for i in (0..3).rev().filter(|&i| moves[i]) {
        let after: f64 = (i + 1..3).map(|r| factor[r][i] * x[r]).sum();
        x[i] = (x[i] - after) / factor[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_by_hand() {
        // −½(2a² + 2ab + 2b²) + 3a + 3b has its top at (1, 1); v does not move.
        let curvature = [[-2.0, -1.0, 9.0], [-1.0, -2.0, 9.0], [9.0, 9.0, 9.0]];
        let jet = Jet { loglik: 0.0, score: [3.0, 3.0, 9.0], curvature };
        let (step, newton) = uphill([true, true, false], &jet).expect("concave");
        assert!(newton);
        for (found, want) in step.iter().zip([1.0, 1.0, 0.0]) {
            assert!((found - want).abs() < 1e-15, "{step:?}");
        }
        let (_, newton) = uphill([true, true, true], &jet).expect("a ridge makes it concave");
        assert!(!newton);
    }
}
