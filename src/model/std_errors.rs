//! How the covariance of the estimates is estimated.
//!
//! The covariance is A⁻¹MA⁻¹: A the expected information (of least squares X'QX/σ²), M an estimate
//! of the variance of the score. Which errors may be dependent or of different variance decides on M.

use crate::ident::VarName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the covariance of the estimates is estimated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StdErrors {
    /// As the estimator does by itself: classical, or the expected information.
    #[default]
    Default,
    /// Inverse of the observed information, minus the Hessian of the log-likelihood.
    Hessian,
    /// A⁻¹MA⁻¹ with M of independent errors of one distribution that need not be normal (Lee 2004).
    Qml,
    /// A⁻¹MA⁻¹ with M from the products of scores.
    Robust(Robust),
}

impl StdErrors {
    /// Whether it is the estimator's own.
    pub fn is_default(&self) -> bool {
        *self == Self::Default
    }

    /// The column of clusters, if it needs one.
    pub fn cluster_column(&self) -> Option<&VarName> {
        let Self::Robust(Robust { meat: Meat::Clusters(by), .. }) = self else { return None };
        by.iter().find_map(|by| match by {
            Cluster::Column(name) => Some(name),
            Cluster::Unit | Cluster::Period => None,
        })
    }

    /// The columns of longitude and latitude, if it needs them.
    pub fn coordinates(&self) -> Option<(&VarName, &VarName)> {
        match self {
            Self::Robust(Robust { meat: Meat::Space(space), .. }) => {
                Some((&space.longitude, &space.latitude))
            }
            _ => None,
        }
    }
}

/// A⁻¹MA⁻¹ from the products of scores.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Robust {
    /// Which scores may be dependent.
    pub meat: Meat,
    /// What residuals are divided by first.
    pub residuals: Residuals,
    /// Small-sample factor of observations.
    pub of_observations: ObservationFactor,
    /// Small-sample factor of groups.
    pub of_groups: GroupFactor,
    /// What counts as a coefficient in the factors.
    pub count: Count,
}

/// Which scores may be dependent on each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Meat {
    /// None (White 1980).
    Observations,
    /// None, and each unit has one variance (White 1984, plm's `white2`).
    UnitVariances,
    /// Those of one cluster; with two kinds of clusters, those that share either (Arellano 1987;
    /// Cameron, Gelbach & Miller 2011).
    Clusters(Vec<Cluster>),
    /// All of a period and of periods up to so many apart, with Bartlett weights (Driscoll & Kraay
    /// 1998). `None`: ⌊4(T/100)^{2/9}⌋.
    Periods {
        /// How many.
        lags: Option<u32>,
    },
    /// Those of a unit up to so many periods apart, with Bartlett weights (Newey & West 1987).
    Units {
        /// How many.
        lags: u32,
    },
    /// Errors of a period are dependent across units, the same way in every period, and independent
    /// over time (Beck & Katz 1995).
    PanelCorrected,
    /// Errors of a unit are dependent over time in any way, the same in every unit, and independent
    /// across units (Kiefer 1980).
    AnySerial,
    /// Those of units that are near each other, and of a unit over time (Conley 1999; Hsiang 2010).
    Space(Space),
}

/// What makes a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cluster {
    /// The observations of a unit.
    Unit,
    /// Those of a period.
    Period,
    /// Those with the same value of a column.
    Column(VarName),
}

/// Dependence over space and time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Space {
    /// Column of degrees east.
    pub longitude: VarName,
    /// Column of degrees north.
    pub latitude: VarName,
    /// Distance beyond which units are independent, in km along great circles of a sphere with
    /// radius 6371 km.
    pub cutoff: u32,
    /// Weight of a distance.
    pub kernel: Kernel,
    /// A unit's own scores count up to so many periods apart, with Bartlett weights.
    pub lags: u32,
}

/// Weight of a distance d up to the cut-off c.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kernel {
    /// 1
    Uniform,
    /// 1 − d/c
    Bartlett,
}

/// What residuals are divided by, h their leverage in the within regression.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Residuals {
    /// Nothing.
    AsTheyAre,
    /// √(1 − h), HC2.
    Leverage,
    /// 1 − h, HC3.
    Jackknife,
}

/// A factor of the covariance that grows with the share of coefficients, k, among observations, n.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum ObservationFactor {
    /// 1
    #[serde(rename = "none")]
    None,
    /// n/(n − k)
    #[serde(rename = "n/(n-k)")]
    Divisor,
    /// (n − 1)/(n − k)
    #[serde(rename = "(n-1)/(n-k)")]
    LessOne,
}

/// A factor of the covariance that falls with the number of groups, G.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum GroupFactor {
    /// 1
    #[serde(rename = "none")]
    None,
    /// G/(G − 1), of two kinds of clusters and their intersections each its own.
    #[serde(rename = "G/(G-1)")]
    Own,
    /// G/(G − 1) of the smaller number of clusters for all.
    #[serde(rename = "min-G/(G-1)")]
    Smallest,
}

/// What k counts.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Count {
    /// The coefficients of regressors, as plm does.
    Slopes,
    /// Effects, too.
    Effects,
    /// Effects, too, but those that the clusters hold: of units where clusters are of units, of
    /// periods where they are of periods.
    EffectsNotNested,
}
