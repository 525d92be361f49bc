//! Two sets of results → what changed.
//!
//! Cells are paired by label; those whose label is gone by their content. Numbers differ beyond a
//! tolerance, |x − y| > max(a, r·max(|x|, |y|)); only where one does can a conclusion that rests on
//! it be another: the sign and the level of significance of an estimate, the order of the coefficients
//! of the measures in cells that are otherwise equal, the decision of a test, the model that tests
//! choose. An estimate that changed is told once, with all that is concluded otherwise.

use super::change::{Change, Conclusion, Side, What, relative};
use super::figures::{Estimated, Figures, Tested};
use super::night::{Listed, State};
use super::order::{Ranked, flipped};
use crate::ident::Digest;
use crate::mistake::Checked;
use crate::spec::Axis;
use crate::spec::nights::{Concern, DiffSpec};
use crate::spec::tables::RowTerm;
use crate::store::Record;
use std::collections::{BTreeMap, BTreeSet};

/// One set of results.
pub struct Night<'a> {
    /// Its cells.
    pub listed: Vec<Listed>,
    /// Reads the record of a cell.
    pub read: &'a dyn Fn(&Listed) -> Checked<Option<Record>>,
    /// What identifies the bytes of the record of a cell.
    pub sum: &'a dyn Fn(&Listed) -> Option<Digest>,
    /// What there is beside the cells, by what it is about.
    pub beside: BTreeMap<String, Figures>,
}

impl std::fmt::Debug for Night<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Night").field("listed", &self.listed.len()).finish_non_exhaustive()
    }
}

impl Night<'_> {
    fn state(&self, listed: &Listed) -> Checked<State> {
        Ok(State::of((self.read)(listed)?.as_ref()))
    }
}

/// What changed between two sets of results.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Labels of the cells that both have.
    pub compared: Vec<String>,
    /// What changed, the gravest first.
    pub changes: Vec<Change>,
}

impl Comparison {
    /// The changes that a policy calls regressions.
    pub fn regressions<'c>(&'c self, policy: &'c [Concern]) -> impl Iterator<Item = &'c Change> {
        self.changes.iter().filter(|c| c.what.concern().is_some_and(|c| policy.contains(&c)))
    }

    /// How many changes of a kind there are.
    pub fn count(&self, what: What) -> usize {
        self.changes.iter().filter(|change| change.what == what).count()
    }

    /// Adds changes and puts all in order.
    pub fn add(&mut self, changes: Vec<Change>) {
        self.changes.extend(changes);
        self.changes.sort_by_key(Change::rank);
    }
}

/// What changed from `base` to `new`.
pub fn diff(base: &Night<'_>, new: &Night<'_>, rule: &DiffSpec) -> Checked<Comparison> {
    let pairs = pairs(&base.listed, &new.listed);
    let mut found = Comparison::default();
    let mut changes = Vec::new();
    // Cells that are equal but for the measure are ranked together.
    let mut sets: BTreeMap<Vec<String>, Vec<(&Listed, &Listed)>> = BTreeMap::new();
    for (old, now) in &pairs.both {
        found.compared.push(now.label.clone());
        sets.entry(now.apart_from(&[Axis::Measure])).or_default().push((old, now));
    }
    for set in sets.values() {
        let same = |(old, now): &(&Listed, &Listed)| {
            (base.sum)(old).is_some_and(|sum| (new.sum)(now) == Some(sum))
        };
        if !set.iter().all(same) {
            changes.extend(of_set(base, new, set, rule)?);
        }
    }
    let word = |text: &str| Side::Word(text.to_owned());
    for old in pairs.gone {
        changes.push(Change::of_cell(What::Gone, &old.label, word("in the plan"), Side::Nothing));
    }
    for now in pairs.added {
        changes.push(Change::of_cell(What::Added, &now.label, Side::Nothing, word("in the plan")));
    }
    let nothing = Figures::default();
    let names: BTreeSet<&String> = base.beside.keys().chain(new.beside.keys()).collect();
    for name in names {
        let of = |night: &BTreeMap<String, Figures>| night.get(name).cloned();
        let (old, now) = (of(&base.beside), of(&new.beside));
        let (old, now) = (old.as_ref().unwrap_or(&nothing), now.as_ref().unwrap_or(&nothing));
        changes.extend(of_figures(name, old, now, rule));
    }
    found.add(changes);
    Ok(found)
}

