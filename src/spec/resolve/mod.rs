//! Raw → resolved: every name looked up, every mistake collected.
//!
//! | file | what it does |
//! |---|---|
//! | `limits` | how a run works on cells |
//! | `functions` | functions of the coefficients and joint tests |
//! | `models` | models: estimators with what they are told |
//! | `sources` | data, variables, regions, measures |
//! | `weights` | weights: what they are made of |
//! | `grids` | axes and rules |
//! | `moran` | Moran blocks |
//! | `randomisation` | randomisation tests of the measure |
//! | `joint` | families of hypotheses over many cells |
//! | `std_errors` | standard errors beside the built-in ones |
//! | `splits` | tests of coefficients that differ between regions or regimes |
//! | `terms` | regressors that are computed from the measure |
//! | `tables` | tables, repeated ones among them |
//! | `unit_roots` | unit roots of variables |
//! | `figure_kinds` | specification curves, local Moran maps, figures of replicates |
//! | `figures` | figures, their map, formats of output |
//! | `report` | what a report is told |
//! | `submit` | what a queue of jobs is told |
//! | `published` | numbers that a text prints |
//! | `robustness` | tables over many specifications |
//! | `variants` | robustness checks and the names of their values |
//! | `claims` | claims |
//! | `nights` | how results are held against earlier ones, and who is told |

mod claims;
mod figure_kinds;
mod figures;
mod functions;
mod grids;
mod joint;
mod limits;
mod models;
mod moran;
mod nights;
mod published;
mod randomisation;
mod report;
mod robustness;
mod sources;
mod splits;
mod std_errors;
mod submit;
mod tables;
mod terms;
mod unit_roots;
mod variants;
mod weights;

use super::raw::{OneOrMany, RawSpec};
use super::std_errors::built_in;
use super::variants::BASE;
use super::vocabulary::Vocabulary;
use super::{DataSpec, Missing, Spec};
use crate::expr::ExprError;
use crate::ident::{KeyPath, Located, Seed, VarName};
use crate::mistake::{Kind, Mistake, Place, suggest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What resolving needs to know of the layers a specification came from.
pub trait Origin {
    /// The folder that a relative path at this place is relative to.
    fn folder(&self, at: &KeyPath) -> PathBuf;

    /// The place of a stretch inside the text value at `at`, counted in characters from 0.
    fn inside(&self, at: &KeyPath, offset: usize, length: usize) -> Place;

    /// Whether the value at `at`, or something it is part of or has as a part, was already
    /// reported and left out.
    fn reported(&self, at: &KeyPath) -> bool;
}

/// The state of resolving: what is known, and what is wrong so far.
pub(super) struct Resolver<'a> {
    raw: &'a RawSpec,
    vocabulary: &'a Vocabulary,
    origin: &'a dyn Origin,
    mistakes: Vec<Mistake>,
}

/// Resolves `raw`, the experiment called `name`. With mistakes, the specification holds what is
/// whole: enough to look for more mistakes, not enough to run.
pub fn resolve(
    name: &str,
    raw: &RawSpec,
    vocabulary: &Vocabulary,
    origin: &dyn Origin,
) -> (Spec, Vec<Mistake>) {
    let mut resolver = Resolver { raw, vocabulary, origin, mistakes: Vec::new() };
    let spec = resolver.spec(name);
    (spec, resolver.mistakes)
}

/// Names that rows of tables use for something else.
pub const RESERVED: [&str; 5] = ["measure", "constant", "rho", "lambda", "sigma2"];

fn at(keys: &[&str]) -> KeyPath {
    KeyPath(keys.iter().map(|k| (*k).to_owned()).collect())
}

