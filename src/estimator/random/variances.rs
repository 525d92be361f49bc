//! Variances of random effects and innovations by the analysis of variance.
//!
//! A panel falls into parts that have errors of one variance each: within, what is left once means of
//! what has random effects are taken off; between units, of rank a, where σ²_1 = σ² + Tσ²_μ; between
//! periods, of rank b, where σ²_2 = σ² + Nσ²_τ. With u a residual and r the rank within,
//!
//! ```text
//! σ² = Σ(within part of u)²/r,   σ²_1 = T Σ(ūᵢ − ū)²/a,   σ²_2 = N Σ(ūₜ − ū)²/b
//!
//! effects            r                a       b
//! units              N(T − 1)         N       –
//! periods            T(N − 1)         –       T
//! both               (N − 1)(T − 1)   N − 1   T − 1
//! units, periods fixed: (N − 1)(T − 1) and N − 1, what is left once dummies of periods are taken out
//! ```
//!
//! | method | u | divisors |
//! |---|---|---|
//! | `swamy-arora` | of the regression within; of that of means, with a constant | less the coefficients of each: r − K, N − K − 1, T − K − 1 |
//! | `wallace-hussain` | y − Xβ, pooled least squares | as above |
//! | `amemiya` | y − Xβ, β of the regression within | as above |
//! | `nerlove` | the same | σ² = Σ(within part of u)²/NT; σ²_μ = Σ(ūᵢ − ū)²/(N − 1) itself, and σ²_τ = Σ(ūₜ − ū)²/(T − 1): estimated effects |
//!
//! A variance of effects below zero is 0; by `nerlove` there is none. These are what plm's
//! `random.method` computes.
//! *References*: Swamy & Arora (1972); Wallace & Hussain (1969); Amemiya (1971); Nerlove (1971);
//! Baltagi (2021), sections 2.3 and 3.3.

use super::columns::independent;
use crate::estimator::problem::{combine, matrix};
use crate::estimator::transform::{demeaned, period_means, unit_means};
use crate::estimator::{FitError, Problem};
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::Effects;
use crate::model::variance_components::VarianceComponents;

/// Variances, those of effects in units of that of innovations.
#[derive(Debug)]
pub(super) struct Variances {
    /// σ²
    pub idiosyncratic: f64,
    /// What the sum of squares within is divided by.
    pub df: f64,
    /// Tσ²_μ/σ², 0 without random effects of units.
    pub units: f64,
    /// Nσ²_τ/σ², 0 without random effects of periods.
    pub periods: f64,
}

impl Variances {
    /// By the method that the model asks for.
    ///
    /// # Errors
    /// No degrees of freedom within or between, collinear regressors, residuals of zero, regressors
    /// without variation within where fixed effects are looked at.
    pub(super) fn of(own: &Problem<'_>) -> Result<Self, FitError> {
        let split = Split::of(own);
        let y = own.within(&own.sample.y);
        let x: Vec<Vec<f64>> = own.sample.x.iter().map(|x| own.within(x)).collect();
        match own.model.variance_components.unwrap_or_default() {
            VarianceComponents::SwamyArora => split.by_regressions(&y, &x),
            VarianceComponents::WallaceHussain => split
                .of_residual(&own.within_space()?.residual(&y), VarianceComponents::WallaceHussain),
            how @ (VarianceComponents::Amemiya | VarianceComponents::Nerlove) => {
                let beta = split.within_slopes(own, &y, &x, how)?;
                let fitted = combine(y.len(), &x, &beta);
                let u: Vec<f64> = y.iter().zip(&fitted).map(|(y, f)| y - f).collect();
                split.of_residual(&u, how)
            }
        }
    }
}

/// The regressions within units and between them by which Swamy & Arora take the variances.
pub(in crate::estimator) struct Regressions {
    /// Independent columns: deviations from means of units, N·T each.
    pub(in crate::estimator) within: Vec<Vec<f64>>,
    /// The same of means of units, a constant first, N each.
    pub(in crate::estimator) means: Vec<Vec<f64>>,
    /// Degrees of freedom of both.
    pub(in crate::estimator) free: [usize; 2],
}

