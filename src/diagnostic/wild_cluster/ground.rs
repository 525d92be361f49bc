//! What a draw is made from: the direction of the coefficient, the residuals that are multiplied, and
//! their sums by cluster.

use super::draws::Draws;
use super::{Asked, Counts};
use crate::diagnostic::residuals::Residuals as Projection;
use crate::estimator::covariance::{self, Beside};
use crate::estimator::{Estimator, Problem, find};
use crate::math::linalg::{ColumnSpace, dot};
use crate::model::std_errors::{
    Cluster, Count, GroupFactor, Meat, ObservationFactor, Residuals, Robust, StdErrors,
};
use crate::model::wild_cluster::{Kind, Shared, WildCluster};
use crate::model::{Effects, Model, Term};
use crate::outcome::Estimate;
use crate::panel::sample::Sample;

/// A coefficient whose t is drawn again.
#[derive(Debug)]
pub struct Ground {
    estimate: Estimate,
    clusters: usize,
    draws: Draws,
}

impl Ground {
    /// The coefficient of the regressor at `position` of `problem`.
    ///
    /// # Errors
    /// Why there is no such test, as a sentence.
    pub fn new(problem: Problem<'_>, position: usize, asked: &Asked) -> Result<Self, String> {
        let estimator = suited(&problem)?;
        let design = &asked.design;
        let column = asked.clusters.as_ref().map_err(Clone::clone)?.as_deref();
        let beside = Beside { clusters: column, ..problem.beside };
        let problem = Problem { beside, ..problem };
        let model = Model { std_errors: studentised(design), ..problem.model.clone() };
        let own = Problem { model: &model, ..problem };
        let fit = covariance::fit(estimator, &own).map_err(|e| format!("no fit: {e}"))?;
        let term = Term::Variable(problem.sample.regressors[position].clone());
        let estimates = &fit.fit.estimates;
        let estimate = estimates.iter().find(|e| e.term == term).ok_or("no such coefficient")?;
        let space = problem.within_space().map_err(|e| format!("no fit: {e}"))?;
        let fitted = Fitted::new(&problem, position, space, estimate.value);
        let (clusters, draws) = match &design.by {
            Shared::Observation => {
                let u = fitted.by_observation(design);
                let factor = factor(estimate, fitted.c.iter().zip(&fitted.e).map(|(c, e)| c * e));
                let projection = Projection::new(&problem, &fitted.space);
                (problem.n(), Draws::by_observation(projection, fitted.c, u, factor))
            }
            Shared::Cluster(by) => {
                let (of, count) = covariance::groups(&problem, by);
                if count < 2 {
                    return Err("all observations are in one cluster".to_owned());
                }
                let sums = Sums { of: &of, count };
                let factor = factor(estimate, sums.products(&fitted.c, &fitted.e).into_iter());
                let u = match design.kind {
                    Kind::Plain => fitted.plain(design.impose_null),
                    Kind::LeaveOut => fitted.leave_out(design.impose_null, by, &sums)?,
                    Kind::Leverage => {
                        return Err("type 21 is for multipliers by observation".to_owned());
                    }
                };
                (count, sums.draws(&fitted, by, &u, factor))
            }
        };
        Ok(Self { estimate: estimate.clone(), clusters, draws })
    }

    /// The coefficient with its clustered standard error.
    pub fn estimate(&self) -> &Estimate {
        &self.estimate
    }

    /// Over its clustered standard error.
    pub fn t(&self) -> f64 {
        self.estimate.value / self.estimate.std_error
    }

    /// How many clusters there are.
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// Shows every t*, in order; NaN where there is none. Whether they are all patterns of signs.
    pub fn each(&self, asked: &Asked, visit: impl FnMut(f64)) -> bool {
        self.draws.each(asked, self.clusters, visit)
    }

    /// How t lies among the t*.
    pub fn counts(&self, asked: &Asked) -> Counts {
        let t = self.t().abs();
        let near = EQUAL * t.max(1.0);
        let mut counts = Counts { made: 0, undefined: 0, greater: 0, ties: 0, enumerated: false };
        let enumerated = self.each(asked, |drawn| {
            if drawn.is_nan() {
                counts.undefined += 1;
                return;
            }
            counts.made += 1;
            if (drawn.abs() - t).abs() <= near {
                counts.ties += 1;
            } else if drawn.abs() > t {
                counts.greater += 1;
            }
        });
        Counts { enumerated, ..counts }
    }
}

/// |t*| and |t| that differ by less are equal.
const EQUAL: f64 = 1e-9;

