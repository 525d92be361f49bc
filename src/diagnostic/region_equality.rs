//! Are the coefficients of some regressors the same in every region?
//!
//! *Null*: β_r = β for the regions r = 1 … R, which divide the units. *Unrestricted model*: the
//! cell's own (its estimator, effects and W over all units, periods common to all), with a column
//! x·1[unit in r] for each region in the place of x.
//!
//! ```text
//! W = (Cb)'(CVC')⁻¹Cb,   C: b_r − b_1 for r = 2 … R of each of p regressors      χ²(p(R − 1))
//! ```
//!
//! For least squares with Student's t, W/q is held against F(q, residual df). Effects of periods are
//! those of all regions together; the other coefficients, ρ and λ are common. A bootstrap generates
//! y* by the cell's own fit, over all units at once: whichever scheme, a replicate draws for all
//! regions together, so that dependence across their borders is kept as far as the scheme keeps
//! dependence between units (whole cross-sections do).
//!
//! *References*: Chow (1960) with the covariance of Wald (1943); Greene (2018), section 6.4; for the
//! joint draws Gonçalves (2011).

use super::null::NullStatistics;
use super::{Asked, Context, Diagnostic, Findings, Info, by_name};
use crate::estimator::leverage::Hat;
use crate::estimator::wald::computed;
use crate::estimator::{Estimated, Estimator, Problem, find};
use crate::math::linalg::inverse_quadratic;
use crate::model::Model;
use crate::model::splits::Coefficients;
use crate::outcome::{Basis, Fit, Test, TestOutcome};
use crate::panel::interaction::by_group;
use crate::panel::sample::Sample;
use std::collections::BTreeMap;

/// Equal coefficients across regions.
#[derive(Debug)]
pub struct RegionEquality;

static INFO: Info = Info {
    name: "region-equality",
    summary: "equal coefficients across regions, in the cell's own model",
    tests: &[("region-equality", "Equal coefficients of the regions")],
    reference: "Chow (1960); Wald (1943); Greene (2018), section 6.4",
    version: 1,
    whole_periods: true,
    of_fit: true,
};

const TESTS: [&str; 1] = [INFO.tests[0].0];

impl Diagnostic for RegionEquality {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let problem = context.own();
        let found = Split::new(&problem, context.asked()).and_then(|split| {
            let fit = split.fit(&problem, &problem.sample.y)?;
            Ok((split.outcome(&problem, &fit)?, split.details(&problem, &fit)))
        });
        let (outcome, details) =
            found.unwrap_or_else(|reason| (TestOutcome::NotApplicable { reason }, BTreeMap::new()));
        let name = TESTS[0].to_owned();
        let test = Test { name, basis: Basis::Fit, outcome, details, bootstrap: None };
        Findings { tests: vec![test], verdicts: Vec::new() }
    }

    fn nulls<'c>(&self, context: &'c Context<'c>) -> Vec<Box<dyn NullStatistics + 'c>> {
        let null = null(context).map(|null| Box::new(null) as Box<dyn NullStatistics>);
        null.into_iter().collect()
    }
}

/// The unrestricted model.
struct Split {
    estimator: &'static dyn Estimator,
    sample: Sample,
    model: Model,
    /// Where the columns of each split regressor stand, region by region.
    places: Vec<Vec<usize>>,
}

impl Split {
    fn new(problem: &Problem<'_>, asked: &Asked) -> Result<Self, String> {
        let (groups, of) = asked.regions.as_ref().ok_or("no regions were named")?;
        match groups.names.as_slice() {
            [] => return Err("the cell has no unit in any of the regions".to_owned()),
            [only] => return Err(format!("all units of the cell lie in one region, `{only}`")),
            _ => {}
        }
        if !problem.model.instruments.endogenous.is_empty() {
            let reason =
                "coefficients by region of endogenous regressors need instruments by region";
            return Err(reason.to_owned());
        }
        if problem.model.dynamics.is_some() && *of == Coefficients::All {
            return Err(
                "persistence that differs between regions is no model of one process over \
                        their borders; compare the coefficients of the measure"
                    .to_owned(),
            );
        }
        let split = asked.positions(*of, problem.sample.x.len());
        let (sample, places) = by_group(problem.sample, &split, groups);
        let name = &problem.model.estimator;
        let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
        let model = Model { regressors: sample.regressors.clone(), ..problem.model.clone() };
        Ok(Self { estimator, sample, model, places })
    }

