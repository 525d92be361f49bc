//! The answer as data: what came out of a cell. No behaviour beyond constructors.
//!
//! A number that does not exist has a reason; a NaN is never stored.

mod autocorrelation;
mod failure;
pub mod joint;
pub mod protocol;
mod replicates;
mod sample;
mod tests;
pub mod unit_roots;

pub use autocorrelation::{
    Beside, GlobalAutocorrelation, LocalAutocorrelation, LocalValue, MoranSeries, MoranYear,
    Quadrants, Without,
};
pub use failure::{Failure, FailureKind};
pub use replicates::{
    BootstrapEstimate, BootstrapSummary, RandomisationEstimate, RandomisationSummary, TestBootstrap,
};

pub use sample::{Changes, Descriptive, SampleFacts, Tail, Trimmed};
pub use tests::{Basis, NullDistribution, Test, TestOutcome, Verdict};

use crate::model::{Effects, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One estimated parameter with its inference, computed once where the fit is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The parameter.
    pub term: Term,
    /// Point estimate.
    pub value: f64,
    /// Standard error, positive.
    pub std_error: f64,
    /// `value / std_error`.
    pub statistic: f64,
    /// Two-sided p-value of `statistic` under `Fit::inference`.
    pub p_value: f64,
    /// Lower end of the 95 % interval.
    pub conf_low: f64,
    /// Upper end of the 95 % interval.
    pub conf_high: f64,
}

/// Which distribution p-values and intervals come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "distribution")]
pub enum Reference {
    /// Standard normal.
    Normal,
    /// Student's t.
    Student {
        /// Degrees of freedom.
        df: f64,
    },
}

/// A scalar that describes a whole fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// Observations, N·T.
    N,
    /// Units, N.
    Units,
    /// Periods, T, after lags.
    Periods,
    /// Slopes (and the constant of a pooled model), k.
    Slopes,
    /// Effects absorbed, the constant included: 0, N, T or N + T − 1.
    AbsorbedEffects,
    /// Residual degrees of freedom, n − k − absorbed effects.
    ResidualDf,
    /// Σ e², e the innovations.
    Ssr,
    /// Innovation variance as used for the standard errors.
    Sigma2,
    /// Log-likelihood with all constants.
    Loglik,
    /// −2 loglik + 2 (k + spatial parameters + 1): effects not counted, the variance of random ones
    /// is.
    Aic,
    /// −2 loglik + ln(n) (k + spatial parameters + 1): effects not counted, the variance of random
    /// ones is; n those in the likelihood, fewer of transformed data.
    Bic,
    /// 1 − SSR/TSS in levels, fixed effects and ρWy among the fitted values, random effects not; an
    /// SEM's residual is y − Xβ − effects.
    R2,
    /// 1 − SSR/TSS in levels with the reduced form (I − ρW)⁻¹(Xβ + effects) as fitted values.
    R2ReducedForm,
    /// Squared correlation of y with the reduced form, in levels.
    R2Corr,
    /// 1 − Σe² / Σ(Qy)².
    R2Within,
    /// Squared correlation of Qy with Q(I − ρW)⁻¹QXβ.
    R2CorrWithin,
    /// 1 − (1 − R²)(n − 1)/(n − k − absorbed effects).
    R2Adjusted,
    /// 1 − (1 − R²)(n − 1)/(n − k − absorbed effects − spatial parameters).
    R2PseudoAdjusted,
    /// 1 − (1 − R² within)(n − a)/(n − a − k), a the absorbed effects (1 for a pooled model).
    R2WithinAdjusted,
    /// σ²_μ, the variance of random effects of units.
    Sigma2Unit,
    /// θ = 1 − 1/√(1 + Tφ), the share of unit means that generalised least squares takes off; φ the
    /// variance of random effects over that of innovations.
    Theta,
    /// σ²_τ, the variance of random effects of periods.
    Sigma2Period,
    /// 1 − 1/√(1 + Nσ²_τ/σ²), the share of period means that generalised least squares takes off.
    ThetaPeriod,
    /// τ + ρ + η of a dynamic model.
    Persistence,
    /// Largest modulus of (τ + ηω)/(1 − ρω) over the eigenvalues ω of W, of a dynamic model.
    LargestRoot,
}

impl Statistic {
    /// Every statistic, in the order of the columns of `fits.csv`.
    pub const ALL: [Self; 25] = [
        Self::N,
        Self::Units,
        Self::Periods,
        Self::Slopes,
        Self::AbsorbedEffects,
        Self::ResidualDf,
        Self::Ssr,
        Self::Sigma2,
        Self::Loglik,
        Self::Aic,
        Self::Bic,
        Self::R2,
        Self::R2ReducedForm,
        Self::R2Corr,
        Self::R2Within,
        Self::R2CorrWithin,
        Self::R2Adjusted,
        Self::R2PseudoAdjusted,
        Self::R2WithinAdjusted,
        Self::Sigma2Unit,
        Self::Theta,
        Self::Sigma2Period,
        Self::ThetaPeriod,
        Self::Persistence,
        Self::LargestRoot,
    ];

