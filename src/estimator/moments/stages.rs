//! Two-stage least squares: δ = (Ẑ'Ẑ)⁻¹Ẑ'y, Ẑ the projection of Z on the instruments.

use super::design::Design;
use crate::estimator::problem::{combine, matrix};
use crate::estimator::{FitError, Problem};
use crate::math::Matrix;
use crate::math::linalg::ColumnSpace;

/// Two-stage least squares of an equation.
#[derive(Debug)]
pub struct Stages {
    /// δ
    pub coefficients: Vec<f64>,
    /// y − Zδ
    pub residuals: Vec<f64>,
    /// Columns of Ẑ.
    pub projected: Vec<Vec<f64>>,
    /// (Ẑ'Ẑ)⁻¹
    pub gram_inverse: Matrix,
}

impl Stages {
    /// Of a design as it is.
    pub fn of(design: &Design) -> Result<Self, FitError> {
        Self::solve(design, &design.y, &design.columns, &design.endogenous)
    }

    /// Of a design filtered by I − λW: y − λWy on Z − λWZ, by the same instruments.
    pub fn filtered(problem: &Problem<'_>, design: &Design, lambda: f64) -> Result<Self, FitError> {
        let filter = |v: &Vec<f64>| filtered(problem, lambda, v);
        let columns: Vec<Vec<f64>> = design.columns.iter().map(filter).collect();
        if design.endogenous.iter().any(|e| *e) {
            // X − λWX is no combination of instruments where powers of W are few: all are projected.
            Self::solve(design, &filter(&design.y), &columns, &vec![true; columns.len()])
        } else {
            Self::solve(design, &filter(&design.y), &columns, &design.endogenous)
        }
    }

    fn solve(
        design: &Design,
        y: &[f64],
        columns: &[Vec<f64>],
        endogenous: &[bool],
    ) -> Result<Self, FitError> {
        let project = |(z, endogenous): (&Vec<f64>, &bool)| -> Vec<f64> {
            if !endogenous {
                return z.clone();
            }
            let rest = design.instruments.residual(z);
            z.iter().zip(&rest).map(|(z, r)| z - r).collect()
        };
        let projected: Vec<Vec<f64>> = columns.iter().zip(endogenous).map(project).collect();
        let space = ColumnSpace::new(&matrix(&projected)).map_err(|found| {
            let name = |c: &crate::math::linalg::Collinear| design.terms[c.column].to_string();
            FitError::NotIdentified { terms: found.iter().map(name).collect() }
        })?;
        let coefficients = space.least_squares(y);
        let fitted = combine(y.len(), columns, &coefficients);
        let residuals: Vec<f64> = y.iter().zip(&fitted).map(|(y, f)| y - f).collect();
        let size = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>();
        if size(&residuals) <= 1e-24 * size(y) || size(y) == 0.0 {
            return Err(FitError::PerfectFit);
        }
        Ok(Self { coefficients, residuals, projected, gram_inverse: space.gram_inverse() })
    }

    /// Columns of Ẑ(Ẑ'Ẑ)⁻¹: what the errors are multiplied with in δ.
    pub fn influence(&self) -> Vec<Vec<f64>> {
        let (k, n) = (self.projected.len(), self.residuals.len());
        let column = |j: usize| -> Vec<f64> {
            let weights: Vec<f64> = (0..k).map(|i| self.gram_inverse[(i, j)]).collect();
            combine(n, &self.projected, &weights)
        };
        (0..k).map(column).collect()
    }
}

/// (I − λW)v by period, W that of the errors.
pub(super) fn filtered(problem: &Problem<'_>, lambda: f64, v: &[f64]) -> Vec<f64> {
    let lag = problem.error_weights.lag(v);
    v.iter().zip(&lag).map(|(v, l)| v - lambda * l).collect()
}
