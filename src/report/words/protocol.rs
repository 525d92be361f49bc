//! The sequence of decisions about effects and spatial dependence.

use crate::outcome::protocol::{Answer, Question};

/// What its table and its paragraph say. Examples are the English ones.
pub trait Protocols {
    /// The line above the tests of a step: `Spatial dependence, pooled least squares`
    fn question(&self, question: Question) -> &'static str;
    /// The row below the tests of a step: `Decision`
    fn decision(&self) -> &'static str;
    /// What that row says: `spatial lag`
    fn answer(&self, answer: Answer) -> &'static str;
    /// The line above the last rows, and their labels: model, effects.
    fn choice_rows(&self) -> [&'static str; 3];
    /// `pooled least squares, LM lag 9.41 (p = 0.002), …: spatial lag`
    fn step(&self, question: Question, effects: &str, tests: &str, answer: Answer) -> String;
    /// `at 5 % the choice is SLM with individual and time effects`
    fn choice(&self, level: &str, model: &str, effects: &str) -> String;
    /// The paragraph: `Sequence of decisions in column (1): ….`
    fn sequence(&self, columns: Option<&str>, said: &str) -> String;
    /// How tests reject and the model is chosen.
    fn rule(&self, level: &str) -> String;
    /// A table of cells without a sequence.
    fn no_sequence(&self) -> &'static str;
}
