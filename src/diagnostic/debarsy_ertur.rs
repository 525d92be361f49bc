//! Lag and error of a model with effects of units, alone, together and beside each other.
//!
//! Effects of units are transformed away by forward orthogonal deviations, which leaves T* = T − 1
//! periods of innovations of variance σ² = e'e/(N(T − 1)). Whatever is computed from the transformed data is
//! computed from the demeaned data: sums of products are the same. Without effects T* = T.
//!
//! ```text
//! de-joint            ρ = λ = 0                       χ²(2)
//! de-lag, de-error    ρ = 0 given λ = 0, and reversed χ²(1)
//! de-lag-given-error  ρ = 0, at the SEM               χ²(1)
//! de-error-given-lag  λ = 0, at the SLM               χ²(1)
//! ```
//!
//! All are s'I⁻¹s with the score and the expected information of the model with both terms at the
//! estimates under the null ([`sac`](crate::estimator::sac)); T* in the place of T. The conditional forms
//! hold whether or not the other term is in the model, which the robust forms of `lm` do only near zero.
//!
//! *Reference*: Debarsy & Ertur (2010).

use super::made::{chi_squared, no_fit, test};
use super::{BaseFit, Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::problem::matrix;
use crate::estimator::random::MOST_UNITS;
use crate::estimator::{Estimated, Problem, find};
use crate::math::Matrix;
use crate::math::linalg::{ColumnSpace, dot, spd_inverse};
use crate::model::incidental::Correction;
use crate::model::std_errors::StdErrors;
use crate::model::{Effects, Model, Term};
use crate::outcome::Test;

/// Lag and error beside each other.
#[derive(Debug)]
pub struct DebarsyErtur;

static INFO: Info = Info {
    name: "debarsy-ertur",
    summary: "LM tests for a lag and an error, alone and beside each other, effects of units transformed away",
    tests: &[
        ("de-joint", "LM lag and error, joint (T − 1)"),
        ("de-lag", "LM lag (T − 1)"),
        ("de-error", "LM error (T − 1)"),
        ("de-lag-given-error", "LM lag, given error"),
        ("de-error-given-lag", "LM error, given lag"),
    ],
    reference: "Debarsy & Ertur (2010)",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for DebarsyErtur {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let each = |base: &BaseFit| match Null::of(context, base) {
            Ok(null) => null.tests(base),
            Err(reason) => not_applicable(&INFO, base.basis, &reason),
        };
        Findings { tests: context.bases().iter().flat_map(each).collect(), verdicts: Vec::new() }
    }
}

/// A basis without effects of periods.
struct Null<'a> {
    problem: Problem<'a>,
    least_squares: &'a Estimated,
    /// QX.
    columns: Vec<Vec<f64>>,
    /// T*.
    periods: f64,
}

/// Score and information of one restricted fit, order (β, ρ, λ, σ²).
struct At<'a> {
    e: &'a [f64],
    x: Vec<Vec<f64>>,
    /// The mean of the spatial lag, filtered.
    mean: Vec<f64>,
    /// ρ, λ.
    score: [f64; 2],
    /// tr(ĜĜ + Ĝ'Ĝ), tr((H + H')Ĝ), tr(HH + H'H), tr Ĝ, tr H.
    traces: [f64; 5],
}

impl<'a> Null<'a> {
    fn of(context: &'a Context<'a>, base: &'a BaseFit) -> Result<Self, String> {
        let problem = context.problem(base);
        let effects = problem.model.effects;
        if !matches!(effects, Effects::None | Effects::Individual) {
            return Err(format!(
                "the tests are of models with effects of units alone; these have {effects} effects"
            ));
        }
        if problem.has_own_error_weights() {
            return Err("lag and error have matrices of their own".to_owned());
        }
        let least_squares = base.fit.as_ref().map_err(|why| no_fit("least squares", why))?;
        let lost = usize::from(effects.has_individual());
        if problem.n_periods() <= lost {
            return Err("there is one period: effects of units leave nothing".to_owned());
        }
        if problem.n_units() > MOST_UNITS {
            return Err(format!(
                "{} units are too many (at most {MOST_UNITS}): dense matrices of that size",
                problem.n_units()
            ));
        }
        let columns = problem.columns().iter().map(|c| problem.within(c)).collect();
        let periods = (problem.n_periods() - lost) as f64;
        Ok(Self { problem, least_squares, columns, periods })
    }

    fn tests(&self, base: &BaseFit) -> Vec<Test> {
        let of = |name: &str, found| test(name, base.basis, found);
        let none = self.at_least_squares();
        let [lag, error] = [0, 1].map(|one| self.statistic(&none, &[one]));
        let singular = || "the information under the null is singular".to_owned();
        let joint = self.statistic(&none, &[0, 1]).and_then(|lm| chi_squared(lm, 2));
        let single = |found: Result<f64, String>| found.and_then(|lm| chi_squared(lm, 1));
        let given_error = self.fit("sem").and_then(|fit| {
            let at = self.at_error(&fit).ok_or_else(singular)?;
            self.statistic_beside(&at, 0)
        });
        let given_lag = self.fit("slm").and_then(|fit| {
            let at = self.at_lag(&fit).ok_or_else(singular)?;
            self.statistic_beside(&at, 1)
        });
        vec![
            of("de-joint", joint),
            of("de-lag", single(lag)),
            of("de-error", single(error)),
            of("de-lag-given-error", single(given_error)),
            of("de-error-given-lag", single(given_lag)),
        ]
    }

