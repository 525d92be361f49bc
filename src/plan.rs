//! Axes × exclusions → ordered cells, and what each is called.
//!
//! The rules of a grid are those people know from CI matrices: the cross product of the axes,
//! minus every cell that an `exclude` rule matches, plus the cells of every `include` rule. An
//! `include` rule only adds cells: an axis it names takes the values it gives (they need not be on
//! the grid's axis), an axis it leaves open takes all the grid's values.

use crate::ident::{CellId, KeyPath, Located, VarName};
use crate::mistake::{Checked, Mistake, Mistakes};
use crate::model::{Effects, LagSet, Model, Regressor};
use crate::spec::tables::CellChoice;
use crate::spec::{Axis, GridSpec, RegionUnits, Selector, Spec};
use serde::Serialize;

/// One combination of the axes of a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Content address: equal for cells that ask the same thing, whatever grid they stand in and
    /// whatever they are called.
    pub id: CellId,
    /// The grid.
    pub grid: String,
    /// Its place on each axis.
    pub axes: CellAxes,
    /// What is estimated.
    pub model: Model,
    /// The measure's column.
    pub measure_variable: VarName,
    /// Periods dropped at the start: the deepest lag, of the cell or of its grid.
    pub skip: usize,
    /// Groups of tests to run, in order, distinct.
    pub tests: Vec<String>,
}

/// The values of a cell's axes, by the names of the specification.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}

impl CellAxes {
    /// The value on one axis, as text.
    pub fn value(&self, axis: Axis) -> String {
        match axis {
            Axis::Model => self.model.clone(),
            Axis::Effects => self.effects.to_string(),
            Axis::Measure => self.measure.clone(),
            Axis::Region => self.region.clone(),
            Axis::Lags => self.lags.to_string(),
            Axis::Weights => self.weights.clone(),
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
    }
}

impl Cell {
    /// What a person calls the cell: `paper/slm/two-way/oa/east/lag0-2/contiguity`.
    pub fn label(&self) -> String {
        let CellAxes { model, effects, measure, region, lags, weights } = &self.axes;
        format!("{}/{model}/{effects}/{measure}/{region}/lag{lags}/{weights}", self.grid)
    }
}

/// All cells of an experiment, in the order of tables and CSV files: grids by name, then axes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// The cells.
    pub cells: Vec<Cell>,
}

impl Plan {
    /// The cells that a table chooses, in plan order.
    pub fn select(&self, choice: &CellChoice) -> Vec<&Cell> {
        self.cells
            .iter()
            .filter(|cell| cell.grid == choice.grid && choice.select.matches(&cell.axes))
            .collect()
    }
}

/// Expands the grids of `spec`. A rule that matches or adds nothing is a mistake, and so is a
/// regressor that a cell would hold twice or that is its own response.
pub fn plan(spec: &Spec) -> Checked<Plan> {
    let mut cells = Vec::new();
    let mut mistakes = Vec::new();
    for (name, grid) in &spec.grids {
        expand(spec, name, grid, &mut cells, &mut mistakes);
    }
    Mistakes::unless_empty(mistakes, Plan { cells })
}

fn expand(
    spec: &Spec,
    name: &str,
    grid: &GridSpec,
    cells: &mut Vec<Cell>,
    mistakes: &mut Vec<Mistake>,
) {
    let all = product(grid, &Selector::default());
    let mut axes: Vec<CellAxes> =
        all.iter().filter(|a| !grid.exclude.iter().any(|r| r.value.matches(a))).cloned().collect();
    for rule in &grid.exclude {
        if !all.iter().any(|a| rule.value.matches(a)) {
            mistakes.push(
                Mistake::spec(&rule.at, format!("this rule excludes no cell of grid `{name}`"))
                    .help("every exclude rule must match a cell: correct it or take it out"),
            );
        }
    }
    for rule in &grid.include {
        let fresh: Vec<CellAxes> =
            product(grid, &rule.value).into_iter().filter(|a| !axes.contains(a)).collect();
        if fresh.is_empty() {
            mistakes.push(
                Mistake::spec(&rule.at, format!("this rule adds no cell to grid `{name}`"))
                    .help("every include rule must add a cell that is not there: correct it or take it out"),
            );
        }
        axes.extend(fresh);
    }
    if axes.is_empty() {
        mistakes.push(Mistake::spec(&grid.at, format!("grid `{name}` has no cell left")));
    }
    let deepest = axes.iter().map(|a| a.lags.deepest()).max().unwrap_or(0);
    let mut reported = Vec::new();
    for axes in axes {
        match cell(spec, name, grid, axes, deepest) {
            Ok(cell) => cells.push(cell),
            // The same clash in every cell of a measure is one mistake.
            Err(mistake) if !reported.contains(&mistake) => {
                reported.push(mistake.clone());
                mistakes.push(mistake);
            }
            Err(_) => {}
        }
    }
}

