//! Random effects of units by feasible generalised least squares, balanced panels.
//!
//! *Model*: y = α + Xβ + μᵢ + e with μᵢ and e uncorrelated with X; with fixed effects of periods τₜ
//! in the place of α where the model has two-way effects. Let a be their number, 1 or T, and let
//! everything below be free of them.
//! *Variance components* (Swamy & Arora 1972, as plm's `swar`): with the within residuals e and
//! those of unit means on unit means r,
//!
//! ```text
//! σ²_e = e'e/(NT − N − K − a + 1),   σ²_1 = T r'r/(N − 1 − K),   σ²_μ = max(0, (σ²_1 − σ²_e)/T)
//! ```
//!
//! *Estimator*: least squares of y − θȳᵢ on X − θX̄ᵢ with θ = 1 − √(σ²_e/σ²_1), and 0 where σ²_μ is.
//! *Covariance*: s²(X*'X*)⁻¹ with s² = e*'e*/(NT − K − a).
//! *References*: Swamy & Arora (1972); Baltagi (2021), section 2.3.
//!
//! Everything is done in coordinates z in which the within regressors are orthonormal, QX = UR and
//! Z = XR⁻¹: there X*'X* is S = I + φB with B = Z̄'Z̄ and φ = T(1 − θ)², and
//! Sb = U'Qy + φZ̄'ȳ. A new response of the same X costs two products with U.

use super::transform::{demeaned, unit_means};
use super::{FitError, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::model::Effects;

/// Why random effects cannot be estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NoRandomEffects {
    /// A model whose effects of units are random.
    #[error(
        "the effects of units are random in this model: there are no fixed ones to compare with"
    )]
    Random,
    /// A model without effects of units.
    #[error("the model has no effects of units that could be random")]
    NoUnitEffects,
    /// There is no within regression.
    #[error("{0}")]
    Within(FitError),
    /// No degree of freedom for the variance between units.
    #[error(
        "the regression between units has {units} units for a constant and {coefficients} \
         coefficients"
    )]
    FewUnits {
        /// Units.
        units: usize,
        /// Coefficients beside the constant.
        coefficients: usize,
    },
    /// Unit means that depend on each other.
    #[error("the regressors' means of units are collinear")]
    Between,
}

/// The regressors of a problem, prepared for any response.
#[derive(Debug)]
pub struct Design {
    effects: Effects,
    units: usize,
    periods: usize,
    /// QX = UR.
    within: ColumnSpace,
    /// Z̄, N × K, free of constant and periods.
    means: Vec<Vec<f64>>,
    /// The same as an orthonormal basis.
    between: ColumnSpace,
    /// B
    gram: Matrix,
}

/// A fit with random effects, slopes in the coordinates z.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomEffects {
    /// Within slopes, U'Qy.
    pub within: Vec<f64>,
    /// Slopes between units.
    pub between: Vec<f64>,
    /// Random-effects slopes.
    pub slopes: Vec<f64>,
    /// s²S⁻¹
    pub covariance: Matrix,
    /// s²
    pub sigma2: f64,
    /// σ²_e
    pub idiosyncratic: f64,
    /// σ²_μ
    pub unit: f64,
    /// θ
    pub theta: f64,
    /// Within residuals e, N·T.
    pub within_residuals: Vec<f64>,
    /// Residuals of unit means r, N.
    pub between_residuals: Vec<f64>,
}

impl Design {
    /// Of the regressors of `problem`, whose model has effects of units.
    ///
    /// # Errors
    /// No such effects, collinear regressors, too few units.
    pub fn new(problem: &Problem<'_>) -> Result<Self, NoRandomEffects> {
        let effects = problem.model.effects;
        if effects.is_random() {
            return Err(NoRandomEffects::Random);
        }
        if !effects.has_individual() {
            return Err(NoRandomEffects::NoUnitEffects);
        }
        let within = problem.within_space().map_err(NoRandomEffects::Within)?;
        let (n, k) = (problem.n_units(), within.rank());
        if n <= k + 1 {
            return Err(NoRandomEffects::FewUnits { units: n, coefficients: k });
        }
        let raw: Vec<Vec<f64>> = problem.sample.x.iter().map(|x| centred_means(x, n)).collect();
        // Columns of R⁻¹ combine columns of X̄ to those of Z̄.
        let inverse = within.r_inverse();
        let combined = |j: usize| -> Vec<f64> {
            (0..n).map(|i| (0..k).map(|l| raw[l][i] * inverse[(l, j)]).sum()).collect()
        };
        let means: Vec<Vec<f64>> = (0..k).map(combined).collect();
        let matrix = Matrix::from_fn(n, k, |i, j| means[j][i]);
        let between = ColumnSpace::new(&matrix).map_err(|_| NoRandomEffects::Between)?;
        let gram = matrix.transpose() * &matrix;
        Ok(Self { effects, units: n, periods: problem.n_periods(), within, means, between, gram })
    }

