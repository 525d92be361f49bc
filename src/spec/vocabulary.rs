//! The words that other rooms define and a specification may use. Handed in, so that the
//! specification need not import the rooms.

use crate::model::{Effects, Model, Term};

/// Names a specification may use beside its own.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Estimators: each is also a model of the same name.
    pub estimators: Vec<EstimatorWords>,
    /// Bootstrap schemes.
    pub schemes: Vec<SchemeWords>,
    /// Groups of tests.
    pub tests: Vec<TestWords>,
    /// Built-in table templates, without extension.
    pub templates: Vec<String>,
    /// Formats of tables.
    pub formats: Vec<String>,
    /// Whether there is a way to estimate a model.
    pub sense: Sense,
    /// The same with weights that change over time.
    pub changing: Sense,
}

/// Why a model makes no sense, if it makes none.
#[derive(Clone, Copy, Default)]
pub struct Sense(pub Option<Judge>);

/// Whether a model makes sense, else why not.
pub type Judge = fn(&Model) -> Result<(), String>;

impl Sense {
    /// Whether `model` makes sense, else why not.
    ///
    /// # Errors
    /// The reason and its source, as a sentence.
    pub fn of(&self, model: &Model) -> Result<(), String> {
        self.0.map_or(Ok(()), |of| of(model))
    }
}

impl std::fmt::Debug for Sense {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Sense(known)" } else { "Sense(unknown)" })
    }
}

/// What a specification may say of an estimator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own that checks ask for"
)]
pub struct EstimatorWords {
    /// Name.
    pub name: String,
    /// Label in tables.
    pub label: String,
    /// Whether it has a small-sample form.
    pub small_sample: bool,
    /// Its spatial parameters.
    pub spatial: Vec<Term>,
    /// Whether it has Durbin terms.
    pub durbin: bool,
    /// Whether it takes instruments and endogenous regressors.
    pub instruments: bool,
    /// Whether it has moments of errors with random effects, which can be weighted in several ways.
    pub moment_weights: bool,
    /// Whether the variances of its random effects can be estimated in several ways.
    pub variance_components: bool,
}

impl EstimatorWords {
    /// Whether it has a spatial lag and a spatial error, each of which may have its own matrix.
    pub fn has_lag_and_error(&self) -> bool {
        [Term::Rho, Term::Lambda].iter().all(|term| self.spatial.contains(term))
    }
}

/// What a specification may say of a bootstrap scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a property of its own that checks ask for"
)]
pub struct SchemeWords {
    /// Name.
    pub name: String,
    /// Whether it draws blocks of periods, whose length may be given.
    pub block_length: bool,
    /// Whether it draws from residuals, which may be rescaled.
    pub rescale: bool,
    /// Whether it keeps the history of each unit in its place, which may be rescaled as a whole.
    pub by_unit: bool,
    /// Why its draws do not obey the null hypothesis of tests, of those only that do not allow for
    /// whole cross-sections where it draws such.
    pub no_null: Option<String>,
    /// Whether it draws whole cross-sections.
    pub whole_periods: bool,
    /// What it must not be used for.
    pub refusals: Vec<Refusal>,
}

/// Cells that a bootstrap scheme has nothing to say of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The estimator.
    pub estimator: String,
    /// The effects.
    pub effects: Effects,
    /// Why, as the end of a sentence.
    pub because: String,
    /// Who says so.
    pub source: String,
}

/// A group of tests and the tests in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestWords {
    /// Name of the group.
    pub name: String,
    /// Raw names of its tests.
    pub tests: Vec<String>,
    /// Whether whole cross-sections may be drawn under its null.
    pub whole_periods: bool,
    /// Whether its replicates estimate the cell's own model again.
    pub of_fit: bool,
}
