//! Whether instruments are strong, and whether they agree with each other.
//!
//! ```text
//! first-stage   F = ((S_X − S_H)/q)/(S_H/(n − a − L)), the smallest over the endogenous columns      F
//! sargan        n e'P_H e/e'e, e the two-stage residuals                                          χ²(L − k)
//! ```
//!
//! S_X and S_H are the residual sums of squares of an endogenous column (Wy among them) on the exogenous
//! regressors and on all L instruments H, q the instruments beside these regressors, a the absorbed
//! effects; all with effects removed. With more than one endogenous column each F can be large while
//! together they are weak (Sanderson & Windmeijer 2016). `sargan` holds with errors of equal variance.
//!
//! *References*: Sargan (1958); Staiger & Stock (1997); Wooldridge (2010), sections 5.2 and 6.3.

use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::moments::stages::Stages;
use crate::estimator::moments::{self, design::Design};
use crate::estimator::problem::matrix;
use crate::estimator::{Problem, find};
use crate::math::dist::{chi_squared_sf, f_sf};
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::Term;
use crate::outcome::{Basis, NullDistribution, Test, TestOutcome};
use std::collections::BTreeMap;

/// Strength and agreement of instruments.
#[derive(Debug)]
pub struct Instruments;

static INFO: Info = Info {
    name: "instruments",
    summary: "strength of instruments, and their agreement beyond what is needed",
    tests: &[("first-stage", "First stage F"), ("sargan", "Sargan")],
    reference: "Sargan (1958); Staiger & Stock (1997)",
    version: 1,
    whole_periods: false,
    of_fit: true,
};

impl Diagnostic for Instruments {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let problem = context.own();
        let tests = match design(&problem) {
            Ok(design) => vec![first_stage(&problem, &design), sargan(&problem, &design)],
            Err(reason) => not_applicable(&INFO, Basis::Fit, &reason),
        };
        Findings { tests, verdicts: Vec::new() }
    }
}

/// The equation of the cell's model, if it has instruments.
fn design(problem: &Problem<'_>) -> Result<Design, String> {
    let name = &problem.model.estimator;
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    if !estimator.takes_instruments() {
        return Err(format!("`{name}` has no instruments"));
    }
    let lag = estimator.info().spatial.contains(&Term::Rho);
    moments::equation(problem, lag).map_err(|why| why.to_string())
}

fn test(name: &str, outcome: TestOutcome, details: BTreeMap<String, f64>) -> Test {
    Test { name: name.to_owned(), basis: Basis::Fit, outcome, details, bootstrap: None }
}

fn first_stage(problem: &Problem<'_>, design: &Design) -> Test {
    let square = |v: &[f64]| dot(v, v);
    let exogenous: Vec<Vec<f64>> = design
        .columns
        .iter()
        .zip(&design.endogenous)
        .filter(|(_, endogenous)| !**endogenous)
        .map(|(column, _)| column.clone())
        .collect();
    let space = (!exogenous.is_empty()).then(|| ColumnSpace::new(&matrix(&exogenous)));
    let space = space.and_then(Result::ok);
    let absorbed = problem.model.effects.absorbed(problem.n_units(), problem.n_periods());
    let beside = design.instruments.rank() - exogenous.len();
    let df = problem.n() as f64 - absorbed as f64 - design.instruments.rank() as f64;
    let mut details = BTreeMap::new();
    let mut smallest = f64::INFINITY;
    let endogenous = design.columns.iter().zip(&design.endogenous).zip(&design.terms);
    for ((column, _), term) in endogenous.filter(|((_, endogenous), _)| **endogenous) {
        let without = match &space {
            Some(space) => square(&space.residual(column)),
            None => square(column),
        };
        let with = square(&design.instruments.residual(column));
        let f = ((without - with) / beside as f64) / (with / df);
        let name = if *term == Term::Rho { "W:y".to_owned() } else { term.to_string() };
        details.insert(format!("F:{name}"), f);
        smallest = smallest.min(f);
    }
    let outcome = if df > 0.0 && smallest.is_finite() {
        let numerator = u32::try_from(beside).unwrap_or(u32::MAX);
        TestOutcome::Computed {
            statistic: smallest,
            null: NullDistribution::F { numerator, denominator: df },
            p_value: Some(f_sf(smallest, numerator, df)),
        }
    } else {
        let reason = "the instruments leave no degrees of freedom".to_owned();
        TestOutcome::NotApplicable { reason }
    };
    test("first-stage", outcome, details)
}

fn sargan(problem: &Problem<'_>, design: &Design) -> Test {
    let extra = design.overidentified();
    let not = |reason: String| TestOutcome::NotApplicable { reason };
    let outcome = match Stages::of(design) {
        Err(why) => not(why.to_string()),
        Ok(_) if extra == 0 => {
            not("there are as many instruments as coefficients: all agree".to_owned())
        }
        Ok(stages) => {
            let coordinates = design.instruments.coordinates(&stages.residuals);
            let share = dot(&coordinates, &coordinates) / dot(&stages.residuals, &stages.residuals);
            let statistic = problem.n() as f64 * share;
            let df = u32::try_from(extra).unwrap_or(u32::MAX);
            TestOutcome::Computed {
                statistic,
                null: NullDistribution::ChiSquared { df },
                p_value: Some(chi_squared_sf(statistic, df)),
            }
        }
    };
    let details = BTreeMap::from([("instruments".to_owned(), design.instruments.rank() as f64)]);
    test("sargan", outcome, details)
}