    /// Number of slopes, K.
    pub fn slopes(&self) -> usize {
        self.within.rank()
    }

    /// a: the constant, or the effects of periods.
    pub fn fixed(&self) -> usize {
        if self.effects.has_time() { self.periods } else { 1 }
    }

    /// U, the orthonormal within regressors.
    pub fn basis(&self) -> &ColumnSpace {
        &self.within
    }

    /// Z̄ by column.
    pub fn means(&self) -> &[Vec<f64>] {
        &self.means
    }

    /// (Z̄'Z̄)⁻¹
    pub fn between_inverse(&self) -> Matrix {
        self.between.gram_inverse()
    }

    /// The fit of a response, N·T.
    pub fn fit(&self, y: &[f64]) -> RandomEffects {
        let (n, t, k, a) = (self.units, self.periods, self.slopes(), self.fixed());
        let qy = demeaned(y, n, self.effects);
        let ybar = centred_means(y, n);
        let within = self.within.coordinates(&qy);
        let within_residuals = self.within.residual(&qy);
        let between = self.between.least_squares(&ybar);
        let between_residuals = self.between.residual(&ybar);
        let (ee, rr) = (
            dot(&within_residuals, &within_residuals),
            dot(&between_residuals, &between_residuals),
        );
        // Positive: the within regression has free observations, and N > K + 1.
        let idiosyncratic = ee / ((n * t + 1 - n - k - a) as f64);
        let between_variance = t as f64 * rr / ((n - 1 - k) as f64);
        let unit = ((between_variance - idiosyncratic) / t as f64).max(0.0);
        let share = idiosyncratic / (idiosyncratic + t as f64 * unit);
        let phi = t as f64 * share;
        let system =
            Matrix::from_fn(k, k, |i, j| f64::from(u8::from(i == j)) + phi * self.gram[(i, j)]);
        let inverse = spd_inverse(&system).expect("I + φB is positive definite");
        let right: Vec<f64> =
            (0..k).map(|j| within[j] + phi * dot(&self.means[j], &ybar)).collect();
        let slopes: Vec<f64> =
            (0..k).map(|i| (0..k).map(|j| inverse[(i, j)] * right[j]).sum()).collect();
        let off_within: f64 = within.iter().zip(&slopes).map(|(w, b)| (w - b).powi(2)).sum();
        let off: Vec<f64> = between.iter().zip(&slopes).map(|(c, b)| c - b).collect();
        let off_between: f64 =
            (0..k).map(|i| (0..k).map(|j| off[i] * self.gram[(i, j)] * off[j]).sum::<f64>()).sum();
        let ssr = ee + off_within + phi * (rr + off_between);
        let sigma2 = ssr / ((n * t - k - a) as f64);
        RandomEffects {
            within,
            between,
            covariance: Matrix::from_fn(k, k, |i, j| sigma2 * inverse[(i, j)]),
            slopes,
            sigma2,
            idiosyncratic,
            unit,
            theta: 1.0 - share.sqrt(),
            within_residuals,
            between_residuals,
        }
    }

    /// Slopes of the regressors as they are: R⁻¹b.
    pub fn in_units(&self, slopes: &[f64]) -> Vec<f64> {
        self.within.coefficients(slopes)
    }

    /// The covariance of slopes of the regressors as they are: R⁻¹VR⁻ᵀ.
    pub fn covariance_in_units(&self, covariance: &Matrix) -> Matrix {
        let inverse = self.within.r_inverse();
        &inverse * covariance * inverse.transpose()
    }

