//! Estimators: a question over a sample → a fit.
//!
//! Adding one: a file with its model, objective, divisors and source; one line in [`ESTIMATORS`].
//! Everything else (names in a specification, the laws its numbers must obey, tables) follows.
//!
//! | file | what it does |
//! |---|---|
//! | `problem` | sample + weights + model whose units agree; effects removed |
//! | `transform` | the projections that remove effects |
//! | `transformed` | panels of differences and of unit means |
//! | `ols` | pooled and within least squares |
//! | `fama_macbeth` | means of the coefficients of cross-sections |
//! | `random` | random effects of units, with and without spatial terms |
//! | `random_effects` | random effects of units by feasible least squares, for tests |
//! | `slm` | the spatial lag model by maximum likelihood |
//! | `durbin` | models with the neighbours' regressors: SLX, SDM, SDEM |
//! | `sem` | the spatial error model by maximum likelihood |
//! | `sac` | spatial lag and spatial error together, by maximum likelihood: SAC, GNS |
//! | `incidental` | what estimating effects costs the likelihood, and its correction (Lee & Yu) |
//! | `dynamic` | lags of the response: their bias, stability, effects in the long run |
//! | `likelihood` | what estimators of one spatial parameter share |
//! | `batch` | estimates of many replicates at once |
//! | `moments` | instrumental variables and generalised moments |
//! | `changing` | what can be estimated with a W for each period |
//! | `gram` | cross-products of filtered columns as functions of λ |
//! | `leverage` | diagonals of hat matrices |
//! | `score` | the score as a sum of pieces |
//! | `impacts` | direct, indirect and total effects with delta-method standard errors |
//! | `unit_effects` | the same of each unit |
//! | `derived` | functions of the coefficients with delta-method standard errors |
//! | `wald` | joint tests that functions of the coefficients are zero |
//! | `goodness` | log-likelihood, information criteria, kinds of R² |
//! | `covariance` | robust, clustered and other covariances of the estimates |
//! | `inference` | covariance → standard errors, p-values, intervals |

pub mod batch;
pub mod changing;
pub mod covariance;
pub mod derived;
pub mod durbin;
pub mod dynamic;
pub mod fama_macbeth;
pub mod goodness;
pub mod gram;
pub mod impacts;
pub mod incidental;
pub mod inference;
pub mod leverage;
mod likelihood;
pub mod moments;
pub mod ols;
pub mod problem;
pub mod random;
pub mod random_effects;
pub mod sac;
pub mod score;
pub mod sem;
pub mod slm;
pub mod transform;
pub mod transformed;
pub mod unit_effects;
pub mod wald;
#[cfg(test)]
pub(crate) mod worked;

use crate::math::optimize::NoMaximum;
use crate::model::{Effects, Model, Term};
use crate::outcome::{Estimate, Failure, FailureKind, Fit, Statistic};
use batch::Reduction;
use leverage::Hat;
pub use problem::Problem;
use score::Scored;

/// What others need to know of an estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Info {
    /// Name in a specification.
    pub name: &'static str,
    /// Short label for tables.
    pub label: &'static str,
    /// What it is, in a line.
    pub summary: &'static str,
    /// Source.
    pub reference: &'static str,
    /// Raised when the same input gives other numbers.
    pub version: u32,
    /// Spatial parameters, in the order of the estimates.
    pub spatial: &'static [Term],
    /// Whether it has a small-sample form with Student's t.
    pub small_sample: bool,
    /// Whether its equation has Durbin terms, WX.
    pub durbin: bool,
}

/// A concentrated log-likelihood.
pub type Profile<'p> = Box<dyn Fn(f64) -> f64 + 'p>;

/// A way to estimate a model.
pub trait Estimator: Sync {
    /// Name, label, source.
    fn info(&self) -> &'static Info;

    /// Whether it can estimate `model`, else why not. Needs no data.
    fn supports(&self, model: &Model) -> Result<(), String>;

    /// Whether it can take off what the estimation of effects costs.
    fn has_correction(&self) -> bool {
        false
    }

    /// Whether it can have a matrix W for each period, else why not.
    ///
    /// # Errors
    /// The reason, as a sentence.
    fn by_period(&self, _model: &Model) -> Result<(), String> {
        let name = self.info().name;
        Err(format!(
            "`{name}` has one W for all periods: take `ols`, `slx`, `slm` or `sdm` with fixed effects or \
             none"
        ))
    }

