//! The sentences below tables.

use crate::model::autocorrelation::Alternative;
use crate::model::{Normalisation, Permute, RegionWeights, Rescale};
use crate::outcome::Reference;
use crate::spec::Missing;
use crate::spec::tables::{Brackets, Parentheses};

/// How replicates were drawn and what became of them.
#[derive(Debug, Clone, Copy)]
pub struct Resampled<'a> {
    /// The scheme, as [`Names::scheme`](super::Names::scheme) calls it.
    pub scheme: &'a str,
    /// Periods of a block.
    pub block_length: Option<u32>,
    /// Number of replicates.
    pub replicates: u32,
    /// Those without a fit.
    pub failed: u32,
    /// Those without a value of a function, at most.
    pub undefined: u32,
    /// What was done to the innovations.
    pub rescale: Rescale,
    /// What the record warns of.
    pub caution: Option<&'a str>,
}

/// Under which hypothesis replicates of tests were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generated {
    /// The null hypothesis.
    UnderNull,
    /// That of the fit, the statistic being centred.
    OfFit,
    /// Wald tests by the fit, the others under the null hypothesis.
    Both,
}

/// What stands below an estimate.
#[derive(Debug, Clone, Copy)]
pub struct Below<'a> {
    /// What it is.
    pub what: Parentheses,
    /// In what it stands.
    pub brackets: Brackets,
    /// What the ratio of estimate and standard error is: t or z, or both.
    pub ratio: (bool, bool),
    /// What the standard errors are, where it is to be said here.
    pub errors: Option<&'a str>,
}

/// Where a value was filled in.
#[derive(Debug, Clone, Copy)]
pub struct Filling<'a> {
    /// The column.
    pub column: &'a str,
    /// The unit.
    pub unit: &'a str,
    /// The period.
    pub period: &'a str,
}

/// Whom a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The only column of a table.
    Column,
    /// All columns.
    Columns,
    /// The only cell of a family.
    Model,
    /// All cells of a family.
    Models,
    /// All specifications.
    Specifications,
    /// The only model of a figure.
    Panel,
    /// All panels of a figure.
    Panels,
    /// All specifications of a curve.
    Curve,
}

/// Sentences and what joins them. Examples are the English ones.
pub trait Notes {
    /// Items within a clause: `a, b`
    fn list(&self, items: &[String]) -> String;
    /// Clauses within a sentence: `a; b`
    fn clauses(&self, clauses: &[String]) -> String;
    /// Things that go together: `a and b`
    fn both(&self, items: &[String]) -> String;
    /// The first two of many and how many more: `A, B and 3 more units`
    fn and_more(&self, first: &str, second: &str, more: usize) -> String;
    /// `column (2)`, `columns (1)–(3)`
    fn columns(&self, which: &[String], several: bool) -> String;
    /// A clause with the columns that it is true of: `9 units in column (2)`
    fn in_columns(&self, text: &str, columns: &str) -> String;
    /// A text of the author's with a full stop at its end; empty stays empty.
    fn sentence(&self, text: &str) -> String;
    /// A text from the records, in their own language.
    fn quoted(&self, text: &str) -> String;

