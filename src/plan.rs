//! Axes × exclusions → ordered cells, and what each is called.
//!
//! The rules of a grid are those people know from CI matrices: the cross product of the axes,
//! minus every cell that an `exclude` rule matches, plus the cells of every `include` rule. An
//! `include` rule only adds cells: an axis it names takes the values it gives (they need not be on
//! the grid's axis), an axis it leaves open takes all the grid's values.

use crate::ident::{CellId, KeyPath, Located, Period, Seed, VarName};
use crate::mistake::{Checked, Mistake, Mistakes, suggest};
use crate::model::{Effects, Impact, LagSet, Model, Regressor, Term};
use crate::spec::layers::Layers;
use crate::spec::tables::{CellChoice, RegressionTable, RowTerm, TableKind};
use crate::spec::vocabulary::Vocabulary;
use crate::spec::{Axis, Draft, GridSpec, RegionUnits, Selector, Spec, draft};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

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

/// Reads the experiment at `path` and plans it: [`spec::load`](crate::spec::load), then [`plan`]
/// and [`check_tables`], with the mistakes of all of them.
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
        let (plan, found) = expanded(&spec);
        mistakes.extend(found);
        mistakes.extend(check_tables(&spec, &plan));
        (spec, plan)
    });
    match planned {
        Some((spec, plan)) if mistakes.is_empty() => Ok((spec, plan, layers)),
        Some(_) | None => Err((Mistakes::some(mistakes), layers)),
    }
}

/// Expands the grids of `spec`.
///
/// # Errors
/// A rule that matches or adds nothing, a grid without cells.
pub fn plan(spec: &Spec) -> Checked<Plan> {
    let (plan, mistakes) = expanded(spec);
    Mistakes::unless_empty(mistakes, plan)
}

fn expanded(spec: &Spec) -> (Plan, Vec<Mistake>) {
    let mut cells = Vec::new();
    let mut mistakes = Vec::new();
    for (name, grid) in &spec.grids {
        expand(spec, name, grid, &mut cells, &mut mistakes);
    }
    (Plan { cells }, mistakes)
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
            let help = absent(&rule.value, &all)
                .unwrap_or_else(|| "every exclude rule must match a cell".to_owned());
            let message = format!("this rule excludes no cell of grid `{name}`");
            mistakes.push(Mistake::spec(&rule.at, message).help(help));
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
    in_axis_order(grid, &mut axes);
    let deepest = axes.iter().map(|a| a.lags.deepest()).max().unwrap_or(0);
    cells.extend(axes.into_iter().map(|axes| cell(spec, name, grid, axes, deepest)));
}

/// Why `rule` can match none of `cells`: a value that no cell has.
fn absent(rule: &Selector, cells: &[CellAxes]) -> Option<String> {
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
    let Selector { model, effects, measure, region, lags, weights } = rule.clone();
    let open = Selector::default;
    one(Axis::Model, Selector { model, ..open() })
        .or_else(|| one(Axis::Effects, Selector { effects, ..open() }))
        .or_else(|| one(Axis::Measure, Selector { measure, ..open() }))
        .or_else(|| one(Axis::Region, Selector { region, ..open() }))
        .or_else(|| one(Axis::Lags, Selector { lags, ..open() }))
        .or_else(|| one(Axis::Weights, Selector { weights, ..open() }))
}

/// Sorts cells along the axes. Values that only an `include` rule has come after the grid's own,
/// in the order of the rules.
fn in_axis_order(grid: &GridSpec, cells: &mut [CellAxes]) {
    let listed = product(grid, &Selector::default());
    let ranks: Vec<Vec<String>> = Axis::ALL
        .into_iter()
        .map(|axis| {
            let mut values: Vec<String> = Vec::new();
            for cell in listed.iter().chain(cells.iter()) {
                let value = cell.value(axis);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            values
        })
        .collect();
    cells.sort_by_key(|cell| -> Vec<Option<usize>> {
        let rank = |(axis, values): (Axis, &Vec<String>)| {
            values.iter().position(|value| *value == cell.value(axis))
        };
        Axis::ALL.into_iter().zip(&ranks).map(rank).collect()
    });
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

fn cell(spec: &Spec, grid_name: &str, grid: &GridSpec, axes: CellAxes, deepest: u32) -> Cell {
    let measure = &spec.measures[&axes.measure];
    let variable = measure.variable.value.clone();
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
    Cell { id, grid: grid_name.to_owned(), axes, model, measure_variable: variable, skip, tests }
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
    /// What derived columns are made of, those they are made of included.
    derived: BTreeMap<&'a VarName, String>,
    years: Option<(Period, Period)>,
    missing: &'static str,
    missing_codes: &'a [String],
    seed: Seed,
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

/// The definitions that the columns of `model` rest on, printed.
fn definitions<'s>(spec: &'s Spec, model: &Model) -> BTreeMap<&'s VarName, String> {
    let regressors = model.regressors.iter().map(|regressor| regressor.variable.clone());
    let mut open: Vec<VarName> = regressors.chain([model.response.clone()]).collect();
    let mut found = BTreeMap::new();
    while let Some(name) = open.pop() {
        let Some((name, variable)) = spec.variables.get_key_value(&name) else { continue };
        if let Some(expr) = &variable.expr
            && !found.contains_key(name)
        {
            found.insert(name, expr.value.to_string());
            open.extend(expr.value.columns());
        }
    }
    found
}

/// The name of a weights file without its folder: a cell keeps its identity on another machine.
/// What the file holds is in the hash of the record's weights. Where two files have one name, the
/// names of the weights tell them apart.
fn file_identity(spec: &Spec, weights: &str) -> String {
    let path = &spec.weights[weights].file.value;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let shared = spec
        .weights
        .values()
        .any(|w| w.file.value != *path && w.file.value.file_name() == path.file_name());
    if shared { format!("{name} of {weights}") } else { name }
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
            file: file_identity(spec, &axes.weights),
            normalise: weights.normalise,
            regions: weights.regions,
            links,
        },
        skip,
        tests,
        derived: definitions(spec, model),
        years: spec.data.years.as_ref().map(|years| years.value),
        missing: spec.data.missing.name(),
        missing_codes: &spec.data.missing_codes,
        seed: spec.seed,
    };
    let bytes = serde_json::to_vec(&canonical)
        .expect("a structure of strings, numbers and enums always has a JSON form");
    CellId::of(&bytes)
}

