//! Durbin terms: models in which a unit's equation looks at its neighbours' regressors, Wx.
//!
//! | model | equation |
//! |---|---|
//! | SLX | y = Xβ + WXθ + effects + e |
//! | SDM | y = ρWy + Xβ + WXθ + effects + e |
//! | SDEM | y = Xβ + WXθ + effects + u, u = λWu + e |
//! | GNS | y = ρWy + Xβ + WXθ + effects + u, u = λWu + e (in `sac`) |
//!
//! The columns WX are regressors like others once a sample has them ([`completed`]); each model is
//! its base estimator on more columns ([`Durbin`]). Which regressors have a Durbin term is the
//! model's to say.
//!
//! A Durbin term that is a combination of the other columns once effects are removed is left out
//! and named ([`independent`]): with row-normalised W that of a variable that all units share (its
//! lag is the variable itself), of a constant, of what effects absorb (Halleck Vega & Elhorst 2015,
//! Journal of Regional Science 55, section 3).

use super::batch::Reduction;
use super::leverage::Hat;
use super::problem::Problem;
use super::random::either::EitherEffects;
use super::score::Scored;
use super::{Estimated, Estimator, FitError, Info, Profile, ols, sem, slm};
use crate::math::linalg::ColumnSpace;
use crate::model::{Model, Regressor, Term, Whose};
use crate::outcome::Estimate;
use crate::panel::sample::Sample;
use crate::weights::Weights;

/// A base estimator on a sample with Durbin terms.
#[derive(Debug)]
pub struct Durbin<E: 'static> {
    base: &'static E,
    info: &'static Info,
}

/// The spatially lagged X model.
pub static SLX: Durbin<EitherEffects<ols::Ols>> = Durbin { base: &ols::OLS, info: &SLX_INFO };

static SLX_INFO: Info = Info {
    name: "slx",
    label: "SLX",
    summary: "neighbours' regressors, least squares",
    reference: "LeSage & Pace (2009), section 2.3; Halleck Vega & Elhorst (2015)",
    version: 1,
    spatial: &[],
    small_sample: true,
    durbin: true,
};

/// The spatial Durbin model.
pub static SDM: Durbin<EitherEffects<slm::Slm>> = Durbin { base: &slm::SLM, info: &SDM_INFO };

static SDM_INFO: Info = Info {
    name: "sdm",
    label: "SDM",
    summary: "spatial lag and neighbours' regressors, maximum likelihood",
    reference: "LeSage & Pace (2009), section 2.3; Elhorst (2014), section 3.3",
    version: 2,
    spatial: &[Term::Rho],
    small_sample: false,
    durbin: true,
};

/// The spatial Durbin error model.
pub static SDEM: Durbin<EitherEffects<sem::Sem>> = Durbin { base: &sem::SEM, info: &SDEM_INFO };

static SDEM_INFO: Info = Info {
    name: "sdem",
    label: "SDEM",
    summary: "spatial error and neighbours' regressors, maximum likelihood",
    reference: "LeSage & Pace (2009), section 2.7; Elhorst (2014), section 3.3",
    version: 2,
    spatial: &[Term::Lambda],
    small_sample: false,
    durbin: true,
};

impl<E> Durbin<E> {
    /// `base` under another name, for samples with Durbin terms.
    pub(super) const fn new(base: &'static E, info: &'static Info) -> Self {
        Self { base, info }
    }
}

impl<E: Estimator> Durbin<E> {
    fn named(&self, mut estimated: Estimated) -> Estimated {
        self.info.name.clone_into(&mut estimated.fit.estimator);
        estimated.fit.estimator_version += self.info.version - 1;
        estimated
    }
}

impl<E: Estimator> Estimator for Durbin<E> {
    fn info(&self) -> &'static Info {
        self.info
    }

    fn supports(&self, model: &Model) -> Result<(), String> {
        self.base.supports(model)
    }

    fn by_period(&self, model: &Model) -> Result<(), String> {
        self.base.by_period(model)
    }

    fn has_correction(&self) -> bool {
        self.base.has_correction()
    }

    fn has_dynamics(&self) -> bool {
        self.base.has_dynamics()
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        self.base.fit(problem).map(|estimated| self.named(estimated))
    }

    fn impacts(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Estimate> {
        super::impacts::impacts(problem, &at.fit)
    }

    fn reduction(
        &self,
        problem: &Problem<'_>,
        at: &Estimated,
        spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        self.base.reduction(problem, at, spread)
    }

    fn profile<'p>(&self, problem: &'p Problem<'p>) -> Result<Option<Profile<'p>>, FitError> {
        self.base.profile(problem)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        self.base.leverages(problem, at)
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        self.base.hat(problem, at)
    }

    fn scored(&self) -> Option<&dyn Scored> {
        self.base.scored()
    }

    fn takes_variance_components(&self) -> bool {
        self.base.takes_variance_components()
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        self.base.simulate(problem, at, errors)
    }
}