/// The cells of `base` that cells of `new` are compared with, by the label of the new one.
pub fn partners<'a>(base: &'a [Listed], new: &'a [Listed]) -> BTreeMap<&'a str, &'a Listed> {
    pairs(base, new).both.into_iter().map(|(old, now)| (now.label.as_str(), old)).collect()
}

/// Which cells are compared.
struct Pairs<'a> {
    both: Vec<(&'a Listed, &'a Listed)>,
    gone: Vec<&'a Listed>,
    added: Vec<&'a Listed>,
}

/// Pairs by label, then by content.
fn pairs<'a>(base: &'a [Listed], new: &'a [Listed]) -> Pairs<'a> {
    let by_label: BTreeMap<&str, &Listed> = base.iter().map(|c| (c.label.as_str(), c)).collect();
    let labels: BTreeSet<&str> = new.iter().map(|c| c.label.as_str()).collect();
    let mut left: Vec<&Listed> =
        base.iter().filter(|c| !labels.contains(c.label.as_str())).collect();
    let (mut both, mut added) = (Vec::new(), Vec::new());
    for cell in new {
        if let Some(old) = by_label.get(cell.label.as_str()) {
            both.push((*old, cell));
        } else if let Some(at) = left.iter().position(|old| old.id == cell.id) {
            both.push((left.remove(at), cell));
        } else {
            added.push(cell);
        }
    }
    Pairs { both, gone: left, added }
}

/// The changes of cells that are equal but for the measure.
fn of_set(
    base: &Night<'_>,
    new: &Night<'_>,
    set: &[(&Listed, &Listed)],
    rule: &DiffSpec,
) -> Checked<Vec<Change>> {
    let mut changes = Vec::new();
    let mut fitted: Vec<(&Listed, Box<Figures>, Box<Figures>)> = Vec::new();
    for (old, now) in set {
        match (base.state(old)?, new.state(now)?) {
            (State::Fitted(before), State::Fitted(after)) => {
                changes.extend(of_figures(&now.label, &before, &after, rule));
                fitted.push((now, before, after));
            }
            (before, after) => changes.extend(of_states(&now.label, &before, &after)),
        }
    }
    for (row, said) in turned(&fitted, rule) {
        attach(&mut changes, &fitted, &row, said);
    }
    Ok(changes)
}

fn of_states(label: &str, before: &State, after: &State) -> Option<Change> {
    let said = |state: &State| match state {
        State::Fitted(_) => Side::Word("fitted".to_owned()),
        State::Failed(failure) => Side::Word(format!("{}: {}", failure.kind, failure.reason)),
        State::NotRun => Side::Nothing,
    };
    let what = match (before, after) {
        (State::Failed(old), State::Failed(now)) if old == now => return None,
        (State::NotRun, State::NotRun) | (State::Fitted(_), State::Fitted(_)) => return None,
        (State::Failed(_), State::Failed(_)) => What::FailsOtherwise,
        (State::Fitted(_), State::Failed(_)) => What::Failed,
        (State::Failed(_), State::Fitted(_)) => What::Mended,
        (_, State::NotRun) => What::Gone,
        (State::NotRun, _) => What::Added,
    };
    Some(Change::of_cell(what, label, said(before), said(after)))
}

/// The rows in which measures changed places, with both orders in words.
fn turned(
    fitted: &[(&Listed, Box<Figures>, Box<Figures>)],
    rule: &DiffSpec,
) -> Vec<(RowTerm, String)> {
    let mut found = Vec::new();
    for lag in lags(fitted) {
        let row = RowTerm::Measure { impact: None, lag };
        let (mut old, mut now) = (Ranked::new(), Ranked::new());
        for (cell, before, after) in fitted {
            if let (Some(x), Some(y)) = (before.row(&row), after.row(&row)) {
                let name = cell.value(Axis::Measure).to_owned();
                old.push((name.clone(), x.value));
                now.push((name, y.value));
            }
        }
        if let Some(said) = flipped(&old, &now, |x, y| rule.same(x, y)) {
            found.push((row, said));
        }
    }
    found
}

/// The lags at which the measures of the cells stand.
fn lags(fitted: &[(&Listed, Box<Figures>, Box<Figures>)]) -> BTreeSet<i32> {
    let mut lags = BTreeSet::new();
    for (_, figures, _) in fitted {
        let Some(measure) = &figures.measure else { continue };
        for name in figures.estimates.keys() {
            let (variable, lag) = crate::model::split_shift(name);
            if variable == measure.as_str() {
                lags.insert(lag);
            }
        }
    }
    lags
}

