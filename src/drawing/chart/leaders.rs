//! Names of areas that have no room for them: each stands on free ground nearby, a line leading to
//! it.

use crate::drawing::{Point, Rect, point};
use std::f64::consts::TAU;

/// Directions in which a place is looked for.
const DIRECTIONS: u32 = 32;
/// Distance between places that are tried in one direction.
const STEP: f64 = 3.0;
/// Farthest place, as a share of the width and height together.
const FARTHEST: f64 = 0.25;
/// What stays free around a name.
const MARGIN: f64 = 1.5;

/// A name and where its line begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Led {
    /// A place within the area that is named.
    pub from: Point,
    /// Width and height of the name.
    pub size: (f64, f64),
}

/// A name at its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leader {
    /// Where the name stands.
    pub name: Rect,
    /// Where its line ends.
    pub end: Point,
}

/// The places of names, the nearest that is free: inside of `area`, on none of the polygons, on
/// nothing that is kept free, and with a line that crosses neither names nor other lines. `None` where
/// there is none; in the order in which they are wanted, which is that in which they choose.
pub fn led(
    wanted: &[Led],
    area: &Rect,
    polygons: &[&[Vec<Point>]],
    kept_free: &[Rect],
) -> Vec<Option<Leader>> {
    let mut taken: Vec<Rect> = kept_free.to_vec();
    let mut lines: Vec<(Point, Point)> = Vec::new();
    wanted
        .iter()
        .map(|led| {
            let free = |leader: &Leader| {
                let margin = leader.name.grown(MARGIN);
                let crosses = |other: &Rect| {
                    margin.overlap(other) > 0.0 || other.clipped(led.from, leader.end).is_some()
                };
                area.holds(&leader.name)
                    && !taken.iter().any(crosses)
                    && !lines.iter().any(|&(a, b)| {
                        meet((a, b), (led.from, leader.end)) || margin.clipped(a, b).is_some()
                    })
                    && !polygons.iter().any(|rings| covers(rings, &margin))
            };
            let found = places(led, FARTHEST * (area.width + area.height)).find(free)?;
            taken.push(found.name);
            lines.push((led.from, found.end));
            Some(found)
        })
        .collect()
}

/// Places all around, the nearest first.
fn places(led: &Led, farthest: f64) -> impl Iterator<Item = Leader> + use<> {
    let (from, (width, height)) = (led.from, led.size);
    let rounds = (farthest / STEP) as u32;
    (2..rounds).flat_map(move |round| {
        let away = f64::from(round) * STEP;
        (0..DIRECTIONS).map(move |direction| {
            let turn = TAU * f64::from(direction) / f64::from(DIRECTIONS);
            let end = from.shifted(away * turn.cos(), away * turn.sin());
            // The line ends at the side of the name that it comes from.
            let x = end.x + 0.5 * (turn.cos() - 1.0) * width;
            let y = end.y + 0.5 * (turn.sin() - 1.0) * height;
            Leader { name: Rect::new(x, y, width, height), end }
        })
    })
}

/// Whether a polygon covers a part of a rectangle: it has a corner there, or the rectangle has one
/// within it.
fn covers(rings: &[Vec<Point>], rect: &Rect) -> bool {
    let middle = rect.centre();
    let probes = [0.0, 0.25, 0.5, 0.75, 1.0].into_iter().flat_map(|share| {
        let x = rect.x + share * rect.width;
        [rect.y, middle.y, rect.bottom()].map(|y| point(x, y))
    });
    rings.iter().flatten().any(|&corner| rect.contains(corner))
        || probes.into_iter().any(|at| inside(rings, at))
}

/// Whether a place is within rings, by the number of sides that a level line from it crosses.
fn inside(rings: &[Vec<Point>], at: Point) -> bool {
    let sides = rings
        .iter()
        .flat_map(|ring| ring.iter().enumerate().map(|(i, &a)| (a, ring[(i + 1) % ring.len()])));
    let crossed = sides.filter(|(a, b)| {
        (a.y <= at.y) != (b.y <= at.y) && a.x + (at.y - a.y) / (b.y - a.y) * (b.x - a.x) > at.x
    });
    crossed.count() % 2 == 1
}

/// Whether two lines cross.
fn meet((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: f64, y: f64, side: f64) -> Vec<Vec<Point>> {
        vec![vec![point(x, y), point(x + side, y), point(x + side, y + side), point(x, y + side)]]
    }

    #[test]
    fn names_stand_beside_their_areas_and_off_one_another() {
        let area = Rect::new(0.0, 0.0, 200.0, 200.0);
        let land = square(80.0, 80.0, 40.0);
        let names = [point(85.0, 85.0), point(88.0, 85.0), point(115.0, 115.0)]
            .map(|from| Led { from, size: (20.0, 6.0) });
        let found = led(&names, &area, &[&land], &[]);
        let found: Vec<Leader> = found.into_iter().flatten().collect();
        assert_eq!(found.len(), 3, "{found:?}");
        for (i, one) in found.iter().enumerate() {
            assert!(area.holds(&one.name) && !covers(&land, &one.name), "{one:?}");
            assert!(found[..i].iter().all(|other| other.name.overlap(&one.name) == 0.0));
            assert!(one.name.grown(0.01).contains(one.end), "{one:?}");
        }
    }

    #[test]
    fn there_is_no_place_where_land_is_everywhere() {
        let area = Rect::new(0.0, 0.0, 50.0, 50.0);
        let wanted = [Led { from: point(25.0, 25.0), size: (20.0, 6.0) }];
        assert_eq!(led(&wanted, &area, &[&square(-10.0, -10.0, 99.0)], &[]), [None]);
    }
}
