//! The wild cluster bootstrap: is the coefficient of the measure zero, with few clusters?
//!
//! ```text
//! c = X̃(X̃'X̃)⁻¹e_j,   b = c'y,   t = b/s,   s² = m Σ_g (c_g'ê_g)²
//! t* = Σ_h v_h c_h'u_h / s*,     s*² = m Σ_g (c_g'e*_g)²,   e* = M(v ∘ u)
//! p = #{|t*| ≥ |t|}/2^G over all patterns of signs, else (1 + #{|t*| ≥ |t|})/(B + 1)
//! ```
//!
//! X̃ = QX are the regressors within the effects, M the projection off them and the effects, m the factor
//! of clustered standard errors, G/(G − 1)·(n − 1)/(n − k); v_h is one random multiplier a cluster, of
//! mean 0 and variance 1. u are the residuals of the regression without the measure (WCR, the null
//! hypothesis imposed) or of the whole (WCU, t* of b* − b); of type 31 those in cluster g of the
//! estimates without g. |t*| within 1e-9 of |t| counts as equal: where the null hypothesis is imposed
//! the patterns of equal signs give t itself, and rounding must not decide on them.
//!
//! *Null*: b = 0, errors of different clusters independent, in any way dependent within them. Each
//! regressor of the measure, at each lag, is a test of its own.
//! *Limits*: least squares with fixed effects or none, clusters of whole units or whole periods;
//! regressors are held fixed, so no lags of the response. A test of 5 % needs 2^G patterns well above
//! 40: with fewer than six clusters take Webb's multipliers. A cluster that is treated alone is
//! beyond any of them (MacKinnon & Webb 2018).
//! *References*: Cameron, Gelbach & Miller (2008), Review of Economics and Statistics 90; MacKinnon,
//! Nielsen & Webb (2023), Journal of Applied Econometrics 38; Webb (2023), Canadian Journal of
//! Economics 56; of observations Davidson & Flachaire (2008).

mod draws;
mod ground;

use super::{Context, Diagnostic, Findings, Info, by_name};
use crate::model::wild_cluster::WildCluster as Design;
use crate::outcome::{Basis, NullDistribution, Test, TestOutcome};
pub use ground::Ground;
use std::collections::BTreeMap;

/// The wild cluster bootstrap of the coefficients of the measure.
#[derive(Debug)]
pub struct WildCluster;

static INFO: Info = Info {
    name: "wild-cluster",
    summary: "the coefficient of the measure is zero, by the wild cluster bootstrap",
    tests: &[("wild-cluster", "t of the measure, wild cluster bootstrap")],
    reference: "Cameron, Gelbach & Miller (2008); MacKinnon, Nielsen & Webb (2023); Webb (2023)",
    version: 1,
    whole_periods: true,
    of_fit: false,
};

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How.
    pub design: Design,
    /// The cluster of each observation by the column, N·T, where the clusters are those of one; or
    /// why there are none.
    pub clusters: Result<Option<Vec<usize>>, String>,
    /// Of the random streams.
    pub key: [u8; 32],
}

/// What the draws say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Draws that have a t*.
    pub made: u64,
    /// Those without: nothing is left of the errors in any cluster.
    pub undefined: u64,
    /// |t*| > |t|
    pub greater: u64,
    /// |t*| = |t|
    pub ties: u64,
    /// Whether they are all there are.
    pub enumerated: bool,
}

impl Counts {
    /// Two-sided; none without draws.
    pub fn p_value(&self) -> Option<f64> {
        let observed = u64::from(!self.enumerated);
        let extreme = self.greater + self.ties + observed;
        (self.made > 0).then(|| extreme as f64 / (self.made + observed) as f64)
    }
}

/// The name of the test of the measure at a lag.
pub fn name(lag: i32) -> String {
    if lag == 0 { INFO.name.to_owned() } else { format!("{}:{lag}", INFO.name) }
}

impl Diagnostic for WildCluster {
    fn info(&self) -> &'static Info {
        &INFO
    }

    fn by_period(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Findings {
        let (problem, asked) = (context.own(), context.asked());
        let one = |&position: &usize| {
            let found = match &asked.wild_cluster {
                Some(how) => Ground::new(problem, position, how).map(|ground| (how, ground)),
                None => Err("no clusters were named".to_owned()),
            };
            let lag = problem.sample.regressors[position].lag;
            test(name(lag), found.and_then(|(how, ground)| outcome(how, &ground)))
        };
        Findings { tests: asked.measure.iter().map(one).collect(), verdicts: Vec::new() }
    }
}

type Outcome = (TestOutcome, BTreeMap<String, f64>);

fn outcome(how: &Asked, ground: &Ground) -> Result<Outcome, String> {
    let counts = ground.counts(how);
    let p_value = counts.p_value().ok_or("no draw leaves errors in any cluster")?;
    let null = NullDistribution::WildCluster {
        design: how.design.clone(),
        clusters: ground.clusters() as u32,
        draws: counts.made,
        enumerated: counts.enumerated,
    };
    let details = [
        ("clusters", ground.clusters() as f64),
        ("draws", counts.made as f64),
        ("greater", counts.greater as f64),
        ("ties", counts.ties as f64),
        ("undefined", counts.undefined as f64),
    ];
    let details = details.into_iter().map(|(name, value)| (name.to_owned(), value));
    let computed = TestOutcome::Computed { statistic: ground.t(), null, p_value: Some(p_value) };
    Ok((computed, details.chain(by_name(ground.estimate())).collect()))
}

fn test(name: String, found: Result<Outcome, String>) -> Test {
    let (outcome, details) =
        found.unwrap_or_else(|reason| (TestOutcome::NotApplicable { reason }, BTreeMap::new()));
    Test { name, basis: Basis::Fit, outcome, details, bootstrap: None }
}
