//! The measure at its leads and lags, and whether all of them together are zero.

use super::panels::{estimate, label, panels, said};
use super::ranges::{self, Ranged, RangedPanel, Shared};
use super::{Figure, empty};
use crate::drawing::Rich;
use crate::math::dist::{chi_squared_sf, f_sf};
use crate::math::linalg::inverse_quadratic;
use crate::mistake::Checked;
use crate::model::Term;
use crate::outcome::{Outcome, Reference, TestOutcome};
use crate::report::columns::CellColumn;
use crate::report::words::FigureNote;
use crate::report::{Source, labels, number};
use crate::spec::Axis;
use crate::spec::figures::{CellFigure, FigureSpec};
use crate::spec::tables::RowTerm;
use std::collections::BTreeSet;

/// The plot over leads and lags, leads first.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &CellFigure) -> Checked<Figure> {
    let (cells, down, across) = panels(source, wanted, &spec.at)?;
    let all: Vec<CellColumn<'_>> = cells.iter().flat_map(|p| p.cells.iter().copied()).collect();
    let impact = wanted.rows.iter().find_map(|row| match &row.value {
        RowTerm::Measure { impact, .. } => Some(*impact),
        RowTerm::OfNeighbours { .. } | RowTerm::Named(_) => None,
    });
    let impact = impact.flatten();
    let lags: BTreeSet<i32> = all.iter().flat_map(own_lags).collect();
    let lags: Vec<i32> = lags.into_iter().collect();
    let mut ranged = Vec::new();
    for panel in &cells {
        let mut own = RangedPanel::of(panel);
        for cell in &panel.cells {
            let group = wanted.group.map(|axis| cell.cell.axes.value(axis)).unwrap_or_default();
            for (place, &lag) in lags.iter().enumerate() {
                let row = RowTerm::Measure { impact, lag };
                let Some(found) = estimate(cell, &row) else { continue };
                let (term, group) = (row.to_string(), group.clone());
                own.ranges.push(Ranged { place, group, term, cell: *cell, estimate: found });
            }
            own.corner.extend(match &wanted.wald {
                Some(name) => declared(source, wanted, cell, name),
                None if impact.is_none() => tested(source, wanted, cell),
                None => None,
            });
        }
        ranged.push(own);
    }
    if ranged.iter().all(|panel| panel.ranges.is_empty()) {
        return Ok(empty(source, spec, source.words().drawn().no_estimates));
    }
    let places: Vec<String> = lags.iter().map(|&lag| at_lag(lag)).collect();
    let name = label(source, wanted, &RowTerm::Measure { impact, lag: 0 }, &all);
    let [before, after] = source.words().drawn().time;
    let shared = Shared {
        shape: (down, across),
        x_title: Rich::plain(before).italic("t").then(after),
        y_title: Rich::plain(name),
        group: wanted.group,
        joined: true,
        places,
        source,
    };
    let scene = ranges::draw(spec, &shared, &ranged);
    let heads: Vec<Axis> = wanted.cells.columns.iter().copied().chain(wanted.group).collect();
    let mut notes = said(source, &heads, &cells);
    notes.push(source.words().figure_note(FigureNote::Lines));
    let named = wanted.wald.as_ref();
    let named = named.map(|name| labels::named_test(source.spec, &format!("wald:{name}")));
    if named.is_some() || impact.is_none() {
        notes.push(source.words().figure_note(FigureNote::Corner(named.as_deref())));
    }
    Ok(Figure { scene, rows: ranges::csv("time", &shared.places, &ranged), notes })
}

/// The leads (negative) and lags of a cell's measure.
fn own_lags(cell: &CellColumn<'_>) -> Vec<i32> {
    let own = cell.cell.model.regressors.iter();
    own.filter(|r| r.is_own(&cell.cell.measure_variable)).map(|r| r.lag).collect()
}