/// m, by the standard error that has it and the sums that it is made of.
fn factor(estimate: &Estimate, scores: impl Iterator<Item = f64>) -> f64 {
    estimate.std_error * estimate.std_error / scores.map(|s| s * s).sum::<f64>()
}

/// The estimator, where it is least squares with fixed effects or none.
fn suited(problem: &Problem<'_>) -> Result<&'static dyn Estimator, String> {
    let model = problem.model;
    let estimator = find(&model.estimator).ok_or("no such estimator")?;
    let refused = if !estimator.info().spatial.is_empty() {
        "the wild cluster bootstrap draws t of least squares again; this model has a spatial \
         parameter"
    } else if !estimator.maximises_likelihood() || estimator.averages_periods() {
        "the wild cluster bootstrap draws t of least squares again, without instruments or means \
         over periods"
    } else if model.dynamics.is_some() {
        "the wild cluster bootstrap holds regressors fixed, and lags of the response are none that \
         are"
    } else if !Effects::FIXED.contains(&model.effects) {
        "the wild cluster bootstrap is of fixed effects or none, and this model's effects are random"
    } else {
        return Ok(estimator);
    };
    Err(refused.to_owned())
}

/// The standard errors of t: those called `cluster`, or of heteroskedastic errors.
fn studentised(design: &WildCluster) -> StdErrors {
    let (meat, of_observations, of_groups, count) = match &design.by {
        Shared::Cluster(by) => (
            Meat::Clusters(vec![by.clone()]),
            ObservationFactor::LessOne,
            GroupFactor::Own,
            Count::EffectsNotNested,
        ),
        // Where residuals are rescaled, wildboottest has no factor; it is the same in t and t*.
        Shared::Observation => {
            let factor = match design.kind {
                Kind::Plain => ObservationFactor::LessOne,
                Kind::Leverage | Kind::LeaveOut => ObservationFactor::None,
            };
            (Meat::Observations, factor, GroupFactor::None, Count::Effects)
        }
    };
    let residuals = Residuals::AsTheyAre;
    StdErrors::Robust(Robust { meat, residuals, of_observations, of_groups, count })
}

/// The regression and the direction of one of its coefficients.
struct Fitted<'a> {
    problem: &'a Problem<'a>,
    position: usize,
    /// QX.
    space: ColumnSpace,
    /// c, so that b = c'y.
    c: Vec<f64>,
    /// Residuals.
    e: Vec<f64>,
    b: f64,
}

impl<'a> Fitted<'a> {
    fn new(problem: &'a Problem<'a>, position: usize, space: ColumnSpace, b: f64) -> Self {
        let place = usize::from(!problem.has_effects()) + position;
        // (X'X)⁻¹X' = R⁻¹q'
        let inverse = space.r_inverse();
        let row = |i: usize| (0..space.rank()).map(|k| inverse[(place, k)] * space.q[(i, k)]).sum();
        let c = (0..problem.n()).map(row).collect();
        let e = space.residual(&problem.within(&problem.sample.y));
        Self { problem, position, space, c, e, b }
    }

    /// Residuals of the whole regression, or of that without the measure: e + b x̃, x̃ = c/c'c what is
    /// left of the measure beside the other regressors.
    fn plain(&self, impose_null: bool) -> Vec<f64> {
        let by = if impose_null { self.b / dot(&self.c, &self.c) } else { 0.0 };
        self.e.iter().zip(&self.c).map(|(e, c)| e + by * c).collect()
    }

    /// The same over what the leverages of the whole regression say, for each observation by itself.
    fn by_observation(&self, design: &WildCluster) -> Vec<f64> {
        let mut u = self.plain(design.impose_null);
        let leverages = crate::estimator::leverage::within(self.problem);
        for (u, h) in u.iter_mut().zip(leverages) {
            match design.kind {
                Kind::Plain => {}
                Kind::Leverage => *u /= (1.0 - h).sqrt(),
                Kind::LeaveOut => *u /= 1.0 - h,
            }
        }
        u
    }

