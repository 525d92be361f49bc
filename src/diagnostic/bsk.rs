//! Random effects of units and spatial dependence of errors, jointly, one alone, one beside the other.
//!
//! With e the residuals of pooled least squares, J = 11', b = tr(WW + W'W):
//!
//! ```text
//! LM1       √(NT/(2(T − 1))) (e'(J ⊗ I)e/e'e − 1)             σ²_μ = 0, given λ = 0      N(0, 1), upper
//! LM2       √(N²T/b) e'(I ⊗ W)e/e'e                           λ = 0, given σ²_μ = 0      N(0, 1)
//! SLM1, 2   (e'De/e'e − E)/√V, D = J ⊗ I and I ⊗ (W + W')/2   the same                   as LM1, LM2
//! LMH       max(LM1, 0)² + max(LM2, 0)²                       λ = σ²_μ = 0               ¼χ²(0) + ½χ²(1) + ¼χ²(2)
//! CLM λ     score over root of its information                λ = 0, σ²_μ ≥ 0            N(0, 1)
//! CLM μ     the same, all nuisance parameters estimated       σ²_μ = 0, any λ            N(0, 1), upper
//! ```
//!
//! E = tr(DM)/s and V = 2(s tr(DM)² − tr²(DM))/(s²(s + 2)), M = I − X(X'X)⁻¹X', s = NT − k (Moulton &
//! Randolph 1989). A variance is not negative: LM1, SLM1 and CLM μ are one-sided. SLM2 is Moran's
//! standard score of the residuals; R's splm puts W for its symmetric part into V and has another
//! number for W that is not symmetric, and prints 2(1 − Φ(z)) for all of them, above 1 for a negative
//! score. For the conditional forms see `components`.
//!
//! *Reference*: Baltagi, Song & Koh (2003).

use super::components::{Columns, effects_root, spatial_root};
use super::made::{self, chi_bar, normal, positive_square, upper};
use super::{Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::Problem;
use crate::math::linalg::{ColumnSpace, dot};
use crate::outcome::{Basis, Test};

/// Random effects and spatially dependent errors.
#[derive(Debug)]
pub struct BaltagiSongKoh;

static INFO: Info = Info {
    name: "bsk",
    summary: "LM tests for random effects of units and spatially dependent errors",
    tests: &[
        ("bsk-lmh", "LM-H effects and error, joint"),
        ("bsk-lm1", "LM1 random effects"),
        ("bsk-slm1", "SLM1 random effects"),
        ("bsk-lm2", "LM2 spatial error"),
        ("bsk-slm2", "SLM2 spatial error"),
        ("bsk-clm-lambda", "CLM spatial error, given effects"),
        ("bsk-clm-mu", "CLM random effects, given spatial error"),
    ],
    reference: "Baltagi, Song & Koh (2003)",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for BaltagiSongKoh {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let found = Pooled::of(context).map(|pooled| pooled.tests());
        let tests = found.unwrap_or_else(|reason| not_applicable(&INFO, Basis::Pooled, &reason));
        Findings { tests, verdicts: Vec::new() }
    }
}

/// The pooled regression that tests of error components start from.
pub(super) struct Pooled<'a> {
    pub problem: Problem<'a>,
    pub space: ColumnSpace,
    pub e: Vec<f64>,
}

impl<'a> Pooled<'a> {
    /// # Errors
    /// Why the tests say nothing of this cell.
    pub(super) fn of(context: &'a Context<'a>) -> Result<Self, String> {
        let base = context.bases().first().ok_or("there is no pooled regression")?;
        let problem = context.problem(base);
        if problem.n_periods() < 2 {
            return Err("there is one period: effects of units are the errors".to_owned());
        }
        if problem.model.dynamics.is_some() {
            return Err("lags of the response are correlated with effects of units, so that \
                        residuals of pooled least squares say nothing of them"
                .to_owned());
        }
        let fit = base.fit.as_ref().map_err(|e| made::no_fit("pooled least squares", e))?;
        let space = problem.within_space().map_err(|e| e.to_string())?;
        Ok(Self { problem, space, e: fit.innovations.clone() })
    }

