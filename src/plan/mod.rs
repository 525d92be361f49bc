//! Axes × exclusions → ordered cells, and what each is called.
//!
//! | file | what it does |
//! |---|---|
//! | `claims` | what is wrong with the claims, given the cells |
//! | `expand` | a grid → its cells: product, `exclude`, `include`, order |
//! | `figures` | what is wrong with the figures, given the cells |
//! | `functions` | functions of the coefficients as a cell has them, and what is wrong with them |
//! | `identity` | what a cell asks → its content address |
//! | `joint` | what is wrong with the families of hypotheses, given the cells |
//! | `lint` | what is odd about a grid |
//! | `partition` | a part of the cells, for one of several machines |
//! | `report` | what is wrong with the report, given the cells |
//! | `schemes` | bootstraps that say nothing of their cells |
//! | `sense` | combinations of axes that make no sense |
//! | `tables` | what is wrong with the tables, given the cells |
//! | `variants` | the values of the axis of robustness checks, and what each changes |

mod claims;
mod expand;
mod figures;
mod functions;
mod identity;
mod joint;
mod lint;
mod partition;
mod report;
mod schemes;
mod sense;
mod tables;
mod variants;

pub use claims::check_claims;
pub use expand::cell_at;
pub use figures::check_figures;
pub use functions::{Function, JointTest, check_functions};
pub use identity::{asked, definitions};
pub use joint::check_joint;
pub use lint::lint;
pub use partition::{Partition, PartitionBy};
pub use report::check_report;
pub use schemes::check_schemes;
pub use sense::check_sense;
pub use tables::check_tables;

use crate::ident::{CellId, KeyPath, VarName};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::model::change::{Change, Roster};
use crate::model::protocol::Protocol;
use crate::model::splits::{RegionEquality, Threshold};
use crate::model::wild_cluster::WildCluster;
use crate::model::{Bootstrap, Effects, LagSet, Model, Randomisation};
use crate::spec::layers::Layers;
use crate::spec::std_errors::DEFAULT;
use crate::spec::tables::CellChoice;
use crate::spec::variants::VariantName;
use crate::spec::vocabulary::Vocabulary;
use crate::spec::{Axis, Draft, Selector, Spec, draft};
use expand::{Ground, expand};
use std::path::Path;
use std::sync::Arc;

/// One combination of the axes of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Content address: equal for cells that ask the same thing, whatever grid they stand in and
    /// whatever they are called.
    pub id: CellId,
    /// The grid.
    pub grid: Arc<str>,
    /// Its place on each axis.
    pub axes: CellAxes,
    /// What is estimated; cells of one model share it, as they do what follows.
    pub model: Arc<Model>,
    /// Key of `Spec::weights`: the matrix of the spatial error, where it is another one than that of
    /// the axis.
    pub error_weights: Option<Arc<str>>,
    /// The measure's column.
    pub measure_variable: VarName,
    /// What its variant changes.
    pub change: Arc<Change>,
    /// Periods dropped at the start: the deepest lag, of the cell or of its grid.
    pub skip: usize,
    /// Bootstraps to run, in order.
    pub bootstraps: Arc<[Bootstrap]>,
    /// Randomisation tests to run, in order.
    pub randomisations: Arc<[Randomisation]>,
    /// Functions of the coefficients to compute, in order, distinct.
    pub derived: Arc<[Function]>,
    /// Joint Wald tests to run, in order, distinct.
    pub wald: Arc<[JointTest]>,
    /// Whether effects are computed for every unit.
    pub unit_effects: bool,
    /// Groups of tests to run, in order, distinct.
    pub tests: Arc<[String]>,
    /// Bootstrap of the tests under their null hypotheses.
    pub test_bootstrap: Option<Arc<Bootstrap>>,
    /// What the test `region-equality` compares; regions are keys of `Spec::regions`.
    pub region_equality: Option<Arc<RegionEquality>>,
    /// What the test `threshold` looks at.
    pub threshold: Option<Arc<Threshold>>,
    /// How the test `wild-cluster` draws.
    pub wild_cluster: Option<Arc<WildCluster>>,
    /// The sequence of decisions.
    pub protocol: Option<Protocol>,
}

/// The values of a cell's axes, by the names of the specification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellAxes {
    /// Key of `Spec::models`.
    pub model: String,
    /// Effects.
    pub effects: Effects,
    /// Key of `Spec::measures`.
    pub measure: String,
    /// Key of `Spec::regions`.
    pub region: String,
    /// Time lags of the measure.
    pub lags: LagSet,
    /// Key of `Spec::weights`.
    pub weights: String,
    /// Key of `Spec::std_errors`.
    pub std_errors: String,
    /// The variant; its family is a key of `Spec::variants`.
    pub variant: VariantName,
}

impl CellAxes {
    /// Whether the value on an axis is what a cell has when its grid does not name the axis: nothing
    /// to speak of.
    pub fn is_plain(&self, axis: Axis) -> bool {
        match axis {
            Axis::Variant => self.variant.is_base(),
            Axis::StdErrors => self.std_errors == DEFAULT,
            _ => false,
        }
    }

    /// The value on one axis, as text.
    pub fn value(&self, axis: Axis) -> String {
        match axis {
            Axis::Model => self.model.clone(),
            Axis::Effects => self.effects.to_string(),
            Axis::Measure => self.measure.clone(),
            Axis::Region => self.region.clone(),
            Axis::Lags => self.lags.to_string(),
            Axis::Weights => self.weights.clone(),
            Axis::StdErrors => self.std_errors.clone(),
            Axis::Variant => self.variant.to_string(),
        }
    }
}

