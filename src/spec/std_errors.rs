//! Standard errors by name.

use crate::ident::{Located, VarName};
use crate::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors, TimeKernel,
};

/// The name of the estimator's own.
pub const DEFAULT: &str = "default";

/// `[std_errors.NAME]`, or built-in ones.
#[derive(Debug, Clone, PartialEq)]
pub struct StdErrorsSpec {
    /// How they are computed.
    pub how: StdErrors,
    /// Label in tables; the name when absent.
    pub label: Option<String>,
    /// Columns of numbers that they need.
    pub numbers: Vec<Located<VarName>>,
    /// The column of texts that they need, one for each unit.
    pub texts: Option<Located<VarName>>,
}

/// Those that need no declaration, by name.
pub fn built_in() -> Vec<(&'static str, StdErrors)> {
    vec![
        (DEFAULT, StdErrors::Default),
        ("hessian", StdErrors::Hessian),
        ("qml", StdErrors::Qml),
        ("hc0", heteroskedastic(Residuals::AsTheyAre, ObservationFactor::None)),
        ("hc1", heteroskedastic(Residuals::AsTheyAre, ObservationFactor::Divisor)),
        ("hc2", heteroskedastic(Residuals::Leverage, ObservationFactor::None)),
        ("hc3", heteroskedastic(Residuals::Jackknife, ObservationFactor::None)),
        ("cluster-unit", clustered(vec![Cluster::Unit])),
        ("cluster-period", clustered(vec![Cluster::Period])),
        ("cluster-two-way", clustered(vec![Cluster::Unit, Cluster::Period])),
        ("cluster-unit-jackknife", jackknifed(Cluster::Unit)),
        ("driscoll-kraay", plain(Meat::Periods { lags: None, kernel: TimeKernel::Bartlett })),
        ("panel-corrected", plain(Meat::PanelCorrected)),
        ("kiefer", plain(Meat::AnySerial)),
    ]
}

/// Robust to heteroskedasticity; k counts effects (HC1 as in fixest and reghdfe).
pub fn heteroskedastic(residuals: Residuals, of_observations: ObservationFactor) -> StdErrors {
    StdErrors::Robust(Robust {
        meat: Meat::Observations,
        residuals,
        of_observations,
        of_groups: GroupFactor::None,
        count: Count::Effects,
    })
}

/// Clustered, G/(G − 1)·(n − 1)/(n − k), effects that clusters hold not counted (Stata, fixest).
pub fn clustered(by: Vec<Cluster>) -> StdErrors {
    StdErrors::Robust(Robust {
        meat: Meat::Clusters(by),
        residuals: Residuals::AsTheyAre,
        of_observations: ObservationFactor::LessOne,
        of_groups: GroupFactor::Own,
        count: Count::EffectsNotNested,
    })
}

/// By the estimates without each cluster, (G − 1)/G (MacKinnon, Nielsen & Webb 2023).
pub fn jackknifed(by: Cluster) -> StdErrors {
    StdErrors::Robust(Robust {
        meat: Meat::Jackknife(by),
        residuals: Residuals::AsTheyAre,
        of_observations: ObservationFactor::None,
        of_groups: GroupFactor::Inverse,
        count: Count::EffectsNotNested,
    })
}

/// Without factors.
pub fn plain(meat: Meat) -> StdErrors {
    StdErrors::Robust(Robust {
        meat,
        residuals: Residuals::AsTheyAre,
        of_observations: ObservationFactor::None,
        of_groups: GroupFactor::None,
        count: Count::Slopes,
    })
}
