//! The published sequence of decisions: which effects, fixed or random, which spatial model.
//!
//! 1. Pooled least squares: LM and robust LM tests of a lag and of an error (Anselin & Florax 1995).
//! 2. Are effects of units, and of periods, jointly zero? Likelihood ratios, χ²(N − 1) and χ²(T − 1),
//!    each given the other where both are asked for.
//! 3. Least squares with the effects that are kept, fixed: the tests of step 1 again.
//! 4. Are effects of units correlated with the regressors? Hausman's test; where the difference of
//!    covariances is indefinite its robust form (Mundlak 1978; Arellano 1993).
//! 5. The SDM with these effects: does it reduce to the SLM, θ = 0, or to the SEM, θ + ρβ = 0?
//!    Likelihood ratios decide, Wald tests stand beside them.
//!
//! *Decision* (Elhorst 2010, "Applied spatial econometrics: raising the bar", Spatial Economic
//! Analysis 5; LeSage & Pace 2009, section 6.1): by the LM tests of step 3 (of step 1 where no effects
//! are kept). Where they point to a lag, the SLM unless θ = 0 is rejected; where they point to an
//! error, the SEM unless θ + ρβ = 0 is; where they find nothing, least squares unless θ = 0 is
//! rejected. Otherwise the SDM, which holds all of them. Pooled least squares rejects too often
//! where there are effects of units, and is not asked then.

use super::{Context, find, lm};
use crate::estimator::{Problem, durbin};
use crate::model::protocol::Protocol as Asked;
use crate::model::{Effects, Model, Regressor};
use crate::outcome::protocol::{Answer, Protocol, Question, Step};
use crate::outcome::{Basis, Test, TestOutcome};
use crate::panel::sample::Sample;

/// Raised when the same tests give other decisions.
pub const VERSION: u32 = 1;

/// The groups of tests that it runs.
pub const GROUPS: [&str; 4] = ["lm", "effects", "hausman", "nested"];

/// The sequence for the sample, the weights and the effects of `problem`, whatever its estimator.
pub fn run(problem: &Problem<'_>, asked: Asked) -> Protocol {
    let sample = own(problem.sample);
    let sequence = Sequence { problem: *problem, sample: &sample, level: asked.level };
    let widest = problem.model.effects;
    let mut steps = vec![sequence.dependence(Question::PooledDependence, Effects::None)];
    let mut effects = widest;
    if widest != Effects::None {
        let found = sequence.effects(widest);
        effects = kept(widest, &found);
        steps.extend(found);
    }
    if effects != Effects::None {
        steps.push(sequence.dependence(Question::Dependence, effects));
    }
    if effects.has_individual() {
        let step = sequence.fixed_or_random(effects);
        if step.answer == Answer::Random {
            effects = if effects.has_time() { Effects::RandomTime } else { Effects::Random };
        }
        steps.push(step);
    }
    steps.extend(sequence.reductions(effects));
    let chosen = chosen(&steps).to_owned();
    Protocol { level: asked.level, steps, chosen, effects }
}

/// The sample without Durbin terms.
fn own(sample: &Sample) -> Sample {
    let keep: Vec<usize> =
        (0..sample.x.len()).filter(|&j| !sample.regressors[j].is_of_neighbours()).collect();
    Sample {
        x: keep.iter().map(|&j| sample.x[j].clone()).collect(),
        regressors: keep.iter().map(|&j| sample.regressors[j].clone()).collect(),
        ..sample.clone()
    }
}

/// The effects whose joint absence is rejected.
fn kept(widest: Effects, steps: &[Step]) -> Effects {
    let dropped =
        |question| steps.iter().any(|s| s.question == question && s.answer == Answer::Dropped);
    let units = widest.has_individual() && !dropped(Question::UnitEffects);
    let periods = widest.has_time() && !dropped(Question::PeriodEffects);
    match (units, periods) {
        (true, true) => Effects::TwoWay,
        (true, false) => Effects::Individual,
        (false, true) => Effects::Time,
        (false, false) => Effects::None,
    }
}

struct Sequence<'a> {
    problem: Problem<'a>,
    sample: &'a Sample,
    level: f64,
}

