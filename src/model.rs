//! The question as data: what a cell asks to be estimated. Closed enums, no behaviour.

pub mod autocorrelation;
pub mod change;
pub mod incidental;
pub mod instruments;
mod matrices;
pub mod moment_weights;
pub mod protocol;
mod regressor;
mod resampling;
pub mod splits;
pub mod std_errors;
pub mod unit_roots;
pub mod variance_components;
pub mod weighting;
pub mod wild_cluster;

use crate::ident::VarName;
use incidental::{Correction, Dynamics};
use instruments::Instruments;
pub use matrices::{Isolates, Normalisation, RegionWeights, WeightsFormat};
use moment_weights::MomentWeights;
pub use regressor::{NEIGHBOURS, Regressor, Whose, shift, split_shift};
pub use resampling::{Bootstrap, Keep, Permute, Randomisation, Rescale};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std_errors::StdErrors;
use variance_components::VarianceComponents;

/// Which effects are in the model.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Effects {
    /// Pooled, with a constant.
    None,
    /// One effect a unit.
    Individual,
    /// One effect a period.
    Time,
    /// Both.
    TwoWay,
    /// A random effect of each unit, beside a constant.
    Random,
    /// A random effect of each unit, and a fixed one of each period.
    RandomTime,
    /// A random effect of each unit beside the unit means of the regressors (Mundlak 1978).
    CorrelatedRandom,
    /// A random effect of each period, beside a constant.
    RandomPeriods,
    /// A random effect of each unit and one of each period, beside a constant.
    RandomTwoWay,
    /// Those of units taken out by differences from one period to the next, without a constant.
    FirstDifference,
    /// Means of units over the periods, with a constant: what is left once effects within them are
    /// averaged out.
    Between,
}

impl Effects {
    /// All, in the order tables show them.
    pub const ALL: [Self; 11] = [
        Self::None,
        Self::Individual,
        Self::Time,
        Self::TwoWay,
        Self::Random,
        Self::RandomTime,
        Self::CorrelatedRandom,
        Self::RandomPeriods,
        Self::RandomTwoWay,
        Self::FirstDifference,
        Self::Between,
    ];
    /// Those that are parameters, or none.
    pub const FIXED: [Self; 4] = [Self::None, Self::Individual, Self::Time, Self::TwoWay];
    /// Those of units that are random, of periods fixed or none.
    pub const RANDOM: [Self; 3] = [Self::Random, Self::RandomTime, Self::CorrelatedRandom];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Individual => "individual",
            Self::Time => "time",
            Self::TwoWay => "two-way",
            Self::Random => "random",
            Self::RandomTime => "random-time",
            Self::CorrelatedRandom => "correlated-random",
            Self::RandomPeriods => "random-periods",
            Self::RandomTwoWay => "random-two-way",
            Self::FirstDifference => "first-difference",
            Self::Between => "between",
        }
    }

    /// Whether the model is of a panel that is made of the panel: of differences or of means.
    pub fn is_of_made_panel(self) -> bool {
        matches!(self, Self::FirstDifference | Self::Between)
    }

    /// Whether there is a fixed effect for each unit.
    pub fn has_individual(self) -> bool {
        matches!(self, Self::Individual | Self::TwoWay)
    }

    /// Whether there is a fixed effect for each period.
    pub fn has_time(self) -> bool {
        matches!(self, Self::Time | Self::TwoWay | Self::RandomTime)
    }

    /// Whether effects are random, of units or of periods: part of the error, not parameters.
    pub fn is_random(self) -> bool {
        self.has_random_units() || self.has_random_periods()
    }

    /// Whether there is a random effect for each unit.
    pub fn has_random_units(self) -> bool {
        matches!(
            self,
            Self::Random | Self::RandomTime | Self::CorrelatedRandom | Self::RandomTwoWay
        )
    }

    /// Whether there is a random effect for each period.
    pub fn has_random_periods(self) -> bool {
        matches!(self, Self::RandomPeriods | Self::RandomTwoWay)
    }

    /// Whether the unit means of the regressors are regressors too.
    pub fn has_unit_means(self) -> bool {
        self == Self::CorrelatedRandom
    }

    /// Whether there is an overall constant among the coefficients: no fixed effects absorb it.
    pub fn has_constant(self) -> bool {
        !self.has_individual() && !self.has_time() && self != Self::FirstDifference
    }

    /// What is left of them once the random ones are taken for none.
    #[must_use]
    pub fn fixed(self) -> Self {
        match self {
            Self::Random | Self::CorrelatedRandom | Self::RandomPeriods | Self::RandomTwoWay => {
                Self::None
            }
            Self::RandomTime => Self::Time,
            Self::None
            | Self::Individual
            | Self::Time
            | Self::TwoWay
            | Self::FirstDifference
            | Self::Between => self,
        }
    }

    /// The same with fixed effects in the place of random ones.
    #[must_use]
    pub fn within(self) -> Self {
        match self {
            Self::Random | Self::CorrelatedRandom => Self::Individual,
            Self::RandomTime | Self::RandomTwoWay => Self::TwoWay,
            Self::RandomPeriods => Self::Time,
            Self::None
            | Self::Individual
            | Self::Time
            | Self::TwoWay
            | Self::FirstDifference
            | Self::Between => self,
        }
    }

    /// Degrees of freedom that fixed effects absorb in a panel of `n` units and `t` periods,
    /// the overall constant included when there are any.
    pub fn absorbed(self, n: usize, t: usize) -> usize {
        match self {
            Self::None
            | Self::Random
            | Self::CorrelatedRandom
            | Self::RandomPeriods
            | Self::RandomTwoWay
            | Self::FirstDifference
            | Self::Between => 0,
            Self::Individual => n,
            Self::Time | Self::RandomTime => t,
            Self::TwoWay => n + t - 1,
        }
    }
}