impl Selector {
    /// Whether the pattern matches these axes. An open axis matches all.
    pub fn matches(&self, axes: &CellAxes) -> bool {
        fn on<T: PartialEq>(allowed: Option<&Vec<T>>, value: &T) -> bool {
            allowed.is_none_or(|values| values.contains(value))
        }
        on(self.model.as_ref(), &axes.model)
            && on(self.effects.as_ref(), &axes.effects)
            && on(self.measure.as_ref(), &axes.measure)
            && on(self.region.as_ref(), &axes.region)
            && on(self.lags.as_ref(), &axes.lags)
            && on(self.weights.as_ref(), &axes.weights)
            && on(self.std_errors.as_ref(), &axes.std_errors)
            && self.variant.as_ref().is_none_or(|v| v.iter().any(|v| v.covers(&axes.variant)))
    }
}

impl Cell {
    /// What a person calls the cell: `paper/slm/two-way/oa/east/lag0-2/contiguity`, its standard
    /// errors and its variant when it has such.
    pub fn label(&self) -> String {
        let CellAxes { model, effects, measure, region, lags, weights, .. } = &self.axes;
        let mut label =
            format!("{}/{model}/{effects}/{measure}/{region}/lag{lags}/{weights}", self.grid);
        for axis in [Axis::StdErrors, Axis::Variant] {
            if !self.axes.is_plain(axis) {
                label = format!("{label}/{}", self.axes.value(axis));
            }
        }
        label
    }
}

/// All cells of an experiment, in the order of tables and CSV files: grids by name, then axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The cells.
    pub cells: Vec<Cell>,
    /// What the rules of the grids did, in order.
    pub rules: Vec<Rule>,
}

/// A rule of a grid and what it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The grid.
    pub grid: String,
    /// Which kind of rule.
    pub kind: RuleKind,
    /// Where it stands.
    pub at: KeyPath,
    /// Cells that it removed or added.
    pub cells: usize,
}

/// Kinds of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleKind {
    /// It removes cells.
    Exclude,
    /// It adds cells.
    Include,
}

impl Plan {
    /// The cells that a table chooses, in plan order.
    pub fn select(&self, choice: &CellChoice) -> Vec<&Cell> {
        self.cells
            .iter()
            .filter(|cell| *cell.grid == *choice.grid && choice.select.matches(&cell.axes))
            .collect()
    }
}

/// Reads the experiment at `path` and plans it: [`spec::load`](crate::spec::load), then [`plan`]
/// with [`check_schemes`] and [`check_tables`], and the mistakes of all of them. Grids that leave
/// out one unit, year or region at a time have no cells yet: [`settle`] adds them once the data are
/// open.
///
/// # Errors
/// Every mistake, at its place.
pub fn load(
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
    arguments: &[String],
    vocabulary: &Vocabulary,
) -> Result<(Spec, Plan, Layers), (Mistakes, Layers)> {
    let Draft { spec, mut mistakes, layers } = draft(path, environment, arguments, vocabulary);
    let planned = spec.map(|spec| {
        let (plan, found) = expanded(&spec, None);
        mistakes.extend(found);
        mistakes.extend(check_functions(&spec, &plan, vocabulary, &layers));
        mistakes.extend(check_sense(&spec, &plan, vocabulary));
        mistakes.extend(check_schemes(&spec, &plan, vocabulary));
        mistakes.extend(check_tables(&spec, &plan));
        mistakes.extend(check_figures(&spec, &plan));
        mistakes.extend(check_report(&spec, &plan));
        mistakes.extend(check_joint(&spec, &plan));
        mistakes.extend(check_claims(&spec, &plan, vocabulary));
        (spec, plan)
    });
    match planned {
        Some((spec, plan)) if mistakes.is_empty() => Ok((spec, plan, layers)),
        Some(_) | None => Err((Mistakes::some(mistakes), layers)),
    }
}

/// Expands the grids of `spec` that can be without the data.
///
/// # Errors
/// A rule that matches or adds nothing, a grid without cells.
pub fn plan(spec: &Spec) -> Checked<Plan> {
    let (plan, mistakes) = expanded(spec, None);
    Mistakes::unless_empty(mistakes, plan)
}

/// Whether some grid of `spec` has cells only once the data are open.
pub fn needs_roster(spec: &Spec) -> bool {
    spec.grids.values().any(|grid| spec.needs_roster(grid))
}

/// Expands all grids of `spec`, given what there is to leave out one at a time.
///
/// # Errors
/// Those of [`plan`], [`check_schemes`] and [`check_tables`].
pub fn settle(spec: &Spec, roster: &Roster, vocabulary: &Vocabulary) -> Checked<Plan> {
    let (plan, mut mistakes) = expanded(spec, Some(roster));
    mistakes.extend(check_sense(spec, &plan, vocabulary));
    mistakes.extend(check_schemes(spec, &plan, vocabulary));
    mistakes.extend(check_tables(spec, &plan));
    mistakes.extend(check_figures(spec, &plan));
    mistakes.extend(check_report(spec, &plan));
    mistakes.extend(check_claims(spec, &plan, vocabulary));
    Mistakes::unless_empty(mistakes, plan)
}

fn expanded(spec: &Spec, roster: Option<&Roster>) -> (Plan, Vec<Mistake>) {
    let mut plan = Plan::default();
    let mut mistakes = Vec::new();
    for (name, grid) in &spec.grids {
        if roster.is_some() || !spec.needs_roster(grid) {
            expand(Ground { spec, grid, roster }, name, &mut plan, &mut mistakes);
        }
    }
    if roster.is_some() || !needs_roster(spec) {
        mistakes.extend(variants::idle_variants(spec, &plan.cells));
    }
    (plan, mistakes)
}
