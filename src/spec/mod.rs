//! The specification: TOML layers → raw mirror → resolved, with every mistake at its place.
//!
//! | file | what it does |
//! |---|---|
//! | `layers` | defaults < user < `spanel.toml` < spec < profiles < environment < `--set`, and where a value came from |
//! | `language` | the language of tables |
//! | `limits` | how a run works on cells: time, memory, retries |
//! | `profiles` | named sets of keys that are laid over the files |
//! | `overrides` | the keys and values of the environment and of `--set` |
//! | `locate` | places in a TOML text |
//! | `raw` | the TOML mirror: plain structs, unknown keys refused, no logic |
//! | `extract` | layers → raw, past every value that does not fit |
//! | `resolve` | raw → [`Spec`]: every name looked up, every mistake collected |
//! | `schema` | the language as a JSON Schema, for editors |
//! | `show` | the settings after all layers, for a reader |
//! | `vocabulary` | names that other modules define, handed in |
//! | `submit` | what a queue of jobs is told |
//! | `sources` | where numbers come from |
//! | `weights` | what weights are made of |
//! | `tables` | what a table asks for |
//! | `figures` | what a figure asks for |
//! | `output` | formats that results are written in |
//! | `published` | numbers that a text prints, and what they are here |
//! | `report` | what a report is told beside records |
//! | `claims` | what must hold for the sentences of a text to be true |
//! | `nights` | how results are held against earlier ones, and who is told |
//! | `variants` | what a robustness check changes, and what its values are called |

pub mod claims;
mod extract;
pub mod figures;
mod grids;
mod language;
pub mod layers;
pub mod limits;
mod locate;
pub mod nights;
pub mod output;
mod overrides;
pub mod profiles;
pub mod published;
pub mod raw;
pub mod report;
pub mod resolve;
pub mod resolved;
pub mod schema;
pub mod show;
mod sources;
pub mod std_errors;
pub mod submit;
mod syntax;
pub mod tables;
pub mod terms;
pub mod variants;
pub mod vocabulary;
pub mod weights;

use crate::expr::formula::{Formula, Written};
use crate::ident::{KeyPath, Located, Seed, VarName};
use crate::mistake::{Mistake, Mistakes, Place};
use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::model::incidental::{Correction, Dynamics};
use crate::model::moment_weights::MomentWeights;
use crate::model::unit_roots::{Divisor, LagChoice, Trend, UnitRootTest};
use crate::model::variance_components::VarianceComponents;
use crate::model::{
    Bootstrap, ErrorComponents, Keep, LagOrder, Randomisation, Regressor, SmallSample,
};
use claims::ClaimSpec;
use extract::{Extracted, extract};
use figures::{FigureSpec, MapSpec};
use layers::Layers;
use limits::RunSpec;
use nights::{DiffSpec, NotifySpec};
use output::OutputSpec;
use published::PublishedSpec;
use report::ReportSpec;
use resolve::{Origin, resolve};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std_errors::StdErrorsSpec;
use submit::SlurmSpec;
use tables::{RowTerm, TableSpec};
use variants::{Family, VariantSpec};
use vocabulary::Vocabulary;

/// Reads and resolves the experiment at `path`.
///
/// `environment` holds the environment variables, `arguments` the text after each `--set`.
///
/// # Errors
/// Every mistake, at its place. The layers come back in either case: they know the lines that
/// mistakes are about, those found later as well.
pub fn load(
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
    arguments: &[String],
    vocabulary: &Vocabulary,
) -> Result<(Spec, Layers), (Mistakes, Layers)> {
    let Draft { spec, mistakes, layers } = draft(path, environment, arguments, vocabulary);
    match spec {
        Some(spec) if mistakes.is_empty() => Ok((spec, layers)),
        Some(_) | None => Err((Mistakes::some(mistakes), layers)),
    }
}

/// An experiment as far as it could be read.
#[derive(Debug)]
pub struct Draft {
    /// What is whole, without the grids and tables that something is wrong with: for finding
    /// more mistakes, not for running unless `mistakes` is empty. `None` when a layer could not
    /// be read at all, and then there is a mistake.
    pub spec: Option<Spec>,
    /// All that is wrong so far.
    pub mistakes: Vec<Mistake>,
    /// Where every value came from.
    pub layers: Layers,
}

