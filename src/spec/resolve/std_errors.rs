//! Standard errors beside the built-in ones.

use super::{Resolver, at, items};
use crate::ident::{KeyPath, Located, VarName};
use crate::model::std_errors::{
    Cluster, GroupFactor, Kernel, Meat, ObservationFactor, Residuals, Robust, Space, StdErrors,
    TimeKernel,
};
use crate::spec::raw::{FactorName, KernelName, RawStdErrors, ResidualsName, StdErrorsKind};
use crate::spec::std_errors::{
    StdErrorsSpec, built_in, clustered, heteroskedastic, jackknifed, plain,
};
use std::collections::BTreeMap;

impl Resolver<'_> {
    pub(super) fn std_errors(&mut self) -> BTreeMap<String, StdErrorsSpec> {
        let known = |(name, how): (&str, StdErrors)| {
            let spec = StdErrorsSpec { how, label: None, numbers: Vec::new(), texts: None };
            (name.to_owned(), spec)
        };
        let mut all: BTreeMap<String, StdErrorsSpec> = built_in().into_iter().map(known).collect();
        for (name, raw) in &self.raw.std_errors {
            let place = at(&["std_errors", name]);
            let own = raw.kind.is_none().then(|| all.get(name)).flatten();
            let how = match (raw.kind, own) {
                (None, Some(known)) => Some(known.how.clone()),
                (kind, _) => {
                    let expected = "one of `cluster`, `driscoll-kraay`, `conley`, `hc1`, …";
                    self.required(kind, &place.join("kind"), expected)
                        .and_then(|kind| self.std_errors_of(kind, raw, &place))
                }
            };
            let Some(mut how) = how else { continue };
            if let StdErrors::Robust(robust) = &mut how {
                self.tell(robust, raw, &place);
            }
            self.refuse_idle(&how, raw, &place);
            let located = |name: &VarName, key: &str| Located::new(name.clone(), place.join(key));
            let numbers = how.coordinates().map(|(longitude, latitude)| {
                vec![located(longitude, "longitude"), located(latitude, "latitude")]
            });
            let texts = how.cluster_column().map(|name| located(name, "by"));
            let label = raw.label.clone();
            let numbers = numbers.unwrap_or_default();
            all.insert(name.clone(), StdErrorsSpec { how, label, numbers, texts });
        }
        all
    }

    /// The kind with what only it is told.
    fn std_errors_of(
        &mut self,
        kind: StdErrorsKind,
        raw: &RawStdErrors,
        place: &KeyPath,
    ) -> Option<StdErrors> {
        let (none, divisor) = (ObservationFactor::None, ObservationFactor::Divisor);
        Some(match kind {
            StdErrorsKind::Default => StdErrors::Default,
            StdErrorsKind::Hessian => StdErrors::Hessian,
            StdErrorsKind::Qml => StdErrors::Qml,
            StdErrorsKind::Hc0 => heteroskedastic(Residuals::AsTheyAre, none),
            StdErrorsKind::Hc1 => heteroskedastic(Residuals::AsTheyAre, divisor),
            StdErrorsKind::Hc2 => heteroskedastic(Residuals::Leverage, none),
            StdErrorsKind::Hc3 => heteroskedastic(Residuals::Jackknife, none),
            StdErrorsKind::UnitVariances => plain(Meat::UnitVariances),
            StdErrorsKind::PanelCorrected => plain(Meat::PanelCorrected),
            StdErrorsKind::Kiefer => plain(Meat::AnySerial),
            StdErrorsKind::DriscollKraay => {
                let kernel = self.kernel_in_time(raw, place)?;
                plain(Meat::Periods { lags: raw.lags, kernel })
            }
            StdErrorsKind::NeweyWest => {
                let kernel = self.kernel_in_time(raw, place)?;
                plain(Meat::Units { lags: raw.lags.unwrap_or(1), kernel })
            }
            StdErrorsKind::ClusterJackknife => {
                let mut by = self.clusters(raw, place)?;
                if by.len() > 1 {
                    let text = "the jackknife leaves out clusters of one kind";
                    self.wrong(&place.join("by"), text, "take one, or kind = \"cluster\" for two");
                    return None;
                }
                jackknifed(by.pop()?)
            }
            StdErrorsKind::Cluster => clustered(self.clusters(raw, place)?),
            StdErrorsKind::Conley => plain(Meat::Space(self.space(raw, place)?)),
        })
    }

    fn clusters(&mut self, raw: &RawStdErrors, place: &KeyPath) -> Option<Vec<Cluster>> {
        let at = place.join("by");
        let by =
            self.required(raw.by.clone(), &at, "`unit`, `period`, a column, or two of them")?;
        let mut clusters: Vec<Cluster> = Vec::new();
        for (name, place) in items(&by, &at) {
            let cluster = match name.as_str() {
                "unit" => Cluster::Unit,
                "period" => Cluster::Period,
                column => Cluster::Column(VarName::new(column)),
            };
            if clusters.contains(&cluster) {
                self.wrong(&place, format!("`{name}` is listed twice"), "list it once");
            } else {
                clusters.push(cluster);
            }
        }
        let columns = clusters.iter().filter(|c| matches!(c, Cluster::Column(_))).count();
        if clusters.is_empty() || clusters.len() > 2 || columns > 1 {
            let text = "clusters are of one or two kinds, at most one of them by a column";
            self.wrong(&at, text, "such as by = \"unit\", or by = [\"unit\", \"period\"]");
            return None;
        }
        Some(clusters)
    }

    /// The weights of `driscoll-kraay` and `newey-west`.
    fn kernel_in_time(&mut self, raw: &RawStdErrors, place: &KeyPath) -> Option<TimeKernel> {
        match raw.kernel {
            None | Some(KernelName::Bartlett) => Some(TimeKernel::Bartlett),
            Some(KernelName::Parzen) => Some(TimeKernel::Parzen),
            Some(KernelName::QuadraticSpectral) => Some(TimeKernel::QuadraticSpectral),
            Some(KernelName::Uniform) => {
                let text = "with weights that are all alike a covariance over time can have negative \
                            eigenvalues (Newey & West 1987)";
                let help = "take `bartlett`, `parzen` or `quadratic-spectral`";
                self.wrong(&place.join("kernel"), text, help);
                None
            }
        }
    }

    /// The weights of `conley`.
    fn kernel_in_space(&mut self, raw: &RawStdErrors, place: &KeyPath) -> Option<Kernel> {
        match raw.kernel {
            None | Some(KernelName::Bartlett) => Some(Kernel::Bartlett),
            Some(KernelName::Uniform) => Some(Kernel::Uniform),
            Some(KernelName::Parzen | KernelName::QuadraticSpectral) => {
                let text = "this kernel is one over time";
                self.wrong(
                    &place.join("kernel"),
                    text,
                    "take `bartlett` or `uniform` for `conley`",
                );
                None
            }
        }
    }

    fn space(&mut self, raw: &RawStdErrors, place: &KeyPath) -> Option<Space> {
        let column = |r: &mut Self, name: &Option<String>, key: &str, what: &str| {
            r.required(name.clone(), &place.join(key), &format!("the column of degrees {what}"))
        };
        let longitude = column(self, &raw.longitude, "longitude", "east");
        let latitude = column(self, &raw.latitude, "latitude", "north");
        let cutoff = place.join("cutoff");
        let km = self.required(raw.cutoff, &cutoff, "a distance in km such as 500");
        if km == Some(0) {
            self.wrong(&cutoff, "a cut-off of 0 km leaves each unit alone", "take `hc0` for that");
            return None;
        }
        let kernel = self.kernel_in_space(raw, place);
        Some(Space {
            longitude: VarName::new(longitude?),
            latitude: VarName::new(latitude?),
            cutoff: km?,
            kernel: kernel?,
            lags: raw.lags.unwrap_or(0),
        })
    }

    /// Residuals, factors and what k counts, where the specification says so.
    fn tell(&mut self, robust: &mut Robust, raw: &RawStdErrors, place: &KeyPath) {
        if let Some(residuals) = raw.residuals {
            robust.residuals = match residuals {
                ResidualsName::Hc0 => Residuals::AsTheyAre,
                ResidualsName::Hc2 => Residuals::Leverage,
                ResidualsName::Hc3 => Residuals::Jackknife,
            };
        }
        if let Some(count) = raw.count {
            robust.count = count;
        }
        let Some(factor) = &raw.factor else { return };
        let at = place.join("factor");
        robust.of_observations = ObservationFactor::None;
        robust.of_groups = GroupFactor::None;
        let (mut observations, mut groups) = (0, 0);
        for (name, _) in items(factor, &at) {
            match name {
                FactorName::None => {}
                FactorName::Divisor | FactorName::LessOne => {
                    observations += 1;
                    robust.of_observations = match name {
                        FactorName::Divisor => ObservationFactor::Divisor,
                        _ => ObservationFactor::LessOne,
                    };
                }
                FactorName::Groups | FactorName::SmallestGroups | FactorName::InverseGroups => {
                    groups += 1;
                    robust.of_groups = match name {
                        FactorName::Groups => GroupFactor::Own,
                        FactorName::SmallestGroups => GroupFactor::Smallest,
                        _ => GroupFactor::Inverse,
                    };
                }
            }
        }
        if observations > 1 || groups > 1 {
            let text = "two factors of the same kind";
            self.wrong(
                &at,
                text,
                "one of observations and one of groups, such as [\"G/(G-1)\", \"(n-1)/(n-k)\"]",
            );
        }
        let in_time = matches!(robust.meat, Meat::Periods { .. } | Meat::Units { .. });
        let grouped = in_time || !robust.meat.clusters().is_empty();
        if groups > 0 && !grouped {
            let text = "these standard errors have no groups";
            self.wrong(&at, text, "take G/(G-1) out");
        }
    }

    /// A key that has no part in the kind.
    fn refuse_idle(&mut self, how: &StdErrors, raw: &RawStdErrors, place: &KeyPath) {
        let meat = match how {
            StdErrors::Robust(robust) => Some(&robust.meat),
            StdErrors::Default | StdErrors::Hessian | StdErrors::Qml => None,
        };
        let clusters = meat.is_some_and(|meat| !meat.clusters().is_empty());
        let jackknife = matches!(meat, Some(Meat::Jackknife(_)));
        let in_time = matches!(meat, Some(Meat::Periods { .. } | Meat::Units { .. }));
        let space = matches!(meat, Some(Meat::Space(_)));
        let idle = [
            (
                "by",
                raw.by.is_some() && !clusters,
                "only `cluster` and `cluster-jackknife` have clusters",
            ),
            (
                "residuals",
                raw.residuals.is_some() && (!clusters || jackknife) && !in_time,
                "of `cluster`, `driscoll-kraay` and `newey-west` only; `hc2` and `hc3` are kinds",
            ),
            (
                "lags",
                raw.lags.is_some() && !in_time && !space,
                "only `driscoll-kraay`, `newey-west` and `conley` look back",
            ),
            ("cutoff", raw.cutoff.is_some() && !space, "only `conley` has distances"),
            (
                "kernel",
                raw.kernel.is_some() && !in_time && !space,
                "only `driscoll-kraay`, `newey-west` and `conley` weight distances",
            ),
            ("longitude", raw.longitude.is_some() && !space, "only `conley` has distances"),
            ("latitude", raw.latitude.is_some() && !space, "only `conley` has distances"),
            ("factor", raw.factor.is_some() && meat.is_none(), "only robust ones have factors"),
            ("count", raw.count.is_some() && meat.is_none(), "only robust ones have factors"),
        ];
        for (key, is_idle, why) in idle {
            if is_idle {
                let text = format!("`{key}` has no part in these standard errors");
                self.wrong(&place.join(key), text, format!("take it out: {why}"));
            }
        }
    }
}
