//! Whether unit means say anything beside the regressors: the test of correlated random effects.
//!
//! *Null*: the coefficients of all unit means are zero: random effects are uncorrelated with the
//! regressors, Durbin terms among them. Wald statistic with the covariance of the fit, χ²(number of
//! means) (Mundlak 1978; Debarsy 2012 for models with a spatial lag).

use crate::estimator::wald::computed;
use crate::math::linalg::inverse_quadratic;
use crate::model::Term;
use crate::outcome::{Basis, Fit, Test, TestOutcome};
use std::collections::BTreeMap;

/// Raw name of the test.
pub const NAME: &str = "mundlak";

/// The test at a fit; `None` for a model without unit means.
pub fn test(fit: &Fit) -> Option<Test> {
    if !fit.effects.has_unit_means() {
        return None;
    }
    let of_mean = |term: &Term| matches!(term, Term::Variable(r) if r.is_unit_mean());
    let at: Vec<usize> =
        (0..fit.estimates.len()).filter(|&i| of_mean(&fit.estimates[i].term)).collect();
    let mut values: Vec<f64> = at.iter().map(|&i| fit.estimates[i].value).collect();
    let mut covariance: Vec<f64> = at
        .iter()
        .flat_map(|&i| at.iter().map(move |&j| (i, j)))
        .map(|(i, j)| fit.covariance[i][j])
        .collect();
    let wald = if at.is_empty() { None } else { inverse_quadratic(&mut covariance, &mut values) };
    let outcome = wald.map_or_else(
        || TestOutcome::NotApplicable {
            reason: "no unit mean has a coefficient of its own".to_owned(),
        },
        |wald| computed(wald, at.len(), &fit.inference),
    );
    Some(Test {
        name: NAME.to_owned(),
        basis: Basis::Fit,
        outcome,
        details: BTreeMap::new(),
        bootstrap: None,
    })
}