/// What is wrong with the tables of `spec`: cells that there are not, columns with the same head,
/// rows that no cell can fill. A table of a grid that is not there is passed over.
pub fn check_tables(spec: &Spec, plan: &Plan) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for table in &spec.tables {
        let choice = match &table.kind {
            TableKind::Regression(regression) => &regression.cells,
            TableKind::Tests { cells, .. } => cells,
            TableKind::Descriptive { .. } | TableKind::Moran { .. } => continue,
        };
        if !plan.cells.iter().any(|cell| cell.grid == choice.grid) {
            continue;
        }
        let mut found = Vec::new();
        check_choice(plan, choice, &table.at, &mut found);
        if let TableKind::Regression(regression) = &table.kind
            && found.is_empty()
        {
            check_rows(plan, regression, &mut found);
        }
        // A repeated table says the same of each turn.
        mistakes.extend(found.into_iter().filter(|m| !mistakes.contains(m)).collect::<Vec<_>>());
    }
    mistakes
}

/// A row that no chosen cell can fill is a slip: the table would show it empty.
fn check_rows(plan: &Plan, table: &RegressionTable, mistakes: &mut Vec<Mistake>) {
    let chosen = plan.select(&table.cells);
    let mut seen = Vec::new();
    for row in &table.rows {
        if seen.contains(&&row.value) {
            let message = format!("row `{}` is listed twice", row_name(&row.value));
            mistakes.push(Mistake::spec(&row.at, message).help("list it once"));
            continue;
        }
        seen.push(&row.value);
        let help = match &row.value {
            RowTerm::Measure { lag, .. } => {
                if chosen.iter().any(|cell| cell.axes.lags.lags().contains(lag)) {
                    continue;
                }
                let deepest = chosen.iter().map(|cell| cell.axes.lags.deepest()).max();
                format!("their deepest lag is {}", deepest.unwrap_or(0))
            }
            RowTerm::Named(name) => {
                let known = row_names(&chosen);
                if known.contains(name) {
                    continue;
                }
                suggest(name, known.iter().map(String::as_str))
            }
        };
        let message = format!("no cell of this table has a row `{}`", row_name(&row.value));
        mistakes.push(Mistake::spec(&row.at, message).help(help));
    }
}

/// A row as it is written in a specification.
fn row_name(row: &RowTerm) -> String {
    match row {
        RowTerm::Measure { impact, lag } => {
            let prefix = impact.map_or_else(String::new, |i| format!("{}:", i.name()));
            let suffix = if *lag == 0 { String::new() } else { format!("@lag{lag}") };
            format!("{prefix}measure{suffix}")
        }
        RowTerm::Named(name) => name.clone(),
    }
}

/// Every name that a row may have in a table of `cells`.
fn row_names(cells: &[&Cell]) -> Vec<String> {
    let mut names = vec!["measure".to_owned()];
    for cell in cells {
        if cell.axes.effects == Effects::None {
            names.push(Term::Constant.to_string());
        }
        for regressor in &cell.model.regressors {
            names.push(Term::Variable(regressor.clone()).to_string());
        }
    }
    // Which of these a model has is the estimator's business.
    names.extend([Term::Rho, Term::Lambda, Term::Sigma2].map(|term| term.to_string()));
    for regressor in cells.iter().flat_map(|cell| &cell.model.regressors) {
        names.extend(Impact::ALL.map(|kind| Term::Impact(kind, regressor.clone()).to_string()));
    }
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

fn check_choice(plan: &Plan, choice: &CellChoice, at: &KeyPath, mistakes: &mut Vec<Mistake>) {
    let chosen = plan.select(choice);
    if chosen.is_empty() {
        let all: Vec<CellAxes> = plan
            .cells
            .iter()
            .filter(|cell| cell.grid == choice.grid)
            .map(|cell| cell.axes.clone())
            .collect();
        let help = absent(&choice.select, &all)
            .unwrap_or_else(|| "`spanel plan` lists the cells".to_owned());
        let message = format!("this table chooses no cell of grid `{}`", choice.grid);
        mistakes.push(Mistake::spec(&at.join("where"), message).help(help));
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