/// The regressors that a sample must have of its panel before [`completed`] makes the others of
/// them: the unit's own, each once, in the order in which they are first asked for.
pub fn own(regressors: &[Regressor]) -> Vec<Regressor> {
    let mut own: Vec<Regressor> = Vec::new();
    for regressor in regressors {
        let twin = Regressor { of: Whose::Own, ..regressor.clone() };
        if !own.contains(&twin) {
            own.push(twin);
        }
    }
    own
}

/// `sample`, which has the columns of [`own`], with those of `regressors`: Durbin terms are W times
/// the unit's own column, period by period.
#[must_use]
pub fn completed(sample: Sample, weights: &Weights, regressors: &[Regressor]) -> Sample {
    let column = |regressor: &Regressor| {
        let own = sample
            .regressors
            .iter()
            .position(|r| r.is_own(&regressor.variable) && r.lag == regressor.lag);
        let own = &sample.x[own.expect("a sample is made with the own column of every regressor")];
        if regressor.is_of_neighbours() { weights.lag(own) } else { own.clone() }
    };
    let x = regressors.iter().map(column).collect();
    Sample { x, regressors: regressors.to_vec(), ..sample }
}

/// The sample whose Durbin terms are those of its own columns again, after these have been changed.
pub fn refresh(sample: &mut Sample, weights: &Weights) {
    for j in 0..sample.x.len() {
        let Regressor { variable, lag, of: Whose::Neighbours } = sample.regressors[j].clone()
        else {
            continue;
        };
        let own = sample.regressors.iter().position(|r| r.is_own(&variable) && r.lag == lag);
        if let Some(own) = own {
            sample.x[j] = weights.lag(&sample.x[own]);
        }
    }
}

/// A Durbin term that says nothing beside the other columns, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The term.
    pub regressor: Regressor,
    /// The columns that make it up once effects are removed; none: it vanishes.
    pub of: Vec<String>,
}

impl LeftOut {
    /// What a reader has to know of it.
    pub fn caution(&self, model: &Model) -> String {
        let left = format!("`{}` is left out: ", self.regressor);
        let beside = match model.effects {
            crate::model::Effects::None => String::new(),
            effects => format!(" once {effects} effects are removed"),
        };
        if self.of.is_empty() {
            format!("{left}it has no variation left{beside}")
        } else {
            format!("{left}it is a combination of {}{beside}", self.of.join(", "))
        }
    }
}

/// Takes the Durbin terms out of `sample` that are combinations of the columns before them. Columns
/// of the units' own that are collinear stay, for the estimator to refuse.
pub fn independent(mut sample: Sample, weights: &Weights, model: &Model) -> (Sample, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    while let Some(found) = dependent(&sample, weights, model) {
        let column = found.column;
        let regressor = sample.regressors.remove(column);
        sample.x.remove(column);
        left_out.push(LeftOut { regressor, of: found.of });
    }
    (sample, left_out)
}

struct Dependent {
    /// Position among the regressors.
    column: usize,
    of: Vec<String>,
}

/// The last Durbin term that depends on others.
fn dependent(sample: &Sample, weights: &Weights, model: &Model) -> Option<Dependent> {
    if !sample.regressors.iter().any(Regressor::is_of_neighbours) {
        return None;
    }
    let problem = Problem::new(sample, weights, model).ok()?;
    let terms = problem.linear_terms();
    let first = terms.len() - sample.x.len();
    let columns = problem.columns();
    let within: Vec<Vec<f64>> = columns.iter().map(|c| problem.within(c)).collect();
    let of_neighbours = |column: usize| {
        column.checked_sub(first).filter(|&j| sample.regressors[j].is_of_neighbours())
    };
    let size = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let vanishes = |c: usize| size(&within[c]) <= 1e-10 * size(&columns[c]);
    let gone = (0..columns.len()).rev().filter(|&c| vanishes(c)).find_map(of_neighbours);
    if let Some(column) = gone {
        return Some(Dependent { column, of: Vec::new() });
    }
    let found = ColumnSpace::new(&super::problem::matrix(&within)).err()?;
    let last = found.iter().rev().find_map(|c| Some((of_neighbours(c.column)?, c)));
    last.map(|(column, c)| Dependent {
        column,
        of: c.of.iter().map(|&j| terms[j].to_string()).collect(),
    })
}
