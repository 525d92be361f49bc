//! The concentrated log-likelihood of ρ or λ: over the admissible interval, and around its maximum
//! with the 95 % likelihood-ratio interval.

use super::panels::{panels, said};
use super::{Figure, canvas, empty, labelled, row, width};
use crate::drawing::chart::axes::{X_AXIS_HEIGHT, panel_title, x_title, y_axis_width, y_title};
use crate::drawing::chart::scale::ticks;
use crate::drawing::chart::{Entry, Frame, Key, Marker, legend};
use crate::drawing::colour::GREY;
use crate::drawing::{Colour, Dash, Paint, Path, Point, Rect, Rich, Scene, Stroke, point};
use crate::math::dist::NORMAL_975;
use crate::mistake::Checked;
use crate::report::columns::CellColumn;
use crate::report::words::{FigureNote, FigureTexts};
use crate::report::{Source, labels, number};
use crate::spec::Axis;
use crate::spec::figures::{CellFigure, FigureSpec};
use crate::store::figures::LikelihoodProfile;

/// Height of the area of a panel.
const TALL: f64 = 140.0;
/// How far below its maximum the log-likelihood is shown around it.
const DEEP: f64 = 4.5;

/// A curve with what it is called.
struct Curve<'a> {
    cell: CellColumn<'a>,
    label: String,
    of: &'a LikelihoodProfile,
}

