//! A grid → its cells, in order.
//!
//! The rules of a grid are those people know from CI matrices: the cross product of the axes,
//! minus every cell that an `exclude` rule matches, plus the cells of every `include` rule. An
//! `include` rule only adds cells: an axis it names takes the values it gives (they need not be on
//! the grid's axis), an axis it leaves open takes all the grid's values.

use super::identity::identity;
use super::variants::{change, empty_variants, in_sample, members};
use super::{Cell, CellAxes, Plan, Rule, RuleKind, functions};
use crate::ident::{CellId, KeyPath, VarName};
use crate::mistake::Mistake;
use crate::model::change::{Change, Roster};
use crate::model::instruments::Instruments;
use crate::model::splits::{RegionEquality, Threshold};
use crate::model::wild_cluster::WildCluster;
use crate::model::{Bootstrap, Effects, LagSet, Model, Randomisation, Regressor, Term, Whose};
use crate::spec::tables::RowTerm;
use crate::spec::variants::VariantName;
use crate::spec::{Axis, GridSpec, ModelSpec, Selector, Spec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What the cells of a grid are made from.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) spec: &'a Spec,
    pub(super) grid: &'a GridSpec,
    /// What there is to leave out one at a time; a grid that does so is expanded with it only.
    pub(super) roster: Option<&'a Roster>,
}

/// Adds the cells of one grid, and what is wrong with its rules.
pub(super) fn expand(ground: Ground<'_>, name: &str, plan: &mut Plan, mistakes: &mut Vec<Mistake>) {
    let grid = ground.grid;
    let all = product(ground, &Selector::default());
    mistakes.extend(empty_variants(grid, &all));
    let rule =
        |kind, at: &KeyPath, cells| Rule { grid: name.to_owned(), kind, at: at.clone(), cells };
    let mut left = all.clone();
    for excluded in &grid.exclude {
        let before = left.len();
        left.retain(|a| !excluded.value.matches(a));
        plan.rules.push(rule(RuleKind::Exclude, &excluded.at, before - left.len()));
    }
    for rule in &grid.exclude {
        if !all.iter().any(|a| rule.value.matches(a)) {
            let help = absent(&rule.value, &all)
                .unwrap_or_else(|| "every exclude rule must match a cell".to_owned());
            let message = format!("this rule excludes no cell of grid `{name}`");
            mistakes.push(Mistake::spec(&rule.at, message).help(help));
        }
    }
    let mut axes = left;
    let mut there: BTreeSet<CellAxes> =
        if grid.include.is_empty() { BTreeSet::new() } else { axes.iter().cloned().collect() };
    for included in &grid.include {
        let fresh: Vec<CellAxes> = product(ground, &included.value)
            .into_iter()
            .filter(|a| there.insert(a.clone()))
            .collect();
        plan.rules.push(rule(RuleKind::Include, &included.at, fresh.len()));
        if fresh.is_empty() {
            mistakes.push(
                Mistake::spec(&included.at, format!("this rule adds no cell to grid `{name}`"))
                    .help("every include rule must add a cell that is not there: correct it or take it out"),
            );
        }
        axes.extend(fresh);
    }
    if axes.is_empty() {
        mistakes.push(Mistake::spec(&grid.at, format!("grid `{name}` has no cell left")));
    }
    // The product is in order as it is made.
    if !grid.include.is_empty() {
        in_axis_order(&all, &mut axes);
    }
    let deepest = axes.iter().map(|a| depth(ground.spec, a)).max().unwrap_or(0);
    let mut loom = Loom::new(ground, name, deepest);
    let made = axes.into_iter().map(|axes| loom.cell(axes));
    plan.cells.extend(made.filter(|cell| in_sample(ground, cell)));
}

