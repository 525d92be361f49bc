//! Instrumental variables and generalised moments.
//!
//! | model | equation | estimator |
//! |---|---|---|
//! | `iv` | y = Xβ + effects + e, some of X correlated with e | two-stage least squares |
//! | `slm-2sls` | y = ρWy + Xβ + effects + e | spatial two-stage least squares |
//! | `sdm-2sls` | y = ρWy + Xβ + WXθ + effects + e | the same |
//! | `sem-gm` | y = Xβ + effects + u, u = λWu + e | moments of residuals, then feasible least squares |
//! | `sac-gm` | y = ρWy + Xβ + effects + u, u = λWu + e | two stages, moments, two stages of filtered variables |
//! | `sem-gm-het`, `sac-gm-het` | the same, each e of its own variance | the same with moments that hold then |
//!
//! | file | what it does |
//! |---|---|
//! | `design` | the columns of the equation and its instruments, effects removed |
//! | `stages` | two-stage least squares of a design |
//! | `two_stage` | `iv`, `slm-2sls`, `sdm-2sls` |
//! | `residuals` | λ from moments of residuals, and its variance |
//! | `squares` | W'W and its traces |
//! | `gm` | `sem-gm`, `sac-gm`, `sem-gm-het`, `sac-gm-het` |
//! | `assemble` | the fit that is kept |

mod assemble;
pub mod design;
pub mod gm;
mod residuals;
mod squares;
pub mod stages;
pub mod two_stage;

use super::Estimator;
use crate::model::{Model, Regressor};

/// Whether a model may have the instruments that it states, else why not. Needs no data.
pub fn supports(estimator: &dyn Estimator, model: &Model) -> Result<(), String> {
    if model.effects.is_random() && !estimator.maximises_likelihood() {
        return Err(format!(
            "`{}` removes effects of units, it has no random ones: take the estimator by maximum \
             likelihood, or effects `individual`",
            estimator.info().name
        ));
    }
    let stated = &model.instruments;
    if stated.is_none() {
        return Ok(());
    }
    let name = estimator.info().name;
    if !estimator.takes_instruments() {
        return Err(format!(
            "`{name}` has no instruments: take `iv` for a model without a spatial lag, `slm-2sls`, \
             `sdm-2sls` or `sac-gm` for one with"
        ));
    }
    if stated.endogenous.is_empty() && !stated.columns.is_empty() {
        return Err(
            "instruments are given, and no regressor that they stand for: name those that \
                    are correlated with the errors in `endogenous`"
                .to_owned(),
        );
    }
    let (wanted, given) = (stated.endogenous.len(), stated.columns.len());
    if given < wanted {
        return Err(format!(
            "{wanted} endogenous regressors need as many instruments at least (the order condition; \
             Wooldridge 2010, section 5.1), and {given} are given"
        ));
    }
    let own = |r: &&Regressor| model.regressors.contains(r);
    if let Some(twice) = stated.columns.iter().find(own) {
        return Err(format!(
            "`{twice}` is a regressor, and so no instrument: it is in the equation"
        ));
    }
    Ok(())
}
