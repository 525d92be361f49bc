//! Serial correlation of errors.
//!
//! Of pooled least squares, e its residuals, A = Σᵢ(Σₜe)²/e'e − 1, B = Σ eₜ'eₜ₋₁/e'e:
//!
//! ```text
//! bsy-joint   NT²/(2(T − 1)(T − 2))·(A² − 4AB + 2TB²)          no effects, no AR(1)          χ²(2)
//! bsy-ar      NT²/((T − 1)(1 − 2/T))·(B − A/T)²                no AR(1), effects or not      χ²(1)
//! bsy-re      √(NT/(2(T − 1)(1 − 2/T)))·(A − 2B)               no effects, AR(1) or not      N(0, 1), upper
//! baltagi-li  score over information of ρ                      no AR(1), given effects       χ²(1)
//! wooldridge-fd, wooldridge-fe    coefficient of Δeₜ₋₁ in Δeₜ is 0, or −½                     F(1, N(T − 2) − 2)
//! ```
//!
//! Δe are the residuals of the regression in first differences with a constant: uncorrelated where
//! errors are a random walk (`fd`), with a coefficient of −½ where they are uncorrelated (`fe`).
//! Within units:
//!
//! ```text
//! wooldridge-ar     coefficient of eₜ₋₁ in eₜ is −1/(T − 1)                                   F(1, N(T − 1) − 2)
//! breusch-godfrey   n R² of e on the regressors and eₜ₋₁ (0 in the first period), effects removed   χ²(1)
//! durbin-watson     Σ(eₜ − eₜ₋₁)²/e'e of Bhargava, Franzini & Narendranathan: a measure here
//! ```
//!
//! Wald tests cluster by unit. `breusch-godfrey` within units has no p-value: demeaning correlates
//! residuals by −1/(T − 1) (Wooldridge 2010, section 10.5.4); of pooled residuals it has one. R's
//! plm lags residuals across the borders between units in it, and in B divides by the residuals from
//! the second period on (its `bsy` numbers are among the details, `plm`).
//!
//! *References*: Bera, Sosa-Escudero & Yoon (2001); Baltagi & Li (1991, 1995); Wooldridge (2010),
//! sections 10.5.4 and 10.6.3; Drukker (2003); Bhargava, Franzini & Narendranathan (1982).

use super::bsk::Pooled;
use super::components::{Columns, Serial};
use super::made::{self, chi_squared, detailed, measure, no_fit, test, upper};
use super::{BaseFit, Context, Diagnostic, Findings, Info};
use crate::estimator::Problem;
use crate::estimator::problem::matrix;
use crate::math::linalg::{ColumnSpace, dot};
use crate::outcome::{Basis, Test, TestOutcome};

/// Serial correlation.
#[derive(Debug)]
pub struct SerialCorrelation;

static INFO: Info = Info {
    name: "serial-correlation",
    summary: "serial correlation of errors, beside effects of units",
    tests: &[
        ("bsy-joint", "Baltagi–Li joint, effects and AR(1)"),
        ("bsy-ar", "Bera–Sosa-Escudero–Yoon, AR(1)"),
        ("bsy-re", "Bera–Sosa-Escudero–Yoon, random effects"),
        ("baltagi-li", "Baltagi–Li, AR(1) given effects"),
        ("wooldridge-fd", "Wooldridge, differenced errors"),
        ("wooldridge-fe", "Wooldridge, errors by differences"),
        ("wooldridge-ar", "Wooldridge, errors within units"),
        ("breusch-godfrey", "Breusch–Godfrey, order 1"),
        ("durbin-watson", "Durbin–Watson within units"),
    ],
    reference: "Wooldridge (2010); Bera, Sosa-Escudero & Yoon (2001); Baltagi & Li (1995)",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for SerialCorrelation {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let pooled = Pooled::of(context).and_then(|pooled| long(&pooled.problem).map(|()| pooled));
        let mut tests = of_pooled(&pooled);
        let problem = context.own();
        for (name, null) in [("wooldridge-fd", 0.0), ("wooldridge-fe", -0.5)] {
            tests.push(test(name, Basis::Pooled, of_differences(&problem, null)));
        }
        for base in context.bases() {
            tests.extend(of_base(context, base));
        }
        Findings { tests, verdicts: Vec::new() }
    }
}

fn long(problem: &Problem<'_>) -> Result<(), String> {
    match problem.n_periods() {
        3.. => Ok(()),
        t => Err(format!("serial correlation needs three periods; there are {t}")),
    }
}

fn not_dynamic(problem: &Problem<'_>) -> Result<(), String> {
    match problem.model.dynamics {
        None => Ok(()),
        Some(_) => {
            Err("the regressors are not strictly exogenous: they have lags of the response"
                .to_owned())
        }
    }
}

