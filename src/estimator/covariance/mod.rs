//! The covariance of the estimates by other assumptions than the estimator's own.
//!
//! With A⁻¹ the fit's own covariance (of least squares σ²(X'QX)⁻¹, of maximum likelihood the inverse
//! expected information) and g_it the piece of the score of an observation (see
//! [`score`](super::score)),
//!
//! ```text
//! V = c · A⁻¹ M A⁻¹,   M an estimate of Var Σ g_it
//! ```
//!
//! For least squares g_it = x_it e_it/σ², and V is the usual sandwich, in which σ² cancels.
//!
//! | file | what it does |
//! |---|---|
//! | `meat` | M of groups of observations, of neighbours in time and space |
//! | `likelihood` | the observed information; M of errors of one distribution |
//! | `jackknife` | the estimates without each cluster |

mod jackknife;
mod likelihood;
mod meat;

pub use meat::groups;

use super::inference::{estimates, rows};
use super::problem::matrix;
use super::{Estimated, Estimator, FitError, Problem, ols};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, positive_part};
use crate::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors, TimeKernel,
};
use crate::model::{SmallSample, Term};
use crate::outcome::{Fit, Reference};

/// What a covariance is made from beside the sample.
#[derive(Debug, Clone, Copy, Default)]
pub struct Beside<'a> {
    /// The cluster of each observation by a column, N·T.
    pub clusters: Option<&'a [usize]>,
    /// Longitude and latitude of each unit in degrees, N.
    pub coordinates: Option<&'a [(f64, f64)]>,
    /// Instruments that are not in the equation, each N·T, in the order of the model's.
    pub instruments: Option<&'a [Vec<f64>]>,
}

/// Estimates with the standard errors that the model asks for.
pub fn fit(estimator: &dyn Estimator, problem: &Problem<'_>) -> Result<Estimated, FitError> {
    let mut estimated = estimator.fit(problem)?;
    restate(estimator, problem, &mut estimated)?;
    Ok(estimated)
}

/// Puts the covariance that the model asks for in place of the estimator's own.
fn restate(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    estimated: &mut Estimated,
) -> Result<(), FitError> {
    let (covariance, kind, inference) = match &problem.model.std_errors {
        StdErrors::Default => return Ok(()),
        StdErrors::Hessian => {
            let found = likelihood::observed(estimator, problem, estimated)?;
            (found, "observed information matrix".to_owned(), None)
        }
        StdErrors::Qml => {
            let found = likelihood::any_distribution(estimator, problem, estimated)?;
            let kind = "sandwich of independent errors of any one distribution (QML)".to_owned();
            (found, kind, None)
        }
        StdErrors::Robust(robust) => {
            let Sandwich { covariance, kind, groups, clipped } =
                sandwich(estimator, problem, estimated, robust)?;
            if clipped {
                estimated.fit.cautions.push(format!(
                    "the covariance ({kind}) was not positive semi-definite: its negative \
                     eigenvalues were set to zero (Cameron, Gelbach & Miller 2011)"
                ));
            }
            if estimator.maximises_likelihood()
                && !matches!(estimated.fit.inference, Reference::Student { .. })
                && has_spatial(&estimated.fit)
            {
                estimated.fit.cautions.push(
                    "robust standard errors do not repair the estimates: under unknown \
                     heteroskedasticity maximum likelihood of a spatial parameter is in general \
                     inconsistent (Lin & Lee 2010)"
                        .to_owned(),
                );
            }
            (covariance, kind, groups)
        }
    };
    estimated.bread = Some(estimated.fit.covariance.clone());
    let fit = &mut estimated.fit;
    if let (Reference::Student { .. }, Some(groups)) = (&fit.inference, inference) {
        fit.inference = Reference::Student { df: (groups - 1.0).max(1.0) };
    }
    if !(0..covariance.nrows()).all(|i| covariance[(i, i)].is_finite() && covariance[(i, i)] > 0.0)
    {
        return Err(FitError::SingularInformation);
    }
    let terms: Vec<Term> = fit.estimates.iter().map(|e| e.term.clone()).collect();
    let values: Vec<f64> = fit.estimates.iter().map(|e| e.value).collect();
    fit.estimates = estimates(&terms, &values, &covariance, &fit.inference);
    fit.covariance = rows(&covariance);
    fit.std_error_kind = kind;
    Ok(())
}

