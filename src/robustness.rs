//! One coefficient over many specifications: how often it has its sign, how often it is
//! significant, how far it ranges, and which choice moves it most.
//!
//! Arithmetic over estimates that are there already; nothing is fitted. The shares are the sign
//! stability and significance rate of Young & Holsteen (2017), the set of specifications is that of
//! a specification curve (Simonsohn, Simmons & Nelson 2020), the share of variance is the
//! correlation ratio η² (Fisher 1925, section 45).
//!
//! With estimates b_i, i = 1 … n, p-values p_i and a level α:
//!
//! ```text
//! reference     the base's estimate, or without a base the median of b
//! sign          +1 unless the reference is negative
//! same sign     #{sign(b_i) = sign}/n; an estimate of exactly 0 has neither sign
//! significant   #{sign(b_i) = sign, p_i < α}/n
//! opposite      #{sign(b_i) = −sign, p_i < α}/n
//! median        the middle one; the mean of the two middle ones for an even n
//! η² of an axis Σ_g n_g (b̄_g − b̄)² / Σ_i (b_i − b̄)², g over the values of the axis
//! ```
//!
//! In a full cross product the η² of different axes are parts of one whole, and what they leave of
//! 1 is due to interactions. Where cells are missing they overlap. The most influential choice is
//! the axis with the largest η²; of equal ones the first.

/// One specification's estimate of the coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Specification {
    /// b
    pub estimate: f64,
    /// Two-sided p-value of b = 0.
    pub p_value: f64,
    /// The value chosen on each axis; every specification has the same axes in the same order.
    pub choices: Vec<String>,
}

/// Which way a coefficient points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Above zero.
    Positive,
    /// Below zero.
    Negative,
}

impl Sign {
    /// The sign of a reference; zero counts as positive.
    fn of(reference: f64) -> Self {
        if reference < 0.0 { Self::Negative } else { Self::Positive }
    }

    /// Whether `estimate` points this way; zero points neither way.
    fn has(self, estimate: f64) -> bool {
        match self {
            Self::Positive => estimate > 0.0,
            Self::Negative => estimate < 0.0,
        }
    }

    fn opposite(self) -> Self {
        match self {
            Self::Positive => Self::Negative,
            Self::Negative => Self::Positive,
        }
    }

    /// The name in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Negative => "negative",
        }
    }
}

/// Shares of a set of specifications, each between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shares {
    /// With the sign.
    pub same_sign: f64,
    /// With the sign and a p-value below the level.
    pub significant: f64,
    /// With the opposite sign and a p-value below the level.
    pub opposite: f64,
}

/// The specifications with one value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// The value.
    pub value: String,
    /// n_g
    pub specifications: usize,
    /// b̄_g
    pub mean: f64,
    /// Their shares.
    pub shares: Shares,
}

/// What the choice on one axis does.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Its values, in the order in which specifications have them.
    pub choices: Vec<Choice>,
    /// The share of the variance of the estimates that it explains; `None` where they do not vary.
    pub eta_squared: Option<f64>,
}

impl Influence {
    /// The values with the lowest and the highest mean; of equal ones the first.
    pub fn extremes(&self) -> Option<(&Choice, &Choice)> {
        let (first, rest) = self.choices.split_first()?;
        Some(rest.iter().fold((first, first), |(low, high), choice| {
            (
                if choice.mean < low.mean { choice } else { low },
                if choice.mean > high.mean { choice } else { high },
            )
        }))
    }
}

/// What the specifications together say of the coefficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Robustness {
    /// n
    pub specifications: usize,
    /// The sign that shares count.
    pub sign: Sign,
    /// Shares of all specifications.
    pub shares: Shares,
    /// Smallest estimate.
    pub minimum: f64,
    /// Median estimate.
    pub median: f64,
    /// Largest estimate.
    pub maximum: f64,
    /// b̄
    pub mean: f64,
    /// What each axis does, in the order of the axes.
    pub axes: Vec<Influence>,
}