    /// The unrestricted fit of a response.
    fn fit(&self, problem: &Problem<'_>, y: &[f64]) -> Result<Fit, String> {
        let sample = Sample { y: y.to_vec(), ..self.sample.clone() };
        let problem = Problem { sample: &sample, model: &self.model, ..*problem };
        let fitted = self.estimator.fit(&problem).map(|fitted| fitted.fit);
        fitted.map_err(|e| format!("the model with coefficients by region has no fit: {e}"))
    }

    /// W or W/q, against its distribution.
    fn outcome(&self, problem: &Problem<'_>, fit: &Fit) -> Result<TestOutcome, String> {
        let first = usize::from(!problem.has_effects());
        let pairs: Vec<(usize, usize)> = self
            .places
            .iter()
            .flat_map(|places| places[1..].iter().map(|&r| (first + r, first + places[0])))
            .collect();
        let at = |(i, j): (usize, usize)| fit.covariance[i][j];
        let mut difference: Vec<f64> = pairs
            .iter()
            .map(|&(r, base)| fit.estimates[r].value - fit.estimates[base].value)
            .collect();
        let mut covariance: Vec<f64> = pairs
            .iter()
            .flat_map(|&(a, b)| pairs.iter().map(move |&(c, d)| (a, b, c, d)))
            .map(|(a, b, c, d)| at((a, c)) - at((a, d)) - at((b, c)) + at((b, d)))
            .collect();
        let wald = inverse_quadratic(&mut covariance, &mut difference)
            .ok_or("the coefficients of the regions have no covariance of full rank")?;
        Ok(computed(wald, pairs.len(), &fit.inference))
    }

    /// Coefficients and standard errors by region.
    fn details(&self, problem: &Problem<'_>, fit: &Fit) -> BTreeMap<String, f64> {
        let first = usize::from(!problem.has_effects());
        let places = self.places.iter().flatten();
        places.flat_map(|place| by_name(&fit.estimates[first + place])).collect()
    }
}

/// The cell's own fit, in which the regions share their coefficients.
struct Null<'c> {
    problem: Problem<'c>,
    at: Estimated,
    split: Split,
}

fn null<'c>(context: &'c Context<'c>) -> Option<Null<'c>> {
    let problem = context.own();
    let split = Split::new(&problem, context.asked()).ok()?;
    let at = split.estimator.fit(&problem).ok()?;
    Some(Null { problem, at, split })
}

impl NullStatistics for Null<'_> {
    fn basis(&self) -> Basis {
        Basis::Fit
    }

    fn tests(&self) -> &[&'static str] {
        &TESTS
    }

    fn innovations(&self) -> &[f64] {
        &self.at.innovations
    }

    fn residual_df(&self) -> f64 {
        self.at.residual_df()
    }

    fn leverages(&self) -> Vec<f64> {
        self.split.estimator.leverages(&self.problem, &self.at)
    }

    fn hat(&self) -> Option<Hat> {
        Some(self.split.estimator.hat(&self.problem, &self.at))
    }

    fn evaluate(&self, errors: &[f64]) -> Vec<Option<f64>> {
        let y = self.split.estimator.simulate(&self.problem, &self.at, errors);
        let fit = self.split.fit(&self.problem, &y);
        let outcome = fit.and_then(|fit| self.split.outcome(&self.problem, &fit));
        vec![match outcome {
            Ok(TestOutcome::Computed { statistic, .. }) => Some(statistic),
            Ok(TestOutcome::NotApplicable { .. }) | Err(_) => None,
        }]
    }
}
