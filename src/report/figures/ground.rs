//! The map that values and regions are painted on: areas at their places, whichever file they come
//! from.

use crate::drawing::chart::leaders::{Leader, Led, led};
use crate::drawing::chart::legend;
use crate::drawing::colour::{GROUND, INK, PALE, WHITE};
use crate::drawing::geometry::{bounds, corners};
use crate::drawing::hatch::Hatch;
use crate::drawing::project;
use crate::drawing::{Colour, Letters, Paint, Path, Point, Rect, Rich, Scene, Stroke, point};
use crate::store::figures::{Area, AreaShape, Geometry};

/// Size of names on the map.
const NAME: f64 = 5.5;
/// Points of a border that are nearer to each other than this are one.
const NEAR: f64 = 0.35;

/// An area as it is painted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Painted {
    pub(super) colour: Colour,
    pub(super) hatch: Hatch,
}

/// A map at its place.
pub(super) struct Ground<'a> {
    areas: Vec<(&'a Area, Vec<Vec<Point>>)>,
    tiles: bool,
    /// Where the map may be drawn.
    within: Rect,
}

impl<'a> Ground<'a> {
    /// The map as large as it fits into an area.
    pub(super) fn new(map: &'a Geometry, into: &Rect) -> Self {
        let tiles = map.areas.iter().any(|area| matches!(area.shape, AreaShape::Tile { .. }));
        let mut rings: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut squares: Vec<Vec<Point>> = Vec::new();
        for area in &map.areas {
            match &area.shape {
                AreaShape::Rings(own) => rings.extend(own.iter().cloned()),
                AreaShape::Tile { row, column } => {
                    let square = Rect::new(f64::from(*column), f64::from(*row), 1.0, 1.0);
                    squares.push(corners(&square.grown(-0.03)).to_vec());
                }
            }
        }
        let placed =
            if tiles { project::scaled(&squares, into) } else { project::fitted(&rings, into) };
        let mut placed = placed.into_iter().map(thinned);
        let count = |area: &Area| match &area.shape {
            AreaShape::Rings(own) => own.len(),
            AreaShape::Tile { .. } => 1,
        };
        let areas =
            map.areas.iter().map(|area| (area, placed.by_ref().take(count(area)).collect()));
        Self { areas: areas.collect(), tiles, within: *into }
    }

    /// Height of the map in a width of 1.
    pub(super) fn shape(map: &Geometry) -> f64 {
        let unit = Rect::new(0.0, 0.0, 1000.0, 1000.0);
        let ground = Ground::new(map, &unit);
        let extent = bounds(ground.areas.iter().flat_map(|(_, rings)| rings.iter().flatten()));
        if extent.width > 0.0 { extent.height / extent.width } else { 1.0 }
    }

    /// Paints the areas: units as `paint` says, hatched where it says nothing; areas that are no units
    /// pale. Names are written where they fit, those of areas without
    /// room beside the map, with a line to them.
    pub(super) fn draw(
        &self,
        scene: &mut Scene,
        names: bool,
        paint: impl Fn(&str) -> Option<Painted>,
    ) {
        let border = Stroke::new(if self.tiles { WHITE } else { Colour(0x55, 0x55, 0x55) }, 0.4);
        for (area, rings) in self.areas.iter().filter(|(area, _)| !area.unit) {
            if !area.name.is_empty() {
                scene.path(Path::rings(rings), Paint::both(GROUND, Stroke::new(PALE, 0.4)));
            }
        }
        for (area, rings) in self.areas.iter().filter(|(area, _)| area.unit) {
            let missing = Painted { colour: WHITE, hatch: Hatch::Rising };
            let painted = paint(&area.name).unwrap_or(missing);
            legend::area(scene, rings, painted.colour, painted.hatch, border);
        }
        if names {
            let missing = Painted { colour: WHITE, hatch: Hatch::Rising };
            let (mut written, mut outside) = (Vec::new(), Vec::new());
            for (area, rings) in self.areas.iter().filter(|(area, _)| area.unit) {
                let painted = paint(&area.name).unwrap_or(missing);
                match name(scene, area, rings, painted) {
                    Some(place) => written.push(place),
                    None => outside.push((*area, rings)),
                }
            }
            self.lead(scene, &outside, &written);
        }
    }
}

