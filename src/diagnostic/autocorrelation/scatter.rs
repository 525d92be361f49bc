//! The points of a Moran scatter.

use super::layout::{Layout, Variable};
use crate::weights::Weights;

/// Position among the weights' units, z (centred, divided by the standard deviation with divisor n) and
/// (n/S₀)·Σ w z, so that the least-squares slope of the second on the first is Moran's I. `None` where the
/// variable does not vary or there are not four units with neighbours.
pub fn scatter(weights: &Weights, values: &[f64]) -> Option<Vec<(usize, f64, f64)>> {
    let layout = Layout::of(weights);
    let x = Variable::of(&layout, values, "").ok()?;
    let z = x.standardised();
    let scale = x.n() / layout.s0;
    let lag = layout.lag(&z);
    let points = layout.kept.iter().zip(&z).zip(&lag);
    Some(points.map(|((&unit, &z), lag)| (unit, z, scale * lag)).collect())
}
