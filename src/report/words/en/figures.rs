use super::English;
use crate::report::words::{FigureNote, FigureTexts, Figures};
use crate::spec::figures::ClassRule;

const TEXTS: FigureTexts = FigureTexts {
    figure: "Figure",
    note: "Note.",
    no_series: "Not run: there is no record of this series",
    no_map: "Not run: there is no record of the map",
    not_observed_then: "The variable is not observed in these periods",
    no_local: "There is no local Moran’s I of these periods",
    no_estimates: "These cells have no estimates",
    no_likelihood: "There is no likelihood of a spatial parameter of these cells",
    no_replicates: "There are no replicates of these estimates",
    no_coefficient: "None of these cells has this coefficient",
    year: "Year",
    average: "Average ",
    not_observed: "not observed",
    standardised: ", standardised: ",
    spatial_lag: "Spatial lag ",
    positive: "positive, ",
    negative: "negative, ",
    effect: "Effect",
    estimate: "Estimate",
    weights: "Weights",
    time: ["Time of the regressor; the response is that of ", ""],
    maximum: "maximum",
    interval_ends: "95 % interval",
    likelihood_ratio: "95 % cut-off (likelihood ratio, χ²(1))",
    admissible: "Admissible interval",
    around: "Around the maximum",
    loglik: "Log-likelihood less maximum",
    replicates: "replicates",
    normal: "normal distribution",
    estimate_line: "estimate",
    percentile_t: "95 % percentile-t interval",
    asymptotic: "95 % asymptotic interval",
    density: "Density",
    share_of_variance: "Share of variance",
    main_specification: "main specification",
    specifications: " specifications, sorted by estimate",
    clusters: [
        "high-high",
        "low-low",
        "high-low",
        "low-high",
        "not significant",
        "no neighbours",
        "not included",
    ],
};

impl Figures for English {
    fn drawn(&self) -> &'static FigureTexts {
        &TEXTS
    }

    fn numbered_figure(&self, number: u32) -> String {
        format!("Figure {number}.")
    }

    fn figure_note(&self, note: FigureNote<'_>) -> String {
        match note {
            FigureNote::FilledPoints(level) => format!(
                "Filled points: p < {level}; hollow points: not significant at that level."
            ),
            FigureNote::Arrows(level) => format!(
                "Full arrows: p < {level}, dashed where negative; dotted arrows: not significant at that level."
            ),
            FigureNote::ThinAndThick => {
                "Thin lines: 95 % intervals; thick lines: 90 % intervals; filled points: p < 0.05."
                    .to_owned()
            }
            FigureNote::Lines => "Lines: 95 % intervals; filled points: p < 0.05.".to_owned(),
            FigureNote::Seed(seed) => format!("Seed {seed}."),
            FigureNote::Classes(rule, together) => {
                let rule = match rule {
                    None => "stated",
                    Some(ClassRule::Quantile) => "quantiles",
                    Some(ClassRule::Equal) => "equally wide",
                };
                let over = if together { " of all periods shown together" } else { "" };
                format!(
                    "Classes: {rule}{over}; a value between two classes belongs to the upper one."
                )
            }
            FigureNote::Map(file) => format!("Map: {file}."),
            FigureNote::Units(by_period) => {
                let periods = if by_period { ", by period" } else { "" };
                format!("Numbers of units in parentheses{periods}.")
            }
            FigureNote::Scatter => {
                "z: the variable less its mean, in standard deviations; the slope of the line is \
                 Moran's I. Corners: numbers of units whose own value and whose neighbours' are high \
                 (H) or low (L)."
                    .to_owned()
            }
            FigureNote::Local(variable, weights, region) => {
                let region = region.map(|r| format!(", region {r}")).unwrap_or_default();
                format!("Local Moran's I of {variable}, weights {weights}{region}.")
            }
            FigureNote::Permutations(count, level, fdr) => {
                let rule = if fdr {
                    format!("false discovery rate at most {level} (Benjamini and Hochberg)")
                } else {
                    format!("p < {level} for each unit, not adjusted for their number")
                };
                format!("Two-sided p-values from {count} conditional permutations; {rule}.")
            }
            FigureNote::Clusters => {
                "High-high and low-low: clusters; high-low and low-high: outliers, the unit first, \
                 its neighbours second."
                    .to_owned()
            }
            FigureNote::Corner(None) => {
                "In the corner: Wald test that all coefficients shown of a model are zero, from the \
                 covariance matrix of its fit."
                    .to_owned()
            }
            FigureNote::Corner(Some(label)) => format!(
                "In the corner: {label}, from the covariance matrix of each fit."
            ),
            FigureNote::Profile => {
                "Log-likelihood with all other parameters concentrated out, less its maximum; left: \
                 over the admissible interval, right: around the maximum. Level line: half of the \
                 95 % quantile of χ²(1) below the maximum; where a curve lies above it is the 95 % \
                 likelihood-ratio interval."
                    .to_owned()
            }
            FigureNote::Maxima(said) => format!("Maxima and intervals: {}.", said.join("; ")),
            FigureNote::Replicates(design, seed) => format!("Replicates: {design}, seed {seed}."),
            FigureNote::Outside(count) => format!(
                "Bins lie between the 0.1 % and the 99.9 % quantile; {count} replicates lie outside."
            ),
            FigureNote::Absent(some, all) => {
                format!("{some} of {all} cells have no estimates and are left empty.")
            }
            FigureNote::Without(some, all) => {
                format!("{some} of {all} cells do not have this estimate and are left out.")
            }
            FigureNote::Untold(axis, count) => {
                format!("The {count} values of the axis {axis} are not shown one by one.")
            }
            FigureNote::Median(median, share, negative, significant, level) => {
                let sign = if negative { "negative" } else { "positive" };
                format!(
                    "Median {median}; {share} % of the estimates are {sign}, {significant} % with \
                     p < {level}."
                )
            }
            FigureNote::Curve(shaded) => {
                let bars = if shaded { "Shaded" } else { "Lines" };
                format!("{bars}: 95 % intervals. p-values on a root scale, as each fit gives them.")
            }
            FigureNote::ShareOfVariance => {
                "Share of variance: η² of each choice, between-group over total sum of squares of \
                 the estimates."
                    .to_owned()
            }
        }
    }
}
