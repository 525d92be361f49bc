//! How one night's results are held against another's, and who is told.

use schemars::JsonSchema;
use serde::Deserialize;

/// Kinds of differences that a policy can call a regression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Concern {
    /// A sign, a level of significance, the order of the measures, the decision of a test, the model
    /// that tests choose, or a claim that no longer holds.
    Conclusions,
    /// A cell that was fitted and now fails.
    Failures,
    /// A number that moved beyond the tolerance.
    Numbers,
    /// A cell, or a number of a cell, that is gone.
    Missing,
}

impl Concern {
    /// Every kind, the gravest first.
    pub const ALL: [Self; 4] = [Self::Conclusions, Self::Failures, Self::Missing, Self::Numbers];

    /// The name in a specification.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conclusions => "conclusions",
            Self::Failures => "failures",
            Self::Numbers => "numbers",
            Self::Missing => "missing",
        }
    }

    /// The kind called `name`.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|concern| concern.name() == name)
    }
}

/// `[diff]`
#[derive(Debug, Clone, PartialEq)]
pub struct DiffSpec {
    /// Relative tolerance r.
    pub relative: f64,
    /// Absolute tolerance a: numbers differ when |x − y| > max(a, r·max(|x|, |y|)).
    pub absolute: f64,
    /// Levels of significance of estimates, falling.
    pub stars: Vec<f64>,
    /// Level of the decisions of tests.
    pub level: f64,
    /// What is a regression.
    pub fail_on: Vec<Concern>,
}

impl Default for DiffSpec {
    fn default() -> Self {
        Self {
            relative: 1e-8,
            absolute: 1e-12,
            stars: vec![0.10, 0.05, 0.01],
            level: 0.05,
            fail_on: vec![Concern::Conclusions, Concern::Failures],
        }
    }
}

impl DiffSpec {
    /// Whether two numbers are the same within the tolerance.
    pub fn same(&self, x: f64, y: f64) -> bool {
        (x - y).abs() <= self.absolute.max(self.relative * x.abs().max(y.abs()))
    }
}

/// `[notify]`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotifySpec {
    /// The program and its arguments; empty for nobody.
    pub command: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// r = 0.01, a = 0.5: the larger of both tolerances counts.
    #[test]
    fn the_larger_tolerance_counts() {
        let diff = DiffSpec { relative: 0.01, absolute: 0.5, ..DiffSpec::default() };
        assert!(diff.same(1.0, 1.5) && !diff.same(1.0, 1.501));
        assert!(diff.same(200.0, 202.0) && !diff.same(200.0, 202.1));
    }

    #[test]
    fn concerns_are_called_by_name() {
        assert!(Concern::ALL.iter().all(|c| Concern::parse(c.name()) == Some(*c)));
        assert_eq!(Concern::parse("digits"), None);
    }
}
