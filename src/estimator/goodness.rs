//! Log-likelihood, information criteria and kinds of R², each with its formula at
//! [`Statistic`].

use super::problem::Problem;
use crate::outcome::Statistic;
use std::collections::BTreeMap;

/// What the statistics of a fit are computed from.
#[derive(Debug)]
pub struct Ingredients<'a> {
    /// Concentrated log-likelihood with all constants.
    pub loglik: f64,
    /// Innovation variance as used for standard errors.
    pub sigma2: f64,
    /// Innovations, effects removed.
    pub innovations: &'a [f64],
    /// y minus the structural fitted values (ρWy among them), effects included, in levels.
    pub level_residual: &'a [f64],
    /// (I − ρW)⁻¹(Xβ + effects), in levels; `None` when it is the structural one.
    pub reduced_form: Option<&'a [f64]>,
    /// Q(I − ρW)⁻¹QXβ.
    pub within_reduced_form: &'a [f64],
    /// Coefficients of the linear part.
    pub slopes: usize,
    /// Spatial parameters.
    pub spatial: usize,
}

/// −(n/2)(ln 2π + 1 + ln(SSR/n)): the Gaussian log-likelihood at its variance, without
/// log-determinants (Anselin 1988, section 6.2).
pub fn gaussian_loglik(ssr: f64, n: usize) -> f64 {
    let n = n as f64;
    -0.5 * n * ((2.0 * std::f64::consts::PI).ln() + 1.0 + (ssr / n).ln())
}

/// −2 loglik + ln(n) × parameters.
pub fn bic(loglik: f64, n: f64, parameters: f64) -> f64 {
    -2.0 * loglik + n.ln() * parameters
}

/// Every statistic that exists for this fit. One that would be 0/0 is left out.
pub fn statistics(problem: &Problem<'_>, from: &Ingredients<'_>) -> BTreeMap<Statistic, f64> {
    let y = &problem.sample.y;
    let (n, k) = (y.len() as f64, from.slopes as f64);
    let absorbed = problem.model.effects.absorbed(problem.n_units(), problem.n_periods()) as f64;
    let spatial = from.spatial as f64;
    let within = problem.within(y);
    let ssr = square(from.innovations);
    let total = centred_square(y);
    let r2 = 1.0 - square(from.level_residual) / total;
    // A pooled model has no effects; its within total is taken around the mean, as for R².
    let within_total = if problem.has_effects() { square(&within) } else { total };
    let r2_within = 1.0 - ssr / within_total;
    let fitted: Vec<f64> = y.iter().zip(from.level_residual).map(|(y, e)| y - e).collect();
    let reduced = from.reduced_form.unwrap_or(&fitted);
    let reduced_ssr: f64 = y.iter().zip(reduced).map(|(y, f)| (y - f).powi(2)).sum();
    let parameters = k + spatial + 1.0;
    let a = absorbed.max(1.0);
    let slopes_beside_a = if problem.has_effects() { k } else { k - 1.0 };
    let values = [
        (Statistic::N, n),
        (Statistic::Units, problem.n_units() as f64),
        (Statistic::Periods, problem.n_periods() as f64),
        (Statistic::Slopes, k),
        (Statistic::AbsorbedEffects, absorbed),
        (Statistic::ResidualDf, n - k - absorbed),
        (Statistic::Ssr, ssr),
        (Statistic::Sigma2, from.sigma2),
        (Statistic::Loglik, from.loglik),
        (Statistic::Aic, -2.0 * from.loglik + 2.0 * parameters),
        (Statistic::Bic, bic(from.loglik, n, parameters)),
        (Statistic::R2, r2),
        (Statistic::R2ReducedForm, 1.0 - reduced_ssr / total),
        (Statistic::R2Corr, squared_correlation(y, reduced)),
        (Statistic::R2Within, r2_within),
        (
            Statistic::R2CorrWithin,
            if problem.has_effects() {
                squared_correlation(&within, from.within_reduced_form)
            } else {
                f64::NAN
            },
        ),
        (Statistic::R2Adjusted, 1.0 - (1.0 - r2) * (n - 1.0) / (n - k - absorbed)),
        (Statistic::R2PseudoAdjusted, 1.0 - (1.0 - r2) * (n - 1.0) / (n - k - absorbed - spatial)),
        (
            Statistic::R2WithinAdjusted,
            1.0 - (1.0 - r2_within) * (n - a) / (n - a - slopes_beside_a),
        ),
    ];
    values.into_iter().filter(|(_, v)| v.is_finite()).collect()
}

/// Those of a fit with random effects of variance `sigma2_unit` and s = Tφ. R² within units, which
/// such a model does not explain apart, are left out, and φ counts as a parameter.
pub(super) fn of_random_effects(
    problem: &Problem<'_>,
    from: &Ingredients<'_>,
    (sigma2_unit, s): (f64, f64),
) -> BTreeMap<Statistic, f64> {
    let mut all = statistics(problem, from);
    for within in [Statistic::R2Within, Statistic::R2CorrWithin, Statistic::R2WithinAdjusted] {
        all.remove(&within);
    }
    all.insert(Statistic::Sigma2Unit, sigma2_unit);
    all.insert(Statistic::Theta, 1.0 - 1.0 / (1.0 + s).sqrt());
    let n = problem.n() as f64;
    let parameters = (from.slopes + from.spatial + 2) as f64;
    all.insert(Statistic::Aic, -2.0 * from.loglik + 2.0 * parameters);
    all.insert(Statistic::Bic, -2.0 * from.loglik + n.ln() * parameters);
    all
}

/// Those of random effects of periods, of variance `sigma2_period` and s = Nσ²_τ/σ², in the place of
/// those of units or beside them. Each variance counts as a parameter.
pub(super) fn of_random_periods(
    problem: &Problem<'_>,
    all: &mut BTreeMap<Statistic, f64>,
    (sigma2_period, s): (f64, f64),
) {
    all.insert(Statistic::Sigma2Period, sigma2_period);
    all.insert(Statistic::ThetaPeriod, 1.0 - 1.0 / (1.0 + s).sqrt());
    if problem.model.effects.has_random_units() {
        let n = problem.n() as f64;
        all.entry(Statistic::Aic).and_modify(|aic| *aic += 2.0);
        all.entry(Statistic::Bic).and_modify(|bic| *bic += n.ln());
    } else {
        all.remove(&Statistic::Sigma2Unit);
        all.remove(&Statistic::Theta);
    }
}

fn square(v: &[f64]) -> f64 {
    v.iter().map(|x| x * x).sum()
}

fn centred_square(v: &[f64]) -> f64 {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|x| (x - mean).powi(2)).sum()
}

fn squared_correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let cross: f64 = a.iter().zip(b).map(|(x, y)| (x - ma) * (y - mb)).sum();
    cross * cross / (centred_square(a) * centred_square(b))
}
