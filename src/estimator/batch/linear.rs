//! Effects of models with Durbin terms and no spatial lag, which are linear in the coefficients.

use super::{TileEstimates, TileMultipliers};
use crate::estimator::impacts::{Multipliers, Place, places};
use crate::estimator::{Estimated, Problem};
use crate::math::lanes::{LANES, Lane};
use crate::model::Impact;

/// Multipliers of a fit and where its coefficients are. Empty without Durbin terms.
#[derive(Debug)]
pub(super) struct LinearEffects {
    multipliers: Option<Multipliers>,
    places: Vec<Place>,
    /// Where the effects begin among the estimates.
    first: usize,
}

impl LinearEffects {
    pub(super) fn new(problem: &Problem<'_>, at: &Estimated) -> Self {
        let terms = at.fit.estimates.iter().map(|e| &e.term);
        Self {
            multipliers: Multipliers::of(problem.weights, &at.fit),
            places: places(terms, &problem.sample.response),
            first: at.fit.estimates.len(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        Impact::ALL.len() * self.places.len()
    }

    pub(super) fn multipliers(&self) -> Option<TileMultipliers> {
        self.multipliers.as_ref().map(TileMultipliers::constant)
    }

    /// Values and standard errors from those of the coefficients, whose covariances
    /// `covariance(i, j)` gives.
    pub(super) fn fill(
        &self,
        covariance: impl Fn(usize, usize) -> Lane,
        out: &mut TileEstimates<'_>,
    ) {
        let Some(multipliers) = &self.multipliers else { return };
        let mut at = self.first;
        for impact in Impact::ALL {
            let own = multipliers.get(impact).value;
            let of_neighbours = multipliers.of_neighbours(impact).value;
            for place in &self.places {
                let parts =
                    [place.own.map(|j| (j, own)), place.of_neighbours.map(|j| (j, of_neighbours))];
                let (mut value, mut square) = ([0.0; LANES], [0.0; LANES]);
                for &(i, a) in parts.iter().flatten() {
                    for l in 0..LANES {
                        value[l] = a.mul_add(out.values[i][l], value[l]);
                    }
                    for &(j, b) in parts.iter().flatten() {
                        let entry = covariance(i, j);
                        for l in 0..LANES {
                            square[l] = (a * b).mul_add(entry[l], square[l]);
                        }
                    }
                }
                for l in 0..LANES {
                    out.values[at][l] = value[l];
                    out.std_errors[at][l] = square[l].max(0.0).sqrt();
                }
                at += 1;
            }
        }
    }
}