/// Why `rule` can match none of `cells`: a value that no cell has.
pub(super) fn absent(rule: &Selector, cells: &[CellAxes]) -> Option<String> {
    let one = |axis: Axis, only: Selector| {
        let none = !cells.iter().any(|cell| only.matches(cell));
        none.then(|| {
            let mut present: Vec<String> = Vec::new();
            for cell in cells {
                let value = format!("`{}`", cell.value(axis));
                if !present.contains(&value) {
                    present.push(value);
                }
            }
            format!("on the axis `{}` there are {}", axis.name(), present.join(", "))
        })
    };
    let Selector { model, effects, measure, region, lags, weights, std_errors, variant } =
        rule.clone();
    let open = Selector::default;
    one(Axis::Model, Selector { model, ..open() })
        .or_else(|| one(Axis::Effects, Selector { effects, ..open() }))
        .or_else(|| one(Axis::Measure, Selector { measure, ..open() }))
        .or_else(|| one(Axis::Region, Selector { region, ..open() }))
        .or_else(|| one(Axis::Lags, Selector { lags, ..open() }))
        .or_else(|| one(Axis::Weights, Selector { weights, ..open() }))
        .or_else(|| one(Axis::StdErrors, Selector { std_errors, ..open() }))
        .or_else(|| one(Axis::Variant, Selector { variant, ..open() }))
}

/// Sorts cells along the axes. Values that only an `include` rule has come after the grid's own
/// (those of `listed`, which are in order), in the order of the rules.
fn in_axis_order(listed: &[CellAxes], cells: &mut [CellAxes]) {
    let ranks: Vec<BTreeMap<String, usize>> = Axis::ALL
        .into_iter()
        .map(|axis| {
            let mut ranks = BTreeMap::new();
            for cell in listed.iter().chain(cells.iter()) {
                let next = ranks.len();
                ranks.entry(cell.value(axis)).or_insert(next);
            }
            ranks
        })
        .collect();
    cells.sort_by_cached_key(|cell| -> Vec<Option<usize>> {
        let rank =
            |(axis, ranks): (Axis, &BTreeMap<String, usize>)| ranks.get(&cell.value(axis)).copied();
        Axis::ALL.into_iter().zip(&ranks).map(rank).collect()
    });
}

/// The combinations of the axes; an axis that `rule` names takes the rule's values.
fn product(ground: Ground<'_>, rule: &Selector) -> Vec<CellAxes> {
    fn values<'a, T>(rule: Option<&'a Vec<T>>, grid: &'a [T]) -> &'a [T] {
        rule.map_or(grid, Vec::as_slice)
    }
    let grid = ground.grid;
    let mut out = Vec::new();
    for model in values(rule.model.as_ref(), &grid.model) {
        for &effects in values(rule.effects.as_ref(), &grid.effects) {
            for measure in values(rule.measure.as_ref(), &grid.measure) {
                for region in values(rule.region.as_ref(), &grid.region) {
                    for lags in values(rule.lags.as_ref(), &grid.lags) {
                        let variants = values(rule.variant.as_ref(), &grid.variant);
                        let variants = members(ground, variants, region, lags);
                        for weights in values(rule.weights.as_ref(), &grid.weights) {
                            let errors = values(rule.std_errors.as_ref(), &grid.std_errors);
                            let pairs = errors.iter().flat_map(|errors| {
                                variants.iter().map(move |variant| (errors, variant))
                            });
                            out.extend(pairs.map(|(std_errors, variant)| CellAxes {
                                model: model.clone(),
                                effects,
                                measure: measure.clone(),
                                region: region.clone(),
                                lags: lags.clone(),
                                weights: weights.clone(),
                                std_errors: std_errors.clone(),
                                variant: variant.clone(),
                            }));
                        }
                    }
                }
            }
        }
    }
    out
}

/// The cell that grid `name` would have at `axes`, whether the plan has it or not; `plan` says how
/// deep the lags of the grid are. `None` where there is no such grid.
pub fn cell_at(spec: &Spec, plan: &Plan, name: &str, axes: CellAxes) -> Option<Cell> {
    let grid = spec.grids.get(name)?;
    let of_grid = plan.cells.iter().filter(|cell| *cell.grid == *name);
    let deepest = of_grid.map(|cell| depth(spec, &cell.axes)).max().unwrap_or(0);
    Some(Loom::new(Ground { spec, grid, roster: None }, name, deepest).cell(axes))
}

/// How many periods the lags of a cell cost, those of its response among them.
fn depth(spec: &Spec, axes: &CellAxes) -> u32 {
    let dynamic = spec.models[&axes.model].dynamics.is_some();
    axes.lags.deepest().max(u32::from(dynamic))
}