impl fmt::Display for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// In which order effects are removed and the spatial lag is taken.
///
/// The two differ for time and two-way effects unless the columns of W have equal sums.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LagOrder {
    /// Q(Wy): lag first, then remove effects. The exact dummy-variable likelihood.
    LagThenDemean,
    /// W(Qy): remove effects first, then lag, as R's splm and SDPDmod do.
    DemeanThenLag,
}

impl LagOrder {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::LagThenDemean => "lag-then-demean",
            Self::DemeanThenLag => "demean-then-lag",
        }
    }
}

/// Which time lags of a measure enter: distinct, in rising order. Depth 2 is {0, 1, 2}.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LagSet(Vec<u32>);

impl LagSet {
    /// Lags 0 to `depth`, as in the paper.
    pub fn depth(depth: u32) -> Self {
        Self((0..=depth).collect())
    }

    /// An explicit set; `None` when it is empty.
    pub fn of(mut lags: Vec<u32>) -> Option<Self> {
        lags.sort_unstable();
        lags.dedup();
        (!lags.is_empty()).then_some(Self(lags))
    }

    /// The lags in rising order.
    pub fn lags(&self) -> &[u32] {
        &self.0
    }

    /// The deepest lag: how many periods it costs.
    pub fn deepest(&self) -> u32 {
        self.0.last().copied().unwrap_or(0)
    }
}

impl fmt::Display for LagSet {
    /// `0`, `0-2` for a run from 0, else the lags joined by `+`: `1`, `0+2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.len() > 1 && *self == Self::depth(self.deepest()) {
            write!(f, "0-{}", self.deepest())
        } else {
            let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
            f.write_str(&all.join("+"))
        }
    }
}

/// Divisors and reference distribution of an estimator that has a small-sample form.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SmallSample {
    /// σ² divided by the residual degrees of freedom (effects counted), Student's t. Least
    /// squares, in one stage or two.
    Corrected,
    /// σ² divided by the number of observations, standard normal.
    Asymptotic,
}

/// How the error of a model with random effects of units depends over space.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorComponents {
    /// u = μ + (I − λW)⁻¹e: the effects do not spill over (Anselin 1988; Baltagi, Song & Koh 2003).
    Anselin,
    /// u = (I − λW)⁻¹(μ + e): they spill over as the innovations do (Kapoor, Kelejian & Prucha
    /// 2007).
    Kkp,
}

