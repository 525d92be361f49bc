//! Means of the coefficients of cross-sections.
//!
//! *Model*: y_it = α_t + x_it'β_t + e_it, a regression of each period.
//! *Estimator*: θ̂ = Σ_t θ̂_t/T of the least-squares estimates θ̂_t = (a_t, b_t, σ²_t) of each period,
//! σ²_t = e_t'e_t/(N − k) with k coefficients, constant included.
//! *Standard errors*: how far the estimates of periods are from each other,
//!
//! ```text
//! V = Σ_t (θ̂_t − θ̂)(θ̂_t − θ̂)'/(T(T − 1)),   Student's t with T − 1 degrees of freedom
//! ```
//!
//! which allow for any dependence between the units of a period and take periods for independent;
//! `driscoll-kraay` weights products of periods near each other beside (Newey & West 1987), as is usual
//! where returns are over longer horizons.
//! *Statistics*: residuals are y − Xθ̂; they come from no likelihood, and there are none of it.
//! *Limits*: every regressor must vary between the units of every period; effects of units stay in the
//! errors, as does what they are correlated with.
//! *References*: Fama & MacBeth (1973); Petersen (2009), section 3; Cochrane (2005), section 12.3.

use super::goodness::{Ingredients, statistics};
use super::inference::{estimates, rows};
use super::problem::{combine, matrix};
use super::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::ColumnSpace;
use crate::model::{Effects, Model, Term};
use crate::outcome::{Fit, Reference, Statistic};

/// Means of the coefficients of cross-sections.
#[derive(Debug)]
pub struct FamaMacBeth;

static INFO: Info = Info {
    name: "fama-macbeth",
    label: "Fama–MacBeth",
    summary: "means over periods of the least squares of each period",
    reference: "Fama & MacBeth (1973); Petersen (2009)",
    version: 1,
    spatial: &[],
    small_sample: false,
    durbin: false,
};

impl Estimator for FamaMacBeth {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn supports(&self, model: &Model) -> Result<(), String> {
        if model.effects == Effects::None {
            return Ok(());
        }
        Err("each period has a constant of its own in Fama–MacBeth's cross-sections, so that effects of \
             periods are there and effects of units have no place: take effects = \"none\""
            .to_owned())
    }

    fn by_period(&self, _model: &Model) -> Result<(), String> {
        Ok(())
    }

    fn maximises_likelihood(&self) -> bool {
        false
    }

    fn averages_periods(&self) -> bool {
        true
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let t = problem.n_periods();
        if t < 2 {
            return Err(FitError::Unsupported(
                "one period has no coefficients of other periods to be compared with".to_owned(),
            ));
        }
        let each = of_each_period(problem)?;
        let values: Vec<f64> = each.iter().map(|of| of.iter().sum::<f64>() / t as f64).collect();
        let deviations = deviations(&each);
        let factor = t as f64 / (t - 1) as f64;
        let p = values.len();
        let covariance = Matrix::from_fn(p, p, |i, j| {
            factor * deviations[i].iter().zip(&deviations[j]).map(|(a, b)| a * b).sum::<f64>()
        });
        let mut terms = problem.linear_terms();
        terms.push(Term::Sigma2);
        let k = p - 1;
        let y = &problem.sample.y;
        let systematic = combine(problem.n(), &problem.columns(), &values[..k]);
        let innovations: Vec<f64> = y.iter().zip(&systematic).map(|(y, f)| y - f).collect();
        let mut statistics = statistics(
            problem,
            &Ingredients {
                loglik: f64::NAN,
                sigma2: values[k],
                innovations: &innovations,
                level_residual: &innovations,
                reduced_form: None,
                within_reduced_form: &[],
                slopes: k,
                spatial: 0,
            },
        );
        statistics.insert(Statistic::ResidualDf, (t - 1) as f64);
        let inference = Reference::Student { df: (t - 1) as f64 };
        let fit = Fit {
            estimator: INFO.name.to_owned(),
            estimator_version: INFO.version,
            effects: problem.model.effects,
            estimates: estimates(&terms, &values, &covariance, &inference),
            covariance: rows(&covariance),
            std_error_kind: "standard deviation of the coefficients of periods".to_owned(),
            inference,
            statistics,
            convergence: None,
            cautions: Vec::new(),
        };
        Ok(Estimated { fit, innovations, systematic, bread: None })
    }

