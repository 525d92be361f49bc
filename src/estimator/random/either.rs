//! An estimator whose effects of units may be fixed or random.
//!
//! Each base estimator knows its model with fixed effects or none. [`EitherEffects`] puts the one
//! with random effects beside it and asks the model which it is: the only place that does.

use super::feasible;
use super::maximum;
use super::{Spatial, hat, leverages, simulate, supports};
use crate::estimator::batch::{self, Reduction};
use crate::estimator::leverage::Hat;
use crate::estimator::score::Scored;
use crate::estimator::{Estimated, Estimator, FitError, Info, Problem, Profile};
use crate::model::Model;
use crate::outcome::Estimate;

/// A model with random effects: by feasible least squares without spatial terms, else by maximum
/// likelihood.
#[derive(Debug)]
struct Random<E: 'static> {
    /// The same without random effects.
    pooled: &'static E,
    spatial: Spatial,
}

impl<E: Estimator> Estimator for Random<E> {
    fn info(&self) -> &'static Info {
        self.pooled.info()
    }

    fn supports(&self, model: &Model) -> Result<(), String> {
        supports(model, self.spatial)
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        let info = self.info();
        if self.spatial == Spatial::NONE {
            return feasible::fit(problem, info, self.pooled);
        }
        if problem.has_own_error_weights() {
            return Err(FitError::OneMatrix);
        }
        maximum::fit(problem, info, self.spatial, self.pooled)
    }

    fn reduction(
        &self,
        problem: &Problem<'_>,
        at: &Estimated,
        spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        if self.spatial == Spatial::NONE {
            return batch::feasible::reduction(problem, at)
                .map(|r| Box::new(r) as Box<dyn Reduction>);
        }
        batch::random::reduction(problem, at, self.spatial, spread)
            .map(|r| Box::new(r) as Box<dyn Reduction>)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        leverages(problem, at)
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        hat(problem, at)
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        simulate(problem, at, errors)
    }
}

/// `fixed` for models with fixed effects or none, and the same with random effects.
#[derive(Debug)]
pub struct EitherEffects<E: 'static> {
    fixed: &'static E,
    random: Random<E>,
}

impl<E: Estimator> EitherEffects<E> {
    /// Of an estimator with these spatial terms.
    pub(in crate::estimator) const fn new(fixed: &'static E, spatial: Spatial) -> Self {
        Self { fixed, random: Random { pooled: fixed, spatial } }
    }

    fn of(&self, model: &Model) -> &dyn Estimator {
        if model.effects.is_random() { &self.random } else { self.fixed }
    }
}

impl<E: Estimator> Estimator for EitherEffects<E> {
    fn info(&self) -> &'static Info {
        self.fixed.info()
    }

    fn supports(&self, model: &Model) -> Result<(), String> {
        self.of(model).supports(model)?;
        // What is said of random effects is refused of others.
        supports(model, self.random.spatial)
    }

    fn has_correction(&self) -> bool {
        self.fixed.has_correction()
    }

    fn by_period(&self, model: &Model) -> Result<(), String> {
        self.fixed.by_period(model)
    }

    fn has_dynamics(&self) -> bool {
        self.fixed.has_dynamics()
    }

    fn fit(&self, problem: &Problem<'_>) -> Result<Estimated, FitError> {
        self.of(problem.model).fit(problem)
    }

    fn impacts(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<Estimate> {
        self.fixed.impacts(problem, at)
    }

    fn reduction(
        &self,
        problem: &Problem<'_>,
        at: &Estimated,
        spread: f64,
    ) -> Option<Box<dyn Reduction>> {
        self.of(problem.model).reduction(problem, at, spread)
    }

    fn profile<'p>(&self, problem: &'p Problem<'p>) -> Result<Option<Profile<'p>>, FitError> {
        self.of(problem.model).profile(problem)
    }

    fn leverages(&self, problem: &Problem<'_>, at: &Estimated) -> Vec<f64> {
        self.of(problem.model).leverages(problem, at)
    }

    fn hat(&self, problem: &Problem<'_>, at: &Estimated) -> Hat {
        self.of(problem.model).hat(problem, at)
    }

    fn scored(&self) -> Option<&dyn Scored> {
        self.fixed.scored()
    }

    fn takes_instruments(&self) -> bool {
        self.fixed.takes_instruments()
    }

    fn takes_variance_components(&self) -> bool {
        self.fixed.takes_variance_components()
    }

    fn averages_periods(&self) -> bool {
        self.fixed.averages_periods()
    }

    fn of_periods(&self, problem: &Problem<'_>) -> Result<Vec<Vec<f64>>, FitError> {
        self.fixed.of_periods(problem)
    }

    fn takes_moment_weights(&self) -> bool {
        self.fixed.takes_moment_weights()
    }

    fn maximises_likelihood(&self) -> bool {
        self.fixed.maximises_likelihood()
    }

    fn units_stand_alone(&self) -> bool {
        self.fixed.units_stand_alone()
    }

    fn simulate(&self, problem: &Problem<'_>, at: &Estimated, errors: &[f64]) -> Vec<f64> {
        self.of(problem.model).simulate(problem, at, errors)
    }
}