impl Regressions {
    /// Those of a model whose variances rest on them: of random effects of units alone. `None` also
    /// where no degrees of freedom are left.
    pub(in crate::estimator) fn of(own: &Problem<'_>) -> Option<Self> {
        let split = Split::of(own);
        let how = own.model.variance_components.unwrap_or_default();
        if how != VarianceComponents::SwamyArora || split.random != Effects::Individual {
            return None;
        }
        let x: Vec<Vec<f64>> = own.sample.x.iter().map(|x| own.within(x)).collect();
        let within = split.columns_within(&x);
        let means = x.iter().map(|x| unit_means(x, split.units));
        let means = independent(std::iter::once(vec![1.0; split.units]).chain(means).collect());
        let left = |of: usize, columns: usize| of.checked_sub(columns).filter(|d| *d > 0);
        let free = [left(split.rank(), within.len())?, left(split.units, means.len())?];
        Some(Self { within, means, free })
    }
}

/// Which parts a panel has.
struct Split {
    units: usize,
    periods: usize,
    random: Effects,
    /// Whether fixed effects of periods have been taken out.
    out: bool,
}

impl Split {
    fn of(own: &Problem<'_>) -> Self {
        let effects = own.model.effects;
        let random = match (effects.has_random_units(), effects.has_random_periods()) {
            (true, true) => Effects::TwoWay,
            (false, true) => Effects::Time,
            (_, false) => Effects::Individual,
        };
        Self { units: own.n_units(), periods: own.n_periods(), random, out: effects.has_time() }
    }

    fn within(&self, v: &[f64]) -> Vec<f64> {
        demeaned(v, self.units, self.random)
    }

    /// Rank of the part within.
    fn rank(&self) -> usize {
        let (n, t) = (self.units, self.periods);
        match self.random {
            Effects::Individual if !self.out => n * (t - 1),
            Effects::Time => t * (n - 1),
            _ => (n - 1) * (t - 1),
        }
    }

    /// Rank of a part between, of so many means.
    fn rank_between(&self, means: usize) -> usize {
        if self.out || self.random == Effects::TwoWay { means - 1 } else { means }
    }

    /// The columns within, of which more than rounding is left.
    fn columns_within(&self, x: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let varying = |x: &Vec<f64>| {
            let within = self.within(x);
            (dot(&within, &within) > 1e-20 * dot(x, x)).then_some(within)
        };
        let columns: Vec<Vec<f64>> = x.iter().filter_map(varying).collect();
        if columns.is_empty() { columns } else { independent(columns) }
    }

    fn by_regressions(&self, y: &[f64], x: &[Vec<f64>]) -> Result<Variances, FitError> {
        let within = self.columns_within(x);
        let between = |means: &dyn Fn(&[f64]) -> Vec<f64>, other: usize| -> Result<f64, FitError> {
            let y = means(y);
            let constant = std::iter::once(vec![1.0; y.len()]);
            let columns = independent(constant.chain(x.iter().map(|x| means(x))).collect());
            let df = y.len().checked_sub(columns.len()).filter(|d| *d > 0);
            let Some(df) = df else {
                return Err(FitError::TooFew { free: y.len(), parameters: columns.len() });
            };
            Ok(other as f64 * left(&columns, &y)? / df as f64)
        };
        let (n, t) = (self.units, self.periods);
        let of_units = self.random != Effects::Time;
        let of_units = of_units.then(|| between(&|v| unit_means(v, n), t)).transpose()?;
        let of_periods = self.random != Effects::Individual;
        let of_periods = of_periods.then(|| between(&|v| period_means(v, n), n)).transpose()?;
        let df = self.rank().checked_sub(within.len()).filter(|d| *d > 0);
        let Some(df) = df else {
            return Err(FitError::TooFew { free: self.rank(), parameters: within.len() });
        };
        let ee = left(&within, &self.within(y))?;
        if ee <= 1e-24 * dot(y, y) {
            return Err(FitError::PerfectFit);
        }
        let sigma2 = ee / df as f64;
        let over = |part: Option<f64>| part.map_or(0.0, |part| (part / sigma2 - 1.0).max(0.0));
        Ok(Variances {
            idiosyncratic: sigma2,
            df: df as f64,
            units: over(of_units),
            periods: over(of_periods),
        })
    }

