//! Draws from the normal distribution of the estimates; nothing is estimated again.
//!
//! θ* = θ̂ + Lz, V = LL' the covariance that the fit states, z standard normal (Krinsky & Robb 1986;
//! for effects of spatial models LeSage & Pace 2009, section 5.6.2; Elhorst 2014, section 2.7).
//! Effects and functions are those at θ*. A draw whose spatial parameter is not admissible is left
//! out and counted. What others print: spatialreg the standard deviation of the draws around the
//! point estimate, Elhorst's code, xsmle and SDPDmod the mean of the draws, `bias` away from it.
//!
//! *Preserved*: what V allows for; robust standard errors carry over. *Not for*: finding out whether
//! the estimates are normal: they are by assumption.

use super::{Draws, Info, Scheme, Support};
use crate::estimator::Estimator;
use crate::model::Effects;

/// Normal draws of the estimates.
#[derive(Debug)]
pub struct Estimates;

static INFO: Info = Info {
    name: "estimates",
    summary: "estimates from their normal distribution, nothing estimated again",
    preserves: "what the standard errors of the fit allow for; not the distribution of the \
                estimates, which is taken to be normal",
    reference: "Krinsky & Robb (1986); LeSage & Pace (2009), section 5.6.2",
    version: 1,
};

impl Scheme for Estimates {
    fn info(&self) -> &Info {
        &INFO
    }

    fn draws(&self) -> Draws<'_> {
        Draws::Estimates
    }

    fn supports(&self, _: &dyn Estimator, _: Effects) -> Support {
        Support::Caution(
            "nothing is estimated again: only effects and functions, which are not linear in the \
             estimates, have another distribution than the fit states",
        )
    }
}
