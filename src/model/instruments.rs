//! What stands for variables that are correlated with the errors.

use super::Regressor;
use serde::{Deserialize, Serialize};

/// Which regressors are correlated with the errors, and what stands for them and for the spatial
/// lag of the response.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Instruments {
    /// Regressors of the unit's own that are correlated with the errors; so are their Durbin terms.
    pub endogenous: Vec<Regressor>,
    /// Columns that are not in the equation and are uncorrelated with the errors.
    pub columns: Vec<Regressor>,
    /// How many powers of W beyond those in the equation lag the exogenous variables for
    /// instruments; `None`: two.
    pub powers: Option<u32>,
}

/// Powers of W where a model states none: WX and W²X.
pub const POWERS: u32 = 2;

impl Instruments {
    /// Whether nothing is stated.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a regressor, or what it is the Durbin term of, is correlated with the errors.
    pub fn is_endogenous(&self, regressor: &Regressor) -> bool {
        self.endogenous.iter().any(|e| e.variable == regressor.variable && e.lag == regressor.lag)
    }
}