    /// β of the regression within.
    fn within_slopes(
        &self,
        own: &Problem<'_>,
        y: &[f64],
        x: &[Vec<f64>],
        how: VarianceComponents,
    ) -> Result<Vec<f64>, FitError> {
        if x.is_empty() {
            return Ok(Vec::new());
        }
        let within = self.columns_within(x);
        if within.len() < x.len() {
            let name = |(column, r): (&Vec<f64>, &crate::model::Regressor)| {
                let left = self.columns_within(std::slice::from_ref(column)).is_empty();
                left.then(|| format!("`{r}`"))
            };
            let names: Vec<String> =
                x.iter().zip(&own.sample.regressors).filter_map(name).collect();
            let which = if names.is_empty() { "a regressor".to_owned() } else { names.join(", ") };
            return Err(FitError::Unsupported(format!(
                "variance_components = \"{}\" looks at what fixed effects leave of the response, and what \
                 {which} explains would be in the effects, for it does not vary within them (Hausman & \
                 Taylor 1981): take \"swamy-arora\" or \"wallace-hussain\"",
                how.name()
            )));
        }
        let space =
            ColumnSpace::new(&matrix(&within)).map_err(|_| FitError::SingularInformation)?;
        Ok(space.least_squares(&self.within(y)))
    }

    fn of_residual(&self, u: &[f64], how: VarianceComponents) -> Result<Variances, FitError> {
        let (n, t) = (self.units, self.periods);
        let few = |free: usize| FitError::TooFew { free, parameters: 1 };
        let nerlove = how == VarianceComponents::Nerlove;
        let r = Some(self.rank()).filter(|r| *r > 0).ok_or_else(|| few(n * t))?;
        let df = if nerlove { n * t } else { r } as f64;
        let e = self.within(u);
        let sigma2 = dot(&e, &e) / df;
        if dot(&e, &e) <= 1e-24 * dot(u, u) || sigma2 == 0.0 {
            return Err(FitError::PerfectFit);
        }
        // `other` observations behind each mean.
        let over = |means: Vec<f64>, other: usize| -> Result<f64, FitError> {
            let count = means.len();
            let mean = means.iter().sum::<f64>() / count as f64;
            let squares: f64 = means.iter().map(|m| (m - mean).powi(2)).sum();
            let part = other as f64 * squares / sigma2;
            if nerlove {
                let apart = Some(count - 1).filter(|c| *c > 0).ok_or_else(|| few(count))?;
                return Ok(part / apart as f64);
            }
            let rank = Some(self.rank_between(count)).filter(|r| *r > 0);
            Ok((part / rank.ok_or_else(|| few(count))? as f64 - 1.0).max(0.0))
        };
        let of_units = self.random != Effects::Time;
        let of_periods = self.random != Effects::Individual;
        Ok(Variances {
            idiosyncratic: sigma2,
            df,
            units: if of_units { over(unit_means(u, n), t)? } else { 0.0 },
            periods: if of_periods { over(period_means(u, n), n)? } else { 0.0 },
        })
    }
}

