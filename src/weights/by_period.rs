//! Weights that change over time: a matrix W_t for each period of a sample.
//!
//! The lag, the filter and their transposes are those of diag(W₁, …, W_T), period by period. What a
//! likelihood asks of the eigenvalues is the mean over the periods, so that T times it is the sum:
//! Σ_t ln|I − ρW_t|, Σ_t tr G_t (Lee & Yu 2012, section 2). Rows and entries are those of the mean
//! matrix (1/T) Σ_t W_t, for what asks who is near whom.

use super::{Weights, WeightsError};
use crate::ident::UnitIndex;
use crate::math::Matrix;
use std::collections::BTreeMap;

impl Weights {
    /// diag(W₁, …, W_T), each with the units `units` in the same order. One matrix alone is itself.
    ///
    /// # Errors
    /// [`WeightsError::Empty`] without a matrix.
    pub fn by_period(units: &UnitIndex, mut periods: Vec<Self>) -> Result<Self, WeightsError> {
        debug_assert!(periods.iter().all(|w| w.units() == units));
        if periods.len() < 2 {
            return periods.pop().ok_or(WeightsError::Empty);
        }
        let share = 1.0 / periods.len() as f64;
        let mut mean: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        for w in &periods {
            for i in 0..w.n() {
                for (j, value) in w.row(i) {
                    *mean.entry((i, j)).or_insert(0.0) += share * value;
                }
            }
        }
        let mean: Vec<_> = mean.into_iter().map(|((i, j), value)| (i, j, value)).collect();
        let mut all = Self::from_links(units.clone(), &mean)?;
        all.normalisation = periods[0].normalisation;
        all.periods = periods;
        Ok(all)
    }

    /// Whether there is a matrix for each period.
    pub fn is_by_period(&self) -> bool {
        !self.periods.is_empty()
    }

    /// How many matrices there are: one for all periods, or one for each.
    pub fn matrices(&self) -> usize {
        self.periods.len().max(1)
    }

    /// The matrix of the period at position `t`.
    pub fn of_period(&self, t: usize) -> &Self {
        if self.periods.is_empty() { self } else { &self.periods[t % self.periods.len()] }
    }

    /// G = W(I − rW)⁻¹, dense, of each matrix.
    pub fn resolvents(&self, r: f64) -> Vec<Matrix> {
        (0..self.matrices()).map(|t| self.of_period(t).resolvent(r)).collect()
    }

    /// The mean over the matrices of what `of` says of each.
    pub(super) fn mean_of(&self, of: impl Fn(&Self) -> f64) -> f64 {
        self.periods.iter().map(of).sum::<f64>() / self.periods.len() as f64
    }

    /// Positions of the units without neighbours in some periods, though not in all.
    pub fn isolates_at_times(&self) -> Vec<usize> {
        let linked = |i: usize| self.starts[i] < self.starts[i + 1];
        let alone = |i: usize| self.periods.iter().any(|w| w.row(i).next().is_none());
        (0..self.n()).filter(|&i| linked(i) && alone(i)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Normalisation;
    use crate::weights::tests::{undirected, units};

    /// The path a – b – c, and the pair a – b with c alone.
    fn changing() -> Weights {
        let make = |pairs: &[(usize, usize)]| {
            Weights::new(&units(3), &undirected(3, pairs), Normalisation::Row).unwrap()
        };
        Weights::by_period(&units(3), vec![make(&[(0, 1), (1, 2)]), make(&[(0, 1)])]).unwrap()
    }

    #[test]
    fn each_period_has_its_neighbours() {
        let w = changing();
        assert_eq!(w.lag(&[1.0, 2.0, 6.0, 1.0, 2.0, 6.0]), [2.0, 3.5, 2.0, 2.0, 1.0, 0.0]);
        // W' of the path: column sums of (1, 2, 6).
        let back = w.lag_transposed(&[1.0, 2.0, 6.0, 1.0, 2.0, 6.0]);
        assert_eq!(back, [1.0, 7.0, 1.0, 2.0, 1.0, 0.0]);
        let x = w.resolve(0.4, &[1.0, -2.0, 0.5, 3.0, 0.0, 1.0]);
        let lag = w.lag(&x);
        for (i, v) in [1.0, -2.0, 0.5, 3.0, 0.0, 1.0].into_iter().enumerate() {
            assert!((x[i] - 0.4 * lag[i] - v).abs() < 1e-14);
        }
        assert_eq!(w.common_row_sum(), None);
        assert_eq!((w.isolates(), w.isolates_at_times()), (vec![], vec![2]));
        // The mean matrix: b's row is (½·½ + ½·1, 0, ½·½).
        assert_eq!(w.row(1).collect::<Vec<_>>(), [(0, 0.75), (2, 0.25)]);
    }

    #[test]
    fn twice_the_mean_is_the_sum_over_two_periods() {
        // Both matrices have eigenvalues ±1 and 0: ln|I − rW| = ln(1 − r²).
        let w = changing();
        let s = w.spectrum().unwrap();
        let r: f64 = 0.3;
        assert!((2.0 * s.log_det(r) - 2.0 * (1.0 - r * r).ln()).abs() < 1e-14);
        assert!((s.trace_g(r) - 2.0 * r / (1.0 - r * r)).abs() < 1e-13);
        assert!(s.is_real() && s.eigenvalues().is_none());
        // tr(WW) is 2 in both, tr(W'W) 2.5 and 2.
        assert_eq!(w.square_traces(), (2.0, 2.25));
        let each = (w.of_period(0).trace_gtg(r) + w.of_period(1).trace_gtg(r)) / 2.0;
        assert!((w.trace_gtg(r) - each).abs() < 1e-14);
    }
}