    /// The words before the origin of simulated data.
    fn simulated(&self) -> &'static str;
    /// The origin of simulated data after these words.
    fn after_simulated(&self, note: &str) -> String;
    /// `Data: file.csv.`
    fn data(&self, file: &str) -> String;
    /// `All columns: model SLM, lags 0–1 of the measure.`
    fn all(&self, who: Place, phrases: &[String]) -> String;
    /// `30 units, 2003–2018`
    fn sample(&self, units: usize, periods: &str) -> String;
    /// `Sample: … .`
    fn samples(&self, said: &str) -> String;
    /// `W: … .`
    fn weights(&self, said: &str) -> String;
    /// What a region does with the W of all units.
    fn region_weights(&self, normalise: Normalisation, how: RegionWeights) -> &'static str;
    /// What the W of all units becomes where a variant leaves some out.
    fn weights_without_units(&self, normalise: Normalisation, how: RegionWeights) -> &'static str;
    /// Rows of W without links.
    fn empty_rows(&self) -> &'static str;
    /// Effects removed before the spatial lag is taken.
    fn demeaned_first(&self) -> &'static str;
    /// `Convention of the spatial lag: … .`
    fn lag_order(&self, said: &str) -> String;
    /// `standard normal`
    fn reference(&self, reference: &Reference) -> String;
    /// `Reference distribution: … .`
    fn inference(&self, said: &str) -> String;
    /// The legend of the stars: threshold and symbol, most lenient first.
    fn stars(&self, thresholds: &[(f64, String)]) -> String;
    /// What ρ is.
    fn rho(&self) -> &'static str;
    /// What λ is.
    fn lambda(&self) -> &'static str;
    /// What direct, indirect and total effects are.
    fn impacts(&self) -> &'static str;
    /// Where statistics stand in a table with several columns a model.
    fn once_a_model(&self) -> &'static str;
    /// Why a model has no effects beside its coefficients.
    fn no_spillovers(&self) -> &'static str;
    /// Clauses as a sentence: `a; b.`
    fn said(&self, clauses: &[String]) -> String;