fn has_spatial(fit: &Fit) -> bool {
    fit.estimates.iter().any(|e| matches!(e.term, Term::Rho | Term::Lambda))
}

struct Sandwich {
    covariance: Matrix,
    kind: String,
    /// How many groups are independent, where that decides on the reference distribution.
    groups: Option<f64>,
    clipped: bool,
}

fn sandwich(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    at: &Estimated,
    robust: &Robust,
) -> Result<Sandwich, FitError> {
    if let Meat::Jackknife(by) = &robust.meat {
        return jackknifed(estimator, problem, at, (robust, by));
    }
    if let (true, Meat::Periods { lags, kernel }) = (estimator.averages_periods(), &robust.meat) {
        return averaged(estimator, problem, at, (robust, *lags, *kernel));
    }
    let scored = estimator.scored().ok_or(FitError::NoScore)?;
    let mut pieces = scored.pieces(problem, at);
    let mut residuals = at.innovations.clone();
    if let Some(divisors) = divisors(problem, at, robust.residuals)? {
        for of in pieces.iter_mut().chain([&mut residuals]) {
            of.iter_mut().zip(&divisors).for_each(|(v, by)| *v /= by);
        }
    }
    let factors = Factors::new(estimator, problem, at, robust);
    let (meat, groups, of) = match &robust.meat {
        Meat::Observations => {
            (meat::products(&pieces), None, "heteroskedasticity-robust".to_owned())
        }
        Meat::UnitVariances => {
            let found = meat::unit_variances(problem, (at, &residuals), &pieces);
            (found, None, "robust to a variance of each unit".to_owned())
        }
        Meat::Clusters(by) => {
            let (found, groups) = meat::clusters(problem, &pieces, by, &factors);
            let names: Vec<String> = by.iter().map(cluster_name).collect();
            let counts: Vec<String> = groups.iter().map(ToString::to_string).collect();
            let kind = format!("clustered by {} ({})", names.join(" and "), counts.join(" and "));
            (found, groups.into_iter().min(), kind)
        }
        Meat::Jackknife(_) => return Err(FitError::NoScore),
        Meat::Periods { lags, kernel } => {
            let t = problem.n_periods();
            let lags = lags.map_or_else(|| default_lags(t), |l| l as usize);
            let found = meat::periods(problem, &pieces, (*kernel, lags));
            let kind = format!("Driscoll–Kraay, {}", weights_in_time(*kernel, lags));
            (scaled(&found, factors.groups(t)), Some(t), kind)
        }
        Meat::Units { lags, kernel } => {
            let lags = *lags as usize;
            let found = meat::units(problem, &pieces, (*kernel, lags));
            let kind = format!("Newey–West within units, {}", weights_in_time(*kernel, lags));
            (scaled(&found, factors.groups(problem.n_periods())), None, kind)
        }
        Meat::PanelCorrected => {
            let found = meat::panel_corrected(problem, (at, &residuals), &pieces);
            (found, None, "panel-corrected: dependent across units".to_owned())
        }
        Meat::AnySerial => {
            let found = meat::any_serial(problem, (at, &residuals), &pieces);
            (found, None, "Kiefer: dependent over time in any way, alike in all units".to_owned())
        }
        Meat::Space(space) => {
            let coordinates = problem.beside.coordinates.ok_or(FitError::NoCoordinates)?;
            let found = meat::space(problem, &pieces, space, coordinates);
            let kernel = match space.kernel {
                crate::model::std_errors::Kernel::Uniform => "uniform",
                crate::model::std_errors::Kernel::Bartlett => "Bartlett",
            };
            let kind = format!(
                "Conley, {kernel} kernel to {} km on a sphere of radius 6371 km, {} lags within units",
                space.cutoff, space.lags
            );
            (found, None, kind)
        }
    };
    let p = at.fit.covariance.len();
    let bread = Matrix::from_fn(p, p, |i, j| at.fit.covariance[i][j]);
    let covariance = scaled(&(&bread * &meat * &bread), factors.observations);
    let (covariance, clipped) = match &robust.meat {
        Meat::Clusters(by) if by.len() > 1 => positive(&covariance, &bread),
        Meat::Space(_) => positive(&covariance, &bread),
        _ => (covariance, false),
    };
    let kind = with_factors(of, robust);
    Ok(Sandwich { covariance, kind, groups: groups.map(|g| g as f64), clipped })
}

