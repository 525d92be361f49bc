//! What a robustness check changes, and what its values are called.

use crate::ident::{KeyPath, Located, Period, VarName};
use crate::model::change::{LeaveOut, Placebo, TailRule};
use std::fmt;

/// The variant that changes nothing: it is always there, and the default of the axis.
pub const BASE: &str = "base";

/// Stands between a family and its member: `loo_units.Hainan`. No variant's name holds it.
pub const SEPARATOR: char = '.';

/// `[variants] NAME = { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct VariantSpec {
    /// Label in tables; the name when absent.
    pub label: Option<String>,
    /// First and last period of the sample that stay.
    pub years: Option<Located<(Period, Period)>>,
    /// What leaves the sample.
    pub without: WithoutSpec,
    /// What is done to extreme values.
    pub tails: Option<TailsSpec>,
    /// What is made meaningless.
    pub placebo: Option<Placebo>,
    /// Whether it stands for several values of the axis.
    pub family: Option<Family>,
    /// The definition itself.
    pub at: KeyPath,
}

impl VariantSpec {
    /// A variant that changes nothing.
    pub fn base(label: Option<String>, at: KeyPath) -> Self {
        Self {
            label,
            years: None,
            without: WithoutSpec::default(),
            tails: None,
            placebo: None,
            family: None,
            at,
        }
    }
}

/// `without = { … }`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WithoutSpec {
    /// Units by name.
    pub units: Vec<Located<String>>,
    /// Keys of `Spec::regions`.
    pub regions: Vec<String>,
    /// Periods.
    pub years: Vec<Located<Period>>,
}

/// `winsorise` or `trim`, with `columns`.
#[derive(Debug, Clone, PartialEq)]
pub struct TailsSpec {
    /// Which of the two.
    pub rule: TailRule,
    /// Share of observations in each tail.
    pub share: f64,
    /// In which columns; `None`: the response and every regressor.
    pub columns: Option<Vec<Located<VarName>>>,
}

/// What the values of a variant that stands for several are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// One for each unit, year or region that can be left out: known when the data are open.
    LeaveOut(LeaveOut),
    /// One for each of so many permutations.
    Draws(u32),
}

/// A value of the variant axis, or a pattern over them: `base`, `loo_units`, `loo_units.Hainan`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VariantName {
    /// Key of `Spec::variants`.
    pub family: String,
    /// Which of its values: a unit, a year, a region, the number of a draw.
    pub member: Option<String>,
}

impl VariantName {
    /// A variant that is one value, or all values of a family.
    pub fn of(family: impl Into<String>) -> Self {
        Self { family: family.into(), member: None }
    }

    /// The variant that changes nothing.
    pub fn base() -> Self {
        Self::of(BASE)
    }

    /// Whether it is the variant that changes nothing.
    pub fn is_base(&self) -> bool {
        self.family == BASE
    }

    /// `loo_units.Hainan` as its parts.
    pub fn parse(text: &str) -> Self {
        match text.split_once(SEPARATOR) {
            Some((family, member)) => {
                Self { family: family.to_owned(), member: Some(member.to_owned()) }
            }
            None => Self::of(text),
        }
    }

    /// Whether `other` is this value or one of this family.
    pub fn covers(&self, other: &Self) -> bool {
        let same = |member: &String| other.member.as_ref() == Some(member);
        self.family == other.family && self.member.as_ref().is_none_or(same)
    }
}

impl fmt::Display for VariantName {
    /// `winsor`, `loo_units.Hainan`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.family)?;
        match &self.member {
            Some(member) => write!(f, "{SEPARATOR}{member}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_covers_its_members_and_a_member_itself() {
        let name = VariantName::parse;
        assert_eq!(name("loo_units.St. Gallen").member.as_deref(), Some("St. Gallen"));
        assert_eq!(name("loo_units.St. Gallen").to_string(), "loo_units.St. Gallen");
        assert!(name("loo").covers(&name("loo.A")) && name("loo.A").covers(&name("loo.A")));
        assert!(!name("loo.A").covers(&name("loo.B")) && !name("loo.A").covers(&name("loo")));
        assert!(!name("loo").covers(&name("loo2.A")) && name("base").covers(&VariantName::base()));
    }
}
