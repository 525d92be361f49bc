//! Process, units, weights → numbers. Pure: the same process gives the same numbers.

use super::{Column, Process};
use crate::math::linalg::dot;
use crate::math::random::Stream;
use crate::weights::Weights;
use std::collections::BTreeMap;

/// What was drawn, each column stacked by period over the periods of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// The right-hand columns, in the order of the process.
    pub columns: Vec<Vec<f64>>,
    /// The left-hand side.
    pub response: Vec<f64>,
}

/// Why the numbers cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CannotReach {
    /// The regressors, period effects and errors alone vary more than the response should.
    #[error(
        "without unit effects the response already has a standard deviation of {found:.4}, more than the {wanted} asked for"
    )]
    TooLittleSpread {
        /// Standard deviation asked for.
        wanted: f64,
        /// Standard deviation without unit effects.
        found: f64,
    },
}

/// Draws a panel of `weights.n()` units.
pub fn generate(process: &Process, weights: &Weights) -> Result<Drawn, CannotReach> {
    let n = weights.n();
    let scores: BTreeMap<&str, Vec<f64>> =
        process.columns.iter().map(|c| (c.name.as_str(), score(process, c, n))).collect();
    let skip = process.presample() * n;
    let whole: Vec<Vec<f64>> =
        process.columns.iter().map(|c| values(c, &shared(c, &scores), skip)).collect();
    let response = response(process, weights, &whole)?;
    Ok(Drawn { columns: whole.into_iter().map(|c| c[skip..].to_vec()).collect(), response })
}

fn stream(process: &Process, column: &str, part: &str) -> Stream {
    Stream::new(process.seed.stream(&format!("simulate/{column}/{part}")), 0)
}

fn normals(mut stream: Stream, count: usize) -> Vec<f64> {
    (0..count).map(|_| stream.normal()).collect()
}

/// A column's own score over presample and file: unit part, common trend, AR(1).
fn score(process: &Process, column: &Column, n: usize) -> Vec<f64> {
    let periods = process.presample() + process.n_periods();
    let unit = standardised(&normals(stream(process, &column.name, "unit"), n));
    let trend = trend(process);
    let rest = autoregression(process, column, n, periods);
    let own = (1.0 - column.unit - column.trend).max(0.0).sqrt();
    (0..periods * n)
        .map(|at| {
            column.unit.sqrt() * unit[at % n] + column.trend.sqrt() * trend[at / n] + own * rest[at]
        })
        .collect()
}

/// Time with mean 0 and variance 1 over the periods of the file.
fn trend(process: &Process) -> Vec<f64> {
    let t = process.n_periods() as f64;
    let sd = ((t * t - 1.0) / 12.0).sqrt().max(1.0);
    let first = -(process.presample() as f64);
    (0..process.presample() + process.n_periods())
        .map(|s| (first + s as f64 - (t - 1.0) / 2.0) / sd)
        .collect()
}

/// A stationary AR(1) of variance 1 for each unit, stacked by period.
fn autoregression(process: &Process, column: &Column, n: usize, periods: usize) -> Vec<f64> {
    let mut w = normals(stream(process, &column.name, "time"), n * periods);
    let phi = column.persistence;
    let fresh = (1.0 - phi * phi).sqrt();
    for at in n..w.len() {
        w[at] = phi * w[at - n] + fresh * w[at];
    }
    w
}

/// The column's score, mixed with that of the column it follows.
fn shared(column: &Column, scores: &BTreeMap<&str, Vec<f64>>) -> Vec<f64> {
    let own = &scores[column.name.as_str()];
    match &column.follows {
        None => own.clone(),
        Some((other, share)) => own
            .iter()
            .zip(&scores[other.as_str()])
            .map(|(own, other)| share.sqrt() * other + (1.0 - share).sqrt() * own)
            .collect(),
    }
}

/// Shapes a score, then shifts and scales it to the moments wanted after `skip`.
fn values(column: &Column, score: &[f64], skip: usize) -> Vec<f64> {
    let k = column.shape;
    let shape = |z: f64| if k == 0.0 { z } else { k.signum() * libm::exp(k * z) };
    let shaped: Vec<f64> = score.iter().map(|&z| shape(z)).collect();
    let (mean, sd) = moments(&shaped[skip..]);
    shaped.iter().map(|v| column.mean + column.sd * (v - mean) / sd).collect()
}

