//! Random effects of units, serial and spatial dependence of errors: jointly, and each beside the two
//! others.
//!
//! ```text
//! J     σ²_μ = ρ = λ = 0                        χ²(3)
//! C.1   λ = 0, given effects and autocorrelation  χ²(1)
//! C.2   ρ = 0, given effects and spatial error    χ²(1)
//! C.3   σ²_μ = 0, given autocorrelation and spatial error   χ²(1)
//! ```
//!
//! all with the score and the information of `components` at the
//! maximum-likelihood estimates under the null. With A = e'(J ⊗ I)e/e'e − 1, B = Σ eₜ'eₜ₋₁/e'e and
//! H = e'(I ⊗ W)e/e'e of pooled least squares, J is
//! NT²/(2(T − 1)(T − 2))·(A² − 4AB + 2TB²) + N²T H²/tr(WW + W'W), T > 2.
//!
//! R's splm takes the variance of all residuals over 1 + φ for σ² in C.1 and C.2, and in C.3 the
//! variance of unfiltered residuals, and divides the trace there by σ⁴ where σ² is meant: its numbers
//! are others wherever these variances are not the estimates, which with strong autocorrelation they
//! are not.
//!
//! *Reference*: Baltagi, Song, Jung & Koh (2007).

use super::bsk::Pooled;
use super::components::{Columns, Serial, effects_root, spatial_covariance, spatial_root};
use super::made::{chi_squared, detailed, no_fit, test};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::random::MOST_UNITS;
use crate::estimator::{Problem, find};
use crate::math::linalg::{dot, symmetric_eigen};
use crate::model::std_errors::StdErrors;
use crate::model::{Effects, ErrorComponents, Model, Term};
use crate::outcome::{Basis, Test};

/// Random effects, serial and spatial dependence.
#[derive(Debug)]
pub struct BaltagiSongJungKoh;

static INFO: Info = Info {
    name: "bsjk",
    summary: "LM tests for random effects, serial and spatial dependence of errors",
    tests: &[
        ("bsjk-joint", "Effects, serial and spatial dependence, joint (J)"),
        ("bsjk-c1", "Spatial dependence, given the others (C.1)"),
        ("bsjk-c2", "Serial dependence, given the others (C.2)"),
        ("bsjk-c3", "Random effects, given the others (C.3)"),
    ],
    reference: "Baltagi, Song, Jung & Koh (2007)",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for BaltagiSongJungKoh {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let pooled = Pooled::of(context).and_then(|pooled| {
            let long = pooled.problem.n_periods() > 2;
            long.then_some(pooled).ok_or_else(|| {
                "with two periods effects of units and autocorrelation are not told apart"
                    .to_owned()
            })
        });
        let tests = match pooled {
            Ok(pooled) => tests(&pooled),
            Err(reason) => not_applicable(&INFO, Basis::Pooled, &reason),
        };
        Findings { tests, verdicts: Vec::new() }
    }
}

fn tests(pooled: &Pooled<'_>) -> Vec<Test> {
    let problem = &pooled.problem;
    let (weights, periods) = (problem.weights, problem.n_periods());
    let columns = Columns::new(problem, &pooled.space, &pooled.e);
    let lost = || "the likelihood under the null has no maximum".to_owned();
    let first = columns.with_effects(true).map(|at| {
        let root = spatial_root(weights, periods, &at);
        (root, at.phi, at.serial)
    });
    let third = columns
        .with_spatial(true)
        .and_then(|at| Some((effects_root(weights, periods, &at, true)?, at.serial, at.spatial)));
    let square = |found: Option<f64>| found.ok_or_else(lost).and_then(|r| chi_squared(r * r, 1));
    let (root, phi, rho) = first.unwrap_or((f64::NAN, f64::NAN, f64::NAN));
    let c1 = detailed(
        "bsjk-c1",
        Basis::Pooled,
        square(first.map(|f| f.0)),
        &[("root", root), ("phi", phi), ("serial", rho)],
    );
    let (root, rho, lambda) = third.unwrap_or((f64::NAN, f64::NAN, f64::NAN));
    let c3 = detailed(
        "bsjk-c3",
        Basis::Pooled,
        square(third.map(|f| f.0)),
        &[("root", root), ("serial", rho), ("lambda", lambda)],
    );
    vec![
        test("bsjk-joint", Basis::Pooled, chi_squared(joint(pooled), 3)),
        c1,
        test("bsjk-c2", Basis::Pooled, serial(problem).and_then(|lm| chi_squared(lm, 1))),
        c3,
    ]
}

fn joint(pooled: &Pooled<'_>) -> f64 {
    let problem = &pooled.problem;
    let (units, t) = (problem.n_units(), problem.n_periods() as f64);
    let e = &pooled.e;
    let ee = dot(e, e);
    let a = pooled.of_units();
    let b = dot(&e[units..], &e[..e.len() - units]) / ee;
    let h = dot(e, &problem.weights.lag(e)) / ee;
    let (ww, wtw) = problem.weights.square_traces();
    let n = units as f64;
    n * t * t / (2.0 * (t - 1.0) * (t - 2.0)) * (a * a - 4.0 * a * b + 2.0 * t * b * b)
        + n * n * t / (ww + wtw) * h * h
}

/// C.2 at the random-effects model with a spatial error.
fn serial(problem: &Problem<'_>) -> Result<f64, String> {
    let (n, weights) = (problem.n_units(), problem.weights);
    if n > MOST_UNITS {
        return Err(format!(
            "{n} units are too many (at most {MOST_UNITS}): dense matrices of that size"
        ));
    }
    let model = Model {
        estimator: "sem".to_owned(),
        effects: Effects::Random,
        error_components: Some(ErrorComponents::Anselin),
        small_sample: None,
        std_errors: StdErrors::Default,
        ..problem.model.clone()
    };
    let sem = find("sem").ok_or("there is no estimator of a spatial error")?;
    let null = Problem { model: &model, ..*problem };
    let fit =
        sem.fit(&null).map_err(|e| no_fit("the random-effects model with a spatial error", &e))?;
    let of = |term: &Term| fit.value(term).ok_or_else(|| format!("the fit has no {term}"));
    let (lambda, sigma2) = (of(&Term::Lambda)?, of(&Term::Sigma2)?);
    // Absent where effects have no variance.
    let phi = fit.value(&Term::Phi).unwrap_or(0.0);
    let coefficients: Vec<f64> = null.linear_terms().iter().map(&of).collect::<Result<_, _>>()?;
    let fitted = null.linear_part(&coefficients);
    let u: Vec<f64> = null.sample.y.iter().zip(fitted).map(|(y, f)| y - f).collect();
    let [covariance, slope] = spatial_covariance(weights, lambda);
    let lost = "the eigenvalues of the covariance could not be computed";
    let (values, vectors) = symmetric_eigen(&covariance).ok_or(lost)?;
    let turned = vectors.transpose() * &slope * &vectors;
    let periods = u.chunks_exact(n);
    let u: Vec<f64> = periods
        .flat_map(|p| {
            let vectors = &vectors;
            (0..n).map(move |j| vectors.col(j).iter().zip(p).map(|(q, u)| q * u).sum::<f64>())
        })
        .collect();
    let serial = Serial { values: &values, u: &u, slope: Some(&turned), sigma2, phi };
    serial.statistic().ok_or_else(|| "the information under the null is singular".to_owned())
}