    fn fit(&self, name: &str) -> Result<Estimated, String> {
        let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
        let model = Model {
            estimator: name.to_owned(),
            small_sample: None,
            std_errors: StdErrors::Default,
            correction: Correction::None,
            ..self.problem.model.clone()
        };
        let fit = estimator.fit(&Problem { model: &model, ..self.problem });
        fit.map_err(|why| no_fit(&format!("`{name}`"), &why))
    }

    fn fitted(&self, fit: &Estimated) -> Vec<f64> {
        let terms = self.problem.linear_terms();
        let mut sum = vec![0.0; self.problem.n()];
        for (column, term) in self.columns.iter().zip(&terms) {
            let b = fit.value(term).unwrap_or(0.0);
            sum.iter_mut().zip(column).for_each(|(s, x)| *s += b * x);
        }
        sum
    }

    fn squared_traces(&self) -> f64 {
        let (ww, wtw) = self.problem.weights.square_traces();
        ww + wtw
    }

    fn at_least_squares(&self) -> At<'_> {
        let (e, weights) = (&self.least_squares.innovations, self.problem.weights);
        let b = self.squared_traces();
        let y = self.problem.within(&self.problem.sample.y);
        let fitted: Vec<f64> = y.iter().zip(e).map(|(y, e)| y - e).collect();
        At {
            e,
            x: self.columns.clone(),
            mean: weights.lag(&fitted),
            score: [dot(e, &weights.lag(&y)), dot(e, &weights.lag(e))],
            traces: [b, b, b, 0.0, 0.0],
        }
    }

    /// The spatial lag as the data have it, λ = 0.
    fn at_lag<'e>(&self, fit: &'e Estimated) -> Option<At<'e>> {
        let weights = self.problem.weights;
        let rho = fit.value(&Term::Rho)?;
        let spectrum = weights.spectrum()?;
        let e = &fit.innovations;
        Some(At {
            e,
            x: self.columns.clone(),
            mean: weights.lag(&weights.resolve(rho, &self.fitted(fit))),
            score: [0.0, dot(e, &weights.lag(e))],
            traces: [
                spectrum.trace_gg(rho) + weights.trace_gtg(rho),
                self.crossed(rho),
                self.squared_traces(),
                spectrum.trace_g(rho),
                0.0,
            ],
        })
    }

    /// The spatial error as the data have it, ρ = 0: B and W commute, Ĝ is W.
    fn at_error<'e>(&self, fit: &'e Estimated) -> Option<At<'e>> {
        let weights = self.problem.weights;
        let lambda = fit.value(&Term::Lambda)?;
        let spectrum = weights.spectrum()?;
        let filter = |v: &[f64]| -> Vec<f64> {
            v.iter().zip(weights.lag(v)).map(|(v, w)| v - lambda * w).collect()
        };
        let e = &fit.innovations;
        let y = self.problem.within(&self.problem.sample.y);
        Some(At {
            e,
            x: self.columns.iter().map(|c| filter(c)).collect(),
            mean: filter(&weights.lag(&self.fitted(fit))),
            score: [dot(e, &filter(&weights.lag(&y))), 0.0],
            traces: [
                self.squared_traces(),
                self.crossed(lambda),
                spectrum.trace_gg(lambda) + weights.trace_gtg(lambda),
                0.0,
                spectrum.trace_g(lambda),
            ],
        })
    }

    /// tr((W + W')G), G = W(I − rW)⁻¹.
    fn crossed(&self, r: f64) -> f64 {
        let weights = self.problem.weights;
        let g = weights.resolvent(r);
        let of_row =
            |i: usize| weights.row(i).map(|(j, w)| w * (g[(j, i)] + g[(i, j)])).sum::<f64>();
        (0..weights.n()).map(of_row).sum()
    }

    /// The inverse of the information, β and σ² concentrated out of ρ and λ.
    fn information(&self, at: &At<'_>) -> Result<(Matrix, f64), String> {
        let count = self.problem.n_units() as f64 * self.periods;
        let sigma2 = dot(at.e, at.e) / count;
        let space = ColumnSpace::new(&matrix(&at.x))
            .map_err(|_| "the filtered regressors are collinear".to_owned())?;
        let left = space.residual(&at.mean);
        let [gg, gh, hh, g, h] = at.traces;
        let t = self.periods;
        let of_scale = 2.0 * t * t / count;
        let entry = [
            dot(&left, &left) / sigma2 + t * gg - of_scale * g * g,
            t * gh - of_scale * g * h,
            t * hh - of_scale * h * h,
        ];
        Ok((Matrix::from_fn(2, 2, |i, j| entry[i + j]), sigma2))
    }

    /// LM of what `tested` are zero, the rest of ρ and λ left out of the model.
    fn statistic(&self, at: &At<'_>, tested: &[usize]) -> Result<f64, String> {
        let (information, sigma2) = self.information(at)?;
        let k = tested.len();
        let own = Matrix::from_fn(k, k, |i, j| information[(tested[i], tested[j])]);
        let inverse = spd_inverse(&own).ok_or("the information under the null is singular")?;
        let score: Vec<f64> = tested.iter().map(|&i| at.score[i] / sigma2).collect();
        let row = |i: usize| (0..k).map(|j| inverse[(i, j)] * score[j]).sum::<f64>();
        Ok((0..k).map(|i| score[i] * row(i)).sum())
    }

    /// LM of one of ρ and λ, the other estimated.
    fn statistic_beside(&self, at: &At<'_>, tested: usize) -> Result<f64, String> {
        let (information, sigma2) = self.information(at)?;
        let inverse =
            spd_inverse(&information).ok_or("the information under the null is singular")?;
        Ok((at.score[tested] / sigma2).powi(2) * inverse[(tested, tested)])
    }
}