fn of_pooled(pooled: &Result<Pooled<'_>, String>) -> Vec<Test> {
    let found = pooled.as_ref().map_err(Clone::clone).map(|pooled| {
        let (n, t) = (pooled.problem.n_units(), pooled.problem.n_periods() as f64);
        let a = pooled.of_units();
        let product = dot(&pooled.e[n..], &pooled.e[..pooled.e.len() - n]);
        let later = dot(&pooled.e[n..], &pooled.e[n..]);
        (
            bsy(n as f64, t, a, product / dot(&pooled.e, &pooled.e)),
            bsy(n as f64, t, a, product / later),
        )
    });
    let bera = |name: &str, at: usize| {
        let details: Vec<(&str, f64)> = found.iter().map(|(_, plm)| ("plm", plm[at])).collect();
        let outcome = found.clone().and_then(|(own, _)| match at {
            0 => chi_squared(own[0], 2),
            1 => chi_squared(own[1], 1),
            _ => upper(own[2]),
        });
        detailed(name, Basis::Pooled, outcome, &details)
    };
    let given_effects = pooled.as_ref().map_err(Clone::clone).and_then(|pooled| {
        let columns = Columns::new(&pooled.problem, &pooled.space, &pooled.e);
        let lost = "the likelihood under the null has no maximum";
        let at = columns.with_effects(false).ok_or(lost)?;
        let values = vec![1.0; pooled.problem.n_units()];
        let (sigma2, phi) = (at.sigma2, at.phi);
        let serial = Serial { values: &values, u: &at.u, slope: None, sigma2, phi };
        serial.statistic().ok_or_else(|| "the information under the null is singular".to_owned())
    });
    vec![
        bera("bsy-joint", 0),
        bera("bsy-ar", 1),
        bera("bsy-re", 2),
        test("baltagi-li", Basis::Pooled, given_effects.and_then(|lm| chi_squared(lm, 1))),
    ]
}

/// Joint, AR(1), random effects.
fn bsy(n: f64, t: f64, a: f64, b: f64) -> [f64; 3] {
    [
        n * t * t / (2.0 * (t - 1.0) * (t - 2.0)) * (a * a - 4.0 * a * b + 2.0 * t * b * b),
        n * t * t / ((t - 1.0) * (1.0 - 2.0 / t)) * (b - a / t).powi(2),
        (n * t / (2.0 * (t - 1.0) * (1.0 - 2.0 / t))).sqrt() * (a - 2.0 * b),
    ]
}

fn of_differences(problem: &Problem<'_>, null: f64) -> made::Found {
    long(problem)?;
    not_dynamic(problem)?;
    let n = problem.n_units();
    let difference = |v: &[f64]| -> Vec<f64> { v[n..].iter().zip(v).map(|(a, b)| a - b).collect() };
    let dy = difference(&problem.sample.y);
    let columns: Vec<Vec<f64>> = std::iter::once(vec![1.0; dy.len()])
        .chain(problem.sample.x.iter().map(|x| difference(x)))
        .collect();
    let space = ColumnSpace::new(&matrix(&columns))
        .map_err(|_| "regressors are collinear in first differences".to_owned())?;
    of_lag(&space.residual(&dy), n, null)
}

/// Wald test, clustered by unit, that the coefficient of eₜ₋₁ in a regression of eₜ on it and a
/// constant is `null`.
fn of_lag(e: &[f64], units: usize, null: f64) -> made::Found {
    let (now, before) = (&e[units..], &e[..e.len() - units]);
    let count = now.len();
    if count <= units || count < 4 {
        return Err("too few periods are left for a lag of residuals".to_owned());
    }
    let columns = [vec![1.0; count], before.to_vec()];
    let space = ColumnSpace::new(&matrix(&columns))
        .map_err(|_| "the residuals do not change".to_owned())?;
    let slope = space.least_squares(now)[1];
    let left = space.residual(now);
    let inverse = space.gram_inverse();
    let mut influence = vec![0.0; units];
    for (at, e) in left.iter().enumerate() {
        influence[at % units] += e * (inverse[(1, 0)] + inverse[(1, 1)] * before[at]);
    }
    let variance = dot(&influence, &influence);
    made::f((slope - null).powi(2) / variance, 1, count as f64 - 2.0)
}

fn of_base(context: &Context<'_>, base: &BaseFit) -> Vec<Test> {
    let problem = context.problem(base);
    let of = |name: &str, found| test(name, base.basis, found);
    let residuals = long(&problem).and_then(|()| {
        let fit = base.fit.as_ref().map_err(|why| no_fit("least squares", why))?;
        Ok(fit.innovations.clone())
    });
    let inside = problem.model.effects.has_individual();
    let n = problem.n_units();
    let godfrey = residuals.clone().and_then(|e| breusch_godfrey(&problem, &e));
    // Under the null residuals within units correlate by −1/(T − 1), and n R² has no χ² distribution.
    let godfrey = match godfrey {
        Ok(TestOutcome::Computed { statistic, .. }) if inside => measure(statistic),
        found => found,
    };
    let mut tests = Vec::new();
    if base.basis == Basis::Within {
        let own = || {
            let e = residuals.clone()?;
            not_dynamic(&problem)?;
            if inside { Ok(e) } else { Err("the model has no effects of units".to_owned()) }
        };
        let null = -1.0 / (problem.n_periods() as f64 - 1.0);
        tests.push(of("wooldridge-ar", own().and_then(|e| of_lag(&e, n, null))));
    }
    tests.push(of("breusch-godfrey", godfrey));
    if base.basis == Basis::Within {
        let ratio = residuals.and_then(|e| {
            let changes: f64 = e[n..].iter().zip(&e).map(|(a, b)| (a - b).powi(2)).sum();
            measure(changes / dot(&e, &e))
        });
        tests.push(of("durbin-watson", ratio));
    }
    tests
}

fn breusch_godfrey(problem: &Problem<'_>, e: &[f64]) -> made::Found {
    let n = problem.n_units();
    let mut lag = vec![0.0; e.len()];
    lag[n..].copy_from_slice(&e[..e.len() - n]);
    let columns: Vec<Vec<f64>> =
        problem.columns().iter().chain([&lag]).map(|c| problem.within(c)).collect();
    let space = ColumnSpace::new(&matrix(&columns))
        .map_err(|_| "the lagged residuals are a combination of the regressors".to_owned())?;
    let left = space.residual(e);
    chi_squared(e.len() as f64 * (1.0 - dot(&left, &left) / dot(e, e)), 1)
}
