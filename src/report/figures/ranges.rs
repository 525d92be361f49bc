//! Points with their 95 % intervals over places side by side, groups in colour and shape: what plots
//! over weights and over lags have in common.

use super::panels::Panel;
use super::{canvas, labelled, row, width};
use crate::drawing::chart::axes::{
    LINE, X_AXIS_HEIGHT, panel_title, x_title, y_axis_width, y_title,
};
use crate::drawing::chart::panels::Panels;
use crate::drawing::chart::scale::ticks;
use crate::drawing::chart::{Entry, Frame, Key, Marker, SMALL, Tick, legend};
use crate::drawing::colour::{GREY, INK, PALE};
use crate::drawing::text::lines;
use crate::drawing::{Colour, Dash, Letters, Paint, Path, Point, Rect, Rich, Scene, Stroke, point};
use crate::outcome::Estimate;
use crate::report::columns::CellColumn;
use crate::report::{Source, labels, number};
use crate::spec::Axis;
use crate::spec::figures::FigureSpec;

/// Height of the area of a panel.
const TALL: f64 = 150.0;
/// Size of what stands in a corner.
const CORNER: f64 = 6.5;

/// An estimate at its place.
pub(super) struct Ranged<'a> {
    /// Place from the left, from 0.
    pub(super) place: usize,
    /// Value of the axis of groups; empty without one.
    pub(super) group: String,
    /// What is estimated.
    pub(super) term: String,
    /// Of which cell.
    pub(super) cell: CellColumn<'a>,
    /// The estimate.
    pub(super) estimate: &'a Estimate,
}

/// The estimates of a panel.
pub(super) struct RangedPanel<'a> {
    /// Row and column of panels.
    pub(super) at: (usize, usize),
    /// Its title; empty without one.
    pub(super) title: String,
    /// Its estimates.
    pub(super) ranges: Vec<Ranged<'a>>,
    /// What stands in its upper corner, a line each.
    pub(super) corner: Vec<Rich>,
}

impl<'a> RangedPanel<'a> {
    /// A panel without estimates yet.
    pub(super) fn of(panel: &Panel<'a>) -> Self {
        Self {
            at: (panel.row, panel.column),
            title: panel.title.clone(),
            ranges: Vec::new(),
            corner: Vec::new(),
        }
    }
}

/// What panels share.
pub(super) struct Shared<'a> {
    /// Rows and columns of panels.
    pub(super) shape: (usize, usize),
    /// What the places are called.
    pub(super) places: Vec<String>,
    /// What they are together.
    pub(super) x_title: Rich,
    /// What is estimated.
    pub(super) y_title: Rich,
    /// Axis of groups.
    pub(super) group: Option<Axis>,
    /// Whether the points of a group are joined.
    pub(super) joined: bool,
    /// The experiment, for labels.
    pub(super) source: Source<'a>,
}

