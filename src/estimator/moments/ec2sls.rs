//! Error-components two-stage least squares: a spatial lag of the response with random effects of units.
//!
//! *Model*: y = ρWy + Xβ (+ WXθ) + u, u = μᵢ + e, effects of periods taken out where there are such.
//! *Variance components*: of the residuals of two-stage least squares within units and between them, as
//! Swamy & Arora (1972) have it without endogenous variables:
//! σ² = e'e/(N(T − 1) − k_w), σ²_1 = T r'r/(N − k_b), k_w and k_b the columns of each half, ρWy among them,
//! and T − 1 and 1 less with effects of periods.
//! *Estimator*: two-stage least squares of y − θȳᵢ on Z − θZ̄ᵢ, θ = 1 − σ/σ_1, with the instruments within
//! units and between them apart, QH and PH (EC2SLS: Baltagi 1981; with a spatial lag Baltagi & Liu
//! 2011, and R's splm).
//! *Standard errors and divisors*: s²(Ẑ*'Ẑ*)⁻¹, s² = e*'e*/(NT − k − effects of periods), given θ; normal
//! distribution, and with `small_sample` as without random effects. The estimate of σ² is that of the
//! variance components.
//! *Bound*: σ²_1 ≤ σ² is no sign of effects: the fit is then that without them, and says so.
//! *References*: Baltagi (1981), Journal of Econometrics 17; Baltagi & Liu (2011), Economics Letters 111.

use super::assemble::{FoundRandom, assemble_random};
use super::design::Design;
use super::halves::{Halves, star};
use super::stages::Stages;
use crate::estimator::random::columns::with_unit_means;
use crate::estimator::random::maximum::without_effects;
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem};
use crate::math::Matrix;
use crate::math::linalg::dot;
use crate::model::{Effects, SmallSample, Term};
use crate::outcome::Reference;

/// The fit; `pooled` estimates the same without random effects.
pub(super) fn fit(
    problem: &Problem<'_>,
    info: &'static Info,
    pooled: &dyn Estimator,
) -> Result<Estimated, FitError> {
    let (sample, cautions) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let design = Design::new(&own, info.spatial.contains(&Term::Rho))?;
    let halves = Halves::new(&own, &design)?;
    let s = halves.s();
    let mut fitted = if s <= 0.0 {
        without_effects(&own, pooled)?
    } else {
        assemble_random(&own, found(&own, info, (&design, &halves), s)?)?
    };
    fitted.fit.cautions.extend(cautions);
    Ok(fitted)
}

/// The equation that is estimated: each column less θ times its means.
fn starred(design: &Design, units: usize, s: f64) -> Design {
    let theta = 1.0 - 1.0 / (1.0 + s.max(0.0)).sqrt();
    let star = |v: &Vec<f64>| star(v, units, theta);
    Design {
        terms: design.terms.clone(),
        y: star(&design.y),
        columns: design.columns.iter().map(star).collect(),
        endogenous: design.endogenous.clone(),
        instruments: design.instruments.clone(),
    }
}

/// The same of a problem, for tests of its instruments.
pub(super) fn estimated(problem: &Problem<'_>, lag: bool) -> Result<Design, FitError> {
    let (sample, _) = with_unit_means(problem);
    let own = Problem { sample: &sample, ..*problem };
    let design = Design::new(&own, lag)?;
    let s = Halves::new(&own, &design)?.s();
    Ok(starred(&design, own.n_units(), s))
}

fn found(
    own: &Problem<'_>,
    info: &'static Info,
    (design, halves): (&Design, &Halves),
    s: f64,
) -> Result<FoundRandom, FitError> {
    let stages = Stages::of(&starred(design, own.n_units(), s))?;
    let df = design.df(own);
    if df <= 0.0 {
        let free = own.n() - own.model.effects.absorbed(own.n_units(), own.n_periods());
        return Err(FitError::TooFew { free, parameters: design.columns.len() });
    }
    let (divisor, inference, counted) = match own.model.small_sample {
        Some(SmallSample::Asymptotic) => (own.n() as f64, Reference::Normal, "n"),
        small => {
            let student = small.map_or(Reference::Normal, |_| Reference::Student { df });
            let counted = match own.model.effects {
                Effects::RandomTime => "n − k − 1 − effects of periods",
                _ => "n − k − 1",
            };
            (df, student, counted)
        }
    };
    let s2 = dot(&stages.residuals, &stages.residuals) / divisor;
    let sigma2 = halves.within.variance;
    let k = design.columns.len();
    let of_sigma2 = 2.0 * sigma2 * sigma2 / halves.within.df;
    let covariance = Matrix::from_fn(k + 1, k + 1, |i, j| match (i < k, j < k) {
        (true, true) => s2 * stages.gram_inverse[(i, j)],
        (false, false) => of_sigma2,
        (true, false) | (false, true) => 0.0,
    });
    let mut terms = design.terms.clone();
    terms.push(Term::Sigma2);
    let mut values = stages.coefficients;
    values.push(sigma2);
    Ok(FoundRandom {
        info,
        terms,
        values,
        covariance,
        s,
        kind: format!(
            "error-components two-stage least squares, given the variance components, divisor {counted}"
        ),
        inference,
    })
}
