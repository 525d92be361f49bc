//! Replicates → standard errors, bias, intervals, p-values.

use super::replicates::Replicates;
use crate::math::dist::{normal_cdf, normal_quantile};
use crate::outcome::{BootstrapEstimate, Estimate};

/// Raised when the same replicates are summed up otherwise.
pub const VERSION: u32 = 1;

/// The levels whose quantiles are the ends of 95 % intervals.
pub(super) const PERCENTILES: (f64, f64) = (TAIL, 1.0 - TAIL);
const TAIL: f64 = (1.0 - 0.95) / 2.0;

/// An estimate as a summary needs it.
#[derive(Debug, Clone, Copy)]
pub struct Original<'a> {
    /// θ̂ with its standard error.
    pub estimate: &'a Estimate,
    /// The admissible interval of a spatial parameter: its percentile-t interval is made on the
    /// scale artanh of the place in it, on which it is nearly a shift.
    pub bounds: Option<(f64, f64)>,
    /// Acceleration of the BCa interval; `None` where it is not known.
    pub acceleration: Option<f64>,
}

/// What the replicates say of each estimate, in their order. Of one that exists in fewer than two
/// replicates there is nothing to say.
///
/// With θ̂ the estimate, s its standard error, and θ*, s* those of a replicate (Davison & Hinkley
/// 1997, chapter 5; Efron 1987 for BCa):
///
/// ```text
/// standard error   standard deviation of θ*, divisor B − 1
/// bias             mean of θ* − θ̂
/// percentile       [q(α/2), q(1 − α/2)] of θ*
/// basic            [2θ̂ − q(1 − α/2), 2θ̂ − q(α/2)]
/// percentile-t     [θ̂ − s·c(1 − α/2), θ̂ − s·c(α/2)], c the quantiles of t* = (θ* − θ̂)/s*;
///                  of ρ and λ the same for u = artanh of the place in the admissible interval,
///                  t* = (u* − û)/(s* du*/dθ), carried back
/// BCa              [q(a(α/2)), q(a(1 − α/2))], a(p) = Φ(z₀ + (z₀ + z_p)/(1 − a(z₀ + z_p))),
///                  z₀ = Φ⁻¹(#{θ* < θ̂}/B), a the acceleration
/// p-value          (1 + #{|t*| ≥ |θ̂/s|})/(B + 1)
/// ```
pub fn summary(originals: &[Original<'_>], replicates: &Replicates) -> Vec<BootstrapEstimate> {
    let good = (replicates.count - replicates.failed()) as u64;
    let mut room = Room::default();
    let of = |(i, original)| one(original, (good, replicates.of(i)), &mut room);
    originals.iter().enumerate().filter_map(of).collect()
}

/// Columns to sort in, used again for every estimate.
#[derive(Debug, Default)]
struct Room {
    values: Vec<f64>,
    ratios: Vec<f64>,
}

fn one(
    original: &Original<'_>,
    (good, replicates): (u64, impl Iterator<Item = (f64, f64)>),
    room: &mut Room,
) -> Option<BootstrapEstimate> {
    let scale = Scale::of(original);
    let mut moments = Moments::default();
    room.values.clear();
    room.ratios.clear();
    for (v, std_error) in replicates {
        moments.add(original.estimate, v, std_error);
        room.values.push(v);
        room.ratios.push(scale.ratio(v, std_error));
    }
    if !moments.say_anything() {
        return None;
    }
    let bca = moments.bca_levels(original);
    let ends = Ends {
        percentile: ends(&mut room.values, PERCENTILES),
        ratio: ends(&mut room.ratios, PERCENTILES),
        bca: bca.map(|levels| ends(&mut room.values, levels)),
    };
    Some(moments.estimate(original, ends, good))
}

/// What is summed over the replicates of an estimate, in their order.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Moments {
    /// Replicates.
    pub count: u64,
    sum: f64,
    squares: f64,
    /// With |t*| ≥ |t|.
    extreme: u64,
    /// With θ* < θ̂.
    below: u64,
}

/// Quantiles that are ends of intervals.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Of θ*.
    pub percentile: (f64, f64),
    /// Of t*.
    pub ratio: (f64, f64),
    /// Of θ* at the levels of BCa.
    pub bca: Option<(f64, f64)>,
}

impl Moments {
    /// Takes a replicate of `estimate`.
    #[inline]
    pub(super) fn add(&mut self, estimate: &Estimate, v: f64, std_error: f64) {
        let from = v - estimate.value;
        self.count += 1;
        self.sum += from;
        self.squares += from * from;
        self.extreme += u64::from((from / std_error).abs() >= estimate.statistic.abs());
        self.below += u64::from(from < 0.0);
    }

    /// Whether there are replicates enough for a summary.
    pub(super) fn say_anything(&self) -> bool {
        self.count >= 2
    }

