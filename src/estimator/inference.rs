//! Covariance → standard errors, statistics, p-values and intervals: the one place where a
//! p-value of a coefficient is made.

use super::FitError;
use crate::math::Matrix;
use crate::math::dist::{NORMAL_975, normal_two_sided, student_975, student_two_sided};
use crate::model::Term;
use crate::outcome::{Convergence, Estimate, Reference};
use crate::weights::spectrum::Spectrum;

/// Estimates of `terms` at `values` with the diagonal of `covariance`.
pub fn estimates(
    terms: &[Term],
    values: &[f64],
    covariance: &Matrix,
    reference: &Reference,
) -> Vec<Estimate> {
    terms
        .iter()
        .zip(values)
        .enumerate()
        .map(|(i, (term, &value))| {
            estimate(term.clone(), value, covariance[(i, i)].sqrt(), reference)
        })
        .collect()
}

/// A value with its standard error: statistic, p-value, 95 % interval.
pub fn estimate(term: Term, value: f64, std_error: f64, reference: &Reference) -> Estimate {
    let quantile = match reference {
        Reference::Normal => NORMAL_975,
        Reference::Student { df } => student_975(*df),
    };
    let statistic = value / std_error;
    let p_value = match reference {
        Reference::Normal => normal_two_sided(statistic),
        Reference::Student { df } => student_two_sided(statistic, *df),
    };
    Estimate {
        term,
        value,
        std_error,
        statistic,
        p_value,
        conf_low: value - quantile * std_error,
        conf_high: value + quantile * std_error,
    }
}

/// A symmetric matrix as rows.
pub fn rows(m: &Matrix) -> Vec<Vec<f64>> {
    (0..m.nrows()).map(|i| m.row(i).iter().copied().collect()).collect()
}

/// The optimum of a spatial parameter with its checks: the score must be below 1e-8·n, and an
/// estimate within a thousandth of the interval's length of an end is marked.
pub fn convergence(
    parameter: &'static str,
    at: f64,
    score: f64,
    iterations: u32,
    n: usize,
    spectrum: &Spectrum,
) -> Result<Convergence, FitError> {
    let bound = 1e-8 * n as f64;
    // A score that is NaN must fail too, so the comparison is written for the good case.
    let small = score.abs() <= bound;
    if !small {
        return Err(FitError::Score { parameter, score, bound });
    }
    let (low, high) = spectrum.interval();
    let margin = 1e-3 * (high - low);
    let at_edge = at - low < margin || high - at < margin;
    Ok(Convergence { iterations, score, interval: (low, high), at_edge, second: None })
}

/// The sentence a reader needs when an estimate lies at the edge of its interval.
pub fn edge_caution(parameter: &str, at: f64, convergence: &Convergence) -> Option<String> {
    let (low, high) = convergence.interval;
    convergence.at_edge.then(|| {
        format!(
            "{parameter} = {at:.4} lies at the edge of its interval ({low:.4}, {high:.4}): \
             normal standard errors and p-values do not apply there"
        )
    })
}
