//! What a variant of a cell changes: its units, its periods, extreme values, W, the measure.
//!
//! In this order: units leave, the sample is made with lags (or leads) from the whole panel,
//! periods leave, units with extreme values leave or extreme values are drawn in, and last the
//! placebo permutes W or the measure.

use crate::ident::{Period, UnitId, VarName};
use crate::model::Model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What is changed; the default changes nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// First and last period of the sample that stay.
    pub years: Option<(Period, Period)>,
    /// What leaves the sample.
    pub without: Without,
    /// What is done to extreme values.
    pub tails: Option<Tails>,
    /// What is made meaningless on purpose.
    pub placebo: Option<Placebo>,
    /// Which permutation, from 1, of a placebo that permutes.
    pub draw: Option<u32>,
}

impl Change {
    /// Whether nothing is changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether leads stand in place of lags.
    pub fn leads(&self) -> bool {
        self.placebo == Some(Placebo::Lead)
    }

    /// Which permutation `placebo` is drawn with, if it is what this change does.
    pub fn draw_of(&self, placebo: Placebo) -> Option<u32> {
        self.draw.filter(|_| self.placebo == Some(placebo))
    }
}

/// Units and periods that leave the sample.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Without {
    /// Units by name.
    pub units: BTreeSet<String>,
    /// All units of these regions.
    pub regions: BTreeSet<String>,
    /// Periods of the sample; lags still look at them.
    pub periods: BTreeSet<Period>,
}

impl Without {
    /// Whether units are meant to leave.
    pub fn names_units(&self) -> bool {
        !self.units.is_empty() || !self.regions.is_empty()
    }
}

/// What is done to observations beyond the quantiles `share` and 1 − `share` of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct Tails {
    /// What is done to them.
    pub rule: TailRule,
    /// Share of observations in each tail, between 0 and ½.
    pub share: f64,
    /// In which columns; `None`: the response and every regressor.
    pub columns: Option<Vec<VarName>>,
}

impl Tails {
    /// The columns of `model` that are looked at: distinct, the response first.
    pub fn columns_of(&self, model: &Model) -> Vec<VarName> {
        let regressors = model.regressors.iter().map(|r| &r.variable);
        let mut found: Vec<VarName> = Vec::new();
        for name in std::iter::once(&model.response).chain(regressors) {
            let wanted = self.columns.as_ref().is_none_or(|columns| columns.contains(name));
            if wanted && !found.contains(name) {
                found.push(name.clone());
            }
        }
        found
    }
}

/// What is done to extreme observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TailRule {
    /// They are set to the quantile.
    Winsorise,
    /// The units that have one leave: a balanced panel cannot lose single observations.
    Trim,
}

/// What is made meaningless, so that an effect that is found all the same is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Placebo {
    /// The units of W are permuted: w*_ij = w_p(i)p(j).
    Weights,
    /// The histories of the measure are permuted over the units: x*_it = x_p(i)t.
    Measure,
    /// Leads of the measure stand in place of its lags.
    Lead,
}

/// What is left out one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LeaveOut {
    /// One unit.
    Unit,
    /// One period.
    Year,
    /// One region.
    Region,
}

/// What there is to leave out one at a time. It is known once the data are open.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Roster {
    /// The units of each region, in panel order.
    pub regions: BTreeMap<String, Vec<UnitId>>,
    /// The periods of the panel, rising.
    pub periods: Vec<Period>,
}