impl Robustness {
    /// The position and the η² of the axis that explains most; `None` where estimates do not vary,
    /// or no axis has two values.
    pub fn most_influential(&self) -> Option<(usize, f64)> {
        let mut most: Option<(usize, f64)> = None;
        for (position, axis) in self.axes.iter().enumerate() {
            let Some(share) = axis.eta_squared.filter(|_| axis.choices.len() > 1) else { continue };
            if most.is_none_or(|(_, largest)| share > largest) {
                most = Some((position, share));
            }
        }
        most
    }
}

/// Sums up `specifications`; `base` is the estimate of the preferred one. `None` when there is
/// none at all.
pub fn summarise(
    specifications: &[Specification],
    base: Option<f64>,
    level: f64,
) -> Option<Robustness> {
    let mut sorted: Vec<f64> = specifications.iter().map(|s| s.estimate).collect();
    sorted.sort_by(f64::total_cmp);
    let (&minimum, &maximum) = (sorted.first()?, sorted.last()?);
    let median = median(&sorted);
    let sign = Sign::of(base.unwrap_or(median));
    let all: Vec<&Specification> = specifications.iter().collect();
    // Rounding noise among equal estimates is not variance to be explained.
    let varies = maximum - minimum > 1e-12 * minimum.abs().max(maximum.abs());
    let axes = specifications[0].choices.len();
    let influence = |axis: usize| {
        let choices = choices(&all, axis, sign, level);
        let eta_squared = varies.then(|| eta_squared(&all, &choices));
        Influence { choices, eta_squared }
    };
    Some(Robustness {
        specifications: all.len(),
        sign,
        shares: shares(&all, sign, level),
        minimum,
        median,
        maximum,
        mean: mean(&all),
        axes: (0..axes).map(influence).collect(),
    })
}

/// The middle of sorted values, of which there is at least one.
fn median(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[middle - 1], sorted[middle])
    } else {
        sorted[middle]
    }
}

fn mean(group: &[&Specification]) -> f64 {
    group.iter().map(|s| s.estimate).sum::<f64>() / count(group.len())
}

#[expect(clippy::cast_precision_loss, reason = "a number of specifications is far below 2^52")]
fn count(n: usize) -> f64 {
    n as f64
}

fn shares(group: &[&Specification], sign: Sign, level: f64) -> Shares {
    let share = |holds: &dyn Fn(&Specification) -> bool| {
        count(group.iter().filter(|s| holds(s)).count()) / count(group.len())
    };
    Shares {
        same_sign: share(&|s| sign.has(s.estimate)),
        significant: share(&|s| sign.has(s.estimate) && s.p_value < level),
        opposite: share(&|s| sign.opposite().has(s.estimate) && s.p_value < level),
    }
}

/// The values of one axis in the order in which they come.
fn choices(all: &[&Specification], axis: usize, sign: Sign, level: f64) -> Vec<Choice> {
    let mut groups: Vec<(&str, Vec<&Specification>)> = Vec::new();
    for specification in all {
        let value = specification.choices[axis].as_str();
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, group)) => group.push(specification),
            None => groups.push((value, vec![specification])),
        }
    }
    let choice = |(value, group): (&str, Vec<&Specification>)| Choice {
        value: value.to_owned(),
        specifications: group.len(),
        mean: mean(&group),
        shares: shares(&group, sign, level),
    };
    groups.into_iter().map(choice).collect()
}