    /// The levels of the BCa interval, where there is one.
    pub(super) fn bca_levels(&self, original: &Original<'_>) -> Option<(f64, f64)> {
        let below = self.below as f64 / self.count as f64;
        bca_levels(below, original.acceleration?, PERCENTILES.0)
    }

    /// All there is to say of `original`, with `good` replicates that could be fitted.
    pub(super) fn estimate(
        &self,
        original: &Original<'_>,
        ends: Ends,
        good: u64,
    ) -> BootstrapEstimate {
        let Original { estimate, .. } = original;
        let (value, s) = (estimate.value, estimate.std_error);
        let scale = Scale::of(original);
        let b = self.count as f64;
        let bias = self.sum / b;
        let Ends { percentile, ratio, bca } = ends;
        BootstrapEstimate {
            term: estimate.term.clone(),
            std_error: ((self.squares - self.sum * bias) / (b - 1.0)).max(0.0).sqrt(),
            bias,
            percentile,
            basic: (2.0 * value - percentile.1, 2.0 * value - percentile.0),
            percentile_t: (scale.back(s, ratio.1), scale.back(s, ratio.0)),
            bca,
            p_value: (1 + self.extreme) as f64 / (b + 1.0),
            undefined: (good - self.count) as u32,
        }
    }
}

/// The scale on which an estimate is studentised.
pub(super) enum Scale {
    /// Its own.
    Plain { value: f64 },
    /// u = ½ ln((θ − low)/(high − θ)).
    Bounded { value: f64, low: f64, high: f64 },
}

impl Scale {
    pub(super) fn of(original: &Original<'_>) -> Self {
        let value = original.estimate.value;
        match original.bounds {
            Some((low, high)) if value > low && value < high => Self::Bounded { value, low, high },
            Some(_) | None => Self::Plain { value },
        }
    }

    /// t* of a replicate.
    pub(super) fn ratio(&self, v: f64, std_error: f64) -> f64 {
        match *self {
            Self::Plain { value } => (v - value) / std_error,
            Self::Bounded { value, low, high } => {
                // u* − û = ½ ln of a ratio of products; du/dθ = ½(high − low)/((θ − low)(high − θ)).
                let product = (v - low) * (high - value) / ((high - v) * (value - low));
                let slope = (high - low) / ((v - low) * (high - v));
                (product).ln() / (std_error * slope)
            }
        }
    }

    /// The end of the interval at quantile `c` of t*.
    fn back(&self, s: f64, c: f64) -> f64 {
        match *self {
            Self::Plain { value } => value - s * c,
            Self::Bounded { value, low, high } => {
                let slope = (high - low) / ((value - low) * (high - value));
                // The odds (θ − low)/(high − θ) at u = û − c·s·du/dθ.
                let odds = (value - low) / (high - value) * (-c * s * slope).exp();
                (low + high * odds) / (1.0 + odds)
            }
        }
    }
}

/// The levels whose quantiles are the ends of the BCa interval; `None` when all replicates lie on
/// one side of the estimate.
fn bca_levels(below: f64, acceleration: f64, tail: f64) -> Option<(f64, f64)> {
    if below <= 0.0 || below >= 1.0 {
        return None;
    }
    let z0 = normal_quantile(below);
    let level = |p: f64| {
        let z = z0 + normal_quantile(p);
        let shrink = 1.0 - acceleration * z;
        (shrink > 0.0).then(|| normal_cdf(z0 + z / shrink))
    };
    Some((level(tail)?, level(1.0 - tail)?))
}

fn ends(values: &mut [f64], (low, high): (f64, f64)) -> (f64, f64) {
    (quantile(values, low), quantile(values, high))
}

/// Where the quantile at (B + 1)p of B values lies: the rank (from 1) at or below it, and the share
/// of the way to the next value. Held within the values (Hyndman & Fan 1996, type 6): for 999
/// replicates and p = 2.5 % exactly the 25th.
pub(super) fn rank(count: u64, p: f64) -> (u64, f64) {
    let at = (count + 1) as f64 * p;
    let below = (at.floor() as u64).clamp(1, count);
    (below, (at - below as f64).clamp(0.0, 1.0))
}

/// The value at `share` of the way from `low` to `high`.
pub(super) fn between(low: f64, high: f64, share: f64) -> f64 {
    low + share * (high - low)
}