/// Reads the experiment at `path` as far as it goes.
pub fn draft(
    path: &Path,
    environment: impl Iterator<Item = (String, String)>,
    arguments: &[String],
    vocabulary: &Vocabulary,
) -> Draft {
    let (layers, mistakes) = Layers::read(path, environment, arguments);
    // What is in a file that is not TOML is unknown; to complain of its absence would mislead.
    if !mistakes.is_empty() {
        return Draft { spec: None, mistakes, layers };
    }
    let (spec, mut mistakes) = resolved(path, &layers, vocabulary);
    mistakes.extend(of_idle_profiles(path, &layers, vocabulary));
    Draft { spec: Some(spec), mistakes, layers }
}

/// What is wrong with the profiles that are not in effect: what each adds to the mistakes of the
/// one it is laid over. What the environment and `--set` change is not for them.
fn of_idle_profiles(path: &Path, layers: &Layers, vocabulary: &Vocabulary) -> Vec<Mistake> {
    let found = |profile: &str| -> Vec<Mistake> {
        let Some(layers) = layers.under(profile) else { return Vec::new() };
        let (_, mistakes) = resolved(path, &layers, vocabulary);
        mistakes.into_iter().map(|mistake| layers.located(mistake)).collect()
    };
    let mut mistakes = Vec::new();
    for (profile, parent) in layers.idle_profiles() {
        let before = found(&parent);
        let own = found(&profile).into_iter().filter(|mistake| !before.contains(mistake));
        mistakes.extend(own.map(|mistake| Mistake {
            message: format!("with the profile `{profile}`: {}", mistake.message),
            ..mistake
        }));
    }
    mistakes
}

fn resolved(path: &Path, layers: &Layers, vocabulary: &Vocabulary) -> (Spec, Vec<Mistake>) {
    let mut extracted = extract(layers);
    let mut mistakes = std::mem::take(&mut extracted.mistakes);
    let context = Context { layers, extracted: &extracted };
    let (mut spec, found) = resolve(&name_of(path), &extracted.raw, vocabulary, &context);
    let broken = |at: &KeyPath| {
        let here = |m: &Mistake| matches!(&m.place, Place::Key(key) if key.0.starts_with(&at.0));
        context.reported(at) || found.iter().any(here)
    };
    let grids = std::mem::take(&mut spec.grids);
    let whole = |grid: &GridSpec| !broken(&grid.at) && spec.has_all_of(grid);
    let grids = grids.into_iter().filter(|(_, grid)| whole(grid)).collect();
    spec.grids = grids;
    spec.joint.retain(|_, joint| !broken(&joint.at));
    spec.tables.retain(|table| !broken(&table.at));
    spec.figures.retain(|figure| !broken(&figure.at));
    spec.claims.retain(|_, claim| !broken(&claim.at));
    mistakes.extend(found.into_iter().map(|m| context.relocated(m)));
    (spec, mistakes)
}

/// What resolving asks about places. It counts the entries of lists as the mirror has them; those
/// that were taken out are missing there.
struct Context<'a> {
    layers: &'a Layers,
    extracted: &'a Extracted,
}

impl Context<'_> {
    /// The mistake at its path in the layers.
    fn relocated(&self, mistake: Mistake) -> Mistake {
        match &mistake.place {
            Place::Key(at) => {
                let at = self.extracted.original(at);
                mistake.at(Place::Key(at))
            }
            Place::Nowhere | Place::File(_) | Place::Line { .. } => mistake,
        }
    }
}

impl Origin for Context<'_> {
    fn folder(&self, at: &KeyPath) -> PathBuf {
        self.layers.folder(&self.extracted.original(at))
    }

    fn inside(&self, at: &KeyPath, offset: usize, length: usize) -> Place {
        self.layers.within_text(&self.extracted.original(at), offset, length)
    }

    fn reported(&self, at: &KeyPath) -> bool {
        self.extracted.reported(at)
    }
}

