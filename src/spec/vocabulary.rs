//! The words that other rooms define and a specification may use. Handed in, so that the
//! specification need not import the rooms.

use crate::model::Term;

/// Names a specification may use beside its own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vocabulary {
    /// Estimators: each is also a model of the same name.
    pub estimators: Vec<EstimatorWords>,
    /// Bootstrap schemes.
    pub schemes: Vec<String>,
    /// Those whose draws keep the dependence between units, and so cannot stand for a null
    /// hypothesis without it.
    pub schemes_keeping_space: Vec<String>,
    /// Groups of tests.
    pub tests: Vec<TestWords>,
    /// Built-in table templates, without extension.
    pub templates: Vec<String>,
}

/// What a specification may say of an estimator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimatorWords {
    /// Name.
    pub name: String,
    /// Label in tables.
    pub label: String,
    /// Whether it has a small-sample form.
    pub small_sample: bool,
    /// Its spatial parameters.
    pub spatial: Vec<Term>,
}

/// A group of tests and the tests in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestWords {
    /// Name of the group.
    pub name: String,
    /// Raw names of its tests.
    pub tests: Vec<String>,
}
