//! Lagrange multiplier tests for a spatial lag or a spatial error.
//!
//! With e the least-squares residuals (effects removed), σ² = e'e/n, T_W = T tr(WW + W'W),
//! d_ρ = e'Wy/σ², d_λ = e'We/σ² and J = (WXb)'M(WXb)/σ² + T_W:
//!
//! ```text
//! LM lag          d_ρ²/J                                  χ²(1)
//! LM error        d_λ²/T_W                                χ²(1)
//! robust LM lag   (d_ρ − d_λ)²/(J − T_W)                  χ²(1)
//! robust LM error (d_λ − (T_W/J)d_ρ)²/(T_W(1 − T_W/J))    χ²(1)
//! joint           LM error + robust LM lag                χ²(2)
//! ```
//!
//! The published (legacy) J lags the demeaned Xb and does not demean again; the exact one lags
//! Xb + effects and demeans. They differ for time and two-way effects only; the legacy form is the
//! one comparable with splm and Elhorst's tables, and the exact one stands beside it.
//!
//! Sources: Anselin, Bera, Florax & Yoon (1996); Elhorst (2010), section C.2.2; Debarsy & Ertur
//! (2010).

mod null;

use super::null::NullStatistics;
use super::{BaseFit, Context, Diagnostic, Findings, Info, not_applicable};
use crate::estimator::{Estimated, Problem};
use crate::math::dist::chi_squared_sf;
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::Regressor;
use crate::outcome::{Basis, NullDistribution, Test, TestOutcome, Verdict};
use std::collections::BTreeMap;

/// The LM family.
#[derive(Debug)]
pub struct LagrangeMultiplier;

static INFO: Info = Info {
    name: "lm",
    summary: "LM and robust LM tests for a spatial lag and a spatial error",
    tests: &[
        ("lm-lag", "LM lag"),
        ("robust-lm-lag", "Robust LM lag"),
        ("lm-error", "LM error"),
        ("robust-lm-error", "Robust LM error"),
        ("lm-joint", "LM lag and error, joint"),
        ("lm-lag-exact", "LM lag (exact form)"),
        ("robust-lm-lag-exact", "Robust LM lag (exact form)"),
        ("robust-lm-error-exact", "Robust LM error (exact form)"),
        ("lm-joint-exact", "LM lag and error, joint (exact form)"),
    ],
    reference: "Anselin, Bera, Florax & Yoon (1996); Elhorst (2010), section C.2.2",
    version: 1,
    whole_periods: false,
    of_fit: false,
};

/// Tests are judged at this level by the decision rule.
const LEVEL: f64 = 0.05;

/// Models and the same with the neighbours' regressors.
const DURBIN: [(&str, &str); 3] = [("ols", "slx"), ("slm", "sdm"), ("sem", "sdem")];

