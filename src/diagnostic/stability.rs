//! Does a dynamic spatial panel settle?
//!
//! *Null*: τ + ρ + η = 1, at which the eigenvalue 1 of row-normalised W makes the process of period
//! averages a random walk while differences between units may still be stable (spatial cointegration,
//! Yu, de Jong & Lee 2012). *Statistic*: Wald, (τ + ρ + η − 1)²/Var, χ²(1); the sum has a normal limit
//! there, unlike the coefficient of a single series with a unit root, as the other N − 1 roots are
//! stable (Yu, de Jong & Lee 2012; Elhorst 2014, section 4.4).

use super::{Context, Diagnostic, Findings, Info};
use crate::estimator::covariance;
use crate::estimator::dynamic::Dynamics;
use crate::estimator::find;
use crate::math::dist::chi_squared_sf;
use crate::outcome::{Basis, NullDistribution, Test, TestOutcome};
use std::collections::BTreeMap;

/// τ + ρ + η against 1.
#[derive(Debug)]
pub struct Stability;

static INFO: Info = Info {
    name: "stability",
    summary: "whether τ + ρ + η of a dynamic model is 1",
    tests: &[("stability", "τ + ρ + η = 1")],
    reference: "Yu, de Jong & Lee (2012); Elhorst (2014), section 4.4",
    version: 1,
    whole_periods: true,
    of_fit: true,
};

impl Diagnostic for Stability {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let (outcome, details) = wald(context)
            .unwrap_or_else(|reason| (TestOutcome::NotApplicable { reason }, BTreeMap::new()));
        let name = INFO.tests[0].0.to_owned();
        let test = Test { name, basis: Basis::Fit, outcome, details, bootstrap: None };
        Findings { tests: vec![test], verdicts: Vec::new() }
    }
}

fn wald(context: &Context<'_>) -> Result<(TestOutcome, BTreeMap<String, f64>), String> {
    let problem = context.own();
    let name = &problem.model.estimator;
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    if problem.model.dynamics.is_none() {
        return Err("the model has no lags of the response".to_owned());
    }
    let fit = covariance::fit(estimator, &problem).map_err(|e| e.to_string())?.fit;
    let dynamics = Dynamics::of(problem.model, &fit).ok_or("the model has no spatial lag")?;
    let at = dynamics.positions();
    let variance: f64 =
        at.iter().map(|&i| at.iter().map(|&j| fit.covariance[i][j]).sum::<f64>()).sum();
    let sum = dynamics.persistence();
    let statistic = (sum - 1.0).powi(2) / variance;
    let outcome = TestOutcome::Computed {
        statistic,
        null: NullDistribution::ChiSquared { df: 1 },
        p_value: Some(chi_squared_sf(statistic, 1)),
    };
    let details = [("sum".to_owned(), sum), ("se:sum".to_owned(), variance.sqrt())];
    Ok((outcome, details.into_iter().collect()))
}
