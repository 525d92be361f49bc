//! How far regressors are combinations of each other.
//!
//! ```text
//! vif               1/(1 − R²_j), the largest; R²_j of regressor j on the others, effects removed
//! condition-number  largest over smallest singular value of X, columns of length 1
//! ```
//!
//! Measures, no tests. Of a pooled model the constant is among the columns of the condition number, not
//! centred (Belsley, Kuh & Welsch 1980, section 3.3); effects are removed first. Common readings: VIF
//! above 10, condition number above 30.

use super::made::{measure, test};
use super::{BaseFit, Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::problem::matrix;
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, symmetric_eigenvalues};
use crate::outcome::Test;

/// Collinearity.
#[derive(Debug)]
pub struct Collinearity;

static INFO: Info = Info {
    name: "collinearity",
    summary: "variance inflation factors and condition number of the regressors",
    tests: &[
        ("vif", "Variance inflation factor (largest)"),
        ("condition-number", "Condition number"),
    ],
    reference: "Belsley, Kuh & Welsch (1980), chapter 3; Marquardt (1970)",
    version: 1,
    whole_periods: true,
    of_fit: false,
};

impl Diagnostic for Collinearity {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let each = |base| {
            of_base(context, base).unwrap_or_else(|why| not_applicable(&INFO, base.basis, &why))
        };
        Findings { tests: context.bases().iter().flat_map(each).collect(), verdicts: Vec::new() }
    }
}

fn of_base(context: &Context<'_>, base: &BaseFit) -> Result<Vec<Test>, String> {
    let problem = context.problem(base);
    if base.model.effects.is_random() {
        return Err(
            "the effects of units are random: the pooled regressors are looked at".to_owned()
        );
    }
    if problem.sample.x.is_empty() {
        return Err("there are no regressors".to_owned());
    }
    problem.within_space().map_err(|why| why.to_string())?;
    let within: Vec<Vec<f64>> = problem.columns().iter().map(|c| problem.within(c)).collect();
    let constant = usize::from(!problem.has_effects());
    let mut slopes: Vec<Vec<f64>> = within[constant..].to_vec();
    for column in &mut slopes {
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        column.iter_mut().for_each(|v| *v -= mean);
    }
    let space = ColumnSpace::new(&matrix(&slopes))
        .map_err(|_| "a regressor is a combination of the others".to_owned())?;
    let inverse = space.gram_inverse();
    let factors: Vec<f64> =
        slopes.iter().enumerate().map(|(j, x)| dot(x, x) * inverse[(j, j)]).collect();
    let mut vif = test("vif", base.basis, measure(factors.iter().copied().fold(1.0, f64::max)));
    let names = problem.sample.regressors.iter().map(|r| format!("vif:{r}"));
    vif.details = names.zip(factors).collect();
    let found =
        condition(&within).ok_or_else(|| "the eigenvalues could not be computed".to_owned());
    Ok(vec![vif, test("condition-number", base.basis, found.and_then(measure))])
}

fn condition(columns: &[Vec<f64>]) -> Option<f64> {
    let sizes: Vec<f64> = columns.iter().map(|c| dot(c, c).sqrt()).collect();
    let gram = Matrix::from_fn(columns.len(), columns.len(), |i, j| {
        dot(&columns[i], &columns[j]) / (sizes[i] * sizes[j])
    });
    let values = symmetric_eigenvalues(&gram)?;
    Some((values.last()? / values.first()?).sqrt())
}