impl Diagnostic for LagrangeMultiplier {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let mut findings = Findings::default();
        for base in context.bases() {
            match statistics(context, base) {
                Ok(pair) => {
                    findings.tests.extend(pair.tests(base.basis));
                    let durbin =
                        context.own().sample.regressors.iter().any(Regressor::is_of_neighbours);
                    findings.verdicts.push(named(pair.legacy.verdict(base.basis), durbin));
                }
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

/// The statistics in both forms; `exact` only where it differs by more than rounding could.
struct Pair {
    legacy: Family,
    exact: Option<Family>,
}

/// The five statistics.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Family {
    /// LM lag.
    pub lag: f64,
    /// LM error.
    pub error: f64,
    /// Robust LM lag; `None` when WXb lies in the space of X.
    pub robust_lag: Option<f64>,
    /// Robust LM error, likewise.
    pub robust_error: Option<f64>,
    /// Joint.
    pub joint: Option<f64>,
}

fn statistics(context: &Context<'_>, base: &BaseFit) -> Result<Pair, String> {
    let fit = base.fit.as_ref().map_err(|e| format!("least squares has no fit: {e}"))?;
    let problem = context.problem(base);
    let space = problem.within_space().map_err(|e| e.to_string())?;
    let exact = || {
        let lag = problem.within(&problem.weights.lag(&fit.systematic));
        family(&problem, fit, &space, &lag)
    };
    // Nobody has another form for a matrix of each period, under which no effects commute with W.
    if problem.weights.is_by_period() {
        return Ok(Pair { legacy: exact(), exact: None });
    }
    let legacy = family(&problem, fit, &space, &legacy_lag(&problem, fit));
    Ok(Pair { legacy, exact: problem.model.effects.has_time().then(exact) })
}

/// W applied to the demeaned fitted values.
fn legacy_lag(problem: &Problem<'_>, fit: &Estimated) -> Vec<f64> {
    let y = problem.within(&problem.sample.y);
    let fitted: Vec<f64> = y.iter().zip(&fit.innovations).map(|(y, e)| y - e).collect();
    problem.weights.lag(&fitted)
}

fn family(
    problem: &Problem<'_>,
    fit: &Estimated,
    space: &ColumnSpace,
    fitted_lag: &[f64],
) -> Family {
    let e = &fit.innovations;
    let sigma2 = dot(e, e) / problem.n() as f64;
    let tw = squared_traces(problem);
    let y = up_to_effects(problem, &problem.sample.y);
    let d_rho = dot(e, &problem.weights.lag(&y)) / sigma2;
    let d_lambda = dot(e, &problem.weights.lag(e)) / sigma2;
    let unexplained = space.residual(fitted_lag);
    let j = dot(&unexplained, &unexplained) / sigma2 + tw;
    Family::of(d_rho, d_lambda, j, tw)
}

/// T_W.
fn squared_traces(problem: &Problem<'_>) -> f64 {
    let (ww, wtw) = problem.weights.square_traces();
    problem.n_periods() as f64 * (ww + wtw)
}

/// v up to what does not reach e'Wv: where W1 ∝ 1 demeaned, with which d_ρ − d_λ keeps four more
/// digits; for other W as it is.
fn up_to_effects(problem: &Problem<'_>, v: &[f64]) -> Vec<f64> {
    let one = !problem.weights.is_by_period();
    match problem.weights.common_row_sum().filter(|_| one) {
        Some(_) if problem.has_effects() => problem.within(v),
        Some(_) => centred(v),
        None => v.to_vec(),
    }
}

fn centred(v: &[f64]) -> Vec<f64> {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|x| x - mean).collect()
}

fn test(name: &str, basis: Basis, statistic: Option<f64>, df: u32) -> Test {
    let outcome = match statistic {
        Some(statistic) => TestOutcome::Computed {
            statistic,
            null: NullDistribution::ChiSquared { df },
            p_value: Some(chi_squared_sf(statistic, df)),
        },
        None => TestOutcome::NotApplicable {
            reason: "the spatial lag of the fitted values is a combination of the regressors"
                .to_owned(),
        },
    };
    Test { name: name.to_owned(), basis, outcome, details: BTreeMap::new(), bootstrap: None }
}

impl Pair {
    fn tests(&self, basis: Basis) -> Vec<Test> {
        let l = &self.legacy;
        let mut tests = vec![
            test("lm-lag", basis, Some(l.lag), 1),
            test("robust-lm-lag", basis, l.robust_lag, 1),
            test("lm-error", basis, Some(l.error), 1),
            test("robust-lm-error", basis, l.robust_error, 1),
            test("lm-joint", basis, l.joint, 2),
        ];
        if let Some(x) = &self.exact {
            tests.extend([
                test("lm-lag-exact", basis, Some(x.lag), 1),
                test("robust-lm-lag-exact", basis, x.robust_lag, 1),
                test("robust-lm-error-exact", basis, x.robust_error, 1),
                test("lm-joint-exact", basis, x.joint, 2),
            ]);
        }
        tests
    }
}

impl Family {
    /// From the scores, J and T_W.
    fn of(d_rho: f64, d_lambda: f64, j: f64, tw: f64) -> Self {
        let apart = j - tw > 1e-10 * j;
        let robust_lag = apart.then(|| (d_rho - d_lambda).powi(2) / (j - tw));
        let error = d_lambda * d_lambda / tw;
        let robust_error = || (d_lambda - tw / j * d_rho).powi(2) / (tw * (1.0 - tw / j));
        Self {
            lag: d_rho * d_rho / j,
            error,
            robust_lag,
            robust_error: apart.then(robust_error),
            joint: robust_lag.map(|r| error + r),
        }
    }

