//! Tests of coefficients that may differ between regions or regimes.

use super::{Resolver, repeats};
use crate::ident::{KeyPath, Located, VarName};
use crate::model::protocol::Protocol;
use crate::model::splits::{Coefficients, RegionEquality, Threshold};
use crate::model::std_errors::Cluster;
use crate::model::wild_cluster::{Kind, Shared, WildCluster};
use crate::spec::ThresholdSpec;
use crate::spec::raw::{RawGrid, RawRegionEquality, RawThreshold, RawWildCluster};

/// What Hansen (1999) leaves out at either end.
const USUAL_TRIM: f64 = 0.05;
/// Draws of the wild cluster bootstrap: as a level of 5 % needs them, a whole number of (B + 1)/20.
const USUAL_DRAWS: u32 = 9_999;
const MIN_DRAWS: u32 = 19;
const MAX_DRAWS: u32 = 10_000_000;

impl Resolver<'_> {
    /// `region_equality` of a grid. None as well where something is wrong with it: a mistake drops
    /// the grid.
    pub(super) fn region_equality(
        &mut self,
        raw: &RawGrid,
        place: &KeyPath,
    ) -> Option<Located<RegionEquality>> {
        let at = place.join("region_equality");
        let example = "region_equality = { regions = [\"east\", \"west\"] }";
        let key = ("region_equality", raw.region_equality.is_some());
        self.asked_and_given(raw, place, ("region-equality", example), key);
        let RawRegionEquality { regions, of } = raw.region_equality.as_ref()?;
        let list = at.join("regions");
        let regions = self.required(regions.clone(), &list, "names of regions")?;
        let mut good = regions.len() >= 2;
        if !good && !self.reported(&list) {
            let help = "name all the regions that the units are divided into";
            self.wrong(&list, "it takes two regions to be equal", help);
        }
        for i in repeats(&regions) {
            good = false;
            let text = format!("region `{}` is listed twice", regions[i]);
            self.wrong(&list.join(i), text, "list it once");
        }
        for (i, name) in regions.iter().enumerate() {
            good &= self.declared("region", "regions", name, &list.join(i));
        }
        let of = of.unwrap_or(Coefficients::Measure);
        good.then(|| Located::new(RegionEquality { regions, of }, at))
    }

    /// `threshold` of a grid; none as above.
    pub(super) fn threshold(&mut self, raw: &RawGrid, place: &KeyPath) -> Option<ThresholdSpec> {
        let at = place.join("threshold");
        let example = "threshold = { variable = \"ln_gdp\" }";
        let key = ("threshold", raw.threshold.is_some());
        self.asked_and_given(raw, place, ("threshold", example), key);
        if raw.tests.iter().any(|test| test == "threshold") && raw.test_bootstrap.is_none() {
            let text = "the threshold test has no p-value without a bootstrap: its distribution \
                        depends on the sample (Hansen 1999)";
            let help = "declare [bootstrap.unit-residual], which is Hansen's, and add \
                        test_bootstrap = \"unit-residual\"";
            self.wrong(&place.join("tests"), text, help);
        }
        let RawThreshold { variable, of, trim, thresholds } = raw.threshold.as_ref()?;
        let trim = trim.unwrap_or(USUAL_TRIM);
        let thresholds = thresholds.unwrap_or(1);
        let before = self.mistakes.len();
        if !(0.0..0.5).contains(&trim) {
            let help =
                "expected the share of observations that a regime has at least, such as 0.05";
            self.wrong(&at.join("trim"), format!("{trim} is not from 0 to below 0.5"), help);
        }
        if !(1..=2).contains(&thresholds) {
            let text = format!("{thresholds} thresholds");
            self.wrong(&at.join("thresholds"), text, "expected 1 or 2");
        }
        let place = at.join("variable");
        let variable = self.required(variable.clone(), &place, "a column")?;
        (self.mistakes.len() == before).then(|| {
            let of = of.unwrap_or(Coefficients::Measure);
            let name = VarName::new(variable);
            let design = Threshold { variable: name.clone(), of, trim, thresholds };
            ThresholdSpec { variable: Located::new(name, place), design }
        })
    }

    /// The sequence of decisions, if there is one.
    pub(super) fn protocol(&mut self, raw: &RawGrid, place: &KeyPath) -> Option<Protocol> {
        let level = raw.protocol.as_ref()?.level.unwrap_or(0.05);
        if !(0.0..1.0).contains(&level) || level == 0.0 {
            let at = place.join("protocol").join("level");
            let text = format!("{level} is not between 0 and 1");
            self.wrong(&at, text, "expected a p-value below which tests reject, such as 0.05");
        }
        Some(Protocol { level })
    }

    /// `wild_cluster` of a grid; none as above.
    pub(super) fn wild_cluster(
        &mut self,
        raw: &RawGrid,
        place: &KeyPath,
    ) -> Option<Located<WildCluster>> {
        let at = place.join("wild_cluster");
        let example = "wild_cluster = { by = \"unit\" }";
        let key = ("wild_cluster", raw.wild_cluster.is_some());
        self.asked_and_given(raw, place, ("wild-cluster", example), key);
        let RawWildCluster { by, multipliers, kind, impose_null, replicates } =
            raw.wild_cluster.as_ref()?;
        let expected = "`unit`, `period`, `observation`, or a column with one text a unit";
        let by = match self.required(by.clone(), &at.join("by"), expected)?.as_str() {
            "observation" => Shared::Observation,
            "unit" => Shared::Cluster(Cluster::Unit),
            "period" => Shared::Cluster(Cluster::Period),
            column => Shared::Cluster(Cluster::Column(VarName::new(column))),
        };
        let kind = kind.unwrap_or_default();
        let before = self.mistakes.len();
        if kind == Kind::Leverage && by != Shared::Observation {
            let text = "type \"21\" divides each residual by √(1 − h), and is for multipliers by \
                        observation";
            self.wrong(&at.join("type"), text, "take \"11\" or \"31\" for clusters");
        }
        let replicates = replicates.unwrap_or(USUAL_DRAWS);
        if !(MIN_DRAWS..=MAX_DRAWS).contains(&replicates) {
            let text = format!("{replicates} draws");
            let help = format!("expected {MIN_DRAWS} to {MAX_DRAWS}, such as {USUAL_DRAWS}");
            self.wrong(&at.join("replicates"), text, help);
        }
        let design = WildCluster {
            by,
            multipliers: multipliers.unwrap_or_default(),
            kind,
            impose_null: impose_null.unwrap_or(true),
            replicates,
        };
        (self.mistakes.len() == before).then(|| Located::new(design, at))
    }

    /// A test that needs a key, and the key: one without the other is a mistake.
    fn asked_and_given(
        &mut self,
        raw: &RawGrid,
        place: &KeyPath,
        (test, example): (&str, &str),
        (key, given): (&str, bool),
    ) {
        let tests = place.join("tests");
        let asked = raw.tests.iter().position(|name| name == test);
        match asked {
            Some(i) if !given && !self.reported(&place.join(key)) => {
                let text = format!("the test `{test}` is not told of what: `{key}` is missing");
                self.wrong(&tests.join(i), text, format!("add for instance {example}"));
            }
            None if given && !self.reported(&tests) => {
                let text = format!("no test of this grid uses `{key}`");
                let help = format!("add \"{test}\" to `tests`, or take it out");
                self.wrong(&place.join(key), text, help);
            }
            Some(_) | None => {}
        }
    }
}
