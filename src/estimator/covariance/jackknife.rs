//! The cluster jackknife: how far the estimates move when a cluster is left out.
//!
//! ```text
//! V = c Σ_g (θ_(g) − θ)(θ_(g) − θ)',   c = (G − 1)/G by default
//! ```
//!
//! θ_(g) the estimates without cluster g, effects estimated again among what is left. It is the
//! covariance called CV3, and of clusters of one observation nearly HC3: with few clusters, or some
//! much larger than others, tests by it reject a true hypothesis far less often than by the sandwich
//! (Bell & McCaffrey 2002; MacKinnon, Nielsen & Webb 2023, Journal of Applied Econometrics 38, section
//! 2). Clusters are whole units or whole periods, so that what is left is a balanced panel.

use super::meat::groups;
use crate::estimator::{Estimated, Estimator, FitError, Problem};
use crate::math::Matrix;
use crate::model::std_errors::Cluster;
use crate::panel::sample::Sample;

/// Σ_g (θ_(g) − θ)(θ_(g) − θ)', and how many clusters there are.
///
/// # Errors
/// A cluster without which there is no fit.
pub(super) fn spread(
    estimator: &dyn Estimator,
    problem: &Problem<'_>,
    at: &Estimated,
    by: &Cluster,
) -> Result<(Matrix, usize), FitError> {
    let (of, count) = groups(problem, by);
    let p = at.fit.estimates.len();
    let mut total = Matrix::zeros(p, p);
    for group in 0..count {
        let left = without(problem.sample, &of, group, by);
        let again = estimator.fit(&Problem { sample: &left, ..*problem }).map_err(|why| {
            FitError::NoJackknife { clusters: super::cluster_name(by), why: why.to_string() }
        })?;
        let pairs = again.fit.estimates.iter().zip(&at.fit.estimates);
        let moved: Vec<f64> = pairs.map(|(a, b)| a.value - b.value).collect();
        for i in 0..p {
            for j in 0..p {
                total[(i, j)] += moved[i] * moved[j];
            }
        }
    }
    Ok((total, count))
}

/// The sample without a cluster, `of` the cluster of each observation.
fn without(sample: &Sample, of: &[usize], group: usize, by: &Cluster) -> Sample {
    let n = sample.n_units();
    match by {
        Cluster::Period => {
            let gone = sample.periods[group];
            sample.in_periods(|period| period != gone)
        }
        Cluster::Unit | Cluster::Column(_) => {
            let kept: Vec<usize> = (0..n).filter(|&i| of[i] != group).collect();
            sample.of_units(&kept)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimator::covariance::fit;
    use crate::estimator::{find, worked};
    use crate::model::std_errors::{
        Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors,
    };
    use crate::outcome::Reference;

    /// The panel of two units: unit 0 alone has (2.5, 2.5), unit 1 alone (3.5, 1.5), both (3, 2).
    #[test]
    fn leaving_units_out_by_hand() {
        let (sample, weights, mut model) = worked::panel("ols");
        model.std_errors = StdErrors::Robust(Robust {
            meat: Meat::Jackknife(Cluster::Unit),
            residuals: Residuals::AsTheyAre,
            of_observations: ObservationFactor::None,
            of_groups: GroupFactor::Inverse,
            count: Count::Slopes,
        });
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let ours = fit(find("ols").expect("listed"), &problem).expect("a fit").fit;
        // ½(¼ + ¼) for each, ½(−¼ − ¼) between them, Student's t with one degree of freedom.
        for (i, j, wanted) in [(0, 0, 0.25), (1, 1, 0.25), (0, 1, -0.25)] {
            assert!((ours.covariance[i][j] - wanted).abs() < 1e-13, "{:?}", ours.covariance);
        }
        assert_eq!(ours.inference, Reference::Student { df: 1.0 });
        // Without the period in which x is 1 there is no slope.
        model.std_errors = StdErrors::Robust(Robust {
            meat: Meat::Jackknife(Cluster::Period),
            residuals: Residuals::AsTheyAre,
            of_observations: ObservationFactor::None,
            of_groups: GroupFactor::Inverse,
            count: Count::Slopes,
        });
        let problem = Problem::new(&sample, &weights, &model).expect("the same units");
        let why = fit(find("ols").expect("listed"), &problem).expect_err("no fit").to_string();
        assert!(why.contains("no fit without one of them"), "{why}");
    }
}
