//! Models with random effects by maximum likelihood.
//!
//! *Standard errors*: inverse of the observed information of all parameters (β, ρ, λ, φ, σ²), from
//! exact second derivatives at the maximum; normal distribution. splm's are those of generalised
//! least squares given ρ, λ and φ, which leave out that these are estimated: for a spatial lag they
//! are too small, here by a tenth and more.
//! *Statistics*: σ² = q/n with q the sum of squares of standardised errors; R² has ρWy, Xβ and effects
//! of periods among the fitted values, not the random effects, which are part of the error. AIC and
//! BIC count φ.
//! *Bound*: where the likelihood falls from φ = 0 on there are no effects of units to be seen. The fit
//! is then that without them, and says so.

use super::columns::with_unit_means;
use super::components::Components;
use super::likelihood::{Likelihood, Point};
use super::search::{Found, effect, maximise};
use super::{Spatial, error_components};
use crate::estimator::goodness::{Ingredients, of_random_effects};
use crate::estimator::inference::{edge_caution, estimates, rows};
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, spd_inverse};
use crate::model::{ErrorComponents, Model, Term};
use crate::outcome::{Convergence, Fit, Reference, Statistic};

/// The fit of a model with these spatial terms. `pooled` estimates the same without random effects.
///
/// # Errors
/// Collinear regressors, no maximum inside the interval of a spatial parameter, too many units.
pub fn fit(
    problem: &Problem<'_>,
    info: &'static Info,
    spatial: Spatial,
    pooled: &dyn Estimator,
) -> Result<Estimated, FitError> {
    let (sample, cautions) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let space = own.within_space()?;
    let likelihood = Likelihood::new(&own, &space, spatial, None)?;
    let rough = Likelihood::new(&own, &space, spatial, Some(ErrorComponents::Kkp))?;
    let interval = problem.weights.spectrum().ok_or(FitError::NoSpectrum)?.interval();
    let found = maximise(&likelihood, &rough, spatial, interval, problem.search)
        .map_err(|why| FitError::no_maximum(why, parameter(spatial), interval))?;
    let mut fitted = if found.at[2] <= 0.0 {
        without_effects(&own, pooled)?
    } else {
        assemble(&own, info, spatial, (&space, &likelihood), found, interval)?
    };
    fitted.fit.cautions.extend(cautions);
    Ok(fitted)
}

fn parameter(spatial: Spatial) -> &'static str {
    match (spatial.lag, spatial.error) {
        (true, _) => "rho",
        (false, true) => "lambda",
        (false, false) => "phi",
    }
}

/// The fit without random effects, where their variance is estimated as 0.
pub(in crate::estimator) fn without_effects(
    own: &Problem<'_>,
    pooled: &dyn Estimator,
) -> Result<Estimated, FitError> {
    let model = Model {
        effects: own.model.effects.fixed(),
        error_components: None,
        variance_components: None,
        ..own.model.clone()
    };
    let mut estimated = pooled.fit(&Problem { model: &model, ..*own })?;
    let fit = &mut estimated.fit;
    fit.effects = own.model.effects;
    if fit.effects.has_random_units() {
        fit.statistics.insert(Statistic::Theta, 0.0);
        fit.statistics.insert(Statistic::Sigma2Unit, 0.0);
    }
    if fit.effects.has_random_periods() {
        fit.statistics.insert(Statistic::ThetaPeriod, 0.0);
        fit.statistics.insert(Statistic::Sigma2Period, 0.0);
    }
    fit.cautions.push(
        "the variance of the random effects is estimated as 0, which is the end of its range \
         (phi = 0): the numbers are those of the fit without random effects, and phi has no standard \
         error"
            .to_owned(),
    );
    Ok(estimated)
}

