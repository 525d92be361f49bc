//! Randomisation inference on the measure: how often would it seem to matter as much, had its
//! values fallen on other units?
//!
//! Null hypothesis: the sharp one, that the measure has no effect on any unit in any period at any
//! lag; then the response would have been the same had the measure been assigned otherwise (Fisher
//! 1935, section 21). The measure is permuted, the model estimated again, and the observed statistic
//! of each of the measure's coefficients and effects is held against those of the permutations
//! (Young 2019, "Channeling Fisher", Quarterly Journal of Economics 134):
//!
//! ```text
//! p    = (1 + #{|t*| ≥ |t|})/(R + 1)     by t = estimate/standard error: randomization-t
//! p_c  = (1 + #{|b*| ≥ |b|})/(R + 1)     by the estimate b: randomization-c
//! ```
//!
//! R counts the permutations that could be fitted. Ties up to rounding count as reached. The test
//! by t is the one to read: when the permuted measure has other standard errors, as a regressor of
//! unequal spread has, the estimate alone misleads.
//!
//! What is permuted:
//!
//! * [`Permute::Units`]: unit i gets the whole history of unit π(i), with all lags. Keeps the
//!   dependence of the measure in time.
//! * [`Permute::WithinPeriod`]: in each period s its own π_s; the lag ℓ of the measure in period t
//!   is the value that π_{t−ℓ} gave period t − ℓ, so that lags stay lags. Keeps the distribution of
//!   each period, not the dependence in time.
//!
//! Response, controls and W stay where they are. The test is exact when the measure was assigned to
//! units at random. It supposes that units are exchangeable: a measure that is clustered in space, or
//! that follows a control, is not, and a permutation then undoes what the control explains. Of
//! coefficients of controls it says nothing. A control that is computed from the measure (its
//! square, say) keeps its values: the test is not meant for such a model.

use crate::estimator::{Estimator, Problem};
use crate::estimator::{covariance, durbin};
use crate::ident::VarName;
use crate::math::random::Stream;
use crate::model::{Permute, Randomisation, Term};
use crate::outcome::{Estimate, Fit, RandomisationEstimate, RandomisationSummary};
use crate::panel::sample::Sample;
use rayon::prelude::*;

/// A statistic that falls short of the observed one by less than this, relatively, reaches it.
const TIE: f64 = 1e-9;

/// What is tested: the measure's coefficients and effects in the observed fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// The measure's column.
    pub measure: VarName,
    /// Its coefficients in the order of the fit, then its effects.
    pub estimates: Vec<Estimate>,
}

impl Observed {
    /// What `fit` and its effects say of `measure`.
    pub fn of(fit: &Fit, impacts: &[Estimate], measure: &VarName) -> Self {
        let of_measure = |e: &&Estimate| match &e.term {
            Term::Variable(regressor) | Term::Impact(_, regressor) => {
                regressor.variable == *measure
            }
            Term::Constant
            | Term::Rho
            | Term::Lambda
            | Term::Phi
            | Term::Sigma2
            | Term::Derived(_) => false,
        };
        let estimates = fit.estimates.iter().chain(impacts).filter(of_measure).cloned().collect();
        Self { measure: measure.clone(), estimates }
    }
}

/// Which unit's value each unit gets, period by period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shuffle {
    /// One order of the units for all periods, or one a period, the last period first.
    orders: Vec<Vec<usize>>,
}

impl Shuffle {
    /// Unit i gets the history of unit `order[i]`.
    pub fn of_units(order: Vec<usize>) -> Self {
        Self { orders: vec![order] }
    }

    /// In the period `back` before the last of the sample, unit i gets the value of unit
    /// `orders[back][i]`.
    pub fn within_periods(orders: Vec<Vec<usize>>) -> Self {
        Self { orders }
    }

    /// Draws one for `units` units and `periods` periods, each equally likely. The last period is
    /// drawn first, so that samples which begin later share what they have in common.
    pub fn draw(permute: Permute, units: usize, periods: usize, stream: &mut Stream) -> Self {
        let mut order = || {
            let mut order: Vec<usize> = (0..units).collect();
            stream.shuffle(&mut order);
            order
        };
        match permute {
            Permute::Units => Self::of_units(order()),
            Permute::WithinPeriod => Self::within_periods((0..periods).map(|_| order()).collect()),
        }
    }

    /// The order for the period `back` before the last.
    fn order(&self, back: usize) -> &[usize] {
        &self.orders[if self.orders.len() == 1 { 0 } else { back }]
    }

    /// The sample with the columns of `measure` permuted, its lags with it.
    pub fn apply(&self, sample: &Sample, measure: &VarName) -> Sample {
        let (n, periods) = (sample.n_units(), sample.n_periods());
        let mut permuted = sample.clone();
        for (regressor, column) in sample.regressors.iter().zip(&mut permuted.x) {
            if !regressor.is_own(measure) {
                continue;
            }
            let old = column.clone();
            for (t, values) in column.chunks_exact_mut(n).enumerate() {
                let order = self.order(periods - 1 - t + regressor.lag as usize);
                for (value, &from) in values.iter_mut().zip(order) {
                    *value = old[t * n + from];
                }
            }
        }
        permuted
    }
}

