//! What things are called.

use crate::model::variance_components::VarianceComponents;
use crate::model::{Effects, Impact, Normalisation};
use crate::outcome::{Basis, FailureKind, NullDistribution, Statistic};
use crate::spec::Axis;
use crate::spec::tables::{Facet, Moment};

/// Names of what tables show. Examples are the English ones.
pub trait Names {
    /// `Constant`
    fn constant(&self) -> &'static str;
    /// The measure where columns have different ones: `Measure`
    fn measure(&self) -> &'static str;
    /// The effect of a regressor: `Indirect: ln OA`
    fn impact(&self, kind: Impact, label: &str) -> String;
    /// The variant that changes nothing: `Base`
    fn base(&self) -> &'static str;
    /// A variant that leaves out one thing: `Without Hainan`
    fn without(&self, member: &str) -> String;
    /// One of several things under a label: `Region: East`
    fn labelled(&self, label: &str, member: &str) -> String;
    /// The mean of a variable over the periods, of each unit: `Unit mean of ln OA`
    fn unit_mean(&self, label: &str) -> String;
    /// Effects as the head of a column: `Two-way`
    fn effects(&self, effects: Effects) -> &'static str;
    /// Effects within a sentence: `individual and time effects`
    fn effects_phrase(&self, effects: Effects) -> &'static str;
    /// Lags as the head of a column: `Lag 0`, and several: `Lags 0–2`
    fn lags(&self, which: &str, several: bool) -> String;
    /// An axis as a label: `Model`
    fn axis(&self, axis: Axis) -> &'static str;
    /// An axis within a sentence: `model`
    fn axis_word(&self, axis: Axis) -> &'static str;
    /// The value of a cell on an axis within a sentence: `model SLM`. Of effects `value` is the
    /// phrase already.
    fn axis_phrase(&self, axis: Axis, value: &str) -> String;
    /// What a column shows of its cell: `Direct`
    fn facet(&self, facet: Facet) -> &'static str;
    /// `rows normalised to sum 1`
    fn normalisation(&self, normalisation: Normalisation) -> &'static str;
    /// `Log likelihood`
    fn statistic(&self, statistic: Statistic) -> &'static str;
    /// How a statistic is defined, where readers cannot know it from its name.
    fn formula(&self, statistic: Statistic) -> Option<&'static str>;
    /// `Std. dev.`
    fn moment(&self, moment: Moment) -> &'static str;
    /// A test by its raw name: `Robust LM lag`; none where the name is not known.
    fn test(&self, raw: &str) -> Option<&'static str>;
    /// `LM lag (exact form)`
    fn exact_form(&self, test: &str) -> String;
    /// A joint test without a label: `Wald: name`
    fn joint_test(&self, name: &str) -> String;
    /// The fit a test looks at: `Pooled OLS`
    fn basis(&self, basis: Basis) -> &'static str;
    /// `χ²(1)`
    fn null(&self, null: &NullDistribution) -> String;
    /// `no convergence`
    fn failure(&self, kind: FailureKind) -> String;
    /// What the standard errors are, from the words of the record.
    fn std_errors(&self, kind: &str) -> String;
    /// Whose way to the variances of random effects: `Amemiya (1971)`
    fn variance_components_of(&self, how: VarianceComponents) -> &'static str;
    /// The note about it: `Variance components of random effects by Amemiya (1971).`
    fn variance_components(&self, said: &str) -> String;
    /// A bootstrap scheme by its raw name.
    fn scheme(&self, raw: &str) -> String;
    /// Why a rule chose what it chose, from the words of the record.
    fn conclusion(&self, because: &str) -> String;
    /// What is said of weights that change over time.
    fn by_period(&self) -> &'static str;
    /// What something is, after its name: `contiguity, not normalised`
    fn described(&self, name: &str, what: &str) -> String;
    /// The matrix that the errors have to themselves, as `described`.
    fn error_weights(&self, described: &str) -> String;
}