/// Σ_g n_g (b̄_g − b̄)² / Σ_i (b_i − b̄)², held below 1 against rounding.
fn eta_squared(all: &[&Specification], choices: &[Choice]) -> f64 {
    let centre = mean(all);
    let total: f64 = all.iter().map(|s| (s.estimate - centre).powi(2)).sum();
    let of = |c: &Choice| count(c.specifications) * (c.mean - centre).powi(2);
    (choices.iter().map(of).sum::<f64>() / total).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn specification(estimate: f64, p_value: f64, choices: [&str; 2]) -> Specification {
        Specification { estimate, p_value, choices: choices.map(str::to_owned).to_vec() }
    }

    /// Two models × two lags, effects of 6 and 3 and no interaction:
    /// b̄ = 3.5, total = 20.25 + 2.25 + 2.25 + 20.25 = 45; models: means 0.5 and 6.5, between
    /// = 4·9 = 36, η² = 0.8; lags: means 2 and 5, between = 4·2.25 = 9, η² = 0.2.
    fn four() -> Vec<Specification> {
        vec![
            specification(-1.0, 0.04, ["slm", "0"]),
            specification(2.0, 0.20, ["slm", "1"]),
            specification(5.0, 0.05, ["sem", "0"]),
            specification(8.0, 0.01, ["sem", "1"]),
        ]
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-14, "{a} against {b}");
    }

    #[test]
    fn a_summary_by_hand() {
        let r = summarise(&four(), None, 0.05).expect("four");
        assert_eq!((r.specifications, r.sign), (4, Sign::Positive));
        assert_eq!((r.minimum, r.median, r.maximum, r.mean), (-1.0, 3.5, 8.0, 3.5));
        // p = 0.05 is not below 0.05.
        assert_eq!(r.shares, Shares { same_sign: 0.75, significant: 0.25, opposite: 0.25 });
        close(r.axes[0].eta_squared.expect("varies"), 0.8);
        close(r.axes[1].eta_squared.expect("varies"), 0.2);
        let (axis, share) = r.most_influential().expect("varies");
        assert_eq!(axis, 0);
        close(share, 0.8);
        let (low, high) = r.axes[0].extremes().expect("two values");
        assert_eq!((low.value.as_str(), low.mean), ("slm", 0.5));
        assert_eq!((high.value.as_str(), high.mean), ("sem", 6.5));
        assert_eq!(low.shares, Shares { same_sign: 0.5, significant: 0.0, opposite: 0.5 });
        assert_eq!(high.shares, Shares { same_sign: 1.0, significant: 0.5, opposite: 0.0 });
    }

    #[test]
    fn the_base_decides_the_sign() {
        let r = summarise(&four(), Some(-1.0), 0.05).expect("four");
        assert_eq!(r.sign, Sign::Negative);
        assert_eq!(r.shares, Shares { same_sign: 0.25, significant: 0.25, opposite: 0.25 });
        let r = summarise(&four(), Some(0.0), 0.05).expect("four");
        assert_eq!(r.sign, Sign::Positive);
    }

    #[test]
    fn unequal_groups_weigh_by_their_size() {
        // b̄ = 2, total = 4 + 1 + 1 + 4 = 10; groups {0, 1, 3} with mean 4/3 and {4}:
        // between = 3·(2/3)² + 2² = 16/3, η² = 8/15.
        let all = [(0.0, "a"), (1.0, "a"), (3.0, "a"), (4.0, "b")]
            .map(|(b, value)| specification(b, 1.0, [value, "same"]));
        let r = summarise(&all, None, 0.05).expect("four");
        close(r.axes[0].eta_squared.expect("varies"), 8.0 / 15.0);
        assert_eq!(r.axes[1].eta_squared, Some(0.0));
        // An estimate of zero has neither sign.
        close(r.shares.same_sign, 0.75);
    }

    #[test]
    fn nothing_is_influential_where_nothing_varies() {
        assert_eq!(summarise(&[], None, 0.05), None);
        let one = summarise(&four()[..1], None, 0.05).expect("one");
        assert_eq!((one.most_influential(), one.median), (None, -1.0));
        let noise = [0.1 + 0.2, 0.3].map(|b| specification(b, 0.5, [&b.to_string(), "x"]));
        let noise = summarise(&noise, None, 0.05).expect("two");
        assert_eq!(noise.axes[0].eta_squared, None);
        assert_eq!(noise.most_influential(), None);
    }

    #[test]
    fn of_equal_axes_the_first_is_named() {
        let all = [specification(1.0, 0.5, ["a", "x"]), specification(2.0, 0.5, ["b", "y"])];
        let r = summarise(&all, None, 0.05).expect("two");
        assert_eq!(r.most_influential(), Some((0, 1.0)));
    }
}
