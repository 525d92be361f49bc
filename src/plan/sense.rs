//! Combinations of axes that make no sense, whatever the data.

use super::expand::has_durbin;
use super::{Cell, Plan};
use crate::mistake::Mistake;
use crate::model::change::Placebo;
use crate::model::{Normalisation, Regressor, Term};
use crate::spec::vocabulary::Vocabulary;
use crate::spec::{Axis, GridSpec, Spec};

/// A mistake for each grid and reason, with the cells it is about.
pub fn check_sense(spec: &Spec, plan: &Plan, vocabulary: &Vocabulary) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (name, grid) in &spec.grids {
        let own: Vec<&Cell> = plan.cells.iter().filter(|cell| *cell.grid == **name).collect();
        let permuted = |cell: &&&Cell| cell.change.placebo == Some(Placebo::Measure);
        if let (Some(term), Some(cell)) = (grid.terms.first(), own.iter().find(permuted)) {
            let text = format!(
                "variant `{}` permutes the measure, and `{}` is made of it",
                cell.axes.variant, term.pattern.value
            );
            let help = "make a grid without `terms` for it";
            mistakes.push(Mistake::spec(&term.pattern.at, text).help(help));
        }
        let mut reasons: Vec<(String, Vec<&Cell>)> = Vec::new();
        let mut known: Option<(*const crate::model::Model, Option<String>)> = None;
        for cell in &own {
            // Cells of one model stand together and share it.
            let model = std::sync::Arc::as_ptr(&cell.model);
            let reason = match &known {
                Some((of, reason)) if *of == model => reason.clone(),
                _ => vocabulary.sense.of(&cell.model).err(),
            };
            let two = cell.error_weights.is_some() && cell.model.effects.is_random();
            let reason = match reason {
                None if two => Some(
                    "under random effects lag and error have one matrix: take `error_weights` out"
                        .to_owned(),
                ),
                reason => reason,
            };
            known = Some((model, reason.clone()));
            let beside = || {
                row_sums(spec, cell)
                    .or_else(|| of_tests(cell))
                    .or_else(|| of_protocol(cell))
                    .or_else(|| of_changing(spec, cell, vocabulary))
            };
            let Some(reason) = reason.or_else(beside) else { continue };
            match reasons.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, cells)) => cells.push(cell),
                None => reasons.push((reason, vec![cell])),
            }
        }
        mistakes.extend(endogenous(spec, grid, &own));
        mistakes.extend(without_unit_effects(name, grid, &own, vocabulary));
        for (reason, cells) in reasons {
            let axes = [Axis::Model, Axis::Effects, Axis::Weights, Axis::StdErrors];
            let telling: Vec<Axis> = axes
                .into_iter()
                .filter(|&axis| own.iter().any(|c| c.axes.value(axis) != own[0].axes.value(axis)))
                .collect();
            let mut combinations: Vec<String> = Vec::new();
            for cell in &cells {
                let parts: Vec<String> = telling
                    .iter()
                    .map(|&axis| format!("{} = \"{}\"", axis.name(), cell.axes.value(axis)))
                    .collect();
                let said = parts.join(", ");
                if !combinations.contains(&said) {
                    combinations.push(said);
                }
            }
            let what = match combinations.as_slice() {
                [only] if only.is_empty() => "its cells make no sense".to_owned(),
                [only] => format!("{only} makes no sense"),
                several => format!("{} combinations make no sense", several.len()),
            };
            let help = match combinations.as_slice() {
                [only] if only.is_empty() => reason,
                [] => reason,
                several => {
                    let rules: Vec<String> =
                        several.iter().map(|said| format!("{{ {said} }}")).collect();
                    format!("{reason}; or leave the cells out: exclude = [{}]", rules.join(", "))
                }
            };
            let message = format!("grid `{name}`: {what}");
            mistakes.push(Mistake::spec(&grid.at, message).help(help));
        }
    }
    mistakes
}