impl ErrorComponents {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anselin => "anselin",
            Self::Kkp => "kkp",
        }
    }
}

/// What one cell estimates.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Model {
    /// Name of the estimator, as listed in `estimator::ESTIMATORS`.
    pub estimator: String,
    /// Left-hand side.
    pub response: VarName,
    /// Right-hand side, in the order of the coefficients. Without the constant.
    pub regressors: Vec<Regressor>,
    /// Effects.
    pub effects: Effects,
    /// Order of lagging and demeaning.
    pub lag_order: LagOrder,
    /// Divisors and reference distribution; `None`: what the estimator does by default.
    pub small_sample: Option<SmallSample>,
    /// How the covariance of the estimates is estimated.
    #[serde(default, skip_serializing_if = "StdErrors::is_default")]
    pub std_errors: StdErrors,
    /// How random effects and innovations make up the error, of a model with both random effects and
    /// a spatially lagged error; `None`: as by default, or there is no such choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_components: Option<ErrorComponents>,
    /// What stands for variables that are correlated with the errors.
    #[serde(default, skip_serializing_if = "Instruments::is_none")]
    pub instruments: Instruments,
    /// What is done about the bias that the estimation of effects brings.
    #[serde(default, skip_serializing_if = "Correction::is_none")]
    pub correction: Correction,
    /// Which lags of the response in time are among the regressors, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dynamics: Option<Dynamics>,
    /// By what moments of errors with random effects are weighted; `None`: as by default, or there are
    /// no such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moment_weights: Option<MomentWeights>,
    /// From which residuals the variances of random effects are estimated, of least squares; `None`: by
    /// default, or there are no such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variance_components: Option<VarianceComponents>,
}

impl Model {
    /// Whether what is done about period effects rests on rows of W that sum to 1 (Lee & Yu 2010).
    pub fn needs_row_sums(&self) -> bool {
        match self.correction {
            Correction::None => false,
            Correction::Transformation => self.effects.has_time(),
            Correction::BiasCorrected => self.effects == Effects::TwoWay,
        }
    }

    /// The lag of the response, if it is a regressor: the unit's own or that of its neighbours.
    pub fn lag_of_response(&self, of: Whose) -> Option<Regressor> {
        let has = self.dynamics.is_some_and(|dynamics| dynamics.has(of));
        has.then(|| Regressor { variable: self.response.clone(), lag: 1, of })
    }
}

/// How a change of a regressor reaches the response through space (LeSage & Pace 2009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Impact {
    /// On the unit itself, feedback through its neighbours included.
    Direct,
    /// On the other units.
    Indirect,
    /// On all units.
    Total,
    /// That on the unit itself of a change that stays, once the response has settled.
    LongRunDirect,
    /// That on the other units.
    LongRunIndirect,
    /// That on all units.
    LongRunTotal,
}

impl Impact {
    /// The effects within the period, in the order tables show them.
    pub const ALL: [Self; 3] = [Self::Direct, Self::Indirect, Self::Total];
    /// Those in the long run, of dynamic models.
    pub const LONG_RUN: [Self; 3] =
        [Self::LongRunDirect, Self::LongRunIndirect, Self::LongRunTotal];

    /// Whether it is an effect in the long run.
    pub fn is_long_run(self) -> bool {
        Self::LONG_RUN.contains(&self)
    }

    /// The name in a specification and in CSV files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Indirect => "indirect",
            Self::Total => "total",
            Self::LongRunDirect => "long-run-direct",
            Self::LongRunIndirect => "long-run-indirect",
            Self::LongRunTotal => "long-run-total",
        }
    }

    /// `indirect:ln_ee` as the kind and the rest; no kind for a name without one of the prefixes.
    pub fn split(raw: &str) -> (Option<Self>, &str) {
        let of = |impact: Self| Some((impact, raw.strip_prefix(impact.name())?.strip_prefix(':')?));
        match Self::ALL.into_iter().chain(Self::LONG_RUN).find_map(of) {
            Some((impact, rest)) => (Some(impact), rest),
            None => (None, raw),
        }
    }
}

