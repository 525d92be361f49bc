//! What figures say by themselves.

use crate::spec::figures::ClassRule;
use serde::Serialize;

/// Texts that are drawn. Examples are the English ones.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FigureTexts {
    /// What LaTeX and pages call a figure: `Figure`
    pub figure: &'static str,
    /// What the note below one begins with: `Note.`
    pub note: &'static str,
    /// In the place of a series without a record.
    pub no_series: &'static str,
    /// In the place of a map without a record.
    pub no_map: &'static str,
    /// In the place of a variable without observations.
    pub not_observed_then: &'static str,
    /// In the place of clusters without a record.
    pub no_local: &'static str,
    /// In the place of cells without estimates.
    pub no_estimates: &'static str,
    /// In the place of cells without a spatial parameter.
    pub no_likelihood: &'static str,
    /// In the place of estimates without replicates.
    pub no_replicates: &'static str,
    /// In the place of a coefficient that no cell has.
    pub no_coefficient: &'static str,
    /// Under an axis of years: `Year`
    pub year: &'static str,
    /// Before an average: `Average `
    pub average: &'static str,
    /// Of a unit without a value: `not observed`
    pub not_observed: &'static str,
    /// After a variable, before z: `, standardised: `
    pub standardised: &'static str,
    /// Before Wz: `Spatial lag `
    pub spatial_lag: &'static str,
    /// Before a p-value: `positive, `
    pub positive: &'static str,
    /// Before a p-value: `negative, `
    pub negative: &'static str,
    /// Along an axis of effects: `Effect`
    pub effect: &'static str,
    /// Along an axis of estimates: `Estimate`
    pub estimate: &'static str,
    /// Under an axis of matrices: `Weights matrix`
    pub weights: &'static str,
    /// Under an axis of leads and lags, before and after t.
    pub time: [&'static str; 2],
    /// Of a profile: `maximum`
    pub maximum: &'static str,
    /// Of a profile: `95 % likelihood-ratio interval`
    pub likelihood_ratio: &'static str,
    /// The ends of that interval.
    pub interval_ends: &'static str,
    /// Over the whole of a profile: `Admissible interval`
    pub admissible: &'static str,
    /// Over its middle: `Around the maximum`
    pub around: &'static str,
    /// Along its axis: `Log-likelihood less maximum`
    pub loglik: &'static str,
    /// Of a histogram: `replicates`
    pub replicates: &'static str,
    /// Of a curve: `normal distribution`
    pub normal: &'static str,
    /// Of a line: `estimate`
    pub estimate_line: &'static str,
    /// Of a bar: `95 % percentile-t interval`
    pub percentile_t: &'static str,
    /// Of a bar: `95 % asymptotic interval`
    pub asymptotic: &'static str,
    /// Along an axis: `Density`
    pub density: &'static str,
    /// Over the bars of a specification curve: `Share of variance`
    pub share_of_variance: &'static str,
    /// Of a line: `main specification`
    pub main_specification: &'static str,
    /// After the number of specifications: ` specifications, sorted by estimate`
    pub specifications: &'static str,
    /// Clusters and outliers in the order of a legend: high-high, low-low, high-low, low-high, not
    /// significant, no neighbours, not included.
    pub clusters: [&'static str; 7],
}

/// A sentence of the note below a figure.
#[derive(Debug, Clone, Copy)]
pub enum FigureNote<'a> {
    /// What filled points are.
    FilledPoints(&'a str),
    /// Full and dashed arrows.
    Arrows(&'a str),
    /// Thin and thick lines of intervals.
    ThinAndThick,
    /// Lines and filled points.
    Lines,
    /// Which seed.
    Seed(u64),
    /// How classes were made; whether periods share them.
    Classes(Option<ClassRule>, bool),
    /// The file of the map.
    Map(&'a str),
    /// What stands in parentheses; whether by period.
    Units(bool),
    /// z, the line and the corners of a scatter.
    Scatter,
    /// Of what local Moran's I is: variable, weights, region.
    Local(&'a str, &'a str, Option<&'a str>),
    /// Permutations, level, and whether the false discovery rate is held.
    Permutations(u32, &'a str, bool),
    /// What clusters and outliers are.
    Clusters,
    /// The joint test in a corner: that of all lags, or a declared one by its label.
    Corner(Option<&'a str>),
    /// What a profile shows.
    Profile,
    /// Maxima and intervals, said one by one.
    Maxima(&'a [String]),
    /// How replicates were drawn, and the seed.
    Replicates(&'a str, u64),
    /// Replicates outside of the bins.
    Outside(u32),
    /// Cells without estimates among all.
    Absent(usize, usize),
    /// Cells without this estimate among all.
    Without(usize, usize),
    /// Values of an axis that are not shown one by one.
    Untold(&'a str, usize),
    /// Median, share of its sign, whether that is negative, share significant, level.
    Median(&'a str, &'a str, bool, &'a str, &'a str),
    /// Whether intervals are shaded.
    Curve(bool),
    /// What the shares of variance are.
    ShareOfVariance,
}

/// What figures say.
pub trait Figures {
    /// Texts that are drawn.
    fn drawn(&self) -> &'static FigureTexts;
    /// A sentence of a note.
    fn figure_note(&self, note: FigureNote<'_>) -> String;
    /// What stands before the caption of a figure with a number: `Figure 3.`
    fn numbered_figure(&self, number: u32) -> String;
}