/// The sum of squares that `columns` leave of `v`.
fn left(columns: &[Vec<f64>], v: &[f64]) -> Result<f64, FitError> {
    if columns.is_empty() {
        return Ok(dot(v, v));
    }
    let space = ColumnSpace::new(&matrix(columns)).map_err(|_| FitError::SingularInformation)?;
    let e = space.residual(v);
    Ok(dot(&e, &e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::worked;
    use crate::ident::{Period, VarName};
    use crate::model::{Model, Regressor};
    use crate::panel::sample::Sample;
    use crate::weights::Weights;
    use crate::weights::tests::{undirected, units};

    /// Four units, two periods. x = m ∓ 1 with unit means m = (−3, −1, 1, 3); y has within changes
    /// ∓(2, 1, 3, 2) and unit means (−4, 0, 0, 4).
    fn found(effects: Effects, how: VarianceComponents) -> Result<Variances, FitError> {
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
        let weights =
            Weights::new(&units(4), &undirected(4, &pairs), crate::model::Normalisation::Row)
                .expect("a chain of units");
        let model = Model { effects, variance_components: Some(how), ..worked::panel("ols").2 };
        Variances::of(&Problem::new(&sample, &weights, &model).expect("the same units"))
    }

    fn check(effects: Effects, how: VarianceComponents, wanted: [f64; 3]) {
        let v = found(effects, how).expect("variances");
        for (ours, wanted) in [v.idiosyncratic, v.units, v.periods].into_iter().zip(wanted) {
            assert!((ours - wanted).abs() < 1e-12, "{effects} {}: {ours} {wanted}", how.name());
        }
    }

    #[test]
    fn of_units_by_hand() {
        // e'e = 4 on 8 − 4 − 1 = 3, σ²_1 = 2·3.2/(4 − 2) = 3.2: Tφ = 3.2·3/4 − 1.
        check(Effects::Random, VarianceComponents::SwamyArora, [4.0 / 3.0, 1.4, 0.0]);
        // b = 2 within: u has unit means (2, 2, −2, −2) and within ∓(0, −1, 1, 0). 4/4; 2·16/4 = 8.
        check(Effects::Random, VarianceComponents::Amemiya, [1.0, 7.0, 0.0]);
        // The same: 4/8; σ²_μ = 16/3, twice that over ½.
        check(Effects::Random, VarianceComponents::Nerlove, [0.5, 64.0 / 3.0, 0.0]);
        // b = 64/48 pooled: u has unit means (0, 4, −4, 0)/3 and within ∓(2, −1, 5, 2)/3. 2·34/9/4 =
        // 17/9; 2·32/9/4 = 16/9, which is less.
        check(Effects::Random, VarianceComponents::WallaceHussain, [17.0 / 9.0, 0.0, 0.0]);
    }

    #[test]
    fn of_periods_by_hand() {
        // Period means of y ∓2, of x ∓1; within b = 48/40 = 1.2, u has period means ∓0.8 and within
        // (−0.4, 2.2, −2.2, 0.4 | −0.4, 0.2, −0.2, 0.4): 10.4/6; 4·1.28/2 = 2.56.
        let s = 2.56 * 6.0 / 10.4 - 1.0;
        check(Effects::RandomPeriods, VarianceComponents::Amemiya, [10.4 / 6.0, 0.0, s]);
        // σ²_τ = 1.28/1, four times that over 10.4/8.
        let s = 4.0 * 1.28 * 8.0 / 10.4;
        check(Effects::RandomPeriods, VarianceComponents::Nerlove, [1.3, 0.0, s]);
    }

    #[test]
    fn what_does_not_vary_within_is_refused_where_it_would_be_in_the_effects() {
        // x = m ∓ 1 has nothing left within units and periods.
        for how in [VarianceComponents::Amemiya, VarianceComponents::Nerlove] {
            let why = found(Effects::RandomTwoWay, how).expect_err("refused").to_string();
            assert!(why.contains("`x`") && why.contains("swamy-arora"), "{why}");
        }
        // Two periods for a constant and a slope.
        let few = found(Effects::RandomTwoWay, VarianceComponents::SwamyArora).err();
        assert_eq!(few, Some(FitError::TooFew { free: 2, parameters: 2 }));
    }
}
