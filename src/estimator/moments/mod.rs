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
//! | `halves` | an equation within units and between them, of random effects |
//! | `ec2sls` | `slm-2sls`, `sdm-2sls` with random effects |
//! | `kkp` | `sem-gm`, `sac-gm` with random effects |
//! | `assemble` | the fit that is kept |

mod assemble;
pub mod design;
mod ec2sls;
pub mod gm;
mod halves;
mod kkp;
mod residuals;
mod squares;
pub mod stages;
pub mod two_stage;

use super::{Estimator, FitError, Problem};
use crate::model::{Model, Regressor};

/// The equation that is estimated by instruments, with a spatial lag of the response or without: that
/// of the effects removed, and under random effects the one of which errors are alike and uncorrelated.
///
/// # Errors
/// Collinear columns, too few instruments, no residual degrees of freedom.
pub fn equation(problem: &Problem<'_>, lag: bool) -> Result<design::Design, FitError> {
    if problem.model.effects.is_random() {
        return ec2sls::estimated(problem, lag);
    }
    design::Design::new(problem, lag)
}

/// Why an estimator by moments has no random effects.
fn no_random_effects(name: &str) -> String {
    format!(
        "`{name}` removes effects of units, it has no random ones: take the estimator by maximum \
         likelihood, or effects `individual`"
    )
}

/// Whether a model may have the instruments that it states, else why not. Needs no data.
pub fn supports(estimator: &dyn Estimator, model: &Model) -> Result<(), String> {
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