    /// The rule of Anselin & Florax (1995): the test that rejects chooses; when both do, the
    /// robust tests decide, and between two robust rejections the larger statistic.
    pub fn verdict(&self, basis: Basis) -> Verdict {
        let rejects = |s: f64| chi_squared_sf(s, 1) < LEVEL;
        let shown = |s: f64| {
            let p = chi_squared_sf(s, 1);
            if p < 0.001 { format!("{s:.3} (p < 0.001)") } else { format!("{s:.3} (p = {p:.3})") }
        };
        let simple = format!("LM lag {}, LM error {}", shown(self.lag), shown(self.error));
        let robust = self.robust_lag.zip(self.robust_error);
        let (chosen, why) = choice((self.lag, self.error), robust, LEVEL);
        let because = match robust.filter(|_| rejects(self.lag) && rejects(self.error)) {
            None => format!("{simple}: {why}"),
            Some((lag, error)) => {
                let robust =
                    format!("robust LM lag {}, robust LM error {}", shown(lag), shown(error));
                format!("{simple}: both reject at 5 %; {robust}: {why}")
            }
        };
        Verdict { rule: "lm".to_owned(), basis, chosen: chosen.to_owned(), because }
    }
}

/// The verdict by the names of models that have the neighbours' regressors.
fn named(mut verdict: Verdict, durbin: bool) -> Verdict {
    if durbin {
        let of = |base: &str| DURBIN.iter().find(|(of, _)| *of == base).map(|(_, with)| *with);
        if let Some(with) = of(&verdict.chosen) {
            with.clone_into(&mut verdict.chosen);
        }
    }
    verdict
}

/// The rule at a level: the estimator, and why; of the robust statistics where both others reject.
pub(super) fn choice(
    (lag, error): (f64, f64),
    robust: Option<(f64, f64)>,
    level: f64,
) -> (&'static str, &'static str) {
    let rejects = |s: f64| chi_squared_sf(s, 1) < level;
    match (rejects(lag), rejects(error)) {
        (false, false) => return ("ols", "neither rejects at 5 %"),
        (true, false) => return ("slm", "only the lag test rejects at 5 %"),
        (false, true) => return ("sem", "only the error test rejects at 5 %"),
        (true, true) => {}
    }
    let Some((robust_lag, robust_error)) = robust else {
        let chosen = if lag >= error { "slm" } else { "sem" };
        return (chosen, "both reject at 5 %, the larger statistic decides");
    };
    let larger = robust_lag >= robust_error;
    match (rejects(robust_lag), rejects(robust_error)) {
        (true, false) => ("slm", "of the robust tests only the lag rejects"),
        (false, true) => ("sem", "of the robust tests only the error rejects"),
        (true, true) if larger => ("slm", "both robust tests reject, the lag more strongly"),
        (true, true) => ("sem", "both robust tests reject, the error more strongly"),
        (false, false) if larger => {
            ("slm", "no robust test rejects; the lag statistic is the larger")
        }
        (false, false) => ("sem", "no robust test rejects; the error statistic is the larger"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(lag: f64, error: f64, robust_lag: f64, robust_error: f64) -> Family {
        Family {
            lag,
            error,
            robust_lag: Some(robust_lag),
            robust_error: Some(robust_error),
            joint: Some(error + robust_lag),
        }
    }

    #[test]
    fn the_worked_panel_by_hand() {
        // σ² = 1, T_W = 3·(2 + 2) = 12, e'We = 2, e'Wy = −2·3 + 1·4 + 1·4 = 2. WXb = Xb, so that
        // J = T_W: both LM statistics are 4/12 and the robust ones do not exist.
        let (sample, weights, model) = crate::estimator::worked::panel("slm");
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let found = LagrangeMultiplier.run(&Context::new(problem)).tests;
        let outcome = |name: &str| &found.iter().find(|t| t.name == name).expect("a test").outcome;
        for name in ["lm-lag", "lm-error"] {
            match outcome(name) {
                TestOutcome::Computed { statistic, p_value: Some(p_value), .. } => {
                    assert!((statistic - 1.0 / 3.0).abs() < 1e-12);
                    // P(χ²(1) > 1/3) = P(|Z| > 1/√3).
                    assert!((p_value - 0.563_702_861_650_773_1).abs() < 1e-12, "{p_value}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
        for name in ["robust-lm-lag", "robust-lm-error", "lm-joint"] {
            assert!(matches!(outcome(name), TestOutcome::NotApplicable { .. }), "{name}");
        }
    }

    #[test]
    fn the_rule_chooses_by_the_test_that_rejects() {
        let chosen = |f: Family| f.verdict(Basis::Pooled).chosen;
        assert_eq!(chosen(family(1.0, 1.0, 9.0, 9.0)), "ols");
        assert_eq!(chosen(family(9.0, 1.0, 9.0, 1.0)), "slm");
        assert_eq!(chosen(family(1.0, 9.0, 1.0, 9.0)), "sem");
        assert_eq!(chosen(family(9.0, 9.0, 1.0, 5.0)), "sem");
        assert_eq!(chosen(family(9.0, 9.0, 8.0, 5.0)), "slm");
        assert_eq!(chosen(family(9.0, 9.0, 2.0, 1.0)), "slm");
    }
}