/// The combinations of the axes; an axis that `rule` names takes the rule's values.
fn product(grid: &GridSpec, rule: &Selector) -> Vec<CellAxes> {
    fn values<'a, T>(rule: Option<&'a Vec<T>>, grid: &'a [T]) -> &'a [T] {
        rule.map_or(grid, Vec::as_slice)
    }
    let mut out = Vec::new();
    for model in values(rule.model.as_ref(), &grid.model) {
        for &effects in values(rule.effects.as_ref(), &grid.effects) {
            for measure in values(rule.measure.as_ref(), &grid.measure) {
                for region in values(rule.region.as_ref(), &grid.region) {
                    for lags in values(rule.lags.as_ref(), &grid.lags) {
                        for weights in values(rule.weights.as_ref(), &grid.weights) {
                            out.push(CellAxes {
                                model: model.clone(),
                                effects,
                                measure: measure.clone(),
                                region: region.clone(),
                                lags: lags.clone(),
                                weights: weights.clone(),
                            });
                        }
                    }
                }
            }
        }
    }
    out
}

fn cell(
    spec: &Spec,
    grid_name: &str,
    grid: &GridSpec,
    axes: CellAxes,
    deepest: u32,
) -> Result<Cell, Mistake> {
    let measure = &spec.measures[&axes.measure];
    let variable = measure.variable.value.clone();
    refuse_clashes(grid, &axes.measure, &variable)?;
    let lagged = axes.lags.lags().iter().map(|&lag| Regressor { variable: variable.clone(), lag });
    let controls = grid.controls.iter().map(|c| Regressor { variable: c.value.clone(), lag: 0 });
    let model_spec = &spec.models[&axes.model];
    let model = Model {
        estimator: model_spec.estimator.clone(),
        response: grid.response.value.clone(),
        regressors: lagged.chain(controls).collect(),
        effects: axes.effects,
        lag_order: model_spec.lag_order,
        small_sample: model_spec.small_sample,
    };
    let skip = if grid.common_sample { deepest } else { axes.lags.deepest() } as usize;
    let mut tests: Vec<String> = Vec::new();
    for test in &grid.tests {
        if !tests.contains(&test.value) {
            tests.push(test.value.clone());
        }
    }
    let id = identity(spec, &axes, &model, skip, &tests);
    Ok(Cell {
        id,
        grid: grid_name.to_owned(),
        axes,
        model,
        measure_variable: variable,
        skip,
        tests,
    })
}

fn refuse_clashes(grid: &GridSpec, measure: &str, variable: &VarName) -> Result<(), Mistake> {
    if *variable == grid.response.value {
        return Err(Mistake::spec(
            &grid.response.at,
            format!("measure `{measure}` is the response `{variable}` itself"),
        ));
    }
    for control in &grid.controls {
        let clash = if control.value == *variable {
            format!("control `{variable}` is also the measure `{measure}`")
        } else if control.value == grid.response.value {
            format!("control `{}` is the response itself", control.value)
        } else {
            continue;
        };
        return Err(Mistake::spec(&control.at, clash).help("take it out of `controls`"));
    }
    Ok(())
}

