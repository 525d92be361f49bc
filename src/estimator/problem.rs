//! A sample, a weights matrix and a model whose units agree; and the sample with effects removed.

use super::FitError;
use super::covariance::Beside;
use super::transform::{demean, demeaned};
use crate::math::Matrix;
use crate::math::linalg::{Collinear, ColumnSpace};
use crate::math::optimize::Search;
use crate::model::{LagOrder, Model, Term};
use crate::panel::sample::Sample;
use crate::weights::Weights;

/// What an estimator is given. `sample` and `weights` have the same units in the same order.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'a> {
    /// The numbers.
    pub sample: &'a Sample,
    /// Who is whose neighbour.
    pub weights: &'a Weights,
    /// Who is whose neighbour in the errors, of a model with a spatial lag and a spatial error; the
    /// same as `weights` unless the model has its own.
    pub error_weights: &'a Weights,
    /// What is estimated.
    pub model: &'a Model,
    /// How the maximum of a likelihood is searched for.
    pub search: Search<'a>,
    /// What standard errors are made from beside the sample.
    pub beside: Beside<'a>,
}

impl<'a> Problem<'a> {
    /// Ties the three together; a matrix for other units or in another order is refused.
    pub fn new(
        sample: &'a Sample,
        weights: &'a Weights,
        model: &'a Model,
    ) -> Result<Self, FitError> {
        if sample.units != *weights.units() {
            return Err(FitError::OtherUnits);
        }
        let (search, beside) = (Search::PLAIN, Beside::default());
        Ok(Self { sample, weights, error_weights: weights, model, search, beside })
    }

    /// The same with another matrix for the errors; one for other units or in another order is
    /// refused.
    pub fn with_error_weights(self, weights: &'a Weights) -> Result<Self, FitError> {
        if self.sample.units != *weights.units() {
            return Err(FitError::OtherUnits);
        }
        Ok(Self { error_weights: weights, ..self })
    }

    /// Whether the errors have another matrix than the response.
    pub fn has_own_error_weights(&self) -> bool {
        !std::ptr::eq(self.weights, self.error_weights)
    }

    /// The problem with the matrix of the errors in the place of W.
    #[must_use]
    pub fn of_errors(&self) -> Self {
        Self { weights: self.error_weights, ..*self }
    }

    /// Number of units, N.
    pub fn n_units(&self) -> usize {
        self.sample.n_units()
    }

    /// Number of periods, T.
    pub fn n_periods(&self) -> usize {
        self.sample.n_periods()
    }

    /// Number of observations, N·T.
    pub fn n(&self) -> usize {
        self.sample.n()
    }

    /// The terms of the linear part, in the order of the columns: the constant of a pooled model,
    /// then the regressors.
    pub fn linear_terms(&self) -> Vec<Term> {
        let constant = (!self.has_effects()).then_some(Term::Constant);
        let variables = self.sample.regressors.iter().cloned().map(Term::Variable);
        constant.into_iter().chain(variables).collect()
    }

    /// Whether any effects are removed, the constant with them.
    pub fn has_effects(&self) -> bool {
        !self.model.effects.has_constant()
    }

    /// Columns of the linear part before effects are removed, each N·T.
    pub fn columns(&self) -> Vec<Vec<f64>> {
        let constant = (!self.has_effects()).then(|| vec![1.0; self.n()]);
        constant.into_iter().chain(self.sample.x.iter().cloned()).collect()
    }

    /// Qv for the model's effects.
    pub fn within(&self, v: &[f64]) -> Vec<f64> {
        demeaned(v, self.n_units(), self.model.effects)
    }

    /// The lag of v with effects removed: Q(Wv), or W(Qv) by the other convention.
    pub fn within_lag(&self, v: &[f64]) -> Vec<f64> {
        match self.model.lag_order {
            LagOrder::LagThenDemean => {
                let mut lag = self.weights.lag(v);
                demean(&mut lag, self.n_units(), self.model.effects);
                lag
            }
            LagOrder::DemeanThenLag => self.weights.lag(&self.within(v)),
        }
    }

    /// Xb for coefficients of the linear part, before effects are removed.
    pub fn linear_part(&self, coefficients: &[f64]) -> Vec<f64> {
        combine(self.n(), &self.columns(), coefficients)
    }

    /// (I − P_Q)v: the part of `v` that the effects explain.
    pub fn effects_part(&self, v: &[f64]) -> Vec<f64> {
        self.within(v).iter().zip(v).map(|(q, v)| v - q).collect()
    }

    /// QX as an orthonormal basis. Errors name collinear columns, and those that the effects
    /// absorb.
    pub fn within_space(&self) -> Result<ColumnSpace, FitError> {
        let columns = self.columns();
        let within: Vec<Vec<f64>> = columns.iter().map(|c| self.within(c)).collect();
        self.refuse_absorbed(&columns, &within)?;
        let free =
            self.n() - self.model.effects.absorbed(self.n_units(), self.n_periods()).min(self.n());
        if free <= within.len() {
            return Err(FitError::TooFew { free, parameters: within.len() });
        }
        ColumnSpace::new(&matrix(&within)).map_err(|found| self.collinear(&found))
    }

    /// A column that vanishes under Q says nothing beside the effects.
    fn refuse_absorbed(&self, raw: &[Vec<f64>], within: &[Vec<f64>]) -> Result<(), FitError> {
        let size = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
        let names: Vec<String> = self
            .linear_terms()
            .iter()
            .zip(raw.iter().zip(within))
            .filter(|(_, (raw, within))| size(within) <= 1e-10 * size(raw))
            .map(|(term, _)| term.to_string())
            .collect();
        if names.is_empty() {
            Ok(())
        } else {
            Err(FitError::Absorbed { columns: names, effects: self.model.effects })
        }
    }

    fn collinear(&self, found: &[Collinear]) -> FitError {
        let terms = self.linear_terms();
        FitError::Collinear {
            columns: found
                .iter()
                .map(|c| {
                    let of = c.of.iter().map(|&j| terms[j].to_string()).collect();
                    (terms[c.column].to_string(), of)
                })
                .collect(),
        }
    }
}

/// Columns side by side.
pub fn matrix(columns: &[Vec<f64>]) -> Matrix {
    let rows = columns.first().map_or(0, Vec::len);
    Matrix::from_fn(rows, columns.len(), |i, j| columns[j][i])
}

/// Σ coefficient × column, columns of length `n`.
pub fn combine(n: usize, columns: &[Vec<f64>], coefficients: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; n];
    for (column, b) in columns.iter().zip(coefficients) {
        for (s, x) in sum.iter_mut().zip(column) {
            *s += b * x;
        }
    }
    sum
}
