//! Whether fixed effects belong into the model.
//!
//! ```text
//! f-…   ((S_r − S_u)/q)/(S_u/(n − k − a_u)), least squares without and with the effects    F(q, n − k − a_u)
//! lr-…  2(ℓ_two-way − ℓ_r), the cell's own estimator                                      χ²(N − 1), χ²(T − 1)
//! ```
//!
//! S are sums of squared residuals, a the absorbed effects, q their difference (1 is the constant of a
//! pooled model). `lr-individual` is of effects of units where those of periods are in the model,
//! `lr-time` the reverse. With few periods the likelihood ratio of N − 1 effects rejects too often:
//! their number grows with N (Neyman & Scott 1948). Elhorst's programs print N and T degrees of freedom.
//!
//! *References*: Moulton & Randolph (1989); Baltagi (2021), section 4.1; Elhorst (2014), section 3.4.

use super::made::{self, chi_squared, no_fit, test};
use super::{Context, Diagnostic, Findings, Info};
use crate::estimator::ols::OLS;
use crate::estimator::{Estimator, Problem, find};
use crate::math::linalg::dot;
use crate::model::incidental::Correction;
use crate::model::std_errors::StdErrors;
use crate::model::{Effects, Model, SmallSample};
use crate::outcome::{Basis, Statistic};

/// Fixed effects.
#[derive(Debug)]
pub struct EffectsInModel;

static INFO: Info = Info {
    name: "effects",
    summary: "whether fixed effects belong into the model",
    tests: &[
        ("f-individual", "F, effects of units"),
        ("f-time", "F, effects of periods"),
        ("f-two-way", "F, effects of units and periods"),
        ("f-individual-given-time", "F, effects of units, given periods"),
        ("f-time-given-individual", "F, effects of periods, given units"),
        ("lr-individual", "LR, effects of units, given periods"),
        ("lr-time", "LR, effects of periods, given units"),
        ("lr-individual-alone", "LR, effects of units"),
        ("lr-time-alone", "LR, effects of periods"),
    ],
    reference: "Baltagi (2021), section 4.1; Elhorst (2014), section 3.4",
    version: 1,
    whole_periods: false,
    of_fit: true,
};

/// Without and with.
const COMPARED: [(&str, Effects, Effects); 5] = [
    ("f-individual", Effects::None, Effects::Individual),
    ("f-time", Effects::None, Effects::Time),
    ("f-two-way", Effects::None, Effects::TwoWay),
    ("f-individual-given-time", Effects::Time, Effects::TwoWay),
    ("f-time-given-individual", Effects::Individual, Effects::TwoWay),
];

impl Diagnostic for EffectsInModel {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let problem = context.own();
        let of = |(name, without, with)| test(name, Basis::Pooled, f_test(&problem, without, with));
        let mut tests: Vec<_> = COMPARED.into_iter().map(of).collect();
        let (units, periods) = (problem.n_units(), problem.n_periods());
        for (name, without, df) in [
            ("lr-individual", Effects::Time, units - 1),
            ("lr-time", Effects::Individual, periods - 1),
        ] {
            tests.push(test(name, Basis::Fit, ratio(&problem, (without, Effects::TwoWay), df)));
        }
        for (name, with, df) in [
            ("lr-individual-alone", Effects::Individual, units - 1),
            ("lr-time-alone", Effects::Time, periods - 1),
        ] {
            tests.push(test(name, Basis::Fit, ratio(&problem, (Effects::None, with), df)));
        }
        Findings { tests, verdicts: Vec::new() }
    }
}

fn with_effects(problem: &Problem<'_>, effects: Effects) -> Model {
    Model {
        effects,
        error_components: None,
        correction: Correction::None,
        std_errors: StdErrors::Default,
        ..problem.model.clone()
    }
}

fn f_test(problem: &Problem<'_>, without: Effects, with: Effects) -> made::Found {
    let fitted = |effects: Effects| -> Result<(f64, usize), String> {
        let model = Model {
            estimator: OLS.info().name.to_owned(),
            small_sample: Some(SmallSample::Asymptotic),
            ..with_effects(problem, effects)
        };
        let own = Problem { model: &model, ..*problem };
        let fit = OLS.fit(&own);
        let what = || format!("least squares with {effects} effects");
        let fit = fit.map_err(|e| no_fit(&what(), &e))?;
        let absorbed = effects.absorbed(own.n_units(), own.n_periods()).max(1);
        Ok((dot(&fit.innovations, &fit.innovations), absorbed))
    };
    let ((s_r, a_r), (s_u, a_u)) = (fitted(without)?, fitted(with)?);
    let q = a_u - a_r;
    if q == 0 {
        return Err("there is one unit or one period".to_owned());
    }
    let df = problem.n() as f64 - problem.sample.x.len() as f64 - a_u as f64;
    made::f((s_r - s_u) / q as f64 / (s_u / df), q, df)
}

fn ratio(problem: &Problem<'_>, (without, with): (Effects, Effects), df: usize) -> made::Found {
    let model = problem.model;
    if model.effects.is_random() {
        return Err("the effects of units are random in this model".to_owned());
    }
    let name = &model.estimator;
    let estimator = find(name).ok_or_else(|| format!("no estimator is called `{name}`"))?;
    if !estimator.maximises_likelihood() {
        return Err(format!("`{name}` maximises no likelihood"));
    }
    if df == 0 {
        return Err("there is one unit or one period".to_owned());
    }
    let loglik = |effects: Effects| -> Result<f64, String> {
        let model = with_effects(problem, effects);
        let fit = estimator.fit(&Problem { model: &model, ..*problem });
        let fit = fit.map_err(|e| no_fit(&format!("`{name}` with {effects} effects"), &e))?;
        let found = fit.fit.statistics.get(&Statistic::Loglik).copied();
        found.ok_or_else(|| format!("`{name}` has no log-likelihood"))
    };
    chi_squared(2.0 * (loglik(with)? - loglik(without)?), df)
}
