//! `[std_errors.NAME]`.

use super::OneOrMany;
use crate::model::std_errors::Count;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[std_errors.NAME]`: standard errors beside the built-in ones.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RawStdErrors {
    /// Which scores may be dependent.
    pub kind: Option<StdErrorsKind>,
    /// Label in tables; the name when absent.
    pub label: Option<String>,
    /// Of `cluster`: what makes a cluster, one or two of `unit`, `period`, a column; of
    /// `cluster-jackknife` one of them.
    pub by: Option<OneOrMany<String>>,
    /// Of `cluster`, `driscoll-kraay` and `newey-west`: what residuals are scaled by, as in `hc0`
    /// (nothing), `hc2` or `hc3`; `hc0` when absent.
    pub residuals: Option<ResidualsName>,
    /// Factors for small samples; those of the kind when absent.
    pub factor: Option<OneOrMany<FactorName>>,
    /// What k counts in a factor; that of the kind when absent.
    pub count: Option<Count>,
    /// Of `driscoll-kraay`, `newey-west` and `conley`: how many periods apart scores may be
    /// dependent, the bandwidth of `quadratic-spectral` weights; ⌊4(T/100)^{2/9}⌋ for `driscoll-kraay`, 1 for `newey-west`, 0 for `conley` when
    /// absent.
    pub lags: Option<u32>,
    /// Of `conley`: distance in km beyond which units are independent.
    pub cutoff: Option<u32>,
    /// Of `driscoll-kraay` and `newey-west`: weight of a distance in time, `bartlett`, `parzen` or
    /// `quadratic-spectral`; of `conley`: that of a distance in space, `bartlett` or `uniform`;
    /// `bartlett` when absent.
    pub kernel: Option<KernelName>,
    /// Of `conley`: column of degrees east.
    pub longitude: Option<String>,
    /// Of `conley`: column of degrees north.
    pub latitude: Option<String>,
}

/// Kinds of standard errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StdErrorsKind {
    /// The estimator's own.
    Default,
    /// Observed information.
    Hessian,
    /// Independent errors of one distribution that need not be normal.
    Qml,
    /// Robust to heteroskedasticity.
    Hc0,
    /// The same times n/(n − k).
    Hc1,
    /// Residuals over √(1 − h).
    Hc2,
    /// Residuals over 1 − h.
    Hc3,
    /// A variance of each unit.
    UnitVariances,
    /// Clustered by unit, by period, by a column, by two of them.
    Cluster,
    /// Clustered, by the estimates without each cluster (CV3).
    ClusterJackknife,
    /// Driscoll & Kraay (1998).
    DriscollKraay,
    /// Newey & West (1987) within units.
    NeweyWest,
    /// Beck & Katz (1995).
    PanelCorrected,
    /// Kiefer (1980).
    Kiefer,
    /// Conley (1999), with serial correlation within units.
    Conley,
}

/// Weights that fall with a distance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum KernelName {
    /// All alike up to the cut-off.
    Uniform,
    /// Falling linearly.
    Bartlett,
    /// Falling smoothly.
    Parzen,
    /// Over all distances.
    QuadraticSpectral,
}

/// What residuals are scaled by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ResidualsName {
    /// Nothing.
    Hc0,
    /// √(1 − h).
    Hc2,
    /// 1 − h.
    Hc3,
}

/// Factors for small samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum FactorName {
    /// None.
    #[serde(rename = "none")]
    None,
    /// n/(n − k)
    #[serde(rename = "n/(n-k)")]
    Divisor,
    /// (n − 1)/(n − k)
    #[serde(rename = "(n-1)/(n-k)")]
    LessOne,
    /// G/(G − 1)
    #[serde(rename = "G/(G-1)")]
    Groups,
    /// G/(G − 1) of the smaller number of clusters for all terms of a two-way covariance.
    #[serde(rename = "min-G/(G-1)")]
    SmallestGroups,
    /// (G − 1)/G
    #[serde(rename = "(G-1)/G")]
    InverseGroups,
}