    /// In each cluster the residuals of the estimates without it. An effect that only the cluster
    /// has is not known from the rest, and drops out of c_g'u_g.
    fn leave_out(
        &self,
        impose_null: bool,
        by: &Cluster,
        sums: &Sums<'_>,
    ) -> Result<Vec<f64>, String> {
        let problem = self.problem;
        let given = if impose_null {
            let mut given = problem.sample.clone();
            given.x.remove(self.position);
            given.regressors.remove(self.position);
            given
        } else {
            problem.sample.clone()
        };
        let whole = Problem { sample: &given, ..*problem };
        let columns = whole.columns();
        let (n, effects) = (problem.n_units(), problem.model.effects);
        let mut u = vec![0.0; problem.n()];
        for group in 0..sums.count {
            let rest = sums.without(&given, group, by);
            let slopes = slopes(&Problem { sample: &rest, ..*problem })
                .map_err(|why| format!("no fit without one of the clusters: {why}"))?;
            let fitted = crate::estimator::problem::combine(problem.n(), &columns, &slopes);
            let left = |i: usize| given.y[i] - fitted[i];
            // Effects that cut across the clusters, by the mean of what is left in the rest.
            let across = |i: usize| -> f64 {
                let mates: Vec<usize> = match by {
                    Cluster::Period if effects.has_individual() => {
                        (i % n..problem.n()).step_by(n).collect()
                    }
                    Cluster::Unit | Cluster::Column(_) if effects.has_time() => {
                        (i / n * n..(i / n + 1) * n).collect()
                    }
                    _ => return 0.0,
                };
                let rest: Vec<f64> =
                    mates.into_iter().filter(|&s| sums.of[s] != group).map(left).collect();
                rest.iter().sum::<f64>() / rest.len() as f64
            };
            for i in (0..problem.n()).filter(|&i| sums.of[i] == group) {
                u[i] = left(i) - across(i);
            }
        }
        Ok(u)
    }
}

fn slopes(problem: &Problem<'_>) -> Result<Vec<f64>, String> {
    if problem.columns().is_empty() {
        return Ok(Vec::new());
    }
    let space = problem.within_space().map_err(|e| e.to_string())?;
    Ok(space.least_squares(&problem.within(&problem.sample.y)))
}

/// Sums over clusters.
struct Sums<'a> {
    /// The cluster of each observation.
    of: &'a [usize],
    count: usize,
}

impl Sums<'_> {
    /// Σ_{i ∈ g} a_i b_i
    fn products(&self, a: &[f64], b: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.count];
        for ((a, b), &group) in a.iter().zip(b).zip(self.of) {
            sums[group] += a * b;
        }
        sums
    }

    /// The sample without a cluster.
    fn without(&self, sample: &Sample, group: usize, by: &Cluster) -> Sample {
        let n = sample.n_units();
        match by {
            Cluster::Period => {
                let gone = sample.periods[group];
                sample.in_periods(|period| period != gone)
            }
            Cluster::Unit | Cluster::Column(_) => {
                let kept: Vec<usize> = (0..n).filter(|&i| self.of[i] != group).collect();
                sample.of_units(&kept)
            }
        }
    }

    /// The score of cluster g after a draw is a_g v_g − Σ_l F_gl Σ_h E_hl v_h, a_g = c_g'u_g: F and E
    /// are sums of c and u with a basis of all that is estimated. Effects that lie within clusters
    /// have no part in it, since c sums to zero over each.
    fn draws(&self, fitted: &Fitted<'_>, by: &Cluster, u: &[f64], factor: f64) -> Draws {
        let Fitted { problem, space, c, .. } = fitted;
        let (n, t) = (problem.n_units(), problem.n_periods());
        let effects = problem.model.effects;
        let scores = self.products(c, u);
        let mut of_c: Vec<Vec<f64>> = Vec::new();
        let mut of_u: Vec<Vec<f64>> = Vec::new();
        for k in 0..space.rank() {
            let basis: Vec<f64> = (0..problem.n()).map(|i| space.q[(i, k)]).collect();
            of_c.push(self.products(c, &basis));
            of_u.push(self.products(u, &basis));
        }
        let (levels, size, level): (usize, usize, fn(usize, usize) -> usize) = match by {
            Cluster::Period if effects.has_individual() => (n, t, |i, n| i % n),
            Cluster::Unit | Cluster::Column(_) if effects.has_time() => (t, n, |i, n| i / n),
            _ => (0, 1, |_, _| 0),
        };
        let first = of_c.len();
        of_c.resize(first + levels, vec![0.0; self.count]);
        of_u.resize(first + levels, vec![0.0; self.count]);
        if levels > 0 {
            for (i, &group) in self.of.iter().enumerate() {
                let at = first + level(i, n);
                of_c[at][group] += c[i];
                of_u[at][group] += u[i] / size as f64;
            }
        }
        Draws::by_cluster(scores, &of_c, &of_u, factor)
    }
}
