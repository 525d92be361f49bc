//! What colours, hatches, markers and lines stand for.

use super::{Marker, NORMAL};
use crate::drawing::colour::{GREY, INK};
use crate::drawing::geometry::corners;
use crate::drawing::hatch::Hatch;
use crate::drawing::{Colour, Letters, Paint, Path, Rect, Rich, Scene, Stroke, point};

/// Width of a key in points.
const KEY: f64 = 18.0;
/// Height of a swatch.
const SWATCH: f64 = 9.0;
/// Room between a key and its text.
const GAP: f64 = 4.0;
/// Room between two entries of a row.
const APART: f64 = 12.0;
/// Distance of base lines.
pub const LINE: f64 = 13.0;
/// Distance of the lines of a hatch.
pub const HATCH: f64 = 4.0;

/// What is drawn beside a text of a legend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Key {
    /// An area.
    Swatch(Colour, Hatch),
    /// A point.
    Marker(Marker, Colour, bool),
    /// A line.
    Line(Stroke),
}

/// A text of a legend.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What is drawn.
    pub key: Key,
    /// What it stands for.
    pub text: Rich,
}

impl Entry {
    /// An entry.
    pub fn new(key: Key, text: impl Into<Rich>) -> Self {
        Self { key, text: text.into() }
    }

    fn width(&self) -> f64 {
        KEY + GAP + self.text.width(NORMAL)
    }

    fn draw(&self, scene: &mut Scene, x: f64, middle: f64) {
        let centre = point(x + 0.5 * KEY, middle);
        match self.key {
            Key::Swatch(colour, hatch) => {
                let rect = Rect::new(x, middle - 0.5 * SWATCH, KEY, SWATCH);
                area(scene, &[corners(&rect).to_vec()], colour, hatch, Stroke::new(GREY, 0.5));
            }
            Key::Marker(marker, colour, filled) => marker.draw(scene, centre, 2.6, colour, filled),
            Key::Line(stroke) => scene.line(point(x, middle), point(x + KEY, middle), stroke),
        }
        let letters = Letters::start(NORMAL);
        scene.text(point(x + KEY + GAP, middle + letters.drop()), &self.text, letters);
    }
}

/// Polygons with a colour, a hatch and a border.
pub fn area(
    scene: &mut Scene,
    rings: &[Vec<crate::drawing::Point>],
    colour: Colour,
    hatch: Hatch,
    border: Stroke,
) {
    if hatch == Hatch::Plain {
        scene.path(Path::rings(rings), Paint::both(colour, border));
        return;
    }
    scene.path(Path::rings(rings), Paint::fill(colour));
    let lines = hatch.inside(rings, HATCH);
    if !lines.segments.is_empty() {
        let ink = if colour.luminance() < 0.35 { colour.lighter(0.6) } else { INK };
        let paint = if hatch.is_filled() {
            Paint::fill(ink)
        } else {
            Paint::stroke(Stroke::new(ink, 0.45))
        };
        scene.path(lines, paint);
    }
    scene.path(Path::rings(rings), Paint::stroke(border));
}

/// The rows that entries make in a width.
fn rows(entries: &[Entry], width: f64) -> Vec<Vec<&Entry>> {
    let mut rows: Vec<Vec<&Entry>> = Vec::new();
    let mut used = 0.0;
    for entry in entries {
        let needed = entry.width();
        match rows.last_mut() {
            Some(row) if used + APART + needed <= width => {
                row.push(entry);
                used += APART + needed;
            }
            Some(_) | None => {
                rows.push(vec![entry]);
                used = needed;
            }
        }
    }
    rows
}

/// What entries side by side take in height.
pub fn height_of_rows(entries: &[Entry], width: f64) -> f64 {
    rows(entries, width).len() as f64 * LINE
}

/// Draws entries side by side, in as many rows as they need, each in the middle of `width`.
pub fn draw_rows(scene: &mut Scene, entries: &[Entry], (left, top): (f64, f64), width: f64) {
    for (i, row) in rows(entries, width).into_iter().enumerate() {
        let needed = row.iter().map(|e| e.width() + APART).sum::<f64>() - APART;
        let mut x = left + 0.5 * (width - needed).max(0.0);
        for entry in row {
            entry.draw(scene, x, top + (i as f64 + 0.5) * LINE);
            x += entry.width() + APART;
        }
    }
}

/// What entries one below another take in width and height.
pub fn size_of_column(entries: &[Entry]) -> (f64, f64) {
    let width = entries.iter().map(Entry::width).fold(0.0, f64::max);
    (width, entries.len() as f64 * LINE)
}

/// Draws entries one below another.
pub fn draw_column(scene: &mut Scene, entries: &[Entry], (left, top): (f64, f64)) {
    for (i, entry) in entries.iter().enumerate() {
        entry.draw(scene, left, top + (i as f64 + 0.5) * LINE);
    }
}
