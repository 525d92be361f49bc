//! Heads, labels of rows, words in the place of numbers, footnotes.

use crate::model::unit_roots::{LagChoice, Trend, UnitRootTest};
use crate::outcome::FailureKind;
use crate::spec::tables::Style;

/// Heads of a table of Moran's I.
#[derive(Debug, Clone, Copy)]
pub struct MoranHeads {
    /// The statistic.
    pub statistic: &'static str,
    /// Moments under normality.
    pub normality: &'static str,
    /// Moments under randomisation.
    pub randomisation: &'static str,
    /// p-values from permutations.
    pub permutation: &'static str,
    /// Geary's C, Getis and Ord's G, bivariate Moran's I.
    pub others: [&'static str; 3],
    /// Over numbers of units in quadrants.
    pub quadrants: &'static str,
}

/// Heads of a table of joint inference.
#[derive(Debug, Clone, Copy)]
pub struct JointHeads {
    /// Over the p-values.
    pub p_value: &'static str,
    /// Over the intervals.
    pub simultaneous: &'static str,
    /// Estimate; p-values of the fit, the bootstrap, Max-t and Romano–Wolf.
    pub columns: [&'static str; 7],
}

/// Heads of a table over many specifications.
#[derive(Debug, Clone, Copy)]
pub struct RobustnessHeads {
    /// Number of fits.
    pub fits: &'static str,
    /// The preferred specification.
    pub base: &'static str,
    /// Minimum, median, maximum.
    pub range: [&'static str; 3],
    /// Share of a sign.
    pub share: &'static str,
    /// Over the estimates.
    pub estimate: &'static str,
    /// Over the shares with the sign of the base.
    pub same_sign: &'static str,
    /// Over those with the other one.
    pub opposite: &'static str,
}

/// Why the preferred specification has no estimate of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBase {
    /// The fit does not have the coefficient.
    WithoutCoefficient,
    /// It could not be fitted.
    Failed,
    /// There is no record of it.
    NotRun,
}

/// The frame of tables. Examples are the English ones.
pub trait Frames {
    /// What stands before the caption of a table with a number: `Table 3.`
    fn numbered(&self, number: u32) -> String;
    /// What LaTeX calls its tables: `Table`
    fn table(&self) -> &'static str;
    /// What notes are called: `Notes`
    fn notes(&self) -> &'static str;
    /// What stands below a table that goes on overleaf.
    fn continued(&self) -> &'static str;
    /// `Dependent variable: ln CO₂`
    fn dependent_variable(&self, label: &str) -> String;
    /// The line above a part of a table: `Panel A: East`
    fn panel(&self, letter: &str, name: &str) -> String;
    /// What the rows of effects are called: of units, of periods.
    fn effects_rows(&self) -> [&'static str; 2];
    /// What rows of effects say of an effect that is controlled for, and of one that is not, where a
    /// table does not.
    fn effects_words(&self, style: Style) -> [&'static str; 2];
    /// What the row of effects of units says of random ones: `random`
    fn random_effect(&self) -> &'static str;
    /// A label with a unit or with the fit that a test looks at: `LM lag (Pooled OLS)`
    fn qualified(&self, label: &str, by: &str) -> String;
    /// Head of labels of tests: `Test`
    fn test_stub(&self) -> &'static str;
    /// Of variables: `Variable`
    fn variable_stub(&self) -> &'static str;
    /// Of periods: `Period`
    fn period_stub(&self) -> &'static str;
    /// Head of a column of units of measurement: `Unit`
    fn unit_head(&self) -> &'static str;
    /// The row of a table without tests.
    fn no_tests(&self) -> &'static str;
    /// The row of a table without hypotheses.
    fn no_hypotheses(&self) -> &'static str;
    /// The row of a cell without hypotheses.
    fn all_hypotheses(&self) -> &'static str;
    /// The row of a series without periods.
    fn all_periods(&self) -> &'static str;
    /// The row of averages over periods.
    fn average(&self) -> &'static str;
    /// That averages leave out periods of so many.
    fn averages_over_some(&self, periods: usize) -> String;
    /// A statistic that is shown as its standard score: `Moran's I of residuals, standard score`
    fn standard_score(&self, test: &str) -> String;
    /// The row of what the decision rule chose.
    fn protocol_chooses(&self) -> &'static str;
    /// Heads of a table of Moran's I.
    fn moran_heads(&self) -> MoranHeads;
    /// Heads of a table of unit roots: statistic, p-value, critical value, lags.
    fn unit_root_heads(&self) -> [&'static str; 4];
    /// The name of a test of unit roots.
    fn unit_root_test(&self, test: UnitRootTest) -> &'static str;
    /// Of a test whose moments begin at more periods than there are.
    fn short_series(&self, test: &str, from: u32) -> String;
    /// What the tests of a table of unit roots are.
    fn unit_roots_of(&self, trend: Trend, lags: LagChoice, region: Option<&str>) -> String;
    /// What tests that combine p-values are held against.
    fn combined_p_values(&self) -> &'static str;
    /// What tests of stationarity are.
    fn stationarity_of(&self, trend: Trend, region: Option<&str>) -> String;
    /// Heads of a table of joint inference.
    fn joint_heads(&self) -> JointHeads;
    /// Head of a column of intervals: `95 % interval`
    fn interval_head(&self, percent: &str) -> String;
    /// Heads of a table over many specifications.
    fn robustness_heads(&self) -> RobustnessHeads;
    /// `10 of 12`
    fn of_all(&self, some: usize, all: usize) -> String;
    /// A cell that could not be fitted: `failed`
    fn failed(&self) -> &'static str;
    /// `not run`
    fn not_run(&self) -> &'static str;
    /// What says nothing about a column: `n/a`
    fn not_applicable(&self) -> &'static str;
    /// A row without any number: `none`
    fn none(&self) -> &'static str;
    /// Footnote of a cell without a record.
    fn no_record_of_cell(&self) -> &'static str;
    /// Of cells without a record.
    fn no_record_of_cells(&self) -> &'static str;
    /// Of a series without a record.
    fn no_record_of_series(&self) -> &'static str;
    /// Of a variable without recorded moments.
    fn no_record_of_moments(&self) -> &'static str;
    /// Of a family without stored results.
    fn no_record_of_family(&self) -> &'static str;
    /// Of a coefficient that no fit has.
    fn no_coefficient(&self) -> &'static str;
    /// Of a row that the preferred specification does not have.
    fn no_base(&self, why: NoBase) -> String;
    /// Of a cell that could not be fitted; the reason is the record's.
    fn not_fitted(&self, kind: FailureKind, reason: &str) -> String;
    /// Of what says nothing about a column; the reason is the record's.
    fn not_applicable_because(&self, reason: &str) -> String;
}