/// The experiment's name: the file name without its extension.
fn name_of(path: &Path) -> String {
    path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

pub use crate::model::Missing;
pub use grids::{Axis, GridSpec, JointSpec, Selector, ThresholdSpec};
pub use language::Language;
pub use sources::{DataSpec, MeasureSpec, RegionSpec, RegionUnits, VariableSpec};
pub use weights::{OF_PERIOD, WeightsSource, WeightsSpec};

/// A resolved experiment. Names that refer to other parts of the specification are known to
/// exist; names of columns are checked when the data are open.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The experiment's name: the file name without `.toml`. Names the results folder.
    pub name: String,
    /// Title for reports.
    pub title: String,
    /// Language of tables.
    pub language: Language,
    /// Root of all randomness.
    pub seed: Seed,
    /// Where the panel comes from.
    pub data: DataSpec,
    /// Labelled and derived columns.
    pub variables: BTreeMap<VarName, VariableSpec>,
    /// Weights by name.
    pub weights: BTreeMap<String, WeightsSpec>,
    /// Regions by name.
    pub regions: BTreeMap<String, RegionSpec>,
    /// Measures by name.
    pub measures: BTreeMap<String, MeasureSpec>,
    /// Models by name: the built-in ones and those of `[models.NAME]`.
    pub models: BTreeMap<String, ModelSpec>,
    /// Bootstraps by name.
    pub bootstrap: BTreeMap<String, BootstrapSpec>,
    /// Standard errors by name, built-in ones among them.
    pub std_errors: BTreeMap<String, StdErrorsSpec>,
    /// Randomisation tests by name.
    pub randomisation: BTreeMap<String, Randomisation>,
    /// Variants by name: `base` and those of `[variants]`.
    pub variants: BTreeMap<String, VariantSpec>,
    /// Functions of the coefficients by name.
    pub derived: BTreeMap<String, DerivedSpec>,
    /// Joint Wald tests by name.
    pub wald: BTreeMap<String, WaldSpec>,
    /// How a run works on the cells; no part of what is asked.
    pub run: RunSpec,
    /// Grids by name.
    pub grids: BTreeMap<String, GridSpec>,
    /// Families of hypotheses by name.
    pub joint: BTreeMap<String, JointSpec>,
    /// Moran's I by year, in file order.
    pub moran: Vec<MoranSpec>,
    /// Unit roots of variables, in file order.
    pub unit_roots: Vec<UnitRootsSpec>,
    /// Tables, in file order.
    pub tables: Vec<TableSpec>,
    /// Where the units are, for maps.
    pub map: Option<MapSpec>,
    /// Figures, in file order.
    pub figures: Vec<FigureSpec>,
    /// Formats that results are written in.
    pub output: OutputSpec,
    /// Numbers that a text prints.
    pub published: Option<PublishedSpec>,
    /// What a report is told.
    pub report: ReportSpec,
    /// How the cells are handed to Slurm.
    pub slurm: SlurmSpec,
    /// Claims by name.
    pub claims: BTreeMap<String, ClaimSpec>,
    /// How results are held against earlier ones.
    pub diff: DiffSpec,
    /// Who is told of the end of a run.
    pub notify: NotifySpec,
}

impl Spec {
    /// Whether everything a grid names is there: not so when its definition is broken.
    fn has_all_of(&self, grid: &GridSpec) -> bool {
        let rules = grid.exclude.iter().chain(&grid.include).map(|rule| &rule.value);
        let own = Selector {
            model: Some(grid.model.clone()),
            measure: Some(grid.measure.clone()),
            region: Some(grid.region.clone()),
            weights: Some(grid.weights.clone()),
            std_errors: Some(grid.std_errors.clone()),
            variant: Some(grid.variant.clone()),
            ..Selector::default()
        };
        let mut bootstraps = grid.bootstrap.iter().chain(&grid.test_bootstrap);
        let mut compared = grid.region_equality.iter().flat_map(|equal| &equal.value.regions);
        let beside = compared.all(|name| self.regions.contains_key(name))
            && bootstraps.all(|name| self.bootstrap.contains_key(name))
            && grid.randomisation.iter().all(|name| self.randomisation.contains_key(name))
            && grid.derived.iter().all(|name| self.derived.contains_key(name))
            && grid.wald.iter().all(|name| self.wald.contains_key(name));
        beside
            && rules.chain([&own]).all(|selector| {
                let named = |names: &Option<Vec<String>>| names.clone().unwrap_or_default();
                named(&selector.model).iter().all(|name| self.models.contains_key(name))
                    && named(&selector.measure).iter().all(|name| self.measures.contains_key(name))
                    && named(&selector.region).iter().all(|name| self.regions.contains_key(name))
                    && named(&selector.weights).iter().all(|name| self.weights.contains_key(name))
                    && named(&selector.std_errors)
                        .iter()
                        .all(|name| self.std_errors.contains_key(name))
                    && selector
                        .variant
                        .iter()
                        .flatten()
                        .all(|v| self.variants.contains_key(&v.family))
            })
    }