    /// `residual, 999 replicates, innovations rescaled for degrees of freedom`
    fn resampled(&self, resampled: Resampled<'_>) -> String;
    /// `Bootstrap: …; seed 1.`
    fn bootstrap(&self, said: &str, seed: u64) -> String;
    /// What was permuted, how often, and how many could not be fitted.
    fn permuted(&self, permute: Permute, replicates: u32, failed: u32) -> String;
    /// `Randomisation: …; seed 1.`
    fn randomisation(&self, said: &str, seed: u64) -> String;

    /// How missing values were filled in and which: `3 by linear interpolation in time (…)`
    fn filled(&self, count: usize, how: Missing, which: &str) -> String;
    /// A value: `gdp of Hainan in 2003`
    fn filled_value(&self, value: Filling<'_>) -> String;
    /// Values of a column: `gdp: 3 values of Hainan, 2003–2005`
    fn filled_values(&self, count: usize, of: Filling<'_>) -> String;
    /// `Values filled in: … .`
    fn values_filled(&self, said: &str) -> String;
    /// Why units or periods were dropped, as [`quoted`](Self::quoted).
    fn missing(&self, said: &str) -> String;
    /// `Units without neighbours: … .`
    fn isolates(&self, said: &str) -> String;
    /// The same of some periods, which are said: `Units without neighbours in some periods: … .`
    fn isolates_at_times(&self, said: &str) -> String;
    /// What a fit warns of, as [`quoted`](Self::quoted).
    fn caution(&self, said: &str) -> String;

    /// Functions of the coefficients; `by_delta`: their standard errors are asymptotic.
    fn functions(&self, said: &[String], by_delta: bool) -> String;
    /// `Wald tests of the coefficients b: … .`
    fn hypotheses(&self, said: &[String]) -> String;
    /// What stands below the estimates.
    fn below(&self, below: Below<'_>) -> String;
    /// What the standard errors are, where none are shown.
    fn errors(&self, errors: &str) -> String;

    /// Units left out, where heads name them.
    fn unit_left_out(&self) -> &'static str;
    /// Regions left out, where heads name them.
    fn region_left_out(&self) -> &'static str;
    /// Periods left out, where heads name them.
    fn period_left_out(&self) -> &'static str;
    /// `Hainan left out`
    fn left_out(&self, who: &str) -> String;
    /// A part of the periods.
    fn part_of_periods(&self) -> &'static str;
    /// `2008 left out of the sample, …`
    fn periods_left_out(&self, which: &str) -> String;
    /// ` (draw 3)`
    fn draw(&self, draw: u32) -> String;
    /// A placebo of weights.
    fn placebo_weights(&self, draw: &str) -> String;
    /// A placebo of the measure.
    fn placebo_measure(&self, draw: &str) -> String;
    /// Leads in the place of lags.
    fn placebo_lead(&self) -> &'static str;
    /// The bounds of tails.
    fn quantiles(&self, low: &str, high: &str) -> String;
    /// `ln OA 3 below, 4 above`
    fn tail(&self, label: &str, below: usize, above: usize) -> String;
    /// Observations set to a bound.
    fn winsorised(&self, quantiles: &str, counts: &[String]) -> String;
    /// Units that leave because of observations beyond a bound; `None`: no unit.
    fn trimmed(&self, who: Option<&str>, several: bool, of: &str, quantiles: &str) -> String;
    /// `Variants: … .`
    fn variants(&self, said: &str) -> String;

    /// p-values in the table of tests.
    fn p_values_in_brackets(&self, brackets: Brackets) -> String;
    /// p-values of tests in a table of estimates.
    fn p_values_below_tests(&self, brackets: Brackets) -> String;
    /// `χ²(1) for LM lag, LM error`
    fn null_of(&self, null: &str, tests: &[String]) -> String;
    /// `Null distributions: … .`
    fn nulls(&self, said: &[String]) -> String;
    /// What is said of a bootstrap of tests: its design, and the most replicates without a statistic.
    fn test_replicates(&self, design: &str, failed: u32) -> String;
    /// Bootstrap p-values of tests.
    fn test_bootstrap(
        &self,
        how: (Generated, Brackets),
        said: &str,
        seed: u64,
        without: &[String],
    ) -> String;
    /// Why the LM protocol chose what it chose.
    fn protocol(&self, basis: &str, columns: Option<&str>, because: &str) -> String;
    /// Coefficients by region, of these columns.
    fn by_region(&self, columns: Option<&str>, said: &str) -> String;
    /// One threshold or two, of these columns.
    fn thresholds(&self, two: bool, columns: Option<&str>, said: &str) -> String;
    /// How thresholds are shown.
    fn thresholds_shown(&self) -> &'static str;
    /// `ln GDP at 9.1 [8.7, 9.3]`
    fn threshold_at(&self, label: &str, at: &[String]) -> String;
    /// `observations 120, 330`
    fn observations(&self, counts: &[String]) -> String;

    /// `N = 510 for ln OA, …` of descriptive statistics; one without a label where all are equal.
    fn counts(&self, counts: &[(usize, String)]) -> String;
    /// The divisor of standard deviations.
    fn divisor(&self) -> &'static str;
    /// Of what Moran's I is, where, with which W.
    fn moran_of(&self, variable: &str, region: Option<&str>, weights: &str) -> String;
    /// The expectation of Moran's I.
    fn moran_expectation(&self, units: usize) -> String;
    /// What stars of Moran's I go by: permutations, or the p-value under randomisation.
    fn moran_stars(&self, permutations: Option<u32>, alternative: Alternative) -> String;
    /// That standard scores of other statistics are under randomisation, and positive for likeness.
    fn moran_others(&self) -> &'static str;
    /// Whose lag bivariate Moran's I looks at.
    fn moran_with(&self, variable: &str) -> String;
    /// What the quadrants are, and what stands in parentheses: local Moran's I that is significant at a level,
    /// after adjustment or not.
    fn moran_quadrants(&self, significant: Option<(&str, bool)>) -> String;

    /// The size of a family.
    fn family(&self, hypotheses: usize) -> String;
    /// What the p-values of a family are.
    fn family_p_values(&self) -> &'static str;
    /// Simultaneous intervals.
    fn simultaneous(&self, critical: &str, percent: &str) -> String;
    /// The bootstrap of a family.
    fn family_bootstrap(&self, design: &str, failed: u32, seed: u64) -> String;
    /// Which cells share their draws.
    fn draws(&self, sets: u32) -> String;
    /// Stars of a family.
    fn family_stars(&self) -> &'static str;

    /// How many specifications there are, and the choices with their values.
    fn specifications(&self, count: usize, choices: &[(&'static str, String)]) -> String;
    /// Specifications without a fit.
    fn unfitted(&self, failed: usize, not_run: usize) -> String;
    /// The sign is that of the median.
    fn sign_of_median(&self) -> &'static str;
    /// The only specification gives the sign.
    fn sign_of_only(&self) -> &'static str;
    /// The base gives the sign.
    fn sign_of_base(&self, phrases: &[String]) -> String;
    /// What the shares are.
    fn shares(&self, level: &str) -> String;
    /// What the most influential choice is.
    fn influence(&self) -> &'static str;
}