    /// The name in specifications and CSV headers.
    pub fn name(self) -> &'static str {
        match self {
            Self::N => "n",
            Self::Units => "units",
            Self::Periods => "periods",
            Self::Slopes => "slopes",
            Self::AbsorbedEffects => "absorbed-effects",
            Self::ResidualDf => "residual-df",
            Self::Ssr => "ssr",
            Self::Sigma2 => "sigma2",
            Self::Loglik => "loglik",
            Self::Aic => "aic",
            Self::Bic => "bic",
            Self::R2 => "r2",
            Self::R2ReducedForm => "r2-reduced-form",
            Self::R2Corr => "r2-corr",
            Self::R2Within => "r2-within",
            Self::R2CorrWithin => "r2-corr-within",
            Self::R2Adjusted => "r2-adjusted",
            Self::R2PseudoAdjusted => "r2-pseudo-adjusted",
            Self::R2WithinAdjusted => "r2-within-adjusted",
            Self::Sigma2Unit => "sigma2-unit",
            Self::Theta => "theta",
            Self::Sigma2Period => "sigma2-period",
            Self::ThetaPeriod => "theta-period",
            Self::Persistence => "persistence",
            Self::LargestRoot => "largest-root",
        }
    }

    /// The statistic called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Whether it counts something, and so is shown without decimals.
    pub fn is_count(self) -> bool {
        matches!(
            self,
            Self::N
                | Self::Units
                | Self::Periods
                | Self::Slopes
                | Self::AbsorbedEffects
                | Self::ResidualDf
        )
    }
}

/// How the optimum of a likelihood was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Iterations of the optimiser.
    pub iterations: u32,
    /// Score of the concentrated log-likelihood at the estimate.
    pub score: f64,
    /// Admissible interval of the spatial parameter, from the eigenvalues of W.
    pub interval: (f64, f64),
    /// Whether the estimate lies within a thousandth of the interval's length of an end.
    pub at_edge: bool,
    /// The same of the second spatial parameter, of a model with two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<Searched>,
}

impl Convergence {
    /// The admissible interval of a spatial parameter.
    pub fn interval_of(&self, term: &Term) -> (f64, f64) {
        let second = self.second.as_ref().filter(|second| second.parameter == *term);
        second.map_or(self.interval, |second| second.interval)
    }
}

/// A second spatial parameter at the optimum of a likelihood.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Searched {
    /// Which.
    pub parameter: Term,
    /// As in [`Convergence`].
    pub score: f64,
    /// As in [`Convergence`], from the eigenvalues of its own matrix.
    pub interval: (f64, f64),
    /// As in [`Convergence`].
    pub at_edge: bool,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// Name of the estimator.
    pub estimator: String,
    /// Version of the estimator's numbers: raised when the same input gives other numbers.
    pub estimator_version: u32,
    /// Effects that were removed.
    pub effects: Effects,
    /// Slopes, then spatial parameters, φ of random effects, then σ².
    pub estimates: Vec<Estimate>,
    /// Covariance of `estimates`, row by row, symmetric.
    pub covariance: Vec<Vec<f64>>,
    /// What the standard errors are, for a table's note: "expected information matrix".
    pub std_error_kind: String,
    /// What the p-values and intervals come from.
    pub inference: Reference,
    /// Scalars of the fit; one that does not exist for this model is absent.
    pub statistics: BTreeMap<Statistic, f64>,
    /// How the optimum was found; `None` for closed forms.
    pub convergence: Option<Convergence>,
    /// Things a reader must know: dropped or collinear columns, an estimate at the edge.
    pub cautions: Vec<String>,
}

/// Everything a cell produced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The fit.
    pub fit: Fit,
    /// Average direct, indirect and total effects of each regressor; empty for a model without a
    /// spatial lag, where the direct effect is the coefficient and there is no other.
    pub impacts: Vec<Estimate>,
    /// Effects of each unit, where they are asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_effects: Vec<UnitEffect>,
    /// Functions of the coefficients, in the order asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
    /// Its bootstraps, in the order asked.
    pub bootstraps: Vec<BootstrapSummary>,
    /// Its randomisation tests of the measure, in the order asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub randomisations: Vec<RandomisationSummary>,
    /// Its tests.
    pub tests: Vec<Test>,
    /// What decision rules make of the tests.
    pub verdicts: Vec<Verdict>,
    /// The sequence of decisions, where it is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<protocol::Protocol>,
    /// Facts about the sample for the table's note: periods, filled values, islands.
    pub sample: SampleFacts,
}

/// An effect of a unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnitEffect {
    /// The unit.
    pub unit: String,
    /// Which effect.
    pub kind: UnitEffectKind,
    /// The effect of the regressor that its term names.
    pub estimate: Estimate,
}

/// Whose change moves whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitEffectKind {
    /// Its own change, itself.
    Direct,
    /// The changes of all others, it.
    Received,
    /// Its own change, all others.
    Spread,
}

impl UnitEffectKind {
    /// All, in the order of files.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Received, Self::Spread];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Received => "received",
            Self::Spread => "spread",
        }
    }
}

/// A function of the coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// Its name in the specification.
    pub name: String,
    /// Its value.
    #[serde(flatten)]
    pub outcome: DerivedOutcome,
}

/// What became of a function of the coefficients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "status")]
pub enum DerivedOutcome {
    /// It could be computed.
    Computed {
        /// The value with its delta-method standard error.
        estimate: Estimate,
    },
    /// It says nothing about this model.
    NotApplicable {
        /// Why.
        reason: String,
    },
}

impl Derived {
    /// The value, if there is one.
    pub fn estimate(&self) -> Option<&Estimate> {
        match &self.outcome {
            DerivedOutcome::Computed { estimate } => Some(estimate),
            DerivedOutcome::NotApplicable { .. } => None,
        }
    }
}