/// What of a cell's axes decides on its model.
#[derive(PartialEq)]
struct ModelAxes {
    model: String,
    effects: Effects,
    measure: String,
    lags: LagSet,
    std_errors: String,
    leads: bool,
}

/// Makes the cells of a grid, which share what they have in common.
struct Loom<'a> {
    ground: Ground<'a>,
    /// The deepest lag of the grid.
    deepest: u32,
    grid: Arc<str>,
    bootstraps: Arc<[Bootstrap]>,
    randomisations: Arc<[Randomisation]>,
    tests: Arc<[String]>,
    test_bootstrap: Option<Arc<Bootstrap>>,
    region_equality: Option<Arc<RegionEquality>>,
    threshold: Option<Arc<Threshold>>,
    wild_cluster: Option<Arc<WildCluster>>,
    models: Vec<(ModelAxes, Arc<Model>)>,
    changes: BTreeMap<VariantName, Arc<Change>>,
    functions: BTreeMap<String, Functions>,
}

/// Functions and joint tests of the cells of a measure.
type Functions = (Arc<[functions::Function]>, Arc<[functions::JointTest]>);

impl<'a> Loom<'a> {
    fn new(ground: Ground<'a>, name: &str, deepest: u32) -> Self {
        let Ground { spec, grid, .. } = ground;
        let mut tests: Vec<String> = Vec::new();
        for test in &grid.tests {
            if !tests.contains(&test.value) {
                tests.push(test.value.clone());
            }
        }
        let design = |name: &String| spec.bootstrap[name].design.clone();
        Self {
            ground,
            deepest,
            grid: name.into(),
            bootstraps: grid.bootstrap.iter().map(design).collect(),
            randomisations: grid
                .randomisation
                .iter()
                .map(|name| spec.randomisation[name].clone())
                .collect(),
            tests: tests.into(),
            test_bootstrap: grid.test_bootstrap.as_ref().map(|name| Arc::new(design(name))),
            region_equality: grid.region_equality.as_ref().map(|e| Arc::new(e.value.clone())),
            threshold: grid.threshold.as_ref().map(|t| Arc::new(t.design.clone())),
            wild_cluster: grid.wild_cluster.as_ref().map(|w| Arc::new(w.value.clone())),
            models: Vec::new(),
            changes: BTreeMap::new(),
            functions: BTreeMap::new(),
        }
    }

    fn cell(&mut self, axes: CellAxes) -> Cell {
        let Ground { spec, grid, .. } = self.ground;
        let variable = &spec.measures[&axes.measure].variable.value;
        let change = self.change(&axes.variant);
        let model = self.model(&axes, change.leads());
        let (derived, wald) = self.functions(&axes.measure, variable);
        let response = u32::from(model.dynamics.is_some());
        let own = if change.leads() { response } else { depth(spec, &axes) };
        let skip = if grid.common_sample { self.deepest } else { own } as usize;
        let of_errors = spec.models[&axes.model].error_weights.as_deref();
        let error_weights = of_errors.filter(|name| *name != axes.weights).map(Arc::from);
        let mut cell = Cell {
            id: CellId::of(&[]),
            grid: Arc::clone(&self.grid),
            axes,
            model,
            error_weights,
            measure_variable: variable.clone(),
            change,
            skip,
            bootstraps: Arc::clone(&self.bootstraps),
            randomisations: Arc::clone(&self.randomisations),
            derived,
            wald,
            unit_effects: grid.unit_effects,
            tests: Arc::clone(&self.tests),
            test_bootstrap: self.test_bootstrap.clone(),
            region_equality: self.region_equality.clone(),
            threshold: self.threshold.clone(),
            wild_cluster: self.wild_cluster.clone(),
            protocol: grid.protocol,
        };
        cell.id = identity(spec, &cell);
        cell
    }

    fn change(&mut self, variant: &VariantName) -> Arc<Change> {
        if let Some(known) = self.changes.get(variant) {
            return Arc::clone(known);
        }
        let made = Arc::new(change(self.ground.spec, variant));
        self.changes.insert(variant.clone(), Arc::clone(&made));
        made
    }

    fn functions(&mut self, measure: &str, variable: &VarName) -> Functions {
        if let Some(known) = self.functions.get(measure) {
            return known.clone();
        }
        let Ground { spec, grid, .. } = self.ground;
        let derived = functions::derived(spec, grid, variable).into();
        let made: Functions = (derived, functions::wald(spec, grid, variable).into());
        self.functions.insert(measure.to_owned(), made.clone());
        made
    }

