//! What a scheme is good for.

use crate::estimator::Estimator;
use crate::model::{Effects, Term};

/// What a scheme can say of an estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// What it claims to.
    Sound,
    /// Less than it seems: what a reader must know.
    Caution(&'static str),
    /// Nothing, or something wrong.
    Refused {
        /// Why, as the end of a sentence.
        because: &'static str,
        /// Who says so.
        source: &'static str,
    },
}

impl Support {
    /// What a reader must know, if anything.
    pub fn caution(self) -> Option<&'static str> {
        match self {
            Self::Caution(text) => Some(text),
            Self::Sound | Self::Refused { .. } => None,
        }
    }
}

/// `otherwise`, unless effects of units are random: what a unit has in common over the periods is then in its innovations, all of them together, and
/// whatever draws them apart from each other draws no such thing again.
pub(super) fn of_observations(effects: Effects, otherwise: Support) -> Support {
    if effects == Effects::FirstDifference {
        return of_differences();
    }
    if !effects.is_random() {
        return otherwise;
    }
    Support::Refused {
        because: "under random effects innovations are standardised errors, of which those of a unit \
                  are uncorrelated over periods and not independent unless they are normal: drawn \
                  apart from each other they lose the effect of the unit",
        source: "Andersson & Karlsson (2001); Cameron, Gelbach & Miller (2008)",
    }
}

/// What schemes that draw units say of random effects of periods.
pub(super) const OF_PERIODS: Support = Support::Refused {
    because: "with random effects of periods all units of a period have one draw in common: units are not \
              independent, and drawn one by one they lose it",
    source: "McCullagh (2000); Owen (2007)",
};

/// Of differences of errors drawn apart from each other.
pub(super) fn of_differences() -> Support {
    Support::Refused {
        because: "differences of errors in neighbouring periods share one of them: drawn apart from each \
                  other they lose it, which all that a unit has, drawn as one, does not",
        source: "Wooldridge (2010), section 10.6; Cameron, Gelbach & Miller (2008)",
    }
}

/// The same of a scheme that draws all that a unit has as one.
pub(super) fn of_units(estimator: &dyn Estimator, effects: Effects, otherwise: Support) -> Support {
    if effects.has_random_periods() {
        return OF_PERIODS;
    }
    if effects.is_random() && estimator.info().spatial.contains(&Term::Lambda) {
        return Support::Caution(
            "with `error_components = \"anselin\"` standardised errors are uncorrelated between \
             units, and independent only where they are normal; with `kkp` they are independent",
        );
    }
    otherwise
}