fn assemble(
    own: &Problem<'_>,
    info: &'static Info,
    spatial: Spatial,
    (space, likelihood): (&ColumnSpace, &Likelihood<'_>),
    found: Found,
    interval: (f64, f64),
) -> Result<Estimated, FitError> {
    let (n, t) = (own.n(), own.n_periods() as f64);
    let [rho, lambda, v] = found.at;
    let s = effect(v);
    let point = &found.point;
    let (convergence, edges) = checked(spatial, &found, n, interval)?;
    let (coefficients, covariance) = parameters(own, space, likelihood, (spatial, rho, t), point)?;

    let mut terms = own.linear_terms();
    let slopes = terms.len();
    let mut values = coefficients.clone();
    for (there, term, value) in
        [(spatial.lag, Term::Rho, rho), (spatial.error, Term::Lambda, lambda)]
    {
        if there {
            terms.push(term);
            values.push(value);
        }
    }
    terms.extend([Term::Phi, Term::Sigma2]);
    values.extend([s / t, point.sigma2]);

    let form = error_components(own.model, spatial);
    let components = Components::new(spatial.error.then_some(lambda), s, form);
    let levels = Levels::new(own, spatial.lag.then_some(rho), &coefficients, &components);
    let innovations = components.standardised(own.weights, &levels.residual);
    let statistics = of_random_effects(
        own,
        &Ingredients {
            loglik: point.loglik,
            sigma2: point.sigma2,
            innovations: &innovations,
            level_residual: &levels.residual,
            reduced_form: levels.reduced_form.as_deref(),
            within_reduced_form: &[],
            slopes,
            spatial: usize::from(spatial.lag) + usize::from(spatial.error),
        },
        (point.sigma2 * s / t, s),
    );
    let fit = Fit {
        estimator: info.name.to_owned(),
        estimator_version: info.version,
        effects: own.model.effects,
        estimates: estimates(&terms, &values, &covariance, &Reference::Normal),
        covariance: rows(&covariance),
        std_error_kind: "observed information matrix".to_owned(),
        inference: Reference::Normal,
        statistics,
        cautions: edges,
        convergence: Some(convergence),
    };
    Ok(Estimated { fit, innovations, systematic: levels.systematic, bread: None })
}

/// The score of each parameter must be below 1e-8·n; the largest is kept, with the caution of every
/// spatial parameter at the edge of its interval.
fn checked(
    spatial: Spatial,
    found: &Found,
    n: usize,
    (low, high): (f64, f64),
) -> Result<(Convergence, Vec<String>), FitError> {
    let bound = 1e-8 * n as f64;
    let names = ["rho", "lambda", "phi"];
    let there = [spatial.lag, spatial.error, true];
    let (mut largest, mut cautions, mut any_edge) = (0.0_f64, Vec::new(), false);
    for (p, name) in names.into_iter().enumerate().filter(|(p, _)| there[*p]) {
        // In ln(1 + Tφ): that of φ itself has a unit, φ's.
        let score = found.point.score[p] * if p == 2 { found.at[2].exp() } else { 1.0 };
        let small = score.abs() <= bound;
        if !small {
            return Err(FitError::Score { parameter: name, score, bound });
        }
        if score.abs() > largest.abs() {
            largest = score;
        }
        if p < 2 {
            let margin = 1e-3 * (high - low);
            let at_edge = found.at[p] - low < margin || high - found.at[p] < margin;
            let one = Convergence {
                iterations: found.evaluations,
                score,
                interval: (low, high),
                at_edge,
                second: None,
            };
            any_edge |= at_edge;
            cautions.extend(edge_caution(name, found.at[p], &one));
        }
    }
    let iterations = found.evaluations;
    Ok((
        Convergence {
            iterations,
            score: largest,
            interval: (low, high),
            at_edge: any_edge,
            second: None,
        },
        cautions,
    ))
}

/// β, and the covariance of (β, ρ, λ, φ, σ²) of those that the model has.
fn parameters(
    own: &Problem<'_>,
    space: &ColumnSpace,
    likelihood: &Likelihood<'_>,
    (spatial, rho, t): (Spatial, f64, f64),
    point: &Point,
) -> Result<(Vec<f64>, Matrix), FitError> {
    let k = point.gamma.len();
    let kept: Vec<usize> =
        (0..k + 4).filter(|&i| (i != k || spatial.lag) && (i != k + 1 || spatial.error)).collect();
    let size = kept.len();
    let information = Matrix::from_fn(size, size, |i, j| point.information[(kept[i], kept[j])]);
    let inverse = spd_inverse(&information).ok_or(FitError::SingularInformation)?;

    let nuisance = likelihood.nuisance();
    let slopes = k - nuisance;
    let start = space.coordinates(&own.within(&own.sample.y));
    let on_lag = if spatial.lag {
        space.coordinates(&own.within_lag(&own.sample.y))
    } else {
        vec![0.0; slopes]
    };
    let coordinates: Vec<f64> =
        (0..slopes).map(|j| start[j] - rho * on_lag[j] + point.gamma[nuisance + j]).collect();
    let r = space.r_inverse();
    // Of β = R⁻¹(γ₀ − ργ₁ + γ) and φ = s/T in (γ, ρ, λ, s, σ²).
    let reported = slopes + size - k;
    let at_s = size - 2;
    let map = Matrix::from_fn(reported, size, |i, j| {
        if i >= slopes {
            let same = f64::from(u8::from(i - slopes + k == j));
            return if j == at_s { same / t } else { same };
        }
        if spatial.lag && j == k {
            return -(0..slopes).map(|l| r[(i, l)] * on_lag[l]).sum::<f64>();
        }
        if (nuisance..k).contains(&j) { r[(i, j - nuisance)] } else { 0.0 }
    });
    let covariance = &map * inverse * map.transpose();
    let symmetric =
        Matrix::from_fn(reported, reported, |i, j| 0.5 * (covariance[(i, j)] + covariance[(j, i)]));
    Ok((space.coefficients(&coordinates), symmetric))
}

/// Fitted values and residuals in levels, N·T.
pub(in crate::estimator) struct Levels {
    /// Xβ + effects of periods.
    pub systematic: Vec<f64>,
    /// u = y − ρWy − those.
    pub residual: Vec<f64>,
    /// (I − ρW)⁻¹ times the systematic part, with a spatial lag.
    pub reduced_form: Option<Vec<f64>>,
}

impl Levels {
    pub(in crate::estimator) fn new(
        own: &Problem<'_>,
        rho: Option<f64>,
        coefficients: &[f64],
        components: &Components,
    ) -> Self {
        let mut systematic = own.linear_part(coefficients);
        let mut residual: Vec<f64> =
            own.sample.y.iter().zip(&systematic).map(|(y, f)| y - f).collect();
        if let Some(rho) = rho {
            let lag = own.weights.lag(&own.sample.y);
            residual.iter_mut().zip(&lag).for_each(|(r, l)| *r -= rho * l);
        }
        if own.model.effects.has_time() {
            let n = own.n_units();
            let effects = components.period_effects(own.weights, &residual);
            for (i, (f, r)) in systematic.iter_mut().zip(&mut residual).enumerate() {
                *f += effects[i / n];
                *r -= effects[i / n];
            }
        }
        let reduced_form = rho.map(|rho| own.weights.resolve(rho, &systematic));
        Self { systematic, residual, reduced_form }
    }
}