/// One of the measure's coefficients or effects under a permutation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Permuted {
    /// b*
    pub value: f64,
    /// t* = b*/s*
    pub statistic: f64,
}

/// What the permutations that could be fitted gave: a vector for each permutation, in the order
/// of [`Observed::estimates`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Permutations {
    /// In the order of the permutations.
    pub fitted: Vec<Vec<Permuted>>,
    /// How many could not be fitted.
    pub failed: u32,
}

/// Permutes the measure and estimates again, as often as `design` asks. Permutation r is drawn
/// from stream r of `key`. Once the search is told to stop, the rest counts as failed.
pub fn permutations(
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    observed: &Observed,
    design: &Randomisation,
    key: [u8; 32],
) -> Permutations {
    let sample = problem.sample;
    let of_measure = sample.regressors.iter().filter(|r| r.is_own(&observed.measure));
    let deepest = of_measure.map(|r| r.lag as usize).max().unwrap_or(0);
    let periods = sample.n_periods() + deepest;
    let draw = |r: u32| -> Option<Vec<Permuted>> {
        if !(problem.search.go_on)() {
            return None;
        }
        let mut stream = Stream::new(key, u64::from(r));
        let shuffle = Shuffle::draw(design.permute, sample.n_units(), periods, &mut stream);
        refit(problem, estimator, observed, &shuffle)
    };
    let all: Vec<Option<Vec<Permuted>>> =
        (0..design.replicates).into_par_iter().map(draw).collect();
    let fitted: Vec<Vec<Permuted>> = all.into_iter().flatten().collect();
    let good = u32::try_from(fitted.len()).expect("no more than were asked for, a u32");
    Permutations { fitted, failed: design.replicates - good }
}

/// What is tested under one permutation; `None` when it cannot be fitted.
pub fn refit(
    problem: &Problem<'_>,
    estimator: &dyn Estimator,
    observed: &Observed,
    shuffle: &Shuffle,
) -> Option<Vec<Permuted>> {
    let mut sample = shuffle.apply(problem.sample, &observed.measure);
    durbin::refresh(&mut sample, problem.weights);
    let again = Problem { sample: &sample, ..*problem };
    let fitted = covariance::fit(estimator, &again).ok()?;
    let impacts = estimator.impacts(&again, &fitted);
    let found = Observed::of(&fitted.fit, &impacts, &observed.measure).estimates;
    let finite = found.iter().all(|e| e.value.is_finite() && e.statistic.is_finite());
    let whole = found.len() == observed.estimates.len();
    (finite && whole).then(|| {
        found.iter().map(|e| Permuted { value: e.value, statistic: e.statistic }).collect()
    })
}

/// The p-values of what is tested. Without a permutation that could be fitted there are none.
pub fn summary(
    design: &Randomisation,
    observed: &Observed,
    permutations: &Permutations,
) -> RandomisationSummary {
    let fitted = &permutations.fitted;
    let p_value = |i: usize, observed: f64, statistic: fn(&Permuted) -> f64| {
        let bound = observed.abs() * (1.0 - TIE);
        let reached = fitted.iter().filter(|p| statistic(&p[i]).abs() >= bound).count();
        share(1 + reached, 1 + fitted.len())
    };
    let one = |(i, e): (usize, &Estimate)| RandomisationEstimate {
        term: e.term.clone(),
        p_value: p_value(i, e.statistic, |p| p.statistic),
        p_value_coefficient: p_value(i, e.value, |p| p.value),
    };
    let estimates = if fitted.is_empty() {
        Vec::new()
    } else {
        observed.estimates.iter().enumerate().map(one).collect()
    };
    RandomisationSummary { design: design.clone(), failed: permutations.failed, estimates }
}