/// A parameter of a fitted model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Term {
    /// The constant of a pooled model.
    Constant,
    /// A regressor at a time lag.
    Variable(Regressor),
    /// Coefficient of W·y.
    Rho,
    /// Coefficient of W·u, the spatially lagged error.
    Lambda,
    /// Variance of the random effects of units over that of the innovations, σ²_μ/σ².
    Phi,
    /// Variance of the innovations.
    Sigma2,
    /// The average effect of a regressor, by the way it takes.
    Impact(Impact, Regressor),
    /// A function of the others, by the name it has in the specification.
    Derived(String),
}

impl Term {
    /// The parameter that a raw name means: `rho`, `ln_oa@lag1`. The inverse of `Display`.
    pub fn parse(raw: &str) -> Self {
        match raw {
            "constant" => Self::Constant,
            "rho" => Self::Rho,
            "lambda" => Self::Lambda,
            "phi" => Self::Phi,
            "sigma2" => Self::Sigma2,
            other => match other.strip_prefix("derived:") {
                Some(name) => Self::Derived(name.to_owned()),
                None => Self::of_regressor(other),
            },
        }
    }

    fn of_regressor(raw: &str) -> Self {
        let (impact, column) = Impact::split(raw);
        let regressor = Regressor::parse(column);
        match impact {
            Some(impact) => Self::Impact(impact, regressor),
            None => Self::Variable(regressor),
        }
    }
}

impl fmt::Display for Term {
    /// The raw name in specifications and CSV files: `ln_oa`, `ln_oa@lag1`, `rho`,
    /// `indirect:ln_oa`, `derived:long_run`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Variable(regressor) => write!(f, "{regressor}"),
            Self::Impact(impact, regressor) => write!(f, "{}:{regressor}", impact.name()),
            Self::Rho => f.write_str("rho"),
            Self::Lambda => f.write_str("lambda"),
            Self::Phi => f.write_str("phi"),
            Self::Sigma2 => f.write_str("sigma2"),
            Self::Derived(name) => write!(f, "derived:{name}"),
        }
    }
}

/// What to do with missing values and absent rows of the columns that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// Refuse, listing the gaps.
    Error,
    /// The unit's own mean over the periods (the paper's mean value method).
    Mean,
    /// Linear in time between the unit's neighbouring observations; ends are an error.
    Interpolate,
    /// Leave out units with a gap.
    DropUnit,
    /// Leave out periods with a gap.
    DropPeriod,
}

impl Missing {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Mean => "mean",
            Self::Interpolate => "interpolate",
            Self::DropUnit => "drop-unit",
            Self::DropPeriod => "drop-period",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lags_and_leads_read_back() {
        for (text, wanted) in [
            ("x", ("x", 0)),
            ("x@lag2", ("x", 2)),
            ("x@lead1", ("x", -1)),
            ("x@lagoon", ("x@lagoon", 0)),
            ("x@lag-1", ("x@lag-1", 0)),
        ] {
            assert_eq!(split_shift(text), wanted);
            assert_eq!(format!("{}{}", wanted.0, shift(wanted.1)), text);
        }
    }

    #[test]
    fn raw_names_of_terms_read_back() {
        let lagged = |v: &str, lag| Term::Variable(Regressor::new(VarName::new(v), lag));
        for term in [
            Term::Constant,
            Term::Rho,
            Term::Lambda,
            Term::Phi,
            Term::Sigma2,
            lagged("ln_oa", 0),
            lagged("ln_oa", 12),
            lagged("ln_oa", -1),
            lagged("x@leader", 0),
            lagged("x@lagoon", 0),
            Term::Impact(Impact::Total, Regressor::new(VarName::new("x"), 1)),
            Term::Impact(Impact::LongRunTotal, Regressor::new(VarName::new("x"), 1)),
            Term::Variable(Regressor::new(VarName::new("x"), 1).of_neighbours()),
            Term::Derived("long run".to_owned()),
        ] {
            assert_eq!(Term::parse(&term.to_string()), term);
        }
    }
}