/// The picture.
pub(super) fn draw(spec: &FigureSpec, shared: &Shared<'_>, panels: &[RangedPanel<'_>]) -> Scene {
    let (down, across) = shared.shape;
    let groups = groups(shared, panels);
    let entries = entries(&groups);
    let estimates = || panels.iter().flat_map(|p| p.ranges.iter().map(|r| r.estimate));
    let low = estimates().map(|e| e.conf_low).fold(0.0, f64::min);
    let high = estimates().map(|e| e.conf_high).fold(0.0, f64::max);
    let lines = panels.iter().map(|p| p.corner.len()).max().unwrap_or(0) as f64;
    // Room for what stands in the corner, so that no interval runs through it.
    let room = lines * (CORNER + 2.0) / TALL * (high - low) * 1.15;
    let y_ticks = ticks(low, high + room, 5, true);
    let y_range = y_ticks.ends();
    let y_ticks = labelled(&y_ticks);
    let legend_height = legend::height_of_rows(&entries, width(spec));
    let left = y_axis_width(&y_ticks) + 14.0;
    let each = (width(spec) - left - 6.0 - 10.0 * (across - 1) as f64) / across as f64;
    let slot = each / shared.places.len().max(1) as f64;
    let written = Written::of(&shared.places, slot - 4.0);
    let axis_height = written.height();
    let heading = if panels.iter().any(|p| !p.title.is_empty()) { 16.0 } else { 4.0 };
    let below = axis_height + 14.0 + legend_height;
    let mut scene = canvas(spec, down as f64 * (TALL + heading) + below);
    let inside = scene.area().inset([heading, 6.0, below, left]);
    let grid = Panels::new(inside, down, across, (10.0, heading));
    for panel in panels {
        let area = grid.at(panel.at.0, panel.at.1);
        let x_range = (-0.5, shared.places.len() as f64 - 0.5);
        let frame = Frame::new(area, x_range, y_range);
        frame.level_grid(&mut scene, &y_ticks);
        frame.level(&mut scene, 0.0, Stroke::new(GREY, 0.8).dashed(Dash::Dashed));
        frame.border(&mut scene);
        let beneath = panels.iter().any(|p| p.at.1 == panel.at.1 && p.at.0 > panel.at.0);
        if !beneath {
            write_places(&mut scene, &frame, &written);
        }
        if panel.at.1 == 0 {
            frame.y_axis(&mut scene, &y_ticks);
        }
        if !panel.title.is_empty() {
            panel_title(&mut scene, &area, &Rich::bold(&panel.title));
        }
        draw_ranges(&mut scene, &frame, (&groups, shared.joined), panel);
        write_corner(&mut scene, &area, &panel.corner);
    }
    y_title(&mut scene, &inside, 0.0, &shared.y_title);
    let bottom = scene.height - legend_height;
    x_title(&mut scene, &inside, bottom, &shared.x_title);
    let total = scene.width;
    legend::draw_rows(&mut scene, &entries, (0.0, bottom), total);
    scene
}

/// The groups in order, each with its label.
fn groups(shared: &Shared<'_>, panels: &[RangedPanel<'_>]) -> Vec<(String, String)> {
    let mut groups: Vec<(String, String)> = Vec::new();
    for range in panels.iter().flat_map(|p| &p.ranges) {
        if !groups.iter().any(|(value, _)| *value == range.group) {
            let axes = &range.cell.cell.axes;
            let label = shared.group.map(|axis| labels::axis_value(shared.source.spec, axes, axis));
            groups.push((range.group.clone(), label.unwrap_or_default()));
        }
    }
    groups
}

fn entries(groups: &[(String, String)]) -> Vec<Entry> {
    let named = groups.iter().enumerate().filter(|(_, (_, label))| !label.is_empty());
    named
        .map(|(i, (_, label))| {
            Entry::new(Key::Marker(Marker::group(i), Colour::group(i), true), label.clone())
        })
        .collect()
}

/// What the places are called: in lines side by side, or upwards where these have no room.
enum Written<'a> {
    Level(Vec<Vec<String>>),
    Upwards(&'a [String]),
}

/// Most lines of the name of a place.
const LINES: usize = 3;

impl<'a> Written<'a> {
    fn of(places: &'a [String], room: f64) -> Self {
        let broken: Option<Vec<_>> = places.iter().map(|p| lines(p, SMALL, room)).collect();
        match broken.filter(|names| names.iter().all(|name| name.len() <= LINES)) {
            Some(names) => Self::Level(names),
            None => Self::Upwards(places),
        }
    }

    fn height(&self) -> f64 {
        match self {
            Self::Level(names) => {
                let most = names.iter().map(Vec::len).max().unwrap_or(1).max(1);
                X_AXIS_HEIGHT + (most - 1) as f64 * LINE
            }
            Self::Upwards(names) => {
                let wide = names.iter().map(|name| Rich::plain(name).width(SMALL));
                wide.fold(0.0, f64::max) + 8.0
            }
        }
    }
}

