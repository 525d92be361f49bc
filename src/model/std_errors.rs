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
        let Self::Robust(Robust { meat, .. }) = self else { return None };
        meat.clusters().iter().find_map(|by| match by {
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
    /// Those of one cluster, by the estimates without each cluster in turn, V = Σ_g (θ_g − θ)(θ_g − θ)'
    /// (MacKinnon, Nielsen & Webb 2023).
    Jackknife(Cluster),
    /// All of a period and of periods near it, with weights that fall with their distance (Driscoll &
    /// Kraay 1998).
    Periods {
        /// Bandwidth of the weights; `None`: ⌊4(T/100)^{2/9}⌋.
        lags: Option<u32>,
        /// The weights.
        #[serde(default, skip_serializing_if = "TimeKernel::is_default")]
        kernel: TimeKernel,
    },
    /// Those of a unit in periods near each other, with weights that fall with their distance (Newey &
    /// West 1987).
    Units {
        /// Bandwidth of the weights.
        lags: u32,
        /// The weights.
        #[serde(default, skip_serializing_if = "TimeKernel::is_default")]
        kernel: TimeKernel,
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

impl Meat {
    /// What makes the clusters, if there are any.
    pub fn clusters(&self) -> &[Cluster] {
        match self {
            Self::Clusters(by) => by,
            Self::Jackknife(by) => std::slice::from_ref(by),
            Self::Observations
            | Self::UnitVariances
            | Self::Periods { .. }
            | Self::Units { .. }
            | Self::PanelCorrected
            | Self::AnySerial
            | Self::Space(_) => &[],
        }
    }
}

/// Weight of the products of scores that are j periods apart, L the bandwidth. All three give
/// covariances without negative eigenvalues.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TimeKernel {
    /// 1 − j/(L + 1) up to L (Newey & West 1987).
    #[default]
    Bartlett,
    /// With z = j/(L + 1), 1 − 6z² + 6z³ up to z = ½, then 2(1 − z)³ up to L (Gallant 1987).
    Parzen,
    /// 3(sin z/z − cos z)/z², z = 6πj/5L, over all periods (Andrews 1991).
    QuadraticSpectral,
}

impl TimeKernel {
    /// Whether it is the one by default.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The weight of products `apart` periods apart, by the bandwidth `lags`.
    pub fn weight(self, apart: usize, lags: usize) -> f64 {
        let j = apart as f64;
        let z = j / (lags + 1) as f64;
        match self {
            _ if apart == 0 => 1.0,
            Self::QuadraticSpectral if lags == 0 => 0.0,
            Self::QuadraticSpectral => {
                let z = 6.0 * std::f64::consts::PI * j / (5.0 * lags as f64);
                3.0 * (z.sin() / z - z.cos()) / (z * z)
            }
            _ if apart > lags => 0.0,
            Self::Bartlett => 1.0 - z,
            Self::Parzen if z <= 0.5 => 1.0 - 6.0 * z * z + 6.0 * z * z * z,
            Self::Parzen => 2.0 * (1.0 - z).powi(3),
        }
    }

    /// How far apart the last products with a weight are, of `periods` periods.
    pub fn reach(self, lags: usize, periods: usize) -> usize {
        let last = periods.saturating_sub(1);
        if self == Self::QuadraticSpectral && lags > 0 { last } else { lags.min(last) }
    }
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
    /// (G − 1)/G, of a jackknife.
    #[serde(rename = "(G-1)/G")]
    Inverse,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_in_time_by_hand() {
        let of = |kernel: TimeKernel, apart, lags| kernel.weight(apart, lags);
        for kernel in [TimeKernel::Bartlett, TimeKernel::Parzen, TimeKernel::QuadraticSpectral] {
            assert_eq!(of(kernel, 0, 3), 1.0);
            assert_eq!((of(kernel, 0, 0), of(kernel, 1, 0)), (1.0, 0.0));
        }
        assert_eq!(of(TimeKernel::Bartlett, 1, 3), 0.75);
        // z = ¼: 1 − 6/16 + 6/64 = 23/32; z = ½: ¼ by both pieces; z = ¾: 2/64.
        let parzen = |apart| of(TimeKernel::Parzen, apart, 3);
        assert_eq!(
            [parzen(1), parzen(2), parzen(3), parzen(4)],
            [23.0 / 32.0, 0.25, 1.0 / 32.0, 0.0]
        );
        // L = 6, j = 5: z = π, 3(0 + 1)/π². L = 3, j = 5: z = 2π, 3(0 − 1)/4π².
        let square = std::f64::consts::PI.powi(2);
        let spectral = |lags| of(TimeKernel::QuadraticSpectral, 5, lags);
        assert!((spectral(6) - 3.0 / square).abs() < 1e-15);
        assert!((spectral(3) + 0.75 / square).abs() < 1e-15);
        assert_eq!(TimeKernel::QuadraticSpectral.reach(3, 17), 16);
        assert_eq!(TimeKernel::Parzen.reach(3, 17), 3);
    }
}
