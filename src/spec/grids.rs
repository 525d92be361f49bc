//! Grids of cells, the axes they vary along, and what picks some of their cells.

use crate::ident::KeyPath;
use crate::ident::Located;
use crate::ident::VarName;
use crate::model::Effects;
use crate::model::LagSet;
use crate::model::protocol::Protocol;
use crate::model::splits::RegionEquality;
use crate::model::splits::Threshold;
use crate::model::wild_cluster::WildCluster;
use crate::spec::tables::CellChoice;
use crate::spec::tables::RowTerm;
use crate::spec::terms::TermSpec;
use crate::spec::variants::VariantName;
use schemars::JsonSchema;
use serde::Deserialize;

/// The axes of a grid, in the order that numbers cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// Which model.
    Model,
    /// Which effects.
    Effects,
    /// Which measure.
    Measure,
    /// Which region.
    Region,
    /// Which time lags of the measure.
    Lags,
    /// Which weights.
    Weights,
    /// Which standard errors.
    #[serde(rename = "std_errors")]
    StdErrors,
    /// Which robustness check.
    Variant,
}

impl Axis {
    /// All axes in order.
    pub const ALL: [Self; 8] = [
        Self::Model,
        Self::Effects,
        Self::Measure,
        Self::Region,
        Self::Lags,
        Self::Weights,
        Self::StdErrors,
        Self::Variant,
    ];

    /// The key in a specification and the column in a CSV file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Effects => "effects",
            Self::Measure => "measure",
            Self::Region => "region",
            Self::Lags => "lags",
            Self::Weights => "weights",
            Self::StdErrors => "std_errors",
            Self::Variant => "variant",
        }
    }

    /// The axis called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }
}

/// `[grids.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct GridSpec {
    /// Left-hand side.
    pub response: Located<VarName>,
    /// Regressors beside the measure.
    pub controls: Vec<Located<VarName>>,
    /// Regressors that are computed from the measure.
    pub terms: Vec<TermSpec>,
    /// Values of the model axis: keys of [`Spec::models`](super::Spec::models).
    pub model: Vec<String>,
    /// Values of the effects axis.
    pub effects: Vec<Effects>,
    /// Values of the measure axis: keys of [`Spec::measures`](super::Spec::measures).
    pub measure: Vec<String>,
    /// Values of the region axis: keys of [`Spec::regions`](super::Spec::regions).
    pub region: Vec<String>,
    /// Values of the lags axis.
    pub lags: Vec<LagSet>,
    /// Values of the weights axis: keys of [`Spec::weights`](super::Spec::weights).
    pub weights: Vec<String>,
    /// Standard errors: keys of [`Spec::std_errors`](super::Spec::std_errors), distinct.
    pub std_errors: Vec<String>,
    /// Values of the variant axis: names whose families are keys of [`Spec::variants`](super::Spec::variants).
    pub variant: Vec<VariantName>,
    /// Whether all cells use the periods that the deepest lag of the grid leaves.
    pub common_sample: bool,
    /// Cells to leave out: every cell that a rule matches.
    pub exclude: Vec<Located<Selector>>,
    /// Cells to add after exclusion. An axis that a rule leaves open takes all its values.
    pub include: Vec<Located<Selector>>,
    /// Bootstraps to run: keys of [`Spec::bootstrap`](super::Spec::bootstrap), distinct.
    pub bootstrap: Vec<String>,
    /// Randomisation tests to run: keys of [`Spec::randomisation`](super::Spec::randomisation), distinct.
    pub randomisation: Vec<String>,
    /// Functions of the coefficients to compute: keys of [`Spec::derived`](super::Spec::derived), distinct.
    pub derived: Vec<String>,
    /// Joint Wald tests to run: keys of [`Spec::wald`](super::Spec::wald), distinct.
    pub wald: Vec<String>,
    /// Whether effects are computed for every unit.
    pub unit_effects: bool,
    /// Groups of tests to run: `lm`, `moran`.
    pub tests: Vec<Located<String>>,
    /// Bootstrap of the tests under their null hypotheses: a key of [`Spec::bootstrap`](super::Spec::bootstrap).
    pub test_bootstrap: Option<String>,
    /// What the test `region-equality` compares; its regions are keys of [`Spec::regions`](super::Spec::regions).
    pub region_equality: Option<Located<RegionEquality>>,
    /// What the test `threshold` looks at.
    pub threshold: Option<ThresholdSpec>,
    /// How the test `wild-cluster` draws.
    pub wild_cluster: Option<Located<WildCluster>>,
    /// The sequence of decisions.
    pub protocol: Option<Protocol>,
    /// The definition itself.
    pub at: KeyPath,
}

/// `threshold = { … }` of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct ThresholdSpec {
    /// The variable, where it is named.
    pub variable: Located<VarName>,
    /// What a cell asks.
    pub design: Threshold,
}

/// A pattern over cells: for each axis named, the values that match. An open axis matches all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Selector {
    /// Models.
    pub model: Option<Vec<String>>,
    /// Effects.
    pub effects: Option<Vec<Effects>>,
    /// Measures.
    pub measure: Option<Vec<String>>,
    /// Regions.
    pub region: Option<Vec<String>>,
    /// Lags.
    pub lags: Option<Vec<LagSet>>,
    /// Weights.
    pub weights: Option<Vec<String>>,
    /// Standard errors.
    pub std_errors: Option<Vec<String>>,
    /// Variants; a name without a member stands for all of its family.
    pub variant: Option<Vec<VariantName>>,
}

impl Selector {
    /// Whether the pattern says something of an axis.
    pub fn names(&self, axis: Axis) -> bool {
        match axis {
            Axis::Model => self.model.is_some(),
            Axis::Effects => self.effects.is_some(),
            Axis::Measure => self.measure.is_some(),
            Axis::Region => self.region.is_some(),
            Axis::Lags => self.lags.is_some(),
            Axis::Weights => self.weights.is_some(),
            Axis::StdErrors => self.std_errors.is_some(),
            Axis::Variant => self.variant.is_some(),
        }
    }

    /// Whether the pattern matches axes that are written as text, in the order of [`Axis::ALL`]. An
    /// open axis matches all.
    pub fn matches_text(&self, axes: &[String; 8]) -> bool {
        fn on<T: ToString>(allowed: Option<&Vec<T>>, value: &str) -> bool {
            allowed.is_none_or(|values| values.iter().any(|v| v.to_string() == value))
        }
        let [model, effects, measure, region, lags, weights, std_errors, variant] = axes;
        let variant = VariantName::parse(variant);
        on(self.model.as_ref(), model)
            && on(self.effects.as_ref(), effects)
            && on(self.measure.as_ref(), measure)
            && on(self.region.as_ref(), region)
            && on(self.lags.as_ref(), lags)
            && on(self.weights.as_ref(), weights)
            && on(self.std_errors.as_ref(), std_errors)
            && self.variant.as_ref().is_none_or(|v| v.iter().any(|v| v.covers(&variant)))
    }
}

/// `[joint.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct JointSpec {
    /// Which cells; no axis heads a column.
    pub cells: CellChoice,
    /// The coefficients and effects, in order; at least one.
    pub rows: Vec<Located<RowTerm>>,
    /// Key of [`Spec::bootstrap`](super::Spec::bootstrap), a bootstrap of the grid.
    pub bootstrap: String,
    /// Error rate of the whole family.
    pub level: f64,
    /// The definition itself.
    pub at: KeyPath,
}