    /// ȳᵢ − Z̄b: the means of units that slopes leave, N.
    pub fn unit_parts(&self, y: &[f64], slopes: &[f64]) -> Vec<f64> {
        let mut left = centred_means(y, self.units);
        for (mean, b) in self.means.iter().zip(slopes) {
            left.iter_mut().zip(mean).for_each(|(l, m)| *l -= b * m);
        }
        left
    }

    /// Qy − Ub: what slopes leave within units, N·T.
    pub fn within_parts(&self, y: &[f64], slopes: &[f64]) -> Vec<f64> {
        let mut left = demeaned(y, self.units, self.effects);
        for (j, b) in slopes.iter().enumerate() {
            left.iter_mut().zip(self.within.q.col(j).iter()).for_each(|(l, u)| *l -= b * u);
        }
        left
    }
}

/// Means of units minus their mean. Period effects of a balanced panel change each of them by the
/// same, so that they leave these as they are.
fn centred_means(v: &[f64], n: usize) -> Vec<f64> {
    let mut means = unit_means(v, n);
    let grand = means.iter().sum::<f64>() / n as f64;
    means.iter_mut().for_each(|m| *m -= grand);
    means
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ident::{Period, VarName};
    use crate::model::{LagOrder, Model, Normalisation, Regressor};
    use crate::panel::sample::Sample;
    use crate::weights::Weights;
    use crate::weights::tests::{undirected, units};

    #[test]
    fn swamy_and_arora_by_hand() {
        // Four units, two periods. x = m ∓ 1 with unit means m = (−3, −1, 1, 3); y has within
        // changes ∓(2, 1, 3, 2) and unit means (−4, 0, 0, 4).
        let regressor = Regressor::new(VarName::new("x"), 0);
        let sample = Sample {
            units: units(4),
            periods: vec![Period(1), Period(2)],
            response: VarName::new("y"),
            y: vec![-6.0, -1.0, -3.0, 2.0, -2.0, 1.0, 3.0, 6.0],
            regressors: vec![regressor.clone()],
            x: vec![vec![-4.0, -2.0, 0.0, 2.0, -2.0, 0.0, 2.0, 4.0]],
        };
        let pairs = [(0, 1), (1, 2), (2, 3)];
        let weights = Weights::new(&units(4), &undirected(4, &pairs), Normalisation::Row)
            .expect("a chain of units");
        let model = Model {
            estimator: "ols".to_owned(),
            response: VarName::new("y"),
            regressors: vec![regressor],
            effects: Effects::Individual,
            lag_order: LagOrder::LagThenDemean,
            small_sample: None,
            std_errors: crate::model::std_errors::StdErrors::Default,
            error_components: None,
            instruments: crate::model::instruments::Instruments::default(),
            correction: crate::model::incidental::Correction::None,
            dynamics: None,
            moment_weights: None,
            variance_components: None,
        };
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let design = Design::new(&problem).expect("four units for two coefficients");
        let fit = design.fit(&sample.y);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        // Within: x'x = 8, x'y = 16: b = 2, residuals ∓(0, −1, 1, 0), e'e = 4 on 8 − 4 − 1 = 3.
        close(design.in_units(&fit.within)[0], 2.0);
        close(fit.idiosyncratic, 4.0 / 3.0);
        // Between: x'x = 20, x'y = 24: b = 1.2, r = (−0.4, 1.2, −1.2, 0.4), r'r = 3.2, on 2:
        // σ²_1 = 2·3.2/2 = 3.2, σ²_μ = (3.2 − 4/3)/2 = 14/15, 1 − θ = √((4/3)/3.2) = √(5/12).
        close(design.in_units(&fit.between)[0], 1.2);
        close(fit.unit, 14.0 / 15.0);
        close(fit.theta, 1.0 - (5.0_f64 / 12.0).sqrt());
        // X*'X* = 8 + 2·(5/12)·20 = 74/3, X*'y* = 16 + (5/6)·24 = 36: b = 54/37.
        close(design.in_units(&fit.slopes)[0], 54.0 / 37.0);
        // e*'e* = y*'y* − b·36 = 36 + (5/6)·32 − 36·54/37, on 8 − 1 − 1 = 6.
        let s2 = (36.0 + 80.0 / 3.0 - 36.0 * 54.0 / 37.0) / 6.0;
        close(fit.sigma2, s2);
        close(design.covariance_in_units(&fit.covariance)[(0, 0)], s2 * 3.0 / 74.0);
    }
}
