//! The wild cluster bootstrap test of one coefficient: what a cell asks.

use super::std_errors::Cluster;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the hypothesis that a coefficient is zero is tested.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct WildCluster {
    /// What shares a multiplier, and within what scores may be dependent.
    pub by: Shared,
    /// The distribution of the multipliers.
    pub multipliers: Multipliers,
    /// Which residuals are multiplied.
    pub kind: Kind,
    /// Whether they are those of the regression without the measure (WCR), or of the whole (WCU).
    pub impose_null: bool,
    /// Number of draws; all patterns of signs are taken where they are no more than that.
    pub replicates: u32,
}

/// What shares a multiplier.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shared {
    /// Each observation has its own.
    Observation,
    /// All of a cluster.
    Cluster(Cluster),
}

/// The distribution of the multipliers: mean 0, variance 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Multipliers {
    /// ±1.
    #[default]
    Rademacher,
    /// ±√½, ±1, ±√(3/2), for few clusters (Webb 2023).
    Webb,
    /// −(√5 − 1)/2 or (√5 + 1)/2, of third moment 1 (Mammen 1993).
    Mammen,
}

impl Multipliers {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rademacher => "rademacher",
            Self::Webb => "webb",
            Self::Mammen => "mammen",
        }
    }
}

/// Which residuals are multiplied, in the notation of MacKinnon, Nielsen & Webb (2023): the first
/// digit that of the residuals, as in HC1 to HC3, the second that of the standard errors, CV1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// As they are.
    #[default]
    #[serde(rename = "11")]
    Plain,
    /// Over √(1 − h), for observations alone.
    #[serde(rename = "21")]
    Leverage,
    /// Of the estimates without the cluster; for observations over 1 − h.
    #[serde(rename = "31")]
    LeaveOut,
}

impl Kind {
    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "11",
            Self::Leverage => "21",
            Self::LeaveOut => "31",
        }
    }
}

impl WildCluster {
    /// The column of clusters, if there is one.
    pub fn column(&self) -> Option<&crate::ident::VarName> {
        match &self.by {
            Shared::Cluster(Cluster::Column(name)) => Some(name),
            Shared::Cluster(Cluster::Unit | Cluster::Period) | Shared::Observation => None,
        }
    }
}