/// A row of two panels for each panel of cells: everything, and the neighbourhood of the maxima.
pub(super) fn draw(source: Source<'_>, spec: &FigureSpec, wanted: &CellFigure) -> Checked<Figure> {
    let (cells, _, _) = panels(source, wanted, &spec.at)?;
    let known = &source.experiment.figures.profiles;
    let curve = |cell: &CellColumn<'_>| {
        let of = known.iter().find(|p| p.cell == cell.cell.id);
        let axis = wanted.group;
        let label = axis.map(|axis| labels::axis_value(source.spec, &cell.cell.axes, axis));
        of.map(|of| (label.unwrap_or_default(), of))
    };
    let rows: Vec<(String, Vec<Curve<'_>>)> = cells
        .iter()
        .map(|panel| {
            let curves = panel.cells.iter().filter_map(|cell| {
                let (label, of) = curve(cell)?;
                Some(Curve { cell: *cell, label, of })
            });
            (panel.title.clone(), curves.collect())
        })
        .filter(|(_, curves): &(String, Vec<Curve<'_>>)| !curves.is_empty())
        .collect();
    if rows.is_empty() {
        return Ok(empty(source, spec, source.words().drawn().no_likelihood));
    }
    let groups = groups(&rows);
    let texts = source.words().drawn();
    let entries = entries(texts, &groups);
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let each = 16.0 + TALL + X_AXIS_HEIGHT + 16.0;
    let mut scene = canvas(spec, rows.len() as f64 * each + legend_height + 4.0);
    let each = (scene.height - legend_height - 4.0) / rows.len() as f64;
    for (i, (title, curves)) in rows.iter().enumerate() {
        draw_row(&mut scene, (i as f64 * each, each), title, (curves, &groups, texts));
    }
    let (total, top) = (scene.width, scene.height - legend_height);
    legend::draw_rows(&mut scene, &entries, (0.0, top), total);
    let heads: Vec<Axis> = wanted.cells.columns.iter().copied().chain(wanted.group).collect();
    let mut notes = said(source, &heads, &cells);
    notes.push(source.words().figure_note(FigureNote::Profile));
    notes.push(source.words().figure_note(FigureNote::Maxima(&told(source, &rows))));
    Ok(Figure { scene, rows: csv(&rows), notes })
}

fn groups(rows: &[(String, Vec<Curve<'_>>)]) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for curve in rows.iter().flat_map(|(_, curves)| curves) {
        if !groups.contains(&curve.label) {
            groups.push(curve.label.clone());
        }
    }
    groups
}

fn stroke(group: usize) -> Stroke {
    let dash = [Dash::Solid, Dash::Dashed, Dash::Dotted][group % 3];
    Stroke::new(Colour::group(group), 1.2).dashed(dash)
}

fn entries(texts: &FigureTexts, groups: &[String]) -> Vec<Entry> {
    let named = groups.iter().enumerate().filter(|(_, label)| !label.is_empty());
    let mut entries: Vec<Entry> =
        named.map(|(i, label)| Entry::new(Key::Line(stroke(i)), label.clone())).collect();
    let maximum = Key::Marker(Marker::Circle, Colour::group(0), true);
    entries.push(Entry::new(maximum, texts.maximum));
    entries.push(Entry::new(Key::Line(drop_line()), texts.likelihood_ratio));
    let end = Stroke::new(Colour::group(0), 0.8).dashed(Dash::Dotted);
    entries.push(Entry::new(Key::Line(end), texts.interval_ends));
    entries
}

fn drop_line() -> Stroke {
    Stroke::new(GREY, 0.8).dashed(Dash::Dashed)
}

fn parameter(curves: &[Curve<'_>]) -> Rich {
    let mut names: Vec<&str> = Vec::new();
    for curve in curves {
        let name = if curve.of.parameter == "lambda" { "λ" } else { "ρ" };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Rich::plain(names.join(", "))
}

fn draw_row(
    scene: &mut Scene,
    (top, each): (f64, f64),
    title: &str,
    (curves, groups, texts): (&[Curve<'_>], &[String], &FigureTexts),
) {
    let area = Rect::new(0.0, top + 16.0, scene.width, each - 16.0 - X_AXIS_HEIGHT - 16.0);
    let fold = |of: &dyn Fn(&Curve<'_>) -> f64, start: f64, with: fn(f64, f64) -> f64| {
        curves.iter().map(of).fold(start, with)
    };
    let whole = (
        fold(&|c| c.of.interval.0, f64::INFINITY, f64::min),
        fold(&|c| c.of.interval.1, f64::NEG_INFINITY, f64::max),
    );
    let depth =
        |c: &Curve<'_>| c.of.points.iter().map(|(_, l)| l - c.of.loglik).fold(0.0, f64::min);
    let near = (
        fold(&|c| c.of.near.first().map_or(c.of.at, |p| p.0), f64::INFINITY, f64::min),
        fold(&|c| c.of.near.last().map_or(c.of.at, |p| p.0), f64::NEG_INFINITY, f64::max),
    );
    let all = ticks(fold(&depth, 0.0, f64::min), 0.0, 5, true);
    let (all_range, all) = (all.ends(), labelled(&all));
    let deep = labelled(&ticks(-DEEP, 0.0, 5, false));
    let left = y_axis_width(&all).max(y_axis_width(&deep)) + 14.0;
    let across = (scene.width - 2.0 * left - 16.0) / 2.0;
    let first = Rect::new(left, area.y, across.max(10.0), area.height.max(10.0));
    let second = Rect::new(scene.width - 6.0 - across, area.y, first.width, first.height);
    let parts =
        [(first, whole, (all_range, &all), true), (second, near, ((-DEEP, 0.35), &deep), false)];
    for (area, x_range, (y_range, y_ticks), is_whole) in parts {
        let x_ticks = labelled(&ticks(x_range.0, x_range.1, 5, false));
        let frame = Frame::new(area, x_range, y_range);
        frame.level_grid(scene, y_ticks);
        frame.border(scene);
        frame.x_axis(scene, &x_ticks);
        frame.y_axis(scene, y_ticks);
        if !is_whole {
            frame.level(scene, -0.5 * NORMAL_975 * NORMAL_975, drop_line());
        }
        for curve in curves {
            let group = groups.iter().position(|g| *g == curve.label).unwrap_or(0);
            draw_curve(scene, &frame, (curve.of, group), is_whole);
        }
        x_title(scene, &area, area.bottom() + X_AXIS_HEIGHT + 13.0, &parameter(curves));
    }
    let name = if title.is_empty() { texts.admissible } else { title };
    panel_title(scene, &first, &Rich::bold(name));
    panel_title(scene, &second, &Rich::bold(texts.around));
    y_title(scene, &first, 0.0, &Rich::plain(texts.loglik));
}

fn draw_curve(
    scene: &mut Scene,
    frame: &Frame,
    (of, group): (&LikelihoodProfile, usize),
    whole: bool,
) {
    let points = if whole { &of.points } else { &of.near };
    let line: Vec<Point> = points.iter().map(|&(r, l)| frame.at(r, l - of.loglik)).collect();
    scene.clipped(frame.area, |scene| {
        scene.path(Path::polyline(&line), Paint::stroke(stroke(group)));
    });
    if !whole {
        let depth = -0.5 * NORMAL_975 * NORMAL_975;
        for end in [of.ends.0, of.ends.1].into_iter().flatten() {
            let (from, to) = (frame.at(end, depth), point(frame.x.at(end), frame.area.bottom()));
            scene.line(from, to, Stroke::new(Colour::group(group), 0.8).dashed(Dash::Dotted));
        }
    }
    let (marker, at) = (Marker::group(group), frame.at(of.at, 0.0));
    marker.draw(scene, at, 2.4, Colour::group(group), true);
}

/// Maxima and intervals in words.
fn told(source: Source<'_>, rows: &[(String, Vec<Curve<'_>>)]) -> Vec<String> {
    let labelled = |head: &str, said: &str| match head {
        "" => said.to_owned(),
        head => source.words().labelled(head, said),
    };
    let one = |curve: &Curve<'_>| {
        let of = curve.of;
        let name = if of.parameter == "lambda" { "λ" } else { "ρ" };
        let end = |value: Option<f64>, bound: f64| number::plain(value.unwrap_or(bound), 3);
        let said = format!(
            "{name} = {} [{}, {}]",
            number::plain(of.at, 3),
            end(of.ends.0, of.interval.0),
            end(of.ends.1, of.interval.1)
        );
        labelled(&curve.label, &said)
    };
    let row = |(title, curves): &(String, Vec<Curve<'_>>)| {
        let all: Vec<String> = curves.iter().map(one).collect();
        labelled(title, &source.words().list(&all))
    };
    rows.iter().map(row).collect()
}

fn csv(rows: &[(String, Vec<Curve<'_>>)]) -> Vec<Vec<String>> {
    let mut lines = vec![row(["cell", "label", "parameter", "part", "value", "loglik"])];
    for curve in rows.iter().flat_map(|(_, curves)| curves) {
        let of = curve.of;
        let mut add = |part: &str, value: f64, loglik: f64| {
            let (id, label) = (curve.cell.cell.id.to_string(), curve.cell.cell.label());
            let (value, loglik) = (number::exact(value), number::exact(loglik));
            lines.push(row([&id, &label, &of.parameter, part, &value, &loglik]));
        };
        add("maximum", of.at, of.loglik);
        let level = of.loglik - 0.5 * NORMAL_975 * NORMAL_975;
        for end in [of.ends.0, of.ends.1].into_iter().flatten() {
            add("end", end, level);
        }
        of.points.iter().for_each(|&(r, l)| add("whole", r, l));
        of.near.iter().for_each(|&(r, l)| add("near", r, l));
    }
    lines
}
