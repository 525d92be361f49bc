//! Panels that are made of the panel: changes from one period to the next, and means of units.
//!
//! *First differences*: y_it − y_i,t−1 on x_it − x_i,t−1, in which effects of units cancel and a
//! constant would be a trend that all units share (a regressor that counts periods asks for it). The
//! errors e_it − e_i,t−1 of neighbouring periods share one error, so that standard errors clustered by
//! unit go with them unless e is a random walk (Wooldridge 2010, section 10.6).
//! *Between*: ȳ_i on a constant and x̄_i, one observation a unit, consistent only where effects of units
//! are uncorrelated with the regressors (Baltagi 2021, section 2.3).
//!
//! What is estimated is least squares of the made panel, and everything that rests on a sample rests on
//! that one: N(T − 1) or N observations. W commutes with both, so that Durbin terms are those of the
//! made regressors.

use super::Estimator;
use crate::model::{Effects, Model};
use crate::panel::sample::Sample;

/// The panel that a model with these effects is of.
#[must_use]
pub fn made_panel(sample: Sample, effects: Effects) -> Sample {
    match effects {
        Effects::FirstDifference => sample.first_differences(),
        Effects::Between => sample.unit_means(),
        Effects::None
        | Effects::Individual
        | Effects::Time
        | Effects::TwoWay
        | Effects::Random
        | Effects::RandomTime
        | Effects::CorrelatedRandom
        | Effects::RandomPeriods
        | Effects::RandomTwoWay => sample,
    }
}

/// Whether an estimator is of differences or of means where the model asks for them, else why not. Needs
/// no data.
///
/// # Errors
/// The reason, as a sentence.
pub fn supports(estimator: &dyn Estimator, model: &Model) -> Result<(), String> {
    if !model.effects.is_of_made_panel() {
        return Ok(());
    }
    let name = estimator.info().name;
    let effects = model.effects.name();
    if !estimator.info().spatial.is_empty() {
        let why = if model.effects == Effects::Between {
            "one cross-section of means says little of a spatial parameter"
        } else {
            "the likelihood of a spatial model is of errors that are independent over time, and their \
             differences are not"
        };
        return Err(format!(
            "effects = \"{effects}\" is of least squares: {why} (`{name}`): take individual effects, or \
             `ols` or `slx`"
        ));
    }
    if estimator.takes_instruments() || !estimator.maximises_likelihood() {
        return Err(format!(
            "effects = \"{effects}\" is of least squares, which `{name}` is not: take `ols` or `slx`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::{Problem, find, worked};
    use crate::model::{SmallSample, Term};
    use crate::outcome::Statistic;

    /// y = (1, 3 | 5, 5 | 4, 4), x = (0, 0 | 1, 1 | 0, 0).
    #[test]
    fn differences_and_means_by_hand() {
        let (sample, weights, mut model) = worked::panel("ols");
        model.effects = Effects::FirstDifference;
        model.small_sample = Some(SmallSample::Corrected);
        let made = made_panel(sample.clone(), model.effects);
        assert_eq!(made.y, [4.0, 2.0, -1.0, -1.0]);
        assert_eq!(made.x, [[1.0, 1.0, -1.0, -1.0]]);
        assert_eq!(made.periods, sample.periods[1..]);
        let problem = Problem::new(&made, &weights, &model).expect("the same units");
        let fit = find("ols").expect("listed").fit(&problem).expect("a fit").fit;
        // b = 8/4 without a constant, e = (2, 0 | 1, 1), σ² = 6/3, its standard error √(2/4).
        assert_eq!(fit.estimates.len(), 2);
        let b = &fit.estimates[0];
        assert!((b.value - 2.0).abs() < 1e-14 && (b.std_error - 0.5_f64.sqrt()).abs() < 1e-14);
        assert_eq!(fit.statistics[&Statistic::N], 4.0);
        assert_eq!(fit.statistics[&Statistic::ResidualDf], 3.0);
        assert!(fit.estimates.iter().all(|e| e.term != Term::Constant));
        let means = made_panel(sample, Effects::Between);
        assert_eq!((means.y.as_slice(), means.n_periods()), ([10.0 / 3.0, 4.0].as_slice(), 1));
    }
}
