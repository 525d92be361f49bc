//! What can be estimated where W changes from period to period.
//!
//! With W_t the lag of a period is W_t y_t, and |I − ρW| of the stacked sample the product of the
//! periods' (Lee & Yu 2012, "QML estimation of spatial dynamic panel data models with time varying
//! spatial weights matrices", Spatial Economic Analysis 7, section 2). Units' dummies are removed
//! from W_t y_t as from every other column; errors that are filtered by W_t are another matter,
//! which [`Estimator::by_period`] answers.

use super::{Estimator, FitError, Problem};
use crate::model::{Effects, LagOrder, Model, Term};

/// Whether a model can be estimated with a matrix for each period.
///
/// # Errors
/// The reason and its source, as a sentence.
pub fn supports(estimator: &dyn Estimator, model: &Model) -> Result<(), String> {
    estimator.by_period(model)?;
    let changing = "weights that change over time";
    if model.effects.is_random() {
        return Err(format!(
            "the likelihood of random effects here rests on one W for all periods, not on {changing}: \
             take fixed effects"
        ));
    }
    if model.effects.is_of_made_panel() {
        return Err(format!(
            "differences and means over periods of what neighbours have are not those of the neighbours \
             under {changing}: take individual effects"
        ));
    }
    if model.dynamics.is_some() {
        return Err(format!(
            "with {changing} the spatial lag of the past is W of the past, and stability depends on the \
             order of periods (Lee & Yu 2012), which is not there: leave `dynamics` out"
        ));
    }
    if !model.correction.is_none() {
        return Err(format!(
            "correction = \"{}\" differences units out of W y, which {changing} do not allow (Lee & Yu \
             2010, section 3, has one W): leave it out",
            model.correction.name()
        ));
    }
    if model.lag_order == LagOrder::DemeanThenLag {
        return Err(format!(
            "lag_order = \"demean-then-lag\" leaves units' effects in the lag under {changing}: take \
             \"lag-then-demean\""
        ));
    }
    Ok(())
}

/// Whether the matrices of a sample go with the model.
///
/// # Errors
/// [`FitError::Unsupported`] with the reason.
pub fn check(estimator: &dyn Estimator, problem: &Problem<'_>) -> Result<(), FitError> {
    let (model, weights) = (problem.model, problem.weights);
    if !weights.is_by_period() && !problem.error_weights.is_by_period() {
        return Ok(());
    }
    supports(estimator, model).map_err(FitError::Unsupported)?;
    let filtered = estimator.info().spatial.contains(&Term::Lambda);
    if filtered && model.effects == Effects::Time && weights.common_row_sum().is_none() {
        return Err(FitError::Unsupported(
            "period effects in spatially filtered errors need rows of W that sum to one number in all \
             periods: take normalise = \"row\", without units that have no neighbour"
                .to_owned(),
        ));
    }
    Ok(())
}