    /// Whether it can have lags of the response among its regressors.
    fn has_dynamics(&self) -> bool {
        false
    }

    /// Estimates.
    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError>;

    /// Average direct, indirect and total effects of the regressors at the fit; none for a model
    /// without a spatial lag or Durbin terms.
    fn impacts(&self, _problem: &Problem<'_>, _at: &Estimated) -> Vec<Estimate> {
        Vec::new()
    }

    /// The estimator at a fit as a function of linear and quadratic forms of new innovations, where
    /// its likelihood reduces to that; `None` where replicates have to be fitted one at a time.
    /// `spread`: how far the spatial parameter varies over replicates, in standard errors of the
    /// fit; those far outside are left unsolved.
    fn reduction(
        &self,
        _problem: &Problem<'_>,
        _at: &Estimated,
        _spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        None
    }

    /// The log-likelihood as a function of the spatial parameter, all others concentrated out; `None`
    /// for an estimator that maximises none.
    fn profile<'p>(&self, _problem: &'p Problem<'p>) -> Result<Option<Profile<'p>>, FitError> {
        Ok(None)
    }

    /// The leverage of each observation in the regression behind the fit, effects included, N·T.
    fn leverages(&self, problem: &Problem<'_>, _at: &Estimated) -> Vec<f64> {
        leverage::within(problem)
    }

    /// The hat matrix of the regression behind the fit, unit by unit.
    fn hat(&self, problem: &Problem<'_>, _at: &Estimated) -> Hat {
        Hat::within(problem)
    }

    /// The score in pieces, where it is known.
    fn scored(&self) -> Option<&dyn Scored> {
        None
    }

    /// Whether it takes instruments and endogenous regressors.
    fn takes_instruments(&self) -> bool {
        false
    }

    /// Whether it has moments of errors with random effects, which can be weighted in several ways.
    fn takes_moment_weights(&self) -> bool {
        false
    }

    /// Whether the variances of its random effects are estimated before it, in one of several ways.
    fn takes_variance_components(&self) -> bool {
        false
    }

    /// Whether it maximises a likelihood; least squares does.
    fn maximises_likelihood(&self) -> bool {
        true
    }

    /// Whether it is the mean of what it is of each period, [`of_periods`](Self::of_periods).
    fn averages_periods(&self) -> bool {
        false
    }

    /// For each estimate the differences of those of the periods from their mean, over T, of an
    /// estimator that is such a mean: what its covariance is made of.
    ///
    /// # Errors
    /// [`FitError::NoScore`] of any other.
    fn of_periods(&self, _problem: &Problem<'_>) -> Result<Vec<Vec<f64>>, FitError> {
        Err(FitError::NoScore)
    }

    /// Whether units drawn again with all they have are a sample of the same model: no unit's
    /// equation names another unit.
    fn units_stand_alone(&self) -> bool {
        false
    }

    /// The response that the fitted model generates from `errors` (innovations, N·T): the reduced
    /// form with the fitted coefficients and effects.
    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64>;
}

/// A fit with the vectors that tests and bootstraps go on from. Vectors are stacked by period.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimated {
    /// What is kept.
    pub fit: Fit,
    /// Innovations e, effects removed, N·T.
    pub innovations: Vec<f64>,
    /// Xβ + effects, N·T.
    pub systematic: Vec<f64>,
    /// The estimator's own covariance, where another stands in the fit.
    pub bread: Option<Vec<Vec<f64>>>,
}

impl Estimated {
    /// The estimator's own covariance: the inverse of the information.
    pub fn bread(&self) -> &[Vec<f64>] {
        self.bread.as_deref().unwrap_or(&self.fit.covariance)
    }

    /// Residual degrees of freedom, n − k − absorbed effects.
    pub fn residual_df(&self) -> f64 {
        self.fit.statistics.get(&Statistic::ResidualDf).copied().unwrap_or(f64::NAN)
    }