/// That of estimates without each cluster.
fn jackknifed(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    at: &Estimated,
    (robust, by): (&Robust, &Cluster),
) -> Result<Sandwich, FitError> {
    let factors = Factors::new(estimator, problem, at, robust);
    let (spread, groups) = jackknife::spread(estimator, problem, at, by)?;
    let covariance = scaled(&spread, factors.observations * factors.groups(groups));
    let kind = format!("jackknife over clusters by {} ({groups})", cluster_name(by));
    let kind = with_factors(kind, robust);
    Ok(Sandwich { covariance, kind, groups: Some(groups as f64), clipped: false })
}

/// That of a mean of estimates of periods, periods near each other being dependent.
fn averaged(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    at: &Estimated,
    (robust, lags, kernel): (&Robust, Option<u32>, TimeKernel),
) -> Result<Sandwich, FitError> {
    let t = problem.n_periods();
    let lags = lags.map_or_else(|| default_lags(t), |l| l as usize);
    let factors = Factors::new(estimator, problem, at, robust);
    let found = meat::weighted(&estimator.of_periods(problem)?, 1, (kernel, lags));
    let covariance = scaled(&found, factors.observations * factors.groups(t));
    let kind = "Newey–West over the coefficients of periods, ";
    let kind = with_factors(format!("{kind}{}", weights_in_time(kernel, lags)), robust);
    Ok(Sandwich { covariance, kind, groups: Some(t as f64), clipped: false })
}

/// A kind with what is done to residuals, and the factors.
fn with_factors(of: String, robust: &Robust) -> String {
    match (residuals_name(robust.residuals), Factors::name(robust)) {
        (None, None) => of,
        (Some(a), None) | (None, Some(a)) => format!("{of}, {a}"),
        (Some(a), Some(b)) => format!("{of}, {a}, {b}"),
    }
}

fn weights_in_time(kernel: TimeKernel, lags: usize) -> String {
    match kernel {
        TimeKernel::Bartlett => format!("Bartlett weights over {lags} lags"),
        TimeKernel::Parzen => format!("Parzen weights over {lags} lags"),
        TimeKernel::QuadraticSpectral => {
            format!("quadratic spectral weights of bandwidth {lags} periods")
        }
    }
}

/// The positive part of V in units of the classical standard errors, so that it does not depend on
/// the units of regressors.
fn positive(covariance: &Matrix, bread: &Matrix) -> (Matrix, bool) {
    let p = covariance.nrows();
    let unit = |i: usize| bread[(i, i)].sqrt();
    let scaled = Matrix::from_fn(p, p, |i, j| covariance[(i, j)] / (unit(i) * unit(j)));
    let (found, clipped) = positive_part(&scaled);
    if !clipped {
        return (covariance.clone(), false);
    }
    (Matrix::from_fn(p, p, |i, j| found[(i, j)] * unit(i) * unit(j)), true)
}

fn cluster_name(by: &Cluster) -> String {
    match by {
        Cluster::Unit => "unit".to_owned(),
        Cluster::Period => "period".to_owned(),
        Cluster::Column(name) => name.to_string(),
    }
}

fn residuals_name(residuals: Residuals) -> Option<String> {
    match residuals {
        Residuals::AsTheyAre => None,
        Residuals::Leverage => Some("residuals over √(1 − h) (HC2)".to_owned()),
        Residuals::Jackknife => Some("residuals over 1 − h (HC3)".to_owned()),
    }
}

/// ⌊4(T/100)^{2/9}⌋, Stata's xtscc (Hoechle 2007).
fn default_lags(periods: usize) -> usize {
    (4.0 * (periods as f64 / 100.0).powf(2.0 / 9.0)).floor() as usize
}

fn scaled(m: &Matrix, by: f64) -> Matrix {
    Matrix::from_fn(m.nrows(), m.ncols(), |i, j| by * m[(i, j)])
}

/// What each residual is divided by: √(1 − h) or 1 − h, h the leverage in the regression behind the
/// fit, effects not counted. `None` for nothing.
fn divisors(
    problem: &Problem<'_>,
    at: &Estimated,
    how: Residuals,
) -> Result<Option<Vec<f64>>, FitError> {
    if how == Residuals::AsTheyAre {
        return Ok(None);
    }
    let space = if problem.model.effects.is_random() {
        let columns = ols::regression(problem, at).0;
        ColumnSpace::new(&matrix(&columns)).map_err(|_| FitError::SingularInformation)?
    } else {
        problem.within_space()?
    };
    let leverage =
        |i: usize| -> f64 { (0..space.rank()).map(|j| space.q[(i, j)] * space.q[(i, j)]).sum() };
    let divisor = |h: f64| if how == Residuals::Jackknife { 1.0 - h } else { (1.0 - h).sqrt() };
    Ok(Some((0..problem.n()).map(|i| divisor(leverage(i))).collect()))
}

