//! Spatial autocorrelation of a variable in a period.
//!
//! | file | what it does |
//! |---|---|
//! | `layout` | the variable and the weights among units that have neighbours |
//! | `global` | Moran's I, Geary's C, Getis and Ord's G, bivariate Moran's I, Lee's L |
//! | `local` | local Moran's I, Geary's c, Gᵢ, Gᵢ*, bivariate; quadrants |
//! | `permutation` | the distribution of global statistics over permutations |
//! | `pairs` | the sums that global statistics are made of, of many permutations side by side |
//! | `conditional` | conditional permutations for local statistics |
//! | `scatter` | the points of a Moran scatter |
//! | `join_count` | how often neighbours are alike in a variable of zeros and ones |

pub mod conditional;
pub mod global;
pub mod join_count;
pub mod layout;
pub mod local;
pub mod pairs;
pub mod permutation;
pub mod scatter;

use crate::ident::Period;
use crate::math::dist::{normal_cdf, normal_two_sided};
use crate::model::autocorrelation::{Alternative, Autocorrelation};
use crate::outcome::{Failure, GlobalAutocorrelation, MoranYear};
use crate::weights::Weights;
use layout::{Layout, Variable};
use local::Local;
use permutation::{Distribution, Permutations};

/// What is wanted of a period.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Statistics beside Moran's I.
    pub statistics: &'a [Autocorrelation],
    /// What p-values are against.
    pub alternative: Alternative,
    /// Which permutations; 0 for none.
    pub permutations: Permutations,
}

/// What a period has.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Moran's I.
    pub moran: MoranYear,
    /// The other global statistics, in the order they were asked for.
    pub global: Vec<GlobalAutocorrelation>,
    /// Local statistics, in the same order.
    pub local: Vec<(Autocorrelation, Vec<Local>)>,
    /// Units in each quadrant of the Moran scatter.
    pub quadrants: [usize; 4],
    /// Statistics that have no value here, and why.
    pub without: Vec<(Autocorrelation, String)>,
}

/// Statistics of `x` in a period, in the order of the weights' units; `y` is the other variable of bivariate
/// ones. An error where nothing can be compared.
pub fn of_period(
    weights: &Weights,
    (x, y): (&[f64], Option<&[f64]>),
    period: Period,
    asked: &Asked<'_>,
) -> Result<Found, Failure> {
    let layout = Layout::of(weights);
    let x = Variable::of(&layout, x, &format!(" in {period}"))?;
    let y = y.map(|y| Variable::of(&layout, y, &format!(" in {period}"))).transpose();
    let (y, no_y) = match y {
        Ok(y) => (y, None),
        Err(failure) => {
            (None, Some(failure.reason.replacen("the variable", "the other variable", 1)))
        }
    };
    let wanted = |of| asked.statistics.contains(&of);
    let more = wanted(Autocorrelation::Geary) || wanted(Autocorrelation::GetisOrd);
    let permuted = (asked.permutations.replicates > 0)
        .then(|| global::permuted(&layout, &x, asked.permutations, more));
    let at = (period, permuted.as_ref());
    let moran = global::moran_year(&layout, &x, at, asked);
    let quadrants = local::quadrants(&layout, &x);
    let mut found =
        Found { moran, global: Vec::new(), local: Vec::new(), quadrants, without: Vec::new() };
    for &statistic in asked.statistics {
        let variables = (&x, y.as_ref());
        if let Some(no_y) = no_y.as_ref().filter(|_| statistic.needs_another()) {
            found.without.push((statistic, no_y.clone()));
        } else if statistic.is_local() {
            match local::local(&layout, variables, statistic, asked) {
                Ok(local) => found.local.push((statistic, local)),
                Err(reason) => found.without.push((statistic, reason)),
            }
        } else {
            match global::other(&layout, variables, statistic, at, asked) {
                Some(Ok(other)) => found.global.push(other),
                Some(Err(reason)) => found.without.push((statistic, reason)),
                None => {}
            }
        }
    }
    Ok(found)
}

/// The p-value of a standard score.
pub fn normal_p(z: f64, alternative: Alternative) -> f64 {
    match alternative {
        Alternative::TwoSided => normal_two_sided(z),
        Alternative::Greater => normal_cdf(-z),
        Alternative::Less => normal_cdf(z),
    }
}

/// The p-value of a statistic among its replicates: (#{at least as extreme} + 1)/(R + 1), two-sided twice the
/// smaller of both tails, at most 1. Its expectation when every replicate ties is 1.
pub fn permutation_p(of: &Distribution, alternative: Alternative) -> f64 {
    let tail = |count: u32| f64::from(count + 1) / f64::from(of.replicates + 1);
    match alternative {
        Alternative::TwoSided => (2.0 * tail(of.above.min(of.below))).min(1.0),
        Alternative::Greater => tail(of.above),
        Alternative::Less => tail(of.below),
    }
}

#[cfg(test)]
mod tests;
