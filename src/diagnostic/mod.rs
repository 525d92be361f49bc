//! Tests of a fitted cell: a group of tests is one file and one line in [`DIAGNOSTICS`].
//!
//! | file | what it does |
//! |---|---|
//! | `autocorrelation` | spatial autocorrelation of a variable in a period, globally and by unit |
//! | `bsjk` | random effects, serial and spatial dependence of errors |
//! | `bsk` | random effects and spatial dependence of errors |
//! | `cd` | dependence between units |
//! | `collinearity` | variance inflation and condition number of the regressors |
//! | `components` | likelihoods of error components under the nulls of `bsk`, `bsjk`, `serial` |
//! | `debarsy_ertur` | lag and error of a model with effects of units, alone and beside each other |
//! | `effects` | whether effects belong into the model |
//! | `error_components` | LM tests for random effects of units and periods |
//! | `hausman` | fixed against random effects of units |
//! | `hausman_sem` | least squares against the error model |
//! | `hausman_spatial` | the same with the spatial terms of the model |
//! | `heteroskedasticity` | unequal variances |
//! | `instruments` | strength of instruments, and whether they agree |
//! | `lm` | Lagrange multiplier tests for a lag or an error, and the rule that chooses by them |
//! | `made` | tests as they are put together |
//! | `moran` | Moran's I of residuals |
//! | `nested` | the cell's model against those nested in it |
//! | `null` | tests under their null hypothesis, for bootstraps |
//! | `protocol` | the published sequence of decisions, of these tests |
//! | `region_equality` | equal coefficients across regions |
//! | `residuals` | least-squares residuals of many replicates side by side |
//! | `serial` | serial correlation |
//! | `stability` | whether a dynamic model settles: τ + ρ + η against 1 |
//! | `unit_roots` | unit roots of a variable over time |
//! | `threshold` | coefficients that change where a variable passes a threshold |
//! | `wild_cluster` | the coefficient of the measure, by the wild cluster bootstrap |

pub mod autocorrelation;
pub mod bsjk;
pub mod bsk;
pub mod cd;
pub mod collinearity;
mod components;
pub mod debarsy_ertur;
pub mod effects;
pub mod error_components;
pub mod hausman;
pub mod hausman_sem;
pub mod hausman_spatial;
pub mod heteroskedasticity;
pub mod instruments;
pub mod lm;
mod made;
pub mod moran;
pub mod nested;
pub mod null;
pub mod protocol;
pub mod region_equality;
mod residuals;
pub mod serial;
pub mod stability;
pub mod threshold;
pub mod unit_roots;
pub mod wild_cluster;

use crate::estimator::ols::OLS;
use crate::estimator::{Estimated, Estimator, FitError, Problem};
use crate::model::splits::{Coefficients, Threshold};
use crate::model::{Effects, Model, SmallSample};
use crate::outcome::{Basis, Estimate, Test, TestOutcome, Verdict};
use crate::panel::interaction::Groups;
use null::NullStatistics;
use std::collections::BTreeMap;

/// What others need to know of a group of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Name in a specification.
    pub name: &'static str,
    /// What it tests, in a line.
    pub summary: &'static str,
    /// The tests: raw name and readable label, in the order of tables.
    pub tests: &'static [(&'static str, &'static str)],
    /// Source.
    pub reference: &'static str,
    /// Raised when the same input gives other numbers.
    pub version: u32,
    /// Whether a bootstrap may draw whole cross-sections for it: not where units are independent of
    /// each other under the null.
    pub whole_periods: bool,
    /// Whether its replicates estimate the cell's own model again, so that a scheme must be for that.
    pub of_fit: bool,
}

/// What a group of tests found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Findings {
    /// Each test on each fit it looks at.
    pub tests: Vec<Test>,
    /// What a decision rule makes of them.
    pub verdicts: Vec<Verdict>,
}

/// A group of tests.
pub trait Diagnostic: Sync {
    /// Name, tests, source.
    fn info(&self) -> &'static Info;

    /// Runs them. A test that says nothing about this cell gives its reason.
    fn run(&self, context: &Context<'_>) -> Findings;

    /// Whether it knows what to make of a W for each period.
    fn by_period(&self) -> bool {
        false
    }

    /// The models that hold under its null hypotheses, each with its statistics as functions of new
    /// innovations; none for a group without a bootstrap version.
    fn nulls<'c>(&self, _context: &'c Context<'c>) -> Vec<Box<dyn NullStatistics + 'c>> {
        Vec::new()
    }
}

/// What some groups of tests are told beside the cell's problem.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Positions of the measure among the regressors, at all its lags.
    pub measure: Vec<usize>,
    /// Whose coefficients are compared.
    pub regions: Option<(Groups, Coefficients)>,
    /// Which threshold is looked for.
    pub threshold: Option<ThresholdAsked>,
    /// How t of the measure is drawn again.
    pub wild_cluster: Option<wild_cluster::Asked>,
}

/// A threshold that is looked for.
#[derive(Debug, Clone)]
pub struct ThresholdAsked {
    /// What is asked.
    pub design: Threshold,
    /// The variable, N·T, or why it has no values here.
    pub values: Result<Vec<f64>, String>,
}

impl Asked {
    /// Positions of the regressors whose coefficients may differ.
    pub fn positions(&self, of: Coefficients, regressors: usize) -> Vec<usize> {
        match of {
            Coefficients::Measure => self.measure.clone(),
            Coefficients::All => (0..regressors).collect(),
        }
    }
}