/// Tells a new order with the estimate that moved most: it is that which changed places.
fn attach(
    changes: &mut [Change],
    fitted: &[(&Listed, Box<Figures>, Box<Figures>)],
    row: &RowTerm,
    said: String,
) {
    let moved = |change: &Change| {
        let (cell, ..) = fitted.iter().find(|(cell, ..)| cell.label == change.cell)?;
        let (_, before, after) = fitted.iter().find(|(c, ..)| c.label == cell.label)?;
        let name = row.term(before.measure.as_ref()?).to_string();
        let own = change.statistic.as_ref() == Some(&name);
        own.then(|| Some((before.row(row)?.value - after.row(row)?.value).abs())).flatten()
    };
    let farthest = changes
        .iter_mut()
        .filter_map(|change| Some((moved(change)?, change)))
        .max_by(|(x, _), (y, _)| x.total_cmp(y));
    if let Some((_, change)) = farthest {
        change.what = What::Concluded;
        change.conclusions.push(Conclusion::Order(said));
    }
}

/// The changes of the numbers and decisions of one cell.
fn of_figures(label: &str, before: &Figures, after: &Figures, rule: &DiffSpec) -> Vec<Change> {
    let mut changes = Vec::new();
    let found = both(&before.estimates, &after.estimates);
    changes.extend(found.into_iter().filter_map(|(name, old, now)| match (old, now) {
        (Some(old), Some(now)) => of_estimate(name, *old, *now, rule),
        (old, now) => half(name, old.map(|e| e.value), now.map(|e| e.value)),
    }));
    let found = both(&before.tests, &after.tests);
    changes.extend(found.into_iter().filter_map(|(name, old, now)| match (old, now) {
        (Some(old), Some(now)) => of_test(name, *old, *now, rule),
        (old, now) => half(name, old.map(|t| t.statistic), now.map(|t| t.statistic)),
    }));
    let found = both(&before.numbers, &after.numbers);
    changes.extend(found.into_iter().filter_map(|(name, old, now)| match (old, now) {
        (Some(old), Some(now)) => {
            (!rule.same(*old, *now)).then(|| number(name, *old, *now, Vec::new()))
        }
        (old, now) => half(name, old.copied(), now.copied()),
    }));
    changes.extend(chosen(before, after, rule));
    for change in &mut changes {
        label.clone_into(&mut change.cell);
    }
    changes
}

/// The entries of two maps by name.
fn both<'m, T>(
    old: &'m BTreeMap<String, T>,
    new: &'m BTreeMap<String, T>,
) -> Vec<(&'m String, Option<&'m T>, Option<&'m T>)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().map(|name| (name, old.get(name), new.get(name))).collect()
}

/// A number that one side has.
fn half(name: &str, old: Option<f64>, new: Option<f64>) -> Option<Change> {
    let side = |value: Option<f64>| value.map_or(Side::Nothing, Side::Number);
    let what = if old.is_some() { What::Gone } else { What::Added };
    let change = Change::of_cell(what, "", side(old), side(new));
    (old.is_some() || new.is_some()).then(|| Change { statistic: Some(name.to_owned()), ..change })
}

/// A number that moved, and what is concluded otherwise.
fn number(name: &str, old: f64, new: f64, conclusions: Vec<Conclusion>) -> Change {
    let what = if conclusions.is_empty() { What::Moved } else { What::Concluded };
    Change {
        what,
        cell: String::new(),
        statistic: Some(name.to_owned()),
        old: Side::Number(old),
        new: Side::Number(new),
        conclusions,
        relative: Some(relative(old, new)),
    }
}