impl Sequence<'_> {
    fn model(&self, estimator: &str, effects: Effects, regressors: &[Regressor]) -> Model {
        Model {
            estimator: estimator.to_owned(),
            effects,
            regressors: regressors.to_vec(),
            small_sample: None,
            std_errors: crate::model::std_errors::StdErrors::Default,
            error_components: None,
            ..self.problem.model.clone()
        }
    }

    /// The tests of a group by these names, on `basis`; none where the group has no such.
    fn tests(
        &self,
        model: &Model,
        sample: &Sample,
        group: &str,
        basis: Basis,
        names: &[&str],
    ) -> Vec<Test> {
        let Some(group) = find(group) else { return Vec::new() };
        let context = Context::new(Problem { sample, model, ..self.problem });
        let found = match super::refused(group, &context) {
            Some(refused) => refused.tests,
            None => group.run(&context).tests,
        };
        let of = |name: &&str| found.iter().find(|t| t.name == **name && t.basis == basis).cloned();
        names.iter().filter_map(of).collect()
    }

    fn rejects(&self, test: &Test) -> Option<bool> {
        p_value(test).map(|p| p < self.level)
    }

    fn dependence(&self, question: Question, effects: Effects) -> Step {
        let basis = if effects == Effects::None { Basis::Pooled } else { Basis::Within };
        let model = self.model("ols", effects, &self.sample.regressors);
        let names = ["lm-lag", "lm-error", "robust-lm-lag", "robust-lm-error"];
        let tests = self.tests(&model, self.sample, "lm", basis, &names);
        let of = |name: &str| tests.iter().find(|t| t.name == name).and_then(computed);
        let answer = match (of(names[0]), of(names[1])) {
            (Some(lag), Some(error)) => {
                let robust = of(names[2]).zip(of(names[3]));
                match lm::choice((lag, error), robust, self.level).0 {
                    "slm" => Answer::Lag,
                    "sem" => Answer::Error,
                    _ => Answer::None,
                }
            }
            _ => Answer::Open,
        };
        Step { question, effects, tests, answer }
    }

    fn effects(&self, widest: Effects) -> Vec<Step> {
        let model = self.model("ols", widest, &self.sample.regressors);
        let asked = [
            (
                Question::UnitEffects,
                widest.has_individual(),
                ["lr-individual-alone", "lr-individual"],
            ),
            (Question::PeriodEffects, widest.has_time(), ["lr-time-alone", "lr-time"]),
        ];
        let given = usize::from(widest == Effects::TwoWay);
        let step = |(question, asked, names): (Question, bool, [&str; 2])| {
            let tests = self.tests(&model, self.sample, "effects", Basis::Fit, &[names[given]]);
            let answer = match tests.first().and_then(|test| self.rejects(test)) {
                Some(true) => Answer::Kept,
                Some(false) => Answer::Dropped,
                None => Answer::Open,
            };
            asked.then_some(Step { question, effects: widest, tests, answer })
        };
        asked.into_iter().filter_map(step).collect()
    }

    fn fixed_or_random(&self, effects: Effects) -> Step {
        let model = self.model("ols", effects, &self.sample.regressors);
        let names = ["hausman", "hausman-robust"];
        let tests = self.tests(&model, self.sample, "hausman", Basis::Within, &names);
        let answer = match tests.iter().find_map(|test| self.rejects(test)) {
            Some(true) => Answer::Fixed,
            Some(false) => Answer::Random,
            None => Answer::Open,
        };
        Step { question: Question::FixedOrRandom, effects, tests, answer }
    }

    fn reductions(&self, effects: Effects) -> Vec<Step> {
        let own = self.sample.regressors.iter();
        let all: Vec<Regressor> =
            own.clone().cloned().chain(own.map(Regressor::of_neighbours)).collect();
        let model = self.model("sdm", effects, &all);
        let weights = self.problem.weights;
        let with_neighbours = durbin::completed(self.sample.clone(), weights, &all);
        let (sample, _) = durbin::independent(with_neighbours, weights, &model);
        let step = |(question, names): (Question, [&str; 2])| {
            let tests = self.tests(&model, &sample, "nested", Basis::Fit, &names);
            let answer = match tests.iter().find_map(|test| self.rejects(test)) {
                Some(true) => Answer::DoesNotReduce,
                Some(false) => Answer::Reduces,
                None => Answer::Open,
            };
            Step { question, effects, tests, answer }
        };
        let slm = (Question::ToSlm, ["lr-to-slm", "wald-to-slm"]);
        [slm, (Question::ToSem, ["lr-to-sem", "wald-to-sem"])].into_iter().map(step).collect()
    }
}