/// Small-sample factors.
#[derive(Debug, Clone, Copy)]
struct Factors {
    /// Of observations.
    observations: f64,
    of_groups: GroupFactor,
}

impl Factors {
    fn new(
        estimator: &dyn Estimator,
        problem: &Problem<'_>,
        at: &Estimated,
        robust: &Robust,
    ) -> Self {
        let n = problem.n() as f64;
        // Two-stage least squares has a coefficient of Wy like others.
        let is_slope = |term: &Term| match term {
            Term::Constant | Term::Variable(_) => true,
            Term::Rho => !estimator.maximises_likelihood(),
            _ => false,
        };
        let slopes = at.fit.estimates.iter().filter(|e| is_slope(&e.term)).count();
        let k = (slopes + absorbed(problem, robust)) as f64;
        let observations = match robust.of_observations {
            ObservationFactor::None => 1.0,
            ObservationFactor::Divisor => n / (n - k),
            ObservationFactor::LessOne => (n - 1.0) / (n - k),
        };
        Self { observations, of_groups: robust.of_groups }
    }

    /// That of a number of groups.
    fn groups(&self, groups: usize) -> f64 {
        let g = groups as f64;
        match self.of_groups {
            GroupFactor::None => 1.0,
            GroupFactor::Own | GroupFactor::Smallest => g / (g - 1.0),
            GroupFactor::Inverse => (g - 1.0) / g,
        }
    }

    /// What a note says of them.
    fn name(robust: &Robust) -> Option<String> {
        let observations = match robust.of_observations {
            ObservationFactor::None => None,
            ObservationFactor::Divisor => Some("n/(n − k)"),
            ObservationFactor::LessOne => Some("(n − 1)/(n − k)"),
        };
        let groups = match robust.of_groups {
            GroupFactor::None => None,
            GroupFactor::Own => Some("G/(G − 1)"),
            GroupFactor::Smallest => Some("G/(G − 1) of the smaller G"),
            GroupFactor::Inverse => Some("(G − 1)/G"),
        };
        let count = observations.map(|_| match robust.count {
            Count::Slopes => "k without effects",
            Count::Effects => "k with effects",
            Count::EffectsNotNested => "k with effects outside the clusters",
        });
        let parts: Vec<&str> = [groups, observations, count].into_iter().flatten().collect();
        (!parts.is_empty()).then(|| format!("factor {}", parts.join(", ")))
    }
}

/// Effects that count as coefficients.
fn absorbed(problem: &Problem<'_>, robust: &Robust) -> usize {
    let (n, t) = (problem.n_units(), problem.n_periods());
    let effects = problem.model.effects;
    let all = effects.absorbed(n, t);
    // A column has one value a unit: its clusters hold whole units.
    let holds = |kind: &Cluster| {
        let column = |by: &Cluster| *kind == Cluster::Unit && matches!(by, Cluster::Column(_));
        robust.meat.clusters().iter().any(|by| by == kind || column(by))
    };
    match robust.count {
        Count::Slopes => 0,
        Count::Effects => all,
        // What clusters hold drops out; of what is left one is the overall constant.
        Count::EffectsNotNested => {
            let units = effects.has_individual() && !holds(&Cluster::Unit);
            let periods = effects.has_time() && !holds(&Cluster::Period);
            match (units, periods) {
                _ if all == 0 => 0,
                (true, true) => n + t - 1,
                (true, false) => n,
                (false, true) => t,
                (false, false) => 1,
            }
        }
    }
}