/// Effects of units that no cell of the grid has.
fn without_unit_effects(
    name: &str,
    grid: &GridSpec,
    own: &[&Cell],
    vocabulary: &Vocabulary,
) -> Option<Mistake> {
    let lags = |cell: &&Cell| {
        let words = vocabulary.estimators.iter().find(|e| e.name == cell.model.estimator);
        words.is_none_or(|e| e.spatial.contains(&Term::Rho))
            || cell.model.regressors.iter().any(Regressor::is_of_neighbours)
    };
    if !grid.unit_effects || own.is_empty() || own.iter().any(lags) {
        return None;
    }
    let text = format!("grid `{name}`: no cell has effects of units");
    let help = "only models with a spatial lag or Durbin terms have effects beside their \
                coefficients: add one, or take `unit_effects` out";
    Some(Mistake::spec(&grid.at.join("unit_effects"), text).help(help))
}

/// Endogenous regressors that a model lists and no cell of the grid has.
fn endogenous(spec: &Spec, grid: &GridSpec, own: &[&Cell]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for name in &grid.model {
        let Some(model) = spec.models.get(name) else { continue };
        let cells = || own.iter().filter(|cell| cell.axes.model == *name);
        for term in &model.endogenous {
            let has = |cell: &&&Cell| {
                let measure = &cell.measure_variable;
                cell.model.regressors.iter().any(|r| has_durbin(&term.value, r, measure))
            };
            if cells().next().is_some() && cells().filter(has).count() == 0 {
                let message = "no cell of the grid has this regressor".to_owned();
                let help = "endogenous regressors are among those of the equation: the measure, its \
                            lags, controls";
                mistakes.push(Mistake::spec(&term.at, message).help(help));
            }
        }
    }
    mistakes
}

/// Why the weights of a cell do not go with what is done about its period effects. Whether weights
/// that are taken as they are have rows that sum to 1 is known once they are read.
fn row_sums(spec: &Spec, cell: &Cell) -> Option<String> {
    let how = spec.weights[&cell.axes.weights].normalise;
    let refused = match how {
        Normalisation::Row | Normalisation::None => false,
        Normalisation::Spectral | Normalisation::MinMax => cell.model.needs_row_sums(),
    };
    refused.then(|| {
        format!(
            "correction = \"{}\" with period effects needs rows of W that sum to 1, and \
             normalise = \"{}\" leaves others (Lee & Yu 2010): take normalise = \"row\", or individual \
             effects",
            cell.model.correction.name(),
            how.name()
        )
    })
}

/// Why a cell has no sequence of decisions.
fn of_protocol(cell: &Cell) -> Option<String> {
    let model = &cell.model;
    cell.protocol?;
    if model.effects.is_random() {
        let text = "the sequence of decisions asks whether effects are fixed or random, and starts from \
                    fixed ones: take effects = \"two-way\", \"individual\", \"time\" or \"none\"";
        return Some(text.to_owned());
    }
    let beyond = model.dynamics.is_some()
        || !model.correction.is_none()
        || !model.instruments.is_none()
        || model.regressors.iter().any(Regressor::is_unit_mean);
    beyond.then(|| {
        "the sequence of decisions is of models with exogenous regressors by maximum likelihood \
         (Elhorst 2010): leave `dynamics`, `correction` and instruments to a grid of their own"
            .to_owned()
    })
}

/// Why a cell does not go with weights that change over time.
fn of_changing(spec: &Spec, cell: &Cell, vocabulary: &Vocabulary) -> Option<String> {
    let mut names =
        std::iter::once(cell.axes.weights.as_str()).chain(cell.error_weights.as_deref());
    let changing = names.find(|name| spec.weights[*name].changes)?;
    let reason = vocabulary.changing.of(&cell.model).err();
    let of_tests = cell.test_bootstrap.is_some() && !cell.tests.is_empty();
    let reason = reason.or_else(|| {
        of_tests.then(|| {
            "tests are drawn again with one W for all periods: leave out test_bootstrap".to_owned()
        })
    });
    reason.map(|reason| format!("weights `{changing}` change over time: {reason}"))
}

/// Why tests of a cell have no bootstrap: models under null hypotheses have fixed regressors.
fn of_tests(cell: &Cell) -> Option<String> {
    let refused =
        cell.model.dynamics.is_some() && cell.test_bootstrap.is_some() && !cell.tests.is_empty();
    refused.then(|| {
        "models under the null hypotheses of tests take lags of the response for fixed, which they \
         are not when the response is drawn again: leave out test_bootstrap for dynamic models"
            .to_owned()
    })
}
