//! What bootstrap schemes say of themselves: to a specification, and to whoever runs it.

use crate::bootstrap::{self, Draws, SCHEMES, Scheme, Support};
use crate::diagnostic;
use crate::estimator::{self, ESTIMATORS};
use crate::model::Effects;
use crate::plan::Plan;
use crate::spec::vocabulary::{Refusal, SchemeWords};
use std::collections::{BTreeMap, BTreeSet};

/// Every scheme as a specification needs to know it.
pub fn words() -> Vec<SchemeWords> {
    let one = |scheme: &&dyn Scheme| SchemeWords {
        name: scheme.info().name.to_owned(),
        block_length: scheme.has_block_length(),
        rescale: match scheme.draws() {
            Draws::Innovations(_) | Draws::Scores(_) => true,
            Draws::Units | Draws::Estimates => false,
        },
        by_unit: match scheme.draws() {
            Draws::Innovations(draws) => draws.by_unit().is_some(),
            Draws::Scores(_) | Draws::Units | Draws::Estimates => false,
        },
        no_null: no_null(*scheme).map(str::to_owned),
        whole_periods: scheme.keeps_space(),
        refusals: refusals(*scheme),
    };
    SCHEMES.iter().map(one).collect()
}

fn no_null(scheme: &dyn Scheme) -> Option<&'static str> {
    match scheme.draws() {
        Draws::Innovations(_) if scheme.keeps_space() => {
            Some("it keeps the dependence between units, which that hypothesis excludes")
        }
        Draws::Innovations(_) => None,
        Draws::Scores(_) | Draws::Units | Draws::Estimates => {
            Some("it generates no response from a restricted model")
        }
    }
}

fn refusals(scheme: &dyn Scheme) -> Vec<Refusal> {
    let mut found = Vec::new();
    for estimator in ESTIMATORS {
        for effects in Effects::ALL {
            if let Support::Refused { because, source } = scheme.supports(*estimator, effects) {
                found.push(Refusal {
                    estimator: estimator.info().name.to_owned(),
                    effects,
                    because: because.to_owned(),
                    source: source.to_owned(),
                });
            }
        }
    }
    found
}

/// What must be known of the bootstraps of `plan` beside their numbers: a line for each scheme and
/// caution, with the models it is about.
pub(super) fn cautions(plan: &Plan) -> Vec<String> {
    let mut models: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for cell in &plan.cells {
        let Some(estimator) = estimator::find(&cell.model.estimator) else { continue };
        let of_fit = |name: &String| diagnostic::find(name).is_some_and(|d| d.info().of_fit);
        let of_fits = !cell.wald.is_empty() || cell.tests.iter().any(of_fit);
        let of_tests = cell.test_bootstrap.as_deref().filter(|_| of_fits);
        for design in cell.bootstraps.iter().chain(of_tests) {
            let scheme = bootstrap::find(&design.scheme);
            let support = scheme.map(|s| s.supports(estimator, cell.model.effects));
            if let Some(caution) = support.and_then(Support::caution) {
                let of = models.entry((&design.scheme, caution)).or_default();
                of.insert(&cell.axes.model);
            }
        }
    }
    let line = |((scheme, caution), models): ((&str, &str), BTreeSet<&str>)| {
        let models: Vec<&str> = models.into_iter().collect();
        format!("bootstrap scheme `{scheme}` of {}: {caution}", models.join(", "))
    };
    models.into_iter().map(line).collect()
}
