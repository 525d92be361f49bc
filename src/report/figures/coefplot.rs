//! Coefficients with their intervals of 95 % and 90 %, one row a term, groups in colour and shape.

use super::panels::{Panel, estimate, is_impact, label, panels, rows, said};
use super::{Figure, canvas, labelled, row, width};
use crate::drawing::chart::axes::{X_AXIS_HEIGHT, panel_title, x_title};
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::scale::ticks;
use crate::drawing::chart::{Entry, Frame, Key, Marker, SMALL, Tick, legend};
use crate::drawing::colour::{GREY, PALE};
use crate::drawing::{Colour, Dash, Letters, Rich, Scene, Stroke, point};
use crate::math::dist::{NORMAL_95, student_95};
use crate::mistake::Checked;
use crate::outcome::{Estimate, Reference};
use crate::report::columns::CellColumn;
use crate::report::number;
use crate::report::words::FigureNote;
use crate::report::{Source, labels};
use crate::spec::figures::{CellFigure, FigureSpec};
use crate::spec::tables::RowTerm;

/// Height of an interval with its point.
const EACH: f64 = 9.0;
/// Room between rows.
const BETWEEN: f64 = 6.0;

/// The plot of cells.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &CellFigure) -> Checked<Figure> {
    let (panels, down, across) = panels(source, wanted, &spec.at)?;
    let terms = rows(wanted, &panels);
    let groups = groups(source, wanted, &panels);
    let all: Vec<CellColumn<'_>> = panels.iter().flat_map(|p| p.cells.iter().copied()).collect();
    let names: Vec<String> = terms.iter().map(|term| label(source, wanted, term, &all)).collect();
    let estimates = || all.iter().flat_map(|cell| terms.iter().filter_map(|t| estimate(cell, t)));
    let low = estimates().map(|e| e.conf_low).fold(0.0, f64::min);
    let high = estimates().map(|e| e.conf_high).fold(0.0, f64::max);
    let room = 0.03 * (high - low);
    let x_range = (low - room, high + room);
    let x_ticks = labelled(&ticks(x_range.0, x_range.1, if across > 2 { 3 } else { 5 }, false));

    let entries = entries(&groups);
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let left = names.iter().map(|n| Rich::plain(n).width(SMALL)).fold(0.0, f64::max) + 8.0;
    let heading = if panels.iter().any(|p| p.title.is_empty()) { 4.0 } else { 16.0 };
    let tall = terms.len() as f64 * (groups.len() as f64 * EACH + BETWEEN);
    let below = X_AXIS_HEIGHT + 14.0 + legend_height;
    let height = down as f64 * (tall + heading) + below;
    let mut scene = canvas(spec, height);
    let inside = scene.area().inset([heading, 6.0, below, left]);
    let grid = Panels::new(inside, down, across, (10.0, heading));
    for panel in &panels {
        let area = grid.at(panel.row, panel.column);
        let frame = Frame::new(area, x_range, (terms.len() as f64 - 0.5, -0.5));
        frame.upright_grid(&mut scene, &x_ticks);
        for between in 1..terms.len() {
            frame.level(&mut scene, between as f64 - 0.5, Stroke::new(PALE, 0.4));
        }
        frame.upright(&mut scene, 0.0, Stroke::new(GREY, 0.8).dashed(Dash::Dashed));
        frame.border(&mut scene);
        let beneath = panels.iter().any(|p| p.column == panel.column && p.row > panel.row);
        if !beneath {
            frame.x_axis(&mut scene, &x_ticks);
        }
        if panel.column == 0 {
            write_names(&mut scene, &frame, &names);
        }
        if !panel.title.is_empty() {
            panel_title(&mut scene, &area, &Rich::bold(&panel.title));
        }
        draw_cells(&mut scene, &frame, (wanted, &terms, &groups), panel);
    }
    let (bottom, texts) = (scene.height - legend_height, source.words().drawn());
    x_title(
        &mut scene,
        &inside,
        bottom,
        &Rich::plain(if terms.iter().all(is_impact) { texts.effect } else { texts.estimate }),
    );
    let total = scene.width;
    legend::draw_rows(&mut scene, &entries, (0.0, bottom), total);
    let heads: Vec<_> = wanted.cells.columns.iter().copied().chain(wanted.group).collect();
    let mut notes = said(source, &heads, &panels);
    notes.push(source.words().figure_note(FigureNote::ThinAndThick));
    Ok(Figure { scene, rows: csv(&terms, &panels), notes })
}