fn p_value(test: &Test) -> Option<f64> {
    match &test.outcome {
        TestOutcome::Computed { p_value, .. } => *p_value,
        TestOutcome::NotApplicable { .. } => None,
    }
}

fn computed(test: &Test) -> Option<f64> {
    match &test.outcome {
        TestOutcome::Computed { statistic, .. } => Some(*statistic),
        TestOutcome::NotApplicable { .. } => None,
    }
}

/// The estimator that the steps come to.
fn chosen(steps: &[Step]) -> &'static str {
    let step = |question| steps.iter().find(|s| s.question == question);
    let answer = |question| step(question).map(|s| s.answer);
    // Where no effects are kept, pooled least squares is the last word.
    let last = answer(Question::Dependence).or(answer(Question::PooledDependence));
    let reduces = |question| answer(question) == Some(Answer::Reduces);
    match last {
        Some(Answer::Lag) if reduces(Question::ToSlm) => "slm",
        Some(Answer::Error) if reduces(Question::ToSem) => "sem",
        Some(Answer::None) if reduces(Question::ToSlm) => "ols",
        _ => "sdm",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::NullDistribution;
    use std::collections::BTreeMap;

    fn step(question: Question, answer: Answer, p: f64) -> Step {
        let test = Test {
            name: "lr".to_owned(),
            basis: Basis::Fit,
            outcome: TestOutcome::Computed {
                statistic: 1.0,
                null: NullDistribution::ChiSquared { df: 1 },
                p_value: Some(p),
            },
            details: BTreeMap::new(),
            bootstrap: None,
        };
        Step { question, effects: Effects::TwoWay, tests: vec![test], answer }
    }

    fn come_to(
        pooled: Answer,
        within: Answer,
        to_slm: (Answer, f64),
        to_sem: (Answer, f64),
    ) -> &'static str {
        chosen(&[
            step(Question::PooledDependence, pooled, 0.5),
            step(Question::Dependence, within, 0.5),
            step(Question::ToSlm, to_slm.0, to_slm.1),
            step(Question::ToSem, to_sem.0, to_sem.1),
        ])
    }

    #[test]
    fn what_the_steps_come_to() {
        use Answer::{DoesNotReduce, Error, Lag, None, Open, Reduces};
        let (yes, no) = ((Reduces, 0.3), (DoesNotReduce, 0.01));
        assert_eq!(come_to(None, None, yes, no), "ols");
        assert_eq!(come_to(None, None, no, no), "sdm");
        assert_eq!(come_to(Lag, Lag, no, no), "sdm");
        assert_eq!(come_to(Lag, Lag, yes, no), "slm");
        assert_eq!(come_to(Lag, Error, no, yes), "sem");
        // LM and LR point apart: the model that holds both.
        assert_eq!(come_to(Lag, Error, yes, no), "sdm");
        assert_eq!(come_to(Lag, Lag, no, yes), "sdm");
        // What pooled least squares finds is not asked where there are effects.
        assert_eq!(come_to(Lag, None, yes, no), "ols");
        assert_eq!(come_to(Lag, Lag, (Open, 0.5), (Open, 0.5)), "sdm");
    }

    #[test]
    fn effects_that_do_not_matter_are_dropped() {
        let steps = [
            step(Question::UnitEffects, Answer::Kept, 0.0),
            step(Question::PeriodEffects, Answer::Dropped, 0.4),
        ];
        assert_eq!(kept(Effects::TwoWay, &steps), Effects::Individual);
        assert_eq!(kept(Effects::Individual, &steps[..1]), Effects::Individual);
        assert_eq!(kept(Effects::TwoWay, &steps[..1]), Effects::TwoWay);
        let none = [
            step(Question::UnitEffects, Answer::Dropped, 0.4),
            step(Question::PeriodEffects, Answer::Dropped, 0.4),
        ];
        assert_eq!(kept(Effects::TwoWay, &none), Effects::None);
    }
}