/// `t+1`, `t`, `t−1`.
fn at_lag(lag: i32) -> String {
    match lag {
        0 => "t".to_owned(),
        1.. => format!("t−{lag}"),
        ..0 => format!("t+{}", lag.unsigned_abs()),
    }
}

/// A test of the record by the name of its `[wald]`, as a line.
fn declared(
    source: Source<'_>,
    wanted: &CellFigure,
    cell: &CellColumn<'_>,
    name: &str,
) -> Option<Rich> {
    let raw = format!("wald:{name}");
    let test = cell.outcome()?.tests.iter().find(|test| test.name == raw)?;
    let TestOutcome::Computed { statistic, null, p_value } = &test.outcome else { return None };
    let p_value = p_value.or_else(|| test.bootstrap.as_ref().map(|b| b.p_value))?;
    Some(line(source, (wanted, cell), &source.words().null(null), (*statistic, p_value)))
}

/// `East: χ²(3) = 9.21, p = 0.027`
fn line(
    source: Source<'_>,
    (wanted, cell): (&CellFigure, &CellColumn<'_>),
    null: &str,
    (statistic, p_value): (f64, f64),
) -> Rich {
    let said = format!("{null} = {}, ", number::plain(statistic, 2));
    let who = wanted.group.map(|axis| labels::axis_value(source.spec, &cell.cell.axes, axis));
    let said = match who {
        Some(who) => source.words().labelled(&who, &said),
        None => said,
    };
    let p = if p_value < 0.001 {
        " < 0.001".to_owned()
    } else {
        format!(" = {}", number::plain(p_value, 3))
    };
    Rich::plain(said).italic("p").then(p)
}

/// The joint test of a cell, as a line.
fn tested(source: Source<'_>, wanted: &CellFigure, cell: &CellColumn<'_>) -> Option<Rich> {
    let terms: Vec<Term> = own_lags(cell)
        .into_iter()
        .map(|lag| RowTerm::Measure { impact: None, lag }.term(&cell.cell.measure_variable))
        .collect();
    let wald = wald(cell.outcome()?, &terms)?;
    let null = match wald.denominator {
        None => format!("χ²({})", wald.restrictions),
        Some(df) => format!("F({}, {})", wald.restrictions, number::plain(df, 0)),
    };
    Some(line(source, (wanted, cell), &null, (wald.statistic, wald.p_value)))
}

/// A joint test that coefficients are zero.
#[derive(Debug, PartialEq)]
struct Wald {
    statistic: f64,
    restrictions: u32,
    /// Degrees of freedom of F; `None` for χ².
    denominator: Option<f64>,
    p_value: f64,
}

/// b'V⁻¹b of these coefficients, χ² with their number as degrees of freedom; where the fit has Student's
/// t, a q-th of it with F. `None` where a coefficient is missing or V is singular.
fn wald(outcome: &Outcome, terms: &[Term]) -> Option<Wald> {
    let fit = &outcome.fit;
    let places: Option<Vec<usize>> =
        terms.iter().map(|term| fit.estimates.iter().position(|e| e.term == *term)).collect();
    let places = places?;
    let q = places.len();
    if q == 0 {
        return None;
    }
    let entry = |&i: &usize, &j: &usize| fit.covariance.get(i)?.get(j).copied();
    let v: Option<Vec<f64>> =
        places.iter().flat_map(|i| places.iter().map(move |j| entry(i, j))).collect();
    let mut b: Vec<f64> = places.iter().map(|&i| fit.estimates[i].value).collect();
    let statistic = inverse_quadratic(&mut v?, &mut b)?;
    let restrictions = q as u32;
    Some(match fit.inference {
        Reference::Normal => Wald {
            statistic,
            restrictions,
            denominator: None,
            p_value: chi_squared_sf(statistic, restrictions),
        },
        Reference::Student { df } => Wald {
            statistic: statistic / f64::from(restrictions),
            restrictions,
            denominator: Some(df),
            p_value: f_sf(statistic / f64::from(restrictions), restrictions, df),
        },
    })
}
