//! What the published sequence of decisions found, step by step.

use super::Test;
use crate::model::Effects;
use serde::{Deserialize, Serialize};

/// The steps in order, and what they come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// A test rejects below this p-value.
    pub level: f64,
    /// The steps.
    pub steps: Vec<Step>,
    /// Name of the estimator that is chosen.
    pub chosen: String,
    /// The effects that are chosen.
    pub effects: Effects,
}

/// A question, the tests that answer it, and the answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What is asked.
    pub question: Question,
    /// Effects of the model that the tests look at.
    pub effects: Effects,
    /// Its tests.
    pub tests: Vec<Test>,
    /// What is answered.
    pub answer: Answer,
}

/// What a step asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Is there spatial dependence in pooled least squares?
    PooledDependence,
    /// Have units effects, given those of periods?
    UnitEffects,
    /// Have periods effects, given those of units?
    PeriodEffects,
    /// Is there spatial dependence in least squares with the effects that are kept, fixed?
    Dependence,
    /// Are units' effects correlated with the regressors?
    FixedOrRandom,
    /// Does the SDM reduce to the SLM, θ = 0?
    ToSlm,
    /// Does the SDM reduce to the SEM, θ + ρβ = 0?
    ToSem,
}

impl Question {
    /// All, in the order of the sequence.
    pub const ALL: [Self; 7] = [
        Self::PooledDependence,
        Self::UnitEffects,
        Self::PeriodEffects,
        Self::Dependence,
        Self::FixedOrRandom,
        Self::ToSlm,
        Self::ToSem,
    ];

    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::PooledDependence => "pooled-dependence",
            Self::UnitEffects => "unit-effects",
            Self::PeriodEffects => "period-effects",
            Self::FixedOrRandom => "fixed-or-random",
            Self::Dependence => "dependence",
            Self::ToSlm => "to-slm",
            Self::ToSem => "to-sem",
        }
    }
}

/// What a step answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// No dependence.
    None,
    /// A spatial lag.
    Lag,
    /// A spatial error.
    Error,
    /// The effects are there.
    Kept,
    /// They are not.
    Dropped,
    /// Fixed effects.
    Fixed,
    /// Random effects.
    Random,
    /// The restriction is not rejected.
    Reduces,
    /// It is rejected.
    DoesNotReduce,
    /// No test could be computed: the sequence goes on as if it had rejected.
    Open,
}

impl Answer {
    /// Its name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lag => "lag",
            Self::Error => "error",
            Self::Kept => "kept",
            Self::Dropped => "dropped",
            Self::Fixed => "fixed",
            Self::Random => "random",
            Self::Reduces => "reduces",
            Self::DoesNotReduce => "does-not-reduce",
            Self::Open => "open",
        }
    }
}
