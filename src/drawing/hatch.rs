//! Lines and dots inside polygons, so that areas can be told apart in grey print. They are plain
//! lines and circles, cut at the edges here: no format has to know of patterns.

use super::geometry::{Path, Point, Segment, bounds, point};

/// A pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hatch {
    /// None.
    Plain,
    /// Lines that rise to the right.
    Rising,
    /// Lines that fall to the right.
    Falling,
    /// Dots.
    Dots,
    /// Level lines.
    Level,
    /// Both kinds of slanted lines.
    Crossed,
    /// Upright lines.
    Upright,
}

impl Hatch {
    /// The pattern of the `i`-th group; after seven they begin again.
    pub fn group(i: usize) -> Self {
        const ALL: [Hatch; 7] = [
            Hatch::Plain,
            Hatch::Rising,
            Hatch::Dots,
            Hatch::Falling,
            Hatch::Level,
            Hatch::Crossed,
            Hatch::Upright,
        ];
        ALL[i % ALL.len()]
    }

    /// The lines or dots inside polygons, `step` points apart. Holes stay empty.
    pub fn inside(self, rings: &[Vec<Point>], step: f64) -> Path {
        // cos and sin of the direction in which the lines run.
        let slant = std::f64::consts::FRAC_1_SQRT_2;
        match self {
            Self::Plain => Path::default(),
            Self::Rising => lines(rings, step, (slant, -slant)),
            Self::Falling => lines(rings, step, (slant, slant)),
            Self::Level => lines(rings, step, (1.0, 0.0)),
            Self::Upright => lines(rings, step, (0.0, 1.0)),
            Self::Crossed => {
                Self::Rising.inside(rings, step).and(Self::Falling.inside(rings, step))
            }
            Self::Dots => dots(rings, step),
        }
    }

    /// Whether it is filled rather than drawn along.
    pub fn is_filled(self) -> bool {
        self == Self::Dots
    }
}

/// Parallel lines cut at the edges of polygons, on a net that is the same for all of them.
fn lines(rings: &[Vec<Point>], step: f64, (cos, sin): (f64, f64)) -> Path {
    let turned: Vec<Vec<Point>> = rings
        .iter()
        .map(|ring| {
            ring.iter().map(|p| point(cos * p.x + sin * p.y, cos * p.y - sin * p.x)).collect()
        })
        .collect();
    let back = |u: f64, v: f64| point(cos * u - sin * v, sin * u + cos * v);
    let mut path = Path::default();
    let area = bounds(turned.iter().flatten());
    for k in (area.y / step).ceil() as i64..=(area.bottom() / step).floor() as i64 {
        let v = k as f64 * step;
        for pair in crossings(&turned, v).chunks_exact(2) {
            path.segments.push(Segment::Move(back(pair[0], v)));
            path.segments.push(Segment::Line(back(pair[1], v)));
        }
    }
    path
}

/// Where a level line crosses the edges of polygons, in order: an even number.
fn crossings(rings: &[Vec<Point>], v: f64) -> Vec<f64> {
    let mut found = Vec::new();
    for ring in rings {
        for (i, a) in ring.iter().enumerate() {
            let b = &ring[(i + 1) % ring.len()];
            // One end belongs to the edge and the other not, so that corners count once.
            if (a.y <= v) != (b.y <= v) {
                found.push(a.x + (v - a.y) / (b.y - a.y) * (b.x - a.x));
            }
        }
    }
    found.sort_by(f64::total_cmp);
    found
}

fn dots(rings: &[Vec<Point>], step: f64) -> Path {
    let radius = 0.17 * step;
    let area = bounds(rings.iter().flatten());
    let mut path = Path::default();
    for k in (area.y / step).ceil() as i64..=(area.bottom() / step).floor() as i64 {
        let v = k as f64 * step;
        let offset = if k % 2 == 0 { 0.0 } else { 0.5 * step };
        for pair in crossings(rings, v).chunks_exact(2) {
            let (from, to) = (pair[0] + radius, pair[1] - radius);
            let first = ((from - offset) / step).ceil() as i64;
            let last = ((to - offset) / step).floor() as i64;
            for j in first..=last {
                let centre = point(j as f64 * step + offset, v);
                // So small, a square on its corner is a dot.
                let (r, at) = (1.2 * radius, |dx, dy| centre.shifted(dx, dy));
                let dot = [at(r, 0.0), at(0.0, r), at(-r, 0.0), at(0.0, -r)];
                path = path.and(Path::polygon(&dot));
            }
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stay_inside_and_out_of_holes() {
        let square = |a: f64, b: f64| vec![point(a, a), point(b, a), point(b, b), point(a, b)];
        let path = Hatch::Level.inside(&[square(0.0, 9.0), square(3.0, 6.0)], 2.0);
        // y = 0, 2, 8 are whole; y = 4 is cut by the hole. The edge at y = 0 belongs to the inside.
        let lines: Vec<(Point, Point)> = path
            .segments
            .chunks_exact(2)
            .filter_map(|pair| match pair {
                [Segment::Move(a), Segment::Line(b)] => Some((*a, *b)),
                _ => None,
            })
            .collect();
        assert!(lines.contains(&(point(0.0, 4.0), point(3.0, 4.0))), "{lines:?}");
        assert!(lines.contains(&(point(6.0, 4.0), point(9.0, 4.0))));
        assert!(lines.contains(&(point(0.0, 2.0), point(9.0, 2.0))));
        assert!(lines.iter().all(|(a, b)| a.x >= 0.0 && b.x <= 9.0 && a.y <= 9.0));
    }
}