/// Whether a model may have these standard errors by its estimator, else why not. Needs no data.
pub fn supports(estimator: &dyn Estimator, model: &crate::model::Model) -> Result<(), String> {
    let linear = estimator.info().spatial.is_empty();
    let name = estimator.info().name;
    match &model.std_errors {
        StdErrors::Default => Ok(()),
        StdErrors::Robust(robust)
            if model.effects.is_random() && linear && estimator.maximises_likelihood() =>
        {
            of_random_effects(robust)
        }
        StdErrors::Hessian | StdErrors::Qml if model.effects.is_random() && linear => Err(format!(
            "`{name}` with random effects is least squares, given the variance components, and its \
             log-likelihood is not at its maximum: leave out the standard errors, or take `hc1` or \
             `cluster-unit`"
        )),
        StdErrors::Hessian | StdErrors::Qml | StdErrors::Robust(_) if model.effects.is_random() => {
            let own = if estimator.maximises_likelihood() {
                "those of the observed information"
            } else {
                "those of its moments"
            };
            Err(format!(
                "under random effects the score is not known observation by observation, and the \
                 estimator's own standard errors are {own}: leave others out"
            ))
        }
        StdErrors::Hessian | StdErrors::Qml if !estimator.maximises_likelihood() => Err(format!(
            "`{name}` maximises no likelihood, and so has no observed information and no QML: leave \
             out the standard errors, or take `hc1` or `cluster`"
        )),
        StdErrors::Robust(robust) if estimator.averages_periods() => of_averages(name, robust),
        StdErrors::Robust(robust) if !estimator.maximises_likelihood() => of_moments(name, robust),
        StdErrors::Hessian | StdErrors::Qml if linear => Err(format!(
            "`{name}` is least squares, whose observed and expected information are the same, \
             whatever the distribution of the errors: leave out the standard errors, or take `hc1`"
        )),
        StdErrors::Hessian | StdErrors::Qml | StdErrors::Robust(_)
            if estimator.scored().is_none() =>
        {
            Err(format!("the score of `{name}` is not known observation by observation"))
        }
        StdErrors::Hessian | StdErrors::Qml => Ok(()),
        StdErrors::Robust(robust) => match &robust.meat {
            _ if model.small_sample == Some(SmallSample::Asymptotic) && !linear => Ok(()),
            _ if linear => Ok(()),
            Meat::Jackknife(_) => Err(format!(
                "without a cluster the neighbours of those that stay are not all there, and `{name}` \
                 has their responses in its equation: take `cluster`, or the jackknife with `ols` or \
                 `slx`"
            )),
            Meat::UnitVariances | Meat::PanelCorrected | Meat::AnySerial => Err(format!(
                "they weight squares of regressors, and the score of a spatial parameter has \
                 products of errors as well (`{name}`): take `cluster` or `hc0`"
            )),
            Meat::Space(_) => Err(format!(
                "the pieces of a spatial score already hold the products of neighbours' errors; \
                 a kernel over distance on top of them has no theory (`{name}`): take `cluster`, or \
                 Conley's with `ols` or `slx`"
            )),
            _ if robust.residuals != Residuals::AsTheyAre => Err(format!(
                "leverage belongs to a linear regression; the score of `{name}` is quadratic in the \
                 errors: take `hc0` or `hc1`"
            )),
            _ => Ok(()),
        },
    }
}

/// Those of a mean of estimates of periods: how far these are from each other.
fn of_averages(name: &str, robust: &Robust) -> Result<(), String> {
    let plain = robust.residuals == Residuals::AsTheyAre;
    if plain && matches!(robust.meat, Meat::Periods { .. }) {
        return Ok(());
    }
    Err(format!(
        "the standard errors of `{name}` are made of the differences between the estimates of periods, \
         which allow for any dependence within a period: leave them out, or take `driscoll-kraay` for \
         dependence of periods near each other"
    ))
}

/// Those of generalised least squares with random effects: the sandwich of what is left of the
/// regressors and errors once the share θ of their unit means is taken off.
fn of_random_effects(robust: &Robust) -> Result<(), String> {
    match &robust.meat {
        Meat::Jackknife(_) => Err(
            "the variances of random effects, too, would be estimated again without each cluster, \
             of which nothing is known: take `cluster` by unit"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

/// Those of two-stage least squares, whose moments are linear in the errors.
fn of_moments(name: &str, robust: &Robust) -> Result<(), String> {
    match &robust.meat {
        Meat::Jackknife(_) => Err(format!(
            "instruments are not made again without a cluster (`{name}`): take `cluster`, or the \
             jackknife with `ols` or `slx`"
        )),
        Meat::UnitVariances | Meat::PanelCorrected | Meat::AnySerial => Err(format!(
            "they are those of least squares, without instruments (`{name}`): take `cluster` or `hc1`"
        )),
        _ if robust.residuals != Residuals::AsTheyAre => Err(format!(
            "leverage belongs to a regression without instruments (`{name}`): take `hc0` or `hc1`"
        )),
        _ => Ok(()),
    }
}