/// y = (I − ρW)⁻¹(Xβ + τ + e) + c·(I − ρW)⁻¹μ + constant, c for the standard deviation and the
/// constant for the mean.
fn response(
    process: &Process,
    weights: &Weights,
    columns: &[Vec<f64>],
) -> Result<Vec<f64>, CannotReach> {
    let (n, wanted) = (weights.n(), &process.response);
    let unit = standardised(&normals(stream(process, &wanted.name, "unit"), n));
    let mu: Vec<f64> = (0..n * process.n_periods()).map(|at| unit[at % n]).collect();
    let base = weights.resolve(wanted.rho, &without_unit_effects(process, n, columns));
    let spread = weights.resolve(wanted.rho, &mu);
    let c = scale_of_unit_effects(&base, &spread, wanted.sd)?;
    let y: Vec<f64> = base.iter().zip(&spread).map(|(b, s)| b + c * s).collect();
    let (mean, _) = moments(&y);
    Ok(y.iter().map(|v| v + wanted.mean - mean).collect())
}

/// Xβ + τ + e over the periods of the file.
fn without_unit_effects(process: &Process, n: usize, columns: &[Vec<f64>]) -> Vec<f64> {
    let (wanted, skip, t) = (&process.response, process.presample(), process.n_periods());
    let period = normals(stream(process, &wanted.name, "period"), t);
    let error = normals(stream(process, &wanted.name, "error"), n * t);
    let mut v: Vec<f64> =
        (0..n * t).map(|at| wanted.period_sd * period[at / n] + wanted.sigma * error[at]).collect();
    for (name, lag, coefficient) in &wanted.coefficients {
        let place = process.columns.iter().position(|c| c.name == *name);
        let column = &columns[place.expect("the specification checked the name")];
        let start = (skip - *lag as usize) * n;
        v.iter_mut().zip(&column[start..]).for_each(|(v, x)| *v += coefficient * x);
    }
    v
}

/// The positive c with sd(base + c·spread) = `sd`: var(base) + 2c·cov + c²·var(spread) = sd².
fn scale_of_unit_effects(base: &[f64], spread: &[f64], sd: f64) -> Result<f64, CannotReach> {
    let (a, b) = (centred(base), centred(spread));
    let degrees = base.len() as f64 - 1.0;
    let (aa, ab, bb) = (dot(&a, &a) / degrees, dot(&a, &b) / degrees, dot(&b, &b) / degrees);
    if aa >= sd * sd {
        return Err(CannotReach::TooLittleSpread { wanted: sd, found: aa.sqrt() });
    }
    Ok((-ab + (ab * ab + bb * (sd * sd - aa)).sqrt()) / bb)
}

fn centred(v: &[f64]) -> Vec<f64> {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|x| x - mean).collect()
}

/// Mean and standard deviation, divisor n − 1.
fn moments(v: &[f64]) -> (f64, f64) {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    let square: f64 = v.iter().map(|x| (x - mean).powi(2)).sum();
    (mean, (square / (v.len() as f64 - 1.0)).sqrt())
}

/// Mean 0 and variance 1, divisor n.
fn standardised(v: &[f64]) -> Vec<f64> {
    let centred = centred(v);
    let sd = (dot(&centred, &centred) / v.len() as f64).sqrt();
    centred.iter().map(|x| x / sd).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_solves_its_equation() {
        // base ±1 (variance 4/3 with n − 1 = 3), spread orthogonal to it with the same variance:
        // sd² = 4/3 + c²·4/3 = 12 gives c² = 8.
        let base = [1.0, -1.0, 1.0, -1.0];
        let spread = [1.0, 1.0, -1.0, -1.0];
        let c = scale_of_unit_effects(&base, &spread, 12.0_f64.sqrt()).unwrap();
        assert!((c - 8.0_f64.sqrt()).abs() < 1e-14);
        assert!(scale_of_unit_effects(&base, &spread, 1.0).is_err());
    }

    #[test]
    fn a_column_has_its_moments_after_the_presample_whatever_its_shape() {
        for shape in [0.0, 0.7, -0.7] {
            let column = Column {
                name: "x".into(),
                mean: 3.0,
                sd: 0.5,
                unit: 0.0,
                trend: 0.0,
                persistence: 0.0,
                shape,
                follows: None,
                exp_as: None,
            };
            let v = values(&column, &[9.0, -1.0, 0.2, 1.0, 0.4], 1);
            let (mean, sd) = moments(&v[1..]);
            assert!((mean - 3.0).abs() < 1e-14 && (sd - 0.5).abs() < 1e-14);
            assert!(v[1] < v[2] && v[2] < v[4] && v[4] < v[3] && v[3] < v[0], "order is kept");
        }
    }
}
