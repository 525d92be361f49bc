//! Standard errors as a specification declares them.

use super::{text, texts, whole, worded};
use crate::model::std_errors::{
    Cluster, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors,
};
use toml::{Table, Value};

/// The keys of `[std_errors.NAME]` that mean `how`.
pub(super) fn written(how: &StdErrors) -> Table {
    let mut keys = Table::new();
    let mut put = |key: &str, value: Value| {
        keys.insert(key.to_owned(), value);
    };
    let robust = match how {
        StdErrors::Default => {
            put("kind", text("default"));
            return keys;
        }
        StdErrors::Hessian => {
            put("kind", text("hessian"));
            return keys;
        }
        StdErrors::Qml => {
            put("kind", text("qml"));
            return keys;
        }
        StdErrors::Robust(robust) => robust,
    };
    put("kind", text(kind(robust)));
    put("count", worded(robust.count));
    let observations = Some(robust.of_observations).filter(|f| *f != ObservationFactor::None);
    let groups = Some(robust.of_groups).filter(|f| *f != GroupFactor::None);
    let factors = groups.map(worded).into_iter().chain(observations.map(worded));
    put("factor", Value::Array(factors.collect()));
    let scaled = match robust.residuals {
        Residuals::AsTheyAre => None,
        Residuals::Leverage => Some("hc2"),
        Residuals::Jackknife => Some("hc3"),
    };
    let names = |by: &[Cluster]| {
        texts(by.iter().map(|by| match by {
            Cluster::Unit => "unit".to_owned(),
            Cluster::Period => "period".to_owned(),
            Cluster::Column(name) => name.to_string(),
        }))
    };
    match &robust.meat {
        Meat::Observations | Meat::UnitVariances | Meat::PanelCorrected | Meat::AnySerial => {}
        Meat::Clusters(by) => put("by", names(by)),
        Meat::Jackknife(by) => put("by", names(std::slice::from_ref(by))),
        Meat::Periods { lags, kernel } => {
            if let Some(lags) = lags {
                put("lags", whole(*lags));
            }
            put("kernel", worded(*kernel));
        }
        Meat::Units { lags, kernel } => {
            put("lags", whole(*lags));
            put("kernel", worded(*kernel));
        }
        Meat::Space(space) => {
            put("longitude", text(space.longitude.to_string()));
            put("latitude", text(space.latitude.to_string()));
            put("cutoff", whole(space.cutoff));
            put("kernel", worded(space.kernel));
            put("lags", whole(space.lags));
        }
    }
    if let (Some(scaled), false) = (scaled, matches!(robust.meat, Meat::Observations)) {
        put("residuals", text(scaled));
    }
    keys
}

fn kind(robust: &Robust) -> &'static str {
    match (&robust.meat, robust.residuals) {
        (Meat::Observations, Residuals::AsTheyAre) => "hc0",
        (Meat::Observations, Residuals::Leverage) => "hc2",
        (Meat::Observations, Residuals::Jackknife) => "hc3",
        (Meat::UnitVariances, _) => "unit-variances",
        (Meat::Clusters(_), _) => "cluster",
        (Meat::Jackknife(_), _) => "cluster-jackknife",
        (Meat::Periods { .. }, _) => "driscoll-kraay",
        (Meat::Units { .. }, _) => "newey-west",
        (Meat::PanelCorrected, _) => "panel-corrected",
        (Meat::AnySerial, _) => "kiefer",
        (Meat::Space(_), _) => "conley",
    }
}
