//! What a condition says of a cell, a set of cells or the periods of a Moran block.

use super::{Said, Seen, Unit, unit};
use crate::compare::figures::Figures;
use crate::compare::night::{Listed, State};
use crate::outcome::MoranSeries;
use crate::spec::claims::{Condition, Points, Quantity};
use crate::spec::{Axis, Selector};

pub(super) fn missing(state: &State) -> String {
    match state {
        State::Failed(failure) => format!("failed: {}: {}", failure.kind, failure.reason),
        State::NotRun => "it has no record".to_owned(),
        State::Fitted(_) => String::new(),
    }
}

pub(super) fn of_cell(condition: &Condition, state: &State) -> Said {
    let Some(figures) = state.figures() else { return Some(Err(missing(state))) };
    let seen = |value: f64, p_value: Option<f64>| Seen { of: String::new(), value, p_value };
    match condition {
        Condition::Sign { row, points } => {
            let e = figures.row(&row.value)?;
            let holds = points.holds(e.value, e.p_value);
            Some(Ok((holds, vec![seen(e.value, points.level.map(|_| e.p_value))])))
        }
        Condition::Range { of, low, high } => {
            let value = quantity(figures, of)?;
            let holds = low.is_none_or(|low| value >= low) && high.is_none_or(|h| value <= h);
            Some(Ok((holds, vec![seen(value, None)])))
        }
        Condition::Test { test, basis, rejects, level } => {
            let found = figures.tested(&test.value, *basis);
            let holds = found.iter().all(|t| (t.p_value < *level) == *rejects);
            let numbers = found.iter().map(|t| seen(t.statistic, Some(t.p_value))).collect();
            (!found.is_empty()).then_some(Ok((holds, numbers)))
        }
        Condition::Chosen { estimator, basis } => {
            let found = figures.chosen_on(*basis);
            let holds = found.iter().all(|chosen| chosen == estimator);
            (!found.is_empty()).then_some(Ok((holds, Vec::new())))
        }
        Condition::Order { .. } | Condition::Larger { .. } => None,
    }
}

pub(super) fn quantity(figures: &Figures, of: &Quantity) -> Option<f64> {
    match of {
        Quantity::Row(row) => Some(figures.row(&row.value)?.value),
        Quantity::Statistic(statistic) => figures.statistic(*statistic),
    }
}

/// The models that are chosen, where that is what a claim is about.
pub(super) fn words(condition: &Condition, state: &State) -> String {
    match (condition, state.figures()) {
        (Condition::Chosen { basis, .. }, Some(figures)) => figures.chosen_on(*basis).join(", "),
        _ => String::new(),
    }
}

pub(super) fn of_set(
    condition: &Condition,
    set: &[&Listed],
    state: &dyn Fn(&Listed) -> State,
) -> Said {
    match condition {
        Condition::Order { row, axis, values } => {
            let mut seen = Vec::new();
            for value in values {
                let cell = set.iter().find(|cell| cell.value(*axis) == value.value)?;
                let state = state(cell);
                let Some(figures) = state.figures() else {
                    return Some(Err(format!("{}: {}", value.value, missing(&state))));
                };
                let estimate = figures.row(&row.value)?;
                let of = value.value.clone();
                seen.push(Seen { of, value: estimate.value, p_value: None });
            }
            let falls = seen.windows(2).all(|pair| pair[0].value > pair[1].value);
            Some(Ok((falls, seen)))
        }
        Condition::Larger { row, larger, than } => {
            let value = |pattern: &Selector| {
                let cell = set.iter().find(|cell| pattern.matches_text(&cell.axes))?;
                let of = Axis::ALL.into_iter().filter(|axis| pattern.names(*axis));
                let of: Vec<&str> = of.map(|axis| cell.value(axis)).collect();
                let (state, of) = (state(cell), of.join("/"));
                let Some(figures) = state.figures() else {
                    return Some(Err(format!("{of}: {}", missing(&state))));
                };
                let value = figures.row(&row.value)?.value;
                Some(Ok(Seen { of, value, p_value: None }))
            };
            match (value(larger)?, value(than)?) {
                (Ok(a), Ok(b)) => Some(Ok((a.value > b.value, vec![a, b]))),
                (Err(why), _) | (_, Err(why)) => Some(Err(why)),
            }
        }
        Condition::Sign { .. }
        | Condition::Range { .. }
        | Condition::Test { .. }
        | Condition::Chosen { .. } => None,
    }
}

/// The periods of a Moran block.
pub(super) fn periods(all: &[MoranSeries], id: &str, points: Points) -> Vec<Unit> {
    let Some(series) = all.iter().find(|series| series.id == id) else { return Vec::new() };
    match &series.years {
        Err(failure) => {
            let why = format!("failed: {}: {}", failure.kind, failure.reason);
            vec![unit(id.to_owned(), Err(why), String::new())]
        }
        Ok(years) => years
            .iter()
            .map(|year| {
                let p = year.p_permutation.unwrap_or(year.p_randomisation);
                let p_value = points.level.map(|_| p);
                let seen = vec![Seen { of: String::new(), value: year.i, p_value }];
                let holds = points.holds(year.i, p);
                unit(year.period.to_string(), Ok((holds, seen)), String::new())
            })
            .collect(),
    }
}