/// A value of the axis of groups.
struct Group {
    value: String,
    label: String,
}

/// The groups in order; one without a name where there is no axis of groups.
fn groups(source: Source<'_>, wanted: &CellFigure, panels: &[Panel<'_>]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let Some(axis) = wanted.group else {
        return vec![Group { value: String::new(), label: String::new() }];
    };
    for cell in panels.iter().flat_map(|panel| &panel.cells) {
        let value = cell.cell.axes.value(axis);
        if !groups.iter().any(|group| group.value == value) {
            let label = labels::axis_value(source.spec, &cell.cell.axes, axis);
            groups.push(Group { value, label });
        }
    }
    groups
}

fn entries(groups: &[Group]) -> Vec<Entry> {
    let named = groups.iter().enumerate().filter(|(_, group)| !group.label.is_empty());
    named
        .map(|(i, group)| {
            let key = Key::Marker(Marker::group(i), Colour::group(i), true);
            Entry::new(key, group.label.clone())
        })
        .collect()
}

fn write_names(scene: &mut Scene, frame: &Frame, names: &[String]) {
    let ticks: Vec<Tick> = Vec::new();
    frame.y_axis(scene, &ticks);
    for (i, name) in names.iter().enumerate() {
        let letters = Letters::end(SMALL);
        let at = point(frame.area.x - 5.0, frame.y.at(i as f64) + letters.drop());
        scene.text(at, &Rich::plain(name), letters);
    }
}

fn draw_cells(
    scene: &mut Scene,
    frame: &Frame,
    (wanted, terms, groups): (&CellFigure, &[RowTerm], &[Group]),
    panel: &Panel<'_>,
) {
    let step = (frame.y.at(1.0) - frame.y.at(0.0)) * 0.8 / groups.len() as f64;
    for cell in &panel.cells {
        let value = wanted.group.map(|axis| cell.cell.axes.value(axis)).unwrap_or_default();
        let g = groups.iter().position(|group| group.value == value).unwrap_or(0);
        let colour = Colour::group(g);
        let offset = (g as f64 - 0.5 * (groups.len() as f64 - 1.0)) * step;
        for (i, term) in terms.iter().enumerate() {
            let Some(found) = estimate(cell, term) else { continue };
            let y = frame.y.at(i as f64) + offset;
            let level = |from: f64, to: f64| (point(frame.x.at(from), y), point(frame.x.at(to), y));
            let (from, to) = level(found.conf_low, found.conf_high);
            scene.line(from, to, Stroke::new(colour, 0.9));
            let (low, high) = interval_90(cell, found);
            let (from, to) = level(low, high);
            scene.line(from, to, Stroke::new(colour, 2.2));
            let at = point(frame.x.at(found.value), y);
            Marker::group(g).draw(scene, at, 2.6, colour, found.p_value < 0.05);
        }
    }
}

/// The 90 % interval under the same distribution as the stored one of 95 %.
fn interval_90(cell: &CellColumn<'_>, of: &Estimate) -> (f64, f64) {
    let quantile = match cell.outcome().map(|outcome| &outcome.fit.inference) {
        Some(Reference::Student { df }) => student_95(*df),
        Some(Reference::Normal) | None => NORMAL_95,
    };
    (of.value - quantile * of.std_error, of.value + quantile * of.std_error)
}

fn csv(terms: &[RowTerm], panels: &[Panel<'_>]) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "cell",
        "label",
        "term",
        "estimate",
        "std_error",
        "p_value",
        "low_95",
        "high_95",
        "low_90",
        "high_90",
    ])];
    for cell in panels.iter().flat_map(|panel| &panel.cells) {
        for term in terms {
            let Some(found) = estimate(cell, term) else { continue };
            let (low, high) = interval_90(cell, found);
            let mut line = vec![cell.cell.id.to_string(), cell.cell.label(), term.to_string()];
            line.extend(
                [
                    found.value,
                    found.std_error,
                    found.p_value,
                    found.conf_low,
                    found.conf_high,
                    low,
                    high,
                ]
                .map(number::exact),
            );
            rows.push(line);
        }
    }
    rows
}
