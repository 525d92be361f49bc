//! Polygons → which of them are neighbours, by a tree of the segments of their boundaries.
//!
//! With tolerance 0 every question is settled exactly (adaptive predicates of Shewchuk 1997):
//! a shared corner, a corner on another's edge, and edges that cross are contact. With a tolerance
//! boundaries are in contact where some point of one is that near to the other.

use crate::model::weighting::Contiguity;
use robust::{Coord, orient2d};
use rstar::{AABB, RTree, RTreeObject};
use std::collections::{BTreeMap, BTreeSet};

/// A stretch that is shared within a tolerance is longer than so many tolerances: a corner that
/// only touches has about two.
const STRETCH: f64 = 10.0;

/// The boundary of a unit: rings of points, closed or not, holes and parts among them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outline(pub Vec<Vec<(f64, f64)>>);

#[derive(Debug, Clone, Copy)]
struct Segment {
    a: [f64; 2],
    b: [f64; 2],
    owner: usize,
}

impl RTreeObject for Segment {
    type Envelope = AABB<[f64; 2]>;

    fn envelope(&self) -> Self::Envelope {
        AABB::from_corners(self.a, self.b)
    }
}

impl Outline {
    fn segments(&self, owner: usize) -> impl Iterator<Item = Segment> {
        self.0.iter().flat_map(move |ring| {
            let next = ring.iter().cycle().skip(1);
            let sides = ring.iter().zip(next).filter(|(a, b)| a != b);
            sides.map(move |(a, b)| Segment { a: [a.0, a.1], b: [b.0, b.1], owner })
        })
    }

    /// The centre of gravity, holes left out; of rings without area, the mean of their points.
    /// Coordinates are taken as those of a plane.
    pub fn centroid(&self) -> (f64, f64) {
        let (mut area, mut x, mut y) = (0.0, 0.0, 0.0);
        // Measured from a point of it: small areas far from the origin keep their digits.
        let (x0, y0) = self.0.iter().flatten().next().copied().unwrap_or_default();
        for (i, ring) in self.0.iter().enumerate() {
            let (mut twice, mut cx, mut cy) = (0.0, 0.0, 0.0);
            for (a, b) in ring.iter().zip(ring.iter().cycle().skip(1)) {
                let (ax, ay, bx, by) = (a.0 - x0, a.1 - y0, b.0 - x0, b.1 - y0);
                let cross = ax * by - bx * ay;
                twice += cross;
                cx += (ax + bx) * cross;
                cy += (ay + by) * cross;
            }
            let depth = self.0.iter().enumerate().filter(|(j, other)| {
                *j != i && ring.first().is_some_and(|point| inside(*point, other))
            });
            let sign = if depth.count() % 2 == 1 { -1.0 } else { 1.0 } * twice.signum();
            area += sign * twice / 2.0;
            x += sign * cx / 6.0;
            y += sign * cy / 6.0;
        }
        if area > 0.0 {
            return (x0 + x / area, y0 + y / area);
        }
        let n = self.0.iter().map(Vec::len).sum::<usize>().max(1) as f64;
        let total = |of: fn(&(f64, f64)) -> f64| self.0.iter().flatten().map(of).sum::<f64>();
        (total(|p| p.0) / n, total(|p| p.1) / n)
    }
}