    fn of_periods(&self, problem: &Problem<'_>) -> Result<Vec<Vec<f64>>, FitError> {
        Ok(deviations(&of_each_period(problem)?))
    }

    fn units_stand_alone(&self) -> bool {
        true
    }

    fn simulate(&self, _problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        at.systematic.iter().zip(errors).map(|(f, e)| f + e).collect()
    }
}

/// (θ̂_t − θ̂)/T for each parameter.
fn deviations(each: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let of = |one: &Vec<f64>| {
        let t = one.len() as f64;
        let mean = one.iter().sum::<f64>() / t;
        one.iter().map(|v| (v - mean) / t).collect()
    };
    each.iter().map(of).collect()
}

/// For each coefficient, then σ², the estimates of the periods.
fn of_each_period(problem: &Problem<'_>) -> Result<Vec<Vec<f64>>, FitError> {
    let n = problem.n_units();
    let columns = problem.columns();
    let k = columns.len();
    if n <= k {
        return Err(FitError::TooFew { free: n, parameters: k });
    }
    // What is collinear in all periods together is named; what is so in one, by the period.
    problem.within_space()?;
    let mut each = vec![Vec::with_capacity(problem.n_periods()); k + 1];
    for (period, name) in problem.sample.periods.iter().enumerate() {
        let rows = period * n..(period + 1) * n;
        let own: Vec<Vec<f64>> = columns.iter().map(|c| c[rows.clone()].to_vec()).collect();
        let space = ColumnSpace::new(&matrix(&own)).map_err(|found| {
            let terms = problem.linear_terms();
            let names: Vec<String> = found.iter().map(|c| terms[c.column].to_string()).collect();
            FitError::Unsupported(format!(
                "in period {name} alone the columns {} are collinear with the others, and \
                 Fama–MacBeth estimates each period alone",
                names.join(", ")
            ))
        })?;
        let y = &problem.sample.y[rows];
        let residual = space.residual(y);
        let ssr: f64 = residual.iter().map(|e| e * e).sum();
        let found = space.least_squares(y).into_iter().chain([ssr / (n - k) as f64]);
        each.iter_mut().zip(found).for_each(|(of, v)| of.push(v));
    }
    Ok(each)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{Period, VarName};
    use crate::model::{Normalisation, Regressor};
    use crate::panel::sample::Sample;
    use crate::weights::Weights;
    use crate::weights::tests::{undirected, units};

    /// Three units, two periods, x = −1, 0, 1. y = (0, 3, 0 | 2, 2, 8): a_t = 1, 4, b_t = 0, 3;
    /// e_t = (−1, 2, −1), (1, −2, 1), σ²_t = 6, 6. Means 2.5, 1.5, 6; V = (1.5² + 1.5²)/(2·1) = 2.25.
    #[test]
    fn two_cross_sections_by_hand() {
        let x = Regressor::new(VarName::new("x"), 0);
        let sample = Sample {
            units: units(3),
            periods: vec![Period(1), Period(2)],
            response: VarName::new("y"),
            y: vec![0.0, 3.0, 0.0, 2.0, 2.0, 8.0],
            regressors: vec![x.clone()],
            x: vec![vec![-1.0, 0.0, 1.0, -1.0, 0.0, 1.0]],
        };
        let weights =
            Weights::new(&units(3), &undirected(3, &[(0, 1), (1, 2)]), Normalisation::Row)
                .expect("a chain");
        let (_, _, mut model) = crate::estimator::worked::panel("ols");
        "fama-macbeth".clone_into(&mut model.estimator);
        model.regressors = vec![x];
        model.small_sample = None;
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let fit = FamaMacBeth.fit(&problem).expect("a fit").fit;
        for (e, (value, std_error)) in
            fit.estimates.iter().zip([(2.5, 1.5), (1.5, 1.5), (6.0, 0.0)])
        {
            assert!((e.value - value).abs() < 1e-13, "{} {}", e.term, e.value);
            assert!((e.std_error - std_error).abs() < 1e-13, "{} {}", e.term, e.std_error);
        }
        assert!((fit.covariance[0][1] - 2.25).abs() < 1e-13);
        assert_eq!(fit.inference, Reference::Student { df: 1.0 });
        // Y − Xθ̂ = (−1, .5, −4 | 1, −.5, 4).
        assert!((fit.statistics[&Statistic::Ssr] - 34.5).abs() < 1e-13);
        assert!(!fit.statistics.contains_key(&Statistic::Loglik));
    }
}