#[expect(clippy::cast_precision_loss, reason = "a number of permutations is far below 2^52")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{Period, UnitId, UnitIndex};
    use crate::model::Regressor;
    use crate::outcome::Reference;

    fn regressor(variable: &str, lag: i32) -> Regressor {
        Regressor::new(VarName::new(variable), lag)
    }

    fn estimate(term: Term, value: f64, statistic: f64) -> Estimate {
        Estimate {
            term,
            value,
            std_error: value / statistic,
            statistic,
            p_value: 0.5,
            conf_low: 0.0,
            conf_high: 0.0,
        }
    }

    /// Units A, B, C; the measure's base history is 10t + i in period t = 0, 1, 2, its first lag
    /// leaves periods 1 and 2.
    fn sample() -> Sample {
        let units = ["A", "B", "C"].map(|u| UnitId(u.to_owned())).to_vec();
        Sample {
            units: UnitIndex::new(units).expect("distinct"),
            periods: vec![Period(1), Period(2)],
            response: VarName::new("y"),
            y: (0..6).map(f64::from).collect(),
            regressors: vec![regressor("m", 0), regressor("m", 1), regressor("z", 0)],
            x: vec![
                vec![10.0, 11.0, 12.0, 20.0, 21.0, 22.0],
                vec![0.0, 1.0, 2.0, 10.0, 11.0, 12.0],
                vec![5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
            ],
        }
    }

    #[test]
    fn whole_histories_move_with_their_lags() {
        let permuted = Shuffle::of_units(vec![2, 0, 1]).apply(&sample(), &VarName::new("m"));
        assert_eq!(permuted.x[0], [12.0, 10.0, 11.0, 22.0, 20.0, 21.0]);
        assert_eq!(permuted.x[1], [2.0, 0.0, 1.0, 12.0, 10.0, 11.0]);
        assert_eq!((&permuted.x[2], &permuted.y), (&sample().x[2], &sample().y));
    }

    #[test]
    fn within_periods_a_lag_is_still_the_period_before() {
        // Last period first: period 2 is turned, period 1 is kept, period 0 is swapped.
        let orders = vec![vec![1, 2, 0], vec![0, 1, 2], vec![1, 0, 2]];
        let permuted = Shuffle::within_periods(orders).apply(&sample(), &VarName::new("m"));
        assert_eq!(permuted.x[0], [10.0, 11.0, 12.0, 21.0, 22.0, 20.0]);
        assert_eq!(permuted.x[1], [1.0, 0.0, 2.0, 10.0, 11.0, 12.0]);
    }

    #[test]
    fn a_deeper_history_draws_the_same_for_the_periods_in_common() {
        let draw = |periods| {
            let mut stream = Stream::new([3; 32], 4);
            Shuffle::draw(Permute::WithinPeriod, 5, periods, &mut stream).orders
        };
        assert_eq!(draw(4), draw(7)[..4]);
        let mut stream = Stream::new([3; 32], 4);
        assert_eq!(Shuffle::draw(Permute::Units, 5, 7, &mut stream).orders[0], draw(4)[0]);
    }

    fn permuted(of: [(f64, f64); 2]) -> Vec<Permuted> {
        of.map(|(value, statistic)| Permuted { value, statistic }).to_vec()
    }

    #[test]
    fn p_values_by_hand() {
        let observed = Observed {
            measure: VarName::new("m"),
            estimates: vec![
                estimate(Term::Variable(regressor("m", 0)), 2.0, -3.0),
                estimate(Term::Variable(regressor("m", 1)), -0.5, 1.0),
            ],
        };
        // Of t* = 3 (a tie), −2.9, −4, 1 two reach |t| = 3: p = 3/5. Of b* = 1, 1.9, −2.5, 0.1 one
        // reaches |b| = 2: p = 2/5. None reaches 1 and 0.5: p = 1/5.
        let permutations = Permutations {
            fitted: vec![
                permuted([(1.0, 3.0 - 1e-12), (0.1, 0.2)]),
                permuted([(1.9, -2.9), (0.1, 0.2)]),
                permuted([(-2.5, -4.0), (0.1, -0.2)]),
                permuted([(0.1, 1.0), (-0.1, 0.2)]),
            ],
            failed: 3,
        };
        let design = Randomisation { permute: Permute::Units, replicates: 7 };
        let s = summary(&design, &observed, &permutations);
        assert_eq!((s.failed, s.estimates.len()), (3, 2));
        assert_eq!((s.estimates[0].p_value, s.estimates[0].p_value_coefficient), (0.6, 0.4));
        assert_eq!((s.estimates[1].p_value, s.estimates[1].p_value_coefficient), (0.2, 0.2));
        let none = Permutations { fitted: vec![], failed: 7 };
        assert!(summary(&design, &observed, &none).estimates.is_empty());
    }

    #[test]
    fn only_the_measure_is_tested() {
        let fit = Fit {
            estimator: "slm".to_owned(),
            estimator_version: 1,
            effects: crate::model::Effects::None,
            estimates: [
                Term::Constant,
                Term::Variable(regressor("m", 0)),
                Term::Variable(regressor("m", 1)),
                Term::Variable(regressor("z", 0)),
                Term::Rho,
                Term::Sigma2,
            ]
            .map(|term| estimate(term, 1.0, 1.0))
            .to_vec(),
            covariance: vec![],
            std_error_kind: String::new(),
            inference: Reference::Normal,
            statistics: std::collections::BTreeMap::new(),
            convergence: None,
            cautions: vec![],
        };
        let impact = |v| Term::Impact(crate::model::Impact::Total, regressor(v, 0));
        let impacts = [estimate(impact("m"), 1.0, 1.0), estimate(impact("z"), 1.0, 1.0)];
        let observed = Observed::of(&fit, &impacts, &VarName::new("m"));
        let terms: Vec<String> = observed.estimates.iter().map(|e| e.term.to_string()).collect();
        assert_eq!(terms, ["m", "m@lag1", "total:m"]);
    }
}