    /// e'(J ⊗ I)e/e'e − 1
    pub(super) fn of_units(&self) -> f64 {
        let n = self.problem.n_units();
        let mut sums = vec![0.0; n];
        for (at, e) in self.e.iter().enumerate() {
            sums[at % n] += e;
        }
        dot(&sums, &sums) / dot(&self.e, &self.e) - 1.0
    }

    /// LM1.
    pub(super) fn lm1(&self) -> f64 {
        let (n, t) = (self.problem.n() as f64, self.problem.n_periods() as f64);
        (n / (2.0 * (t - 1.0))).sqrt() * self.of_units()
    }

    /// e'(I ⊗ W)e/e'e
    fn of_neighbours(&self) -> f64 {
        dot(&self.e, &self.problem.weights.lag(&self.e)) / dot(&self.e, &self.e)
    }

    fn b(&self) -> f64 {
        let (ww, wtw) = self.problem.weights.square_traces();
        ww + wtw
    }

    fn tests(&self) -> Vec<Test> {
        let (n, t) = (self.problem.n_units() as f64, self.problem.n_periods() as f64);
        let lm1 = self.lm1();
        let lm2 = (n * n * t / self.b()).sqrt() * self.of_neighbours();
        let joint = positive_square(lm1) + positive_square(lm2);
        let (units, weights) = (self.problem.n_units(), self.problem.weights);
        let summed = |v: &[f64]| -> Vec<f64> {
            let mut sums = vec![0.0; units];
            v.iter().enumerate().for_each(|(at, x)| sums[at % units] += x);
            (0..v.len()).map(|at| sums[at % units]).collect()
        };
        let lagged = |v: &[f64]| -> Vec<f64> {
            let (there, back) = (weights.lag(v), weights.lag_transposed(v));
            there.iter().zip(back).map(|(a, b)| 0.5 * (a + b)).collect()
        };
        let of_units = (self.of_units() + 1.0, n * t, n * t * t);
        let slm1 = standardised(&self.space, of_units, &summed);
        let slm2 =
            standardised(&self.space, (self.of_neighbours(), 0.0, 0.5 * t * self.b()), &lagged);
        let columns = Columns::new(&self.problem, &self.space, &self.e);
        let periods = self.problem.n_periods();
        let lost = || "the likelihood under the null has no maximum".to_owned();
        let clm_lambda = columns.with_effects(false).map(|at| spatial_root(weights, periods, &at));
        let clm_mu =
            columns.with_spatial(false).and_then(|at| effects_root(weights, periods, &at, false));
        let of = |name: &str, found| made::test(name, Basis::Pooled, found);
        vec![
            of("bsk-lmh", chi_bar(joint)),
            of("bsk-lm1", upper(lm1)),
            of("bsk-slm1", upper(slm1)),
            of("bsk-lm2", normal(lm2)),
            of("bsk-slm2", normal(slm2)),
            of("bsk-clm-lambda", clm_lambda.ok_or_else(lost).and_then(normal)),
            of("bsk-clm-mu", clm_mu.ok_or_else(lost).and_then(upper)),
        ]
    }
}

/// (q − E)/√V for q = e'De/e'e with D symmetric, of which tr D and tr DD are known.
fn standardised(
    space: &ColumnSpace,
    (q, trace, squared): (f64, f64, f64),
    d: &dyn Fn(&[f64]) -> Vec<f64>,
) -> f64 {
    let k = space.rank();
    let columns: Vec<Vec<f64>> = (0..k).map(|j| space.q.col(j).iter().copied().collect()).collect();
    let images: Vec<Vec<f64>> = columns.iter().map(|c| d(c)).collect();
    let (mut once, mut doubled, mut twice) = (0.0, 0.0, 0.0);
    for i in 0..k {
        once += dot(&columns[i], &images[i]);
        doubled += dot(&images[i], &images[i]);
        twice += (0..k).map(|j| dot(&columns[i], &images[j]).powi(2)).sum::<f64>();
    }
    let (first, second) = (trace - once, squared - 2.0 * doubled + twice);
    let s = (space.q.nrows() - k) as f64;
    let variance = 2.0 * (s * second - first * first) / (s * s * (s + 2.0));
    (q - first / s) / variance.sqrt()
}