/// The quantile of level `p`, interpolated. Puts `values` in another order.
fn quantile(values: &mut [f64], p: f64) -> f64 {
    let (below, share) = rank(values.len() as u64, p);
    let (_, low, above) = values.select_nth_unstable_by(below as usize - 1, f64::total_cmp);
    let low = *low;
    if share == 0.0 {
        return low;
    }
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    between(low, high, share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::lanes::LANES;
    use crate::model::Term;

    #[test]
    fn quantiles_by_hand() {
        let mut values: Vec<f64> = (1..=999).rev().map(f64::from).collect();
        assert!((quantile(&mut values, 0.025) - 25.0).abs() < 1e-9);
        assert!((quantile(&mut values, 0.975) - 975.0).abs() < 1e-9);
        assert!((quantile(&mut [2.0, 1.0], 0.5) - 1.5).abs() < 1e-12);
        assert_eq!(quantile(&mut [2.0, 1.0], 0.01), 1.0);
    }

    fn estimate() -> Estimate {
        Estimate {
            term: Term::Rho,
            value: 2.0,
            std_error: 0.5,
            statistic: 4.0,
            p_value: 0.0,
            conf_low: 0.0,
            conf_high: 0.0,
        }
    }

    /// θ* = 1, 3, 5; s* = 1, 0.25, 1; a fourth could not be fitted, and one more was not asked for.
    fn replicates() -> Replicates {
        let mut numbers = vec![[0.0; LANES]; 2];
        numbers[0][..5].copy_from_slice(&[1.0, 0.0, 3.0, 5.0, 9.0]);
        numbers[1][..5].copy_from_slice(&[1.0, 0.0, 0.25, 1.0, 1.0]);
        let mut good = [true; LANES];
        good[1] = false;
        Replicates { estimates: 1, count: 4, numbers, good: vec![good] }
    }

    #[test]
    fn a_summary_by_hand() {
        let estimate = estimate();
        let plain = Original { estimate: &estimate, bounds: None, acceleration: Some(0.0) };
        // t* = −1, 4, 3. One of three reaches |t| = 4.
        let replicates = replicates();
        assert_eq!(replicates.failed(), 1);
        let s = &summary(&[plain], &replicates)[0];
        assert!((s.std_error - 2.0).abs() < 1e-15 && (s.bias - 1.0).abs() < 1e-15);
        assert_eq!(s.percentile, (1.0, 5.0));
        assert_eq!(s.basic, (-1.0, 3.0));
        assert_eq!(s.percentile_t, (0.0, 2.5));
        assert!((s.p_value - 0.5).abs() < 1e-15);
        // z₀ = Φ⁻¹(⅓) = −0.4307; Φ(2z₀ ± 1.96) = 0.0024 and 0.8640: the 4·0.8640 = 3.456th value.
        assert_eq!(s.bca, Some((1.0, 5.0)));
    }

    #[test]
    fn what_does_not_exist_in_a_replicate_is_left_out_and_counted() {
        let estimate = estimate();
        let plain = Original { estimate: &estimate, bounds: None, acceleration: None };
        let mut some = replicates();
        some.numbers[1][2] = 0.0;
        let s = &summary(&[plain], &some)[0];
        // θ* = 1, 5: a function that does not exist where it was 3.
        assert_eq!((s.undefined, s.percentile, s.bias), (1, (1.0, 5.0), 1.0));
        some.numbers[1][3] = 0.0;
        assert_eq!(summary(&[plain], &some), []);
    }

    #[test]
    fn bca_levels_by_hand() {
        // Half below and no acceleration: the levels themselves.
        let (low, high) = bca_levels(0.5, 0.0, 0.025).expect("both sides");
        assert!((low - 0.025).abs() < 1e-12 && (high - 0.975).abs() < 1e-12);
        // z₀ = 0, a = 0.1: z = ∓1.96, Φ(−1.96/1.196) and Φ(1.96/0.804).
        let (low, high) = bca_levels(0.5, 0.1, 0.025).expect("both sides");
        assert!((low - normal_cdf(-1.959_963_984_540_054 / 1.195_996_398_454_005_4)).abs() < 1e-12);
        assert!((high - normal_cdf(1.959_963_984_540_054 / 0.804_003_601_545_994_6)).abs() < 1e-12);
        assert_eq!(bca_levels(0.0, 0.0, 0.025), None);
    }

    #[test]
    fn a_bounded_parameter_keeps_its_interval_inside_the_bounds() {
        let mut estimate = estimate();
        (estimate.value, estimate.std_error) = (0.5, 0.25);
        let bounded =
            Original { estimate: &estimate, bounds: Some((-1.0, 1.0)), acceleration: None };
        let scale = Scale::of(&bounded);
        // artanh 0.8 − artanh 0.5 = ½ ln(9/3); du/dθ at 0.8 is 1/(1 − 0.64).
        let t = scale.ratio(0.8, 0.2);
        assert!((t - 0.5 * 3.0_f64.ln() / (0.2 / 0.36)).abs() < 1e-14);
        // tanh(artanh 0.5 − 3·0.25/0.75) = tanh(artanh 0.5 − 1).
        let back = scale.back(0.25, 3.0);
        assert!((back - (0.5_f64.atanh() - 1.0).tanh()).abs() < 1e-14);
    }
}