/// What tests may look at: the cell's problem, and least squares on the same sample, pooled and
/// with the cell's effects. Both are asymptotic (σ² = e'e/n), as the tests need them.
#[derive(Debug)]
pub struct Context<'a> {
    problem: Problem<'a>,
    bases: Vec<BaseFit>,
    asked: Asked,
}

/// Least squares of one basis.
#[derive(Debug)]
pub struct BaseFit {
    /// Which.
    pub basis: Basis,
    /// The model: the cell's with least squares and the basis's effects.
    pub model: Model,
    /// The fit.
    pub fit: Result<Estimated, FitError>,
}

impl<'a> Context<'a> {
    /// Fits least squares on the sample of `problem`: pooled, and within when there are effects.
    /// Where those of units are random there is no such fit, and the tests of that basis say so.
    pub fn new(problem: Problem<'a>) -> Self {
        let effects = problem.model.effects;
        let mut wanted = vec![(Basis::Pooled, Effects::None)];
        if effects != Effects::None {
            wanted.push((Basis::Within, effects));
        }
        Self::of(problem, wanted)
    }

    /// The same with the basis `base` alone, for another response.
    fn again(problem: Problem<'a>, base: &BaseFit) -> Self {
        Self::of(problem, vec![(base.basis, base.model.effects)])
    }

    fn of(problem: Problem<'a>, wanted: Vec<(Basis, Effects)>) -> Self {
        let bases = wanted
            .into_iter()
            .map(|(basis, effects)| {
                let model = Model {
                    estimator: OLS.info().name.to_owned(),
                    effects,
                    small_sample: Some(SmallSample::Asymptotic),
                    error_components: None,
                    ..problem.model.clone()
                };
                let fit = if effects.is_random() {
                    Err(FitError::NotWithin)
                } else {
                    OLS.fit(&Problem { model: &model, ..problem })
                };
                BaseFit { basis, model, fit }
            })
            .collect();
        Self { problem, bases, asked: Asked::default() }
    }

    /// With what groups of tests are told beside.
    #[must_use]
    pub fn asking(self, asked: Asked) -> Self {
        Self { asked, ..self }
    }

    /// What groups of tests are told beside.
    pub fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The bases: pooled first, then within.
    pub fn bases(&self) -> &[BaseFit] {
        &self.bases
    }

    /// The cell's problem.
    pub fn own(&self) -> Problem<'a> {
        self.problem
    }

    /// The cell's problem with the model of a basis.
    pub fn problem<'b>(&'b self, base: &'b BaseFit) -> Problem<'b> {
        Problem { model: &base.model, ..self.problem }
    }
}

/// Every group of tests, in the order they are listed to users.
pub static DIAGNOSTICS: &[&dyn Diagnostic] = &[
    &lm::LagrangeMultiplier,
    &moran::ResidualMoran,
    &hausman::Hausman,
    &region_equality::RegionEquality,
    &threshold::Threshold,
    &wild_cluster::WildCluster,
    &instruments::Instruments,
    &stability::Stability,
    &hausman_spatial::HausmanSpatial,
    &hausman_sem::HausmanSem,
    &bsk::BaltagiSongKoh,
    &bsjk::BaltagiSongJungKoh,
    &debarsy_ertur::DebarsyErtur,
    &effects::EffectsInModel,
    &error_components::ErrorComponents,
    &nested::Nested,
    &cd::CrossSection,
    &heteroskedasticity::Heteroskedasticity,
    &serial::SerialCorrelation,
    &collinearity::Collinearity,
];

/// The group called `name`.
pub fn find(name: &str) -> Option<&'static dyn Diagnostic> {
    DIAGNOSTICS.iter().copied().find(|d| d.info().name == name)
}

/// An estimate as details of a test: `ln_x[east]` and `se:ln_x[east]`.
fn by_name(estimate: &Estimate) -> [(String, f64); 2] {
    let term = estimate.term.to_string();
    [(format!("se:{term}"), estimate.std_error), (term, estimate.value)]
}

/// What a group of tests says of a cell whose W it can make nothing of; `None` where it can.
pub fn refused(group: &dyn Diagnostic, context: &Context<'_>) -> Option<Findings> {
    let problem = context.own();
    let made = problem.model.effects.is_of_made_panel();
    let made = made.then_some(
        "it is a test of the panel in levels, and the cell is of differences or of means of it",
    );
    let changing = problem.weights.is_by_period() || problem.error_weights.is_by_period();
    let one = "it rests on one W for all periods, and these weights change over time";
    let reason = made.or_else(|| (changing && !group.by_period()).then_some(one))?;
    let of = |base: &BaseFit| not_applicable(group.info(), base.basis, reason);
    Some(Findings { tests: context.bases().iter().flat_map(of).collect(), verdicts: Vec::new() })
}

/// The same reason for every test of a group on a basis that has no fit.
fn not_applicable(info: &Info, basis: Basis, reason: &str) -> Vec<Test> {
    let outcome = TestOutcome::NotApplicable { reason: reason.to_owned() };
    info.tests
        .iter()
        .map(|(name, _)| Test {
            name: (*name).to_owned(),
            basis,
            outcome: outcome.clone(),
            details: BTreeMap::new(),
            bootstrap: None,
        })
        .collect()
}
