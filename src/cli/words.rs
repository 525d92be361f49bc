//! The words that a specification may use, from the rooms that define them.

use super::schemes;
use crate::diagnostic::DIAGNOSTICS;
use crate::estimator::{self, ESTIMATORS, changing, covariance, incidental, moments, transformed};
use crate::model::Model;
use crate::report::formats::FORMATS;
use crate::spec::vocabulary::{EstimatorWords, Sense, TestWords, Vocabulary};

/// The words that the rooms above define and a specification may use.
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        estimators: ESTIMATORS
            .iter()
            .map(|e| {
                let info = e.info();
                EstimatorWords {
                    name: info.name.to_owned(),
                    label: info.label.to_owned(),
                    small_sample: info.small_sample,
                    spatial: info.spatial.to_vec(),
                    durbin: info.durbin,
                    instruments: e.takes_instruments(),
                    moment_weights: e.takes_moment_weights(),
                    variance_components: e.takes_variance_components(),
                }
            })
            .collect(),
        schemes: schemes::words(),
        tests: DIAGNOSTICS
            .iter()
            .map(|d| TestWords {
                name: d.info().name.to_owned(),
                tests: d.info().tests.iter().map(|(name, _)| (*name).to_owned()).collect(),
                whole_periods: d.info().whole_periods,
                of_fit: d.info().of_fit,
            })
            .collect(),
        templates: vec!["table".to_owned()],
        formats: FORMATS.iter().map(|format| format.name().to_owned()).collect(),
        sense: Sense(Some(sense)),
        changing: Sense(Some(changing)),
    }
}

/// Whether a model can be estimated with weights that change over time.
fn changing(model: &Model) -> Result<(), String> {
    let Some(estimator) = estimator::find(&model.estimator) else { return Ok(()) };
    changing::supports(estimator, model)
}

/// Whether a model can be estimated at all, whatever the data.
fn sense(model: &Model) -> Result<(), String> {
    let Some(estimator) = estimator::find(&model.estimator) else { return Ok(()) };
    transformed::supports(estimator, model)?;
    moments::supports(estimator, model)?;
    estimator.supports(model)?;
    incidental::supports(estimator, model)?;
    covariance::supports(estimator, model)
}
