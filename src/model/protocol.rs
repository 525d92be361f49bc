//! The published sequence of decisions about effects and spatial dependence, as a question.

use serde::Serialize;

/// How the sequence decides.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Protocol {
    /// A test rejects below this p-value.
    pub level: f64,
}