    /// The estimate of a term.
    pub fn value(&self, term: &Term) -> Option<f64> {
        self.fit.estimates.iter().find(|e| e.term == *term).map(|e| e.value)
    }
}

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FitError {
    /// The weights are for other units than the sample.
    #[error("the weights matrix is for other units than the sample, or in another order")]
    OtherUnits,
    /// Columns without variation beside the effects.
    #[error("{} no variation left once {effects} effects are removed", list_have(columns))]
    Absorbed {
        /// The columns.
        columns: Vec<String>,
        /// The effects.
        effects: Effects,
    },
    /// Columns that are linear combinations of others.
    #[error("collinear columns: {}", collinear_text(columns))]
    Collinear {
        /// Each column with those that make it up.
        columns: Vec<(String, Vec<String>)>,
    },
    /// As many parameters as observations.
    #[error("{free} observations are free after effects for {parameters} coefficients")]
    TooFew {
        /// Observations minus absorbed effects.
        free: usize,
        /// Coefficients.
        parameters: usize,
    },
    /// The residuals are zero.
    #[error("the regressors explain the response exactly: there is nothing to estimate")]
    PerfectFit,
    /// The eigenvalue iteration failed.
    #[error("the eigenvalues of the weights matrix could not be computed")]
    NoSpectrum,
    /// The likelihood has no maximum inside the admissible interval.
    #[error("the likelihood has no maximum for {parameter} inside ({low:.4}, {high:.4})")]
    NoInteriorMaximum {
        /// The spatial parameter.
        parameter: &'static str,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The search for the maximum came to nothing.
    #[error(
        "the search for the maximum of the likelihood did not settle on a value of {parameter}"
    )]
    NotFound {
        /// The spatial parameter.
        parameter: &'static str,
    },
    /// There is no way to estimate this model with these weights.
    #[error("{0}")]
    Unsupported(String),
    /// The search was stopped.
    #[error("the search for the maximum of the likelihood was stopped")]
    Stopped,
    /// The optimiser stopped with a score that is too large.
    #[error("the score of {parameter} is {score:.3e} where it should be below {bound:.1e}")]
    Score {
        /// The spatial parameter.
        parameter: &'static str,
        /// The score reached.
        score: f64,
        /// The score required, 1e-8·n.
        bound: f64,
    },
    /// What is done about period effects needs rows of W that sum to 1.
    #[error(
        "a row of the weights matrix does not sum to 1: a model from which period effects are \
         transformed away, or whose bias they make, is a spatial model again only where all rows do \
         (Lee & Yu 2010)"
    )]
    RowSums,
    /// A corrected estimate is outside the interval.
    #[error(
        "without its bias {parameter} would be {at:.4}, outside the interval ({low:.4}, {high:.4}): \
         the correction of the first order is too large for this sample"
    )]
    CorrectedOutside {
        /// The spatial parameter.
        parameter: &'static str,
        /// The corrected value.
        at: f64,
        /// Lower end of the interval.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// Standard errors that need the score of an estimator whose score is not known.
    #[error(
        "these standard errors need the score of each observation, which this estimator has not"
    )]
    NoScore,
    /// A cluster without which there is no fit.
    #[error("the jackknife over clusters by {clusters} has no fit without one of them: {why}")]
    NoJackknife {
        /// What makes the clusters.
        clusters: String,
        /// Why there is no fit.
        why: String,
    },
    /// Standard errors over distances without coordinates.
    #[error("these standard errors need the coordinates of units")]
    NoCoordinates,
    /// An N × N matrix would have to be inverted at each step.
    #[error(
        "{units} units are too many for random effects that do not spill over (at most {most}): \
         each step inverts a dense matrix of that size; `error_components = \"kkp\"` does not"
    )]
    TooManyUnits {
        /// Units.
        units: usize,
        /// The most.
        most: usize,
    },
    /// The effects of units are random.
    #[error("the effects of units are random: there is no regression within units")]
    NotWithin,
    /// Two matrices where there can be one.
    #[error("under random effects lag and error have one matrix: take `error_weights` out")]
    OneMatrix,
    /// Instruments that the model states and the problem has not.
    #[error("the values of the instruments are not there")]
    NoInstruments,
    /// Fewer independent instruments than coefficients.
    #[error("{instruments} independent instruments are too few for {coefficients} coefficients")]
    UnderIdentified {
        /// Independent instruments, exogenous regressors among them.
        instruments: usize,
        /// Coefficients.
        coefficients: usize,
    },
    /// The instruments say nothing of some columns beside the others.
    #[error("the instruments do not tell {} from the other columns", terms.join(", "))]
    NotIdentified {
        /// The parameters of the columns.
        terms: Vec<String>,
    },
    /// A spatial parameter with which the model has no reduced form.
    #[error(
        "the estimate of {parameter}, {at:.4}, lies outside ({low:.4}, {high:.4}), where the model \
         has a reduced form"
    )]
    Outside {
        /// The spatial parameter.
        parameter: &'static str,
        /// Its estimate.
        at: f64,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The moments of residuals have no smallest square inside the admissible interval.
    #[error("the moments of the residuals give no {parameter} inside ({low:.4}, {high:.4})")]
    NoInteriorMinimum {
        /// The spatial parameter.
        parameter: &'static str,
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The information matrix cannot be inverted.
    #[error("the information matrix is singular")]
    SingularInformation,
}

impl FitError {
    /// Why there is no estimate of `parameter` inside the interval.
    fn no_maximum(why: NoMaximum, parameter: &'static str, (low, high): (f64, f64)) -> Self {
        match why {
            NoMaximum::AtEnd => Self::NoInteriorMaximum { parameter, low, high },
            NoMaximum::Lost => Self::NotFound { parameter },
            NoMaximum::Stopped => Self::Stopped,
        }
    }

    /// Whether a search from other points may find what this one did not.
    pub fn is_of_search(&self) -> bool {
        matches!(self, Self::NoInteriorMaximum { .. } | Self::NotFound { .. } | Self::Score { .. })
    }
}

fn list_have(columns: &[String]) -> String {
    let verb = if columns.len() == 1 { "has" } else { "have" };
    format!("{} {verb}", columns.join(", "))
}

fn collinear_text(columns: &[(String, Vec<String>)]) -> String {
    let one = |(column, of): &(String, Vec<String>)| {
        if of.is_empty() {
            format!("{column} (constant or zero)")
        } else {
            format!("{column} (a combination of {})", of.join(", "))
        }
    };
    columns.iter().map(one).collect::<Vec<_>>().join("; ")
}

impl From<FitError> for Failure {
    fn from(error: FitError) -> Self {
        let kind = match error {
            FitError::OtherUnits => FailureKind::Panic,
            FitError::NoScore
            | FitError::NoCoordinates
            | FitError::NoInstruments
            | FitError::Unsupported(_)
            | FitError::OneMatrix => FailureKind::Unsupported,
            FitError::Absorbed { .. }
            | FitError::Collinear { .. }
            | FitError::TooFew { .. }
            | FitError::PerfectFit
            | FitError::UnderIdentified { .. }
            | FitError::NotIdentified { .. }
            | FitError::NoJackknife { .. }
            | FitError::SingularInformation => FailureKind::Singular,
            FitError::TooManyUnits { .. } | FitError::NotWithin | FitError::RowSums => {
                FailureKind::Unsupported
            }
            FitError::NoInteriorMaximum { .. }
            | FitError::NoInteriorMinimum { .. }
            | FitError::Outside { .. }
            | FitError::CorrectedOutside { .. } => FailureKind::AtBound,
            FitError::NoSpectrum | FitError::NotFound { .. } | FitError::Score { .. } => {
                FailureKind::NoConvergence
            }
            FitError::Stopped => FailureKind::Timeout,
        };
        Self { kind, reason: error.to_string() }
    }
}

/// Every estimator, in the order they are listed to users.
pub static ESTIMATORS: &[&dyn Estimator] = &[
    &ols::OLS,
    &durbin::SLX,
    &fama_macbeth::FamaMacBeth,
    &slm::SLM,
    &durbin::SDM,
    &sem::SEM,
    &durbin::SDEM,
    &sac::SAC,
    &sac::GNS,
    &moments::two_stage::IV,
    &moments::two_stage::SLM,
    &moments::two_stage::SDM,
    &moments::gm::SEM,
    &moments::gm::SAC,
    &moments::gm::SEM_HET,
    &moments::gm::SAC_HET,
];

/// The estimator called `name`.
pub fn find(name: &str) -> Option<&'static dyn Estimator> {
    ESTIMATORS.iter().copied().find(|e| e.info().name == name)
}