impl Resolver<'_> {
    fn spec(&mut self, name: &str) -> Spec {
        let raw = self.raw;
        let title = raw.title.clone().unwrap_or_else(|| name.to_owned());
        let seed = self.required(raw.seed, &at(&["seed"]), "a whole number such as 20260101");
        let data = self.data();
        let mut variables = self.variables();
        let weights = self.weights();
        let regions = self.regions();
        let measures = self.measures();
        let models = self.models();
        let std_errors = self.std_errors();
        let bootstrap = self.bootstraps();
        let randomisation = self.randomisations();
        let variants = self.variants();
        let derived = self.derived();
        let wald = self.wald();
        let run = self.run();
        let grids = self.grids();
        Self::add_terms(&mut variables, &grids, &measures);
        let moran = self.moran();
        let unit_roots = self.unit_roots();
        let series = !raw.moran.is_empty() || !raw.unit_roots.is_empty();
        if raw.grids.is_empty() && !series && !self.reported(&at(&["grids"])) {
            self.mistakes.push(
                Mistake::spec(&KeyPath::root(), "there is nothing to estimate")
                    .help("declare a grid: [grids.main] with response, model, effects, measure, region, lags, weights"),
            );
        }
        let partial = Spec {
            name: name.to_owned(),
            title,
            language: raw.language.unwrap_or_default(),
            seed: Seed(seed.unwrap_or_default()),
            data: data.unwrap_or_else(no_data),
            variables,
            weights,
            regions,
            measures,
            models,
            std_errors,
            bootstrap,
            randomisation,
            variants,
            derived,
            wald,
            run,
            grids,
            joint: BTreeMap::new(),
            moran,
            unit_roots,
            tables: Vec::new(),
            map: self.map(),
            figures: Vec::new(),
            output: self.output(),
            published: self.published(),
            report: self.report(),
            slurm: self.slurm(),
            claims: BTreeMap::new(),
            diff: self.diff(),
            notify: self.notify(),
        };
        self.refuse_clashes(&partial);
        let joint = self.joint(&partial);
        let tables = self.tables(&partial);
        let figures = self.figures(&partial);
        let claims = self.claims(&partial);
        Spec { joint, tables, figures, claims, ..partial }
    }

    fn reported(&self, at: &KeyPath) -> bool {
        self.origin.reported(at)
    }

    /// A value that must be there. What was already reported at its place is not missed again.
    fn required<T>(&mut self, value: Option<T>, at: &KeyPath, expected: &str) -> Option<T> {
        if value.is_none() && !self.reported(at) {
            self.wrong(at, format!("`{at}` is missing"), format!("expected {expected}"));
        }
        value
    }

    fn wrong(&mut self, at: &KeyPath, message: impl Into<String>, help: impl Into<String>) {
        self.mistakes.push(Mistake::spec(at, message).help(help));
    }

    /// A mistake inside the text at `at`.
    fn wrong_inside(&mut self, at: &KeyPath, error: ExprError) {
        self.mistakes.push(Mistake {
            kind: Kind::Spec,
            message: error.message,
            help: error.help,
            place: self.origin.inside(at, error.position, error.length),
        });
    }

    /// Whether `name` is one of `known`; if not, it is reported with the nearest one.
    fn known<'k>(
        &mut self,
        kind: &str,
        name: &str,
        at: &KeyPath,
        known: impl IntoIterator<Item = &'k str>,
    ) -> bool {
        let known: Vec<&str> = known.into_iter().collect();
        if known.contains(&name) {
            return true;
        }
        let help = match also_called(name).filter(|usual| known.contains(usual)) {
            Some(usual) => format!("spanel calls it `{usual}`"),
            None if known.is_empty() => format!("this specification declares no {kind}"),
            None => suggest(name, known),
        };
        self.wrong(at, format!("there is no {kind} called `{name}`"), help);
        false
    }

    /// Whether a name is declared in a section of the specification, or was there but is wrong.
    fn declared(&mut self, kind: &str, section: &str, name: &str, place: &KeyPath) -> bool {
        if self.reported(&at(&[section, name])) {
            return true;
        }
        let kind = if section == "weights" { "weights matrix" } else { kind };
        let raw = self.raw;
        let names: Vec<&str> = match section {
            "weights" => raw.weights.keys().map(String::as_str).collect(),
            "regions" => raw.regions.keys().map(String::as_str).collect(),
            "measures" => raw.measures.keys().map(String::as_str).collect(),
            "grids" => raw.grids.keys().map(String::as_str).collect(),
            "joint" => raw.joint.keys().map(String::as_str).collect(),
            "bootstrap" => raw.bootstrap.keys().map(String::as_str).collect(),
            "randomisation" => raw.randomisation.keys().map(String::as_str).collect(),
            "variants" => {
                let declared = raw.variants.keys().map(String::as_str);
                std::iter::once(BASE).chain(declared).collect()
            }
            "derived" => raw.derived.keys().map(String::as_str).collect(),
            "wald" => raw.wald.keys().map(String::as_str).collect(),
            "models" => model_names(self.vocabulary, raw),
            "std_errors" => {
                let declared = raw.std_errors.keys().map(String::as_str);
                built_in().into_iter().map(|(name, _)| name).chain(declared).collect()
            }
            other => unreachable!("`{other}` is not a section of names"),
        };
        self.known(kind, name, place, names)
    }
}

/// Stands in for a `[data]` that is not whole. A specification with it is never run.
fn no_data() -> DataSpec {
    let nowhere = KeyPath::root();
    DataSpec {
        file: Located::new(PathBuf::new(), nowhere.clone()),
        sheet: None,
        unit: Located::new(VarName::new(""), nowhere.clone()),
        time: Located::new(VarName::new(""), nowhere),
        years: None,
        missing: Missing::Error,
        missing_codes: Vec::new(),
        note: None,
    }
}

/// What others call a model or a format, for people who come from there.
fn also_called(name: &str) -> Option<&'static str> {
    match name.to_lowercase().as_str() {
        "sar" | "lag" | "spatial-lag" | "mlsar" => Some("slm"),
        "error" | "spatial-error" | "mlerror" => Some("sem"),
        "lm" | "fe" | "within" | "pooled" | "pooling" => Some("ols"),
        "md" => Some("markdown"),
        "tex" => Some("latex"),
        "typ" => Some("typst"),
        "word" => Some("docx"),
        "excel" => Some("xlsx"),
        _ => None,
    }
}

/// The built-in models and those of `[models]`.
fn model_names<'n>(vocabulary: &'n Vocabulary, raw: &'n RawSpec) -> Vec<&'n str> {
    let built_in = vocabulary.estimators.iter().map(|e| e.name.as_str());
    built_in.chain(raw.models.keys().map(String::as_str)).collect()
}

/// The values of `list` with their places.
fn items<'l, T>(list: &'l OneOrMany<T>, at: &KeyPath) -> Vec<(&'l T, KeyPath)> {
    match list {
        OneOrMany::One(item) => vec![(item, at.clone())],
        OneOrMany::Many(items) => {
            items.iter().enumerate().map(|(i, item)| (item, at.join(i))).collect()
        }
    }
}

/// Items with their places.
fn located<T: Clone>(items: &[T], at: &KeyPath) -> Vec<Located<T>> {
    items.iter().enumerate().map(|(i, v)| Located::new(v.clone(), at.join(i))).collect()
}

/// Positions of items that stand a second time.
fn repeats<T: Ord>(items: &[T]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    (0..items.len()).filter(|&i| !seen.insert(&items[i])).collect()
}
