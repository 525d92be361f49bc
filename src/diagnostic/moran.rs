//! Moran's I of least-squares residuals.
//!
//! I = (n/S₀) e'We/e'e with S₀ the sum of all weights (Cliff & Ord 1981, chapter 8). Of a variable:
//! [`super::autocorrelation`].

mod null;

use super::null::NullStatistics;
use super::{BaseFit, Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::Problem;
use crate::math::dist::normal_two_sided;
use crate::math::linalg::dot;
use crate::model::Effects;
use crate::outcome::{NullDistribution, Test, TestOutcome};
use crate::weights::Weights;

/// Moran's I of least-squares residuals.
#[derive(Debug)]
pub struct ResidualMoran;

static INFO: Info = Info {
    name: "moran",
    summary: "Moran's I of least-squares residuals",
    tests: &[("moran-residuals", "Moran's I of residuals, z")],
    reference: "Cliff & Ord (1981), section 8.3",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

impl Diagnostic for ResidualMoran {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let mut findings = Findings::default();
        for base in context.bases() {
            match residual_moran(context, base) {
                Ok(m) => findings.tests.push(m.test(base)),
                Err(reason) => findings.tests.extend(not_applicable(&INFO, base.basis, &reason)),
            }
        }
        findings
    }

    fn nulls<'c>(&self, context: &'c Context<'c>) -> Vec<Box<dyn NullStatistics + 'c>> {
        let null = |base| Some(Box::new(null::null(context, base)?) as Box<dyn NullStatistics>);
        context.bases().iter().filter_map(null).collect()
    }
}

/// Moran's I of residuals with its moments under normal errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ResidualMoment {
    /// I = (n/S₀) e'We/e'e.
    pub i: f64,
    /// E I.
    pub expectation: f64,
    /// Var I.
    pub variance: f64,
}

impl ResidualMoment {
    /// (I − E I)/√Var I.
    pub fn z(&self) -> f64 {
        (self.i - self.expectation) / self.variance.sqrt()
    }

    fn test(&self, base: &BaseFit) -> Test {
        let statistic = self.z();
        Test {
            name: INFO.tests[0].0.to_owned(),
            basis: base.basis,
            outcome: TestOutcome::Computed {
                statistic,
                null: NullDistribution::Normal,
                p_value: Some(normal_two_sided(statistic)),
            },
            details: [
                ("i", self.i),
                ("expectation", self.expectation),
                ("variance", self.variance),
            ]
            .map(|(name, value)| (name.to_owned(), value))
            .into(),
            bootstrap: None,
        }
    }
}

/// Moments of Moran's I of least-squares residuals over the whole panel, W within each period
/// (Cliff & Ord 1981, equations 8.12 and 8.13, in the form for a general annihilator). With
/// U = (I_T ⊗ (W + W')/2) and M the projection off the regressors and all dummies, p = rank:
///
/// ```text
/// E I   = (n/S₀) tr(MU)/(n − p)
/// E I²  = (n/S₀)² [2 tr(MUMU) + tr(MU)²] / ((n − p)(n − p + 2))
/// ```
pub fn residual_moran(context: &Context<'_>, base: &BaseFit) -> Result<ResidualMoment, String> {
    let fit = base.fit.as_ref().map_err(|e| format!("least squares has no fit: {e}"))?;
    let problem = context.problem(base);
    let space = problem.within_space().map_err(|e| e.to_string())?;
    let (w, effects) = (problem.weights, problem.model.effects);
    let (n, t) = (problem.n_units(), problem.n_periods());
    let half = HalfSum::of(w);
    let q: Vec<Vec<f64>> =
        (0..space.rank()).map(|j| space.q.col(j).iter().copied().collect()).collect();
    let uq: Vec<Vec<f64>> = q.iter().map(|v| half.apply(v)).collect();
    let quq: Vec<Vec<f64>> = uq.iter().map(|v| problem.within(v)).collect();
    let (trace, square) = half.projected_traces(effects, n, t);
    let inner = |i: usize, j: usize| dot(&q[i], &uq[j]);
    let k = q.len();
    // tr(MU) = tr(QU) − tr(Q_x'UQ_x); tr(MUMU) = tr(QUQU) − 2 tr(Q_x'UQUQ_x) + tr((Q_x'UQ_x)²).
    let mu = trace - (0..k).map(|j| inner(j, j)).sum::<f64>();
    let mumu = square - 2.0 * (0..k).map(|j| dot(&quq[j], &quq[j])).sum::<f64>()
        + (0..k).map(|i| (0..k).map(|j| inner(i, j).powi(2)).sum::<f64>()).sum::<f64>();
    let nt = (n * t) as f64;
    let df = nt - (k + effects.absorbed(n, t)) as f64;
    let scale = scale(&problem);
    let expectation = scale * mu / df;
    let second = scale * scale * (2.0 * mumu + mu * mu) / (df * (df + 2.0));
    let e = &fit.innovations;
    let i = scale * dot(e, &w.lag(e)) / dot(e, e);
    let variance = second - expectation * expectation;
    if variance > 0.0 {
        Ok(ResidualMoment { i, expectation, variance })
    } else {
        Err("Moran's I of these residuals cannot vary".to_owned())
    }
}

/// n/S₀ over the whole panel.
fn scale(problem: &Problem<'_>) -> f64 {
    problem.n() as f64
        / (problem.n_periods() as f64 * problem.weights.row_sums().iter().sum::<f64>())
}

/// (W + W')/2.
struct HalfSum<'a> {
    w: &'a Weights,
}

impl<'a> HalfSum<'a> {
    fn of(w: &'a Weights) -> Self {
        Self { w }
    }

    /// Applied period by period.
    fn apply(&self, v: &[f64]) -> Vec<f64> {
        let n = self.w.n();
        let mut out = self.w.lag(v);
        for (period, x) in out.chunks_exact_mut(n).zip(v.chunks_exact(n)) {
            for i in 0..n {
                for (j, value) in self.w.row(i) {
                    period[j] += value * x[i];
                }
            }
        }
        out.iter_mut().for_each(|v| *v *= 0.5);
        out
    }

    /// tr(Q(I ⊗ U)) and tr(Q(I ⊗ U)Q(I ⊗ U)) for the projection of these effects.
    fn projected_traces(&self, effects: Effects, n: usize, t: usize) -> (f64, f64) {
        let (ww, wtw) = self.w.square_traces();
        let uu = 0.5 * (ww + wtw);
        let ones = vec![1.0; n];
        let u1 = self.apply(&ones);
        let (sum, square) = (dot(&ones, &u1), dot(&u1, &u1));
        let nf = n as f64;
        // tr(E_N U) = −1'U1/N, tr(E_N U E_N U) = tr UU − 2·1'UU1/N + (1'U1/N)².
        let (one, two) = if effects.has_time() {
            (-sum / nf, uu - 2.0 * square / nf + (sum / nf).powi(2))
        } else {
            (0.0, uu)
        };
        let periods = if effects.has_individual() { t - 1 } else { t } as f64;
        (periods * one, periods * two)
    }
}