fn of_estimate(name: &str, old: Estimated, new: Estimated, rule: &DiffSpec) -> Option<Change> {
    let moved = |x: f64, y: f64| !rule.same(x, y);
    let mut conclusions = Vec::new();
    if moved(old.value, new.value) && (old.value < 0.0) != (new.value < 0.0) {
        let sign = |value: f64| if value < 0.0 { "−" } else { "+" };
        let words = format!("sign {} → {}", sign(old.value), sign(new.value));
        conclusions.push(Conclusion::Sign(words));
    }
    if moved(old.p_value, new.p_value) {
        let (before, after) = (reached(old.p_value, rule), reached(new.p_value, rule));
        if before != after {
            let (before, after) = (significance(before), significance(after));
            conclusions.push(Conclusion::Significance(format!("{before} → {after}")));
        }
    }
    if moved(old.value, new.value) {
        Some(number(name, old.value, new.value, conclusions))
    } else if moved(old.std_error, new.std_error) {
        let name = format!("{name}, standard error");
        Some(number(&name, old.std_error, new.std_error, conclusions))
    } else if moved(old.p_value, new.p_value) {
        let name = format!("{name}, p-value");
        Some(number(&name, old.p_value, new.p_value, conclusions))
    } else {
        None
    }
}

/// The strictest level that a p-value is below.
fn reached(p_value: f64, rule: &DiffSpec) -> Option<f64> {
    rule.stars.iter().copied().filter(|level| p_value < *level).min_by(f64::total_cmp)
}

fn significance(level: Option<f64>) -> String {
    match level {
        Some(level) => format!("significant at {}", percent(level)),
        None => "not significant".to_owned(),
    }
}

/// `5 %`, without what rounding adds.
fn percent(level: f64) -> String {
    format!("{} %", (level * 1e8).round() / 1e6)
}

fn of_test(name: &str, old: Tested, new: Tested, rule: &DiffSpec) -> Option<Change> {
    let moved = |x: f64, y: f64| !rule.same(x, y);
    let rejects = |t: Tested| t.p_value < rule.level;
    let decision = |t: Tested| if rejects(t) { "rejects" } else { "does not reject" };
    let mut conclusions = Vec::new();
    if moved(old.p_value, new.p_value) && rejects(old) != rejects(new) {
        let level = percent(rule.level);
        let words = format!("{} → {} at {level}", decision(old), decision(new));
        conclusions.push(Conclusion::Decision(words));
    }
    if moved(old.statistic, new.statistic) {
        Some(number(name, old.statistic, new.statistic, conclusions))
    } else if moved(old.p_value, new.p_value) {
        Some(number(&format!("{name}, p-value"), old.p_value, new.p_value, conclusions))
    } else {
        None
    }
}

/// The models that tests choose. A rule picks between statistics by which is larger and by levels, so
/// that the last bits of a tie can turn it; like every other conclusion it counts only where a number
/// that it rests on, one of the tests on the same fit, moved beyond the tolerance.
fn chosen(before: &Figures, after: &Figures, rule: &DiffSpec) -> Vec<Change> {
    let side = |chosen: Option<&String>| chosen.map_or(Side::Nothing, |c| Side::Word(c.clone()));
    let change = |(name, old, now): (&String, Option<&String>, Option<&String>)| {
        let what = match (old, now) {
            (Some(old), Some(now)) if old == now => return None,
            (Some(_), Some(_)) if !tests_moved(name, before, after, rule) => return None,
            (Some(_), Some(_)) => What::Concluded,
            (Some(_), None) => What::Gone,
            (None, _) => What::Added,
        };
        let conclusions = match (old, now) {
            (Some(old), Some(now)) => {
                vec![Conclusion::Chosen(format!("chosen model {old} → {now}"))]
            }
            _ => Vec::new(),
        };
        let change = Change::of_cell(what, "", side(old), side(now));
        Some(Change { statistic: Some(format!("choice by {name}")), conclusions, ..change })
    };
    both(&before.chosen, &after.chosen).into_iter().filter_map(change).collect()
}

/// Whether a test on the fit that a choice is about moved beyond the tolerance, came or went.
fn tests_moved(choice: &str, before: &Figures, after: &Figures, rule: &DiffSpec) -> bool {
    // `lm (within)` rests on `lm-lag (within)` and its like.
    let (of, fit) = choice.split_once(' ').unwrap_or((choice, ""));
    let rests_on = |name: &&String| name.starts_with(of) && name.ends_with(fit);
    let names: BTreeSet<&String> =
        before.tests.keys().chain(after.tests.keys()).filter(rests_on).collect();
    // Of a rule whose tests are not known nobody can say that they stayed where they were.
    names.is_empty()
        || names.into_iter().any(|name| match (before.tests.get(name), after.tests.get(name)) {
            (Some(old), Some(now)) => {
                !rule.same(old.statistic, now.statistic) || !rule.same(old.p_value, now.p_value)
            }
            _ => true,
        })
}

#[cfg(test)]
mod tests;
