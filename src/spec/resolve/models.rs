//! Models: estimators with what they are told.

use super::{Resolver, at, items};
use crate::ident::{KeyPath, Located};
use crate::model::incidental::Correction;
use crate::model::{ErrorComponents, LagOrder, Regressor, Term};
use crate::spec::ModelSpec;
use crate::spec::raw::RawModel;
use crate::spec::tables::RowTerm;
use crate::spec::vocabulary::EstimatorWords;
use std::collections::BTreeMap;

/// How random effects and a spatially lagged error make up u, of an estimator with one.
fn components(words: &EstimatorWords, asked: Option<ErrorComponents>) -> Option<ErrorComponents> {
    let has = words.spatial.contains(&Term::Lambda);
    let usual = if words.moment_weights { ErrorComponents::Kkp } else { ErrorComponents::Anselin };
    has.then(|| asked.unwrap_or(usual))
}

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
                    error_components: components(e, None),
                    has_durbin: e.durbin,
                    durbin: None,
                    error_weights: None,
                    endogenous: Vec::new(),
                    instruments: Vec::new(),
                    spatial_instruments: None,
                    correction: Correction::None,
                    dynamics: None,
                    moment_weights: None,
                    variance_components: None,
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
            if raw.error_components.is_some() {
                self.refuse_error_components(&estimator, &place.join("error_components"));
            }
            if raw.moment_weights.is_some() {
                self.refuse_moment_weights(&estimator, &place.join("moment_weights"));
            }
            if raw.variance_components.is_some() {
                self.refuse_variance_components(&estimator, &place.join("variance_components"));
            }
            let words = vocabulary.estimators.iter().find(|e| e.name == estimator);
            let has_durbin = words.is_some_and(|e| e.durbin);
            let durbin = self.durbin(&estimator, has_durbin, raw, &place.join("durbin"));
            let error_weights = self.error_weights(&estimator, raw, &place.join("error_weights"));
            self.refuse_instruments(&estimator, raw, &place);
            let endogenous = self.endogenous(raw, &place.join("endogenous"));
            let instruments = self.instruments(raw, &place.join("instruments"));
            models.insert(
                name.clone(),
                ModelSpec {
                    estimator,
                    label: raw.label.clone(),
                    lag_order: raw.lag_order.unwrap_or(LagOrder::LagThenDemean),
                    small_sample: raw.small_sample,
                    error_components: words.and_then(|e| components(e, raw.error_components)),
                    has_durbin,
                    durbin,
                    error_weights,
                    endogenous,
                    instruments,
                    spatial_instruments: raw.spatial_instruments,
                    correction: raw.correction.unwrap_or(match raw.dynamics {
                        Some(_) => Correction::BiasCorrected,
                        None => Correction::None,
                    }),
                    dynamics: raw.dynamics,
                    moment_weights: raw.moment_weights,
                    variance_components: raw.variance_components,
                },
            );
        }
        models
    }

    /// The matrix of the spatial error, of an estimator that has a spatial lag as well: others have
    /// one matrix only.
    fn error_weights(&mut self, estimator: &str, raw: &RawModel, at: &KeyPath) -> Option<String> {
        let name = raw.error_weights.as_ref()?;
        let estimators = &self.vocabulary.estimators;
        let both = |e: &&EstimatorWords| e.has_lag_and_error();
        if !estimators.iter().filter(both).any(|e| e.name == estimator) {
            let with: Vec<String> =
                estimators.iter().filter(both).map(|e| format!("`{}`", e.name)).collect();
            let with = with.join(", ");
            let spatial = estimators.iter().find(|e| e.name == estimator).map(|e| &e.spatial[..]);
            let (why, help) = match spatial {
                Some([Term::Lambda]) => (
                    "has one matrix, that of its cells",
                    format!(
                        "put the matrix on the axis `weights` of a grid; two matrices are for {with}"
                    ),
                ),
                _ => ("has no spatial error", format!("those that have both are {with}")),
            };
            self.wrong(at, format!("estimator `{estimator}` {why}"), help);
            return None;
        }
        self.declared("weights", "weights", name, at).then(|| name.clone())
    }

    /// A choice of error components is one of models with a spatially lagged error.
    fn refuse_error_components(&mut self, estimator: &str, at: &KeyPath) {
        let estimators = &self.vocabulary.estimators;
        let has = |e: &EstimatorWords| components(e, None).is_some();
        if estimators.iter().any(|e| e.name == estimator && has(e)) {
            return;
        }
        let with: Vec<String> =
            estimators.iter().filter(|e| has(e)).map(|e| format!("`{}`", e.name)).collect();
        let text = format!("estimator `{estimator}` has no spatially lagged error, λWu");
        let help = format!(
            "random effects and innovations add up in one way without it: take `error_components` \
             out, or take one of {}",
            with.join(", ")
        );
        self.wrong(at, text, help);
    }

    /// Weights of moments are those of estimators with moments of errors with random effects.
    fn refuse_moment_weights(&mut self, estimator: &str, at: &KeyPath) {
        let estimators = &self.vocabulary.estimators;
        if estimators.iter().any(|e| e.name == estimator && e.moment_weights) {
            return;
        }
        let with: Vec<String> = estimators
            .iter()
            .filter(|e| e.moment_weights)
            .map(|e| format!("`{}`", e.name))
            .collect();
        let text = format!("estimator `{estimator}` has no moments of errors with random effects");
        let help = format!("take `moment_weights` out, or take one of {}", with.join(", "));
        self.wrong(at, text, help);
    }

    /// A choice of residuals for variance components is one of least squares; a likelihood has them
    /// among its parameters.
    fn refuse_variance_components(&mut self, estimator: &str, at: &KeyPath) {
        let estimators = &self.vocabulary.estimators;
        if estimators.iter().any(|e| e.name == estimator && e.variance_components) {
            return;
        }
        let with: Vec<String> = estimators
            .iter()
            .filter(|e| e.variance_components)
            .map(|e| format!("`{}`", e.name))
            .collect();
        let text = format!(
            "estimator `{estimator}` has one way to the variances of random effects: its likelihood, or \
             its moments"
        );
        let help = format!("take `variance_components` out, or take one of {}", with.join(", "));
        self.wrong(at, text, help);
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
    /// Refuses instruments of an estimator that takes none, endogenous regressors without instruments
    /// and instruments without such, and powers of W that are none.
    fn refuse_instruments(&mut self, estimator: &str, raw: &RawModel, place: &KeyPath) {
        let stated = [
            ("endogenous", raw.endogenous.is_some()),
            ("instruments", raw.instruments.is_some()),
            ("spatial_instruments", raw.spatial_instruments.is_some()),
        ];
        let takes = self.vocabulary.estimators.iter().filter(|e| e.instruments);
        let takes: Vec<String> = takes.map(|e| format!("`{}`", e.name)).collect();
        if !takes.contains(&format!("`{estimator}`")) {
            for (key, _) in stated.iter().filter(|(_, stated)| *stated) {
                let text = format!("estimator `{estimator}` has no instruments");
                let help = format!("those that do are {}", takes.join(", "));
                self.wrong(&place.join(*key), text, help);
            }
            return;
        }
        match (&raw.endogenous, &raw.instruments) {
            (None, Some(_)) => self.wrong(
                &place.join("instruments"),
                "instruments without a regressor that they stand for",
                "name the regressors that are correlated with the errors: endogenous = [\"ln_x\"]",
            ),
            (Some(_), None) => self.wrong(
                &place.join("endogenous"),
                "endogenous regressors without instruments",
                "name columns outside the equation that stand for them: instruments = [\"z\"]",
            ),
            (Some(wanted), Some(given)) => {
                let (wanted, given) = (items(wanted, place).len(), items(given, place).len());
                if given < wanted {
                    let text =
                        format!("{wanted} endogenous regressors, {given} instruments: too few");
                    let help = "the order condition: as many instruments as endogenous regressors at \
                                least (Wooldridge 2010, section 5.1)";
                    self.wrong(&place.join("instruments"), text, help);
                }
            }
            (None, None) => {}
        }
        if let Some(powers) = raw.spatial_instruments
            && !(1..=2).contains(&powers)
        {
            let text = format!("`spatial_instruments` is {powers}");
            let help = "1: WX beyond the equation; 2: W²X as well (Kelejian & Prucha 1998)";
            self.wrong(&place.join("spatial_instruments"), text, help);
        }
    }

    /// The regressors that are correlated with the errors. Whether a grid has them is for the plan to
    /// say.
    fn endogenous(&mut self, raw: &RawModel, at: &KeyPath) -> Vec<Located<RowTerm>> {
        let mut terms: Vec<Located<RowTerm>> = Vec::new();
        for (name, place) in raw.endogenous.iter().flat_map(|listed| items(listed, at)) {
            let term = RowTerm::parse(name);
            let regressor = match &term {
                RowTerm::Measure { impact: None, .. } => true,
                RowTerm::Named(name) => {
                    matches!(Term::parse(name), Term::Variable(r) if !r.is_of_neighbours())
                }
                RowTerm::Measure { .. } | RowTerm::OfNeighbours { .. } => false,
            };
            if !regressor {
                let help = "list regressors: endogenous = [\"measure\", \"ln_x\"]; their Durbin terms \
                            count with them";
                self.wrong(&place, format!("`{name}` is no regressor"), help);
            } else if terms.iter().any(|t| t.value == term) {
                self.wrong(&place, format!("`{name}` is listed twice"), "list it once");
            } else {
                terms.push(Located::new(term, place));
            }
        }
        terms
    }

    /// The columns that stand for them.
    fn instruments(&mut self, raw: &RawModel, at: &KeyPath) -> Vec<Located<Regressor>> {
        let mut columns: Vec<Located<Regressor>> = Vec::new();
        for (name, place) in raw.instruments.iter().flat_map(|listed| items(listed, at)) {
            match Term::parse(name) {
                Term::Variable(r) if !r.is_of_neighbours() && r.variable.as_str() != "measure" => {
                    if columns.iter().any(|c| c.value == r) {
                        self.wrong(&place, format!("`{name}` is listed twice"), "list it once");
                    } else {
                        columns.push(Located::new(r, place));
                    }
                }
                _ => self.wrong(
                    &place,
                    format!("`{name}` is no column"),
                    "list columns of the data, or derived ones: instruments = [\"z\", \"z@lag1\"]",
                ),
            }
        }
        columns
    }
}