/// What a cell's identity is made of: what is asked, by content. No name that a user may change
/// without changing the question.
#[derive(Serialize)]
struct Canonical<'a> {
    model: &'a Model,
    region: CanonicalRegion<'a>,
    weights: CanonicalWeights<'a>,
    skip: usize,
    tests: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum CanonicalRegion<'a> {
    All,
    Listed(Vec<&'a str>),
    ByColumn(&'a str, Vec<&'a str>),
}

#[derive(Serialize)]
struct CanonicalWeights<'a> {
    file: String,
    normalise: crate::model::Normalisation,
    regions: crate::model::RegionWeights,
    links: Vec<&'a (String, String)>,
}

fn sorted(names: &[Located<String>]) -> Vec<&str> {
    let mut names: Vec<&str> = names.iter().map(|n| n.value.as_str()).collect();
    names.sort_unstable();
    names
}

fn identity(spec: &Spec, axes: &CellAxes, model: &Model, skip: usize, tests: &[String]) -> CellId {
    let weights = &spec.weights[&axes.weights];
    let mut links: Vec<&(String, String)> = weights.links.iter().map(|l| &l.value).collect();
    links.sort_unstable();
    let canonical = Canonical {
        model,
        region: match &spec.regions[&axes.region].units {
            RegionUnits::All => CanonicalRegion::All,
            RegionUnits::Listed(units) => CanonicalRegion::Listed(sorted(units)),
            RegionUnits::ByColumn { column, values } => {
                CanonicalRegion::ByColumn(column.value.as_str(), sorted(values))
            }
        },
        weights: CanonicalWeights {
            // The name without its folder: a cell keeps its identity on another machine. What the
            // file holds is in the hash of the record's weights.
            file: weights
                .file
                .value
                .file_name()
                .map(|n| n.to_string_lossy().into_owned())
                .unwrap_or_default(),
            normalise: weights.normalise,
            regions: weights.regions,
            links,
        },
        skip,
        tests,
    };
    let bytes = serde_json::to_vec(&canonical)
        .expect("a structure of strings, numbers and enums always has a JSON form");
    CellId::of(&bytes)
}

/// Every place of the specification that a table's choice of cells can be wrong about.
pub fn check_tables(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    use crate::spec::tables::TableKind;
    let mut mistakes = Vec::new();
    for table in &spec.tables {
        let choice = match &table.kind {
            TableKind::Regression(regression) => &regression.cells,
            TableKind::Tests { cells, .. } => cells,
            TableKind::Descriptive { .. } | TableKind::Moran { .. } => continue,
        };
        check_choice(plan, choice, &table.at, &mut mistakes);
    }
    mistakes
}

fn check_choice(plan: &Plan, choice: &CellChoice, at: &KeyPath, mistakes: &mut Vec<Mistake>) {
    let chosen = plan.select(choice);
    if chosen.is_empty() {
        mistakes.push(
            Mistake::spec(
                &at.join("where"),
                format!("no cell of grid `{}` is chosen by this table", choice.grid),
            )
            .help("`spanel plan` lists the cells"),
        );
        return;
    }
    let differing: Vec<Axis> = Axis::ALL
        .into_iter()
        .filter(|axis| !choice.columns.contains(axis))
        .filter(|&axis| chosen.iter().any(|c| c.axes.value(axis) != chosen[0].axes.value(axis)))
        .collect();
    let head = |cell: &Cell| -> Vec<String> {
        choice.columns.iter().map(|&axis| cell.axes.value(axis)).collect()
    };
    let mut heads: Vec<Vec<String>> = chosen.iter().map(|c| head(c)).collect();
    heads.sort();
    let repeated = heads.windows(2).any(|pair| pair[0] == pair[1]);
    if repeated {
        let names: Vec<String> = differing.iter().map(|a| format!("`{}`", a.name())).collect();
        mistakes.push(
            Mistake::spec(&at.join("columns"), "several cells share a column of this table").help(
                format!(
                    "they differ in {}: fix it in `where` or add it to `columns`",
                    names.join(" and ")
                ),
            ),
        );
    }
}
