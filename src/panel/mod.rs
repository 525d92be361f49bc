//! Panels: units × periods × named columns, missing values explicit.
//!
//! | file | what it does |
//! |---|---|
//! | `fill` | the missing-value policies |
//! | `derive` | derived columns from expressions |
//! | `interaction` | regressors × dummies of groups of units |
//! | `sample` | panel + model → balanced, finite sample |
//! | `spacing` | whether periods are equally spaced |
//! | `tails` | extreme observations: drawn in to a quantile, or found with their units |

pub mod derive;
pub mod fill;
pub mod interaction;
pub mod sample;
pub mod spacing;
pub mod tails;

use crate::ident::{Period, UnitIndex, VarName};
use std::collections::BTreeMap;

/// A rectangular panel. Every column is stacked by period: value of unit `i` in period `t`
/// (positions) stands at `t * n_units + i`. A missing value is `None`; no value is NaN or
/// infinite.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    units: UnitIndex,
    periods: Vec<Period>,
    columns: BTreeMap<VarName, Vec<Option<f64>>>,
    /// Text columns that are constant within a unit (region names), by unit position.
    attributes: BTreeMap<VarName, Vec<String>>,
    /// What the missing-value policy changed.
    pub repairs: Repairs,
}

/// What a missing-value policy changed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Repairs {
    /// Values filled in, in order of column, period, unit.
    pub filled: Vec<FilledValue>,
    /// Units and periods that were dropped, as text with the reason.
    pub dropped: Vec<String>,
}

/// One value that was filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledValue {
    /// The column of the file.
    pub column: VarName,
    /// The unit's name.
    pub unit: String,
    /// The period.
    pub period: Period,
    /// How: `mean`, `interpolate`.
    pub method: &'static str,
}

impl Panel {
    /// A panel without columns over `units` and equally spaced, rising `periods`.
    pub fn new(units: UnitIndex, periods: Vec<Period>) -> Self {
        Self {
            units,
            periods,
            columns: BTreeMap::new(),
            attributes: BTreeMap::new(),
            repairs: Repairs::default(),
        }
    }

    /// Adds or replaces a column of `n_units × n_periods` finite values, stacked by period.
    pub fn set_column(&mut self, name: VarName, values: Vec<Option<f64>>) {
        debug_assert_eq!(values.len(), self.len());
        debug_assert!(values.iter().flatten().all(|v| v.is_finite()));
        self.columns.insert(name, values);
    }

    /// Adds or replaces a text column that is constant within each unit.
    pub fn set_attribute(&mut self, name: VarName, by_unit: Vec<String>) {
        debug_assert_eq!(by_unit.len(), self.units.len());
        self.attributes.insert(name, by_unit);
    }

    /// The units, in row order.
    pub fn units(&self) -> &UnitIndex {
        &self.units
    }

    /// The periods, rising.
    pub fn periods(&self) -> &[Period] {
        &self.periods
    }

    /// Units × periods.
    pub fn len(&self) -> usize {
        self.units.len() * self.periods.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A column, stacked by period.
    pub fn column(&self, name: &VarName) -> Option<&[Option<f64>]> {
        self.columns.get(name).map(Vec::as_slice)
    }

    /// Names of the numeric columns.
    pub fn column_names(&self) -> impl Iterator<Item = &VarName> {
        self.columns.keys()
    }

    /// A text column by unit.
    pub fn attribute(&self, name: &VarName) -> Option<&[String]> {
        self.attributes.get(name).map(Vec::as_slice)
    }

    /// Names of the text columns.
    pub fn attribute_names(&self) -> impl Iterator<Item = &VarName> {
        self.attributes.keys()
    }

    /// The panel of the units and periods at these positions, in these orders.
    #[must_use]
    pub fn subset(&self, units: &[usize], periods: &[usize]) -> Self {
        let n = self.units.len();
        let pick = |values: &Vec<Option<f64>>| -> Vec<Option<f64>> {
            periods.iter().flat_map(|&t| units.iter().map(move |&i| values[t * n + i])).collect()
        };
        Self {
            units: self.units.subset(units),
            periods: periods.iter().map(|&t| self.periods[t]).collect(),
            columns: self.columns.iter().map(|(k, v)| (k.clone(), pick(v))).collect(),
            attributes: self
                .attributes
                .iter()
                .map(|(k, v)| (k.clone(), units.iter().map(|&i| v[i].clone()).collect()))
                .collect(),
            repairs: self.repairs.clone(),
        }
    }
}