    /// The model, which most cells have in common with the one before.
    fn model(&mut self, axes: &CellAxes, leads: bool) -> Arc<Model> {
        let same = |of: &ModelAxes| {
            of.leads == leads
                && of.effects == axes.effects
                && of.lags == axes.lags
                && of.std_errors == axes.std_errors
                && of.measure == axes.measure
                && of.model == axes.model
        };
        if let Some((_, known)) = self.models.iter().rev().find(|(of, _)| same(of)) {
            return Arc::clone(known);
        }
        let made = Arc::new(model(self.ground, axes, leads));
        let CellAxes { model, effects, measure, lags, std_errors, .. } = axes.clone();
        let of = ModelAxes { model, effects, measure, lags, std_errors, leads };
        self.models.push((of, Arc::clone(&made)));
        made
    }
}

fn model(ground: Ground<'_>, axes: &CellAxes, leads: bool) -> Model {
    let Ground { spec, grid, .. } = ground;
    let variable = &spec.measures[&axes.measure].variable.value;
    // A lag is at most a thousand periods deep.
    let shift = |&lag: &u32| i32::try_from(lag).unwrap_or(i32::MAX);
    let shift = |lag: &u32| if leads { -shift(lag) } else { shift(lag) };
    let shifts = axes.lags.lags().iter().map(shift);
    let lagged = shifts.map(|lag| Regressor::new(variable.clone(), lag));
    let controls = grid.controls.iter().map(|c| Regressor::new(c.value.clone(), 0));
    let model_spec = &spec.models[&axes.model];
    let terms = grid.terms.iter().map(|term| Regressor::new(term.column(variable), 0));
    let mut regressors: Vec<Regressor> = lagged.chain(terms).chain(controls).collect();
    if model_spec.has_durbin {
        let listed = model_spec.durbin.as_deref();
        let durbin: Vec<Regressor> = regressors
            .iter()
            .filter(|regressor| {
                listed.is_none_or(|list| {
                    list.iter().any(|term| has_durbin(&term.value, regressor, variable))
                })
            })
            .map(Regressor::of_neighbours)
            .collect();
        regressors.extend(durbin);
    }
    let instruments = instruments(model_spec, &regressors, variable);
    let mut model = Model {
        estimator: model_spec.estimator.clone(),
        response: grid.response.value.clone(),
        regressors: Vec::new(),
        effects: axes.effects,
        lag_order: model_spec.lag_order,
        small_sample: model_spec.small_sample,
        std_errors: spec.std_errors[&axes.std_errors].how.clone(),
        error_components: model_spec.error_components.filter(|_| axes.effects.is_random()),
        instruments,
        correction: model_spec.correction,
        dynamics: model_spec.dynamics,
        moment_weights: model_spec.moment_weights.filter(|_| axes.effects.is_random()),
        variance_components: model_spec.variance_components.filter(|_| axes.effects.is_random()),
    };
    let lags =
        [Whose::Own, Whose::Neighbours].into_iter().filter_map(|of| model.lag_of_response(of));
    model.regressors = lags.chain(regressors).collect();
    model
}

/// What stands for regressors that are correlated with the errors. Of those listed, a model has some or
/// none; whether it has one at least is for its estimator to say.
fn instruments(spec: &ModelSpec, regressors: &[Regressor], measure: &VarName) -> Instruments {
    let listed = |r: &Regressor| spec.endogenous.iter().any(|t| has_durbin(&t.value, r, measure));
    Instruments {
        endogenous: regressors.iter().filter(|r| listed(r)).cloned().collect(),
        columns: spec.instruments.iter().map(|z| z.value.clone()).collect(),
        powers: spec.spatial_instruments,
    }
}

/// Whether `term` of a list of Durbin terms means this regressor; a measure without a lag means all
/// of its lags.
pub(super) fn has_durbin(term: &RowTerm, regressor: &Regressor, measure: &VarName) -> bool {
    match term {
        RowTerm::Measure { lag: 0, .. } => regressor.is_own(measure),
        other => other.term(measure) == Term::Variable(regressor.clone()),
    }
}