fn write_places(scene: &mut Scene, frame: &Frame, names: &Written<'_>) {
    let tick = |i: usize, label: &str| Tick { value: i as f64, label: label.to_owned() };
    match names {
        Written::Level(names) => {
            let names = names.iter().enumerate();
            let ticks: Vec<Tick> = names.map(|(i, name)| tick(i, &name.join("\n"))).collect();
            frame.x_axis(scene, &ticks);
        }
        Written::Upwards(names) => {
            let ticks: Vec<Tick> = (0..names.len()).map(|i| tick(i, "")).collect();
            frame.x_axis(scene, &ticks);
            for (i, name) in names.iter().enumerate() {
                let letters = Letters { upwards: true, ..Letters::end(SMALL) };
                let at = point(frame.x.at(i as f64) + letters.drop(), frame.area.bottom() + 5.0);
                scene.text(at, &Rich::plain(name), letters);
            }
        }
    }
}

fn draw_ranges(
    scene: &mut Scene,
    frame: &Frame,
    (groups, joined): (&[(String, String)], bool),
    panel: &RangedPanel<'_>,
) {
    let step = 0.6 / groups.len().max(1) as f64;
    for (g, (value, _)) in groups.iter().enumerate() {
        let colour = Colour::group(g);
        let offset = (g as f64 - 0.5 * (groups.len() as f64 - 1.0)) * step;
        let mut own: Vec<&Ranged<'_>> = panel.ranges.iter().filter(|r| r.group == *value).collect();
        own.sort_by_key(|r| r.place);
        let at = |r: &Ranged<'_>, y: f64| frame.at(r.place as f64 + offset, y);
        if joined && own.len() > 1 {
            let line: Vec<Point> = own.iter().map(|r| at(r, r.estimate.value)).collect();
            let thin = Stroke::new(colour.lighter(0.4), 0.6);
            scene.path(Path::polyline(&line), Paint::stroke(thin));
        }
        for r in own {
            let (low, high) = (at(r, r.estimate.conf_low), at(r, r.estimate.conf_high));
            scene.line(low, high, Stroke::new(colour, 1.1));
            for end in [low, high] {
                scene.line(end.shifted(-2.2, 0.0), end.shifted(2.2, 0.0), Stroke::new(colour, 1.1));
            }
            let filled = r.estimate.p_value < 0.05;
            Marker::group(g).draw(scene, at(r, r.estimate.value), 2.8, colour, filled);
        }
    }
}

fn write_corner(scene: &mut Scene, area: &Rect, lines: &[Rich]) {
    let widest = lines.iter().map(|line| line.width(CORNER)).fold(0.0, f64::max);
    if lines.is_empty() {
        return;
    }
    let height = lines.len() as f64 * (CORNER + 2.0) + 1.0;
    let back = Rect::new(area.right() - widest - 6.0, area.y + 1.0, widest + 5.0, height);
    let white = Paint::both(crate::drawing::colour::WHITE, Stroke::new(PALE, 0.4));
    scene.path(Path::rect(&back), white);
    for (i, line) in lines.iter().enumerate() {
        let y = area.y + (i as f64 + 1.0) * (CORNER + 2.0);
        let letters = Letters::end(CORNER).coloured(INK);
        scene.text(point(area.right() - 3.5, y), line, letters);
    }
}

/// The rows of the CSV file; `place` is what the places are.
pub(super) fn csv(place: &str, places: &[String], panels: &[RangedPanel<'_>]) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "cell",
        "label",
        place,
        "term",
        "estimate",
        "std_error",
        "p_value",
        "low_95",
        "high_95",
    ])];
    for r in panels.iter().flat_map(|p| &p.ranges) {
        let e = r.estimate;
        let mut line = vec![
            r.cell.cell.id.to_string(),
            r.cell.cell.label(),
            places[r.place].clone(),
            r.term.clone(),
        ];
        line.extend([e.value, e.std_error, e.p_value, e.conf_low, e.conf_high].map(number::exact));
        rows.push(line);
    }
    rows
}
