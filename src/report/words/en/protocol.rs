use super::English;
use crate::outcome::protocol::{Answer, Question};
use crate::report::words::protocol::Protocols;

impl Protocols for English {
    fn question(&self, question: Question) -> &'static str {
        match question {
            Question::PooledDependence => "Spatial dependence, pooled least squares",
            Question::UnitEffects => "Effects of units",
            Question::PeriodEffects => "Effects of periods",
            Question::FixedOrRandom => "Fixed or random effects of units",
            Question::Dependence => "Spatial dependence, these effects fixed",
            Question::ToSlm => "SDM against SLM, θ = 0",
            Question::ToSem => "SDM against SEM, θ + ρβ = 0",
        }
    }

    fn decision(&self) -> &'static str {
        "Decision"
    }

    fn answer(&self, answer: Answer) -> &'static str {
        match answer {
            Answer::None => "none",
            Answer::Lag => "spatial lag",
            Answer::Error => "spatial error",
            Answer::Kept => "kept",
            Answer::Dropped => "left out",
            Answer::Fixed => "fixed",
            Answer::Random => "random",
            Answer::Reduces => "not rejected",
            Answer::DoesNotReduce => "rejected",
            Answer::Open => "open",
        }
    }

    fn choice_rows(&self) -> [&'static str; 3] {
        ["Choice", "Model", "Effects"]
    }

    fn step(&self, question: Question, effects: &str, tests: &str, answer: Answer) -> String {
        let what = match question {
            Question::PooledDependence => "spatial dependence in pooled least squares".to_owned(),
            Question::UnitEffects => "effects of units".to_owned(),
            Question::PeriodEffects => "effects of periods".to_owned(),
            Question::FixedOrRandom => "fixed or random effects of units".to_owned(),
            Question::Dependence => format!("spatial dependence with fixed {effects}"),
            Question::ToSlm => format!("the SDM with {effects} against the SLM (θ = 0)"),
            Question::ToSem => "against the SEM (θ + ρβ = 0)".to_owned(),
        };
        format!("{what}, {tests}: {}", self.answer(answer))
    }

    fn choice(&self, level: &str, model: &str, effects: &str) -> String {
        format!("at {level} the choice is {model} with {effects}")
    }

    fn sequence(&self, columns: Option<&str>, said: &str) -> String {
        match columns {
            Some(columns) => format!("Sequence of decisions in {columns}: {said}."),
            None => format!("Sequence of decisions: {said}."),
        }
    }

    fn rule(&self, level: &str) -> String {
        format!(
            "Tests reject at {level}; of the SDM's restrictions likelihood ratios decide. Where the Hausman difference is no \u{3c7}\u{b2}, its robust form decides. \
             The last LM tests point to SLM, SEM or, where they find nothing, OLS; it is chosen unless \
             the restriction of the SDM to it is rejected (for OLS θ = 0), and else the SDM (Elhorst \
             2010)."
        )
    }

    fn no_sequence(&self) -> &'static str {
        "no sequence of decisions"
    }
}