impl Ground<'_> {
    /// Writes names beside the map, each with a line to a dot in its area. Those near the edge of the
    /// map choose first: they are nearest to where there is room.
    fn lead(&self, scene: &mut Scene, outside: &[(&Area, &Vec<Vec<Point>>)], written: &[Rect]) {
        let middle = bounds(self.areas.iter().flat_map(|(_, rings)| rings.iter().flatten()));
        let mut wanted: Vec<(Rich, Led)> = outside
            .iter()
            .filter_map(|(area, rings)| {
                let size = |ring: &&Vec<Point>| signed_area(ring).abs();
                let largest = rings.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
                let text = Rich::plain(&area.label);
                let size = (text.width(NAME), 0.8 * NAME);
                Some((text, Led { from: widest(largest)?.0, size }))
            })
            .collect();
        let inward = |led: &Led| -led.from.distance(middle.centre());
        wanted.sort_by(|a, b| inward(&a.1).total_cmp(&inward(&b.1)));
        let land: Vec<&[Vec<Point>]> = self
            .areas
            .iter()
            .filter(|(area, _)| area.unit || !area.name.is_empty())
            .map(|(_, rings)| rings.as_slice())
            .collect();
        let asked: Vec<Led> = wanted.iter().map(|(_, led)| *led).collect();
        let found = led(&asked, &self.within, &land, written);
        for ((text, of), leader) in wanted.iter().zip(found) {
            let Some(Leader { name, end }) = leader else { continue };
            // White beneath, so that it is seen on dark areas too.
            scene.line(of.from, end, Stroke::new(WHITE, 1.2));
            scene.path(Path::circle(of.from, 1.3), Paint::fill(WHITE));
            scene.line(of.from, end, Stroke::new(INK, 0.4));
            scene.path(Path::circle(of.from, 0.8), Paint::fill(INK));
            let letters = Letters::start(NAME).coloured(INK);
            scene.text(point(name.x, name.bottom()), text, letters);
        }
    }
}

/// Writes a name in the middle of the largest part of an area, if it has room, and says where; on a
/// hatch, on a label of the area's colour.
fn name(scene: &mut Scene, area: &Area, rings: &[Vec<Point>], painted: Painted) -> Option<Rect> {
    let size = |ring: &Vec<Point>| signed_area(ring).abs();
    let largest = rings.iter().max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let text = Rich::plain(&area.label);
    let letters = Letters::middle(NAME).coloured(painted.colour.ink());
    let width = text.width(NAME);
    let (at, room) = widest(largest)?;
    if width > room || size(largest) < width * NAME {
        return None;
    }
    let at = point(at.x, at.y + letters.drop());
    if painted.hatch != Hatch::Plain {
        let back = Rect::new(at.x - 0.5 * width, at.y - 0.8 * NAME, width, NAME).grown(0.8);
        scene.path(Path::rect(&back), Paint::fill(painted.colour));
    }
    Some(scene.text(at, &text, letters))
}

/// Near the middle of a ring: the place with most room to both sides, and how much.
fn widest(ring: &[Point]) -> Option<(Point, f64)> {
    let extent = bounds(ring);
    let mut best: Option<(Point, f64)> = None;
    for share in [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7] {
        let y = extent.y + share * extent.height;
        let mut crossings: Vec<f64> = Vec::new();
        for (i, a) in ring.iter().enumerate() {
            let b = &ring[(i + 1) % ring.len()];
            if (a.y <= y) != (b.y <= y) {
                crossings.push(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
            }
        }
        crossings.sort_by(f64::total_cmp);
        for pair in crossings.chunks_exact(2) {
            let room = pair[1] - pair[0];
            if best.is_none_or(|(_, most)| room > 1.15 * most) {
                best = Some((point(0.5 * (pair[0] + pair[1]), y), room));
            }
        }
    }
    best
}

/// A ring without points that lie so near to the one before that they cannot be seen apart.
fn thinned(ring: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(ring.len());
    for &p in &ring {
        if kept.last().is_none_or(|last| last.distance(p) >= NEAR) {
            kept.push(p);
        }
    }
    if kept.len() < 3 { ring } else { kept }
}

fn signed_area(ring: &[Point]) -> f64 {
    let next = |i: usize| &ring[(i + 1) % ring.len()];
    0.5 * ring.iter().enumerate().map(|(i, a)| a.x * next(i).y - next(i).x * a.y).sum::<f64>()
}
