//! Frames with grid lines and axes.

use super::{NORMAL, SMALL, Scale};
use crate::drawing::colour::{GREY, INK, PALE};
use crate::drawing::{Letters, Paint, Path, Point, Rect, Rich, Scene, Stroke, point};

/// Length of a tick in points.
const TICK: f64 = 3.0;
/// Room between a tick and its label.
const GAP: f64 = 2.0;
/// Distance of lines of a label.
pub const LINE: f64 = SMALL + 1.5;

/// A labelled value of an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value.
    pub value: f64,
    /// Its label; nothing is written where it is empty.
    pub label: String,
}

/// The area of a plot with its scales.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The area.
    pub area: Rect,
    /// From left to right.
    pub x: Scale,
    /// From below to above.
    pub y: Scale,
}

impl Frame {
    /// An area that shows these values.
    pub fn new(area: Rect, x: (f64, f64), y: (f64, f64)) -> Self {
        Self {
            area,
            x: Scale::new(x, (area.x, area.right())),
            y: Scale::new(y, (area.bottom(), area.y)),
        }
    }

    /// The place of a pair of values.
    pub fn at(&self, x: f64, y: f64) -> Point {
        point(self.x.at(x), self.y.at(y))
    }

    /// A straight line between two pairs of values, as far as it is inside.
    pub fn line(&self, scene: &mut Scene, from: (f64, f64), to: (f64, f64), stroke: Stroke) {
        let (from, to) = (self.at(from.0, from.1), self.at(to.0, to.1));
        if let Some((from, to)) = self.area.clipped(from, to) {
            scene.line(from, to, stroke);
        }
    }

    /// A level line across the area.
    pub fn level(&self, scene: &mut Scene, y: f64, stroke: Stroke) {
        self.line(scene, (self.x.values.0, y), (self.x.values.1, y), stroke);
    }

    /// An upright line across the area.
    pub fn upright(&self, scene: &mut Scene, x: f64, stroke: Stroke) {
        self.line(scene, (x, self.y.values.0), (x, self.y.values.1), stroke);
    }

    /// Grid lines at the ticks of the y axis.
    pub fn level_grid(&self, scene: &mut Scene, ticks: &[Tick]) {
        for tick in ticks {
            self.level(scene, tick.value, Stroke::new(PALE, 0.5));
        }
    }

    /// Grid lines at the ticks of the x axis.
    pub fn upright_grid(&self, scene: &mut Scene, ticks: &[Tick]) {
        for tick in ticks {
            self.upright(scene, tick.value, Stroke::new(PALE, 0.5));
        }
    }

    /// A line around the area.
    pub fn border(&self, scene: &mut Scene) {
        scene.path(Path::rect(&self.area), Paint::stroke(Stroke::new(GREY, 0.6)));
    }

    /// The axis below the area, a label of several lines beneath its tick.
    pub fn x_axis(&self, scene: &mut Scene, ticks: &[Tick]) {
        let y = self.area.bottom();
        for tick in ticks {
            let x = self.x.at(tick.value);
            scene.line(point(x, y), point(x, y + TICK), Stroke::new(INK, 0.6));
            for (line, text) in tick.label.lines().enumerate() {
                let below = y + TICK + GAP + 0.75 * SMALL + line as f64 * LINE;
                scene.text(point(x, below), &Rich::plain(text), Letters::middle(SMALL));
            }
        }
    }

    /// The axis to the left of the area.
    pub fn y_axis(&self, scene: &mut Scene, ticks: &[Tick]) {
        let x = self.area.x;
        for tick in ticks {
            let y = self.y.at(tick.value);
            scene.line(point(x - TICK, y), point(x, y), Stroke::new(INK, 0.6));
            if !tick.label.is_empty() {
                let letters = Letters::end(SMALL);
                let at = point(x - TICK - GAP, y + letters.drop());
                scene.text(at, &Rich::plain(&tick.label), letters);
            }
        }
    }
}

/// What the labels of a y axis take to the left of the area.
pub fn y_axis_width(ticks: &[Tick]) -> f64 {
    let widths = ticks.iter().map(|tick| Rich::plain(&tick.label).width(SMALL));
    TICK + GAP + widths.fold(0.0, f64::max)
}

/// What an x axis takes below the area.
pub const X_AXIS_HEIGHT: f64 = TICK + GAP + SMALL;

/// The title of an x axis, in the middle below `area`; its lowest letters end at `bottom`.
pub fn x_title(scene: &mut Scene, area: &Rect, bottom: f64, title: &Rich) {
    scene.text(point(area.centre().x, bottom - 2.0), title, Letters::middle(NORMAL));
}

/// The title of a y axis, upwards in the middle beside `area`, its highest letters at `left`.
pub fn y_title(scene: &mut Scene, area: &Rect, left: f64, title: &Rich) {
    let letters = Letters { upwards: true, ..Letters::middle(NORMAL) };
    scene.text(point(left + 0.8 * NORMAL, area.centre().y), title, letters);
}

/// The title of a panel, above its area. One that is wider than the panel is written smaller: it
/// would run into that of the next.
pub fn panel_title(scene: &mut Scene, area: &Rect, title: &Rich) {
    let size = super::LARGE;
    let size = (size * area.width / title.width(size).max(1e-9)).min(size);
    scene.text(point(area.x, area.y - 4.0), title, Letters::start(size));
}