/// Whether a ray from `point` crosses the ring an odd number of times.
fn inside((x, y): (f64, f64), ring: &[(f64, f64)]) -> bool {
    let sides = ring.iter().zip(ring.iter().cycle().skip(1));
    let crossed = sides
        .filter(|(a, b)| (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0);
    crossed.count() % 2 == 1
}

/// The pairs (i, j) and (j, i) of outlines that are neighbours, rising.
pub fn neighbours(
    outlines: &[Outline],
    contiguity: Contiguity,
    tolerance: f64,
) -> Vec<(usize, usize)> {
    let segments: Vec<Segment> =
        outlines.iter().enumerate().flat_map(|(i, outline)| outline.segments(i)).collect();
    let tree = RTree::bulk_load(segments.clone());
    let near = |s: &Segment| {
        let corner = |pick: fn(f64, f64) -> f64, by: f64| {
            [pick(s.a[0], s.b[0]) + by, pick(s.a[1], s.b[1]) + by]
        };
        let around = AABB::from_corners(corner(f64::min, -tolerance), corner(f64::max, tolerance));
        let owner = s.owner;
        tree.locate_in_envelope_intersecting(around).filter(move |other| other.owner != owner)
    };
    let mut pairs = BTreeSet::new();
    match contiguity {
        Contiguity::Queen => {
            for s in &segments {
                for other in near(s) {
                    let pair = (s.owner, other.owner);
                    if !pairs.contains(&pair) && in_contact(s, other, tolerance) {
                        pairs.extend([pair, (pair.1, pair.0)]);
                    }
                }
            }
        }
        Contiguity::Rook => {
            let mut shared: BTreeMap<(usize, usize), f64> = BTreeMap::new();
            for s in &segments {
                let mut stretches: BTreeMap<usize, Vec<(f64, f64)>> = BTreeMap::new();
                for other in near(s) {
                    if let Some(stretch) = stretch(s, other, tolerance) {
                        stretches.entry(other.owner).or_default().push(stretch);
                    }
                }
                for (owner, stretches) in stretches {
                    *shared.entry((s.owner, owner)).or_default() += covered(stretches) * length(s);
                }
            }
            let long = shared.into_iter().filter(|(_, length)| *length > STRETCH * tolerance);
            pairs.extend(long.flat_map(|((i, j), _)| [(i, j), (j, i)]));
        }
    }
    pairs.into_iter().collect()
}

/// On which side of the line from `a` to `b` a point is: 1, 0 or −1, without rounding.
fn side(a: [f64; 2], b: [f64; 2], point: [f64; 2]) -> f64 {
    let coord = |p: [f64; 2]| Coord { x: p[0], y: p[1] };
    let turn = orient2d(coord(a), coord(b), coord(point));
    if turn == 0.0 { 0.0 } else { turn.signum() }
}

fn in_contact(s: &Segment, t: &Segment, tolerance: f64) -> bool {
    meet(s, t)
        || tolerance > 0.0
            && [(s.a, t), (s.b, t), (t.a, s), (t.b, s)]
                .into_iter()
                .any(|(point, of)| distance(point, of) <= tolerance)
}

/// Whether two segments have a point in common.
fn meet(s: &Segment, t: &Segment) -> bool {
    let overlap = (0..2).all(|d| {
        s.a[d].min(s.b[d]) <= t.a[d].max(t.b[d]) && t.a[d].min(t.b[d]) <= s.a[d].max(s.b[d])
    });
    overlap
        && side(s.a, s.b, t.a) * side(s.a, s.b, t.b) <= 0.0
        && side(t.a, t.b, s.a) * side(t.a, t.b, s.b) <= 0.0
}

fn length(s: &Segment) -> f64 {
    (s.b[0] - s.a[0]).hypot(s.b[1] - s.a[1])
}

fn distance(point: [f64; 2], s: &Segment) -> f64 {
    let (dx, dy) = (s.b[0] - s.a[0], s.b[1] - s.a[1]);
    let (px, py) = (point[0] - s.a[0], point[1] - s.a[1]);
    let t = ((px * dx + py * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (px - t * dx).hypot(py - t * dy)
}

/// The shares of `s`, from 0 at its start to 1 at its end, between which it runs along `t`: on it,
/// or with a tolerance within that distance of it.
fn stretch(s: &Segment, t: &Segment, tolerance: f64) -> Option<(f64, f64)> {
    if tolerance > 0.0 {
        return near_stretch(s, t, tolerance);
    }
    if side(s.a, s.b, t.a) != 0.0 || side(s.a, s.b, t.b) != 0.0 {
        return None;
    }
    // Both lie on one line: compared along the axis on which it is longer.
    let d = usize::from((s.b[1] - s.a[1]).abs() > (s.b[0] - s.a[0]).abs());
    let share = |point: [f64; 2]| (point[d] - s.a[d]) / (s.b[d] - s.a[d]);
    let (from, to) = (share(t.a).min(share(t.b)), share(t.a).max(share(t.b)));
    let (from, to) = (from.max(0.0), to.min(1.0));
    (from < to).then_some((from, to))
}

/// What is within a distance of a segment is a rectangle with half a disc at either end: convex, so
/// that the line of `s` is in it from the first to the last of the places where it is in a part.
fn near_stretch(s: &Segment, t: &Segment, tolerance: f64) -> Option<(f64, f64)> {
    let direction = [s.b[0] - s.a[0], s.b[1] - s.a[1]];
    let discs = [t.a, t.b].map(|centre| in_disc(s.a, direction, centre, tolerance));
    let parts = discs.into_iter().chain([in_rectangle(s.a, direction, t, tolerance)]).flatten();
    let (from, to) =
        parts.reduce(|(from, to), (first, last): (f64, f64)| (first.min(from), last.max(to)))?;
    let (from, to) = (from.max(0.0), to.min(1.0));
    (from < to).then_some((from, to))
}

/// Where the line from `start` in `direction` is in a disc.
fn in_disc(
    start: [f64; 2],
    direction: [f64; 2],
    centre: [f64; 2],
    radius: f64,
) -> Option<(f64, f64)> {
    let (x, y) = (start[0] - centre[0], start[1] - centre[1]);
    let a = direction[0] * direction[0] + direction[1] * direction[1];
    let b = x * direction[0] + y * direction[1];
    // The distance of the centre from the line, by a cross product: no digits are lost far away.
    let across = x * direction[1] - y * direction[0];
    let root = a * radius * radius - across * across;
    (root >= 0.0).then(|| ((-b - root.sqrt()) / a, (-b + root.sqrt()) / a))
}

/// Where it is in the rectangle along `t`, `half` to either side.
fn in_rectangle(
    start: [f64; 2],
    direction: [f64; 2],
    t: &Segment,
    half: f64,
) -> Option<(f64, f64)> {
    let size = length(t);
    let along = [(t.b[0] - t.a[0]) / size, (t.b[1] - t.a[1]) / size];
    let across = [-along[1], along[0]];
    let dot = |u: [f64; 2], v: [f64; 2]| u[0] * v[0] + u[1] * v[1];
    let from = [start[0] - t.a[0], start[1] - t.a[1]];
    let mut found = (f64::NEG_INFINITY, f64::INFINITY);
    for (axis, low, high) in [(along, 0.0, size), (across, -half, half)] {
        let (at, speed) = (dot(from, axis), dot(direction, axis));
        if speed == 0.0 {
            if at < low || at > high {
                return None;
            }
            continue;
        }
        let (one, other) = ((low - at) / speed, (high - at) / speed);
        found = (found.0.max(one.min(other)), found.1.min(one.max(other)));
    }
    (found.0 <= found.1).then_some(found)
}

/// The length that intervals cover together.
fn covered(mut intervals: Vec<(f64, f64)>) -> f64 {
    intervals.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut total = 0.0;
    let mut end = f64::NEG_INFINITY;
    for (from, to) in intervals {
        total += (to - from.max(end)).max(0.0);
        end = end.max(to);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Outline {
        Outline(vec![vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]])
    }

    /// Square units of a lattice, row by row from below.
    fn lattice(side: usize, gap: f64) -> Vec<Outline> {
        let cell = |i: usize| ((i % side) as f64 * (1.0 + gap), (i / side) as f64 * (1.0 + gap));
        (0..side * side).map(|i| rectangle(cell(i).0, cell(i).1, 1.0, 1.0)).collect()
    }

    fn of(pairs: &[(usize, usize)], i: usize) -> Vec<usize> {
        pairs.iter().filter(|p| p.0 == i).map(|p| p.1).collect()
    }

    #[test]
    fn a_lattice_by_hand_with_and_without_gaps() {
        for (gap, tolerance) in [(0.0, 0.0), (0.0, 0.01), (0.01, 0.02)] {
            let units = lattice(3, gap);
            let queen = neighbours(&units, Contiguity::Queen, tolerance);
            assert_eq!(of(&queen, 4), [0, 1, 2, 3, 5, 6, 7, 8]);
            assert_eq!((of(&queen, 0), of(&queen, 1)), (vec![1, 3, 4], vec![0, 2, 3, 4, 5]));
            let rook = neighbours(&units, Contiguity::Rook, tolerance);
            assert_eq!((of(&rook, 4), of(&rook, 0)), (vec![1, 3, 5, 7], vec![1, 3]));
        }
        assert!(neighbours(&lattice(3, 0.01), Contiguity::Queen, 0.0).is_empty());
        assert!(neighbours(&lattice(3, 0.01), Contiguity::Queen, 0.009).is_empty());
    }

    #[test]
    fn corners_on_edges_are_contact() {
        // One wide unit below two narrow ones: their common corner is no corner of the wide one.
        let units = [
            rectangle(0.0, 0.0, 2.0, 1.0),
            rectangle(0.0, 1.0, 0.7, 1.0),
            rectangle(0.7, 1.0, 1.3, 1.0),
        ];
        for contiguity in [Contiguity::Queen, Contiguity::Rook] {
            assert_eq!(neighbours(&units, contiguity, 0.0).len(), 6);
        }
        // A corner that touches the middle of an edge is a point in common, not a stretch.
        let tip = Outline(vec![vec![(1.0, 1.0), (2.0, 2.0), (0.0, 2.0)]]);
        let units = [rectangle(0.0, 0.0, 2.0, 1.0), tip];
        for tolerance in [0.0, 0.001] {
            assert_eq!(neighbours(&units, Contiguity::Queen, tolerance).len(), 2);
            assert!(neighbours(&units, Contiguity::Rook, tolerance).is_empty());
        }
    }

    #[test]
    fn an_enclave_and_its_ring_are_neighbours() {
        let outer = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)].to_vec();
        let hole = [(1.0, 1.0), (1.0, 2.0), (2.0, 2.0), (2.0, 1.0), (1.0, 1.0)].to_vec();
        let around = Outline(vec![outer, hole]);
        let units = [around.clone(), rectangle(1.0, 1.0, 1.0, 1.0)];
        assert_eq!(neighbours(&units, Contiguity::Rook, 0.0), [(0, 1), (1, 0)]);
        // 16 · (2, 2) − 1 · (1.5, 1.5), over 15.
        let (x, y) = around.centroid();
        assert!((x - 30.5 / 15.0).abs() < 1e-12 && (y - 30.5 / 15.0).abs() < 1e-12);
    }
}
