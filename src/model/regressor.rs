//! Regressors: which column, how far back, whose values.

use crate::ident::VarName;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose values of a variable a unit's equation looks at.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// The unit's own, x.
    #[default]
    Own,
    /// Its neighbours', Wx: a Durbin term.
    Neighbours,
    /// The mean of its own over the periods of the sample, x̄ᵢ.
    UnitMean,
    /// The mean of its neighbours'.
    NeighboursUnitMean,
}

impl Whose {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    fn is_own(&self) -> bool {
        *self == Self::Own
    }
}

/// A right-hand-side variable at a time lag, the unit's own or that of its neighbours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Regressor {
    /// The column.
    pub variable: VarName,
    /// How many periods back; negative: ahead, a lead.
    pub lag: i32,
    /// Whose values.
    #[serde(default, skip_serializing_if = "Whose::is_own")]
    pub of: Whose,
}

impl Regressor {
    /// The unit's own value of a column, `lag` periods back.
    pub fn new(variable: VarName, lag: i32) -> Self {
        Self { variable, lag, of: Whose::Own }
    }

    /// The same column and lag of the neighbours: its Durbin term.
    #[must_use]
    pub fn of_neighbours(&self) -> Self {
        Self { of: Whose::Neighbours, ..self.clone() }
    }

    /// The mean of the unit's values over the periods of the sample.
    #[must_use]
    pub fn unit_mean(&self) -> Self {
        let of = match self.of {
            Whose::Own | Whose::UnitMean => Whose::UnitMean,
            Whose::Neighbours | Whose::NeighboursUnitMean => Whose::NeighboursUnitMean,
        };
        Self { of, ..self.clone() }
    }

    /// Whether it is a unit mean.
    pub fn is_unit_mean(&self) -> bool {
        matches!(self.of, Whose::UnitMean | Whose::NeighboursUnitMean)
    }

    /// What it is the unit mean of; itself where it is none.
    #[must_use]
    pub fn of_each_period(&self) -> Self {
        let of = match self.of {
            Whose::Own | Whose::UnitMean => Whose::Own,
            Whose::Neighbours | Whose::NeighboursUnitMean => Whose::Neighbours,
        };
        Self { of, ..self.clone() }
    }

    /// Whether it is a Durbin term.
    pub fn is_of_neighbours(&self) -> bool {
        self.of == Whose::Neighbours
    }

    /// Whether it is the unit's own value of `variable`.
    pub fn is_own(&self, variable: &VarName) -> bool {
        self.of == Whose::Own && self.variable == *variable
    }

    /// The regressor that a raw name means: `ln_oa`, `ln_oa@lag1`, `W:ln_oa`, `mean:ln_oa`,
    /// `mean:W:ln_oa`.
    pub fn parse(raw: &str) -> Self {
        if let Some(rest) = raw.strip_prefix(UNIT_MEAN) {
            return Self::parse(rest).unit_mean();
        }
        let (of, column) = match raw.strip_prefix(NEIGHBOURS) {
            Some(column) => (Whose::Neighbours, column),
            None => (Whose::Own, raw),
        };
        let (variable, lag) = split_shift(column);
        Self { variable: VarName::new(variable), lag, of }
    }

    /// Its column for the observations of one group, zero elsewhere: `ln_oa[east]@lag1`.
    #[must_use]
    pub fn within(&self, group: &str) -> Self {
        Self { variable: VarName(format!("{}[{group}]", self.variable)), ..self.clone() }
    }
}

impl fmt::Display for Regressor {
    /// `ln_oa`, `ln_oa@lag1`, `ln_oa@lead1`, `W:ln_oa`, `mean:ln_oa`, `mean:W:ln_oa`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_unit_mean() {
            f.write_str(UNIT_MEAN)?;
        }
        if self.of_each_period().is_of_neighbours() {
            f.write_str(NEIGHBOURS)?;
        }
        write!(f, "{}{}", self.variable, shift(self.lag))
    }
}

/// What raw names of Durbin terms begin with.
pub const NEIGHBOURS: &str = "W:";

/// What raw names of unit means begin with.
pub const UNIT_MEAN: &str = "mean:";

/// What a raw name has after the variable: nothing, `@lag2`, or `@lead1` for lag −1.
pub fn shift(lag: i32) -> String {
    match lag {
        0 => String::new(),
        1.. => format!("@lag{lag}"),
        ..0 => format!("@lead{}", lag.unsigned_abs()),
    }
}

/// The name and the lag of `name@lag2` or `name@lead1`; a name without either is at lag 0.
pub fn split_shift(raw: &str) -> (&str, i32) {
    let periods = |digits: &str| digits.parse::<u16>().ok().map(i32::from);
    let lag = |(name, rest): (_, &str)| Some((name, periods(rest)?));
    let lagged = raw.rsplit_once("@lag").and_then(lag);
    let led = || raw.rsplit_once("@lead").and_then(lag).map(|(name, lead)| (name, -lead));
    lagged.or_else(led).unwrap_or((raw, 0))
}
