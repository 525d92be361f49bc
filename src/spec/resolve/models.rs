//! Models: estimators with what they are told.

use super::{Resolver, at, items};
use crate::ident::{KeyPath, Located};
use crate::model::incidental::Correction;
use crate::model::{LagOrder, Term};
use crate::spec::ModelSpec;
use crate::spec::raw::RawModel;
use crate::spec::tables::RowTerm;
use std::collections::BTreeMap;

impl Resolver<'_> {
    pub(super) fn models(&mut self) -> BTreeMap<String, ModelSpec> {
        let mut models: BTreeMap<String, ModelSpec> = self
            .vocabulary
            .estimators
            .iter()
            .map(|e| {
                let spec = ModelSpec {
                    estimator: e.name.clone(),
                    label: None,
                    lag_order: LagOrder::LagThenDemean,
                    small_sample: None,
                    has_durbin: e.durbin,
                    durbin: None,
                    correction: Correction::None,
                    dynamics: None,
                };
                (e.name.clone(), spec)
            })
            .collect();
        for (name, raw) in &self.raw.models {
            let place = at(&["models", name]);
            let vocabulary = self.vocabulary;
            let estimators: Vec<&str> =
                vocabulary.estimators.iter().map(|e| e.name.as_str()).collect();
            let own = estimators.contains(&name.as_str()).then(|| name.clone());
            let at = place.join("estimator");
            let given = raw.estimator.clone().or(own);
            let Some(estimator) = self.required(given, &at, "the name of an estimator") else {
                continue;
            };
            if !self.known_estimator(&estimator, &at) {
                continue;
            }
            if estimators.contains(&name.as_str()) && estimator != *name {
                let text =
                    format!("`{name}` is a built-in model and cannot stand for `{estimator}`");
                self.wrong(&at, text, "give a model of another estimator another name");
            }
            self.refuse_small_sample(&estimator, raw.small_sample, &place);
            let has_durbin = vocabulary.estimators.iter().any(|e| e.name == estimator && e.durbin);
            let durbin = self.durbin(&estimator, has_durbin, raw, &place.join("durbin"));
            models.insert(
                name.clone(),
                ModelSpec {
                    estimator,
                    label: raw.label.clone(),
                    lag_order: raw.lag_order.unwrap_or(LagOrder::LagThenDemean),
                    small_sample: raw.small_sample,
                    has_durbin,
                    durbin,
                    correction: raw.correction.unwrap_or(match raw.dynamics {
                        Some(_) => Correction::BiasCorrected,
                        None => Correction::None,
                    }),
                    dynamics: raw.dynamics,
                },
            );
        }
        models
    }

    /// The regressors with a Durbin term. Whether a grid has them is for the plan to say.
    fn durbin(
        &mut self,
        estimator: &str,
        has_durbin: bool,
        raw: &RawModel,
        at: &KeyPath,
    ) -> Option<Vec<Located<RowTerm>>> {
        let listed = raw.durbin.as_ref()?;
        if !has_durbin {
            let with: Vec<String> = self
                .vocabulary
                .estimators
                .iter()
                .filter(|e| e.durbin)
                .map(|e| format!("`{}`", e.name))
                .collect();
            let text = format!("estimator `{estimator}` has no Durbin terms");
            self.wrong(at, text, format!("those that do are {}", with.join(", ")));
            return None;
        }
        let mut terms: Vec<Located<RowTerm>> = Vec::new();
        for (name, place) in items(listed, at) {
            let term = RowTerm::parse(name);
            let regressor = match &term {
                RowTerm::Measure { impact: None, .. } => true,
                RowTerm::Named(name) => {
                    matches!(Term::parse(name), Term::Variable(r) if !r.is_of_neighbours())
                }
                RowTerm::Measure { .. } | RowTerm::OfNeighbours { .. } => false,
            };
            if !regressor {
                let help = "list the regressors themselves: durbin = [\"measure\", \"ln_x\"]";
                self.wrong(&place, format!("`{name}` is no regressor"), help);
            } else if terms.iter().any(|t| t.value == term) {
                self.wrong(&place, format!("`{name}` is listed twice"), "list it once");
            } else {
                terms.push(Located::new(term, place));
            }
        }
        if items(listed, at).is_empty() {
            self.wrong(
                at,
                "no regressor is listed",
                "list one at least, or take `durbin` out for all",
            );
        }
        Some(terms)
    }
}