    /// Whether the cells of a grid are known only when the data are: it leaves out one unit, year
    /// or region at a time.
    pub fn needs_roster(&self, grid: &GridSpec) -> bool {
        let included = grid.include.iter().flat_map(|rule| rule.value.variant.iter().flatten());
        grid.variant.iter().chain(included).any(|name| {
            let family = self.variants.get(&name.family).and_then(|variant| variant.family);
            matches!(family, Some(Family::LeaveOut(_)))
        })
    }
}

/// `[models.NAME]`, or a built-in model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelSpec {
    /// Name of the estimator.
    pub estimator: String,
    /// Label in tables; the estimator's when absent.
    pub label: Option<String>,
    /// Order of lagging and demeaning.
    pub lag_order: LagOrder,
    /// Divisors and reference distribution, when stated.
    pub small_sample: Option<SmallSample>,
    /// How random effects and a spatially lagged error make up u, of an estimator with
    /// one.
    pub error_components: Option<ErrorComponents>,
    /// Whether the estimator has Durbin terms.
    pub has_durbin: bool,
    /// Which regressors have one; all when absent.
    pub durbin: Option<Vec<Located<RowTerm>>>,
    /// Key of [`Spec::weights`]: the matrix of the spatial error; that of the cell when absent.
    pub error_weights: Option<String>,
    /// Regressors that are correlated with the errors.
    pub endogenous: Vec<Located<RowTerm>>,
    /// Columns that stand for them.
    pub instruments: Vec<Located<Regressor>>,
    /// Powers of W that lag the exogenous variables for instruments.
    pub spatial_instruments: Option<u32>,
    /// What is done about the bias that the estimation of effects brings.
    pub correction: Correction,
    /// Lags of the response among the regressors.
    pub dynamics: Option<Dynamics>,
    /// By what moments of errors with random effects are weighted, when stated.
    pub moment_weights: Option<MomentWeights>,
    /// From which residuals the variances of random effects are estimated, when stated.
    pub variance_components: Option<VarianceComponents>,
}

/// `[derived.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct DerivedSpec {
    /// The function, over the names as they are written.
    pub formula: Located<Formula<Written>>,
    /// Label in tables; the name when absent.
    pub label: Option<String>,
}

/// `[wald.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct WaldSpec {
    /// What is zero under the null, never nothing.
    pub zero: Vec<Located<Formula<Written>>>,
    /// Label in tables; the name when absent.
    pub label: Option<String>,
}

/// `[bootstrap.NAME]`
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapSpec {
    /// What a cell asks for.
    pub design: Bootstrap,
    /// What is kept of the replicates.
    pub keep: Keep,
}

/// `[[unit_roots]]`
#[derive(Debug, Clone, PartialEq)]
pub struct UnitRootsSpec {
    /// Id that tables refer to.
    pub id: String,
    /// The variables.
    pub variables: Vec<Located<VarName>>,
    /// The tests, in the order of tables.
    pub tests: Vec<UnitRootTest>,
    /// What each series has beside its lag.
    pub trend: Trend,
    /// How many lagged differences.
    pub lags: LagChoice,
    /// What squares of residuals are divided by.
    pub divisor: Divisor,
    /// Key of [`Spec::regions`], or all units.
    pub region: Option<String>,
}

/// `[[moran]]`
#[derive(Debug, Clone, PartialEq)]
pub struct MoranSpec {
    /// Id that tables refer to.
    pub id: String,
    /// The variable.
    pub variable: Located<VarName>,
    /// Key of [`Spec::weights`].
    pub weights: String,
    /// Key of [`Spec::regions`], or all units.
    pub region: Option<String>,
    /// Statistics beside Moran's I, each once.
    pub statistics: Vec<Autocorrelation>,
    /// The other variable of bivariate statistics.
    pub with: Option<Located<VarName>>,
    /// What p-values are against.
    pub alternative: Alternative,
    /// Number of permutations; 0 for none.
    pub permutations: u32,
    /// p-values below which a unit counts as significant.
    pub level: f64,
    /// Whether that is of adjusted p-values.
    pub fdr: bool,
}
